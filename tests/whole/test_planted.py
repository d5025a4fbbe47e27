"""Nothing that lies in the folder where somebody works is run or imported: each planted file leaves a mark if it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import toolchain
from tests.helpers.every_command import commands
from tests.helpers.run import EXAMPLE

SCRIPT = Path(sys.executable).with_name("cudacompat")
MODULES = ("pip", "venv", "site", "sitecustomize", "usercustomize", "json", "typing", "pynvml", "typer", "runpy")
PROGRAMS = (
    "nvcc",
    "nvidia-smi",
    "cmake",
    "ptxas",
    "git",
    "gcc",
    "g++",
    "ninja",
    "cargo",
    "python3",
    "podman",
    "ccache",
    *("pip", "python", "docker", "buildah", "ninja", "make", "uv", "conda", "docker-credential-planted"),
    *("lspci", "ldconfig", "ld", "cuobjdump", "nvdisasm", "zstd", "tar", "unshare", "sh", "bash"),
)
BASE = (Path(sys.base_prefix) / "bin", Path("/usr/bin"), Path("/bin"))
COMMANDS = (
    ("doctor", "--gpu", "8.6"),
    ("doctor", "lib.so"),
    ("inspect", "lib.so"),
    ("check", "lib.so", "--gpu", "native"),
    ("check", ".", "--gpu", "8.6"),
    ("check", "lz4==4.4.5", "--gpu", "8.6"),
    ("inspect", "lz4"),
    ("inspect", "https://localhost:1/lz4-4.4.5-py3-none-any.whl"),
    ("check", "oci://localhost:1/image:1", "--gpu", "8.6"),
    ("check", "requirements.txt", "--gpu", "8.6"),
    ("check", "-", "--gpu", "8.6"),
    ("doctor", "--python", ".", "--gpu", "8.6"),
    ("diff", "lib.so", "lib.so"),
    ("diff", "lz4==4.4.5", "lz4==4.4.4"),
    ("generate", "whisper.cpp", "--gpu", "8.6"),
    *(
        ("generate", "whisper.cpp", "--gpu", "8.6", "--as", kind, "-o", "made")
        for kind in ("dockerfile", "cmake", "presets", "env", "compose", "podman", "devcontainer", "github", "gitlab")
    ),
    ("generate", "whisper-rs", "--gpu", "8.6", "--as", "cargo", "-o", "made"),
    ("generate", "nvcc", "--gpu", "native", "--as", "nvcc"),
    ("generate", "torch-extension", "--add", "8.6", "--diff"),
    ("rebuild", "cmake", ".", "--gpu", "8.6", "--dry-run"),
    ("rebuild", "cmake", ".", "--gpu", "8.6", "--in", "podman", "--cuda", "12.8", "--dry-run"),
    ("rebuild", "torch-extension", ".", "--gpu", "8.6", "--dry-run"),
    ("lint",),
    ("verify", "--gpu", "native", "--", "/bin/true"),
    ("bench", "--", "/bin/true"),
    ("explain", "build.log"),
    ("explain", "--", "/bin/true"),
    ("explain", "no-runnable-code"),
    ("gpus",),
    ("toolkits",),
    ("wheels", "torch", "--gpu", "8.6"),
    ("wheels", "lz4==4.4.5", "--fetch", "--gpu", "8.6"),
    ("survey", "requirements.txt", "--out", "rows.jsonl", "--resume", "--jobs", "2"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a file of every name that somebody could start or import by mistake."""
    place = tmp_path_factory.mktemp("planted")
    mark = f"open({str(place)!r} + '/RAN-' + {{name!r}}, 'w').close()\n"
    for name in MODULES:
        (place / f"{name}.py").write_text(mark.format(name=f"{name}.py"))
    (place / "planted.pth").write_text("import os; " + mark.format(name="planted.pth"))
    (place / "cudacompat.pth").write_text("import os; " + mark.format(name="cudacompat.pth"))
    for name in PROGRAMS:
        (place / name).write_text(f"#!/bin/sh\n: > '{place}/RAN-{name}'\n")
        (place / name).chmod(0o755)
    (place / "pip.conf").write_text("[global]\nno-index = true\n")
    (place / "lib.so").write_bytes(EXAMPLE.read_bytes())
    (place / "requirements.txt").write_text("torch==2.5.1\n")
    (place / "pyvenv.cfg").write_text("home = .\nversion = 3.11.2\n")
    (place / "config.json").write_text('{"credsStore": "planted", "credHelpers": {"localhost:1": "planted"}}')
    (place / "build.log").write_text("nvcc fatal   : Unsupported gpu architecture 'compute_120'\n")
    (place / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.24)\nproject(p LANGUAGES CXX CUDA)\n")
    (place / "setup.py").write_text("from torch.utils.cpp_extension import CUDAExtension\n" + mark.format(name="setup"))
    return place


