"""Compilers that come along: which of a folder is run for a GPU, and whether it builds for it."""

from __future__ import annotations

import pytest

from cudacompat.domain.judge.bundled_compilers import assembler_for, by_folder, newest_target
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import BundledCompiler
from cudacompat.domain.words.versions import ToolkitVersion
from tests.helpers.build import target
from tests.helpers.rule_case import RuleCase


def compiler(path: str, release: str, program: str = "ptxas") -> BundledCompiler:
    return BundledCompiler(path, program, ToolkitVersion.parse(release))


TRITON = (
    compiler("triton/bin/ptxas", "12.8"),
    compiler("triton/bin/ptxas-blackwell", "12.9"),
    compiler("cuda/libnvrtc.so.12", "12.8", "nvrtc"),
)


@pytest.mark.parametrize(
    ("gpu", "lacking"),
    [
        ("9.0", []),
        ("12.0", []),  # NVRTC 12.8 knows it as well
        ("12.1", ["cuda/libnvrtc.so.12"]),  # the second ptxas is the one that counts
        ("3.5", ["triton/bin/ptxas", "cuda/libnvrtc.so.12"]),
    ],
)
def test_the_one_counts_that_is_run_for_the_gpu(gpu: str, lacking: list[str]) -> None:
    found = [each.lacking for each in by_folder(TRITON, [target(gpu)])]
    assert [each.path for each in found if each is not None] == lacking


@pytest.mark.parametrize(
    ("gpu", "words"),
    [
        ("12.1", ("ptxas 12.8 ends at sm_120a", False)),
        ("12.0", ("ptxas 12.8 ends at sm_120a", True)),
        ("3.5", ("ptxas 12.8 begins at sm_50", False)),
    ],
)
def test_in_words(gpu: str, words: tuple[str, bool]) -> None:
    assert assembler_for(("ptxas 12.8",), ComputeCapability.parse(gpu)) == words


def test_a_release_that_no_table_has_says_nothing() -> None:
    assert newest_target(ToolkitVersion(99, 0)) is None
    assert [each.lacking for each in by_folder([compiler("bin/ptxas", "99.0")], [target("9.0")])] == [None]


OLD = compiler("triton/bin/ptxas", "12.8")
RULE_CASES = (
    RuleCase("compiler-lacks-gpu", by_folder([OLD], [target("12.1")])[0], by_folder([OLD], [target("12.0")])[0]),
)
