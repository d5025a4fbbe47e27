"""`cudacompat doctor`: a diagnosis that ends in a plan, on this machine and on one whose facts were saved."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from cudacompat.app.doctor import save
from cudacompat.app.project.recognise import recognise
from cudacompat.domain.machine.facts import (
    ContainerFacts,
    DriverFacts,
    Found,
    GpuDevice,
    HostCompiler,
    HostFacts,
    Missing,
    ToolkitFacts,
)
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease, ToolkitVersion
from tests.helpers.fits import assert_fits
from tests.helpers.newest import NEWEST_TOOLKIT
from tests.helpers.run import EXAMPLE, GPU, Ran, cudacompat, inside

FOLDER = EXAMPLE.parent
GPUS_OF_LIST = [word for spec in ("12.0", "8.0", "8.6", "8.9") for word in ("--gpu", spec)]  # as its ENV lines have it


def gpu(capability: str, name: str) -> GpuDevice:
    return GpuDevice(0, name, ComputeCapability.parse(capability), None, None, 16 << 30)


MACHINE = HostFacts(
    gpus=Found((gpu("12.0", "NVIDIA GeForce RTX 5070 Ti"),), "NVML"),
    driver=Found(DriverFacts(DriverRelease.parse("570.86.10"), DriverCudaVersion(12, 8)), "NVML"),
    toolkits=(ToolkitFacts("/usr/local/cuda/bin/nvcc", ToolkitVersion(12, 4), True, "PATH"),),
    compilers=(HostCompiler("/usr/bin/g++", "gcc", "14.2.0", 14),),
)


def doctor(tmp_path: Path, facts: HostFacts, *arguments: str | Path) -> Ran:
    file = tmp_path / "facts.json"
    file.write_text(save(facts))
    return cudacompat("doctor", *arguments, "--facts", file)


def ids(ran: Ran) -> set[str]:
    return {finding["id"] for finding in ran.json["findings"]}


def test_the_incident_from_its_folder() -> None:
    """The README's main job."""
    ran = cudacompat("doctor", FOLDER, "--gpu", GPU)
    assert ran.code == 1
    assert "error[default-target-only]" in ran.out
    assert "contains only nvcc's default target" in ran.out
    assert "written for 5.2" in ran.out
    assert "CMAKE_CUDA_ARCHITECTURES=120   # read by whisper-rs-sys's build script" in ran.out
    assert "cargo clean --release -p whisper-rs-sys" in ran.out
    for idle in ("TORCH_CUDA_ARCH_LIST", "CUDA_ARCH_LIST", "GGML_CUDA_COMPUTE_CAPABILITY"):
        assert f"# {idle}: no" in ran.out
    assert ran.out.splitlines()[-1].startswith("checked 1 file for 1 GPU: 1 error")


def test_the_plans_commands_run_as_they_are_printed(tmp_path: Path) -> None:
    """From the directory above the project: the file that is there is moved away and written anew, and the commands
    that need the project run in it."""
    shutil.copytree(FOLDER, tmp_path / "app")
    plan = cudacompat("doctor", "app", "--gpu", GPU, "--format", "json", cwd=tmp_path).json["plan"]
    (anew,) = (step["command"] for step in plan[0]["instead"])
    assert anew.startswith("mv app/Dockerfile app/Dockerfile-old.txt && cudacompat generate whisper-rs ")
    lost = plan[0]["instead"][0]["why"]
    for name in ("nginx", "supervisor", "COPY nginx.conf", "ENV WHISPER_MODEL", "EXPOSE 7004", 'CMD ["supervisord"'):
        assert name in lost
    assert "libgomp1" not in lost, "the new one has it"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(["bash", "-ec", anew], cwd=tmp_path, env={**os.environ, "PATH": path}, check=True)
    assert (tmp_path / "app/Dockerfile-old.txt").read_text() == (FOLDER / "Dockerfile").read_text()
    left = inside("lint", "app", "--gpu", GPU, "--format", "json", cwd=tmp_path)
    assert (left.code, left.json["findings"]) == (0, [])
    assert (tmp_path / "app/.cudacompat/requirements.txt").is_file()
    builds = [step["command"] for step in plan if "cargo" in (step["command"] or "") or "target/" in step["command"]]
    assert builds
    assert all(command.startswith("(cd app && ") and command.endswith(")") for command in builds)


