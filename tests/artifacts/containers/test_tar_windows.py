"""Large members of a tar archive that lies on the disk are read where they lie, and held nowhere."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest

from cudacompat.artifacts.containers.base import MemberBytes, Source
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import ReadResult
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain

FATBIN = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80")))
OTHER = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "90")))
LARGE = FATBIN + bytes(9 << 20) + FATBIN
STRAY = bytes(9 << 20) + FATBIN


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the members that are held in memory, those of a few bytes left aside."""
    seen: list[int] = []
    real = Source.load

    def load(source: Source) -> bytearray:
        data = real(source)
        if len(data) > 1 << 20:
            seen.append(len(data))
        return data

    monkeypatch.setattr(Source, "load", load)
    return seen


def tar_of(*members: tuple[str, bytes]) -> bytes:
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return into.getvalue()


def read(path: Path) -> ReadResult:
    return read_paths([str(path)], kernels=True)


def shown(result: ReadResult, root: Path) -> list[tuple[str, list[tuple[int, str]]]]:
    return [
        (each.path.removeprefix(f"{root}!/"), [(m.offset, str(m.entries[0].target)) for m in each.modules])
        for each in result.artifacts
    ]


BOTH = [(0, "compute_80"), (len(LARGE) - len(FATBIN), "compute_80")]
INSIDE = [("small", FATBIN), ("a/lib.so", LARGE), ("b.cubin", OTHER)]


def test_a_large_member_is_read_where_it_lies(tmp_path: Path, held: list[int]) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(tar_of(*INSIDE))
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(path.read_bytes(), 1))
    found = read(path)
    assert shown(found, path) == [
        ("small", BOTH[:1]),
        ("a/lib.so", BOTH),
        ("b.cubin", [(0, "compute_90")]),
    ]
    assert held == []
    inflated = read(tmp_path / "x.tar.gz")
    assert shown(inflated, tmp_path / "x.tar.gz") == shown(found, path)
    assert held == [len(LARGE)]  # what comes out of a stream has no place


def test_a_member_of_an_archive_in_an_archive_is_read_where_it_lies(tmp_path: Path, held: list[int]) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(tar_of(("first", b"text"), ("in.tar", tar_of(*INSIDE)), ("last", OTHER)))
    found = read(path)
    assert found.not_read == ()
    assert shown(found, path) == [
        ("in.tar!/small", BOTH[:1]),
        ("in.tar!/a/lib.so", BOTH),
        ("in.tar!/b.cubin", [(0, "compute_90")]),
        ("last", [(0, "compute_90")]),
    ]
    assert held == []


def test_layers_of_a_saved_image_are_what_their_digests_say(tmp_path: Path, held: list[int]) -> None:
    layer = tar_of(("opt/lib.so", LARGE))
    digest = sha256(layer).hexdigest()
    rootfs = {"type": "layers", "diff_ids": [f"sha256:{digest}"]}
    config = json.dumps({"rootfs": rootfs, "os": "linux", "architecture": "amd64"}).encode()
    name = f"{sha256(config).hexdigest()}.json"
    manifest = json.dumps([{"Config": name, "RepoTags": ["a:b"], "Layers": ["l/layer.tar"]}]).encode()
    path = tmp_path / "image.tar"
    path.write_bytes(tar_of(("l/layer.tar", layer), (name, config), ("manifest.json", manifest)))
    found = read(path)
    assert found.not_read == ()
    assert [len(each.modules) for each in found.artifacts] == [2]
    assert [each.name for each in found.images] == ["a:b"]
    assert held == []


def test_what_lies_behind_an_archive_that_is_cut_off_is_none_of_its_member(tmp_path: Path, held: list[int]) -> None:
    """The member says more bytes than its archive has: behind them, other members of the outer archive follow."""
    inner = tar_of(("lib.so", STRAY))[: 1024 + (1 << 20)]
    path = tmp_path / "x.tar"
    path.write_bytes(tar_of(("in.tar", inner), ("pad", b"\1" * (9 << 20)), ("behind", OTHER)))
    found = read(path)
    assert shown(found, path) == [("behind", [(0, "compute_90")])]
    assert {each.why for each in found.not_read} == {"truncated", "damaged tar archive: truncated"}


def test_an_archive_that_is_cut_off_in_a_large_member_is_said(tmp_path: Path, held: list[int]) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(tar_of(("lib.so", STRAY))[: 5 << 20])
    found = read(path)
    assert found.artifacts == ()
    assert {each.why for each in found.not_read} == {"truncated", "damaged tar archive: truncated"}


def test_a_place_is_that_of_the_next_byte(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"0123456789")
    with (tmp_path / "x").open("rb", buffering=0) as file:
        source = Source("x", 10, file, pay=lambda _: None, file=file)
        assert (source.peek(4), source.read(1)) == (b"0123", b"0")
        assert source.place() == (file, 1, 9)
        inside = Source("y", 5, MemberBytes(source, 5), pay=lambda _: None)
        assert (inside.peek(3), inside.read(1)) == (b"123", b"1")
        assert inside.place() == (file, 2, 4)
        assert Source("z", 1, io.BytesIO(b"0"), pay=lambda _: None).place() is None
