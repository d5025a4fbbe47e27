"""Which releases of a package may be a cure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.platforms import DEFAULT_PLATFORM, platform_for
from cudacompat.domain.wheels.pythons import has_wheel, is_on, is_served
from cudacompat.domain.words.verdict import Target


@dataclass(frozen=True, slots=True)
class ReleaseBounds:
    """What a release has to keep to: `allowed` are the releases that count (`None`: all), `platform` and `python` those
    for which it has to have a wheel (`None`: the platform that goes with each target, any Python). Of those that do the
    nearest to `version` is wanted, without one the newest. `beside` are other packages of the same environment (names,
    or `NAME==VERSION`). `index` is the one that has it (`None`: any)."""

    version: Version | None = None
    platform: str | None = None
    beside: Sequence[str] = ()
    allowed: SpecifierSet | None = None
    python: str | None = None
    index: str | None = None

    @property
    def in_words(self) -> str:
        """The releases that count, to be put behind the package; empty for all."""
        return f" {self.allowed}" if self.allowed is not None and len(self.allowed) else ""

    def platforms(self, targets: Sequence[Target]) -> list[str]:
        """Return the platform of each target; that of no target at all is Linux with x86-64."""
        return [self.platform or platform_for(target) for target in targets] or [self.platform or DEFAULT_PLATFORM]

    def admits(self, version: Version) -> bool:
        """Return True for a release that counts."""
        return self.allowed is None or self.allowed.contains(version)

    def has_wheels(self, pins: Iterable[tuple[str, Version]], platforms: Iterable[str], index: str = PYPI) -> bool:
        """Return False where one of these releases is known to have no wheel for the Python on one of the platforms. An
        index of the framework's may have releases of what is there for platforms for which PyPI has but others."""
        every = list(platforms)
        return all(self._has_wheel(name, version, each, index=index) for name, version in pins for each in every)

    def _has_wheel(self, name: str, version: Version, platform: str, *, index: str) -> bool:
        if has_wheel(name, version, self.python, platform=platform):
            return True
        own = index != PYPI and name in framework().on_its_index
        return own and not is_on(name, version, platform) and is_served(name, platform)
