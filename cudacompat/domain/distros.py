"""The distributions whose images a build can be based on, as far as the generated files need to know them."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.errors import UsageError
from cudacompat.domain.tables.toolkits import CudaRelease


@dataclass(frozen=True, slots=True)
class Distro:
    """One distribution, as NVIDIA's image tags name it, with the major version of its own gcc."""

    name: str
    gcc: int
    source: str


_UBUNTU = "https://packages.ubuntu.com/search?keywords=gcc, from lists of others; none was installed"

DISTROS: tuple[Distro, ...] = (
    Distro("ubuntu22.04", 11, _UBUNTU),
    Distro("ubuntu24.04", 13, _UBUNTU),
    Distro("ubuntu26.04", 15, _UBUNTU),
)


def distro(name: str) -> Distro:
    """Return the distribution of this name; `UsageError` that lists them for another."""
    for each in DISTROS:
        if each.name == name.strip().lower():
            return each
    raise UsageError(f"unknown distribution: {name[:60]!r}; there are {', '.join(each.name for each in DISTROS)}")


def require_compiler(of: Distro, release: CudaRelease) -> None:
    """Refuse a distribution whose own gcc is newer than nvcc of this release takes."""
    if of.gcc > release.gcc_max:
        raise UsageError(
            f"{of.name} brings gcc {of.gcc}, and nvcc {release.version} takes gcc {release.gcc_max} at most; "
            "choose another --distro or --cuda"
        )
