"""Write the generated rows in cudacompat/domain/tables/ from a folder of facts, or check them.

    python tools/refresh_tables.py --facts DIR            write
    python tools/refresh_tables.py --facts DIR --check    would writing change anything?
    python tools/refresh_tables.py --check                do the rows have the hash that their header names?

The facts are JSON files: cuda_releases (what ptxas, NVRTC and crt/host_config.h of each release say),
host_compilers, drivers, ptx_isa, pci_devices (pci.ids joined with the compute capability of each chip),
gpu_names_open_kernel (the table of the open kernel modules' README) and gpu_names_official (NVIDIA's pages of
compute capabilities). A header before the rows says from which of them, when, and the SHA-256 of the rows.
The authored tables (drivers, architectures, images) are not touched.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import re
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLES = Path(__file__).parents[1] / "cudacompat" / "domain" / "tables"
BEGIN, END = "# >>> generated\n", "# <<< generated\n"

PTX_HISTORY = "https://docs.nvidia.com/cuda/parallel-thread-execution/#release-notes"

Facts = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A generated table: its module, the facts it is made from, and how."""

    module: str
    facts: tuple[str, ...]
    rows: Callable[..., str]

    @property
    def path(self) -> Path:
        return TABLES / self.module


def arch_order(arch: str) -> tuple[int, str]:
    """By number, plain before a before f."""
    return int(arch.rstrip("af")), arch.lstrip("0123456789")


def pair(text: str) -> str:
    """`12.9` as the two arguments `12, 9`."""
    major, minor = text.split(".")
    return f"{int(major)}, {int(minor)}"


def text(value: str) -> str:
    """A string literal in the quotes that ruff format keeps."""
    return json.dumps(value, ensure_ascii=False)


# -- toolkits


def toolkit_rows(cuda_releases: Facts, host_compilers: Facts, drivers: Facts) -> str:
    floors = {
        row["ctk"].split(".")[0]: row.get("linux_exact") or row["first_release_driver_linux"]
        for row in drivers["minor_version_compatibility"]
    }
    lines = ["RELEASES: tuple[CudaRelease, ...] = ("]
    for version, row in cuda_releases["releases"].items():
        assert row["sm"] == row["nvrtc_sm"], version
        assert row["default_arch_ptxas"] == row["default_arch_nvrtc"], version
        assert row["ptx_isa_emitted"] == row["ptx_isa_max_accepted"], version
        host = host_compilers["cuda"][version]
        driver, update = toolkit_driver(drivers, version)
        lines += [
            "    CudaRelease(",
            f"        version=ToolkitVersion({pair(version)}),",
            *archs_argument(sorted(row["sm"], key=arch_order)),
            f"        ptx_isa=PtxIsa({pair(row['ptx_isa_emitted'])}),",
            f"        default_target={row['default_arch_ptxas'].removeprefix('sm_')},",
            f"        gcc_max={host['gcc_max']},",
            f"        clang_max={host['clang_max']},",
            f"        msc_ver=({host['msc_ver'][0]}, {host['msc_ver'][1] - 1}),",
            f"        min_driver=DriverRelease.parse({text(floors[version.split('.')[0]])}),",
            f"        toolkit_driver={f'DriverRelease.parse({text(driver)})' if driver else None},",
            f"        source=_source({text(row['pypi_wheel'])}, {text(update)}),",
            "    ),",
        ]
    return "\n".join([*lines, ")"])


def toolkit_driver(drivers: Facts, version: str) -> tuple[str | None, str]:
    """The Linux driver of a release's last update (the list is newest first), and which update that is."""
    for row in drivers["toolkit_driver"]:
        if row["cuda"].split()[0] == version and row["linux_x86_64"]:
            secondary = ", from a copy of its notes" if row.get("certainty") else ""
            return row["linux_x86_64"], row["cuda"] + secondary
    return None, ""


def archs_argument(archs: list[str]) -> list[str]:
    """`targets=_archs("…")`, in several strings only where one line would be too long (ruff format joins
    them)."""
    joined = " ".join(archs)
    if len(one := f'        targets=_archs("{joined}"),') <= 110:
        return [one]
    parts = [joined] if len(f'            "{joined}"') <= 110 else textwrap.wrap(joined, 60)
    strings = [f'            "{part} "' for part in parts[:-1]] + [f'            "{parts[-1]}"']
    return ["        targets=_archs(", *strings, "        ),"]


# -- PTX


def ptx_rows(ptx_isa: Facts) -> str:
    lines = ["PTX_ISAS: tuple[PtxIsaRow, ...] = ("]
    for row in ptx_isa["rows"]:
        targets = "".join(f"{text(arch)}, " for arch in sorted(row["targets_introduced"], key=arch_order))
        if targets.count(",") > 1:
            targets = targets.removesuffix(", ")
        source = PTX_HISTORY if row["source"] == "documented" else row["source"]
        lines += [
            "    PtxIsaRow(",
            f"        isa=PtxIsa({pair(row['ptx_isa'])}),",
            f"        cuda=ToolkitVersion({pair(row['cuda'])}),",
            f"        driver_branch={row['driver_branch'] and int(row['driver_branch'].removeprefix('r'))},",
            f"        targets_introduced=({targets.rstrip(' ')}),",
            f"        source={text(source)},",
            "    ),",
        ]
    return "\n".join([*lines, ")"])


