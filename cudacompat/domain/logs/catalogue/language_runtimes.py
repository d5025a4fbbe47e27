"""What the run times of other languages print where CUDA's libraries do not load: Java, .NET, R, Julia, Node.js."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

_JULIA = "JuliaGPU/CUDA.jl"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="native-library-not-loaded",
        title="a native library did not load: it, or a library that it needs, is missing",
        patterns=(
            "UnsatisfiedLinkError: <library:text>: Can't find dependent libraries",
            "UnsatisfiedLinkError: Unable to load library '<library:text>'",
            "UnsatisfiedLinkError: no <library:word> in java.library.path",
            "UnsatisfiedLinkError: Could not load library",
            "UnsatisfiedLinkError: <library:text>: ",
            "Error while loading native library '<library:text>'",
            "DllNotFoundException: Unable to load shared library '<library:text>'",
            "DllNotFoundException: Unable to load DLL '<library:text>'",
            "DllNotFoundException: <library:text>",
            "BadImageFormatException: ",
            "Error: Cannot find module '<library:word>.node'",
            "ERR_DLOPEN_FAILED",
            "Failed to load LLM engine from path",
        ),
        sample="Caused by: java.lang.UnsatisfiedLinkError: C:\\cache\\gpu_math.dll: Can't find dependent libraries",
        cause="The package has its native library, and the loader does not find one that this needs: the CUDA or cuDNN "
        "release that the package was built for is not installed or not on the search path, or the package of the "
        "native part for this system is missing.",
        does_not_mean="the GPU; a missing file of this name",
        fix="Install the CUDA and cuDNN release that the package names, put their directories on "
        "PATH (LD_LIBRARY_PATH on "
        "Linux), and add the package's native part for this system. `ldd FILE` shows what is missing on Linux.",
        role=Role.GENERAL,
        sources=("deepjavalibrary/djl#3740", "deeplearning4j/deeplearning4j#8221", "langchain4j/langchain4j#1093"),
    ),
    Signature(
        id="julia-gpu-unsupported",
        title="this CUDA.jl does not fully support the GPU",
        patterns=(
            "is not fully supported by CUDA <version:ver>",
            "does not support the compute capability of your GPU",
            "Your <gpu_name:text> GPU does not meet the minimal required compute capability",
        ),
        sample="Warning: Your NVIDIA GeForce GTX 1080 GPU (compute capability 6.1) is not fully supported by CUDA "
        "13.0.0.",
        cause="The CUDA release that CUDA.jl chose, the newest that the driver takes, has dropped this GPU, or the "
        "CUDA.jl is older than the GPU.",
        does_not_mean="the driver",
        fix='For an old GPU choose the last release with it: CUDA.set_runtime_version!(v"12.8"), then restart Julia. '
        "For a new GPU update CUDA.jl.",
        sources=(f"{_JULIA}#3187",),
    ),
    Signature(
        id="julia-ptxas-failed",
        title="ptxas failed under Julia",
        patterns=(
            "Failed to compile PTX code (ptxas exited with code",
            "Failed to compile PTX code",
        ),
        sample="ERROR: Failed to compile PTX code (ptxas exited with code 255)",
        cause="CUDA.jl generated PTX that its ptxas refuses, or ptxas itself crashed (3221225477 is an access outside "
        "memory): its own lines after this one say which.",
        does_not_mean="a broken GPU",
        fix="Update CUDA.jl and Julia; try the CUDA release before with CUDA.set_runtime_version!.",
        role=Role.HEADING,
        sources=(f"{_JULIA}#1601", f"{_JULIA}#2844"),
    ),
    Signature(
        id="julia-no-cuda",
        title="CUDA.jl found no working driver or toolkit",
        patterns=(
            "CUDA driver not functional",
            "CUDA driver not found",
            "CUDA runtime not found",
            "CUDA.jl was unable to find",
            "Could not find a suitable CUDA installation",
            "CUDA.jl did not find a CUDA",
            "CUDA toolkit at <...> doesn't contain <part:word>",
            "This functionality is unavailable as CUDA_Runtime_jll",
            "could not load symbol <q>cuDriverGetVersion<q>",
            "could not load symbol <q>cuInit<q>",
        ),
        sample="ERROR: CUDA driver not functional",
        cause="No NVIDIA driver is loaded, it is older than CUDA.jl takes, the container was started without the GPU, "
        "or CUDA.jl was precompiled where no driver was.",
        does_not_mean="a missing CUDA Toolkit: CUDA.jl downloads its own",
        fix="Let nvidia-smi run in the same shell; then CUDA.versioninfo() shows what CUDA.jl sees. Where it was "
        "precompiled without a GPU, name the release: CUDA.set_runtime_version!.",
        command="nvidia-smi",
        role=Role.CHAIN_END,
        sources=("JuliaGPU/CUDAnative.jl#530", "https://cuda.juliagpu.org/stable/installation/troubleshooting/"),
    ),
    Signature(
        id="julia-cuda-not-used",
        title="this Julia package does not know the driver's CUDA {found}, and uses the CPU",
        severity=Severity.WARNING,
        patterns=("CUDA version <found:ver> in <file:word> not supported with this version of <package:word>",),
        sample="Warning: CUDA version 13.0.0 in /lib/aarch64-linux-gnu/libcuda.so.1 not supported with this version of "
        "Reactant (min supported: 12.6)",
        cause="The package picks its libraries by the driver's CUDA, and has none for this one: the driver is of a "
        "later major release than the package.",
        does_not_mean="a driver that is too old, although the line names a least release",
        fix="Update the package, or install a driver of the major release that it has libraries for.",
        command="nvidia-smi",
        sources=("EnzymeAD/Reactant.jl#1699",),
    ),
    Signature(
        id="cgo-name-unknown",
        title="cgo finds no {name} in the C headers",
        patterns=("could not determine kind of name for C.<name:word>",),
        sample="addressing.go:57:8: could not determine kind of name for C.CUmem_advise",
        cause="The headers of this CUDA or cuDNN release have no such name, or they were not found: then a line before "
        "it says which header is missing.",
        does_not_mean="the Go code's syntax; the GPU",
        fix="Install the CUDA and cuDNN release that the Go package was written for with its headers, and name their "
        "directories in CGO_CFLAGS and CGO_LDFLAGS.",
        after=("nvcc-no-cuda-headers", "header-missing"),
        sources=("gorgonia/cu#37", "gorgonia/cu#61"),
    ),
    Signature(
        id="julia-launch-limit",
        title="a launch has more threads than this kernel can have on the GPU",
        patterns=(
            "Number of threads per block exceeds kernel limit",
            "Number of threads in x-dimension exceeds device limit",
            "Number of threads per block exceeds device limit",
        ),
        sample="ERROR: Number of threads per block exceeds kernel limit (640 > 512).",
        cause="The compiled kernel needs so many registers that fewer threads fit than the program asks for.",
        does_not_mean="a missing architecture",
        fix="Take the number of threads from launch_configuration(kernel.fun), or give maxregs to @cuda.",
        sources=("https://cuda.juliagpu.org/stable/api/kernel/",),
    ),
    Signature(
        id="julia-invalid-ir",
        title="Julia could not turn a function into code for the GPU",
        patterns=(
            "InvalidIRError: compiling",
            "Reason: unsupported call to",
            "KernelError: passing and using non-bitstype",
        ),
        sample="ERROR: InvalidIRError: compiling MethodInstance for gpu_f!(::CuDeviceVector{Float32, 1}) resulted in "
        "invalid LLVM IR",
        cause="The function calls something that exists on the processor only, or its types are not known when it is "
        "compiled.",
        does_not_mean="the GPU; the driver",
        fix="The lines `Reason:` below name the call: replace it, or make the types concrete (@device_code_warntype).",
        sources=("https://cuda.juliagpu.org/stable/tutorials/custom_structs/",),
    ),
    Signature(
        id="julia-kernel-exception",
        title="a kernel of Julia threw an exception",
        patterns=(
            "a exception was thrown during kernel execution",
            "KernelException: exception thrown during kernel execution",
        ),
        sample="ERROR: a exception was thrown during kernel execution.",
        cause="The kernel's own code failed: an index outside an array, a number that does not convert (a complex one "
        "into a real array), or an assertion.",
        does_not_mean="the driver; the GPU",
        fix="Start Julia with -g2: it then names the place in the kernel.",
        command="julia -g2",
        sources=("JuliaGPU/CUDA.jl#2341",),
    ),
)
