"""Lines of libraries with kernels for language models: each is written for certain families of GPUs, and says so."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import GpuMeaning, Role, Signature
from cudacompat.domain.words.finding import Severity

_FLASHINFER = "flashinfer-ai/flashinfer"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="trtllm-fmha-unsupported",
        title="the TRT-LLM attention kernels do not exist for this GPU",
        patterns=(
            "Error in function 'TllmGenFmhaRunner' at <...>: Unsupported architecture",
            "TllmGenFmhaRunner<...>Unsupported architecture",
        ),
        sample="RuntimeError: Error in function 'TllmGenFmhaRunner' at "
        "/workspace/include/flashinfer/trtllm/fmha/fmhaRunner.cuh:30: Unsupported architecture",
        cause="These kernels exist for 10.0 and 10.3 only (B200, B300: data center Blackwell). 12.x (RTX 50, RTX PRO, "
        "GB10) is another family, although it is called Blackwell too.",
        does_not_mean="FlashInfer as a whole; the driver; the toolkit",
        fix="Choose another attention backend: the server's option for FlashInfer's own kernels, Triton or "
        "FlashAttention.",
        sources=(f"{_FLASHINFER}#3263", f"{_FLASHINFER} include/flashinfer/trtllm/fmha/fmhaRunner.cuh"),
    ),
    Signature(
        id="flashinfer-no-arch",
        title="this FlashInfer module is not written for the GPU: it supports major versions {majors}",
        patterns=("No supported CUDA architectures found for major versions <majors:text>",),
        sample="RuntimeError: No supported CUDA architectures found for major versions [9, 10].",
        cause="The module is compiled when it is first used, for the visible GPUs (or FLASHINFER_CUDA_ARCH_LIST), and "
        "none of them is of a listed major version.",
        does_not_mean="FlashInfer as a whole",
        fix="Choose another backend for this operation, or a later FlashInfer. Without a GPU (an image build) set "
        "FLASHINFER_CUDA_ARCH_LIST.",
        sources=(f"{_FLASHINFER} flashinfer/compilation_context.py",),
    ),
    Signature(
        id="flashinfer-too-old-gpu",
        title="FlashInfer needs a GPU of 7.5 or higher",
        patterns=("FlashInfer requires GPUs with sm75 or higher",),
        sample="RuntimeError: FlashInfer requires GPUs with sm75 or higher",
        cause="All visible GPUs are below 7.5 (V100, P40, GTX 10), or none is visible.",
        does_not_mean="the age of FlashInfer: a later release does not help",
        fix="Choose another attention backend (Triton), or hide the older GPU with CUDA_VISIBLE_DEVICES.",
        sources=(f"{_FLASHINFER} flashinfer/jit/core.py",),
    ),
    Signature(
        id="flashinfer-backend-unsupported",
        title="FlashInfer's backend {backend} has no kernel for this GPU",
        patterns=(
            "does not support backend '<backend:word>' with capability <cc:num>",
            "No suitable auto backends found for <function:word>",
        ),
        sample="flashinfer.utils.BackendSupportedError: mm_fp4 does not support backend 'trtllm' with capability 120",
        cause="Each operation lists which backend serves which compute capability; this pair is not in the list.",
        does_not_mean="FlashInfer's support for the GPU",
        fix="Choose another backend (cutlass, cudnn, auto), or a later FlashInfer.",
        sources=(f"{_FLASHINFER} flashinfer/utils.py",),
    ),
    Signature(
        id="flashinfer-version-mismatch",
        title="FlashInfer's packages are of different releases",
        patterns=(
            "flashinfer-jit-cache version (<cache:word>) does not match flashinfer version",
            "flashinfer-cubin version (<cache:word>) does not match flashinfer version",
        ),
        sample="RuntimeError: flashinfer-cubin version (0.5.3) does not match flashinfer version (0.6.0)",
        cause="flashinfer-python, flashinfer-cubin and flashinfer-jit-cache must be of the same release; one was "
        "updated "
        "alone.",
        does_not_mean="a missing architecture",
        fix="Install the same release of all of them.",
        command="pip install --upgrade flashinfer-python flashinfer-cubin",
        sources=(f"{_FLASHINFER} flashinfer/jit/env.py",),
    ),
    Signature(
        id="sgl-kernel-no-ops",
        title="sgl-kernel could not load its library",
        patterns=(
            "Can not import sgl_kernel. Please check your installation",
            "[sgl_kernel] CRITICAL: Could not load any common_ops library",
            "Could not load any common_ops library",
        ),
        sample="ImportError:\n[sgl_kernel] CRITICAL: Could not load any common_ops library!",
        cause="The message shows the GPU, the variant that is looked for (sm90, else sm100) and, at its end, the "
        "loader's "
        "own reason: a missing libnvrtc or libcudart of another CUDA major release, a PyTorch of another release "
        "(undefined symbol), or libnuma.",
        does_not_mean="missing code for the GPU: the file sm100 also has code for 8.x and 12.x",
        fix="Read `Error details` at its end. Install sgl-kernel (sglang-kernel) for this PyTorch and CUDA: the "
        "releases "
        "that sglang itself pins.",
        command="pip install --upgrade sglang",
        sources=("sgl-project/sglang#29646", "sgl-project/sglang#18203", "sgl_kernel 0.3.21 sgl_kernel/load_utils.py"),
    ),
    Signature(
        id="sgl-kernel-no-gemm",
        title="sgl-kernel has no {op} for this GPU",
        patterns=(
            "No implemented <op:word> for current compute capability",
            "cutlass_mla_decode is only supported on compute capability 10.0, but found sm version <sm:num>",
        ),
        sample="NotImplementedError: No implemented fp8_blockwise_scaled_mm for current compute capability: 120",
        cause="The kernel is written for other families; the library says so before it starts one.",
        does_not_mean="sgl-kernel as a whole",
        fix="Choose another backend or quantization (--fp8-gemm-backend triton, --attention-backend triton), or a "
        "later "
        "release.",
        sources=("sgl_kernel 0.3.21 sgl_kernel/sm100/common_ops.abi3.so (text)",),
    ),
    Signature(
        id="sglang-attention-backend",
        title="SGLang's attention backend does not support this GPU",
        patterns=(
            "FlashAttention v3 Backend requires SM>=80 and SM<=90",
            "TRTLLM MLA backend is only supported on Blackwell GPUs",
            "TRTLLM MHA backend is only supported on Blackwell GPUs",
            "SGLang only supports sm75 and above",
        ),
        sample="AssertionError: FlashAttention v3 Backend requires SM>=80 and SM<=90. Please use `--attention-backend "
        "flashinfer`.",
        cause="FlashAttention 3 has kernels for 8.0 to 9.0, the TRT-LLM backends for 10.x.",
        does_not_mean="the GPU",
        fix="Choose another one on the command line: --attention-backend triton (or flashinfer from 7.5 on).",
        role=Role.GENERAL,  # also said by one that takes another backend
        sources=("sgl-project/sglang python/sglang/srt/layers/attention/attention_registry.py and server_args.py",),
    ),
    Signature(
        id="deep-gemm-invalid-image",
        title="DeepGEMM compiled a kernel that this GPU cannot load",
        patterns=(
            "CUDA driver error (<...>deep_gemm<...>): 200 (CUDA_ERROR_INVALID_IMAGE, device kernel image is invalid)",
            "CUDA driver error (<...>deep_gemm/include/<...>): <code:num> (<name:word>",
            "CUDA driver error (<...>deep_gemm<...>): <code:num>",
        ),
        sample="RuntimeError: CUDA driver error "
        "(/usr/local/lib/python3.12/dist-packages/deep_gemm/include/jit/handle.hpp:141): 200 "
        "(CUDA_ERROR_INVALID_IMAGE, device kernel image is invalid)",
        cause="DeepGEMM compiles its kernels when they run, for 9.0 (Hopper) and 10.x (B200). For 12.x (RTX 50, RTX "
        "PRO, "
        "GB10) it has none, and what it compiles does not load.",
        does_not_mean="the driver",
        fix="Switch DeepGEMM off: VLLM_USE_DEEP_GEMM=0 (vLLM) or SGLANG_ENABLE_JIT_DEEPGEMM=0 (SGLang); another GEMM "
        "then does the work.",
        command="export VLLM_USE_DEEP_GEMM=0 SGLANG_ENABLE_JIT_DEEPGEMM=0",
        sources=("timothystewart6/vllm-gb10#27", "deepseek-ai/DeepGEMM README (requirements)"),
    ),
    Signature(
        id="deep-gemm-unsupported",
        title="DeepGEMM has no kernel for this GPU",
        patterns=(
            "Assertion error (<...>deep_gemm<...>): <what:text>",
            "Assertion error (<...>DeepGEMM<...>): <what:text>",
            "DeepGEMM backend is not available or outdated",
        ),
        sample="RuntimeError: Assertion error (csrc/apis/../deep_gemm/attention.hpp:189): Unsupported architecture",
        cause="DeepGEMM has kernels for 9.0 (Hopper) and 10.x (B200) only.",
        does_not_mean="a broken installation",
        fix="Switch DeepGEMM off: VLLM_USE_DEEP_GEMM=0 (vLLM) or SGLANG_ENABLE_JIT_DEEPGEMM=0 (SGLang).",
        command="export VLLM_USE_DEEP_GEMM=0 SGLANG_ENABLE_JIT_DEEPGEMM=0",
        sources=("deepseek-ai/DeepGEMM csrc/apis/attention.hpp", "deepseek-ai/DeepGEMM README (requirements)"),
    ),
    Signature(
        id="kernel-build-variant",
        title="the kernel package {package} has no build for this environment",
        patterns=(
            "Cannot find a build variant for this system in <package:word>",
            "Torch version (<built:ver>) does not match environment Torch version (<here:ver>)",
        ),
        sample="FileNotFoundError: Cannot find a build variant for this system in kernels-community/flash-attn2\n"
        "torch212-cxx11-cu126-x86_64-linux: Torch version (2.12) does not match environment Torch version (2.13)",
        cause="The package holds one directory for each PyTorch, CUDA and ABI; none is for what is installed here. The "
        "lines below name each variant and why it was refused.",
        does_not_mean="the GPU",
        fix="Load another revision of the kernel that has a build for this PyTorch, or install a PyTorch that it "
        "lists.",
        sources=("huggingface/kernels-community#1082", "huggingface/kernels kernels/src/kernels/variants.py"),
    ),
    Signature(
        id="te-fp8-capability",
        title="FP8 needs a GPU of 8.9 or higher",
        patterns=(
            "FP8 quantized models is only supported on GPUs with compute capability",
            "Device compute capability 8.9 or higher required for FP8 execution",
            "Float8 dynamic quantization requires CUDA compute capability",
            "is only supported on CUDA devices with compute capability >= 9.0 or 8.9",
        ),
        sample="AssertionError: Device compute capability 8.9 or higher required for FP8 execution.",
        cause="GPUs below 8.9 (A100, RTX 30) have no FP8 tensor cores.",
        does_not_mean="the package build",
        fix="Use bfloat16 or an integer quantization on this GPU.",
        sources=(
            "NVIDIA/TransformerEngine transformer_engine/pytorch/fp8.py",
            "torchao 0.18.0 torchao/float8/inference.py",
        ),
    ),
    Signature(
        id="attention-needs-hopper",
        title="FlashAttention 3 has kernels for Hopper (9.0) only",
        patterns=(
            "FlashAttention-3 only supports Hopper GPUs",
            "FlashAttention 3 only supports Hopper",
            "FA3 is only supported on devices with compute capability",
            "This flash attention build does not support <what:text>",
            "This flash attention build only supports <what:text>",
        ),
        sample="RuntimeError: This flash attention build only supports pack_gqa (for build size reasons).",
        cause="FlashAttention 3 uses instructions of 9.0a; a build may lack features too.",
        does_not_mean="FlashAttention 2, which runs on this GPU",
        fix="Choose FlashAttention 2 or another backend on this GPU.",
        sources=(
            "Dao-AILab/flash-attention hopper/flash_api.cpp",
            "vllm 0.33.0 vllm/vllm_flash_attn/flash_attn_interface.py",
        ),
    ),
    Signature(
        id="exllama-no-fp16",
        title="a quantization kernel has no body for this GPU",
        patterns=(
            "the current GPU does not support <what:text> kernels",
            "Cannot use tinygemm int4 kernel with a device of compute capability <cc:text>",
            "AWQ kernels are only supported on GPUs with compute capability >=",
            "requires a GPU with compute capability <needed:ver> or higher",
        ),
        sample="ValueError: Cannot use tinygemm int4 kernel with a device of compute capability (7, 5), the minimum "
        "compute "
        "capability is 8.0 for tensor core kernels.",
        cause="The kernel uses instructions of a later GPU (8.0 for most int4 kernels).",
        does_not_mean="the package build",
        fix="Use another quantization or backend on this GPU.",
        gpu=GpuMeaning.NO_IMAGE,
        sources=("torchao 0.18.0 torchao/quantization/quantize_/workflows/int4/int4_tile_packed_to_4d_tensor.py",),
    ),
    Signature(
        id="nvshmem-missing",
        title="NVSHMEM's library is not found",
        severity=Severity.ERROR,
        patterns=("libnvshmem_host.so<version:word>: cannot open shared object file",),
        sample="ImportError: libnvshmem_host.so.3: cannot open shared object file: No such file or directory",
        cause="PyTorch from 2.9 on and DeepEP need NVSHMEM, which the package nvidia-nvshmem brings.",
        does_not_mean="the GPU",
        fix="Install the package for the CUDA major release in use.",
        command="pip install nvidia-nvshmem-cu12",
        cases=(Case(when=("toolkit>=13.0",), command="pip install nvidia-nvshmem-cu13"),),
        sources=("nvidia-nvshmem-cu12 3.3.20 (the files in it)",),
    ),
    Signature(
        id="flashinfer-kernel-failed",
        title="a kernel of FlashInfer or TensorRT-LLM failed to run",
        patterns=(
            "Error occurred when running GEMM! <what:text>",
            "Error in function 'run' at<+>trtllm_<file:word>:<line:num>",
            "Error occurred when computing workspace size!",
        ),
        sample="Error occurred when running GEMM! (numBatches: 256, GemmMNK: 128 1024 6144, Kernel: "
        "bmm_Bfloat16_sm100f)",
        cause="The prebuilt kernel that was chosen does not take these sizes on this GPU, or is for another one: the "
        "end of "
        "its name is the target (sm100f is for 10.x, not for 12.x).",
        does_not_mean="the driver",
        fix="Use the release of FlashInfer that this server names, or another backend (SGLang --moe-runner-backend "
        "triton, "
        "vLLM VLLM_USE_FLASHINFER_MOE_FP8=0).",
        command="pip show flashinfer-python flashinfer-cubin",
        sources=("sgl-project/sglang#25563", "flashinfer-ai/flashinfer csrc/trtllm_batched_gemm_runner.cu"),
    ),
    Signature(
        id="turbomind-without-type",
        title="LMDeploy's TurboMind was built without kernels for {type}",
        patterns=("turbomind has not been built with <type:word> support", "turbomind is not built with <type:word>"),
        sample="RuntimeError: Error: turbomind has not been built with fp32 support.",
        cause="The model's weights are in a type that TurboMind's wheel has no kernels for: it computes in float16 and "
        "bfloat16.",
        does_not_mean="the GPU; the driver",
        fix="Load the model as float16 or bfloat16 (dtype in TurbomindEngineConfig, or torch_dtype in config.json), or "
        "use PytorchEngineConfig.",
        sources=("InternLM/lmdeploy#3065",),
    ),
)
