"""What was seen of a run: facts only, and what could not be seen. `cudacompat.domain.runs.verify` draws the verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from cudacompat.domain.runs.signs import SeenSign
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Outcome, short_name


class End(Enum):
    """How a command ended; the values are the strings of the JSON."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    STOPPED = "stopped"  # by us, once it was healthy
    TIMED_OUT = "timed-out"  # by us, at the time limit
    NOT_STARTED = "not-started"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, after how many seconds. `code` is its exit code or the number of the signal; `left_behind`
    counts the processes that it left running, which were ended."""

    how: End
    seconds: float
    code: int | None = None
    why: str | None = None
    left_behind: int = 0

    @property
    def failed(self) -> bool:
        """Whether it ended by itself and not well, or never began."""
        if self.how is End.EXITED:
            return self.code != 0
        return self.how is not End.STOPPED

    @property
    def words(self) -> str:
        """`exited with 1 after 0.3 s`."""
        after = f"after {self.seconds:.1f} s"
        if self.how is End.EXITED:
            return f"exited with {self.code} {after}"
        if self.how is End.SIGNALLED:
            return f"was killed by {self.why or f'signal {self.code}'} {after}"
        if self.how is End.STOPPED:
            return f"was stopped {after}, as it had become healthy"
        if self.how is End.TIMED_OUT:
            return f"did not end within {self.seconds:.0f} s and was stopped"
        return f"could not be started: {self.why}"


@dataclass(frozen=True, slots=True)
class Health:
    """A health endpoint: when it became green (seconds after the start), `None` if never, and its last answer."""

    url: str
    green_after: float | None
    last: str


@dataclass(frozen=True, slots=True)
class DeviceUse:
    """One GPU while the command ran, as NVML told it. Bytes and percent.

    `before`, `peak` and `after` are the memory in use on the whole GPU; `own_peak` is what NVML listed for processes
    of the command (`None`: it never listed one), `others` whether it listed any process that is not of the command.
    """

    index: int
    name: str
    capability: ComputeCapability
    before: int
    peak: int
    after: int
    busy_peak: int | None = None
    own_peak: int | None = None
    others: bool = False

    @property
    def label(self) -> str:
        """`GPU 0, H200 (9.0)`."""
        return f"GPU {self.index}, {short_name(self.name)} ({self.capability})"


@dataclass(frozen=True, slots=True)
class MappedFile:
    """A file of code that a process of the command had mapped. `gone` says why the bytes on the disk are not those."""

    path: str
    gone: str | None = None


@dataclass(frozen=True, slots=True)
class ProcessView:
    """What /proc showed of the command's processes.

    `with_libcuda_s` is for how long a process with the driver's library mapped was seen. `devices` are the GPUs whose
    device file was open, `ptxas_targets` what a ptxas that it started was told to compile for, such as sm_90a.
    """

    samples: int
    processes: int
    libcuda: bool
    with_libcuda_s: float
    jit_compiler: bool
    devices: tuple[int, ...] = ()
    files: tuple[MappedFile, ...] = ()
    foreign: bool = False  # some process lived in another mount namespace: its files are not ours to read
    ptxas_targets: tuple[str, ...] = ()
    unreadable: bool = False  # some process could not be looked into


@dataclass(frozen=True, slots=True)
class JitCache:
    """The JIT's cache: files and bytes before and after, and how many files of it were opened meanwhile (`None`: that
    could not be watched). `enabled` is False under CUDA_CACHE_DISABLE=1."""

    path: str
    cold: bool
    enabled: bool
    before: tuple[int, int]
    after: tuple[int, int]
    opened: int | None = None

    @property
    def grown(self) -> int:
        """Bytes that came in."""
        return max(0, self.after[1] - self.before[1])


@dataclass(frozen=True, slots=True)
class LogView:
    """What the output said. `devices` are the GPUs that it names, `archs` the architectures that it says were compiled
    (as sm numbers), `tail` its last lines."""

    lines: int
    size: int
    signs: tuple[SeenSign, ...] = ()
    devices: tuple[tuple[str | None, ComputeCapability], ...] = ()
    archs: tuple[int, ...] = ()
    tail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """A mapped file with device code, judged for a GPU: how many of its modules have which outcome there. `vendors` is
    whether it has the name of one of NVIDIA's own libraries, whose code others call."""

    path: str
    target: str
    outcome: Outcome
    counts: tuple[tuple[Outcome, int], ...]
    vendors: bool = False

    def count(self, outcome: Outcome) -> int:
        """How many modules have this outcome."""
        return dict(self.counts).get(outcome, 0)


@dataclass(frozen=True, slots=True)
class Observation:
    """All that was seen. `None` where that was not looked at at all; `unseen` says in words what could not be seen.

    `lists_processes` is whether NVML lists processes here at all (`None`: not known), `bare_context` the bytes that a
    CUDA context without any work takes, both found out with a context of our own. `driver` is whether there is a
    driver's library on the machine.
    """

    command: tuple[str, ...]
    log: LogView
    ended: Ended | None = None
    health: Health | None = None
    devices: tuple[DeviceUse, ...] = ()
    view: ProcessView | None = None
    cache: JitCache | None = None
    judged: tuple[JudgedFile, ...] = ()
    driver: bool = True
    lists_processes: bool | None = None
    bare_context: int | None = None
    first_output_s: float | None = None
    unseen: tuple[str, ...] = field(default=())
