"""`wheel-partial`: a wheel lacks kernels for the GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={"requirements.txt": "xgboost==1.7.6\n"},
        good={"requirements.txt": "xgboost==2.1.4\n"},
        line="xgboost",
        gpu=("H100",),
    ),
)
NEAR_MISSES = (NearMiss("this GPU has all", {"requirements.txt": "xgboost==1.7.6\n"}, gpu=("8.0",)),)
