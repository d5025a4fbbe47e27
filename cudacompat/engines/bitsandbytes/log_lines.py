"""What bitsandbytes prints where it finds no library for the GPU."""

from __future__ import annotations

from cudacompat.domain.logs.signature import LogLines, Role, Signature, SignatureGroup

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
    Signature(
        id="bitsandbytes-not-available",
        title="transformers does not take the bitsandbytes that is installed",
        patterns=(
            "Using `bitsandbytes` <...>quantization requires",
            "Using `load_in_8bit=True` requires Accelerate",
        ),
        sample="ImportError: Using `bitsandbytes` 4-bit quantization requires the latest version of bitsandbytes: "
        "`pip install -U bitsandbytes`",
        cause="bitsandbytes or accelerate is missing, too old or not in this environment. Many releases of "
        "transformers print the same where PyTorch sees no GPU: bitsandbytes counts as missing then.",
        does_not_mean="in every case an old bitsandbytes",
        fix="Look first whether PyTorch sees the GPU: with False, install its CUDA build and look at the driver. With "
        "True, install bitsandbytes and accelerate, and start the notebook's kernel again.",
        command="python -c 'import torch; print(torch.version.cuda, torch.cuda.is_available())'",
        role=Role.CHAIN_END,
        after=("bitsandbytes-no-gpu",),
        sources=(
            "huggingface/transformers#30751",
            "SuperDataScience-Community/ai-engineering#9",
            "leoneversberg/llm-chatbot-rag#1",
        ),
    ),
)

LINES = LogLines(
    groups=(SignatureGroup("PyTorch", _TORCH, before="vllm-bf16-unsupported"),),
)
