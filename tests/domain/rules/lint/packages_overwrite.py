"""`packages-overwrite`: two packages own the same files."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={"requirements.txt": "onnxruntime==1.20.1\nonnxruntime-gpu==1.20.1\n"},
        good={"requirements.txt": "onnxruntime-gpu==1.20.1\n"},
        line="onnxruntime-gpu",
    ),
    LintCase(
        bad={"requirements.txt": "torch==2.15.0\nnvidia-cudnn-cu12==9.10.2.21\n"},
        good={"requirements.txt": "torch==2.6.0\nnvidia-cudnn-cu12==9.1.0.70\n"},
        line="nvidia-cudnn-cu12",
    ),
)
NEAR_MISSES = (
    NearMiss(
        "both are uninstalled as far as they share files, and the one for CUDA is installed again",
        {
            "Dockerfile": "FROM python:3.12\nRUN pip install onnxruntime onnxruntime-gpu \\\n"
            "    && pip uninstall --yes onnxruntime-gpu && pip install --no-deps onnxruntime-gpu\n"
        },
    ),
    NearMiss(
        "each is in an extra of its own",
        {
            "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n[project.optional-dependencies]\n'
            'cpu = ["onnxruntime==1.20.1"]\ngpu = ["onnxruntime-gpu==1.20.1"]\n'
        },
    ),
)
