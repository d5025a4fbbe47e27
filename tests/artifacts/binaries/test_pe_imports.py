"""The CUDA runtime that a Windows file imports, beside what pefile reads."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pefile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudacompat.artifacts.binaries.pe_imports import cuda_runtime_of_pe
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.cli.main import run
from tests.helpers import fatbin_writer as fw
from tests.helpers.each_row import each_case
from tests.helpers.toolchain import ptx_text

_BASE, _FILE_AT = 0x1000, 0x400  # where the section of the tables lies in memory, and in the file


def library(imports: tuple[str, ...], delayed: tuple[str, ...] = (), code: bytes = b"", *, wide: bool = True) -> bytes:
    """A Windows library that imports these, at once and when they are first called, with a section of device code."""
    thunk = (1 << 63 | 1) if wide else (1 << 31 | 1)  # what is taken of each: its first function, by number
    tables = bytearray(struct.pack("<QQ" if wide else "<II", thunk, 0))

    def at_once_row(name: str) -> bytes:
        return struct.pack("<5I", _BASE, 0, 0, places[name], _BASE)

    def later_row(name: str) -> bytes:
        return struct.pack("<8I", 1, places[name], 0, _BASE, _BASE, 0, 0, 0)

    places: dict[str, int] = {}
    for name in (*imports, *delayed):
        places[name] = _BASE + len(tables)
        tables += name.encode() + b"\0"
    at_once = _BASE + len(tables)
    tables += b"".join(map(at_once_row, imports)) + bytes(20)
    later = _BASE + len(tables)
    tables += b"".join(map(later_row, delayed)) + bytes(32)
    directories = [(0, 0)] * 16
    directories[1] = (at_once, 20 * (len(imports) + 1)) if imports else (0, 0)
    directories[13] = (later, 32 * (len(delayed) + 1)) if delayed else (0, 0)
    size = 112 if wide else 96
    optional = struct.pack("<H", 0x20B if wide else 0x10B).ljust(32, b"\0") + struct.pack("<II", 0x1000, 0x200)
    optional = optional.ljust(size - 4, b"\0") + struct.pack("<I", 16)
    optional += b"".join(struct.pack("<II", *each) for each in directories)
    code_at = _FILE_AT + len(tables)

    def section(name: bytes, address: int, length: int, offset: int) -> bytes:
        return struct.pack("<8sIIII12xI", name, length, address, length, offset, 0x40000040)

    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64) + b"PE\0\0"
    head += struct.pack("<HH12xHH", 0x8664 if wide else 0x14C, 2, len(optional), 0x2022) + optional
    head += section(b".idata", _BASE, len(tables), _FILE_AT) + section(b".nv_fatb", 0x10000, len(code), code_at)
    return head.ljust(_FILE_AT, b"\0") + bytes(tables) + code


def theirs(data: bytes) -> list[str]:
    """The names that pefile finds."""
    image = pefile.PE(data=data, fast_load=True)
    image.parse_data_directories([1, 13])
    kinds = ("DIRECTORY_ENTRY_IMPORT", "DIRECTORY_ENTRY_DELAY_IMPORT")
    return [entry.dll.decode() for kind in kinds for entry in getattr(image, kind, [])]


@pytest.mark.parametrize("wide", [True, False])
@each_case(
    ("names", "expected"),
    [
        (("KERNEL32.dll", "cudart64_13.dll"), 13),
        (("CUDART64_12.DLL",), 12),
        (("cudart64_110.dll",), 11),
        (("cudart64_101.dll",), 10),
        (("cudart64_75.dll",), 7),
        (("cudart64_110.dll", "cudart64_12.dll"), 12),
        (("cublas64_13.dll",), 13),  # the runtime is linked in
        (("cublasLt64_11.dll",), 11),
        (("cudart.dll", "mycudart64_12.dll", "cudart64_12.dll.bak"), None),
        (("cudnn64_9.dll", "cufft64_12.dll"), None),  # these have numbers of their own
        ((), None),
    ],
)
def test_what_is_imported(names: tuple[str, ...], expected: int | None, wide: bool) -> None:
    data = library(names, wide=wide)
    assert theirs(data) == list(names)
    assert cuda_runtime_of_pe(data) == expected


def test_what_is_loaded_when_it_is_first_called_counts(tmp_path: Path) -> None:
    assert cuda_runtime_of_pe(library(("KERNEL32.dll",), ("cudart64_12.dll",))) == 12


def test_the_driver_that_the_runtime_needs_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As on Linux: CUDA 13 needs driver 580 whatever its machine code."""
    code = fw.fatbin(fw.ptx(ptx_text("8.0", "80")))
    path = tmp_path / "kernels.dll"
    path.write_bytes(library(("cudart64_13.dll",), code=code))
    (artifact,) = read_paths([str(path)], kernels=True).artifacts
    assert artifact.runtime == 13
    assert run(["check", "--gpu", "9.0", "--driver", "570", str(path)]) == 1
    assert "error[runtime-needs-driver]" in capsys.readouterr().out
    assert run(["check", "--gpu", "9.0", "--driver", "580", str(path)]) == 0


WHOLE = library(("KERNEL32.dll", "cudart64_12.dll"), ("cudart64_13.dll",))


@given(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_it_never_raises(cut: int, at: int, value: int) -> None:
    changed = bytearray(WHOLE)
    changed[at] = value
    for data in (WHOLE[:cut], bytes(changed), bytes(changed)[:cut]):
        assert cuda_runtime_of_pe(data) in (None, 10, 11, 12, 13) or re.search(rb"cudart64_\d", data)


def test_a_table_without_an_end_ends() -> None:
    endless = bytearray(library(("cudart64_12.dll",) * 3))
    endless += endless[-20:] * 10_000
    assert cuda_runtime_of_pe(bytes(endless)) == 12
