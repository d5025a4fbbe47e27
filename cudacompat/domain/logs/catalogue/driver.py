"""Lines of nvidia-smi, NVML, the kernel module and programs that look for the driver."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

# Why a kernel module does not drive the GPU: what stands at the end of such a chain only says that there is none.
_NO_MODULE = (
    "nvrm-needs-open-modules",
    "nvrm-legacy-branch",
    "nvrm-gpu-unsupported",
    "nvrm-open-modules-unsupported",
    "nvrm-other-driver-owns-gpu",
    "module-key-rejected",
    "module-not-for-kernel",
    "module-version-mismatch",
    "dkms-build-failed",
    "driver-installer-build-failed",
    "dkms-no-headers",
    "nvml-device-handle",
)

_OPEN = "NVIDIA/open-gpu-kernel-modules"
SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="nvml-driver-mismatch",
        title="the driver was updated, but the old kernel module is still loaded",
        statuses=(("nvml", 18),),
        patterns=(
            "Failed to initialize NVML: Driver/library version mismatch",
            "Driver/library version mismatch",
            "nvml error: driver/library version mismatch",
            "NVML_ERROR_LIB_RM_VERSION_MISMATCH",
        ),
        sample="Failed to initialize NVML: Driver/library version mismatch",
        cause="The user-mode half of the driver and the loaded kernel module are of different releases: the package "
        "was updated (often by unattended upgrades) without a restart.",
        does_not_mean="a missing GPU",
        fix="Reboot, or reload the nvidia kernel modules. Do not pass nvidia-smi output to nvcc unchecked: build "
        "scripts turn this text into `-arch=sm_Failed`.",
        sources=("jalombar/starsmasher#24",),
    ),
    Signature(
        id="nvml-unknown-error",
        title="the running container lost its GPU",
        patterns=(
            "could not get device handle for device <n:num>: nvml error: Unknown Error",
            "Failed to initialize NVML: Unknown Error",
        ),
        sample="Failed to initialize NVML: Unknown Error",
        cause="`systemctl daemon-reload` or a cgroup update removed the container's device rules.",
        does_not_mean="the host driver: nvidia-smi works on the host",
        fix="Start the container again. Permanently: CDI, `--device /dev/nvidia0 …`, or links made by nvidia-ctk.",
        command="sudo nvidia-ctk system create-dev-char-symlinks --create-all",
        sources=("NVIDIA/nvidia-container-toolkit#48", "NVIDIA/nvidia-container-toolkit#1227"),
    ),
    Signature(
        id="smi-no-driver",
        title="nvidia-smi cannot reach the driver",
        patterns=("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver",),
        sample="NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the "
        "latest "
        "NVIDIA driver is installed and running.",
        cause="The kernel module is not loaded: it was not built for the running kernel (DKMS), is unsigned "
        "under Secure Boot, or nouveau uses the GPU.",
        does_not_mean="the CUDA Toolkit",
        fix="Check `lsmod | grep nvidia`, `dkms status` and `mokutil --sb-state`, then reinstall the driver for "
        "this kernel.",
        role=Role.CHAIN_END,
        after=_NO_MODULE,
        sources=("NVIDIA/nvidia-docker#988", "microsoft/WSL#7716"),
    ),
    Signature(
        id="nvml-library-missing",
        title="the driver's management library is not visible",
        statuses=(("nvml", 12),),
        patterns=(
            "NVML Shared Library Not Found",
            "libnvidia-ml.so.1: cannot open shared object file",
            "could not load NVML library",
            "NVML_ERROR_LIBRARY_NOT_FOUND",
            "nvml init failed: ERROR_LIBRARY_NOT_FOUND",
        ),
        sample="pynvml.NVMLError_LibraryNotFound: NVML Shared Library Not Found",
        cause="libnvidia-ml.so.1 is part of the driver. The machine has no driver, or the container lacks GPU "
        "access or the `utility` driver capability.",
        does_not_mean="a package missing in the container",
        fix="Install the driver on the host. Start the container with --gpus all and "
        "NVIDIA_DRIVER_CAPABILITIES=compute,utility.",
        after=("nvct-no-driver", "k8s-plugin-no-nvml"),
        sources=("NVIDIA/libnvidia-container#231", "NVIDIA/k8s-device-plugin#1371"),
    ),
    Signature(
        id="nvrm-api-mismatch",
        title="a program brought another driver release than the kernel has",
        patterns=("NVRM: API mismatch: the client",),
        sample="NVRM: API mismatch: the client 'nvidia-smi' (pid 1234)",
        cause="libcuda or NVML of one release talked to the kernel module of another: an update without a restart, or "
        "driver libraries that were copied into an image.",
        does_not_mean="the GPU",
        fix="Restart after a driver update; take driver libraries out of the image.",
        sources=("NVIDIA/open-gpu-kernel-modules src/nvidia/arch/nvalloc/unix/src/osapi.c",),
    ),
    Signature(
        id="nvrm-xid",
        title="the kernel module reported a GPU fault (Xid {xid})",
        patterns=(
            "Xid (PCI:<bus:word>): <xid:num>",
            "NVRM: Xid (<...>): <xid:num>",
        ),
        sample="NVRM: Xid (PCI:0000:01:00): 31, pid=12345, name=python, Ch 00000008, intr 00000000. MMU Fault: "
        "ENGINE GRAPHICS",
        cause="Xid 13, 31 and 43 come from programs. Xid 48, 63, 64, 74, 79, 94 and 95 point to the hardware.",
        does_not_mean="a broken GPU in every case: look up the number in NVIDIA's list",
        fix="Look up the number in NVIDIA's Xid list. For 13 and 31 run the program under compute-sanitizer.",
        distinct=("xid",),
        sources=(
            "https://docs.nvidia.com/deploy/xid-errors/",
            "NVIDIA/open-gpu-kernel-modules kernel-open/nvidia/nv-tracepoint.h",
        ),
    ),
    Signature(
        id="nvrm-recovery-action",
        title="the driver says what the GPU needs after a fault",
        patterns=("NVRM: Xid (<...>): 154, GPU recovery action", "GPU recovery action changed from"),
        sample="NVRM: Xid (PCI:0000:65:00): 154, GPU recovery action changed from 0x0 (None) to 0x1 (Node Reboot "
        "Required)",
        cause="Xid 154 follows another Xid, which is the fault: the driver names what the GPU needs after it. "
        "None means that it is in order again.",
        does_not_mean="a second fault",
        fix="Do what the line says: reset the GPU (no program may use it), or reboot the machine. Read the Xid before "
        "it.",
        command="nvidia-smi -q",
        after=("nvrm-off-the-bus", "nvrm-xid", "nvrm-gsp-xid"),
        sources=(
            "https://docs.nvidia.com/deploy/xid-errors/",
            "https://docs.nvidia.com/deploy/a100-gpu-mem-error-mgmt/error-recovery-and-response-flags.html",
        ),
    ),
    Signature(
        id="nvrm-off-the-bus",
        title="the GPU no longer answers on PCI Express",
        patterns=(
            "GPU has fallen off the bus",
            "NVRM: GPU at <...> has fallen off the bus",
            "fallen off the bus and is not responding to commands",
        ),
        sample="NVRM: GPU 0000:01:00.0: GPU has fallen off the bus.",
        cause="The GPU stopped answering (Xid 79): power, heat, a riser or slot, or the GPU itself.",
        does_not_mean="CUDA; the program",
        fix="Power the machine off and on; check the power cables, temperatures and slot.",
        sources=("NVIDIA/open-gpu-kernel-modules src/nvidia/arch/nvalloc/unix/src/osinit.c",),
    ),
    Signature(
        id="nvrm-init-failed",
        title="the kernel module could not start the GPU",
        patterns=(
            "NVRM: failed to copy vbios to system memory",
            "RmInitAdapter failed!",
        ),
        sample="NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x22:0x56:884)",
        cause="The driver does not support the GPU (the 50 series needs the open kernel modules), its firmware is "
        "missing, or the GPU is in a bad state.",
        does_not_mean="a wrong installation of CUDA",
        fix="Install the driver branch that knows {label} ({driver}), for new GPUs with the open modules.",
        role=Role.CHAIN_END,
        after=(
            *_NO_MODULE,
            "nvrm-gpu-firmware-not-booted",
            "nvrm-gsp-no-video-engine",
            "gsp-firmware-missing",
            "nvrm-gsp-failed",
            "nvrm-cannot-attach",
            "nvrm-off-the-bus",
        ),
        sources=("NVIDIA/open-gpu-kernel-modules src/nvidia/arch/nvalloc/unix/src/osinit.c",),
    ),
    Signature(
        id="nvrm-open-modules-unsupported",
        title="the open kernel modules do not support this GPU",
        patterns=("installed in this system is not supported by open",),
        sample="NVRM: installed in this system is not supported by open",
        cause="GPUs before Turing need the proprietary kernel modules.",
        does_not_mean="the age of the driver release",
        fix="Install the proprietary flavor of the same driver branch.",
        sources=("NVIDIA/open-gpu-kernel-modules src/nvidia/arch/nvalloc/unix/src/osapi.c",),
    ),
    Signature(
        id="nvrm-no-gpu",
        title="the kernel module found no NVIDIA GPU",
        patterns=("NVRM: No NVIDIA GPU found", "nvidia-smi <+> No devices were found"),
        sample="NVRM: No NVIDIA GPU found.",
        cause="No GPU is on the bus that this driver takes: it is passed through to a virtual machine, disabled in "
        "the firmware, or too old or too new for the driver.",
        does_not_mean="a wrong installation of CUDA",
        fix="`lspci -nn | grep -i nvidia`, then a driver branch that supports the GPU.",
        role=Role.CHAIN_END,
        after=_NO_MODULE,
        sources=("NVIDIA/open-gpu-kernel-modules kernel-open/nvidia/nv.c",),
    ),
    Signature(
        id="libcuda-missing",
        title="the driver library libcuda.so.1 is not visible",
        patterns=(
            "Failed to dlopen libcuda.so",
            "WARNING! libcuda.so not found! Do you have a CUDA driver installed",
            "libcuda.so.1: cannot open shared object file",
            "libcuda.so: cannot open shared object file",
            "libcuda.so.1 cannot found!",
            "libcuda.so cannot found!",
            "CUDA driver library cannot be found",
            "Could not load dynamic library 'libcuda.so.1'",
        ),
        sample="error while loading shared libraries: libcuda.so.1: cannot open shared object file: No such file or "
        "directory",
        cause="libcuda.so.1 is part of the driver, not of the CUDA Toolkit. No driver is installed, or the "
        "container was started without GPU access.",
        does_not_mean="the CUDA Toolkit. Do not copy libcuda into an image.",
        fix="In a container: use --gpus all and the NVIDIA Container Toolkit. On the host: install the driver.",
        command="cudacompat doctor",
        cases=(
            Case(
                when=("apptainer",),
                fix="Start the container with --nv, which brings the host's driver into it.",
                command="apptainer exec --nv docker://ubuntu nvidia-smi",
            ),
            Case(
                when=("nix",),
                fix="On NixOS the driver is in /run/opengl-driver/lib: enable hardware.graphics, and give the program "
                "that directory in LD_LIBRARY_PATH. Elsewhere a program of a Nix store needs nixGL or that variable.",
                command="ls /run/opengl-driver/lib/libcuda.so.1",
            ),
            Case(
                when=("wsl",),
                fix="Windows brings libcuda.so.1 to /usr/lib/wsl/lib: put it into LD_LIBRARY_PATH, or into a file of "
                "/etc/ld.so.conf.d followed by ldconfig. No Linux driver may be installed in WSL.",
                command="ls /usr/lib/wsl/lib/libcuda.so.1",
            ),
            Case(
                when=("podman",),
                fix="Start the container with its CDI device: --device nvidia.com/gpu=all.",
                command="podman run --rm --device nvidia.com/gpu=all ubuntu nvidia-smi",
            ),
        ),
        after=("driver-not-in-container",),
        sources=("numba/numba numba/cuda/cudadrv/driver.py", "measured: loading libcuda.so.1 without a driver"),
    ),
    Signature(
        id="driver-not-in-container",
        title="the container was started without a GPU",
        patterns=("The NVIDIA Driver was not detected. GPU functionality will not be available",),
        sample="WARNING: The NVIDIA Driver was not detected.  GPU functionality will not be available.",
        cause="The start script of NVIDIA's images found no driver, because the container runtime added no GPU.",
        does_not_mean="the host driver",
        fix="Use docker run --gpus all (compose: deploy.resources.reservations.devices; Podman: --device "
        "nvidia.com/gpu=all).",
        command="docker run --rm --gpus all ubuntu nvidia-smi",
        sources=("NVIDIA/nvidia-docker#1583", "prs-eth/PanopticSegForLargeScalePointCloud#20"),
    ),
    Signature(
        id="container-built-for-newer-driver",
        title="the image was made for a newer driver than the host has",
        patterns=("This container was built for NVIDIA Driver Release <release:ver> or later, but",),
        sample="ERROR: This container was built for NVIDIA Driver Release 555.42 or later, but version 535.161.08 was "
        "detected and compatibility mode is UNAVAILABLE.",
        cause="NVIDIA's NGC images check the driver: this one needs {release} or newer, and forward compatibility "
        "does not work on this GPU.",
        does_not_mean="the age of the GPU",
        fix="Update the host's driver, or take an older tag of the image.",
        sources=(
            "NVIDIA/TensorRT-LLM#23",
            "NVIDIA/nvidia-docker#1479",
        ),
    ),
    Signature(
        id="cuda-forward-compat-used",
        title="CUDA forward compatibility is in use",
        patterns=("CUDA Forward Compatibility mode ENABLED",),
        sample="NOTE: CUDA Forward Compatibility mode ENABLED.",
        cause="The image is newer than the driver and brings its own libcuda (cuda-compat). That works on data center "
        "GPUs only.",
        does_not_mean="a failure",
        fix="None needed on data center GPUs; elsewhere see cuda-compat-not-supported.",
        severity=Severity.NOTE,
        sources=("https://docs.nvidia.com/deploy/cuda-compatibility/",),
    ),
    Signature(
        id="nvrm-gpu-firmware-not-booted",
        title="the firmware on the GPU itself did not finish its start",
        patterns=("failed to wait for GFW_BOOT", "failed to wait for GFW boot complete"),
        sample="NVRM: gpuWaitForGfwBootComplete_TU102: failed to wait for GFW_BOOT: (progress 0x3)",
        cause="The GPU's VBIOS has to finish before the driver may talk to it: the power supply or a riser is "
        "insufficient, the GPU was left in a bad state by a crash, a reset or a virtual machine, or it is defective.",
        does_not_mean="the driver's release; CUDA",
        fix="Switch the machine off (a restart is not enough); check the power cables and the slot; then try the "
        "GPU in "
        "another machine.",
        sources=(f"{_OPEN}#789",),
    ),
    Signature(
        id="nvrm-gsp-no-video-engine",
        title="the open kernel modules of this release cannot start this GPU",
        patterns=("missing NVDEC0 engine, cannot initialize GSP-RM",),
        sample="NVRM kgspInitRm_IMPL: missing NVDEC0 engine, cannot initialize GSP-RM",
        cause="The first open modules (driver 515) needed a video engine to start the GPU's system processor, and some "
        "GPUs hide it.",
        does_not_mean="a broken GPU: the proprietary modules of the same release start it",
        fix="Install a newer driver branch, or the proprietary modules (not for the 50 series).",
        sources=(f"{_OPEN}#116",),
    ),
    Signature(
        id="nvrm-gsp-failed",
        title="the GPU's system processor (GSP) did not start",
        patterns=(
            "RmInitAdapter: Cannot initialize GSP firmware RM",
            "kgspInitRm_IMPL: cannot bootstrap",
            "Booter failed with non-zero error code",
        ),
        sample="NVRM: RmInitAdapter: Cannot initialize GSP firmware RM",
        cause="The driver could not start its firmware on the GPU; a line of NVRM before it mostly says why: a "
        "file of "
        "the firmware is missing, the GPU does not answer, or it was not reset after its last use.",
        does_not_mean="a wrong installation of CUDA",
        fix="Switch the machine off and on; reinstall the driver with its firmware; in a virtual machine give the "
        "GPU a "
        "full reset.",
        role=Role.CHAIN_END,
        after=(*_NO_MODULE, "nvrm-gpu-firmware-not-booted", "nvrm-gsp-no-video-engine", "gsp-firmware-missing"),
        sources=(f"{_OPEN}#673", f"{_OPEN}#789", f"{_OPEN}#116"),
    ),
    Signature(
        id="nvrm-cannot-attach",
        title="the kernel module gets no answer from the GPU",
        patterns=("osInitNvMapping: *** Cannot attach gpu", "RmInitAdapter: osInitNvMapping failed"),
        sample="NVRM: osInitNvMapping: *** Cannot attach gpu",
        cause="The GPU's registers cannot be read: it fell off the bus before, or it is powered down or bound to "
        "another driver (vfio).",
        does_not_mean="CUDA; the program",
        fix="Look for an Xid before it; switch the machine off and on; check power, slot and riser.",
        role=Role.CHAIN_END,
        after=("nvrm-off-the-bus", "nvrm-xid", "nvrm-gsp-xid"),
        sources=(f"{_OPEN}#1151",),
    ),
    Signature(
        id="nvrm-gsp-xid",
        title="the GPU's system processor (GSP) failed (Xid {xid})",
        patterns=("NVRM: Xid (<...>): <xid:(119|120)>,",),
        sample="NVRM: Xid (PCI:0000:06:00): 120, GSP task exception: store access page fault (cause:0xf) @ "
        "pc:0x13ebd80",
        cause="Xid 119 is an answer of the firmware that did not come, 120 an exception in it. Most often the driver's "
        "firmware is at fault, else the GPU or its power.",
        does_not_mean="the program that ran",
        fix="Restart the machine and update the driver. Up to Ada the proprietary modules run without that firmware "
        "(NVreg_EnableGpuFirmware=0).",
        distinct=("xid",),
        sources=("https://docs.nvidia.com/deploy/xid-errors/", f"{_OPEN}#829"),
    ),
    Signature(
        id="smi-no-cuda-version",
        title="nvidia-smi runs, and the driver's libcuda does not answer",
        patterns=("CUDA Version: ERR!",),
        sample="| NVIDIA-SMI 545.46     Driver Version: 546.80     CUDA Version: ERR!     |",
        cause="nvidia-smi asks libcuda for its version and could not load it: another libcuda is found first, the one "
        "of the driver is missing (a container without the capability compute), or in WSL the links in "
        "/usr/lib/wsl/lib are damaged or hidden by a Linux driver that was installed there.",
        does_not_mean="a broken GPU: NVML works",
        fix="See which libcuda is found, and remove the packages of a driver from WSL or from the image; then restart "
        "WSL, or give the container compute,utility.",
        command="ldconfig -p",
        sources=("microsoft/WSL#11589",),
    ),
)
