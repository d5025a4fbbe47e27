"""CUDA toolkit releases: what each can build, with which host compilers, and what driver it asks for.

The rows were measured on NVIDIA's own wheels; tools/refresh_tables.py writes them. There is no CUDA 12.7
(only a driver of that number).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cudacompat.domain.words.versions import DriverRelease, PtxIsa, ToolkitVersion


@dataclass(frozen=True, slots=True)
class CudaRelease:
    """One minor release of CUDA, as its last patch has it.

    `targets` are the architectures that it builds machine code for (`"75"`, `"90a"`, `"100f"`), by number,
    plain before suffixed. `ptx_isa` is what it writes and the newest that it reads. `default_target` is what
    nvcc builds for when told nothing. `gcc_max` and `clang_max` are the newest major versions that
    crt/host_config.h accepts, `msc_ver` the lowest and the highest _MSC_VER. `min_driver` is the Linux driver
    from which minor version compatibility holds (it covers machine code, not PTX), `toolkit_driver` the Linux
    driver that goes with the release's last update (`None`: none is bundled, or not known).
    """

    version: ToolkitVersion
    targets: tuple[str, ...]
    ptx_isa: PtxIsa
    default_target: int
    gcc_max: int
    clang_max: int
    msc_ver: tuple[int, int]
    min_driver: DriverRelease
    toolkit_driver: DriverRelease | None
    source: str


def _archs(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NOTES = "https://docs.nvidia.com/cuda/archive/13.2.2/cuda-toolkit-release-notes/index.html"


def _source(wheel: str, update: str) -> str:
    """What was measured on that wheel; the drivers are the release notes', `update` the row of the toolkit's
    driver."""
    driver = f"toolkit_driver: {update}" if update else "toolkit_driver: not published"
    return f"measured: ptxas, NVRTC and crt/host_config.h of {wheel}; min_driver: {_NOTES}; {driver}"


# >>> generated
# By tools/refresh_tables.py; do not edit by hand.
# from: cuda_releases.json, host_compilers.json, drivers.json
# on: 2026-11-24
# sha256 of the rows: d76a4aac81b6ae52f7ee2ebdc4999288d7e867bd6ad817aadd68df804a41eff5
RELEASES: tuple[CudaRelease, ...] = (
    CudaRelease(
        version=ToolkitVersion(11, 7),
        targets=_archs("35 37 50 52 53 60 61 62 70 72 75 80 86 87"),
        ptx_isa=PtxIsa(7, 7),
        default_target=52,
        gcc_max=11,
        clang_max=13,
        msc_ver=(1910, 1939),
        min_driver=DriverRelease.parse("450.80.02"),
        toolkit_driver=DriverRelease.parse("515.48.07"),
        source=_source("nvidia-cuda-nvcc-cu11==11.7.99", "11.7 Update 1"),
    ),
    CudaRelease(
        version=ToolkitVersion(11, 8),
        targets=_archs("35 37 50 52 53 60 61 62 70 72 75 80 86 87 89 90"),
        ptx_isa=PtxIsa(7, 8),
        default_target=52,
        gcc_max=11,
        clang_max=14,
        msc_ver=(1910, 1939),
        min_driver=DriverRelease.parse("450.80.02"),
        toolkit_driver=DriverRelease.parse("520.61.05"),
        source=_source("nvidia-cuda-nvcc-cu11==11.8.89", "11.8 GA"),
    ),
    CudaRelease(
        version=ToolkitVersion(12, 0),
        targets=_archs("50 52 53 60 61 62 70 72 75 80 86 87 89 90 90a"),
        ptx_isa=PtxIsa(8, 0),
        default_target=52,
        gcc_max=12,
        clang_max=14,
        msc_ver=(1910, 1939),
        min_driver=DriverRelease.parse("525.60.13"),
        toolkit_driver=DriverRelease.parse("525.85.12"),
        source=_source("nvidia-cuda-nvcc-cu12==12.0.140", "12.0 Update 1"),
    ),
    CudaRelease(
        version=ToolkitVersion(12, 1),
        targets=_archs("50 52 53 60 61 62 70 72 75 80 86 87 89 90 90a"),
        ptx_isa=PtxIsa(8, 1),
        default_target=52,
        gcc_max=12,
        clang_max=15,
        msc_ver=(1910, 1939),
        min_driver=DriverRelease.parse("525.60.13"),
        toolkit_driver=DriverRelease.parse("530.30.02"),
        source=_source("nvidia-cuda-nvcc-cu12==12.1.105", "12.1 Update 1"),
    ),
    CudaRelease(
        version=ToolkitVersion(12, 2),
        targets=_archs("50 52 53 60 61 62 70 72 75 80 86 87 89 90 90a"),
        ptx_isa=PtxIsa(8, 2),
        default_target=52,
        gcc_max=12,
        clang_max=16,
        msc_ver=(1910, 1939),
        min_driver=DriverRelease.parse("525.60.13"),
        toolkit_driver=DriverRelease.parse("535.104.05"),
        source=_source("nvidia-cuda-nvcc-cu12==12.2.140", "12.2 Update 2"),
    ),
    CudaRelease(
        version=ToolkitVersion(12, 3),
        targets=_archs("50 52 53 60 61 62 70 72 75 80 86 87 89 90 90a"),
        ptx_isa=PtxIsa(8, 3),
        default_target=52,
        gcc_max=12,
        clang_max=16,
        msc_ver=(1910, 1939),
        min_driver=DriverRelease.parse("525.60.13"),
        toolkit_driver=DriverRelease.parse("545.23.08"),
        source=_source("nvidia-cuda-nvcc-cu12==12.3.107", "12.3 Update 1"),
    ),
    CudaRelease(
        version=ToolkitVersion(12, 4),
        targets=_archs("50 52 53 60 61 62 70 72 75 80 86 87 89 90 90a"),
        ptx_isa=PtxIsa(8, 4),
        default_target=52,
        gcc_max=13,
        clang_max=17,
        msc_ver=(1910, 1949),
        min_driver=DriverRelease.parse("525.60.13"),
        toolkit_driver=DriverRelease.parse("550.54.15"),
        source=_source("nvidia-cuda-nvcc-cu12==12.4.131", "12.4 Update 1"),
    ),
    CudaRelease(
        version=ToolkitVersion(12, 5),
        targets=_archs("50 52 53 60 61 62 70 72 75 80 86 87 89 90 90a"),
        ptx_isa=PtxIsa(8, 5),
        default_target=52,
        gcc_max=13,
        clang_max=17,
        msc_ver=(1910, 1949),
        min_driver=DriverRelease.parse("525.60.13"),
        toolkit_driver=DriverRelease.parse("555.42.06"),
        source=_source("nvidia-cuda-nvcc-cu12==12.5.82", "12.5 Update 1"),
    ),
    CudaRelease(
        version=ToolkitVersion(12, 6),
        targets=_archs("50 52 53 60 61 62 70 72 75 80 86 87 89 90 90a"),
        ptx_isa=PtxIsa(8, 5),
        default_target=52,
        gcc_max=13,
        clang_max=18,
        msc_ver=(1910, 1949),
        min_driver=DriverRelease.parse("525.60.13"),
        toolkit_driver=DriverRelease.parse("560.35.05"),
        source=_source("nvidia-cuda-nvcc-cu12==12.6.85", "12.6 Update 3"),
    ),
    CudaRelease(
        version=ToolkitVersion(12, 8),
        targets=_archs("50 52 53 60 61 62 70 72 75 80 86 87 89 90 90a 100 100a 101 101a 120 120a"),
        ptx_isa=PtxIsa(8, 7),
        default_target=52,
        gcc_max=14,
        clang_max=19,
        msc_ver=(1910, 1949),
        min_driver=DriverRelease.parse("525.60.13"),
        toolkit_driver=DriverRelease.parse("570.124.06"),
        source=_source("nvidia-cuda-nvcc-cu12==12.8.93", "12.8 Update 1"),
    ),
    CudaRelease(
        version=ToolkitVersion(12, 9),
        targets=_archs(
            "50 52 53 60 61 62 70 72 75 80 86 87 89 90 90a 100 100a 100f "
            "101 101a 101f 103 103a 103f 120 120a 120f 121 121a 121f"
        ),
        ptx_isa=PtxIsa(8, 8),
        default_target=52,
        gcc_max=14,
        clang_max=19,
        msc_ver=(1910, 1949),
        min_driver=DriverRelease.parse("525.60.13"),
        toolkit_driver=DriverRelease.parse("575.57.08"),
        source=_source("nvidia-cuda-nvcc-cu12==12.9.86", "12.9 Update 1"),
    ),
    CudaRelease(
        version=ToolkitVersion(13, 0),
        targets=_archs(
            "75 80 86 87 88 89 90 90a 100 100a 100f 103 103a 103f 110 110a 110f 120 120a 120f 121 121a 121f"
        ),
        ptx_isa=PtxIsa(9, 0),
        default_target=75,
        gcc_max=15,
        clang_max=20,
        msc_ver=(1920, 1949),
        min_driver=DriverRelease.parse("580.65.06"),
        toolkit_driver=DriverRelease.parse("580.95.05"),
        source=_source("nvidia-cuda-nvcc==13.0.88", "13.0 Update 2"),
    ),
    CudaRelease(
        version=ToolkitVersion(13, 1),
        targets=_archs(
            "75 80 86 87 88 89 90 90a 100 100a 100f 103 103a 103f 110 110a 110f 120 120a 120f 121 121a 121f"
        ),
        ptx_isa=PtxIsa(9, 1),
        default_target=75,
        gcc_max=15,
        clang_max=21,
        msc_ver=(1920, 1949),
        min_driver=DriverRelease.parse("580.65.06"),
        toolkit_driver=DriverRelease.parse("590.48.01"),
        source=_source("nvidia-cuda-nvcc==13.1.115", "13.1 Update 1"),
    ),
    CudaRelease(
        version=ToolkitVersion(13, 2),
        targets=_archs(
            "75 80 86 87 88 89 90 90a 100 100a 100f 103 103a 103f 110 110a 110f 120 120a 120f 121 121a 121f"
        ),
        ptx_isa=PtxIsa(9, 2),
        default_target=75,
        gcc_max=15,
        clang_max=21,
        msc_ver=(1920, 1959),
        min_driver=DriverRelease.parse("580.65.06"),
        toolkit_driver=DriverRelease.parse("595.71.05"),
        source=_source("nvidia-cuda-nvcc==13.2.86", "13.2 Update 2"),
    ),
    CudaRelease(
        version=ToolkitVersion(13, 3),
        targets=_archs(
            "75 80 86 87 88 89 90 90a 100 100a 100f 103 103a 103f 110 110a 110f 120 120a 120f 121 121a 121f"
        ),
        ptx_isa=PtxIsa(9, 3),
        default_target=75,
        gcc_max=15,
        clang_max=21,
        msc_ver=(1920, 1959),
        min_driver=DriverRelease.parse("580.65.06"),
        toolkit_driver=DriverRelease.parse("610.43.02"),
        source=_source("nvidia-cuda-nvcc==13.3.73", "13.3 Update 1, from a copy of its notes"),
    ),
    CudaRelease(
        version=ToolkitVersion(13, 4),
        targets=_archs(
            "75 80 86 87 88 89 90 90a 100 100a 100f 103 103a 103f 107 "
            "107a 107f 110 110a 110f 120 120a 120f 121 121a 121f"
        ),
        ptx_isa=PtxIsa(9, 4),
        default_target=75,
        gcc_max=16,
        clang_max=22,
        msc_ver=(1920, 1959),
        min_driver=DriverRelease.parse("580.65.06"),
        toolkit_driver=None,
        source=_source("nvidia-cuda-nvcc==13.4.92", ""),
    ),
    CudaRelease(
        version=ToolkitVersion(13, 5),
        targets=_archs(
            "75 80 86 87 88 89 90 90a 100 100a 100f 103 103a 103f 107 "
            "107a 107f 110 110a 110f 120 120a 120f 121 121a 121f"
        ),
        ptx_isa=PtxIsa(9, 5),
        default_target=75,
        gcc_max=16,
        clang_max=22,
        msc_ver=(1920, 1959),
        min_driver=DriverRelease.parse("580.65.06"),
        toolkit_driver=None,
        source=_source("nvidia-cuda-nvcc==13.5.37", ""),
    ),
)
# <<< generated


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Releases that still build the architectures below `below`, with a warning, and the first that does not."""

    since: ToolkitVersion
    below: int
    gone: ToolkitVersion
    source: str


