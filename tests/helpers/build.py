"""Short ways to write device code down in tests."""

from __future__ import annotations

from collections.abc import Sequence

from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import BinaryArtifact, Compression, DeviceModule, FatbinEntry, Registration
from cudacompat.domain.words.target import ArchTarget
from cudacompat.domain.words.verdict import JitPolicy, Target
from cudacompat.domain.words.versions import DriverRelease, PtxIsa

KERNELS = ("k1", "k2")


def image(
    target: str,
    isa: str | None = None,
    kernels: tuple[str, ...] | None = KERNELS,
    compression: Compression = Compression.NONE,
) -> FatbinEntry:
    """An image of `target`; PTX is ISA 7.0 unless told otherwise."""
    parsed = ArchTarget.parse(target)
    ptx = PtxIsa.parse(isa or "7.0") if target.startswith("compute") else None
    return FatbinEntry(parsed.kind, parsed, ptx, compression, 100, None, None, kernels)


def module(*entries: FatbinEntry | str, registration: Registration = Registration.REGISTERED) -> DeviceModule:
    """A module of these images, given as such or as targets."""
    built = tuple(image(entry) if isinstance(entry, str) else entry for entry in entries)
    return DeviceModule(0, ".nv_fatbin", registration, built)


def other(*targets: str) -> DeviceModule:
    """A module of another source: its kernels are in no module that `module` makes."""
    return module(*(image(each, kernels=("other1", "other2")) for each in targets))


def artifact(modules: Sequence[DeviceModule], linked: bool = True) -> BinaryArtifact:
    """A file of these modules."""
    return BinaryArtifact("lib.so", "elf", 1000, linked, tuple(modules))


def target(capability: str, driver: str | None = None, jit: JitPolicy = JitPolicy.NORMAL) -> Target:
    """A GPU to judge for."""
    release = DriverRelease.parse(driver) if driver else None
    return Target(capability, None, ComputeCapability.parse(capability), release, jit)
