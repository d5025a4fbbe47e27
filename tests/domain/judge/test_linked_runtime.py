"""The CUDA runtime that was linked into a program, told by the code beside it, and the driver that it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cudacompat.app.check import judge_read
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.judge.linked_runtime import runtime_of
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.words.code import DeviceModule, ReadResult, Registration
from cudacompat.domain.words.finding import Severity
from cudacompat.domain.words.verdict import Outcome, Reason
from cudacompat.domain.words.versions import ToolkitVersion
from tests.helpers import toolchain
from tests.helpers.build import artifact, image, module, target
from tests.helpers.each_row import each_case
from tests.helpers.run import inside

OF_13 = module("sm_86", image("compute_86", "9.5"))
OF_12 = module("sm_86", image("compute_86", "8.7"))
SINCE_13 = module(replace(image("sm_86"), since=ToolkitVersion(13, 0)))
WRITTEN_BY_12 = module(replace(image("sm_86"), toolkit=ToolkitVersion(12, 4)))


@each_case(
    ("modules", "linked", "runtime"),
    [
        ([OF_13], True, 13),
        ([OF_13, OF_12], True, 12),  # at least that of the oldest: a newer ptxas may have been lent
        ([OF_13, WRITTEN_BY_12], True, 12),
        ([SINCE_13], True, 13),
        ([SINCE_13, WRITTEN_BY_12], True, 12),
        ([module("sm_86")], True, None),  # machine code of no release that it names
        ([OF_13], False, None),  # an object file is no program yet
        ([replace(OF_13, registration=Registration.STRAY)], True, None),  # a cubin that a program loads by itself
    ],
)
def test_it_is_at_least_of_the_release_that_built_the_code(
    modules: Sequence[DeviceModule], linked: bool, runtime: int | None
) -> None:
    assert runtime_of(artifact(modules, linked=linked)) == runtime


def test_a_runtime_that_is_named_counts_before_the_code() -> None:
    assert runtime_of(replace(artifact([OF_13]), runtime=12)) == 12


@pytest.mark.parametrize(("driver", "runs"), [("570", False), ("580", True), (None, True)])
def test_it_refuses_older_drivers(driver: str | None, runs: bool) -> None:
    found = judge_artifact(artifact([OF_13]), target("8.6", driver))
    assert found is not None
    assert found.outcome is (Outcome.NATIVE if runs else Outcome.FAILS)
    assert found.reason is (None if runs else Reason.RUNTIME_NEEDS_DRIVER)
    assert (found.min_driver, found.runtime_is_linked) == (580, True)


def test_what_becomes_of_single_modules_is_no_cause_beside_it() -> None:
    too_new = module(image("compute_80", "9.5"))  # for driver 570, by itself
    read = ReadResult((artifact([module("sm_90", image("compute_90", "9.5")), too_new]),), (), 1, 0, ())
    report = judge_read(read, (target("9.0", "570"),), Policy())
    assert [each.id for each in report.findings if each.severity is Severity.ERROR] == ["runtime-needs-driver"]


@pytest.mark.parametrize("targets", ["-arch=sm_86", "-gencode=arch=compute_86,code=sm_86"])
def test_a_program_as_nvcc_builds_it_where_nothing_is_said(tmp_path: Path, targets: str) -> None:
    source = "__global__ void fill(int *p) { *p = 1; }\nint main() { fill<<<1, 1>>>(nullptr); return 0; }\n"
    libraries = toolchain.require_nvcc().resolve().parent.parent / "lib"
    made = toolchain.nvcc(tmp_path, source, targets, f"-L{libraries}", f"-L{libraries}64", out="program")
    old = inside("check", str(made), "--gpu", "8.6", "--driver", "535", "--no-config")
    assert (old.code, "the runtime of CUDA 13 refuses driver 535 (CUDA error 35)" in old.out) == (1, True)
    assert inside("check", str(made), "--gpu", "8.6", "--driver", "580", "--no-config").code == 0
