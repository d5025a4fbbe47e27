"""Lines of PyTorch and of packages with its kernels."""

from __future__ import annotations

import re

from cudacompat.domain.logs.cases import Case, LogSign
from cudacompat.domain.logs.signature import GpuMeaning, LineAddition, LogLines, Refinement, Signature, SignatureGroup
from cudacompat.domain.words.finding import Severity
from cudacompat.engines.pytorch.capability_lines import CAPABILITY
from cudacompat.engines.pytorch.environment_lines import ENVIRONMENT
from cudacompat.engines.pytorch.library_lines import CRATES, LIBRARIES
from cudacompat.engines.pytorch.other_languages import OTHER_LANGUAGES
from cudacompat.engines.pytorch.program_lines import PROGRAMS
from cudacompat.engines.pytorch.python_programs import PYTHON_PROGRAMS

_INSTALL = "pip install --upgrade torch --index-url https://download.pytorch.org/whl/{wheel}"

_OWN: tuple[Signature, ...] = (
    Signature(
        id="torch-incompatible-gpu",
        title="this PyTorch has no code for {label}",
        patterns=(
            "with CUDA capability <arch:word> is not compatible with the current PyTorch installation",
            "The following list shows the CCs this version of PyTorch was built for",
        ),
        sample="NVIDIA GeForce RTX 5070 Ti with CUDA capability sm_120 is not compatible with the current PyTorch "
        "installation.",
        cause="The wheel has no machine code of the GPU's major version and no PTX that fits. This line is a "
        "warning; error 209 follows at the first kernel.",
        does_not_mean="the driver; a toolkit on this machine. Other extensions have their own lists.",
        fix="Install a wheel that supports the GPU (sm_120 needs a wheel for CUDA 12.8 or newer).",
        command=_INSTALL,
        wheel="torch",
        cases=(
            Case(
                when=("gpu<7.5",),
                title="this PyTorch has no code for {label}: it is too new for the GPU",
                fix="Install the build for CUDA 12.6 (index cu126): those for CUDA 12.8 and later have dropped "
                "Maxwell, "
                "Pascal or Volta.",
            ),
        ),
        sources=(
            "RVC-Project/Retrieval-based-Voice-Conversion-WebUI#2636",
            "lllyasviel/FramePack#805",
            "pytorch/pytorch#150733",
            "torch 2.14.1 torch/cuda/__init__.py",
        ),
        gpu=GpuMeaning.NO_IMAGE,
        refined=((Refinement.PTX_RUNS, "torch-ptx-only"), (Refinement.CODE_RUNS, "torch-warning-harmless")),
    ),
    Signature(
        id="torch-ptx-only",
        title="this PyTorch has only PTX for {label}: it needs JIT compilation",
        derived=True,
        severity=Severity.WARNING,
        patterns=(),
        sample="NVIDIA GeForce RTX 5070 Ti with CUDA capability sm_120 is not compatible with the current PyTorch "
        "installation.\n"
        "The current PyTorch install supports CUDA capabilities sm_37 sm_50 sm_60 sm_61 sm_70 sm_75 sm_80 sm_86 sm_90 "
        "compute_37.",
        cause="PyTorch compares machine code only and ignores the compute_ entry of its list, which the driver "
        "can compile. The first start is slow.",
        does_not_mean="PyTorch's own kernels. cuBLAS, cuDNN and extensions have their own lists, and those of the "
        "wheel's CUDA release may lack the GPU.",
        fix="Install a wheel with machine code for the GPU (sm_120 needs a wheel for CUDA 12.8 or newer).",
        command=_INSTALL,
        sources=(
            "RVC-Project/Retrieval-based-Voice-Conversion-WebUI#2636",
            "torch 2.6.0 torch/cuda/__init__.py (_check_cubins)",
        ),
    ),
    Signature(
        id="torch-too-old-gpu",
        title="this PyTorch no longer supports the GPU",
        patterns=(
            "which is of cuda capability <cc:ver>. PyTorch no longer supports this GPU because it is too old",
            "PyTorch no longer supports this GPU because it is too old",
        ),
        sample="Found GPU0 Tesla K40m which is of cuda capability 3.5.\nPyTorch no longer supports this GPU because "
        "it is too "
        "old.",
        cause="The lowest architecture of the wheel is above the GPU's.",
        does_not_mean="the driver",
        fix="An older PyTorch (the build for the oldest CUDA that is published), or an own build with "
        "TORCH_CUDA_ARCH_LIST.",
        wheel="torch",
        sources=(
            "pytorch/pytorch#16712",
            "AUTOMATIC1111/stable-diffusion-webui#3003",
        ),
    ),
    Signature(
        id="torch-no-driver",
        title="PyTorch found no NVIDIA driver",
        patterns=("Found no NVIDIA driver on your system",),
        sample="RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and "
        "installed a "
        "driver from "
        "http://www.nvidia.com/Download/index.aspx",
        cause="cudaGetDeviceCount returned error 35 and the driver version is 0, so libcuda is missing.",
        does_not_mean="the host driver, if this is a container: it was started without GPU access",
        fix="In a container: docker run --gpus all. On the host: install the driver.",
        command="cudacompat doctor",
        after=("driver-not-in-container",),
        sources=("pytorch/pytorch c10/cuda/CUDAFunctions.cpp",),
    ),
    Signature(
        id="torch-driver-too-old",
        title="the driver is too old for this PyTorch",
        patterns=("The NVIDIA driver on your system is too old (found version <version:num>)",),
        sample="RuntimeError: The NVIDIA driver on your system is too old (found version 11040). Please update your "
        "GPU driver",
        cause="The CUDA runtime in the wheel needs a newer driver. The number is the driver's CUDA version: "
        "11040 means 11.4.",
        does_not_mean="the GPU; the installed toolkit",
        fix="Update the driver, or install a wheel for a CUDA release that it takes.",
        command="cudacompat doctor",
        wheel="torch",
        sources=("pytorch/pytorch c10/cuda/CUDAFunctions.cpp", "lllyasviel/Fooocus#1313"),
        gpu=GpuMeaning.DRIVER_NEEDED,
    ),
    Signature(
        id="torch-without-cuda",
        title="this PyTorch was built without CUDA",
        patterns=("Torch not compiled with CUDA enabled",),
        sample="AssertionError: Torch not compiled with CUDA enabled",
        cause="The wheel is a +cpu build: the PyPI default on Windows and macOS, or a replacement by a "
        "dependency resolver.",
        does_not_mean="the driver; the CUDA Toolkit",
        fix="Install a CUDA wheel from PyTorch's index, in place of the one that is there.",
        command=_INSTALL.replace("--upgrade", "--force-reinstall"),  # its version may be the newer one
        sources=("pytorch/pytorch torch/cuda/__init__.py",),
    ),
    Signature(
        id="torch-no-gpus",
        title="PyTorch sees no GPU",
        patterns=("No CUDA GPUs are available",),
        sample="RuntimeError: No CUDA GPUs are available",
        cause="The driver answers but lists no GPU. CUDA_VISIBLE_DEVICES hides it, or was set after the first "
        "use of CUDA.",
        does_not_mean="missing code for the GPU",
        fix="Unset CUDA_VISIBLE_DEVICES, or set it before Python starts. In containers use --gpus all.",
        command="cudacompat doctor",
        after=("cuda-no-device", "driver-not-in-container"),
        sources=("pytorch/pytorch c10/cuda/CUDAFunctions.cpp",),
    ),
    Signature(
        id="torch-load-on-cpu",
        title="a checkpoint of a GPU is loaded where PyTorch has none",
        patterns=("Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False",),
        sample="RuntimeError: Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is "
        "False.",
        cause="torch.cuda.is_available() is false: a wheel for the CPU, no driver, or no visible GPU.",
        does_not_mean="a damaged checkpoint",
        fix="See why the GPU is not available; map_location='cpu' if none is wanted.",
        command="python -c 'import torch; print(torch.version.cuda, torch.cuda.is_available())'",
        after=("torch-no-driver", "torch-driver-too-old", "torch-without-cuda", "cuda-unknown-error"),
        sources=("pytorch/pytorch torch/serialization.py",),
    ),
    Signature(
        id="torch-nvml-failed",
        title="PyTorch cannot use NVML",
        severity=Severity.WARNING,
        patterns=("Can't initialize NVML",),
        sample="UserWarning: Can't initialize NVML",
        cause="libnvidia-ml.so.1 is not visible or does not fit the kernel module.",
        does_not_mean="CUDA itself",
        fix="Add `utility` to NVIDIA_DRIVER_CAPABILITIES; restart after a driver update.",
        after=("nvml-driver-mismatch", "driver-not-in-container"),
        sources=("pytorch/pytorch torch/cuda/__init__.py",),
    ),
    Signature(
        id="torch-abi-mismatch",
        title="an extension was built for another PyTorch",
        patterns=(
            "undefined symbol: _ZN3c10<symbol:word>",
            "undefined symbol: _ZNK3c10<symbol:word>",
            "undefined symbol: _ZN2at<symbol:word>",
            "undefined symbol: _ZN5torch<symbol:word>",
        ),
        sample="ImportError: flash_attn_2_cuda.cpython-310-x86_64-linux-gnu.so: undefined symbol: "
        "_ZN3c105ErrorC2ENS_14SourceLocationENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
        cause="The extension (flash-attn, torchvision, xformers, …) was compiled against another PyTorch release, or "
        "against the other C++ ABI (cxx11abiTRUE and FALSE).",
        does_not_mean="a missing GPU architecture",
        fix="Install the wheel made for this PyTorch and ABI, or build it here.",
        sources=("Dao-AILab/flash-attention#931", "Dao-AILab/flash-attention#1832", "Dao-AILab/flash-attention#853"),
    ),
    Signature(
        id="xformers-not-loaded",
        title="xFormers was built for another PyTorch, CUDA or Python",
        patterns=(
            "xFormers wasn't build with CUDA support",
            "xFormers can't load C++/CUDA extensions",
        ),
        sample="WARNING[XFORMERS]: xFormers can't load C++/CUDA extensions. xFormers was built for:",
        cause="The wheel's kernels do not load in this environment; xFormers continues without them.",
        does_not_mean="the GPU",
        fix="Install the xformers release made for this torch.",
        command="python -m xformers.info",
        after=("torch-without-cuda",),
        sources=("facebookresearch/xformers xformers/_cpp_lib.py",),
    ),
    Signature(
        id="xformers-no-operator",
        title="xFormers has no attention kernel for this GPU and these inputs",
        patterns=("No operator found for 'memory_efficient_attention_forward'",),
        sample="NotImplementedError: No operator found for `memory_efficient_attention_forward` with inputs:",
        cause="Each kernel names its reason below: built without CUDA, capability too high or too low, type or shape.",
        does_not_mean="the same reason for every kernel: read the reasons below",
        fix="An xformers release that knows {label}, or another attention implementation.",
        after=("xformers-not-loaded",),
        sources=("xformers 0.0.35 xformers/ops/fmha/dispatch.py",),
    ),
    Signature(
        id="torch-cudnn-version",
        title="PyTorch loaded another cuDNN than it was built with",
        patterns=("cuDNN version incompatibility: PyTorch was compiled against", "cuDNN version incompatibility"),
        sample="RuntimeError: cuDNN version incompatibility: PyTorch was compiled  against (9, 1, 0) but found "
        "runtime version "
        "(8, 9, 2).",
        cause="LD_LIBRARY_PATH or another package brings an older cuDNN, and it is found first.",
        does_not_mean="the GPU",
        fix="Unset LD_LIBRARY_PATH; remove the other cuDNN.",
        command="env -u LD_LIBRARY_PATH python -c 'import torch; print(torch.backends.cudnn.version())'",
        sources=("torch 2.14.1 torch/backends/cudnn/__init__.py",),
    ),
)

