"""Lines of programs that use PyTorch: torch.compile, Triton, distributed starts, packages that are not there."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

PROGRAMS: tuple[Signature, ...] = (
    Signature(
        id="torch-compile-failed",
        title="torch.compile could not compile a part of the program",
        patterns=(
            "BackendCompilerFailed: backend='<backend:word>' raised",
            "torch._dynamo.exc.BackendCompilerFailed",
            "torch._inductor.exc.InductorError",
            "torch._inductor.exc.CppCompileError",
            "torch._dynamo.exc.InternalTorchDynamoError",
            "LoweringException",
        ),
        sample="torch._dynamo.exc.BackendCompilerFailed: backend='inductor' raised:",
        cause="The same block names the compiler and its error; the error of Triton, gcc or ptxas is the reason.",
        does_not_mean="the program, which runs without torch.compile",
        fix="Read the last error of the block; TORCH_COMPILE_DISABLE=1 runs the program without it.",
        command="export TORCH_COMPILE_DISABLE=1",
        role=Role.HEADING,
        sources=("pytorch/pytorch#119054", "pytorch/pytorch#90178"),
    ),
    Signature(
        id="triton-launcher-failed",
        title="Triton could not compile its launcher with the host compiler",
        patterns=(
            "cuda_utils<+>failed to map segment from shared object",
            "Command '['<compiler:word>gcc', '<+>main.c'<+>'-lcuda'<+>returned non-zero exit status",
            "Command '['<compiler:word>', '<+>main.c'<+>'-lcuda'<+>returned non-zero exit status",
            "Command '['<compiler:word>', '<+>cuda_utils<+>returned non-zero exit status",
            "cuda_utils.c<q>, <+>returned non-zero exit status",
            "DLL load failed while importing cuda_utils",
        ),
        sample="subprocess.CalledProcessError: Command '['/usr/bin/gcc', '/tmp/tmpj/main.c', '-O3', "
        "'-I/usr/local/cuda/include', '-shared', '-fPIC', '-lcuda', '-o', '/tmp/tmpj/triton_.so']' returned non-zero "
        "exit status 1.",
        cause="Triton compiles a small C file at the start: it needs gcc, Python's headers and a libcuda.so to link "
        "with; gcc's own lines, if they are in the log, name which is missing.",
        does_not_mean="the GPU",
        fix="Install python3-dev and gcc; where `cannot find -lcuda` is printed, let LIBRARY_PATH "
        "name the directory of "
        "libcuda.so, or of the toolkit's stubs.",
        command="sudo apt-get install -y python3-dev build-essential",
        role=Role.HEADING,
        sources=("pytorch/pytorch#92745", "pytorch/pytorch#103417"),
    ),
    Signature(
        id="triton-not-installed",
        title="torch.compile finds no Triton that works",
        patterns=(
            "Cannot find a working triton installation",
            "TritonMissing: ",
            "RuntimeError: triton is not available",
            "A matching Triton is not available, some optimizations will not be enabled",
        ),
        sample="torch._inductor.exc.TritonMissing: Cannot find a working triton installation.",
        cause="On Windows PyTorch brings none; on Linux its release does not fit that of PyTorch, or conda did not "
        "install it.",
        does_not_mean="the GPU",
        fix="On Windows install triton-windows of the release that fits; on Linux reinstall PyTorch, which brings its "
        "own.",
        command="pip install triton",
        cases=(Case(when=("windows",), command="pip install triton-windows"),),
        sources=("pytorch/pytorch torch/_inductor/exc.py", "conda-forge/pytorch-cpu-feedstock#317"),
    ),
    Signature(
        id="torch-dist-connect",
        title="a rank could not reach the others at the start",
        patterns=(
            "The client socket has failed to connect to",
            "The client socket has timed out after",
            "The server socket has failed to listen on any local network address",
            "DistNetworkError",
            "DistStoreError: Timed out after",
            "RendezvousConnectionError",
            "RendezvousTimeoutError",
        ),
        sample="torch.distributed.DistNetworkError: The client socket has timed out after 60000ms while trying to "
        "connect to (10.0.0.1, 29500).",
        cause="MASTER_ADDR or MASTER_PORT is wrong, the port is in use or closed, or rank 0 ended before.",
        does_not_mean="NCCL; the GPU: no GPU was used yet",
        fix="Name an address and a free port that every host reaches; check that rank 0 runs.",
        role=Role.GENERAL,
        sources=("pytorch/pytorch torch/csrc/distributed/c10d/socket.cpp",),
    ),
    Signature(
        id="torch-build-for-cpu",
        title="the PyTorch that runs is a build for the CPU: it has no {op} for CUDA",
        patterns=("Could not run 'aten::<op:word>' with arguments from the 'CUDA' backend",),
        sample="Could not run 'aten::empty_strided' with arguments from the 'CUDA' backend.",
        cause="PyTorch's own operators have CUDA code in every build for CUDA. The program asks for the GPU, and the "
        "library that it loaded is the one for the CPU: its package was installed, or found first.",
        does_not_mean="the GPU; the driver; the model",
        fix="Install the build for CUDA in place of the one for the CPU (in Java pytorch-native-cu… for the same "
        "version, in .NET libtorch-cuda-…, in Python a wheel of a cu index), and delete cached native libraries.",
        command="pip install --upgrade torch --index-url https://download.pytorch.org/whl/{wheel}",
        distinct=("op",),
        sources=("deepjavalibrary/djl#1512", "deepjavalibrary/djl#1618"),
    ),
    Signature(
        id="nvfuser-not-loaded",
        title="PyTorch runs without nvFuser, which did not load",
        severity=Severity.NOTE,
        patterns=("Loading nvfuser library failed with",),
        sample="Warning: Loading nvfuser library failed with: error in LoadLibrary for nvfuser_codegen.dll. WinError "
        "126: The specified module could not be found.",
        cause="nvFuser joins kernels of TorchScript. Windows builds and others leave its library out, and PyTorch uses "
        "its own kernels.",
        does_not_mean="an error; a missing driver",
        fix="Nothing to do.",
        sources=("dotnet/TorchSharp#1041",),
    ),
    Signature(
        id="torch-op-not-for-gpu",
        title="an extension was built without its CUDA part",
        patterns=(
            "is not compiled with CUDA",
            "not compiled with CUDA support",
            "Could not run '<op:word>' with arguments from the 'CUDA'",
            "is not compiled with GPU support",
            "was not compiled with GPU support",
            "RuntimeError: Not compiled with CUDA support",
            "compiled without CUDA support",
        ),
        sample="NotImplementedError: Could not run 'torch_sparse::spmm' with arguments from the 'CUDA' backend.",
        cause="The extension's wheel is the one for the CPU, or it was built where no nvcc or no GPU was visible.",
        does_not_mean="the GPU",
        fix="Install the extension's wheel for this PyTorch and CUDA, or build it with FORCE_CUDA=1 and "
        "TORCH_CUDA_ARCH_LIST set.",
        command="export FORCE_CUDA=1",
        sources=("pyg-team/pytorch_geometric#8321", "facebookresearch/detectron2 INSTALL.md"),
    ),
    Signature(
        id="torch-op-not-for-type",
        title="PyTorch has no code of {op} for {type}",
        patterns=(
            "RuntimeError: \"<op:word>\" not implemented for '<type:(BFloat16|Half|Float8*|ComplexHalf|Short|Bool)>'",
        ),
        sample="RuntimeError: \"_amp_foreach_non_finite_check_and_unscale_cuda\" not implemented for 'BFloat16'",
        cause="The operation exists for other number formats: gradients in bfloat16 need no GradScaler, and old "
        "releases lack many operations for it.",
        does_not_mean="missing code for the GPU",
        fix="Train in float16 with the scaler or in bfloat16 without it (fp16=True or bf16=True, not both), or convert "
        "the tensor before the operation; a newer PyTorch has more of them.",
        role=Role.GENERAL,
        sources=("mlabonne/llm-course#40",),
    ),
    Signature(
        id="flash-attn-left-out",
        title="a server runs without FlashAttention, which is not installed or not for this GPU",
        severity=Severity.WARNING,
        patterns=("Unable to use Flash Attention V2", "install flash attention v2 with"),
        sample="WARN text_generation_launcher: Unable to use Flash Attention V2: Flash Attention V2 is not installed.",
        cause="The server has another attention and uses it: slower, and not for every model.",
        does_not_mean="the reason that a shard did not start",
        fix="Use the project's image, which has the package, or install the wheel that fits PyTorch and Python.",
        sources=("huggingface/text-generation-inference#814",),
    ),
    Signature(
        id="flash-attn-not-installed",
        title="the program asks for FlashAttention, and it is not installed or does not load",
        patterns=(
            "packages that were not found in your environment: flash_attn",
            "NameError: name "
            "'<name:(FlashSelfAttention|FlashAttention|flash_attn_func|flash_attn_varlen_func)>' is not "
            "defined",
            "FlashAttention2 has been toggled on, but it cannot be used due to the following error",
            "the package flash_attn seems to be not installed",
            "No module named 'flash_attn<part:word>'",
            "No module named 'flash_attn'",
            "Flash Attention 2 is not available on CPU",
            "flash_attn is not installed",
        ),
        sample="ImportError: FlashAttention2 has been toggled on, but it cannot be used due to the following error: "
        "the package flash_attn seems to be not installed.",
        cause="flash-attn has no wheel on PyPI: it is built at the installation, which needs nvcc and hours, or a "
        "wheel of the project's releases that fits PyTorch, Python and the C++ ABI.",
        does_not_mean="the GPU, which can run the model",
        fix="Use attn_implementation='sdpa', which needs no package, or install the wheel that fits.",
        command="pip install flash-attn --no-build-isolation",
        sources=("huggingface/transformers src/transformers/modeling_utils.py", "Dao-AILab/flash-attention#854"),
    ),
    Signature(
        id="torch-no-nvcc-for-jit",
        title="a kernel is compiled at run time, and there is no nvcc",
        patterns=(
            "Could not find nvcc and default cuda_home",
            "Could not find nvcc. Please set CUDA_HOME",
            "RuntimeError: Could not find CUDA_HOME",
            "nvcc not found. Please install CUDA toolkit",
        ),
        sample="RuntimeError: Could not find nvcc and default cuda_home='/usr/local/cuda' doesn't exist",
        cause="FlashInfer, DeepGEMM and others compile for the GPU at the first use; runtime images have no toolkit.",
        does_not_mean="the GPU",
        fix="Take a devel image or install the toolkit's compiler, with CUDA_HOME set; or install the package's "
        "compiled kernels (flashinfer-jit-cache, flashinfer-cubin).",
        command="export CUDA_HOME=/usr/local/cuda",
        sources=("flashinfer-ai/flashinfer flashinfer/jit/cpp_ext.py",),
    ),
    Signature(
        id="torch-internal-assert",
        title="a check of PyTorch's own failed",
        patterns=("INTERNAL ASSERT FAILED at <file:text>", "please report a bug to PyTorch"),
        sample='RuntimeError: !grad_accumulator_.expired() INTERNAL ASSERT FAILED at "saved_variable.cpp":226, please '
        "report a bug to PyTorch.",
        cause="PyTorch met a state that it does not expect: often packages of two releases, a process that was forked "
        "after CUDA started, or (NVML_SUCCESS) a driver library that is not visible.",
        does_not_mean="the GPU",
        fix="Install PyTorch and its companions of one release; NVML_SUCCESS: reload the driver or reboot.",
        role=Role.GENERAL,
        sources=("axolotl-ai-cloud/axolotl#1153",),
    ),
    Signature(
        id="ninja-build-failed",
        title="ninja could not compile kernels at run time",
        patterns=("RuntimeError: Ninja build failed", "Ninja build failed. Ninja output"),
        sample="RuntimeError: Ninja build failed. Ninja output:",
        cause="The compiler's own output is below the line.",
        does_not_mean="a missing ninja",
        fix="Read the first `error` or `fatal` of its output.",
        role=Role.HEADING,
        sources=("flashinfer-ai/flashinfer flashinfer/jit/cpp_ext.py",),
    ),
    Signature(
        id="half-precision-needs-gpu",
        title="the trainer's precision needs a GPU that it does not see or that lacks it",
        patterns=(
            "Your setup doesn't support bf16/gpu",
            "bf16 mixed precision requires PyTorch",
            "--tf32 requires Ampere or a newer GPU arch",
            "requires Ampere or a newer GPU arch, cuda>=11",
        ),
        sample="ValueError: Your setup doesn't support bf16/gpu. You need torch>=1.10, using Ampere GPU with "
        "cuda>=11.0",
        cause="bfloat16 and TF32 need compute capability 8.0; and the same is said where torch sees no GPU at all.",
        does_not_mean="too little memory",
        fix="Below 8.0 train with fp16 in place of bf16 and without tf32. Where torch.cuda.is_available() is False, "
        "mend that first.",
        command="python -c 'import torch; print(torch.cuda.is_available(), torch.__version__, "
        "torch.cuda.get_device_capability())'",
        sources=("huggingface/transformers src/transformers/training_args.py",),
    ),
    Signature(
        id="nccl-not-built",
        title="this PyTorch has no NCCL",
        patterns=("Distributed package doesn't have NCCL built in",),
        sample="RuntimeError: Distributed package doesn't have NCCL built in",
        cause="NCCL is for Linux with CUDA: builds for Windows, for the CPU and for macOS have none, nor have those of "
        "JetPack before 6.",
        does_not_mean="a missing GPU",
        fix="Start with the backend gloo, or in WSL or Linux with a build for CUDA. A single GPU needs no process "
        "group.",
        cases=(
            Case(
                when=("windows",),
                fix="Windows has no NCCL: start with the backend gloo, or run the program in WSL.",
            ),
        ),
        sources=("pytorch/pytorch torch/distributed/distributed_c10d.py",),
    ),
)
