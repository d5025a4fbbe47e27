"""Errors of the CUDA runtime and the driver API about loading code and getting at a GPU.

Numbers, names and texts: `cudaGetErrorString` and `cudaGetErrorName` of libcudart 13.5 (called), and `CUresult` in
cuda.h of CUDA 13.5.
"""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import GpuMeaning, Signature

_TABLE = "number, names and text: libcudart 13.5 and cuda.h 13.5"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="cuda-no-kernel-image",
        title="no code in the library runs on this GPU (CUDA error 209)",
        code=209,
        names=("cudaErrorNoKernelImageForDevice", "CUDA_ERROR_NO_BINARY_FOR_GPU"),
        patterns=("no kernel image is available for execution on the device", "no binary for GPU", "NoBinaryForGpu"),
        sample="CUDA error: no kernel image is available for execution on the device",
        cause="The module that contains the launched kernel has no machine code and no PTX for this GPU. Machine "
        "code runs only within its major version, from its minor version up.",
        does_not_mean="an old driver or toolkit; the rest of the file, which may have the code",
        fix="Rebuild the failing library for {label}, or install a release that supports it. Then check the file.",
        command="cudacompat generate {engine} --gpu {gpu}",
        cases=(
            Case(
                when=("python", "gpu<7.5"),
                fix="A package in this environment has no code for {label}: the last one above the error in the "
                "traceback. Builds with CUDA 13 have nothing below 7.5: install one that was built with CUDA 12.",
                command="",
            ),
            Case(
                when=("python",),
                fix="A package in this environment has no code for {label}: the last one above the error in the "
                "traceback. Install a release of it that supports the GPU, then check its file.",
                command="",
            ),
            Case(
                when=("cargo",),
                fix="A crate compiled its kernels for another GPU. Set the architecture in the variable that the crate "
                "reads, clean that crate, and build again.",
            ),
            Case(
                when=("gpu<7.5",),
                fix="Rebuild the library that failed for {label} with CUDA 12.9 or earlier (CUDA 13 builds nothing "
                "below 7.5), or install its CUDA 12 build.",
            ),
        ),
        after=("archs-lack-gpu", "archs-older-than-gpu", "nvlink-arch-not-found"),
        sources=(
            "measured on a GPU of compute capability 9.0, driver 580.159.04",
            "SYSTRAN/faster-whisper#806",
            "vllm-project/vllm#19906",
            "ggml-org/whisper.cpp#3129",
            _TABLE,
        ),
        gpu=GpuMeaning.NO_IMAGE,
    ),
    Signature(
        id="cuda-unsupported-ptx",
        title="the PTX is newer than the driver can compile (CUDA error 222)",
        code=222,
        names=("cudaErrorUnsupportedPtxVersion", "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"),
        patterns=("the provided PTX was compiled with an unsupported toolchain",),
        sample="CUDA error 222 at ggml-cuda.cu:6466: the provided PTX was compiled with an unsupported toolchain.",
        cause="No machine code fits the GPU, so the driver had to compile PTX. The toolkit that built this PTX "
        "is newer than the driver's CUDA version.",
        does_not_mean="the GPU; the toolkit on this machine. CUDA's minor-version compatibility does not cover PTX.",
        fix="Ship machine code for {label}, update the driver, or build with a toolkit that is not newer than "
        "the driver's CUDA version.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=(
            "measured: PTX 9.1 on driver 580.159.04",
            "ggml-org/whisper.cpp#1498",
            "ggml-org/llama.cpp#1648",
            _TABLE,
        ),
        gpu=GpuMeaning.PTX_OF_DRIVER,
    ),
    Signature(
        id="cuda-invalid-ptx",
        title="the driver rejected the PTX (CUDA error 218)",
        code=218,
        names=("cudaErrorInvalidPtx", "CUDA_ERROR_INVALID_PTX"),
        patterns=("a PTX JIT compilation failed",),
        sample="CUDA_ERROR_INVALID_PTX: a PTX JIT compilation failed",
        cause="The driver cannot compile this PTX for the GPU. Its target is above the GPU, it uses an "
        "instruction that the target lacks, or its text is invalid.",
        does_not_mean="damaged PTX: a target above the GPU is enough",
        fix=(
            "Generate PTX for {label} or lower. The JIT error log (CU_JIT_ERROR_LOG_BUFFER) has the compiler's message."
        ),
        sources=("measured on a GPU of compute capability 9.0", "LuxCoreRender/LuxCore#492", _TABLE),
    ),
    Signature(
        id="cuda-jit-compiler-not-found",
        title="the driver's PTX compiler is missing (CUDA error 221)",
        code=221,
        names=("cudaErrorJitCompilerNotFound", "CUDA_ERROR_JIT_COMPILER_NOT_FOUND"),
        patterns=("PTX JIT compiler library not found",),
        sample="CUDA error: PTX JIT compiler library not found",
        cause="Only PTX fits the GPU, and libnvidia-ptxjitcompiler.so.1 cannot be loaded. The container lacks "
        "the `compute` driver capability, or the driver is only partly installed.",
        does_not_mean="the GPU: machine code would run in the same container",
        fix="Start the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility, install the complete driver, "
        "or ship machine code for {label}.",
        sources=(_TABLE,),
    ),
    Signature(
        id="cuda-jit-disabled",
        title="JIT compilation is disabled by an environment variable (CUDA error 223)",
        code=223,
        names=("cudaErrorJitCompilationDisabled", "CUDA_ERROR_JIT_COMPILATION_DISABLED"),
        patterns=("PTX JIT compilation was disabled",),
        sample="CUDA error: PTX JIT compilation was disabled",
        cause="CUDA_DISABLE_PTX_JIT=1 is set, and the library has no machine code for the GPU.",
        does_not_mean="a broken file: without the variable it runs by JIT if the driver accepts its PTX",
        fix="Unset CUDA_DISABLE_PTX_JIT, or build machine code for {label}.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=(_TABLE, "https://docs.nvidia.com/cuda/cuda-c-programming-guide/ (environment variables)"),
    ),
    Signature(
        id="cuda-invalid-device-function",
        title="the kernel has no code for this GPU (CUDA error 98)",
        code=98,
        names=("cudaErrorInvalidDeviceFunction",),
        patterns=("<cuda>invalid device function", "invalid device function"),
        sample="RuntimeError: CUDA error: invalid device function",
        cause="The module that registered the function has no device code for this GPU. Older libraries report a "
        "missing architecture with this error.",
        does_not_mean="the source code: the same source works when built for {label}",
        fix="Rebuild or reinstall the component for {label}.",
        command="cudacompat generate {engine} --gpu {gpu}",
        after=("archs-lack-gpu", "nvlink-arch-not-found"),
        sources=(_TABLE,),
        gpu=GpuMeaning.NO_IMAGE,
    ),
    Signature(
        id="cuda-invalid-kernel-image",
        title="the driver cannot read the device code (CUDA error 200)",
        code=200,
        statuses=(("cuda", 300),),
        names=(
            "cudaErrorInvalidKernelImage",
            "CUDA_ERROR_INVALID_IMAGE",
            "cudaErrorInvalidSource",
            "CUDA_ERROR_INVALID_SOURCE",
        ),
        patterns=("device kernel image is invalid",),
        sample="CUDA error: device kernel image is invalid",
        cause="The image is zstd-compressed and the driver is older than 550, the cubin is newer than the "
        "driver, or the bytes are damaged.",
        does_not_mean="a missing architecture (that is error 209)",
        fix="Update the driver, or build with --compress-mode=none or an older toolkit.",
        cases=(
            Case(
                when=("also:jit-falls-back-to-driver",),
                cause="The ptxas that XLA found does not know this GPU, so XLA gave the driver its PTX, and the driver "
                "did not read what it was given.",
                fix="Put a ptxas that knows the GPU first on the PATH: that of pip's nvidia-cuda-nvcc for the CUDA "
                "release of the framework.",
            ),
        ),
        after=("jit-falls-back-to-driver", "nvrtc-builtins-missing", "nvrtc-compilation", "device-function-undefined"),
        sources=(_TABLE, "jax-ml/jax#17976"),
    ),
    Signature(
        id="cuda-symbol-not-found",
        title="the image that the driver picked lacks the kernel (CUDA error 500)",
        code=500,
        names=("cudaErrorSymbolNotFound", "CUDA_ERROR_NOT_FOUND"),
        patterns=("named symbol not found",),
        sample="CUDA error: named symbol not found",
        cause="The driver chose an image by its architecture and the kernel is not in it: an image that holds only "
        "part of the kernels, or none (the device linker makes such), even if good PTX is present too.",
        does_not_mean="a missing architecture (that is error 209)",
        fix="Compile every source file for the same architecture list, and list the kernels of each image.",
        command="cudacompat inspect --kernels FILE",
        sources=("measured on a GPU of compute capability 9.0, driver 580.159.04", _TABLE),
    ),
    Signature(
        id="cuda-insufficient-driver",
        title="the driver is missing, or older than the program's CUDA runtime (CUDA error 35)",
        code=35,
        names=("cudaErrorInsufficientDriver",),
        patterns=("CUDA driver version is insufficient for CUDA runtime version",),
        sample="CUDA error: CUDA driver version is insufficient for CUDA runtime version",
        cause="The CUDA runtime in the program needs a newer driver than the loaded one. Without any driver, as "
        "in a container without GPU access, the message is the same.",
        does_not_mean="an old driver in every case: first check that libcuda.so.1 exists",
        fix="In a container: start it with --gpus all. On the host: compare the driver version with the runtime.",
        command="cudacompat doctor",
        cases=(
            Case(
                when=("apptainer",),
                fix="Start the container with --nv, which brings the host's driver into it; on the host compare the "
                "driver with the runtime.",
            ),
            Case(
                when=("nix",),
                fix="On NixOS the driver is in /run/opengl-driver/lib: enable hardware.graphics, and give the service "
                "that directory in LD_LIBRARY_PATH.",
                command="ls /run/opengl-driver/lib/libcuda.so.1",
            ),
            Case(
                when=("wsl",),
                fix="Update the NVIDIA driver in Windows; in WSL /usr/lib/wsl/lib has libcuda.so.1, and no Linux "
                "driver may be installed there.",
                command="ls /usr/lib/wsl/lib/libcuda.so.1",
            ),
        ),
        after=("driver-not-in-container",),
        sources=("measured without a driver: CUDA 13.0", "ggml-org/llama.cpp#9665", _TABLE),
        gpu=GpuMeaning.DRIVER_NEEDED,
    ),
    Signature(
        id="cuda-call-requires-newer-driver",
        title="a call that this driver does not have yet (CUDA error 36)",
        code=36,
        names=("cudaErrorCallRequiresNewerDriver", "CUDA_ERROR_CALL_REQUIRES_NEWER_DRIVER"),
        patterns=("API call is not supported in the installed CUDA driver",),
        sample="CUDA error: API call is not supported in the installed CUDA driver",
        cause="The program runs under minor-version compatibility and reached a function of a newer driver.",
        does_not_mean="the whole program: everything up to this line worked",
        fix="Update the driver to the CUDA version that the program was built with.",
        sources=(_TABLE,),
    ),
    Signature(
        id="cuda-stub-library",
        title="the program loaded the libcuda stub instead of the driver (CUDA error 34)",
        code=34,
        names=("cudaErrorStubLibrary", "CUDA_ERROR_STUB_LIBRARY"),
        patterns=("CUDA driver is a stub library",),
        sample="CUDA error: CUDA driver is a stub library",
        cause="LD_LIBRARY_PATH or a RUNPATH contains …/lib64/stubs. The stub libcuda.so serves the link step only.",
        does_not_mean="a missing driver: the real library comes later in the search path",
        fix="Keep the stub directory for linking (-L, LIBRARY_PATH), and remove it from LD_LIBRARY_PATH.",
        sources=(_TABLE,),
    ),
    Signature(
        id="cuda-no-device",
        title="the driver is loaded, but the program sees no GPU (CUDA error 100)",
        code=100,
        names=("cudaErrorNoDevice", "CUDA_ERROR_NO_DEVICE"),
        patterns=("no CUDA-capable device is detected", "only 0 Devices available, <n:num> requested"),
        sample="CUDA error: no CUDA-capable device is detected",
        cause="CUDA_VISIBLE_DEVICES hides every GPU (an empty value, -1, `all` or a number that does not exist), "
        "or the container got no device node.",
        does_not_mean="the hardware; the build",
        fix="Unset CUDA_VISIBLE_DEVICES, start the container with --gpus all, and check /dev/nvidia*.",
        command="cudacompat doctor",
        after=("driver-not-in-container",),
        sources=("measured with CUDA_VISIBLE_DEVICES='' on a working GPU", "OpenNMT/CTranslate2#1933", _TABLE),
    ),
    Signature(
        id="cuda-invalid-device",
        title="a GPU number that does not exist (CUDA error 101)",
        code=101,
        names=("cudaErrorInvalidDevice", "CUDA_ERROR_INVALID_DEVICE"),
        patterns=("invalid device ordinal",),
        sample="RuntimeError: CUDA error: invalid device ordinal",
        cause="The program asks for a GPU index that this process does not see; CUDA_VISIBLE_DEVICES renumbers.",
        does_not_mean="the GPU",
        fix="Use index 0, or make more GPUs visible.",
        sources=("measured: libcudart 13.5", _TABLE),
    ),
    Signature(
        id="cuda-devices-unavailable",
        title="the GPU is in use, or in exclusive mode (CUDA error 46)",
        code=46,
        names=("cudaErrorDevicesUnavailable", "CUDA_ERROR_DEVICE_UNAVAILABLE"),
        patterns=(
            "CUDA-capable device(s) is/are busy or unavailable",
            "all CUDA-capable devices are busy or unavailable",
        ),
        sample="RuntimeError: CUDA error: CUDA-capable device(s) is/are busy or unavailable",
        cause="Another process holds a GPU in exclusive compute mode, or the driver refuses new contexts (after "
        "an Xid, or when a container lost its devices).",
        does_not_mean="the architecture",
        fix="Run nvidia-smi to see the process and the compute mode; `nvidia-smi -c DEFAULT` ends exclusive mode.",
        sources=(_TABLE, "https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__TYPES.html"),
    ),
    Signature(
        id="cuda-compat-not-supported",
        title="this GPU does not support CUDA forward compatibility (CUDA error 804)",
        code=804,
        names=("cudaErrorCompatNotSupportedOnDevice", "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE"),
        patterns=("forward compatibility was attempted on non supported HW",),
        sample="Error 804: forward compatibility was attempted on non supported HW",
        cause="The program loaded libcuda from a cuda-compat package (/usr/local/cuda/compat). Forward "
        "compatibility works on data center GPUs only.",
        does_not_mean="the GPU: with a newer driver it runs this CUDA version",
        fix="Update the host driver, remove the compat directory from LD_LIBRARY_PATH, or use an image that is "
        "not newer than the driver.",
        sources=("NVIDIA/nvidia-docker#1294", "microsoft/onnxruntime#21435", "abetlen/llama-cpp-python#234", _TABLE),
    ),
    Signature(
        id="cuda-system-driver-mismatch",
        title="libcuda and the kernel module have different versions (CUDA error 803)",
        code=803,
        names=("cudaErrorSystemDriverMismatch", "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"),
        patterns=("system has unsupported display driver / cuda driver combination",),
        sample="CUDA error: system has unsupported display driver / cuda driver combination",
        cause="The loaded libcuda.so.1 belongs to another driver release than the kernel module: a driver update "
        "without a reboot, a second libcuda in the image, or a cuda-compat package that is too new.",
        does_not_mean="the toolkit",
        fix="Reboot after a driver update, and remove copies of libcuda from the image.",
        command="cudacompat doctor",
        sources=(_TABLE,),
    ),
    Signature(
        id="cuda-system-not-ready",
        title="NVSwitch systems need their fabric manager (CUDA error 802)",
        code=802,
        names=("cudaErrorSystemNotReady", "CUDA_ERROR_SYSTEM_NOT_READY"),
        patterns=(
            "<cuda>system not yet initialized",
            "Error 802: system not yet initialized",
            "): system not yet initialized",
        ),
        sample="Error 802: system not yet initialized (Triggered internally at c10/cuda/CUDAFunctions.cpp:109.)",
        cause="On a machine with NVSwitch nvidia-fabricmanager does not run, or is not of the driver's release.",
        does_not_mean="the program",
        fix="Install the fabric manager of the driver's exact release and start it.",
        command="systemctl status nvidia-fabricmanager",
        sources=(_TABLE,),
    ),
    Signature(
        id="cuda-mps-failed",
        title="the MPS daemon cannot be reached (CUDA error 805 and following)",
        code=805,
        statuses=(("cuda", 806), ("cuda", 807)),
        names=(
            "cudaErrorMpsConnectionFailed",
            "CUDA_ERROR_MPS_CONNECTION_FAILED",
            "cudaErrorMpsRpcFailure",
            "CUDA_ERROR_MPS_RPC_FAILURE",
            "cudaErrorMpsServerNotReady",
            "CUDA_ERROR_MPS_SERVER_NOT_READY",
        ),
        patterns=(
            "MPS client failed to connect to the MPS control daemon or the MPS server",
            "remote procedural call between the MPS server and the MPS client failed",
            "MPS server is not ready to accept new MPS client requests",
        ),
        sample="CUDA error: MPS client failed to connect to the MPS control daemon or the MPS server",
        cause="CUDA_MPS_PIPE_DIRECTORY points to a daemon that is not there, of another user or another release.",
        does_not_mean="the GPU: without MPS it works",
        fix="Start nvidia-cuda-mps-control, share its pipe directory and the host's IPC with the container, or unset "
        "CUDA_MPS_PIPE_DIRECTORY.",
        sources=(_TABLE,),
    ),
    Signature(
        id="cuda-initialization-error",
        title="CUDA could not be initialized in this process (CUDA error 3)",
        code=3,
        names=("cudaErrorInitializationError", "CUDA_ERROR_NOT_INITIALIZED"),
        patterns=("<cuda>initialization error", "Cannot re-initialize CUDA in forked subprocess"),
        sample="RuntimeError: CUDA error: initialization error",
        cause="Most often the process was forked after its parent used CUDA; else the driver is partly installed.",
        does_not_mean="the architecture",
        fix="Start worker processes with `spawn` instead of `fork`, and use CUDA only in the workers.",
        sources=(_TABLE,),
    ),
    Signature(
        id="cuda-unknown-error",
        title="the driver failed without a reason (CUDA error 999)",
        code=999,
        names=("cudaErrorUnknown", "CUDA_ERROR_UNKNOWN"),
        patterns=(
            "<cuda>unknown error",
            "runtime error (30) : unknown error",
            "CUDA unknown error - this may be due to an incorrectly set up environment",
        ),
        sample="RuntimeError: CUDA unknown error - this may be due to an incorrectly set up environment, e.g. changing "
        "env variable CUDA_VISIBLE_DEVICES after program start.",
        cause="The kernel part of the driver is not usable: nvidia_uvm is not loaded, the container lacks "
        "/dev/nvidia-uvm, the machine woke from suspend, or the driver was updated without a reboot.",
        does_not_mean="the architecture",
        fix="Run `sudo nvidia-modprobe -u` or reload nvidia_uvm, or reboot. In a container pass /dev/nvidia-uvm.",
        command="cudacompat doctor",
        after=("nvml-driver-mismatch", "nvml-unknown-error"),
        sources=("pytorch/pytorch c10/cuda/CUDAFunctions.cpp", _TABLE),
    ),
    Signature(
        id="cuda-operating-system",
        title="a call to the operating system failed (CUDA error 304)",
        code=304,
        names=("cudaErrorOperatingSystem", "CUDA_ERROR_OPERATING_SYSTEM"),
        patterns=("OS call failed or operation not supported on this OS",),
        sample="CUDA error: OS call failed or operation not supported on this OS",
        cause="The driver was denied something by the system: no permission on /dev/nvidia*, shared memory too small, "
        "a locked-memory limit, or a feature that WSL2 or the container's sandbox does not have.",
        does_not_mean="the architecture",
        fix="Raise --shm-size and ulimits, check the permissions of /dev/nvidia*, try without the sandbox.",
        sources=(_TABLE,),
    ),
)