_CPU: tuple[Signature, ...] = (
    Signature(
        id="openai-whisper-cpu",
        title="openai-whisper runs on the CPU",
        severity=Severity.WARNING,
        patterns=(
            "FP16 is not supported on CPU; using FP32 instead",
            "Performing inference on CPU when CUDA is available",
        ),
        sample="UserWarning: FP16 is not supported on CPU; using FP32 instead",
        cause="torch.cuda.is_available() is false, or the device was set to cpu.",
        does_not_mean="a failure",
        fix="See why PyTorch has no GPU.",
        command="python -c 'import torch; print(torch.version.cuda, torch.cuda.is_available())'",
        after=("torch-no-driver", "torch-driver-too-old", "torch-without-cuda", "cuda-unknown-error"),
        sources=("openai/whisper whisper/transcribe.py",),
    ),
)

_LINKING: tuple[Signature, ...] = (
    Signature(
        id="nvjitlink-mismatch",
        title="libcusparse found a libnvJitLink of an older CUDA 12 release",
        patterns=(
            "undefined symbol: __nvJitLink",
            "undefined symbol: __nvJitLink<symbol:word>, version libnvJitLink.so.12",
        ),
        sample="ImportError: /env/lib/python3.11/site-packages/torch/lib/../../nvidia/cusparse/lib/libcusparse.so.12: "
        "undefined symbol: __nvJitLinkComplete_12_4, version libnvJitLink.so.12",
        cause="LD_LIBRARY_PATH names a toolkit (such as /usr/local/cuda-12.1/lib64) whose libnvJitLink is older than "
        "the one in the wheel, and it is found first.",
        does_not_mean="PyTorch itself",
        fix="Unset LD_LIBRARY_PATH, or upgrade nvidia-nvjitlink-cu12 to the release of nvidia-cusparse-cu12.",
        command="env -u LD_LIBRARY_PATH python -c 'import torch'",
        sources=("pytorch/pytorch#134929", "pytorch/pytorch#111469", "infiniflow/ragflow#4466"),
    ),
)

