"""`image-not-known`: the repository is known for device code, the tag is not."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_SERVICE = "services:\n  a:\n    image: {}\n    gpus: all\n"
CASES = tuple(
    LintCase(
        bad={"compose.yaml": _SERVICE.format(image)},
        good={"compose.yaml": _SERVICE.format("pytorch/pytorch:2.8.0-cuda12.8-cudnn9-runtime")},
        line="image:",
        gpu=("RTX 5070 Ti",),
    )
    for image in (
        "vllm/vllm-openai:v99.0.0",
        "vllm/vllm-openai:latest",
        "ollama/ollama:99.0.0",
        "localai/localai:v3.0.0-gpu-nvidia-cuda-12",
        "docker.io/pytorch/pytorch:latest",
        "ghcr.io/huggingface/text-generation-inference:2.4.1",  # of a service that asks for a GPU
        "tensorflow/tensorflow:latest-gpu",
    )
)
NEAR_MISSES = (
    NearMiss("a tag for the CPU", {"Dockerfile": "FROM tensorflow/tensorflow:2.13.0\n"}, ("RTX 5090",)),
    NearMiss(
        "an image of something else, which asks for no GPU",
        {"compose.yaml": "services:\n  a:\n    image: redis:7\n"},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "CUDA alone, without kernels of anybody",
        {"compose.yaml": _SERVICE.format("nvidia/cuda:12.8.1-runtime-ubuntu24.04")},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "another quadlet builds it",
        {"a.container": "[Container]\nImage=a.build\nAddDevice=nvidia.com/gpu=all\n"},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "it is built here",
        {
            "compose.yaml": "services:\n  a:\n    build: .\n    image: me/a\n    gpus: all\n",
            "Dockerfile": "FROM scratch\n",
        },
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss("no GPU is named", {"compose.yaml": _SERVICE.format("vllm/vllm-openai:latest")}),
    NearMiss(
        "its tag is known only when it is built",
        {"compose.yaml": _SERVICE.format("vllm/vllm-openai:${TAG}")},
        gpu=("RTX 5070 Ti",),
    ),
)
