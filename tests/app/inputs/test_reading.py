"""Reading by several processes gives what reading by one gives, byte for byte, budgets included."""

from __future__ import annotations

import io
import os
import random
import zipfile
from pathlib import Path

import pytest

from cudacompat.app.inputs import reading
from cudacompat.app.inputs.reading import ReadOptions
from cudacompat.domain.words.limits import Limits
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.run import inside

FATBINS = [fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", arch), compression="zstd")) for arch in ("80", "86", "90")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Libraries, wheels, links, text, and things that cannot be read."""
    root = tmp_path / "in"
    root.mkdir()
    rng = random.Random(7)
    for number in range(12):
        (root / f"lib{number}").write_bytes(rng.choice(FATBINS) + bytes(rng.randrange(4)))
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for member in range(rng.randrange(1, 6)):
                archive.writestr(f"m{member}", rng.choice([*FATBINS, b"text", b"7z\xbc\xaf\x27\x1c"]))
        (root / f"w{number}.whl").write_bytes(stream.getvalue())
    (root / "hard").hardlink_to(root / "lib3")
    (tmp_path / "outside").write_bytes(FATBINS[0])
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "damaged.so").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(60))
    os.mkfifo(root / "fifo")
    return root


LIMITS = [
    Limits(),
    Limits(members=20),
    Limits(members=1),
    Limits(bytes=4000, per_file=None),
    Limits(rows=2),
]


@pytest.mark.parametrize("limits", LIMITS, ids=["none", "20 members", "one member", "bytes", "rows"])
def test_one_process_and_three_read_the_same(folder: Path, limits: Limits) -> None:
    paths = [str(folder), str(folder / "lib3"), str(folder / "w1.whl"), str(folder.parent)]
    alone = reading.read(paths, ReadOptions(limits, jobs=1), kernels=True)
    assert alone.artifacts
    assert alone.not_read
    assert reading.read(paths, ReadOptions(limits, jobs=3), kernels=True) == alone


@pytest.mark.parametrize(
    "command", [("check", "--gpu", "9.0", "--no-config"), ("inspect",), ("doctor", "--gpu", "9.0")]
)
def test_the_output_is_the_same_byte_for_byte(folder: Path, command: tuple[str, ...]) -> None:
    for form in ("text", "json"):
        ran = [inside(command[0], folder, *command[1:], "--format", form, "--jobs", jobs) for jobs in ("1", "3")]
        assert ran[0].out == ran[1].out
        assert ran[0].code == ran[1].code


def test_processes_are_used_where_there_are_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_cores", lambda: 8)
    assert reading._executor(None) is not None
    assert reading._executor(1) is None
    monkeypatch.setattr(reading, "_cores", lambda: 1)
    assert reading._executor(None) is None
    assert reading._executor(2) is not None
