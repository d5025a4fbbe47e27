"""Compilers that come along: which of a folder is run for a GPU, and whether it builds for it."""

from __future__ import annotations

import pytest

from cudacompat.app.inputs.compiling_packages import compiling_packages
from cudacompat.app.inputs.published_files import for_users
from cudacompat.domain.judge.bundled_compilers import assembler_for, by_folder, newest_target
from cudacompat.domain.rules.artifact import compiler_lacks_gpu
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import BundledCompiler
from cudacompat.domain.words.finding import Finding, Severity
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


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("triton-3.2.0-cp311-cp311-manylinux_2_17_x86_64.whl!/triton/bin/ptxas", Severity.ERROR),
        ("mine-1.0-py3-none-any.whl!/mine/bin/ptxas", Severity.WARNING),
        ("opt/bin/ptxas", Severity.WARNING),
    ],
)
def test_it_is_an_error_where_all_kernels_of_a_package_are_compiled_with_it(path: str, severity: Severity) -> None:
    old = compiler(path, "12.4")
    (found,) = compiler_lacks_gpu.check(by_folder([old], [target("12.0")], compiling_packages([old], ()))[0])
    assert found.severity is severity
    assert ('pip install "triton==3.3.0"' in (found.help or "")) is (severity is Severity.ERROR)


def test_the_tools_of_a_compiler_are_no_error_of_its_package() -> None:
    wheel = "{}-3.2.0-cp311-cp311-manylinux_2_17_x86_64.whl!/{}/lib/libcupti.so"
    paths = [wheel.format(name, name) for name in ("triton", "xformers")]
    given = [Finding("no-runnable-code", Severity.ERROR, "no code", path=path, target="12.0") for path in paths]
    assert [each.severity for each in for_users(given, [target("12.0")])] == [Severity.NOTE, Severity.ERROR]


OLD = compiler("triton/bin/ptxas", "12.8")
RULE_CASES = (
    RuleCase("compiler-lacks-gpu", by_folder([OLD], [target("12.1")])[0], by_folder([OLD], [target("12.0")])[0]),
)
