"""The GPUs that a log names: by a line with the compute capability, or by a product's name in a place where only a
GPU's name can be, such as nvidia-smi's table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import ParseError

_NAME = r"(?P<name>[^,\"(|]{3,80}?)"
_NAME_IN_FULL = r"(?P<name>[^,\"|]{3,80}?)"  # as "NVIDIA RTX Spark N1X (5120-core Blackwell RTX GPU)"
_PRODUCT = r"(?P<name>(?:NVIDIA |GeForce |Tesla |Quadro |TITAN |GRID )[\w .()/-]{2,60}?)"

# Which GPU a product's name or PCI id means; `None` for what is unknown or stands for several.
CapabilityOf = Callable[[str], ComputeCapability | None]

# Each names a GPU and its compute capability; these are what a program says when the GPU does not suit it.
_BLAMED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_NAME} with CUDA capability sm_(?P<sm>\d{{2,3}}) is not compatible",  # PyTorch up to 2.7
        # PyTorch from 2.8
        rf"Found GPU\d+ {_NAME} which is of (?:compute|cuda) capability (?:\(CC\) )?(?P<cc>\d{{1,2}}\.\d)",
    )
)
_WITH_CAPABILITY = tuple(
    re.compile(pattern)
    for pattern in (
        rf"Device \d+: {_NAME_IN_FULL}, compute capability (?P<cc>\d+\.\d)",  # ggml
        rf"GPU #\d+: {_NAME} \(CC=(?P<cc>\d+\.\d)\)",  # CTranslate2
        rf"name: {_NAME}, pci bus id: [^,]+, compute capability: (?P<cc>\d+\.\d)",  # TensorFlow
        rf"StreamExecutor (?:\[\d+\]|device \(\d+\)): {_NAME}, Compute Capability (?P<cc>\d+\.\d)",  # XLA
        r"library=(?i:cuda)\b.{0,80}?compute=(?P<cc>\d+\.\d)(?:.{0,200}?(?:name|description)=\"(?P<name>[^\"]{3,80})\")?",
        r"CUDA Capability Major/Minor version number:\s*(?P<cc>\d+\.\d)",  # deviceQuery
        r"\[I\] Compute Capability: (?P<cc>\d+\.\d)",  # TensorRT's trtexec
        # KataGo
        rf"Found GPU {_NAME} memory \d+ compute capability major (?P<major>\d{{1,2}}) minor (?P<minor>\d)",
        # torch.cuda.get_device_properties
        r"_CudaDeviceProperties\(name='(?P<name>[^']{3,80})', major=(?P<major>\d{1,2}), minor=(?P<minor>\d)",
        rf"{_PRODUCT}\s*[,(;|]\s*(?:[Cc]ompute )?[Cc]apability:? (?P<cc>\d{{1,2}}\.\d)\b",
    )
)
# Each holds a name where nothing but a GPU's can be; the tables say what it is.
_BY_NAME = tuple(
    re.compile(pattern)
    for pattern in (
        # nvidia-smi's table
        r"(?:^|\|)\s*\d{1,2}\s+(?P<name>[A-Z].{2,60}?)\s+(?:On|Off|WDDM|TCC|MCDM|N/A)\s*\|\s*[0-9A-Fa-f]{8}:",
        r"\bGPU \d+: (?P<name>[^(]{3,80}?) \(UUID: ",  # nvidia-smi -L
        rf"^(?:GPU models and configuration: )?GPU \d+: {_PRODUCT}\s*$",  # torch.utils.collect_env
        rf"\bNVRM: The {_PRODUCT} GPU installed\b",
        rf"\bDevice \d+: \"{_PRODUCT}\"",  # deviceQuery
        rf"\bDevice \d+ Name\s*: {_PRODUCT}\s*$",  # cupy.show_config
        r"\bid \d+\s+b'(?P<name>[^']{3,80})'",  # numba.cuda.detect
        rf"\bCUDA device \('{_PRODUCT}'\)",  # Lightning
        rf"\b[Dd]evice: cuda:\d+ {_PRODUCT} :",  # ComfyUI
        rf"(?:\bGPU|\b[Dd]evice|\bgpu|\bcard)\b[^:=]{{0,24}}[:=]\s*['\"]?{_PRODUCT}(?=['\",;|\])]|\s*$| \()",
        rf"^\s*{_PRODUCT}\s*$",  # torch.cuda.get_device_name
    )
)
_PCI_ID = re.compile(
    r"\bPCI ID: (?P<id>10de:[0-9a-f]{4})\b|\bNVIDIA Corporation\b.{0,80}\[(?P<other>10de:[0-9a-f]{4})\]"
)
_CSV_HEAD = re.compile(r"^\s*(?:[a-z_.]+(?: \[\w+\])?,\s*)*name\b.*$")
_CSV_NAME, _CSV_CAPABILITY = "name", "compute_cap"

# Literals one of which every line that names a GPU holds.
DEVICE_NEEDLES = (
    b"ompute capability",
    b"ompute Capability",
    b"(CC=",
    b" compute=",
    b"CUDA Capability",
    b"with CUDA capability sm_",
    b"which is of c",
    b"_CudaDeviceProperties(",
    b" (UUID: ",
    b"NVIDIA GeForce ",
    b"NVIDIA RTX ",
    b"NVIDIA TITAN ",
    b"NVIDIA GB1",
    b"NVIDIA GH2",
    b"NVIDIA A1",
    b"NVIDIA H1",
    b"NVIDIA H2",
    b"NVIDIA B2",
    b"NVIDIA L4",
    b"GeForce GTX ",
    b"GeForce RTX ",
    b"GeForce MX",
    b"GeForce GT ",
    b"Tesla ",
    b"Quadro ",
    b"TITAN ",
    b"PCI ID: 10de:",
    b"[10de:",
    b"name, ",
    b", compute_cap",
    b"|   0  ",
    b"| 0  ",
)
# Where a name begins that a timestamp, a host or a unit stands before.
_VENDOR = re.compile(r"NVIDIA (?!NVIDIA)|GeForce |Tesla |Quadro |TITAN |GRID ")
_MOST_DEVICES, _MOST_LOOKUPS = 32, 100


@dataclass(frozen=True, slots=True)
class LoggedDevice:
    """A GPU that the log names; `blamed` if a program says there that it does not suit it."""

    name: str | None
    capability: ComputeCapability
    line: int
    blamed: bool = False


class LoggedDevices:
    """The GPUs that a log named so far, each once."""

    def __init__(self, capability_of: CapabilityOf) -> None:
        self.all: list[LoggedDevice] = []
        self._capability_of = capability_of
        self._lookups = 0  # of names, in the tables

    def _known(self, name: str) -> ComputeCapability | None:
        """The capability of a name; of no more names than a log of one machine has."""
        self._lookups += 1
        return self._capability_of(name) if self._lookups <= _MOST_LOOKUPS else None

    @property
    def subject(self) -> LoggedDevice | None:
        """The GPU that the log is about: the first that a program complains of, else the first."""
        return next((device for device in self.all if device.blamed), next(iter(self.all), None))

    def read(self, text: str, line: int, following: Sequence[str] = ()) -> None:
        """Take what one line says, `following` being the lines after it."""
        stated = list(_stated(text, line))
        for device in stated or filter(None, [self._by_name(text, line)]):
            self._add(device)
        if _CSV_HEAD.match(text):
            for number, device_line in enumerate(following, start=1):
                row = self._of_csv(text, device_line, line + number)
                if row is None:
                    break
                self._add(row)

    def _by_name(self, text: str, line: int) -> LoggedDevice | None:
        """The GPU whose name or PCI id is in the line."""
        for pattern in _BY_NAME:
            found = pattern.search(text)
            name = _name(found["name"]) if found is not None else None
            capability = self._known(name) if name is not None else None
            if capability is not None:
                return LoggedDevice(name, capability, line)
        pci = _PCI_ID.search(text)
        capability = self._known(pci["id"] or pci["other"]) if pci is not None else None
        return LoggedDevice(None, capability, line) if capability is not None else None

    def _of_csv(self, head: str, row: str, line: int) -> LoggedDevice | None:
        """The GPU in a row of `nvidia-smi --query-gpu=name,… --format=csv`."""
        columns = [cell.strip().split(" ")[0] for cell in head.split(",")]
        cells = [cell.strip() for cell in row.split(",")]
        if len(columns) < 2 or len(cells) != len(columns):
            return None
        name = _name(cells[columns.index(_CSV_NAME)])
        try:
            stated = ComputeCapability.parse(cells[columns.index(_CSV_CAPABILITY)])
        except (ValueError, ParseError):
            stated = None
        capability = stated or self._known(name or "")
        return LoggedDevice(name, capability, line) if name and capability is not None else None

    def _add(self, device: LoggedDevice) -> None:
        for index, known in enumerate(self.all):
            if known.capability != device.capability:
                continue
            if device.name is None or known.name is None or _is_same(known.name, device.name):
                name = max(
                    (known.name or ""), (device.name or ""), key=lambda each: len(each.removesuffix("...").strip())
                )
                self.all[index] = replace(known, name=name or None, blamed=known.blamed or device.blamed)
                return
        if len(self.all) < _MOST_DEVICES:
            self.all.append(device)


def _is_same(one: str, other: str) -> bool:
    """Whether two names stand for one product: "NVIDIA GeForce RTX 4080 ..." is a name that nvidia-smi has cut."""
    if "..." not in one + other:
        return one == other
    shorter, longer = sorted((name.split("...")[0].strip() for name in (one, other)), key=len)
    return longer.startswith(shorter)


def _stated(text: str, line: int) -> Iterator[LoggedDevice]:
    """The GPUs whose compute capability the line states."""
    for pattern in (*_BLAMED, *_WITH_CAPABILITY):
        for found in pattern.finditer(text):
            capability = _capability_in(found.groupdict())
            if capability is not None:
                yield LoggedDevice(_name(found.groupdict().get("name")), capability, line, blamed=pattern in _BLAMED)


def _capability_in(groups: dict[str, str | None]) -> ComputeCapability | None:
    if groups.get("sm"):
        return ComputeCapability.from_number(int(groups["sm"] or 0))
    text = groups.get("cc") or f"{groups.get('major')}.{groups.get('minor')}"
    try:
        return ComputeCapability.parse(text)
    except ParseError:
        return None


def _name(text: str | None) -> str | None:
    """The name without what a collector put before it ("Nov 20 08:13:54 box asr[42]:  NVIDIA …")."""
    found = list(_VENDOR.finditer(text or ""))
    start = next((each.start() for each in found if each[0].startswith("NVIDIA")), found[0].start() if found else 0)
    return (text or "")[start:].strip() or None
