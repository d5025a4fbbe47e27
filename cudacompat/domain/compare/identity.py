"""What an artifact is called from one release to the next: its path without versions, hashes and folders around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from cudacompat.domain.words.paths import ArtifactPath

_LONGEST = 300  # characters of a name that are looked at
_PLATFORM = re.compile(r"(many|musl)?linux(?:\d{1,4}|_\d{1,3}_\d{1,3})?_(\w+)")
_CHANGING = (
    (re.compile(r"(?<=[.]so)(?:\.\d{1,9}){1,5}$"), ""),  # libfoo.so.1.2
    (re.compile(r"-[0-9a-f]{8}(?=\.so)"), ""),  # libfoo-1a2b3c4d.so, as auditwheel names what it takes in
    (re.compile(r"(?<=\.cpython)-\d{2,4}t?(?=-)"), ""),
    (re.compile(r"(?<=\.cp)\d{2,4}t?(?=-win)"), ""),
    (re.compile(r"^python\d\.\d{1,3}$"), "python"),
    (re.compile(r"(?<=\w)[-_]v?\d{1,9}(?:\.\d{1,9}){1,5}(?:[a-z]{1,6}\d{0,6})?(?=[-_.+]|$)"), ""),
)


def identities(paths: Sequence[str], roots: Sequence[str], *, inside: bool = False) -> dict[str, str]:
    """Return what each path is called whatever its version: `foo-cp312-linux_x86_64.whl!/foo/libfoo.so`.

    `roots` are the paths that were named, which what was found in them is told relative to. With `inside`, the name of
    a container is left out, so that a wheel and a folder share names. Where two would be called the same, both are
    called by more: the container, then the versions, then their whole paths.
    """
    candidates = [_unversioned(_inside(_relative(path, roots))) for path in paths] if inside else []
    ways: list[dict[str, str]] = [dict(zip(paths, candidates, strict=True))] if inside else []
    ways.append({path: _unversioned(_relative(path, roots)) for path in paths})
    ways.append({path: _relative(path, roots) for path in paths})
    names = ways[0]
    for longer in (*ways[1:], {path: path for path in paths}):
        taken = Counter(names.values())
        names = {path: name if taken[name] == 1 else longer[path] for path, name in names.items()}
    return {path: _valid(name) for path, name in names.items()}


def both_names(path: str, roots: Sequence[str]) -> tuple[str, str]:
    """What a path may be called among others: without versions, and with them where two would share the shorter."""
    told = _relative(path, roots)
    return _valid(_unversioned(told)), _valid(told)


def container_of(name: str) -> str | None:
    """The outermost wheel or zip of a name, `None` for a file that lies in none."""
    path = ArtifactPath.parse(name)
    return path.outer if path.members else None


def _relative(path: str, roots: Sequence[str]) -> ArtifactPath:
    """The path from the innermost root on that it lies in: below a folder, or with the name of a file itself."""
    whole = ArtifactPath.parse(path)
    outer = whole.outer
    within = [root for root in roots if outer == root or outer.startswith(root.rstrip("/") + "/")]
    root = max(within, key=len, default="")
    folder = root.rstrip("/")
    if root and outer.startswith(folder + "/"):
        return whole.with_outer(outer[len(folder) + 1 :].lstrip("/"))
    return whole.with_outer(folder.rsplit("/", 1)[-1] + outer[len(root) :])


def _inside(told: ArtifactPath) -> str:
    """What lies in a container, without the container's own name."""
    return told.inner or told


def _unversioned(told: str) -> str:
    return "/".join(_component(each) for each in told.split("/"))


def _component(name: str) -> str:
    mark = "!" if name.endswith("!") else ""
    plain = name.removesuffix("!")[:_LONGEST]
    if plain.endswith(".whl"):
        wheel = _wheel(plain)
        if wheel is not None:
            return wheel + mark
    for pattern, instead in _CHANGING:
        plain = pattern.sub(instead, plain)
    return plain + mark


def _wheel(name: str) -> str | None:
    """`foo-cp312-cp312-linux_x86_64.whl`: without its version, and any Linux of that processor."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename
    from packaging.version import InvalidVersion

    try:
        project, _, _, tags = parse_wheel_filename(name)
    except (InvalidWheelFilename, InvalidVersion):
        return None
    interpreters = ".".join(sorted({tag.interpreter for tag in tags}))
    abis = ".".join(sorted({tag.abi for tag in tags}))
    platforms = ".".join(sorted({_PLATFORM.sub(_any_linux, tag.platform) for tag in tags}))
    return f"{project}-{interpreters}-{abis}-{platforms}.whl"


def _any_linux(match: re.Match[str]) -> str:
    return f"{'musl' if match[1] == 'musl' else ''}linux_{match[2]}"


def _valid(name: str) -> str:
    """The name as valid Unicode: bytes that are none come out as backslash escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
