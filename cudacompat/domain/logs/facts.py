"""What a log says about the machine and the build: GPUs, compiled architectures, driver, toolkit, engine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field

from cudacompat.domain.logs.devices import DEVICE_NEEDLES, CapabilityOf, LoggedDevice, LoggedDevices
from cudacompat.domain.logs.text import without_prefix
from cudacompat.domain.logs.torch_facts import TORCH_NEEDLES, LoggedTorch
from cudacompat.domain.words.errors import ParseError
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease, ToolkitVersion

_ARCHS = re.compile(r"\bARCHS\s*=\s*(\d{2,4}(?:,\d{2,4})*)(?![\d,])")
_DRIVER = re.compile(
    r"(?:Driver|KMD) Version:?\s+(\d{3}(?:\.\d{1,4}){1,3})|Kernel Module(?: for \w+)?\s+(\d{3}(?:\.\d{1,4}){1,3})"
    r"|Nvidia driver version: (\d{3}(?:\.\d{1,4}){1,3})"
)
_DRIVER_CUDA = re.compile(r"Driver Version.{0,60}?CUDA (?:UMD )?Version:?\s+(\d{1,2}\.\d)(?!\d)")
_DRIVER_CUDA_NUMBER = re.compile(r"driver on your system is too old \(found version (\d{4,5})\)")
_TOOLKIT = re.compile(
    r"compilation tools, release (\d{1,2}\.\d)|CUDA compiler identification is NVIDIA (\d{1,2}\.\d{1,2})"
    r"|Found CUDAToolkit: .{0,200}\(found version \"?(\d{1,2}\.\d)|^-- CUDA detected: (\d{1,2}\.\d)"
    r"|CUDA runtime version: (\d{1,2}\.\d)"
)
# The folder of the toolkit whose program or header a line names: said only where nothing else tells.
_TOOLKIT_FOLDER = re.compile(r"/cuda-(\d{1,2}\.\d)/(?:bin|targets|include|nvvm)/|\\CUDA\\+v(\d{1,2}\.\d)\b")
_NVRTC = re.compile(
    r"\bnvidia-cuda-nvrtc(?:-cu\d\d)?(?:==| +)(\d{1,2}\.\d{1,2})|\bNVRTC Version\s*: \((\d{1,2}), (\d{1,2})\)"
)
# Literals one of which every line with a fact of use holds.
FACT_NEEDLES = (
    *DEVICE_NEEDLES,
    *TORCH_NEEDLES,
    b"ARCHS = ",
    b"Driver Version",
    b"KMD Version",
    b"Kernel Module",
    b"Nvidia driver version",
    b"compilation tools, release",
    b"compiler identification is NVIDIA",
    b"Found CUDAToolkit",
    b"CUDA detected: ",
    b"CUDA runtime version: ",
    b"too old (found version ",
    b"nvidia-cuda-nvrtc",
    b"NVRTC Version",
)
_MOST_LINES = 20_000  # with a fact in them that are read


@dataclass(frozen=True, slots=True)
class LoggedArchs:
    """The architectures that a program says it was built for: ggml's `__CUDA_ARCH_LIST__` (three or four digits, the
    number times ten; machine code and PTX not told apart, no a and f suffixes)."""

    numbers: tuple[int, ...]  # as sm_NN: 52, 120
    text: str
    line: int


@dataclass(slots=True)
class LogFacts:
    """What was learned so far; filled line by line. `capability_of` knows GPUs by their names and PCI ids.

    `names` are engines, each with a regular expression of what its lines hold. Of several that a log names, the first
    is meant: what is built on another names that one, too.
    """

    capability_of: InitVar[CapabilityOf]
    names: tuple[tuple[str, re.Pattern[str]], ...] = ()
    found: LoggedDevices = field(init=False)
    archs: LoggedArchs | None = None
    torch: LoggedTorch = field(default_factory=LoggedTorch)
    driver: DriverRelease | None = None
    driver_cuda: DriverCudaVersion | None = None
    toolkit: ToolkitVersion | None = None
    nvrtc: ToolkitVersion | None = None
    _engine: int | None = None
    _stated: bool = False  # the toolkit, by a program and not by a folder's name
    _lines: int = 0

    def __post_init__(self, capability_of: CapabilityOf) -> None:
        self.found = LoggedDevices(capability_of)

    @property
    def devices(self) -> Sequence[LoggedDevice]:
        """The GPUs that the log names, each once, in its order."""
        return self.found.all

    @property
    def engine(self) -> str | None:
        """The engine that the log's lines name."""
        return None if self._engine is None else self.names[self._engine][0]

    def read(self, text: str, line: int, following: Sequence[str] = ()) -> None:
        """Take what one line says; `following` are the lines after it."""
        self._lines += 1
        if self._lines > _MOST_LINES:
            return
        bare = without_prefix(text)
        self.read_engine(text)
        self.found.read(bare, line, following)
        found = _ARCHS.search(text)
        if found is not None and self.archs is None:
            numbers = tuple(int(n) // 10 if len(n) > 2 else int(n) for n in found[1].split(","))
            self.archs = LoggedArchs(numbers, found[1], line)
        self.torch.read(bare, line, following)
        self._versions(text)

    def read_engine(self, text: str) -> None:
        """Take the engine that a line names, if any, and the folder of its toolkit."""
        if not self._stated and (folder := _TOOLKIT_FOLDER.search(text)):
            self.toolkit = self.toolkit or ToolkitVersion.parse(folder[1] or folder[2])
        for index, (_, pattern) in enumerate(self.names[: self._engine]):
            if pattern.search(text):
                self._engine = index
                return

    def _versions(self, text: str) -> None:
        if self.driver is None and (found := _DRIVER.search(text)):
            try:
                self.driver = DriverRelease.parse(found[1] or found[2] or found[3])
            except ParseError:
                self.driver = None
        if self.driver_cuda is None:
            if found := _DRIVER_CUDA.search(text):
                self.driver_cuda = DriverCudaVersion.parse(found[1])
            elif found := _DRIVER_CUDA_NUMBER.search(text):
                number = int(found[1])
                self.driver_cuda = DriverCudaVersion(number // 1000, number % 1000 // 10)
        if not self._stated and (found := _TOOLKIT.search(text)):
            self.toolkit = ToolkitVersion.parse(next(filter(None, found.groups())))
            self._stated = True
        if self.nvrtc is None and (found := _NVRTC.search(text)):
            self.nvrtc = ToolkitVersion.parse(found[1] or f"{found[2]}.{found[3]}")
