"""Meson and Bazel, and host compilers that nvcc cannot use or that crash."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="meson-nvcc-broken",
        title="Meson's test program does not compile with nvcc",
        patterns=(
            "ERROR: Compiler nvcc cannot compile programs",
            "ERROR: Compiler <compiler:word>nvcc cannot compile programs",
            "ERROR: Compiler <compiler:word>nvcc.exe cannot compile programs",
        ),
        sample="meson.build:1:0: ERROR: Compiler nvcc cannot compile programs.",
        cause="nvcc's own error is in meson-logs/meson-log.txt: most often the system's gcc or its headers are newer "
        "than "
        "this CUDA release takes, or CXX and CXXFLAGS name another compiler's options.",
        does_not_mean="the GPU",
        fix="Read the end of that file. Name a g++ that the toolkit accepts, and configure again in an empty "
        "directory.",
        command="tail -n 60 build/meson-logs/meson-log.txt",
        role=Role.HEADING,
        sources=("mesonbuild/meson mesonbuild/compilers/cuda.py", "rigaya/NVEnc#761"),
    ),
    Signature(
        id="meson-no-nvcc",
        title="Meson finds no CUDA compiler",
        patterns=(
            "ERROR: Unknown compiler(s): [['nvcc']]",
            "ERROR: Unknown compiler(s): ['nvcc']",
            "ERROR: Dependency 'cuda' not found",
            'ERROR: Dependency "cuda" not found',
        ),
        sample="meson.build:1:0: ERROR: Unknown compiler(s): [['nvcc']]",
        cause="No toolkit is installed, or nvcc is not in PATH and CUDA_PATH does not name its directory.",
        does_not_mean="the GPU; the driver",
        fix="Install the CUDA Toolkit, and put its bin directory into PATH and its directory into CUDA_PATH.",
        command="export CUDA_PATH=/usr/local/cuda PATH=/usr/local/cuda/bin:$PATH",
        sources=("mesonbuild/meson mesonbuild/compilers/detect.py", "mesonbuild/meson mesonbuild/dependencies/cuda.py"),
    ),
    Signature(
        id="bazel-cuda-not-found",
        title="Bazel's CUDA rule does not find {what}",
        patterns=(
            "Auto-Configuration Error: Cannot find <what:word> under",
            "Auto-Configuration Error: Cannot find <what:word> at",
            "Cuda Configuration Error: Cannot find <what:word> under",
            "Cuda Configuration Error: Cannot find <what:word> at",
            "Cuda Configuration Error: Could not find <what:word>",
        ),
        sample="Auto-Configuration Error: Cannot find cudnn.h under /usr/lib64",
        cause="The paths that configure wrote into .tf_configure.bazelrc do not hold it: headers and libraries are in "
        "different places, or its -dev package is missing.",
        does_not_mean="the GPU; `no such package @local_config_cuda`, which follows",
        fix="Install headers and libraries, name all places in TF_CUDA_PATHS (or CUDNN_INSTALL_PATH), and run "
        "configure "
        "again; TensorFlow since 2.18 downloads its own with --config=cuda_wheel or HERMETIC_CUDA_VERSION.",
        command="export TF_CUDA_PATHS=/usr/local/cuda,/usr,/usr/lib/x86_64-linux-gnu",
        distinct=("what",),
        sources=(
            "tensorflow/tensorflow third_party/gpus/cuda_configure.bzl",
            "tensorflow/tensorflow third_party/gpus/find_cuda_config.py",
            "tensorflow/tensorflow#16914",
        ),
    ),
    Signature(
        id="nvcc-cannot-write",
        title="nvcc cannot write a file: {file}",
        patterns=(
            "nvcc fatal : Could not open output file '<file:text>'",
            "nvcc fatal : Could not open output file <file:word>",
            "fatbinary fatal : Could not write file '<file:text>'",
            "nvcc fatal : Could not open output file",
        ),
        sample="nvcc fatal   : Could not open output file '/tmp/tmpxft_00012b96_0000000a'",
        cause="The directory is full, read-only, of another user, or does not exist. nvcc writes its temporary files "
        "to TMPDIR (TEMP on Windows), else to /tmp.",
        does_not_mean="the options; the source",
        fix="Name a directory that exists and can be written; on Windows TEMP may hold one directory only. After a "
        "build with sudo, delete what belongs to root.",
        command="df -h",
        after=("disk-full",),
        sources=(
            "src-d/kmcuda#8",
            "kokkos/kokkos#4522",
            "CMU-Perceptual-Computing-Lab/openpose#1584",
            "lammps/lammps#1887",
        ),
    ),
    Signature(
        id="nvcc-32-bit-host",
        title="nvcc took a 32-bit host compiler",
        patterns=(
            "asm operand type size(8) does not match type/size implied by constraint 'r'",
            "nvcc fatal : 32 bit compilation is only supported for",
            "32-bit compilation is not supported",
        ),
        sample="cuda_fp16.hpp(2044): error: asm operand type size(8) does not match type/size implied by constraint "
        "'r'",
        cause="The cl.exe in PATH is for x86, as in the plain Developer Command Prompt: pointers have 32 bits there, "
        "and "
        "CUDA's headers are for 64.",
        does_not_mean="a fault of CUDA's headers; the architecture",
        fix="Build in the x64 Native Tools Command Prompt (vcvars64.bat), in an empty build directory.",
        command="where.exe cl.exe",
        sources=("huggingface/candle#2633", "JustVugg/colibri#1408"),
    ),
    Signature(
        id="nvcc-host-unsupported-os",
        title="nvcc cannot use its host compiler on this system",
        patterns=("nvcc fatal : Host compiler targets unsupported OS",),
        sample="nvcc fatal   : Host compiler targets unsupported OS.",
        cause="nvcc asks the host compiler what it is, and no compiler answers that it takes on this system: gcc of "
        "MinGW "
        "or Cygwin on Windows, a cl.exe that is newer than this CUDA release, or a compiler that fails itself.",
        does_not_mean="the operating system; the GPU",
        fix="On Windows let nvcc use cl.exe of a Visual Studio that the toolkit supports (x64 Native Tools prompt, not "
        "MinGW); on Linux name a g++ with -ccbin.",
        command="export NVCC_CCBIN=g++",
        cases=(Case(when=("windows",), command="where.exe cl.exe"),),
        sources=("abetlen/llama-cpp-python#1642", "dmlc/cxxnet#71", "xxyzz/WordDumb#230"),
    ),
    Signature(
        id="compiler-crashed",
        title="a compiler or linker crashed",
        patterns=(
            "internal compiler error: <what:text>",
            "fatal error C1001: ",
            "fatal error LNK1000: ",
            "Internal error: assertion failed at<...>/EDG<...>",
            "Internal error: assertion failed: <...>EDG<...>",
            "PLEASE submit a bug report to <...> and include the crash backtrace",
            "LLVM ERROR: ",
        ),
        sample="LINK : fatal error LNK1000: unknown error at 00007FF6FB5A4241; consult documentation for technical "
        "support options",
        cause="The program has a fault itself, or ran out of memory; `Killed` or `Bus error` in the line is the "
        "memory or "
        "the disk.",
        does_not_mean="the GPU; an error in the source",
        fix="Build with fewer jobs at a time; if it crashes at the same file again, use another release of that "
        "compiler "
        "(the newest patch of Visual Studio or gcc, another CUDA release).",
        role=Role.GENERAL,
        sources=(
            "https://learn.microsoft.com/en-us/cpp/error-messages/tool-errors/linker-tools-error-lnk1000",
            "https://gcc.gnu.org/bugs/",
            "pytorch/pytorch#10242",
        ),
    ),
    Signature(
        id="nvcc-warning-as-error",
        title="nvcc treats a warning as an error: #{number}",
        patterns=(
            "error #<number:num>-D: <what:text>",
            "treated as an error<...>[-Werror all-warnings]",
        ),
        sample='cluster_sm90.hpp(101): error #940-D: missing return statement at end of non-void function "f"',
        cause="A number with -D is a warning that an option made an error (-Werror all-warnings, CMake's "
        "CMAKE_COMPILE_WARNING_AS_ERROR), and this release of nvcc warns of more than the one that the project is "
        "built with.",
        does_not_mean="the GPU; the driver",
        fix="Switch that option off (CMake --compile-no-warning-as-error, ONNX Runtime's "
        "build.py --compile_no_warning_as_error), pass "
        "-diag-suppress with the number to nvcc, or take a newer release of the library.",
        role=Role.GENERAL,
        distinct=("number",),
        sources=("microsoft/onnxruntime#19891", "https://docs.nvidia.com/cuda/cuda-compiler-driver-nvcc/ (--Werror)"),
    ),
    Signature(
        id="assembler-too-old",
        title="the assembler does not know an instruction of the compiler: {instruction}",
        patterns=(
            "Error: no such instruction: '<instruction:word>",
            "Error: unsupported instruction '<instruction:word>'",
            "Error: operand type mismatch for '<instruction:word>'",
        ),
        sample="ccdX1LJ1.s:1459: Error: no such instruction: `vdpbf16ps %zmm4,%zmm3,%zmm28'",
        cause="A newer gcc (a module, devtoolset or conda) calls the system's older `as`, and -march=native asks for "
        "instructions of this processor (AVX-512 BF16 and VNNI, AVX-VNNI) that it cannot encode.",
        does_not_mean="the GPU; CUDA: it is the processor's code",
        fix="Put the binutils of the same toolchain first on PATH (gcc-toolset, conda's binutils), or build without "
        "code for this very processor (-march=x86-64-v3).",
        command="as --version",
        distinct=("instruction",),
        sources=(
            "ggml-org/llama.cpp#27459",
            "ggml-org/llama.cpp#11787",
            "RedHatOfficial/rhelai-dev-preview#19",
            "pigirons/cpufp#3",
        ),
    ),
    Signature(
        id="configure-no-cuda",
        title="a configure script finds no CUDA",
        patterns=(
            "configure: error: CUDA not found",
            "configure: error: cuda_runtime.h not found",
            "configure: error: CUDA support requested but",
            "configure: error: Could not find CUDA",
            "configure: error: cannot find CUDA",
            "configure: error: <...>cuda.h",
            "configure: error: <...>nvcc",
        ),
        sample="configure: error: CUDA support requested but not found",
        cause="The script looks for nvcc, cuda.h or libcuda where its option --with-cuda points, and one of them is "
        "not there: no toolkit, or libcuda elsewhere (stubs in an image build).",
        does_not_mean="the GPU: a build needs none",
        fix="Name the toolkit's directory, and read config.log for the test that failed.",
        command="./configure --with-cuda=/usr/local/cuda",
        sources=("open-mpi/ompi config/opal_check_cuda.m4", "openucx/ucx config/m4/cuda.m4"),
    ),
    Signature(
        id="object-file-missing",
        title="an object file that the link needs was not made: {file}",
        patterns=(
            "error: <file:word>.cu.o: No such file or directory",
            "error: <file:word>.o: No such file or directory",
            "cannot find <file:word>.cu.o: No such file or directory",
        ),
        sample="c++: error: caffe2/CMakeFiles/torch.dir/cuda/torch_generated_ConvolutionTranspose2d.cu.o: No such file "
        "or directory",
        cause="Compiling it failed earlier (with -k, or in another run), or the build directory is of another "
        "configuration.",
        does_not_mean="a missing source or package",
        fix="Find the first error of nvcc in the whole output; if there is none, remove the build directory and build "
        "again with one job.",
        role=Role.GENERAL,
        sources=("pytorch/pytorch#22258",),
    ),
    Signature(
        id="dlib-without-cuda",
        title="dlib is built without CUDA",
        severity=Severity.WARNING,
        patterns=(
            "DLIB WILL NOT USE CUDA",
            "so dlib isn't going to use CUDA",
            "so dlib will not use it",
            "failed to compile the dlib/cmake_utils/test_for_cu<part:word>",
        ),
        sample="-- *** Dlib requires cuDNN V5.0 OR GREATER.  Since cuDNN is not found DLIB WILL NOT USE CUDA. ***",
        cause="dlib wants a toolkit, a host compiler that this nvcc takes, and cuDNN with its headers. One of them was "
        "not found or did not work, and dlib is built without CUDA. CMake keeps that answer in its cache.",
        does_not_mean="a failed build",
        fix="Install cuDNN with its headers (libcudnn9-dev, or conda's cudnn) and name it in CMAKE_PREFIX_PATH; see "
        "the output of the test compile below the line. Build again in an empty directory with -DDLIB_USE_CUDA=1.",
        command="python -c 'import dlib; print(dlib.DLIB_USE_CUDA)'",
        sources=("davisking/dlib#2125", "davisking/dlib#3029", "davisking/dlib#2100"),
    ),
)
