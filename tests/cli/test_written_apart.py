"""What a command reads is never what it writes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.helpers.run import EXAMPLE, Ran, inside

PTX = ".version 7.0\n.target sm_70\n.address_size 64\n.visible .entry k() { ret; }\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.so", "b.so"):
        shutil.copy(EXAMPLE, tmp_path / name)
    (tmp_path / "k.ptx").write_text(f"// a kernel\n{PTX}")
    (tmp_path / "log.txt").write_text("CUDA error 209\n")
    (tmp_path / "gpus.txt").write_text("7.5\n")
    (tmp_path / "Dockerfile").write_text("FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nRUN make\n")
    (tmp_path / "cudacompat.toml").write_text('require = ["7.5"]\n')
    (tmp_path / "link").symlink_to("a.so")
    (tmp_path / "twin").hardlink_to(tmp_path / "a.so")
    (tmp_path / "pack.tgz").write_bytes(b"\x1f\x8b\x08rest")
    (tmp_path / "old.json").write_text("{}\n")
    return tmp_path


def run(folder: Path, line: str) -> Ran:
    return inside(*line.split(), cwd=folder)


@pytest.mark.parametrize(
    "line",
    [
        "inspect a.so --output a.so",
        "inspect a.so --output ./a.so",
        "inspect link --output a.so",
        "inspect a.so --output link",
        "inspect a.so --output twin",
        "inspect . --output a.so",
        "check --gpu 7.5 --output a.so b.so",
        "check --gpu 7.5 --output k.ptx b.so",
        "check --gpu 7.5 --output pack.tgz b.so",
        "check b.so --gpus-from gpus.txt --output gpus.txt",
        "check b.so --gpu 7.5 --output cudacompat.toml",
        "check b.so --config cudacompat.toml --output cudacompat.toml",
        "check b.so --gpu 7.5 --write-baseline --baseline b.so",
        "check b.so --gpu 7.5 --write-baseline --baseline a.so",
        "check b.so --gpu 7.5 --write-baseline --output cudacompat.lock",
        "check b.so --gpu 7.5 --baseline old.json --output old.json",
        "doctor b.so --save-facts b.so",
        "doctor --save-facts a.so",
        "doctor --facts old.json --save-facts old.json",
        "doctor --output new.json --save-facts new.json",
        "explain log.txt --output log.txt",
        "verify --log log.txt --output log.txt",
        "verify --load a.so --output a.so",
        "lint . --output Dockerfile",
        "lint Dockerfile --output Dockerfile",
        "diff a.so b.so --output b.so",
        "inspect a.so --output .",
        "inspect a.so --output none/report",
        "generate cmake --gpus-from gpus.txt --output gpus.txt",
    ],
)
def test_is_refused_before_anything_happens(folder: Path, line: str) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    ran = run(folder, line)
    assert (ran.code, ran.out) == (2, ""), ran
    assert ran.err.startswith("cudacompat: error: ")
    assert ran.err.count("\n") == 1
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    "line",
    [
        "inspect a.so --output report.txt",
        "inspect a.so --output old.json --format json",
        "check . --gpu 5.2 --output old.json",
        "lint . --output old.json --format json",
        "inspect a.so --output /dev/null",
        "explain --list --output log.txt",
    ],
)
def test_reports_go_where_a_report_may_go(folder: Path, line: str) -> None:
    binaries = {path: path.read_bytes() for path in folder.glob("*.so")}
    ran = run(folder, line)
    assert ran.code in (0, 1), ran.err
    assert (ran.out, ran.err) == ("", "")
    assert {path: path.read_bytes() for path in folder.glob("*.so")} == binaries


def test_a_baseline_is_written_again(folder: Path) -> None:
    for _ in range(2):
        ran = run(folder, "check b.so --gpu 5.2 --write-baseline")
        assert ran.code == 0
        assert "wrote cudacompat.lock" in ran.err
    os.truncate(folder / "cudacompat.lock", 0)
    assert run(folder, "check b.so --gpu 5.2 --write-baseline --quiet").err == ""
    assert (folder / "cudacompat.lock").stat().st_size > 0


def test_a_dash_is_stdout(folder: Path) -> None:
    for line in ("inspect a.so", "gpus 5090 --format json", "explain hole", "generate cmake --gpu 8.6 --as env"):
        assert run(folder, f"{line} --output -").out == run(folder, line).out != ""
    assert not (folder / "-").exists()


def test_a_way_through_a_folder_that_is_not_there_leads_to_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "lib.so").write_bytes(EXAMPLE.read_bytes())
    ran = inside("check", "lib.so", "--gpu", "5.2", "--output", "none/../lib.so", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "would replace lib.so, which is read" in ran.err
    assert (tmp_path / "lib.so").read_bytes() == EXAMPLE.read_bytes()
