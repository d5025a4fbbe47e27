"""Statuses of CUDA's libraries that have no line of their own: whole enumerations, told by what a status means.

Names and numbers: cublas_api.h, cufft.h, curand.h, nvrtc.h, nvvm.h and nvJitLink.h of CUDA 12 and 13, cusparse.h and
cusolver_common.h of CUDA 12.9, cudnn_graph.h 9 and 8, nppdefs.h 13.2, cutensor/types.h 2.8.
"""

from __future__ import annotations

from cudacompat.domain.logs.catalogue.api_kinds import EARLIER
from cudacompat.domain.logs.signature import Signature

_CUDNN = "https://docs.nvidia.com/deeplearning/cudnn/backend/latest/api/cudnn-graph-library.html (cudnnStatus_t)"
ARGUMENT = "a missing architecture; an old driver"
_CALL = "It is the program's to mend: try a newer release of it, and a build for the same CUDA release."
_FIT = "Take the library and the other CUDA libraries from one release, and not from several installations."


def _statuses(library: str, prefix: str, members: str) -> tuple[tuple[str, ...], tuple[tuple[str, int], ...]]:
    """The names and the numbers of "NAME=1 OTHER=2"."""
    pairs = [each.split("=") for each in members.split()]
    return tuple(prefix + name for name, _ in pairs), tuple((library, int(number)) for _, number in pairs)


def status_line(
    id_: str,
    of: tuple[str, str, str],
    *,
    title: str,
    cause: str,
    not_: str,
    fix: str,
    source: str,
    earlier: bool = False,
) -> Signature:
    """The line of the statuses `of` a library: its name, what its names begin with, and the members."""
    names, numbers = _statuses(*of)
    return Signature(
        id=id_,
        title=title,
        patterns=names,
        statuses=numbers,
        sample=f"error: {names[0]}",
        cause=cause,
        does_not_mean=not_,
        fix=fix,
        after=EARLIER if earlier else (),
        sources=(source,),
    )


