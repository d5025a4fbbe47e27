"""Programs that say which GPU, how many of them, or which form of a tensor they want, each in words of its own."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature

_RAISED = "<kind:(RuntimeError|ValueError|AssertionError|NotImplementedError|ImportError|TypeError|Exception)>: <...>"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="kernel-for-other-gpus",
        title="an option or a model wants a GPU of another generation",
        patterns=(
            _RAISED + "requires SM<wanted:num>",
            _RAISED + "requires CUDA SM<wanted:num>",
            _RAISED + "requires an SM<wanted:num>",
            _RAISED + "requires a SM<wanted:num>",
            _RAISED + "requires sm_<wanted:num>",
            _RAISED + "requires sm<wanted:num>+",
            _RAISED + "requires compute capability <wanted:ver>",
            _RAISED + "needs compute capability <wanted:ver>",
            _RAISED + "requires CUDA compute capability",
            _RAISED + "requires NVIDIA compute capability",
            _RAISED + "requires GPUs with compute capability",
            _RAISED + "GPUs with compute capability <wanted:ver>",
            _RAISED + "only supported on <wanted:(Hopper|Blackwell|Ampere|Ada|SM*|sm_*)>",
            _RAISED + "only supports <wanted:(Hopper|Blackwell|Ampere|Ada|SM*|sm_*)>",
            _RAISED + "only available on <wanted:(Hopper|Blackwell|Ampere|Ada|SM*|sm_*)>",
            _RAISED + "requires <wanted:(Hopper|Blackwell|Ampere|Ada|Volta|Turing)>",
            _RAISED + "requires NVIDIA <wanted:(Hopper|Blackwell|Ampere|Ada)>",
            _RAISED + "Unsupported compute capability",
            _RAISED + "Unsupported CUDA architecture",
            _RAISED + "Unsupported GPU architecture",
            _RAISED + "unsupported architecture",
            _RAISED + "supports compute capability <wanted:ver>",
            _RAISED + "compute capabilities <wanted:ver>",
            _RAISED + "is not supported on this GPU",
            _RAISED + "not supported on the current GPU",
        ),
        sample="ValueError: CuteDSL MLA backend is only supported on Blackwell GPUs (SM100). Please use a different "
        "backend.",
        cause="The kernel of this option, backend or format of the weights exists for some generations of GPUs "
        "only, and this one is none of them. Hopper is 9.0, Blackwell 10.0 (B200), 10.3 (B300), 12.0 (RTX 50) and 12.1 "
        "(GB10); Ada 8.9, Ampere 8.0 to 8.7, Turing 7.5, Volta 7.0.",
        does_not_mean="a broken GPU or driver; a build for too few architectures",
        fix="Choose another backend, attention or quantization: for most there is one for older GPUs (sdpa or triton "
        "in place of FlashAttention, BF16, FP16, AWQ or GPTQ in place of FP8 and FP4). Or take a GPU that it names.",
        command="nvidia-smi --query-gpu=name,compute_cap --format=csv",
        role=Role.GENERAL,
        sources=(
            "sgl-project/sglang python/sglang/srt/server_args.py",
            "thu-ml/SageAttention sageattention/core.py",
            "deepseek-ai/DeepGEMM csrc/apis",
        ),
    ),
    Signature(
        id="built-for-other-capability",
        title="the program was built for another compute capability than the GPU's",
        patterns=("compute capability mismatch for device <index:num>: wanted <...>, have <...>",),
        sample="compute capability mismatch for device 0: wanted 6.1, have 3.7",
        cause="The build has code for the capability that the line names first, and the GPU has another. A program "
        "may see no GPU at all after that.",
        does_not_mean="a broken GPU or driver",
        fix="Build it for the GPU's own capability (the option has a name such as CUDA_ARCH, "
        "CMAKE_CUDA_ARCHITECTURES), or install a build that lists it.",
        command="nvidia-smi --query-gpu=name,compute_cap --format=csv",
        role=Role.GENERAL,
        after=("gpu-generation-refused",),
        sources=("src-d/kmcuda#13", "src-d/kmcuda#120"),
    ),
    Signature(
        id="rtx40-no-p2p",
        title="the trainer refuses several RTX 40 GPUs until NCCL's direct ways are off",
        patterns=("series doesn't support faster communication broadband via P2P or IB",),
        sample="NotImplementedError: Using RTX 4000 series doesn't support faster communication broadband via P2P or "
        'IB. Please set `NCCL_P2P_DISABLE="1"` and `NCCL_IB_DISABLE="1" or use `accelerate launch`',
        cause="GeForce GPUs since the RTX 40 series do not read each other's memory over PCI Express, and the trainer "
        "asks that NCCL be told so. A single GPU is asked as well, where several are seen.",
        does_not_mean="a broken GPU; that several GPUs cannot be used",
        fix="Set both variables, or start with accelerate launch, which does. For one GPU, show only that one with "
        "CUDA_VISIBLE_DEVICES.",
        command="export NCCL_P2P_DISABLE=1 NCCL_IB_DISABLE=1",
        sources=("huggingface/accelerate src/accelerate/state.py", "hiyouga/LlamaFactory#3282", "QwenLM/Qwen-VL#447"),
    ),
    Signature(
        id="graph-library-without-cuda",
        title="this library for graphs was built without CUDA",
        patterns=(
            "Device API cuda is not enabled. Please install the cuda version of dgl",
            "Device API gpu is not enabled. Please install the cuda version of dgl",
        ),
        sample="dgl._ffi.base.DGLError: [14:00:04] /opt/dgl/src/runtime/c_runtime_api.cc:82: Check failed: "
        "allow_missing: Device API cuda is not enabled. Please install the cuda version of dgl.",
        cause="The index of Python packages has DGL for the CPU only, and a second dgl package may hide the one with "
        "CUDA. Its wheels with CUDA come from data.dgl.ai, up to CUDA 12.4.",
        does_not_mean="the GPU; the driver",
        fix="Remove every dgl package, then install the one for the framework's release of CUDA from "
        "https://www.dgl.ai/pages/start.html (cu118, cu121, cu124).",
        command="pip uninstall -y dgl dgl-cu111 dgl-cu113 dgl-cu116 dgl-cu117 dgl-cu118",
        sources=("dmlc/dgl#5427", "dmlc/dgl#3932", "THUDM/GraphMAE#9"),
    ),
    Signature(
        id="context-not-current",
        title="a thread uses CUDA without its own context",
        patterns=(
            "explicit_context_dependent failed: invalid device context",
            "no currently active context?",
            "CUDA Error: invalid device context",
        ),
        sample="pycuda._driver.LogicError: explicit_context_dependent failed: invalid device context - no currently "
        "active context?",
        cause="PyCUDA makes a context for the thread that imports pycuda.autoinit, and for no other. A worker thread "
        "of a web server, or a program without that import, has none.",
        does_not_mean="the GPU; the driver",
        fix="Make the context in the thread that works (cuda.Device(0).make_context(), push() before each use, pop() "
        "after it), or import pycuda.autoinit where nothing runs in other threads; with PyTorch in the same program "
        "take cuda.Device(0).retain_primary_context().",
        sources=("jkjung-avt/tensorrt_demos#63", "Linaom1214/TensorRT-For-YOLO-Series#102", "OpenPPL/ppq#511"),
    ),
    Signature(
        id="context-stack-not-empty",
        title="PyCUDA's context was left when the program ended",
        patterns=("PyCUDA ERROR: The context stack was not empty upon module cleanup",),
        sample="PyCUDA ERROR: The context stack was not empty upon module cleanup.",
        cause="The program stopped, most often by an error before this line, between push() and pop() of its context.",
        does_not_mean="the reason: that is in an earlier line",
        fix="Read the error before it; call pop() in a finally clause.",
        role=Role.END,
        sources=("NVIDIA/TensorRT#2357", "wang-xinyu/tensorrtx#1201"),
    ),
    Signature(
        id="program-finds-no-gpu",
        title="the program says that it finds no GPU",
        patterns=(
            "LogicError: cuInit failed: no device",
            "is_available() should be True but is False",
            "NotImplementedError: <what:text> requires CUDA",
            "No GPU found",
            "No visible GPU",
            "no visible GPU",
            "No GPU is visible",
            "no GPU is visible",
            "No visible device",
            "no visible device",
            "No CUDA device",
            "no CUDA device",
            "No GPUs found",
            "No GPU detected",
            "No GPUs detected",
            "No GPU available",
            "no GPU is available",
            "No CUDA GPU",
            "No NVIDIA GPU",
            "no CUDA-capable GPU",
            "GPU device not found",
            "GPU not found",
            "GPU not detected",
            "GPU is not available",
            "CUDA is not available",
            "cuda is not available",
            "CUDA not available",
            "CUDA is unavailable",
            "CUDA unavailable",
            "CUDA is required but",
            "requires a GPU",
            "requires a CUDA GPU",
            "requires a CUDA-capable",
            "requires an NVIDIA GPU",
            "unable to detect nvidia driver",
            "you might not have a CUDA gpu",
        ),
        sample="ERROR: No GPU detected",
        cause="In its own words: the driver is missing or too old, the container was started without GPUs, "
        "CUDA_VISIBLE_DEVICES hides them, or its framework was built for the CPU.",
        does_not_mean="a broken GPU",
        fix="Check nvidia-smi in the same place (the same container, the same environment), then whether the framework "
        "was built with CUDA.",
        command="cudacompat doctor",
        role=Role.GENERAL,
        sources=("unslothai/unsloth#1760", "drmichaeldouglass/blenderGoogleGPU#5", "bmaltais/kohya_ss#644"),
    ),
)
