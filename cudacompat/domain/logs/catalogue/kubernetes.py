"""Lines of Kubernetes and of NVIDIA's device plugin."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Signature

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="k8s-insufficient-gpu",
        title="no node has a free GPU for the pod",
        patterns=("Insufficient nvidia.com/<resource:word>",),
        sample="0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
        cause="No node offers nvidia.com/gpu (the device plugin does not run, or sees no GPU there), or all are in "
        "use.",
        does_not_mean="the image: it was not started",
        fix="`kubectl describe node` shows what is allocatable; then look at the device plugin's log on that node.",
        command="kubectl get nodes -o 'custom-columns=N:.metadata.name,GPU:.status.allocatable.nvidia\\.com/gpu'",
        sources=(
            "NVIDIA/k8s-device-plugin#165",
            "NVIDIA/k8s-device-plugin#33",
        ),
    ),
    Signature(
        id="k8s-plugin-no-nvml",
        title="the device plugin has no driver in its container",
        patterns=(
            "If this is a GPU node, did you set the docker default runtime to 'nvidia'",
            "If this is a GPU node, did you configure the NVIDIA Container Toolkit",
            "Incompatible strategy detected",
            "Incompatible platform detected",
        ),
        sample="E0811 08:12:01.123456       1 factory.go:100] If this is a GPU node, did you set the docker default "
        "runtime to "
        "`nvidia`?",
        cause="The plugin's pod runs under a runtime that does not add the driver: nvidia is not the default runtime "
        "of "
        "containerd, and no RuntimeClass is set.",
        does_not_mean="a node without a GPU",
        fix="Make nvidia the default runtime of containerd or set runtimeClassName: nvidia.",
        command="sudo nvidia-ctk runtime configure --runtime=containerd --set-as-default && sudo systemctl restart "
        "containerd",
        sources=("NVIDIA/k8s-device-plugin internal/plugin/factory.go",),
    ),
    Signature(
        id="k8s-plugin-no-devices",
        title="the device plugin found no GPU on the node",
        patterns=("No devices found. Waiting indefinitely",),
        sample="I0811 08:12:01.123456       1 main.go:416] No devices found. Waiting indefinitely.",
        cause="NVML works or was passed over, and lists no GPU: the node has none, or MIG is on with no instance made.",
        does_not_mean="a crash of the plugin",
        fix="nvidia-smi -L on the node; with MIG make instances and choose a strategy.",
        command="nvidia-smi -L",
        after=("k8s-plugin-no-nvml",),
        sources=("NVIDIA/k8s-device-plugin cmd/nvidia-device-plugin/main.go",),
    ),
    Signature(
        id="k8s-device-unhealthy",
        title="the device plugin marked a GPU unhealthy",
        patterns=("nvidia.com/<...>device marked unhealthy:",),
        sample="I0811 08:12:01.123456       1 server.go:279] 'nvidia.com/gpu' device marked unhealthy: "
        "GPU-f15ae561-21b1-6003-c768-861fc285203b",
        cause="The driver reported an Xid that is not a program's fault.",
        does_not_mean="the programs of the pods",
        fix="Look for `NVRM: Xid` in the node's kernel log.",
        command="sudo dmesg",
        after=("nvrm-xid", "nvrm-off-the-bus"),
        sources=("NVIDIA/k8s-device-plugin internal/plugin/server.go",),
    ),
    Signature(
        id="k8s-no-nvidia-runtime",
        title="the node's containerd has no runtime called nvidia",
        patterns=('no runtime for "nvidia" is configured', 'RuntimeHandler "nvidia" not supported'),
        sample="Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no "
        "runtime for "
        '"nvidia" is configured',
        cause="The pod's RuntimeClass is nvidia, and containerd on this node was not configured for it.",
        does_not_mean="the image",
        fix="Configure containerd on the node and restart it (the GPU operator does this).",
        command="sudo nvidia-ctk runtime configure --runtime=containerd && sudo systemctl restart containerd",
        sources=(
            "NVIDIA/gpu-operator#413",
            "NVIDIA/gpu-operator#730",
        ),
    ),
    Signature(
        id="k8s-allocate-unhealthy",
        title="kubelet wanted GPUs that are not healthy",
        patterns=(
            "Unable to retrieve list of available devices: error creating nvml.Device",
            "Allocate failed due to no healthy devices present; cannot allocate unhealthy devices "
            "nvidia.com/<resource:word>",
        ),
        sample="Pod was rejected: Allocate failed due to no healthy devices present; cannot allocate unhealthy devices "
        "nvidia.com/gpu, which is unexpected",
        cause="The device plugin was not registered (again) when the pod was admitted: after a restart of kubelet or "
        "of the node.",
        does_not_mean="a broken GPU",
        fix="Delete the pod; restart the device plugin if it stays.",
        sources=(
            "trueforge-org/truecharts#19201 (the same text for amd.com/gpu)",
            "kubernetes/kubernetes#60388",
        ),
    ),
    Signature(
        id="oom-killed",
        title="the process was killed because host memory ran out",
        patterns=(
            "process was signaled to shutdown with signal 9",
            "was sent SIGKILL! Perhaps out of memory",
            "OOMKilled",
            "Out of memory: Killed process <pid:num>",
            "oom-kill:constraint",
        ),
        sample="Last State: Terminated  Reason: OOMKilled  Exit Code: 137",
        cause="The memory limit of the container or machine was reached. Loading a model needs about its size in "
        "RAM for a while.",
        does_not_mean="GPU memory (that is a CUDA error)",
        fix="Raise the memory limit, or load the model with mmap and without a second copy.",
        sources=(
            "https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/",
            "torvalds/linux mm/oom_kill.c",
        ),
    ),
    Signature(
        id="driver-container-no-kernel",
        title="the driver container finds no packages of the kernel that runs",
        patterns=(
            "Could not resolve Linux kernel version",
            "Could not find Linux kernel headers",
            "failed to resolve the kernel version: ",
        ),
        sample="Resolving Linux kernel version...\nCould not resolve Linux kernel version",
        cause="The container builds the modules and looks for headers of the node's kernel in the repositories of "
        "the image's "
        "distribution. A kernel of another source, a cloud's or one that was withdrawn is not there.",
        does_not_mean="the GPU; the driver release",
        fix="Start the node with a kernel of its distribution, give the container the repository "
        "(driver.repoConfig), or "
        "install the driver on the node and set driver.enabled=false.",
        command="uname -r",
        sources=(
            "NVIDIA/gpu-operator#205",
            "NVIDIA/gpu-operator#85",
            "NVIDIA/gpu-driver-container ubuntu22.04/nvidia-driver",
        ),
    ),
    Signature(
        id="k8s-devices-unavailable",
        title="kubelet has fewer free {resource} than it promised to the pod",
        patterns=(
            "Allocate failed due to requested number of devices unavailable for nvidia.com/<resource:word>. Requested",
            "failed to find gpu id, which is unexpected",
        ),
        sample="Pod Allocate failed due to requested number of devices unavailable for nvidia.com/gpu. Requested:1, "
        "Available: 0, which is unexpected",
        cause="kubelet's own count does not fit the device plugin's: after a restart of the node the plugin had not "
        "registered yet, GPUs became unhealthy or were hidden, or kubelet holds devices of pods that are gone.",
        does_not_mean="the image; the program",
        fix="See what the node offers (Allocatable) and what the plugin's log says; then restart kubelet, which counts "
        "again. Pods in UnexpectedAdmissionError stay: delete them.",
        command="sudo systemctl restart kubelet",
        after=("nvml-gpu-lost",),
        sources=("kubernetes/kubernetes#130145", "kubernetes/kubernetes#97131", "volcano-sh/devices#29"),
    ),
    Signature(
        id="operator-device-links",
        title="the GPU operator's validator could not link the driver's devices",
        patterns=(
            "error validating driver installation: error creating symlinks",
            "failed to create device node nvidiactl",
            "failed to create NVIDIA device nodes",
        ),
        sample='level=info msg="Error: error validating driver installation: error creating symlinks: failed to get '
        "device nodes: failed to get GPU information: error getting all NVIDIA devices: error constructing NVIDIA PCI "
        'device 0000:3b:00.0: failed to resolve driver"',
        cause="With a driver of the host the validator makes links in /dev/char for cgroups of systemd, and it could "
        "not: another GPU of the node has no NVIDIA driver bound, or the device nodes cannot be made.",
        does_not_mean="that the driver is missing",
        fix="Bind every NVIDIA GPU of the node to its driver or hide it; or switch the links off: "
        "validator.driver.env DISABLE_DEV_CHAR_SYMLINK_CREATION=true.",
        sources=("NVIDIA/gpu-operator#569", "NVIDIA/gpu-operator#539"),
    ),
    Signature(
        id="operator-toolkit-validation",
        title="the runtime of the node puts no driver into the operator's containers",
        patterns=(
            "error validating toolkit installation: exec: 'nvidia-smi': executable file not found in $PATH",
            "error validating toolkit installation",
            "Back-off restarting failed container toolkit-validation",
        ),
        sample='level=info msg="Error: error validating toolkit installation: exec: \\"nvidia-smi\\": executable file '
        'not found in $PATH"',
        cause="nvidia-smi is not in the validator's container: containerd (or CRI-O) was not reconfigured, its "
        "configuration is where the toolkit does not look (k3s, RKE2, MicroK8s), or it was not restarted.",
        does_not_mean="the image; the GPU",
        fix="Give the toolkit the runtime's own file and socket (CONTAINERD_CONFIG, CONTAINERD_SOCKET) and restart the "
        "runtime; then delete the validator's pod.",
        command="kubectl logs -n gpu-operator -l app=nvidia-container-toolkit-daemonset",
        after=("gpu-operator-waits",),
        sources=("NVIDIA/gpu-operator#1518", "NVIDIA/gpu-operator#2382"),
    ),
    Signature(
        id="k8s-mig-no-instances",
        title="MIG is on for a GPU of the node, and it has no instances",
        patterns=(
            "At least one device with migEnabled=true was not configured correctly",
            "No MIG devices associated with",
            "no MIG devices found on MIG-enabled",
        ),
        sample="panic: At least one device with migEnabled=true was not configured correctly: No MIG devices "
        "associated with /dev/nvidia0: GPU-fe14a161",
        cause="The device plugin offers MIG instances where MIG is on, and none were made (they are gone after each "
        "restart), or they do not suit its strategy: `single` wants equal ones on all GPUs.",
        does_not_mean="a broken GPU; the driver",
        fix="Make the instances (nvidia-smi mig -cgi … -C, or the MIG manager's configuration), or turn MIG off; for "
        "instances of several sizes set migStrategy to mixed. Then restart the plugin.",
        command="nvidia-smi mig -lgi",
        sources=("NVIDIA/k8s-device-plugin#253", "NVIDIA/k8s-device-plugin#397"),
    ),
    Signature(
        id="k8s-plugin-lost-nvml",
        title="the device plugin no longer reaches the driver",
        patterns=("error calling nvml.Init", "unable to get device link information"),
        sample="Pod was rejected: Allocate failed due to device plugin GetPreferredAllocation; unable to get device "
        "link information: error calling nvml.Init",
        cause="The plugin started while the driver worked. Since then the driver was updated, reloaded or reset, or "
        "systemd took the devices away from the plugin's container.",
        does_not_mean="a node without GPUs",
        fix="Restart the plugin's pod on the node; if the driver was updated while its module was loaded, restart the "
        "node.",
        sources=("NVIDIA/k8s-device-plugin#1223",),
    ),
)
