"""Makes examples/incident/libggml-cuda.so: a library as nvcc 12.8 makes it when no architecture reaches it.

nvcc 12.x without an arch flag compiles for sm_52 and adds PTX for compute_52. No package index has that nvcc,
but its parts are there: NVRTC 12.8 compiles each examples/incident/src/*.cu to PTX and to a cubin, nvFatbin
12.8 packs the two, and the host's assembler and linker put the fatbins where nvcc puts them.

    python tools/make_incident.py             writes the library
    python tools/make_incident.py --check     builds it again and compares

Exit codes: 0 written, or the same; 1 different; 77 not possible on this machine, which says why.

Needs x86-64 Linux, gcc with GNU ld, and nvidia-cuda-nvrtc-cu12==12.8.93 and nvidia-nvfatbin-cu12==12.8.90.
The same inputs give the same bytes. Another GNU ld may lay the file out differently: then `--check` compares
what the example is about, the fatbins, and says so.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

INCIDENT = Path(__file__).resolve().parent.parent / "examples" / "incident"
SOURCES = INCIDENT / "src"
LIBRARY = INCIDENT / "libggml-cuda.so"

MODULES = ("mmv", "convert", "softmax", "norm")
DEFAULT_ARCH = "52"  # of nvcc 12.x; 13.x has 75
TOOLKIT = (12, 8)
COMMITTED_WITH_LD = "2.40"

NVRTC = "cuda_nvrtc/lib/libnvrtc.so.12"
NVFATBIN = "nvfatbin/lib/libnvfatbin.so.12"

SAME, DIFFERENT, NOT_POSSIBLE = 0, 1, 77

FATBIN_MAGIC = b"\x50\xed\x55\xba\x01\x00\x10\x00"


class NotPossibleError(Exception):
    """This machine lacks something that the recipe needs; the text says what."""


def load(library: str) -> ctypes.CDLL:
    """The shared library that one of NVIDIA's packages put under site-packages/nvidia."""
    spec = importlib.util.find_spec("nvidia")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / library
        if path.is_file():
            return ctypes.CDLL(str(path))
    raise NotPossibleError(f"no nvidia/{library} among the installed packages")


def need_x86_64_gcc() -> str:
    """The host compiler's path; it only assembles and links."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise NotPossibleError(f"only x86-64 Linux makes it, this is {platform.machine()} {sys.platform}")
    gcc = shutil.which("gcc")
    if gcc is None:
        raise NotPossibleError("no gcc on the PATH")
    return gcc


def ld_version(gcc: str) -> str:
    """The version of the linker behind gcc, '2.40' for one, or its first line where that is no GNU ld."""
    command = [gcc, "-Wl,--version", "-nostdlib", "-shared"]
    first = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split("\n")[0]
    found = re.search(r"GNU ld .*?(\d+\.\d+)", first)
    return found[1] if found else first


class Nvrtc:
    """NVRTC, of the one release whose output is committed."""

    def __init__(self) -> None:
        self.library = load(NVRTC)
        major, minor = ctypes.c_int(), ctypes.c_int()
        self.call("nvrtcVersion", ctypes.byref(major), ctypes.byref(minor))
        if (major.value, minor.value) != TOOLKIT:
            raise NotPossibleError(f"NVRTC is {major.value}.{minor.value}, the recipe is for 12.8")

    def call(self, function: str, *arguments: object) -> None:
        """Calls one function; anything but success is an error with NVRTC's own word for it."""
        code = getattr(self.library, function)(*arguments)
        if code != 0:
            self.library.nvrtcGetErrorString.restype = ctypes.c_char_p
            raise RuntimeError(f"{function}: {self.library.nvrtcGetErrorString(code).decode()}")

    def text_of(self, program: ctypes.c_void_p, what: str) -> bytes:
        """One of a program's results: ProgramLog, PTX or CUBIN."""
        size = ctypes.c_size_t()
        self.call(f"nvrtcGet{what}Size", program, ctypes.byref(size))
        buffer = ctypes.create_string_buffer(size.value)
        self.call(f"nvrtcGet{what}", program, buffer)
        return buffer.raw

    def compile(self, name: str) -> tuple[bytes, bytes]:
        """One source file's cubin and PTX, for nvcc's default architecture."""
        program = ctypes.c_void_p()
        source = (SOURCES / name).read_bytes()
        headers = (ctypes.c_char_p * 1)((SOURCES / "common.cuh").read_bytes())
        names = (ctypes.c_char_p * 1)(b"common.cuh")
        self.call("nvrtcCreateProgram", ctypes.byref(program), source, name.encode(), 1, headers, names)
        options = (ctypes.c_char_p * 2)(f"--gpu-architecture=sm_{DEFAULT_ARCH}".encode(), b"--std=c++17")
        try:
            self.call("nvrtcCompileProgram", program, len(options), options)
            return self.text_of(program, "CUBIN"), self.text_of(program, "PTX")
        except RuntimeError as error:
            log = self.text_of(program, "ProgramLog").rstrip(b"\0").decode()
            raise RuntimeError(f"{name}: {error}\n{log}") from error
        finally:
            self.library.nvrtcDestroyProgram(ctypes.byref(program))