_NO_CODE = ("torch-incompatible-gpu", "torch-outside-min-max", "torch-no-kernels-for-gpu", "torch-too-old-gpu")
_SHOW_ARCHS = "python -c 'import torch; print(torch.__version__, torch.cuda.get_arch_list())'"

# error 209 in a program with PyTorch: its own wheel, or an extension that was compiled beside it
_NO_IMAGE = (
    Case(
        when=("djl",),
        fix="The native library that DJL brought has no code for {label}: take a release whose library is for a later "
        "CUDA (12.0: cu128 or later), or name your libtorch with PYTORCH_LIBRARY_PATH.",
        command="",
    ),
    Case(
        when=("torch", "!vllm", "gpu<7.5"),
        fix="Show PyTorch's own list. If {label} is not in it, install the build for CUDA 12.6 (index cu126): later "
        "ones "
        "have dropped it. If it is, an extension lacks the GPU: build that again with TORCH_CUDA_ARCH_LIST, after "
        "removing ~/.cache/torch_extensions.",
        command=_SHOW_ARCHS,
    ),
    Case(
        when=("torch", "!vllm"),
        fix="Show PyTorch's own list. If {label} is not in it, install a wheel that has it (12.0: index cu128 or "
        "later). If "
        "it is, the extension that failed (flash-attn, gsplat, …) lacks the GPU: build it again with "
        "TORCH_CUDA_ARCH_LIST set, after removing ~/.cache/torch_extensions and pip's cache.",
        command=_SHOW_ARCHS,
    ),
)

