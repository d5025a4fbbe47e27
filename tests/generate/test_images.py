"""What images are built with and run as: the CPU half, the home, PyTorch beside its extension, make's results."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cudacompat.app.generate import GenerateRequest, generate
from cudacompat.domain.words.errors import UsageError


def text_of(engine: str, output: str = "dockerfile", version: str | None = None) -> str:
    return generate(engine, GenerateRequest(specs=("8.6",), output=output, engine_version=version)).files[0].text


@pytest.mark.parametrize(
    ("engine", "version", "there"),
    [
        ("whisper.cpp", None, True),
        ("whisper.cpp", "1.7.6", True),
        ("whisper.cpp", "1.7.5", False),  # its programs load no backend: there would be no CPU half at all
        ("llama.cpp", None, True),
        ("llama.cpp", "b7574", False),
        ("ggml", None, False),
        ("cmake", None, False),
    ],
)
def test_an_image_has_the_cpu_half_for_each_generation(engine: str, version: str | None, there: bool) -> None:
    text = text_of(engine, version=version)
    assert ("-DGGML_BACKEND_DL=ON" in text, "-DGGML_CPU_ALL_VARIANTS=ON" in text) == (there, there)
    assert "-DGGML_NATIVE=OFF" in text or engine == "cmake"
    assert "GGML_BACKEND_DL" not in text_of(engine, "cmake", version), "a build of this machine is for this machine"


@pytest.mark.parametrize("engine", ["whisper.cpp", "cupy", "whisper-rs", "nvcc"])
def test_the_user_of_an_image_has_a_home(engine: str) -> None:
    """A user without one has HOME=/, where CuPy's first kernel ends with "permission denied"."""
    text = text_of(engine)
    made = text.index("useradd --no-log-init --uid 10001 --gid 10001 --create-home app")
    assert made < text.index("\nUSER 10001:10001")


@pytest.mark.parametrize(("engine", "there"), [("torch-extension", True), ("flash-attention", True), ("cupy", False)])
def test_an_extension_is_installed_with_its_pytorch(engine: str, there: bool) -> None:
    last = text_of(engine).rpartition("\nFROM ")[2]
    assert (re.search(r"\n +torch /opt/wheels/\*\.whl", last) is not None) == there


_INSTALLS = "install: tool\n\tinstall -D tool $(DESTDIR)/usr/local/bin/tool\n"
_ELSEWHERE = "install: tool\n\tinstall -D tool {elsewhere}/tool\n"


@pytest.mark.parametrize("install", ["", _INSTALLS, _ELSEWHERE], ids=["none", "destdir", "without destdir"])
@pytest.mark.parametrize("clean", ["", "clean:\n\trm -f tool libx.so\n"], ids=["no clean", "clean"])
def test_what_make_builds_is_taken(tmp_path: Path, install: str, clean: str) -> None:
    """With make itself: what is older than the build is made anew, and ends where PATH looks."""
    tree, out = tmp_path / "tree", tmp_path / "out"
    tree.mkdir()
    out.mkdir()
    rules = "all: tool libx.so\ntool:\n\techo new > tool\n\tchmod +x tool\nlibx.so:\n\techo new > libx.so\n"
    (tree / "Makefile").write_text(rules + install.format(elsewhere=tmp_path / "elsewhere") + clean)
    for stale in ("tool", "libx.so"):
        (tree / stale).write_text("stale\n")
    (tree / "notes.so").write_text("not of this build\n")
    subprocess.run(["touch", "-d", "2001-01-01", tree / "notes.so"], check=True)
    step = re.search(r"&& (touch /tmp/before(?:.*\\\n)*.*)\n", text_of("nvcc"))
    assert step is not None
    script = "jobs=2\n" + step[1].replace("/tmp/before", str(tmp_path / "before")).replace("/out", str(out))
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (out / "bin/tool").read_text() == "new\n"
    if install != _INSTALLS:
        assert sorted(path.name for path in (out / "lib").iterdir()) == ["libx.so"]
        assert (out / "lib/libx.so").read_text() == "new\n"


def _run_of(engine: str, folder: Path, begins: str, ends: str) -> str:
    """The lines of a Dockerfile from one that begins so to one that ends so, with this folder in /'s place."""
    step = re.search(rf"&& ({re.escape(begins)}(?:.*\\\n)*?.*{re.escape(ends)})", text_of(engine))
    assert step is not None
    return step[1].replace("/tmp/", f"{folder}/").replace("/out", f"{folder}/out")


