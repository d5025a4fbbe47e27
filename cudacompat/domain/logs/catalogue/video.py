"""Lines of FFmpeg and of programs on it about NVENC, NVDEC and CUDA."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature

_NVENC = "FFmpeg/FFmpeg libavcodec/nvenc.c"
_DECODE = "FFmpeg/FFmpeg libavcodec/nvdec.c and cuviddec.c"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="ffmpeg-filter-formats",
        title="FFmpeg joins filters of the GPU and of the CPU without a transfer",
        patterns=("Impossible to convert between the formats supported by the filter '<first:text>' and the filter",),
        sample="Impossible to convert between the formats supported by the filter 'Parsed_scale_cuda_0' and the filter "
        "'auto_scale_0'",
        cause="Frames in the memory of the GPU (scale_cuda, hwaccel_output_format cuda) meet a filter or an "
        "encoder that "
        "takes frames in the memory of the CPU, or the other way round.",
        does_not_mean="a missing driver or encoder",
        fix="Put hwdownload,format=nv12 before a filter of the CPU and hwupload_cuda before one of the GPU, and give "
        "-hwaccel cuda -hwaccel_output_format cuda before -i.",
        sources=("FFmpeg/FFmpeg libavfilter/avfiltergraph.c", "FFmpeg wiki: HWAccelIntro"),
    ),
    Signature(
        id="gstreamer-no-element",
        title="GStreamer has no element {element}",
        patterns=('no element "<element:(nv*|cuda*)>"', "No such element or plugin '<element:(nv*|cuda*)>'"),
        sample='WARNING: erroneous pipeline: no element "nvh264enc"',
        cause="The plugin is not installed, or GStreamer omits it: nvcodec shows its elements only where "
        "the driver's "
        "libcuda and libnvidia-encode can be loaded, and remembers a start without them.",
        does_not_mean="a GPU without the codec",
        fix="Install gst-plugins-bad, give containers the capability video, and remove GStreamer's registry "
        "in the cache.",
        command="gst-inspect-1.0 nvcodec",
        sources=("GStreamer gst-plugins-bad sys/nvcodec/plugin.c",),
    ),
    Signature(
        id="nvenc-driver-too-old",
        title="the driver is too old for the NVENC of this FFmpeg",
        patterns=(
            "Driver does not support the required nvenc API version. Required: <required:ver> Found: <found:ver>",
            "Driver does not support the required nvenc API version",
            "The minimum required Nvidia driver for nvenc is <driver:ver> or newer",
            "NV_ENC_ERR_INVALID_VERSION",
        ),
        statuses=(("nvenc", 15),),
        sample="[h264_nvenc @ 0x55] Driver does not support the required nvenc API version. Required: 13.0 Found: "
        "12.1\n"
        "[h264_nvenc @ 0x55] The minimum required Nvidia driver for nvenc is 570.0 or newer",
        cause="FFmpeg was built with headers of a later Video Codec SDK than the driver has: API 12.1 needs driver "
        "530, "
        "12.2 550, 13.0 570, 13.1 610.",
        does_not_mean="a GPU without an encoder",
        fix="Update the driver to the branch that FFmpeg names, or use an FFmpeg built with earlier nv-codec-headers.",
        sources=(_NVENC, "GyanD/codexffmpeg#181", "FFmpeg/nv-codec-headers README"),
    ),
    Signature(
        id="nvenc-no-capable-device",
        title="no GPU here can encode what was asked for",
        patterns=(
            "No capable devices found",
            "No NVENC capable devices found",
            "OpenEncodeSessionEx failed: unsupported device (2)",
            "OpenEncodeSessionEx failed: no encode device (1)",
            "NV_ENC_ERR_NO_ENCODE_DEVICE",
            "NV_ENC_ERR_UNSUPPORTED_DEVICE",
        ),
        statuses=(("nvenc", 1), ("nvenc", 2)),
        sample="[hevc_nvenc @ 0x55] OpenEncodeSessionEx failed: unsupported device (2): (no details)\n"
        "[hevc_nvenc @ 0x55] No capable devices found",
        cause="The GPU has no NVENC (A100, H100, GT 1030, MX), or not for this codec or format (AV1 needs the 40 "
        "series, "
        "10 bit H.264 the 50 series); the line above says which test failed.",
        does_not_mean="the GPU",
        fix="Choose another codec or pixel format, another GPU, or a software encoder (libx264, libsvtav1).",
        after=("nvenc-driver-too-old", "nvenc-session-limit", "nvenc-codec-unsupported", "nvenc-library-missing"),
        sources=(_NVENC, "https://developer.nvidia.com/video-encode-decode-gpu-support-matrix"),
    ),
    Signature(
        id="nvenc-session-limit",
        title="no further encoding session can be opened on this GPU",
        patterns=(
            "OpenEncodeSessionEx failed: out of memory (10)",
            "OpenEncodeSessionEx failed: incompatible client key (21)",
            "NV_ENC_ERR_OUT_OF_MEMORY",
            "NV_ENC_ERR_INCOMPATIBLE_CLIENT_KEY",
        ),
        statuses=(("nvenc", 10), ("nvenc", 21)),
        sample="[h264_nvenc @ 0x55] OpenEncodeSessionEx failed: incompatible client key (21): (no details)",
        cause="GeForce GPUs allow a fixed number of sessions at the same time (3 to 12, by driver), or the GPU's "
        "memory "
        "is full.",
        does_not_mean="the driver",
        fix="Run fewer encoders at once, or update the driver (550 allows 8 sessions, 2025 drivers 12).",
        sources=(_NVENC, "https://developer.nvidia.com/video-encode-decode-gpu-support-matrix"),
    ),
    Signature(
        id="nvenc-codec-unsupported",
        title="this GPU's encoder does not have the codec or the format",
        patterns=(
            "_nvenc @ <...>Codec not supported",
            "_nvenc @ <...>10 bit encode not supported",
            "_nvenc @ <...>Provided device doesn't support required NVENC features",
            "Provided device doesn't support required NVENC features",
            "_nvenc @ <...>B frames as references are not supported",
        ),
        sample="[av1_nvenc @ 0x55] Codec not supported\n[av1_nvenc @ 0x55] Provided device doesn't support required "
        "NVENC "
        "features",
        cause="Encoders differ by generation: HEVC from 5.2, 10 bit HEVC from 6.1, AV1 from 8.9.",
        does_not_mean="the driver",
        fix="Choose a codec and a format that this GPU has, or a software encoder.",
        sources=(_NVENC, "https://developer.nvidia.com/video-encode-decode-gpu-support-matrix"),
    ),
    Signature(
        id="nvenc-library-missing",
        title="the driver's video library is not visible",
        patterns=(
            "Cannot load libnvidia-encode.so.1",
            "Cannot load libnvcuvid.so.1",
            "Cannot load nvEncodeAPI64.dll",
            "Cannot load nvcuvid.dll",
        ),
        sample="[h264_nvenc @ 0x55] Cannot load libnvidia-encode.so.1",
        cause="libnvidia-encode and libnvcuvid come with the driver. A container gets them only with the driver "
        "capability `video`; on the host the package libnvidia-encode is missing.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Start the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility,video; on the host install "
        "libnvidia-encode of the driver's branch.",
        sources=(
            "FFmpeg/nv-codec-headers include/ffnvcodec/dynlink_loader.h",
            "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/ (driver capabilities)",
        ),
    ),
    Signature(
        id="ffmpeg-no-libcuda",
        title="FFmpeg finds no CUDA driver",
        patterns=(
            "CUVID functionality missing: <function:cusym>",
            "Cannot load libcuda.so.1",
            "Cannot load nvcuda.dll",
            "Could not dynamically load CUDA",
        ),
        sample="[AVHWDeviceContext @ 0x55] Cannot load libcuda.so.1\n[AVHWDeviceContext @ 0x55] Could not "
        "dynamically load "
        "CUDA",
        cause="libcuda.so.1 comes with the driver and is not visible: no driver, or a container without its GPUs.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Start the container with --gpus all and NVIDIA_DRIVER_CAPABILITIES=compute,utility,video; on the host "
        "install the driver.",
        command="cudacompat doctor",
        after=("driver-not-in-container",),
        sources=(
            "FFmpeg/FFmpeg libavutil/hwcontext_cuda.c",
            "FFmpeg/nv-codec-headers include/ffnvcodec/dynlink_loader.h",
        ),
    ),
    Signature(
        id="nvdec-unsupported",
        title="this GPU's decoder does not support the video",
        patterns=(
            "Hardware is lacking required capabilities",
            "cuvidGetDecoderCaps(<...>) failed",
            "Video width <width:num> not within range from",
            "Codec <codec:word> is not supported with this chroma format",
        ),
        sample="[hevc @ 0x55] Hardware is lacking required capabilities",
        cause="The codec, its bit depth, chroma format or size is beyond the decoder of this generation.",
        does_not_mean="the driver; CUDA",
        fix="Decode on the CPU (without -hwaccel cuda), or use a GPU whose decoder has the format.",
        sources=(_DECODE, "https://developer.nvidia.com/video-encode-decode-gpu-support-matrix"),
    ),
    Signature(
        id="ffmpeg-hwaccel-no-device",
        title="FFmpeg could not create the CUDA device that the command names",
        patterns=(
            "No device available for decoder: device type cuda needed for codec",
            "Device creation failed: <code:word>.<+>cuda",
            "Failed to set value 'cuda<value:text>' for option 'init_hw_device'",
            "Error creating a CUDA device",
        ),
        sample="[vist#0:0/h264 @ 0x55] No device available for decoder: device type cuda needed for codec h264.",
        cause="The CUDA device did not open; the lines before say why (no driver, no visible GPU).",
        does_not_mean="an FFmpeg without CUDA",
        fix="Look for the first error before it; check that nvidia-smi shows the GPU here.",
        command="nvidia-smi -L",
        after=("ffmpeg-no-libcuda", "cuda-no-device", "cuda-unknown-error", "cuda-insufficient-driver"),
        sources=("FFmpeg/FFmpeg fftools/ffmpeg_dec.c and libavutil/hwcontext_cuda.c",),
    ),
    Signature(
        id="ffmpeg-without-nvenc",
        title="this FFmpeg was built without NVENC or CUDA",
        patterns=(
            "Unknown decoder '<encoder:(h264_cuvid|hevc_cuvid|av1_cuvid|vp9_cuvid|mjpeg_cuvid)>'",
            "Unknown encoder '<encoder:(h264_nvenc|hevc_nvenc|av1_nvenc)>'",
            "Unrecognized hwaccel: cuda",
            "Unrecognized hwaccel: nvdec",
            "No such filter: '<filter:(scale_cuda|scale_npp|yadif_cuda|overlay_cuda|hwupload_cuda)>'",
        ),
        sample="[vost#0:0 @ 0x5581] Unknown encoder 'h264_nvenc'",
        cause="The build had no nv-codec-headers (--enable-ffnvcodec, --enable-nvenc, --enable-cuda-llvm): many "
        "distributions and static builds lack them.",
        does_not_mean="a driver or GPU without NVENC",
        fix="Use a build that has it (`ffmpeg -encoders` lists h264_nvenc), or build FFmpeg with nv-codec-headers.",
        command="ffmpeg -hide_banner -encoders",
        sources=("FFmpeg/FFmpeg fftools/ffmpeg_mux_init.c and configure",),
    ),
    Signature(
        id="nvenc-session-refused",
        title="NVENC refuses to open a session on this GPU (error {code})",
        patterns=("nvEncOpenEncodeSessionEx(<...>) returned error <code:num>",),
        sample="NvEncoder : m_nvenc.nvEncOpenEncodeSessionEx(&encodeSessionExParams, &hEncoder) returned error 2 at "
        "NvEncoder.cpp:55",
        cause="1 and 2 mean that the GPU has no encoder or that the container may not use it: "
        "NVIDIA_DRIVER_CAPABILITIES "
        "lacks video. 10 is no memory or no further session, 15 another version of the API than the driver's.",
        does_not_mean="the GPU",
        fix="Add video to NVIDIA_DRIVER_CAPABILITIES of the container (compute,utility,video); for 15 update the "
        "driver.",
        sources=("NVIDIA/nvidia-docker#1514", "NVIDIA/video-sdk-samples nvEncodeAPI.h (NVENCSTATUS)"),
    ),
    Signature(
        id="ffmpeg-no-nv-headers",
        title="FFmpeg's configure finds no headers of NVIDIA's codecs, or of the wrong release",
        patterns=(
            "requested, but not all dependencies are satisfied: ffnvcodec",
            "ERROR: ffnvcodec requested but not found",
        ),
        sample="ERROR: cuda requested, but not all dependencies are satisfied: ffnvcodec",
        cause="nv-codec-headers (ffnvcodec) are not installed, pkg-config does not find ffnvcodec.pc, or they are "
        "older than this FFmpeg asks for.",
        does_not_mean="the toolkit; the driver: neither is looked for here",
        fix="Install nv-codec-headers of the release that FFmpeg asks for (Debian: libffmpeg-nvenc-dev), and name "
        "their place.",
        command="export PKG_CONFIG_PATH=/usr/local/lib/pkgconfig",
        sources=("jrottenberg/ffmpeg#372", "markus-perl/ffmpeg-build-script#183", "venomlinux/ports#7313"),
    ),
    Signature(
        id="ffmpeg-nvcc-check",
        title="FFmpeg's configure could not compile its test with nvcc",
        patterns=("ERROR: failed checking for nvcc", "ERROR: cuda_llvm requested but not found"),
        sample="ERROR: failed checking for nvcc.",
        cause="nvcc is not on PATH, refuses the host compiler, or does not build the target that FFmpeg names by "
        "default (compute_30 or compute_52 in older releases).",
        does_not_mean="the GPU: none is used",
        fix="Read the end of ffbuild/config.log, which holds nvcc's own message; name a target of this toolkit with "
        "--nvccflags.",
        command='./configure --enable-cuda-nvcc --nvccflags="-gencode arch=compute_75,code=sm_75"',
        sources=("NVIDIA/cuda-samples#46", "m-ab-s/media-autobuild_suite#2242"),
    ),
    Signature(
        id="nvenc-invalid-settings",
        title="the encoder of this GPU refuses the settings",
        patterns=(
            "InitializeEncoder failed: invalid param (8)",
            "NV_ENC_ERR_INVALID_PARAM",
            "EncodePicture failed!: invalid param",
        ),
        sample="[h264_nvenc @ 0x55] InitializeEncoder failed: invalid param (8): (no details)",
        cause="A size, pixel format, preset or option is outside what this GPU's encoder can: a frame below 145x49 or "
        "above 4096 wide in H.264, B-frames in HEVC before Turing, or presets of another release.",
        does_not_mean="the driver; CUDA",
        fix="Encode with the defaults (-c:v h264_nvenc alone), then add options one by one.",
        command="ffmpeg -h encoder=h264_nvenc",
        sources=("https://docs.nvidia.com/video-technologies/video-codec-sdk/",),
    ),
    Signature(
        id="nvdec-no-surfaces",
        title="NVDEC has no free surface for the next picture",
        patterns=("No decoder surfaces left",),
        sample="[hevc @ 0x55] No decoder surfaces left",
        cause="A filter or the encoder holds more decoded pictures than the decoder has surfaces.",
        does_not_mean="too little memory; the driver",
        fix="Give the input more surfaces: -extra_hw_frames 8 before -i.",
        sources=("FFmpeg/FFmpeg libavcodec/nvdec.c",),
    ),
    Signature(
        id="streamer-no-nvenc",
        title="the streaming program was built without the encoder that its configuration asks for",
        patterns=("Couldn't find any encoder matching [nvenc]", "Couldn't find any working encoder matching [nvenc]"),
        sample="Fatal: Couldn't find any encoder matching [nvenc]",
        cause="This build or this system of the program offers no NVENC, or every try with it failed: the errors of "
        "the tries, if there are any, are before this line.",
        does_not_mean="a GPU without an encoder",
        fix="Read the errors after `Trying encoder [nvenc]`; take a build with CUDA and a driver that fits, or remove "
        "the encoder from the configuration.",
        role=Role.CHAIN_END,
        sources=("loki-47-6F-64/sunshine#95", "LizardByte/Sunshine#2187"),
    ),
    Signature(
        id="nvfbc-refused",
        title="the driver refuses to capture the screen (NvFBC)",
        patterns=(
            "Unable to cleanup NvFBC",
            "Failed to create NvFBC",
            "NvFBC is not supported",
            "Failed to gain CAP_SYS_ADMIN",
        ),
        sample="Error: Couldn't destroy session handle: Unable to cleanup NvFBC",
        cause="NvFBC works on professional GPUs and with X11; for a GeForce, on Wayland, or without the privilege "
        "CAP_SYS_ADMIN for the capture by KMS, the program has to capture in another way.",
        does_not_mean="NVENC, which may work",
        fix="Let it capture by KMS: give the program the privilege (setcap cap_sys_admin+p on the file itself, not on "
        "a link), or choose X11.",
        role=Role.GENERAL,
        sources=("LizardByte/Sunshine#176", "LizardByte/Sunshine#1688"),
    ),
)
