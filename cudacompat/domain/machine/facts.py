"""What a machine says about itself: its GPUs, driver, toolkits, compilers, container and Python stack.

Everything here is plain data. `cudacompat.host` asks a machine for it; `saved_facts` writes it as JSON and reads it
again, so that one machine can be diagnosed on another (`doctor --save-facts`, `doctor --facts`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.machine.troubles import Trouble
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.fleet_gpu import FleetGpu
from cudacompat.domain.words.platforms import platform_of_system
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease, ToolkitVersion

T = TypeVar("T")

DEBIANS_NVCC = "the choice of Debian's nvcc"  # what leads to a compiler that no variable names
SEARCH_PATH = "LD_LIBRARY_PATH"  # how the libcuda was found that a folder of this variable gives


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A probe's answer, how it was found, in words a user understands, and what went wrong on the way."""

    value: T
    found_via: str
    troubles: tuple[Trouble, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """What a probe did not find, and each thing it tried with the reason, in words a user understands."""

    what: str
    tried: tuple[str, ...]
    troubles: tuple[Trouble, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class GpuDevice:
    """One GPU of this machine.

    `index` is NVML's (PCI bus order, whatever CUDA_VISIBLE_DEVICES says), `pci_id` is `vendor:device` in lower-case
    hex (`10de:2c05`), `memory_bytes` is the device memory, `None` where the GPU has none of its own (GB10, Jetson).
    `bus_id` is its address (`0000:01:00.0`). `mig` has the ids of its MIG instances, `None` where it is not split.
    `visible` is what was saved about CUDA_VISIBLE_DEVICES, `None` on the machine itself, which knows the ids.
    """

    index: int
    name: str
    capability: ComputeCapability
    uuid: str | None
    pci_id: str | None
    memory_bytes: int | None
    bus_id: str | None = field(default=None, compare=False)
    mig: tuple[str, ...] | None = field(default=None, compare=False)
    visible: bool | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class PciCard:
    """An NVIDIA card on the PCI bus: its id (`10de:2c05`), the kernel driver bound to it (`nvidia`, `nouveau`,
    `vfio-pci`, …), if any, and its address."""

    id: str
    driver: str | None
    address: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class LibcudaFacts:
    """The libcuda that a program started here loads, and what it answers, with CUDA_VISIBLE_DEVICES as it is set.

    `init` is cuInit's error, 0 where it starts. `release` is the one in the file's name, `devices` the addresses of the
    GPUs that it shows, in its order.
    """

    path: str | None
    release: DriverRelease | None
    cuda: DriverCudaVersion | None
    init: int
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DriverFiles:
    """What the system shows of the driver besides the driver: `None` where it does not show it.

    `loaded` are kernel modules that matter here (`nvidia`, `nouveau`), `nodes` the device nodes with whether this user
    may open them, `secure_boot` whether the firmware takes signed modules only, `on_disk` whether this kernel has an
    nvidia module to load, `cdi` the CDI files that give NVIDIA GPUs to containers, with the driver's release whose
    libraries they name.
    """

    loaded: tuple[str, ...] = ()
    nodes: tuple[tuple[str, bool], ...] = ()
    secure_boot: bool | None = None
    on_disk: bool | None = None
    dxg: bool = False
    cdi: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DriverFacts:
    """The NVIDIA driver: its release, the newest CUDA it speaks, and its kernel module (`open` or `proprietary`).

    `cuda` is what libcuda says, so a forward compatibility package (cuda-compat) raises it and not the release.
    """

    release: DriverRelease | None
    cuda: DriverCudaVersion | None
    kernel_module: str | None = None


def ways_in(sentence: str) -> tuple[str, ...]:
    """Return the ways that a sentence tells (`PATH (/bin/nvcc), CUDA_HOME and pip`): facts that were saved before ways
    were hold nothing else."""
    parts = sentence.replace(" and ", ", ").split(", ")
    return tuple(dict.fromkeys(each.partition(" (")[0] for each in parts if each))


@dataclass(frozen=True, slots=True)
class ToolkitFacts:
    """One CUDA compiler: `path` is the nvcc program itself, behind links and wrapper scripts.

    `version` is `None` where no file says it. `active` marks the one that a plain `nvcc` runs. `targets` are the
    numbers of the architectures that it says it builds (`120`), of a release that no table knows; empty of the others,
    which are not asked. `ways` are the names of the variables, folders and lists that lead to it (`PATH`, `CUDA_HOME`,
    `/usr/local/cuda`, `pip`); `found_via` says the same in words.
    """

    path: str
    version: ToolkitVersion | None
    active: bool
    found_via: str
    targets: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()

    def is_found_by(self, *names: str) -> bool:
        """Whether one of these leads to it."""
        return not set(names).isdisjoint(self.ways or (self.found_via,))


@dataclass(frozen=True, slots=True)
class HostCompiler:
    """A C++ compiler that nvcc can use; `name` is `gcc` or `clang`. The first of the list is nvcc's default. `ways` are
    the names of the variables that lead to it, `PATH`, and `DEBIANS_NVCC`; `found_via` says the same in words."""

    path: str
    name: str
    version: str
    major: int
    found_via: str = "PATH"
    ways: tuple[str, ...] = ()

    def is_found_by(self, *names: str) -> bool:
        """Whether one of these leads to it."""
        return not set(names).isdisjoint(self.ways or (self.found_via,))


@dataclass(frozen=True, slots=True)
class ToolFacts:
    """A build tool, such as cmake."""

    path: str
    version: str


@dataclass(frozen=True, slots=True)
class ContainerFacts:
    """Whether this is the inside of a container, which kind (`docker`, `kubernetes`, …) and what shows it."""

    inside: bool
    kind: str | None
    evidence: str


@dataclass(frozen=True, slots=True)
class JitCacheFacts:
    """Where the driver keeps what it compiles: the folder (`None`: there is no home for it), the bytes in it (`None`:
    it is not there yet), whether this user can write there, and `mounted`, whether it lies on something that was
    mounted and outlasts a container (`None`: nothing says so)."""

    path: str | None
    size: int | None
    writable: bool
    mounted: bool | None


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What a diagnosis was asked for in place of the machine's own: GPUs as `--gpu` names them, and the driver."""

    gpus: tuple[str, ...] = ()
    driver: DriverRelease | None = None


@dataclass(frozen=True, slots=True)
class HostFacts:
    """All that a machine says.

    `pci_cards` are the ids of NVIDIA cards on the PCI bus, one each, driver or not (inside a container they are the
    host's); `bus` is the same with more, empty in facts that were saved before there was such a list. `troubles` is
    all that went wrong. `jit_cache` is `None` in facts that were saved before it was asked for. `environment` holds
    CUDA's variables only. `notes` name what could not be looked up. `asked` is what the facts were saved for. `home` is
    for shortening paths in `to_json` and is not saved.
    """

    gpus: Found[tuple[GpuDevice, ...]] | Missing
    driver: Found[DriverFacts] | Missing
    toolkits: tuple[ToolkitFacts, ...] = ()
    compilers: tuple[HostCompiler, ...] = ()
    cmake: Found[ToolFacts] | Missing = Missing("CMake", ())
    container: ContainerFacts = ContainerFacts(False, None, "")
    packages: tuple[Component, ...] = ()
    environments: tuple[Environment, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    jit_cache: JitCacheFacts | None = None
    pci_cards: tuple[str, ...] = ()
    bus: tuple[PciCard, ...] = ()
    libcuda: Found[LibcudaFacts] | Missing = Missing("libcuda", ())
    driver_files: DriverFiles = DriverFiles()
    troubles: tuple[Trouble, ...] = ()
    platform: str = ""
    python: str = ""
    libc: str | None = None
    notes: tuple[str, ...] = ()
    asked: AskedFor = AskedFor()
    home: str | None = field(default=None, compare=False, repr=False)

    @property
    def fleet(self) -> tuple[FleetGpu, ...]:
        """The machine's GPUs as those of a fleet, each with the driver."""
        if not isinstance(self.gpus, Found):
            return ()
        driver = self.driver.value.release if isinstance(self.driver, Found) else None
        where = platform_of_system(self.platform) if self.platform else None
        return tuple(
            FleetGpu(gpu.name, gpu.name, gpu.capability, driver=driver, platform=where) for gpu in self.gpus.value
        )
