"""The GPUs of a fleet, and what is judged for them. Which documents list them is `cudacompat.domain.gpus.fleets`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cudacompat.domain.gpus.lookup import capability_named
from cudacompat.domain.tables.architectures import architecture
from cudacompat.domain.tables.arm_hosts import is_arm_only
from cudacompat.domain.tables.drivers import BRANCHES
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.errors import ParseError, UsageError
from cudacompat.domain.words.fleet_gpu import FleetGpu
from cudacompat.domain.words.verdict import JitPolicy, Target
from cudacompat.domain.words.versions import DriverRelease


@dataclass(frozen=True, slots=True)
class Fleet:
    """What fleet files list: GPUs, and the entries that have one and do not say which, each with the reason."""

    gpus: tuple[FleetGpu, ...] = ()
    not_read: tuple[NotRead, ...] = ()


Row = FleetGpu | NotRead


def without_comment(line: str) -> str:
    """Return the line of a list before its comment: `#` at the start or after a space begins one."""
    return re.split(r"(?:^|\s)#", line, maxsplit=1)[0]


def capability_of(specs: Iterable[str]) -> ComputeCapability | None:
    """Return the compute capability of the first of these that is known."""
    return next((known for spec in specs if (known := capability_named(spec)) is not None), None)


def capability_in(text: str, where: str) -> ComputeCapability:
    """Return the compute capability that is written as such; `UsageError` that names the place for one that is none,
    or none that the tables have."""
    try:
        capability = ComputeCapability.parse(text)
    except ParseError as error:
        raise UsageError(f"{where}: {error}") from None
    if architecture(capability) is None:
        raise UsageError(f"{where}: compute capability {capability} is not in the tables of this version")
    return capability


_NOTHING = re.compile(
    r"\[?(?:n/?a|not (?:supported|available|found)|unknown error|none)?\]?|(?:requested .*)?deprecated.*", re.I
)


def driver_in(text: str | None, where: str) -> DriverRelease | None:
    """Return the driver that a document names, `None` where it names none or says that the place is no longer the one;
    `UsageError` that names the place for anything else."""
    if text is None or _NOTHING.fullmatch(text.strip()):
        return None
    try:
        return DriverRelease.parse(text.strip())
    except ParseError as error:
        raise UsageError(f"{where}: {error}") from None


# -- what is judged for


def targets_of(gpus: Sequence[FleetGpu], driver: DriverRelease | None, jit: JitPolicy) -> list[Target]:
    """Return one target for each kind of GPU, with the oldest driver that any of its kind has: what loads there loads
    on the newer ones. `driver`, where given, is taken for all."""
    oldest: dict[tuple[str, ComputeCapability, str], DriverRelease | None] = {}
    for gpu in gpus:
        kind = (gpu.id, gpu.capability, _platform_of(gpu) or "")
        known = [each for each in (oldest.get(kind), gpu.driver) if each is not None]
        oldest[kind] = min(known, default=None)
    names = {(gpu.id, gpu.capability): gpu.name for gpu in gpus}
    return [
        Target(id_, names[id_, cc], cc, driver=driver or oldest[id_, cc, where], jit=jit, platform=where or None)
        for id_, cc, where in sorted(oldest, key=lambda kind: (*kind[:2], kind[2] not in ("", "linux-x86_64"), kind[2]))
    ]


def _platform_of(gpu: FleetGpu) -> str | None:
    """The platform of the node, but where a GPU that only machines with an Arm processor have says that itself."""
    by_gpu = is_arm_only(gpu.capability.number, gpu.name or gpu.id) and gpu.platform == "linux-aarch64"
    return None if by_gpu else gpu.platform


def floored(driver: DriverRelease | None, floor: DriverRelease, capability: ComputeCapability) -> DriverRelease:
    """Return the driver to judge with under a floor: the older of the two. A GPU that needs a newer driver than the
    floor is checked with its own first branch: under an older one it does not work at all."""
    known = architecture(capability)
    first = known.first_branch if known is not None and known.first_branch is not None else BRANCHES[0].branch
    lowest = floor if floor.branch >= first else DriverRelease.parse(str(first))
    return lowest if driver is None else min(driver, lowest)


def pools_of(fleet: Sequence[FleetGpu], targets: Sequence[Target]) -> dict[str, tuple[Target, ...]]:
    """Return for each pool of nodes, by name, the targets that its GPUs are judged as."""
    pools: dict[str, dict[str, Target]] = {}
    for gpu in fleet:
        for target in targets:
            # a target whose name was taken bears its capability or its platform behind it
            ids = (gpu.id, f"{gpu.id} ({gpu.capability})", f"{gpu.id} ({target.platform})")
            same = target.capability == gpu.capability and target.platform == _platform_of(gpu)
            if same and target.id in ids:
                pools.setdefault(gpu.pool or "", {})[target.id] = target
    return {name: tuple(found.values()) for name, found in sorted(pools.items())}
