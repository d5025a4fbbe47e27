"""One budget for each path that is named: what it bounds, and how it is said that it was reached."""

from __future__ import annotations

import dataclasses
import gzip
import io
import json
import re
import struct
import time
import zipfile
from pathlib import Path

import pytest

from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import ReadResult
from cudacompat.domain.words.limits import Limits
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.run import cudacompat, inside

FATBIN = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80")))
ROOMY = FATBIN + bytes(200_000)


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def read(*paths: Path, limits: Limits) -> ReadResult:
    return read_paths([str(path) for path in paths], kernels=False, limits=limits)


def whys(result: ReadResult) -> list[tuple[str, str]]:
    return [(Path(each.path).name, each.why) for each in result.not_read]


@pytest.fixture(scope="module")
def large_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One whose 2,000 members inflate to 400 MB."""
    path = tmp_path_factory.mktemp("large") / "x.zip"
    path.write_bytes(zipped(*((f"m{n}", ROOMY) for n in range(2000))))
    return path


def test_members_of_nested_archives_are_counted_together(tmp_path: Path) -> None:
    inner = zipped(*((f"m{n}", FATBIN) for n in range(10)))
    path = tmp_path / "x.zip"
    path.write_bytes(zipped(*((f"{n}.zip", inner) for n in range(10))))
    assert read(path, limits=Limits(members=110)).not_read == ()
    result = read(path, limits=Limits(members=50))
    assert whys(result) == [("x.zip", "more than 50 members (--max-members): the rest was not read")]
    assert len(result.artifacts) == 50 - 5  # of the first five archives, four whole ones and five members


def test_files_of_a_folder_share_the_budget_and_paths_do_not(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.zip").write_bytes(zipped(*((f"m{n}", FATBIN) for n in range(5))))
    result = read(folder, limits=Limits(members=12))
    assert len(result.artifacts) == 12
    assert whys(result) == [("in", "more than 12 members (--max-members): the rest was not read")]
    alone = [folder / f"{number}.zip" for number in range(4)]
    result = read(*alone, limits=Limits(members=12))
    assert (len(result.artifacts), result.not_read) == (20, ())


def test_bytes_are_counted_together(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped(*((f"{n}.zip", zipped(("lib", ROOMY))) for n in range(10))))
    result = read(path, limits=Limits(bytes=1_000_000, per_file=None))
    assert whys(result) == [("x.zip", "inflates to more than 1.0 MB (--max-bytes-read): the rest was not read")]
    assert 0 < len(result.artifacts) < 5


def test_one_file_may_not_inflate_a_thousandfold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cudacompat.domain.words.limits._GIB", 1 << 20)
    bomb, good = tmp_path / "in/bomb.gz", tmp_path / "in/good.gz"
    bomb.parent.mkdir()
    bomb.write_bytes(gzip.compress(FATBIN + bytes(8 << 20)))
    good.write_bytes(gzip.compress(FATBIN))
    result = read(bomb.parent, limits=Limits())
    assert whys(result) == [
        ("bomb.gz", "what this file may inflate to is used up (--max-bytes-read): the rest was not read")
    ]
    assert len(result.artifacts) == 1  # the next file has its own share
    assert read(bomb, limits=Limits(per_file=None)).not_read == ()


def test_time_is_up(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped(*((f"m{n}", FATBIN) for n in range(3000))))
    begin = time.monotonic()
    result = read(path, limits=Limits(seconds=0.02))
    assert time.monotonic() - begin < 5
    assert whys(result) == [("x.zip", "reading took more than 0.02 s (--max-seconds): the rest was not read")]


def test_rows_are_counted_where_they_are_too_many(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        raw = bytearray(zipped(*((f"m{n}", FATBIN) for n in range(10)), method=zipfile.ZIP_STORED))
        for central in re.finditer(rb"PK\x01\x02", raw):
            raw[central.start() + 8] |= 1  # encrypted
        (folder / f"{number}.zip").write_bytes(raw)
    result = read(folder, limits=Limits(rows=25))
    assert [each.why for each in result.not_read[:25]] == ["encrypted"] * 25
    assert whys(result)[25:] == [("in", "5 more could not be read: only the first 25 are listed")]


def test_small_archives_of_millions_of_members_end(tmp_path: Path) -> None:
    """A hundred thousand members that are one and the same, in a zip in a zip in a zip: two kilobytes."""
    count = 100_000
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"0"
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"0"
    table = entry * count
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(table), len(local))
    end += struct.pack("<4sLQL", b"PK\6\7", 0, len(local) + len(table), 1)
    end += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    middle = zipped(("i.zip", local + table + end))
    path = tmp_path / "x.whl"
    path.write_bytes(zipped(("m.zip", zipped(*((f"{n}.zip", middle) for n in range(200))))))
    assert path.stat().st_size < 5000
    ran = cudacompat("check", path, "--gpu", "9.0", "--no-config")
    assert (ran.code, "members (--max-members)" in ran.out) == (4, True)


@pytest.mark.parametrize(
    ("command", "option", "said"),
    [
        (command, option, said)
        for command in (("check", "--gpu", "12.0", "--no-config"), ("inspect",), ("doctor", "--gpu", "12.0"), ("diff",))
        for option, said in (
            (("--max-members", "3"), "--max-members"),
            (("--max-bytes-read", "1k"), "--max-bytes-read"),
            (("--max-seconds", "0.001"), "--max-seconds"),
        )
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_the_options_of_each_command(
    large_zip: Path, command: tuple[str, ...], option: tuple[str, ...], said: str
) -> None:
    path = large_zip
    paths = (path, path) if command == ("diff",) else (path,)
    ran = inside(command[0], *paths, *command[1:], *option, "--format", "json")
    rows = json.loads(ran.out)
    rows = rows.get("not_read") or rows.get("check", {}).get("not_read") or rows["new"]["not_read"]
    assert [said in each["why"] for each in rows] == [True] * len(paths)
    assert ran.code in (1, 4)


def test_a_finding_wins_over_what_was_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped(*((f"m{n}", fw.fatbin(fw.ptx(toolchain.ptx_text("8.6", "100")))) for n in range(5))))
    assert inside("check", path, "--gpu", "9.0", "--no-config", "--max-members", "3").code == 1
    path.write_bytes(zipped(*((f"m{n}", FATBIN) for n in range(5))))
    assert inside("check", path, "--gpu", "9.0", "--no-config", "--max-members", "3").code == 4
    assert inside("check", path, "--gpu", "9.0", "--no-config").code == 0


def test_help_states_the_defaults() -> None:
    limits = Limits()
    for command in ("check", "inspect", "doctor", "diff"):
        text = " ".join(inside(command, "--help").out.split())
        assert f"(default: {limits.members})" in text
        assert f"(default: {limits.bytes >> 30}G, and for each file {limits.per_file} times its size" in text
        assert f"(default: {limits.seconds:g})" in text


def test_limits_are_never_silent() -> None:
    """Every limit is one that some test above passes."""
    assert {each.name for each in dataclasses.fields(Limits)} == {
        *("members", "bytes", "seconds", "depth", "rows", "per_file")
    }