def test_a_dockerfile_that_is_there_is_mended_and_its_image_checked(tmp_path: Path) -> None:
    import shlex
    import shutil

    shutil.copytree(FOLDER, tmp_path / "app")
    plan = cudacompat("doctor", "app", "--gpu", GPU, "--gpu", "8.6", "--format", "json", cwd=tmp_path).json["plan"]
    mend, build, check = (step["command"] for step in plan[:3])
    assert mend == "cudacompat lint app --gpu 'RTX 5070 Ti' --gpu 8.6 --fix --unsafe-fixes"
    assert build == "docker build -t app -f app/Dockerfile app"
    assert check.startswith("docker save app | cudacompat check - --gpu")
    assert cudacompat(*shlex.split(mend)[1:], cwd=tmp_path).code == 0
    text = (tmp_path / "app/Dockerfile").read_text()
    written = inside("generate", "whisper-rs", "--engine-version", "0.14.3", *GPUS_OF_LIST, "--as", "env").out
    (listed,) = [line for line in written.splitlines() if line.startswith("CMAKE_CUDA_ARCHITECTURES=")]
    assert f"ENV {listed.replace(chr(39), chr(34))}" in text.splitlines(), "one order and spelling in both"
    for kept in ("nginx", "supervisor", "EXPOSE 7004", 'CMD ["supervisord"'):
        assert kept in text
    again = cudacompat("doctor", "app", "--gpu", GPU, "--format", "json", cwd=tmp_path).json["plan"]
    assert not any((step["command"] or "").startswith("cudacompat lint") for step in again)


def test_what_an_image_copies_and_the_directory_does_not_have_is_said(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "app")

    def build() -> str:
        plan = inside("doctor", "app", "--gpu", GPU, "--format", "json", cwd=tmp_path).json["plan"]
        return next(step["why"] for step in plan if (step["command"] or "").startswith("docker build"))

    assert build().endswith("COPY takes what this directory does not have: Cargo.lock, nginx.conf, supervisord.conf")
    for name in ("Cargo.lock", "nginx.conf"):
        (tmp_path / "app" / name).touch()
    assert build().endswith(" does not have: supervisord.conf")
    (tmp_path / "app/supervisord.conf").touch()
    assert build() == "build the image (podman takes the same words)"
    dockerfile = tmp_path / "app/Dockerfile"
    dockerfile.write_text(dockerfile.read_text() + f"COPY ../up {'long' * 2000} /x/\n")
    assert "does not have: longlong" in build()


def test_sources_that_were_never_built_are_mended_too(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "app")
    for library in (tmp_path / "app").glob("*.so"):
        library.unlink()
    ran = inside("doctor", "app", "--gpu", GPU, "--format", "json", cwd=tmp_path)
    mend, build, check = (step["command"] for step in ran.json["plan"])
    assert mend.startswith("cudacompat lint app --gpu")
    assert (build, check.startswith("docker save app |")) == ("docker build -t app -f app/Dockerfile app", True)
    assert "--require" not in check, "the base image's own libraries need not be native"
    inside("lint", "app", "--gpu", GPU, "--fix", "--unsafe-fixes", cwd=tmp_path)
    again = inside("doctor", "app", "--gpu", GPU, "--format", "json", cwd=tmp_path).json["plan"]
    assert [step["command"] for step in again] == [build, check]


def test_errors_that_no_fix_cures_are_steps_by_hand_before_the_image_is_built(tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text("project(mine LANGUAGES CXX CUDA)\n")
    image = "FROM nvidia/cuda:12.9.1-devel-ubuntu22.04\nCOPY . .\n"
    (tmp_path / "Dockerfile").write_text(image + "RUN nvcc -gencode arch=compute_86,code=sm_86 a.cu -o a\n")
    plan = inside("doctor", tmp_path, "--gpu", GPU, "--format", "json").json["plan"]
    hand, build, check = plan
    assert hand["command"].split(" --")[0] == f"cudacompat lint {tmp_path}"
    assert "Dockerfile:" in hand["why"]
    assert (build["command"].split()[0], check["command"].split()[0]) == ("docker", "docker")


def test_the_folder_of_an_environment_is_taken_as_one(tmp_path: Path) -> None:
    site = tmp_path / "env/lib/python3.11/site-packages"
    site.mkdir(parents=True)
    (tmp_path / "env/pyvenv.cfg").write_text("home = /usr/bin\n")
    given = inside("doctor", tmp_path / "env", "--gpu", GPU, "--format", "json").json
    named = inside("doctor", "--python", tmp_path / "env", "--gpu", GPU, "--format", "json").json
    assert given["packages"] == named["packages"]
    assert given["plan"] == named["plan"]


def test_a_folder_of_all_sorts_is_no_project_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(FOLDER, tmp_path / "app")
    (tmp_path / "app/more").mkdir()
    for number in range(20):
        (tmp_path / f"app/more/{number}.txt").write_text("")
    monkeypatch.setattr("cudacompat.app.doctor.build_files.MOST_ENTRIES", 20)
    plan = inside("doctor", "app", "--gpu", GPU, "--format", "json", cwd=tmp_path).json["plan"]
    assert plan
    assert not any((step["command"] or "").startswith("cudacompat lint") for step in plan)


def test_json_validates(tmp_path: Path) -> None:
    schema = json.loads(resources.files("cudacompat").joinpath("schemas", "doctor-1.json").read_text())
    for ran in (
        cudacompat("doctor", FOLDER, "--gpu", GPU, "--format", "json"),
        cudacompat("doctor", "--format", "json"),
        doctor(tmp_path, MACHINE, "--format", "json"),
    ):
        assert_fits(ran.json, schema)


def test_a_saved_machine_is_judged_as_itself(tmp_path: Path) -> None:
    ran = doctor(tmp_path, MACHINE, EXAMPLE, "--format", "json")
    assert ran.code == 1
    (target,) = ran.json["check"]["targets"]
    assert (target["compute_capability"], target["driver"]) == ("12.0", "570.86.10")
    assert {"default-target-only", "toolkit-cannot-build", "host-compiler-too-new"} <= ids(ran)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(MACHINE, toolkits=(), compilers=()), set()),
        (replace(MACHINE, compilers=()), {"toolkit-cannot-build"}),
        (
            replace(MACHINE, toolkits=(ToolkitFacts("/n", NEWEST_TOOLKIT, True, "PATH"),), compilers=()),
            {"toolkit-newer-than-driver"},
        ),
        (replace(MACHINE, toolkits=(), environment=(("CUDA_VISIBLE_DEVICES", "all"),)), {"visible-devices"}),
        (replace(MACHINE, toolkits=(), environment=(("CUDA_VISIBLE_DEVICES", "0,1"),)), set()),
        (replace(MACHINE, toolkits=(), environment=(("CUDA_FORCE_PTX_JIT", "1"),)), {"jit-variable"}),
        (HostFacts(Missing("GPU", ("NVML (none)",)), Missing("driver", ())), {"no-gpu"}),
    ],
)
def test_what_the_machine_alone_shows(tmp_path: Path, facts: HostFacts, expected: set[str]) -> None:
    ran = doctor(tmp_path, facts, "--format", "json")
    assert ids(ran) == expected
    errors = [f for f in ran.json["findings"] if f["severity"] == "error"]
    assert ran.code == (1 if errors else 0)


