"""Lines of compilers about CUDA source that does not fit the toolkit or the target."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.words.finding import Severity

_NOTES_13 = "https://docs.nvidia.com/cuda/archive/13.0.0/cuda-toolkit-release-notes/index.html"
_NOTES_12 = "https://docs.nvidia.com/cuda/archive/12.0.0/cuda-toolkit-release-notes/index.html"
_CCCL = "https://nvidia.github.io/cccl/cccl/3.0_migration_guide.html"
_GUIDE = "https://docs.nvidia.com/cuda/cuda-c-programming-guide/"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="cccl-dialect",
        title="{library} of this toolkit requires C++17, and the build uses an earlier standard",
        patterns=(
            "<library:(CUB|Thrust|libcu*)> requires at least C++17",
            "<library:(CUB|Thrust|libcu*)> requires C++17",
            "<library:(CUB|Thrust|libcu*)> requires at least C++<std:num>",
            "libcu++ requires at least C++ <std:num>",
        ),
        sample="/usr/local/cuda/include/cccl/cub/util_cpp_dialect.cuh:104:4: error: #error CUB requires at least "
        "C++17.",
        cause="CUDA 13 brings CCCL 3, whose Thrust, CUB and libcu++ require C++17; CUDA 12 accepted C++14 (with a "
        "warning). The build passes -std=c++11 or c++14, or nothing to an old host compiler.",
        does_not_mean="a missing architecture",
        fix="Build with -std=c++17 (CMake: CMAKE_CUDA_STANDARD=17 and CMAKE_CXX_STANDARD=17), or stay with CUDA 12.",
        command="cmake -B build -DCMAKE_CUDA_STANDARD=17 -DCMAKE_CXX_STANDARD=17",
        sources=("NVIDIA/cccl cub/cub/util_cpp_dialect.cuh", _CCCL),
    ),
    Signature(
        id="atomic-double-below-60",
        title="atomicAdd for double needs 6.0, and the list has a lower target",
        patterns=(
            'no instance of overloaded function "atomicAdd" matches the argument list<+>argument types are: (double *, '
            "double)",
            'no instance of overloaded function "atomicAdd" matches the argument list<+>argument types are: (double *, '
            "const double)",
        ),
        sample='kernel.cu(12): error: no instance of overloaded function "atomicAdd" matches the argument list\n'
        "            argument types are: (double *, double)",
        cause="Double precision atomicAdd exists from 6.0 on. Without an architecture nvcc of CUDA 11 and 12 compiles "
        "for 5.2.",
        does_not_mean="the GPU: the target of the build decides",
        fix="Give the build the GPU's architecture (6.0 or higher), or guard a replacement with __CUDA_ARCH__ < 600.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=(f"{_GUIDE} (atomicAdd)", "measured with nvcc 12.8: sm_52"),
    ),
    Signature(
        id="atomic-half-below-70",
        title="atomicAdd for half types needs 7.0 (__half) or 8.0 (bfloat16)",
        patterns=(
            'no instance of overloaded function "atomicAdd" matches the argument list<+>argument types are: '
            "(<type:(half|__half|__nv_bfloat16|__half2*|__nv_bfloat162)> *",
            'no instance of overloaded function "atomicAdd" matches the argument list<+>argument types are: '
            "(c10::Half *",
        ),
        sample='kernel.cu(12): error: no instance of overloaded function "atomicAdd" matches the argument list\n'
        "            argument types are: (__half *, __half)",
        cause="The function exists only for targets from 7.0 (__half) or 8.0 (__nv_bfloat16), and the list has a lower "
        "one.",
        does_not_mean="the age of the toolkit",
        fix="Remove the lower targets from the list, or guard the code with __CUDA_ARCH__.",
        sources=(f"{_GUIDE} (atomicAdd)",),
    ),
    Signature(
        id="half-operators-below-53",
        title="arithmetic of __half needs 5.3, and the list has a lower target (or the operators are switched off)",
        patterns=(
            'more than one operator "<op:word>" matches these operands<+>__half',
            'no operator "<op:word>" matches these operands<+>operand types are: __half',
            'identifier "__hfma2" is undefined',
            'identifier "__hadd2" is undefined',
            'identifier "__hmul2" is undefined',
            'identifier "hexp" is undefined',
        ),
        sample='kernel.cu(30): error: no operator "+" matches these operands\n'
        "            operand types are: __half + __half",
        cause="cuda_fp16.h declares the operators for 5.3 and higher only, and not at all with "
        "__CUDA_NO_HALF_OPERATORS__, which PyTorch's build helper defines.",
        does_not_mean="the GPU, which has half precision",
        fix="Remove targets below 5.3 from the list; for extensions undefine __CUDA_NO_HALF_OPERATORS__ "
        "(-U__CUDA_NO_HALF_OPERATORS__).",
        sources=("cuda_fp16.h of CUDA 12.8 and 13.0",),
    ),
    Signature(
        id="bf16-needs-80",
        title="bfloat16 code is compiled for a target below 8.0",
        patterns=(
            "error: expression must be a pointer to a complete object type<+>__nv_bfloat16",
            "error: no instance of function template <...>matches the argument list<+>(__nv_bfloat16",
            "error: no instance of overloaded function <...>matches the argument list<+>(__nv_bfloat16",
            'error: no suitable constructor exists to convert from "<...>" to "__nv_bfloat16"',
            'error: no suitable user-defined conversion from "<...>__nv_bfloat16<...>" to "<...>" exists',
            'more than one operator "<op:word>" matches these operands<+>__nv_bfloat16',
            'no operator "<op:word>" matches these operands<+>__nv_bfloat16',
            'error: identifier "__nv_bfloat16" is undefined',
            'error: identifier "__hmax_nan" is undefined',
            'error: identifier "__hmin_nan" is undefined',
        ),
        sample="src\\cast.cu(92): error: expression must be a pointer to a complete object type\n"
        '          detected during instantiation of "void cast_through<S,T,I>(size_t, size_t, const size_t *, const '
        "S *, "
        'T *) [with S=__nv_bfloat16, T=int32_t, I=float]" at line 187',
        cause="The source uses bfloat16 arithmetic without a guard, and the target is below 8.0 (7.5: RTX 20, T4; 6.1: "
        "GTX 10). The build script or wrapper only passes the failure on.",
        does_not_mean="the age of the toolkit; the GPU",
        fix="Build for 8.0 or higher. For a GPU below 8.0 use a release that leaves the bf16 kernels out there, or "
        "build "
        "without those kernels, and run the model in float16.",
        sources=("EricLBuehler/mistral.rs#954", "huggingface/candle#3142", "cuda_bf16.hpp of CUDA 12.6"),
    ),
    Signature(
        id="wmma-needs-70",
        title="tensor core code (nvcuda::wmma) is compiled for a target below 7.0",
        patterns=(
            'namespace "nvcuda" has no member "wmma"',
            "name must be a namespace name<+>using namespace nvcuda",
            'incomplete type "nvcuda::wmma::<...>" is not allowed',
        ),
        sample='gemm.cu(20): error: namespace "nvcuda" has no member "wmma"',
        cause="mma.h declares nvcuda::wmma for 7.0 and higher only. Without an architecture nvcc of CUDA 11 and 12 "
        "compiles for 5.2; a list with 6.x has the same effect.",
        does_not_mean="a missing mma.h; the age of the toolkit",
        fix="Remove targets below 7.0 (sm_70) from the list, or guard the code with __CUDA_ARCH__ >= 700.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=("mma.h of CUDA 12.8", f"{_GUIDE} (warp matrix functions)"),
    ),
    Signature(
        id="shuffle-removed",
        title="__shfl, __ballot, __any and __all without _sync do not exist from 7.0 on",
        patterns=(
            'identifier "__shfl<name:(*)>" is undefined',
            'identifier "__ballot" is undefined',
            'identifier "__any" is undefined',
            'identifier "__all" is undefined',
        ),
        sample='reduce.cu(41): error: identifier "__shfl_down" is undefined',
        cause="CUDA 9 deprecated these functions; they are not declared for targets from 7.0 on.",
        does_not_mean="the GPU, which has shuffles",
        fix="Use a release of the project with the _sync functions, or replace them: __shfl_down_sync(0xffffffff, …).",
        sources=(f"{_GUIDE} (warp shuffle functions)", "sm_30_intrinsics.h of CUDA 12.8"),
    ),
    Signature(
        id="texture-references-removed",
        title="texture references were removed in CUDA 12",
        patterns=(
            'identifier "cudaBindTexture<name:(*)>" is undefined',
            'identifier "cudaUnbindTexture" is undefined',
            "'cudaBindTexture' was not declared in this scope",
            "error: texture is not a template",
            "'textureReference' does not name a type",
        ),
        sample='tex.cu(18): error: identifier "cudaBindTexture" is undefined',
        cause="The old interface of texture references (texture<…>, cudaBindTexture) ended with CUDA 11.8.",
        does_not_mean="a missing include or architecture",
        fix="Use a release of the project with texture objects (cudaCreateTextureObject), or build with CUDA 11.8, "
        "which "
        "has nothing above 9.0.",
        sources=(_NOTES_12,),
    ),
    Signature(
        id="device-prop-members-removed",
        title="cudaDeviceProp has no `{member}` from CUDA 13 on",
        patterns=(
            'class "cudaDeviceProp" has no member "<member:(clockRate|memoryClockRate|computeMode|deviceOverlap|'
            'kernelExecTimeoutEnabled|singleToDoublePrecisionPerfRatio|cooperativeMultiDeviceLaunch|maxTexture1DLinear)>"',
            "'struct cudaDeviceProp' has no member named '<member:(clockRate|memoryClockRate|computeMode|deviceOverlap|"
            "kernelExecTimeoutEnabled|singleToDoublePrecisionPerfRatio|cooperativeMultiDeviceLaunch|maxTexture1DLinear)>'",
            "'struct cudaDeviceProp'} has no member named '<member:(clockRate|memoryClockRate|computeMode|"
            "deviceOverlap|kernelExecTimeoutEnabled|singleToDoublePrecisionPerfRatio|cooperativeMultiDeviceLaunch|maxTexture1DLinear)>'",
            "'<member:(clockRate|memoryClockRate|computeMode|deviceOverlap|kernelExecTimeoutEnabled)>': is not a "
            "member of "
            "'cudaDeviceProp'",
        ),
        sample='deviceQuery.cpp(120): error: class "cudaDeviceProp" has no member "clockRate"',
        cause="CUDA 13 removed members that cudaDeviceGetAttribute had replaced.",
        does_not_mean="a missing architecture; a broken toolkit",
        fix="Update the project, read the value with cudaDeviceGetAttribute, or build with CUDA 12.",
        distinct=("member",),
        sources=(_NOTES_13,),
    ),
    Signature(
        id="cuda13-api-signatures",
        title="{function} has other parameters in CUDA 13",
        patterns=(
            "too few arguments in function call<+><function:(cuCtxCreate*|cudaMemAdvise|cudaMemPrefetchAsync)>",
            'argument of type "int" is incompatible with parameter of type "cudaMemLocation"',
            "no matching function for call to '<function:(cudaMemAdvise|cudaMemPrefetchAsync*|cuCtxCreate*)>",
            "cannot convert 'int' to 'cudaMemLocation'",
            'no suitable constructor exists to convert from "int" to "cudaMemLocation"',
            "note: expected 'CUmemLocation'",
        ),
        sample='mem.cu(33): error: argument of type "int" is incompatible with parameter of type "cudaMemLocation"',
        cause="CUDA 13 gives these functions their second version: cudaMemAdvise and cudaMemPrefetchAsync take a "
        "cudaMemLocation, cuCtxCreate a parameter structure.",
        does_not_mean="a missing architecture",
        fix="Update the project, or build with CUDA 12.",
        sources=(_NOTES_13,),
    ),
    Signature(
        id="cccl3-removed",
        title="Thrust and CUB of CUDA 13 no longer have `{name}`",
        patterns=(
            'namespace "thrust" has no member "<name:(unary_function|binary_function|optional|not1|not2|identity)>"',
            'namespace "cub" has no member '
            '"<name:(Sum|Max|Min|Equality|Difference|ArgMax|ArgMin|TransformInputIterator|'
            'CountingInputIterator|ConstantInputIterator|DivideAndRoundUp)>"',
            'namespace "thrust" has no member class "<name:(unary_function|binary_function)>"',
            "'<name:(unary_function|binary_function)>' in namespace 'thrust' does not name a template type",
        ),
        sample='sort.cu(7): error: namespace "cub" has no member "Max"',
        cause="CCCL 3, which comes with CUDA 13, removed the functors and iterators that cuda::std and cuda:: replace.",
        does_not_mean="a broken toolkit",
        fix="Update the project, replace the name (cuda::maximum, cuda::std::plus, …), or build with CUDA 12.",
        distinct=("name",),
        sources=(_CCCL,),
    ),
    Signature(
        id="ptxas-instruction-of-other-gpu",
        title="this instruction exists on another family of GPUs only, not on {arch}",
        patterns=(
            "Instruction 'tcgen05<...>' not supported on .target '<arch:word>'",
            "Instruction 'tcgen05<...>' cannot be compiled for architecture '<arch:word>'",
            "Instruction 'wgmma<...>' not supported on .target '<arch:word>'",
            "Instruction 'wgmma<...>' cannot be compiled for architecture '<arch:word>'",
            "Feature '.multicast<...>' not supported on .target '<arch:word>'",
            "Feature '.tile::<...>' not supported on .target '<arch:word>'",
        ),
        sample="ptxas x.ptx, line 120; error   : Instruction 'wgmma.fence' not supported on .target 'sm_120a'",
        cause="wgmma exists on 9.0a (Hopper) only, tcgen05 on 10.x and 11.0 (data center Blackwell, Thor) only, and "
        "multicast and .tile::gather4 copies not on 12.x (RTX 50, GB10). No suffix brings them to another family.",
        does_not_mean="the architecture list; the age of the toolkit or of the driver",
        fix="Choose a kernel or backend that has a path for this GPU (Triton, FlashAttention 2, a library's generic "
        "kernels), or a later release of the library.",
        distinct=("arch",),
        cases=(
            Case(
                when=("!arch-suffix", "arch>=9.0", "!arch>=10.0"),
                cause="wgmma needs the target sm_90a: plain sm_90 does not have it. tcgen05 does not exist on 9.0.",
                fix="Build for 90a if the GPU is 9.0; else choose a kernel that has a path for this GPU.",
            ),
        ),
        sources=(
            "measured with ptxas 12.8 and 13.5",
            "sgl-project/sglang#8879",
            "https://docs.nvidia.com/cuda/parallel-thread-execution/ (wgmma, tcgen05: target notes)",
        ),
    ),
    Signature(
        id="ptxas-needs-ptx-version",
        title="{feature} needs PTX ISA {needed}, and the PTX declares a lower version",
        patterns=(
            "Feature '<feature:text>' requires PTX ISA .version <needed:ver> or later",
            "Instruction '<feature:text>' requires PTX ISA .version <needed:ver> or later",
            "Modifier '<feature:text>' requires PTX ISA .version <needed:ver> or later",
        ),
        sample="ptxas k.ptx, line 40; error   : Feature 'mma with .e4m3' requires PTX ISA .version 8.4 or later",
        cause="The PTX text was written with an older .version than its instructions need: by a generator (LLVM, "
        "Triton, inline assembly) that believes in an older toolkit.",
        does_not_mean="the GPU, which has the instruction",
        fix="Use a later release of the program that writes the PTX, or a later nvcc.",
        distinct=("needed",),
        sources=("measured with ptxas 12.8 and 13.5",),
    ),
    Signature(
        id="nvcc-frontend-crashed",
        title="a step of nvcc crashed: {step}",
        patterns=(
            "nvcc error : '<step:word>' died due to signal",
            "nvcc error : '<step:(cudafe*|cicc|ptxas)>++' died with status 0xC0000005",
            "nvcc error : '<step:(cudafe|cicc|ptxas)><...>' died with status 0xC0000005",
            "'cudafe++' died with status 0xC0000005 (ACCESS_VIOLATION)",
            "nvcc error : '<step:(cicc|ptxas)>' died due to signal 11",
            "nvcc error : '<step:(cudafe*)>++' died due to signal 11",
        ),
        sample="nvcc error   : 'cudafe++' died with status 0xC0000005 (ACCESS_VIOLATION)",
        cause="A defect of this nvcc with this source or this host compiler: most often an update of Visual Studio "
        "that "
        "the toolkit does not know, or a compiler defect that a later update fixed.",
        does_not_mean="a missing architecture; too little memory (that is signal 9)",
        fix="Use the Visual Studio tools that this CUDA release supports (v143, -vcvars_ver=14.4), or a later update "
        "of "
        "the toolkit.",
        sources=("quoted in public threads; not read at its source",),
    ),
    Signature(
        id="gcc-intrinsics-unknown",
        title="gcc's headers use a CPU intrinsic that this nvcc does not know",
        patterns=(
            'identifier "__builtin_ia32_<name:word>" is undefined',
            'identifier "__builtin_<name:(dynamic_object_size|*_with_bool)>" is undefined',
        ),
        sample="/usr/lib/gcc/x86_64-linux-gnu/13/include/amxtileintrin.h(42): error: identifier "
        '"__builtin_ia32_ldtilecfg" is undefined',
        cause="The host gcc is later than this toolkit's front end knows.",
        does_not_mean="the project's source; the GPU",
        fix="Name an earlier g++ that this CUDA release supports (NVCC_CCBIN, CMAKE_CUDA_HOST_COMPILER), or use a "
        "later "
        "CUDA release.",
        command="export NVCC_CCBIN=g++-12 CUDAHOSTCXX=g++-12",
        sources=("crt/host_config.h of CUDA 12.8",),
    ),
    Signature(
        id="cuda-arch-guard",
        title="the source refuses this target: it asks for {needed}",
        severity=Severity.ERROR,
        patterns=(
            "#error This file requires compute capability <needed:ver>",
            "#error <...>requires CUDA architecture <needed:word>",
            "#error <...>requires sm_<needed:num>",
            "#error <...>compute capability <needed:ver> or higher",
        ),
        sample="kernel.cu:8:2: error: #error This file requires compute capability 8.0 or higher",
        cause="The project checks __CUDA_ARCH__ and stops for lower targets; the list has one, or no architecture "
        "reached nvcc.",
        does_not_mean="the age of the toolkit",
        fix="Remove the lower targets from the list.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=("https://docs.nvidia.com/cuda/cuda-compiler-driver-nvcc/ (virtual architecture macros)",),
    ),
)
