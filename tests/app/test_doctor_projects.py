"""`doctor` on a project of which nothing is built: its pins and build files are what there is to examine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.device_files import library
from tests.helpers.each_row import each_case
from tests.helpers.run import Ran, inside

CARD = "RTX 5070 Ti"
IMAGE = (
    "FROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\n"
    "COPY requirements.txt .\n"
    "RUN pip3 install -r requirements.txt\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A speech service as thousands are: two files, and a list of wheels that ends at 9.0."""
    (tmp_path / "requirements.txt").write_text(
        "--extra-index-url https://download.pytorch.org/whl/cu121\ntorch==2.4.1\ntorchaudio==2.4.1\nfastapi\n"
    )
    (tmp_path / "Dockerfile").write_text(IMAGE)
    return tmp_path


def doctor(folder: Path, path: str, gpu: str, *more: str) -> Ran:
    return inside("doctor", path, "--gpu", gpu, *more, "--format", "json", cwd=folder)


def of_project(ran: Ran) -> list[tuple[str, str, str]]:
    """Its findings that are not of the machine that runs the tests."""
    return [(each["id"], each["severity"], each["path"]) for each in ran.json["findings"] if each["path"]]


def test_a_pin_that_cannot_run_is_the_fault_and_the_pin_that_does_the_first_step(project: Path) -> None:
    ran = doctor(project, ".", CARD)
    assert ran.code == 1
    assert of_project(ran) == [("wheel-cannot-run", "error", "requirements.txt"), ("no-device-code", "note", ".")]
    step = ran.json["plan"][0]
    assert step["command"].startswith('pip install "torch==2.7.1+cu128" "torchaudio==2.7.1+cu128" --index-url ')
    assert "requirements.txt:2" in step["why"]


def test_a_project_whose_pins_run_is_green_and_is_built_next(project: Path) -> None:
    ran = doctor(project, ".", "RTX 3090", "--driver", "550")
    assert (ran.code, of_project(ran)) == (0, [("no-device-code", "note", ".")])
    build, look = (step["command"] for step in ran.json["plan"])
    assert build.startswith("docker build -t ")
    assert look.startswith("docker save ")


def test_a_named_list_has_its_step_too(project: Path) -> None:
    ran = doctor(project, "requirements.txt", CARD)
    assert ran.code == 1
    assert [step["command"].split()[:2] for step in ran.json["plan"]] == [["pip", "install"]]


def test_where_nothing_is_compiled_no_step_is_about_compilers(project: Path) -> None:
    ran = doctor(project, "requirements.txt", "GTX 1080")  # which CUDA 13 cannot build for
    assert ran.json["plan"] == []


def test_a_named_dockerfile_is_examined_as_what_it_is(project: Path) -> None:
    ran = doctor(project, "Dockerfile", CARD)
    assert of_project(ran) == [("no-device-code", "note", "Dockerfile")]
    (project / "Dockerfile").write_text(f"{IMAGE}RUN pip3 install torch==2.4.1\n")
    ran = doctor(project, "Dockerfile", CARD)
    assert ran.code == 1
    assert of_project(ran)[0] == ("wheel-cannot-run", "error", "Dockerfile")


