"""Targets in words of programs that make nvcc's flags of them: Spack's variant `cuda_arch=80,90`, MAGMA's GPU_TARGET,
and whole flags that a configure script gets in an option.

Sources: spack/spack lib/spack/spack/build_systems/cuda.py, cuda_flags (each number becomes machine code and PTX);
icl-utk-edu/magma c64e52ab89 CMakeLists.txt and Makefile (machine code of each target, PTX of the highest).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cudacompat.artifacts.buildfiles.blanking import blanked
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Setting, SourceFile, TextSpan, Word
from cudacompat.domain.words.programs import MAKE

# trilinos +cuda cuda_arch=70,80 | packages:all:variants:cuda_arch=60
_VARIANT = re.compile(r"\b(?P<name>cuda_arch):?={1,2}(?P<value>[\w,]{1,200})")
_GPU_TARGET = re.compile(r"(?:-D)?(?P<name>GPU_TARGET)(?::\w{1,20})?=(?P<value>[\w ,;]{1,300})")
# --with-nvcc-gencode=-gencode=arch=compute_80,code=sm_80
_CONFIGURED = re.compile(
    r"(?P<name>--[a-z][\w-]{1,60}|[A-Z]\w{1,60})=(?P<value>.{0,20}-{1,2}gen(?:erate-)?code\b.{1,2000})"
)
# FLAGS="${FLAGS} --with-nvcc-gencode=\"-gencode=arch=compute_80,code=sm_80\""
_GATHERED = re.compile(r"(?<![\w-])(?P<name>--[a-z][\w-]{1,60})=\\?[\"']?(?P<value>-gencode\b[^\"'\\\n]{1,2000})")
_LOOKED_AT = re.compile(r"(?i)coverity|cppcheck|tidy|sanitiz")  # scripts that build to look at the sources alone
_NUMBER = re.compile(r"\d{2,3}[af]?")
_OF_FAMILIES = {
    "Kepler": ("35", "37"), "Maxwell": ("50", "52"), "Pascal": ("60", "61"), "Volta": ("70",), "Turing": ("75",),
    "Ampere": ("80", "86"), "Ada": ("89",), "Hopper": ("90",), "Blackwell": ("100", "120"),
}  # fmt: skip
_COMMENT = re.compile(r"(?m)(?:^|(?<=[ \t]))#[^\n]*")


def of_spack(file: SourceFile) -> Iterator[Setting]:
    """Yield the targets of each spec of an environment of Spack."""
    for match in _VARIANT.finditer(blanked(_COMMENT, file.text)):
        place = file.place(match.start("value"), match.end("value"))
        yield _setting(match["name"], place, values=(match["value"],), flags=(_of_variant(match["value"]),))


def of_command(words: Sequence[Word]) -> Iterator[Setting]:
    """Yield the targets that a command names in such words; `words` are its own, its program first."""
    program = words[0].text.rpartition("/")[2] if words else ""
    if program == "configure" and _LOOKED_AT.search(words[0].place.file):
        return
    if program not in _READERS:
        return
    pattern, flags_of = _READERS[program]
    for word in words[1:]:
        if not word.known and not word.choices:
            continue
        found = [each for text in (word.choices or (word.text,)) for each in pattern.finditer(text)]
        values = tuple(dict.fromkeys(each["value"] for each in found))
        if values:
            yield _setting(found[0]["name"], word.place, values=values, flags=tuple(map(flags_of, values)))


def of_script(file: SourceFile) -> Iterator[Setting]:
    """Yield the flags that a script puts into an option for a configure script, in whatever branch it gathers them."""
    text = blanked(_COMMENT, file.text) if "-gencode" in file.text and not _LOOKED_AT.search(file.name) else ""
    for match in _GATHERED.finditer(text):
        place = file.place(match.start("value"), match.end("value"))
        flags = match["value"].strip() if "$" not in match["value"] else None
        yield _setting(match["name"], place, values=(match["value"],), flags=(flags,))


def _setting(name: str, place: TextSpan, values: Sequence[str], flags: Sequence[str | None]) -> Setting:
    known = tuple(filter(None, flags))
    one = known[0] if len(flags) == len(known) == 1 else None
    choices = known if one is None and len(known) == len(flags) else ()
    return Setting(name, one, place, way=AssignmentKind.FLAGS, written=" ".join(values), choices=choices)


def _of_variant(value: str) -> str | None:
    """The flags of Spack's list; `None` where an item is no number."""
    numbers = value.split(",")
    return _flags(numbers, numbers) if all(map(_NUMBER.fullmatch, numbers)) else None


def _of_gpu_target(value: str) -> str | None:
    """The flags of MAGMA's list; `None` where an item is no target of NVIDIA's."""
    numbers: list[str] = []
    for item in re.split(r"[ ,;]+", value.strip()):
        number = item.removeprefix("sm_")
        if item not in _OF_FAMILIES and (number == item or _NUMBER.fullmatch(number) is None):
            return None
        numbers += _OF_FAMILIES.get(item, (number,))
    return _flags(numbers, [max(numbers, key=lambda each: int(each.rstrip("af")))])


def _flags(numbers: Iterable[str], with_ptx: Sequence[str]) -> str:
    code = {each: f"[sm_{each},compute_{each}]" if each in with_ptx else f"sm_{each}" for each in numbers}
    return " ".join(f"-gencode arch=compute_{each},code={wanted}" for each, wanted in code.items())


def _as_written(value: str) -> str | None:
    return value.strip()


_READERS = {
    "spack": (_VARIANT, _of_variant),
    "configure": (_CONFIGURED, _as_written),
    **dict.fromkeys(("cmake", *MAKE), (_GPU_TARGET, _of_gpu_target)),
}
