"""Lines of package managers that find no package, or none that fits: apt, dnf, conda, and image registries."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="apt-cuda-key",
        title="apt does not have the key of NVIDIA's package repository",
        patterns=(
            "E: The repository 'https://developer.download.nvidia.com<...>is not signed",
            "E: The repository 'https://nvidia.github.io<...>is not signed",
            "NO_PUBKEY A4B469963BF863CC",
            "NO_PUBKEY F60F4B3D7FA2AF80",
            "signature verification failed for file "
            "'https://developer.download.nvidia.com/compute/cuda/repos/<repo:text>'",
        ),
        sample="W: GPG error: https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64  InRelease: "
        "The "
        "following signatures couldn't be verified because the public key is not available: NO_PUBKEY A4B469963BF863CC",
        cause="NVIDIA changed the key of its repositories in April 2022; images and machines set up before have the "
        "old "
        "one.",
        does_not_mean="a removed repository",
        fix="Install the package cuda-keyring for the distribution (from "
        "developer.download.nvidia.com/compute/cuda/repos), or use a base image built after April 2022.",
        sources=("https://developer.nvidia.com/blog/updating-the-cuda-linux-gpg-repository-key/",),
    ),
    Signature(
        id="apt-package-unknown",
        title="apt knows no package {package}",
        patterns=(
            "E: Unable to locate package "
            "<package:(cuda*|libcud*|libcublas*|libnccl*|nvidia*|libnvidia*|tensorrt*|libnvinfer*)>",
            "E: Couldn't find any package by regex '<package:(cuda*|libcud*|libnccl*|nvidia*|libnvinfer*)>",
            "No match for argument: <package:(cuda*|libcud*|libnccl*|nvidia*|kmod*)>",
        ),
        sample="E: Unable to locate package cuda-toolkit-13-0",
        cause="NVIDIA's repository is not configured for this distribution, its list was not read (apt-get update), "
        "or it "
        "has no such release for this distribution and CPU.",
        does_not_mean="the GPU",
        fix="Install cuda-keyring for exactly this distribution, run apt-get update, and see what the repository has.",
        command="apt-cache search cuda-toolkit",
        distinct=("package",),
        sources=("https://docs.nvidia.com/cuda/cuda-installation-guide-linux/", "apt 2.6 (text)"),
    ),
    Signature(
        id="apt-driver-conflict",
        title="NVIDIA's packages of two releases or two sources are mixed",
        patterns=(
            "nvidia-driver-<driver:word> : Depends: <needed:word>",
            "cuda-drivers : Depends: <needed:word>",
            "cuda-drivers-<driver:word> : Depends: <needed:word>",
            "trying to overwrite '/usr/lib/x86_64-linux-gnu/libnvidia-<file:word>', which is also in package "
            "<other:word>",
            "trying to overwrite '/lib/firmware/nvidia/<file:word>', which is also in package <other:word>",
        ),
        sample=" nvidia-driver-580 : Depends: libnvidia-gl-580 (= 580.65.06-0ubuntu1) but it is not going to be "
        "installed",
        cause="Packages of the distribution and of NVIDIA's repository, or of two driver branches, are installed "
        "together.",
        does_not_mean="the driver's support for the GPU",
        fix="Remove all NVIDIA packages, choose one source, and install one branch.",
        command="sudo apt-get purge '*nvidia*'",
        sources=("https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/", "apt 2.6 and dpkg 1.21 (text)"),
    ),
    Signature(
        id="image-tag-missing",
        title="there is no such image in the registry: {image}",
        patterns=(
            "manifest for nvidia/cuda:<image:word> not found: manifest unknown",
            "docker.io/nvidia/cuda:<image:word>: not found",
            "nvcr.io/nvidia/<image:word>: not found",
            "manifest for nvcr.io/nvidia/<image:word> not found",
            "pull access denied for nvidia/cuda<image:word>",
        ),
        sample="ERROR: failed to solve: nvidia/cuda:12.1.0-devel-ubuntu22.04: "
        "docker.io/nvidia/cuda:12.1.0-devel-ubuntu22.04: "
        "not found",
        cause="NVIDIA deletes images of old releases, publishes none without the patch number, and has not every "
        "distribution for every release.",
        does_not_mean="the network; the login",
        fix="Choose a tag that exists: cudacompat lint names one for each FROM line.",
        command="cudacompat lint .",
        distinct=("image",),
        sources=("https://hub.docker.com/r/nvidia/cuda/tags", "moby/buildkit (text)"),
    ),
    Signature(
        id="exec-format-error",
        title="a program for another CPU architecture was started",
        patterns=(
            "exec <program:word>: exec format error",
            "cannot execute binary file: Exec format error",
            "no matching manifest for linux/<platform:word> in the manifest list entries",
            "The requested image's platform (linux/<platform:word>) does not match the detected host platform",
        ),
        sample="exec /usr/bin/python3: exec format error",
        cause="The image or the binary is for x86-64 and the machine is arm64 (Jetson, DGX Spark, Grace), or the "
        "other way "
        "round.",
        does_not_mean="the GPU",
        fix="Use an image for this platform (sbsa for Grace and DGX Spark, l4t for Jetson before Thor), or build with "
        "docker buildx --platform.",
        command="uname -m",
        role=Role.CAUSE,
        sources=("execve(2) (ENOEXEC)", "moby/moby (text)"),
    ),
    Signature(
        id="disk-full",
        title="the disk is full",
        patterns=("No space left on device", "[Errno 28] No space left on device"),
        sample="OSError: [Errno 28] No space left on device",
        cause="CUDA wheels, images and builds take several gigabytes, often in /tmp or in Docker's directory.",
        does_not_mean="full GPU memory",
        fix="Free space (docker system prune, pip cache purge, conda clean), or move TMPDIR and the cache.",
        command="df -h",
        sources=("errno(3) (ENOSPC)",),
    ),
    Signature(
        id="apt-toolkit-key",
        title="apt does not have the key of the NVIDIA Container Toolkit's repository",
        patterns=("NO_PUBKEY DDCAE044F796ECB0",),
        sample="W: GPG error: https://nvidia.github.io/libnvidia-container/stable/deb/amd64  InRelease: The following "
        "signatures couldn't be verified because the public key is not available: NO_PUBKEY DDCAE044F796ECB0",
        cause="The line of the repository names no key, or the key's file is not there.",
        does_not_mean="the GPU; the driver; CUDA's own repository, which has another key",
        fix="Fetch https://nvidia.github.io/libnvidia-container/gpgkey, write it with gpg --dearmor to "
        "/usr/share/keyrings/nvidia-container-toolkit-keyring.gpg, and name this file (signed-by) in the repository's "
        "line.",
        command="ls -l /usr/share/keyrings",
        sources=("https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/troubleshooting.html",),
    ),
    Signature(
        id="apt-two-sources",
        title="two lists of apt name the same NVIDIA repository with different keys",
        patterns=(
            "Conflicting values set for option Signed-By regarding source https://developer.download.nvidia.com/",
            "Conflicting values set for option Signed-By regarding source https://nvidia.github.io/",
        ),
        sample="E: Conflicting values set for option Signed-By regarding source https://developer.download.nvidia.com/"
        "compute/cuda/repos/ubuntu2004/x86_64/ /: /usr/share/keyrings/cuda-archive-keyring.gpg !=",
        cause="An older list (add-apt-repository, cuda.list of an image, nvidia-docker.list) and the one of "
        "cuda-keyring or of the container toolkit are both here.",
        does_not_mean="a bad key; the GPU",
        fix="Find both in /etc/apt/sources.list.d and /etc/apt/sources.list, and remove the one without signed-by.",
        command="grep -rl -e developer.download.nvidia.com -e nvidia.github.io /etc/apt/sources.list "
        "/etc/apt/sources.list.d",
        sources=(
            "NVIDIA/cuda-repo-management#4",
            "NVIDIA/libnvidia-container#194",
            "NVIDIA/nvidia-docker#1631",
        ),
    ),
    Signature(
        id="dpkg-step-failed",
        title="a package's own script failed while it was installed",
        patterns=(
            "E: Sub-process /usr/bin/dpkg returned an error code",
            "dpkg: error processing package <package:word> (--configure)",
            "package post-installation script subprocess returned error exit status",
            "dpkg: dependency problems prevent configuration of <package:word>",
        ),
        sample="dpkg: error processing package nvidia-dkms-535 (--configure):",
        cause="The script's own error is before this line: for a driver it is most often the kernel module that "
        "was not built.",
        does_not_mean="a broken package: the ones named after it only wait for it",
        fix="Read the first error above (for DKMS the make.log that it names), mend it, then let apt continue.",
        command="sudo dpkg --configure -a",
        role=Role.END,
        sources=("NVIDIA/nvidia-container-toolkit#361", "elementary/settings-system#333"),
    ),
)
