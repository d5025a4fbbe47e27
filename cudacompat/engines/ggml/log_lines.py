"""Lines of ggml, whisper.cpp, llama.cpp, and of programs built on them."""

from __future__ import annotations

from cudacompat.domain.logs.signature import (
    GpuMeaning,
    LineAddition,
    LogLines,
    Refinement,
    Role,
    Signature,
    SignatureGroup,
)
from cudacompat.engines.ggml.host_lines import HOST

_COMMON = "ggml-org/whisper.cpp ggml/src/ggml-cuda/common.cuh (no_device_code)"
_ROOTS = ("archs-default-target", "archs-lack-gpu")

# why a program on ggml continues without its CUDA backend
NO_BACKEND = (
    "ggml-cuda-init-failed",
    "ggml-backend-not-loaded",
    "ggml-backend-no-driver",
    "cuda-insufficient-driver",
    "cuda-no-device",
    "cuda-system-driver-mismatch",
    "nvrm-api-mismatch",
    "libcuda-missing",
    "driver-not-in-container",
)

_OWN: tuple[Signature, ...] = (
    Signature(
        id="ggml-default-target",
        title="code for nvcc's default target sm_{running} ran on {label}, and this kernel has no body for it",
        derived=True,
        after=("archs-default-target",),
        sample="mmv.cu:51: ERROR: CUDA kernel mul_mat_vec has no device code compatible with CUDA arch 520. "
        "ggml-cuda.cu "
        "was compiled for: 520",
        cause="The arch in the line is __CUDA_ARCH__ of the code that was running. 520 is what nvcc makes without "
        "an option (750 from CUDA 13): the driver translated its PTX for the GPU, ggml saw a fast GPU and chose a "
        "kernel that has no body for {running}, and that kernel stopped the program.",
        does_not_mean="the compute capability of the GPU; a failed load (the code ran); missing PTX (it was compiled)",
        fix="Set the architecture list, clear the build cache (cargo clean --release -p whisper-rs-sys, rm -rf build), "
        "rebuild, and check the new file. A common reason is GGML_NATIVE=ON in a build without a GPU.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=(
            _COMMON,
            "measured: nvcc's default prints 750, PTX of 8.0 beside machine code of 12.0 prints 800 on a GPU of 9.0",
            "leejet/stable-diffusion.cpp#541",
            "ggml-org/whisper.cpp#2050",
            "LostRuins/koboldcpp#1362",
        ),
        gpu=GpuMeaning.OWN_ARCH,
    ),
    Signature(
        id="ggml-kernel-lacks-feature",
        title="ggml chose a kernel that has no body for {label}",
        derived=True,
        sample="fattn-wmma-f16.cu:528: ERROR: CUDA kernel flash_attn_ext_f16 has no device code compatible with CUDA "
        "arch "
        "700. ggml-cuda.cu was compiled for: 700",
        cause="The arch in the line is __CUDA_ARCH__ of the code that was running, and it is the GPU's own: the code "
        "for this GPU is there and was used. The kernel has an empty body for it, after a guard for a feature.",
        does_not_mean="a missing architecture: a rebuild with the same list changes nothing",
        fix="Use another release of the engine. Until then turn the feature off (flash attention: -fa off; "
        "GGML_CUDA_FORCE_MMQ).",
        sources=(_COMMON, "ggml-org/llama.cpp#11615", "ollama/ollama#12442"),
        gpu=GpuMeaning.OWN_ARCH,
    ),
    Signature(
        id="ggml-no-device-code",
        title="the running code was compiled for {arch}, and this ggml kernel has no body for it",
        patterns=(
            "ERROR: CUDA kernel <kernel:word> has no device code compatible with CUDA arch <arch:num>. <...> was "
            "compiled for: <list:list>",
            "has no device code compatible with CUDA arch <arch:num>",
        ),
        sample="mmq.cuh:2589: ERROR: CUDA kernel mul_mat_q has no device code compatible with CUDA arch 600. "
        "ggml-cuda.cu was "
        "compiled for: 500,600",
        cause=(
            '"arch" in this line is the architecture of the running code (machine code, or PTX that the '
            "driver compiled). It is older than the GPU, and the kernel is empty below a newer one."
        ),
        does_not_mean="the compute capability of the GPU; a failed load (the code ran)",
        fix="Build for the GPU itself: add its own target to the list.",
        command="cudacompat generate {engine} --gpu {gpu}",
        after=_ROOTS,
        sources=(_COMMON, "ggml-org/llama.cpp#11093", "LostRuins/koboldcpp#1579"),
        gpu=GpuMeaning.OWN_ARCH,
        refined=(
            (Refinement.OWN_CODE, "ggml-kernel-lacks-feature"),
            (Refinement.DEFAULT_TARGET, "ggml-default-target"),
        ),
    ),
    Signature(
        id="ggml-built-without-arch",
        title="ggml was compiled without code for this GPU",
        patterns=("ggml-cuda was compiled without support for the current GPU architecture",),
        sample="ERROR: ggml-cuda was compiled without support for the current GPU architecture.",
        cause="The wording of 2023 for a kernel without a body for the running code's architecture.",
        does_not_mean="ggml's support for the GPU",
        fix="Build for the GPU's own number.",
        command="cudacompat generate {engine} --gpu {gpu}",
        after=_ROOTS,
        sources=("mudler/LocalAI#1513", "ggml-org/llama.cpp#5088"),
    ),
    Signature(
        id="ggml-no-arch-below",
        title="ggml looked for compiled code not above {arch} and found none in its own list",
        patterns=("ggml was not compiled with any CUDA arch <= <arch:num>",),
        sample="/src/ggml/src/ggml-cuda/../ggml-cuda/common.cuh:112: ggml was not compiled with any CUDA arch <= 750",
        cause="To choose between kernels ggml asks for the newest architecture in its list up to a given one; for a "
        "short time in August 2025 it aborted where the list starts above it.",
        does_not_mean="the compute capability of the GPU: on an A100 (8.0) and a build for it 750 was printed",
        fix="Update llama.cpp (the abort was taken out in its pull request 15587); if it stays, build for the GPU's "
        "own number.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=("ggml-org/llama.cpp#15589", "ggml-org/llama.cpp#15587"),
    ),
    Signature(
        id="ggml-cuda-error",
        title="ggml stopped after a CUDA error",
        patterns=(
            "ggml-cuda.cu:<line:num>: CUDA error",
            "ggml/src/ggml-cuda/<...>.cu:<line:num>: CUDA error",
            'GGML_ASSERT: <...>ggml-cuda.cu:<line:num>: !"CUDA error"',
        ),
        sample="/build/whisper.cpp/ggml/src/ggml-cuda/ggml-cuda.cu:70: CUDA error",
        cause="The last line before ggml aborts; what happened is two or three lines above (`CUDA error: …`). The "
        "path is the build machine's.",
        does_not_mean="the printed source line: kernel errors are reported later than they happen",
        fix="Read the `CUDA error:` line above.",
        role=Role.HEADING,
        after=("ggml-no-device-code", "ggml-default-target", "ggml-kernel-lacks-feature"),
        sources=(
            "ggml-org/whisper.cpp ggml/src/ggml-cuda/ggml-cuda.cu",
            "ggml-org/whisper.cpp#3129",
            "ggml-org/llama.cpp#6433",
        ),
    ),
    Signature(
        id="ggml-cuda-init-failed",
        title="ggml could not use CUDA, so the CPU does the work",
        patterns=(
            "ggml_cuda_init: failed to initialize CUDA",
            "failed to initialize CUDA: <reason:text>",
            "whisper_backend_init_gpu: failed to initialize CUDA<n:num> backend",
        ),
        sample="ggml_cuda_init: failed to initialize CUDA: unknown reason",
        role=Role.HEADING,
        cause="cudaGetDeviceCount failed. The line has the reason: no driver, no visible GPU, or a driver older "
        "than the program's CUDA version.",
        does_not_mean="the architecture: ggml did not look at device code yet",
        fix="Fix the reason in the line: --gpus all, CUDA_VISIBLE_DEVICES, or the driver.",
        command="cudacompat doctor",
        after=("driver-not-in-container", "cuda-insufficient-driver", "cuda-no-device"),
        sources=("ggml-org/whisper.cpp ggml/src/ggml-cuda/ggml-cuda.cu",),
    ),
    Signature(
        id="ggml-cublas-arch-mismatch",
        title="cuBLAS has no code for this GPU",
        statuses=(("cublas", 8),),
        patterns=("CUBLAS_STATUS_ARCH_MISMATCH", "the function requires a feature absent from the device architecture"),
        sample="CUDA error: the function requires a feature absent from the device architecture",
        cause="The library or the operation needs a newer architecture than the GPU has, such as half precision on an "
        "old GPU, or the cuBLAS is older than the GPU.",
        does_not_mean="the program's own kernels",
        fix="A cuBLAS (toolkit) release that supports {label}, or another precision.",
        sources=("https://docs.nvidia.com/cuda/cublas/ (cublasStatus_t)", "cublas_api.h of nvidia-cublas-cu12 12.9"),
    ),
    Signature(
        id="ggml-cc-blackwell-specific",
        title="a short-lived check of ggml refuses plain {cc}",
        patterns=("Compute capability <cc:num> used, use <...> for Blackwell specific",),
        sample="Compute capability 121 used, use 121a or 121f for Blackwell specific",
        cause="ggml of December 2025 (b7555) refused 12X without a suffix; later ones turn 12X into 12Xa by "
        "themselves.",
        does_not_mean="the toolkit",
        fix="Write {cc}a, or update ggml.",
        sources=("ggml-org/llama.cpp#18421",),
    ),
    Signature(
        id="ggml-library-missing",
        title="the program does not find its own library {library}",
        patterns=(
            "<library:(libwhisper*|libllama*|libmtmd*|libggml*)>.so<...>: cannot open shared object file",
            "<library:(libwhisper*|libllama*|libmtmd*|libggml*)><...>.dylib<...> no such file",
        ),
        sample="whisper-cli: error while loading shared libraries: libwhisper.so.1: cannot open shared object file: No "
        "such file or directory",
        cause="Built with shared libraries, which are in the build directory or next to the program, and were not "
        "copied "
        "or installed with it.",
        does_not_mean="the driver; the CUDA Toolkit",
        fix="Install with cmake --install, or copy the libraries next to the program; or build with "
        "-DBUILD_SHARED_LIBS=OFF. A Python package has to be built again with its libraries inside.",
        after=("ggml-backend-not-loaded",),
        sources=("absadiki/pywhispercpp#170", "ggml-org/whisper.cpp CMakeLists.txt (BUILD_SHARED_LIBS)"),
    ),
    Signature(
        id="ggml-backend-no-driver",
        title="ggml's CUDA backend finds no driver",
        patterns=(
            "failed to load <...>ggml-cuda<...>: libcuda.so.1: cannot open shared object file",
            "failed to load <...>ggml-cuda<...>: libnvidia-ml.so.1: cannot open shared object file",
        ),
        sample="load_backend: failed to load /app/libggml-cuda.so: libcuda.so.1: cannot open shared object file: No "
        "such "
        "file or directory",
        cause="libcuda.so.1 is the driver's: on a host none is installed, in a container none was brought in. The "
        "program "
        "continues without CUDA, on the CPU.",
        does_not_mean="a missing toolkit; a broken build; the GPU",
        fix="Start the container with --gpus all (podman: --device nvidia.com/gpu=all); on the host install the "
        "driver. On "
        "a machine without an NVIDIA GPU the line is harmless.",
        command="nvidia-smi -L",
        sources=("ollama/ollama#16985", "ggml-org/llama.cpp ggml/src/ggml-backend-reg.cpp"),
    ),
    Signature(
        id="ggml-backend-not-loaded",
        title="ggml could not load its CUDA backend",
        patterns=(
            "failed to load <...>ggml-cuda<...>: <...>cannot open shared object file",
            "failed to load <...>ggml-cuda.dll",
            "failed to load <...>libggml-cuda.so",
            "failed to find ggml_backend_init in <...>ggml-cuda",
            "failed to initialize backend from <...>ggml-cuda<...>",
        ),
        sample="ggml_backend_load_best: failed to load /app/libggml-cuda.so: libcudart.so.12: cannot open shared "
        "object file: "
        "No such file or directory",
        cause="libggml-cuda.so is there and one of its libraries is not (libcuda, libcudart, libcublas), or it is "
        "of another ggml. The program continues without it, on the CPU.",
        does_not_mean="the architecture",
        fix="The reason is in the line: install that library, or take backend and program from one build.",
        command="ldd libggml-cuda.so",
        after=("libcuda-missing", "cuda-library-missing"),
        sources=("ggml-org/whisper.cpp ggml/src/ggml-backend-reg.cpp",),
    ),
    Signature(
        id="ggml-op-failed",
        title="ggml's operation failed after a CUDA error",
        patterns=("ggml_cuda_compute_forward: <operation:word> failed",),
        sample="ggml_cuda_compute_forward: MUL_MAT failed",
        cause="The operation that was running when an error was noticed; the error is in the next line.",
        does_not_mean="this operation",
        fix="Read the `CUDA error:` line that follows.",
        role=Role.HEADING,
        after=(
            "ggml-no-device-code",
            "ggml-default-target",
            "ggml-kernel-lacks-feature",
            "cuda-no-kernel-image",
            "cuda-unsupported-ptx",
            "cuda-launch-failure",
            "cuda-illegal-address",
            "cuda-out-of-memory",
        ),
        sources=("ggml-org/whisper.cpp ggml/src/ggml-cuda/ggml-cuda.cu", "ggml-org/whisper.cpp#3129"),
    ),
    Signature(
        id="ollama-driver-too-old",
        title="ollama leaves the GPU out: its driver is too old",
        patterns=(
            "old CUDA driver detected - please upgrade to a newer driver",
            'msg="NVIDIA driver too old"',
            "NVIDIA driver too old",
        ),
        sample='level=WARN source=cuda_compat.go:65 msg="NVIDIA driver too old" device="NVIDIA GeForce GTX 1060" '
        "compute=6.1 "
        'driver=535 required_driver="550 or newer"',
        cause="ollama's CUDA libraries are compressed with zstd (driver 550) or hold only PTX for old GPUs (570), and "
        "the driver is older.",
        does_not_mean="the GPU",
        fix="Update the driver to the branch that the line names.",
        sources=("ollama/ollama discover/cuda_compat.go",),
    ),
    Signature(
        id="ollama-runner-ended",
        title="ollama's runner process ended",
        patterns=(
            "llama runner process has terminated: signal",
            "llama runner process no longer running",
            'msg="llama runner terminated"',
            "llama runner process has terminated: exit status",
        ),
        sample='time=2025-04-14T20:20:48.993+08:00 level=ERROR source=server.go:449 msg="llama runner terminated" '
        'error="exit status 0xc0000409"',
        cause="What ollama says of any failure of the process that runs the model; that process's own lines are above.",
        does_not_mean="a separate fault",
        fix="Read the first error above it; OLLAMA_DEBUG=1 shows more.",
        role=Role.HEADING,
        sources=("ollama/ollama#10265", "ollama/ollama#9782"),
    ),
    Signature(
        id="ggml-out-of-memory",
        title="ggml could not place a buffer",
        patterns=(
            "ggml<...>failed to allocate buffer of size",
            "failed to allocate CUDA<n:num> buffer of size",
            "llama<...>failed to allocate compute buffers",
            "failed to allocate the compute buffer",
            "unable to allocate CUDA<n:num> buffer",
        ),
        sample="ggml_gallocr_reserve_n: failed to allocate CUDA0 buffer of size 1073741824",
        cause="The GPU's memory is full.",
        does_not_mean="the architecture",
        fix="A smaller model or context, fewer layers on the GPU.",
        after=("cuda-out-of-memory",),
        sources=("ggml-org/whisper.cpp ggml/src/ggml-alloc.c",),
    ),
)

