"""A file behind an address, from a server that does what it should, and from those that do not."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from pathlib import Path

import pytest

from cudacompat.artifacts.reading.read import read_paths
from cudacompat.artifacts.remote import connection
from cudacompat.artifacts.remote import take as taking
from cudacompat.artifacts.remote.connection import Patience, why_refused
from cudacompat.artifacts.remote.errors import RemoteError
from cudacompat.artifacts.remote.take import Taken, take
from cudacompat.domain.words.paths import ArtifactPath
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.file_server import FileServer, serving

CODE = fw.fatbin(fw.ptx(toolchain.ptx_text("8.6", "80")))
QUICK = Patience(silent_s=0.5, window_s=0.3, least=1 << 20, whole_s=20.0)


def wheel(prefix: bytes = b"") -> bytes:
    """Two files with code between much that has none."""
    made = io.BytesIO()
    made.write(prefix)
    noise = random.Random(1)
    with zipfile.ZipFile(made, "a" if prefix else "w") as archive:
        archive.writestr("demo/first.fatbin", CODE)
        for number in range(40):
            archive.writestr(f"demo/include/h{number}.h", noise.randbytes(9000))
        archive.writestr("demo/second.bin", CODE)
        archive.writestr("demo/large.py", noise.randbytes((1 << 20) + 1))
        archive.writestr("demo-1.0.dist-info/RECORD", "")
    return made.getvalue()


WHEEL = wheel()


class Told:
    def __init__(self) -> None:
        self.sizes: list[int | None] = []
        self.bytes = 0

    def began(self, size: int | None) -> None:
        self.sizes.append(size)

    def came(self, count: int) -> None:
        self.bytes += count


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_PAUSES_S", (0.0, 0.0))
    monkeypatch.setattr(taking, "_NEAR", 1 << 10)


def taken(served: FileServer, into: Path, told: Told | None = None, patience: Patience = QUICK) -> Taken:
    with serving(served):
        return take(served.url, into, told or Told(), 1 << 30, patience)


def codes_in(path: Path) -> list[str | None]:
    return [ArtifactPath.parse(each.path).inner for each in read_paths([str(path)], kernels=False).artifacts]


def test_of_a_zip_only_what_may_hold_code_travels(tmp_path: Path) -> None:
    served, told = FileServer(WHEEL), Told()
    result = taken(served, tmp_path / "it", told)
    assert codes_in(tmp_path / "it") == ["demo/first.fatbin", "demo/second.bin"]
    assert result.size == len(WHEEL)
    assert result.left_out == 40
    assert result.travelled == told.bytes == served.sent < len(WHEEL) - 200_000
    assert told.sizes == [len(WHEEL)]
    assert read_paths([str(tmp_path / "it")], kernels=False).not_read == ()


def test_a_zip_whose_first_member_is_left_out_is_still_told_as_one(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("nvidia/__init__.py", "")
        archive.writestr("nvidia/demo.h", random.Random(1).randbytes(9000))
        archive.writestr("nvidia/lib/libdemo.so.11", CODE)
    assert taken(FileServer(made.getvalue()), tmp_path / "it").left_out == 2
    assert codes_in(tmp_path / "it") == ["nvidia/lib/libdemo.so.11"]


@pytest.mark.parametrize("first", [10, 600, 9000])
def test_a_zip_that_begins_with_a_member_that_stays_behind_is_still_one(tmp_path: Path, first: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("demo/__init__.py", random.Random(1).randbytes(first))
        archive.writestr("demo/code.bin", CODE)
        archive.writestr("demo/text.py", b"")
    assert taken(FileServer(made.getvalue()), tmp_path / "it").left_out == 2
    assert codes_in(tmp_path / "it") == ["demo/code.bin"]


def test_the_file_that_names_the_cuda_release_travels(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("demo/version.py", "cuda = '12.6'")
        archive.writestr("demo/other.py", "")
    assert taken(FileServer(made.getvalue()), tmp_path / "it").left_out == 1
    with zipfile.ZipFile(tmp_path / "it") as there:
        assert there.read("demo/version.py") == b"cuda = '12.6'"


def test_a_large_member_travels_whatever_it_is_called(tmp_path: Path) -> None:
    taken(FileServer(WHEEL), tmp_path / "it")
    with zipfile.ZipFile(tmp_path / "it") as archive:
        assert archive.testzip() is None
        assert "demo/large.py" in archive.namelist()


def test_a_server_without_ranges_sends_all_in_one_answer(tmp_path: Path) -> None:
    served = FileServer(WHEEL, ranges=False)
    result = taken(served, tmp_path / "it")
    assert (tmp_path / "it").read_bytes() == WHEEL
    assert result == Taken(len(WHEEL), len(WHEEL))
    assert len(served.asked) == 1


def test_a_file_that_is_no_zip_comes_whole(tmp_path: Path) -> None:
    taken(FileServer(CODE * 3), tmp_path / "it")
    assert (tmp_path / "it").read_bytes() == CODE * 3


@pytest.mark.parametrize(
    "served",
    [
        pytest.param(FileServer(WHEEL, lie=lambda start, end: (start + 7, end + 7)), id="other-bytes"),
        pytest.param(FileServer(WHEEL, claims=lambda start, end, total: f"bytes 0-{end}/{total}"), id="other-part"),
        pytest.param(FileServer(WHEEL, claims=lambda start, end, total: "bytes */9"), id="no-part"),
        pytest.param(
            FileServer(WHEEL, claims=lambda start, end, total: f"bytes {start}-{end - 1}/{total + 5}"), id="size"
        ),
    ],
)
def test_parts_that_do_not_fit_are_given_up_for_the_whole(served: FileServer, tmp_path: Path) -> None:
    taken(served, tmp_path / "it")
    assert (tmp_path / "it").read_bytes() == WHEEL
    assert served.asked[-1] == ""


def test_fewer_bytes_than_promised_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="before all bytes had come"):
        taken(FileServer(WHEEL, ranges=False, length=len(WHEEL) + 9), tmp_path / "it")


def test_a_broken_connection_goes_on_where_it_broke(tmp_path: Path) -> None:
    served = FileServer(WHEEL, cut=[1 << 20, 1 << 20, 1 << 20, 50_000])
    taken(served, tmp_path / "it")
    with zipfile.ZipFile(tmp_path / "it") as archive:
        assert archive.testzip() is None
    starts = [each.removeprefix("bytes=").split("-")[0] for each in served.asked]
    assert len(starts) > len(set(starts)) - 1
    assert served.cut == []


def test_a_file_that_changes_in_between_is_never_mixed(tmp_path: Path) -> None:
    other = wheel(b"another beginning")

    def change(served: FileServer) -> None:
        served.data, served.etag = other, '"two"'

    taken(FileServer(WHEEL, after=change), tmp_path / "it")
    assert (tmp_path / "it").read_bytes() == other


def test_without_an_etag_another_size_tells_it(tmp_path: Path) -> None:
    other = wheel(b"another beginning")

    def change(served: FileServer) -> None:
        served.data = other

    taken(FileServer(WHEEL, etag=None, after=change), tmp_path / "it")
    assert (tmp_path / "it").read_bytes() == other


def test_a_server_that_falls_silent_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match=r"sent nothing for too long|bytes in"):
        taken(FileServer(WHEEL, stall_s=1.0), tmp_path / "it", patience=Patience(0.2, 9.0, 1, whole_s=9.0))


def test_a_server_that_trickles_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match=r"the server sent \d+ bytes in|not there after"):
        taken(FileServer(WHEEL, stall_s=0.05), tmp_path / "it", patience=Patience(5.0, 0.3, 1 << 20, whole_s=3.0))


@pytest.mark.parametrize(
    ("status", "why", "sealed"),
    [(401, "asks for a password", True), (404, "no such file", False), (500, "answers HTTP 500", False)],
)
def test_a_status_is_said_in_words(status: int, why: str, sealed: bool, tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match=why) as raised:
        taken(FileServer(WHEEL, status=status), tmp_path / "it")
    assert raised.value.sealed is sealed


def test_no_redirect_leads_away_from_this_kind_of_address(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="HTTP 302"):
        taken(FileServer(WHEEL, redirect="file:///etc/passwd"), tmp_path / "it")
    with pytest.raises(RemoteError, match="another address"):
        taken(FileServer(WHEEL, redirect="http://example.org/x"), tmp_path / "it")


def test_more_than_was_allowed_is_refused_before_it_travels(tmp_path: Path) -> None:
    served = FileServer(WHEEL)
    with serving(served), pytest.raises(RemoteError, match="has more than"):
        take(served.url, tmp_path / "it", Told(), 1000, QUICK)
    assert served.sent <= 512


def test_a_file_is_held_to_the_sha256_of_its_address(tmp_path: Path) -> None:
    served = FileServer(WHEEL)
    with serving(served):
        take(f"{served.url}#sha256={hashlib.sha256(WHEEL).hexdigest()}", tmp_path / "a", Told(), 1 << 30, QUICK)
        assert (tmp_path / "a").read_bytes() == WHEEL
        with pytest.raises(RemoteError, match="sha256"):
            take(f"{served.url}#sha256={'0' * 64}", tmp_path / "b", Told(), 1 << 30, QUICK)


@pytest.mark.parametrize("cut", [1, 30, 200, 5000])
def test_a_zip_without_its_end_comes_whole_and_is_told_as_damaged(cut: int, tmp_path: Path) -> None:
    taken(FileServer(WHEEL[:-cut]), tmp_path / "it")
    assert (tmp_path / "it").read_bytes() == WHEEL[:-cut]


def test_a_zip_of_many_gigabytes_is_found_by_its_second_end_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    taken(FileServer(wheel()), tmp_path / "it")
    assert codes_in(tmp_path / "it") == ["demo/first.fatbin", "demo/second.bin"]


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("https://example.org/x.whl", False),
        ("http://127.0.0.1:8000/x.whl", False),
        ("http://localhost/x.whl", False),
        ("http://example.org/x.whl", True),
        ("https:///x.whl", True),
        ("https://example.org:0/x", True),
        ("https://example.org/a b", True),
    ],
)
def test_which_addresses_are_asked(url: str, refused: bool) -> None:
    assert (why_refused(url) is not None) is refused
