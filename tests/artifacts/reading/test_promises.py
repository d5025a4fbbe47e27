"""Files that are not what their names say: named, in a directory, in an archive."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import ReadResult

PAGE = b"<!DOCTYPE html>\n<html><body>404</body></html>\n"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
NOISE = bytes(range(7, 99)) + b"\0" * 9  # binary, and the beginning of nothing
WRAPPED = "packed or encrypted in a form that is not opened, as its name says; unpack it"
ROWS = {
    ("a-1-py3-none-any.whl", PAGE): "a web page, saved under the name of another file",
    ("a-1.tar.gz", b"hello\n"): "no archive: only its name says that it is one",
    ("a.conda", NOISE): "no archive: only its name says that it is one",
    ("a-1-py3-none-any.WHL", b""): "an empty file, whose name says that it is an archive",
    ("liba.so.12", POINTER): "a pointer of Git LFS; git lfs pull fetches the file itself",
    ("a.cubin", PAGE): "a web page, saved under the name of another file",
    ("setup.MSI", COMPOUND): "a package of Windows Installer, which is not opened; msiextract unpacks it",
    ("a.7z", NOISE): "no archive: only its name says that it is one",
    ("liba.so.1.br", NOISE): WRAPPED,
    ("image.tar.gpg", NOISE): WRAPPED,
    ("a-1-py3-none-any.whl.enc", NOISE): WRAPPED,
    ("0123.filez", NOISE): WRAPPED,
    ("page.js.br", NOISE): None,
    ("ring.gpg", NOISE): None,
    # texts that linkers read, pages that are called pages, what no tool promises anything of
    ("libc.so", b"/* GNU ld script */\nGROUP ( libc.so.6 )\n"): None,
    ("index.html", PAGE): None,
    ("model.bin", POINTER): None,
    ("data.gz", b"hello\n"): None,
    ("__init__.py", b""): None,
    ("a.so", b""): None,
    ("sheet.xls", COMPOUND): None,
    ("a.msi", b"hello\n"): None,
}


def said(read: ReadResult) -> list[str]:
    return [each.why for each in read.not_read]


@pytest.mark.parametrize(("name", "data"), ROWS)
def test_it_is_not_read_wherever_it_is(tmp_path: Path, name: str, data: bytes) -> None:
    want = [why] if (why := ROWS[name, data]) else []
    file = tmp_path / "dist" / name
    file.parent.mkdir()
    file.write_bytes(data)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, data)
    (tmp_path / "all.zip").write_bytes(held.getvalue())
    for path in (file, file.parent, tmp_path / "all.zip"):
        read = read_paths([str(path)], kernels=False)
        assert said(read) == want, path
        assert (read.files, read.without_code) == (1, 0 if want else 1), path
