"""`-` in place of a path: containers as they come, all else from the disk, and a stream that ends badly."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from cudacompat.app.inputs import standard_input
from tests.helpers import device_files as df
from tests.helpers.images import layer, saved
from tests.helpers.run import Ran, cudacompat, inside

OLD, NEW = df.library("sm_75"), df.library("sm_120")
IMAGE = saved(layer(("usr/lib/old.so", OLD), ("usr/lib/new.so", NEW)), layer(("usr/lib/.wh.old.so", b"")))
SICK = saved(layer(("usr/lib/old.so", OLD), ("usr/lib/new.so", NEW)))


def piped(monkeypatch: pytest.MonkeyPatch, data: bytes, *arguments: str) -> Ran:
    """The run with these bytes in a real pipe."""
    out, into = os.pipe()

    def write() -> None:
        with os.fdopen(into, "wb") as stream:
            stream.write(data)

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(out) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        ran = inside(*arguments)
    writer.join()
    return ran


def judged(monkeypatch: pytest.MonkeyPatch, data: bytes, *more: str) -> Ran:
    return piped(monkeypatch, data, "check", "-", "--gpu", "12.0", "--no-config", "--format", "json", *more)


def wheel() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("pkg/old.so", OLD)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "code", "paths"),
    [
        (IMAGE, 0, ["-!/usr/lib/new.so"]),
        (gzip.compress(IMAGE), 0, ["-!/usr/lib/new.so"]),
        (SICK, 1, ["-!/usr/lib/new.so", "-!/usr/lib/old.so"]),
        (layer(("a.so", OLD)), 1, ["-!/a.so"]),
        (wheel(), 1, ["-!/pkg/old.so"]),
        (NEW, 0, ["-"]),
        (OLD, 1, ["-"]),
        (gzip.compress(OLD), 1, ["-!/-"]),
    ],
    ids=["image", "image.gz", "sick image", "tar", "wheel", "library", "sick library", "library.gz"],
)
def test_what_comes_is_judged(monkeypatch: pytest.MonkeyPatch, data: bytes, code: int, paths: list[str]) -> None:
    ran = judged(monkeypatch, data, "--max-bytes", "1 GB")
    assert (ran.code, [each["path"] for each in ran.json["artifacts"]], ran.err) == (code, paths, "")


def test_nothing_of_a_container_is_put_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standard_input, "spooled", None)
    assert judged(monkeypatch, IMAGE).code == 0
    ran = piped(monkeypatch, wheel(), "check", "-", "--gpu", "12.0", "--no-config")
    assert ran.code == 70  # a zip was to be put there


def test_the_size_of_a_stream_is_held_to_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [each["id"] for each in judged(monkeypatch, IMAGE, "--max-bytes", "10 B").json["findings"]] == ["too-big"]


@pytest.mark.parametrize("share", [0, 0.2, 0.5, 0.8])
def test_a_stream_that_ends_early_is_no_success(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    for data in (IMAGE.rstrip(b"\0"), gzip.compress(IMAGE)):
        ran = judged(monkeypatch, data[: int(len(data) * share)])
        assert (ran.code in (1, 4), bool(ran.json["not_read"])) == (True, True)


def test_limits_of_what_is_put_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = judged(monkeypatch, wheel(), "--max-bytes-read", "100")
    assert (ran.code, ran.out) == (5, "")
    assert "--max-bytes-read" in ran.err


@pytest.mark.parametrize("data", [b"", IMAGE[:3000], OLD[:700]], ids=["nothing", "image", "library"])
def test_a_writer_that_stalls_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    out, into = os.pipe()
    os.write(into, data)
    with os.fdopen(out) as stream, os.fdopen(into):
        monkeypatch.setattr(sys, "stdin", stream)
        ran = inside("check", "-", "--gpu", "12.0", "--no-config", "--max-seconds", "0.3")
    assert ran.code in (4, 5)
    assert "--max-seconds" in ran.out + ran.err


def test_a_closed_standard_input() -> None:
    assert cudacompat("check", "-", "--gpu", "12.0", "--no-config").code == 4


def test_an_empty_standard_input_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(monkeypatch, b"").json["not_read"] == [{"path": "-", "why": "standard input is empty"}]


def test_named_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (("check", "-", "-", "--gpu", "12.0"), ("diff", "-", "-")):
        ran = piped(monkeypatch, b"", *arguments)
        assert (ran.code, ran.out) == (2, "")


def test_one_side_of_a_comparison(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "new.tar").write_bytes(IMAGE)
    ran = piped(monkeypatch, SICK, "diff", "-", str(tmp_path / "new.tar"), "--format", "json")
    assert {each["name"] for each in ran.json["artifacts"]} == {"usr/lib/old.so", "usr/lib/new.so"}


FREEZE = b"numpy==2.0\ntorch==2.6.0\n"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (FREEZE, 1),
        (b"torch==2.8.0\n", 0),
        (b"torch==99.0\n", 4),
        (b"torch==2.8.0\nnumpy==2.0\nnot a requirement\n", 4),
        (b"\xef\xbb\xbftorch==2.6.0\r\n", 1),
        (b"-e git+https://example.com/a.git@1#egg=a\ntorch @ https://download.pytorch.org/whl/cu124/torch-2.6.0%2Bcu124"
         b"-cp312-cp312-linux_x86_64.whl\n", 1),
    ],
)  # fmt: skip
def test_what_pip_freeze_prints_is_judged_as_a_list(monkeypatch: pytest.MonkeyPatch, data: bytes, code: int) -> None:
    ran = judged(monkeypatch, data)
    assert (ran.code, [each["path"] for each in ran.json["packages"]]) == (code, ["-"])


@pytest.mark.parametrize("data", [b"hello world\n", b"numpy\n", b"not a requirement\n" * 2 + FREEZE, FREEZE + b"\0"])
def test_a_text_that_is_no_list_is_no_list(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    assert "packages" not in judged(monkeypatch, data).json or not judged(monkeypatch, data).json["packages"]


def test_a_long_text_is_read_whole_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = judged(monkeypatch, FREEZE + b"# a comment\n" * 100_000)
    assert [(each["id"], each["path"]) for each in ran.json["findings"]] == [("no-device-code", "-")]
