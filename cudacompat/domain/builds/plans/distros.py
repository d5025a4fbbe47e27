"""The distributions whose images a build can be based on, as far as the generated files need to know them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cudacompat.domain.builds.engine_trees import Recipe
from cudacompat.domain.tables.image_tags import FLAVOURS
from cudacompat.domain.tables.images import newest_image
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.versions import ToolkitVersion

if TYPE_CHECKING:
    from cudacompat.domain.builds.plans.model import BuildPlan


@dataclass(frozen=True, slots=True)
class Distro:
    """One distribution, as NVIDIA's image tags name it, with the major version of its own gcc and the versions of its
    own CMake, CUDA toolkit (nvidia-cuda-toolkit, which it packages itself) and glibc (`None`: not known)."""

    name: str
    gcc: int
    source: str
    cmake: tuple[int, int] | None = None
    cuda: ToolkitVersion | None = None
    glibc: tuple[int, int] | None = None


def _of(packages: str, where: str, glibc: str) -> str:
    return f"{packages}: {where}; seen in public Dockerfiles that pin them and in logs of apt, November 2026; {glibc}"


# What the C library of each is, and where that was read on 2026-11-30.
_UBUNTU = "packages.ubuntu.com/{}/libc6: {}"
_DEBIAN = "packages.debian.org/libc6-udeb: {}"
_GLIBC_OF_EL = {
    8: "glibc 2.28-251.el8_10.31 of ubi8: github.com/stackrox/fact/pull/418",
    9: "glibc 2.34-275.el9_8 of ubi9: github.com/conforma/cli/pull/3454",
    10: "glibc 2.39 of RHEL 10: gist.github.com/richardlau/6a01d7829cc33ddab35269dacc127680",
}


def _el(release: int, compiler: str) -> str:
    return f"gcc --version of Enterprise Linux {release} in public reports: {compiler}; {_GLIBC_OF_EL[release]}"


DISTROS: tuple[Distro, ...] = (
    Distro(
        "ubuntu22.04",
        11,
        _of(
            "gcc 4:11.2.0-1ubuntu1, cmake 3.22.1-1ubuntu1, nvidia-cuda-toolkit 11.5.1-1ubuntu1",
            "Ubuntu jammy",
            "libc6 2.35-0ubuntu3.15: osv.dev/vulnerability/UBUNTU-CVE-2026-8674",
        ),
        (3, 22),
        ToolkitVersion(11, 5),
        glibc=(2, 35),
    ),
    Distro(
        "ubuntu24.04",
        13,
        _of(
            "gcc 4:13.2.0-7ubuntu1, cmake 3.28.3-1build7, nvidia-cuda-toolkit 12.0.140~12.0.1-4build4",
            "Ubuntu noble",
            _UBUNTU.format("noble", "2.39-0ubuntu8.9"),
        ),
        (3, 28),
        ToolkitVersion(12, 0),
        glibc=(2, 39),
    ),
    Distro(
        "ubuntu26.04",
        15,
        _of(
            "gcc 4:15.2.0-5ubuntu1, cmake 4.2.3-2ubuntu2, nvidia-cuda-toolkit 12.4.131~12.4.1-8",
            "Ubuntu resolute",
            _UBUNTU.format("resolute", "2.43-2ubuntu2.4"),
        ),
        (4, 2),
        ToolkitVersion(12, 4),
        glibc=(2, 43),
    ),
)
# those that generated files are not made for, and Dockerfiles begin with all the same
_OTHERS: tuple[Distro, ...] = (
    Distro(
        "ubuntu20.04",
        9,
        _of(
            "gcc 4:9.3.0-1ubuntu2, cmake 3.16.3-1ubuntu1, nvidia-cuda-toolkit 10.1.243-3",
            "Ubuntu focal",
            _UBUNTU.format("focal-updates", "2.31-0ubuntu9.17"),
        ),
        (3, 16),
        ToolkitVersion(10, 1),
        glibc=(2, 31),
    ),
    Distro(
        "debian11",
        10,
        _of(
            "gcc 4:10.2.1-1, cmake 3.18.4-2+deb11u1, nvidia-cuda-toolkit 11.2.2-3+deb11u3",
            "Debian bullseye",
            _DEBIAN.format("2.31-13+deb11u14"),
        ),
        (3, 18),
        ToolkitVersion(11, 2),
        glibc=(2, 31),
    ),
    Distro(
        "debian12",
        12,
        "gcc 12.2, CMake 3.25.1 and libc6 2.36-9+deb12u14 were run; nvidia-cuda-toolkit 11.8.89~11.8.0-5~deb12u1 in "
        "public lists of packages",
        (3, 25),
        ToolkitVersion(11, 8),
        glibc=(2, 36),
    ),
    Distro(
        "debian13",
        14,
        _of(
            "gcc 4:14.2.0-1, cmake 3.31.6-2, nvidia-cuda-toolkit 12.4.131~12.4.1-2",
            "Debian trixie",
            _DEBIAN.format("2.41-12+deb13u2, which was run"),
        ),
        (3, 31),
        ToolkitVersion(12, 4),
        glibc=(2, 41),
    ),
    Distro("rockylinux8", 8, _el(8, "8.5.0 (Red Hat 8.5.0-28)"), glibc=(2, 28)),
    Distro("rockylinux9", 11, _el(9, "11.5.0 (Red Hat 11.5.0-5)"), glibc=(2, 34)),
    Distro("rockylinux10", 14, _el(10, "14.3.1 (Red Hat 14.3.1-2), of Rocky Linux 10.1"), glibc=(2, 39)),
    Distro("ubi8", 8, _el(8, "8.5.0 (Red Hat 8.5.0-28)"), glibc=(2, 28)),
    Distro("ubi9", 11, _el(9, "11.5.0 (Red Hat 11.5.0-5)"), glibc=(2, 34)),
    Distro("ubi10", 14, _el(10, "14.3.1 (Red Hat 14.3.1-2), of Rocky Linux 10.1"), glibc=(2, 39)),
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


def fitting_distros(release: CudaRelease, recipe: Recipe | None) -> list[str]:
    """Return the distributions for which this release has images, and whose own gcc and CMake the build takes."""
    least = recipe.cmake if recipe is not None else (0, 0)
    return [
        each.name
        for each in DISTROS
        if each.gcc <= release.gcc_max
        and (each.cmake is None or each.cmake >= least)
        and newest_image(release.version, each.name, FLAVOURS) is not None
    ]


def in_one_distribution(plans: tuple[BuildPlan, ...]) -> tuple[BuildPlan, ...]:
    """Return the plans with images of one distribution, as a job whose steps are the same for each needs it;
    `UsageError` where there is none."""
    if len({plan.distro for plan in plans}) == 1:
        return plans
    each = [fitting_distros(plan.release, plan.recipe) for plan in plans]
    name = next((name for name in reversed(each[0]) if all(name in names for names in each)), None)
    if name is None:
        releases = ", ".join(str(plan.release.version) for plan in plans)
        raise UsageError(f"no distribution has images of CUDA {releases}; make a job for each, with its own --gpu")
    return tuple(replace(plan, distro=name, image=newest_image(plan.release.version, name, FLAVOURS)) for plan in plans)


def require_cmake(of: Distro, engine: str, recipe: Recipe | None) -> None:
    """Refuse a distribution whose own CMake is older than the engine's lists take."""
    if recipe is not None and of.cmake is not None and of.cmake < recipe.cmake:
        own, least = (".".join(map(str, each)) for each in (of.cmake, recipe.cmake))
        raise UsageError(
            f"{of.name} brings CMake {own}, and {engine} needs {least} or newer; choose another --distro or --cuda"
        )


def require_compiler(of: Distro, release: CudaRelease) -> None:
    """Refuse a distribution whose own gcc is newer than nvcc of this release takes."""
    if of.gcc > release.gcc_max:
        raise UsageError(
            f"{of.name} brings gcc {of.gcc}, and nvcc {release.version} takes gcc {release.gcc_max} at most; "
            "choose another --distro or --cuda"
        )
