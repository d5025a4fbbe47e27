"""What is known of a stage: its distribution, CMake, toolkit, whether it ships; and which images there are."""

from __future__ import annotations

import pytest

from cudacompat.domain.project.brought_cmake import cmake_version
from cudacompat.domain.project.image_names import base_of
from cudacompat.domain.project.stages import builds_cuda, distro_of, ships, toolkit
from cudacompat.domain.tables.images import IMAGES, Certainty, cudnn_word, offered
from cudacompat.domain.tables.toolkits import RELEASES, deprecation
from cudacompat.domain.words.versions import ToolkitVersion
from tests.helpers.each_row import each_case
from tests.helpers.lint_case import project


@each_case(
    ("image", "name"),
    [
        ("nvidia/cuda:12.8.1-devel-ubuntu24.04", "ubuntu24.04"),
        ("nvidia/cuda:12.8.1-devel-rockylinux9", "rockylinux9"),
        ("ubuntu:22.04", "ubuntu22.04"),
        ("docker.io/library/ubuntu:noble-20260101", "ubuntu24.04"),
        ("debian:trixie-slim", "debian13"),
        ("debian:12.5-slim@sha256:00", "debian12"),
        ("rust:1.88-slim-bookworm", "debian12"),
        ("python:3.12", "debian13"),  # moved from Debian 12 in August 2025
        ("python:3.12.4-slim", "debian12"),  # not built again since
        ("python:3.11.3", "debian11"),
        ("python:3.12-alpine", None),
        ("python:3.15-rc", None),
        ("python", "debian13"),
        ("python:slim", "debian13"),
        ("rust:1.88", "debian12"),
        ("rust:1.88.0-slim", "debian12"),
        ("rust:1.89", "debian13"),
        ("rust:1", "debian13"),
        ("rust:1.60", "debian11"),
        ("rust:1.40", None),  # Debian 10 is not in the table
        ("rust:nightly", None),
        ("gcc:13", "debian12"),
        ("gcc:15.1", "debian12"),
        ("golang:1.22", "debian12"),
        ("golang:1.25@sha256:00", "debian13"),
        ("node:20", "debian12"),
        ("node:22-slim", "debian12"),
        ("node:lts", "debian12"),
        ("node:latest", "debian13"),
        ("debian:stable-slim", "debian13"),
        ("debian", "debian13"),
        ("debian:sid", None),
        ("buildpack-deps:scm", "debian13"),
        ("ubuntu", "ubuntu26.04"),
        ("ubuntu:rolling", "ubuntu26.04"),
        ("ubuntu:devel", None),
        ("rockylinux/rockylinux:9", "rockylinux9"),
        ("example.org/ubuntu:22.04", None),
        ("alpine:3.20", None),
        ("ros:noetic-ros-base", "ubuntu20.04"),
        ("osrf/ros:humble-desktop", "ubuntu22.04"),
        ("ros:foxy-ros-base-focal", "ubuntu20.04"),
        ("ros:rolling", None),
        ("node:iron-bookworm", "debian12"),  # a name of Node's, which one of ROS has, too
        ("node:iron", "debian12"),
    ],
)
def test_an_image_says_its_distribution(image: str, name: str | None) -> None:
    found = distro_of(base_of(image))
    assert (found.name if found is not None else None) == name


_TREE = "RUN git clone https://github.com/ggml-org/llama.cpp /src\nRUN cmake -B build -DGGML_CUDA=ON\n"


@each_case(
    ("head", "version"),
    [
        ("FROM ubuntu:24.04\nRUN apt-get install -y cmake\n", (3, 28)),
        ("FROM ubuntu:22.04\nRUN apt-get install -y cmake=3.22.1-1 g++\n", (3, 22)),
        ("FROM ubuntu:22.04\nRUN apt-get install -y cmake\nRUN pip install cmake\n", (99, 0)),
        ("FROM ubuntu:22.04\nRUN python3 -m pip install 'cmake==3.27.9'\n", (3, 27)),
        (
            "FROM ubuntu:22.04\nRUN curl -L https://cmake.org/files/v3.26/cmake-3.26.5-linux-x86_64.tar.gz | tar xz\n",
            (3, 26),
        ),
        ("FROM ubuntu:22.04\nRUN wget -O - https://apt.kitware.com/keys/a.asc | gpg\n", (99, 0)),
        ("FROM ubuntu:26.04\nRUN apt-get install -y cmake\n", (4, 2)),
        ("FROM ubuntu:25.10\nRUN apt-get install -y cmake\n", None),
        ("FROM example.org/base:1\nRUN apt-get install -y cmake\n", None),
        ("FROM ubuntu:24.04\nRUN conda install -y cmake\n", None),
        ("FROM ubuntu:24.04 AS a\nRUN apt-get install -y cmake\nFROM a\n", (3, 28)),
    ],
)
def test_a_stage_has_a_cmake(head: str, version: tuple[int, int] | None) -> None:
    facts = project({"Dockerfile": head + _TREE})
    command = next(each for each in facts.commands if each.program == "cmake")
    assert command.stage is not None
    assert cmake_version(facts, command.stage, command) == version


