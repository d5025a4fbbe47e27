"""Kernels in the findings of `check`, by the names of their source."""

from __future__ import annotations

import pytest

from cudacompat.app.check import judge_read
from cudacompat.app.inputs.source_names import in_words, short
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.words.code import ReadResult
from tests.helpers.build import artifact, image, module, target


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("void gemm<float, 16>(float*, int)", "gemm<float, 16>"),
        ("void run<void (*)(int)>(void (*)(int))", "run<void (*)(int)>"),
        ("void (anonymous namespace)::k<1>()", "(anonymous namespace)::k<1>"),
        ("plain", "plain"),
        ("int f(int)", "int f"),
        ("x" * 200, "x" * 100 + "…"),
        ("(((((", "((((("),
        ("a)", "a)"),
    ],
)
def test_short(name: str, expected: str) -> None:
    assert short(name) == expected


def test_a_hole_names_its_kernels() -> None:
    def source(name: str, *targets: str) -> object:
        return module(*(image(each, kernels=(name,)) for each in targets))

    modules = [*(source(f"p{n}", "sm_80", "sm_120") for n in range(5)), source("_Z4gemmILi16EEvPf", "sm_80")]
    found = judge_read(ReadResult((artifact(modules),), (), 1, 0, ()), (target("12.0"),), Policy())
    assert "_Z4gemmILi16EEvPf" in (found.findings[0].why or "")
    (finding,) = in_words(found).findings
    assert "gemm<16>" in (finding.why or "")
    assert finding.message == found.findings[0].message
