"""The door to files that are written: what was there stays what it is, and nothing is left half written."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cudacompat.domain.words.errors import UsageError
from cudacompat.host.written import append, growing, save, save_all
from tests.helpers.run import ROOT


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_has_the_mode_that_any_program_gives(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        save(tmp_path / "new", b"text")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    assert names(tmp_path) == ["new"]


def test_mode_and_attributes_stay(tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_text("old")
    file.chmod(0o604)
    try:
        os.setxattr(file, "user.mark", b"mine")
    except OSError:
        pytest.skip("this file system keeps no attributes")
    save(file, b"new")
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o604
    assert os.getxattr(file, "user.mark") == b"mine"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_text("old")
    os.chown(file, 1234, 2345)
    save(file, b"new")
    assert (file.stat().st_uid, file.stat().st_gid) == (1234, 2345)


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    """Whoever has the old one open still reads the old one."""
    file = tmp_path / "report"
    file.write_text("old")
    with file.open() as reader:
        save(file, b"new")
        assert reader.read() == "old"


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to("folder/real")
    for text in (b"first", b"second"):  # where there is nothing behind it yet, too
        save(link, text)
        assert link.is_symlink()
        assert (tmp_path / "folder" / "real").read_bytes() == text


@pytest.mark.parametrize("text", [b"longer than what was there", b"short", b""])
def test_all_names_of_a_file_stay(tmp_path: Path, text: bytes) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"what was there" if text else b"")
    second.hardlink_to(first)
    save(first, text)
    assert second.read_bytes() == text
    assert first.stat().st_nlink == 2
    assert names(tmp_path) == ["first", "second"]


def test_a_fifo_is_written_and_stays(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()))
    reader.start()
    save(fifo, b"x" * 200_000)
    reader.join(10)
    assert got == [b"x" * 200_000]
    assert fifo.is_fifo()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_a_device_is_written_and_stays(tmp_path: Path) -> None:
    null, full = tmp_path / "null", tmp_path / "full"
    try:
        os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        os.mknod(full, 0o666 | stat.S_IFCHR, os.makedev(1, 7))
        null.write_bytes(b"")
    except OSError:
        pytest.skip("no devices can be made here")
    save(null, b"text")
    with pytest.raises(UsageError, match=r"full: no space left on device"):
        save(full, b"text")
    assert null.is_char_device()
    assert full.is_char_device()
    assert names(tmp_path) == ["full", "null"]


def test_own_descriptors_are_written_where_they_stand(tmp_path: Path) -> None:
    """A file behind /dev/stdout is not begun anew; a pipe and a socket are no files to be opened."""
    out = tmp_path / "out"
    code = "import sys; from cudacompat.host.written import save; save(sys.argv[1], b'second\\n')"
    for name in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
        with out.open("wb") as file:
            file.write(b"first\n")
            file.flush()
            subprocess.run([sys.executable, "-c", code, name], stdout=file, check=True, cwd=ROOT)
            file.seek(0, os.SEEK_END)
            file.write(b"third\n")
        assert out.read_text() == "first\nsecond\nthird\n"
    import socket

    ours, theirs = socket.socketpair()
    with ours, theirs:
        subprocess.run([sys.executable, "-c", code, "/dev/stdout"], stdout=theirs, check=True, cwd=ROOT)
        assert ours.recv(100) == b"second\n"


def _grow(path: Path | str, data: bytes = b"x" * 3_000_000) -> None:
    with growing(path) as file:
        file.write(data)


def test_what_grows_is_written_to_a_fifo_a_device_and_own_descriptors(tmp_path: Path) -> None:
    fifo, out = tmp_path / "fifo", tmp_path / "out"
    os.mkfifo(fifo)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()))
    reader.start()
    _grow(fifo)
    reader.join(10)
    assert (got, fifo.is_fifo()) == ([b"x" * 3_000_000], True)
    _grow("/dev/null")
    with pytest.raises(UsageError, match=r"cannot write /dev/full: no space left on device"):
        _grow("/dev/full")
    (tmp_path / "link.parquet").symlink_to("/dev/stdout")
    code = (
        "import sys; from cudacompat.host.written import growing\nwith growing(sys.argv[1]) as file: file.write(b'2')"
    )
    for name in ("/dev/stdout", "/proc/self/fd/1", str(tmp_path / "link.parquet")):
        with out.open("wb") as file:
            file.write(b"1")
            file.flush()
            subprocess.run([sys.executable, "-c", code, name], stdout=file, check=True, cwd=ROOT)
            file.seek(0, os.SEEK_END)
            file.write(b"3")
        assert out.read_bytes() == b"123"
        piped = subprocess.run([sys.executable, "-c", code, name], stdout=subprocess.PIPE, check=True, cwd=ROOT)
        assert piped.stdout == b"2"
    assert names(tmp_path) == ["fifo", "link.parquet", "out"]


def test_what_grows_is_a_file_as_save_leaves_one(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"old" * 2_000_000)
    second.hardlink_to(first)
    _grow(first)
    assert second.read_bytes() == b"x" * 3_000_000
    _grow(tmp_path / "new", b"")
    for bad, why in (
        ((tmp_path), "is a directory"),
        (tmp_path / "none/x", "no such file"),
        (first, "nothing to write"),
    ):
        with pytest.raises(UsageError, match=rf"cannot write {re.escape(str(bad))}: .*{why}"):
            _grow(bad, b"")
    with pytest.raises(ZeroDivisionError), growing(second) as file:
        file.write(b"half" * (1 // 0))
    assert second.read_bytes() == b"x" * 3_000_000
    assert names(tmp_path) == ["first", "new", "second"]


def test_one_that_cannot_be_written_changes_none(tmp_path: Path) -> None:
    good = tmp_path / "good"
    good.write_text("old")
    with pytest.raises(UsageError, match=r"cannot write .*none/bad: no such file"):
        save_all([(good, b"new"), (tmp_path / "none" / "bad", b"new")])
    assert good.read_text() == "old"
    assert names(tmp_path) == ["good"]


def test_nothing_empty_takes_the_place_of_something(tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_text("old")
    with pytest.raises(UsageError, match="nothing to write"):
        save(file, b"")
    assert file.read_text() == "old"


def test_a_full_disk_leaves_the_old_one(tmp_path: Path) -> None:
    """The limit on a file's size stands for the disk: the same kind of error at the same call."""
    file, twice = tmp_path / "report", tmp_path / "twice"
    file.write_text("old")
    twice.hardlink_to(file)
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "from cudacompat.host.written import save\n"
        "save(sys.argv[1], b'x' * 5000)\n"
    )
    for _ in range(2):  # with two names, then with one
        ran = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, cwd=ROOT)
        assert "cannot write" in ran.stderr
        assert file.read_text() == "old"
        twice.unlink(missing_ok=True)
        assert names(tmp_path) == ["report"]


