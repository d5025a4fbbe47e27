"""Images by their tags: what each holds, and what becomes of it on a GPU."""

from __future__ import annotations

import pytest
from packaging.version import Version

from cudacompat.domain.project.image_names import base_of
from cudacompat.domain.wheels.images import content_of_image, image_with, judge_image
from cudacompat.domain.words.versions import ToolkitVersion
from tests.domain.wheels.test_answer import target
from tests.helpers.each_row import each_case


@each_case(
    ("image", "gpu", "driver", "outcome"),
    [
        ("pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime", "RTX 5070 Ti", None, "fails"),
        ("docker.io/pytorch/pytorch:2.8.0-cuda12.8-cudnn9-devel", "RTX 5070 Ti", None, "native"),
        ("nvcr.io/nvidia/pytorch:24.05-py3", "RTX 5070 Ti", None, "jit"),
        ("nvcr.io/nvidia/pytorch:25.03-py3", "RTX 5070 Ti", None, "native"),
        ("nvcr.io/nvidia/pytorch:25.03-py3", "V100", None, "fails"),
        ("nvcr.io/nvidia/pytorch:99.01-py3", "V100", None, "undecided"),
        ("nvcr.io/nvidia/pytorch:24.06-py3", "V100", None, "undecided"),  # sources do not agree on this month
        ("ollama/ollama:0.12.6", "GTX 1080", None, "native"),
        ("ollama/ollama:0.12.6", "RTX 5070 Ti", None, "native"),
        ("ollama/ollama:0.5.12", "RTX 5070 Ti", None, "jit"),
        ("ollama/ollama:0.12.6", "RTX 5070 Ti", "570.86", "native"),
        ("ollama/ollama:0.12.6", "B200", "570.86", "jit"),  # PTX of 9.0 in the library for CUDA 12
        ("ollama/ollama:0.12.6", "B200", "550.54.15", "fails"),
        ("ollama/ollama:0.12.6", "B200", "580.65.06", "jit"),
        ("ollama/ollama:latest", "B200", None, "undecided"),
        ("ghcr.io/ggml-org/whisper.cpp:main-cuda", "RTX 5070 Ti", None, "jit"),
        ("ghcr.io/ggml-org/whisper.cpp:main-cuda", "RTX 5070 Ti", "570.86", "fails"),
        ("ghcr.io/ggml-org/llama.cpp:server-cuda", "RTX 5070 Ti", None, "native"),
        ("ghcr.io/ggml-org/llama.cpp:server-cuda-b4719", "RTX 5070 Ti", None, "undecided"),
        ("ghcr.io/speaches-ai/speaches:0.8.3-cuda-12.6.3", "RTX 5070 Ti", None, "jit"),
        ("onerahmet/openai-whisper-asr-webservice:v1.9.1-gpu", "RTX 5070 Ti", None, "fails"),
        ("localai/localai:v3.0.0-gpu-nvidia-cuda-12", "RTX 5070 Ti", None, "undecided"),
        # the torch that its wheel pins decides, too: also of a release of vllm that was not read
        ("vllm/vllm-openai:v0.5.5", "RTX 5070 Ti", None, "fails"),
        ("vllm/vllm-openai:v0.5.5", "RTX 3090", None, "native"),
        ("vllm/vllm-openai:v0.4.2", "RTX 5070 Ti", None, "fails"),
        ("vllm/vllm-openai:v0.1.2", "RTX 3090", None, "undecided"),
    ],
)
def test_an_image_is_judged_by_what_its_tag_holds(image: str, gpu: str, driver: str | None, outcome: str) -> None:
    content = content_of_image(image)
    assert content is not None
    found = judge_image(content, target(gpu, driver)).outcome
    assert found is not None
    assert found.value == outcome
    assert content.source
    assert content.date


@pytest.mark.parametrize(
    "image", ["redis:7", "nvidia/cuda:12.8.1-base-ubuntu24.04", "", "a b", "x" * 5000, "mine/vllm:1"]
)
def test_other_images_are_not_in_the_table(image: str) -> None:
    assert content_of_image(image) is None


def test_a_digest_does_not_hide_the_tag() -> None:
    content = content_of_image(f"pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime@sha256:{'0' * 64}")
    assert content is not None
    assert content.known


@pytest.mark.parametrize(
    ("image", "release", "flavour"),
    [
        ("nvcr.io/nvidia/pytorch:23.05-py3", (12, 1), "devel"),
        ("nvcr.io/nvidia/tensorflow:24.10-tf2-py3", (12, 6), "devel"),
        ("pytorch/pytorch:2.7.0-cuda12.8-cudnn9-runtime", (12, 8), "runtime"),
        ("ollama/ollama:0.12.6", None, None),  # it has no compiler
        ("nvcr.io/nvidia/tensorrt:23.08-py3", (12, 2), "devel"),
        ("nvcr.io/nvidia/tritonserver:24.07-py3-sdk", (12, 5), "devel"),
        ("nvcr.io/nvidia/tritonserver:26.10-py3", (13, 4), "devel"),
        ("nvcr.io/nvidia/tritonserver:24.08-py3-sdk-igpu", None, None),  # for boards, with their JetPack's CUDA
        ("nvidia/cudagl:11.4.2-devel-ubuntu20.04", (11, 4), "devel"),
        ("nvcr.io/nvidia/cudagl:11.1.1-base-ubuntu18.04", (11, 1), "base"),
        ("nvcr.io/nvidia/l4t-base:r32.7.1", (10, 2), "devel"),  # of the board itself
        ("nvcr.io/nvidia/l4t-base:r35.4.1", None, None),
        ("nvcr.io/nvidia/l4t-cuda:11.4.19-runtime", (11, 4), "runtime"),
        ("nvcr.io/nvidia/l4t-ml:r36.2.0-py3", (12, 2), "devel"),
        ("dustynv/l4t-pytorch:r36.4.0", None, None),  # CUDA of its maker's choice
    ],
)
def test_images_with_compilers_say_their_cuda_release(
    image: str, release: tuple[int, int] | None, flavour: str | None
) -> None:
    base = base_of(image)
    assert (base.cuda, base.flavour) == (ToolkitVersion(*release) if release else None, flavour)


@each_case(
    ("image", "version", "cuda", "named"),
    [
        ("pytorch/pytorch:2.4.0-cuda12.4-cudnn9-devel", "2.7.1", "12.8", "2.7.1-cuda12.8-cudnn9-devel"),
        ("docker.io/pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime", "2.9.1", "13.0", "2.9.1-cuda13.0-cudnn9-runtime"),
        ("pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime", "2.3.1", "12.1", None),  # whose tags name cuDNN 8
        ("pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime", "2.7.1", None, None),
        ("vllm/vllm-openai:v0.8.5", "0.9.2", None, "v0.9.2"),
        ("onerahmet/openai-whisper-asr-webservice:v1.4.0-gpu", "2.7.1", "12.8", None),
    ],
)
def test_the_same_image_with_another_release_is_named_by_its_publishers_form(
    image: str, version: str, cuda: str | None, named: str | None
) -> None:
    content = content_of_image(image)
    assert content is not None
    repository = image.rpartition(":")[0]
    assert image_with(content, Version(version), cuda) == (named and f"{repository}:{named}")
