"""A Pipfile, a pixi.toml and [tool.pixi]: which packages they name, and from which index."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cudacompat.artifacts.requirements import manifests, pyproject
from cudacompat.artifacts.requirements.base import ReadRequirements

WHEEL = "flash_attn-2.6.3+cu123torch2.3-cp310-cp310-linux_x86_64.whl"
PIPFILE = f"""\
[[source]]
name = "pypi"
url = "https://pypi.org/simple"

[[source]]
name = "pytorch"
url = "https://download.pytorch.org/whl/cu121"

[packages]
torch = {{version = "==2.3.0", index = "pytorch"}}
numpy = "*"
mine = {{path = ".", editable = true}}
flash-attn = {{file = "https://example.org/{WHEEL}"}}
pywin = {{version = "*", sys_platform = "== 'win32'"}}

[dev-packages]
onnxruntime-gpu = "==1.18.0"
"""
PIXI = """\
[workspace]
channels = ["pytorch", "nvidia", "conda-forge"]

[dependencies]
python = "3.11.*"
pytorch = "==2.3.1"
pytorch-cuda = "12.1.*"

[target.linux-64.dependencies]
cupy = { version = "13.*", build = "cuda126*" }

[target.win-64.dependencies]
nothing = "==1"

[feature.dev.pypi-dependencies]
onnxruntime-gpu = "==1.18.0"
torchvision = { version = "==0.18.0", index = "https://download.pytorch.org/whl/cu121" }
mine = { path = ".", editable = true }
"""


def rows(read: ReadRequirements) -> list[tuple[str, str, int]]:
    assert read.not_understood == ()
    return [(f"{each.name}{each.specifier}", each.index, each.line) for each in read.requirements]


def test_a_pipfile() -> None:
    assert rows(manifests.pipfile(PIPFILE, "Pipfile")) == [
        ("torch==2.3.0", "cu121", 10),
        ("numpy", "pypi", 11),
        ("flash-attn==2.6.3", f"https://example.org/{WHEEL}", 13),
        ("onnxruntime-gpu==1.18.0", "pypi", 17),
    ]


PIXI_ROWS = [
    ("python==3.11.*", "conda", 5),
    ("torch==2.3.1", "cu121", 6),
    ("cupy==13.*", "conda", 10),
    ("onnxruntime-gpu==1.18.0", "pypi", 16),
    ("torchvision==0.18.0", "cu121", 17),
]


def test_a_manifest_of_pixi() -> None:
    assert rows(manifests.pixi(PIXI, "pixi.toml")) == PIXI_ROWS


def test_the_same_tables_in_a_pyproject() -> None:
    assert (
        rows(pyproject.read(PIXI.replace("\n[", "\n[tool.pixi.").replace("[work", "[tool.pixi.work"), "")) == PIXI_ROWS
    )


@pytest.mark.parametrize("read", [manifests.pipfile, manifests.pixi])
def test_what_is_no_toml(read: Callable[[str, str], ReadRequirements]) -> None:
    with pytest.raises(ValueError, match="Expected"):
        read("[packages\n", "a")


@pytest.mark.parametrize("text", ["packages = 3\nsource = 4", "dependencies = []\nfeature = 1\ntarget = {linux = 2}"])
def test_other_values_than_tables_are_nothing(text: str) -> None:
    assert rows(manifests.pipfile(text, "")) == rows(manifests.pixi(text, "")) == []
