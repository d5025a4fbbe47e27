"""What installers, module builds, the X server and the PCI bus say where NVIDIA's driver does not come up."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="module-source-not-for-kernel",
        title="NVIDIA's module does not compile with this kernel",
        patterns=(
            "/nvidia/<driver:ver>/build/<file:word>: error: <what:text>",
            "dkms/nvidia<...>: error: ",
            "kernel-open/<file:word>: error: ",
            "nvidia-drm/nvidia-drm-<file:word>: error: ",
            "nvidia/nv<file:word>.c:<line:num>:<column:num>: error: ",
            "nvidia/os-<file:word>.c:<line:num>:<column:num>: error: ",
            "nvidia-uvm/uvm<file:word>: error: ",
            "GPL-incompatible module nvidia<...>uses GPL-only symbol '<symbol:word>'",
            "ERROR: modpost: '<symbol:word>' <...>nvidia<...>undefined!",
        ),
        sample="/var/lib/dkms/nvidia/530.41.03/build/nvidia-drm/nvidia-drm-drv.c:1439:18: error: 'struct drm_driver' "
        "has no member named 'dumb_destroy'",
        cause="The kernel's interfaces changed after this driver was published: the kernel is newer than the driver "
        "knows.",
        does_not_mean="the age of the GPU",
        fix="Install a newer driver of the same branch, or start the kernel that worked before until there is one.",
        command="dkms status",
        sources=("NVIDIA/open-gpu-kernel-modules#501", "NVIDIA/open-gpu-kernel-modules#429"),
    ),
    Signature(
        id="dkms-compiler-mismatch",
        title="the kernel was built by another compiler than the one that builds NVIDIA's module",
        patterns=(
            "unrecognized command-line option '-ftrivial-auto-var-init",
            "unrecognized command line option '-ftrivial-auto-var-init",
            "unrecognized command-line option '-fmin-function-alignment",
            "unrecognized command-line option '-fstrict-flex-arrays",
            "unrecognized command-line option '-mharden-sls",
            "Compiler version check failed",
            "does not exactly match the compiler used to build the kernel",
            "does not appear to match the compiler used to compile the kernel",
            "the compiler differs from the one used to build the kernel",
        ),
        sample="cc: error: unrecognized command-line option '-ftrivial-auto-var-init=zero'",
        cause="The kernel's makefiles use options of the gcc that built it (12 and later); /usr/bin/gcc is an older "
        "one.",
        does_not_mean="the age of the driver",
        fix="Install that gcc and make it the default before dkms runs again.",
        command="sudo dkms autoinstall",
        after=("module-source-not-for-kernel",),
        sources=("https://download.nvidia.com/XFree86/Linux-x86_64/580.65.06/README/", "canonical dkms (text)"),
    ),
    Signature(
        id="driver-module-not-built",
        title="the installer could not build NVIDIA's module",
        patterns=(
            "DKMS module 'nvidia<...>' failed to build",
            "failed to build, please check /var/lib/dkms",
            "Building DKMS module 'nvidia<...>FAILED",
            "The nvidia kernel module was not created",
            "ERROR: Failed to run <q><...>dkms",
            "Failed to install the kernel module through DKMS",
            "No kernel module build directory found",
            "nvidia-installer was forced to guess",
            "Kernel module compilation complete with errors",
            "dkms: autoinstall for kernel: <kernel:word> failed",
            "dkms autoinstall on <kernel:word> failed for nvidia",
        ),
        sample="DKMS module 'nvidia-367.35' failed to build, please check /var/lib/dkms",
        cause="The compiler's own error is in make.log: the kernel is newer than the driver, its headers are missing, "
        "or another gcc built it.",
        does_not_mean="the GPU",
        fix="Read the first `error:` in /var/lib/dkms/nvidia/VERSION/build/make.log; install linux-headers for the "
        "running kernel, or a newer driver.",
        command='sudo apt-get install "linux-headers-$(uname -r)" build-essential',
        after=("module-source-not-for-kernel", "dkms-compiler-mismatch", "dkms-no-headers"),
        sources=("voidlinux/void-packages#4651", "GoogleCloudPlatform/compute-gpu-installation#33"),
    ),
    Signature(
        id="installer-x-running",
        title="the installer stops because an X server or the old driver is in use",
        patterns=(
            "You appear to be running an X server",
            "Existing package manager installation of the driver found",
            "An alternate method of installing the NVIDIA driver was detected",
            "Failed to verify gcc version",
            "[ERROR]: Install of driver component failed",
            "Installation of driver component<...>failed",
        ),
        sample="ERROR: You appear to be running an X server; please exit X before installing.",
        cause="The .run installer wants no other driver and no running desktop, and the toolkit's installer runs it, "
        "too.",
        does_not_mean="the GPU",
        fix="Install the distribution's driver package in its place, or leave the desktop (isolate "
        "multi-user.target); install the toolkit with --toolkit alone.",
        command="dkms status",
        sources=("https://docs.nvidia.com/cuda/cuda-installation-guide-linux/#runfile-installation",),
    ),
    Signature(
        id="installer-gpu-unsupported",
        title="the installer sees no GPU that this driver supports",
        patterns=(
            "You do not appear to have an NVIDIA GPU supported by the <driver:num>",
            "You do not appear to have an NVIDIA GPU supported by",
            "This graphics driver could not find compatible graphics hardware",
            "The NVIDIA graphics driver is not compatible with this version of Windows",
        ),
        sample="WARNING: You do not appear to have an NVIDIA GPU supported by the 590.44 NVIDIA Linux graphics driver "
        "installed in this system.",
        cause="The branch is newer than the GPU's last one (590 ends with Turing, 470 was Kepler's), older than the "
        "GPU, or no GPU is on the bus.",
        does_not_mean="a broken GPU",
        fix="Look at what is on the bus, and take the branch for it: 580 for Maxwell to Volta, 470 for Kepler.",
        command="lspci -nnk -d 10de:",
        sources=("https://download.nvidia.com/XFree86/Linux-x86_64/580.65.06/README/supportedchips.html",),
    ),
    Signature(
        id="xorg-no-nvidia",
        title="the X server could not start NVIDIA's driver",
        patterns=(
            '(EE) Failed to load module "nvidia"',
            "(EE) NVIDIA(<...>): Failed to initialize the NVIDIA GPU",
            "(EE) NVIDIA: Failed to initialize the NVIDIA kernel module",
            "(EE) NVIDIA(<...>): Failed to initialize the NVIDIA graphics device",
            "(EE) NVIDIA(<...>): Failing initialization of X screen",
            "check your system's kernel log for additional error",
            "NVIDIA: could not open the device file /dev/nvidia<device:word> (<reason:text>)",
            "NVIDIA: could not open the device file",
            "Failed to allocate NvKmsKapiDevice",
        ),
        sample="(EE) NVIDIA(GPU-0): Failed to initialize the NVIDIA GPU at PCI:1:0:0.  Please",
        cause="The kernel module is not loaded, of another release, or could not start the GPU: the kernel's log says "
        "which.",
        does_not_mean="the X server",
        fix="Read NVIDIA's lines in the kernel's log of this boot.",
        command="sudo dmesg",
        role=Role.HEADING,
        sources=("Bumblebee-Project/Bumblebee#550", "NVIDIA/open-gpu-kernel-modules nvidia-drm-drv.c (text)"),
    ),
    Signature(
        id="pci-device-inaccessible",
        title="the GPU does not answer on the PCI bus",
        patterns=(
            "Unable to change power state from <state:word> to D0, device inaccessible",
            "can't change power state from <state:word> to D0 (config space inaccessible)",
            "Refused to change power state, currently in <state:word>",
            "GPU is probably locked",
            "Failed to copy vbios to system memory",
        ),
        sample="nvidia 0000:01:00.0: Unable to change power state from D3cold to D0, device inaccessible",
        cause="The GPU lost power or its link: a runtime power saving that does not wake it, a loose slot or cable, "
        "a riser, or a GPU that a virtual machine left in a bad state.",
        does_not_mean="the driver's support for the GPU",
        fix="Switch the machine off and on again; then turn power saving off (pcie_port_pm=off, "
        "NVreg_DynamicPowerManagement=0), and check cable and slot.",
        command="lspci -nnk -d 10de:",
        sources=("kernel drivers/pci/pci.c", "NVIDIA/open-gpu-kernel-modules#507"),
    ),
    Signature(
        id="driver-library-crashed",
        title="the process crashed inside a library of the driver: {library}",
        patterns=(
            "segfault at <...> in <library:(libcuda|libnvidia*)>",
            "general protection fault <...> in <library:(libcuda|libnvidia*)>",
            "Fault address<...>libcuda.so",
        ),
        sample="kernel: app[96830]: segfault at 215003fcc ip 00007f78774f9c97 sp 00007f69217f67f0 error 4 in "
        "libcuda.so.570.86.15[7f78771cf000+cf9000]",
        cause="The driver's library got a wrong address, or has a fault: an earlier error of the GPU that "
        "the program ignored, or this driver release.",
        does_not_mean="missing code for the GPU",
        fix="Look for an Xid at the same second, try another driver release of the branch, and compute-sanitizer on "
        "the program.",
        command="sudo dmesg",
        sources=("LostRuins/koboldcpp#1362",),
    ),
    Signature(
        id="module-load-restricted",
        title="Secure Boot forbids modules that are not signed",
        patterns=(
            "Lockdown: modprobe: unsigned module loading is restricted",
            "Lockdown: insmod: unsigned module loading is restricted",
            "Loading of unsigned module is rejected",
            "Loading of module with unavailable key is rejected",
        ),
        sample="kernel: Lockdown: modprobe: unsigned module loading is restricted; see man kernel_lockdown.7",
        cause="The firmware has Secure Boot on, and NVIDIA's module has no signature that the machine trusts.",
        does_not_mean="the driver release for the GPU",
        fix="Enroll the key that signed the module (mokutil), install the distribution's signed modules, or turn "
        "Secure Boot off.",
        command="sudo mokutil --import /var/lib/shim-signed/mok/MOK.der",
        sources=("kernel_lockdown(7)", "kernel kernel/module/signing.c"),
    ),
    Signature(
        id="nvml-failed",
        title="NVIDIA's management library could not start: {reason}",
        patterns=(
            "Failed to initialize NVML: <reason:text>",
            "could not initialize NVML: <reason:text>",
            "NVMLError_<reason:word>: ",
            "nvmlInit failed: <reason:text>",
            "failed to initialize NVML: <reason:text>",
        ),
        sample="Failed to initialize NVML: GPU Not Found",
        cause="The driver is not loaded, not the one the library belongs to, or has no GPU that answers.",
        does_not_mean="NVML itself: the kernel's log names the fault",
        fix="Run nvidia-smi on the host, and read NVIDIA's lines in the kernel's log.",
        command="sudo dmesg",
        role=Role.CHAIN_END,
        sources=("https://docs.nvidia.com/deploy/nvml-api/group__nvmlDeviceEnumvs.html",),
    ),
    Signature(
        id="opencl-no-platform",
        title="OpenCL finds no NVIDIA platform",
        patterns=(
            "clGetPlatformIDs failed: PLATFORM_NOT_FOUND_KHR",
            "PLATFORM_NOT_FOUND_KHR",
            "CL_PLATFORM_NOT_FOUND_KHR",
            "No OpenCL-compatible, HIP-compatible or CUDA-compatible platform found",
            "clGetPlatformIDs(): CL_PLATFORM_NOT_FOUND_KHR",
            "clGetPlatformIDs() returned -1001",
            "clGetPlatformIDs (-1001)",
            "clGetPlatformIDs failed: -1001",
            "clGetPlatformIDs error: -1001",
            "clGetDeviceIDs(): CL_DEVICE_NOT_FOUND",
            "No devices found/left",
        ),
        sample="pyopencl._cl.LogicError: clGetPlatformIDs failed: PLATFORM_NOT_FOUND_KHR",
        cause="The file /etc/OpenCL/vendors/nvidia.icd or the driver's libnvidia-opencl is not visible; containers get "
        "it with the capability compute only.",
        does_not_mean="CUDA itself",
        fix="Install the driver's OpenCL package (libnvidia-compute), and start containers with "
        "NVIDIA_DRIVER_CAPABILITIES=all.",
        command="docker run --rm --gpus all -e NVIDIA_DRIVER_CAPABILITIES=all ubuntu nvidia-smi",
        sources=("KhronosGroup/OpenCL-ICD-Loader", "hashcat/hashcat src/backend.c"),
    ),
    Signature(
        id="graphics-no-nvidia",
        title="Vulkan or EGL finds no NVIDIA driver",
        patterns=(
            "vkCreateInstance failed. Vulkan <version:ver> is not supported",
            "VK_ERROR_INCOMPATIBLE_DRIVER",
            "ERROR_INCOMPATIBLE_DRIVER",
            "eglInitialize failed",
            "Failed to initialize EGL display",
            "Cannot initialize a EGL device display",
            "Failed to create Vulkan instance",
        ),
        sample="vkCreateInstance failed: VK_ERROR_INCOMPATIBLE_DRIVER",
        cause="The driver's graphics libraries or their description (nvidia_icd.json, 10_nvidia.json) are not "
        "visible: a container without the capability graphics, or a driver package without them.",
        does_not_mean="CUDA itself",
        fix="Start containers with NVIDIA_DRIVER_CAPABILITIES=all; on the host install the driver's GL package.",
        command="docker run --rm --gpus all -e NVIDIA_DRIVER_CAPABILITIES=all ubuntu nvidia-smi",
        sources=("https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",),
    ),
    Signature(
        id="nvidia-display-error",
        title="NVIDIA's display driver reports an error",
        patterns=(
            "nvidia-modeset: ERROR: <what:text>",
            "[nvidia_drm]] *ERROR* <what:text>",
            "[nvidia-drm] [GPU ID <gpu:word>] Failed to <what:text>",
        ),
        sample="kernel: nvidia-modeset: ERROR: GPU:0: Failed to query display engine channel state: 0x0000c37d:0:0",
        cause="A monitor, a suspend or a compositor asks for something that the display part of the driver refuses.",
        does_not_mean="the GPU",
        fix="Compare with another release of the driver, and with one monitor; for CUDA alone it can be left.",
        role=Role.GENERAL,
        sources=("pop-os/cosmic-comp#1332",),
    ),
    Signature(
        id="module-symbols-unknown",
        title="a module of the driver does not fit the others or the kernel",
        patterns=(
            "could not insert '<module:word>': Unknown symbol in module",
            "could not insert module <module:word>: Unknown symbol in module",
        ),
        sample="modprobe: ERROR: could not insert 'nvidia_uvm': Unknown symbol in module, or unknown parameter "
        "(see dmesg)",
        cause="Modules of two driver releases are mixed, or one that it needs is not loaded.",
        does_not_mean="the GPU",
        fix="Reinstall the driver for this kernel, and load nvidia before the others.",
        command="sudo dkms autoinstall",
        sources=("modprobe(8)",),
    ),
    Signature(
        id="kernel-driver-refused",
        title="the kernel module could not open or enable the GPU",
        patterns=(
            "NVRM: nvidia_open: failed to open",
            "enabling device (0000 -> <n:num>) failed",
            "NVRM: nvAssertFailedNoLog: Assertion failed",
            "Kernel driver not loaded: NVIDIA",
            "NVRM: rm_init_adapter failed",
        ),
        sample="NVRM: nvidia_open: failed to open device",
        cause="Another line of the kernel's log says why: power, firmware, memory regions, or another driver "
        "that holds the device.",
        does_not_mean="the GPU",
        fix="Read all NVRM lines of this boot.",
        command="sudo dmesg",
        role=Role.CHAIN_END,
        sources=("NVIDIA/open-gpu-kernel-modules kernel-open (text)",),
    ),
    Signature(
        id="opencl-build-failed",
        after=("hashcat-gpu-outdated",),
        title="an OpenCL kernel could not be built on this GPU",
        patterns=(
            "CL_BUILD_PROGRAM_FAILURE",
            "clBuildProgram(): ",
            "Could not build OpenCL program, error was",
            "Kernel <file:word> build failed",
            "Failed to compile NBNXN kernels",
        ),
        sample="ERROR: clBuildProgram() : -11 : CL_BUILD_PROGRAM_FAILURE",
        cause="The build log of the kernel, near the line, says why: a file that is not found, or a GPU or "
        "driver that the program's kernels do not fit.",
        does_not_mean="CUDA itself",
        fix="Read the build log; a build of the program for CUDA does not need OpenCL.",
        role=Role.HEADING,
        sources=(
            "hashcat/hashcat#373",
            "hashcat/hashcat#2697",
            "samuelmurail/gromacs_py#22",
        ),
    ),
    Signature(
        id="gl-interop-refused",
        title="CUDA cannot share memory with this OpenGL or Direct3D context",
        patterns=(
            "CUDA error at <file:word>:<line:num> code=<n:num>(<error:word>) <q>cudaGraphics<call:word>(",
            "cudaGraphicsGLRegisterBuffer failed",
            "cuGraphicsGLRegisterBuffer failed",
        ),
        sample='CUDA error at g.cu:4 code=999(cudaErrorUnknown) "cudaGraphicsMapResources(1)"',
        cause="The window is not drawn by the NVIDIA driver: WSL draws with Mesa, which has no interoperation with "
        "CUDA; "
        "a remote desktop or a container without the capability graphics takes a software renderer; a laptop "
        "takes its "
        "other GPU.",
        does_not_mean="a broken CUDA: programs without a window work",
        fix="Let the NVIDIA driver draw (on a laptop __NV_PRIME_RENDER_OFFLOAD=1 __GLX_VENDOR_LIBRARY_NAME=nvidia; in "
        "a container NVIDIA_DRIVER_CAPABILITIES=all), or run the program without a window. In WSL it does not work.",
        command="glxinfo -B",
        sources=("microsoft/wslg#147", "microsoft/WSL#7187"),
    ),
)
