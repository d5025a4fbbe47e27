"""A file for a GPU that its driver does not know: what is left of it with a driver that does; and the driver that was
named in the commands of the plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.device_files import library
from tests.helpers.run import inside

GPU = ("--gpu", "RTX 5090")


def _doctor(path: Path, driver: str) -> dict[str, Any]:
    document: dict[str, Any] = inside("doctor", path, *GPU, "--driver", driver, "--format", "json").json
    return document


def _errors(document: dict[str, Any]) -> list[str]:
    return [each["id"] for each in document["findings"] if each["severity"] == "error"]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    (tmp_path / "old.so").write_bytes(library("sm_80"))
    return tmp_path / "old.so"


@pytest.fixture
def new(tmp_path: Path) -> Path:
    (tmp_path / "new.so").write_bytes(library("sm_120"))
    return tmp_path / "new.so"


def test_code_that_serves_the_gpu_is_said_to_run_with_a_newer_driver(new: Path) -> None:
    document = _doctor(new, "535")
    assert _errors(document) == ["gpu-outside-driver"]
    (step,) = document["plan"]
    assert step["why"].endswith("new.so runs with such a driver")


def test_code_that_does_not_serve_it_has_its_own_error_and_its_own_steps(old: Path) -> None:
    document = _doctor(old, "535")
    assert _errors(document) == ["gpu-outside-driver", "no-runnable-code"]
    driver, *rest = document["plan"]
    assert "runs with such a driver" not in driver["why"]
    assert [step["command"].split()[1] for step in rest] == ["doctor", "generate", "check"]
    assert not any("--driver" in step["command"] for step in rest), "the driver is another one by then"


def test_one_of_two_files_that_does_not_serve_it_is_named(old: Path, new: Path) -> None:
    document = inside("doctor", old, new, *GPU, "--driver", "535", "--format", "json").json
    assert [each["path"] for each in document["findings"] if each["id"] == "no-runnable-code"] == [str(old)]


def test_the_last_line_counts_what_is_shown(old: Path) -> None:
    out = inside("doctor", old, *GPU, "--driver", "535").out
    assert out.splitlines()[-1].startswith("checked 1 file for 1 GPU: 2 errors")


def test_the_commands_of_the_plan_name_the_driver_that_was_named(old: Path) -> None:
    commands = [step["command"] for step in _doctor(old, "580.65.06")["plan"]]
    assert all(command.endswith("--gpu 'RTX 5090' --driver 580.65.06") for command in commands)
    without = inside("doctor", old, *GPU, "--format", "json").json["plan"]
    assert not any("--driver" in step["command"] for step in without)


def test_the_check_of_an_image_names_it_too(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\n"
        "RUN git clone https://github.com/ggml-org/whisper.cpp /src && cmake -S /src -B /b -DGGML_CUDA=ON"
        " -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86\n"
    )
    mend, build, check = (step["command"] for step in _doctor(tmp_path, "580")["plan"])
    assert "--driver" not in mend + build
    assert check.endswith("--driver 580")
