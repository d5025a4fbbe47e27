"""Write the generated tables, cudacompat/domain/tables/data/*.json, from tools/facts/*.json, or check them.

    python tools/refresh_tables.py            write
    python tools/refresh_tables.py --check    would writing change anything, and has each table the hash that it names?

The facts are cuda_releases (what ptxas, NVRTC and crt/host_config.h of each release say), drivers, ptx_isa, pci_devices
(pci.ids with the compute capability of each chip), gpu_names_open_kernel (the table of the open kernel modules' README)
and gpu_names_official (NVIDIA's pages of compute capabilities); tools/measure_toolkit.py and tools/fetch_*.py write
them. gpu_names_authored (systems, modules, and ids that the database names astray) is written by hand. Each table says
from which of them it is made, when, and the SHA-256 of its rows. The authored tables (images and the named
architectures) are not touched.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools import fact_files
from tools.fact_files import Facts, arch_order

DATA = Path(__file__).parents[1] / "cudacompat" / "domain" / "tables" / "data"

Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A generated table: its name, the facts that it is made from, its rows, and what its head says of their origin."""

    name: str
    facts: tuple[str, ...]
    rows: Callable[..., Iterator[Row]]
    head: Callable[..., Row] | None = None

    def path(self, folder: Path = DATA) -> Path:
        return folder / f"{self.name}.json"


# -- toolkits


def toolkit_rows(cuda_releases: Facts, drivers: Facts) -> Iterator[Row]:
    """The releases, oldest first. Their measurements have to agree with each other."""
    floors = {
        row["ctk"].split(".")[0]: row.get("linux_exact") or row["first_release_driver_linux"]
        for row in drivers["minor_version_compatibility"]
    }
    for version, row in releases(cuda_releases):
        for other in ("nvrtc_sm", "built_by_nvcc"):
            assert row["sm"] == row.get(other, row["sm"]), (version, other)
        assert row["default_arch_ptxas"] == row.get("default_arch_nvrtc", row["default_arch_ptxas"]), version
        assert row.get("ptx_isa_emitted", row["ptx_isa_max_accepted"]) == row["ptx_isa_max_accepted"], version
        floor = floors.get(version.split(".")[0])
        if floor is None:
            raise SystemExit(f"drivers.json has no driver from which CUDA {version.split('.')[0]}.x runs")
        driver, update = toolkit_driver(drivers, version)
        host = row["host_compiler"]
        yield {
            "version": version,
            "targets": sorted(row["sm"], key=arch_order),
            "ptx_isa": row["ptx_isa_max_accepted"],
            "default_target": int(row["default_arch_ptxas"].removeprefix("sm_")),
            "gcc_max": host["gcc_max_major"],
            "clang_max": host["clang_max_major"],
            "msc_ver": [host["msc_ver_min"], host["msc_ver_max_exclusive"] - 1],
            "min_driver": floor,
            "toolkit_driver": driver,
            "measured": f"{measured_with(row)} and crt/host_config.h of {measured_on(row)}",
            "update": update,
        }


def releases(cuda_releases: Facts) -> list[tuple[str, Row]]:
    """The measured releases by version, oldest first."""
    found: dict[str, Row] = cuda_releases["releases"]
    return sorted(found.items(), key=lambda item: numbers(item[0]))


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def measured_on(row: Row) -> str:
    """The wheel that was measured, or the compiler that was named instead."""
    return str(row.get("pypi_wheel") or f"ptxas {row['programs']['ptxas']}")


def measured_with(row: Row) -> str:
    """What of it was asked, in words."""
    asked = {"nvcc": "built_by_nvcc", "NVRTC": "nvrtc_sm"}
    return ", ".join(["ptxas", *(name for name, key in asked.items() if key in row)])


