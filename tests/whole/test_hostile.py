"""Files made to break the reader: it says what it could not read, and neither raises, hangs nor fills the memory.

Mutations of real files are seeded, so that a failure can be repeated; what is heavy runs in a process of its own, with
its memory limited and a generous time limit (a hang, not a speed, is what it catches).
"""

from __future__ import annotations

import io
import json
import lzma
import os
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import lz4.block
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cudacompat.app.check import judge_read
from cudacompat.artifacts.binaries import compression, section
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.listing import InspectReport
from cudacompat.domain.words.code import ReadResult
from cudacompat.report.formats import FORMATS, formats_of, write
from tests.artifacts.binaries.test_read_binary import DATA, pe_image
from tests.helpers import fatbin_writer as fw
from tests.helpers import h200, toolchain
from tests.helpers.build import target
from tests.helpers.examples import at_most
from tests.helpers.run import EXAMPLE, ROOT, cudacompat

TARGETS = (target("9.0", "580"), target("12.0"))
TEXT = toolchain.ptx_text("8.0", "80")
FATBIN = fw.fatbin(fw.ptx(TEXT))
LIMIT = 1 << 30  # bytes of address space for a process that reads one hostile file


def everything(path: Path, *, formats: tuple[str, ...] = ("text", "json")) -> tuple[ReadResult, CheckReport]:
    """Read, judge and write; whatever the bytes are, nothing of this may raise."""
    light, full = (read_paths([str(path)], kernels=kernels) for kernels in (False, True))
    report = judge_read(full, TARGETS, Policy())
    for format_ in formats:
        for each, command in (
            (report, "check"),
            (InspectReport(light), "inspect"),
            (InspectReport(full, True, True), "inspect"),
        ):
            if format_ in formats_of(command):
                write(each, format_, io.StringIO(), "never")
    # what the headers alone show does not depend on whether kernels were asked for
    assert [(m.offset, len(m.entries)) for a in light.artifacts for m in a.modules] == [
        (m.offset, len(m.entries)) for a in full.artifacts for m in a.modules
    ]
    return full, report


# -- mutations of real files


def _archive(data: bytes) -> bytes:
    padded = data + bytes(len(data) % 2)
    return b"!<arch>\n" + b"unit.o/         0           0     0     644     %-10d`\n" % len(data) + padded


def _zipped(name: str, data: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr(name, data)
        archive.writestr("pkg/__init__.py", "")
    return stream.getvalue()


def _case(name: str) -> bytes:
    with zipfile.ZipFile(h200.DATA / "cases.zip") as archive:
        return archive.read(name)


REAL: dict[str, Callable[[], bytes]] = {
    "library": EXAMPLE.read_bytes,
    "wheel": lambda: _zipped("pkg/lib.so", EXAMPLE.read_bytes()),
    "stored wheel": lambda: _zipped("pkg/lib.so", EXAMPLE.read_bytes(), zipfile.ZIP_STORED),
    "fatbin": lambda: _case("nvcc/sm_80+compute_80.fatbin"),
    "compressed fatbin": lambda: _case("nvcc/sm_90-speed.fatbin"),
    "concatenated fatbin": lambda: _case("nvcc/concat-sm_80+sm_90.fatbin"),
    "cubin 11.8": lambda: _case("bare/cubin-11.8-sm_90.cubin"),
    "cubin 13.5": lambda: _case("bare/cubin-13.5-sm_100f.cubin"),
    "relocatable cubin": lambda: _case("bare/bare-relocatable-cubin-k2-unresolved.cubin"),
    "ptx": lambda: _case("outside/compute_80-relocatable-printf.ptx"),
    "program with relocatable code": lambda: _case("program/relink-library.so"),
    "archive": lambda: _archive(EXAMPLE.read_bytes()),
    "windows library": lambda: pe_image((b".nv_fatb", FATBIN, DATA), (b"__nv_rel", FATBIN, DATA)),
}
_NUMBERS = (0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 40, (1 << 62) - 8, (1 << 63) - 1, (1 << 64) - 16)


def _interesting(data: bytes) -> list[int]:
    """Places where headers lie: of the file, its section table, its fatbins and cubins, the end of a zip."""
    places = [0]
    for magic in (b"\x7fELF", b"\x50\xed\x55\xba", b"PK\x01\x02", b"PK\x05\x06", b"PE\0\0", b".version", b"`\n"):
        at = data.find(magic)
        while at >= 0:
            places.append(at)
            at = data.find(magic, at + 1)
    if data[:4] == b"\x7fELF":
        places.append(min(struct.unpack_from("<Q", data, 40)[0], len(data)))
    return places


def mutations(data: bytes, seed: int, count: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    places = _interesting(data)
    for _ in range(count):
        bad = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 5))):
            at = chance.randrange(len(bad)) if chance.random() < 0.3 else chance.choice(places) + chance.randrange(160)
            at = min(at, len(bad) - 1)
            kind = chance.randrange(6)
            if kind == 0:
                bad[at] ^= 1 << chance.randrange(8)
            elif kind in (1, 2):
                width = chance.choice((2, 4, 8))
                number = chance.choice((*_NUMBERS, chance.randrange(len(bad) + 64), len(bad)))
                bad[at : at + width] = (number & ((1 << 8 * width) - 1)).to_bytes(width, "little")
            elif kind == 3:
                del bad[at:]
                bad = bad or bytearray(b"\0")
            elif kind == 4:
                other = chance.randrange(len(bad))
                bad[at:at] = bad[other : other + chance.randrange(300)]
            else:
                length = chance.randrange(1, 64)
                bad[at : at + length] = chance.randbytes(length)
        yield bytes(bad)


