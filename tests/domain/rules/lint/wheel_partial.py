"""`wheel-partial`: a wheel lacks kernels for the GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={"requirements.txt": "onnxruntime-gpu==1.30.0\n"},
        good={"requirements.txt": "onnxruntime-gpu==1.24.4\n"},
        line="onnxruntime-gpu",
        gpu=("T4",),
    ),
)
NEAR_MISSES = (NearMiss("this GPU has all", {"requirements.txt": "onnxruntime-gpu==1.30.0\n"}, gpu=("12.0",)),)
