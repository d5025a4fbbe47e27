"""Lines of the Linux kernel, of DKMS and of modprobe about NVIDIA's kernel modules: why there is no driver at all."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

_OPEN = "NVIDIA/open-gpu-kernel-modules"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="nvrm-needs-open-modules",
        title="the GPU needs the open kernel modules, and the proprietary ones are installed",
        patterns=(
            "installed in this system requires use of the NVIDIA open kernel modules",
            "requires use of the NVIDIA open kernel modules",
        ),
        sample="NVRM: The NVIDIA GPU 0000:01:00.0 (PCI ID: 10de:2c05)\n"
        "NVRM: installed in this system requires use of the NVIDIA open kernel modules.",
        cause="From Blackwell on (RTX 50, B200) the driver works with the open kernel modules only. The package "
        "without "
        "-open installs the proprietary ones, which refuse the GPU.",
        does_not_mean="the age of the driver release; DKMS; Secure Boot",
        fix="Install the open variant of the same driver (Ubuntu: nvidia-driver-580-open; NVIDIA's repositories: "
        "nvidia-open; runfile: choose MIT/GPL) and restart.",
        command="sudo apt-get install nvidia-driver-580-open",
        cases=(
            Case(
                when=("nix",),
                fix="Set hardware.nvidia.open = true in the configuration of NixOS, rebuild and restart.",
                command="sudo nixos-rebuild boot",
            ),
        ),
        sources=(f"{_OPEN} README (Compatible GPUs)", "kernel logs of RTX 50 cards with driver 570 and 580"),
    ),
    Signature(
        id="nvrm-legacy-branch",
        title="this driver ignores the GPU: driver branch {branch} is the last for it",
        patterns=(
            "supported through the NVIDIA <branch:num>.xx Legacy drivers",
            "is supported through the NVIDIA <branch:num>.xx Legacy",
        ),
        sample="NVRM: The NVIDIA GeForce GTX 1080 GPU installed in this system is\n"
        "NVRM:  supported through the NVIDIA 580.xx Legacy drivers. Please\n"
        "NVRM:  visit http://www.nvidia.com/object/unix.html for more\n"
        "NVRM:  information.  The 590.48.01 NVIDIA driver will ignore\n"
        "NVRM:  this GPU.  Continuing probe...",
        cause="Driver 590 dropped Maxwell, Pascal and Volta (GTX 900 and 10, Titan V, V100); 580 is their last branch. "
        "Branches 470 and 390 are the last of older GPUs.",
        does_not_mean="a broken GPU; the age of the driver",
        fix="Install driver branch {branch} and keep the package manager from replacing it (apt-mark hold, or the "
        "distribution's package for that branch).",
        command="sudo apt-get install nvidia-driver-{branch}",
        cases=(
            Case(
                when=("nix",),
                fix="On NixOS set hardware.nvidia.package = config.boot.kernelPackages.nvidiaPackages.legacy_{branch}, "
                "rebuild and restart.",
                command="sudo nixos-rebuild boot",
            ),
        ),
        sources=(
            f"{_OPEN} kernel-open/nvidia/nv-pci.c (rm_is_legacy_device)",
            "NixOS/nixos-hardware#1880",
            "NixOS/nixos-hardware#1828",
        ),
    ),
    Signature(
        id="nvrm-gpu-unsupported",
        title="this driver release does not support the GPU",
        patterns=(
            "installed in this system is not supported by the<+>driver release",
            "installed in this system is not supported by the <+> NVIDIA <driver:ver> driver release",
        ),
        sample="NVRM: The NVIDIA GPU 0000:01:00.0 (PCI ID: 10de:2b85)\n"
        "NVRM: installed in this system is not supported by the\n"
        "NVRM: NVIDIA 550.163.01 driver release.",
        cause="The driver has no support for this chip: it is from a branch before the GPU (the 50 series needs 570), "
        "or after its last one.",
        does_not_mean="a wrong installation of CUDA",
        fix="Install a driver branch that supports {label} ({driver}).",
        sources=(f"{_OPEN} src/nvidia/arch/nvalloc/unix/src/osapi.c",),
    ),
    Signature(
        id="nvrm-other-driver-owns-gpu",
        title="another driver has the GPU: nouveau, nova or vfio-pci",
        patterns=(
            "NVRM: This can occur when a driver such as",
            "is already bound to vfio-pci",
            "NVRM: The NVIDIA probe routine was not called for <count:num> device(s)",
            "The Nouveau kernel driver is currently in use by your system",
        ),
        sample="NVRM: The NVIDIA probe routine was not called for 1 device(s).",
        cause="nouveau was loaded first, or the GPU is bound to vfio-pci for a virtual machine.",
        does_not_mean="the NVIDIA driver",
        fix="Blacklist nouveau, rebuild the initramfs and restart; for vfio-pci release the GPU from the virtual "
        "machine. `lspci -nnk -d 10de:` names the driver in use.",
        command="lspci -nnk -d 10de:",
        sources=(f"{_OPEN} kernel-open/nvidia/nv.c", "NVIDIA/nvidia-installer nouveau.c"),
    ),
    Signature(
        id="nvrm-bar-invalid",
        title="the firmware gave the GPU no valid memory window on PCI Express",
        patterns=(
            "NVRM: BAR<n:num> is 0M @ 0x0",
            "NVRM: This PCI I/O region assigned to your NVIDIA device is invalid",
            "NVRM: No address space to allocate resized BAR1",
        ),
        sample="NVRM: This PCI I/O region assigned to your NVIDIA device is invalid:\n"
        "NVRM: BAR1 is 0M @ 0x0 (PCI:0000:01:00.0)",
        cause="The firmware or the hypervisor placed the GPU's memory window below 4 GiB, or nowhere.",
        does_not_mean="the driver; CUDA",
        fix="Enable `Above 4G Decoding` (and Resizable BAR) in the firmware; in a virtual machine use OVMF and a large "
        "enough 64-bit MMIO window; else add pci=realloc to the kernel's command line.",
        sources=(f"{_OPEN} kernel-open/nvidia/nv-pci.c",),
    ),
    Signature(
        id="gsp-firmware-missing",
        title="the firmware of the GPU's system processor (GSP) is missing",
        patterns=(
            "firmware: failed to load nvidia/<file:word>",
            "Direct firmware load for nvidia/<file:word> failed with error <code:word>",
            "RmFetchGspRmImages: No firmware image found",
        ),
        sample="nvidia 0000:01:00.0: Direct firmware load for nvidia/570.86.16/gsp_ga10x.bin failed with error -2",
        cause="/lib/firmware/nvidia has no files of exactly the loaded driver's version: a partial update, or an "
        "initramfs without them.",
        does_not_mean="the GPU",
        fix="Reinstall the firmware package of the driver's exact release (Debian: firmware-nvidia-gsp; Ubuntu: "
        "nvidia-firmware), then rebuild the initramfs.",
        sources=(
            f"{_OPEN} src/nvidia/arch/nvalloc/unix/src/osinit.c",
            "torvalds/linux drivers/base/firmware_loader/main.c",
        ),
    ),
    Signature(
        id="module-key-rejected",
        title="Secure Boot refuses NVIDIA's kernel module: it is not signed with an enrolled key",
        patterns=(
            "Secure boot is enabled on this system, so this is likely because it was not signed",
            "could not insert 'nvidia<part:(_uvm|_drm|_modeset|_peermem|_current*)>': Key was rejected by service",
            "could not insert 'nvidia<part:(_uvm|_drm|_modeset|_peermem|_current*)>': Required key not available",
            "could not insert 'nvidia': Key was rejected by service",
            "could not insert 'nvidia': Required key not available",
            "could not insert 'nvidia': Operation not permitted",
        ),
        sample="modprobe: ERROR: could not insert 'nvidia': Key was rejected by service",
        cause="Secure Boot is on, and the module that DKMS or the installer built is unsigned or signed with a key "
        "that "
        "the firmware does not know.",
        does_not_mean="the driver release for the kernel or the GPU",
        fix="Enroll the signing key and restart into the MOK manager (Ubuntu and Debian: "
        "/var/lib/shim-signed/mok/MOK.der "
        "or /var/lib/dkms/mok.pub), install the distribution's signed modules, or switch Secure Boot off.",
        command="sudo mokutil --import /var/lib/dkms/mok.pub",
        sources=("torvalds/linux kernel/module/signing.c (EKEYREJECTED, ENOKEY)", "kmod tools/modprobe.c"),
    ),
    Signature(
        id="module-not-for-kernel",
        title="there is no nvidia module for the running kernel",
        patterns=(
            "modprobe: FATAL: Module nvidia not found in directory <folder:word>",
            "modprobe: FATAL: Module nvidia not found<end>",
            "modprobe: FATAL: Module nvidia not found.",
            "==> ERROR: module not found: 'nvidia",
            "could not find module by name 'nvidia",
            "modprobe: FATAL: nvidia_drm not found in directory",
            "modprobe: FATAL: Module nvidia-current not found in directory",
            "Module nvidia not found in directory /lib/modules/<kernel:word>",
            "modprobe: FATAL: Module nvidia<part:(_uvm|_drm|_modeset|_peermem|_current*)> not found in directory "
            "/lib/modules/<kernel:word>",
        ),
        sample="modprobe: FATAL: Module nvidia not found in directory /lib/modules/6.8.0-60-generic",
        cause="The kernel was updated and the module was not built for it: its headers are missing, DKMS failed, or "
        "the "
        "package linux-modules-nvidia of this kernel is not installed.",
        does_not_mean="the GPU; the driver release",
        fix="Install the headers of the running kernel and let DKMS build the module (or install the distribution's "
        "linux-modules-nvidia package for it), then load it.",
        command="sudo dkms autoinstall",
        sources=("kmod tools/modprobe.c", "NVIDIA/nvidia-docker#988"),
    ),
    Signature(
        id="module-version-mismatch",
        title="NVIDIA's kernel module was built for another kernel",
        patterns=(
            "nvidia: disagrees about version of symbol <symbol:word>",
            "nvidia: version magic '<magic:text>' should be",
            "could not insert 'nvidia<part:(_uvm|_drm|_modeset|_peermem|_current*)>': Exec format error",
            "could not insert 'nvidia': Exec format error",
            "could not insert 'nvidia': Unknown symbol in module",
        ),
        sample="nvidia: disagrees about version of symbol module_layout",
        cause="The file was built for another kernel, or by another compiler than this kernel.",
        does_not_mean="the GPU",
        fix="Remove the old module and build it again for the running kernel.",
        command="sudo dkms autoinstall --force",
        sources=("torvalds/linux kernel/module/version.c and main.c",),
    ),
    Signature(
        id="module-no-device",
        title="the nvidia module found no GPU that it supports",
        patterns=(
            "Kernel module load error: No such device",
            "Error inserting nvidia (<file:text>): No such device",
            "could not insert 'nvidia': No such device",
            "could not insert 'nvidia<part:(_uvm|_drm|_modeset|_peermem|_current*)>': No such device",
            "NVRM: No NVIDIA devices probed",
            "NVRM: None of the NVIDIA devices were initialized",
            "NVRM: No NVIDIA PCI devices found",
        ),
        sample="modprobe: ERROR: could not insert 'nvidia': No such device",
        cause="No GPU is on the bus, another driver has it, or the module refused it; the kernel log says which.",
        does_not_mean="a missing module",
        fix="Read the lines with NVRM in the kernel log.",
        command="sudo dmesg",
        role=Role.CHAIN_END,
        after=(
            "nvrm-needs-open-modules",
            "nvrm-legacy-branch",
            "nvrm-gpu-unsupported",
            "nvrm-other-driver-owns-gpu",
            "nvrm-open-modules-unsupported",
            "nvrm-bar-invalid",
            "nvrm-off-the-bus",
        ),
        sources=(f"{_OPEN} kernel-open/nvidia/nv.c", "kmod tools/modprobe.c"),
    ),
    Signature(
        id="dkms-build-failed",
        title="DKMS could not build NVIDIA's module for this kernel",
        patterns=(
            "Installing DKMS module 'nvidia-<...>FAILED!",
            "Error! Bad return status for module build on kernel: <kernel:word>",
            "Bad return status for module build on kernel",
        ),
        sample="Error! Bad return status for module build on kernel: 6.14.0-27-generic (x86_64)",
        cause="The kernel is later than this driver release supports, or the compiler is not the one that built the "
        "kernel. make.log has the compiler's error.",
        does_not_mean="the GPU",
        fix="Install a later release of the driver, or start an earlier kernel. The log is "
        "/var/lib/dkms/nvidia/VERSION/build/make.log.",
        command="dkms status",
        sources=("dell/dkms dkms.in", "NVIDIA/nvidia-installer kernel.c"),
    ),
    Signature(
        id="driver-installer-build-failed",
        title="NVIDIA's installer could not build the kernel module",
        patterns=(
            "ERROR: Unable to build the NVIDIA kernel module",
            "An error occurred while performing the step: <q>Building kernel modules<q>",
            "performing the step: <q>Checking to see whether the nvidia kernel module was successfully built<q>",
        ),
        sample='ERROR: An error occurred while performing the step: "Building kernel modules". See '
        "/var/log/nvidia-installer.log for details.",
        cause="The kernel is later than this driver release supports, its headers are missing, or the compiler is not "
        "the one that built the kernel. The installer's log has the compiler's error.",
        does_not_mean="the GPU",
        fix="Install a later release of the driver, the headers of the running kernel, or start an earlier kernel.",
        command="tail -n 60 /var/log/nvidia-installer.log",
        after=("dkms-build-failed", "dkms-no-headers"),
        sources=("NVIDIA/nvidia-installer kernel.c", "ProTechEx/vgpu-proxmox#1"),
    ),
    Signature(
        id="dkms-no-headers",
        title="the headers of the running kernel are not installed: no module can be built",
        patterns=(
            "Your kernel headers for kernel <kernel:word> cannot be found",
            "Unable to find the kernel source tree for the currently running kernel",
            "Unable to find the development tool 'cc' in your path",
            "*** /lib/modules/<kernel:word>/build: No such file or directory. Stop.",
            "*** /usr/lib/modules/<kernel:word>/build: No such file or directory. Stop.",
            "ERROR: Kernel configuration is invalid",
        ),
        sample="Error! Your kernel headers for kernel 6.8.0-60-generic cannot be found at "
        "/lib/modules/6.8.0-60-generic/build",
        cause="DKMS and the runfile compile the module against the headers of the running kernel.",
        does_not_mean="the driver release for the kernel",
        fix="Install the headers and a compiler (Debian and Ubuntu: linux-headers-$(uname -r) and build-essential; "
        "Fedora: kernel-devel), then build again.",
        command='sudo apt-get install "linux-headers-$(uname -r)" build-essential',
        sources=("dell/dkms dkms.in", "NVIDIA/nvidia-installer kernel.c and misc.c"),
    ),
    Signature(
        id="module-in-use",
        title="the old nvidia module is still loaded and in use",
        patterns=(
            "rmmod: ERROR: Module nvidia<part:(_uvm|_drm|_modeset|_peermem|_current*)> is in use",
            "rmmod: ERROR: Module nvidia is in use",
            "An NVIDIA kernel module '<module:word>' appears to be already loaded in your kernel",
            "An NVIDIA kernel module '<module:word>' appears to already be loaded",
        ),
        sample="rmmod: ERROR: Module nvidia is in use by: nvidia_uvm nvidia_modeset",
        cause="A desktop, nvidia-persistenced, a container or another process holds the module.",
        does_not_mean="a failed update",
        fix="Stop what uses it (`sudo lsof /dev/nvidia*`), unload nvidia_drm, nvidia_modeset, nvidia_uvm and nvidia in "
        "this order, or restart.",
        command="sudo fuser -v /dev/nvidia0",
        sources=("aikitoria/open-gpu-kernel-modules#10", "NVIDIA/nvidia-installer kernel.c"),
    ),
    Signature(
        id="nvidia-probe-failed",
        title="the nvidia module refused this GPU",
        patterns=(
            "probe with driver nvidia failed with error <code:word>",
            "nvidia: probe of <device:word> failed with error <code:word>",
        ),
        sample="nvidia 0000:01:00.0: probe with driver nvidia failed with error -1",
        cause="The kernel's report that the module's start failed for this GPU; the lines with NVRM before it say why.",
        does_not_mean="PCI Express itself",
        fix="Read the lines with NVRM before it.",
        role=Role.CHAIN_END,
        after=(
            "nvrm-needs-open-modules",
            "nvrm-legacy-branch",
            "nvrm-gpu-unsupported",
            "nvrm-open-modules-unsupported",
            "nvrm-bar-invalid",
            "nvrm-off-the-bus",
            "nvrm-init-failed",
        ),
        sources=("torvalds/linux drivers/base/dd.c",),
    ),
    Signature(
        id="fabric-manager-not-needed",
        title="the fabric manager finds no NVSwitch: this machine needs none",
        patterns=(
            "NVSwitch driver failed with error:WARNING Nothing to do [NV_WARN_NOTHING_TO_DO]",
            "NV_WARN_NOTHING_TO_DO",
        ),
        sample="request to query NVSwitch device information from NVSwitch driver failed with error:WARNING Nothing "
        "to do "
        "[NV_WARN_NOTHING_TO_DO]",
        cause="nvidia-fabricmanager is for machines with NVSwitch (DGX, HGX). GPUs in slots, also those with a "
        "bridge of "
        "NVLink, have none, and the service ends.",
        does_not_mean="a broken driver; a broken GPU",
        fix="Switch the service off, or remove the package.",
        command="sudo systemctl disable nvidia-fabricmanager",
        sources=("NVIDIA/gpu-operator#610", "https://docs.nvidia.com/datacenter/tesla/fabric-manager-user-guide/"),
    ),
    Signature(
        id="fabric-manager-mismatch",
        title="the fabric manager is of another release than the driver",
        patterns=(
            "NVIDIA GPU driver interface version <driver:ver> don't match with driver version",
            "fabric manager NVIDIA GPU driver interface version <driver:ver> don't match",
        ),
        sample="fabric manager NVIDIA GPU driver interface version 550.54.15 don't match with driver version "
        "550.90.07. Please update with matching NVIDIA driver package.",
        cause="On NVSwitch systems nvidia-fabricmanager must have exactly the version of the driver; one of them was "
        "updated alone. CUDA then reports error 802.",
        does_not_mean="the GPUs",
        fix="Install the nvidia-fabricmanager package of the driver's exact version and restart the service.",
        command="sudo systemctl restart nvidia-fabricmanager",
        sources=(
            "NVIDIA/gpu-operator issues (fabric manager log)",
            "https://docs.nvidia.com/datacenter/tesla/fabric-manager-user-guide/",
        ),
    ),
    Signature(
        id="vgpu-unlicensed",
        title="the virtual GPU has no license: its speed is limited",
        severity=Severity.WARNING,
        patterns=(
            "Failed to acquire/renew license from license server",
            "vGPU Software Licensed Product: <+>Unlicensed",
            "Failed to acquire license from <server:word>",
        ),
        sample="nvidia-gridd: Failed to acquire license from 10.0.0.5 (Error: Network error)",
        cause="nvidia-gridd does not reach its license server, or the token is missing or expired. CUDA keeps working "
        "for a while and then slows down or stops.",
        does_not_mean="a missing architecture",
        fix="Check the client token in /etc/nvidia/ClientConfigToken and the connection to the license server.",
        command="nvidia-smi -q",
        sources=("https://docs.nvidia.com/vgpu/ (client licensing)",),
    ),
)
