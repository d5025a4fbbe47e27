"""Lists of packages as JSON, and files of conda's specifications."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cudacompat.artifacts.requirements import conda_lists
from cudacompat.artifacts.requirements.json_lists import is_json_list, json_list
from tests.helpers.run import inside

_CONDA = [
    {"name": "pytorch", "version": "2.1.0", "build_string": "py3.11_cuda12.1_cudnn8.9.2_0", "channel": "pytorch"},
    {"name": "ctranslate2", "version": "4.4.0", "build_string": "pypi_0", "channel": "pypi", "base_url": "x"},
]
_PIP = [{"name": "torch", "version": "2.6.0+cu124"}, {"name": "numpy", "version": "1.26.4"}]
_INSPECTED = {"version": "1", "pip_version": "25", "installed": [{"metadata": _PIP[0], "requested": True}]}
_EXPORTED = {
    "channels": ["pytorch"],
    "dependencies": ["pytorch=2.1.0=py3.11_cuda12.1_cudnn8.9.2_0", {"pip": ["ctranslate2==4.4.0"]}],
    "name": "ml",
}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (_CONDA, {("torch", "==2.1.0", "cu121"), ("ctranslate2", "==4.4.0", "pypi")}),
        (_PIP, {("torch", "==2.6.0", "cu124"), ("numpy", "==1.26.4", "pypi")}),
        (_INSPECTED, {("torch", "==2.6.0", "cu124")}),
        (_EXPORTED, {("torch", "==2.1.0", "cu121"), ("ctranslate2", "==4.4.0", "pypi")}),
    ],
    ids=["conda-list", "pip-list", "pip-inspect", "conda-env-export"],
)
def test_json_of_packages_is_read(document: object, expected: set[tuple[str, str, str]]) -> None:
    text = json.dumps(document, indent=1)
    assert is_json_list(text)
    assert {(each.name, each.specifier, each.build) for each in json_list(text, "a.json").requirements} == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "a", "dependencies": {"torch": "1"}}',  # of npm
        '[{"name": "gpu0", "memory": 5}]',
        '[{"name": "a", "version": 1}]',
        "[" * 100_000,
        '[{"name": "a", "version": "1"',
        '{"installed": [{}]}',
        "[]",
    ],
)
def test_other_json_is_none(text: str) -> None:
    assert not is_json_list(text)


def test_a_row_without_a_version_is_said() -> None:
    text = json.dumps([*_PIP, {"name": "xformers"}])
    assert json_list(text, "a.json").not_understood == ((1, 'not a package: {"name": "xformers"}'),)


def test_check_reads_json_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "installed.json").write_text(json.dumps(_PIP))
    assert inside("check", "installed.json", "--gpu", "12.0", "--no-config", cwd=tmp_path).code == 1
    (tmp_path / "other.json").write_text('[{"name": "gpu0"}]')
    assert inside("check", "other.json", "--gpu", "12.0", "--no-config", cwd=tmp_path).code == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pytorch=2.1.0=py3.11_cuda12.1_cudnn8.9.2_0\nnumpy\nffmpeg=6\n", True),
        ("nvidia::cuda-nvcc\nnumpy==1.26\npytorch 2.1.*\n", True),
        ("torch==2.6.0\nnumpy\n", False),
        ("torch==2.6.0\nnumpy=1.26\nscipy==1.0\n", False),  # a slip in a list of pip
        ("lr = 0.1\nsteps = 5\n", False),
        ("Three cards were tried\nand ran torch=2.6\n", False),
    ],
)
def test_a_file_of_specifications_is_told_by_its_lines(text: str, expected: bool) -> None:
    assert conda_lists.is_spec_list(text) is expected


def test_a_file_that_conda_installs_is_read_with_the_channels_of_the_command(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        "FROM continuumio/miniconda3\nCOPY requirements.txt .\n"
        "RUN conda install -y -c pytorch -c nvidia --file requirements.txt\n"
    )
    (tmp_path / "requirements.txt").write_text("pytorch==2.1.0\npytorch-cuda=12.1\n")
    ran = inside("lint", ".", "--gpu", "12.0", "--format", "json", cwd=tmp_path)
    found = [(each["id"], each["path"], each["line"]) for each in ran.json["findings"] if "torch" in each["message"]]
    assert ("wheel-cannot-run", "requirements.txt", 1) in found
