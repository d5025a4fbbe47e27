"""A minor release of CUDA. Which there are is `cudacompat.domain.tables.toolkits`."""

from __future__ import annotations

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
