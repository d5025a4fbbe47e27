"""Which CUDA release builds a list of architectures, and how a list that none builds alone is cut into groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cudacompat.domain.tables.drivers import max_ptx, needed_driver
from cudacompat.domain.tables.nvcc_releases import NvccRelease, first_nvcc_with
from cudacompat.domain.tables.toolkits import RELEASES, first_with, last_with, release, with_all
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.versions import DriverRelease, ToolkitVersion

# The release taken when none is named: the first that knows Blackwell. Its PTX (8.7) loads on every driver that knows
# the newest GeForce generation (570 on), and every target from 5.0 to 12.0 is in it.
_PREFERRED = ToolkitVersion(12, 8)


class NoSingleReleaseError(UsageError):
    """No CUDA release builds all of the list; several builds can."""


def choose_release(
    cuda: str | None,
    archs: set[str],
    labels: Mapping[str, str],
    driver: DriverRelease | None = None,
    among: Sequence[frozenset[ToolkitVersion]] = (),
    *,
    ptx: bool = True,
) -> CudaRelease:
    """Return the release named, or the best that builds all of these (`"90a"`) and whose programs run with the driver;
    `UsageError` where it cannot, or none.

    `labels` are the GPUs that the architectures are for, as the user called them. Where none is named, it is one of the
    first of `among` that has one that does. `ptx` is whether the driver has PTX of the build to compile.
    """
    if cuda is None:
        fitting = with_all(archs)
        if not fitting:
            raise _no_release(archs, labels)
        runs = [row for row in fitting if driver is None or needed_driver(row.version.major, driver) is None]
        rows = (tuple(row for row in runs if row.version in group) for group in among)
        fitting = next(filter(None, rows), fitting)
        return preferred(fitting) if driver is None else _for_driver(fitting, driver, ptx=ptx)
    version = ToolkitVersion.parse(cuda)
    row = release(version)
    if row is None:
        listed = ", ".join(str(known.version) for known in RELEASES)
        raise UsageError(f"CUDA {version} is unknown to this version of cudacompat, which knows {listed}")
    if driver is not None and (needs := needed_driver(row.version.major, driver)) is not None:
        raise UsageError(f"programs built with CUDA {row.version} need driver {needs} or newer, not {driver}")
    missing = sorted(archs - set(row.targets))
    if missing:
        raise UsageError(f"CUDA {row.version} cannot build this list: {cannot_build(row, missing, labels)}")
    return row


def _for_driver(fitting: tuple[CudaRelease, ...], driver: DriverRelease, *, ptx: bool) -> CudaRelease:
    """The best of these with this driver: one whose PTX it compiles, too, else one whose machine code runs, which any
    release of the major does that the driver takes."""
    running = tuple(row for row in fitting if needed_driver(row.version.major, driver) is None)
    if not running:
        needs = needed_driver(fitting[0].version.major, driver)
        builds = f"CUDA {fitting[0].version} is the first release that builds all of this"
        raise UsageError(f"{builds}, and its programs need driver {needs} or newer, not {driver}")
    if not ptx:
        return preferred(running)
    limit = max_ptx(driver)
    compiled = tuple(row for row in running if limit is None or row.ptx_isa <= limit)
    return preferred(compiled) if compiled else running[0]


def preferred(fitting: tuple[CudaRelease, ...]) -> CudaRelease:
    """Return the best of these: the first from 12.8 on, or else the newest."""
    return next((row for row in fitting if row.version >= _PREFERRED), fitting[-1])


def groups(archs: Iterable[frozenset[str]]) -> tuple[tuple[int, ...], ...]:
    """Return the indexes of the items of each group, so that one release builds all of a group, in the fewest groups.

    An item is what one GPU needs built. Each is built by an unbroken row of releases, so taking the release at which
    the first of them ends, again and again, gives the fewest; an item joins the oldest group that can build it, as
    an older release asks for less of the driver. `UsageError` for an item that no release builds.
    """
    spans: list[tuple[int, int]] = []
    for item in archs:
        fitting = [number for number, row in enumerate(RELEASES) if item.issubset(row.targets)]
        if not fitting:
            raise UsageError(f"no known CUDA release builds {' and '.join(f'sm_{arch}' for arch in sorted(item))}")
        spans.append((fitting[0], fitting[-1]))
    left = sorted(range(len(spans)), key=lambda index: (spans[index][1], index))
    found: list[tuple[int, ...]] = []
    while left:
        at = spans[left[0]][1]
        found.append(tuple(sorted(index for index in left if spans[index][0] <= at)))
        left = [index for index in left if spans[index][0] > at]
    return tuple(found)


def cannot_build(row: CudaRelease | NvccRelease, missing: Iterable[str], labels: Mapping[str, str]) -> str:
    """`sm_120 (for RTX 5070 Ti) is built by CUDA 12.8 and newer`, for each that this release does not build."""
    parts = []
    for arch in missing:
        first, last = first_nvcc_with(arch), last_with(arch)
        named = f"sm_{arch}" + (f" (for {labels[arch]})" if arch in labels else "")
        if last is None:
            parts.append(f"no known release builds {named}")
        elif first is not None and first > row.version:
            parts.append(f"{named} is built by CUDA {first} and newer")
        else:
            parts.append(f"CUDA {last.version} is the last release that builds {named}")
    return "; ".join(parts)


def _no_release(archs: set[str], labels: Mapping[str, str]) -> UsageError:
    spans = []
    for arch in sorted(archs, key=lambda each: (int(each.rstrip("af")), each)):
        first, last = first_with(arch), last_with(arch)
        if first is None or last is None:
            return UsageError(f"no CUDA release known here builds sm_{arch} (for {labels.get(arch, arch)})")
        if first is not RELEASES[0] or last is not RELEASES[-1]:
            until = "" if last is RELEASES[-1] else f" to {last.version}"
            spans.append(f"sm_{arch} needs CUDA {first.version}{until or ' or newer'}")
    return NoSingleReleaseError(
        f"no single CUDA release builds all of these: {'; '.join(spans)}; run one build per group"
    )
