"""Fuzz targets for what holds device code: fatbins, cubins, PTX, host binaries, archives, wheels."""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress

from cudacompat.app.check import judge_read
from cudacompat.artifacts.binaries import compression, pe, ptx
from cudacompat.artifacts.binaries.buffer import Allowance, UnreadableError
from cudacompat.artifacts.files.binary import read_binary
from cudacompat.artifacts.files.sniff import HEAD, Kind, sniff
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.machine.components import SiteFolder
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.words.code import ReadResult
from cudacompat.domain.words.limits import Limits
from cudacompat.environments.pip import components
from tests.artifacts.binaries.test_read_binary import DATA, pe_image
from tests.helpers import device_files, fatbin_writer, h200, toolchain
from tests.helpers.build import target
from tools.fuzz.target import ROOT, FuzzTarget, file_of, scratch

_TARGETS = (target("9.0", "580"), target("12.0"))
_TEXT = toolchain.ptx_text("8.0", "80")
_SMALL = 16 << 10


def _judged(read: ReadResult) -> None:
    judge_read(read, _TARGETS, Policy())


def _as(kind: Kind) -> Callable[[bytes], None]:
    """Read as a file of this kind, whatever its first bytes are, and judge."""

    def run(data: bytes) -> None:
        if kind is Kind.COFF and not pe.is_coff(data[:HEAD], len(data)):
            return  # such a file has no magic number; without this look nothing is read as one
        read_binary("x", data, kind, Allowance(Limits().of_file(len(data))), kernels=False)
        found = read_binary("x", data, kind, Allowance(Limits().of_file(len(data))), kernels=True).artifact
        if found is not None:
            _judged(ReadResult((found,), (), 1, 0, ()))

    return run


def _named(name: str) -> Callable[[bytes], None]:
    """Read as a file on the disk, which is told by its bytes, and judge."""

    def run(data: bytes) -> None:
        with file_of(data, name) as path:
            _judged(read_paths([str(path)], kernels=True))

    return run


def _inflated(data: bytes) -> None:
    """The first two bytes choose the algorithm and the size that the header promises."""
    if len(data) < 2:
        return
    for flags in (0x1000, 0x2000, 0x4000, 0x8000):
        with suppress(UnreadableError):
            compression.inflate(data[2:], flags, int.from_bytes(data[:2], "little"))


def _ptx(data: bytes) -> None:
    ptx.may_be_ptx(data)
    ptx.is_ptx(data)
    ptx.damage(data)
    ptx.unresolved(data)
    ptx.kernels(data)
    with suppress(UnreadableError):
        ptx.read_head(data)


def _installed(data: bytes) -> None:
    """A zero byte parts RECORD, METADATA and direct_url.json of one installed distribution."""
    listed, metadata, origin = (*data.split(b"\0", 2), b"", b"")[:3]
    site = scratch() / "site"
    info = site / "engine-1.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (site / "engine").mkdir(exist_ok=True)
    (site / "engine" / "lib.so").touch()
    for name, piece in (("RECORD", listed), ("METADATA", metadata), ("direct_url.json", origin)):
        (info / name).write_bytes(piece)
    components([SiteFolder(str(site), str(scratch()))])


# -- seeds


