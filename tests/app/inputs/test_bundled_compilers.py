"""NVIDIA's compilers in what is read: told by their bytes, listed, and held to the GPUs."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from cudacompat.artifacts.reading.read import read_paths
from cudacompat.environments.compilers import bundled_compilers
from tests.helpers.run import inside
from tests.helpers.toolchain import NVCC_RELEASE, require_cuobjdump, require_nvcc, require_ptxas


def read(*paths: Path) -> list[tuple[str, str, str]]:
    found = read_paths([str(path) for path in paths], kernels=True).compilers
    return [(each.path.rpartition("/")[2], each.program, str(each.release)) for each in found]


def test_by_their_bytes_whatever_their_name(tmp_path: Path) -> None:
    (tmp_path / "tool").symlink_to(require_ptxas("12.8"))
    (tmp_path / "ptxas").symlink_to(require_cuobjdump())  # no compiler, though it says the same line
    assert read(tmp_path / "tool", tmp_path / "ptxas", require_nvcc()) == [
        ("tool", "ptxas", "12.8"),
        ("nvcc", "nvcc", NVCC_RELEASE),
    ]


def test_nvrtc_is_not_its_assembler() -> None:
    folder = require_ptxas("12.8").parents[2] / "cuda_nvrtc" / "lib"
    libraries = sorted(folder.glob("libnvrtc.so.*"))
    assert read(*libraries) == [(each.name, "nvrtc", "12.8") for each in libraries]


def test_as_doctor_reads_them() -> None:
    path = require_ptxas("12.8")
    ((_, program, release),) = read(path)
    assert bundled_compilers([path]) == (f"{program} {release}",)


def test_in_wheels_and_layers_and_against_a_gpu(tmp_path: Path) -> None:
    path = require_ptxas("12.8")
    with zipfile.ZipFile(tmp_path / "made-1-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as wheel:
        wheel.write(path, "made/bin/ptxas")
    with tarfile.open(tmp_path / "layer.tar", "w") as layer:
        data = path.read_bytes()
        row = tarfile.TarInfo("opt/bin/ptxas")
        row.size = len(data)
        layer.addfile(row, io.BytesIO(data))
    ran = inside("check", "--gpu", "12.1", tmp_path, "--format", "json")
    assert [each["path"].partition("!/")[2] for each in ran.json["compilers"]] == ["opt/bin/ptxas", "made/bin/ptxas"]
    assert {each["newest_target"] for each in ran.json["compilers"]} == {"sm_120a"}
    warned = [each for each in ran.json["findings"] if each["id"] == "compiler-lacks-gpu"]
    assert [each["severity"] for each in warned] == ["warning", "warning"]
    assert not [
        each
        for each in inside("check", "--gpu", "12.0", tmp_path, "--format", "json").json["findings"]
        if each["id"] == "compiler-lacks-gpu"
    ]


@pytest.mark.parametrize("command", [("inspect",), ("check", "--gpu", "9.0")])
def test_listed_with_what_they_know(command: tuple[str, ...]) -> None:
    ran = inside(*command, require_ptxas("12.8"))
    assert "ptxas of CUDA 12.8, knows up to sm_120a" in ran.out
