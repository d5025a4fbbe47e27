"""Lines of nodes and containers: the operator's pods, devices that are not there, images older than the GPU."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="gpu-operator-driver-root",
        title="the GPU operator looks for the driver where it is not: {path}",
        patterns=(
            "lstat <path:(/run/nvidia/driver*)>/<file:text>: no such file or directory",
            "lstat /run/nvidia/driver/<path:text>: no such file or directory",
            "chroot: failed to run command '<path:(nvidia-smi|nvidia-installer|modprobe)>'",
        ),
        sample="failed to generate spec: lstat /run/nvidia/driver/dev/nvidiactl: no such file or directory",
        cause="/run/nvidia/driver is the root of the operator's own driver container. The driver is installed on the "
        "node itself, or that container is not ready yet.",
        does_not_mean="a missing GPU",
        fix="With a driver on the node install the chart with driver.enabled=false, and restart the device plugin's "
        "pods; else look at the pod of the driver.",
        command="kubectl get -n gpu-operator pods",
        sources=("NVIDIA/gpu-operator#425", "NVIDIA/gpu-operator#377"),
    ),
    Signature(
        id="gpu-operator-module",
        title="the operator cannot load NVIDIA's module {module}",
        patterns=(
            "failed to load kernel module <module:word>: exit status",
            "failed to load module <module:word>: exit status",
        ),
        sample='level=error msg="error: failed to create device nodes: failed to load kernel module '
        "nvidia-modeset: exit "
        'status 1"',
        cause="modprobe failed on the node: the driver was installed without that module (a server driver has no "
        "nvidia-modeset), or its modules are not of the running kernel.",
        does_not_mean="the operator's configuration",
        fix="Load it on the node by hand and read what modprobe says; set "
        "DISABLE_DEV_CHAR_SYMLINK_CREATION=true for the "
        "validator where the module is not needed.",
        command="sudo modprobe nvidia-modeset",
        sources=("NVIDIA/gpu-operator#671",),
    ),
    Signature(
        id="k8s-pod-not-started",
        title="kubectl asks a container for its log before it was started",
        patterns=(
            "is waiting to start: PodInitializing",
            "is waiting to start: ContainerCreating",
            "is waiting to start: CreateContainerError",
        ),
        sample='Error from server (BadRequest): container "plugin" in pod "p-1" is waiting to start: PodInitializing',
        cause="An init container of the pod has not ended, or fails again and again.",
        does_not_mean="an error of the container that is named",
        fix="kubectl describe pod names the init container; read that one's log with kubectl logs -c.",
        command="kubectl get --sort-by=.lastTimestamp events",
        role=Role.HEADING,
        sources=("NVIDIA/gpu-operator#528",),
    ),
    Signature(
        id="container-device-missing",
        title="a container asks for a device file that the host does not have: {device}",
        patterns=(
            'error gathering device information while adding custom device "<device:word>": no such file or directory',
            "error gathering device information while adding custom device",
            "failed to stat CDI host device <device:word>: no such file or directory",
        ),
        sample="Error response from daemon: error gathering device information while adding custom device "
        '"/dev/nvidia0": no such file or directory',
        cause="--device, a compose file or a CDI file names it, and the driver has not made it: no module is "
        "loaded, or no program used the GPU since the start of the machine.",
        does_not_mean="the image",
        fix="Run nvidia-smi once on the host, or nvidia-modprobe, which make the files; then use --gpus all "
        "in place of "
        "--device.",
        command="sudo nvidia-modprobe -c 0 -u",
        sources=("moby/moby daemon/devices_linux.go", "NVIDIA/nvidia-modprobe README"),
    ),
    Signature(
        id="docker-cdi-off",
        title="this Docker does not use CDI",
        patterns=('could not select device driver "cdi" with capabilities',),
        sample='docker: Error response from daemon: could not select device driver "cdi" with capabilities: [].',
        cause="--device nvidia.com/gpu=all needs Docker's support of CDI: Docker 25 or newer with "
        "`features.cdi` in its "
        "daemon.json (on by itself from 28.2), for a rootless Docker in its own daemon.json.",
        does_not_mean="a missing driver",
        fix='Write {"features": {"cdi": true}} to the daemon.json of this Docker and restart it, or use --gpus all.',
        command="docker run --rm --gpus all ubuntu nvidia-smi",
        sources=("NixOS/nixpkgs#339999", "Docker: Container Device Interface"),
    ),
    Signature(
        id="image-older-than-gpu",
        title="NVIDIA's image is older than the GPU",
        patterns=(
            "GPU, which is not yet supported in this version of the container",
            "GPU, which may not yet be supported in this version of the container",
        ),
        sample="WARNING: Detected NVIDIA GeForce RTX 5090 GPU, which is not yet supported in this version of "
        "the container",
        cause="The libraries in the image were built before this GPU existed. Its PTX may run by JIT; cuDNN, "
        "cuBLAS and "
        "TensorRT of that release have no code for it.",
        does_not_mean="an old driver",
        fix="Take a newer tag of the same image: 25.01 is the first of NVIDIA's for GPUs of 12.0 and 10.0.",
        severity=Severity.WARNING,
        sources=("NVIDIA: Frameworks Support Matrix", "nvcr.io/nvidia/pytorch entrypoint.d"),
    ),
    Signature(
        id="image-finds-no-gpu",
        title="NVIDIA's image finds no GPU that it supports",
        patterns=("ERROR: No supported GPU(s) detected to run this container",),
        sample="ERROR: No supported GPU(s) detected to run this container",
        cause="The container was started without --gpus all, or with a GPU older than the image takes.",
        does_not_mean="a broken image",
        fix="Start it with --gpus all; for an old GPU take an older tag of the image.",
        command="docker run --rm --gpus all ubuntu nvidia-smi",
        sources=("nvcr.io/nvidia/pytorch entrypoint.d",),
    ),
    Signature(
        id="slurm-no-such-node",
        title="Slurm has no node with what the job asks for",
        patterns=(
            "Unable to allocate resources: Requested node configuration is not available",
            "Batch job submission failed: Requested node configuration is not available",
        ),
        sample="srun: error: Unable to allocate resources: Requested node configuration is not available",
        cause="No node of the partition has so many GPUs, that kind of GPU, or so much memory and so many "
        "processors with them.",
        does_not_mean="a busy cluster: such a job would wait",
        fix="Compare --gres, --mem and --cpus-per-task with what the nodes have.",
        command='sinfo -o "%P %G %c %m"',
        sources=("https://slurm.schedmd.com/faq.html",),
    ),
    Signature(
        id="wsl-dxcore-absent",
        title="the container toolkit finds no interface of WSL, and continues as on plain Linux",
        severity=Severity.NOTE,
        patterns=(
            "dxcore initialization failed, continuing assuming a non-WSL environment",
            "Failed to initialize dxcore adapter list",
        ),
        sample="dxcore initialization failed, continuing assuming a non-WSL environment",
        cause="On a plain Linux that is as it should be. In WSL, Windows' driver or its part for WSL is too "
        "old, or the "
        "distribution runs as WSL 1.",
        does_not_mean="a fault on plain Linux",
        fix="In WSL: wsl --update in Windows, a current NVIDIA driver for Windows, and wsl --shutdown.",
        sources=("NVIDIA/nvidia-docker#1542", "NVIDIA/libnvidia-container src/nvc.c"),
    ),
    Signature(
        id="nvcc-not-executable",
        title="nvcc may not be executed",
        patterns=("/bin/nvcc: Permission denied", "nvcc: Permission denied"),
        sample="bash: /usr/local/cuda/bin/nvcc: Permission denied",
        cause="The toolkit was copied without its modes, is on a file system that is mounted noexec, or belongs to "
        "another user.",
        does_not_mean="a missing toolkit; the GPU",
        fix="Look at its mode and at the file system; install the toolkit again if it was copied.",
        command="ls -l /usr/local/cuda/bin/nvcc",
        sources=("execve(2)",),
    ),
    Signature(
        id="module-parameters-wrong",
        title="NVIDIA's module refuses a parameter",
        patterns=(
            "could not insert module nvidia.ko: Invalid parameters",
            "could not insert 'nvidia': Invalid argument",
        ),
        sample="insmod: ERROR: could not insert module nvidia.ko: Invalid parameters",
        cause="A file in /etc/modprobe.d sets an option that this release does not have, or a value of a "
        "wrong form; or "
        "the module belongs to another kernel.",
        does_not_mean="the GPU",
        fix="Look for lines with nvidia in /etc/modprobe.d and read the kernel's message.",
        command="grep -rl -e nvidia /etc/modprobe.d",
        sources=("modprobe.d(5)", "insmod(8)"),
    ),
    Signature(
        id="installer-module-not-loaded",
        title="NVIDIA's installer built its module, and the kernel does not load it",
        patterns=("Unable to load the kernel module 'nvidia.ko'", "Unable to load the kernel module 'nvidia-drm.ko'"),
        sample="ERROR: Unable to load the kernel module 'nvidia.ko'.  This happens most frequently when this "
        "kernel module "
        "was built against the wrong or improperly configured kernel sources",
        cause="The reason is the text after `Kernel module load error` at the end of "
        "/var/log/nvidia-installer.log: no such "
        "device (no GPU that this release supports, or another driver has it), a key that Secure Boot does "
        "not know, or "
        "a kernel that was updated and not started yet.",
        does_not_mean="a module that does not compile",
        fix="Read that line; for nouveau blacklist it and restart, for Secure Boot enroll the key, for an "
        "older GPU take its "
        "legacy release.",
        command="sudo tail -n 60 /var/log/nvidia-installer.log",
        role=Role.HEADING,
        sources=("Bumblebee-Project/Bumblebee#932",),
    ),
    Signature(
        id="nvrm-open-datacenter-only",
        title="these open kernel modules are for data center GPUs alone",
        patterns=(
            "Open nvidia.ko is only ready for use on Data Center GPUs",
            "Open nvidia.ko is only ready for use on Data Center and Workstation GPUs",
        ),
        sample="NVRM: Open nvidia.ko is only ready for use on Data Center GPUs.",
        cause="The open modules of releases 515 to 550 refuse GeForce and workstation GPUs unless an option "
        "says otherwise; from 560 on they are the ones that are recommended for Turing and newer.",
        does_not_mean="a broken GPU",
        fix="Install a newer driver, or the proprietary modules of this one.",
        command="ubuntu-drivers devices",
        sources=("NVIDIA/open-gpu-kernel-modules#230", "NVIDIA driver README: Open Linux Kernel Modules"),
    ),
    Signature(
        id="frigate-no-tensorrt",
        title="this image of Frigate has no TensorRT",
        patterns=("TensorRT libraries not found, tensorrt detector not present",),
        sample="ERROR : TensorRT libraries not found, tensorrt detector not present",
        cause="The detector is part of the images whose tag ends in -tensorrt alone.",
        does_not_mean="the driver; the container toolkit",
        fix="Take the image ghcr.io/blakeblackshear/frigate with the tag stable-tensorrt, and start it with the GPU.",
        sources=("blakeblackshear/frigate#5810",),
    ),
    Signature(
        id="localai-backend-missing",
        title="LocalAI does not have the backend that the model wants",
        patterns=(
            'Backend not found backend="<backend:text>"',
            "Fails: backend not found: <backend:word>",
            "grpc process not found: <backend:word>",
        ),
        sample='ERROR Backend not found backend="llama-cpp"',
        cause="Newer releases download each backend by itself, and this one is not there; in older images a "
        "tag has some "
        "of them only, or /tmp was emptied where they are unpacked.",
        does_not_mean="the driver",
        fix="Install it (local-ai backends install), with the variant for the CUDA release of the driver; or "
        "take the tag "
        "that holds it.",
        command="local-ai backends list",
        sources=("mudler/LocalAI#7899", "mudler/LocalAI#3727"),
    ),
    Signature(
        id="model-not-loaded-anywhere",
        title="none of a server's backends could load the model",
        patterns=("could not load model - all backends returned error",),
        sample="could not load model - all backends returned error: 9 errors occurred:",
        cause="The server tried one backend after the other. Those that are not meant for the model fail "
        "always; what the "
        "right one said is in the server's own log.",
        does_not_mean="nine faults",
        fix="Name the backend in the model's configuration, set DEBUG=true and read what that one says.",
        role=Role.END,
        sources=("mudler/LocalAI#2279",),
    ),
    Signature(
        id="tgi-shard-ended",
        title="a process of Text Generation Inference did not start; its own error is before this line",
        patterns=("Error: ShardCannotStart", "Error: ShardFailed"),
        sample="Error: ShardCannotStart",
        cause="The launcher only sees that the shard's process ended.",
        does_not_mean="the launcher",
        fix="Read the first error of the shard above it.",
        role=Role.END,
        sources=("huggingface/text-generation-inference launcher/src/main.rs",),
    ),
    Signature(
        id="installer-hook-failed",
        title="the distribution asks not to install NVIDIA's driver in this way",
        severity=Severity.WARNING,
        patterns=("The distribution-provided pre-install script failed",),
        sample="The distribution-provided pre-install script failed! Are you sure you want to continue?",
        cause="Debian's and Ubuntu's script always fails: it tells that their own packages bring the driver. "
        "The installer continues on request.",
        does_not_mean="a broken installer",
        fix="Better take the distribution's package; else continue and read what follows.",
        command="ubuntu-drivers devices",
        sources=("NVIDIA driver README: installer hooks",),
    ),
)
