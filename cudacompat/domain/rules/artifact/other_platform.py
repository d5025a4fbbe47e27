"""Wheels for another platform or Python than the one that was asked for.

What it finds: a wheel that is named itself, whose tags do not go with `--platform` or `--python`.

Why it matters: pip refuses such a wheel, whatever device code it holds.

Example: ctranslate2-4.5.0-cp312-cp312-win_amd64.whl with `--platform linux-x86_64`.

What to do: check the wheel of the same release for that platform and Python.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cudacompat.domain.rules.artifact.compiled_later import named_wheel
from cudacompat.domain.words.command_words import gpu_words
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.wheel_tags import Platform, fits_file, tags_of_file

_MOST = 4  # tags in a message


@dataclass(frozen=True, slots=True)
class AskedWheel:
    """A wheel that was named (its `path`, the name of its `file`), and for whom: the words of `--platform` and
    `--python`, and what they mean."""

    path: str
    file: str
    wanted: Platform
    platform: str | None
    python: str | None
    targets: tuple[Target, ...]


def asked_wheels(
    paths: Iterable[str], platform: str | None, python: str | None, targets: Sequence[Target]
) -> tuple[AskedWheel, ...]:
    """Return the wheels among what was named, files and addresses, where a platform or a Python was asked for."""
    if platform is None and python is None:
        return ()
    wanted = Platform.parse(platform, python)
    files = ((path, path.partition("#")[0].partition("?")[0].rpartition("/")[2]) for path in paths)
    return tuple(
        AskedWheel(path, file, wanted, platform=platform, python=python, targets=tuple(targets))
        for path, file in files
        if file.endswith(".whl")
    )


def check(wheel: AskedWheel) -> Iterable[Finding]:
    """An error for a wheel that pip refuses there; a name without tags says nothing."""
    if fits_file(wheel.file, wheel.wanted):
        return
    python = f"Python {wheel.wanted.python}" if wheel.python is not None else ""
    asked = " on ".join(each for each in (python, wheel.platform) if each)
    tags = [f"{tag.interpreter} on {tag.platform}" for tag in tags_of_file(wheel.file)][:_MOST]
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=wheel.path,
        message=f"the wheel is for {', '.join(tags)}, not for {asked}",
        why="pip refuses a wheel whose tags do not fit",
        help=_help(wheel),
    )


def _help(wheel: AskedWheel) -> str | None:
    named = named_wheel(wheel.file)
    if named is None:
        return None
    missing = _why_missing(wheel, *named)
    if missing is not None:
        return missing
    options = [("--platform", wheel.platform), ("--python", wheel.python)]
    words = ["cudacompat", "check", "==".join(named)]
    words += [word for name, value in options if value is not None for word in (name, value)]
    words += gpu_words(target.spec for target in wheel.targets)
    return f"the wheel of the same release that fits: {shlex.join(words)}"


def _why_missing(wheel: AskedWheel, package: str, version: str) -> str | None:
    """That no such wheel of the release is there, where that is known."""
    from packaging.utils import canonicalize_name  # few checks are of wheels for another platform
    from packaging.version import InvalidVersion, Version

    from cudacompat.domain.wheels.platforms import platform_of
    from cudacompat.domain.wheels.pythons import why_no_wheel

    own = [tag.platform for tag in tags_of_file(wheel.file)]
    platform = platform_of((wheel.wanted.tags or own)[-1])
    try:
        return why_no_wheel(str(canonicalize_name(package)), Version(version), wheel.wanted.python, platform=platform)
    except InvalidVersion:
        return None


RULE = Rule("other-platform", "Wheels for another platform or Python", __doc__, check)