def toolkit_driver(drivers: Facts, version: str) -> tuple[str | None, str]:
    """The Linux driver of a release's last update (the list is newest first), and which update that is."""
    for row in drivers["toolkit_driver"]:
        if row["cuda"].split()[0] == version and row["linux_x86_64"]:
            secondary = ", from a copy of its notes" if row.get("certainty") else ""
            return row["linux_x86_64"], row["cuda"] + secondary
    return None, ""


# -- PTX and architectures


def ptx_rows(ptx_isa: Facts, cuda_releases: Facts) -> Iterator[Row]:
    """NVIDIA's history, then the releases that are newer than it, as far as they were measured: the driver branch is
    unknown, and new is the target that no older row has."""
    source = ptx_isa["source"].partition(" (")[0]
    known: set[str] = set()
    newest = (0,)
    for row in ptx_isa["rows"]:
        branch = row["driver_branch"]
        known.update(row["targets_introduced"])
        newest = max(newest, numbers(row["cuda"]))
        yield ptx_row(row, int(branch.removeprefix("r")) if branch else None, row["targets_introduced"], source)
    for version, row in releases(cuda_releases):
        if numbers(version) <= newest:
            known.update(row["sm"])
            continue
        fact = {"ptx_isa": row["ptx_isa_max_accepted"], "cuda": version}
        measured = f"measured (ptxas of {measured_on(row)}); driver branch not found"
        yield ptx_row(fact, None, [arch for arch in row["sm"] if arch not in known], measured)
        known.update(row["sm"])


def ptx_row(fact: Facts, branch: int | None, targets: list[str], source: str) -> Row:
    return {
        "ptx_isa": fact["ptx_isa"],
        "cuda": fact["cuda"],
        "driver_branch": branch,
        "targets_introduced": sorted(targets, key=arch_order),
        "source": source,
    }


def architecture_rows(cuda_releases: Facts, ptx_isa: Facts) -> Iterator[Row]:
    """Each architecture with the first release that builds it, that release's PTX ISA and the driver branch of it."""
    branches = {row["cuda"]: row["driver_branch"] for row in ptx_rows(ptx_isa, cuda_releases)}
    first: dict[int, tuple[str, Row]] = {}
    for version, row in releases(cuda_releases):
        for arch in row["sm"]:
            first.setdefault(arch_order(arch)[0], (version, row))
    for number, (version, row) in sorted(first.items()):
        isa = row["ptx_isa_max_accepted"]
        yield {"number": number, "toolkit": version, "ptx_isa": isa, "driver_branch": branches[version]}


def family_rows(cuda_releases: Facts) -> Iterator[Row]:
    """Each family target with the architectures that any measured ptxas compiles its PTX for."""
    members: dict[str, set[int]] = {}
    for _, row in releases(cuda_releases):
        for family, archs in row.get("families", {}).items():
            members.setdefault(family, set()).update(int(arch) for arch in archs)
    for family in sorted(members, key=arch_order):
        yield {"target": family, "members": sorted(members[family])}


# -- GPUs

_NO_PRODUCT = re.compile(r"(Reserved|Initial) Dev ?ID\b.*|INT SKU|JMJWOA-Generic-GPU", re.IGNORECASE)

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


def pci_rows(pci_devices: Facts, gpu_names_authored: Facts) -> Iterator[Row]:
    """The devices by id; a name that is no product's ("Reserved Dev ID A") is left out. A stray one bears the name of
    a product that has another chip."""
    strays = {row["device"] for row in gpu_names_authored["strays"]}
    for device, fact in sorted(pci_devices["devices"].items()):
        row = {"id": device, "chip": fact["chip"], "capability": fact["cc"]}
        if fact["name"] is not None and not _NO_PRODUCT.fullmatch(fact["name"]):
            row["name"] = fact["name"]
        row |= {"stray": True} if device in strays else {}
        yield row | ({"inferred": True} if fact.get("inferred") else {})


def id_rows(gpu_names_open_kernel: Facts) -> Iterator[Row]:
    """NVIDIA's names with the device ids that bear them."""
    devices: dict[str, set[str]] = {}
    for row in gpu_names_open_kernel["rows"]:
        devices.setdefault(row["name"], set()).add(row["device"])
    for name, ids in sorted(devices.items()):
        yield {"name": name, "ids": sorted(ids)}


