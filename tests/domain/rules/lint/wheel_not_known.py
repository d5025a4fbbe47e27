"""`wheel-not-known`: nothing is known of a wheel."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={"requirements.txt": "ctranslate2==99.1\n"},
        good={"requirements.txt": "ctranslate2==4.8.5\n"},
        line="ctranslate2",
        gpu=("8.6",),
    ),
)
NEAR_MISSES = (
    NearMiss("a package without CUDA code", {"requirements.txt": "requests==99.1\n"}, gpu=("8.6",)),
    NearMiss("every release of it is compiled later", {"requirements.txt": "deepspeed==99.1\n"}, gpu=("8.6",)),
)