def test_a_kill_at_any_moment_leaves_the_old_or_the_new_one(tmp_path: Path) -> None:
    """Killed at each of the system calls that Python reports, one run after the other."""
    file = tmp_path / "report"
    code = (
        "import os, signal, sys\n"
        "from cudacompat.host.written import save\n"
        "import tempfile; tempfile.gettempdir(); tempfile._get_candidate_names()\n"
        "seen = 0\n"
        "def hook(event, _):\n"
        "    global seen\n"
        "    if event.partition('.')[0] in ('open', 'os', 'tempfile') and event != 'os.putenv':\n"
        "        seen += 1\n"
        "        if seen == int(sys.argv[2]): os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.addaudithook(hook)\n"
        "save(sys.argv[1], b'new' * 100000)\n"
    )
    met = []
    for at in range(1, 40):
        file.write_bytes(b"old" * 10)
        ran = subprocess.run([sys.executable, "-c", code, file, str(at)], cwd=ROOT, capture_output=True)
        met.append(file.read_bytes())
        if ran.returncode == 0:
            break
    assert set(met) == {b"old" * 10, b"new" * 100000}
    assert len(met) > 3, "it was never killed"


def test_appending_keeps_what_is_there(tmp_path: Path) -> None:
    append(tmp_path / "summary", b"one\n")
    append(tmp_path / "summary", b"two\n")
    assert (tmp_path / "summary").read_text() == "one\ntwo\n"


def test_nothing_else_in_the_package_writes_files() -> None:
    """What opens a file to write it stands here; the rest has a reason each."""
    import re

    writes = re.compile(
        r"""\.write_(?:text|bytes)\(|NamedTemporaryFile|mkstemp|\bos\.(?:replace|rename)\(|open\([^)]*["'](?:[wax]b?\+?|rb?\+)["']"""
    )
    allowed = {
        "host/written.py",
        "artifacts/files/extent.py",  # a member of an archive, in a temporary folder of its own
        "app/inputs/standard_input.py",  # standard input, in the temporary folder that it is read from
        "artifacts/binaries/text_keeper.py",  # PTX texts, in the temporary folder of their assembler
        "host/programs/demangle.py",  # names, in a temporary folder of their own
        "host/programs/demangle_child.py",  # what became of them, in the same
        "artifacts/remote/take.py",  # a download, in the temporary folder that it is read from
        "artifacts/reading/own_folder.py",  # results kept for the next run, in a folder that only this user writes to
        "host/runs/follow.py",  # a build's log, which others read while it grows
        "cli/streams.py",  # the standard streams
    }
    package = ROOT / "cudacompat"
    found = {path.relative_to(package).as_posix() for path in package.rglob("*.py") if writes.search(path.read_text())}
    assert found <= allowed, found - allowed
    assert "host/written.py" in found
