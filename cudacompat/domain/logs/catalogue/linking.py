"""Lines of the linker and the loader about CUDA's libraries."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Role, Signature

_TOOLKIT_FILES = "|".join(
    f"{prefix}{name}"
    for prefix in ("lib", "")
    for name in (
        *("cuda", "cudart*", "cudadevrt*", "culibos*", "cublas*", "cufft*", "curand*", "cusparse*", "cusolver*"),
        *("cudnn*", "cupti*", "nvrtc*", "nvJitLink*", "nvToolsExt*", "nccl*", "npp*", "nvinfer*"),
    )
)

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="ld-cannot-find-cuda",
        title="the linker does not find {library}",
        patterns=("cannot find -l<library:cudalib>",),
        sample="/usr/bin/ld: cannot find -lcuda: No such file or directory",
        cause="libcuda is part of the driver. Without a driver, as in an image build, link the stub in "
        "lib64/stubs. The other libraries are in the toolkit's -dev packages.",
        does_not_mean="the machine that will run the program",
        fix="For -lcuda add the stub directory for linking only. For the others use a -devel image or the "
        "toolkit's lib64.",
        command='export LIBRARY_PATH="/usr/local/cuda/lib64:/usr/local/cuda/lib64/stubs:$LIBRARY_PATH"',
        distinct=("library",),
        sources=("measured with GNU ld 2.40",),
    ),
    Signature(
        id="cuda-build-input-missing",
        title="the build needs {library}, which is not where its files say",
        patterns=tuple(
            f"{head}'<directory:text>/<library:({_TOOLKIT_FILES})>.<...>', needed by"
            for head in ("ninja: error: ", "No rule to make target ")
        ),
        sample="ninja: error: '/usr/local/cuda/lib64/libcudart_static.a', needed by 'libx.so', missing and no known "
        "rule to make it",
        cause="build.ninja and Makefiles keep the paths of the toolkit that CMake found. That toolkit was removed or "
        "replaced since, or the package that has this file (a -dev package) is not installed.",
        does_not_mean="the GPU; an incomplete source tree",
        fix="Install the toolkit's development packages (the stub of libcuda is among them), delete the build "
        "directory and configure again.",
        command="ls -l /usr/local",
        distinct=("library",),
        sources=("ninja-build/ninja src/build.cc", "rpng/open_vins#265", "weixu000/libtorch-yolov3-deepsort#29"),
    ),
    Signature(
        id="link-failed",
        title="the linker failed; its own lines say why",
        patterns=(
            "error: ld returned <code:num> exit status",
            "clang: error: linker command failed with exit code",
            "clang++: error: linker command failed with exit code",
        ),
        sample="collect2: error: ld returned 1 exit status",
        cause="The line is the compiler's report that the linker ended with an error.",
        does_not_mean="a second fault",
        fix="Read the lines of the linker above it.",
        role=Role.END,
        sources=("measured with gcc 12", "llvm/llvm-project clang/lib/Driver/Driver.cpp"),
    ),
    Signature(
        id="cuda-library-missing",
        title="{library} is not found at run time",
        cases=(
            Case(
                when=("also:apptainer-no-nv-files",),
                cause="The container has no such library and gets none from the host: --nv found no files "
                "of NVIDIA's there. On a Jetson before JetPack 7 CUDA's libraries are meant to come from the host.",
                fix="Bind the host's libraries into the container (--bind /usr/local/cuda and, on a Jetson, "
                "/usr/lib/aarch64-linux-gnu/tegra), or use an image that has them.",
            ),
        ),
        patterns=(
            "Failed to load dynamic library <library:cudaso>",
            "<library:cudaso>: cannot open shared object file",
            "Could not load dynamic library '<library:cudaso>'",
        ),
        sample="error while loading shared libraries: libcublas.so.12: cannot open shared object file: No such file "
        "or directory",
        cause="The program needs this library with exactly this major version. The image is -base instead of "
        "-runtime, the toolkit has another major version, or the directory is not in the search path.",
        does_not_mean="the driver (that library is libcuda.so.1)",
        fix="Install the library with that major version (a -runtime image, or pip's nvidia-… packages), and add "
        "its directory to LD_LIBRARY_PATH or ldconfig.",
        distinct=("library",),
        sources=(
            "measured: loading libcublas.so.12 without it",
            "SYSTRAN/faster-whisper README (libraries for the GPU)",
        ),
    ),
    Signature(
        id="glibc-too-old",
        title="the program was built on a newer system: {version} is missing",
        patterns=("version '<version:abi>' not found",),
        sample="/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by ./whisper-server)",
        cause="The program was linked against a newer glibc or libstdc++ than this system has, for example built "
        "on Ubuntu 24.04 and run on 22.04.",
        does_not_mean="the GPU",
        fix="Build and run on the same base image, or build on the older one.",
        distinct=("version",),
        sources=("measured with glibc 2.36: a program that asks for a newer one",),
    ),
    Signature(
        id="undefined-symbol-cuda-driver",
        title="libcuda lacks a function that the program needs",
        patterns=("undefined symbol: <symbol:cusym>", "undefined reference to '<symbol:cusym>'"),
        after=("julia-no-cuda",),
        sample="undefined reference to `cuMemCreate'",
        cause="At link time: -lcuda is missing. At run time: the driver is older than the function, or a stub was "
        "loaded.",
        does_not_mean="a missing architecture",
        fix="Link with -lcuda (stubs in an image build), or update the driver.",
        distinct=("symbol",),
        sources=("measured with GNU ld 2.40",),
    ),
    Signature(
        id="ld-no-pic",
        title="CUDA objects were compiled without -fPIC",
        patterns=(
            "can not be used when making a shared object; recompile with -fPIC",
            "can not be used when making a PIE object; recompile with -fPIC",
            "can not be used when making a PIE object; recompile with -fPIE",
            "can not be used when making a shared object; recompile with",
        ),
        sample="/usr/bin/ld: libggml-cuda.a(ggml-cuda.cu.o): relocation R_X86_64_32S against `.rodata' can not be "
        "used when "
        "making a PIE object; recompile with -fPIC",
        cause="A static library with device code was built without position-independent code.",
        does_not_mean="a missing architecture",
        fix="Unset CMAKE_CUDA_FLAGS, or put -Xcompiler=-fPIC into it; CMake: CMAKE_POSITION_INDEPENDENT_CODE=ON.",
        sources=("whisper-rs sys/build.rs (135b60b)", "measured with GNU ld 2.40"),
    ),
    Signature(
        id="ld-relocation-overflow",
        title="the binary is larger than 2 GiB: too many architectures in it",
        patterns=(
            "relocation truncated to fit: <...>.nvFatBinSegment",
            "relocation truncated to fit: <...>.nv_fatbin",
            "relocation truncated to fit: <...>nvtx",
            "relocation truncated to fit: <...>cuda",
            "relocation <...> out of range: <...>nv_fatbin",
            "(.nvFatBinSegment+<...>): relocation <...> out of range",
            "(.nv_fatbin+<...>): relocation <...> out of range",
            "relocation <...> out of range: <...>cuda",
            "relocation truncated to fit: <...>against undefined symbol '__gmon_start__'",
        ),
        sample="crtstuff.c:(.text+0xb): relocation truncated to fit: R_X86_64_PC32 against symbol `__TMC_END__' "
        "defined in "
        ".nvFatBinSegment section in lib/libtorch_cuda.so",
        cause="Device code for many architectures pushed the sections further apart than 32-bit addresses reach.",
        does_not_mean="the source code",
        fix="Fewer architectures, -real instead of both forms, --compress-mode=size, or split the library.",
        sources=(
            "ggml-org/llama.cpp#13446",
            "ginkgo-project/ginkgo#1734",
            "pytorch/pytorch#39968",
        ),
    ),
    Signature(
        id="rust-native-library-missing",
        title="rustc finds no static library {library}",
        patterns=(
            "rust-lld: error: unable to find library -l<library:word>",
            "error: could not find native static library `<library:word>`",
            "error: could not find native library `<library:word>`",
        ),
        sample="error: could not find native static library `cudart_static`, perhaps an -L flag is missing?",
        cause="The crate's build script names the library and no directory that holds it: crates look in CUDA_PATH, "
        "CUDA_LIBRARY_PATH, /usr/local/cuda and /opt/cuda, and packages of a distribution have it in /usr/lib.",
        does_not_mean="a missing driver; the GPU",
        fix="Name the directory of the library (`find / -name 'libcudart_static.a'`), or install NVIDIA's toolkit; "
        "culibos "
        "is on Linux only.",
        command="export CUDA_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu",
        distinct=("library",),
        sources=(
            "Zackriya-Solutions/meetily#686",
            "utilityai/llama-cpp-rs#694",
            "rust-lang/rust rustc_codegen_ssa (text)",
        ),
    ),
    Signature(
        id="static-tls-full",
        title="the loader has no room left for a library's thread-local data",
        patterns=("cannot allocate memory in static TLS block",),
        sample="libGLdispatch.so.0: cannot allocate memory in static TLS block",
        cause="Some libraries (libGLdispatch, libgomp, scikit-learn's) need a place that is given out at the start "
        "and is small. Loaded late, after others, they find it full. Common on Jetson and other Arm machines.",
        does_not_mean="a full memory; the GPU",
        fix="Load that library first: LD_PRELOAD with the path that the line names, or import the package before the "
        "others; or raise glibc's reserve with GLIBC_TUNABLES=glibc.rtld.optional_static_tls=16384.",
        command="export GLIBC_TUNABLES=glibc.rtld.optional_static_tls=16384",
        sources=(
            "toolboc/Intelligent-Video-Analytics-with-NVIDIA-Jetson-and-Microsoft-Azure#22",
            "opencv/opencv#14884",
        ),
    ),
    Signature(
        id="libtorch-cuda-not-linked",
        title="the program does not load libtorch's CUDA library",
        patterns=("Cannot initialize CUDA without ATen_cuda library", "without torch_cuda library"),
        sample='Torch("Cannot initialize CUDA without ATen_cuda library. PyTorch splits its backend into two shared '
        'libraries: a CPU library and a CUDA library")',
        cause="The linker dropped libtorch_cuda, as the program names none of its symbols; or the libtorch is the one "
        "for the CPU.",
        does_not_mean="the driver; the GPU",
        fix="Use a libtorch with CUDA, and link with -Wl,--no-as-needed -ltorch_cuda (for tch a build.rs that prints "
        "cargo:rustc-link-arg=-Wl,--no-as-needed and -ltorch_cuda).",
        sources=("LaurentMazare/tch-rs#182",),
    ),
)
