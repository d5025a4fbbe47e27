"""`release-yanked`: a release that its publisher withdrew."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={"requirements.txt": "torch==2.0.0\ntorchaudio==2.0.0\n"},
        good={"requirements.txt": "torch==2.0.0\ntorchaudio==2.0.1\n"},
        line="torchaudio",
    ),
    LintCase(
        bad={"requirements.txt": "vllm==0.2.1\n"},
        good={"requirements.txt": "vllm==0.2.1.post1\n"},
        line="vllm==0.2.1",
    ),
)
NEAR_MISSES = (
    NearMiss("pip takes no yanked release for a range", {"requirements.txt": "xgboost>=1.7.0,<1.7.2\n"}),
    NearMiss(
        "another index has its own files of that release",
        {"requirements.txt": "--index-url https://download.pytorch.org/whl/cu118\ntorchaudio==2.0.0\n"},
    ),
    NearMiss("conda has its own packages of that release", {"environment.yml": "dependencies:\n- xgboost=1.7.0\n"}),
)