def test_a_card_on_the_bus_means_different_things_in_a_container(tmp_path: Path) -> None:
    bare = HostFacts(Missing("GPU", ("NVML (none)",)), Missing("driver", ()), pci_cards=("10de:2c05",))
    assert "no working driver" in doctor(tmp_path, bare).out
    inside = replace(bare, container=ContainerFacts(True, "docker", "/.dockerenv"))
    said = doctor(tmp_path, inside).out
    assert "no GPU is visible in this container; the host has a GPU (10de:2c05)" in said
    assert "no working driver" not in said


def test_paths_without_a_gpu_to_judge_for_are_a_usage_error(tmp_path: Path) -> None:
    ran = doctor(tmp_path, HostFacts(Missing("GPU", ("NVML (none)",)), Missing("driver", ())), EXAMPLE)
    assert (ran.code, ran.out) == (2, "")
    assert "no GPU found" in ran.err
    assert "--gpu" in ran.err


def test_a_report_without_packages_names_the_gpu_and_the_driver_that_were_asked_for(tmp_path: Path) -> None:
    ran = doctor(tmp_path, MACHINE, "--gpu", "RTX 5090", "--driver", "580", "--format", "text")
    assert "checked   for RTX 5090 (12.0), driver 580\n" in ran.out


def test_facts_are_saved_whole_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    first = cudacompat("doctor", "--save-facts", file, "--format", "json")
    assert cudacompat("doctor", "--facts", file, "--format", "json").json["facts"] == first.json["facts"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "other"}', "[" * 100000, "\x00"])
def test_broken_facts_are_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "facts.json"
    file.write_text(text)
    ran = cudacompat("doctor", "--facts", file)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"cudacompat: error: {file}")
    assert ran.err.count("\n") == 1


def test_without_a_recognised_build_nothing_of_the_current_directory_is_built_or_removed(tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path)
    report = cudacompat("doctor", tmp_path, "--gpu", GPU, "--format", "json").json
    assert [step["command"].split()[1] for step in report["plan"]] == ["doctor", "generate", "check"]
    assert "no sources" in report["plan"][0]["why"]
    assert report["plan"][-1]["command"] == f"cudacompat check {tmp_path / EXAMPLE.name} --gpu '{GPU}'"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Cargo.toml", '[dependencies]\nwhisper-rs = "0.14.3"\n', ("whisper-rs", "0.14.3")),
        (
            "Cargo.toml",
            '[dependencies]\nwhisper-rs = { version = "0.16", features = ["cuda"] }\n',
            ("whisper-rs", "0.16"),
        ),
        ("Cargo.lock", '[[package]]\nname = "whisper-rs"\nversion = "0.15.1"\n', ("whisper-rs", "0.15.1")),
        ("CMakeLists.txt", 'project("whisper.cpp" VERSION 1.7.4)\n', ("whisper.cpp", "1.7.4")),
        ("CMakeLists.txt", "project(mine LANGUAGES CXX CUDA)\n", ("cmake", None)),
    ],
)
def test_recognising_what_is_built(tmp_path: Path, name: str, text: str, expected: tuple[str, str | None]) -> None:
    (tmp_path / name).write_text(text)
    found = recognise(tmp_path)
    assert found is not None
    assert (found.engine.name, found.version) == expected


def test_a_file_that_shows_no_build(tmp_path: Path) -> None:
    (tmp_path / "Cargo.toml").write_text('[dependencies]\nserde = "1"\n')
    assert recognise(tmp_path) is None
