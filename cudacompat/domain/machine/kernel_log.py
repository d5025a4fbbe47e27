"""What the kernel's log says of NVIDIA's driver: lines that name the cause of a GPU that is not there.

The driver breaks one message over several lines, each with its `NVRM:`, and how it breaks them changed over the years,
so the lines are joined first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.machine.facts import Found, GpuDevice, Missing
from cudacompat.domain.machine.troubles import Cause, Trouble

_MOST = 32  # troubles of one log; a GPU that fails is tried again and again

# A line is a message's beginning if it names the driver or a GPU; `NVRM:  supported through` is a continuation.
_PREFIX = re.compile(r"^\s*(?:<\d+>)?(?:\[[^\]]*\])?\s*(?:kernel:)?\s*(?:\[[^\]]*\])?\s*NVRM:\s*")
_GPU = re.compile(r"(?:PCI:|GPU )([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}(?:\.[0-7])?)", re.IGNORECASE)
_ID = re.compile(r"PCI ID: ?(10de:[0-9a-f]{4})", re.IGNORECASE)

_CAUSES: tuple[tuple[re.Pattern[str], Cause], ...] = (
    # "supported through the NVIDIA 580.xx Legacy drivers. … The 595.71.05 NVIDIA driver will ignore this GPU."
    (re.compile(r"supported through the NVIDIA \d+\.xx Legacy drivers"), Cause.LEGACY_GPU),
    (re.compile(r"installed in this system is not supported by the NVIDIA [\d.]+ driver release"), Cause.NEW_GPU),
    (re.compile(r"Open nvidia\.ko is only ready for use on Data Center GPUs"), Cause.NEW_GPU),  # of branch 515
    (re.compile(r"requires use of the NVIDIA open kernel modules"), Cause.OPEN_REQUIRED),
    (
        re.compile(r"not supported by open nvidia\.ko because it does not include the required GPU"),
        Cause.CLOSED_REQUIRED,
    ),
    (re.compile(r"fallen off the bus"), Cause.GPU_LOST),
    (
        re.compile(r"Cannot initialize GSP firmware RM|failed to wait for GFW_BOOT|unexpected WPR2 already up"),
        Cause.GSP,
    ),
    (re.compile(r"Xid \([^)]*\): (?:119|120),"), Cause.GSP),
    (
        re.compile(
            r"PCI I/O region assigned to your NVIDIA device is invalid|No address space to allocate resized BAR1"
        ),
        Cause.NO_WINDOW,
    ),
    (re.compile(r"API mismatch: the client has the version"), Cause.VERSION_MISMATCH),
)
# "Xid (PCI:0000:01:00): 154, GPU recovery action changed from 0x0 (None) to 0x2 (Node Reboot Required)"; the words
# differ by release, the numbers are those of nvml.h (nvmlDeviceGpuRecoveryAction_t). To 0x0 it is settled.
_RECOVERY = re.compile(r"Xid \([^)]*\): 154, GPU recovery action changed from .{1,60} to 0x([0-9a-f]{1,4})\b")
_ACTIONS = {1: Cause.GPU_RESET, 2: Cause.GPU_REBOOT, 3: Cause.GPU_RESET, 4: Cause.GPU_RESET}
_STANDING = frozenset(_ACTIONS.values())  # of a GPU that answers: until the line that takes it back
_REFUSED = re.compile(
    r"(?:Loading of (?:unsigned )?module is rejected|nvidia: .*(?:Key was rejected|Required key not))"
)


def troubles_in(log: str) -> tuple[Trouble, ...]:
    """Return the troubles that a kernel's log names, each once for each GPU, in the log's order."""
    found: dict[tuple[Cause, str | None], Trouble] = {}
    for message in _messages(log):
        if (action := _RECOVERY.search(message)) is not None:
            _recover(found, message, int(action[1], 16))
            continue
        cause = next((cause for pattern, cause in _CAUSES if pattern.search(message)), None)
        if cause is None and _REFUSED.search(message):
            cause = Cause.SIGNATURE
        if cause is None:
            continue
        place = _GPU.search(message)
        gpu = place[1].lower() if place else None
        found.setdefault((cause, gpu), Trouble(cause, f"kernel log: {message:.200}", gpu))
        if len(found) == _MOST:
            break
    return tuple(found.values())


def _recover(found: dict[tuple[Cause, str | None], Trouble], message: str, action: int) -> None:
    """Put what the driver wants done with a GPU in the place of what it wanted before."""
    place = _GPU.search(message)
    gpu = place[1].lower() if place else None
    for cause in _STANDING:
        found.pop((cause, gpu), None)
    if action in _ACTIONS and len(found) < _MOST:
        found[_ACTIONS[action], gpu] = Trouble(_ACTIONS[action], f"kernel log: {message:.200}", gpu)


def still_there(troubles: Iterable[Trouble], gpus: Found[tuple[GpuDevice, ...]] | Missing) -> tuple[Trouble, ...]:
    """Return the log's troubles without those of GPUs that answer now: a log keeps what has passed. What the driver
    wants done with a GPU stands until it takes that back."""
    if isinstance(gpus, Missing):
        return tuple(troubles)
    places = [gpu.bus_id for gpu in gpus.value if gpu.bus_id]
    return tuple(
        trouble
        for trouble in troubles
        if trouble.gpu and (trouble.cause in _STANDING or not any(bus.startswith(trouble.gpu) for bus in places))
    )


def card_in(trouble: Trouble) -> str | None:
    """Return the id of the card (`10de:2b85`) that a line of the log names; `None` where it names none."""
    match = _ID.search(trouble.seen)
    return match[1].lower() if match else None


def _messages(log: str) -> Iterator[str]:
    """The driver's messages, each in one line: what follows `NVRM:` up to the next message, the pieces joined."""
    pieces: list[str] = []
    for line in log.splitlines():
        match = _PREFIX.match(line)
        if match is None:
            if pieces:
                yield " ".join(pieces)
            pieces = []
            if _REFUSED.search(line):
                yield line.strip()
            continue
        text = line[match.end() :].strip()
        if _begins(text) and pieces:
            yield " ".join(pieces)
            pieces = []
        pieces.append(text)
    if pieces:
        yield " ".join(pieces)


_BEGINNING = re.compile(r"(?:The NVIDIA |GPU |Xid |API mismatch|RmInitAdapter|loading |\w+: )", re.IGNORECASE)


def _begins(text: str) -> bool:
    """Whether a piece begins a message: `The NVIDIA GPU 0000:01:00.0`, `Xid (PCI:0000:2b:00): 79`, a name."""
    return _BEGINNING.match(text) is not None
