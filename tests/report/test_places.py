"""Findings name the modules and kernels they lie in: the worst first, and few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from cudacompat.app.check import judge_read
from cudacompat.domain.judge.code_places import places_of
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.words.choices import Require
from cudacompat.domain.words.code import BinaryArtifact, DeviceModule, ReadResult, Registration
from cudacompat.domain.words.finding import CodePlace, Finding
from cudacompat.domain.words.verdict import ModuleVerdict
from tests.helpers.build import image, module, target
from tests.helpers.report_cases import at, verdicts
from tests.helpers.run import EXAMPLE, cudacompat


def found(modules: Sequence[DeviceModule], gpu: str, require: Require = Require.RUNS) -> dict[str, Finding]:
    """The findings of `check` about a file of these modules, by id."""
    read = ReadResult((BinaryArtifact("lib.so", "elf", 1000, True, tuple(modules)),), (), 1, 0, ())
    return {each.id: each for each in judge_read(read, (target(gpu),), Policy(require)).findings}


FULL = image("sm_90", kernels=("k1", "k2"))
LACKING = replace(module(FULL, image("sm_120", kernels=("k1",))), offset=0x80)
EMPTY = replace(module(FULL, image("sm_120", kernels=())), offset=0xC0)
# what the link step took in: it has the kernels, and not for the architecture whose image lacks them
UNIT = module(FULL, registration=Registration.RELOCATABLE)


@pytest.mark.parametrize(
    ("id_", "modules", "gpu", "require", "places"),
    [
        ("no-runnable-code", [at(64, "sm_80"), at(128, "sm_86")], "12.0", Require.RUNS, [(64, None), (128, None)]),
        ("hole", [at(64, "sm_120"), LACKING, at(256, "sm_80"), UNIT], "12.0", Require.RUNS, [(256, None), (128, "k2")]),
        ("phantom-arch", [EMPTY, UNIT], "12.0", Require.RUNS, [(0xC0, "k1"), (0xC0, "k2")]),
        ("jit-only", [at(64, "compute_80")], "12.0", Require.RUNS, [(64, None)]),
        ("not-native", [at(64, "sm_80"), at(128, "sm_86")], "8.6", Require.NATIVE, [(64, None)]),
        ("undecided", [replace(module(image("sm_120", kernels=None)), offset=64)], "12.0", Require.RUNS, [(64, None)]),
        (
            "stray-gap",
            [at(64, "sm_120"), at(128, "sm_80", registration=Registration.STRAY)],
            "12.0",
            Require.RUNS,
            [(128, None)],
        ),
    ],
)
def test_a_finding_names_where_it_lies(
    id_: str, modules: list[DeviceModule], gpu: str, require: Require, places: list[tuple[int, str | None]]
) -> None:
    expected = tuple(CodePlace(f".nv_fatbin+{offset:#x}", kernel) for offset, kernel in places)
    assert found(modules, gpu, require)[id_].places == expected


def test_they_are_few() -> None:
    judged = [
        v for n in range(50) for each in verdicts([at(64 * n, "sm_80")], [target("12.0")], "a") for v in each.modules
    ]
    assert [place.module for place in places_of(reversed(judged))] == [
        ".nv_fatbin+0x0",
        ".nv_fatbin+0x40",
        ".nv_fatbin+0x80",
        ".nv_fatbin+0xc0",
        ".nv_fatbin+0x100",
    ]
    lacking: list[ModuleVerdict] = [replace(judged[0], missing=tuple(f"k{n}" for n in range(9)))]
    assert [place.kernel for place in places_of(lacking)] == ["k0", "k1"]


def test_a_bare_file_has_no_section() -> None:
    (verdict,) = verdicts([replace(at(0, "sm_80"), section=None)], [target("12.0")], "a.cubin")
    assert places_of(verdict.modules) == (CodePlace("+0x0"),)


def test_the_places_of_a_real_library_are_where_its_fatbins_are() -> None:
    run = cudacompat("check", EXAMPLE, "--gpu", "12.0", "--format", "sarif").json["runs"][0]
    data = EXAMPLE.read_bytes()
    offsets = [int(each["name"].partition("+")[2], 16) for each in run["logicalLocations"]]
    assert len(offsets) == 4
    assert all(data[offset : offset + 4] == b"\x50\xed\x55\xba" for offset in offsets)  # the fatbin's magic number
