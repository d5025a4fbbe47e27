"""`torch-mismatch`: a torch beside an extension for another one."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={"requirements.txt": "torch==2.8.0\ntorchvision==0.20.1\n"},
        good={"requirements.txt": "torch==2.5.1\ntorchvision==0.20.1\n"},
        line="torchvision",
    ),
    LintCase(
        bad={"requirements.txt": "torch==2.7.1+cu128\ntorchvision==0.22.1+cu126\n"},
        good={"requirements.txt": "torch==2.7.1+cu128\ntorchvision==0.22.1+cu128\n"},
        line="torchvision",
    ),
    LintCase(
        bad={"requirements.txt": "torch==2.6.0\nnvidia-cudnn-cu12==8.9.2.26\n"},
        good={"requirements.txt": "torch==2.6.0\nnvidia-cudnn-cu12==9.1.0.70\n"},
        line="nvidia-cudnn-cu12",
    ),
)
NEAR_MISSES = (NearMiss("torch is not pinned", {"requirements.txt": "torch\ntorchvision==0.20.1\n"}),)