def capability_rows(gpu_names_official: Facts) -> Iterator[Row]:
    """The names on NVIDIA's pages with their compute capability, in the pages' order."""
    for capability, names in gpu_names_official["by_cc"].items():
        for name in names:
            if name not in CONTRADICTED:
                yield {"name": name, "capability": capability}


def authored_rows(gpu_names_authored: Facts) -> Iterator[Row]:
    """The names that no list has, each with where it is from; `also` is what several of them are called, `device` the
    PCI id of the GPU that is called so as well."""
    for row in gpu_names_authored["names"]:
        also = {key: row[key] for key in ("also", "device") if key in row}
        for name in row["names"]:
            yield {"name": name, "capability": row["capability"], **also, "source": row["source"]}


def version_of(facts: Facts, *_: Facts) -> Row:
    """The version of the document that the facts are from: the first of several."""
    licence = {"licence": facts["licence"]} if "licence" in facts else {}
    return {"source": facts["source"], "version": facts["version"].split()[0], **licence}


GENERATED = (
    Table("toolkits", ("cuda_releases", "drivers"), toolkit_rows),
    Table("ptx", ("ptx_isa", "cuda_releases"), ptx_rows),
    Table("architectures", ("cuda_releases", "ptx_isa"), architecture_rows),
    Table("families", ("cuda_releases",), family_rows),
    Table("pci_ids", ("pci_devices", "gpu_names_authored"), pci_rows, version_of),
    Table("gpu_names_by_id", ("gpu_names_open_kernel",), id_rows, version_of),
    Table("gpu_names_by_capability", ("gpu_names_official",), capability_rows),
    Table("gpu_names_authored", ("gpu_names_authored",), authored_rows),
)


# -- a table's file


def made(table: Table, facts: Path, today: str, before: str = "") -> str:
    """The table's text made from the facts; `before`, the text there is, stays if only its date would change."""
    read = [fact_files.read(name, facts) for name in table.facts]
    rows = list(table.rows(*read))
    head = {
        "by": "tools/refresh_tables.py; do not edit by hand",
        "from": [f"tools/facts/{name}.json" for name in table.facts],
        "on": today,
        **(table.head(*read) if table.head else {}),
        "sha256": digest(rows),
    }
    if before and complaint(before) is None:
        old = json.loads(before)
        head["on"] = old["on"] if old == head | {"on": old["on"], "rows": rows} else today
    heads = "".join(f'"{key}": {json.dumps(value, ensure_ascii=False)},\n' for key, value in head.items())
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{{\n{heads}"rows": [\n{lines}\n]\n}}\n'


def digest(rows: list[Row]) -> str:
    """The SHA-256 of the rows, whatever whitespace they are written with."""
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def complaint(text: str) -> str | None:
    """What is wrong with a table's text by itself, or `None`: are its rows those that its hash was made of?"""
    try:
        table = json.loads(text)
        rows, named = table["rows"], table["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        return f"it is no table ({type(error).__name__}: {error})"
    return None if digest(rows) == named else "its rows were changed by hand (their sha256 is not the one it names)"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something is off")
    parser.add_argument("--facts", type=Path, default=fact_files.FOLDER, help="another folder of facts")
    parser.add_argument("--data", type=Path, default=DATA, help="another folder of tables")
    options = parser.parse_args(arguments)
    wrong = 0
    for table in GENERATED:
        path = table.path(options.data)
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        new = made(table, options.facts, datetime.date.today().isoformat(), before)
        fault = None if new == before else complaint(before) or "its rows differ from what the facts give"
        if fault and not options.check:
            path.write_text(new, encoding="utf-8")
            print(f"{path.name}: written")
            continue
        wrong += 1 if fault is not None else 0
        print(f"{path.name}: {fault or 'as it should be'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
