"""The JSON Schemas say what the code can write."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from cudacompat.artifacts.files.binary import _FORMATS
from cudacompat.domain.reports.listing import InspectReport
from cudacompat.domain.words.code import BinaryArtifact, FileFormat, ReadResult
from cudacompat.report.json import inspect_json
from tests.helpers import device_files as df
from tests.helpers import fatbin_writer as fw
from tests.helpers.build import module
from tests.helpers.fits import assert_fits
from tests.helpers.run import EXAMPLE, ROOT, inside

PTX = ".version 7.0\n.target sm_70\n.address_size 64\n.visible .entry k() { ret; }\n"
INSPECT = json.loads(resources.files("cudacompat").joinpath("schemas", "inspect-1.json").read_text())


def check(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "tools/refresh_schemas.py", "--check"], capture_output=True, text=True, cwd=root
    )


def test_the_enums_are_those_of_the_code() -> None:
    assert (check(ROOT).returncode, check(ROOT).stdout) == (0, "")


def test_one_that_is_not_is_found(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "cudacompat", tmp_path / "cudacompat", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "refresh_schemas.py", tmp_path / "tools")
    schema = tmp_path / "cudacompat" / "schemas" / "inspect-1.json"
    schema.write_text(schema.read_text().replace('"tile-ir"', '"tile"', 1))
    ran = check(tmp_path)
    assert ran.returncode == 1
    assert "inspect-1.json" in ran.stdout
    document = json.loads(schema.read_text().replace('"tile"', '"tile-ir"', 1))
    document["properties"]["files"]["properties"]["seen"] = {"enum": [1, 2]}
    schema.write_text(json.dumps(document))
    ran = check(tmp_path)
    assert ran.returncode == 1
    assert "an enum that no row" in ran.stdout


def test_every_format_of_a_file_passes() -> None:
    irs = {"lto-ir", "optix-ir", "tile-ir"}
    assert set(_FORMATS.values()) | {"elf", "pe", "coff", "data", *irs} == set(FileFormat)
    for each in FileFormat:
        artifact = BinaryArtifact("a", each, 10, True, (module("sm_80", "compute_80"),))
        assert_fits(inspect_json(InspectReport(ReadResult((artifact,), (), 1, 0, ()))), INSPECT)


def archive(member: bytes) -> bytes:
    head = f"{'k.o/':16}{'0':12}{'0':6}{'0':6}{'644':8}{len(member):<10}`\n".encode()
    return b"!<arch>\n" + head + member + b"\n" * (len(member) % 2)


@pytest.mark.parametrize(
    ("format_", "data"),
    [
        ("elf", lambda: EXAMPLE.read_bytes()),
        ("fatbin", lambda: fw.fatbin(fw.ptx(PTX))),
        ("ptx", lambda: PTX.encode()),
        ("cubin", lambda: df.image("sm_80").payload),
        ("ar", lambda: archive(EXAMPLE.read_bytes())),
        ("data", lambda: b"begins as nothing known" + bytes(41) + fw.fatbin(fw.ptx(PTX))),
        ("tile-ir", lambda: b"\x7fTileIR\0" + bytes(200)),
        ("lto-ir", lambda: b"\xed\x43\x4e\x7f\1\x41\2\x62\3\2\7\0\x18\0\1\0" + bytes(200)),
        ("optix-ir", lambda: b"\xed\x43\x4e\x7f\1\x41\2\x62\3\2\7\0\x18\0\2\0" + bytes(200)),
    ],
)
def test_every_format_that_a_file_is_read_as_passes(tmp_path: Path, format_: str, data: object) -> None:
    (tmp_path / "file").write_bytes(data())  # type: ignore[operator]
    ran = inside("inspect", tmp_path / "file", "--format", "json")
    assert_fits(ran.json, INSPECT)
    assert [each["format"] for each in ran.json["artifacts"]] == [format_], ran.json["not_read"]
