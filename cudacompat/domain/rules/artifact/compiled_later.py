"""A wheel of a package that compiles most of its device code when it runs.

What it finds: a wheel whose package compiles kernels at run time, with NVRTC, its own ptxas or the machine's nvcc.

Why it matters: what is in the wheel is only a part of what runs. The compiler has to know the GPU, too: an older one
ends in "invalid value for --gpu-architecture", or compiles for an older target.

Example: cupy_cuda12x-13.4.1 on an RTX 5080, with the NVRTC of CUDA 12.4.

What to do: check that the compiler that it finds is of the release that the finding names, or newer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cudacompat.domain.tables.toolkits import first_with
from cudacompat.domain.wheels.distributions import distributions
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Target

# Strangers choose these names: the expression begins at one place of a name, and takes it in one pass.
_NAME = re.compile(r"(?<![A-Za-z0-9_.])(?P<name>[A-Za-z0-9_.]++)-(?P<version>\d[^-]*)")


@dataclass(frozen=True, slots=True)
class WheelFacts:
    """A wheel that was read (`path`, its `package`, `version` and the tag of its platform by the file's name), whether
    it was `fetched` from an index, and the GPUs that are asked about."""

    path: str
    package: str
    targets: tuple[Target, ...]
    version: str = ""
    tag: str = ""
    fetched: bool = False


def wheels_among(
    paths: Iterable[str], targets: Sequence[Target], fetched: Iterable[str] = ()
) -> tuple[WheelFacts, ...]:
    """Return the outermost wheels that these files are in, each once; `fetched` are those that an index has."""
    found = [match for path in paths if ".whl" in path and (match := _outermost(path)) is not None]
    if not found:
        return ()
    from packaging.utils import canonicalize_name  # few checks are of wheels

    known, there = dict(found), frozenset(fetched)
    return tuple(
        WheelFacts(
            path,
            str(canonicalize_name(match["name"])),
            tuple(targets),
            version=match["version"],
            tag=match.string.rpartition("-")[2],
            fetched=str(path) in there,
        )
        for path, match in known.items()
    )


def named_wheel(path: str) -> tuple[str, str] | None:
    """Return the package and version that a wheel's name says; None for a path of no wheel."""
    found = _outermost(path)
    return (found[1]["name"].replace("_", "-"), found[1]["version"]) if found is not None else None


def packages_of(paths: Iterable[str]) -> dict[str, str]:
    """Return by path the package, by its normalised name, of the wheel that a file lies in; nothing for others."""
    named = {path: wheel[0] for path in paths if ".whl" in path and (wheel := named_wheel(path)) is not None}
    if not named:
        return {}
    from packaging.utils import canonicalize_name  # few checks are of wheels

    return {path: str(canonicalize_name(name)) for path, name in named.items()}


def wheel_file(path: str) -> str | None:
    """Return the name of the first wheel on the way to a file; None for a path of no wheel."""
    found = _outermost(path)
    return found[0].name if found is not None else None


def _outermost(path: str) -> tuple[ArtifactPath, re.Match[str]] | None:
    """The path of the first wheel on the way to a file, and its name's parts."""
    file = ArtifactPath.parse(path)
    for depth, step in enumerate((file.outer, *file.members)):
        if step.endswith(".whl") and (named := _NAME.search(step.rpartition("/")[2].removesuffix(".whl"))) is not None:
            return ArtifactPath(file.outer, file.members[:depth]), named
    return None


def check(wheel: WheelFacts) -> Iterable[Finding]:
    """One note for each GPU."""
    later = distributions().compiled_later(wheel.package)
    for target in wheel.targets if later is not None else ():
        release = first_with(str(target.capability.number))
        yield Finding(
            id=RULE.id,
            severity=Severity.NOTE,
            path=wheel.path,
            target=target.id,
            message=f"{wheel.package} {later}",
            why=f"CUDA {release.version} is the first release whose compilers know sm_{target.capability.number}"
            if release is not None
            else None,
        )


RULE = Rule("compiled-later", "Device code that is compiled at run time", __doc__, check)
