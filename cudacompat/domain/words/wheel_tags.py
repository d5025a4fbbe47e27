"""Platforms and Pythons as people write them, in the tags of wheels (PyPA, "Platform compatibility tags")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cudacompat.domain.words.errors import UsageError

if TYPE_CHECKING:
    from packaging.tags import Tag

_NEWEST_GLIBC, _OLDEST_GLIBC = 42, 5  # of 2.x, as manylinux_2_42 and manylinux_2_5
_NEWEST_MACOS, _OLDEST_MACOS = 15, 11  # the first with Arm processors
_OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}  # PEP 600
_MACHINES = {"x64": "x86_64", "amd64": "x86_64", "arm64": "aarch64"}
_WRITTEN = re.compile(r"(linux|windows|win)[-_/](x86_64|x64|amd64|aarch64|arm64)(?:/v8)?")
_OF_IMAGES = re.compile(r"[a-z0-9]{1,20}/[a-z0-9_]{1,20}(?:/[a-z0-9_.]{1,20})?")
_TAG = re.compile(r"(?:manylinux|musllinux|linux|win|macosx)[a-z0-9_]{2,60}")
_MANYLINUX = re.compile(r"manylinux_2_(\d{1,3})_(\w+)")
_MAC = "macosx"
_PYTHON = re.compile(r"(?:cp|py)?3\.?(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Platform:
    """Whose wheels are wanted: platform tags (none: this machine's) and a Python such as 3.12 (None: this one)."""

    tags: tuple[str, ...] = ()
    python: str | None = None

    @classmethod
    def parse(cls, platform: str | None, python: str | None) -> Platform:
        """Return what --platform and --python ask for; `UsageError` for a platform or a Python that is none."""
        tags = platform_tags(platform) if platform is not None else ()
        return cls(tags, python_version(python) if python is not None else None)


def platform_tags(text: str) -> tuple[str, ...]:
    """Return the platform tags that such a machine takes, best first: linux-x86_64, linux-aarch64, windows-x86_64,
    linux/amd64 as images write it, or a tag itself (manylinux_2_28_x86_64 takes older ones, too). `UsageError` for
    anything else."""
    asked = text.strip().lower()
    written = _WRITTEN.fullmatch(asked)
    if written is not None:
        system, machine = written[1], _MACHINES.get(written[2], written[2])
        if system != "linux":
            return ("win_amd64",) if machine == "x86_64" else ("win_arm64",)
        return (*_manylinux(_NEWEST_GLIBC, machine), f"linux_{machine}")
    if asked in ("macos", "macos-arm64"):  # as reports call it
        return tuple(f"macosx_{release}_0_arm64" for release in range(_NEWEST_MACOS, _OLDEST_MACOS - 1, -1))
    if _OF_IMAGES.fullmatch(asked):
        return (re.sub(r"[/.]", "_", asked),)  # no wheel has it
    if not _TAG.fullmatch(asked):
        raise UsageError(f"invalid platform: {text} (examples: linux-x86_64, linux-aarch64, win_amd64)")
    many = _MANYLINUX.fullmatch(asked)
    return _manylinux(int(many[1]), many[2]) if many is not None else (asked,)


def python_version(text: str) -> str:
    """Return `3.12` of 3.12, 312 or cp312; `UsageError` for anything else."""
    match = _PYTHON.fullmatch(text.strip().lower())
    if match is None:
        raise UsageError(f"invalid Python version: {text} (example: 3.12)")
    return f"3.{int(match[1])}"


def tags_of_file(name: str) -> tuple[Tag, ...]:
    """Return the tags in the name of a wheel, in a stable order; none for a name that is no wheel's."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        tags = parse_wheel_filename(name)[3]
    except (InvalidWheelFilename, ValueError):
        return ()
    return tuple(sorted(tags, key=str))


def python_of_wheel(name: str) -> str | None:
    """Return the one Python (`3.12`) that a wheel of this name is for; `None` where it is for several."""
    found = {tag.interpreter[3:] for tag in tags_of_file(name) if tag.interpreter.startswith("cp3")}
    stable = any(tag.abi in ("abi3", "none") for tag in tags_of_file(name))
    digits = found.pop() if len(found) == 1 and not stable else ""
    return f"3.{int(digits)}" if digits.isdigit() else None


def fits_file(name: str, wanted: Platform) -> bool:
    """Return whether a wheel of this name is for the platform and the Python that are wanted, of which a part may be
    left open; True for a name without tags."""
    tags = tags_of_file(name)
    return not tags or any(_fits(tag, wanted) for tag in tags)


def _fits(tag: Tag, wanted: Platform) -> bool:
    both_mac = tag.platform.startswith(_MAC) and any(each.startswith(_MAC) for each in wanted.tags)  # takes older ones
    if wanted.tags and tag.platform != "any" and tag.platform not in wanted.tags and not both_mac:
        return False
    if wanted.python is None:
        return True
    from packaging.tags import compatible_tags, cpython_tags

    minor = int(wanted.python.split(".")[1])
    own = cpython_tags((3, minor), platforms=[tag.platform])
    return tag in {*own, *compatible_tags((3, minor), f"cp3{minor}", [tag.platform])}


def _manylinux(newest: int, machine: str) -> tuple[str, ...]:
    tags: list[str] = []
    for minor in range(newest, _OLDEST_GLIBC - 1, -1):
        tags.append(f"manylinux_2_{minor}_{machine}")
        if minor in _OLD_NAMES:
            tags.append(f"{_OLD_NAMES[minor]}_{machine}")
    return tuple(tags)
