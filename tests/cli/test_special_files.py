"""Pipes without a writer, devices, sockets and folders where a file is named: one line and an exit code, never a wait
without an end, whatever argument or option it is. The list of those comes from the program."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cudacompat.artifacts.files import opened as opening
from tests.helpers.every_command import LOG, file_parameters, folder_for
from tests.helpers.run import ROOT, Ran, inside

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices are no files there")

# What is read, by command and parameter; `{}` stands for the file.
READ: dict[tuple[str, str], tuple[str, ...]] = {
    ("doctor", "paths"): ("doctor", "{}", "--facts", "facts.json", "--gpu", "8.6"),
    ("doctor", "facts"): ("doctor", "--facts", "{}"),
    ("doctor", "python"): ("doctor", "--python", "{}", "--gpu", "8.6"),
    ("inspect", "paths"): ("inspect", "{}"),
    ("check", "paths"): ("check", "{}", "--gpu", "8.6"),
    ("check", "gpus_from"): ("check", "lib.so", "--gpus-from", "{}"),
    ("check", "baseline"): ("check", "lib.so", "--gpu", "8.6", "--baseline", "{}"),
    ("check", "config"): ("check", "lib.so", "--gpu", "8.6", "--config", "{}"),
    ("diff", "old"): ("diff", "{}", "lib.so"),
    ("diff", "new"): ("diff", "lib.so", "{}"),
    ("generate", "project"): ("generate", "cmake", "{}", "--add", "8.6", "--diff"),
    ("generate", "gpus_from"): ("generate", "cmake", "--gpus-from", "{}"),
    ("lint", "folder"): ("lint", "{}"),
    ("lint", "gpus_from"): ("lint", "project", "--gpus-from", "{}"),
    ("lint", "config"): ("lint", "project", "--config", "{}"),
    ("rebuild", "source"): ("rebuild", "whisper.cpp", "{}", "--gpu", "8.6", "--dry-run", "--cuda", "12.8"),
    ("verify", "load"): ("verify", "--load", "{}", "--gpu", "8.6"),
    ("verify", "log"): ("verify", "--log", "{}", "--gpu", "8.6"),
    ("explain", "log"): ("explain", "{}"),
    ("survey", "out"): ("survey", "folder", "--out", "{}", "--resume"),
}
# What is written; tests/host/test_written.py has what becomes of pipes and devices there.
WRITTEN = {
    *((command, "output") for command, _ in file_parameters()),
    ("doctor", "save_facts"),
    ("generate", "folder"),
    ("generate", "wheel"),
    ("rebuild", "build_dir"),
    ("rebuild", "log"),
    ("survey", "html"),
}
FOLDERS = {"paths", "python", "old", "new", "project", "folder", "source"}  # which may be named there
SPECIAL = ("fifo", "/dev/zero", "socket", "folder")
LIMIT_S = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = folder_for(tmp_path_factory.mktemp("special"))
    os.mkfifo(made / "fifo")
    (made / "link-to-fifo").symlink_to("fifo")
    (made / "folder").mkdir()
    before = Path.cwd()
    os.chdir(made)  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
        os.chdir(before)
        yield made


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "PATIENCE_S", 0.1)


def ran(folder: Path, line: tuple[str, ...], name: str) -> Ran:
    """Run it with that file; a failure where it has not ended after a while."""

    def late(_number: int, _frame: object) -> None:
        raise TimeoutError(f"{line} with {name} does not end")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(LIMIT_S)
    try:
        return inside(*(each.replace("{}", name) for each in line), cwd=folder)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_every_parameter_that_names_a_file_is_here() -> None:
    assert file_parameters() == set(READ) | WRITTEN


@pytest.mark.parametrize("special", SPECIAL)
@pytest.mark.parametrize("named", READ, ids="-".join)
def test_what_is_no_file_is_said_and_not_waited_for(folder: Path, named: tuple[str, str], special: str) -> None:
    found = ran(folder, READ[named], special)
    if special == "folder" and named[1] in FOLDERS:
        assert found.code in range(7), found.err
    else:
        assert found.code in (2, 4), found
    assert len(found.err.splitlines()) <= 1
    assert "Traceback" not in found.err


@pytest.mark.parametrize("named", [n for n in READ if n[1] not in FOLDERS and n != ("verify", "load")], ids="-".join)
def test_an_option_that_takes_a_file_refuses_a_pipe_without_a_writer(folder: Path, named: tuple[str, str]) -> None:
    found = ran(folder, READ[named], "fifo")
    assert (found.code, found.out) == (2, "")
    assert "it is a pipe without a writer" in found.err


@pytest.mark.parametrize("special", ["fifo", "link-to-fifo", "/dev/zero", "socket", "folder", "missing"])
@pytest.mark.parametrize("name", ["cudacompat.toml", "pyproject.toml"])
def test_a_policy_that_is_no_file_is_no_policy_less(folder: Path, tmp_path: Path, name: str, special: str) -> None:
    (tmp_path / name).symlink_to(special if special.startswith("/") else folder / special)
    found = inside("lint", folder / "project", cwd=tmp_path)
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith(f"cudacompat: error: {name} is not a regular file")
    assert inside("lint", folder / "project", "--no-config", cwd=tmp_path).code == 0


@pytest.mark.parametrize("special", ["fifo", "/dev/zero", "socket", "folder", "missing"])
@pytest.mark.parametrize("key", ["gpus-from", "baseline"])
def test_what_a_policy_names(folder: Path, tmp_path: Path, key: str, special: str) -> None:
    path = special if special.startswith("/") else str(folder / special)
    (tmp_path / "cudacompat.toml").write_text(f'{key} = "{path}"\n')
    found = inside("check", folder / "lib.so", *(() if key == "gpus-from" else ("--gpu", "5.2")), cwd=tmp_path)
    assert (found.code, found.out) == (2, "")
    assert len(found.err.splitlines()) == 1


# -- what a pipe is for


def test_a_pipe_of_the_shell_is_read_to_its_end(folder: Path) -> None:
    code = f"{sys.executable} -m cudacompat check {folder}/lib.so --gpus-from <(sleep 0.3; echo 5.2; sleep 0.3)"
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text", ["", "8.6\n", "# a comment\n" * 20_000 + "8.6\n"])
def test_a_pipe_that_somebody_writes_into(tmp_path: Path, text: str) -> None:
    os.mkfifo(tmp_path / "pipe")

    def write() -> None:
        with (tmp_path / "pipe").open("w") as file:
            time.sleep(0.2)
            file.write(text)

    writer = threading.Thread(target=write)
    writer.start()
    with opening.opened(tmp_path / "pipe") as file:
        assert file.read() == text.encode()
    writer.join()


def test_a_pipe_without_a_name_and_a_writer_is_at_its_end() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    try:
        with opening.opened(f"/dev/fd/{reading}") as file:
            assert file.read() == b""
    finally:
        os.close(reading)


def test_the_null_device_is_an_empty_policy(folder: Path) -> None:
    assert inside("lint", folder / "project", "--config", os.devnull).code == 0


def test_a_log_in_a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "log-pipe")
    writer = threading.Thread(target=lambda: (folder / "log-pipe").write_text(LOG))
    writer.start()
    assert ran(folder, ("explain", "{}"), "log-pipe").code == 1
    writer.join()
