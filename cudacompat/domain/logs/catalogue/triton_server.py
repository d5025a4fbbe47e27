"""Lines of NVIDIA's Triton Inference Server about models that it does not load."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature

_SERVER = "triton-inference-server/server"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="triton-server-needs-gpu",
        title="the model's backend runs on a GPU only, and the server has none for it",
        patterns=(
            "TensorRT backend supports only GPU device",
            "unable to load model '<model:text>', TensorRT backend supports only GPU device",
            "instance group <group:word> of model <model:word> has kind KIND_GPU but no GPUs are available",
            "instance group <group:word> of model <model:word> specifies invalid or unsupported gpu id",
            "has kind KIND_GPU but server does not support GPUs",
        ),
        sample="failed to load 'ocr' version 1: Invalid argument: unable to load model 'ocr', TensorRT backend "
        "supports only GPU device",
        cause="The model's instance_group says KIND_CPU, or the container was started without its GPUs, so that the "
        "server placed it on the CPU.",
        does_not_mean="an engine of another release",
        fix="Start the container with --gpus all, and write KIND_GPU into instance_group of config.pbtxt.",
        sources=(f"{_SERVER}#5863", f"{_SERVER}#3609"),
    ),
    Signature(
        id="triton-server-no-engine",
        title="the server cannot use the TensorRT engine: it was built by another release or for another GPU",
        patterns=(
            "unable to create TensorRT engine",
            "unable to load plan file to auto complete config",
            "unable to load plan file",
        ),
        sample="| net2 | 1 | UNAVAILABLE: Internal: unable to create TensorRT engine |",
        cause="An engine (model.plan) works with the TensorRT release and the kind of GPU that it was built with; the "
        "server's image has its own TensorRT.",
        does_not_mean="the GPU",
        fix="Build the engine in the image of NVIDIA's TensorRT of the same month as the server's, on the same GPU.",
        role=Role.CHAIN_END,
        after=("trt-engine-other-version", "trt-engine-other-gpu", "trt-not-an-engine", "trt-plugin-missing"),
        sources=(f"{_SERVER}#3786", f"{_SERVER}#3609"),
    ),
    Signature(
        id="triton-server-model-failed",
        title="the server loaded no model",
        patterns=(
            "error: creating server: Internal - failed to load all models",
            "failed to load all models",
        ),
        sample="error: creating server: Internal - failed to load all models",
        cause="At least one model did not load, and the server ends then (--exit-on-error is on by default).",
        does_not_mean="this line itself: the first line with the level E, or the table of models, has the reason",
        fix="Read the model's own error above; --exit-on-error=false lets the others serve.",
        role=Role.END,
        sources=(f"{_SERVER}#5064", f"{_SERVER}#7950"),
    ),
    Signature(
        id="triton-server-no-backend",
        title="the server's image has no backend {backend}",
        patterns=(
            "unable to find backend library for backend '<backend:word>'",
            "unable to find '<library:word>' or '<model:word>' for model",
            "unable to find 'libtriton_<backend:word>.so'",
        ),
        sample="failed to load 'asr' version 1: Invalid argument: unable to find backend library for backend "
        "'tensorrtllm', try specifying runtime on the model configuration.",
        cause="config.pbtxt names a backend that is not below /opt/tritonserver/backends: NVIDIA publishes images "
        "with some "
        "backends each: -py3 has most, one for language models has little else, -min has none.",
        does_not_mean="the GPU; the model",
        fix="Take the image that has the backend, or put its directory there and name it with --backend-directory.",
        distinct=("backend",),
        sources=(f"{_SERVER}#7950", "triton-inference-server/core src/backend_model.cc"),
    ),
)
