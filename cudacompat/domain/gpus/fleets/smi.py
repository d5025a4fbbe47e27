"""What nvidia-smi lists: `-q -x`, `--query-gpu=… --format=csv`, `-L`. Measured, drivers 470 to 610."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cudacompat.domain.gpus.fleet import Row, capability_in, capability_of, driver_in, without_comment
from cudacompat.domain.gpus.lookup import capability_named, resolve
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.fleet_gpu import FleetGpu
from cudacompat.domain.words.versions import DriverRelease


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an XML document: its name, its own text, its children."""

    name: str
    text: str
    children: tuple[Element, ...] = ()

    def child(self, *path: str) -> Element | None:
        """The first element down this path."""
        here: Element | None = self
        for name in path:
            here = next((each for each in here.children if each.name == name), None) if here else None
        return here

    def text_of(self, *path: str) -> str | None:
        """The text of the first element down this path, `None` for none and for N/A."""
        found = self.child(*path)
        text = found.text.strip() if found is not None else ""
        return text if text and text != "N/A" else None


_DEVICE_ID = re.compile(r"(?:0x)?([0-9A-Fa-f]{4})10[Dd][Ee]")
_LISTED = re.compile(r"(?:(?P<node>[\w.-]+): ?)?GPU \d+: (?P<name>.*?) \(UUID: [^)]*\)\s*")  # node: as pdsh has it
_FOR_PEOPLE = re.compile(r"(?m)^\|\s*NVIDIA-SMI\s|^=+\s*NVSMI LOG\s*=+")
_UNIT = re.compile(r" \[[^\]]*\]$")
_SEPARATORS = (",", ";", "\t")
_SAID = re.compile(r'"?sep=.?"?\s*')  # the first line of a file that names its separator to a spreadsheet
_COMMA_DECIMAL = re.compile(r"^(\d{1,2}),(\d)$")  # a compute capability
_NAMES = ("name", "gpu_name")
_COLUMNS = (*_NAMES, "compute_cap", "driver_version", "kmd_version", "pci.device_id", "uuid", "index")


def of_xml(root: Element, where: str) -> Iterator[Row]:
    """Yield the GPUs of `nvidia-smi -q -x`, which says no compute capability: the PCI id does, or else the name.

    From driver 610 on `kmd_version` is the driver's, and `driver_version` says so or is gone.
    """
    driver = _driver(root.text_of("kmd_version"), root.text_of("driver_version"), where)
    for number, gpu in enumerate(each for each in root.children if each.name == "gpu"):
        name = gpu.text_of("product_name")
        row = _known(name, gpu.text_of("pci", "pci_device_id"), driver, where=f"{where}: GPU {number}")
        # the models of drivers, WDDM, TCC and MCDM, are Windows'; elsewhere N/A stands there
        windows = gpu.text_of("driver_model", "current_dm") is not None
        yield replace(row, platform="windows-x86_64") if windows and isinstance(row, FleetGpu) else row


def _driver(kmd: str | None, old: str | None, where: str) -> DriverRelease | None:
    return driver_in(kmd, f"{where}: kmd_version") or driver_in(old, f"{where}: driver_version")


def _known(name: str | None, device: str | None, driver: DriverRelease | None, where: str) -> Row:
    found = _DEVICE_ID.fullmatch(device or "")
    capability = capability_of(([f"10de:{found[1].lower()}"] if found else []) + ([name] if name else []))
    if capability is None:
        return NotRead(where, f"unknown GPU {name or '(without a name)'!r:.100}; name it with --gpu instead")
    return FleetGpu(name or str(capability), name, capability, driver=driver)


def is_csv(text: str) -> bool:
    """Whether this is the CSV of nvidia-smi, as it was printed or as a spreadsheet saved it."""
    return _separator(text) is not None


def _separator(text: str) -> str | None:
    """Return what stands between the columns, `None` where the text is no CSV: spreadsheets write semicolons where the
    comma is that of decimals, and tabs."""
    first = next((line for line in text.splitlines() if line.strip() and not _SAID.fullmatch(line)), "")
    return next((each for each in _SEPARATORS if _has_columns(_cells(without_comment(first), each))), None)


