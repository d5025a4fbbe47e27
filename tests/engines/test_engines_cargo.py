"""A crate shaped like whisper-rs, built by the real cargo, CMake and nvcc: what a changed list does, and does not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from cudacompat.app.project.recognise import recognise
from cudacompat.engines import find
from tests.generate.test_roundtrip import carried, promised, sourced
from tests.helpers import toolchain
from tests.helpers.run import ROOT, cudacompat

PROJECT = ROOT / "tests/projects/whisper-rs"
CUDA = ("--cuda", toolchain.NVCC_RELEASE)


class Crate:
    """A copy of the project, and cargo with the test extra's CMake, ninja and nvcc."""

    def __init__(self, folder: Path) -> None:
        self.cargo = toolchain.require_cargo()
        cmake, nvcc = toolchain.require_cmake(), toolchain.require_nvcc()
        self.folder = folder / "transcriber"
        shutil.copytree(PROJECT, self.folder, ignore=shutil.ignore_patterns("target"))
        left_out = ("CMAKE_", "GGML_", "WHISPER_", "NVCC_", "CUDA", "CARGO_")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(left_out)},
            "PATH": f"{cmake.parent}{os.pathsep}{os.environ['PATH']}",
            "CUDACXX": str(nvcc),
        }

    @property
    def program(self) -> Path:
        """What cargo links."""
        return self.folder / "target/release/transcriber"

    def run(self, *words: str, variables: Mapping[str, str] | None = None) -> None:
        """Run cargo offline; its failure ends the test."""
        done = subprocess.run(
            [self.cargo, *words, "--offline"],
            cwd=self.folder,
            env={**self.environment, **(variables or {})},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_tree_shows_its_engine_and_version() -> None:
    found = recognise(PROJECT)
    assert found is not None
    assert (found.engine.name, found.version) == ("whisper-rs", "0.16.0")


def test_a_changed_list_does_nothing_until_the_cache_is_cleared(tmp_path: Path) -> None:
    """cargo is told of none of the variables that the build script reads, so it does not run the script again."""
    crate, variables, targets = Crate(tmp_path), [], []
    for name, specs in (("old", ("8.0",)), ("new", ("8.6", "12.0"))):
        wanted = ["whisper-rs", *(word for spec in specs for word in ("--gpu", spec)), "--no-ptx"]
        ran = cudacompat("generate", *wanted, *CUDA, "--as", "env", "-o", tmp_path / name)
        assert ran.code == 0, ran.err
        variables.append(sourced(tmp_path / name / "cudacompat.env"))
        targets.append(promised(*wanted))
    assert targets == [{"sm_80"}, {"sm_86", "sm_120a"}]

    crate.run("build", "--release", variables=variables[0])
    assert carried(crate.program) == targets[0]
    for pattern in find("whisper-rs").products:
        found = [path for path in crate.folder.glob(pattern) if path.is_file() and path.suffix in ("", ".a")]
        assert any(carried(path) == targets[0] for path in found if not path.name.startswith(".")), pattern

    crate.run("build", "--release", variables=variables[1])
    assert carried(crate.program) == targets[0], "cargo did run the build script again: the trap is gone"
    checked = cudacompat("check", crate.program, "--gpu", "12.0", "--require", "native")
    assert checked.code == 1, checked.out

    (cache,) = find("whisper-rs").caches
    assert cache.clear[0] == "cargo"
    crate.run(*cache.clear[1:])
    crate.run("build", "--release", variables=variables[1])
    assert carried(crate.program) == targets[1]
    assert cudacompat("check", crate.program, "--gpu", "12.0", "--gpu", "8.6", "--require", "native").code == 0


def test_without_a_list_and_a_gpu_the_default_target_is_built(tmp_path: Path) -> None:
    if Path("/dev/nvidiactl").exists():
        pytest.skip("this machine has a GPU: -arch=native finds it")
    crate = Crate(tmp_path)
    crate.run("build", "--release")
    assert carried(crate.program) == {"sm_75", "compute_75"}
