"""GPU architectures by compute capability, and which GPUs a family target (`sm_100f`) covers.

Chips: the PCI ID Database and https://developer.nvidia.com/cuda-gpus. Tegra: CUDA C++ Programming Guide,
6.1.2 (NVIDIA promises binary compatibility for neither Tegra nor between Tegra and other GPUs). Read in
November 2026. What a toolkit builds for and nobody has named yet is there too, as it was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cudacompat.domain.tables.generated import rows
from cudacompat.domain.words.capability import ComputeCapability


@dataclass(frozen=True, slots=True)
class Architecture:
    """The GPUs of one compute capability.

    `name` is NVIDIA's, or the target's (`sm_130`) where a toolkit builds for it and nobody has named it yet.
    `tegra` is whether they are systems on a chip of the Tegra line (`None`: no product is known).
    `first_branch` is the oldest driver branch that knows them, `OLDEST_BRANCH` for those that an older one may know
    (`None`: no branch in the table of branches drives them); `last_branch` the newest that still does
    (`None`: no end announced).
    """

    capability: ComputeCapability
    name: str
    chips: tuple[str, ...]
    tegra: bool | None
    first_branch: int | None
    last_branch: int | None
    source: str


_CHIPS = "chips: pci.ids 2026.10.24"
_PAGE = "chips: https://developer.nvidia.com/cuda-gpus and its legacy page"
OLDEST_BRANCH = 346  # of those that were looked up
# CUDA Toolkit release notes, "CUDA Toolkit and Compatible Driver Versions": the first release that builds for the GPUs
_NOTES = "first_branch: the driver of CUDA {}, the first that builds for them (release notes of CUDA 11.0, table 2)"
_TURING = _NOTES.format("10.0 (410.48)") + "; PTX ISA 6.3 names branch 400, which has no published driver"
_VOLTA = _NOTES.format("9.0 (384.81)")
_PASCAL = _NOTES.format("8.0 (367.48)")
_OLD = "first_branch: CUDA 7.0 (346.46) builds for them, the oldest release in table 2 of the notes of CUDA 11.0"
_AMPERE = "first_branch: CUDA 11.0 (450.36.06), whose PTX ISA 7.0 introduced it"
_END_TESLA = "last_branch: https://www.archlinux.org/news/nvidia-340xx-and-nvidia/"
_END_FERMI = "last_branch: NVIDIA's legacy branches, from memory, not looked up"
_END_KEPLER = "last_branch: NVIDIA's 2021 announcement, as the press reported it"
_END_580 = "last_branch: NVIDIA's Unix deprecation schedule, as the press quotes it (580 will be the last)"
_TEGRA_END = "last_branch: Jetson's drivers come with JetPack"


def _ptx(isa: str, branch: int) -> str:
    return f"first_branch: the driver's JIT has to know the target: PTX ISA {isa} introduced it, with r{branch}"


def _row(
    capability: str,
    name: str,
    *,
    chips: str,
    tegra: bool | None,
    first_branch: int | None,
    last_branch: int | None,
    source: tuple[str, ...],
) -> Architecture:
    return Architecture(
        capability=ComputeCapability.parse(capability),
        name=name,
        chips=tuple(chips.split()),
        tegra=tegra,
        first_branch=first_branch,
        last_branch=last_branch,
        source="; ".join(source),
    )


_NAMED: tuple[Architecture, ...] = (
    _row(
        "1.0", "G80 (Tesla)", chips="G80", tegra=False, first_branch=None, last_branch=340, source=(_CHIPS, _END_TESLA)
    ),
    _row(
        "1.1",
        "G80 (Tesla)",
        chips="C77 C78 C79 G84 G86 G92 G94 G96 G98 MCP79 MCP7A",
        tegra=False,
        first_branch=None,
        last_branch=340,
        source=(_CHIPS, _END_TESLA),
    ),
    _row(
        "1.2",
        "GT200 (Tesla)",
        chips="GT215 GT216 GT218 MCP89",
        tegra=False,
        first_branch=None,
        last_branch=340,
        source=(_CHIPS, _END_TESLA),
    ),
    _row(
        "1.3",
        "GT200 (Tesla)",
        chips="GT200",
        tegra=False,
        first_branch=None,
        last_branch=340,
        source=(_CHIPS, _END_TESLA),
    ),
    _row(
        "2.0",
        "Fermi",
        chips="GF100 GF110",
        tegra=False,
        first_branch=None,
        last_branch=390,
        source=(_CHIPS, _END_FERMI),
    ),
    _row(
        "2.1",
        "Fermi",
        chips="GF104 GF106 GF108 GF114 GF116 GF117 GF119",
        tegra=False,
        first_branch=None,
        last_branch=390,
        source=(_CHIPS, _END_FERMI),
    ),
    _row(
        "3.0",
        "Kepler",
        chips="GK104 GK106 GK107",
        tegra=False,
        first_branch=OLDEST_BRANCH,
        last_branch=470,
        source=(_CHIPS, _OLD, _END_KEPLER),
    ),
    _row("3.2", "Kepler", chips="GK20A", tegra=True, first_branch=None, last_branch=None, source=(_PAGE, _TEGRA_END)),
    _row(
        "3.5",
        "Kepler",
        chips="GK110 GK180 GK208",
        tegra=False,
        first_branch=OLDEST_BRANCH,
        last_branch=470,
        source=(_CHIPS, _OLD, _END_KEPLER),
    ),
    _row(
        "3.7",
        "Kepler",
        chips="GK210",
        tegra=False,
        first_branch=OLDEST_BRANCH,
        last_branch=470,
        source=(_CHIPS, _OLD, _END_KEPLER),
    ),
    _row(
        "5.0",
        "Maxwell",
        chips="GM107 GM108",
        tegra=False,
        first_branch=OLDEST_BRANCH,
        last_branch=580,
        source=(_CHIPS, _OLD, _END_580),
    ),
    _row(
        "5.2",
        "Maxwell",
        chips="GM200 GM204 GM206",
        tegra=False,
        first_branch=OLDEST_BRANCH,
        last_branch=580,
        source=(_CHIPS, _OLD, _END_580),
    ),
    _row(
        "5.3",
        "Maxwell",
        chips="GM20B",
        tegra=True,
        first_branch=OLDEST_BRANCH,
        last_branch=580,
        source=(_PAGE, _OLD, _END_580, _TEGRA_END),
    ),
    _row(
        "6.0",
        "Pascal",
        chips="GP100",
        tegra=False,
        first_branch=367,
        last_branch=580,
        source=(_CHIPS, _PASCAL, _END_580),
    ),
    _row(
        "6.1",
        "Pascal",
        chips="GP102 GP104 GP106 GP107 GP108",
        tegra=False,
        first_branch=367,
        last_branch=580,
        source=(_CHIPS, _PASCAL, _END_580),
    ),
    _row(
        "6.2",
        "Pascal",
        chips="GP10B",
        tegra=True,
        first_branch=367,
        last_branch=580,
        source=(_PAGE, _PASCAL, _END_580, _TEGRA_END),
    ),
    _row(
        "7.0", "Volta", chips="GV100", tegra=False, first_branch=384, last_branch=580, source=(_CHIPS, _VOLTA, _END_580)
    ),
    _row(
        "7.2",
        "Volta",
        chips="GV11B",
        tegra=True,
        first_branch=387,
        last_branch=580,
        source=(_PAGE, _ptx("6.1", 387), _END_580, _TEGRA_END),
    ),
    _row(
        "7.5",
        "Turing",
        chips="TU102 TU104 TU106 TU116 TU117",
        tegra=False,
        first_branch=410,
        last_branch=None,
        source=(_CHIPS, _TURING),
    ),
    _row(
        "8.0",
        "Ampere",
        chips="GA100",
        tegra=False,
        first_branch=450,
        last_branch=None,
        source=(_CHIPS, _AMPERE),
    ),
    _row(
        "8.6",
        "Ampere",
        chips="GA102 GA103 GA104 GA106 GA107",
        tegra=False,
        first_branch=455,
        last_branch=None,
        source=(_CHIPS, _ptx("7.1", 455)),
    ),
    _row(
        "8.7",
        "Ampere",
        chips="GA10B",
        tegra=True,
        first_branch=470,
        last_branch=None,
        source=(_PAGE, _ptx("7.4", 470), _TEGRA_END),
    ),
    _row(
        "8.8",
        "Ampere",
        chips="",
        tegra=None,
        first_branch=580,
        last_branch=None,
        source=("a target from CUDA 13.0 on, no product known", _ptx("9.0", 580)),
    ),
    _row(
        "8.9",
        "Ada Lovelace",
        chips="AD102 AD103 AD104 AD106 AD107",
        tegra=False,
        first_branch=520,
        last_branch=None,
        source=(_CHIPS, _ptx("7.8", 520)),
    ),
    _row(
        "9.0",
        "Hopper",
        chips="GH100",
        tegra=False,
        first_branch=520,
        last_branch=None,
        source=(_CHIPS, _ptx("7.8", 520)),
    ),
    _row(
        "10.0",
        "Blackwell",
        chips="GB100 GB102",
        tegra=False,
        first_branch=570,
        last_branch=None,
        source=(
            _CHIPS,
            (
                "first_branch: PTX ISA 8.6 (r565) introduced the target, but no toolkit came with it; the first that "
                "builds for it, CUDA 12.8, is r570's"
            ),
        ),
    ),
    _row(
        "10.1",
        "Blackwell",
        chips="",
        tegra=True,
        first_branch=570,
        last_branch=575,
        source=(
            (
                "the name of 11.0 (GB10B, Thor) in CUDA 12.8 and 12.9, renamed with PTX ISA 9.0: https://docs.nvidia.com/cuda/"
                "parallel-thread-execution/#release-notes; branches: those of the two toolkits, inferred"
            ),
        ),
    ),
    _row(
        "10.3",
        "Blackwell Ultra",
        chips="GB110 GB112",
        tegra=False,
        first_branch=575,
        last_branch=None,
        source=(_CHIPS + " (GB112 inferred)", _ptx("8.8", 575)),
    ),
    _row(
        "10.7",
        "Rubin",
        chips="GR100 GR102",
        tegra=False,
        first_branch=615,
        last_branch=None,
        source=(
            "capability: release notes of PyTorch 2.14; " + _CHIPS + ", their link to it inferred",
            _ptx("9.4", 615),
        ),
    ),
    _row(
        "11.0",
        "Blackwell",
        chips="GB10B",
        tegra=True,
        first_branch=580,
        last_branch=None,
        source=(_CHIPS, _PAGE, _ptx("9.0", 580)),
    ),
    _row(
        "12.0",
        "Blackwell",
        chips="GB202 GB203 GB205 GB206 GB207",
        tegra=False,
        first_branch=570,
        last_branch=None,
        source=(_CHIPS, _ptx("8.7", 570)),
    ),
    _row(
        "12.1",
        "Blackwell",
        chips="GB20B",
        tegra=False,
        first_branch=575,
        last_branch=None,
        source=(_CHIPS, _ptx("8.8", 575)),
    ),
)


def _unnamed(row: dict[str, Any]) -> Architecture:
    """An architecture of which no more is known than that a toolkit builds for it."""
    measured = f"a target from CUDA {row['toolkit']} on, measured; no product known"
    branch = row["driver_branch"]
    source = measured if branch is None else f"{measured}; {_ptx(row['ptx_isa'], branch)}"
    capability = ComputeCapability.from_number(row["number"])
    return Architecture(
        capability=capability,
        name=f"sm_{row['number']}",
        chips=(),
        tegra=None,
        first_branch=branch,
        last_branch=None,
        source=source,
    )


def _all() -> tuple[Architecture, ...]:
    found = {row.capability: row for row in map(_unnamed, rows("architectures"))}
    found.update({row.capability: row for row in _NAMED})
    return tuple(found[capability] for capability in sorted(found))


ARCHITECTURES = _all()

# Measured: which sm targets the ptxas of any release compiles PTX of each family target for (107 from 13.4 on); the
# PTX ISA, table "family-specific targets", says the same. Thor was 101 in CUDA 12.9 and is 110 since 13.0, which
# refuses 101f; NVIDIA does not say whether a newer driver takes old 101f code, so 110 is not among its members.
FAMILY_MEMBERS: Mapping[str, frozenset[int]] = MappingProxyType(
    {row["target"]: frozenset(row["members"]) for row in rows("families")}
)

_BY_CAPABILITY = {row.capability: row for row in ARCHITECTURES}


# GPUs that only machines with an Arm processor have: systems on a chip, and GB10 (NVIDIA, DGX Spark: Grace and
# Blackwell in one package).
ARM_ONLY = frozenset({row.capability.number for row in ARCHITECTURES if row.tegra} | {121})


def architecture(capability: ComputeCapability) -> Architecture | None:
    """Return the row of this compute capability; `None` if the table has none."""
    return _BY_CAPABILITY.get(capability)


def generations() -> tuple[str, ...]:
    """Return NVIDIA's names of generations of GPUs, the oldest first."""
    return tuple(dict.fromkeys(row.name for row in ARCHITECTURES if not row.name.startswith("sm_")))


def family_members(arch: str) -> frozenset[int]:
    """Return the numbers (100, 103, …) of the GPUs that run code of this family target (`"100f"`); empty if
    it is not a known family target."""
    return FAMILY_MEMBERS.get(arch, frozenset())
