"""Which GPUs a program that is started here sees: CUDA_VISIBLE_DEVICES, matched against the GPUs of the machine.

CUDA Programming Guide, "CUDA Environment Variables": numbers and ids, in the order that the program gets; the first
entry that is none hides itself and all that follow. Measured on two H200 with driver 580, with 80 values: `all` hides
every GPU (error 100); two numbers or two ids of one GPU before that entry hide every GPU (error 101); a number and an
id of one GPU do not, nor does what follows an entry that is none. A number is read as C's strtoll reads it, then cut
to 32 bits: `0;1`, `0 1`, `0-1`, `0x1` are 0, `+1` and `1.0` are 1, `-0` is 0, 4294967297 is 1, `+ 1` and `[0]` are
none. Of an id only `GPU-` must be in capitals; what follows a whole id is ignored, and white space may follow it but
not precede it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cudacompat.domain.machine.facts import Found, GpuDevice, HostFacts

VARIABLE = "CUDA_VISIBLE_DEVICES"
ORDER = "CUDA_DEVICE_ORDER"

_NUMBER = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]{1,20})(.*)", re.ASCII | re.DOTALL)  # `0;1`: 0, and the rest
_LONG = range(-(1 << 63), 1 << 63)  # beyond it strtoll ends at its limit, whose lower 32 bits are -1
_TWICE = "it names a GPU twice, and CUDA starts with none then (error 101)"
_MASKED = re.compile(r"(?:GPU|MIG)-<uuid>")  # as saved facts have them


@dataclass(frozen=True, slots=True)
class Visibility:
    """What a program sees. `seen` are the GPUs in its order, `hidden` the others. `ended_by` is the entry at which the
    list ends, because of `why`. `cut` is the first entry of which CUDA reads only the number at its start.
    `doubtful` says why `seen` may be other GPUs; then none of them counts as hidden."""

    seen: tuple[GpuDevice, ...]
    hidden: tuple[GpuDevice, ...] = ()
    ended_by: str | None = None
    why: str | None = None
    doubtful: str | None = None
    cut: str | None = None


def number_in(entry: str) -> int | None:
    """Return the number that CUDA reads at the start of an entry, negative ones as well; None where there is none."""
    match = _NUMBER.match(entry)
    if match is None:
        return None
    value = int(match[1])
    return (value + (1 << 31)) % (1 << 32) - (1 << 31) if value in _LONG else -1


def visibility(facts: HostFacts) -> Visibility:
    """Return which of the machine's GPUs a program sees; none where none was found."""
    if not isinstance(facts.gpus, Found):
        return Visibility(())
    gpus = facts.gpus.value
    environment = dict(facts.environment)
    value = environment.get(VARIABLE)
    if value is None:
        return Visibility(gpus)
    entries = value.split(",")
    if any(_MASKED.fullmatch(entry.strip()) for entry in entries):
        return _as_saved(gpus)
    shown = facts.libcuda.value.devices if isinstance(facts.libcuda, Found) and not facts.libcuda.value.init else ()
    return _matched(gpus, entries, environment, shown=shown)


def _as_saved(gpus: tuple[GpuDevice, ...]) -> Visibility:
    if any(gpu.visible is None for gpu in gpus):
        return Visibility(gpus, doubtful="the ids of the GPUs were not saved with the facts")
    seen = tuple(gpu for gpu in gpus if gpu.visible)
    why = None if seen else "no GPU of this machine has the first of its ids"
    return Visibility(seen, tuple(gpu for gpu in gpus if not gpu.visible), None if seen else "the first id", why=why)


