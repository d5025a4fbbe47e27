"""`image-of-other-cuda`: the tag names a CUDA release that does not know the GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_SERVICE = "services:\n  a:\n    image: {}\n    gpus: all\n"
CASES = (
    LintCase(
        bad={"Dockerfile": "ARG BASE=team/trainer:py311-torch2.6-cu124\nFROM ${BASE}\nCOPY . /app\n"},
        good={"Dockerfile": "ARG BASE=team/trainer:py311-torch2.8-cu128\nFROM ${BASE}\nCOPY . /app\n"},
        line="FROM",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        bad={"compose.yaml": _SERVICE.format("example.org/speech/server:latest-cuda12.4")},
        good={"compose.yaml": _SERVICE.format("example.org/speech/server:latest-cuda12.9")},
        line="image:",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # newer than the last that knows it
        bad={"compose.yaml": _SERVICE.format("example.org/speech/server:2.1-cu130")},
        good={"compose.yaml": _SERVICE.format("example.org/speech/server:2.1-cu126")},
        line="image:",
        gpu=("GTX 1080",),
    ),
)
NEAR_MISSES = (
    NearMiss(
        "its code for a lower minor version runs",
        {"compose.yaml": _SERVICE.format("example.org/speech/server:2.1-cuda12.8")},
        gpu=("GB10",),
    ),
    NearMiss(
        "sm_86 code runs on 8.9",
        {"compose.yaml": _SERVICE.format("example.org/speech/server:2.1-cu117")},
        gpu=("RTX 4090",),
    ),
    NearMiss(
        "for boards with an Arm processor",
        {"Dockerfile": "FROM nvcr.io/nvidia/l4t-jetpack:r36.4.0\nCOPY k.cu .\nRUN nvcc -arch=sm_87 -o k k.cu\n"},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "a chip of another maker that takes CUDA's programs",
        {"Dockerfile": "FROM registry.example/team/ppu:torch2.6-cuda12.6\n"},
        gpu=("12.0",),
    ),
    NearMiss(
        "a release before the table's first, which may know the GPU as that one does",
        {"compose.yaml": _SERVICE.format("example.org/speech/server:2.1-cu102")},
        gpu=("GTX 1080",),
    ),
    NearMiss("no GPU is named", {"compose.yaml": _SERVICE.format("example.org/speech/server:cu124")}),
    NearMiss("it names a major release alone", {"compose.yaml": _SERVICE.format("a/server:cuda12")}, gpu=("12.0",)),
    NearMiss(
        "an image of NVIDIA's holds no program",
        {"Dockerfile": "FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n"},
        gpu=("12.0",),
    ),
    NearMiss("no release of CUDA", {"compose.yaml": _SERVICE.format("a/server:focus124")}, gpu=("12.0",)),
    NearMiss(
        "what the stage installs decides",
        {"Dockerfile": "FROM team/base:0.4-cuda12.4\nRUN pip install torch==2.8.0\n"},
        gpu=("12.0",),
    ),
    NearMiss(
        "its content is known and runs",
        {"compose.yaml": _SERVICE.format("pytorch/pytorch:2.8.0-cuda12.6-cudnn9-runtime")},
        gpu=("GTX 1080",),
    ),
)
