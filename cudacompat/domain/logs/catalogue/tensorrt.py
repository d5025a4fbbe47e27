"""Lines of TensorRT."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="trt-unsupported-sm",
        title="this TensorRT release does not support SM {sm}",
        patterns=("Target GPU SM <sm:num> is not supported by this TensorRT release",),
        sample="Error Code 9: API Usage Error (Target GPU SM 120 is not supported by this TensorRT release.)",
        cause="TensorRT has its own table of GPUs: this release is too old for a new GPU (120 needs 10.8), or too new "
        "for an old one (10 has nothing below 7.0 or 7.5).",
        does_not_mean="that the toolkit or the driver is wrong.",
        fix="A TensorRT release that supports the GPU.",
        sources=("DDTRobot/tita_rl_sim2sim2real#7", "NVIDIA/TensorRT#4359"),
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
        does_not_mean="that the model is damaged.",
        fix="Build the engine on this kind of GPU, or with hardware compatibility (kAMPERE_PLUS).",
        command="trtexec --onnx=MODEL.onnx --saveEngine=MODEL.engine",
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
        does_not_mean="that the GPU is wrong.",
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
        does_not_mean="a fault of TensorRT.",
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
        cause="The compute capability is the same, the product is not: tactics were timed for the other card.",
        does_not_mean="that it fails.",
        fix="Build the engine on this GPU.",
        sources=(
            "NVIDIA/TensorRT#2900",
            "NVIDIA/TensorRT#3829",
        ),
    ),
)