@pytest.mark.parametrize("name", REAL)
def test_mutated_files_are_read_or_said_to_be_broken(tmp_path: Path, name: str) -> None:
    data = REAL[name]()
    path = tmp_path / "mutated"
    path.write_bytes(data)
    everything(path, formats=FORMATS)
    silent = 0
    for number, bad in enumerate(mutations(data, seed=len(data), count=40)):
        path.write_bytes(bad)
        try:
            result, _ = everything(path)
        except BaseException:
            (tmp_path / f"broken-{number}").write_bytes(bad)
            raise
        silent += bool(result.artifacts) and not result.not_read
    assert silent < 40  # the mutations do break things


@pytest.mark.parametrize("name", ["library", "compressed fatbin", "cubin 13.5", "wheel", "windows library"])
def test_every_length_of_a_cut_file(tmp_path: Path, name: str) -> None:
    data = REAL[name]()
    path = tmp_path / "cut"
    step = max(len(data) // 60, 1)
    for length in sorted({*range(0, min(len(data), 200), 7), *range(0, len(data), step)}):
        path.write_bytes(data[:length])
        result, report = everything(path, formats=("json",))
        assert result.not_read or result.barren or report.exit_code != 0 or result.artifacts, length


_FIELD = st.sampled_from((0, 1, 2, 7, 8, 63, 64, 72, 80, 0x100, 0x101, 0xFFF8, 0xFFFFFFF8, 1 << 40, (1 << 64) - 8))
_ENTRY = st.builds(
    lambda kind, version, header, payload, stored, options, arch, name, flags, key, size, body: (
        struct.pack(
            "<HHIQIIHHIIIQQQ",
            kind & 0xFFFF,
            version & 0xFFFF,
            header & 0xFFFFFFFF,
            payload,
            stored & 0xFFFFFFFF,
            options & 0xFFFFFFFF,
            8,
            1,
            arch,
            name & 0xFFFFFFFF,
            name & 0xFFFFFFFF,
            flags,
            key,
            size,
        )
        + body
    ),
    st.sampled_from((1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x200)) | _FIELD,
    st.just(0x101) | _FIELD,
    st.sampled_from((64, 72, 80, 128)) | _FIELD,
    _FIELD,
    _FIELD,
    _FIELD,
    st.integers(0, 1200),
    _FIELD,
    st.sampled_from((0x11, 0x1011, 0x2011, 0x4011, 0x8011, 0xF011, 0x10011, 0x100011, 0x300011)),
    st.sampled_from((0, 0, 1)),
    _FIELD,
    st.binary(max_size=200),
)


@settings(max_examples=at_most(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(_ENTRY, max_size=4), size=st.none() | _FIELD, version=st.sampled_from((1, 1, 1, 0, 2)))
def test_any_header_of_a_fatbin(tmp_path: Path, entries: list[bytes], size: int | None, version: int) -> None:
    body = b"".join(entries)
    path = tmp_path / "any"
    path.write_bytes(fw.header(len(body) if size is None else size, version=version) + body)
    everything(path, formats=("json",))


@settings(max_examples=at_most(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tail=st.binary(max_size=300), head=st.sampled_from([b"\x7fELF\x02\x01\x01", b"MZ", b"!<arch>\n", b"PK\x03\x04"]))
def test_any_bytes_behind_a_magic(tmp_path: Path, tail: bytes, head: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(head + tail)
    everything(path, formats=("json",))


# -- files made to fill the memory or the day: each in a process with 1 GiB and a minute


def elf_of(sections: list[tuple[int, int, int, int]], blob: bytes = b"") -> bytes:
    """A shared library: sections are (name, type, offset, size), named out of `.nv_fatbin`, `.rodata`."""
    strings = b"\0.nv_fatbin\0.rodata\0"
    count = len(sections) + 2
    table = 64 + len(blob) + len(strings)
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    escaped = count >= 0xFF00
    head += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, table, 0, 64, 0, 0, 64, 0 if escaped else count, 1)
    rows = [struct.pack("<IIQQQQIIQQ", 0, 0, 0, 0, 0, count if escaped else 0, 0, 0, 0, 0)]
    rows.append(struct.pack("<IIQQQQIIQQ", 0, 3, 0, 0, 64 + len(blob), len(strings), 0, 0, 1, 0))
    rows += [struct.pack("<IIQQQQIIQQ", name, kind, 2, 0, at, size, 0, 0, 1, 0) for name, kind, at, size in sections]
    return head + blob + strings + b"".join(rows)


def cubin_of(symbols: bytes, strings: bytes, extra: list[tuple[int, bytes]] | None = None, repeat: int = 1) -> bytes:
    """A cubin for sm_90 (ABI 8) with this table of symbols, and sections of other types each listed `repeat` times."""
    bodies = [(0, b""), (3, strings), (2, symbols), *(extra or [])]
    at, rows, body = 64, [], b""
    for number, (kind, data) in enumerate(bodies):
        row = struct.pack("<IIQQQQIIQQ", 0, kind, 0, 0, at, len(data), 1 if kind == 2 else 0, 0, 1, 24 * (kind == 2))
        rows += [row] * (repeat if number > 2 else 1)
        body += data
        at += len(data)
    head = b"\x7fELF\x02\x01\x01\x41\x08" + bytes(7)
    head += struct.pack("<HHIQQQIHHHHHH", 2, 190, 1, 0, 0, at, 0x06005A04, 64, 0, 0, 64, len(rows), 1)
    return head + body + b"".join(rows)


def entry_of(stored: bytes, flags: int, inflated: int, kind: int = 1, arch: int = 80) -> bytes:
    """A compressed entry that says what it likes of its size."""
    padding = -len(stored) % 8
    head = struct.pack(
        "<HHIQIIHHIIIQQQ",
        kind,
        0x101,
        64,
        len(stored) + padding,
        len(stored),
        0,
        0,
        8,
        arch,
        0,
        0,
        0x11 | flags,
        0,
        inflated,
    )
    return head + stored + bytes(padding)


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(data)


def in_fatbin(entry: bytes, times: int = 1) -> bytes:
    return fw.header(len(entry) * times) + entry * times


_KERNEL = b".entry a(){}"
_HEAD = b".version 8.0\n.target sm_80\n"
_BIG = 256 << 20


def _shared_names() -> bytes:
    """Half a million symbols whose names are the tails of one long one: 16 GB of names, if each were believed."""
    names = b"a" * 65000 + b"\0"
    symbols = b"".join(struct.pack("<IBBHQQ", number % 65000, 0x12, 0x10, 1, 0, 0) for number in range(500_000))
    return cubin_of(symbols, names)


def _overlapping_zip() -> bytes:
    """Sixty entries of the table that all name one member."""
    raw = _zipped("x", b"\x7fELF\x02\x01\x01\x33\x07" + bytes(7) + struct.pack("<HHI", 2, 190, 118) + bytes(5 << 20))
    at = raw.index(b"PK\x01\x02")
    length = 46 + struct.unpack_from("<H", raw, at + 28)[0]
    table = raw[at : at + length] * 60
    return raw[:at] + table + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 60, 60, len(table), at, 0)


BOMBS: dict[str, Callable[[], bytes]] = {
    "a million sections": lambda: elf_of([(0, 0, 0, 0)] * 1_000_000),
    "sections that all cover the same fatbins": lambda: elf_of([(1, 1, 64, len(FATBIN) * 500)] * 60_000, FATBIN * 500),
    "data sections that all cover the same fatbins": lambda: elf_of(
        [(12, 1, 64 + n, len(FATBIN) * 500 - n) for n in range(60_000)], FATBIN * 500
    ),
    "a section table that claims 2^40 entries": lambda: (
        elf_of([(0, 0, 0, 0)] * 70_000)[: 64 + 20]
        + struct.pack("<IIQQQQIIQQ", 0, 0, 0, 0, 0, 1 << 40, 0, 0, 0, 0) * 70_000
    ),
    "fatbin magic and nothing else": lambda: elf_of(
        [(12, 1, 64, 2_000_000)], fw.FATBIN_MAGIC.to_bytes(4, "little") * 500_000
    ),
    "cubin magic and nothing else": lambda: elf_of([(12, 1, 64, 2_100_000)], b"\x7fELF\x02\x01\x01" * 300_000),
    "cubin heads and nothing else": lambda: elf_of([(12, 1, 64, 1_920_000)], cubin_of(b"", b"")[:64] * 30_000),
    "a hundred thousand empty fatbins": lambda: fw.header(0) * 100_000,
    "more images than are read": lambda: in_fatbin(entry_of(b"", 0, 0, kind=8), 510_000),
    "a table of 2^32 concatenated images": lambda: (
        fw.header(64 + 16 + 8)
        + struct.pack("<HHIQIIHHIIIQQQ", 0x100, 0x101, 80, 8, 0, 64, 1, 0, 0, 0, 0, 0x11, 0, 0)
        + struct.pack("<II", 0xFFFFFFFF, 8)
        + bytes(16)
    ),
    "zstd that inflates to 512 MiB": lambda: in_fatbin(entry_of(_zstd(bytes(512 << 20)), 0x8000, 512 << 20)),
    "zstd that lies about its size": lambda: in_fatbin(entry_of(_zstd(bytes(512 << 20)), 0x8000, 1 << 20)),
    "zlib that lies about its size": lambda: in_fatbin(entry_of(zlib.compress(bytes(_BIG)), 0x1000, 1 << 16)),
    "lz4 that inflates to 200 MiB": lambda: in_fatbin(
        entry_of(lz4.block.compress(bytes(200 << 20), store_size=False), 0x2000, 200 << 20)
    ),
    "ten thousand small bombs": lambda: in_fatbin(entry_of(_zstd(bytes(1 << 20)), 0x8000, 1 << 20), 10_000),
    "PTX of one kernel, ten million times": lambda: in_fatbin(
        entry_of(_zstd(_HEAD + _KERNEL * 10_000_000), 0x8000, len(_HEAD) + len(_KERNEL) * 10_000_000)
    ),
    "PTX of a million functions that are not there": lambda: _HEAD + b".extern .func f;call f;" * 300_000 + _KERNEL,
    "PTX that never ends": lambda: _HEAD + b".entry a() .pragma ;" * 300_000,
    "symbols that share their names": _shared_names,
    "the same, in a fatbin of some kilobytes": lambda: in_fatbin(
        entry_of(_zstd(_shared_names()), 0x8000, len(_shared_names()), kind=2, arch=90)
    ),
    "a note that thousands of sections name": lambda: cubin_of(b"", b"\0", [(7, bytes(1_200_000))], repeat=60_000),
    "a large note that thousands of sections name": lambda: cubin_of(
        b"", b"\0", [(7, struct.pack("<III", 12, 3 << 20, 2000) + b"NVIDIA Corp\0" + bytes(3 << 20))], repeat=60_000
    ),
    "an archive of empty members": lambda: (
        b"!<arch>\n" + b"x/" + b" " * 46 + (b"0         `\nx/" + b" " * 46) * 200_000
    ),
    "a windows library of twenty thousand sections": lambda: pe_image(*[(b".rdata", b"", DATA)] * 20_000),
    "a zip bomb": lambda: _zipped("x", b"\x7fELF\x02\x01\x01" + bytes(100 << 20)),
    "a zip of zips of zeros": lambda: _zipped("x", _zipped("x", _zipped("x", FATBIN + bytes(80 << 20)))),
    "a zip whose members overlap": _overlapping_zip,
    "a zip bomb of lzma": lambda: _zipped("x", FATBIN + bytes(80 << 20), zipfile.ZIP_LZMA),
    "an xz file": lambda: lzma.compress(bytes(8 << 20)),
}
_SCRIPT = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit}))
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.app.check import judge_read
from cudacompat.domain.policy.policy import Policy
from tests.helpers.build import target
TARGETS = (target("9.0", "580"), target("12.0"))
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
answers = []
for path in sys.argv[1:]:
    for kernels in (False, True):
        found = read_paths([path], kernels=kernels)
        report = judge_read(found, TARGETS, Policy())
        answers.append([len(found.artifacts), [each.why for each in found.not_read], report.exit_code])