_RENAMED: tuple[Signature, ...] = (
    Signature(
        id="cmake-option-removed",
        title="the option {old} was renamed",
        patterns=(
            "<old:cudavar> is deprecated and will be removed in the future. Use GGML_CUDA",
            "<old:cudavar> is deprecated and will be removed in the future. Use LLAMA_CUDA",
            "<old:cudavar> is deprecated and will be removed in the future. Use WHISPER_CUDA",
        ),
        sample="CMake Error at CMakeLists.txt:132 (message):\n  WHISPER_CUBLAS is deprecated and will be removed in "
        "the future.\n\n  Use "
        "GGML_CUDA instead",
        cause="The CUDA switch of whisper.cpp and llama.cpp was renamed. By the version the old name still "
        "works, stops the build, or is ignored, which leaves a build for the CPU.",
        does_not_mean="CUDA itself",
        fix="Use -DGGML_CUDA=ON, and configure from scratch.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=("ggml-org/whisper.cpp CMakeLists.txt",),
    ),
)

_STATUS: tuple[Signature, ...] = (
    Signature(
        id="ggml-native-status",
        title="the configuration of ggml looked for a GPU and found none",
        patterns=(
            "CMAKE_CUDA_ARCHITECTURES=native CMAKE_CUDA_ARCHITECTURES_NATIVE=No CUDA devices found",
            "CMAKE_CUDA_ARCHITECTURES_NATIVE=No CUDA devices found",
        ),
        sample="-- Using CMAKE_CUDA_ARCHITECTURES=native CMAKE_CUDA_ARCHITECTURES_NATIVE=No CUDA devices found.-real",
        cause="GGML_NATIVE=ON set the list to `native`; no GPU is visible, so nvcc will warn and compile its default "
        "target (52 up to CUDA 12, 75 from 13).",
        does_not_mean="a failed build: it succeeds with the wrong code",
        fix="Give -DGGML_NATIVE=OFF and -DCMAKE_CUDA_ARCHITECTURES, and configure from scratch.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=("ggml-org/whisper.cpp ggml/src/ggml-cuda/CMakeLists.txt", "measured with CMake 3.28.4 and 4.4.4"),
    ),
)

