"""What cures a package that somebody else built: another release of it, not another build."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from cudacompat.domain.wheels.answer import verdict_of
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.platforms import ARM_PLATFORM, options_for, platform_for
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.resolve import resolve
from cudacompat.domain.wheels.resolved import HowKnown
from cudacompat.domain.wheels.running_framework import with_its_pin
from cudacompat.domain.wheels.table import packages
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure, no_native
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.verdict import Outcome, Target

_BY_JIT = "jit-only"
_KEPT = "keep the JIT cache (CUDA_CACHE_PATH in a volume)"


@dataclass(frozen=True, slots=True)
class PublishedPackage:
    """A package as an index has it: its name, its version (empty where that is not known), the platform of its wheel
    (`linux-x86_64`; `None` for that of each GPU), and the Python that it is for (`3.12`; `None` for any)."""

    name: str
    version: str = ""
    platform: str | None = None
    python: str | None = None

    @property
    def label(self) -> str:
        """`torch 2.6.0`."""
        return f"{self.name} {self.version}".strip()

    def cure(self, targets: Sequence[Target], *, native: bool = False) -> WheelCure | NoCure | None:
        """Return the release that runs on all of these GPUs, or why there is none; `None` where that is this one."""
        name = str(canonicalize_name(self.name))
        version = _version(self.version)
        public = Version(version.public) if version is not None else None
        found = cure_for(name, self._machines(targets), version=public, native=native, python=self.python)
        build = (version.local if version is not None else None) or PYPI
        if isinstance(found, WheelCure) and (found.version, found.index) == (public, build):
            return None
        there = version is not None and runs_as_published(name, version, self._machines(targets), native=native)
        return found if not there else None

    def _machines(self, targets: Sequence[Target]) -> tuple[Target, ...]:
        """The targets, those whose machine nobody said on the platform of the wheel: a GPU beside an Arm processor
        takes no wheel for x86-64."""
        own = self.platform
        if own is None:
            return tuple(targets)
        said = (each.platform is not None or platform_for(each) == ARM_PLATFORM for each in targets)
        return tuple(each if known else replace(each, platform=own) for each, known in zip(targets, said, strict=True))

    def help(self, targets: Sequence[Target], *, native: bool = False) -> str:
        """Return the cure in words: of one that does not run, or, with `native`, of one that runs by JIT."""
        cure = self.cure(targets, native=native)
        if native:
            there = isinstance(cure, WheelCure) and cure.native
            return f"with machine code for it: {cure.sentence}" if cure is not None and there else _KEPT
        return cure.sentence if cure is not None else f"see its other builds: {self.lookup(targets)}"

    def lookup(self, targets: Sequence[Target]) -> str:
        """Return the command that lists its builds."""
        return shlex.join(("cudacompat", "wheels", self.name, *options_for(targets)))


def runs_as_published(
    package: str, version: Version, targets: Sequence[Target], *, platform: str | None = None, native: bool = False
) -> bool:
    """Return whether the table says that this release runs on all of these GPUs (with `native`, by machine code for
    them), as the releases beside it do. Whoever has one that does not is helped by none of these: what the table knows
    of them is what it knows of this one."""
    if package not in packages():
        return False
    pin = f"{package}=={version}"
    wanted = Requirement(package, f"=={version}", pin, file="", line=0)
    for target in targets:
        (found, *_) = resolve([wanted], platform or platform_for(target)) or (None,)
        outcome = verdict_of(found, target).outcome if found is not None and found.known is HowKnown.BETWEEN else None
        if outcome is None or not outcome.runs or (native and outcome is Outcome.JIT):
            return False
    return bool(targets)


def pin_that_fails(package: PublishedPackage, target: Target) -> str | None:
    """Return the one release of the framework that this release requires (`torch==2.5.0`) where no build of it runs on
    the target; `None` where one does, or the release is not known to require one."""
    name, version = str(canonicalize_name(package.name)), _version(package.version)
    if version is None or name not in packages():
        return None
    platform = package.platform or platform_for(target)
    pin = f"{name}=={version.public}"
    wanted = Requirement(name, f"=={version.public}", pin, file="", line=0)
    (found, *_) = resolve([wanted], platform) or (None,)
    if found is None or found.known not in (HowKnown.READ, HowKnown.BETWEEN):
        return None
    own = verdict_of(found, target)
    with_pin = with_its_pin(own, platform)
    return with_pin.verdict.requires if with_pin is not own and with_pin.verdict is not None else None


def plain_pin_that_fails(package: PublishedPackage, target: Target) -> str | None:
    """Return the one release of the framework that this release requires (`torch==2.7.0`) where the build that pip
    takes from the same index fails on the target; `None` where it runs, or the release is not known to require one."""
    name, version = str(canonicalize_name(package.name)), _version(package.version)
    if version is None or version.local is not None or name not in packages():
        return None
    wanted = Requirement(name, f"=={version}", f"{name}=={version}", file="", line=0)
    brought = [each for each in resolve([wanted], package.platform or platform_for(target))[1:] if each.version]
    failing = [each for each in brought if verdict_of(each, target).outcome is Outcome.FAILS]
    return f"{failing[0].requirement.name}=={failing[0].version}" if failing else None


def help_of_release(finding: Finding, package: PublishedPackage, targets: Sequence[Target]) -> str | None:
    """Return the help for a finding of builders about a file of this package: what its users can change."""
    if finding.id == _BY_JIT:
        own = [target for target in targets if target.id == finding.target]
        kept = package.help(own or targets, native=True)
        required = kept == _KEPT and finding.severity is Severity.ERROR
        return no_native(package.name, (own or targets)[0].label) if required else kept
    return package.help(targets) if finding.severity is Severity.ERROR else None


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
