"""Lines of compilers and linkers about CUDA's headers and libraries: moved, removed, or not linked."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Signature

_NOTES_13 = "https://docs.nvidia.com/cuda/archive/13.0.0/cuda-toolkit-release-notes/index.html"
_CCCL = "https://nvidia.github.io/cccl/cccl/3.0_migration_guide.html"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="cccl-headers-moved",
        title="the headers of Thrust, CUB and libcu++ are not where the build looks: CUDA 13 moved them",
        patterns=(
            "<header:(thrust|cub)>/<file:word>: No such file or directory",
            "cuda/std/<file:word>: No such file or directory",
            "nv/target: No such file or directory",
            'cannot open source file "thrust/<file:word>"',
            'cannot open source file "cub/<file:word>"',
            'cannot open source file "cuda/std/<file:word>"',
            "Cannot open include file: 'thrust/<file:word>'",
        ),
        sample="fatal error: thrust/complex.h: No such file or directory",
        cause="From CUDA 13 on these headers are in include/cccl, which nvcc searches and a plain host compiler does "
        "not; before that the package cuda-cccl (nvidia-cuda-cccl) is missing.",
        does_not_mean="a missing toolkit",
        fix="Compile the file with nvcc, or add the directory for the host compiler; install cuda-cccl if it is not "
        "there.",
        command='export CPLUS_INCLUDE_PATH="/usr/local/cuda/include/cccl"',
        sources=(_NOTES_13, _CCCL),
    ),
    Signature(
        id="nvtx2-removed",
        title="NVTX 2 (nvToolsExt) is no longer in the toolkit",
        patterns=(
            "nvToolsExt.h: No such file or directory",
            'cannot open source file "nvToolsExt.h"',
            "cannot find -lnvToolsExt",
            "NVTX2 is no longer available",
        ),
        sample="fatal error: nvToolsExt.h: No such file or directory",
        cause="CUDA 13 has no libnvToolsExt and no nvToolsExt.h of NVTX 2; NVTX 3 has headers only (nvtx3/).",
        does_not_mean="an incomplete toolkit",
        fix="Include nvtx3/nvToolsExt.h and drop -lnvToolsExt, update the project, or build with CUDA 12.",
        sources=(_NOTES_13,),
    ),
    Signature(
        id="cuda-registration-undefined",
        title="CUDA's runtime is not linked: {symbol} is missing",
        patterns=(
            "undefined reference to "
            "'<symbol:(__cudaRegister*|__cudaUnregister*|__cudaPush*|__cudaPop*|__cudaInitModule)>'",
            "undefined symbol: <symbol:(__cudaRegister*|__cudaUnregister*|__cudaPush*|__cudaPop*|__cudaInitModule)>",
            "unresolved external symbol <symbol:(__cudaRegister*|__cudaUnregister*|__cudaPush*|__cudaPop*|"
            "__cudaInitModule)>",
        ),
        sample="undefined reference to `__cudaRegisterFatBinary'",
        cause="The object was compiled by nvcc, and the link step (gcc, clang or link.exe) has no cudart; or the "
        "cudart "
        "that is found at run time is of another major release.",
        does_not_mean="a missing architecture",
        fix="Link with nvcc, or add -L/usr/local/cuda/lib64 -lcudart (CMake: CUDA::cudart).",
        sources=("measured with GNU ld 2.40", "crt/host_runtime.h of CUDA 12.8"),
    ),
    Signature(
        id="device-link-missing",
        title="relocatable device code was not device-linked",
        patterns=(
            "undefined reference to '__cudaRegisterLinkedBinary<symbol:word>'",
            "undefined reference to '__fatbinwrap<symbol:word>'",
            "undefined symbol: __cudaRegisterLinkedBinary<symbol:word>",
            "undefined symbol: __fatbinwrap<symbol:word>",
            "unresolved external symbol __cudaRegisterLinkedBinary<symbol:word>",
            "unresolved external symbol __fatbinwrap<symbol:word>",
        ),
        sample="undefined reference to `__cudaRegisterLinkedBinary_45_tmpxft_00001a2b_00000000_7_kernel_cpp1_ii_12345'",
        cause="Files compiled with -rdc=true need a device link step (nvcc -dlink), and the host linker was called "
        "alone.",
        does_not_mean="a missing cudart",
        fix="Link with nvcc, add nvcc -dlink, or in CMake set CUDA_RESOLVE_DEVICE_SYMBOLS ON for the library.",
        sources=("measured with GNU ld 2.40: nvcc -dc and g++",),
    ),
    Signature(
        id="cuda-lib-headers-missing",
        title="the header {header} of one of CUDA's libraries is not found",
        patterns=(
            "<header:(cusparse|cusolverDn|cusolver_common|curand|curand_kernel|cufft|cusparseLt|nvml|nvrtc|nvJitLink|"
            "cudaProfiler|cuda_profiler_api|cupti|npp|nvjpeg)>.h: No such file or directory",
            'cannot open source file "<header:(cusparse|cusolverDn|curand|curand_kernel|cufft|nvml|nvrtc|'
            'cuda_profiler_api|cupti|npp|nvjpeg)>.h"',
            "Cannot open include file: '<header:(cusparse|cusolverDn|curand|curand_kernel|cufft|nvml|nvrtc|"
            "cuda_profiler_api|cupti|npp|nvjpeg)>.h'",
        ),
        sample="fatal error: cusparse.h: No such file or directory",
        cause="nvcc is installed alone: the library's -dev package is missing (apt, conda's minimal cuda-nvcc, a slim "
        "image).",
        does_not_mean="a missing toolkit",
        fix="Install the library's development package (libcusparse-dev-12-8, conda: cuda-libraries-dev) or build in a "
        "-devel image.",
        distinct=("header",),
        sources=("measured with g++ 12.2", "facebookresearch/pytorch3d INSTALL.md (conda's CUDA)"),
    ),
    Signature(
        id="video-codec-headers-missing",
        title="the header {header}.h of NVIDIA's Video Codec SDK is not found",
        patterns=(
            "<header:(nvcuvid|cuviddec|nvEncodeAPI|dynlink_nvcuvid)>.h: No such file or directory",
            "'<header:(nvcuvid|cuviddec|nvEncodeAPI)>.h' file not found",
            "Cannot open include file: '<header:(nvcuvid|cuviddec|nvEncodeAPI|dynlink_nvcuvid)>.h'",
        ),
        sample="precomp.hpp:62:18: fatal error: nvcuvid.h: No such file or directory",
        cause="The headers of NVDEC and NVENC left the CUDA Toolkit with CUDA 10; they come with the Video Codec SDK.",
        does_not_mean="an incomplete toolkit; the driver",
        fix="Copy the SDK's Interface directory into the toolkit's include directory (its libraries come with the "
        "driver), or build without that part: OpenCV with -DBUILD_opencv_cudacodec=OFF.",
        distinct=("header",),
        sources=("opencv/opencv#17559", "opencv/opencv#13897"),
    ),
    Signature(
        id="video-codec-names-undefined",
        title="the headers have no {name} of NVIDIA's Video Codec SDK",
        patterns=(
            "'<name:(cuvid*|nvEnc*)>' was not declared in this scope",
            "identifier '<name:(cuvid*|nvEnc*)>' is undefined",
            "'<name:(cuvid*|nvEnc*)>': identifier not found",
        ),
        sample="video_decoder.hpp:86:16: error: 'cuvidDecodePicture' was not declared in this scope",
        cause="FFmpeg's nv-codec-headers (dynlink_cuviddec.h) are found in place of the Video Codec SDK's: they "
        "declare types of functions, and no functions.",
        does_not_mean="an incomplete toolkit; the driver",
        fix="Put the Interface directory of the Video Codec SDK before FFmpeg's headers in the include path, or build "
        "without that part: OpenCV with -DBUILD_opencv_cudacodec=OFF.",
        distinct=("name",),
        sources=("opencv/opencv#20638",),
    ),
    Signature(
        id="nccl-header-missing",
        title="NCCL's headers or library are not found by the build",
        patterns=(
            "nccl.h: No such file or directory",
            "FindPackageHandleStandardArgs.cmake:<line:num> (message): Could NOT find NCCL (missing:",
            "cannot find -lnccl",
        ),
        sample="fatal error: nccl.h: No such file or directory",
        cause="NCCL is not part of the toolkit: libnccl-dev is a separate package, and pip's nvidia-nccl has the "
        "header "
        "in its include directory.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Install libnccl-dev and libnccl2 of the same CUDA major release, or set NCCL_ROOT to the wheel's "
        "directory.",
        sources=("https://docs.nvidia.com/deeplearning/nccl/install-guide/", "measured with g++ 12.2"),
    ),
)
