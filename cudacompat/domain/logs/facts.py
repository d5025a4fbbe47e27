"""What a log says about the machine and the build: GPUs, compiled architectures, driver, toolkit, engine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import ParseError
from cudacompat.domain.words.target import ArchTarget
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease, ToolkitVersion

_MOST_DEVICES = 32

_NAME = r"(?P<name>[^,\"(|]{3,80}?)"
_NAME_IN_FULL = r"(?P<name>[^,\"|]{3,80}?)"  # as "NVIDIA RTX Spark N1X (5120-core Blackwell RTX GPU)"
_DEVICES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"Device \d+: {_NAME_IN_FULL}, compute capability (?P<cc>\d+\.\d)",  # ggml
        rf"GPU #\d+: {_NAME} \(CC=(?P<cc>\d+\.\d)\)",  # CTranslate2
        rf"name: {_NAME}, pci bus id: [^,]+, compute capability: (?P<cc>\d+\.\d)",  # TensorFlow
        rf"StreamExecutor (?:\[\d+\]|device \(\d+\)): {_NAME}, Compute Capability (?P<cc>\d+\.\d)",  # XLA
        rf"{_NAME} with CUDA capability sm_(?P<sm>\d{{2,3}}) is not compatible",  # PyTorch
        r"library=(?i:cuda)\b.{0,80}?compute=(?P<cc>\d+\.\d)(?:.{0,200}?(?:name|description)=\"(?P<name>[^\"]{3,80})\")?",
        rf"Found GPU\d+ {_NAME} which is of (?:compute|cuda) capability (?:\(CC\) )?(?P<cc>\d{{1,2}}\.\d)",  # PyTorch
        r"CUDA Capability Major/Minor version number:\s*(?P<cc>\d+\.\d)",  # deviceQuery
        r"\[I\] Compute Capability: (?P<cc>\d+\.\d)",  # TensorRT's trtexec
    )
)
_ARCHS = re.compile(r"\bARCHS\s*=\s*(\d{2,4}(?:,\d{2,4})*)(?![\d,])")
_TORCH_ARCHS = re.compile(r"supports CUDA capabilities ((?:(?:sm|compute)_\d{2,3}[af]?[ ,]*){1,40})")
_DRIVER = re.compile(
    r"(?:Driver|KMD) Version:?\s+(\d{3}(?:\.\d{1,4}){1,3})|Kernel Module(?: for \w+)?\s+(\d{3}(?:\.\d{1,4}){1,3})"
)
_DRIVER_CUDA = re.compile(r"Driver Version.{0,60}?CUDA (?:UMD )?Version:?\s+(\d{1,2}\.\d)(?!\d)")
_DRIVER_CUDA_NUMBER = re.compile(r"driver on your system is too old \(found version (\d{4,5})\)")
_TOOLKIT = re.compile(
    r"compilation tools, release (\d{1,2}\.\d)|CUDA compiler identification is NVIDIA (\d{1,2}\.\d{1,2})"
)
# Literals one of which every line with a fact of use holds.
FACT_NEEDLES = (
    b"ompute capability",
    b"ompute Capability",
    b"ARCHS = ",
    b"(CC=",
    b" compute=",
    b"Driver Version",
    b"compilation tools, release",
    b"compiler identification is NVIDIA",
    b"upports CUDA capabilities",
    b"CUDA Capability",
    b"with CUDA capability sm_",
    b"too old (found version ",
)


@dataclass(frozen=True, slots=True)
class LoggedDevice:
    """A GPU that the log names."""

    name: str | None
    capability: ComputeCapability
    line: int


@dataclass(frozen=True, slots=True)
class LoggedArchs:
    """The architectures that a program says it was built for: ggml's `__CUDA_ARCH_LIST__` (three or four digits, the
    number times ten; machine code and PTX not told apart, no a and f suffixes)."""

    numbers: tuple[int, ...]  # as sm_NN: 52, 120
    text: str
    line: int


@dataclass(slots=True)
class LogFacts:
    """What was learned so far; filled line by line.

    `names` are engines, each with a regular expression of what its lines hold. Of several that a log names, the first
    is meant: what is built on another names that one, too.
    """

    names: tuple[tuple[str, re.Pattern[str]], ...] = ()
    devices: list[LoggedDevice] = field(default_factory=list)
    archs: LoggedArchs | None = None
    torch_archs: tuple[ArchTarget, ...] = ()
    torch_line: int | None = None
    driver: DriverRelease | None = None
    driver_cuda: DriverCudaVersion | None = None
    toolkit: ToolkitVersion | None = None
    _engine: int | None = None

    @property
    def engine(self) -> str | None:
        """The engine that the log's lines name."""
        return None if self._engine is None else self.names[self._engine][0]

    def read(self, text: str, line: int) -> bool:
        """Take what one line says; return whether it said something new of GPUs or architectures."""
        before = (len(self.devices), self.archs, self.torch_archs)
        self.read_engine(text)
        self._devices(text, line)
        found = _ARCHS.search(text)
        if found is not None and self.archs is None:
            numbers = tuple(int(n) // 10 if len(n) > 2 else int(n) for n in found[1].split(","))
            self.archs = LoggedArchs(numbers, found[1], line)
        found = _TORCH_ARCHS.search(text)
        if found is not None and not self.torch_archs:
            self.torch_archs = tuple(ArchTarget.parse(word) for word in found[1].replace(",", " ").split())
            self.torch_line = line
        self._versions(text)
        return before != (len(self.devices), self.archs, self.torch_archs)

    def read_engine(self, text: str) -> None:
        """Take the engine that a line names, if any."""
        for index, (_, pattern) in enumerate(self.names[: self._engine]):
            if pattern.search(text):
                self._engine = index
                return

    def _devices(self, text: str, line: int) -> None:
        for pattern in _DEVICES:
            for found in pattern.finditer(text):
                groups = found.groupdict()
                if groups.get("sm"):
                    capability = ComputeCapability.from_number(int(groups["sm"]))
                else:
                    capability = ComputeCapability.parse(groups["cc"])
                name = (groups.get("name") or "").strip() or None
                known = {(device.name, device.capability) for device in self.devices}
                if (name, capability) not in known and len(self.devices) < _MOST_DEVICES:
                    self.devices.append(LoggedDevice(name, capability, line))

    def _versions(self, text: str) -> None:
        if self.driver is None and (found := _DRIVER.search(text)):
            try:
                self.driver = DriverRelease.parse(found[1] or found[2])
            except ParseError:
                self.driver = None
        if self.driver_cuda is None:
            if found := _DRIVER_CUDA.search(text):
                self.driver_cuda = DriverCudaVersion.parse(found[1])
            elif found := _DRIVER_CUDA_NUMBER.search(text):
                number = int(found[1])
                self.driver_cuda = DriverCudaVersion(number // 1000, number % 1000 // 10)
        if self.toolkit is None and (found := _TOOLKIT.search(text)):
            self.toolkit = ToolkitVersion.parse(found[1] or found[2])
