"""Lines of nvidia-smi and NVML that say why the driver, though it is there, does not let a program at the GPU."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="nvml-blocked",
        title="the operating system blocks the access to the GPU: in WSL, Windows decides",
        statuses=(("nvml", 17),),
        patterns=("GPU access blocked by the operating system", "NVML_ERROR_OPERATING_SYSTEM"),
        sample="Failed to initialize NVML: GPU access blocked by the operating system",
        cause="Under WSL the driver of Windows refuses: its GPU is in TCC or MCDM mode, the driver is older than this "
        "WSL, it was updated while WSL ran, or a remote session or a policy denies the GPU.",
        does_not_mean="a missing Linux driver in WSL: WSL must have none",
        fix="Update the NVIDIA driver in Windows, update WSL, and restart it with wsl --shutdown (in PowerShell). With "
        "several GPUs, those in TCC mode are not visible in WSL.",
        command="wsl.exe --shutdown",
        sources=("microsoft/WSL#14339",),
    ),
    Signature(
        id="nvml-no-permission",
        title="this user may not open the GPU's device files",
        statuses=(("nvml", 4),),
        patterns=(
            "Failed to initialize NVML: Insufficient Permissions",
            "NVMLError_NoPermission: Insufficient Permissions",
            "NVML_ERROR_NO_PERMISSION",
        ),
        sample="Failed to initialize NVML: Insufficient Permissions",
        cause="/dev/nvidiactl and /dev/nvidia0 cannot be opened: SELinux labels in a rootless container, missing group "
        "membership (NVreg_DeviceFileMode), or a job without the GPU's cgroup.",
        does_not_mean="a broken driver: root sees the GPU",
        fix="Podman: add --security-opt label=disable, and --group-add keep-groups if the device files belong to a "
        "group. On the host: check the owner and mode of /dev/nvidia*, and the user's groups.",
        command="ls -l /dev/nvidiactl /dev/nvidia0",
        cases=(
            Case(
                when=("podman",),
                fix="Add --security-opt label=disable (SELinux), and --group-add keep-groups if /dev/nvidia* belong to "
                "a group; then check that the CDI description is of the installed driver.",
                command="podman run --rm --security-opt label=disable --device nvidia.com/gpu=all ubuntu nvidia-smi",
            ),
        ),
        sources=(
            "NVIDIA/nvidia-container-toolkit#210",
            "NVIDIA/nvidia-container-toolkit#268",
            "NVIDIA/nvidia-container-toolkit#580",
        ),
    ),
    Signature(
        id="nvml-device-handle",
        title="the driver lists a GPU and cannot open it",
        patterns=(
            "Unable to determine the device handle for <gpu:text>: <reason:text>",
            "Unable to determine the device handle for GPU<gpu:word>: <reason:text>",
        ),
        sample="Unable to determine the device handle for GPU0: 0000:C1:00.0: Unknown Error",
        cause="The GPU is on the bus and does not respond: it fell off the bus (Xid 79), its start failed, or in WSL "
        "it is in TCC mode while another is in WDDM mode.",
        does_not_mean="a missing GPU; a wrong installation of CUDA",
        fix="Read the NVRM lines in the kernel log; power the machine off and on. In WSL set all GPUs to WDDM in "
        "Windows "
        "(nvidia-smi -dm 0), or disable the one that is not used.",
        command="sudo dmesg",
        after=("nvrm-off-the-bus", "nvrm-init-failed", "nvrm-xid"),
        cases=(
            Case(
                when=("wsl",),
                fix="In Windows set all GPUs to WDDM mode (nvidia-smi -dm 0 as administrator), or hide those in TCC "
                "mode, then restart WSL.",
                command="wsl.exe --shutdown",
            ),
        ),
        sources=("microsoft/WSL#13027", "NVIDIA/open-gpu-kernel-modules src/nvidia/arch/nvalloc/unix/src/osinit.c"),
    ),
    Signature(
        id="nvml-gpu-lost",
        title="a GPU was lost: it no longer responds",
        statuses=(("nvml", 15),),
        patterns=(
            "nvml: GPU is lost",
            "NVML_ERROR_GPU_IS_LOST",
            "GPU is lost. Reboot the system to recover this GPU",
            "NVMLError_GpuIsLost: GPU is lost",
        ),
        sample="pynvml.NVMLError_GpuIsLost: GPU is lost",
        cause="The GPU fell off the bus (Xid 79) or hung: power, heat, the slot, or the GPU itself.",
        does_not_mean="the program; the build",
        fix="Power the machine off and on. If it returns: check cables, temperatures and the slot.",
        after=("nvrm-off-the-bus",),
        sources=("nvml.h (NVML_ERROR_GPU_IS_LOST)",),
    ),
    Signature(
        id="smi-no-nvml-library",
        title="nvidia-smi is here without the driver's library",
        patterns=("NVIDIA-SMI couldn't find libnvidia-ml.so library in your system",),
        sample="NVIDIA-SMI couldn't find libnvidia-ml.so library in your system. Please make sure that the NVIDIA "
        "Display "
        "Driver is properly installed and present in your system.",
        cause="nvidia-smi was copied or mounted alone, the driver is half removed, or ldconfig does not know the "
        "directory of its libraries (in WSL /usr/lib/wsl/lib).",
        does_not_mean="the GPU",
        fix="Reinstall the driver's packages of one release; in a container use the NVIDIA Container Toolkit and copy "
        "nothing.",
        cases=(
            Case(
                when=("wsl",),
                fix="Put /usr/lib/wsl/lib into PATH and into /etc/ld.so.conf.d/ld.wsl.conf, run ldconfig, and "
                "install no "
                "Linux driver in WSL.",
                command="sudo ldconfig",
            ),
        ),
        sources=("NVIDIA/nvidia-container-toolkit#154",),
    ),
    Signature(
        id="smi-not-found",
        title="there is no nvidia-smi: no driver is installed here, or the container got none",
        patterns=(
            "nvidia-smi: command not found",
            "nvidia-smi: not found",
            "failed to run command 'nvidia-smi': No such file or directory",
            'exec: "nvidia-smi": executable file not found in $PATH',
            "Command 'nvidia-smi' not found, but can be installed with",
            "'nvidia-smi' is not recognized as an internal or external command",
        ),
        sample="/bin/sh: 1: nvidia-smi: not found",
        cause="nvidia-smi comes with the driver. A container gets it from the host, if it is started with its GPUs and "
        "the capability `utility`; an image build never has it.",
        does_not_mean="the CUDA Toolkit",
        fix="On the host install the driver; in a container use --gpus all and "
        "NVIDIA_DRIVER_CAPABILITIES=compute,utility; in a build do not call it.",
        command="cudacompat doctor",
        cases=(
            Case(
                when=("jetson",),
                fix="Jetson has nvidia-smi from JetPack 6 on only: use tegrastats before that.",
                command="tegrastats",
            ),
            Case(
                when=("apptainer",),
                fix="Start the container with --nv, which brings nvidia-smi and the driver's libraries into it.",
                command="apptainer exec --nv docker://ubuntu nvidia-smi",
            ),
            Case(when=("nix",), fix="On NixOS enable hardware.nvidia; nvidia-smi is in its package."),
        ),
        sources=("measured with dash and bash without a driver",),
    ),
    Signature(
        id="wsl-libcuda-no-symlink",
        title="ldconfig notes that libcuda.so.1 of WSL is not a symbolic link",
        severity=Severity.NOTE,
        patterns=("/usr/lib/wsl/lib/libcuda.so.1 is not a symbolic link",),
        sample="/sbin/ldconfig.real: /usr/lib/wsl/lib/libcuda.so.1 is not a symbolic link",
        cause="Windows provides the file itself under this name, and ldconfig expects a link.",
        does_not_mean="CUDA itself",
        fix="Nothing to do.",
        sources=("quoted in public threads; not read at its source",),
    ),
    Signature(
        id="uvm-device-missing",
        after=("module-not-for-kernel",),
        title="/dev/nvidia-uvm is not there: CUDA cannot start",
        patterns=(
            "Could not load UVM kernel module",
            "/dev/nvidia-uvm: No such file or directory",
            "'/dev/nvidia-uvm': No such file or directory",
            "modprobe: FATAL: Module nvidia-uvm not found",
        ),
        sample="chmod: cannot access '/dev/nvidia-uvm': No such file or directory",
        cause="The module nvidia_uvm is not loaded: nothing has used CUDA since the start, or the open modules lost "
        "their soft dependency.",
        does_not_mean="a missing driver: nvidia-smi works without this library",
        fix="Load it now, and at each start (/etc/modules-load.d).",
        command="sudo nvidia-modprobe -c 0 -u",
        sources=("NixOS/nixpkgs#334340", "NVIDIA/nvidia-container-toolkit#48"),
    ),
    Signature(
        id="mig-in-use",
        title="the MIG mode cannot change while a client uses the GPU",
        patterns=(
            "MIG mode is in pending enable state",
            "is currently being used by one or more other processes (e.g. CUDA application",
            "MIG mode is in pending enable state for GPU <gpu:word>:In use by another client",
            "Unable to enable MIG Mode for GPU <gpu:text>: In use by another client",
            "Unable to disable MIG Mode for GPU <gpu:text>: In use by another client",
        ),
        sample="Unable to enable MIG Mode for GPU 00000000:01:00.0: In use by another client",
        cause="A process, a monitoring agent or the fabric manager has the GPU open.",
        does_not_mean="a GPU without MIG",
        fix="Stop the clients (also dcgm and the device plugin), then set the mode again.",
        command="nvidia-smi --query-compute-apps=pid,name --format=csv",
        sources=("https://docs.nvidia.com/datacenter/tesla/mig-user-guide/",),
    ),
    Signature(
        id="persistenced-failed",
        title="nvidia-persistenced could not start",
        patterns=(
            "Unit nvidia-persistenced.service not found",
            "nvidia-persistenced.service: Failed with result",
            "Failed to start NVIDIA Persistence Daemon",
            "nvidia-persistenced failed to initialize",
            "Failed to query NVIDIA devices. Please ensure that the NVIDIA device files",
        ),
        sample="nvidia-persistenced failed to initialize. Check syslog for more details.",
        cause="The kernel module is not loaded or lists no GPU, or the device files are not accessible for its user.",
        does_not_mean="nvidia-persistenced itself, which only keeps the driver loaded",
        fix="See why the module is not loaded.",
        command="journalctl -b -u nvidia-persistenced",
        role=Role.CHAIN_END,
        after=(
            "module-key-rejected",
            "module-not-for-kernel",
            "module-version-mismatch",
            "module-no-device",
            "nvrm-needs-open-modules",
            "nvrm-legacy-branch",
            "nvrm-gpu-unsupported",
            "smi-no-driver",
        ),
        sources=("NVIDIA/nvidia-persistenced nvidia-persistenced.c",),
    ),
    Signature(
        id="wsl-container-library-missing",
        title="CUDA cannot be initialized: the container lacks a library of the driver (CUDA error 500)",
        patterns=(
            "failed call to cuInit: CUDA_ERROR_NOT_FOUND",
            "failed call to cuInit: UNKNOWN ERROR (500)",
            "cuda driver library init failure: 500",
            "CUDA driver initialization failed<...>named symbol not found",
            "Unexpected error from cudaGetDeviceCount()<+>Error 500: named symbol not found",
            "cuInit<...>named symbol not found",
            "CUDA_ERROR_NOT_FOUND: initializing CUDA",
        ),
        sample="failed call to cuInit: CUDA_ERROR_NOT_FOUND: named symbol not found",
        cause="Since driver 555 CUDA under WSL needs libnvdxgdmal.so.1, which NVIDIA Container Toolkit before 1.14.4 "
        "and "
        "Docker Desktop before 4.31 do not bring into the container. Elsewhere libcuda.so.1 and the other libraries "
        "of the "
        "driver are of different releases.",
        does_not_mean="a missing kernel or architecture; the image",
        fix="Update Docker Desktop, or the NVIDIA Container Toolkit inside WSL, and start the container again.",
        command="nvidia-ctk --version",
        sources=("NVIDIA/nvidia-container-toolkit#520", "tensorflow/tensorflow#68710"),
    ),
)