def _has_columns(cells: Sequence[str]) -> bool:
    """Whether a first line names columns, or has a GPU's name, capability or driver in them. Several names or
    capabilities in a line are a list of GPUs."""
    if len(cells) > 1 and {_UNIT.sub("", cell) for cell in cells} & set(_COLUMNS):
        return True
    columns = Counter(filter(None, map(_column, cells)))
    return len(cells) > 1 and bool(columns) and columns["name"] < 2 and columns["compute_cap"] < 2


def of_csv(text: str, where: str) -> Iterator[Row]:
    """Yield the GPUs of `nvidia-smi --query-gpu=… --format=csv`, with its head or (`noheader`) without."""
    separator = _separator(text) or _SEPARATORS[0]
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and not _SAID.fullmatch(line)]
    head = [_UNIT.sub("", cell) for cell in _cells(lines[0][1], separator)]
    if set(head) & set(_COLUMNS):
        lines = lines[1:]
    else:
        head = []
    for number, line in lines:
        cells = _cells(line, separator)
        if cells == head or {_UNIT.sub("", cell) for cell in cells} & set(_COLUMNS):
            continue  # several machines' outputs, one behind the other
        try:
            row = dict(zip(head, cells, strict=False)) if head else _guessed(cells, f"{where}:{number}")
            yield _of_row(row, f"{where}:{number}")
        except UsageError as error:
            yield NotRead(f"{where}:{number}", str(error).removeprefix(f"{where}:{number}: "))


def _of_row(row: Mapping[str, str], where: str) -> Row:
    name = next((row[key] for key in _NAMES if row.get(key)), None)
    driver = _driver(row.get("kmd_version"), row.get("driver_version"), where)
    written = row.get("compute_cap", "")
    if re.fullmatch(r"\d+\.\d", written):
        capability = capability_in(written, where)
        return FleetGpu(name or written, name, capability, driver=driver)
    return _known(name, row.get("pci.device_id"), driver, where=where)


def _guessed(cells: Sequence[str], where: str) -> dict[str, str]:
    """The columns of a line without a head, by their form. `UsageError` for a line that has several GPUs: which of them
    the machine has is not known."""
    found: dict[str, str] = {}
    for cell in cells:
        column = _column(cell)
        if column is not None and found.setdefault(column, cell) != cell:
            raise UsageError(f"{where}: {found[column]} and {cell} in one line; write one GPU in each line")
    named = capability_named(found["name"]) if "name" in found else None
    written = found.get("compute_cap")
    if named is not None and written is not None and str(named) != written:
        raise UsageError(f"{where}: {found['name']} has compute capability {named}, not {written}")
    return found or {"name": cells[0]}


def _column(cell: str) -> str | None:
    if re.fullmatch(r"\d{1,2}\.\d", cell):
        return "compute_cap"
    if re.fullmatch(r"\d{3}\.\d{2,3}(?:\.\d{2})?", cell):
        return "driver_version"
    if _DEVICE_ID.fullmatch(cell):
        return "pci.device_id"
    try:
        resolve(cell)
    except UsageError:
        return None
    return "name" if not cell.isdecimal() else None


def _cells(line: str, separator: str) -> list[str]:
    try:
        found = [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])]
    except csv.Error:
        return [line]
    return found if separator == "," else [_COMMA_DECIMAL.sub(r"\1.\2", cell) for cell in found]


def is_for_people(text: str) -> bool:
    """Whether this is the table of nvidia-smi, which cuts names, or the text of `nvidia-smi -q`."""
    return _FOR_PEOPLE.search(text[:4096]) is not None


def is_listing(text: str) -> bool:
    """Whether this is `nvidia-smi -L`."""
    return any(_LISTED.fullmatch(line) for line in text.splitlines()[:64])


def of_listing(text: str, where: str) -> Iterator[Row]:
    """Yield the GPUs of `nvidia-smi -L`, one for all slices of a GPU."""
    for number, line in enumerate(text.splitlines(), 1):
        found = _LISTED.fullmatch(line)
        if found is not None:
            row = _known(found["name"], None, None, where=f"{where}:{number}")
            yield replace(row, node=found["node"]) if isinstance(row, FleetGpu) else row
        elif re.search(r"\bGPU\b", line):  # one that is lost
            yield NotRead(f"{where}:{number}", f"not told which GPU it is: {line.strip()!r:.100}")
