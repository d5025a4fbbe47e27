"""Lists of architectures under names of their own: Visual Studio's projects, Bazel's configuration, Nix expressions.

Each becomes nvcc's flags, which say machine code and PTX apart. Sources: Microsoft's BuildCustomizations of CUDA 12.8
(CUDA 12.8.props: CodeGeneration; each pair is `-gencode=arch=A,code="B,A"`), configure.py of tensorflow/tensorflow
(compute capabilities: "x.y" and "compute_xy" include PTX, "sm_xy" does not), bazel-contrib/rules_cuda docs/archs,
nixpkgs pkgs/development/cuda-modules (cudaCapabilities; cudaForwardCompat adds PTX of the last, and is on unless
something says false).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from cudacompat.artifacts.buildfiles.blanking import blanked
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Setting, SourceFile

_CODE_GENERATION = re.compile(r"<CodeGeneration\b[^>\n]{0,400}>([^<]{0,4000})</CodeGeneration>")
# what makes a .vcxproj compile CUDA: a build customization, its own or that of a property sheet of somebody's
_COMPILES_CUDA = re.compile(
    r"<Import\b[^<>]{0,200}?Project=\"(?![^\"<>]{0,200}Microsoft\.)[^\"<>]{1,300}\.(?:props|targets)\"", re.IGNORECASE
)
_BUILDS_C = re.compile(r"<Import\b[^<>]{0,200}?Project=\"[^\"<>]{0,200}Microsoft\.", re.IGNORECASE)  # whole projects do
_CONDITION = re.compile(
    r"<ItemDefinitionGroup\b[^>\n]{0,200}?==\s*'(?P<configuration>[^|'\n]{1,100})[|'][^>]{0,200}>|<ItemDefinitionGroup>"
)
_FOR_CPU = re.compile(r"(?i)cpu")
_PAIR = re.compile(r"compute_(\d{2,3}[af]?),(?:sm|compute)_(\d{2,3}[af]?)")
_XML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BAZEL = re.compile(
    r"(?m)^[^#\n]*?\b(?P<name>HERMETIC_CUDA_COMPUTE_CAPABILITIES|TF_CUDA_COMPUTE_CAPABILITIES)[=\s]\s*[\"']?"
    r"(?P<value>[\w.,]+)"
    r"|^[^#\n]*?(?P<rules>@rules_cuda//cuda:archs)=[\"']?(?P<archs>[\w:,;]+)"
)
_CAPABILITY = re.compile(
    r"(?:(?P<kind>sm_|compute_)(?P<arch>\d{2,3}[af]?)|(?P<major>\d{1,2})\.(?P<minor>\d)(?P<letter>[af]?))"
)
_CODE = re.compile(r"(sm|compute)_(\d{2,3}[af]?)")
_NIX_LIST = re.compile(r"\bcudaCapabilities\s*=\s*\[(?P<value>[^\]]{0,2000})\]")
_NIX_PTX = re.compile(r"\bcudaForwardCompat\s*=\s*false\b")
_NIX_ITEM = re.compile(r"\"(\d{1,2})\.(\d)([af]?)\"")
_NIX_SETTING = re.compile(
    r"-D(?P<define>CMAKE_CUDA_ARCHITECTURES)(?::\w+)?=(?P<defined>[^\"'\s]{1,2000})"
    r"|cmakeFeature\s+\"(?P<feature>CMAKE_CUDA_ARCHITECTURES)\"\s+\"(?P<featured>[^\"\n]{1,2000})\""
    r"|\b(?P<variable>CUDAARCHS|[A-Z_]{0,40}CUDA_(?:ARCH|COMPUTE_CAP)[A-Z_]{0,40})\s*=\s*\"(?P<given>[^\"\n]{1,2000})\""
)
_NIX_COMMENT = re.compile(r"(?m)^[ \t]*#[^\n]*")


def of_visual_studio(file: SourceFile) -> Iterator[Setting]:
    """Yield what a Visual Studio project compiles for, one setting for each configuration; not what those for the CPU
    were left with, by their name or for lack of CUDA."""
    text = blanked(_XML_COMMENT, file.text)
    if file.name.lower().endswith(".vcxproj") and _BUILDS_C.search(text) and _COMPILES_CUDA.search(text) is None:
        return
    groups = [(match.start(), match["configuration"] or "") for match in _CONDITION.finditer(text)]
    for match in _CODE_GENERATION.finditer(text):
        at = bisect_right(groups, (match.start(), "")) - 1
        if at >= 0 and _FOR_CPU.search(groups[at][1]):
            continue
        pairs = _PAIR.findall(match[1])
        if not match[1].strip() or (not pairs and "%(" in match[1]):
            continue  # what another project gives
        flags = [f"-gencode arch=compute_{arch},code=[sm_{code},compute_{arch}]" for arch, code in pairs]
        known = "$(" not in match[1] and bool(pairs)
        yield _flags(file, match, 1, name="CodeGeneration", value=" ".join(flags) if known else None)


def of_bazel_rc(file: SourceFile) -> Iterator[Setting]:
    """Yield the compute capabilities that a .bazelrc names."""
    for match in _BAZEL.finditer(file.text):
        if match["rules"] is not None:
            flags = " ".join(_of_rules_cuda(match["archs"]))
            yield _flags(file, match, "archs", name="cuda:archs", value=flags or None)
        else:
            items = [_of_capability(each) for each in match["value"].split(",") if each]
            known = bool(items) and all(items)
            yield _flags(file, match, "value", name=match["name"], value=" ".join(map(str, items)) if known else None)


def of_nix(file: SourceFile) -> Iterator[Setting]:
    """Yield the lists of a Nix expression."""
    text = blanked(_NIX_COMMENT, file.text)
    ptx = _NIX_PTX.search(text) is None
    for match in _NIX_LIST.finditer(text):
        items = _NIX_ITEM.findall(match["value"])
        flags = [f"-gencode arch=compute_{a}{b}{c},code=sm_{a}{b}{c}" for a, b, c in items]
        if items and ptx:
            a, b, c = items[-1]
            flags.append(f"-gencode arch=compute_{a}{b}{c},code=compute_{a}{b}{c}")
        if items:
            yield _flags(file, match, "value", name="cudaCapabilities", value=" ".join(flags))
    for match in _NIX_SETTING.finditer(text):
        name = match["define"] or match["feature"] or match["variable"]
        group = "defined" if match["define"] else "featured" if match["feature"] else "given"
        way = AssignmentKind.ENVIRONMENT if match["variable"] else AssignmentKind.DEFINE
        value = match[group]
        place = file.place(match.start(group), match.end(group))
        yield Setting(name, None if "$" in value else value, place, way=way, written=value, quote='"')


def _flags(file: SourceFile, match: re.Match[str], group: int | str, name: str, value: str | None) -> Setting:
    place = file.place(match.start(group), match.end(group))
    return Setting(name, value, place, way=AssignmentKind.FLAGS, written=match[group], quote='"')


def _of_capability(text: str) -> str | None:
    match = _CAPABILITY.fullmatch(text)
    if match is None:
        return None
    arch = match["arch"] or f"{match['major']}{match['minor']}{match['letter']}"
    code = f"sm_{arch}" if match["kind"] == "sm_" else f"[sm_{arch},compute_{arch}]"
    return f"-gencode arch=compute_{arch},code={code}"


def _of_rules_cuda(text: str) -> Iterator[str]:
    for part in text.split(";"):
        for kind, arch in _CODE.findall(part.partition(":")[2] or part):
            yield f"-gencode arch=compute_{arch},code={kind}_{arch}"
