"""The driver that serves all GPUs of a machine, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from cudacompat.domain.tables.architectures import OLDEST_BRANCH, Architecture, architecture
from cudacompat.domain.tables.kernel_modules import DEFAULT_OPEN_BRANCH, ModuleKind, kinds
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.versions import DriverRelease

# Long-term support to June 2028, and the first that the runtime of CUDA 13 takes; NVIDIA's "Supported Drivers and CUDA
# Toolkit Versions", read in November 2026.
USUAL_BRANCH = 580


@dataclass(frozen=True, slots=True)
class DriverChoice:
    """A driver for all GPUs: its branch, the kind of its kernel module (`None` where the system knows no kinds), and
    the first and last branch (`None`: no end announced) that would do."""

    branch: int
    kind: ModuleKind | None
    first: int
    last: int | None


@dataclass(frozen=True, slots=True)
class NoDriver:
    """No driver serves all: two of the GPUs that exclude each other, and why."""

    one: ComputeCapability
    other: ComputeCapability
    why: str


def choose_driver(capabilities: Iterable[ComputeCapability], *, linux: bool = True) -> DriverChoice | NoDriver | None:
    """Return the driver for GPUs of these compute capabilities, `None` where none is known to need one: those of Jetson
    have theirs from JetPack. Off Linux (`linux` false: Windows, and WSL, whose driver is the one of Windows) the kernel
    modules have no kinds."""
    rows = [row for capability in sorted(set(capabilities)) if (row := architecture(capability)) is not None]
    rows = [row for row in rows if not row.tegra and row.first_branch is not None]
    if not rows:
        return None
    clash = next((found for one in rows for other in rows if (found := _clash(one, other, linux))), None)
    if clash is not None:
        return clash
    first = max(row.first_branch or 0 for row in rows)
    last = min((row.last_branch for row in rows if row.last_branch is not None), default=None)
    branch = last if last is not None else max(first, USUAL_BRANCH)
    if not linux:
        return DriverChoice(branch, None, first, last=last)
    return DriverChoice(branch, kind_for([row.capability for row in rows], branch), first, last=last)


def none_for_all(named: Mapping[ComputeCapability, str]) -> str | None:
    """Return which two of these GPUs, by their names, no driver of Linux serves in one machine, and why; `None` where
    one serves all."""
    choice = choose_driver(named)
    if not isinstance(choice, NoDriver):
        return None
    both = " and ".join(_labelled(named[each], each) for each in (choice.one, choice.other))
    return f"no driver serves both {both} in one machine: {choice.why}"


def _labelled(name: str, capability: ComputeCapability) -> str:
    return name if name == str(capability) else f"{name} ({capability})"


def kind_for(capabilities: Iterable[ComputeCapability], branch: int) -> ModuleKind:
    """Return the kind of the kernel module of this branch for these GPUs: the open one where all take it and it is the
    default, or where one takes no other."""
    every = [kinds(capability) for capability in capabilities]
    if any(ModuleKind.CLOSED not in each for each in every):
        return ModuleKind.OPEN
    is_open = all(ModuleKind.OPEN in each for each in every) and branch >= DEFAULT_OPEN_BRANCH
    return ModuleKind.OPEN if is_open else ModuleKind.CLOSED


def _clash(one: Architecture, other: Architecture, linux: bool) -> NoDriver | None:
    """Why no driver serves both, the older GPU first."""
    if one.last_branch is not None and other.first_branch is not None and one.last_branch < other.first_branch:
        why = (
            f"{one.name} ({one.capability}) ends with driver {one.last_branch}, "
            f"{other.name} ({other.capability}) begins with {other.first_branch}"
        )
        return NoDriver(one.capability, other.capability, why)
    if linux and one.capability < other.capability and not kinds(one.capability) & kinds(other.capability):
        why = (
            f"{one.name} ({one.capability}) needs the closed kernel module, {other.name} ({other.capability}) the open "
            "one, and a kernel loads one nvidia module"
        )
        return NoDriver(one.capability, other.capability, why)
    return None


def in_words(choice: DriverChoice) -> str:
    """Return the driver in words: `driver 580 with the open kernel module`."""
    kind = {ModuleKind.OPEN: " with the open kernel module", ModuleKind.CLOSED: " with the closed kernel module"}
    return f"driver {choice.branch}" + (kind[choice.kind] if choice.kind is not None else "")


def counted(driver: DriverRelease, capabilities: Iterable[ComputeCapability]) -> DriverRelease:
    """Return the driver as the tables count it for these GPUs: of Jetson boards alone, whose drivers have numbers of
    their own within a branch (580.00 of JetPack 7.0), the branch."""
    rows = [architecture(capability) for capability in capabilities]
    if rows and all(row is not None and row.tegra for row in rows):
        return DriverRelease.parse(str(driver.branch))
    return driver


class Outside(Enum):
    """On which side of the branches that know a GPU another one lies."""

    BEFORE = "before"
    AFTER = "after"


def outside(capability: ComputeCapability, branch: int) -> Outside | None:
    """Return why drivers of this branch do not know such a GPU; `None` if they do, and for those whose drivers have
    other numbers (Tegra's, of JetPack) or that are in no table."""
    row = architecture(capability)
    if row is None or row.tegra:
        return None
    if row.first_branch is not None and OLDEST_BRANCH < row.first_branch > branch:
        return Outside.BEFORE
    return Outside.AFTER if row.last_branch is not None and branch > row.last_branch else None


def left_out(capability: ComputeCapability, branch: int, kind: ModuleKind | None) -> str | None:
    """Return why a driver of this branch and kind (`None`: not known) does not serve a GPU; `None` if it does."""
    row = architecture(capability)
    if row is None or row.tegra:
        return None
    side = outside(capability, branch)
    if side is Outside.BEFORE:
        return f"driver {branch} is older than the first for {row.name} ({capability}), {row.first_branch}"
    if side is Outside.AFTER:
        return f"driver {branch} is newer than the last for {row.name} ({capability}), {row.last_branch}"
    if kind is not None and kind not in kinds(capability):
        needed = "open" if kind is ModuleKind.CLOSED else "closed"
        return f"{row.name} ({capability}) needs the {needed} kernel module"
    return None
