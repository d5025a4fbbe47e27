"""What is no build file is passed over without a word, and what a branch sets ends with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.app.lint import lint
from cudacompat.app.project.files import read
from cudacompat.artifacts.buildfiles.commands import commands
from cudacompat.domain.project.model import SourceFile
from tests.helpers.each_row import each_case
from tests.helpers.run import inside

CHART = 'kind: Deployment\nspec:\n  {{- if .Values.gpu }}\n  image: "cuda:{{ .Values.tag }}"\n   {{- end }}\n: [\n'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("dockerfile-stages.png", b"\x89PNG\r\n\x1a\n\0cuda"),
        ("Dockerfile.md", b"# How the image with CUDA is built\n\0"),
        ("chart/templates/deployment.yaml", CHART.encode()),
        ("gallery/index.yaml", b"- name: llama\n" * 100_000),
    ],
)
def test_what_is_no_build_file_is_not_named(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(data)
    assert lint(str(tmp_path)).not_read == ()


def test_a_large_or_broken_build_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(CHART)
    (tmp_path / "build.sh").write_text("# cuda\n" * 200_000)
    (tmp_path / "docker-compose.yml").write_text("# cuda\n" * 200_000)
    assert sorted(Path(each.path).name for each in lint(str(tmp_path)).not_read) == [
        "build.sh", "compose.yaml", "docker-compose.yml",
    ]  # fmt: skip


def test_a_large_file_that_is_named_is_said(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("# cuda\n" * 200_000)
    assert [each.why for each in read(str(tmp_path / "values.yaml")).not_read] == ["larger than 1 MiB"]


def test_a_link_of_a_script_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "run.sh").symlink_to("/nowhere/run.sh")
    (tmp_path / "Dockerfile").symlink_to("/nowhere/Dockerfile")
    assert [Path(each.path).name for each in lint(str(tmp_path)).not_read] == ["Dockerfile"]


@each_case(
    ("text", "expected"),
    [
        ("export X=80\nmake\n", "80"),
        ("if a; then export X=80; make; fi\n", "80"),
        ("if a; then export X=80; fi\nmake\n", None),
        ("export X=80\nif a; then export X=90; fi\nmake\n", None),
        ("export X=80\nif a; then Y=90; fi\nmake\n", "80"),
        ("if a; then export X=80; else make; fi\n", None),
        ("if a; then b; elif c; then export X=80; else make; fi\n", None),
        ("if a; then b; else export X=80; make; fi\n", "80"),
        ("if a; then export X=80; if b; then make; fi; fi\n", "80"),
        ("if a; then if b; then export X=80; fi; make; fi\n", None),
        ("if a; then export X=80; fi\nexport X=90\nmake\n", "90"),
        ("case $a in b) export X=80;; c) make;; esac\n", None),
        ("case $a in b) export X=80; make;; esac\n", "80"),
        ("for a in b; do export X=80; done\nmake\n", None),
        ("f() { export X=80; }\nmake\n", None),
        ("f() { export X=80; make; }\n", "80"),
        ("[ -n $a ] && export X=80\nmake\n", None),
        ("[[ -n $a ]] && [ b ] && export X=80\nmake\n", None),
        ("test -n $a && export X=80; make\n", None),
        ("a || export X=80\nmake\n", None),
        ("cd a && export X=80 && make\n", "80"),
        ("X=1\nexport X\nif a; then X=80; fi\nmake\n", None),
    ],
)
def test_what_a_branch_sets_ends_with_it(text: str, expected: str | None) -> None:
    found = [each for each in commands(SourceFile("a.sh", text), 0, len(text), {}) if each.program == "make"]
    setting = found[-1].environment.get("X")
    assert (setting.value if setting is not None else None) == expected


def test_a_build_script_that_is_copied_by_itself_is_what_pip_builds(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text(
        "from setuptools import setup\nfrom torch.utils.cpp_extension import BuildExtension, CUDAExtension\n"
        'setup(ext_modules=[CUDAExtension("k", ["k.cu"])], cmdclass={"build_ext": BuildExtension})\n'
    )
    # a directory whose build script is not copied is built, too: the list on its command says with what
    for copied in ("*.py *.toml", "setup.py", "docs"):
        (tmp_path / "Dockerfile").write_text(
            f"FROM nvcr.io/nvidia/pytorch:25.06-py3\nCOPY csrc /tmp/ext/csrc\nCOPY {copied} /tmp/ext\n"
            'RUN TORCH_CUDA_ARCH_LIST="8.0 9.0" pip install /tmp/ext --no-build-isolation\n'
        )
        ran = inside("lint", str(tmp_path), "--gpu", "12.0", "--no-config")
        assert ran.code == 1, copied
        assert "target-missing" in ran.out
