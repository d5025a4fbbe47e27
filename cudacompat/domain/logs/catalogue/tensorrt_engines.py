"""TensorRT's builders and engines in other programs: steps that are skipped, engines of another release, kernels."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="trtllm-other-release",
        title="the engine was built by another release of TensorRT-LLM",
        patterns=(
            "Assertion failed: d == a + length",
            "Failed to deserialize cuda engine",
            "Assertion failed: Failed to deserialize",
            "Engine version <built:word> does not match",
            "engine was built with TensorRT-LLM version",
            "key 'builder_config' not found",
            "Parameter max_<name:word> cannot be read from json",
        ),
        sample="[TensorRT-LLM][ERROR] Assertion failed: d == a + length "
        "(/app/tensorrt_llm/cpp/tensorrt_llm/plugins/gptAttentionCommon/gptAttentionCommon.cpp:320)",
        cause="An engine holds the data of its plugins as one release writes them; the server's image has another "
        "release, or another TensorRT or GPU.",
        does_not_mean="the GPU",
        fix="Build the engine with the release that serves it, in the same image and on the same kind of GPU.",
        after=("trt-engine-other-version", "trt-engine-other-gpu"),
        sources=("NVIDIA/TensorRT-LLM#583", "NVIDIA/TensorRT-LLM#1838", "NVIDIA/TensorRT-LLM#656"),
    ),
    Signature(
        id="trtllm-no-cubin",
        title="TensorRT-LLM could not load the attention kernel for this GPU",
        patterns=(
            "Assertion failed: mModule != nullptr",
            "Assertion failed: Unsupported data type or architecture",
            "Assertion failed: Unsupported architecture",
            "No kernel available for the current architecture",
            "FMHA kernels are not found",
        ),
        sample="[TensorRT-LLM][ERROR] Assertion failed: mModule != nullptr (/app/tensorrt_llm/cpp/cubin.cpp:100)",
        cause="Its fused kernels are shipped as machine code for some architectures and head sizes; none fits, or "
        "the driver is older than they need.",
        does_not_mean="the GPU, which other programs can use",
        fix="Take a release that names the GPU, an image for the driver that is installed, or build without the fused "
        "attention.",
        command="nvidia-smi",
        sources=("NVIDIA/TensorRT-LLM#2069", "NVIDIA/TensorRT-LLM#198"),
    ),
    Signature(
        id="trt-build-ended",
        title="TensorRT built no engine",
        patterns=(
            "m_Engine != nullptr' failed",
            "mEngine != nullptr' failed",
            "engine != nullptr' failed",
            "[GIE] failed to build CUDA engine",
            "Failed to build engine for rank",
            "Engine could not be created from network",
            "Failed to create engine from model or file",
            "Building an engine would exceed the memory budget",
            "[TRT] [E] Engine building failed",
            "buildSerializedNetwork::<line:num>] Error Code",
            "&&&& FAILED TensorRT",
        ),
        sample="AssertionError: Failed to build engine for rank 0",
        cause="The builder's own error lines above say why.",
        does_not_mean="the GPU",
        fix="Read the first line with [E]; run trtexec with --verbose.",
        role=Role.END,
        sources=("NVIDIA/TensorRT-LLM#978", "NVIDIA/TensorRT samples/trtexec"),
    ),
    Signature(
        id="trt-tactic-skipped",
        title="TensorRT tried a way to compute a layer and does not use it",
        patterns=(
            "Skipping tactic <tactic:word> due to",
            "Skipping tactic <tactic:word> due to exception",
            "Tactic Device request: <size:word> Available:",
        ),
        sample="[TRT] [E] 9: Skipping tactic 0x0000000000000000 due to exception Assertion engine failed.",
        cause="The builder tries many; one that needs too much memory or fails is not used.",
        does_not_mean="a failed build: it fails only if no other way is left",
        fix="Nothing, unless `Could not find any implementation` follows; then give the builder more memory.",
        severity=Severity.NOTE,
        sources=("NVIDIA/TensorRT-LLM#978", "https://docs.nvidia.com/deeplearning/tensorrt/"),
    ),
    Signature(
        id="trt-onnx-unsupported",
        title="TensorRT's ONNX reader does not know an operator or a type",
        patterns=(
            "No importer registered for op: <op:word>",
            "Unsupported ONNX data type: <type:word>",
            "UNSUPPORTED_NODE: Assertion failed",
            "INVALID_NODE: Invalid Node",
            "ERROR: Failed to parse the ONNX",
            "Failed to parse onnx file",
        ),
        sample="[E] ModelImporter.cpp:779: ERROR: ModelImporter.cpp:180: [6] Invalid Node - Resize_12; No importer "
        "registered for op: EfficientNMS_TRT.",
        cause="The model was exported with an operator, a type or an opset that this TensorRT has not, or that a "
        "plugin has.",
        does_not_mean="the GPU",
        fix="Export with another opset, load the plugin's library, or take a newer TensorRT.",
        role=Role.GENERAL,
        sources=("onnx/onnx-tensorrt ModelImporter.cpp",),
    ),
    Signature(
        id="trt-plugin-entry-missing",
        title="a plugin library lacks the function that TensorRT calls: {symbol}",
        patterns=("SymbolAddress for <symbol:word> could not be loaded",),
        sample="[E] [TRT] 3: [libLoader.cpp::untypedSymbolAddress::365] Error Code 3: Internal Error (SymbolAddress "
        "for "
        "getPluginCreators could not be loaded, check function name against library symbol)",
        cause="--dynamicPlugins and registry.load_library want a library that exports getPluginCreators (getCreators "
        "since "
        "TensorRT 10) and setLoggerFinder. One that registers itself with REGISTER_TENSORRT_PLUGIN has neither.",
        does_not_mean="the GPU; the model",
        fix="Load such a library with trtexec --staticPlugins=FILE (ctypes.CDLL in Python), or export both functions.",
        sources=("NVIDIA/TensorRT#4051", "NVIDIA/TensorRT plugin/common/vfcCommon.h"),
    ),
    Signature(
        id="trt-no-dla-core",
        title="the engine wants a DLA core that this device does not have",
        patterns=(
            "(execParams.dlaCore >= 0",
            "Cannot create DLA engine, <n:num> not available",
            "DLA core <core:num> requested but only",
            "Default DLA is enabled but layer <layer:text> is not supported on DLA",
        ),
        sample="dlaExecuteRunner.cpp (135) - Assertion Error in updateContextResources: 0 (execParams.dlaCore >= 0 && "
        "execParams.dlaCore < core->numEngines())",
        cause="enable-dla and use-dla-core (DeepStream) or --useDLACore (trtexec) name a deep learning accelerator: "
        "Xavier, "
        "AGX Orin and Orin NX have two or one; Nano, TX2, Orin Nano and all PCI Express GPUs have none.",
        does_not_mean="the GPU; CUDA",
        fix="Leave DLA out, or name a core that is there (0, 1), and allow the GPU for layers that DLA lacks "
        "(--allowGPUFallback).",
        sources=(
            "marcoslucianops/DeepStream-Yolo#27",
            "https://docs.nvidia.com/deeplearning/tensorrt/ (Working with DLA)",
        ),
    ),
    Signature(
        id="trt-linked-against-other",
        title="TensorRT loaded another {library} than it was built with",
        severity=Severity.WARNING,
        patterns=(
            "TensorRT was linked against <library:word> <built:ver> but loaded <...> <loaded:ver>",
            "TensorRT was linked against cuBLAS/cuBLASLt <built:ver> but loaded cuBLAS/cuBLASLt <loaded:ver>",
        ),
        sample="[W] [TRT] TensorRT was linked against cuDNN 8.6.0 but loaded cuDNN 8.4.1",
        cause="An older library comes first in LD_LIBRARY_PATH, in the image or in the environment.",
        does_not_mean="that the engine fails: it may be slower, or lack tactics",
        fix="Install the release that the line names, or let the loader find it first.",
        command="ldconfig -p",
        sources=("NVIDIA/TensorRT#2243",),
    ),
    Signature(
        id="trt-internal-error",
        title="TensorRT stopped with an internal error",
        patterns=("Error Code <code:num>: Internal Error (",),
        sample="[E] Error[2]: [graph.cpp::nvinfer1::builder::x::157] Error Code 2: Internal Error (Assertion size > 0 "
        "failed. )",
        cause="A check inside TensorRT failed; the words in parentheses are the condition. Most often the GPU's "
        "memory was full, the release does not fit the GPU, the driver or CUDA, or its libraries are of several "
        "releases.",
        does_not_mean="a fault of the model alone",
        fix="Look at the first line with [E]; make sure that all of nvinfer's libraries are of one release that "
        "supports the GPU (libnvinfer_builder_resource among them), and that memory is free. Then try a newer "
        "release.",
        role=Role.GENERAL,
        after=(
            "trt-unsupported-sm",
            "trt-engine-other-gpu",
            "trt-engine-other-version",
            "trt-engine-other-model",
            "trt-cuda-init",
            "trt-no-implementation",
            "trt-builder-resource",
            "trt-not-an-engine",
            "trt-nvrtc-mismatch",
            "cuda-out-of-memory",
        ),
        sources=("NVIDIA/TensorRT#4572", "NVIDIA/TensorRT NvInferRuntimeBase.h (ErrorCode)"),
    ),
)