def _cases(*suffixes: str, most: int = 40) -> Iterator[bytes]:
    """Files that a real driver has answered for, the small ones."""
    with zipfile.ZipFile(h200.DATA / "cases.zip") as archive:
        names = [i.filename for i in archive.infolist() if i.filename.endswith(suffixes) and i.file_size <= _SMALL]
        step = max(1, len(names) // most)
        for name in names[::step]:
            yield archive.read(name)


def _fatbins() -> Iterator[bytes]:
    yield from _cases(".fatbin")
    for how in ("zlib", "lz4", "lz4-frame", "zstd"):
        yield fatbin_writer.fatbin(fatbin_writer.ptx(_TEXT, compression=how))


def _elves() -> Iterator[bytes]:
    yield device_files.library("sm_80", "sm_90")
    yield from _cases(".cubin", most=5)
    yield (ROOT / "examples/incident/libggml-cuda.so").read_bytes()


def _windows() -> Iterator[bytes]:
    fatbin = fatbin_writer.fatbin(fatbin_writer.ptx(_TEXT))
    yield pe_image((b".nv_fatb", fatbin, DATA), (b"__nv_rel", fatbin, DATA))


def _objects() -> Iterator[bytes]:
    """A COFF object: its section's long name stands in the table of strings."""
    fatbin = fatbin_writer.fatbin(fatbin_writer.ptx(_TEXT))
    head = struct.pack("<HHIIIHH", 0x8664, 1, 0, 60 + len(fatbin), 0, 0, 0)
    table = struct.pack("<8sIIIIIIHHI", b"/4", 0, 0, len(fatbin), 60, 0, 0, 0, 0, DATA)
    yield head + table + fatbin + struct.pack("<I", 20) + b"__nv_relfatbin\0"


def _archives() -> Iterator[bytes]:
    for data in _cases(".fatbin", ".cubin", most=6):
        yield b"!<arch>\n" + b"unit.o/         0           0     0     644     %-10d`\n" % len(data) + data
        yield b"!<arch>\n//%-46s%-10d`\nlong-name-of-an-object.o/\n\n" % (b"", 26) + b"/0%-46s%-10d`\n" % (
            b"", len(data)
        ) + data  # fmt: skip


def _zipped(method: int, **members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(f"pkg/{name}", data)
    return stream.getvalue()


def _zips() -> Iterator[bytes]:
    (one, *_) = _cases(".fatbin", most=1)
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        yield _zipped(method, lib=one, more=b"text")
    inner = _zipped(zipfile.ZIP_DEFLATED, lib=one)
    yield _zipped(zipfile.ZIP_STORED, **{"inner.whl": inner, "RECORD": b"pkg/inner.whl,,\n"})


def _tars() -> Iterator[bytes]:
    (one, *_) = _cases(".fatbin", most=1)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in (("pkg/lib.fatbin", one), ("pkg/a.txt", b"text")):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    plain = stream.getvalue()
    yield plain
    yield gzip.compress(plain, mtime=0)
    yield lzma.compress(plain)
    head = b"debian-binary   0           0     0     644     4         `\n2.0\n"
    packed = gzip.compress(plain, mtime=0)
    yield b"!<arch>\n" + head + b"data.tar.gz     0           0     0     644     %-10d`\n" % len(packed) + packed


def _cpios() -> Iterator[bytes]:
    (one, *_) = _cases(".fatbin", most=1)
    fields = [1, 0o100644, 0, 0, 1, 0, len(one), 0, 0, 0, 0, 4, 0]
    head = b"070701" + b"".join(b"%08x" % number for number in fields) + b"lib\0" + bytes(2)
    end = b"070701" + b"".join(b"%08x" % number for number in (*[0] * 11, 11, 0)) + b"TRAILER!!!\0"
    yield head + one + bytes(-len(one) % 4) + end
    old = struct.pack("<13H", 0o070707, 1, 1, 0o100644, 0, 0, 1, 0, 0, 0, 4, len(one) >> 16, len(one) & 0xFFFF)
    yield old + b"lib\0" + one
    headers = 2 * (b"\x8e\xad\xe8\1" + bytes(4) + struct.pack(">II", 1, 16) + bytes(32))
    yield b"\xed\xab\xee\xdb" + bytes(92) + headers + gzip.compress(head + one + end, mtime=0)


def _mixed() -> Iterator[bytes]:
    for make in (_fatbins, _windows, _archives, _zips, _tars):
        yield from list(make())[:3]


def _listings() -> Iterator[bytes]:
    yield (
        b"engine/lib.so,sha256=x,10\nengine/__init__.py,,\n"
        b"\0Metadata-Version: 2.1\nName: engine\nVersion: 1.0\n\n"
        b'\0{"url": "file:///src", "dir_info": {"editable": true}}'
    )
    yield b'"engine/a ""b"".so",,\r\n../../../lib/x.so,,\n\0Name: engine\nVersion: 1!2.0+cu128\n'


def _kind(data: bytes) -> None:
    sniff(data[:HEAD], len(data))


TARGETS = (
    FuzzTarget("fatbin", _as(Kind.FATBIN), _fatbins, _SMALL),
    FuzzTarget("cubin", _as(Kind.CUBIN), lambda: _cases(".cubin"), _SMALL),
    FuzzTarget("elf", _as(Kind.ELF), _elves, 48 << 10),
    FuzzTarget("pe", _as(Kind.PE), _windows, _SMALL),
    FuzzTarget("coff", _as(Kind.COFF), _objects, _SMALL),
    FuzzTarget("ar", _as(Kind.AR), _archives, _SMALL),
    FuzzTarget("nvvm-ir", _as(Kind.NVVM_IR), lambda: (b"\xed\x43\x4e\x7f" + bytes(64),), _SMALL),
    FuzzTarget("tile-ir", _as(Kind.TILE_IR), lambda: (b"\x7fTileIR\0" + bytes(64),), _SMALL),
    FuzzTarget("ptx", _ptx, lambda: _cases(".ptx", most=20), words=(
        ".version", ".target", ".address_size", ".visible", ".entry", ".func", ".extern", "sm_120a", "/*", "*/", "//",
    )),
    FuzzTarget("compression", _inflated, lambda: (fatbin[80:] for fatbin in _fatbins()), 2048),
    FuzzTarget("sniff", _kind, _mixed, 1024),
    FuzzTarget("file", _named("any"), _mixed, _SMALL),
    FuzzTarget("zip", _named("any.whl"), _zips, _SMALL),
    FuzzTarget("tar", _named("any.tar"), _tars, _SMALL),
    FuzzTarget("cpio", _named("any.cpio"), _cpios, _SMALL),
    FuzzTarget("wheel-metadata", _installed, _listings, 2048, words=("direct_url.json", ".so", "sha256=", "Name:")),
)  # fmt: skip
