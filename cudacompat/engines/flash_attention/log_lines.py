"""What flash-attention prints on a GPU that its kernels are not for."""

from __future__ import annotations

from cudacompat.domain.logs.signature import LogLines, Signature, SignatureGroup

_TORCH: tuple[Signature, ...] = (
    Signature(
        id="flash-attn-old-gpu",
        title="FlashAttention 2 does not support GPUs before Ampere",
        patterns=("FlashAttention only supports Ampere GPUs or newer",),
        sample="RuntimeError: FlashAttention only supports Ampere GPUs or newer.",
        cause="The GPU is below compute capability 8.0, and FlashAttention 2 has no code for it.",
        does_not_mean="the package build",
        fix="Use another attention implementation: attn_implementation='sdpa', or xformers.",
        sources=("Dao-AILab/flash-attention csrc/flash_attn/flash_api.cpp",),
    ),
)

LINES = LogLines(
    groups=(SignatureGroup("PyTorch", _TORCH, before="xformers-not-loaded"),),
)
