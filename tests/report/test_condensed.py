"""The same words about several GPUs are said once, and many notes of one kind are one."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

from rich.console import Console

from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.merged_findings import merged
from cudacompat.domain.words.verdict import Target
from cudacompat.report.text.condensed import write_findings
from cudacompat.report.text.page import Page
from tests.helpers.build import target

NAME = "NVIDIA GeForce RTX 4090"
ADA, TURING = Target(NAME, NAME, ComputeCapability(8, 9)), target("7.5")


def finding(of: Target, count: int = 2, severity: Severity = Severity.ERROR, path: str = "a/lib.so") -> Finding:
    return Finding(
        "not-native",
        severity,
        f"{count} modules use other code on {of.label}",
        path,
        help=f"cudacompat generate cmake --gpu {of.spec if ' ' not in of.spec else repr(of.spec)}",
        target=of.id,
    )


def test_what_differs_in_the_gpu_alone_is_said_once() -> None:
    (one,) = merged([finding(ADA), finding(TURING)], [ADA, TURING])
    assert one.message == f"2 modules use other code on {ADA.label} and {TURING.label}"
    assert one.help == f"cudacompat generate cmake --gpu '{ADA.spec}' --gpu 7.5"


def test_other_numbers_and_other_files_stay_apart() -> None:
    apart = [finding(ADA), finding(TURING, count=3), finding(TURING, path="b.so")]
    assert list(merged(apart, [ADA, TURING])) == apart
    assert list(merged(apart[:1] * 2, [ADA])) == apart[:1] * 2


def written(findings: list[Finding]) -> str:
    stream = StringIO()
    console = Console(file=stream, soft_wrap=True, highlight=False, markup=False, no_color=True)
    write_findings(Page(console, None), findings, [ADA])
    return stream.getvalue()


def test_more_than_three_notes_of_one_kind_are_one() -> None:
    notes = [finding(ADA, severity=Severity.NOTE, path=f"a/lib{number}.so") for number in range(8)]
    error = finding(TURING)
    text = written([*notes[:3], error])
    assert text.count("note[not-native]") == 3
    text = written([*notes[:2], error, *notes[2:]])
    assert text.count("note[not-native]") == 1
    assert "8 files: note[not-native]" in text
    assert "lib0.so, lib1.so, lib2.so, lib3.so, lib4.so, lib5.so and 2 more" in text
    assert "a/lib.so: error[not-native]" in text


def test_a_long_help_stands_once_below_findings_that_follow_each_other() -> None:
    long = "one environment each: " + "a build for each of these GPUs; " * 8
    first, second = (replace(finding(ADA, count=number), help=long) for number in (1, 2))
    text = written([first, second, replace(second, message="other", help="short"), first])
    assert text.count(long.strip()) == 2
    assert text.count("help   as above") == 1