def pack(cubin: bytes, ptx: bytes) -> bytes:
    """A fatbin of the two, with nvFatbin's defaults: the PTX is compressed (LZ4), the cubin is not."""
    library = load(NVFATBIN)

    def call(function: str, *arguments: object) -> None:
        code = getattr(library, function)(*arguments)
        if code != 0:
            raise RuntimeError(f"{function}: error {code}")

    major, minor = ctypes.c_uint(), ctypes.c_uint()
    call("nvFatbinVersion", ctypes.byref(major), ctypes.byref(minor))
    if (major.value, minor.value) != TOOLKIT:
        raise NotPossibleError(f"nvFatbin is {major.value}.{minor.value}, the recipe is for 12.8")

    handle, arch, none = ctypes.c_void_p(), DEFAULT_ARCH.encode(), b""
    options = (ctypes.c_char_p * 3)(b"-64", b"-host=linux", b"-cuda")
    call("nvFatbinCreate", ctypes.byref(handle), options, ctypes.c_size_t(len(options)))
    try:
        call("nvFatbinAddCubin", handle, cubin, ctypes.c_size_t(len(cubin)), arch, none)
        call("nvFatbinAddPTX", handle, ptx, ctypes.c_size_t(len(ptx)), arch, none, none)
        size = ctypes.c_size_t()
        call("nvFatbinSize", handle, ctypes.byref(size))
        buffer = ctypes.create_string_buffer(size.value)
        call("nvFatbinGet", handle, buffer)
        return buffer.raw
    finally:
        library.nvFatbinDestroy(ctypes.byref(handle))


def link(gcc: str, fatbins: dict[str, bytes]) -> bytes:
    """The shared library: src/host.S with the fatbins it includes; nothing in it differs from run to run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for module, fatbin in fatbins.items():
            (folder / f"{module}.fatbin").write_bytes(fatbin)
        shutil.copy(SOURCES / "host.S", folder / "host.S")
        command = [
            gcc,
            "-shared",
            "-nostdlib",
            "-s",
            "-o",
            "out.so",
            "host.S",
            "-Wl,--build-id=none",
            "-Wl,--hash-style=gnu",
            "-Wl,-soname,libggml-cuda.so",
            "-Wl,-z,noseparate-code",
            "-Wl,-z,max-page-size=4096",
            "-Wa,-mx86-used-note=no",
        ]
        subprocess.run(command, cwd=folder, check=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
        return (folder / "out.so").read_bytes()


def build() -> bytes:
    """The whole recipe."""
    gcc = need_x86_64_gcc()
    nvrtc = Nvrtc()
    fatbins = {module: pack(*nvrtc.compile(f"{module}.cu")) for module in MODULES}
    return link(gcc, fatbins)


def fatbins_in(library: bytes) -> Iterator[bytes]:
    """Every fatbin of a library, found by its magic: enough for the one library made here."""
    start = library.find(FATBIN_MAGIC)
    while start >= 0:
        end = start + 16 + int.from_bytes(library[start + 8 : start + 16], "little")
        yield library[start:end]
        start = library.find(FATBIN_MAGIC, end)


def compare(committed: bytes, built: bytes, ld: Callable[[], str]) -> tuple[int, str]:
    """Exit code and sentence for a committed library and one just built; ld tells the linker's version."""
    if committed == built:
        return SAME, f"{LIBRARY.name} is what the recipe makes, byte for byte ({len(built)} bytes)"
    if list(fatbins_in(committed)) != list(fatbins_in(built)):
        return DIFFERENT, f"{LIBRARY.name} holds other device code than the recipe makes"
    version = ld()
    if version == COMMITTED_WITH_LD:
        return DIFFERENT, f"{LIBRARY.name} differs from what the recipe makes, outside the device code"
    return SAME, (
        f"{LIBRARY.name} holds the device code that the recipe makes; the rest was laid out by GNU ld "
        f"{COMMITTED_WITH_LD} and is not compared with this linker's ({version})"
    )


def main(arguments: list[str] | None = None) -> int:
    """Writes the library, or checks the committed one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check: bool = parser.parse_args(arguments).check
    try:
        built = build()
    except NotPossibleError as why:
        print(f"skipped, not {'compared' if check else 'written'}: {why}", file=sys.stderr)
        return NOT_POSSIBLE
    if not check:
        LIBRARY.write_bytes(built)
        print(f"{LIBRARY.name}: {len(built)} bytes, {len(list(fatbins_in(built)))} fatbins")
        return SAME
    if not LIBRARY.is_file():
        print(f"{LIBRARY} is not there")
        return DIFFERENT
    code, sentence = compare(LIBRARY.read_bytes(), built, lambda: ld_version(need_x86_64_gcc()))
    print(sentence)
    return code


if __name__ == "__main__":
    sys.exit(main())
