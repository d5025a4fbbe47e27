"""Kernels that were built for another GPU than they run on, PTX that ptxas refuses, and sources that it cannot take."""

from __future__ import annotations

from cudacompat.domain.logs.signature import GpuMeaning, Role, Signature

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="cutlass-arch-conditional",
        title="a CUTLASS kernel was built without the suffix that its instructions need (sm_90a, sm_100a)",
        patterns=(
            "Arch conditional MMA instruction used without targeting appropriate compute capability",
            "Arch conditional <...>used without targeting appropriate compute capability",
        ),
        sample="ERROR : Arch conditional MMA instruction used without targeting appropriate compute capability. "
        "Aborting.",
        cause="The instruction exists for architecture-specific targets alone. The library was built for the plain "
        "number (9.0 in place of 9.0a), and the kernel's body is this message.",
        does_not_mean="a broken GPU; an old driver",
        fix="Build the library with the suffix in its list: CMAKE_CUDA_ARCHITECTURES=90a or -gencode "
        "arch=compute_90a,code=sm_90a; for data center Blackwell 100a.",
        sources=("NVIDIA/cutlass include/cutlass/arch/config.h", "NVIDIA/cutlass include/cute/arch/mma_sm90_gmma.hpp"),
    ),
    Signature(
        id="cutlass-kernel-failed",
        title="a CUTLASS kernel could not be launched",
        patterns=(
            "Got cutlass error: Error Internal",
            "cutlass error: Error Internal",
            "CUTLASS_CHECK failed",
            "cutlass error: Error Invalid Problem",
            "Got cutlass error: Error Invalid Problem",
            "Error Internal at: <line:num>",
        ),
        sample="RuntimeError: Got cutlass error: Error Internal at: 309",
        cause="The launch failed inside CUTLASS: the library has no code for this GPU, the kernel needs more shared "
        "memory than the GPU has, or the shapes do not fit the kernel.",
        does_not_mean="a full GPU memory",
        fix="See what the library was built for: cudacompat check FILE --gpu {gpu}. Where the GPU is in it, take "
        "another backend or another quantization for these shapes.",
        command="cudacompat check FILE --gpu {gpu}",
        gpu=GpuMeaning.NO_IMAGE,
        sources=("NVIDIA/cutlass include/cutlass/cutlass.h", "NVIDIA/cutlass tools/util"),
    ),
    Signature(
        id="trtllm-arch-unsupported",
        title="the quantization kernels have no layout of weights for this GPU",
        patterns=("Assertion failed: Unsupported Arch (", "Unsupported Arch (<file:text>cutlass_preprocessors"),
        sample="RuntimeError: [TensorRT-LLM][ERROR] Assertion failed: Unsupported Arch "
        "(/src/cutlass_preprocessors.cpp:147)",
        cause="Weight-only quantization (int8, int4, AWQ) in the kernels that TensorRT-LLM, FasterTransformer and EETQ "
        "share is for 7.0 and newer; GPUs of 6.x have none, and copies of that time know nothing of 9.0 and later.",
        does_not_mean="a build for too few architectures",
        fix="Build the engine in float16 without weight-only quantization, or use another server on such a GPU.",
        sources=("Tlntin/Qwen-TensorRT-LLM#15", "NVIDIA/TensorRT-LLM cutlass_preprocessors.cpp"),
    ),
    Signature(
        id="ptxas-refuses-ptx",
        title="ptxas refuses an instruction of the PTX that it was given",
        patterns=(
            "error : Rounding modifier required for instruction '<instruction:text>'",
            "error : Illegal modifier '<modifier:text>' for instruction '<instruction:text>'",
            "error : Arguments mismatch for instruction '<instruction:text>'",
            "error : Unexpected instruction types specified for '<instruction:text>'",
            "error : Not a name of any known instruction: '<instruction:text>'",
            "error : Unknown modifier '<modifier:text>'",
        ),
        sample="ptxas /tmp/a, line 120; error : Rounding modifier required for instruction 'cvt'",
        cause="A compiler (Triton, XLA, LLVM) wrote PTX for another GPU or another release of PTX than this ptxas "
        "takes: a conversion or a type that this architecture does not have.",
        does_not_mean="the driver; a broken installation",
        fix="Update the program that wrote the PTX, with the ptxas it brings; until then turn that kernel off (XLA: "
        "--xla_gpu_enable_triton_gemm=false).",
        command="export XLA_FLAGS=--xla_gpu_enable_triton_gemm=false",
        sources=("jax-ml/jax#15900", "ptxas 12.8 (text)"),
    ),
    Signature(
        id="ptxas-option-unknown",
        title="ptxas does not know an option that it was given: {option}",
        patterns=("ptxas fatal : Unknown option '<option:text>'", "nvlink fatal : Unknown option '<option:text>'"),
        sample="ptxas fatal   : Unknown option 'fmad-all'",
        cause="A compiler calls a ptxas of another release than it was written for: the first on PATH, or the one that "
        "TRITON_PTXAS_PATH or CUDA_HOME names. Or -Xptxas passes an option of nvcc.",
        does_not_mean="the GPU",
        fix="Let each compiler use the ptxas it came with (unset TRITON_PTXAS_PATH), and take the option out "
        "of -Xptxas "
        "and -Xcuda-ptxas.",
        command="ptxas --version",
        sources=("ptxas 12.8 (run)",),
    ),
    Signature(
        id="nvlink-register-count",
        title="kernels and device functions that are linked have different limits of registers",
        patterns=("nvlink error : entry function '<kernel:text>' with max regcount of <most:num> calls function",),
        sample="nvlink error   : entry function '_Z1kv' with max regcount of 64 calls function '_Z1fv' with regcount "
        "of 72",
        cause="Relocatable device code: a function of another file was compiled with more registers than the "
        "kernel that "
        "calls it may use (-maxrregcount or __launch_bounds__).",
        does_not_mean="too few registers of the GPU",
        fix="Compile all files that are linked together with the same -maxrregcount, or take __launch_bounds__ away.",
        sources=("CUDA Compiler Driver NVCC: Using Separate Compilation",),
    ),
    Signature(
        id="atomic-defined-twice",
        title="a source defines atomicAdd for double, which CUDA has since 6.0",
        patterns=(
            'function "atomicAdd(double *, double)" has already been defined',
            '"atomicAdd" has already been defined',
            'function "atomicAdd(__half *, __half)" has already been defined',
            "cannot overload functions distinguished by return type alone<+>atomicAdd",
        ),
        sample='a.cu(12): error: function "atomicAdd(double *, double)" has already been defined',
        cause="Its own version was needed below 6.0 alone; the toolkit declares one for every newer target.",
        does_not_mean="a wrong toolkit",
        fix="Put the definition between `#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 600` and `#endif`, or "
        "update the "
        "package, which has done so.",
        sources=("CUDA C++ Programming Guide: Atomic Functions",),
    ),
    Signature(
        id="msvc-option-of-gcc",
        title="Microsoft's compiler gets an option of gcc: {option}",
        patterns=(
            "error D8021 : invalid numeric argument '<option:text>'",
            "error D8016 : '<option:text>' and '<other:text>' command-line options are incompatible",
            "error D8004 : '<option:text>' requires an argument",
        ),
        sample="cl : Command line error D8021 : invalid numeric argument '/Wno-attributes'",
        cause="setup.py or CMakeLists.txt passes gcc's options (-Wno-…) to every compiler; cl reads /W as the level of "
        "warnings and wants a number.",
        does_not_mean="CUDA or the GPU",
        fix="Remove the option for Windows in the build file, take a wheel for Windows, or build in WSL.",
        role=Role.GENERAL,
        sources=("nerfstudio-project/gsplat#809", "Microsoft: Command-Line Error D8021"),
    ),
    Signature(
        id="nvcc-refuses-msvc-headers",
        title="nvcc's front end cannot read Microsoft's header {header}",
        patterns=("\\VC\\Tools\\MSVC\\<version:ver>\\include\\<header:word>(<line:num>): error:",),
        sample=r'C:\VS\VC\Tools\MSVC\14.29.30037\include\xutility(1309): error : expected a "(" [G:\x\a.vcxproj]',
        cause="The release of MSVC and the release of CUDA do not fit: CUDA 11.6 and older stumble over "
        "headers of some "
        "updates of Visual Studio, and each CUDA takes none newer than it knows.",
        does_not_mean="a broken source of the project; the GPU",
        fix="Update CUDA, or select an older MSVC toolset (vcvarsall.bat x64 -vcvars_ver=14.29, in CMake -T "
        "version=14.29).",
        role=Role.GENERAL,
        sources=("NVlabs/instant-ngp#288", "NVlabs/instant-ngp#48"),
    ),
    Signature(
        id="thrust-name-missing",
        title="a source uses a name of Thrust or CUB whose header it does not include: {name}",
        patterns=(
            "error C2039: '<name:word>': is not a member of 'thrust'",
            "error C2039: '<name:word>': is not a member of 'cub'",
            'namespace "thrust" has no member "<name:word>"',
            'namespace "cub" has no member "<name:word>"',
        ),
        sample="a.cu(7): error C2039: 'copy': is not a member of 'thrust'",
        cause="Newer releases of CCCL (CUDA 12.8 and 13) no longer include one header of Thrust in another, and have "
        "removed names that were deprecated.",
        does_not_mean="a missing toolkit",
        fix="Include the header of that name (thrust/copy.h, cub/cub.cuh), or update the package; CUDA 12.6 "
        "still takes "
        "the old source.",
        sources=("NVIDIA/cccl docs: CCCL 2.x to 3.0 migration guide",),
    ),
    Signature(
        id="cmake-compiler-not-found",
        title="a compiler that CMake was given does not exist: {compiler}",
        patterns=(
            "The CMAKE_CXX_COMPILER: <compiler:word> is not a full path to an existing compiler tool",
            "The CMAKE_C_COMPILER: <compiler:word> is not a full path to an existing compiler tool",
            "The CMAKE_CUDA_HOST_COMPILER: <compiler:word> is not a full path to an existing compiler tool",
            "is not a full path to an existing compiler tool",
        ),
        sample="CMake Error at CMakeLists.txt:36 (project):\n  The CMAKE_CXX_COMPILER:\n\n    "
        "/usr/bin/g++-99\n\n  is not a "
        "full path to an existing compiler tool.",
        cause="CC, CXX, CUDAHOSTCXX or the cache of an earlier configuration names a program that is not there.",
        does_not_mean="a missing CUDA toolkit",
        fix="Correct the name or install that compiler, and configure into an empty directory.",
        role=Role.GENERAL,
        sources=("colmap/colmap#2048", "Kitware/CMake Modules/CMakeDetermineCompiler.cmake"),
    ),
    Signature(
        id="cuda-home-is-a-list",
        title="CUDA_HOME is a list of directories, and has to be one",
        patterns=(
            ": :/usr/local/cuda/bin/nvcc: not found",
            ": :/usr/local/cuda-<release:ver>/bin/nvcc: not found",
            ": :/usr/local/cuda-<release:ver>:/usr/local/cuda<rest:word>: not found",
        ),
        sample="/bin/sh: 1: :/usr/local/cuda/bin/nvcc: not found",
        cause="It was set as PATH is (CUDA_HOME=$CUDA_HOME:/usr/local/cuda), and programs append /bin/nvcc to it.",
        does_not_mean="a toolkit that is not installed",
        fix="Name one directory, without a colon.",
        command="export CUDA_HOME=/usr/local/cuda",
        sources=("facebookresearch/detectron2#1991",),
    ),
)