SIGNATURES: tuple[Signature, ...] = (
    status_line(
        "cublas-mapping-failed",
        ("cublas", "CUBLAS_STATUS_", "MAPPING_ERROR=11"),
        title="cuBLAS could not get at the GPU's memory",
        cause="An earlier error of the GPU, or a pointer of the host where one of the GPU is needed.",
        not_="a missing architecture",
        fix="Look for the first error above it.",
        source="https://docs.nvidia.com/cuda/cublas/#cublasstatus-t",
        earlier=True,
    ),
    status_line(
        "cublas-license",
        ("cublas", "CUBLAS_STATUS_", "LICENSE_ERROR=16"),
        title="cuBLAS found no licence",
        cause="A function that needed a licence was called; later releases of CUDA ask for none.",
        not_="a missing architecture",
        fix=_FIT,
        source="https://docs.nvidia.com/cuda/cublas/#cublasstatus-t",
    ),
    status_line(
        "cudnn-driver-mismatch",
        (
            "cudnn",
            "CUDNN_STATUS_",
            "NOT_SUPPORTED_INCOMPATIBLE_CUDA_DRIVER=3005 NOT_SUPPORTED_INCOMPATIBLE_CUDART=3006",
        ),
        title="this cuDNN does not fit the driver or the CUDA runtime",
        cause="cuDNN was built for a newer CUDA release than the driver, or than the runtime in the program, has.",
        not_="the GPU",
        fix="Update the driver, or take a cuDNN for the program's CUDA release.",
        source=_CUDNN,
    ),
    status_line(
        "cudnn-prerequisite-missing",
        (
            "cudnn",
            "CUDNN_STATUS_",
            "NOT_SUPPORTED_RUNTIME_PREREQUISITE_MISSING=3008 RUNTIME_PREREQUISITE_MISSING=11 "
            "NOT_SUPPORTED_SUBLIBRARY_UNAVAILABLE=3009",
        ),
        title="a library that cuDNN needs at run time is not here",
        cause="cuDNN looks for its own parts, NVRTC and the driver's library when they are first needed.",
        not_="the GPU",
        fix="Install all of cuDNN and NVRTC from one release, in a directory that the loader searches.",
        source=_CUDNN,
    ),
    status_line(
        "cudnn-compilation-failed",
        ("cudnn", "CUDNN_STATUS_", "INTERNAL_ERROR_COMPILATION_FAILED=4001"),
        title="cuDNN could not compile a kernel at run time",
        cause="NVRTC is missing or of another release than cuDNN needs, or it does not know the GPU.",
        not_="the model",
        fix="Take cuDNN and NVRTC from one CUDA release that supports {label}.",
        source=_CUDNN,
    ),
    status_line(
        "cudnn-status",
        (
            "cudnn",
            "CUDNN_STATUS_",
            "DEPRECATED=1004 LICENSE_ERROR=1005 SERIALIZATION_VERSION_MISMATCH=1003 RUNTIME_IN_PROGRESS=1006 "
            "RUNTIME_FP_OVERFLOW=1007 INVALID_VALUE=5",
        ),
        title="cuDNN refused a call",
        cause="The name says why: a value, a plan that another release of cuDNN wrote, an overflow of numbers, a "
        "function that is gone.",
        not_=ARGUMENT,
        fix=_CALL,
        source=_CUDNN,
    ),
    status_line(
        "cufft-refused",
        (
            "cufft",
            "CUFFT_",
            "INVALID_TYPE=3 INVALID_VALUE=4 UNALIGNED_DATA=9 INCOMPLETE_PARAMETER_LIST=10 INVALID_DEVICE=11 "
            "PARSE_ERROR=12 NO_WORKSPACE=13 NOT_IMPLEMENTED=14 LICENSE_ERROR=15",
        ),
        title="cuFFT refused a call",
        cause="The name says why: a type, a value or an alignment, another GPU than the plan's, no workspace.",
        not_=ARGUMENT,
        fix=_CALL,
        source="https://docs.nvidia.com/cuda/cufft/#cufftresult",
    ),
    status_line(
        "cufft-no-jit",
        ("cufft", "CUFFT_", "MISSING_DEPENDENCY=17 NVRTC_FAILURE=18 NVJITLINK_FAILURE=19 NVSHMEM_FAILURE=20"),
        title="cuFFT cannot use a library that it needs at run time",
        cause="NVRTC, nvJitLink or NVSHMEM is missing or of another CUDA release than cuFFT.",
        not_="the data",
        fix=_FIT,
        source="https://docs.nvidia.com/cuda/cufft/#cufftresult",
    ),
    status_line(
        "curand-refused",
        (
            "curand",
            "CURAND_STATUS_",
            "TYPE_ERROR=103 OUT_OF_RANGE=104 LENGTH_NOT_MULTIPLE=105 DOUBLE_PRECISION_REQUIRED=106",
        ),
        title="cuRAND refused a call",
        cause="The name says why: the generator's kind, an argument, a length that is not a multiple of the dimension.",
        not_=ARGUMENT,
        fix=_CALL,
        source="https://docs.nvidia.com/cuda/curand/ (curandStatus)",
    ),
    status_line(
        "cusparse-refused",
        ("cusparse", "CUSPARSE_STATUS_", "MAPPING_ERROR=5 MATRIX_TYPE_NOT_SUPPORTED=8 ZERO_PIVOT=9"),
        title="cuSPARSE refused a matrix",
        cause="The type of the matrix is not supported, a pivot is zero (the matrix is singular), or memory could not "
        "be read.",
        not_=ARGUMENT,
        fix="Look at the matrix and for an earlier error of the GPU.",
        source="https://docs.nvidia.com/cuda/cusparse/#cusparsestatus-t",
        earlier=True,
    ),
    status_line(
        "cusolver-arch-mismatch",
        ("cusolver", "CUSOLVER_STATUS_", "ARCH_MISMATCH=4"),
        title="the GPU lacks what a call of cuSOLVER needs",
        cause="The call needs a GPU of a higher compute capability, or this cuSOLVER has no code for the GPU.",
        not_="full memory",
        fix="Take a build with a cuSOLVER that supports {label}.",
        source="https://docs.nvidia.com/cuda/cusolver/#cusolverstatus-t",
    ),
    status_line(
        "cusolver-refused",
        (
            "cusolver",
            "CUSOLVER_STATUS_",
            "INVALID_VALUE=3 MAPPING_ERROR=5 MATRIX_TYPE_NOT_SUPPORTED=8 NOT_SUPPORTED=9 ZERO_PIVOT=10 "
            "INVALID_LICENSE=11 IRS_PARAMS_NOT_INITIALIZED=12 IRS_PARAMS_INVALID=13 IRS_PARAMS_INVALID_PREC=14 "
            "IRS_PARAMS_INVALID_REFINE=15 IRS_PARAMS_INVALID_MAXITER=16 IRS_INTERNAL_ERROR=20 IRS_NOT_SUPPORTED=21 "
            "IRS_OUT_OF_RANGE=22 IRS_NRHS_NOT_SUPPORTED_FOR_REFINE_GMRES=23 IRS_INFOS_NOT_INITIALIZED=25 "
            "IRS_INFOS_NOT_DESTROYED=26 IRS_MATRIX_SINGULAR=30 INVALID_WORKSPACE=31",
        ),
        title="cuSOLVER refused a call or a matrix",
        cause="The name says why: an argument or a size, the type of the matrix, a singular matrix, a workspace.",
        not_=ARGUMENT,
        fix="Look at the matrix for values that are not numbers; some releases of cuSOLVER refuse what MAGMA takes.",
        source="https://docs.nvidia.com/cuda/cusolver/#cusolverstatus-t",
        earlier=True,
    ),
    status_line(
        "nvrtc-failed",
        (
            "nvrtc",
            "NVRTC_ERROR_",
            "OUT_OF_MEMORY=1 PROGRAM_CREATION_FAILURE=2 INVALID_INPUT=3 INVALID_PROGRAM=4 BUILTIN_OPERATION_FAILURE=7 "
            "NO_NAME_EXPRESSIONS_AFTER_COMPILATION=8 NO_LOWERED_NAMES_BEFORE_COMPILATION=9 "
            "NAME_EXPRESSION_NOT_VALID=10 INTERNAL_ERROR=11 TIME_FILE_WRITE_FAILED=12 NO_PCH_CREATE_ATTEMPTED=13 "
            "PCH_CREATE_HEAP_EXHAUSTED=14 PCH_CREATE=15 CANCELLED=16 TIME_TRACE_FILE_WRITE_FAILED=17 BUSY=18",
        ),
        title="NVRTC could not compile a kernel at run time",
        cause="The name says why; BUILTIN_OPERATION_FAILURE is a libnvrtc-builtins that is missing or of another "
        "release.",
        not_="the GPU",
        fix="Take libnvrtc and libnvrtc-builtins from one release of CUDA, the one that the program was built for.",
        source="https://docs.nvidia.com/cuda/nvrtc/#error-handling",
    ),
    status_line(
        "nvvm-failed",
        (
            "nvvm",
            "NVVM_ERROR_",
            "OUT_OF_MEMORY=1 PROGRAM_CREATION_FAILURE=2 INVALID_INPUT=4 INVALID_PROGRAM=5 "
            "INVALID_IR=6 INVALID_OPTION=7 NO_MODULE_IN_PROGRAM=8 COMPILATION=9 CANCELLED=10",
        ),
        title="libNVVM could not compile the code that it was given",
        cause="The program hands over code of another LLVM release than this libNVVM reads, or asks for an "
        "architecture or an option that it does not know: it is older or newer than the program expects.",
        not_="a broken GPU",
        fix="Take libNVVM (nvcc's package) of the CUDA release that the program names, and a newer program.",
        source="nvvm.h of CUDA 13.0",
    ),
    status_line(
        "nvjitlink-arch",
        ("nvjitlink", "NVJITLINK_ERROR_", "MISSING_ARCH=2 ARCH_MISMATCH=13 UNRECOGNIZED_ARCH=16 UNSUPPORTED_ARCH=17"),
        title="nvJitLink does not link for this architecture",
        cause="This nvJitLink is older than the GPU or has dropped it, or the inputs are for another architecture.",
        not_="the driver",
        fix="Take nvJitLink of a CUDA release that supports {label}: the one that the inputs were compiled with.",
        source="https://docs.nvidia.com/cuda/nvjitlink/#error-codes",
    ),
    status_line(
        "nvjitlink-failed",
        (
            "nvjitlink",
            "NVJITLINK_ERROR_",
            "UNRECOGNIZED_OPTION=1 INVALID_INPUT=3 PTX_COMPILE=4 NVVM_COMPILE=5 INTERNAL=6 THREADPOOL=7 "
            "UNRECOGNIZED_INPUT=8 FINALIZE=9 NULL_INPUT=10 INCOMPATIBLE_OPTIONS=11 INCORRECT_INPUT_TYPE=12 "
            "OUTDATED_LIBRARY=14 MISSING_FATBIN=15",
        ),
        title="nvJitLink could not link code for the GPU",
        cause="The name says why; PTX_COMPILE and NVVM_COMPILE are most often inputs of a newer CUDA release than this "
        "nvJitLink.",
        not_="the GPU",
        fix="Take nvJitLink of the newest release of CUDA that any of the inputs was made with.",
        source="https://docs.nvidia.com/cuda/nvjitlink/#error-codes",
    ),
    status_line(
        "npp-gpu-unsupported",
        ("npp", "NPP_", "LIBRARY_VERSION_MISMATCH_ERROR=-9998 NOT_SUFFICIENT_COMPUTE_CAPABILITY=-1027"),
        title="this NPP does not serve the GPU, or is of another release than the program",
        cause="The function needs a GPU of a higher compute capability, or two releases of NPP's libraries are mixed.",
        not_="the image",
        fix="Take all of CUDA's libraries from one release that supports {label}.",
        source="https://docs.nvidia.com/cuda/npp/ (NppStatus)",
    ),
    status_line(
        "npp-refused",
        (
            "npp",
            "NPP_",
            "INVALID_HOST_POINTER_ERROR=-1032 INVALID_DEVICE_POINTER_ERROR=-1031 LUT_PALETTE_BITSIZE_ERROR=-1030 "
            "ZC_MODE_NOT_SUPPORTED_ERROR=-1028 TEXTURE_BIND_ERROR=-1024 WRONG_INTERSECTION_ROI_ERROR=-1020 "
            "HAAR_CLASSIFIER_PIXEL_MATCH_ERROR=-1006 MEMFREE_ERROR=-1005 MEMSET_ERROR=-1004 MEMCPY_ERROR=-1003 "
            "ALIGNMENT_ERROR=-1002 CUDA_KERNEL_EXECUTION_ERROR=-1000 STREAM_CTX_ERROR=-215 "
            "ROUND_MODE_NOT_SUPPORTED_ERROR=-213 QUALITY_INDEX_ERROR=-210 RESIZE_NO_OPERATION_ERROR=-201 "
            "OVERFLOW_ERROR=-109 NOT_EVEN_STEP_ERROR=-108 HISTOGRAM_NUMBER_OF_LEVELS_ERROR=-107 "
            "LUT_NUMBER_OF_LEVELS_ERROR=-106 ZERO_MASK_VALUE_ERROR=-62 CORRUPTED_DATA_ERROR=-61 "
            "CHANNEL_ORDER_ERROR=-60 DATA_TYPE_ERROR=-59 QUADRANGLE_ERROR=-58 RECTANGLE_ERROR=-57 "
            "COEFFICIENT_ERROR=-56 NUMBER_OF_CHANNELS_ERROR=-53 COI_ERROR=-52 DIVISOR_ERROR=-51 "
            "CHANNEL_ERROR=-47 STRIDE_ERROR=-37 ANCHOR_ERROR=-34 MASK_SIZE_ERROR=-33 RESIZE_FACTOR_ERROR=-24 "
            "INTERPOLATION_ERROR=-23 MIRROR_FLIP_ERROR=-22 MOMENT_00_ZERO_ERROR=-21 "
            "THRESHOLD_NEGATIVE_LEVEL_ERROR=-20 THRESHOLD_ERROR=-19 FFT_FLAG_ERROR=-18 FFT_ORDER_ERROR=-17 "
            "STEP_ERROR=-16 NOT_SUPPORTED_MODE_ERROR=-14 CONTEXT_MATCH_ERROR=-13 SCALE_RANGE_ERROR=-12 "
            "OUT_OFF_RANGE_ERROR=-11 DIVIDE_BY_ZERO_ERROR=-10 MEMORY_ALLOCATION_ERR=-9 NULL_POINTER_ERROR=-8 "
            "RANGE_ERROR=-7 SIZE_ERROR=-6 BADARGUMENT_ERROR=-5 NO_MEMORY_ERROR=-4 NOT_IMPLEMENTED_ERROR=-3",
        ),
        title="a function of NPP (images and signals) failed",
        cause="The name says why: a size, a step or a region of the image, memory, or an error of the GPU before it.",
        not_=ARGUMENT,
        fix="Look at the sizes that the program gives, and for an earlier error of the GPU.",
        source="https://docs.nvidia.com/cuda/npp/ (NppStatus)",
        earlier=True,
    ),
    status_line(
        "cutensor-mismatch",
        ("cutensor", "CUTENSOR_STATUS_", "ARCH_MISMATCH=8 INSUFFICIENT_DRIVER=20"),
        title="cuTENSOR does not serve this GPU or this driver",
        cause="This cuTENSOR has no code for the GPU, or needs a newer driver.",
        not_="full memory",
        fix="Take a cuTENSOR that supports {label}, or update the driver.",
        source="https://docs.nvidia.com/cuda/cutensor/latest/api/types.html",
    ),
    status_line(
        "cutensor-failed",
        (
            "cutensor",
            "CUTENSOR_STATUS_",
            "NOT_INITIALIZED=1 ALLOC_FAILED=3 INVALID_VALUE=7 MAPPING_ERROR=11 EXECUTION_FAILED=13 INTERNAL_ERROR=14 "
            "NOT_SUPPORTED=15 LICENSE_ERROR=16 CUBLAS_ERROR=17 CUDA_ERROR=18 INSUFFICIENT_WORKSPACE=19 IO_ERROR=21",
        ),
        title="cuTENSOR failed",
        cause="The name says why: memory, an argument, a data type, or an earlier error of the GPU.",
        not_=ARGUMENT,
        fix="Free GPU memory, look for an earlier error, and take cuTENSOR for the program's CUDA release.",
        source="https://docs.nvidia.com/cuda/cutensor/latest/api/types.html",
        earlier=True,
    ),
)