@each_case(
    ("text", "version"),
    [
        ("FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\n", "12.4"),
        ("FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\n", None),
        ("FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nRUN apt-get install -y cuda-toolkit-12-6\n", "12.6"),
        ("FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get install -y cuda-toolkit-12-6\n", None),
        ("FROM ubuntu:22.04\nRUN apt-get install -y cuda-nvcc-12-9 cuda-cudart-dev-12-9\n", "12.9"),
        ("FROM ubuntu:22.04\nRUN apt-get install -y cuda-toolkit\n", None),
        ("FROM ubuntu:22.04\nRUN sh cuda_12.8.1_570.124.06_linux.run --silent\n", "12.8"),
        ("ARG V\nFROM nvidia/cuda:${V}-devel-ubuntu22.04\n", None),
    ],
)
def test_a_stage_has_a_toolkit(text: str, version: str | None) -> None:
    facts = project({"Dockerfile": text})
    found = toolkit(facts, facts.stages[-1])
    assert (str(found.version) if found is not None else None) == version


def test_the_last_stage_ships_and_a_leaf_that_says_what_it_starts() -> None:
    facts = project(
        {
            "Dockerfile": "FROM a AS build\nRUN make\nCMD x\nFROM b AS test\nCOPY --from=build /x /x\n"
            'FROM b AS base\nENTRYPOINT ["/x"]\nFROM base AS server\nFROM base AS client\n'
        }
    )
    assert [stage.name for stage in facts.stages if ships(facts, stage)] == ["server", "client"]


_CRATE = "[dependencies]\nwhisper-rs = {0}\n"


@pytest.mark.parametrize(
    ("manifest", "line", "builds"),
    [
        (_CRATE.format('{ version = "0.16", features = ["cuda"] }'), "cargo build --release", True),
        (_CRATE.format('{ version = "0.16", features = ["cuda"], optional = true }'), "cargo build", False),
        (_CRATE.format('"0.16"') + '[features]\ndefault = ["gpu"]\ngpu = ["whisper-rs/cuda"]\n', "cargo build", True),
        (_CRATE.format('"0.16"') + '[features]\ngpu = ["whisper-rs/cuda"]\n', "cargo build", False),
        (_CRATE.format('{ version = "0.16", features = ["cuda"] }'), "cargo build --no-default-features", True),
        (_CRATE.format('{ version = "0.16", features = ["cuda"] }'), "cargo check", False),
    ],
)
def test_a_manifest_switches_cuda_on(manifest: str, line: str, builds: bool) -> None:
    image = f"FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nRUN {line}\nFROM rust:1.88\nRUN {line}\n"
    facts = project({"Cargo.toml": manifest, "Dockerfile": image})
    commands = [each for each in facts.commands if each.program == "cargo"]
    assert [builds_cuda(facts, each) for each in commands] == [builds, False], "the second has no compiler for it"


def test_every_image_of_the_table_is_offered_and_none_before_the_distribution() -> None:
    for row in IMAGES:
        assert all(offered(row.release, distro) for distro in row.distros)
    assert offered(ToolkitVersion(12, 4), "ubuntu24.04") is False
    assert offered(ToolkitVersion(13, 2), "ubuntu20.04") is False
    assert offered(ToolkitVersion(12, 4), "debian12") is False
    assert offered(ToolkitVersion(11, 8), "ubuntu18.04") is None, "an image that may have been deleted"
    assert offered(ToolkitVersion(14, 0), "ubuntu26.04") is None
    assert offered(ToolkitVersion(11, 4), "ubuntu20.04") is None


@pytest.mark.parametrize(
    ("cuda", "word"),
    [("11.8", "cudnn8"), ("12.2", "cudnn8"), ("12.3", "cudnn9"), ("12.4", "cudnn"), ("13.0", "cudnn"), ("11.4", None)],
)
def test_the_tags_name_cudnn(cuda: str, word: str | None) -> None:
    assert cudnn_word(ToolkitVersion.parse(cuda)) == word


def test_what_a_release_warns_of_the_next_major_one_does_not_build() -> None:
    warned = 0
    for row in RELEASES:
        for arch in row.targets:
            said = deprecation(row.version, int(arch.rstrip("af")))
            if said is not None:
                warned += 1
                assert all(arch not in later.targets for later in RELEASES if later.version >= said.gone)
    assert warned
    assert any(row.certainty is Certainty.PUBLISHED for row in IMAGES)
