"""Libraries in folders that programs are told to load from."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.environments import apart


def test_what_lies_directly_in_a_folder(tmp_path: Path) -> None:
    for name in ("liba.so.1.2", "b.cubin", "liba.a", "readme.txt", "deep/libc.so"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (component,) = apart.components([str(tmp_path)]).found
    assert (component.package, component.version, component.manager) == (tmp_path.name, "", "apart")
    assert component.libraries == (str(tmp_path / "b.cubin"), str(tmp_path / "liba.so.1.2"))


def test_a_file_counts_once_whatever_leads_to_it(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "one/liba.so.1").write_bytes(b"")
    (tmp_path / "one/liba.so").symlink_to("liba.so.1")
    (tmp_path / "two/liba.so").symlink_to(tmp_path / "one/liba.so.1")
    (tmp_path / "two/gone.so").symlink_to("nowhere")
    found = apart.components([str(tmp_path / "one"), str(tmp_path / "two")]).found
    assert [each.libraries for each in found] == [(str(tmp_path / "one/liba.so.1"),)]
    assert apart.components([str(tmp_path / "one")], [str(tmp_path / "one/liba.so.1")]).found == ()


def test_too_many_are_said_and_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_LIBRARIES", 1)
    for name in ("a.so", "b.so"):
        (tmp_path / name).write_bytes(b"")
    seen = apart.components([str(tmp_path)])
    assert (seen.found, seen.notes) == ((), (f"{tmp_path}: more than 1 libraries, so they are not looked at",))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert apart.components([str(tmp_path / "nowhere")]).found == ()
