"""Names and headers that CUDA sources use and that this toolkit, host compiler or C library does not have."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature

_API = (
    "(cudaStream*|cudaGraph*|cudaGrid*|cudaTrigger*|cudaMem*|cudaHost*|cudaDev*|cudaFunc*|cudaEvent*|cudaLaunch*|cudaLimit*|cudaError*|"
    "cudaIpc*|cudaArray*|cudaExternal*|cudaKernel*|cudaOccupancy*|cudaLibrary*|cudaGet*|cudaSet*|cudaUser*|"
    "cudaAccess*|cudaMalloc*|cudaFree*|cudaInit*|cudaThread*|CU_*|CUBLAS_*|CUBLASLT_*|cublas*|cudnn*|CUDNN_*|CUDA_R_*|"
    "CUDA_C_*|cusparse*|CUSPARSE_*|cusolver*|CUSOLVER_*|cufft*|CUFFT_*|curand*|CURAND_*|nccl*|nvrtc*|NVRTC_*|nvjpeg*|"
    "nvmlDevice*|NVML_*|CUtensorMap*|CUmem*|CUdevice*|CUgraph*|CUlaunch*|CUDA_VERSION|CUDART_VERSION)"
)
_SAMPLES = (
    "(helper_cuda|helper_functions|helper_math|helper_string|helper_timer|helper_image|helper_gl|helper_cuda_drvapi|"
    "helper_cusolver|helper_multiprocess|helper_nvJPEG|drvapi_error_string|nvrtc_helper)"
)
_STANDARD = (
    "(FLT_MAX|FLT_MIN|FLT_EPSILON|DBL_MAX|DBL_MIN|DBL_EPSILON|INT_MAX|INT_MIN|UINT_MAX|LLONG_MAX|SIZE_MAX|uint8_t|"
    "uint16_t|uint32_t|uint64_t|int8_t|int16_t|int32_t|int64_t|uintptr_t|UINT64_C|UINT64_MAX|UINT32_MAX|INT32_MAX|M_PI|"
    "memcpy|memset|strlen|strcmp|numeric_limits|unique_ptr|string_view|optional)"
)
_HIDDEN = "(__is_*|__has_*|__remove_*|__add_*|__make_*|__type_pack*|__builtin_source*|__array_*|__integer_pack|__decay)"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="cuda-samples-header-missing",
        title="a header of NVIDIA's cuda-samples is missing: {header}.h",
        patterns=(
            f"<header:{_SAMPLES}>.h: No such file or directory",
            f"'<header:{_SAMPLES}>.h' file not found",
            f'cannot open source file "<header:{_SAMPLES}>.h"',
            f"Cannot open include file: '<header:{_SAMPLES}>.h'",
        ),
        sample="foo.cu:3:10: fatal error: helper_cuda.h: No such file or directory",
        cause="The toolkit has never had this file: it is in the directory Common of the repository "
        "cuda-samples (up to CUDA "
        "11 the toolkit's installer could add the samples).",
        does_not_mean="an incomplete toolkit",
        fix="Fetch https://github.com/NVIDIA/cuda-samples at the tag of the toolkit's release, and give the "
        "compiler that directory: -I "
        "cuda-samples/Common.",
        distinct=("header",),
        sources=("NVIDIA/cuda-samples Common/helper_cuda.h",),
    ),
    Signature(
        id="cuda-name-undefined",
        title="the toolkit's headers have no {name}",
        patterns=(
            f"error: identifier '<name:{_API}>' is undefined",
            f"error: '<name:{_API}>' was not declared in this scope",
            f"error: '<name:{_API}>' undeclared",
            f"error: use of undeclared identifier '<name:{_API}>'",
            f"error C2065: '<name:{_API}>': undeclared identifier",
            f"error C3861: '<name:{_API}>': identifier not found",
            f"error: '<name:{_API}>' does not name a type",
            f"error: unknown type name '<name:{_API}>'",
            f"error[E0425]: cannot find function '<name:{_API}>'",
        ),
        sample='gemm.cu(1165): error: identifier "cudaHostRegisterReadOnly" is undefined',
        cause="The source was written for another release: the name came later than this toolkit, or a later toolkit "
        "removed it. Often headers of two toolkits are installed and the older ones are found first.",
        does_not_mean="the GPU",
        fix="Compare the release that nvcc names with the one that the project asks for; put the wanted toolkit first: "
        "CUDA_HOME, CUDACXX, and no /usr/include from the distribution's nvidia-cuda-toolkit.",
        command="nvcc --version",
        distinct=("name",),
        sources=("ggml-org/llama.cpp#6255", "https://docs.nvidia.com/cuda/cuda-runtime-api/"),
    ),
    Signature(
        id="cuda-small-floats-undefined",
        title="the toolkit is too old for 8-bit or smaller floats: {name}",
        patterns=(
            "identifier '<name:(__nv_fp8*|__nv_fp4*|__nv_fp6*|__nv_cvt_float_to_fp8*|__NV_E4M3|__NV_E5M2|__NV_E2M1)>' "
            "is undefined",
            "'<name:(__nv_fp8*|__nv_fp4*|__nv_fp6*)>' was not declared in this scope",
            "'<name:(__nv_fp8*|__nv_fp4*|__nv_fp6*)>' does not name a type",
            "<name:(cuda_fp8|cuda_fp4|cuda_fp6)>.h: No such file or directory",
            "cannot open source file '<name:(cuda_fp8|cuda_fp4|cuda_fp6)>.h'",
        ),
        sample='moe.cu(31): error: identifier "__nv_fp8_e4m3" is undefined',
        cause="cuda_fp8.h came with CUDA 11.8, cuda_fp6.h and cuda_fp4.h with CUDA 12.8.",
        does_not_mean="a GPU without units for these types: the headers convert in software",
        fix="Build with CUDA 11.8 or newer for FP8, with 12.8 or newer for FP6 and FP4.",
        command="nvcc --version",
        distinct=("name",),
        sources=(
            "https://docs.nvidia.com/cuda/archive/11.8.0/cuda-math-api/",
            "https://docs.nvidia.com/cuda/archive/12.8.0/cuda-math-api/",
        ),
    ),
    Signature(
        id="source-lacks-include",
        title="the source uses {name} without the header that declares it",
        patterns=(
            f"error: identifier '<name:{_STANDARD}>' is undefined",
            f"error: '<name:{_STANDARD}>' was not declared in this scope",
            f"error: '<name:{_STANDARD}>' is not a member of 'std'",
            f"error: '<name:{_STANDARD}>' in namespace 'std' does not name a",
            f"error: namespace 'std' has no member '<name:{_STANDARD}>'",
            f"error: '<name:{_STANDARD}>' has not been declared",
            f"error: unknown type name '<name:{_STANDARD}>'",
        ),
        sample='knn.cu(90): error: identifier "FLT_MAX" is undefined',
        cause="Headers of older compilers and toolkits included others by the way; newer ones do not, and NVRTC has "
        "none of the C library.",
        does_not_mean="CUDA; the GPU",
        fix="Add the include to the file that is named (float.h or <cfloat>, <cstdint>, <climits>, <cstring>), or take "
        "a newer release of the project.",
        distinct=("name",),
        sources=("GradientSpaces/LoopSplat#6", "optinsoft/gen_eth#2", "https://gcc.gnu.org/gcc-13/porting_to.html"),
    ),
    Signature(
        id="host-headers-unreadable",
        title="nvcc does not understand the C++ headers of this gcc",
        patterns=(
            "include/c++/<gcc:ver>/<...>): error: ",
            f"error: identifier '<name:{_HIDDEN}>' is undefined",
            "error: user-defined literal operator not found",
            "c++config.h(<line:num>): error:",
        ),
        sample="/usr/include/c++/14/type_traits(529): error: type name is not allowed",
        cause="The C++ headers use parts of the language, or built-in functions, that this nvcc's front end does not "
        "have: gcc is newer than the toolkit knows.",
        does_not_mean="the source; the GPU",
        fix="Name an older g++ as host compiler (-ccbin, CMAKE_CUDA_HOST_COMPILER, CUDAHOSTCXX), or take a newer CUDA.",
        command="export CUDAHOSTCXX=g++-12",
        after=("host-gcc-too-new", "host-std-function-packs"),
        sources=("Xpra-org/xpra#4281", "https://docs.nvidia.com/cuda/cuda-installation-guide-linux/"),
    ),
    Signature(
        id="arm-vector-types-undefined",
        title="nvcc does not know the vector types of this C library's Arm headers",
        patterns=(
            "identifier '<name:(__SVFloat*|__SVBool*|__SVInt*|__SVUint*|__Float32x4_t|__Float64x2_t|__Bfloat16x4_t)>' "
            "is undefined",
        ),
        sample='/usr/include/bits/math-vector.h(40): error: identifier "__SVFloat32_t" is undefined',
        cause="glibc's math headers for arm64 use types of gcc 10 and later, which this nvcc does not have.",
        does_not_mean="the GPU",
        fix="Take a newer CUDA, or a container whose distribution is as old as the toolkit.",
        command="nvcc --version",
        sources=("OE4T/meta-tegra#1443",),
    ),
    Signature(
        id="msvc-stl-needs-newer-cuda",
        title="Visual Studio's headers need CUDA {needed} or newer",
        patterns=(
            "error STL1002: Unexpected compiler version, expected CUDA <needed:ver> or newer",
            "Unexpected compiler version, expected CUDA <needed:ver>",
        ),
        sample="yvals_core.h(902): error : static assertion failed with "
        '"error STL1002: Unexpected compiler version, expected CUDA 12.4 or newer."',
        cause="Visual Studio was updated: the standard library of its compiler refuses an older nvcc.",
        does_not_mean="the project; the GPU",
        fix="Install that CUDA or a newer one, or an older MSVC toolset (14.39 and before for CUDA before 12.4) and "
        "start its developer prompt with -vcvars_ver=14.39.",
        sources=("abgulati/LARS#1", "microsoft/STL stl/inc/yvals_core.h"),
    ),
    Signature(
        id="int128-undefined",
        title="the device compiler has no 128-bit integers here",
        patterns=(
            "error: identifier '<name:(__int128*)>' is undefined",
            "error: identifier '<name:(__uint128*)>' is undefined",
        ),
        sample='cudf/fixed_point/fixed_point.hpp(29): error: identifier "__int128_t" is undefined',
        cause="nvcc has __int128 from CUDA 11.5 on, with a host compiler that has it; NVRTC only with --device-int128.",
        does_not_mean="the GPU's instructions",
        fix="Take CUDA 11.5 or newer, or pass --device-int128 to NVRTC; Visual Studio has no __int128 at all.",
        command="nvcc --version",
        sources=("NVIDIA/cudf#11750", "https://docs.nvidia.com/cuda/nvrtc/"),
    ),
    Signature(
        id="extension-headers-removed",
        title="the extension uses calls that newer PyTorch headers do not have",
        patterns=(
            "THC/<header:word>h: No such file or directory",
            "Cannot open include file: 'THC/<header:word>'",
            "identifier '<name:(THCState*|THCudaMalloc|THCudaCheck|THCCeilDiv|THCudaFree|THArgCheck)>' is undefined",
            "identifier '<name:(AT_CHECK|AT_DISPATCH_FLOATING_TYPES_AND_HALF_OLD|AT_ASSERT)>' is undefined",
            "'<name:(AT_CHECK|THCState|THCudaMalloc)>' was not declared in this scope",
            "no suitable conversion function from <q>const at::DeprecatedTypeProperties<q>",
            "cannot convert 'at::DeprecatedTypeProperties'",
            "no suitable conversion function from 'at::DeprecatedTypeProperties' to 'c10::ScalarType' exists",
        ),
        sample="src/pool_cuda.cu:3:10: fatal error: THC/THC.h: No such file or directory",
        cause="PyTorch 1.11 removed THC, 1.5 AT_CHECK, 2.x the conversion of tensor.type(): the extension is older.",
        does_not_mean="CUDA; the GPU",
        fix="Take a newer release or a maintained fork of the extension, or the PyTorch it was written for.",
        sources=("pytorch/pytorch v1.11.0 release notes, Removed THC", "lbin/DCNv2#9"),
    ),
    Signature(
        id="python-headers-missing",
        title="Python's headers are not installed",
        patterns=(
            "Python.h: No such file or directory",
            "cannot open source file 'Python.h'",
            "Cannot open include file: 'Python.h'",
            "'Python.h' file not found",
            "Could NOT find Python (missing: <...>Development",
            "Could NOT find Python3 (missing: <...>Development",
        ),
        sample="/work/main.c:5:10: fatal error: Python.h: No such file or directory",
        cause="Triton and every C extension compile against Python.h, which distributions ship in a separate package.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Install the headers of the Python that runs (python3-dev, python3.11-dev, python3-devel); pythons of uv "
        "and conda bring them.",
        command="sudo apt-get install -y python3-dev",
        sources=("pytorch/pytorch#90178", "triton-lang/triton#2519"),
    ),
    Signature(
        id="cuda-symbols-undefined",
        title="the link step lacks a CUDA library: {symbol}",
        patterns=(
            "undefined reference to '<symbol:(cuda*|cublas*|cudnn*|cufft*|curand*|cusparse*|cusolver*|nvml*|nvrtc*|"
            "nppi*|nvtx*|nvJitLink*|nccl*)>",
            "unresolved external symbol <symbol:(cuda*|cublas*|cudnn*|cufft*|curand*|cusparse*|cusolver*|nvml*|nvrtc*|"
            "nppi*|nvtx*|nccl*|__imp_cuda*|__imp_cublas*)>",
            "undefined symbol: <symbol:(cuda*|cublas*|cudnn*|cufft*|curand*|cusparse*|cusolver*|nvml*|nvrtc*)>",
        ),
        sample="/usr/bin/ld: main.o: undefined reference to `cudaMallocAsync'",
        cause="The library that has this function is not among those that are linked or loaded, comes before the "
        "objects that need it, or is of an older release.",
        does_not_mean="the GPU",
        fix="Link it (-lcudart, -lcublas, -lcudnn; in CMake CUDA::cudart, CUDA::cublas), after the objects; at run "
        "time let LD_LIBRARY_PATH name one release only.",
        command="ldconfig -p",
        distinct=("symbol",),
        sources=("https://docs.nvidia.com/cuda/cuda-compiler-driver-nvcc/", "ld(1)"),
    ),
    Signature(
        id="source-name-undefined",
        title="a name in the source is not declared: {name}",
        patterns=(
            "error: identifier '<name:word>' is undefined",
            "error: '<name:word>' was not declared in this scope",
            "error: use of undeclared identifier '<name:word>'",
            "error C2065: '<name:word>': undeclared identifier",
            "error C3861: '<name:word>': identifier not found",
            "error: unknown type name '<name:word>'",
        ),
        sample='src/mel.cu(176): error: identifier "app_cuda_context" is undefined',
        cause="The headers that are found are not those that the source was written for: an older installation of the "
        "same library, files left from an earlier build, or a part of the project that was not updated.",
        does_not_mean="the GPU",
        fix="Build in a clean checkout and a new directory, with submodules updated; see which "
        "header declares the name, "
        "and which copy the include path finds first.",
        role=Role.GENERAL,
        distinct=("name",),
        sources=("ggml-org/whisper.cpp#2258",),
    ),
    Signature(
        id="device-function-undefined",
        title="the target or the toolkit has no device function {name}",
        patterns=(
            "error: identifier "
            "'<name:(__funnelshift*|__ldg*|__ldcg*|__stcg*|__syncwarp|__shfl_sync|__shfl_*|__ballot_sync|__any_sync|"
            "__all_sync|__reduce_*|__match_*|__nanosleep|__dp4a|__dp2a*|__activemask|__vabs*|atomicAdd_*|atomicCAS_*|"
            "__hadd*|__hmax*|__hmin*|__float2half*|__half2float|__cvta*|__byte_perm|__syncthreads*|tex1D*|tex2D*)>' "
            "is undefined",
        ),
        sample='CryptonightR.cu(382): error: identifier "__funnelshift_l" is undefined',
        cause="Each device function exists from a compute capability on (__funnelshift and __ldg from 3.5, "
        "__dp4a from 6.1, __nanosleep from 7.0, __reduce_sync from 8.0) or from a release on (the _sync "
        "ones from CUDA 9): the source is compiled for an older target, or by an older toolkit.",
        does_not_mean="nvcc",
        fix="Leave old targets out of the list, or take the project's release for the old GPU; for the "
        "_sync functions a newer CUDA.",
        command="nvcc --list-gpu-arch",
        distinct=("name",),
        sources=(
            "xmrig/xmrig-nvidia#246",
            "https://docs.nvidia.com/cuda/cuda-c-programming-guide/#compute-capabilities",
        ),
    ),
    Signature(
        id="source-refused",
        title="the compiler refuses a call or a declaration in the source",
        patterns=(
            "error: too many arguments in function call",
            "error: too few arguments in function call",
            "error: no suitable conversion function from",
            "error: cannot convert 'at::Tensor'",
            "error: calling a __host__ function",
            "error: no instance of function template '<name:text>' matches",
            "error: more than one instance of overloaded function '<name:text>'",
            "error: namespace '<space:text>' has no member '<name:text>'",
            "error: class '<space:text>' has no member '<name:text>'",
            "error: static assertion failed",
            "error: static_assert failed",
            "error: ambiguous '?' operation",
            "error: a value of type '<type:text>' cannot be",
        ),
        sample='kernel.cu(31): error: calling a __host__ function("std::log") from a __global__ function("k") '
        "is not allowed",
        cause="The source was written for another release of the toolkit, of its libraries (Thrust, CUB, "
        "PyTorch) or of the host compiler, or it is at fault itself.",
        does_not_mean="the GPU",
        fix="Take the release of the project that names this CUDA, or the CUDA that the project names.",
        command="nvcc --version",
        role=Role.GENERAL,
        sources=(
            "https://docs.nvidia.com/cuda/cuda-compiler-driver-nvcc/",
            "https://nvidia.github.io/cccl/",
        ),
    ),
)