def _matched(
    gpus: tuple[GpuDevice, ...], entries: Sequence[str], environment: Mapping[str, str], shown: Sequence[str]
) -> Visibility:
    seen: list[GpuDevice] = []
    forms: set[tuple[int, bool]] = set()  # which GPUs were given, and whether by number
    ended_by = why = None
    for entry in entries:
        found = _called(entry, gpus)
        if isinstance(found, _Unknown):
            return Visibility(gpus, doubtful=found.why)
        if isinstance(found, str):
            ended_by, why = entry.strip(), found
            break
        form = (found.index, number_in(entry) is not None)
        if form in forms:
            return Visibility((), tuple(gpus), entry.strip(), why=_TWICE)
        forms.add(form)
        if found not in seen:
            seen.append(found)
    doubt = _order_in_doubt(gpus, seen, entries, environment=environment)
    if doubt is not None:
        by_address = {gpu.bus_id: gpu for gpu in gpus if gpu.bus_id}
        told = [by_address[address] for address in shown if address in by_address]
        if len(told) != len(seen) or len(told) != len(shown):
            return Visibility(gpus, ended_by=ended_by, why=why, doubtful=doubt)
        seen = told
    cut = next((entry.strip() for entry in entries if _rest_of(entry)), None)
    return Visibility(tuple(seen), tuple(gpu for gpu in gpus if gpu not in seen), ended_by, why=why, cut=cut)


def _rest_of(entry: str) -> str:
    """What follows the number at the start of an entry; nothing for an entry that is no number."""
    match = _NUMBER.match(entry)
    return match[2].strip() if match is not None else ""


@dataclass(frozen=True, slots=True)
class _Unknown:
    """An entry that cannot be told: what would be needed."""

    why: str


def _called(entry: str, gpus: Sequence[GpuDevice]) -> GpuDevice | str | _Unknown:
    """The GPU that an entry means, or why it means none."""
    number = number_in(entry)
    if number is not None and number >= 0:
        by_index = {gpu.index: gpu for gpu in gpus}
        last = max(by_index)
        return by_index.get(number, f"the GPUs here have the numbers 0 to {last}" if last else "the only GPU is 0")
    if entry.startswith("MIG-"):
        return _instance(entry, gpus)
    if entry.startswith("GPU-"):
        return _by_id(entry.rstrip(), gpus)
    entry = entry.strip()
    if entry == "":
        return "an empty entry means no GPU"
    if entry.startswith("-") or number is not None:
        return f"{entry} means no GPU"
    if entry in ("all", "none", "void"):
        return f"{entry} is a word of NVIDIA_VISIBLE_DEVICES"
    return "it is neither a number nor an id of a GPU"


def _by_id(entry: str, gpus: Sequence[GpuDevice]) -> GpuDevice | str | _Unknown:
    """The GPU whose id begins so; an id may be cut short as long as it means one GPU."""
    wanted = entry.lower()
    matching = [gpu for gpu in gpus if gpu.uuid is not None and _begins_alike(gpu.uuid.lower(), wanted)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        return "the ids of several GPUs begin so"
    if any(gpu.uuid is None for gpu in gpus):
        return _Unknown("the ids of the GPUs are not known")
    return "no GPU here has this id"


def _begins_alike(id_: str, wanted: str) -> bool:
    return id_.startswith(wanted) or wanted.startswith(id_)


def _instance(entry: str, gpus: Sequence[GpuDevice]) -> GpuDevice | str | _Unknown:
    """The GPU of a MIG instance: `MIG-<uuid>`, and up to driver 450 `MIG-GPU-<uuid>/<gi>/<ci>`."""
    split = [gpu for gpu in gpus if gpu.mig is not None]
    if not split:
        return "no GPU here is split into MIG instances"
    if entry.startswith("MIG-GPU-"):
        parent = _by_id(entry.removeprefix("MIG-").partition("/")[0], gpus)
        return f"{parent} that is split" if isinstance(parent, str) else parent
    for gpu in split:
        if any(each.lower().startswith(entry.lower()) for each in gpu.mig or ()):
            return gpu
    if any("" in (gpu.mig or ()) for gpu in split):
        return _Unknown("the ids of the MIG instances are not known")
    return "no MIG instance here has this id"


def _order_in_doubt(
    gpus: Sequence[GpuDevice], seen: Sequence[GpuDevice], entries: Sequence[str], environment: Mapping[str, str]
) -> str | None:
    """Why a number may mean another GPU: CUDA counts the fastest first, nvidia-smi and NVML by the bus."""
    unlike = len({(gpu.name, gpu.capability) for gpu in gpus}) > 1
    numbers = any(number_in(entry) is not None for entry in entries)
    if unlike and numbers and environment.get(ORDER) != "PCI_BUS_ID" and 0 < len(seen) < len(gpus):
        return f"without {ORDER}=PCI_BUS_ID, CUDA counts the fastest GPU first and nvidia-smi does not"
    return None
