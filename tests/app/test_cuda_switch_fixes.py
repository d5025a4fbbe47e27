"""Images for CUDA that build an engine without it: the fix switches CUDA on where the build reads it, after which
`cpu-only-build` is silent. `doctor` has it in the plan, or says what is to be done by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.domain.builds.engine import BuildSystem
from cudacompat.engines import ENGINES
from tests.helpers.run import inside

_BASE = (
    "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nRUN apt-get update && apt-get install -y git cmake g++ python3-pip\n"
)
_CRATE = '[package]\nname = "a"\nversion = "0.1.0"\n\n[dependencies]\n{0}\n'
_BUILD = "COPY . /app\nWORKDIR /app\nRUN cargo build --release"
GPU = ("--gpu", "RTX 5070 Ti")


def _clone(repository: str, *, tag: str = "", build: str = "cmake -B build && cmake --build build") -> str:
    branch = f" --branch {tag}" if tag else ""
    return f"RUN git clone{branch} https://github.com/{repository} /src && cd /src && {build}"


# engine, what is added or changed, the lines of the Dockerfile, the manifest of cargo
_FIXED = [
    ("whisper.cpp", "cmake -DGGML_CUDA=ON -DGGML_NATIVE=OFF -B", _clone("ggml-org/whisper.cpp", tag="v1.9.3"), ""),
    ("whisper.cpp", "-DWHISPER_CUDA=ON -B", _clone("ggml-org/whisper.cpp", tag="v1.6.2"), ""),
    (
        "whisper.cpp",
        "-DGGML_CUDA=ON",
        _clone("ggml-org/whisper.cpp", tag="v1.9.3", build="cmake -B b -DGGML_CUDA=OFF"),
        "",
    ),
    (
        "whisper.cpp",
        "-D 'GGML_CUDA:BOOL=ON'",
        _clone("ggml-org/whisper.cpp", tag="v1.9.3", build="cmake -B b -D 'GGML_CUDA:BOOL=off'"),
        "",
    ),
    (
        "whisper.cpp",
        'ENV CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_CUDA=ON"',
        _clone("ggml-org/whisper.cpp", tag="v1.9.3", build="make -j4"),
        "",
    ),
    (
        "whisper.cpp",
        "make GGML_CUDA=1 CUDA_DOCKER_ARCH=all -j4",
        _clone("ggml-org/whisper.cpp", tag="v1.7.1", build="make -j4"),
        "",
    ),
    ("llama.cpp", "cmake -DGGML_CUDA=ON", _clone("ggml-org/llama.cpp"), ""),
    ("ik_llama.cpp", "cmake -DGGML_CUDA=ON", _clone("ikawrakow/ik_llama.cpp"), ""),
    ("ggml", "cmake -DGGML_CUDA=ON", _clone("ggml-org/ggml"), ""),
    ("stable-diffusion.cpp", "cmake -DSD_CUDA=ON", _clone("leejet/stable-diffusion.cpp"), ""),
    ("ctranslate2", "-DWITH_CUDA=ON -B", _clone("OpenNMT/CTranslate2"), ""),
    ("bitsandbytes", "cmake -DCOMPUTE_BACKEND=cuda", _clone("bitsandbytes-foundation/bitsandbytes"), ""),
    (
        "bitsandbytes",
        'ENV CMAKE_ARGS="-DCOMPUTE_BACKEND=cuda"',
        _clone("bitsandbytes-foundation/bitsandbytes", build="pip install ."),
        "",
    ),
    ("onnxruntime", "cmake -Donnxruntime_USE_CUDA=ON", _clone("microsoft/onnxruntime", build="cmake -B b cmake"), ""),
    (
        "faiss",
        "-DFAISS_ENABLE_GPU=ON",
        _clone("facebookresearch/faiss", build="cmake -B b -DFAISS_ENABLE_GPU=OFF ."),
        "",
    ),
    ("koboldcpp", "-DLLAMA_CUBLAS=ON", _clone("LostRuins/koboldcpp", build="cmake -B b -DLLAMA_CUBLAS=OFF ."), ""),
    (
        "llama-cpp-python",
        'ENV CMAKE_ARGS="-DGGML_CUDA=ON -DGGML_NATIVE=OFF"',
        "RUN pip install llama-cpp-python==0.3.16",
        "",
    ),
    (
        "llama-cpp-python",
        "CMAKE_ARGS='-DGGML_CUDA=ON -DGGML_NATIVE=OFF' pip",
        "RUN CMAKE_ARGS='-DGGML_NATIVE=OFF' pip install llama-cpp-python==0.3.16",
        "",
    ),
    (
        "llama-cpp-python",
        '"-DGGML_NATIVE=OFF -DGGML_CUDA=ON"',
        'ENV CMAKE_ARGS="-DGGML_CUDA=OFF"\nRUN pip install llama-cpp-python==0.3.16',
        "",
    ),
    ("pywhispercpp", 'ENV GGML_CUDA="1"', "RUN pip install git+https://github.com/absadiki/pywhispercpp", ""),
    (
        "pywhispercpp",
        "--no-binary pywhispercpp pywhispercpp==1.4.0",
        'ENV GGML_CUDA="1"\nRUN pip install pywhispercpp==1.4.0',
        "",
    ),
    (
        "pywhispercpp",
        'ENV CMAKE_ARGS="-DWHISPER_CUBLAS=ON"\nRUN pip install --no-binary pywhispercpp pywhispercpp==1.2.0',
        "RUN pip install pywhispercpp==1.2.0",
        "",
    ),
    ("whisper-rs", "cargo build --features whisper-rs/cuda --release", _BUILD, _CRATE.format('whisper-rs = "0.14.3"')),
    (
        "whisper-rs",
        "cargo build --features gpu --release",
        _BUILD,
        _CRATE.format('whisper-rs = "0.14.3"\n\n[features]\ngpu = ["whisper-rs/cuda"]'),
    ),
    ("llama-cpp-rs", "--features llama-cpp-2/cuda", _BUILD, _CRATE.format('llama-cpp-2 = "0.1.154"')),
]


def _findings(folder: Path) -> list[str]:
    return [each["id"] for each in inside("lint", folder, *GPU, "--format", "json").json["findings"]]


@pytest.mark.parametrize(("engine", "written", "lines", "manifest"), _FIXED)
def test_the_fix_switches_cuda_on_where_the_build_reads_it(
    tmp_path: Path, engine: str, written: str, lines: str, manifest: str
) -> None:
    if manifest:
        (tmp_path / "Cargo.toml").write_text(manifest)
    file = tmp_path / "Dockerfile"
    file.write_text(f"{_BASE}{lines}\n")
    assert "cpu-only-build" in _findings(tmp_path)
    assert engine in inside("lint", tmp_path, *GPU).out
    assert inside("lint", tmp_path, *GPU, "--fix").code == 1, "it decides something, so it is not a safe one"
    assert file.read_text() == f"{_BASE}{lines}\n"
    assert inside("lint", tmp_path, *GPU, "--fix", "--unsafe-fixes").code == 0
    assert written in file.read_text()
    assert _findings(tmp_path) == []


def test_every_engine_with_a_switch_has_a_row() -> None:
    switched = {
        each.name
        for each in ENGINES
        if any(not (s.named or s.often_off) for s in each.switches)
        or (each.gpu_features and each.system is BuildSystem.CARGO)
    }
    assert {name for name, *_ in _FIXED} == switched


def test_the_value_of_a_build_argument_is_left_to_who_gives_it(tmp_path: Path) -> None:
    text = f"{_BASE}ENV USE_IT=OFF\n{_clone('ggml-org/whisper.cpp', tag='v1.9.3', build='cmake -B b')}"
    (tmp_path / "Dockerfile").write_text(f"{text} -DGGML_CUDA=$USE_IT\n")
    inside("lint", tmp_path, *GPU, "--fix", "--unsafe-fixes")
    assert "ENV USE_IT=OFF" in (tmp_path / "Dockerfile").read_text()


def test_a_build_in_another_folder_of_several_packages_gets_no_options(tmp_path: Path) -> None:
    (tmp_path / "Cargo.toml").write_text('[workspace]\nmembers = ["a"]\n')
    (tmp_path / "a").mkdir()
    (tmp_path / "a/Cargo.toml").write_text(
        _CRATE.format('whisper-rs = "0.14.3"\n\n[features]\ncuda = ["whisper-rs/cuda"]')
    )
    text = f"{_BASE}COPY . /app\nRUN cd /app/a && cargo build --release\n"
    (tmp_path / "Dockerfile").write_text(text)
    assert "cpu-only-build" in _findings(tmp_path)
    assert inside("lint", tmp_path, *GPU, "--fix", "--unsafe-fixes").code == 1
    assert (tmp_path / "Dockerfile").read_text() == text


class TestThePlan:
    """What `doctor` makes of it."""

    def _plan(self, folder: Path) -> list[dict[str, str]]:
        return list(inside("doctor", folder, *GPU, "--format", "json").json["plan"])

    def test_the_plan_has_the_command_that_mends_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "Dockerfile").write_text(f"{_BASE}{_clone('ggml-org/whisper.cpp', tag='v1.9.3')}\n")
        mend, build, check = self._plan(tmp_path)
        assert mend["command"].endswith("--fix --unsafe-fixes")
        assert build["command"].startswith("docker build")
        assert check["command"].startswith("docker save")

    def test_what_no_fix_cures_is_quoted_in_the_plan(self, tmp_path: Path) -> None:
        clone = _clone("ggml-org/llama.cpp", build="make")
        (tmp_path / "Dockerfile").write_text(f"{_BASE}{clone}\n")
        hand, build, _ = self._plan(tmp_path)
        assert "Dockerfile:3" in hand["why"]
        assert "build with cmake and -DGGML_CUDA=ON in place of make" in hand["why"]
        assert hand["command"].startswith("cudacompat lint")
        assert "--fix" not in hand["command"]
        assert build["command"].startswith("docker build")
