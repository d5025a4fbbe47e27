"""The distributions whose images a build can be based on, as far as the generated files need to know them."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.errors import UsageError
from cudacompat.domain.tables.toolkits import CudaRelease


@dataclass(frozen=True, slots=True)
class Distro:
    """One distribution, as NVIDIA's image tags name it, with the major version of its own gcc and the version of its
    own CMake (`None`: not known)."""

    name: str
    gcc: int
    source: str
    cmake: tuple[int, int] | None = None


_UBUNTU = "https://packages.ubuntu.com/search?keywords=gcc, from lists of others; none was installed"
_DEBIAN = "https://packages.debian.org/search?keywords=gcc and cmake; gcc and CMake of Debian 12 were run"
_ROCKY = "the distributions' release notes, as public Dockerfiles quote them; none was installed"

DISTROS: tuple[Distro, ...] = (
    Distro("ubuntu22.04", 11, _UBUNTU, (3, 22)),
    Distro("ubuntu24.04", 13, _UBUNTU, (3, 28)),
    Distro("ubuntu26.04", 15, _UBUNTU),
)
# those that generated files are not made for, and Dockerfiles begin with all the same
_OTHERS: tuple[Distro, ...] = (
    Distro("ubuntu20.04", 9, _UBUNTU, (3, 16)),
    Distro("debian11", 10, _DEBIAN, (3, 18)),
    Distro("debian12", 12, _DEBIAN, (3, 25)),
    Distro("debian13", 14, _DEBIAN, (3, 31)),
    Distro("rockylinux8", 8, _ROCKY),
    Distro("rockylinux9", 11, _ROCKY),
    Distro("rockylinux10", 14, _ROCKY),
    Distro("ubi8", 8, _ROCKY),
    Distro("ubi9", 11, _ROCKY),
    Distro("ubi10", 14, _ROCKY),
)


def known_distro(name: str) -> Distro | None:
    """Return the distribution of this name, also one that nothing is generated for; `None` for an unknown one."""
    return next((each for each in (*DISTROS, *_OTHERS) if each.name == name), None)


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