def test_a_folder_with_nothing_about_cuda_holds_nothing_to_examine(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM alpine\n")
    ran = doctor(tmp_path, ".", CARD)
    assert (ran.code, of_project(ran)) == (3, [("no-device-code", "error", ".")])
    (finding,) = (each for each in ran.json["findings"] if each["path"])
    assert "cudacompat lint" in finding["help"]


def test_the_image_is_built_as_its_compose_file_builds_it(project: Path) -> None:
    app = project / "app"
    app.mkdir()
    (app / "Dockerfile").write_text("ARG TAG\nFROM nvidia/cuda:${TAG}\nCOPY . /s\n")
    service = "gpus: all, build: {context: ., args: {TAG: 12.8.1-base-ubuntu24.04}}"
    (app / "compose.yaml").write_text(f"services:\n  srv: {{{service}}}\n")
    build, look = (step["command"] for step in doctor(project, "app", CARD).json["plan"])
    assert build == "docker compose -f app/compose.yaml build srv"
    assert look.startswith("docker save app-srv | ")
    (app / "compose.yaml").write_text(f"services:\n  srv: {{{service}}}\n  other: {{{service}}}\n")
    assert doctor(project, "app", CARD).json["plan"][0]["command"] == "docker build -t app -f app/Dockerfile app"


@each_case(
    ("build", "lacking"),
    [
        ("{context: .}", "; COPY takes what this directory does not have: Makefile"),
        ("{context: ./docker, dockerfile: ../Dockerfile}", "its build context app/docker does not have: src"),
        ("{context: .., dockerfile: app/Dockerfile}", "its build context . does not have: src, Makefile"),
        ("{context: ../whole, dockerfile: ../app/Dockerfile}", "build the image (podman takes the same words)"),
    ],
)
def test_copy_takes_from_the_context_that_the_compose_file_names(project: Path, build: str, lacking: str) -> None:
    for folder in ("app/src", "app/docker", "whole/src"):
        (project / folder).mkdir(parents=True, exist_ok=True)
    for folder in ("app/docker", "whole"):
        (project / folder / "Makefile").touch()
    (project / "app/Dockerfile").write_text("FROM nvidia/cuda:12.8.1-base-ubuntu24.04\nCOPY src Makefile /s/\n")
    (project / "app/compose.yaml").write_text(f"services:\n  srv: {{gpus: all, build: {build}}}\n")
    step = doctor(project, "app", CARD).json["plan"][0]
    assert step["command"] == "docker compose -f app/compose.yaml build srv"
    assert step["why"].endswith(lacking)


def test_a_project_of_which_only_the_image_has_cuda_is_examined_too(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04\nCOPY app.jar /\n")
    assert of_project(doctor(tmp_path, ".", CARD)) == [("no-device-code", "note", ".")]
    (tmp_path / "Dockerfile").write_text("FROM eclipse-temurin:21\nCOPY app.jar /\n")
    assert of_project(doctor(tmp_path, ".", CARD)) == [("no-device-code", "error", ".")]


def test_a_library_that_runs_hides_no_pin_and_no_image_beside_it(project: Path) -> None:
    (project / "good.so").write_bytes(library("sm_120"))
    ran = doctor(project, ".", CARD)
    assert (ran.code, of_project(ran)) == (1, [("wheel-cannot-run", "error", "requirements.txt")])
    assert ran.json["plan"][0]["command"].startswith('pip install "torch==2.7.1+cu128"')
    (project / "requirements.txt").write_text("fastapi\n")
    (project / "Dockerfile").write_text("FROM pytorch/pytorch:2.4.0-cuda12.1-cudnn9-runtime\n")
    assert of_project(doctor(project, ".", CARD)) == [("image-cannot-run", "error", "Dockerfile")]
    assert of_project(doctor(project, str(project), CARD))[0][0] == "image-cannot-run"


def test_a_library_that_fails_and_a_pin_are_both_told_and_both_cured(project: Path) -> None:
    (project / "bad.so").write_bytes(library("sm_86"))
    ran = doctor(project, ".", CARD)
    assert {each[:2] for each in of_project(ran)} == {("no-runnable-code", "error"), ("wheel-cannot-run", "error")}
    assert any((step["command"] or "").startswith("pip install") for step in ran.json["plan"])


def test_lists_of_architectures_beside_a_library_are_those_of_the_library(tmp_path: Path) -> None:
    (tmp_path / "good.so").write_bytes(library("sm_120"))
    (tmp_path / "requirements.txt").write_text("torch==2.8.0\n")
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.24)\nset(CMAKE_CUDA_ARCHITECTURES 86)\nproject(a LANGUAGES CXX CUDA)\n"
        "add_library(good SHARED a.cu)\n"
    )
    ran = doctor(tmp_path, ".", CARD)
    assert (ran.code, of_project(ran), ran.json["plan"]) == (0, [], [])


def test_a_folder_without_code_is_examined_beside_a_library_that_runs(project: Path) -> None:
    (project / "good.so").write_bytes(library("sm_120"))
    other = project / "other"
    other.mkdir()
    (project / "requirements.txt").rename(other / "requirements.txt")
    ran = inside("doctor", "good.so", "other", "--gpu", CARD, "--format", "json", cwd=project)
    assert [each[:2] for each in of_project(ran)] == [("wheel-cannot-run", "error"), ("no-device-code", "note")]


def test_where_nothing_was_judged_the_exit_code_is_that_of_check(tmp_path: Path) -> None:
    assert doctor(tmp_path, ".", CARD).code == inside("check", ".", "--gpu", CARD, cwd=tmp_path).code == 3
    (tmp_path / "good.so").write_bytes(library("sm_120"))
    (tmp_path / "empty").mkdir()
    assert inside("doctor", "good.so", "empty", "--gpu", CARD, cwd=tmp_path).code == 1


def test_markdown_about_paths_names_no_user(tmp_path: Path) -> None:
    from cudacompat.report.commands.doctor_markdown import without_names

    assert list(without_names(["`/home/ada/a.txt:1`\n"], "/root")) == ["`/home/\u2026/a.txt:1`\n"]
    (tmp_path / "requirements.txt").write_text("torch==2.0.1\n")
    home = {"HOME": str(tmp_path)}
    ran = inside("doctor", str(tmp_path), "--gpu", CARD, "--format", "markdown", cwd=tmp_path, env=home)
    assert "wheel-cannot-run" in ran.out
    assert str(tmp_path) not in ran.out