# what ends in another error, of the library that was called next
_DEVICE_CODE = ("ggml-no-device-code", "ggml-default-target", "ggml-kernel-lacks-feature", "ggml-built-without-arch")
_LIBRARIES_AFTER = (
    "cublas-not-initialized",
    "cublas-alloc-failed",
    "cublas-execution-failed",
    "cublas-not-supported",
    "cudnn-not-initialized",
    "cudnn-execution-failed",
    "cudnn-internal-error",
    "cudnn-arch-mismatch",
    "cudnn-not-supported",
    "nccl-unhandled",
)
_NATIVE_OFF = "for ggml also -DGGML_NATIVE=OFF."

LINES = LogLines(
    groups=(
        SignatureGroup("ggml: whisper.cpp, llama.cpp and what is built on them", (*_OWN, *HOST), place=100),
        SignatureGroup("CMake", _RENAMED, before="cmake-nvtoolsext-missing"),
        SignatureGroup("CMake", _STATUS),
    ),
    everywhere=("ggml/src/ggml-cuda/", "libggml-cuda.so", "ggml-cuda.cu:"),
    additions=(
        LineAddition(
            id="cuda-launch-failure",
            cause="ggml's kernels without device code end in a trap, so this line after theirs is its consequence.",
            after=_DEVICE_CODE,
        ),
        LineAddition(id="cuda-invalid-handle", after=_DEVICE_CODE),
        *(LineAddition(id=each, after=_DEVICE_CODE[:2]) for each in _LIBRARIES_AFTER),
        LineAddition(id="cuda-not-supported", fix="for ggml GGML_CUDA_NO_VMM=ON at build time."),
        LineAddition(id="undefined-symbol-cuda-driver", fix="ggml does without with -DGGML_CUDA_NO_VMM=ON."),
        LineAddition(id="ptxas-needs-arch-specific", fix="newer ggml turns 12X into 12Xa by itself."),
        LineAddition(
            id="cpu-illegal-instruction", cause="In ggml GGML_NATIVE=ON does so.", fix="for ggml -DGGML_NATIVE=OFF."
        ),
        LineAddition(id="nvcc-arch-is-garbage", fix=_NATIVE_OFF),
        LineAddition(id="assembler-too-old", fix=_NATIVE_OFF),
        LineAddition(id="cmake-native-without-gpu", fix=_NATIVE_OFF),
    ),
)
