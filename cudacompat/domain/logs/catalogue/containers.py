"""Lines of Docker, Podman and the NVIDIA Container Toolkit."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="nvct-namespace",
        title="the container hook could not enter the container's namespaces",
        patterns=("nvidia-container-cli: mount error: namespace association failed",),
        sample="nvidia-container-cli: mount error: namespace association failed: resource temporarily "
        "unavailable: unknown.",
        cause="The hook starts helper processes for each container, and the system refused one: a limit of "
        "processes or "
        "threads (pids.max, ulimit -u, TasksMax of docker.service) is reached, or memory is.",
        does_not_mean="the driver or the image",
        fix="Raise TasksMax of docker.service and the limit of processes, stop what uses them up, and restart Docker; "
        "Docker 25 and later can use CDI, which needs no hook.",
        command="systemctl status docker",
        sources=("NVIDIA/nvidia-docker#1419",),
    ),
    Signature(
        id="docker-no-gpu-runtime",
        title="Docker cannot add a GPU to containers",
        patterns=(
            'could not select device driver "<driver:text>" with capabilities: [[gpu',
            "could not select device driver with capabilities: [[gpu",
        ),
        sample='docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].',
        cause="The NVIDIA Container Toolkit is not installed on the host, or Docker was not restarted "
        "afterwards. Docker from a snap does not see the toolkit.",
        does_not_mean="the image",
        fix="Install nvidia-container-toolkit on the host, configure Docker, and restart it.",
        command="sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker",
        sources=("NVIDIA/nvidia-docker#1642", "OpenBMB/XAgent#273", "infiniflow/ragflow#9573"),
    ),
    Signature(
        id="docker-unknown-runtime",
        title="Docker has no runtime called nvidia",
        patterns=("Unknown runtime specified nvidia", "unknown or invalid runtime name: nvidia"),
        sample="docker: Error response from daemon: unknown or invalid runtime name: nvidia",
        cause="/etc/docker/daemon.json does not list it: the toolkit is not installed or not configured.",
        does_not_mean="the driver",
        fix="Install nvidia-container-toolkit, configure Docker, restart it.",
        command="sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker",
        sources=(
            "NVIDIA/nvidia-container-toolkit#150",
            "dusty-nv/jetson-containers#1460",
        ),
    ),
    Signature(
        id="nvct-no-driver",
        title="the NVIDIA Container Toolkit finds no driver on the host",
        patterns=(
            "nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1",
            "nvidia-container-cli: initialization error: nvml error: driver not loaded",
            "nvidia-container-cli: initialization error: load library failed",
        ),
        sample="nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open "
        "shared object "
        "file: no such file or directory: unknown.",
        cause="libnvidia-ml.so.1 or the kernel module is missing where Docker runs: no driver, a driver in part, or a "
        "Docker daemon in a virtual machine or a snap.",
        does_not_mean="the image",
        fix="Install the driver on the host and check that nvidia-smi works there.",
        command="nvidia-smi",
        sources=("NVIDIA/libnvidia-container#231", "docker/for-win#13835", "NVIDIA/nvidia-container-toolkit#154"),
    ),
    Signature(
        id="nvct-driver-not-started",
        title="the NVIDIA Container Toolkit could not start the driver on the host",
        patterns=(
            "initialization error: driver rpc error: <...>failed to process request",
            "initialization error: driver rpc error: timed out",
            "initialization error: driver error: failed to process request",
        ),
        sample="nvidia-container-cli: initialization error: driver rpc error: failed to process request: unknown",
        cause="The libraries of the driver are there, and its start failed or took too long: the kernel module is "
        "being "
        "loaded or replaced, /dev/nvidia* cannot be opened, or the GPU does not answer.",
        does_not_mean="the image; its CUDA release",
        fix="Check that nvidia-smi answers at once on the host (persistence mode keeps the driver started); restart "
        "the host after a change of the driver. The command says where it stops.",
        command="sudo nvidia-container-cli -k -d /dev/tty info",
        sources=("NVIDIA/nvidia-docker#1710", "NVIDIA/gpu-operator#130"),
    ),
    Signature(
        id="nvct-unknown-device",
        title="the container asks for the GPU {device}, which this host does not have",
        patterns=("nvidia-container-cli: device error: <device:word>: unknown device",),
        sample="nvidia-container-cli: device error: 3: unknown device: unknown",
        cause="NVIDIA_VISIBLE_DEVICES or --gpus names an index, a UUID or a MIG device that is not there. Extensions "
        "that share GPUs between pods write a reason in the place of the device when no GPU has room for the pod.",
        does_not_mean="the driver; the toolkit",
        fix="Name a GPU that the host lists; for a pod that shares one, ask for less GPU memory or look at the log of "
        "the scheduler's extension.",
        command="nvidia-smi -L",
        distinct=("device",),
        sources=("NVIDIA/nvidia-container-toolkit#223", "NVIDIA/nvidia-docker#1732"),
    ),
    Signature(
        id="nvct-wsl-no-adapter",
        title="WSL2 shows no GPU to the container",
        patterns=(
            "WSL environment detected but no adapters were found",
            "stat failed: /usr/lib/wsl/lib/<library:word>: no such file or directory",
            "path error: /usr/lib/wsl/<library:word>: no such file or directory",
        ),
        sample="nvidia-container-cli: initialization error: WSL environment detected but no adapters were found: "
        "unknown.",
        cause="The Windows driver is too old for WSL2, the GPU is disabled, or the WSL kernel is old; after an update "
        "of the driver, WSL may still have the old one mounted.",
        does_not_mean="a missing Linux driver in WSL: WSL must have none",
        fix="Update the NVIDIA driver in Windows, then `wsl --update` and `wsl --shutdown`.",
        command="wsl.exe --update",
        sources=(
            "NVIDIA/nvidia-container-toolkit#155",
            "AbdBarho/stable-diffusion-webui-docker#117",
        ),
    ),
    Signature(
        id="nvct-requirement",
        title="the image requires {condition}, and the host driver does not meet it",
        patterns=(
            "requirement error: unsatisfied condition: <condition:word>,",
            "requirement error: unsatisfied condition: <condition:word>",
        ),
        sample="nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update your "
        "driver to a newer "
        "version, or use an earlier cuda container: unknown",
        cause="NVIDIA_REQUIRE_CUDA in the image is above the CUDA version of the host driver.",
        does_not_mean="the GPU architecture. With minor-version compatibility the program may still run.",
        fix="Update the host driver, or use an older base image. NVIDIA_DISABLE_REQUIRE=1 only hides the check.",
        sources=("theroyallab/tabbyAPI#324", "NVIDIA/nvidia-container-toolkit#152", "ggml-org/llama.cpp#9665"),
    ),
    Signature(
        id="nvct-device-rules",
        title="the toolkit may not change the container's device rules",
        patterns=(
            "mount error: failed to add device rules: unable to <...>bpf",
            "bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted",
            "nvidia-container-cli: mount error: failed to add device rules",
        ),
        sample="nvidia-container-cli: mount error: failed to add device rules: unable to find any existing device "
        "filters attached "
        "to the cgroup: bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted: unknown.",
        cause="Rootless containers, or a container in a container, may not load BPF programs for cgroups.",
        does_not_mean="the driver",
        fix="CDI (nvidia-ctk cdi generate; --device nvidia.com/gpu=all), or no-cgroups = true in "
        "/etc/nvidia-container-runtime/config.toml.",
        command="sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml",
        sources=(
            "NVIDIA/nvidia-container-toolkit#139",
            "NVIDIA/libnvidia-container#154",
            "NVIDIA/nvidia-container-toolkit#678",
        ),
    ),
    Signature(
        id="cdi-unresolvable",
        title="CDI has no entry for the GPU {device}",
        patterns=("unresolvable CDI devices <device:word>", "CDI device injection failed: unresolvable CDI devices"),
        sample="Error: setting up CDI devices: unresolvable CDI devices nvidia.com/gpu=all",
        cause="--device nvidia.com/gpu=… needs /etc/cdi/nvidia.yaml or /var/run/cdi. The file is missing, or "
        "older than the driver update.",
        does_not_mean="the GPU",
        fix="Generate the file, and again after every driver update.",
        command="sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml",
        distinct=("device",),
        cases=(
            Case(
                when=("nix",),
                fix="On NixOS set hardware.nvidia-container-toolkit.enable = true and rebuild: a service then writes "
                "the description at each start.",
                command="sudo nixos-rebuild switch",
            ),
        ),
        sources=(
            "NVIDIA/nvidia-container-toolkit#146",
            "NixOS/nixpkgs#420638",
        ),
    ),
    Signature(
        id="k8s-cdi-kind",
        title="the CDI device that the device plugin promised is not described on the node",
        patterns=(
            "unresolvable CDI devices k8s.device-plugin.nvidia.com/<device:word>",
            "unresolvable CDI devices management.nvidia.com/<device:word>",
        ),
        sample="unresolvable CDI devices k8s.device-plugin.nvidia.com/gpu=GPU-995b8cf7",
        cause="The device plugin writes the description of this kind itself, into /var/run/cdi, when its "
        "DEVICE_LIST_STRATEGY is cdi-annotations or cdi-cri. Here the kubelet still has devices of a plugin that wrote "
        "none, or the runtime reads another directory.",
        does_not_mean="a missing description of nvidia.com/gpu: nvidia-ctk cdi generate writes only that kind",
        fix="Restart the device plugin (or let the GPU operator deploy it) with DEVICE_LIST_STRATEGY=envvar or "
        "cdi-cri, enable CDI in containerd, and mount /var/run/cdi into the plugin's pod.",
        command="kubectl get pods --all-namespaces -l app.kubernetes.io/name=nvidia-device-plugin",
        sources=("NVIDIA/nvidia-container-toolkit#1895", "NVIDIA/k8s-device-plugin README (DEVICE_LIST_STRATEGY)"),
    ),
    Signature(
        id="cdi-stale",
        title="the CDI description names a device that is not there: {device}",
        patterns=(
            "crun: cannot stat '/dev/<device:word>'",
            "failed to stat CDI host device '<device:word>'",
        ),
        sample="Error: setting up CDI devices: failed to inject devices: failed to stat CDI host device "
        '"/dev/dri/renderD129": no such file or directory',
        cause="/etc/cdi/nvidia.yaml was written when the machine had other device nodes: before a driver's update, a "
        "restart, or a change of GPUs.",
        does_not_mean="the driver",
        fix="Generate it again.",
        command="sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml",
        distinct=("device",),
        sources=("NVIDIA/nvidia-container-toolkit#885",),
    ),
    Signature(
        id="cdi-podman-too-old",
        title="this Podman does not know CDI and takes nvidia.com/gpu for a file",
        patterns=("Error: stat nvidia.com/gpu=<device:word>: no such file or directory",),
        sample="Error: stat nvidia.com/gpu=0: no such file or directory",
        cause="Podman before 4.1 has no support for CDI.",
        does_not_mean="a missing GPU; a missing CDI description",
        fix='Podman 4.1 or newer; else the NVIDIA runtime with mode = "cdi" in its config.toml.',
        sources=("NVIDIA/nvidia-container-toolkit#63",),
    ),
    Signature(
        id="nvct-hook-missing",
        title="Docker looks for the NVIDIA hook and it is gone",
        patterns=(
            'exec: "nvidia-container-runtime-hook": executable file not found',
            'exec: "nvidia-container-runtime": executable file not found',
            "nvidia-container-runtime: no such file or directory",
        ),
        sample="docker: Error response from daemon: failed to create task for container: exec: "
        '"nvidia-container-runtime-hook": '
        "executable file not found in $PATH",
        cause="The NVIDIA Container Toolkit was removed or only half installed, and Docker still calls it.",
        does_not_mean="the driver",
        fix="Install nvidia-container-toolkit again.",
        command="sudo apt-get install --reinstall nvidia-container-toolkit",
        sources=(
            "NVIDIA/nvidia-docker#958",
            "NVIDIA/nvidia-docker#1337",
        ),
    ),
    Signature(
        id="image-no-nvcc-runtime",
        title="the image for the build has no compiler",
        patterns=("/usr/local/cuda/bin/nvcc: not found", "/usr/local/cuda/bin/nvcc: No such file or directory"),
        sample="/bin/sh: 1: /usr/local/cuda/bin/nvcc: not found",
        cause="nvidia/cuda's -base and -runtime images have no nvcc.",
        does_not_mean="a broken toolkit",
        fix="FROM nvidia/cuda:…-devel-… for the stage that builds.",
        sources=("https://hub.docker.com/r/nvidia/cuda (image flavours)",),
    ),
    Signature(
        id="apptainer-no-nv-files",
        title="Apptainer found no driver libraries to bring into the container",
        patterns=(
            "Could not find any nv files on this host",
            "Could not find any NVIDIA files on this host",
            "Could not find any nv libraries on this host",
        ),
        sample="INFO:    Could not find any nv files on this host!",
        cause="--nv looks for the files of etc/nvliblist.conf with ldconfig, and none is on this host: it has no "
        "driver, or "
        "keeps it elsewhere (Jetson before JetPack 7, NixOS, a cluster's modules).",
        does_not_mean="the image; the program in it, which runs on the CPU now",
        fix="Run nvidia-smi on the host first. Where the driver is elsewhere, add its directory to ldconfig or bind "
        "the "
        "libraries with --bind, on a Jetson those of /usr/lib/aarch64-linux-gnu/tegra.",
        command="ldconfig -p",
        severity=Severity.WARNING,
        sources=("sylabs/singularity#2805", "https://apptainer.org/docs/user/main/gpu.html"),
    ),
)
