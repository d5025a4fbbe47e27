"""`image-of-other-cuda`: the tag names a CUDA release that does not know the GPU, or the image has the libraries of
another one than a package loads."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_SERVICE = "services:\n  a:\n    image: {}\n    gpus: all\n"
_OLD = "FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\n"
_NEW = "FROM nvidia/cuda:12.9.1-cudnn-runtime-ubuntu22.04\n"


def _pip(base: str, packages: str, *more: str) -> dict[str, str]:
    return {"Dockerfile": "".join([base, *(f"{line}\n" for line in more), f"RUN pip install {packages}\n"])}


def _quiet(why: str, files: dict[str, str]) -> NearMiss:
    return NearMiss(why, files, gpu=("RTX 4090",))


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
    *(  # libcublas.so.12 is opened by name, and the package brings none
        LintCase(bad=_pip(_OLD, each), good=_pip(_NEW, each), line="RUN pip install", gpu=("RTX 4090",))
        for each in ("ctranslate2==4.8.5", "faster-whisper==1.1.0", "onnxruntime-gpu==1.22.0", "cupy-cuda12x==13.4.1")
    ),
    LintCase(  # too new an image is no better
        bad=_pip("FROM nvidia/cuda:13.0.1-cudnn-runtime-ubuntu22.04\n", "ctranslate2==4.8.5"),
        good=_pip(_NEW, "ctranslate2==4.8.5"),
        line="RUN pip install",
    ),
    LintCase(
        bad=_pip("FROM nvidia/cuda:12.3.2-cudnn9-runtime-ubuntu22.04\n", "onnxruntime-gpu==1.27.0"),
        good=_pip("FROM nvidia/cuda:12.3.2-cudnn9-runtime-ubuntu22.04\n", "onnxruntime-gpu==1.22.0"),
        line="RUN pip install",
    ),
    LintCase(  # the stage that ships begins with another, where a list is installed
        bad={
            "Dockerfile": f"{_OLD.strip()} AS a\nRUN pip install -r requirements.txt\nFROM a\n",
            "requirements.txt": "ctranslate2==4.8.5\n",
        },
        good={
            "Dockerfile": f"{_NEW.strip()} AS a\nRUN pip install -r requirements.txt\nFROM a\n",
            "requirements.txt": "ctranslate2==4.8.5\n",
        },
        line="ctranslate2",
    ),
    LintCase(  # -base has the CUDA runtime alone
        bad=_pip("FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n", "ctranslate2==4.5.0"),
        good=_pip("FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\n", "ctranslate2==4.5.0"),
        line="RUN pip install",
    ),
)
NEAR_MISSES = (
    _quiet("torch brings its own", _pip(_OLD, "torch==2.7.1")),
    _quiet("torch brings what the other loads", _pip(_OLD, "torch==2.7.1 ctranslate2==4.8.5")),
    _quiet("its release for CUDA 11", _pip(_OLD, "ctranslate2==3.24.0")),
    _quiet("the libraries are installed in addition", _pip(_OLD, "ctranslate2==4.8.5 nvidia-cublas-cu12")),
    _quiet("an extra brings them", _pip(_OLD, "'onnxruntime-gpu[cuda,cudnn]==1.22.0'")),
    _quiet(
        "apt brings them",
        _pip(_OLD, "ctranslate2==4.8.5", "RUN apt-get update && apt-get install -y libcublas-12-4"),
    ),
    _quiet(
        "copied from an image that has them",
        _pip(_OLD, "ctranslate2==4.8.5", "COPY --from=nvidia/cuda:12.4.1-runtime-ubuntu22.04 /usr/local /usr/local"),
    ),
    _quiet("a list that is not here may bring them", _pip(_OLD, "ctranslate2==4.8.5", "RUN pip install -r /x/y.txt")),
    _quiet(
        "the stage does not ship",
        {"Dockerfile": f"{_OLD.strip()} AS a\nRUN pip install ctranslate2==4.8.5\n{_NEW}COPY --from=a /venv /venv\n"},
    ),
    _quiet("a newer one than every wheel that was read", _pip(_OLD, "ctranslate2==99.0")),
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
    _quiet(
        "a -base image, whose libraries come by pip",
        _pip("FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n", "ctranslate2==4.5.0 nvidia-cublas-cu12 nvidia-cudnn-cu12"),
    ),
    _quiet(
        "a -base image, whose libraries come by the system's packages",
        _pip(
            "FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n", "ctranslate2==4.5.0", "RUN apt-get install -y libcublas-12-4"
        ),
    ),
    _quiet(
        "a -base image with torch",
        _pip("FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n", "ctranslate2==4.5.0 torch==2.6.0"),
    ),
)

_WITH_8 = "FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\n"
_WITH_9 = "FROM nvidia/cuda:12.8.1-cudnn-devel-ubuntu24.04\n"
_WITHOUT = "FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04\n"
CASES += tuple(
    LintCase(bad=_pip(bad, each), good=_pip(good, each), line="RUN pip install")
    for bad, good, each in (
        (_WITH_9, _WITH_8, "ctranslate2==4.4.0 faster-whisper==1.0.3"),
        (_WITH_8, _WITH_9, "ctranslate2==4.6.0 faster-whisper==1.1.1"),
        (_WITHOUT, _WITH_9, "ctranslate2==4.5.0 faster-whisper==1.1.0"),
        (_WITH_8, _WITH_9, "onnxruntime-gpu==1.22.0"),
        (_WITHOUT, _WITH_9, "onnxruntime-gpu==1.22.0"),
        (_WITH_8, "FROM nvidia/cuda:12.3.2-cudnn9-runtime-ubuntu22.04\n", "onnxruntime-gpu==1.20.0"),
    )
)
NEAR_MISSES += tuple(
    NearMiss(why, files)
    for why, files in (
        ("translation calls no cuDNN", _pip(_WITHOUT, "ctranslate2==4.4.0")),
        ("its newest needs none", _pip(_WITHOUT, "faster-whisper==1.2.0")),
        ("pip brings the cuDNN", _pip(_WITH_9, "ctranslate2==4.4.0 faster-whisper==1.0.3 'nvidia-cudnn-cu12<9'")),
        ("an extra brings it", _pip(_WITHOUT, "'onnxruntime-gpu[cuda,cudnn]==1.23.2'")),
        ("apt brings it", _pip(_WITHOUT, "onnxruntime-gpu==1.22.0", "RUN apt-get install -y libcudnn9-cuda-12")),
        ("it comes with torch", _pip(_WITHOUT, "torch==2.8.0 onnxruntime-gpu==1.22.0")),
        ("copied", _pip(_WITHOUT, "onnxruntime-gpu==1.22.0", "COPY libcudnn.so.9 /usr/lib/")),
        ("the image is not known by its name", _pip("FROM nvidia/cuda@sha256:00ff\n", "onnxruntime-gpu==1.22.0")),
    )
)
