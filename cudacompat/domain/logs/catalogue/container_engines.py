"""Containers that do not start, or start without a GPU: the toolkit's mounts, runtimes, cgroups, registries, pods."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="nvct-file-exists",
        title="the image already has files of a driver where the host's are mounted",
        patterns=(
            "mount error: file creation failed: <path:word>: file exists",
            "nvidia-container-cli: mount error: file creation failed",
        ),
        sample="nvidia-container-cli: mount error: file creation failed: "
        "/run/rootfs/usr/lib/x86_64-linux-gnu/libnvidia-egl-gbm.so.1.1.1: file exists: unknown",
        cause="The image was saved from a container that had the driver's files mounted, or a driver was installed in "
        "it; the toolkit will not mount over them.",
        does_not_mean="the host's driver",
        fix="Build the image without any driver package, and remove libnvidia-* and libcuda.so.* from it.",
        command="docker build --progress=plain .",
        sources=("NVIDIA/gpu-operator#778", "NVIDIA/libnvidia-container#289"),
    ),
    Signature(
        id="nvct-cgroup",
        title="the container toolkit does not understand this host's cgroups",
        patterns=(
            "mount error: write error: /sys/fs/cgroup/<path:word>",
            "container error: cgroup subsystem devices not found",
            "mount error: open failed: /sys/fs/cgroup/devices<path:word>",
            "cgroup subsystem devices not found",
            "failed to get cgroup mount",
        ),
        sample="nvidia-container-cli: container error: cgroup subsystem devices not found: unknown.",
        cause="The host uses cgroup v2 and libnvidia-container is older than 1.8, or the engine runs rootless and may "
        "not change device rules.",
        does_not_mean="a missing GPU; a missing driver",
        fix="Update nvidia-container-toolkit; for a rootless engine set no-cgroups = true in its config.toml, or use "
        "CDI.",
        command="sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml",
        sources=("NVIDIA/nvidia-docker#1447", "NVIDIA/libnvidia-container#111"),
    ),
    Signature(
        id="nvct-ldconfig",
        title="the container toolkit cannot run ldconfig for the container",
        patterns=(
            "ldcache error: open failed: /sbin/ldconfig",
            "ldcache error: process /sbin/ldconfig<...>failed with error code",
            "ldcache error: process /sbin/ldconfig terminated with signal",
            "nvidia-container-cli: ldcache error",
        ),
        sample="nvidia-container-cli: ldcache error: open failed: /sbin/ldconfig.real: no such file or directory",
        cause="The toolkit's config.toml names a host file for ldconfig that this distribution does not have "
        "(ldconfig.real is Ubuntu's), or the engine may not run it.",
        does_not_mean="a missing GPU; a missing driver",
        fix='Set ldconfig = "@/sbin/ldconfig" in /etc/nvidia-container-runtime/config.toml.',
        sources=("NVIDIA/nvidia-docker#614", "NVIDIA/nvidia-container-toolkit#147"),
    ),
    Signature(
        id="nvct-failed",
        title="the container toolkit failed: {kind} error",
        patterns=(
            "nvidia-container-cli: <kind:(mount|device|detection|container|permission|capability|requirement|"
            "ldcache)> error: <reason:text>",
            "nvidia-container-cli.real: <kind:(mount|device|detection|container|permission)> error: <reason:text>",
        ),
        sample="nvidia-container-cli: mount error: path error: /opt/x: no such file or directory",
        cause="It prepares the container with the host's driver; the words after the kind of error say which step "
        "failed.",
        does_not_mean="the image",
        fix="Run it on the host by itself: its lines show what it finds; then nvidia-smi.",
        command="sudo nvidia-container-cli -k -d /dev/tty info",
        role=Role.HEADING,
        sources=("NVIDIA/libnvidia-container src/cli", "NVIDIA/nvidia-docker#1190"),
    ),
    Signature(
        id="low-runtime-missing",
        title="the NVIDIA runtime finds no {program} to start the container with",
        patterns=(
            "find runc path: exec: '<program:word>': executable file not found",
            "exec: '<program:(runc|crun|docker-runc)>': executable file not found",
            "no runtime binary found from candidate list",
            "error locating runtime: no runtime binary found",
        ),
        sample='ERROR: /usr/bin/nvidia-container-runtime: find runc path: exec: "runc": executable file not found in '
        "$PATH",
        cause="nvidia-container-runtime passes the container to runc or crun, and neither is in the PATH that the "
        "engine gives it.",
        does_not_mean="a hidden GPU",
        fix="Install runc, or name crun in runtimes of /etc/nvidia-container-runtime/config.toml; with Podman use CDI "
        "(--device nvidia.com/gpu=all) in its place.",
        command="podman run --rm --device nvidia.com/gpu=all ubuntu nvidia-smi",
        sources=("podman-container-tools/podman#5711",),
    ),
    Signature(
        id="container-device-denied",
        title="the engine may not give the device to the container",
        patterns=(
            "error creating device nodes: <...>permission denied",
            "error creating device nodes: <...>operation not permitted",
            "crun: open <...>/dev/nvidia<...>: Permission denied",
            "crun: mknod <...>/dev/<...>: Operation not permitted",
            "open /dev/nvidia<device:word>: operation not permitted",
            "open /dev/nvidia<device:word>: permission denied",
        ),
        sample='level=error msg="runc create failed: unable to start container process: error during container init: '
        'error creating device nodes: open /run/merged/dev/dri/card1: permission denied": OCI permission denied',
        cause="A rootless engine cannot make device files, and SELinux or the device's group forbids to open them.",
        does_not_mean="the driver",
        fix="Let the engine's own runtime (crun) mount the devices from a CDI description, keep the user's groups, and "
        "turn label separation off.",
        command="podman run --rm --device nvidia.com/gpu=all --security-opt=label=disable ubuntu nvidia-smi",
        sources=("NVIDIA/nvidia-container-toolkit#1151",),
    ),
    Signature(
        id="crun-call-missing",
        title="crun calls something that this kernel does not have",
        patterns=(
            "crun: fsopen_mount <...>: Function not implemented",
            "crun: <call:word> <...>: Function not implemented",
            "crun: unknown version specified",
        ),
        sample="Error: OCI runtime error: crun: fsopen_mount `tmpfs`: Function not implemented",
        cause="This crun needs a newer kernel, or was built for another one (an environment of conda or pixi brings "
        "its own).",
        does_not_mean="the GPU; the driver",
        fix="Use the distribution's crun or runc (--runtime runc), or a newer kernel.",
        command="podman run --rm --device nvidia.com/gpu=all ubuntu nvidia-smi",
        sources=("containers/crun#2070", "mmartial/ComfyUI-Nvidia-Docker#86"),
    ),
    Signature(
        id="oci-create-failed",
        title="the container could not be created",
        patterns=(
            "OCI runtime create failed",
            "OCI runtime error: <runtime:word>: ",
            "error during container init:",
            "failed to create shim task",
        ),
        sample="docker: Error response from daemon: failed to create task: OCI runtime create failed: "
        'container_linux.go:370: starting container process caused: exec: "bash": unknown',
        cause="The engine reports what its runtime or a hook said; the reason is at the end of the line.",
        does_not_mean="the GPU: read the last words of the line",
        fix="Try the image without the GPU, then the GPU with another image.",
        command="docker run --rm --gpus all ubuntu nvidia-smi",
        role=Role.HEADING,
        sources=("NVIDIA/nvidia-docker#1486", "opencontainers/runc"),
    ),
    Signature(
        id="docker-daemon-unreachable",
        title="the Docker daemon cannot be reached",
        patterns=(
            "Cannot connect to the Docker daemon at",
            "permission denied while trying to connect to the Docker daemon socket",
            "error during connect: <...>docker daemon is not running",
            "permission denied while trying to connect to the docker API",
            "Is the docker daemon running?",
        ),
        sample="Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
        cause="The service is not started, or the user is not in the group docker.",
        does_not_mean="the GPU",
        fix="Start the service, or add the user to the group and log in again.",
        command="sudo systemctl status docker",
        sources=("https://docs.docker.com/engine/install/linux-postinstall/",),
    ),
    Signature(
        id="docker-too-old-for-gpus",
        title="this Docker or Compose does not know how to ask for a GPU",
        patterns=(
            "Additional properties are not allowed ('devices' was unexpected)",
            "Unsupported config option for services.<service:word>: 'runtime'",
            "value 'devices' does not match any of the regexes",
            "unknown flag: --gpus",
            "Additional property devices is not allowed",
            "Unsupported config option for services.<service:word>: 'gpus'",
            "contains unsupported option: 'runtime'",
            "Additional property gpus is not allowed",
        ),
        sample="services.app.deploy.resources.reservations Additional property devices is not allowed",
        cause="--gpus came with Docker 19.03, devices in a compose file with Compose 1.28, and gpus: with Compose "
        "2.30.",
        does_not_mean="a missing GPU; a missing toolkit",
        fix="Update Docker and take the plugin docker compose; the old docker-compose 1.x is not maintained.",
        sources=("https://docs.docker.com/compose/how-tos/gpu-support/", "docker/cli 19.03 release notes"),
    ),
    Signature(
        id="registry-refused",
        title="the registry did not give the image",
        patterns=(
            "toomanyrequests: <...>rate limit",
            "pull access denied for <image:word>",
            "unauthorized: authentication required",
            "denied: requested access to the resource is denied",
            "manifest unknown",
            "manifest for <image:word> not found",
            "failed to resolve source metadata for <image:word>",
        ),
        sample="Error response from daemon: pull access denied for acme/asr, repository does not exist or may require "
        "'docker login'",
        cause="The name or tag does not exist, the image is private, or too many pulls came from this address.",
        does_not_mean="the GPU",
        fix="Check the name and tag in the registry; log in (docker login; for nvcr.io the user is $oauthtoken).",
        role=Role.GENERAL,
        sources=("https://docs.docker.com/docker-hub/usage/", "distribution/distribution errors.go"),
    ),
    Signature(
        id="pod-not-scheduled",
        title="Kubernetes finds no node for the pod",
        patterns=(
            "nodes are available: <reason:text>",
            "didn't match Pod's node affinity/selector",
            "had untolerated taint",
        ),
        sample="Warning  FailedScheduling  3s  default-scheduler  0/2 nodes are available: 2 node(s) didn't match "
        "Pod's node affinity/selector.",
        cause="No node has the labels, the tolerated taints or the free resources that the pod asks for.",
        does_not_mean="a broken GPU",
        fix="Compare the pod's nodeSelector, tolerations and limits with the nodes.",
        command="kubectl get nodes -o wide",
        role=Role.GENERAL,
        after=("k8s-insufficient-gpu",),
        sources=("https://kubernetes.io/docs/concepts/scheduling-eviction/",),
    ),
    Signature(
        id="container-restarted",
        title="the container ends again and again",
        patterns=(
            "Back-off restarting failed container",
            "CrashLoopBackOff",
            "exited with code <code:num> (restarting)",
        ),
        sample="Warning  BackOff  2m (x12 over 4m)  kubelet  Back-off restarting failed container asr in pod asr-0",
        cause="Its process ends with an error after each start; the reason is in its own log.",
        does_not_mean="Kubernetes; Docker",
        fix="Read the log of the container's last start (kubectl logs --previous).",
        role=Role.END,
        sources=("https://kubernetes.io/docs/tasks/debug/debug-application/",),
    ),
    Signature(
        id="gpu-operator-waits",
        title="the GPU operator's parts wait for the driver",
        patterns=(
            "failed to validate the driver",
            "cannot statx '/run/nvidia/validations/<part:word>'",
            "driver is not ready",
            "toolkit is not ready",
            "Waiting for nvidia-driver to be installed",
            "nvidia driver module is already loaded with refcount",
            "Could not unload NVIDIA driver kernel modules, driver is in use",
            "Failed to uninstall nvidia driver components",
        ),
        sample="Could not unload NVIDIA driver kernel modules, driver is in use",
        cause="The operator installs a driver in a container, and one is installed or in use on the host, or its build "
        "failed.",
        does_not_mean="the GPU",
        fix="Where the host has a driver, install the operator with driver.enabled=false; else read the log of the "
        "driver's pod.",
        command="kubectl get pods --all-namespaces",
        role=Role.CHAIN_END,
        sources=("NVIDIA/gpu-operator#258", "NVIDIA/gpu-operator#130"),
    ),
    Signature(
        id="cdi-hook-failed",
        title="the hook that prepares the container for the GPU failed",
        patterns=("error executing hook <...>nvidia<...>(exit code: <code:num>)",),
        sample="crun: error executing hook `/usr/bin/nvidia-cdi-hook` (exit code: 1)",
        cause="The CDI description names a hook of another release of the toolkit, or one that may not run in "
        "this container (a user namespace, no ldconfig).",
        does_not_mean="the image",
        fix="Make the description again with the toolkit that is installed, and try the engine alone.",
        command="sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml",
        role=Role.HEADING,
        sources=("89luca89/distrobox#1750",),
    ),
    Signature(
        id="runtime-said-nothing",
        title="the container runtime ended without an answer",
        patterns=(
            "readObjectStart: expect { or n, but found",
            "container create failed (no logs from conmon)",
        ),
        sample='Error: container create failed (no logs from conmon): conmon bytes "": readObjectStart: expect '
        "{ or n, but found",
        cause="crun or runc, or a hook before it, crashed: with a GPU most often a CDI description that is "
        "older than the driver or the toolkit.",
        does_not_mean="the image",
        fix="Update nvidia-container-toolkit and make the description again.",
        command="sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml",
        sources=("containers/ramalama#1702",),
    ),
    Signature(
        id="lxc-hook-failed",
        title="a mount hook of the LXC container failed",
        patterns=(
            "Failed to run mount hooks",
            "utils.c:run_buffer:<line:num> - Script exited with status <code:num>",
        ),
        sample="lxc ai 20250817083514.940 ERROR conf - ../src/lxc/conf.c:lxc_setup:3948 - Failed to run mount hooks",
        cause="With nvidia.runtime=true LXC and Incus run nvidia-container-cli as a hook: it does not know "
        "the driver yet, or the container is privileged, which the hook does not support.",
        does_not_mean="a host without a driver",
        fix="Run the tool on the host; update libnvidia-container, use an unprivileged container, or pass "
        "the devices by CDI.",
        command="sudo nvidia-container-cli -k -d /dev/tty info",
        sources=(
            "lxc/incus#2397",
            "Saberwolf64/Proxmox-Nvidia-LXC-#1",
        ),
    ),
    Signature(
        id="nvct-repo-distribution",
        title="the container toolkit's repository does not know this distribution",
        patterns=(
            "Unsupported distribution! <+>nvidia.github.io",
            "# Unsupported distribution!",
        ),
        sample="# Unsupported distribution!\n# Check https://nvidia.github.io/libnvidia-container",
        cause="Old instructions ask for a list by the distribution's name; the repository has one for all "
        "(stable/deb, stable/rpm) today.",
        does_not_mean="a toolkit that does not run there",
        fix="Follow the present instructions, whose list is https://nvidia.github.io/libnvidia-container/stable/deb.",
        sources=(
            "AbdBarho/stable-diffusion-webui-docker#48",
            "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html",
        ),
    ),
    Signature(
        id="cdi-generate-failed",
        title="no CDI description could be made, or there is none",
        patterns=(
            "failed to generate CDI spec",
            "failed to discover GPU vendor from CDI",
            "no known GPU vendor found",
            "failed to create device CDI specs",
        ),
        sample="docker: Error response from daemon: failed to discover GPU vendor from CDI: no known GPU vendor found",
        cause="nvidia-ctk found no driver or no device when it made the description, or it was never made.",
        does_not_mean="the GPU",
        fix="Let nvidia-smi show the GPU on the host first; then make the description.",
        command="sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml",
        sources=("NVIDIA/nvidia-container-toolkit internal (text)",),
    ),
    Signature(
        id="container-seccomp",
        title="the runtime may not set the container's system call filter",
        patterns=("error adding seccomp rule for syscall <call:word>: <reason:text>", "error adding seccomp rule for"),
        sample="container_linux.go:370: starting container process caused: error adding seccomp rule for syscall "
        "socket: permission denied",
        cause="The runc that nvidia-container-runtime starts is older than the libseccomp or the engine's filter.",
        does_not_mean="the GPU; the driver",
        fix="Update runc and nvidia-container-toolkit together, and let both runtimes use the same runc.",
        sources=("NVIDIA/nvidia-container-toolkit#9",),
    ),
)
