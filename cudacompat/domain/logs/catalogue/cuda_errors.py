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
        title="no code in the library fits the GPU (CUDA error 209)",
        code=209,
        names=("cudaErrorNoKernelImageForDevice", "CUDA_ERROR_NO_BINARY_FOR_GPU"),
        patterns=("no kernel image is available for execution on the device", "no binary for GPU"),
        sample="CUDA error: no kernel image is available for execution on the device",
        cause="In the module that holds the launched kernel nothing fits the GPU: no machine code of the same major "
        "version with a minor not above the GPU's, and no PTX that the driver may compile.",
        does_not_mean="that the whole file lacks the architecture (another source file may have it), or that the "
        "driver or the toolkit is too old. Old GPUs get the same text as new ones.",
        fix="Rebuild the library that failed for {label}, or install a build that has it; then check the file.",
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
        title="the PTX in the library is newer than the driver can compile (CUDA error 222)",
        code=222,
        names=("cudaErrorUnsupportedPtxVersion", "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"),
        patterns=("the provided PTX was compiled with an unsupported toolchain",),
        sample="CUDA error 222 at ggml-cuda.cu:6466: the provided PTX was compiled with an unsupported toolchain.",
        cause="No machine code fitted, so the driver had to compile PTX, and that PTX has a newer ISA version than "
        "the driver takes: the library was built with a newer toolkit than the driver's CUDA version.",
        does_not_mean="that the GPU is unsupported, or that the toolkit on this machine is wrong. It cannot happen "
        "where machine code fits. CUDA's minor-version compatibility does not cover PTX.",
        fix="Ship machine code for {label} (no compiling is needed then), update the driver, or build with a toolkit "
        "not newer than the driver's CUDA version.",
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
        title="the driver's compiler refused the PTX (CUDA error 218)",
        code=218,
        names=("cudaErrorInvalidPtx", "CUDA_ERROR_INVALID_PTX"),
        patterns=("a PTX JIT compilation failed",),
        sample="CUDA_ERROR_INVALID_PTX: a PTX JIT compilation failed",
        cause="PTX was handed to the driver that it cannot compile for this GPU: a .target above the GPU (measured: "
        "sm_120 on 9.0), an instruction that the target lacks, or text that is not valid.",
        does_not_mean="that the PTX is damaged: a target newer than the GPU is enough.",
        fix="Generate the PTX for {label} or lower. The compiler's own message is in the JIT's error log "
        "(CU_JIT_ERROR_LOG_BUFFER).",
        sources=("measured on a GPU of compute capability 9.0", "LuxCoreRender/LuxCore#492", _TABLE),
    ),
    Signature(
        id="cuda-jit-compiler-not-found",
        title="the driver's PTX compiler is not installed here (CUDA error 221)",
        code=221,
        names=("cudaErrorJitCompilerNotFound", "CUDA_ERROR_JIT_COMPILER_NOT_FOUND"),
        patterns=("PTX JIT compiler library not found",),
        sample="CUDA error: PTX JIT compiler library not found",
        cause="Only PTX fits, and libnvidia-ptxjitcompiler.so.1 cannot be loaded: a container without the compute "
        "driver capability, or a driver that is installed in part.",
        does_not_mean="that the GPU is unsupported: machine code would run in the same container.",
        fix="Start the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility, install the whole driver, or ship "
        "machine code for {label}.",
        sources=(_TABLE,),
    ),
    Signature(
        id="cuda-jit-disabled",
        title="compiling PTX is switched off in the environment (CUDA error 223)",
        code=223,
        names=("cudaErrorJitCompilationDisabled", "CUDA_ERROR_JIT_COMPILATION_DISABLED"),
        patterns=("PTX JIT compilation was disabled",),
        sample="CUDA error: PTX JIT compilation was disabled",
        cause="CUDA_DISABLE_PTX_JIT=1 is set and no machine code in the library fits the GPU.",
        does_not_mean="that the file is broken. Without the variable it would run by JIT, if its PTX suits the driver.",
        fix="Unset CUDA_DISABLE_PTX_JIT, or build machine code for {label}.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=(_TABLE, "https://docs.nvidia.com/cuda/cuda-c-programming-guide/ (environment variables)"),
    ),
    Signature(
        id="cuda-invalid-device-function",
        title="the kernel does not exist in code that suits the GPU (CUDA error 98)",
        code=98,
        names=("cudaErrorInvalidDeviceFunction",),
        patterns=("<cuda>invalid device function", "invalid device function"),
        sample="RuntimeError: CUDA error: invalid device function",
        cause="The launched function has no device code for this GPU in the module that registered it; older "
        "libraries report a missing architecture in this way.",
        does_not_mean="that the source is wrong: the same source built for {label} works.",
        fix="Rebuild or reinstall the component for {label}.",
        command="cudacompat generate {engine} --gpu {gpu}",
        after=("archs-lack-gpu", "nvlink-arch-not-found"),
        sources=(_TABLE,),
        gpu=GpuMeaning.NO_IMAGE,
    ),
    Signature(
        id="cuda-invalid-kernel-image",
        title="the device code could not be read by the driver (CUDA error 200)",
        code=200,
        names=(
            "cudaErrorInvalidKernelImage",
            "CUDA_ERROR_INVALID_IMAGE",
            "cudaErrorInvalidSource",
            "CUDA_ERROR_INVALID_SOURCE",
        ),
        patterns=("device kernel image is invalid",),
        sample="CUDA error: device kernel image is invalid",
        cause="The driver does not understand the image it was given: machine code compressed with zstd on a driver "
        "before 550, a cubin of a newer toolkit than the driver, or damaged bytes.",
        does_not_mean="that the architecture is missing (that is error 209).",
        fix="Update the driver, or build with --compress-mode=none or a toolkit that the driver knows.",
        cases=(
            Case(
                when=("also:jit-falls-back-to-driver",),
                cause="The ptxas that XLA found does not know this GPU, so XLA gave the driver its PTX, and the driver "
                "did not read what it was given.",
                fix="Put a ptxas that knows the GPU first on the PATH: that of pip's nvidia-cuda-nvcc for the CUDA "
                "release "
                "of the framework.",
            ),
        ),
        after=("jit-falls-back-to-driver",),
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
        does_not_mean="that no image fits the GPU (that is error 209).",
        fix="Compile every source file for the same architectures, and look at the file kernel by kernel.",
        command="cudacompat inspect --kernels FILE",
        sources=("measured on a GPU of compute capability 9.0, driver 580.159.04", _TABLE),
    ),
    Signature(
        id="cuda-insufficient-driver",
        title="the driver is older than the CUDA runtime in the program, or there is none (CUDA error 35)",
        code=35,
        names=("cudaErrorInsufficientDriver",),
        patterns=("CUDA driver version is insufficient for CUDA runtime version",),
        sample="CUDA error: CUDA driver version is insufficient for CUDA runtime version",
        cause="The program's CUDA runtime needs a newer driver than is loaded. Where no driver is loaded at all the "
        "text is the same (measured), as in a container started without its GPUs.",
        does_not_mean="that the driver has to be updated: look first whether libcuda.so.1 is there at all.",
        fix="In a container: start it with --gpus all. On the host: compare the driver with the runtime.",
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
                "driver "
                "may be installed there.",
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
        cause="The program runs under minor-version compatibility and reached a function that came with a newer "
        "driver.",
        does_not_mean="that the whole program is too new: everything up to here worked.",
        fix="Update the driver to the CUDA version that the program was built with.",
        sources=(_TABLE,),
    ),
    Signature(
        id="cuda-stub-library",
        title="the toolkit's stub of libcuda was loaded instead of the driver (CUDA error 34)",
        code=34,
        names=("cudaErrorStubLibrary", "CUDA_ERROR_STUB_LIBRARY"),
        patterns=("CUDA driver is a stub library",),
        sample="CUDA error: CUDA driver is a stub library",
        cause="…/lib64/stubs is in LD_LIBRARY_PATH or in a RUNPATH. Its libcuda.so is for linking only.",
        does_not_mean="that no driver is installed: the real one comes later in the search path.",
        fix="Keep stubs for the link step (-L, LIBRARY_PATH) and out of LD_LIBRARY_PATH at run time.",
        sources=(_TABLE,),
    ),
    Signature(
        id="cuda-no-device",
        title="a driver is loaded and no GPU is visible to the program (CUDA error 100)",
        code=100,
        names=("cudaErrorNoDevice", "CUDA_ERROR_NO_DEVICE"),
        patterns=("no CUDA-capable device is detected",),
        sample="CUDA error: no CUDA-capable device is detected",
        cause="CUDA_VISIBLE_DEVICES hides every GPU (an empty value, -1, `all`, a number that is not there), or the "
        "container got no device node.",
        does_not_mean="a fault of the hardware or of the build.",
        fix="Unset CUDA_VISIBLE_DEVICES, start the container with --gpus all, look at /dev/nvidia*.",
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
        does_not_mean="that the GPU is unsupported.",
        fix="Use index 0, or make more GPUs visible.",
        sources=("measured: libcudart 13.5", _TABLE),
    ),
    Signature(
        id="cuda-devices-unavailable",
        title="the GPU is taken, or in exclusive mode (CUDA error 46)",
        code=46,
        names=("cudaErrorDevicesUnavailable", "CUDA_ERROR_DEVICE_UNAVAILABLE"),
        patterns=(
            "CUDA-capable device(s) is/are busy or unavailable",
            "all CUDA-capable devices are busy or unavailable",
        ),
        sample="RuntimeError: CUDA error: CUDA-capable device(s) is/are busy or unavailable",
        cause="The compute mode is exclusive and another process has the GPU, or the driver refuses new contexts "
        "(after an Xid, or in a container whose devices were taken away).",
        does_not_mean="an architecture problem.",
        fix="nvidia-smi shows the process and the compute mode; `nvidia-smi -c DEFAULT` lifts it.",
        sources=(_TABLE, "https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__TYPES.html"),
    ),
    Signature(
        id="cuda-compat-not-supported",
        title="CUDA forward compatibility was tried on a GPU that does not have it (CUDA error 804)",
        code=804,
        names=("cudaErrorCompatNotSupportedOnDevice", "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE"),
        patterns=("forward compatibility was attempted on non supported HW",),
        sample="Error 804: forward compatibility was attempted on non supported HW",
        cause="The libcuda of a cuda-compat package was loaded (/usr/local/cuda/compat in LD_LIBRARY_PATH) because "
        "the image is newer than the driver, on a GeForce or RTX card: only data center GPUs support that.",
        does_not_mean="that the GPU cannot run this CUDA version: with a newer driver it does.",
        fix="Update the host's driver, take the compat folder out of LD_LIBRARY_PATH, or use an image that is not "
        "newer than the driver.",
        sources=("NVIDIA/nvidia-docker#1294", "microsoft/onnxruntime#21435", "abetlen/llama-cpp-python#234", _TABLE),
    ),
    Signature(
        id="cuda-system-driver-mismatch",
        title="libcuda and the kernel module do not belong together (CUDA error 803)",
        code=803,
        names=("cudaErrorSystemDriverMismatch", "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"),
        patterns=("system has unsupported display driver / cuda driver combination",),
        sample="CUDA error: system has unsupported display driver / cuda driver combination",
        cause="The libcuda.so.1 that was loaded is of another release than the loaded kernel module: a driver update "
        "without a restart, a second libcuda in the image, or a cuda-compat that is too new.",
        does_not_mean="that the toolkit is wrong.",
        fix="Restart after a driver update; remove copies of libcuda from the image.",
        command="cudacompat doctor",
        sources=(_TABLE,),
    ),
    Signature(
        id="cuda-system-not-ready",
        title="NVSwitch systems need their fabric manager (CUDA error 802)",
        code=802,
        names=("cudaErrorSystemNotReady", "CUDA_ERROR_SYSTEM_NOT_READY"),
        patterns=("<cuda>system not yet initialized", "Error 802: system not yet initialized"),
        sample="Error 802: system not yet initialized (Triggered internally at c10/cuda/CUDAFunctions.cpp:109.)",
        cause="On machines with NVSwitch the service nvidia-fabricmanager does not run, or is of another release than "
        "the driver.",
        does_not_mean="a fault of the program.",
        fix="Install the fabric manager of the driver's exact release and start it.",
        command="systemctl status nvidia-fabricmanager",
        sources=(_TABLE,),
    ),
    Signature(
        id="cuda-mps-failed",
        title="the MPS daemon cannot be reached (CUDA error 805 and following)",
        code=805,
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
        cause="CUDA_MPS_PIPE_DIRECTORY points to a daemon that does not run, runs as another user, or is of another "
        "driver release.",
        does_not_mean="that the GPU cannot be used: without MPS it can.",
        fix="Start nvidia-cuda-mps-control, share its pipe folder and the host's IPC with the container, or unset "
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
        cause="Most often a process that was forked after its parent had used CUDA; else a driver that is half there.",
        does_not_mean="an architecture problem.",
        fix="Start worker processes with `spawn` instead of `fork`, and touch CUDA only in the workers.",
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
        cause="The kernel side of the driver is not usable: nvidia_uvm is not loaded, /dev/nvidia-uvm is not in the "
        "container, the machine woke from suspend, or the driver was updated without a restart.",
        does_not_mean="an architecture problem.",
        fix="`sudo nvidia-modprobe -u` or reload nvidia_uvm; restart; in containers pass /dev/nvidia-uvm.",
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
        does_not_mean="an architecture problem.",
        fix="Raise --shm-size and ulimits, check the permissions of /dev/nvidia*, try without the sandbox.",
        sources=(_TABLE,),
    ),
)
