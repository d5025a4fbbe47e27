"""`image-by-jit`: the image that the project runs has only PTX for the GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_SERVICE = "services:\n  a:\n    image: {}\n    gpus: all\n"
CASES = (
    LintCase(
        bad={"compose.yaml": _SERVICE.format("ghcr.io/ggml-org/whisper.cpp:main-cuda")},
        good={"compose.yaml": _SERVICE.format("ghcr.io/ggml-org/llama.cpp:server-cuda")},
        line="image:",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={"compose.yaml": _SERVICE.format("ghcr.io/speaches-ai/speaches:0.8.3-cuda")},
        good={"compose.yaml": _SERVICE.format("pytorch/pytorch:2.8.0-cuda12.8-cudnn9-runtime")},
        line="image:",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={"Dockerfile": 'FROM tensorflow/tensorflow:2.13.0-gpu\nCMD ["python"]\n'},
        good={"Dockerfile": 'FROM tensorflow/tensorflow:2.13.0\nCMD ["python"]\n'},
        line="FROM",
        gpu=("RTX 5090",),
    ),
)
NEAR_MISSES = (
    NearMiss(
        "it has machine code for it",
        {"compose.yaml": _SERVICE.format("ghcr.io/ggml-org/whisper.cpp:main-cuda")},
        gpu=("RTX 4090",),
    ),
)
