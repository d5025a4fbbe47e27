"""A folder that is really called `a!`, through everything that tells a file from what lies in it."""

from __future__ import annotations

import ast
import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from cudacompat.artifacts.files.extent import OnDisk
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import NotRead
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.run import ROOT, inside
from tests.helpers.trees import tree_of

TOO_NEW = fw.fatbin(fw.ptx(toolchain.ptx_text("8.6", "100")))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a!").mkdir()
    (tmp_path / "a!/lib").write_bytes(TOO_NEW)
    with zipfile.ZipFile(tmp_path / "a!/x.whl", "w") as archive:
        archive.writestr("pkg/lib", TOO_NEW)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_sarif_names_the_file_on_the_disk(folder: Path) -> None:
    document = json.loads(inside("check", "a!", "--gpu", "9.0", "--no-config", "--format", "sarif").out)
    uris = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in document["runs"][0]["results"]
    }
    assert uris == {"a%21/lib", "a%21/x.whl"}


def test_the_size_is_that_of_the_file_on_the_disk(folder: Path) -> None:
    ran = inside("check", "a!", "--gpu", "9.0", "--no-config", "--max-bytes", "10 B", "--format", "json")
    large = {each["path"] for each in json.loads(ran.out)["findings"] if each["id"] == "too-big"}
    assert large == {"a!/lib", "a!/x.whl"}


def test_doctor_advises_a_release_for_wheels_alone(folder: Path) -> None:
    out = inside("doctor", "a!", "--gpu", "9.0").out
    assert "a!/x.whl is a prebuilt package" in out
    assert "a is a prebuilt package" not in out


def test_html_groups_by_the_folder(folder: Path) -> None:
    out = inside("check", "a!", "--gpu", "9.0", "--no-config", "--format", "html").out
    assert "a!/x.whl" in out


def test_bytes_are_taken_out_of_every_container(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in (("other", b"text"), ("lib", TOO_NEW)):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    (tmp_path / "a!").mkdir()
    with zipfile.ZipFile(tmp_path / "a!/x.zip", "w") as outer:
        outer.writestr("p.tar.gz", gzip.compress(stream.getvalue()))
        outer.writestr("k.gz", gzip.compress(TOO_NEW))
    (tmp_path / "a!/lib").write_bytes(TOO_NEW)
    result = read_paths([str(tmp_path)], kernels=False)
    assert len(result.artifacts) == 3
    with OnDisk() as disk:
        for artifact in result.artifacts:
            file = disk.file(artifact.path)
            assert isinstance(file, Path)
            assert file.read_bytes() == TOO_NEW
        gone = disk.file(result.artifacts[1].path.member("no"))  # type: ignore[attr-defined]
        assert isinstance(gone, NotRead)


def test_how_a_member_is_written_is_known_to_one_module() -> None:
    """Others ask the path for its parts. Character classes of expressions, which are no paths, may hold both signs."""
    found = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "cudacompat").rglob("*.py")
        if "!/" in file.read_text(encoding="utf-8")  # few have it; to read the grammar of all takes seconds
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("!/")
    }
    assert found == {"cudacompat/domain/words/paths.py"}
