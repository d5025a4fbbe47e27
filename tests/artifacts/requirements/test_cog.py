"""A cog.yaml: which packages it names for a GPU, and from which index Cog takes torch."""

from __future__ import annotations

import pytest

from cudacompat.artifacts.requirements.cog import cog
from cudacompat.artifacts.requirements.kinds import RequirementKind, kind_of
from tests.helpers.each_row import each_case

_FILE = """\
build:
  gpu: {gpu}
  {cuda}
  python_packages:
    - "numpy==1.26.0"
    - torch=={torch}
    - torchvision
"""


def rows(torch: str, cuda: str = "", gpu: str = "true") -> list[tuple[str, str, int]]:
    read = cog(_FILE.format(gpu=gpu, cuda=cuda, torch=torch), "cog.yaml")
    assert read.not_understood == ()
    return [(f"{each.name}{each.specifier}", each.build, each.line) for each in read.requirements]


@each_case(
    ("torch", "cuda", "index"),
    [
        ("2.0.1", "", "cu118"),
        ("2.7.1", "", "cu128"),
        ("2.7.1", 'cuda: "12.6"', "cu126"),
        ("2.7.1", "cuda: 12.1.1", "cu118"),
        ("2.7.1+cu126", "", "cu126"),
        ("1.4.0", "", "pypi"),
        ("2.7.1", 'cuda: "10.2"', "pypi"),
        ("2.*", "", "pypi"),
    ],
)
def test_the_newest_build_of_a_pinned_torch_that_cuda_allows(torch: str, cuda: str, index: str) -> None:
    found = rows(torch, cuda)
    assert (found[0][0], found[0][2]) == ("numpy==1.26.0", 5)
    assert found[1] == (f"torch=={torch.partition('+')[0]}", index, 6)
    assert found[2][0] == "torchvision"


@pytest.mark.parametrize("gpu", ["false", "", "[true]"])
def test_an_image_without_a_gpu_has_none(gpu: str) -> None:
    assert rows("2.0.1", gpu=gpu) == []


@pytest.mark.parametrize("text", ["", "build:\n", "build: 3\n", "- a\n", "build:\n  gpu: true\n  python_packages: a\n"])
def test_other_values_are_nothing(text: str) -> None:
    assert cog(text, "cog.yaml").requirements == ()


@pytest.mark.parametrize("path", ["cog.yaml", "models/cog.yml", "cog-gpu.yaml", "cog_train.yaml"])
def test_its_names(path: str) -> None:
    assert kind_of(path) is RequirementKind.COG


@pytest.mark.parametrize("path", ["cogs.yaml", "my-cog.yaml", "cog.yaml.md"])
def test_other_names(path: str) -> None:
    assert kind_of(path) is not RequirementKind.COG
