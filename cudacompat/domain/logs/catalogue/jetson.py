"""Lines of Jetson's driver and of wheels for it."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Signature

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="jetson-no-nvmap",
        title="the program does not reach the Jetson's memory manager",
        patterns=(
            "NvRmMemInitNvmap failed with <reason:text>",
            "****NvRmMemMgrInit failed****",
            "****NvRmMemInit failed****",
            "NvRmMemInit failed NvRmMemConstructor",
        ),
        sample="NvRmMemInitNvmap failed with No such file or directory",
        cause="/dev/nvmap is not there, or may not be opened: a container without --runtime nvidia, an image that is "
        "not made for this L4T release, or a user who is not in the group video.",
        does_not_mean="a board without a GPU",
        fix="Start with --runtime nvidia from an l4t or jetpack image of the board's release, and add the user to the "
        "groups video and render.",
        command="ls -l /dev/nvmap",
        sources=("dusty-nv/jetson-containers#384", "UsingNet/nvjpeg-python#13"),
    ),
    Signature(
        id="jetson-nvmap-memory",
        title="Jetson's memory is full: CPU and GPU share it",
        patterns=(
            "NvMapMemAllocInternalTagged: <code:num> error <error:num>",
            "NvMapMemHandleAlloc: error <error:num>",
        ),
        sample="NvMapMemAllocInternalTagged: 1075072515 error 12\nNvMapMemHandleAlloc: error 0",
        cause="The allocation failed with ENOMEM (12): models, page cache and desktop share the same memory.",
        does_not_mean="a missing architecture",
        fix="Close the desktop, drop the page cache, use a smaller model or context, or add swap for the CPU's part.",
        command="free -h",
        sources=("quoted in public threads; not read at its source",),
    ),
    Signature(
        id="jetson-library-missing",
        title="a library that Jetson's wheels need is not installed: {library}",
        patterns=(
            "<library:(libcusparseLt|libcudss|libopenblas|libnvdla_compiler|libnvdla_runtime|libcudla|libcufile)>"
            ".so<...>: cannot open shared object file",
        ),
        sample="ImportError: libcusparseLt.so.0: cannot open shared object file: No such file or directory",
        cause="NVIDIA's wheels for Jetson do not bring every library: cuSPARSELt, cuDSS and OpenBLAS are separate "
        "packages; "
        "libnvdla_compiler comes from the host through the NVIDIA runtime.",
        does_not_mean="the GPU",
        fix="Install the library for aarch64 (libcusparselt0, libcudss0-cuda-12, libopenblas0), or start the "
        "container with "
        "--runtime nvidia.",
        command="sudo apt-get install libopenblas0",
        distinct=("library",),
        sources=("https://docs.nvidia.com/deeplearning/frameworks/install-pytorch-jetson-platform/",),
    ),
    Signature(
        id="jetson-wrong-image",
        title="the image is not for this JetPack release",
        patterns=(
            "nvidia-container-runtime<...>csv mode<...>not found",
            "failed to construct OCI spec modifier: requirements not met: unsatisfied condition: l4t",
            "unsatisfied condition: l4t",
        ),
        sample="failed to construct OCI spec modifier: requirements not met: unsatisfied condition: l4t >= 36",
        cause="Images for Jetson before Thor carry the L4T release that they were built for: r35 is JetPack 5, r36 "
        "JetPack 6.",
        does_not_mean="a broken GPU",
        fix="Choose the image of the installed L4T release (cat /etc/nv_tegra_release).",
        command="cat /etc/nv_tegra_release",
        sources=("NVIDIA/nvidia-container-toolkit internal/modifier", "dusty-nv/jetson-containers README"),
    ),
    Signature(
        id="jetson-no-codec-device",
        title="the program does not reach the Jetson's video hardware",
        patterns=(
            "Opening channel /dev/nvhost-<device:word> failed",
            "Could not get NVDEC Channel handle",
            "Could not get NVENC Channel handle",
            "NvMMLiteOpen : Block : BlockType = <type:num>\nNvMMLiteOpen failed",
        ),
        sample="Opening channel /dev/nvhost-nvdec failed",
        cause="The decoder and encoder of a Jetson are separate devices (/dev/nvhost-*, /dev/v4l2-nvdec). The "
        "container was started without them, the user may not open them, or the image is of another JetPack.",
        does_not_mean="CUDA; a missing driver",
        fix="Start the container with --runtime nvidia and an image for the JetPack of the board; put the user into "
        "the group video.",
        command="ls -l /dev/nvhost-nvdec /dev/v4l2-nvdec",
        sources=("idavis/jetson-containers#28", "NVIDIA/nvidia-docker#1202"),
    ),
)
