"""`image-not-for-board`: the images are not for the Jetson board that was named."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_IMAGE = "FROM {}\nCOPY app.py .\nCMD python3 app.py\n"
_ORIN = ("Jetson AGX Orin",)
_NANO = ("Jetson Nano",)


def _from(image: str) -> dict[str, str]:
    return {"Dockerfile": _IMAGE.format(image)}


CASES = (
    *(
        LintCase(bad=_from(image), good=_from(other), line="FROM", gpu=gpu)
        for image, other, gpu in (
            ("nvcr.io/nvidia/l4t-base:r32.7.1", "nvcr.io/nvidia/l4t-base:r35.4.1", _ORIN),
            ("nvcr.io/nvidia/l4t-ml:r32.6.1-py3", "nvcr.io/nvidia/l4t-ml:r36.2.0-py3", _ORIN),
            ("nvcr.io/nvidia/l4t-cuda:10.2.460-runtime", "nvcr.io/nvidia/l4t-cuda:12.6.11-runtime", _ORIN),
            ("nvcr.io/nvidia/l4t-jetpack:r36.4.0", "nvcr.io/nvidia/l4t-jetpack:r35.4.1", ("7.2",)),
            ("dustynv/l4t-pytorch:r36.4.0", "dustynv/l4t-pytorch:r32.7.1", _NANO),
            ("nvidia/cuda:12.8.1-runtime-ubuntu22.04", "nvcr.io/nvidia/l4t-jetpack:r36.4.0", _ORIN),
            ("nvidia/cuda:12.8.1-runtime-ubuntu22.04", "nvcr.io/nvidia/l4t-base:r32.7.1", _NANO),
            ("nvidia/cuda:12.6.3-devel-ubuntu22.04", "nvidia/cuda:13.2.1-devel-ubuntu24.04", ("8.7",)),
        )
    ),
)
NEAR_MISSES = (
    NearMiss(
        "another Dockerfile is for the board",
        {**_from("nvidia/cuda:12.8.1-runtime-ubuntu22.04"), "Dockerfile.orin": _IMAGE.format("dustynv/l4t-ml:r36.2.0")},
        gpu=_ORIN,
    ),
    NearMiss(
        "a Dockerfile for each JetPack",
        {
            "Dockerfile.jp4": _IMAGE.format("nvcr.io/nvidia/l4t-base:r32.7.1"),
            "Dockerfile.jp6": _IMAGE.format("nvcr.io/nvidia/l4t-jetpack:r36.4.0"),
        },
        gpu=_ORIN,
    ),
    NearMiss("a graphics card is named", _from("nvcr.io/nvidia/l4t-base:r32.7.1"), gpu=("RTX 3090",)),
    NearMiss("Thor takes the images of Arm servers", _from("nvidia/cuda:13.0.2-base-ubuntu24.04"), gpu=("11.0",)),
    NearMiss("no CUDA in its name", _from("ubuntu:22.04"), gpu=_ORIN),
)