def ran(folder: Path, command: list[str], **variables: str) -> tuple[list[str], str]:
    """The marks that a command left, and what it printed."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "CUDA", "NVCC"))}
    environment = {**clean, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/nonexistent", **variables}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=180, env=environment, stdin=subprocess.DEVNULL
    )
    marks = sorted(path.name for path in folder.glob("RAN-*"))
    for name in marks:
        (folder / name).unlink()
    assert "Traceback" not in done.stderr, done.stderr
    return marks, done.stdout + done.stderr


def test_every_command_is_here() -> None:
    assert set(commands()) == {command[0] for command in COMMANDS}


def starts() -> dict[str, list[str]]:
    """The ways to start it."""
    return {"script": [str(SCRIPT)], "module": [sys.executable, "-m", "cudacompat"]}


@pytest.mark.skipif(sys.platform == "win32", reason="the planted programs are shell scripts")
@pytest.mark.parametrize("start", list(starts()))
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_planted_runs(folder: Path, command: tuple[str, ...], start: str) -> None:
    path = os.pathsep.join(["", ".", *map(str, (Path(sys.executable).parent, *BASE))])
    more = {"PATH": path, "LD_LIBRARY_PATH": "/usr/local/cuda/lib64:", "DOCKER_CONFIG": str(folder)}
    marks, said = ran(folder, [*starts()[start], *command], **more)
    assert marks == [], said


def test_the_plants_leave_their_marks(folder: Path) -> None:
    """What the test above would see: each plant is one that works."""
    assert ran(folder, ["./nvcc"])[0] == ["RAN-nvcc"]
    for name in MODULES:
        assert ran(folder, [sys.executable, "-S", f"{name}.py"])[0] == [f"RAN-{name}.py"]
    assert ran(folder, [sys.executable, "-m", "pip", "--version"])[0] == ["RAN-pip.py"]


@pytest.mark.skipif(sys.platform != "linux", reason="LD_LIBRARY_PATH is the Linux loader's")
def test_no_library_of_the_folder_is_loaded(folder: Path, tmp_path: Path) -> None:
    """A trailing colon in LD_LIBRARY_PATH, as many shell profiles have it, means the current folder."""
    source = tmp_path / "mark.c"
    source.write_text(
        "#include <stdio.h>\n__attribute__((constructor)) static void mark(void)"
        f' {{ FILE *f = fopen("{folder}/RAN-library", "w"); if (f) fclose(f); }}\n'
    )
    libraries = [folder / name for name in ("libnvidia-ml.so.1", "libcuda.so.1")]
    for library in libraries:
        subprocess.run(
            [toolchain.require_host_compiler(), "-xc", "-shared", "-fPIC", "-o", library, source], check=True
        )
    try:
        load = f"import ctypes; ctypes.CDLL({libraries[0].name!r})"
        assert ran(folder, [sys.executable, "-c", load], LD_LIBRARY_PATH="/x:")[0] == ["RAN-library"]
        for command in (["doctor"], ["check", "lib.so", "--gpu", "native"], ["verify", "--", "/bin/true"]):
            marks, said = ran(folder, [str(SCRIPT), *command], LD_LIBRARY_PATH="/x:")
            assert marks == [], said
    finally:
        for library in libraries:
            library.unlink()
