"""What packages that build CUDA extensions with PyTorch print in their own words."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

PACKAGES: tuple[Signature, ...] = (
    Signature(
        id="apex-cuda-mismatch",
        title="nvcc is of another CUDA release than PyTorch ({torch})",
        patterns=(
            "Cuda extensions are being compiled with a version of Cuda that does not match the version used to "
            "compile Pytorch "
            "binaries. Pytorch binaries were compiled with Cuda <torch:ver>",
            "Cuda extensions are being compiled with a version of Cuda that does not match the version used to "
            "compile Pytorch "
            "binaries",
        ),
        sample="RuntimeError: Cuda extensions are being compiled with a version of Cuda that does not match the "
        "version used to "
        "compile Pytorch binaries.  Pytorch binaries were compiled with Cuda 11.7.",
        cause="apex compares nvcc with torch.version.cuda, the minor version too, and stops.",
        does_not_mean="running PyTorch, which needs no toolkit",
        fix="Install the toolkit {torch} and name it with CUDA_HOME, or install a PyTorch for the toolkit that is "
        "there.",
        command="export CUDA_HOME=/usr/local/cuda-{torch}",
        sources=("NVIDIA/apex setup.py (check_cuda_torch_binary_vs_bare_metal)",),
    ),
    Signature(
        id="deepspeed-cuda-mismatch",
        title="nvcc is of CUDA {detected}, PyTorch of {torch}: DeepSpeed does not build its operators",
        patterns=(
            "Installed CUDA version <detected:ver> does not match the version torch was compiled with <torch:ver>, "
            "unable to "
            "compile cuda/cpp extensions",
        ),
        sample="deepspeed.ops.op_builder.builder.CUDAMismatchException: >- DeepSpeed Op Builder: Installed CUDA "
        "version 12.2 does "
        "not match the version torch was compiled with 11.7, unable to compile cuda/cpp extensions without a "
        "matching cuda "
        "version.",
        cause="DeepSpeed compiles its operators when they are first used, with the nvcc of CUDA_HOME, which must have "
        "PyTorch's major version.",
        does_not_mean="PyTorch itself",
        fix="Install the toolkit {torch} and name it with CUDA_HOME. DS_SKIP_CUDA_CHECK=1 only skips the check.",
        command="export CUDA_HOME=/usr/local/cuda-{torch}",
        sources=(
            "JIA-Lab-research/MGM#91",
            "deepspeedai/DeepSpeed#3223",
            "deepspeedai/DeepSpeed op_builder/builder.py",
        ),
    ),
    Signature(
        id="deepspeed-no-cuda-home",
        title="DeepSpeed finds no CUDA toolkit to build its operators",
        patterns=(
            "CUDA_HOME does not exist, unable to compile CUDA op(s)",
            "Unable to JIT load the <op:word> op due to it not being compatible",
        ),
        sample="deepspeed.ops.op_builder.builder.MissingCUDAException: CUDA_HOME does not exist, unable to compile "
        "CUDA op(s)",
        cause="PyTorch's wheel brings no nvcc, and CUDA_HOME names no toolkit.",
        does_not_mean="the driver",
        fix="Install the toolkit of torch.version.cuda and set CUDA_HOME.",
        command="export CUDA_HOME=/usr/local/cuda",
        sources=("deepspeedai/DeepSpeed op_builder/builder.py",),
    ),
    Signature(
        id="tcnn-no-arch",
        title="tiny-cuda-nn cannot tell for which GPU to build",
        patterns=("Specify the target compute capabilities in the TCNN_CUDA_ARCHITECTURES environment variable",),
        sample="OSError: Unknown compute capability. Specify the target compute capabilities in the "
        "TCNN_CUDA_ARCHITECTURES "
        "environment variable or install PyTorch with the CUDA backend to detect it automatically.",
        cause="Its setup.py asks PyTorch for the GPU; in an image build there is none, or the installed PyTorch is "
        "the CPU "
        "build.",
        does_not_mean="the GPU",
        fix="Set TCNN_CUDA_ARCHITECTURES to the GPU's number without a dot (75, 86, 89, 120; several with commas).",
        command="export TCNN_CUDA_ARCHITECTURES={number}",
        sources=("NVlabs/tiny-cuda-nn bindings/torch/setup.py",),
    ),
    Signature(
        id="tcnn-toolkit-too-old",
        title="tiny-cuda-nn was built for lower architectures than the GPU has",
        severity=Severity.WARNING,
        patterns=(
            "tinycudann was built for lower compute capability (<built:num>) than the system's (<here:num>)",
            "Attempt to compile for compute capability <cc:num>, but the maximum supported by CUDA <cuda:ver> is",
        ),
        sample="UserWarning: tinycudann was built for lower compute capability (86) than the system's (89). "
        "Performance may be "
        "suboptimal.",
        cause="The list or the toolkit of the build ended below the GPU.",
        does_not_mean="a failure, if the major version is the same",
        fix="Build it again here, without pip's cache, with TCNN_CUDA_ARCHITECTURES={number}.",
        command="export TCNN_CUDA_ARCHITECTURES={number}",
        sources=("NVlabs/tiny-cuda-nn bindings/torch/tinycudann/modules.py",),
    ),
    Signature(
        id="gsplat-no-toolkit",
        title="a package compiles its kernels at first use, and finds no CUDA toolkit",
        severity=Severity.WARNING,
        patterns=(
            "No CUDA toolkit found. <package:(gsplat|nerfacc)> will be disabled",
            "gsplat: No CUDA toolkit found",
            "nerfacc: No CUDA toolkit found",
        ),
        sample="gsplat: No CUDA toolkit found. gsplat will be disabled.",
        cause="The wheel from PyPI has no compiled code: nvcc is needed when it is first used.",
        does_not_mean="the GPU",
        fix="Install the toolkit of torch.version.cuda and set CUDA_HOME, or install the package's prebuilt wheel "
        "for this "
        "torch and CUDA.",
        command="export CUDA_HOME=/usr/local/cuda",
        sources=("gsplat 1.5.3 gsplat/cuda/_backend.py",),
    ),
    Signature(
        id="flash-attn-toolkit",
        title="flash-attention needs a later CUDA toolkit to be built",
        patterns=("FlashAttention is only supported on CUDA <needed:ver> and above",),
        sample="RuntimeError: FlashAttention is only supported on CUDA 11.7 and above.  Note: make sure nvcc has a "
        "supported "
        "version by running nvcc -V.",
        cause="setup.py reads nvcc's release: it is before {needed}.",
        does_not_mean="the GPU",
        fix="Install a wheel of flash-attn for this torch, CUDA, ABI and Python from its release page; or build with "
        "a toolkit "
        "of {needed} or later.",
        command="nvcc --version",
        sources=("Dao-AILab/flash-attention setup.py",),
    ),
    Signature(
        id="ext-module-not-built",
        title="a package was installed without its CUDA extension {module}",
        patterns=(
            "cannot import name '<module:(csrc|_C|_ext|_CUDA|_cuda|_cext|_ext_src)>' from '<package:text>'",
            "NameError: name '<module:(causal_conv1d_cuda|exllamav2_ext|exllama_kernels|"
            "autogptq_cuda_64|autogptq_cuda_256|selective_scan_cuda|flash_attn_2_cuda|awq_ext)>' is not defined",
            "No module named "
            "'<module:(fused_layer_norm_cuda|amp_C|fused_weight_gradient_mlp_cuda|scaled_masked_softmax_cuda|"
            "selective_scan_cuda|causal_conv1d_cuda|flash_attn_2_cuda|exllamav2_ext|exllama_kernels|awq_ext|"
            "diff_gaussian_rasterization|simple_knn|nvdiffrast|tinycudann|_gridencoder|_raymarching)>'",
            "No module named '<module:(pytorch3d|detectron2|mmcv|spconv|natten|vllm)>._<part:word>'",
        ),
        sample="ModuleNotFoundError: No module named 'fused_layer_norm_cuda'",
        cause="The package was installed as Python only (apex without --cuda_ext, a source distribution without "
        "nvcc), or the "
        "module's build failed earlier.",
        does_not_mean="the GPU",
        fix="Install it again with its CUDA extension: torch first, then --no-build-isolation, with CUDA_HOME and "
        "TORCH_CUDA_ARCH_LIST set.",
        command="export CUDA_HOME=/usr/local/cuda",
        distinct=("module",),
        after=("header-missing", "nvcc-no-cuda-headers", "nvcc-no-cl", "nvcc-not-found", "host-gcc-too-new"),
        sources=("NVIDIA/apex README",),
    ),
    Signature(
        id="jit-extension-locked",
        title="a lock file of an earlier build of the extension is waited for",
        severity=Severity.WARNING,
        patterns=("Waiting on lock file: <file:text>", "torch_extensions<...>/lock"),
        sample="Waiting on lock file: /root/.cache/torch_extensions/py310_cu121/fused_adam/lock",
        cause="A build that was killed left its lock file, and the next one waits for ever.",
        does_not_mean="a working compiler",
        fix="Remove the directory of this extension in ~/.cache/torch_extensions and start again.",
        role=Role.CAUSE,
        sources=("pytorch/pytorch torch/utils/file_baton.py",),
    ),
    Signature(
        id="pip-wheel-not-for-python",
        title="this wheel is for another Python, platform or libc: {file}",
        patterns=("ERROR: <file:word> is not a supported wheel on this platform",),
        sample="ERROR: flash_attn-2.7.4.post1+cu12torch2.6cxx11abiFALSE-cp310-cp310-linux_x86_64.whl is not a "
        "supported wheel on "
        "this platform.",
        cause="The tags in the name (cp310, linux_x86_64, win_amd64, aarch64) do not match this Python and machine.",
        does_not_mean="a damaged file; the GPU",
        fix="Choose the file for this Python (cpNNN) and platform.",
        command="pip debug --verbose",
        sources=("pip 23.2.1 pip/_internal/models/wheel.py",),
    ),
    Signature(
        id="pip-externally-managed",
        title="pip may not install into the system's Python",
        patterns=("error: externally-managed-environment",),
        sample="error: externally-managed-environment",
        cause="Debian 12, Ubuntu 23.04 and later reserve the system's Python for their packages.",
        does_not_mean="the package; CUDA",
        fix="Make a virtual environment and install there.",
        command="python3 -m venv .venv",
        sources=("PEP 668", "pip 23.2.1 pip/_internal/utils/misc.py"),
    ),
    Signature(
        id="kernel-not-in-build",
        title="the installed build of a package lacks a kernel for this GPU",
        patterns=("SM<...> kernel is not available", "sm_<...> kernel is not available"),
        sample="Error running sage attention: SM89 kernel is not available. Make sure you GPUs with compute capability "
        "8.9., using pytorch attention instead.",
        cause="The package chose the kernel by the GPU and did not find it in its own library: the wheel was built for "
        "other GPUs, or its library does not load with this PyTorch and CUDA. A GPU of 12.0 is sent to the "
        "kernels of 8.9.",
        does_not_mean="a GPU that is too old, where it is of that capability",
        fix="Install the package's wheel for this PyTorch and CUDA (for SageAttention on Windows "
        "woct0rdho/SageAttention), or build it with TORCH_CUDA_ARCH_LIST naming the GPU.",
        command="export TORCH_CUDA_ARCH_LIST={capability}",
        sources=("woct0rdho/SageAttention#50", "Comfy-Org/ComfyUI#9671", "Tavris1/ComfyUI-Easy-Install#33"),
    ),
)
