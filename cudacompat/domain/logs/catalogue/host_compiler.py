"""Lines of the host compiler and of the C library's headers under nvcc."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Signature

_CCBIN = "CMAKE_CUDA_HOST_COMPILER, CUDAHOSTCXX or NVCC_CCBIN"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="host-gcc-too-new",
        title="gcc is newer than this CUDA release supports (maximum: gcc {limit})",
        patterns=(
            "unsupported GNU version! gcc versions later than <limit:num> are not supported!",
            "unsupported GNU version! gcc <limit:num> and up are not supported!",
        ),
        sample="#error -- unsupported GNU version! gcc versions later than 13 are not supported! The nvcc flag "
        "'-allow-unsupported-compiler' can be used to override this version check",
        cause="crt/host_config.h of this toolkit accepts gcc up to {limit}, and the distribution's default is newer.",
        does_not_mean="the architecture. -allow-unsupported-compiler often only moves the failure into the headers.",
        fix="Install g++-{limit} and name it: " + _CCBIN + "; or use a newer CUDA release.",
        command="export NVCC_CCBIN=g++-{limit} CUDAHOSTCXX=g++-{limit}",
        sources=(
            "crt/host_config.h of CUDA 13.0",
            "ggml-org/llama.cpp#9205",
            "ollama/ollama#8809",
            "NVlabs/instant-ngp#1562",
        ),
    ),
    Signature(
        id="host-clang-unsupported",
        title="clang is outside the range that this CUDA release accepts",
        patterns=("unsupported clang version! clang version must be less than",),
        sample="#error -- unsupported clang version! clang version must be less than 21 and greater than 3.2 .",
        cause="crt/host_config.h of this toolkit accepts clang only within that range.",
        does_not_mean="the architecture",
        fix="Name an older clang or a g++: " + _CCBIN + "; or use a newer CUDA release.",
        sources=("crt/host_config.h of CUDA 13.0",),
    ),
    Signature(
        id="host-msvc-unsupported",
        title="this Visual Studio is newer or older than this CUDA release accepts",
        patterns=("unsupported Microsoft Visual Studio version!",),
        sample="#error -- unsupported Microsoft Visual Studio version! Only the versions between 2017 and 2022 "
        "(inclusive) are supported!",
        cause="crt/host_config.h checks _MSC_VER; a Visual Studio update can move it beyond the toolkit's range.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Install the v143 build tools, too, and choose them (-T v143, vcvarsall -vcvars_ver), or a newer CUDA.",
        sources=("crt/host_config.h of CUDA 13.5",),
    ),
    Signature(
        id="glibc-241-math",
        title="glibc 2.41 or newer and the headers of CUDA 12 declare the same functions differently",
        patterns=(
            "exception specification is incompatible with that of previous function <q>cospi<q>",
            "exception specification is incompatible with that of previous function <q>sinpi<q>",
            "exception specification is incompatible with that of previous function <q>cospif<q>",
            "exception specification is incompatible with that of previous function <q>sinpif<q>",
        ),
        sample="/usr/include/bits/mathcalls.h(79): error: exception specification is incompatible with that of "
        "previous "
        'function "cospi" (declared at line 2601 of /usr/local/cuda/include/crt/math_functions.h)',
        cause="glibc 2.41 declares cospi, sinpi and others with noexcept, and CUDA up to 12.9 without.",
        does_not_mean="gcc",
        fix="CUDA 13, a build container with an older glibc (Ubuntu 24.04), or noexcept added in crt/math_functions.h.",
        sources=("NVIDIA/cuda-samples#378", "LostRuins/koboldcpp#1521", "opencv/opencv#27111"),
    ),
    Signature(
        id="glibc-242-rsqrt",
        title="glibc 2.42 or later and the headers of CUDA before 13.2 declare rsqrt differently",
        patterns=(
            "exception specification is incompatible with that of previous function <q>rsqrt<q>",
            "exception specification is incompatible with that of previous function <q>rsqrtf<q>",
        ),
        sample="/usr/include/bits/mathcalls.h(206): error: exception specification is incompatible with that of "
        'previous function "rsqrt" (declared at line 629 of /usr/local/cuda-13.1/include/crt/math_functions.h)',
        cause="glibc 2.42 declares rsqrt and rsqrtf with noexcept; crt/math_functions.h of CUDA 12, 13.0 and 13.1 "
        "declares them without. CUDA 13.2 is the first release without the clash.",
        does_not_mean="gcc; the age of CUDA (13.0 has the same fault)",
        fix="Build with CUDA 13.2 or later, or in a container with an earlier glibc (Ubuntu 24.04, Debian 12).",
        sources=(
            "ggml-org/llama.cpp#23205",
            "llvm/llvm-project#185701",
            "crt/math_functions.h of nvidia-cuda-crt 13.1.115 and 13.2.86",
        ),
    ),
    Signature(
        id="host-float-types-undefined",
        title="the system's headers use a floating type that this nvcc does not know",
        patterns=(
            "floatn.h(<n:num>): error: invalid combination of type specifiers",
            "floatn-common.h(<n:num>): error: invalid combination of type specifiers",
            "identifier <q>_Float32<q> is undefined",
            "identifier <q>_Float64<q> is undefined",
            "identifier <q>_Float128<q> is undefined",
            "identifier <q>__bf16<q> is undefined",
        ),
        sample='/usr/include/x86_64-linux-gnu/bits/stdlib-float.h(26): error: identifier "_Float32" is undefined',
        cause="The C library or gcc is newer than the toolkit's front end.",
        does_not_mean="a mistake in the source that is compiled",
        fix="An older host compiler (" + _CCBIN + "), an older build container, or a newer CUDA release.",
        sources=(
            "davisking/dlib#2808",
            "gpufit/Gpufit#138",
        ),
    ),
    Signature(
        id="host-std-function-packs",
        title="gcc 11's std_function.h and CUDA 11 do not go together",
        patterns=("std_function.h:<...>error: parameter packs not expanded with '...'",),
        sample="/usr/include/c++/11/bits/std_function.h:435:145: error: "
        "parameter packs not expanded with \u2018...\u2019:",
        cause="The front end of CUDA 11.x cannot process gcc 11's header.",
        does_not_mean="a mistake in the source",
        fix="Use g++-10 as the host compiler (" + _CCBIN + "), or CUDA 12.",
        command="export NVCC_CCBIN=g++-10 CUDAHOSTCXX=g++-10",
        sources=(
            "NVIDIA/FasterTransformer#314",
            "NVlabs/tiny-cuda-nn#427",
        ),
    ),
    Signature(
        id="host-compiler-killed",
        title="the host compiler was killed: the machine ran out of memory",
        patterns=(
            "fatal error: Killed signal terminated program cc1plus",
            "c++: fatal error: Killed signal terminated",
        ),
        sample="c++: fatal error: Killed signal terminated program cc1plus",
        cause="The kernel's or the container's memory limit: too many compilers at once for this machine.",
        does_not_mean="the source",
        fix="Fewer jobs (-j2, MAX_JOBS=2, CARGO_BUILD_JOBS=2, CMAKE_BUILD_PARALLEL_LEVEL=2) or more memory.",
        command="export MAX_JOBS=2 CMAKE_BUILD_PARALLEL_LEVEL=2",
        sources=(
            "measured with g++ 12.2, cc1plus killed",
            "Anbeeld/beellama.cpp#80",
        ),
    ),
    Signature(
        id="cpu-illegal-instruction",
        title="the program uses CPU instructions that this machine does not have",
        patterns=(
            "process was signaled to shutdown with signal 4",
            "Worker (pid:<pid:num>) was sent SIGILL",
            "This version of jaxlib was built using AVX instructions",
            "(by signal 4)",
            "Illegal instruction (core dumped)",
            "terminated by signal SIGILL",
            "(signal: 4, SIGILL: illegal instruction)",
        ),
        sample="Illegal instruction (core dumped)",
        cause="The CPU code was compiled with -march=native on a machine with AVX2 or AVX512, or for a newer CPU than "
        "this one.",
        does_not_mean="the GPU: a wrong architecture is a CUDA error",
        fix="Build without -march=native, for the oldest CPU that has to run it.",
        sources=("measured with bash: a program that executes ud2",),
    ),
    Signature(
        id="host-none-supported",
        title="Debian's or Ubuntu's nvcc finds no host compiler that it takes",
        patterns=(
            "ERROR: No supported gcc/g++ host compiler found, but <clang:word> is available",
            "ERROR: No supported gcc/g++ host compiler found",
        ),
        sample="ERROR: No supported gcc/g++ host compiler found, but clang-14 is available.",
        cause="The distribution's package nvidia-cuda-toolkit wraps nvcc and looks for a g++ that its release takes "
        "(CUDA 12.0: up to 12); only a newer one is installed.",
        does_not_mean="a missing compiler; the GPU",
        fix="Install g++ of that release and name it; or the clang that the line names; or NVIDIA's own, newer "
        "toolkit.",
        command="sudo apt-get install g++-12 && export NVCC_CCBIN=/usr/bin/g++-12",
        sources=("huggingface/candle#2552",),
    ),
)
