"""Cubins that lack their end, and what is compiled or linked later."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.device_files import image, library
from tests.helpers.run import inside


@pytest.mark.parametrize("target", ["sm_80", "sm_90", "sm_90a"])
def test_a_cubin_without_its_end_is_not_read(tmp_path: Path, target: str) -> None:
    """Its program headers come last."""
    path, whole = tmp_path / "x.cubin", image(target).payload
    path.write_bytes(whole)
    assert inside("check", path, "--gpu", target, "--no-config").code == 0
    for missing in (1, 8, 64, 200, len(whole) // 2):
        path.write_bytes(whole[:-missing])
        ran = inside("check", path, "--gpu", target, "--no-config")
        assert (ran.code, "not read" in ran.out) == (4, True), ran.out


def test_a_cubin_without_its_end_among_data(tmp_path: Path) -> None:
    path, whole = tmp_path / "x.bin", image("sm_80").payload
    for data, code in ((b"\1\0" * 40 + whole, 0), (b"\1\0" * 40 + whole[:-1], 4), (whole + b"\1\0", 0)):
        path.write_bytes(data)
        ran = inside("check", path, "--gpu", "8.0", "--no-config")
        assert ran.code == code, ran.out


_NVVM = b"\xed\x43\x4e\x7f\1\x41\2\x62\3\2\7\0\x18\0"  # as nvcc 13.0 writes it
_LTO, _OPTIX = _NVVM + b"\1\0" + bytes(2000), _NVVM + b"\2\0" + bytes(2000)


@pytest.mark.parametrize(("data", "name"), [(_LTO, "LTO-IR"), (_OPTIX, "OptiX IR")])
def test_what_is_compiled_later_is_listed_and_decides_nothing(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    assert name in inside("inspect", path).out
    alone = inside("check", path, "--gpu", "8.0", "--no-config")
    assert (alone.code, "undecided" in alone.out, "no-device-code" in alone.out) == (4, True, False), alone.out
    (tmp_path / "lib.so").write_bytes(library("sm_80"))
    for gpu, wanted in (("8.0", 0), ("9.0", 1)):
        ran = inside("check", tmp_path, "--gpu", gpu, "--no-config")
        assert ran.code == wanted, ran.out
