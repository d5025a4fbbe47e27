"""What nvidia-smi says: the way to GPUs and driver where NVML's library cannot be loaded into this process.

nvidia-smi prints its errors to stdout, so that scripts have handed "Failed to initialize NVML" to nvcc as an
architecture. Here only a line with the right number of fields, each of the right form, becomes a value.
"""

from __future__ import annotations

import re
from pathlib import Path

from cudacompat.domain.machine.facts import DriverFacts, Found, GpuDevice, Missing
from cudacompat.domain.machine.troubles import Cause, Trouble, said_by_smi
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import ParseError
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease
from cudacompat.host.gpus import pci
from cudacompat.host.gpus.capability import capability_of
from cudacompat.host.programs.process import ProcessResult, find, run
from cudacompat.places.roots import Roots

VIA = "nvidia-smi"

# Where it lies when PATH does not say: WSL, GKE and other container hosts, Windows.
_UNDER_USR = ("bin", "lib/wsl/lib", "local/nvidia/bin")
_WINDOWS = (Path("C:/Windows/System32"), Path("C:/Program Files/NVIDIA Corporation/NVSMI"))
_TIMEOUT_S = 10.0

_FIELDS = ("index", "name", "uuid", "pci.bus_id", "pci.device_id", "compute_cap", "driver_version", "memory.total")
_NO_CAPABILITY = "compute_cap"  # drivers before 510 do not have the field

# In place of a value, where a GPU does not answer: drivers 470 to 610.
_BROKEN = ("[GPU is lost]", "[Unknown Error]", "[GPU requires reset]", "[Reset Required]", "[Unknown error]")
_OF_ONE_GPU = frozenset({Cause.GPU_LOST, Cause.GPU_RESET, Cause.INFOROM})

