"""Lines of Python programs that train or serve: extensions that were not built, releases that do not fit."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

_CPP = "pytorch/pytorch torch/utils/cpp_extension.py"

PYTHON_PROGRAMS: tuple[Signature, ...] = (
    Signature(
        id="torch-ext-host-version",
        title="PyTorch refuses the host compiler {compiler} {have} for its CUDA",
        patterns=(
            "current installed version of <compiler:word> (<have:ver>) is less than the minimum required "
            "version by CUDA",
            "current installed version of <compiler:word> (<have:ver>) is greater than the maximum required version by "
            "CUDA",
        ),
        sample="RuntimeError: The current installed version of g++ (4.8.5) is less than the minimum required "
        "version by "
        "CUDA 11.8 (6.0.0). Please make sure to use an adequate version of g++ (>=6.0.0, <12.0).",
        cause="Before it builds an extension, PyTorch compares the C++ compiler with a table of what its CUDA release "
        "takes. The end of the line names the range.",
        does_not_mean="a missing nvcc; the GPU",
        fix="Install a g++ within the range, name it with CC and CXX, and build again without pip's cache.",
        sources=(_CPP,),
    ),
    Signature(
        id="torch-module-removed",
        title="a package wants a part of PyTorch that this release does not have: torch.{module}",
        patterns=("ModuleNotFoundError: No module named 'torch.<module:word>'",),
        sample="ModuleNotFoundError: No module named 'torch._six'",
        cause="PyTorch is there, and of another release than the package was written for: torch._six was removed in "
        "2.0, other parts came or moved with later releases.",
        does_not_mean="a PyTorch that is not installed; the GPU",
        fix="Update the package that the traceback ends in, or install the PyTorch that its README names.",
        sources=("pytorch/pytorch#94709", "microsoft/DeepSpeed#2845"),
    ),
    Signature(
        id="deepspeed-op-not-built",
        title="an optimizer of DeepSpeed was not built",
        patterns=("object has no attribute 'ds_opt_adam'", "object has no attribute 'ds_opt_adagrad'"),
        sample="AttributeError: 'DeepSpeedCPUAdam' object has no attribute 'ds_opt_adam'",
        cause="DeepSpeed compiles its optimizer when it first starts. That failed, and this line is printed while the "
        "half made object is destroyed.",
        does_not_mean="a missing attribute: it is never there after a build that failed",
        fix="Read the errors of the build before it: most often CUDA_HOME is not set, or nvcc is of another CUDA "
        "release than PyTorch.",
        command="ds_report",
        role=Role.END,
        sources=("deepspeedai/DeepSpeed#1846",),
    ),
    Signature(
        id="deepspeed-cuda-not-usable",
        title="DeepSpeed builds {op} for the CPU: it finds no CUDA that fits PyTorch",
        severity=Severity.WARNING,
        patterns=("<op:word> cuda is missing or is incompatible with installed torch, only cpu ops can be compiled",),
        sample=" [WARNING]  cpu_adam cuda is missing or is incompatible with installed torch, only cpu ops can be "
        "compiled!",
        cause="PyTorch is a build for the CPU, or nvcc is missing or of another major release than PyTorch's CUDA.",
        does_not_mean="the GPU; the driver",
        fix="Install a PyTorch with CUDA, and set CUDA_HOME to a toolkit of its major release.",
        command="ds_report",
        sources=("deepspeedai/DeepSpeed#4513",),
    ),
    Signature(
        id="apex-not-installed",
        title="the program needs NVIDIA's Apex with its CUDA extensions",
        patterns=(
            "NVIDIA Apex with CUDA extensions is required",
            "Please install apex from https://www.github.com/nvidia/apex",
            "RuntimeError: apex is not available",
            "No module named 'apex'",
            "cannot import name 'UnencryptedCookieSessionFactoryConfig' from 'pyramid.session'",
        ),
        sample="ImportError: Please install apex from https://www.github.com/nvidia/apex to run this example.",
        cause="Apex is not installed, was installed without its extensions, or the package `apex` of the package index "
        "was installed, which is another program (it asks for pyramid).",
        does_not_mean="the GPU",
        fix="Remove the other apex, and build NVIDIA's from its sources with the nvcc of PyTorch's CUDA release. Most "
        "programs can use torch.amp in its place.",
        command="pip uninstall apex",
        sources=("NVIDIA/apex README", "NVIDIA/apex#156"),
    ),
    Signature(
        id="torch-op-not-in-build",
        title="this PyTorch was built without the operation {operation}",
        patterns=(
            "RuntimeError: <operation:word> is not compiled for this platform",
            "<operation:word> is not compiled for this platform",
            "not compiled with CUDA support for this operation",
        ),
        sample="RuntimeError: _scaled_mm_out_cuda is not compiled for this platform.",
        cause="The operation needs a newer CUDA release than the one that this PyTorch was built with, or there is no "
        "build of it for this system: FP8 products came to Windows with PyTorch 2.4 for CUDA 12.4.",
        does_not_mean="the driver",
        fix="Install a PyTorch for a newer CUDA release, or turn the option off that asks for FP8 (--fast).",
        wheel="torch",
        sources=("comfyanonymous/ComfyUI#4539",),
    ),
    Signature(
        id="flash-attn-head-dim",
        title="FlashAttention does not take heads of this size on this GPU",
        patterns=(
            "FlashAttention backward for head dim > <most:num> requires",
            "FlashAttention forward only supports head dimension at most <most:num>",
            "FlashAttention only supports head dimension at most <most:num>",
        ),
        sample="RuntimeError: FlashAttention backward for head dim > 192 requires A100/A800 or H100/H800",
        cause="The backward kernels for large heads need more shared memory than GPUs other than A100 and H100 have.",
        does_not_mean="a build for too few architectures",
        fix="Take FlashAttention 2.5.5 or newer, whose backward pass takes heads of 256 on these GPUs without dropout, "
        "or the attention of PyTorch (sdpa).",
        command='pip install --no-build-isolation "flash-attn>=2.5.5"',
        sources=("Dao-AILab/flash-attention csrc/flash_attn/flash_api.cpp", "Dao-AILab/flash-attention README"),
    ),
    Signature(
        id="process-group-missing",
        title="a program for several processes was started as one",
        patterns=(
            "Default process group has not been initialized",
            "environment variable RANK expected, but not set",
            "environment variable MASTER_ADDR expected, but not set",
        ),
        sample="ValueError: Default process group has not been initialized, please make sure to call "
        "init_process_group.",
        cause="It reads its rank from variables that its launcher sets (torchrun, deepspeed, srun), and was run "
        "with python alone.",
        does_not_mean="NCCL or the GPU",
        fix="Start it with torchrun --nproc-per-node and the number of GPUs, also where that is one.",
        role=Role.GENERAL,
        sources=("pytorch/pytorch torch/distributed/distributed_c10d.py",),
    ),
    Signature(
        id="triton-kernel-refused",
        title="Triton's compiler refuses the source of a kernel",
        patterns=("triton.compiler.errors.CompilationError", "triton.compiler.CompilationError"),
        sample="triton.compiler.errors.CompilationError: at 1:0:",
        cause="The kernel was written for another release of Triton, or uses a type that this GPU does not have. The "
        "lines below it name the place.",
        does_not_mean="the driver; ptxas",
        fix="Install the Triton that the PyTorch in use was built with, and the release of the package that fits it.",
        command="python -m pip show torch triton",
        role=Role.GENERAL,
        sources=("triton-lang/triton python/triton/compiler/errors.py",),
    ),
    Signature(
        id="pip-went-on",
        title="pip installed packages that do not fit each other",
        role=Role.HEADING,
        patterns=(
            "pip's dependency resolver does not currently take into account all the packages that are installed",
        ),
        sample="ERROR: pip's dependency resolver does not currently take into account all the packages that are "
        "installed. This behaviour is the source of the following dependency conflicts.",
        cause="What was installed before asks for other releases than this command brought; the lines below name them.",
        does_not_mean="an installation that failed",
        fix="Name all packages that belong together in one command, or look at them with pip check.",
        command="pip check",
        sources=("https://pip.pypa.io/en/stable/topics/dependency-resolution/",),
    ),
    Signature(
        id="uv-no-solution",
        title="uv finds no set of packages that fit each other and this machine",
        patterns=("No solution found when resolving dependencies",),
        sample="  \u00d7 No solution found when resolving dependencies:\n  \u2570\u2500\u25b6 Because app "
        "depends on torch==2.9.0 "
        "and app depends on torch==2.8.0, we can conclude that the requirements are unsatisfiable.",
        cause="Two requirements exclude each other, or a package has no file for this Python and platform on the index "
        "that is asked; the lines below say which.",
        does_not_mean="the GPU",
        fix="Loosen the pin that is named, or name the index of PyTorch for it ([[tool.uv.index]] and "
        "[tool.uv.sources]).",
        role=Role.HEADING,
        sources=("astral-sh/uv#1497", "https://docs.astral.sh/uv/guides/integration/pytorch/"),
    ),
    Signature(
        id="modules-off-the-gpu",
        title="a part of the model was placed on the CPU or the disk, and its kernels work on the GPU alone",
        patterns=(
            "Found modules on cpu/disk. Using <backend:text> backend requires",
            "Some modules are dispatched on the CPU or the disk. Make sure you have enough GPU RAM",
        ),
        sample="ValueError: Found modules on cpu/disk. Using Exllama backend requires all the modules to be on GPU.",
        cause="device_map found too little free memory on the GPU, or no GPU at all, and gave a part of the layers to "
        "the processor. The kernels of this quantization exist for the GPU only.",
        does_not_mean="a broken model; a missing architecture",
        fix="Free GPU memory or take a smaller model, so that all of it fits (device_map={'': 0}); or choose another "
        "backend in the quantization config (disable_exllama, use_exllama=False).",
        command="nvidia-smi",
        sources=("AutoGPTQ/AutoGPTQ#406",),
    ),
    Signature(
        id="optional-package-missing",
        title="an option needs the package {package}, which is not installed or does not load",
        patterns=(
            "the '<package:word>' package must be installed first",
            "requires the package '<package:word>' to be installed",
            "please install the '<package:word>' package",
        ),
        sample="To use the `--use-sage-attention` feature, the `sageattention` package must be installed first.",
        cause="The program imports the package when the option asks for it. A package whose own import fails (a "
        "missing Triton, a build for another PyTorch) looks the same.",
        does_not_mean="the GPU",
        fix="Install it for the Python that runs the program, in the build for its PyTorch and CUDA; then import it "
        "alone, which prints the true error.",
        command='python -c "import {package}"',
        distinct=("package",),
        sources=("Comfy-Org/ComfyUI#7484",),
    ),
    Signature(
        id="gptq-extension-missing",
        title="a package for quantized models runs without its CUDA extension",
        severity=Severity.WARNING,
        patterns=(
            "exllama_kernels not installed",
            "exllamav2_kernels not installed",
            "Exllama kernel is not installed",
            "CUDA extension not installed",
            "AutoAWQ could not load <kernels:word> kernels extension",
        ),
        sample="WARNING:Exllama kernel is not installed, reset disable_exllama to True.",
        cause="The wheel was built where there was no CUDA, for another PyTorch, or is the one of the package index "
        "without kernels. Inference is slow, or ends when it asks for them.",
        does_not_mean="the GPU or the driver",
        fix="Install the wheel for this PyTorch and CUDA from the package's own index, or build it with nvcc on PATH: "
        "pip install --no-build-isolation with the sources.",
        sources=("AutoGPTQ/AutoGPTQ#402", "AutoGPTQ/AutoGPTQ#249"),
    ),
    Signature(
        id="rapids-driver-unknown",
        title="RAPIDS cannot ask the driver for its version",
        severity=Severity.WARNING,
        patterns=("Error getting driver and runtime versions",),
        sample="UserWarning: Error getting driver and runtime versions:",
        cause="It starts a second Python that calls Numba, which found no GPU or no driver. Without "
        "an answer Numba "
        "is not patched to link for an older driver.",
        does_not_mean="a fault by itself",
        fix="Check that the driver answers at all: python -m numba -s.",
        command="nvidia-smi",
        sources=("NVIDIA/cuml#5855", "rapidsai/ptxcompiler ptxcompiler/patch.py"),
    ),
    Signature(
        id="torch-xpu-build",
        title="this PyTorch is the build for Intel's GPUs",
        severity=Severity.WARNING,
        patterns=("XPU device count is zero",),
        sample="UserWarning: XPU device count is zero!",
        cause="The build with +xpu looks for Intel GPUs alone and uses the CPU here.",
        does_not_mean="a missing NVIDIA driver",
        fix="Install the build for CUDA.",
        wheel="torch",
        sources=("invoke-ai/launcher#137", "pytorch/pytorch c10/xpu/XPUFunctions.cpp"),
    ),
    Signature(
        id="mmdeploy-step-failed",
        title="a step of MMDeploy failed; its own error is before this line",
        patterns=("with Call id: <call:num> failed. exit.", "mmdeploy - ERROR - visualize <backend:word> model failed"),
        sample="mmdeploy - ERROR - `mmdeploy.backend.tensorrt.onnx2tensorrt.onnx2tensorrt` with Call id: 1 "
        "failed. exit.",
        cause="MMDeploy runs each step in a process and reports only that it ended.",
        does_not_mean="the GPU",
        fix="Read the first error before it, in the output of TensorRT or of Python.",
        role=Role.END,
        sources=("open-mmlab/mmdeploy#1904",),
    ),
    Signature(
        id="mmdeploy-plugin-assert",
        title="a TensorRT plugin of MMDeploy refuses its input",
        patterns=("#assertion/<file:word>csrc/backend_ops/tensorrt",),
        sample="#assertion/root/workspace/mmdeploy/csrc/backend_ops/tensorrt/batched_nms/trt_batched_nms.cpp,98",
        cause="The plugin checks the status of its kernel or the shapes of its tensors, and that failed: "
        "most often it was "
        "built for other GPUs, or there are more boxes than it takes.",
        does_not_mean="the driver",
        fix="Build MMDeploy's operators for this GPU (CMAKE_CUDA_ARCHITECTURES), and lower pre_top_k in the "
        "configuration.",
        sources=("open-mmlab/mmdeploy#134",),
    ),
    Signature(
        id="paddle-operator-failed",
        title="an operator of PaddlePaddle failed on the GPU; the CUDA error is in another line",
        patterns=("(Fatal) Operator <operator:word> raises an",),
        sample="SystemError: (Fatal) Operator conv2d raises an CUDA error",
        cause="Paddle wraps the first error; lines such as `CUDA error(209)` or `CUDNN error` next to it say which.",
        does_not_mean="the operator that is named",
        fix="Read the number of the error in the lines around it.",
        role=Role.HEADING,
        sources=("PaddlePaddle/Paddle paddle/fluid/framework/operator.cc",),
    ),
    Signature(
        id="program-on-cpu",
        title="the program says that it runs on the CPU",
        severity=Severity.WARNING,
        patterns=(
            "Using device_type cpu",
            "Using device_type CPU",
            "Using torch device: CPU",
            "Using torch device: cpu",
        ),
        sample=">> Using device_type CPU",
        cause="PyTorch sees no GPU: it is the build without CUDA, the driver is too old for it, or the CPU was chosen.",
        does_not_mean="a broken GPU",
        fix="See what PyTorch was built with and what it sees.",
        command="python -c 'import torch; print(torch.__version__, torch.cuda.is_available())'",
        sources=("invoke-ai/InvokeAI#1763",),
    ),
    Signature(
        id="git-no-checkout",
        title="a build asks git for its version outside a checkout",
        severity=Severity.NOTE,
        patterns=("fatal: not a git repository (or any of the parent directories)",),
        sample="fatal: not a git repository (or any of the parent directories): .git",
        cause="setup.py or CMake asks for a commit or for submodules; an archive of the sources has none.",
        does_not_mean="the failure, where another error follows",
        fix="Nothing, where the archive holds all sources; else clone the repository with --recursive.",
        sources=("Dao-AILab/flash-attention#559",),
    ),
    Signature(
        id="dataloader-worker-ended",
        title="a process that loads data for PyTorch ended",
        patterns=("RuntimeError: DataLoader worker (pid(s) <pids:text>) exited unexpectedly",),
        sample="RuntimeError: DataLoader worker (pid(s) 1234) exited unexpectedly",
        cause="The worker failed by itself: its own error is before this line, or it was killed for memory.",
        does_not_mean="the GPU",
        fix="Run once with num_workers=0: the error is then raised where it happens.",
        role=Role.END,
        sources=("pytorch/pytorch torch/utils/data/dataloader.py",),
    ),
    Signature(
        id="mmcv-release-refused",
        title="an OpenMMLab package does not take this MMCV",
        patterns=("MMCV==<here:word> is used but incompatible", "MMEngine==<here:word> is used but incompatible"),
        sample="AssertionError: MMCV==2.2.0 is used but incompatible. Please install mmcv>=2.0.0rc4, <2.2.0.",
        cause="The package tests the release of MMCV when it is imported, and this one is outside its range.",
        does_not_mean="CUDA or the GPU",
        fix="Install the MMCV that the line names, as a build for the PyTorch in use; or a newer release of "
        "the package.",
        command="mim install mmcv==2.1.0",
        sources=("open-mmlab/mmdetection mmdet/__init__.py",),
    ),
    Signature(
        id="gpu-opencl-missing",
        title="the program computes on GPUs through OpenCL, and finds no OpenCL device",
        patterns=("No OpenCL device found", "clGetPlatformIDs failed: PLATFORM_NOT_FOUND_KHR"),
        sample="lightgbm.basic.LightGBMError: No OpenCL device found",
        cause="The file that tells OpenCL of NVIDIA's driver is missing (/etc/OpenCL/vendors/nvidia.icd), or "
        "libnvidia-opencl is: a container without it, or a driver without its compute packages.",
        does_not_mean="CUDA, which may work",
        fix="Install the driver's compute package on the host; in an image write libnvidia-opencl.so.1 to "
        "/etc/OpenCL/vendors/nvidia.icd. LightGBM has a CUDA build, too (device_type=cuda).",
        command="clinfo",
        sources=("microsoft/LightGBM docs/GPU-Tutorial", "KhronosGroup/OpenCL-ICD-Loader README"),
    ),
    Signature(
        id="trt-object-not-made",
        title="TensorRT could not make its logger, builder or runtime",
        patterns=("TypeError: pybind11::init(): factory function returned nullptr",),
        sample="TypeError: pybind11::init(): factory function returned nullptr",
        cause="TensorRT starts CUDA when its first object is made, and that failed: no GPU is visible, the driver is "
        "too old, or another library had set an error before. Its own line about it is before this one.",
        does_not_mean="a wrong argument",
        fix="See what the driver says first; import and start TensorRT before other libraries that use the GPU.",
        command="cudacompat doctor",
        role=Role.END,
        sources=("NVIDIA/TensorRT#2187",),
    ),
    Signature(
        id="trt-engine-file-missing",
        title="a pipeline finds no engine file and builds one",
        patterns=("Deserialize engine failed because file path: <file:word> open error",),
        sample="ERROR: ../nvdsinfer/nvdsinfer_model_builder.cpp:1494 Deserialize engine failed because file path: "
        "/m.engine open error",
        cause="The engine that the configuration names is not there yet. DeepStream then builds it from the model, "
        "which takes minutes and needs a directory that it may write.",
        does_not_mean="a fault by itself, where the pipeline starts afterwards",
        fix="Wait for the build, keep the file that it names, and write its path to model-engine-file.",
        severity=Severity.WARNING,
        sources=("NVIDIA DeepStream SDK: Gst-nvinfer",),
    ),
)
