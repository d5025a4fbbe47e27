"""What vLLM prints on a GPU that is too old for a type of numbers."""

from __future__ import annotations

from cudacompat.domain.logs.signature import LogLines, Signature, SignatureGroup

_TORCH: tuple[Signature, ...] = (
    Signature(
        id="vllm-bf16-unsupported",
        title="bfloat16 needs a GPU of 8.0 or newer",
        patterns=("Bfloat16 is only supported on GPUs with compute capability of at least 8.0",),
        sample="ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla "
        "T4 GPU has "
        "compute capability 7.5.",
        cause="The model's type is bfloat16 and the GPU has no arithmetic for it.",
        does_not_mean="that code for the GPU is missing.",
        fix="--dtype=half.",
        command="vllm serve MODEL --dtype=half",
        sources=("vllm 0.33.0 vllm/platforms/cuda.py",),
    ),
)

LINES = LogLines(
    groups=(SignatureGroup("PyTorch", _TORCH, before="torch-cudnn-version"),),
)
