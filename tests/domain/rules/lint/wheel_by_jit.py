"""`wheel-by-jit`: a wheel runs by JIT although a native one is published."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={"requirements.txt": "onnxruntime-gpu==1.22.0\n"},
        good={"requirements.txt": "onnxruntime-gpu==1.29.0\n"},
        line="onnxruntime-gpu",
        gpu=("12.0",),
    ),
)
NEAR_MISSES = (
    NearMiss("no release has machine code for it", {"requirements.txt": "ctranslate2==4.5.0\n"}, gpu=("12.0",)),
)