print(json.dumps([answers, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base]))
"""


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_soon_and_stay_small(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[name]())
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT.format(limit=LIMIT), path],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers, grown = json.loads(done.stdout)
    assert grown < 700 << 10, (grown, answers)
    for _, why, exit_code in answers:
        assert not any("memory" in each for each in why), why
        assert exit_code != 0, answers  # none of these is good


def test_what_a_bomb_may_claim_at_most() -> None:
    assert compression.largest_allowed(1 << 40) == 512 << 20
    assert compression.largest_allowed(10) == 1 << 20
    assert section.MAX_SECTIONS * 64 < 64 << 20  # a table of so many fits into what a zip may inflate unasked


def test_names_that_linkers_share_are_fine(tmp_path: Path) -> None:
    """Kernels whose names are tails of others, as linkers store them, are all read."""
    names = b"\0" + b"".join(b"%d_kernel_with_a_long_name\0" % number for number in range(50))
    offsets = [at + shift for at in range(len(names)) if names[at - 1 : at] == b"\0" for shift in (0, 1, 2)][:120]
    symbols = b"".join(struct.pack("<IBBHQQ", at, 0x12, 0x10, 1, 0, 0) for at in offsets)
    path = tmp_path / "cubin"
    path.write_bytes(cubin_of(symbols, names))
    (artifact,) = read_paths([str(path)], kernels=True).artifacts
    found = {names[at : names.index(b"\0", at)].decode() for at in offsets}
    assert set(artifact.modules[0].entries[0].kernels or ()) == found


# -- places and names


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/full", "/dev/tty", "/proc/self/mem"])
def test_devices_are_not_read(device: str) -> None:
    if not Path(device).exists():
        pytest.skip(f"no {device} here")
    result = read_paths([device], kernels=True)
    assert result.artifacts == ()
    assert result.not_read or result.barren


def test_a_folder_deeper_than_a_path_may_be(tmp_path: Path) -> None:
    here = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(30):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
        Path("lib").write_bytes(FATBIN)
    finally:
        os.chdir(here)
    result = read_paths([str(tmp_path)], kernels=True)
    assert result.artifacts == ()
    assert [each.why for each in result.not_read] == ["file name too long"]


def test_a_file_that_shrinks_to_nothing_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "lib"
    path.write_bytes(FATBIN)
    result = read_paths([str(path), str(path)], kernels=True, on_file=lambda name: Path(name).write_bytes(b""))
    assert result.artifacts == ()
    assert result.not_read or result.barren


ODD_MEMBERS = [
    "../../../etc/passwd",
    "/etc/passwd",
    "C:\\windows\\x.dll",
    "..\\..\\x",
    "\x1b[2J\x1b]0;owned\x07.so",
    "a\nerror: all is well\n.so",
    "[bold]x[/bold]",
    "\u202egnp.so",
    "a" * 60_000,
    "pkg/../../lib.so",
    "\x00hidden.so",
    "::error::x",
    "<script>alert(1)</script>",
]


def test_names_in_a_wheel_go_nowhere_and_do_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ODD_MEMBERS:
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, FATBIN)
    before = sorted(tmp_path.rglob("*"))
    result, _ = everything(path, formats=FORMATS)
    assert len(result.artifacts) == len(ODD_MEMBERS)
    assert sorted(tmp_path.rglob("*")) == before
    for arguments in (
        ("inspect", path),
        ("check", path, "--gpu", "9.0"),
        ("check", path, "--gpu", "12.0", "--format", "json"),
    ):
        ran = cudacompat(*arguments)
        assert ran.code in (0, 1), ran.err
        assert not {"\x1b", "\x07", "\x00", "\u202e"} & set(ran.out + ran.err)
        assert not any(line.startswith(("error: all is well", "::error::")) for line in ran.out.splitlines())


def test_links_in_a_wheel_are_bytes(tmp_path: Path) -> None:
    """A zip can hold symbolic links; nothing is ever unpacked, so there is nothing that could be followed."""
    info = zipfile.ZipInfo("lib.so")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "x.whl", "w") as archive:
        archive.writestr(info, str(EXAMPLE))
    result = read_paths([str(tmp_path / "x.whl")], kernels=True)
    assert (result.artifacts, result.barren) == ((), (str(tmp_path / "x.whl"),))
