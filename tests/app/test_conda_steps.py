"""What conda installed is cured in conda's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.app.doctor.conda_steps import conda_step
from cudacompat.app.inputs.targets import resolve_targets
from cudacompat.domain.machine.components import Component, Environment, SiteFolder
from cudacompat.domain.words.verdict import JitPolicy
from cudacompat.domain.words.versions import DriverRelease
from cudacompat.environments import pip
from tests.helpers.each_row import each_case

HOME = Environment("/opt/conda/envs/ml", "/opt/conda/envs/ml", "3.12", "CONDA_PREFIX", installer="conda")
PIXI = Environment("/src/app/.pixi/envs/default", "./.pixi/envs/default", "3.12", "--python", installer="conda")
ANY = "conda install -c conda-forge"
INTO = "conda install -p /opt/conda/envs/ml -c conda-forge"
CUDA = Environment("/src/app/.pixi/envs/cuda", "./.pixi/envs/cuda", "3.12", "--python", installer="conda")


@each_case(
    ("package", "gpus", "driver", "home", "command"),
    [
        ("torch", ("12.0",), "570", HOME, f"{INTO} pytorch-gpu cuda-version=12.9"),
        ("pytorch", ("6.1", "12.0"), "580", HOME, f"{INTO} pytorch-gpu cuda-version=12.9"),
        ("onnxruntime-gpu", ("7.0",), "535", None, f"{ANY} 'onnxruntime=*=*cuda*' cuda-version=12.9"),
        ("cupy-cuda12x", ("8.6",), "470", None, f"{ANY} cupy cuda-version=11.8"),
        ("torch", ("3.5",), "470", PIXI, "pixi add --manifest-path /src/app pytorch-gpu cuda-version=11.8"),
        ("faiss", ("12.0",), "575", CUDA, "pixi add --manifest-path /src/app --feature cuda faiss cuda-version=12.9"),
        ("torch", ("12.0",), "535", HOME, None),
        ("torch", ("3.0",), None, HOME, None),
    ],
)  # fmt: skip
def test_the_build_for_the_newest_release_that_serves(
    package: str, gpus: tuple[str, ...], driver: str | None, home: Environment | None, command: str | None
) -> None:
    release = DriverRelease.parse(driver) if driver else None
    targets = resolve_targets(gpus, release, JitPolicy.NORMAL, environment={}, ask_machine=False)
    step = conda_step(Component(package, "1.0", "/site", (), manager="conda"), targets, home)
    assert step.command == command
    assert ("no CUDA release" in step.why) is (command is None)


@pytest.mark.parametrize(
    ("installer", "meta", "manager"),
    [("conda", True, "conda"), ("", True, "conda"), ("pip", True, "pip"), ("", False, "pip"), ("uv", False, "pip")],
)
def test_who_installed_a_python_package(tmp_path: Path, installer: str, meta: bool, manager: str) -> None:
    site = tmp_path / "site-packages"
    info = site / "cupy-1.0.dist-info"
    info.mkdir(parents=True)
    (tmp_path / "conda-meta").mkdir() if meta else None
    (info / "METADATA").write_text("Name: cupy\nVersion: 1.0\n\n")
    (info / "RECORD").write_text("cupy/a.so,,\n")
    (info / "INSTALLER").write_text(installer) if installer else None
    (site / "cupy").mkdir()
    (site / "cupy/a.so").write_bytes(b"")
    (found,) = pip.components([SiteFolder(str(site), str(tmp_path))]).found
    assert found.manager == manager
