"""Lines of nvcc."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import GpuMeaning, Signature
from cudacompat.domain.words.finding import Severity

_MEASURED = "measured with nvcc 13.5"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="nvcc-unsupported-arch",
        title="this nvcc does not support the architecture {arch}",
        patterns=(
            "Unsupported gpu architecture '<arch:word>'",
            "Value '<arch:word>' is not defined for option 'gpu-architecture'",
        ),
        sample="nvcc fatal   : Unsupported gpu architecture 'compute_120'",
        cause="nvcc is too old (120 needs CUDA 12.8; 121 and the suffix f need 12.9), too new (CUDA 13 builds "
        "nothing below 75), or the value is not an architecture.",
        does_not_mean=(
            "the GPU; the driver. The nvcc that ran may come from another toolkit: PATH and CMake's cache decide."
        ),
        fix="Check which nvcc ran and what it supports. Then select the right toolkit or change the list.",
        command="nvcc --list-gpu-arch",
        distinct=("arch",),
        cases=(
            Case(
                when=("nvcc_without_native",),
                title="this nvcc is too old for -arch=native",
                cause="-arch=native came with CUDA 11.6; the nvcc that ran is from an earlier release, often that of a "
                "distribution.",
                does_not_mean="the GPU",
                fix="Build with CUDA 11.6 or newer, or name the GPU's number in place of native. PATH and CUDACXX "
                "decide "
                "which nvcc runs.",
                command="nvcc --version",
            ),
            Case(
                when=("arch>=5.0", "arch<7.5", "nvcc_value_form"),
                cause="The nvcc that ran is older than {arch}: sm_60 to sm_62 need CUDA 8.0, sm_70 9.0, sm_72 9.2. "
                "(CUDA 13, which is too new for {arch}, says it in other words.)",
                does_not_mean="the age of the GPU",
                fix="Build with a release from that one to CUDA 12.9. PATH, CUDACXX and CMakeCache.txt decide which "
                "nvcc runs.",
            ),
            Case(
                when=("arch<3.0",),
                title="this nvcc no longer builds {arch}",
                cause="CUDA 9 removed all targets below 30, so the nvcc that ran is too new for {arch}.",
                does_not_mean="the age of the toolkit or of the driver",
                fix="Remove {arch} from the list: no driver of this decade drives such a GPU.",
            ),
            Case(
                when=("arch<3.5",),
                title="this nvcc no longer builds {arch}",
                cause="CUDA 11 removed the targets below 35, so the nvcc that ran is too new for {arch}.",
                does_not_mean="the age of the toolkit or of the driver",
                fix="Remove {arch} from the list, or build with CUDA 10.2 if such a GPU has to run it.",
            ),
            Case(
                when=("arch<5.0",),
                title="this nvcc no longer builds {arch}",
                cause="CUDA 12 removed all targets below 50, so the nvcc that ran is too new for {arch}.",
                does_not_mean="the age of the toolkit or of the driver",
                fix="Build with CUDA 11.8 for this GPU, or remove {arch} from the list.",
            ),
            Case(
                when=("arch<7.5",),
                title="this nvcc no longer builds {arch}",
                cause="CUDA 13 removed all targets below 75: the nvcc that ran is too new for {arch}.",
                does_not_mean="the age of the toolkit or of the driver",
                fix="Build with CUDA 12.9 or earlier for this GPU, or remove {arch} from the list if no such GPU has "
                "to run it.",
            ),
            Case(
                when=("arch>=8.9",),
                cause="The nvcc that ran is from a release before {arch}: sm_89 and sm_90 need CUDA 11.8, sm_100 and "
                "sm_120 12.8, sm_121 and the suffix f 12.9, sm_110 13.0.",
                fix="Build with a release that has {arch}. PATH, CUDACXX and CMakeCache.txt decide which nvcc runs.",
            ),
        ),
        sources=(
            "measured with nvcc 13.5: sm_70, sm_130",
            "measured with nvcc 13.0: sm_61 is an unsupported gpu architecture, not a value that is not defined",
            "ggml-org/whisper.cpp#3030",
            "ggml-org/llama.cpp#13271",
            "chainer/chainer#1333",
            "boundless-xyz/zeth#144",
        ),
        gpu=GpuMeaning.BUILT_BY,
    ),
    Signature(
        id="nvcc-arch-is-garbage",
        title="nvcc received a value that is not an architecture",
        patterns=(
            "Unsupported gpu architecture 'compute_No CUDA devices found",
            "Unsupported gpu architecture 'sm_Failed",
            "Unsupported gpu architecture <q>compute_<q>",
            "Unsupported gpu architecture <q><q>",
            "Unsupported gpu architecture 'sm_NVIDIA",
        ),
        sample="nvcc fatal   : Unsupported gpu architecture 'compute_No CUDA devices found.'",
        cause="A build script or CMake tried to detect the GPU on a machine without one, such as an image build, "
        "and passed on the error text or an empty value.",
        does_not_mean="the age of the toolkit",
        fix="Name the architectures.",
        command="cudacompat generate {engine} --gpu {gpu}",
        after=("cmake-native-without-gpu", "nvml-driver-mismatch", "smi-no-driver"),
        sources=("ggml-org/llama.cpp#18430", "ggml-org/llama.cpp#13893", "colmap/colmap#1822", _MEASURED),
    ),
    Signature(
        id="nvcc-native-without-gpu",
        title="-arch=native without a GPU: nvcc built its default target and continued",
        patterns=(
            "Cannot find valid GPU for '-arch=native', default arch is used",
            "Cannot find valid GPU for '-arch=native'",
        ),
        sample="nvcc warning : Cannot find valid GPU for '-arch=native', default arch is used",
        cause="The build sees no GPU, so nvcc used sm_52 (up to CUDA 12) or sm_75 (CUDA 13) and exited with 0.",
        does_not_mean="a failed build: it succeeded, but its code runs by JIT or traps",
        fix="Name the architectures, clear the build cache, and treat this warning as an error.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=("measured with nvcc 13.5 without a GPU", "karpathy/llm.c#341"),
    ),
    Signature(
        id="nvcc-incompatible-pair",
        title="code for {code} cannot be made from {arch}",
        patterns=("Incompatible code generation requested: arch='<arch:word>', code='<code:word>'",),
        sample="nvcc fatal   : Incompatible code generation requested: arch='compute_90a', code='sm_100'",
        cause="In -gencode the real architecture must not be older than the virtual one. With the suffix `a` both must "
        "be the same; with `f` both must be of one family.",
        does_not_mean="an architecture that this nvcc does not support: it knows both",
        fix="Give the pair one number: arch=compute_NN,code=sm_NN.",
        command="cudacompat generate nvcc --gpu {gpu} --as nvcc",
        distinct=("arch", "code"),
        sources=(_MEASURED,),
    ),
    Signature(
        id="nvcc-family-and-plain",
        title="the architecture list contains {arch} both plain and as a family target",
        patterns=("The same GPU code (`<arch:word>`) generated for non family-specific and family-specific GPU arch",),
        sample="nvcc fatal   : The same GPU code (`sm_120`) generated for non family-specific and family-specific "
        "GPU arch",
        cause="Two settings conflict. The engine passes compute_120f, and NVCC_APPEND_FLAGS or another list adds "
        "plain compute_120, or the reverse.",
        does_not_mean="the toolkit",
        fix="Remove NVCC_APPEND_FLAGS and NVCC_PREPEND_FLAGS, and set the architectures in one place.",
        command="unset NVCC_APPEND_FLAGS NVCC_PREPEND_FLAGS",
        sources=(_MEASURED,),
    ),
    Signature(
        id="nvcc-arch-redefined",
        title="two -arch options: the last one won",
        severity=Severity.WARNING,
        patterns=("incompatible redefinition for option 'gpu-architecture', the last value of this option was used",),
        sample="nvcc warning : incompatible redefinition for option 'gpu-architecture', the last value of this "
        "option was used",
        cause="The command line and CMAKE_CUDA_FLAGS, CUDAFLAGS or NVCC_APPEND_FLAGS each give an -arch.",
        does_not_mean="two lists that add up: nvcc builds for the last -arch only",
        fix="Set the architectures in one place.",
        sources=(_MEASURED,),
    ),
    Signature(
        id="nvcc-deprecated-targets",
        title="the architecture list contains targets that the next major CUDA release removes",
        severity=Severity.NOTE,
        patterns=(
            "Support for offline compilation for architectures prior to<...>will be removed in a future release",
            "architectures are deprecated, and may be removed in a future release",
        ),
        sample="nvcc warning : Support for offline compilation for architectures prior to '<compute/sm/lto>_75' will "
        "be "
        "removed in a future release (Use -Wno-deprecated-gpu-targets to suppress warning).",
        cause="This nvcc still builds these targets. CUDA 12 removed 3.5 and 3.7, CUDA 13 all below 7.5.",
        does_not_mean="an error in this build",
        fix="Stay on this CUDA major release for these GPUs. For a mixed fleet make two builds.",
        sources=("ggml-org/llama.cpp#23209",),
    ),
    Signature(
        id="nvcc-no-gpu-query",
        title="nvcc's search for a GPU found no driver",
        severity=Severity.WARNING,
        patterns=("__nvcc_device_query failed to call load_driver_entries()",),
        sample="/usr/local/cuda-13.0/bin/__nvcc_device_query failed to call load_driver_entries() with error 0x3 "
        "(Unknown)",
        cause="The helper of -arch=native could not load libcuda: there is no driver where this build runs.",
        does_not_mean="a broken toolkit",
        fix="Expected in image builds and CI; name the architectures instead of `native`.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=("measured with CUDA 13.5 without a driver",),
    ),
    Signature(
        id="nvcc-not-found",
        title="nvcc is not installed, or not on PATH",
        patterns=(
            "error: command '<folder:text>/bin/nvcc' failed: No such file or directory",
            "error: command 'nvcc' failed: No such file or directory",
            "make: nvcc: No such file or directory",
            "ERROR: cuda_nvcc requested but not found",
            "cicc: not found",
            "nvcc: command not found",
            "RuntimeError: Cannot find cuda path",
            "nvcc: not found",
            'exec: "nvcc": executable file not found',
            "/bin/nvcc: No such file or directory",
            "No such file or directory: '<...>nvcc'",
            "'nvcc' is not recognized as an internal or external command",
            "The term 'nvcc' is not recognized",
        ),
        sample="/bin/sh: 1: nvcc: not found",
        cause="nvcc is part of the CUDA Toolkit, not of the driver. The image is -base or -runtime, only the "
        "driver is installed, or PATH lacks /usr/local/cuda/bin.",
        does_not_mean="the `CUDA Version` of nvidia-smi, which is what the driver supports, not what is installed",
        fix="Build in a -devel image, or install the toolkit and add its bin directory to PATH.",
        command='export PATH="/usr/local/cuda/bin:$PATH"',
        sources=("measured with dash and bash without nvcc",),
    ),
    Signature(
        id="nvcc-multiple-archs-ptx",
        title="-ptx or -cubin with more than one architecture",
        patterns=(
            "Option '--ptx (-ptx)' is not allowed when compiling for multiple GPU architectures",
            "Option '--cubin (-cubin)' is not allowed when compiling for multiple GPU architectures",
        ),
        sample="nvcc fatal   : Option '--ptx (-ptx)' is not allowed when compiling for multiple GPU architectures",
        cause="These outputs hold one image. NVCC_APPEND_FLAGS with a second -gencode is enough to cause it.",
        does_not_mean="the architectures",
        fix="Give one architecture to these files (for PTX the lowest), or make a -fatbin.",
        sources=(_MEASURED,),
    ),
    Signature(
        id="nvcc-host-compiler-unusable",
        title="nvcc could not run its host compiler",
        patterns=("Failed to preprocess host compiler properties", "Cannot find compiler 'cl.exe' in PATH"),
        sample="nvcc fatal   : Failed to preprocess host compiler properties.",
        cause="The compiler named by -ccbin, CUDAHOSTCXX, NVCC_CCBIN or the PATH is missing or fails at once.",
        does_not_mean="a host compiler that is too new (that says `unsupported GNU version`)",
        fix="Install a C++ compiler, or name one that exists. On Windows use the x64 tools prompt of Visual Studio.",
        sources=("measured with nvcc 13.5 and a missing -ccbin",),
    ),
    Signature(
        id="nvcc-unknown-option",
        title="this nvcc does not have the option {option}",
        patterns=("nvcc fatal : Unknown option '<option:word>'",),
        sample="nvcc fatal   : Unknown option '--compress-mode'",
        cause="A flag for the host compiler was passed to nvcc without -Xcompiler, or an option of a newer release to "
        "an older nvcc.",
        does_not_mean="the architecture",
        fix="Pass host flags with -Xcompiler=…; check the release that brought the option.",
        distinct=("option",),
        sources=(_MEASURED,),
    ),
    Signature(
        id="nvcc-bad-option-value",
        title="this nvcc does not know the value {value} of the option {option}",
        patterns=("nvcc fatal : Value '<value:word>' is not defined for option '<option:word>'",),
        sample="nvcc fatal   : Value 'c++20' is not defined for option 'std'",
        cause="The option came with this release, its value with a later one: C++17 came with CUDA 11.0, C++20 with "
        "12.0.",
        does_not_mean="the age of the host compiler",
        fix="Use a newer toolkit, or a value that this one has.",
        distinct=("option", "value"),
        sources=(_MEASURED,),
    ),
    Signature(
        id="nvcc-stray-argument",
        title="nvcc was given a piece of a list that the shell had split",
        patterns=("nvcc fatal : Don't know what to do with '<word:word>'", "nvcc fatal : Stray '<...>' character"),
        sample="nvcc fatal   : Don't know what to do with '120'",
        cause="A list with semicolons, brackets or spaces went through a shell or CMake without quotes.",
        does_not_mean="the architecture",
        fix='Quote the whole option: "-DCMAKE_CUDA_ARCHITECTURES=80;120", "-gencode=arch=…,code=[…]".',
        sources=(_MEASURED,),
    ),
    Signature(
        id="nvcc-several-inputs",
        title="nvcc took an argument for a second source file",
        patterns=("nvcc fatal : A single input file is required for a non-link phase when an outputfile is specified",),
        sample="nvcc fatal   : A single input file is required for a non-link phase when an outputfile is specified",
        cause="With -o and -c nvcc takes one source file. The second one is an option without its hyphen (a dash "
        "that a "
        "text program put there, as in \u2013Xptxas), a path with spaces without quotes, or a flag that lost the "
        "option "
        "before it.",
        does_not_mean="the architecture",
        fix="Look at the command line above for a word that is not an option: type its hyphen again, or quote it.",
        sources=("measured with nvcc 13.0", "nicehash/nheqminer#240"),
    ),
    Signature(
        id="nvcc-killed",
        title="a compile step was killed because the machine ran out of memory",
        patterns=(
            "--error 0x89 --",
            "nvcc error : 'cicc' died due to signal 9",
            "nvcc error : 'ptxas' died due to signal 9",
            "nvcc error : 'cudafe++' died due to signal 9",
            "'cicc' died due to signal 9 (Kill signal)",
            "'ptxas' died due to signal 9 (Kill signal)",
        ),
        sample="nvcc error   : 'cicc' died due to signal 9 (Kill signal)",
        cause="Signal 9 comes from the memory limit of the machine or container. Too many compilers ran at once.",
        does_not_mean="the source code; the compiler (a compiler crash is signal 11)",
        fix="Use fewer jobs (-j2, MAX_JOBS=2, CMAKE_BUILD_PARALLEL_LEVEL=2, nvcc --threads 1), fewer "
        "architectures, or more memory.",
        command="export MAX_JOBS=2 CMAKE_BUILD_PARALLEL_LEVEL=2",
        sources=(
            "NVIDIA/cudf#8018",
            "microsoft/onnxruntime#18579",
            "NVlabs/curobo#109",
        ),
    ),
    Signature(
        id="nvcc-no-cuda-headers",
        title="the CUDA headers are not where the compiler looks",
        patterns=(
            "cuda_runtime.h: No such file or directory",
            "cuda_runtime_api.h: No such file or directory",
            "cuda.h: No such file or directory",
            "cuda_fp16.h: No such file or directory",
            "cublas_v2.h: No such file or directory",
            "cudnn.h: No such file or directory",
            'cannot open source file "cuda_runtime.h"',
            "'cuda_runtime.h' file not found",
            "'cuda.h' file not found",
        ),
        sample="fatal error: cuda_runtime.h: No such file or directory",
        cause="The headers come with the toolkit's development packages: a -runtime image, a driver alone, or a "
        "package such as libcublas-dev or cudnn that is not installed.",
        does_not_mean="the driver",
        fix="Build in a -devel (for cuDNN -cudnn-devel) image, or install the -dev package; set CUDA_HOME or "
        "CUDAToolkit_ROOT.",
        sources=("measured with g++ 12.2",),
    ),
    Signature(
        id="nvcc-arch-native-word",
        title="the word `native` reached nvcc as a number of an architecture",
        patterns=(
            "Unsupported gpu architecture 'compute_native",
            "Unsupported gpu architecture 'sm_native",
            "Value 'compute_native' is not defined for option",
            "Value 'sm_native' is not defined for option",
        ),
        sample='nvcc -std=c++14 "--generate-code=arch=compute_native,code=[compute_native,sm_native]" -x cu -c '
        "gpu_mat_prng.cu -o gpu_mat_prng.cu.o\nnvcc fatal   : Unsupported gpu architecture 'compute_native'",
        cause="CMake turns `native` into the GPU's number only from 3.24 on. Older ones, and projects that put the "
        "list into flags themselves, hand the word on.",
        does_not_mean="the age of the toolkit; a missing GPU",
        fix="Use CMake 3.24 or newer, or name the architectures.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=("colmap/colmap#2464", "colmap/colmap#1822"),
    ),
)