_UUID = re.compile(r"GPU-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DEVICE_ID = re.compile(r"0x([0-9A-Fa-f]{4})10[Dd][Ee]")
_MEMORY = re.compile(r"(\d+) MiB")

# "Driver Version: 580.159.04     CUDA Version: 13.0"; from driver 610 on "KMD Version" and "CUDA UMD Version".
_RELEASE = re.compile(r"\b(?:Driver|KMD) Version: *(\d+(?:\.\d+)+)")
_CUDA = re.compile(r"\bCUDA (?:UMD )?Version: *(\d+\.\d+)")


def gpus(roots: Roots | None = None) -> Found[tuple[GpuDevice, ...]] | Missing:
    """Return the machine's GPUs as nvidia-smi lists them; a GPU that it cannot describe is named in `found_via`."""
    program = _program(roots)
    if program is None:
        return Missing("GPU", (f"{VIA} (not found)",))
    ran = _query(program, _FIELDS)
    fields: tuple[str, ...] = _FIELDS
    if not ran.ok and f'"{_NO_CAPABILITY}" is not a valid field' in ran.stdout:
        fields = tuple(field for field in _FIELDS if field != _NO_CAPABILITY)
        ran = _query(program, fields)
    said = parse_gpus(ran.stdout, fields)
    if ran.ok or (isinstance(said, Found) and ran.rc is not None):  # 14, 15, 255: one of the GPUs is in trouble
        return said
    return Missing("GPU", (f"{VIA} ({_why(ran)})",), said.troubles or _silent(ran))


def driver(roots: Roots | None = None) -> Found[DriverFacts] | Missing:
    """Return the driver's release and CUDA version from nvidia-smi's banner."""
    program = _program(roots)
    if program is None:
        return Missing("driver", (f"{VIA} (not found)",))
    ran = run([str(program)], timeout_s=_TIMEOUT_S)
    said = parse_banner(ran.stdout)
    if ran.ok or (isinstance(said, Found) and ran.rc is not None):
        return said
    return Missing("driver", (f"{VIA} ({_why(ran)})",), _troubles(ran.stdout) or _silent(ran))


def _program(roots: Roots | None) -> Path | None:
    roots = roots or Roots.real()
    return find(VIA, *(roots.usr / folder for folder in _UNDER_USR), *_WINDOWS, path=roots.path)


def _query(program: Path, fields: tuple[str, ...]) -> ProcessResult:
    return run([str(program), f"--query-gpu={','.join(fields)}", "--format=csv,noheader"], timeout_s=_TIMEOUT_S)


def _silent(ran: ProcessResult) -> tuple[Trouble, ...]:
    """A program that we stopped, because it did not end."""
    return (Trouble(Cause.NO_ANSWER, f"{VIA}: {ran.why_failed}"),) if ran.timed_out else ()


def _troubles(text: str) -> tuple[Trouble, ...]:
    return tuple(trouble for line in text.splitlines() if (trouble := said_by_smi(line)) is not None)


def _why(ran: ProcessResult) -> str:
    """nvidia-smi's own first line, where it said why, else how it ended."""
    said = next((line.strip() for line in (ran.stdout + "\n" + ran.stderr).splitlines() if line.strip()), "")
    if "Driver/library version mismatch" in said:
        return "driver/library version mismatch: the driver was updated while it ran; reboot or reload the driver"
    return f"{ran.why_failed}: {said:.120}" if said else f"{ran.why_failed}"


def parse_gpus(text: str, fields: tuple[str, ...] = _FIELDS) -> Found[tuple[GpuDevice, ...]] | Missing:
    """Return the GPUs of `nvidia-smi --query-gpu=… --format=csv,noheader`.

    Without compute_cap in the fields, or with `[N/A]` there, the PCI id says the capability. What nvidia-smi says of a
    GPU in trouble, and a warning, leaves the other lines good; any line that is neither spoils the answer.
    """
    found, unknown = [], []
    troubles: list[Trouble] = []
    for line in text.splitlines():
        trouble = said_by_smi(line)
        if trouble is not None and not _is_row(line, fields):
            troubles.append(trouble)
            if trouble.cause not in _OF_ONE_GPU:
                return Missing("GPU", (f"{VIA} (not understood: {line.strip():.120})",), tuple(troubles))
            unknown += [] if trouble.cause is Cause.INFOROM else [line.strip()[:120]]
            continue
        if not line.strip() or line.startswith("WARNING:"):
            continue
        if not _is_row(line, fields):
            return Missing("GPU", (f"{VIA} (not understood: {line.strip():.120})",), tuple(troubles))
        row = dict(zip(fields, _values(line), strict=True))
        broken = next((value for value in row.values() if value in _BROKEN), None)
        if broken is not None and (trouble is not None or row["name"] in _BROKEN):
            unknown.append(f"GPU {row['index']}: {broken.strip('[]')}")
            troubles.append(Trouble(Cause.GPU_LOST, f"{VIA}: GPU {row['index']}: {broken.strip('[]')}", row["index"]))
            continue
        device = _DEVICE_ID.fullmatch(row["pci.device_id"])
        pci_id = f"10de:{device[1].lower()}" if device else None
        capability = _capability(row.get(_NO_CAPABILITY, "")) or capability_of(pci_id)
        if capability is None:
            unknown.append(f"GPU {row['index']} ({pci_id or row['name']}): compute capability not told")
            continue
        memory = _MEMORY.fullmatch(row["memory.total"])
        found.append(
            GpuDevice(
                index=int(row["index"]),
                name=row["name"],
                capability=capability,
                uuid=row["uuid"] if _UUID.fullmatch(row["uuid"]) else None,
                pci_id=pci_id,
                memory_bytes=int(memory[1]) << 20 if memory and int(memory[1]) else None,
                bus_id=pci.address_of(row.get("pci.bus_id")),
            )
        )
    notes = "; ".join(unknown)
    if found:
        return Found(tuple(found), f"{VIA}, but {notes}" if unknown else VIA, tuple(troubles))
    return Missing("GPU", (f"{VIA} ({notes or 'it lists none'})",), tuple(troubles))


def _values(line: str) -> list[str]:
    return [value.strip() for value in line.split(", ")]


def _is_row(line: str, fields: tuple[str, ...]) -> bool:
    values = _values(line)
    return len(values) == len(fields) and values[0].isdecimal() and bool(values[1])


def _capability(text: str) -> ComputeCapability | None:
    try:
        return ComputeCapability.parse(text)
    except ParseError:
        return None


def parse_banner(text: str) -> Found[DriverFacts] | Missing:
    """Return the versions in the head of nvidia-smi's table; a `CUDA Version` of N/A or ERR! is none."""
    release, cuda = _RELEASE.search(text), _CUDA.search(text)
    try:
        facts = DriverFacts(
            DriverRelease.parse(release[1]) if release else None,
            DriverCudaVersion.parse(cuda[1]) if cuda else None,
        )
    except ParseError:
        facts = DriverFacts(None, None)
    if facts.release is None:
        return Missing("driver", (f"{VIA} (its answer shows no driver version)",))
    return Found(facts, VIA)
