"""`two-cuda-majors`: two major CUDA releases in one environment."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={"requirements.txt": "torch==2.13.0\nctranslate2==4.8.5\n"},
        good={"requirements.txt": "torch==2.8.0\nctranslate2==4.8.5\n"},
        line="ctranslate2",
    ),
    LintCase(
        bad={"requirements.txt": "torch==2.8.0\nnvidia-cudnn-cu11==8.7.0.84\n"},
        good={"requirements.txt": "torch==2.8.0\nnvidia-cudnn-cu12==9.10.2.21\n"},
        line="nvidia-cudnn-cu11",
    ),
)
NEAR_MISSES = (NearMiss("it brings its own", {"requirements.txt": "torch==2.13.0\nxgboost==3.1.2\n"}),)