DEPRECATIONS: tuple[Deprecation, ...] = (
    Deprecation(
        ToolkitVersion(11, 8), 50, ToolkitVersion(12, 0), "measured: nvcc 11.8 warns for 35 and 37; 12.0 has neither"
    ),
    Deprecation(
        ToolkitVersion(12, 8),
        75,
        ToolkitVersion(13, 0),
        "measured: NVRTC 12.8 and 12.9 warn; the release notes of CUDA 12.8, Deprecated Architectures",
    ),
)


def deprecation(version: ToolkitVersion, number: int) -> Deprecation | None:
    """Return why this release warns of this architecture, `None` where it does not."""
    return next((row for row in DEPRECATIONS if row.since <= version < row.gone and number < row.below), None)


def release(version: ToolkitVersion) -> CudaRelease | None:
    """Return the release of exactly this number; `None` if the table has none."""
    return next((row for row in RELEASES if row.version == version), None)


def first_with(arch: str) -> CudaRelease | None:
    """Return the first release that builds this architecture (`"90a"`); `None` if none in the table does.

    For what the table's oldest release builds already, it is that one.
    """
    return next((row for row in RELEASES if arch in row.targets), None)


def last_with(arch: str) -> CudaRelease | None:
    """Return the last release that builds this architecture: 12.9 for `"70"`, the newest known where it still
    does; `None` if none in the table does."""
    return next((row for row in reversed(RELEASES) if arch in row.targets), None)


def with_all(archs: Iterable[str]) -> tuple[CudaRelease, ...]:
    """Return the releases that build all of these architectures, oldest first; all releases for none."""
    wanted = set(archs)
    return tuple(row for row in RELEASES if wanted.issubset(row.targets))
