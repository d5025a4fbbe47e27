"""Trees that `rebuild` is shown: what it builds of them, and what it says of those that another program builds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cudacompat.app.rebuild.prepare import prepare
from cudacompat.domain.builds.steps import BuildSteps
from cudacompat.domain.words.errors import UsageError

EXTENSION = "from torch.utils.cpp_extension import CUDAExtension\n"


def steps(engine: str, tree: Path, *extra: str) -> BuildSteps:
    return prepare(engine, str(tree), ["12.0"], environment={}, cuda="13.0", extra=extra)


def test_a_tree_without_a_makefile_is_refused_before_make_is_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"no Makefile in {tmp_path}, which make would build from$"):
        steps("nvcc", tmp_path)
    assert steps("nvcc", tmp_path, "-f", "rules.mk").steps
    (tmp_path / "Makefile").write_text("all:\n")
    assert steps("nvcc", tmp_path).steps


def test_a_tree_of_mesons_is_told_mesons_commands(tmp_path: Path) -> None:
    (tmp_path / "meson.build").write_text("project('x', 'cpp', 'cuda')\n")
    with pytest.raises(UsageError) as refused:
        steps("nvcc", tmp_path)
    for part in (
        "export NVCC_APPEND_FLAGS='-gencode=arch=compute_120,code=sm_120 ",
        "; meson setup build-cudacompat; meson compile -C build-cudacompat; ",
        "cudacompat check build-cudacompat --gpu 12.0",
    ):
        assert part in str(refused.value)


def test_the_build_script_of_poetry_makes_it_an_extension(tmp_path: Path) -> None:
    (tmp_path / "build.py").write_text(EXTENSION)
    with pytest.raises(UsageError, match="does not contain torch-extension"):
        steps("torch-extension", tmp_path)  # a script of that name alone
    (tmp_path / "pyproject.toml").write_text("[tool.poetry.build]\nscript = 'build.py'\n")
    assert any("pip" in step.command for step in steps("torch-extension", tmp_path).steps)


def test_an_extension_that_was_built_among_its_sources_is_said(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text(EXTENSION)
    for folder in ("x", "build/lib", ".venv/lib"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "build/lib/_C.so").touch()
    (tmp_path / ".venv/lib/other.so").touch()
    (tmp_path / "x/libvendored.so").touch()
    assert steps("torch-extension", tmp_path).notes == ()
    (tmp_path / "x/_C.cpython-311-x86_64-linux-gnu.so").touch()
    (note,) = steps("torch-extension", tmp_path).notes
    assert note.startswith("x/_C.cpython-311-x86_64-linux-gnu.so was built among the sources, as `pip install -e` does")
    assert "TORCH_CUDA_ARCH_LIST=12.0+PTX " in note
    assert note.endswith(" -m pip install --no-build-isolation --no-deps -e .`")


@pytest.fixture
def with_torch(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """What makes an environment with this PyTorch installed the active one."""

    def made(version: str) -> dict[str, str]:
        home = tmp_path / f"env-{version}"
        packages = home / "lib/python3.11/site-packages"
        (packages / f"torch-{version}.dist-info").mkdir(parents=True)
        (packages / f"torch-{version}.dist-info/METADATA").write_text(f"Name: torch\nVersion: {version}\n\nTorch\n")
        (packages / "torch_geometric-3.0.dist-info").mkdir()
        (home / "bin").mkdir()
        (home / "bin/python").symlink_to(sys.executable)
        (home / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.2\n")
        return {"VIRTUAL_ENV": str(home)}

    return made


def test_an_extension_is_planned_for_the_torch_that_is_installed(
    tmp_path: Path, with_torch: Callable[[str], dict[str, str]]
) -> None:
    tree = tmp_path / "extension"
    tree.mkdir()
    (tree / "setup.py").write_text(EXTENSION)

    def planned(version: str, cuda: str, **more: str) -> BuildSteps:
        return prepare("torch-extension", str(tree), ["12.0"], environment=with_torch(version), cuda=cuda, **more)

    (note, *_) = planned("2.11.0+cu130", "13.0").plan.notes
    assert note == "for PyTorch 2.11.0, whose build for CUDA 13.0 runs on 12.0"
    (note, *_) = planned("2.11.0", "13.5").plan.notes
    assert note.startswith(
        "for PyTorch 2.11.0, whose build for CUDA 13.0 runs on 12.0: it takes nvcc 13.5, of the same"
    )
    with pytest.raises(UsageError, match=r"2.2.2 has no setting that accepts 120 \(.*90\); 2.2.2 is what /.*bin"):
        planned("2.2.2+cu121", "13.0")
    assert str(planned("2.2.1", "13.0", engine_version="2.9").plan.version) == "2.9"
