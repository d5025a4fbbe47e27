"""The tables hold together: unique, ordered, every reference resolves, nothing retired comes back."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cudacompat.domain.tables import architectures, drivers, gpu_names, images, pci_ids, ptx, toolkits
from cudacompat.domain.tables.architectures import ARCHITECTURES, FAMILY_MEMBERS, architecture, family_members
from cudacompat.domain.tables.drivers import BRANCHES, branch_of, first_branch_taking, max_ptx
from cudacompat.domain.tables.images import IMAGES, REQUIREMENTS, newest_image, requirement
from cudacompat.domain.tables.ptx import PTX_ISAS, isa_of_target, toolkits_of
from cudacompat.domain.tables.toolkits import RELEASES, first_with, last_with, release, with_all
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.versions import DriverRelease, PtxIsa, ToolkitVersion
from tests.helpers.newest import NEWEST_TOOLKIT, NEXT_ISA, NEXT_TOOLKIT, UNKNOWN_ARCH, UNKNOWN_CAPABILITY
from tools import fact_files, refresh_tables

RENAMED = {"101", "101a", "101f"}  # to 110 with CUDA 13.0


def cuda(text: str) -> ToolkitVersion:
    return ToolkitVersion.parse(text)


def driver(text: str) -> DriverRelease:
    return DriverRelease.parse(text)


def order(arch: str) -> tuple[int, str]:
    return int(arch.rstrip("af")), arch.lstrip("0123456789")


# -- toolkits


def faults(releases: Sequence[CudaRelease]) -> list[str]:
    """What no row of CUDA releases, and no two in a row, may show."""
    found = []
    for row in releases:
        if list(row.targets) != sorted(set(row.targets), key=order):
            found.append(f"{row.version}: targets out of order or twice")
        if str(row.default_target) not in row.targets:
            found.append(f"{row.version}: does not build its own default")
        if row.version not in toolkits_of(row.ptx_isa):
            found.append(f"{row.version}: the PTX table knows another release for {row.ptx_isa}")
        for arch in row.targets:
            introduced = isa_of_target(arch)
            if introduced is not None and introduced > row.ptx_isa:
                found.append(f"{row.version}: {arch} is newer than its PTX ISA")
            if architecture(ComputeCapability.from_number(order(arch)[0])) is None:
                found.append(f"{row.version}: {arch} is of no known architecture")
        if not row.source or row.msc_ver[0] >= row.msc_ver[1]:
            found.append(f"{row.version}: source or msc_ver")
    for older, newer in itertools.pairwise(releases):
        if newer.version <= older.version:
            found.append(f"{newer.version}: out of order")
        for what in ("ptx_isa", "default_target", "gcc_max", "clang_max", "msc_ver", "min_driver"):
            if getattr(newer, what) < getattr(older, what):
                found.append(f"{newer.version}: {what} shrinks")
    gone: set[str] = set()
    for older, newer in itertools.pairwise(releases):
        gone |= set(older.targets) - set(newer.targets)
        found += [f"{newer.version}: {arch} came back" for arch in sorted(gone & set(newer.targets))]
    return found


def test_releases_hold_together() -> None:
    assert faults(RELEASES) == []


@pytest.mark.parametrize(
    ("change", "caught"),
    [
        ({"ptx_isa": PtxIsa(7, 8)}, "ptx_isa shrinks"),
        ({"default_target": 52}, "its own default"),
        ({"targets": ("50", *RELEASES[-1].targets)}, "50 came back"),
        ({"targets": (*RELEASES[-1].targets, "75")}, "out of order or twice"),
        ({"targets": (*RELEASES[-1].targets, UNKNOWN_ARCH)}, f"{UNKNOWN_ARCH} is of no known architecture"),
        ({"version": ToolkitVersion(12, 9)}, "out of order"),
        ({"source": ""}, "source"),
    ],
)
def test_a_broken_row_is_caught(change: dict[str, object], caught: str) -> None:
    broken = [*RELEASES[:-1], replace(RELEASES[-1], **change)]  # type: ignore[arg-type]
    assert any(caught in fault for fault in faults(broken)), faults(broken)


def test_only_what_was_retired_or_renamed_is_gone() -> None:
    ever = {arch for row in RELEASES for arch in row.targets}
    gone = ever - set(RELEASES[-1].targets)
    assert gone - RENAMED == {arch for arch in ever if order(arch)[0] < 75}
    assert {f"110{arch.removeprefix('101')}" for arch in RENAMED} <= set(RELEASES[-1].targets)


def test_toolkit_lookups() -> None:
    assert release(cuda("12.7")) is None
    assert release(cuda("12.9")) is RELEASES[10]
    newest = str(NEWEST_TOOLKIT)
    for arch, first, last in (
        ("120", "12.8", newest),
        ("121", "12.9", newest),
        ("100f", "12.9", newest),
        ("90a", "12.0", newest),
        ("70", "11.7", "12.9"),
        ("101", "12.8", "12.9"),
        ("107", "13.4", newest),
        ("37", "11.7", "11.8"),
    ):
        assert [str(row.version) for row in (first_with(arch), last_with(arch)) if row] == [first, last], arch
    assert first_with(UNKNOWN_ARCH) is last_with(UNKNOWN_ARCH) is None
    assert [str(row.version) for row in with_all(["52", "120"])] == ["12.8", "12.9"]
    assert with_all(["52", "110"]) == ()
    assert with_all([]) == RELEASES


# -- PTX and drivers


def test_ptx_history_holds_together() -> None:
    assert all(older.isa <= newer.isa for older, newer in itertools.pairwise(PTX_ISAS))
    versions = [row.cuda for row in PTX_ISAS if row.cuda]
    assert versions == sorted(set(versions))
    branches = [row.driver_branch for row in PTX_ISAS if row.driver_branch]
    assert branches == sorted(set(branches))
    introduced = [arch for row in PTX_ISAS for arch in row.targets_introduced]
    assert len(introduced) == len(set(introduced))
    assert all(row.source for row in PTX_ISAS)


def test_drivers_hold_together_and_agree_with_the_ptx_history() -> None:
    for older, newer in itertools.pairwise(BRANCHES):
        assert older.branch < newer.branch
        assert older.cuda < newer.cuda
        assert older.ptx_isa <= newer.ptx_isa
    by_branch = {row.branch: row for row in BRANCHES}
    for row in PTX_ISAS:
        if row.driver_branch is not None and row.driver_branch >= BRANCHES[0].branch:
            assert by_branch[row.driver_branch].ptx_isa == row.isa
            assert str(by_branch[row.driver_branch].cuda) == str(row.cuda)
    for known in RELEASES:
        assert known.min_driver.branch in by_branch
        if known.toolkit_driver is not None:
            assert max_ptx(known.toolkit_driver) == known.ptx_isa


def test_ptx_and_driver_lookups() -> None:
    assert isa_of_target("90a") == PtxIsa(8, 0)
    assert isa_of_target("120f") == PtxIsa(8, 8)
    assert isa_of_target("52") is None
    assert [str(version) for version in toolkits_of(PtxIsa(8, 5))] == ["12.5", "12.6"]
    assert toolkits_of(PtxIsa(99, 0)) == ()
    assert (max_ptx(driver("580.65.06")), max_ptx(driver("900"))) == (PtxIsa(9, 0), BRANCHES[-1].ptx_isa)
    found = branch_of(driver("537.13"))  # Windows counts on within a branch
    assert found is not None
    assert found.branch == 535
    assert branch_of(driver("440.33")) is None
    assert max_ptx(driver("440.33")) is None
    assert first_branch_taking(PtxIsa(6, 0)) is BRANCHES[0]
    taking = first_branch_taking(PtxIsa(8, 7))
    assert taking is not None
    assert taking.branch == 570
    assert first_branch_taking(NEXT_ISA) is None


# -- architectures


def test_architectures_hold_together() -> None:
    capabilities = [row.capability for row in ARCHITECTURES]
    assert capabilities == sorted(set(capabilities))
    for row in ARCHITECTURES:
        assert row.name
        assert row.source
        assert (row.tegra is None) == (row.capability == ComputeCapability(8, 8) or row.name.startswith("sm_"))
        if row.first_branch is not None:
            assert row.first_branch in {known.branch for known in BRANCHES} or row.first_branch < BRANCHES[0].branch
            assert row.last_branch is None or row.first_branch <= row.last_branch
    assert all(architecture(row.capability) is row for row in ARCHITECTURES)
    assert architecture(UNKNOWN_CAPABILITY) is None


def test_the_first_driver_is_the_one_whose_ptx_has_the_target() -> None:
    since = {arch: row.driver_branch for row in PTX_ISAS for arch in row.targets_introduced}
    for row in ARCHITECTURES:
        branch = since.get(str(row.capability.number))
        if branch is not None and row.capability.minor != 1 and str(row.capability) not in ("7.5", "8.0", "10.0"):
            assert row.first_branch == branch, row
    rows = (architecture(ComputeCapability.parse(each)) for each in ("7.5", "8.0"))
    assert [row.first_branch for row in rows if row is not None] == [410, 450]  # CUDA 10.0's driver, and 11.0's
    blackwell = architecture(ComputeCapability(10, 0))
    assert blackwell is not None
    assert (since["100"], blackwell.first_branch) == (565, 570)  # the row's source says why


def test_family_targets_stay_in_their_major_and_above_their_number() -> None:
    numbers = {row.capability.number for row in ARCHITECTURES}
    for arch, members in FAMILY_MEMBERS.items():
        own = int(arch.removesuffix("f"))
        assert own in members <= numbers
        assert all(member // 10 == own // 10 and member >= own for member in members)
        assert first_with(arch) is not None
    assert {arch for row in RELEASES for arch in row.targets if arch.endswith("f")} == set(FAMILY_MEMBERS)
    assert family_members("100f") == {100, 103, 107}
    assert family_members("90a") == family_members("nonsense") == frozenset()


# -- GPUs


def test_every_device_is_of_a_known_architecture_and_chip() -> None:
    for device in pci_ids.devices().values():
        row = architecture(device.capability)
        assert row is not None, device
        assert {device.chip, device.chip.rstrip("BbC")} & set(row.chips), device
    assert list(pci_ids.devices()) == sorted(pci_ids.devices())
    assert len(pci_ids.devices()) > 1200
    assert pci_ids.devices()["2c05"].name == "GeForce RTX 5070 Ti"
    assert pci_ids.devices()["2900"].name is None  # "Reserved Dev ID A"
    assert "inferred" in pci_ids.devices()["3200"].source


def test_every_official_name_is_of_a_known_device_or_architecture() -> None:
    assert set(gpu_names.names_by_id()) <= set(pci_ids.devices())
    assert all(architecture(capability) for _, capability in gpu_names.capabilities_by_name())
    names = [name for name, _ in gpu_names.capabilities_by_name()]
    assert len(names) == len(set(names))


def test_the_lists_of_gpus_are_read_only_where_they_are_used() -> None:
    code = "import sys, cudacompat.domain.gpus.lookup, cudacompat.domain.judge.compat; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "cudacompat.domain.tables.architectures" in ran.stdout
    assert "pci_ids" not in ran.stdout
    assert "gpu_names" not in ran.stdout


# -- images


def test_images_hold_together() -> None:
    keys = [(row.release, row.patch) for row in IMAGES]
    assert keys == sorted(set(keys))
    assert all(release(row.release) for row in IMAGES)
    assert all(row.source and row.distros and row.flavours for row in IMAGES)
    assert [row.cuda for row in REQUIREMENTS] == sorted({row.cuda for row in REQUIREMENTS})
    assert all(release(row.cuda) for row in REQUIREMENTS)


def test_image_lookups() -> None:
    def newest(version: str, distro: str) -> str | None:
        row = newest_image(cuda(version), distro)
        return row.tag("devel", distro) if row else None

    assert newest("12.9", "ubuntu24.04") == "nvidia/cuda:12.9.2-devel-ubuntu24.04"
    assert newest("12.9", "rockylinux9") == "nvidia/cuda:12.9.1-devel-rockylinux9"
    assert newest("13.4", "ubuntu24.04") == "nvidia/cuda:13.4.1-devel-ubuntu24.04"  # 13.4.2: no devel seen
    assert newest("12.4", "ubuntu24.04") is None
    assert newest(str(NEXT_TOOLKIT), "ubuntu24.04") is None
    assert newest("12.9", "debian12") is None
    with pytest.raises(ValueError, match="runtime"):
        IMAGES[-1].tag("runtime", "ubuntu24.04")
    needs = requirement(cuda("12.9"))
    assert needs is not None
    assert (needs.geforce, needs.branches[-1]) == (False, 570)
    assert requirement(cuda("13.4")) is None


def test_every_row_says_where_it_is_from() -> None:
    rows: Iterable[object] = (*RELEASES, *PTX_ISAS, *BRANCHES, *ARCHITECTURES, *IMAGES, *REQUIREMENTS)
    assert all(getattr(row, "source") for row in rows)  # noqa: B009
    for module in (toolkits, ptx, drivers, architectures, images, pci_ids, gpu_names):
        assert module.__doc__


# -- what tools/refresh_tables.py wrote


TABLES = pytest.mark.parametrize("table", refresh_tables.GENERATED, ids=lambda table: table.name)


@TABLES
def test_generated_rows_are_as_they_were_written(table: refresh_tables.Table) -> None:
    text = table.path().read_text(encoding="utf-8")
    assert refresh_tables.complaint(text) is None
    by_hand = re.sub(r"\d(?=\D*\Z)", lambda digit: str((int(digit[0]) + 1) % 10), text)
    assert by_hand != text
    assert "changed by hand" in (refresh_tables.complaint(by_hand) or "")
    assert "it is no table" in (refresh_tables.complaint("{}") or "")


@TABLES
def test_generated_tables_are_what_the_facts_give(table: refresh_tables.Table) -> None:
    text = table.path().read_text(encoding="utf-8")
    assert refresh_tables.made(table, fact_files.FOLDER, "2001-01-01", text) == text


@pytest.mark.parametrize("path", sorted(fact_files.FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_facts_say_where_they_are_from_and_have_one_form(path: Path) -> None:
    facts = fact_files.read(path.stem)
    assert facts["about"]
    assert path.read_text(encoding="utf-8") == fact_files.text_of(facts) + "\n"
    assert path.stem in {name for table in refresh_tables.GENERATED for name in table.facts}


def test_rows_are_made_from_facts_and_stay_while_the_facts_do(tmp_path: Path) -> None:
    table = next(table for table in refresh_tables.GENERATED if table.name == "gpu_names_by_capability")

    def made(capability: str, today: str, before: str = "") -> str:
        facts = {"about": "a", "by_cc": {capability: ["GeForce A", "Quadro M620"]}}
        fact_files.write("gpu_names_official", facts, tmp_path)
        return refresh_tables.made(table, tmp_path, today, before)

    first = made("8.6", "2026-01-01")
    assert json.loads(first)["rows"] == [{"name": "GeForce A", "capability": "8.6"}]
    assert refresh_tables.complaint(first) is None
    assert made("8.6", "2027-01-01", first) == first
    assert '"on": "2027-01-01"' in made("8.7", "2027-01-01", first)
    assert '"on": "2027-01-01"' in made("8.6", "2027-01-01", first.replace("GeForce A", "GeForce B"))


def test_a_table_changed_by_hand_is_written_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    shutil.copytree(refresh_tables.DATA, data)
    assert refresh_tables.main(["--check", "--data", str(data)]) == 0
    path = data / "families.json"
    right = path.read_text()
    path.write_text(right.replace("[120, 121]", "[120]"))
    assert refresh_tables.main(["--check", "--data", str(data)]) == 1
    assert "families.json: its rows were changed by hand" in capsys.readouterr().out
    assert refresh_tables.main(["--data", str(data)]) == 0
    assert json.loads(path.read_text())["rows"] == json.loads(right)["rows"]
