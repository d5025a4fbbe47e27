"""Lines of Rust crates that load or build CUDA, by whichever program prints them."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Role, Signature

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="cudarc-library-missing",
        title="a Rust program does not find the library {library}",
        patterns=(
            'Unable to dynamically load the "<library:word>" shared library - searched for library names',
            "Unable to find <library:(cuda|cublas|cublasLt|cudnn|curand|nvrtc|nccl)> lib under the names",
        ),
        sample="thread 'main' panicked at cudarc-0.16.6/src/lib.rs:201:5:\n"
        'Unable to dynamically load the "cuda" shared library - searched for library names: ["cuda", "nvcuda"]. Ensure '
        "that `LD_LIBRARY_PATH` has the correct path to the installed library.",
        cause="cudarc loads CUDA's libraries when they are first used. `cuda` is libcuda of the driver: there is "
        "none, or "
        "the container was started without its GPUs. The others (nvrtc, cublas, …) come with the toolkit.",
        does_not_mean="the build of the program",
        fix="For `cuda`: install the driver, or start the container with --gpus all. For the others: use a -runtime "
        "image "
        "or install the toolkit's libraries of the major release that the program was built for.",
        command="cudacompat doctor",
        distinct=("library",),
        cases=(
            Case(
                when=("nix",),
                fix="On NixOS libcuda of the driver is in /run/opengl-driver/lib: put it into LD_LIBRARY_PATH.",
                command="ls /run/opengl-driver/lib/libcuda.so.1",
            ),
            Case(
                when=("wsl",),
                fix="In WSL libcuda is in /usr/lib/wsl/lib: put it into LD_LIBRARY_PATH.",
                command="ls /usr/lib/wsl/lib/libcuda.so.1",
            ),
            Case(
                when=("windows",),
                fix="`cuda` is nvcuda.dll of the driver: install it. The others are in the toolkit's bin directory, "
                "which "
                "must be on PATH.",
            ),
        ),
        sources=("chelsea0x3b/cudarc src/lib.rs (panic_no_lib_found)",),
    ),
    Signature(
        id="cudarc-toolkit-unknown",
        title="this cudarc does not know CUDA {version}",
        patterns=(
            "Unsupported cuda toolkit version: `<version:ver>`. Please raise a github issue",
            "Unsupported cuda toolkit version: `$CUDARC_CUDA_VERSION=<version:word>`",
        ),
        sample="Unsupported cuda toolkit version: `13.1`. Please raise a github issue.",
        cause="The build script reads `nvcc --version` and has bindings for a fixed list of releases; this toolkit is "
        "later than the crate.",
        does_not_mean="the GPU; the driver",
        fix="Update cudarc, or pin an earlier set of bindings (CUDARC_CUDA_VERSION=12080, or the feature cuda-12080): "
        "they work with later libraries of the same major release.",
        command="cargo update -p cudarc",
        sources=("chelsea0x3b/cudarc build.rs",),
    ),
    Signature(
        id="cudarc-no-nvcc",
        title="cudarc's build script cannot run nvcc",
        patterns=("`nvcc --version` failed.<+>Os { code: 2", "Failed to execute `nvcc`"),
        sample="thread 'main' panicked at cudarc-0.16.6/build.rs:148:13:\n`nvcc --version` failed.\nErr(Os { code: "
        "2, kind: "
        'NotFound, message: "No such file or directory" })',
        cause="The feature cuda-version-from-build-system asks nvcc for the release, and there is none on the PATH.",
        does_not_mean="a missing GPU: the build needs none",
        fix="Install the toolkit and put its bin directory on PATH, or choose the release by a feature "
        "(cuda-12080) or CUDARC_CUDA_VERSION.",
        command='export PATH="/usr/local/cuda/bin:$PATH"',
        sources=("chelsea0x3b/cudarc build.rs (cuda_version_from_build_system)",),
    ),
    Signature(
        id="bindgen-no-c-headers",
        title="bindgen's libclang finds no C headers",
        patterns=(
            "fatal error: 'stddef.h' file not found",
            "fatal error: 'stdbool.h' file not found",
            "fatal error: 'stdarg.h' file not found",
            "fatal error: 'limits.h' file not found",
        ),
        sample="/usr/include/stdio.h:33:10: fatal error: 'stddef.h' file not found",
        cause="libclang is installed without clang's own headers (the package clang), or its version does not match "
        "them.",
        does_not_mean="CUDA",
        fix="Install clang itself, or name the headers: BINDGEN_EXTRA_CLANG_ARGS=-I/usr/lib/gcc/…/include.",
        command="sudo apt-get install clang",
        sources=("rust-lang/rust-bindgen book (requirements)",),
    ),
    Signature(
        id="cust-no-toolkit",
        title="a Rust crate finds no CUDA toolkit where it looks",
        patterns=("Could not find a cuda installation", "find_cuda_helper-<version:word> <+>Could not find a cuda"),
        sample="thread 'main' panicked at find_cuda_helper-0.2.0/src/lib.rs:12:13:\nCould not find a cuda installation",
        cause="find_cuda_helper (cust_raw, nvml, risc0) looks for include/cuda.h below CUDA_ROOT, CUDA_PATH, "
        "CUDA_TOOLKIT_ROOT_DIR, /opt/cuda and /usr/local/cuda only. A toolkit of the distribution is in /usr, and a "
        "machine with the driver alone has none.",
        does_not_mean="the GPU; the driver",
        fix="Install the toolkit, or name the directory that holds include/cuda.h (of Debian's package: /usr).",
        command="export CUDA_PATH=/usr/local/cuda",
        cases=(
            Case(
                when=("windows",),
                fix="Install the toolkit: its installer sets CUDA_PATH. Open a new terminal after it.",
            ),
        ),
        sources=("risc0/risc0#1022", "tmrlvi/kaspa-miner#44"),
    ),
    Signature(
        id="cudarc-symbol-missing",
        title="the driver or a library is not of the release that cudarc was built for",
        patterns=(
            "Expected symbol in library: DlSym { desc: <...>undefined symbol: <symbol:word>",
            "Expected symbol in library: GetProcAddress",
            "Expected to find symbol <...>DlSym",
        ),
        sample="thread 'main' panicked at cudarc-0.17.8/src/driver/sys/mod.rs:21710:18:\n"
        'Expected symbol in library: DlSym { desc: "/lib/x86_64-linux-gnu/libcuda.so.1: undefined symbol: '
        'cuLogsCurrent" }',
        cause="cudarc before 0.19.5 looks up every function of the release that its feature names (cuda-12090) as soon "
        "as it opens a library. A driver of an older release lacks some (cuLogsCurrent came with 12.9, cuCtxCreate_v4 "
        "with 12.5), and a later libnvrtc may lack one that was removed.",
        does_not_mean="that the program calls that function",
        fix="Update cudarc to 0.19.5 or newer, or build with the feature of the oldest driver that has to run it "
        "(cuda-12020), or update the driver.",
        command="cargo update -p cudarc",
        sources=(
            "chelsea0x3b/cudarc#422",
            "chelsea0x3b/cudarc#464",
            "chelsea0x3b/cudarc#490",
            "pegainfer-project/pegainfer#263",
            "tracel-ai/cubecl#1117",
        ),
    ),
    Signature(
        id="cargo-nvcc-failed",
        title="nvcc failed in a crate's build script",
        patterns=(
            "CUDA kernels: compilation failed",
            "nvcc error while executing compiling:",
            "nvcc error while compiling",
        ),
        sample="thread 'main' panicked at risc0/build_kernel/src/lib.rs:232:21:\nCUDA kernels: compilation failed",
        cause="The build script says only that nvcc ended with an error; nvcc's own lines are before or after it.",
        does_not_mean="the Rust code",
        fix="Read the first error of nvcc in the output of cargo build -vv.",
        command="cargo build -vv",
        role=Role.HEADING,
        sources=("risc0/risc0#2449", "guoqingbao/xinfer#176", "Narsil/bindgen_cuda src/lib.rs"),
    ),
    Signature(
        id="cubecl-buffer-too-big",
        title="a tensor of {size} bytes is larger than what the GPU can hold",
        patterns=("BufferTooBig(<size:num>)",),
        sample="called `Result::unwrap()` on an `Err` value: BufferTooBig(10909384704)",
        cause="CubeCL refuses a single buffer that is larger than its largest page of GPU memory.",
        does_not_mean="a broken GPU; an old driver",
        fix="Use a smaller batch or image, or process it in parts; nvidia-smi shows how much memory the GPU has.",
        command="nvidia-smi",
        sources=("tracel-ai/burn#4005",),
    ),
    Signature(
        id="cargo-feature-of-cudarc",
        title="a crate was built with a cudarc that left a part out by default",
        patterns=("could not find 'nvrtc' in 'cudarc'",),
        sample="error[E0433]: failed to resolve: could not find `nvrtc` in `cudarc`",
        cause="cudarc 0.17.4 made nvrtc a separate feature; crates that were published before it do not ask for it.",
        does_not_mean="the toolkit; the GPU",
        fix="Name the feature in the project's Cargo.toml, or update the crate that uses cudarc.",
        command="cargo add cudarc --features nvrtc",
        sources=("tracel-ai/burn#3980",),
    ),
)
