"""Lines about the libraries that PyTorch brings, and about libtorch in other programs."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Signature

LIBRARIES: tuple[Signature, ...] = (
    Signature(
        id="nccl-version-mismatch",
        title="another NCCL than PyTorch was built with is loaded",
        patterns=(
            "undefined symbol: ncclCommWindowRegister",
            "undefined symbol: ncclCommRegister",
            "undefined symbol: ncclMemAlloc",
            "undefined symbol: ncclCommShrink",
            "undefined symbol: nccl<symbol:(*)>",
            "Mismatched NCCL version detected",
        ),
        sample="ImportError: /env/lib/python3.12/site-packages/torch/lib/libtorch_cuda.so: undefined symbol: "
        "ncclCommWindowRegister",
        cause="LD_LIBRARY_PATH, a system package (libnccl2) or a pinned nvidia-nccl brings an earlier libnccl.so.2.",
        does_not_mean="PyTorch itself; a missing architecture",
        fix="Unset LD_LIBRARY_PATH, or install the nvidia-nccl release that this PyTorch requires.",
        command="env -u LD_LIBRARY_PATH python -c 'import torch'",
        sources=("nccl.h of nvidia-nccl-cu12 2.32",),
    ),
    Signature(
        id="triton-gpu-unknown",
        title="this Triton does not know the GPU",
        patterns=("computeCapability not supported",),
        sample="python: AccelerateMatmul.cpp:36: int getMMAVersionSafe(int, DotOp): Assertion `false && "
        '"computeCapability not supported"\' failed.',
        cause="Triton chooses the tensor core instructions by the compute capability, and this release ends before the "
        "GPU's: 10.x and 12.x came with Triton 3.3 (PyTorch 2.7).",
        does_not_mean="the driver; the toolkit",
        fix="Use PyTorch 2.7 or newer with the Triton that it brings (on Windows triton-windows of the same number).",
        command="pip install --upgrade torch --index-url https://download.pytorch.org/whl/{wheel}",
        sources=("triton-lang/triton#6087",),
    ),
)

CRATES: tuple[Signature, ...] = (
    Signature(
        id="torch-sys-no-libtorch",
        title="the crate torch-sys finds no libtorch",
        patterns=(
            "Cannot find libtorch install",
            "Cannot find a libtorch install",
            "no native libtorch install, LIBTORCH is not set",
        ),
        sample="Error: Cannot find a libtorch install, you can either:",
        cause="tch needs a libtorch of exactly its release: LIBTORCH, LIBTORCH_USE_PYTORCH=1 or the feature "
        "download-libtorch.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Set LIBTORCH to an unpacked libtorch with CUDA, and TORCH_CUDA_VERSION=cu128 for the downloaded one.",
        command="export LIBTORCH_USE_PYTORCH=1",
        sources=("LaurentMazare/tch-rs torch-sys/build.rs", "LaurentMazare/tch-rs README"),
    ),
)