LINES = LogLines(
    groups=(
        SignatureGroup("Linking and loading libraries", _LINKING, before="glibc-too-old"),
        SignatureGroup(
            "PyTorch", (*_OWN, *CAPABILITY, *ENVIRONMENT, *LIBRARIES, *PROGRAMS, *OTHER_LANGUAGES), place=130
        ),
        SignatureGroup("Rust crates", CRATES),
        SignatureGroup("Python packages and programs", PYTHON_PROGRAMS),
        SignatureGroup("Silent use of the CPU", _CPU, before="sherpa-cpu"),
    ),
    additions=(
        LineAddition(id="cuda-no-kernel-image", after=_NO_CODE, cases=_NO_IMAGE),
        LineAddition(id="cuda-invalid-device-function", after=_NO_CODE),
        LineAddition(id="docker-build-failed", after=("torch-pin-not-on-index",)),
    ),
    signs=(
        LogSign("djl", re.compile(r"\bai\.djl\."), (b"ai.djl.",), "DJL, for Java"),
        LogSign(
            "torch",
            re.compile(r"\btorch\b|\bTORCH_|\bc10::|\bPyTorch\b"),
            (b"TORCH_USE_CUDA_DSA", b"torch.AcceleratorError"),
            "a program with PyTorch",
        ),
    ),
)
