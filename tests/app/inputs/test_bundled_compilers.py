"""NVIDIA's compilers in what is read: told by their bytes, listed, and held to the GPUs."""

from __future__ import annotations

import io
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.judge.bundled_compilers import CompilingPackage, by_folder, deciding
from cudacompat.domain.words.code import BundledCompiler
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.environments.compilers import bundled_compilers
from tests.helpers.build import target
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


@pytest.mark.parametrize(("gpu", "which"), [("12.1", "a newer"), ("3.7", "an older")])
def test_the_release_to_install_is_older_where_the_gpu_is(gpu: str, which: str) -> None:
    (finding,) = inside("check", "--gpu", gpu, require_ptxas("12.8").parent, "--format", "json").json["findings"][1:]
    assert finding["id"] == "compiler-lacks-gpu"
    assert f"a release of the package with {which} ptxas" in finding["help"]


@pytest.mark.parametrize(("gpu", "code"), [("9.0", 0), ("12.1", 1), ("6.1", 1)])
def test_a_package_that_makes_all_its_kernels_is_judged_by_its_compiler(tmp_path: Path, gpu: str, code: int) -> None:
    wheel = tmp_path / "triton-3.2.0-cp312-cp312-manylinux2014_x86_64.whl"
    with zipfile.ZipFile(wheel, "w") as made:
        made.write(require_ptxas("12.8"), "triton/backends/nvidia/bin/ptxas")
    for path in (wheel, tmp_path):
        ran = inside("check", path, "--gpu", gpu)
        assert ran.code == code
        assert "checked 1 compiler for 1 GPU" in ran.out
        found = inside("check", path, "--gpu", gpu, "--format", "json").json["findings"]
        assert [each["id"] for each in found] == (["compiler-lacks-gpu"] if code else [])


def test_a_compiler_that_no_known_package_runs_judges_nothing(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "made-1-py3-none-any.whl", "w") as made:
        made.write(require_ptxas("12.8"), "made/bin/ptxas")
    assert inside("check", tmp_path, "--gpu", "9.0").code == 3


def test_a_compiler_of_no_known_release_judges_nothing() -> None:
    release = ToolkitVersion(99, 0)
    triton = CompilingPackage("triton", "9.0")
    groups = by_folder([BundledCompiler("w!/ptxas", "ptxas", release)], [target("9.0")], {"w!/ptxas": triton})
    assert deciding(groups) == ()
    known = replace(groups[0].compilers[0], release=ToolkitVersion(12, 8))
    assert deciding(by_folder([known], [target("9.0")], {"w!/ptxas": triton})) == ("w!/ptxas",)
    assert deciding(by_folder([known], [target("9.0")])) == ()
