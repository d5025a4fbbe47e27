"""What `target-missing` says about the code of a list is true of each target in it."""

from __future__ import annotations

from cudacompat.domain.rules.lint.target_facts import why_unserved
from cudacompat.domain.rules.lint.target_missing import RULE
from cudacompat.domain.words.target import ArchTarget
from tests.helpers.each_row import each_case
from tests.helpers.lint_case import project

_PLAIN = "machine code for {} runs on the same major version, with the same minor version or a higher one"


@each_case(
    ("targets", "why"),
    [
        (("sm_80", "sm_90", "compute_80"), _PLAIN.format("8.0, 9.0")),
        (("sm_100a", "compute_100a"), "sm_100a runs on 10.0 alone"),
        (("sm_80", "sm_90a"), _PLAIN.format("8.0") + "; sm_90a runs on 9.0 alone"),
        (("sm_100f",), "sm_100f runs within the family of 10.0 alone"),
        (("compute_90a",), "the list asks for no machine code; compute_90a runs on 9.0 alone"),
        (("compute_80",), "the list asks for no machine code"),
    ],
)
def test_the_reason_says_where_each_target_runs(targets: tuple[str, ...], why: str) -> None:
    assert why_unserved([ArchTarget.parse(each) for each in targets]) == why


_IN_JOB = """\
on: [release]
jobs:
  build:
    runs-on: ubuntu-22.04
    steps:
    - uses: Jimver/cuda-toolkit@v0.2.30
      with:
        cuda: "{}"
    - run: cmake -S . -B build -DCMAKE_CUDA_ARCHITECTURES="75;86"
    - uses: actions/upload-artifact@v4
"""


def test_help_in_a_job_names_a_release_that_builds_for_the_gpu() -> None:
    (found,) = RULE.check(project({".github/workflows/a.yml": _IN_JOB.format("13.0.1")}, "6.1"))
    assert found.fix is None
    assert found.help == "use CUDA 12.9, the last that builds sm_61, then add it to the list"
    (found,) = RULE.check(project({".github/workflows/a.yml": _IN_JOB.format("12.8.1")}, "6.1"))
    assert found.fix is not None