# -- GPUs


def pci_rows(pci_devices: Facts) -> str:
    """One line for each device: id, chip, compute capability, `~` if the capability is inferred, name if
    there is one.

    Names that are no product's ("Reserved Dev ID A") are left out.
    """
    placeholder = re.compile(r"(Reserved|Initial) Dev ?ID\b.*|INT SKU|JMJWOA-Generic-GPU", re.IGNORECASE)
    lines = []
    for device, row in sorted(pci_devices["devices"].items()):
        name = "" if row["name"] is None or placeholder.fullmatch(row["name"]) else row["name"]
        inferred = "~" if f"{row['chip']} inferred" in row.get("certainty", "") else ""
        lines.append(f"{device}|{row['chip']}|{row['cc']}{inferred}|{name}")
    version = pci_devices["source"]["pci_ids_version"].split()[0]
    return f'VERSION = {text(version)}\n\n_DEVICES = """\\\n' + "\n".join(lines) + '\n"""'


# Names on NVIDIA's pages that are not taken over: the PCI ids show other chips under the name (GM107 is 5.0,
# GM204 is 5.2), or several.
CONTRADICTED = {
    "Quadro M620",
    "Quadro M3000M",
    "Quadro M4000M",
    "Quadro M5000M",
    "GeForce GT 705",
    "GeForce GT 720",
    "GeForce GT 730",
    "GeForce 910M",
    "GeForce GTX 750 Ti",
}


def name_rows(gpu_names_open_kernel: Facts, gpu_names_official: Facts) -> str:
    """One line for each name: NVIDIA's driver README's with their device ids, its pages' with compute
    capability."""
    devices: dict[str, set[str]] = {}
    for row in gpu_names_open_kernel["rows"]:
        devices.setdefault(row["name"], set()).add(row["device"])
    by_id = [f"{name}|{' '.join(sorted(ids))}" for name, ids in sorted(devices.items())]
    by_capability = [
        f"{name}|{capability}"
        for capability, names in gpu_names_official["by_cc"].items()
        for name in names
        if name not in CONTRADICTED
    ]
    version = re.search(r"driver ([\d.]+)", gpu_names_open_kernel["source"])
    assert version is not None
    return (
        f"README_VERSION = {text(version[1])}\n\n"
        + '_BY_ID = """\\\n'
        + "\n".join(by_id)
        + '\n"""\n\n_BY_CAPABILITY = """\\\n'
        + "\n".join(by_capability)
        + '\n"""'
    )


GENERATED = (
    Table("toolkits.py", ("cuda_releases", "host_compilers", "drivers"), toolkit_rows),
    Table("ptx.py", ("ptx_isa",), ptx_rows),
    Table("pci_ids.py", ("pci_devices",), pci_rows),
    Table("gpu_names.py", ("gpu_names_open_kernel", "gpu_names_official"), name_rows),
)


# -- the generated part of a module


def digest(rows: str) -> str:
    return hashlib.sha256(rows.encode()).hexdigest()


def split(module: str) -> tuple[str, str, str, str]:
    """Return what is before the generated part, its header, its rows, and what is after; ValueError without
    one."""
    before, begin, rest = module.partition(BEGIN)
    part, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("it has no generated part")
    lines = part.splitlines(keepends=True)
    header = [line for line in lines if line.startswith("# ")]
    return before, "".join(header), "".join(lines[len(header) :]).strip("\n"), after


def complaint(module: str) -> str | None:
    """What is wrong with the generated part of this module's text, or `None`: do its rows have the header's
    hash?"""
    try:
        _, header, rows, _ = split(module)
    except ValueError as error:
        return str(error)
    named = re.search(r"sha256 of the rows: ([0-9a-f]{64})", header)
    if named is None:
        return "its header names no sha256"
    if named[1] != digest(rows):
        return "its rows were changed by hand (their sha256 is not the header's)"
    return None


def regenerated(module: str, table: Table, facts: Path, today: str) -> str:
    """The module's text with its rows made anew; the date stays if the rows are the same."""
    before, _, rows, after = split(module)
    read = (json.loads((facts / f"{name}.json").read_text(encoding="utf-8")) for name in table.facts)
    new = table.rows(*read)
    if new == rows and complaint(module) is None:
        return module
    header = (
        "# By tools/refresh_tables.py; do not edit by hand.\n"
        f"# from: {', '.join(f'{name}.json' for name in table.facts)}\n"
        f"# on: {today}\n"
        f"# sha256 of the rows: {digest(new)}\n"
    )
    return f"{before}{BEGIN}{header}{new}\n{END}{after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--facts", type=Path, help="the folder of JSON files")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something is off")
    options = parser.parse_args()
    if options.facts is None and not options.check:
        parser.error("give --facts DIR, --check, or both")
    wrong = 0
    for table in GENERATED:
        module = table.path.read_text(encoding="utf-8")
        if options.facts is None:
            fault = complaint(module)
        else:
            new = regenerated(module, table, options.facts, datetime.date.today().isoformat())
            fault = "its rows differ from what the facts give" if new != module else None
            if fault and not options.check:
                table.path.write_text(new, encoding="utf-8")
                print(f"{table.module}: written")
                continue
        wrong += fault is not None
        print(f"{table.module}: {fault or 'as it should be'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