def _bash(script: str, tree: Path, **environment: str) -> None:
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(
        command, cwd=tree, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", **environment}
    )
    assert done.returncode == 0, done.stdout + done.stderr


_PROGRAM = b"\x7fELF .nv_fatbin"
_INSTALLED = {"include/json.hpp": b"// brought along"}


@pytest.mark.parametrize(
    ("installed", "made", "taken"),
    [
        ({}, {"build/tool": _PROGRAM, "build/libx.so": _PROGRAM}, ["bin/tool", "lib/libx.so"]),
        (_INSTALLED, {"bin/tool": _PROGRAM}, ["bin/tool", "include/json.hpp"]),
        ({"bin/tool": _PROGRAM}, {"build/test": _PROGRAM}, ["bin/tool"]),
        ({}, {"build/tool": b"\x7fELF", "build/k.fatbin": b"code"}, ["bin/tool", "lib/k.fatbin"]),
        ({"lib/k.ptx": b"code"}, {"build/tool": b"\x7fELF"}, ["lib/k.ptx"]),
        ({}, {"build/libx.a": b"!<arch>"}, ["lib/libx.a"]),
        ({}, {"build/libx.a": b"!<arch>", "build/tool": _PROGRAM}, ["bin/tool"]),
        ({}, {"build/CMakeFiles/a.out": _PROGRAM, "build/run.sh": b"#!/bin/sh", "build/t": _PROGRAM}, ["bin/t"]),
    ],
)
def test_what_cmake_builds_and_does_not_install_is_taken(
    tmp_path: Path, installed: dict[str, bytes], made: dict[str, bytes], taken: list[str]
) -> None:
    tree, out = tmp_path / "tree", tmp_path / "out"
    for place, files in ((out, installed), (tree, {"old": _PROGRAM}), (tree, made)):
        for name, data in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
            (place / name).chmod(0o755)
    for name, day in (("tree/old", "2001-01-01"), ("before", "2002-01-01")):
        subprocess.run(["touch", "-d", day, tmp_path / name], check=True)
    out.mkdir(exist_ok=True)
    _bash(_run_of("cmake", tmp_path, "mkdir -p /out", "-exec cp -t /out/lib {} +; fi\n\n"), tree)
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()) == taken


def test_an_engine_that_installs_its_libraries_gets_no_more() -> None:
    assert "/tmp/before" not in text_of("whisper.cpp")


def test_cargos_kept_folder_takes_no_older_source_for_a_built_one(tmp_path: Path) -> None:
    """Another project, or an older state, whose files are older than the build that the cache mount keeps."""
    tree, kept = tmp_path / "tree", tmp_path / "kept"
    (kept / "release/deps").mkdir(parents=True)
    for name in ("release/of-another", "release/deps/of-another"):
        (kept / name).write_text("linked before\n")
    tree.mkdir()
    prepare = _run_of("cargo-cc", tmp_path, 'mkdir -p "$CARGO_TARGET_DIR"', "-type f -delete")
    done = _run_of("cargo-cc", tmp_path, "cp /tmp/sources", 'sources.sha256"')

    def build(built: bool = True, **texts: str) -> set[str]:
        for name, text in texts.items():
            (tree / name).write_text(text)
        for path in tree.iterdir():
            os.utime(path, (0, 0))
        _bash(prepare, tree, CARGO_TARGET_DIR=str(kept))
        if built:
            _bash(done, tree, CARGO_TARGET_DIR=str(kept))
        return {path.name for path in tree.iterdir() if path.stat().st_mtime > 0}

    assert build(a="1", b="1") == {"a", "b"}
    assert [path.name for path in kept.rglob("*") if path.name == "of-another"] == ["of-another"]
    assert build() == set()
    assert build(b="2") == {"b"}
    assert build(built=False, a="2") == {"a"}
    assert build(a="1") == {"a", "b"}, "what a build that failed made of a is newer than a"


