"""Lines of CMake."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="cmake-cuda-compiler-wrong",
        title="what CMake was given as the CUDA compiler is not nvcc",
        patterns=(
            "CMake Error: Error required internal CMake variable not set, cmake may not be built correctly.",
            "_CMAKE_CUDA_WHOLE_FLAG",
            "The CMAKE_CUDA_COMPILER: <path:word> is not a full path and was not found in the PATH",
        ),
        sample="-- Check for working CUDA compiler: /usr/local/cuda-12\n"
        "CMake Error: Error required internal CMake variable not set, cmake may not be built correctly.\n"
        "Missing variable is:\n_CMAKE_CUDA_WHOLE_FLAG",
        cause="CUDACXX or CMAKE_CUDA_COMPILER names a directory, another program, or a file that does not "
        "run; the line "
        '"Check for working CUDA compiler" above shows it.',
        does_not_mean="a CMake that is broken; the GPU",
        fix="Name nvcc itself, and configure in a new build directory, since CMake keeps the compiler that it "
        "found first.",
        command="cmake -B build -DCMAKE_CUDA_COMPILER=/usr/local/cuda/bin/nvcc",
        sources=("NVlabs/instant-ngp#1475", "CMake Modules/CMakeCUDAInformation.cmake"),
    ),
    Signature(
        id="cmake-native-without-gpu",
        title="CUDA_ARCHITECTURES is `native`, but the build sees no GPU",
        patterns=(
            'CUDA_ARCHITECTURES is set to "native", but no GPU was detected',
            'CUDA_ARCHITECTURES is set to "native", but no NVIDIA GPU was detected',
        ),
        sample='CMake Error in CMakeLists.txt:\n  CUDA_ARCHITECTURES is set to "native", but no GPU was detected.',
        cause="`native` means the GPU of the build machine, and image builds and CI runners have none. CMake "
        "3.24 to 3.27 stop here. CMake 3.28 and newer continue with nvcc's default target.",
        does_not_mean="the driver of the machine that will run the program",
        fix="Name the architectures.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=("measured with CMake 3.25.1", "Kitware/CMake Source/cmGeneratorTarget.cxx"),
    ),
    Signature(
        id="cmake-arch-syntax",
        title="CMake does not accept {value} as an architecture list",
        patterns=("CMAKE_CUDA_ARCHITECTURES: <value:word> is not one of the following",),
        sample="CMake Error at CMakeDetermineCUDACompiler.cmake:266 (message):\n  CMAKE_CUDA_ARCHITECTURES:\n\n    "
        "12.0\n\n"
        "  is not one of the following:\n\n    * a semicolon-separated list of integers, each optionally",
        cause="CMake accepts numbers with an optional -real or -virtual. It rejects `12.0`, `sm_120`, commas, "
        "quotes and suffixes that it does not know (`a` needs 3.25; `f` needs 3.31.8 or 4.0.2).",
        does_not_mean="nvcc",
        fix='Write 120 or 120a, separated by semicolons: "-DCMAKE_CUDA_ARCHITECTURES=80-real;120-real".',
        command="cudacompat generate cmake --gpu {gpu}",
        sources=("measured with CMake 3.25.1", "Kitware/CMake Modules/Internal/CMakeCUDAArchitecturesValidate.cmake"),
    ),
    Signature(
        id="cmake-arch-quotes",
        title="the list of architectures has quotation marks in it",
        patterns=("CMAKE_CUDA_ARCHITECTURES contains literal quotes",),
        sample="CMake Error at CMakeDetermineCUDACompiler.cmake:266 (message):\n  CMAKE_CUDA_ARCHITECTURES contains "
        "literal quotes:",
        cause="Quotes were given twice, as in CMAKE_ARGS='-DCMAKE_CUDA_ARCHITECTURES=\"80;120\"', and the inner ones "
        "were not removed.",
        does_not_mean="an unknown architecture",
        fix="Leave the inner quotes out.",
        sources=("Kitware/CMake Modules/Internal/CMakeCUDAArchitecturesValidate.cmake",),
    ),
    Signature(
        id="cmake-arch-empty",
        title="the list of architectures is empty",
        patterns=(
            'CUDA_ARCHITECTURES is empty for target "<target:text>"',
            "CMAKE_CUDA_ARCHITECTURES must be non-empty if set",
        ),
        sample="CMake Error in ggml/src/ggml-cuda/CMakeLists.txt:\n  CUDA_ARCHITECTURES is empty for target "
        '"ggml-cuda".',
        cause="A variable that should hold the list was not set, often a shell variable or a Docker ARG that is out "
        "of scope.",
        does_not_mean="a default: none is used",
        fix="Set the list; OFF if you pass the flags yourself.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=(
            "Kitware/CMake Source/cmGeneratorTarget.cxx",
            "Kitware/CMake Modules/Internal/CMakeCUDAArchitecturesValidate.cmake",
        ),
    ),
    Signature(
        id="cmake-no-toolkit",
        title="CMake finds no CUDA Toolkit",
        patterns=(
            "CUDA Toolkit not found",
            "Could NOT find CUDAToolkit (missing:",
            "Could NOT find CUDA (missing:",
            "CUDA_TOOLKIT_ROOT_DIR not found or specified",
            "Specify CUDA_TOOLKIT_ROOT_DIR",
            "CMake does not find the CUDA SDK",
            "Failed to find nvcc. <...> requires the CUDA toolkit",
            "Failed to find nvcc.",
            "Could not find nvcc executable in path specified by",
            "Could not find nvcc, please set CUDAToolkit_ROOT",
            "Unable to find cudart library",
            "Executing NVCC-NOTFOUND",
            "Could not find CUDA. Before continuing, please download and install CUDA",
        ),
        sample="CMake Error at ggml/src/ggml-cuda/CMakeLists.txt:268 (message):\n  CUDA Toolkit not found",
        cause="nvcc is neither on PATH nor in the usual places. The image is -base or -runtime, or only the "
        "driver is installed.",
        does_not_mean="the driver",
        fix="Build in a -devel image, install the toolkit, or name it with CUDAToolkit_ROOT and CUDACXX.",
        command="export CUDACXX=/usr/local/cuda/bin/nvcc CUDAToolkit_ROOT=/usr/local/cuda",
        sources=(
            "ggml-org/whisper.cpp ggml/src/ggml-cuda/CMakeLists.txt",
            "Kitware/CMake Modules/Internal/CMakeCUDAFindToolkit.cmake",
            "Kitware/CMake Modules/FindCUDA.cmake",
            "ollama/ollama#8809",
        ),
    ),
    Signature(
        id="cmake-went-on-without-cuda",
        title="CMake finds no CUDA toolkit and continues: the build may be one for the CPU",
        severity=Severity.WARNING,
        patterns=(
            "-- Could NOT find CUDA (missing:",
            "-- Could NOT find CUDAToolkit (missing:",
            "-- CUDA Toolkit not found",
        ),
        sample="-- Could NOT find CUDA (missing: CUDA_TOOLKIT_ROOT_DIR CUDA_NVCC_EXECUTABLE CUDA_INCLUDE_DIRS)",
        cause="The project looks for CUDA and does not insist on it; there is no nvcc on the PATH or in the usual "
        "places.",
        does_not_mean="a failure: where no GPU is wanted, nothing is wrong",
        fix="For a GPU build, build in a -devel image or install the toolkit, and configure again "
        "in an empty directory.",
        command="export CUDACXX=/usr/local/cuda/bin/nvcc CUDAToolkit_ROOT=/usr/local/cuda",
        sources=("Kitware/CMake Modules/FindCUDA.cmake", "Kitware/CMake Modules/FindCUDAToolkit.cmake"),
    ),
    Signature(
        id="cmake-no-cuda-compiler",
        title="CMake finds no CUDA compiler",
        patterns=(
            "Cuda compiler not found",
            "No CMAKE_CUDA_COMPILER could be found",
            "The CMAKE_CUDA_COMPILER: <...> is not a full path to an existing compiler tool",
            "Could not find compiler set in environment variable CUDACXX",
            "Could not find the compiler specified in the environment variable CUDACXX",
        ),
        sample="CMake Error at CMakeLists.txt:2 (project):\n  No CMAKE_CUDA_COMPILER could be found.",
        cause="nvcc is not on PATH, CUDACXX or CMAKE_CUDA_COMPILER names a missing file, or an old "
        "CMakeCache.txt comes from another machine.",
        does_not_mean="the driver",
        fix="Use a -devel image or set CUDACXX, then configure from scratch (cmake --fresh).",
        command="export CUDACXX=/usr/local/cuda/bin/nvcc",
        sources=(
            "Kitware/CMake Source/cmGlobalGenerator.cxx",
            "measured with CMake 4.4.5 and 3.25.1: CUDACXX and CMAKE_CUDA_COMPILER that are not there",
        ),
    ),
    Signature(
        id="cmake-compiler-unidentified",
        title="CMake could not find out which CUDA compiler it has",
        patterns=("The CUDA compiler identification is unknown",),
        sample="-- The CUDA compiler identification is unknown",
        cause="There is no nvcc, or its first compile failed: CMake says so further down.",
        does_not_mean="an unknown make of compiler",
        fix="Read the CMake Error below it; if there is none, CMakeFiles/CMakeConfigureLog.yaml (CMakeError.log of "
        "older releases) has nvcc's output.",
        role=Role.HEADING,
        after=("cmake-compiler-test-failed", "cmake-no-cuda-compiler"),
        sources=("NVIDIA/cudf#742", "Kitware/CMake Modules/CMakeDetermineCompilerId.cmake"),
    ),
    Signature(
        id="cmake-no-vs-toolset",
        title="Visual Studio has no CUDA toolset",
        patterns=("No CUDA toolset found",),
        sample="CMake Error at CMakeDetermineCompilerId.cmake:676 (message):\n  No CUDA toolset found.",
        cause="The toolkit's Visual Studio integration is not installed for this edition: Visual Studio came after "
        "CUDA, or is newer than the toolkit.",
        does_not_mean="a missing nvcc",
        fix="Run the CUDA installer again and choose Visual Studio Integration, or build with -G Ninja. The cache of a "
        "directory keeps its generator: --fresh (CMake 3.24) empties it, older releases need a new directory.",
        command="cmake --fresh -G Ninja -B build",
        sources=(
            "Kitware/CMake Modules/CMakeDetermineCompilerId.cmake",
            "ggml-org/whisper.cpp#2203",
            "ggml-org/llama.cpp#9144",
        ),
    ),
    Signature(
        id="cmake-compiler-test-failed",
        title="CMake's first compile with nvcc failed",
        patterns=(
            "Compiling the CUDA compiler identification source file",
            'The CUDA compiler "<compiler:text>" is not able to compile a simple test program',
            "The CUDA compiler <+> is not able to compile a simple test program",
            "Failed to detect a default CUDA architecture",
        ),
        sample="CMake Error at CMakeDetermineCompilerId.cmake:780 (message):\n  Compiling the CUDA compiler "
        "identification source file\n  "
        '"CMakeCUDACompilerId.cu" failed.',
        cause="nvcc runs and a trivial program does not compile: a host compiler that is too new, an architecture that "
        "nvcc does not know, or flags in CUDAFLAGS or NVCC_APPEND_FLAGS. nvcc's own line is below.",
        does_not_mean="the project",
        fix="Read nvcc's line in the output that follows.",
        role=Role.HEADING,
        after=(
            "nvcc-unsupported-arch",
            "nvcc-arch-is-garbage",
            "host-gcc-too-new",
            "host-clang-unsupported",
            "host-msvc-unsupported",
            "glibc-241-math",
            "host-float-types-undefined",
            "nvcc-host-compiler-unusable",
            "nvcc-bad-option-value",
            "nvcc-unknown-option",
        ),
        sources=(
            "Kitware/CMake Modules/CMakeDetermineCompilerId.cmake",
            "Kitware/CMake Modules/CMakeDetermineCUDACompiler.cmake",
        ),
    ),
    Signature(
        id="cmake-findcuda-arch-unknown",
        title="FindCUDA does not know the architecture {arch}",
        patterns=("Unknown CUDA Architecture Name <arch:word> in CUDA_SELECT_NVCC_ARCH_FLAGS",),
        sample="CMake Error at FindCUDA/select_compute_arch.cmake:245 (message):\n  Unknown CUDA Architecture Name "
        "12.0 in "
        "CUDA_SELECT_NVCC_ARCH_FLAGS",
        cause="The old FindCUDA module takes majors of one digit only, in every CMake. CTranslate2 and older projects "
        "still use it.",
        does_not_mean="nvcc",
        fix="Keep the older ones in the list and pass the new one as a flag: CTranslate2 "
        '-DCUDA_NVCC_FLAGS="-gencode=arch=compute_{number},code=sm_{number}".',
        distinct=("arch",),
        sources=("Kitware/CMake Modules/FindCUDA/select_compute_arch.cmake", "NixOS/nixpkgs#536525", "k2-fsa/k2#1332"),
    ),
    Signature(
        id="cmake-findcuda-arch-unset",
        title="FindCUDA gave up on a list that it does not know",
        patterns=("arch_bin wasn't set for some reason",),
        sample="CMake Error at FindCUDA/select_compute_arch.cmake:249 (message):\n  arch_bin wasn't set for some "
        "reason",
        cause="It comes right after `Unknown CUDA Architecture Name`.",
        does_not_mean="a separate fault",
        fix="See the line before it.",
        after=("cmake-findcuda-arch-unknown",),
        sources=("NixOS/nixpkgs#536525", "k2-fsa/k2#1344"),
    ),
    Signature(
        id="cmake-variable-not-used",
        title="nothing in this project reads -D{variable}",
        severity=Severity.WARNING,
        patterns=("Manually-specified variables were not used by the project: <+><variable:cudavar>",),
        sample="CMake Warning:\n  Manually-specified variables were not used by the project:\n\n    "
        "GGML_CUDA_COMPUTE_CAPABILITY",
        cause="The variable is on the command line, and no CMakeLists.txt reads it, so it has no effect.",
        does_not_mean="nvcc; CMake. The variable selected no targets.",
        fix="Use the variable that this engine reads.",
        command="cudacompat generate {engine} --gpu {gpu}",
        distinct=("variable",),
        sources=(
            "Kitware/CMake Source/cmake.cxx",
            "ggml, whisper.cpp and llama.cpp read no GGML_CUDA_COMPUTE_CAPABILITY",
        ),
    ),
    Signature(
        id="cmake-nvtoolsext-missing",
        title="PyTorch's CMake files ask for nvToolsExt, which CUDA 12 no longer has",
        patterns=("CUDA::nvToolsExt but the target was not found", "CUDA::nvToolsExt <+> but the target was not found"),
        sample="CMake Error at Caffe2Targets.cmake:61 (set_target_properties):\n  The link interface of target "
        '"torch::nvtoolsext" '
        "contains:\n\n    CUDA::nvToolsExt\n\n  but the target was not found.",
        cause="This PyTorch was made for a CUDA release with the old NVTX library; newer toolkits have NVTX 3 as "
        "headers only.",
        does_not_mean="a missing CUDA Toolkit",
        fix="A newer PyTorch, or the toolkit with which it was built.",
        sources=("measured with CMake 4.4.5 and CUDA 13.5",),
    ),
    Signature(
        id="cmake-cudnn-missing",
        title="CMake does not find cuDNN",
        patterns=(
            "Could not find cudnn_LIBRARY using the following names",
            "Could not find CUDNN_<what:word> using the following",
            "Could NOT find CUDNN (missing:",
            "Could NOT find cuDNN (missing:",
        ),
        sample="Could not find cudnn_LIBRARY using the following names: cudnn, libcudnn.so.",
        cause="cuDNN is not part of the CUDA Toolkit: it is a separate package, and its development files are in "
        "another one.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Install cuDNN with its headers (libcudnn9-dev-cuda-12, conda-forge's cudnn, pip's nvidia-cudnn-cu12), or "
        "build in a -cudnn-devel image, and name its directory in CUDNN_PATH or CMAKE_PREFIX_PATH.",
        command="pip install nvidia-cudnn-cu12",
        sources=("NVIDIA/TransformerEngine#954",),
    ),
    Signature(
        id="cmake-variables-notfound",
        title="CMake did not find something that the project needs",
        patterns=(
            "The following variables are used in this project, but they are set to NOTFOUND",
            "Could not find <variable:word> using the following names",
            "Could not find <variable:word> using the following files",
        ),
        sample="CMake Error: The following variables are used in this project, but they are set to NOTFOUND.",
        cause="A library or a directory was looked for and not found; the next lines name the variables.",
        does_not_mean="CMake",
        fix="Install what the variables name (CUDA_cublas_LIBRARY: the toolkit), or set them with -D.",
        role=Role.GENERAL,
        sources=("Kitware/CMake Source/cmGlobalGenerator.cxx",),
    ),
    Signature(
        id="cmake-target-missing",
        title="a part of the CUDA toolkit is not installed: {target}",
        patterns=(
            "CUDA::<target:word> but the target was not found",
            "CUDA::<target:word> <+> but the target was not found",
        ),
        sample='CMake Error at CMakeLists.txt:107 (target_link_libraries):\n  Target "ggml-cuda" links to:\n\n    '
        "CUDA::cublas\n\n  but the "
        "target was not found.",
        cause="find_package(CUDAToolkit) found nvcc and not this library: its -dev package is missing.",
        does_not_mean="a missing toolkit",
        fix="Install the library's -dev package (libcublas-dev-12-8, …) or use a -devel image.",
        distinct=("target",),
        sources=("Kitware/CMake Source/cmGeneratorTarget_Link.cxx",),
    ),
    Signature(
        id="cmake-cuda-dialect",
        title="this nvcc is too old for the C++ standard that the project asks for",
        patterns=('requires the language dialect "CUDA<dialect:num>"',),
        sample='CMake Error in CMakeLists.txt:\n  Target "ggml-cuda" requires the language dialect "CUDA17" (with '
        "compiler extensions), "
        "but CMake does not know the compile flags to use to enable it.",
        cause="C++17 in device code came with CUDA 11.0 and C++20 with 12.0, or the CMake is older than the nvcc.",
        does_not_mean="the age of the host compiler",
        fix="A newer toolkit, or a newer CMake.",
        sources=("measured with CMake 4.4.5: CUDA_STANDARD 26",),
    ),
    Signature(
        id="cmake-toolkit-in-part",
        title="CMake finds a part of a CUDA toolkit and misses another: {missing}",
        patterns=(
            "Could NOT find CUDAToolkit (missing: <missing:text>) (found",
            "Could NOT find CUDA (missing: <missing:text>) (found",
        ),
        sample='Could NOT find CUDA (missing: CUDA_INCLUDE_DIRS CUDA_CUDART_LIBRARY) (found suitable version "7.5", '
        'minimum required is "5.5")',
        cause="An nvcc is on PATH, and headers or libraries are not in its toolkit: a toolkit of the distribution or "
        "of conda with nvcc alone, a -runtime image, or a link to an nvcc of another toolkit.",
        does_not_mean="the driver",
        fix="Name the one whole toolkit, and take an empty build directory.",
        command="cmake --fresh -B build -DCUDAToolkit_ROOT=/usr/local/cuda -DCUDA_TOOLKIT_ROOT_DIR=/usr/local/cuda",
        sources=("pytorch/pytorch#1056", "Kitware/CMake Modules/FindPackageHandleStandardArgs.cmake"),
    ),
    Signature(
        id="cmake-architectures-unset",
        title="the project wants CMAKE_CUDA_ARCHITECTURES to be set",
        patterns=(
            "You must set CMAKE_CUDA_ARCHITECTURES",
            "Please set CMAKE_CUDA_ARCHITECTURES",
            "CMAKE_CUDA_ARCHITECTURES must be set",
            "CMAKE_CUDA_ARCHITECTURES must be defined",
            "CMAKE_CUDA_ARCHITECTURES is not set",
            "CMAKE_CUDA_ARCHITECTURES is not defined",
            "CMAKE_CUDA_ARCHITECTURES not set",
        ),
        sample="CMake Error at CMakeLists.txt:255 (message):\n  You must set CMAKE_CUDA_ARCHITECTURES to e.g.  "
        "'native', 'all-major', '70',\n  etc.",
        cause="The project names no architectures, and its CMake file refuses to guess.",
        does_not_mean="a missing toolkit",
        fix="Pass the list: -DCMAKE_CUDA_ARCHITECTURES=native on the machine that has the GPU, else its number.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=("colmap/colmap#1940",),
    ),
)
