"""What bitsandbytes prints where it finds no library for the GPU."""

from __future__ import annotations

from cudacompat.domain.logs.signature import LogLines, Signature, SignatureGroup

_TORCH: tuple[Signature, ...] = (
    Signature(
        id="bitsandbytes-no-gpu",
        title="bitsandbytes did not load its GPU library",
        patterns=(
            "libbitsandbytes_cpu.so: undefined symbol: c<symbol:word>",
            "The installed version of bitsandbytes was compiled without GPU support",
            "CUDA Setup failed despite GPU being available",
            "No GPU detected! Check your CUDA paths. Proceeding to load CPU-only library",
            "Attempted to use bitsandbytes native library functionality but it's not available",
            "Required library version not found: libbitsandbytes_cuda<version:num>",
            "Could not find the bitsandbytes CUDA binary at",
            "CUDA Setup failed despite CUDA being available",
            "CUDA SETUP: Setup Failed!",
            "CUDA SETUP: Something unexpected happened. Please compile from source",
            "CUDA SETUP: CUDA detection failed",
            "libbitsandbytes_cpu.so: undefined symbol: cget_col_row_stats",
            "'NoneType' object has no attribute 'cadam32bit_grad_fp32'",
            "name 'str2optimizer32bit' is not defined",
            "Configured CUDA binary not found at <...>libbitsandbytes_cuda",
        ),
        sample="UserWarning: The installed version of bitsandbytes was compiled without GPU support. 8-bit "
        "optimizers, 8-bit "
        "multiplication, and GPU quantization are unavailable.",
        cause="bitsandbytes ships one library per CUDA release. It found none for this PyTorch's CUDA release, "
        "or could not load it.",
        does_not_mean="the GPU",
        fix="Install a newer bitsandbytes. `python -m bitsandbytes` shows what it looks for; BNB_CUDA_VERSION "
        "overrides it.",
        command="python -m bitsandbytes",
        after=("cuda-library-missing", "torch-without-cuda"),
        sources=(
            "bitsandbytes-foundation/bitsandbytes@ea4b59f3, @4ba0ccdf, @e2db55ed (where the texts left)",
            "bitsandbytes 0.50.2 bitsandbytes/cextension.py",
        ),
    ),
)

LINES = LogLines(
    groups=(SignatureGroup("PyTorch", _TORCH, before="vllm-bf16-unsupported"),),
)
