"""Lines of TensorRT."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="trt-unsupported-sm",
        title="this TensorRT release does not support the GPU",
        patterns=(
            "SM <sm:num> is not supported by this TensorRT",
            "Unsupported SM: ",
            "Assertion failed: Unsupported SM",
            "(Unsupported SM.)",
            "SM version not supported in this NVRTC version",
            "Target GPU SM <sm:num> is not supported by this TensorRT release",
        ),
        sample="Error Code 9: API Usage Error (Target GPU SM 120 is not supported by this TensorRT release.)",
        cause="TensorRT has its own list of GPUs. This release is too old for a new GPU (120 needs 10.8) or too "
        "new for an old one (TensorRT 10 supports nothing below 7.0 or 7.5).",
        does_not_mean="the toolkit; the driver",
        fix="Install a TensorRT release that supports the GPU.",
        sources=(
            "DDTRobot/tita_rl_sim2sim2real#7",
            "NVIDIA/TensorRT#4359",
            "NVIDIA/TensorRT#1035",
            "NVIDIA/TensorRT#1428",
        ),
    ),
    Signature(
        id="trt-engine-other-gpu",
        title="the engine was built for compute capability {got} and this GPU is {expected}",
        patterns=(
            "The engine plan file is generated on an incompatible device, expecting compute <expected:ver> got "
            "compute <got:ver>",
        ),
        sample="The engine plan file is generated on an incompatible device, expecting compute 8.6 got compute 8.9, "
        "please "
        "rebuild.",
        cause="A TensorRT engine is machine code for the GPU that it was built on.",
        does_not_mean="a damaged model",
        fix="Build the engine on this kind of GPU, or with hardware compatibility (kAMPERE_PLUS).",
        sources=(
            "NVIDIA/TensorRT#2176",
            "NVIDIA/TensorRT#564",
            "microsoft/onnxruntime#15250",
        ),
    ),
    Signature(
        id="trt-engine-other-version",
        title="the engine was built with another TensorRT version",
        patterns=(
            "Version tag does not match. Note: Current Version",
            "stdVersionRead == <...>serializationVersion<...> failed",
            "The engine plan file is not compatible with this version of TensorRT",
        ),
        sample="Serialization (Serialization assertion stdVersionRead == serializationVersion failed.Version tag "
        "does not match. "
        "Note: Current Version: 228, Serialized Engine Version: 226)",
        cause="Engines are read only by the release that wrote them, unless built as version compatible.",
        does_not_mean="the GPU",
        fix="Build the engine again with this TensorRT.",
        sources=(
            "mingj2021/segment-anything-tensorrt#2",
            "NVIDIA/TensorRT#702",
        ),
    ),
    Signature(
        id="trt-cuda-init",
        title="TensorRT cannot initialize CUDA (error {code})",
        patterns=(
            "CUDA initialization failure with error: <code:num>",
            "CUDA initialization failure with error <code:num>",
            "Cuda initialization failure with error <code:num>",
        ),
        sample="[E] [TRT] 6: [cudaUtil.cpp] CUDA initialization failure with error: 35",
        cause="The number is the CUDA error: 35 is a driver that is too old or missing, 100 no visible GPU, 222 PTX "
        "too new.",
        does_not_mean="TensorRT",
        fix="Look the number up: cudacompat explain {code}.",
        command="cudacompat explain {code}",
        distinct=("code",),
        sources=(
            "linghu8812/tensorrt_inference#173",
            "NVIDIA/TensorRT#1052",
        ),
    ),
    Signature(
        id="trt-engine-other-model",
        title="an engine is used on another model of GPU than it was built on",
        severity=Severity.WARNING,
        patterns=("Using an engine plan file across different models of devices is not",),
        sample="Using an engine plan file across different models of devices is not recommended and is likely to "
        "affect "
        "performance or even cause errors.",
        cause="The compute capability is the same, the product is not: tactics were timed for the other GPU.",
        does_not_mean="a failure",
        fix="Build the engine on this GPU.",
        sources=(
            "NVIDIA/TensorRT#2900",
            "NVIDIA/TensorRT#3829",
        ),
    ),
    Signature(
        id="trt-new-major",
        title="this TensorRT is too old for the GPU: it knows no major version above {highest}",
        patterns=(
            "smVerHex2Dig::<...>Assertion major >= 0 && major < <highest:num> failed",
            "Assertion major >= 0 && major < <highest:num> failed",
        ),
        sample="TensorRT backend: 2: [helpers.h::nvinfer1::smVerHex2Dig::694] Error Code 2: Internal Error "
        "(Assertion major >= "
        "0 && major < 10 failed. )",
        cause="TensorRT checks the GPU's compute capability when a builder is made; releases before 10.7 stop at a "
        "major "
        "version below 10. TensorRT 10.8 is the first for 12.0 (RTX 50).",
        does_not_mean="a damaged model; the driver",
        fix="Update to TensorRT 10.8 or later, and to a build of the program that was made for it; until then use "
        "its CUDA or "
        "OpenCL backend.",
        sources=("lightvector/KataGo#1041", "NVIDIA/TensorRT#4359"),
    ),
    Signature(
        id="trt-no-implementation",
        title="TensorRT found no kernel for a layer: {node}",
        patterns=(
            "Could not find any implementation for node <node:word>",
            "Could not find any implementation for node",
        ),
        sample="[E] Error[10]: Error Code: 10: Internal Error (Could not find any implementation for node "
        "{ForeignNode[/model/layers.0/Slice_3.../model/layers.0/Concat]}. In computeCosts at optimizer/common/tactic/"
        "optimizer.cpp:4116)",
        cause="Every kernel was refused: too little workspace or GPU memory, a type that the GPU lacks, or a "
        "TensorRT whose "
        "kernels do not serve this GPU.",
        does_not_mean="a damaged ONNX file",
        fix="Give more workspace (--memPoolSize=workspace:4096), try another precision, or a later TensorRT for "
        "{label}.",
        distinct=("node",),
        sources=("quoted in public threads; not read at its source",),
    ),
    Signature(
        id="trt-not-an-engine",
        title="the file is not an engine of this TensorRT",
        patterns=(
            "Serialization assertion magicTagRead == kMAGIC_TAG failed",
            "Serialization assertion magicTagRead == magicTag failed",
            "magicTagRead == <tag:word> failed",
        ),
        sample="Error Code 1: Serialization (Serialization assertion magicTagRead == kMAGIC_TAG failed.Magic tag "
        "does not match)",
        cause="The file was written by TensorRT of another major version, was cut off (Git LFS pointer, interrupted "
        "download), "
        "or is an ONNX file.",
        does_not_mean="the GPU",
        fix="Build the engine again from the ONNX file, with this TensorRT on this GPU.",
        sources=("NVIDIA/TensorRT#702",),
    ),
    Signature(
        id="trt-builder-resource",
        title="TensorRT's kernels for this GPU are not installed: {library}",
        patterns=(
            "Unable to load library: <library:(libnvinfer_builder_resource*)>",
            "libnvinfer_builder_resource<library:word>: cannot open shared object file",
        ),
        sample="[E] Error[6]: [library.cpp::DynamicLibrary::42] Error Code 6: Internal Error (Unable to load library: "
        "libnvinfer_builder_resource_sm120.so.10.13.0)",
        cause="From TensorRT 10 on the kernels are in libnvinfer_builder_resource, in later releases one file for each "
        "architecture (sm75 … sm120). The runtime package has none, or another release is in the search path.",
        does_not_mean="the driver",
        fix="Install the whole package of this release (libnvinfer-dev, or pip's tensorrt), and keep one release in "
        "LD_LIBRARY_PATH.",
        command="pip install --upgrade tensorrt",
        sources=("https://docs.nvidia.com/deeplearning/tensorrt/ (release notes 10.12)",),
    ),
    Signature(
        id="trt-plugin-missing",
        title="TensorRT does not know the plugin {plugin}",
        patterns=(
            "getPluginCreator could not find plugin: <plugin:word>",
            "getPluginCreator could not find plugin <plugin:word>",
            "Plugin not found, are the plugin name, version, and namespace correct",
        ),
        sample="[E] [TRT] getPluginCreator could not find plugin: BatchedNMS_TRT version: 1",
        cause="The plugin's library was not loaded (initLibNvInferPlugins), or this release removed the plugin.",
        does_not_mean="a missing architecture",
        fix="Load the plugin library first; export the model again with operators that this release has.",
        sources=("NVIDIA/TensorRT plugin/README.md",),
    ),
    Signature(
        id="trt-lazy-loading",
        title="TensorRT notes that CUDA loads all code at the start",
        severity=Severity.NOTE,
        patterns=("CUDA lazy loading is not enabled. Enabling it can significantly reduce device memory usage",),
        sample="[W] [TRT] CUDA lazy loading is not enabled. Enabling it can significantly reduce device memory usage "
        "and speed up "
        "TensorRT initialization.",
        cause="CUDA_MODULE_LOADING is not LAZY (the default from CUDA 12.2 on).",
        does_not_mean="a failure",
        fix="Nothing; CUDA_MODULE_LOADING=LAZY saves memory.",
        command="export CUDA_MODULE_LOADING=LAZY",
        sources=("https://docs.nvidia.com/cuda/cuda-c-programming-guide/ (lazy loading)",),
    ),
    Signature(
        id="trt-nvrtc-mismatch",
        title="the engine was built with another NVRTC than this machine has",
        patterns=("the current platform does not support these layers due to mismatch of libnvrtc version",),
        sample="[TRT] [E] 9: The engine plan file has a layer that utilizes loop API or boolean tensors, but the "
        "current "
        "platform does not support these layers due to mismatch of libnvrtc version.",
        cause="Layers with loops or booleans hold code that NVRTC compiled when the engine was built; they load only "
        "together with the NVRTC of that CUDA release.",
        does_not_mean="a damaged model",
        fix="Build the engine again on this machine, or install the CUDA release with which it was built.",
        sources=("Lyric0620/ETSAuto#6",),
    ),
)
