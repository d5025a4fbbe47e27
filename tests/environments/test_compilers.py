"""Assemblers in packages: their release is read from their bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.domain.machine.components import SiteFolder
from cudacompat.environments import pip
from cudacompat.environments.compilers import bundled_compilers
from tests.app.test_installed import install
from tests.helpers.device_files import library

SAID = b"\x7fELF" + b"\x00" * 5000 + b"Cuda compilation tools, release 12.8, V12.8.93\n\x00" + b"\x00" * 100


def test_the_release_is_that_of_the_bytes(tmp_path: Path) -> None:
    for name in ("ptxas", "ptxas-blackwell", "ptxas.exe", "nvdisasm"):
        (tmp_path / name).write_bytes(SAID)
    paths = [tmp_path / name for name in ("ptxas", "ptxas-blackwell", "ptxas.exe", "nvdisasm", "missing/ptxas")]
    assert bundled_compilers(paths) == ("ptxas 12.8", "ptxas-blackwell 12.8", "ptxas 12.8")


@pytest.mark.parametrize("data", [b"", b"Cuda compilation tools, release ", b"release 12.8"])
def test_a_file_that_does_not_say_it_is_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "ptxas").write_bytes(data)
    assert bundled_compilers([tmp_path / "ptxas"]) == ()


def test_a_package_that_lists_one_has_it(tmp_path: Path) -> None:
    install(tmp_path, "compiling", _C=library())
    (tmp_path / "compiling/bin").mkdir()
    (tmp_path / "compiling/bin/ptxas").write_bytes(SAID)
    with (tmp_path / "compiling-3.0.dist-info/RECORD").open("a") as record:
        record.write("compiling/bin/ptxas,,\n../../../../etc/ptxas,,\n")
    (component,) = pip.components([SiteFolder(str(tmp_path), str(tmp_path))]).found
    assert component.compilers == ("ptxas 12.8",)
