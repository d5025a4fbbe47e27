"""The real tools that tests measure against, found or skipped with the reason.

`require_…()` returns a tool or skips the test; with CUDACOMPAT_REQUIRE_TOOLS=1, as in CI, it fails the test
instead. All but the host compiler come with the `test` extra. Other ptxas releases are looked for under
`.toolchain/` of the checkout and, where the package index can be reached, put there once.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.words.versions import ToolkitVersion
from tests.helpers.marks import TOOLS, is_listed
from tests.helpers.shared_build import locked

ROOT = Path(__file__).resolve().parents[2]
TOOLCHAIN = ROOT / ".toolchain"


def _pinned() -> ToolkitVersion:
    """The CUDA release of the nvcc that the test extra asks for."""
    pin = re.search(r"cuda-toolkit\[nvcc\]==(\d+\.\d+)\.", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert pin is not None, "pyproject.toml pins no cuda-toolkit[nvcc]"
    return ToolkitVersion.parse(pin[1])


NVCC_RELEASE = str(_pinned())
NVCC_ISA = next(str(row.ptx_isa) for row in RELEASES if row.version == _pinned())

# What the package index calls the compilers that the test extra does not bring.
_ON_DEMAND = {
    "11.8": "nvidia-cuda-nvcc-cu11==11.8.89",
    "12.4": "nvidia-cuda-nvcc-cu12==12.4.131",
    "13.0": "nvidia-cuda-nvcc==13.0.88",
}


def takes_a_tool() -> None:
    """Fail a test that takes a tool and is not listed as one that does (the quick loop would run it)."""
    running = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    if running and not is_listed(TOOLS, running):
        pytest.fail(f"it takes a compiler or another program: name it in TOOLS of tests/helpers/marks.py ({running})")


def missing(what: str) -> NoReturn:
    """Skip the test for want of a tool, or fail it where tools are demanded."""
    if os.environ.get("CUDACOMPAT_REQUIRE_TOOLS") == "1":
        pytest.fail(f"CUDACOMPAT_REQUIRE_TOOLS=1, but {what}", pytrace=False)
    pytest.skip(what)


def run(*command: str | Path, cwd: Path | None = None, check: bool = True) -> str:
    """Run a tool and return what it printed; its errors end the test."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
    )
    if check and done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def require_host_compiler() -> Path:
    """g++, or another C++ compiler of the host."""
    takes_a_tool()
    found = shutil.which("g++") or shutil.which("c++")
    if found is None:
        missing("no C++ compiler on PATH")
    return Path(found)


def require_cmake() -> Path:
    """CMake, of the test extra or of the system."""
    takes_a_tool()
    beside = Path(sys.executable).with_name("cmake")
    found = str(beside) if beside.is_file() else shutil.which("cmake")
    if found is None:
        missing("no cmake")
    return Path(found)


def require_cargo() -> Path:
    """cargo, of the system or of rustup."""
    takes_a_tool()
    found = shutil.which("cargo")
    if found is None:
        missing("no cargo on PATH")
    return Path(found)


def require_program(name: str) -> Path:
    """A program of the system, by its name."""
    takes_a_tool()
    found = shutil.which(name)
    if found is None:
        missing(f"no {name} on PATH")
    return Path(found)


def optional_program(name: str) -> Path:
    """A program of the system that not every machine can have; without it the test skips, in CI, too."""
    takes_a_tool()
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} on PATH")
    return Path(found)


def require_nvcc() -> Path:
    """nvcc 13 of the test extra, with the host compiler that it needs."""
    require_host_compiler()
    return _require_cu13("nvcc")


def require_fatbinary() -> Path:
    """The fatbinary beside that nvcc."""
    return _require_cu13("fatbinary")


def require_cuobjdump() -> Path:
    """NVIDIA's own lister."""
    return _require_cu13("cuobjdump")


def require_ptxas(release: str) -> Path:
    """The ptxas of one CUDA release, such as "12.8"."""
    takes_a_tool()
    found = _ptxas_by_release().get(release)
    if found is None and release in _ON_DEMAND:
        found = _install_ptxas(release)
    if found is None:
        missing(f"no ptxas of CUDA {release}")
    return found


def require_nvrtc() -> ctypes.CDLL:
    """NVRTC 12.8."""
    return _require_library("libnvrtc.so.12")


def require_nvfatbin() -> ctypes.CDLL:
    """nvFatbin 12.8."""
    return _require_library("libnvfatbin.so.12")


def nvcc(folder: Path, source: str, *flags: str, out: str) -> Path:
    """Compile CUDA source in `folder` and return the path of the result."""
    tool = require_nvcc()
    (folder / "unit.cu").write_text(source)
    run(tool, *flags, "unit.cu", "-o", out, cwd=folder)
    return folder / out


def ptxas(folder: Path, release: str, text: str, target: str, *flags: str) -> bytes:
    """Return the cubin that one release's ptxas makes of a PTX text for `sm_<target>`."""
    tool = require_ptxas(release)
    (folder / "in.ptx").write_text(text)
    run(tool, f"-arch=sm_{target}", *flags, "in.ptx", "-o", "out.cubin", cwd=folder)
    return (folder / "out.cubin").read_bytes()


