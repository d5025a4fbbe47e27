"""Files that change while they are read: an answer, never a dead process."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import textwrap
import zipfile
from pathlib import Path

import pytest

from cudacompat.artifacts.binaries.buffer import FileBuffer, FileChangedError
from cudacompat.artifacts.reading.read import read_paths
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain

ROOT = Path(__file__).parents[3]
FATBIN = fw.fatbin(*(fw.ptx(toolchain.ptx_text("8.0", "80")) for _ in range(40)))
MANY = FATBIN * 150


def zip_of(data: bytes, method: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for number in range(4):
            archive.writestr(f"lib{number}.so", data)
    return stream.getvalue()


def tar_of(data: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for number in range(4):
            info = tarfile.TarInfo(f"lib{number}.so")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


KINDS = {
    "fatbin": lambda: MANY,
    "data": lambda: bytes(16) + os.urandom(1 << 20) * 20,
    "stored wheel": lambda: zip_of(MANY, zipfile.ZIP_STORED),
    "wheel": lambda: zip_of(MANY, zipfile.ZIP_DEFLATED),
    "tar": lambda: tar_of(MANY),
}

# Reads one file again and again while another process cuts it short at a moment that wanders through the reading.
_SCRIPT = textwrap.dedent(
    """
    import json, os, subprocess, sys, time
    from pathlib import Path
    from cudacompat.artifacts.reading.read import read_paths
    path, whole = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()
    cut = "import os, sys, time; sys.stdin.readline(); time.sleep(float(sys.argv[2])); os.truncate(sys.argv[1], 100)"
    path.write_bytes(whole)
    begin = time.monotonic()
    read_paths([str(path)], kernels=True)
    needed = time.monotonic() - begin
    answers = []
    for step in range(8):
        path.write_bytes(whole)
        cutter = subprocess.Popen(
            [sys.executable, "-c", cut, str(path), str(needed * step / 7)], stdin=subprocess.PIPE)
        time.sleep(0.1)
        cutter.stdin.write(b"go\\n"); cutter.stdin.flush()
        result = read_paths([str(path)], kernels=True)
        cutter.stdin.close()
        cutter.wait()
        answers.append([len(result.artifacts), [each.why for each in result.not_read], list(result.barren)])
    print(json.dumps(answers))
    """
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_short_while_it_is_read(tmp_path: Path, kind: str) -> None:
    (tmp_path / "whole").write_bytes(KINDS[kind]())
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, tmp_path / "x", tmp_path / "whole"],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("kernels", [False, True])
@pytest.mark.parametrize("at", range(0, 40, 3))
def test_a_short_read_at_any_moment_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, kernels: bool
) -> None:
    """The file loses its end just before the read number `at`."""
    path = tmp_path / "lib"
    path.write_bytes(FATBIN * 20)
    count = 0
    real = FileBuffer._read

    def reading(self: FileBuffer, start: int, size: int) -> bytes:
        nonlocal count
        if count == at:
            os.truncate(path, 600)
        count += 1
        return real(self, start, size)

    monkeypatch.setattr(FileBuffer, "_read", reading)
    result = read_paths([str(path)], kernels=kernels)
    assert count > at
    assert result.artifacts == ()
    assert [each.why for each in result.not_read] in (
        ["became shorter while it was read"],
        ["changed while it was read"],
    )


def test_a_file_that_grows_or_is_rewritten_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lib"
    real = FileBuffer._read
    for change in (lambda: path.open("ab").write(b"x"), lambda: path.write_bytes(FATBIN[::-1])):
        path.write_bytes(FATBIN)
        os.utime(path, (1, 1))

        def reading(self: FileBuffer, start: int, size: int, change: object = change) -> bytes:
            change()  # type: ignore[operator]
            return real(self, start, size)

        monkeypatch.setattr(FileBuffer, "_read", reading)
        result = read_paths([str(path)], kernels=False)
        assert (result.artifacts, [each.why for each in result.not_read]) == ((), ["changed while it was read"])


def test_a_window_says_that_the_file_ended(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(5000))
    with path.open("rb") as file:
        buffer = FileBuffer(file.fileno(), 5000)
        assert (buffer[4990:6000], buffer[7:3], len(buffer)) == (bytes(10), b"", 5000)
        os.truncate(path, 10)
        with pytest.raises(FileChangedError):
            buffer[2000:3000]


def test_a_file_is_searched_as_bytes_are(tmp_path: Path) -> None:
    """Matches at every place around the ends of the stretches that are read at a time."""
    from cudacompat.artifacts.binaries import buffer as module
    from cudacompat.artifacts.binaries.needle import Needle

    path = tmp_path / "x"
    data = bytearray(3 * module._LARGE)
    places = [module._LARGE * n + shift for n in (1, 2) for shift in range(-9, 9, 4)] + [0, len(data) - 4]
    for place in places:
        data[place : place + 4] = b"MARK"
    path.write_bytes(data)
    needle = Needle(b"MARK")
    with path.open("rb") as file:
        buffer = FileBuffer(file.fileno(), len(data))
        finds = (lambda at: buffer.search(needle, at, len(data)), lambda at: buffer.find(b"MARK", at, len(data)))
        for find in finds:
            found, at = [], 0
            while (at := find(at)) >= 0:
                found.append(at)
                at += 1
            assert found == sorted(places)
        assert buffer.search(needle, 1, places[0] + 3) == -1
        assert buffer.find(b"MARK", 1, places[0] + 3) == -1