def test_a_build_script_runs_again_for_what_changed_below_it(tmp_path: Path) -> None:
    """One that names nothing but itself to cargo, as most do, whatever C++ it compiles."""
    tree, kept = tmp_path / "tree", tmp_path / "kept"
    prepare = _run_of("cargo-cc", tmp_path, 'mkdir -p "$CARGO_TARGET_DIR"', "-type f -delete")
    done = _run_of("cargo-cc", tmp_path, "cp /tmp/sources", 'sources.sha256"')
    names = ("build.rs", "sys/build.rs", "sys/c/a b.cu", "sys/src/lib.rs", "other/build.rs", "Cargo.toml")
    for name in names:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("1")

    def touched(*changed: str) -> set[str]:
        for name in changed:
            (tree / name).write_text((tree / name).read_text() + "1")
        for name in names:
            os.utime(tree / name, (0, 0))
        _bash(prepare, tree, CARGO_TARGET_DIR=str(kept))
        _bash(done, tree, CARGO_TARGET_DIR=str(kept))
        return {name for name in names if (tree / name).stat().st_mtime > 0}

    assert touched() == set(names)
    assert touched("sys/c/a b.cu") == {"sys/c/a b.cu", "sys/build.rs", "build.rs"}
    assert touched("sys/src/lib.rs", "Cargo.toml") == {"sys/src/lib.rs", "Cargo.toml"}
    assert touched() == set()


@pytest.mark.parametrize(("version", "there"), [("1.9.0", False), ("1.10.0", True), (None, True)])
def test_an_option_is_given_to_the_versions_that_have_it(version: str | None, there: bool) -> None:
    assert ("-DFAISS_ENABLE_EXTRAS=OFF" in text_of("faiss", version=version)) == there
    assert "-DFAISS_ENABLE_PYTHON=OFF" in text_of("faiss", version=version)


@pytest.mark.parametrize(("version", "there"), [("2.24.0", False), ("4.6.2", True), ("4.6.3", False), (None, False)])
def test_versions_that_need_cudnn_are_built_and_run_with_it(version: str | None, there: bool) -> None:
    text = text_of("ctranslate2", version=version)
    images = re.findall(r"(?m)^FROM \S+:\$\{CUDA\}-(\S+)-ubuntu", text)
    assert images == (["cudnn-devel", "base", "cudnn-runtime"] if there else ["devel", "base", "runtime"])
    assert ("-DWITH_CUDNN=ON" in text) == there


@pytest.mark.parametrize("engine", ["torch-extension", "flash-attention"])
@pytest.mark.parametrize(
    ("gpus", "cuda", "version", "index"),
    [
        (("12.0",), "13.0", "2.14.1", "cu130"),
        (("12.0",), "12.8", "2.11.0", "cu128"),
        (("7.0", "12.0"), "12.8", "2.10.0", "cu128"),  # 2.11 leaves 7.0 out of its build for CUDA 12.8
    ],
)
def test_an_extension_is_built_with_a_pytorch_of_the_images_cuda_that_runs_on_the_gpus(
    engine: str, gpus: tuple[str, ...], cuda: str, version: str, index: str
) -> None:
    if engine == "flash-attention" and "7.0" in gpus:
        return  # its kernels begin with 8.0
    text = generate(engine, GenerateRequest(specs=gpus, output="dockerfile", cuda=cuda)).files[0].text
    assert f"pip install torch=={version} --index-url https://download.pytorch.org/whl/{index} " in text
    assert f"ARG CUDA={cuda}." in text


def test_the_newest_pytorch_that_runs_on_the_gpus_decides_the_cuda_release() -> None:
    text = text_of("torch-extension")
    assert "pip install torch==2.14.1 --index-url https://download.pytorch.org/whl/cu130 " in text
    assert "\nARG CUDA=13.0." in text
    volta = generate("torch-extension", GenerateRequest(specs=("7.0",), output="dockerfile")).files[0].text
    assert "whl/cu126 " in volta
    assert "\nARG CUDA=12.6." in volta


@pytest.mark.parametrize("wanted", [{"specs": ("5.0", "12.0")}, {"specs": ("12.0",), "engine_version": "2.5"}])
def test_no_image_is_made_where_no_pytorch_runs_on_the_gpus(wanted: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"no published PyTorch .* is known that runs on|2\.5 has no setting"):
        generate("torch-extension", GenerateRequest(output="dockerfile", **wanted))
    plan = generate("torch-extension", GenerateRequest(specs=("5.0", "12.0"))).plans[0]
    assert any("this is for one that you build" in note for note in plan.notes)