def fatbinary(folder: Path, *images: tuple[str, str, bytes], flags: Sequence[str] = ()) -> bytes:
    """Return what NVIDIA's fatbinary makes of images, each (kind, target, bytes), such as ("elf", "90a", …)."""
    tool = require_fatbinary()
    arguments = []
    for index, (kind, target, data) in enumerate(images):
        (folder / f"image{index}").write_bytes(data)
        arguments.append(f"--image3=kind={kind},sm={target},file=image{index}")
    run(tool, "-64", *flags, "--create=out.fatbin", *arguments, cwd=folder)
    return (folder / "out.fatbin").read_bytes()


def nvfatbin(images: Sequence[tuple[str, str, bytes]], options: Sequence[str] = ("-64",)) -> bytes:
    """Return what nvFatbin 12.8 makes of images, each (kind, target, bytes), kind being elf, ptx or reloc."""
    library = require_nvfatbin()
    handle = ctypes.c_void_p()
    given = (ctypes.c_char_p * len(options))(*(option.encode() for option in options))

    def call(name: str, *arguments: object) -> None:
        code = getattr(library, name)(*arguments)
        if code:
            raise AssertionError(f"{name} returned {code}")

    call("nvFatbinCreate", ctypes.byref(handle), given, ctypes.c_size_t(len(options)))
    try:
        for kind, target, data in images:
            arch, size = target.encode(), ctypes.c_size_t(len(data))
            if kind == "elf":
                call("nvFatbinAddCubin", handle, data, size, arch, b"id")
            elif kind == "ptx":
                call("nvFatbinAddPTX", handle, data, size, arch, b"id", b"")
            else:
                call("nvFatbinAddReloc", handle, data, size)
        size = ctypes.c_size_t()
        call("nvFatbinSize", handle, ctypes.byref(size))
        image = ctypes.create_string_buffer(size.value)
        call("nvFatbinGet", handle, image)
        return image.raw
    finally:
        library.nvFatbinDestroy(ctypes.byref(handle))


def nvrtc(source: str, *options: str, cubin: bool = True) -> bytes:
    """Return what NVRTC 12.8 makes of CUDA source: a cubin, or PTX text."""
    library = require_nvrtc()
    program = ctypes.c_void_p()
    code = library.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"unit.cu", 0, None, None)
    assert code == 0, f"nvrtcCreateProgram returned {code}"
    try:
        given = (ctypes.c_char_p * len(options))(*(option.encode() for option in options))
        code = library.nvrtcCompileProgram(program, len(options), given)
        assert code == 0, f"nvrtcCompileProgram returned {code}"
        what = "CUBIN" if cubin else "PTX"
        size = ctypes.c_size_t()
        getattr(library, f"nvrtcGet{what}Size")(program, ctypes.byref(size))
        image = ctypes.create_string_buffer(size.value)
        getattr(library, f"nvrtcGet{what}")(program, image)
        return image.raw
    finally:
        library.nvrtcDestroyProgram(ctypes.byref(program))


def ptx_text(isa: str, target: str, kernels: Sequence[str] = ("k1", "k2")) -> str:
    """A PTX text with these kernels, for `sm_<target>`."""
    body = "".join(f".visible .entry {name}(.param .u64 p)\n{{\n\tret;\n}}\n" for name in kernels)
    return f"//\n// made for a test\n//\n\n.version {isa}\n.target sm_{target}\n.address_size 64\n\n{body}"


def _nvidia_folders() -> Iterator[Path]:
    spec = importlib.util.find_spec("nvidia")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(place)


def _require_cu13(name: str) -> Path:
    takes_a_tool()
    for folder in _nvidia_folders():
        tool = folder / "cu13/bin" / name
        if tool.is_file():
            return tool
    missing(f"no {name} of CUDA 13 (pip install 'cudacompat[test]')")


@functools.cache
def _library(name: str) -> ctypes.CDLL | None:
    for folder in _nvidia_folders():
        for path in sorted(folder.glob(f"*/lib/{name}")):
            return ctypes.CDLL(str(path))
    return None


def _require_library(name: str) -> ctypes.CDLL:
    takes_a_tool()
    found = _library(name)
    if found is None:
        missing(f"no {name} (pip install 'cudacompat[test]')")
    return found


@functools.cache
def _ptxas_by_release() -> dict[str, Path]:
    places = [path for folder in _nvidia_folders() for path in sorted(folder.glob("*/bin/ptxas"))]
    places += sorted(TOOLCHAIN.glob("*/nvidia/*/bin/ptxas"))
    found: dict[str, Path] = {}
    for place in places:
        release = re.search(r"release (\d+\.\d+)", run(place, "--version", check=False))
        if release:
            found.setdefault(release[1], place)
    return found


@functools.cache
def _install_ptxas(release: str) -> Path | None:
    """Put one ptxas under `.toolchain/`, all of it or nothing, whoever else is doing the same."""
    if sys.platform != "linux":
        return None
    TOOLCHAIN.mkdir(exist_ok=True)
    with locked(TOOLCHAIN / f"{release}.lock"):
        there = _ptxas_below(release)
        return there or _downloaded(release)


def _ptxas_below(release: str) -> Path | None:
    return next(iter(sorted((TOOLCHAIN / f"ptxas-{release}").glob("nvidia/*/bin/ptxas"))), None)


def _downloaded(release: str) -> Path | None:
    with tempfile.TemporaryDirectory(dir=TOOLCHAIN) as fresh:
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--target",
            fresh,
            _ON_DEMAND[release],
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=300, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode:
            return None
        target = TOOLCHAIN / f"ptxas-{release}"
        try:
            Path(fresh).rename(target)
        except OSError:
            pass  # another test process was faster
        else:
            Path(fresh).mkdir()  # for the context manager to remove
    return _ptxas_below(release)
