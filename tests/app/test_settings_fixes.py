"""Image builds that give no list: the fix writes what `generate` says where the build reads it, and lint is silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.run import inside

_BASE = "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nRUN apt-get update && apt-get install -y git cmake g++ curl\n"
_CRATE = '[package]\nname = "a"\n\n[dependencies]\nwhisper-rs = {{ version = "{}", features = ["cuda"] }}\n'
_CLONE = "git clone --branch v1.8.0 https://github.com/ggml-org/whisper.cpp && cd whisper.cpp"
GPUS = ("--gpu", "RTX 5070 Ti", "--gpu", "8.6")


@pytest.mark.parametrize(
    ("version", "run", "written"),
    [
        (
            "0.14",
            "RUN . ~/.cargo/env && cargo build --release",
            'ENV CMAKE_CUDA_ARCHITECTURES="86-real;120"\nRUN . ~/.cargo/env',
        ),
        ("0.16.0", 'RUN bash -c "cargo build -r"', 'ENV GGML_NATIVE="OFF"\nRUN bash -c "cargo build -r"'),
        (
            None,
            f"RUN {_CLONE} && cmake -B build -DGGML_CUDA=ON && cmake --build build",
            'cmake "-DCMAKE_CUDA_ARCHITECTURES=86-real;120" -DGGML_NATIVE=OFF -B build -DGGML_CUDA=ON',
        ),
        (
            None,
            f"RUN {_CLONE} && cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF && cmake --build build",
            'cmake "-DCMAKE_CUDA_ARCHITECTURES=86-real;120" -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF',
        ),
        (
            None,
            'RUN CMAKE_ARGS="-DGGML_CUDA=on" pip install llama-cpp-python==0.3.9',
            'CMAKE_ARGS="-DCMAKE_CUDA_ARCHITECTURES=86-real;120 -DGGML_NATIVE=OFF -DGGML_CUDA=on" pip install',
        ),
    ],
)
def test_the_list_is_written_where_the_build_reads_it(
    tmp_path: Path, version: str | None, run: str, written: str
) -> None:
    if version is not None:
        (tmp_path / "Cargo.toml").write_text(_CRATE.format(version))
    (tmp_path / "Dockerfile").write_text(f"{_BASE}COPY . /src\nWORKDIR /src\n{run}\n")
    assert inside("lint", tmp_path, *GPUS).code == 1 or "warning[target-missing]" in inside("lint", tmp_path, *GPUS).out
    ran = inside("lint", tmp_path, *GPUS, "--fix", "--unsafe-fixes")
    assert ran.code == 0
    assert written in (tmp_path / "Dockerfile").read_text()
    again = inside("lint", tmp_path, *GPUS, "--format", "json")
    assert [each["id"] for each in again.json["findings"]] == []


def test_a_text_in_quotes_that_another_shell_gets_is_left_as_it_is(tmp_path: Path) -> None:
    text = f'{_BASE}RUN bash -c "{_CLONE} && cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF"\n'
    (tmp_path / "Dockerfile").write_text(text)
    ran = inside("lint", tmp_path, *GPUS, "--fix", "--unsafe-fixes")
    assert "target-missing" in ran.out
    assert (tmp_path / "Dockerfile").read_text() == text


def test_a_list_under_a_name_that_nothing_reads_gets_its_right_name_and_no_second_one(tmp_path: Path) -> None:
    (tmp_path / "Cargo.toml").write_text(_CRATE.format("0.14.3"))
    (tmp_path / "Dockerfile").write_text(f'{_BASE}ENV CUDA_ARCH_LIST="120;80;86;89"\nRUN cargo build --release\n')
    ran = inside("lint", tmp_path, "--gpu", "RTX 5070 Ti", "--fix", "--unsafe-fixes")
    assert ran.code == 0
    lines = (tmp_path / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("ENV")] == [
        'ENV CMAKE_CUDA_ARCHITECTURES="80-real;86-real;89-real;120"'
    ]


def test_the_command_is_marked_and_not_the_option_that_hands_it_on(tmp_path: Path) -> None:
    (tmp_path / "Cargo.toml").write_text(_CRATE.format("0.14"))
    (tmp_path / "Dockerfile").write_text(f'{_BASE}COPY . .\nRUN bash -c "cargo build -r"\n')
    line, mark = inside("lint", tmp_path, *GPUS).out.splitlines()[1:3]
    at = line.index("cargo")
    assert mark[at : at + 15].rstrip() == "^" * len("cargo build -r")
    assert mark[:at].strip() == "|"
