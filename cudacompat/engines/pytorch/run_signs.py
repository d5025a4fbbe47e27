"""What PyTorch prints while it runs, and what it proves."""

from __future__ import annotations

from cudacompat.domain.runs.signs import RunSign, SignMeaning, run_sign

SIGNS: tuple[RunSign, ...] = (
    run_sign(
        "torch-without-cuda",
        "not compiled with CUDA enabled",
        r"Torch not compiled with CUDA enabled",
        SignMeaning.ERROR,
        "this PyTorch is a CPU build",
        "https://github.com/pytorch/pytorch torch/cuda/__init__.py",
    ),
)
