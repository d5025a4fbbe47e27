"""Results that are kept: the same as reading anew, only for the very same file, and never from anybody else."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from cudacompat.app.inputs.reading import folder_of
from cudacompat.artifacts.reading import cache as module
from cudacompat.artifacts.reading import own_folder
from cudacompat.artifacts.reading import task as reader
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.artifacts.reading.saved_form import of_document, to_document
from cudacompat.artifacts.reading.work import FileResult
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import (
    BinaryArtifact,
    BundledCompiler,
    Compression,
    DeviceModule,
    FatbinEntry,
    KernelUsage,
    ReadResult,
    Registration,
)
from cudacompat.domain.words.limits import Limits
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.target import ArchTarget, CodeKind
from cudacompat.domain.words.versions import PtxIsa, ToolkitVersion
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.run import cudacompat

ROOT = Path(__file__).parents[2]
FATBIN = fw.fatbin(*(fw.ptx(toolchain.ptx_text("8.0", arch), compression="zstd") for arch in ("80", "90")))
OTHER = fw.fatbin(*(fw.ptx(toolchain.ptx_text("8.0", arch), compression="zstd") for arch in ("75", "86")))
LARGE = bytes(2 << 20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "files"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel with libraries, something sealed, something damaged; changed long ago."""
    path = tmp_path / "x.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pkg/a", FATBIN)
        archive.writestr("b\udcff".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), FATBIN[:-20])
        archive.writestr("c.7z", b"7z\xbc\xaf\x27\x1c")
        archive.writestr("zeros", LARGE, zipfile.ZIP_STORED)
    return settled(path)


def settled(path: Path) -> Path:
    os.utime(path, (1_000_000_000, 1_000_000_000))
    return path


@pytest.fixture(autouse=True)
def _settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SETTLED_S", -1.0)  # the time of the inode's last change cannot be set back


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are really read."""
    seen: list[str] = []
    real = reader.read_one

    def counted(work: object, *arguments: object, **options: object) -> FileResult:
        seen.append(Path(work.path).name)  # type: ignore[attr-defined]
        return real(work, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(reader, "read_one", counted)
    return seen


def read(*paths: Path, cache: Path | None, limits: Limits | None = None) -> ReadResult:
    return read_paths([str(path) for path in paths], kernels=True, cache=cache, limits=limits)


def test_what_was_kept_is_what_reading_gives(wheel: Path, folder: Path, reads: list[str]) -> None:
    fresh = read(wheel, cache=None)
    assert fresh.artifacts
    assert fresh.not_read
    assert read(wheel, cache=folder) == fresh
    assert reads == ["x.whl"] * 2
    again = read(wheel, cache=folder)
    assert again == fresh
    assert reads == ["x.whl"] * 2
    assert [type(each.path) for each in again.artifacts] == [ArtifactPath] * len(again.artifacts)
    assert again.artifacts[0].path.outer == str(wheel)  # type: ignore[attr-defined]


def test_what_no_gpu_reads_otherwise_is_kept_for_all_of_them(tmp_path: Path, folder: Path, reads: list[str]) -> None:
    path = tmp_path / "lib"
    path.write_bytes(FATBIN + LARGE)
    settled(path)
    several = ({"8.0"}, {"9.0"}, {"8.6", "12.0"}, None)
    gpus = [None if each is None else frozenset(map(ComputeCapability.parse, each)) for each in several]
    found = [read_paths([str(path)], kernels=True, gpus=each, cache=folder) for each in gpus]
    assert found == [read_paths([str(path)], kernels=True, gpus=gpus[0])] * len(several)
    assert reads == ["lib"] * 2  # the second one without the cache


def test_a_file_under_another_name_is_the_same_file(wheel: Path, folder: Path, reads: list[str]) -> None:
    first = read(wheel, cache=folder)
    moved = wheel.with_name("y.whl")
    moved.hardlink_to(wheel)  # the inode changes with it, so this is read anew
    second = read(moved, cache=folder)
    third = read(wheel, cache=folder)
    assert reads == ["x.whl", "y.whl"]
    assert (third, len(second.artifacts)) == (first, len(first.artifacts))


@pytest.mark.parametrize("way", ["rewritten", "rewritten, with its old times", "replaced", "touched"])
def test_another_state_of_the_file_is_read_anew(tmp_path: Path, folder: Path, reads: list[str], way: str) -> None:
    path = tmp_path / "lib"
    path.write_bytes(FATBIN + LARGE)
    settled(path)
    first = read(path, cache=folder)
    if way == "replaced":
        (tmp_path / "new").write_bytes(OTHER + LARGE)
        (tmp_path / "new").replace(path)
    elif way == "touched":
        os.utime(path, (1_000_000_001, 1_000_000_001))
    else:
        path.write_bytes(OTHER[: len(FATBIN)].ljust(len(FATBIN), b"\0") + LARGE)
        if "old" in way:
            settled(path)
    second = read(path, cache=folder)
    assert reads == ["lib", "lib"]
    assert second == read(path, cache=None)
    assert (second.artifacts == first.artifacts) is (way == "touched")


def test_a_file_that_was_changed_just_now_is_not_kept(
    wheel: Path, folder: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SETTLED_S", 3600.0)
    read(wheel, cache=folder)
    read(wheel, cache=folder)
    assert reads == ["x.whl"] * 2


def test_small_files_are_not_kept(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "lib").write_bytes(FATBIN)
    read(tmp_path / "lib", cache=folder)
    assert not folder.exists()


@pytest.mark.parametrize(
    "limits", [Limits(members=2), Limits(bytes=3000, per_file=None), Limits(rows=1), Limits(depth=0), Limits(seconds=0)]
)
def test_what_a_limit_cut_is_not_kept(wheel: Path, folder: Path, limits: Limits) -> None:
    assert read(wheel, cache=folder, limits=limits).not_read
    assert not folder.exists() or not list(folder.iterdir())
    whole = read(wheel, cache=folder)
    assert whole == read(wheel, cache=None)
    if limits.seconds:  # what was kept takes no time
        assert read(wheel, cache=folder, limits=limits) == read(wheel, cache=None, limits=limits)


def _garbage(entry: Path) -> None:
    entry.write_bytes(os.urandom(100))


def _other_types(entry: Path) -> None:
    document = json.loads(entry.read_text())
    document["artifacts"][0][4] = [[{"a": 1}]]
    entry.write_text(json.dumps(document))


def _deep(entry: Path) -> None:
    entry.write_text("[" * 100_000)


def _of_another(entry: Path) -> None:
    document = json.loads(entry.read_text())
    document["key"][1] += 1
    document["artifacts"] = []
    entry.write_text(json.dumps(document))


def _link(entry: Path) -> None:
    entry.rename(entry.with_suffix(".kept"))
    entry.symlink_to(entry.with_suffix(".kept"))


def _fifo(entry: Path) -> None:
    entry.unlink()
    os.mkfifo(entry)


def _open_to_all(entry: Path) -> None:
    entry.chmod(0o666)


def _open_folder(entry: Path) -> None:
    entry.parent.chmod(0o777)


def _cut(entry: Path) -> None:
    entry.write_bytes(entry.read_bytes()[:-5])


@pytest.mark.parametrize(
    "spoil", [_garbage, _other_types, _deep, _of_another, _link, _fifo, _open_to_all, _open_folder, _cut]
)
def test_a_bad_entry_is_a_miss(wheel: Path, folder: Path, reads: list[str], spoil: Callable[[Path], None]) -> None:
    first = read(wheel, cache=folder)
    (entry,) = folder.iterdir()
    assert (entry.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    spoil(entry)
    assert read(wheel, cache=folder) == first
    assert reads == ["x.whl"] * 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_an_entry_of_somebody_else_is_a_miss(wheel: Path, folder: Path, reads: list[str]) -> None:
    read(wheel, cache=folder)
    (entry,) = folder.iterdir()
    os.chown(entry, 12345, 12345)
    read(wheel, cache=folder)
    os.chown(folder, 12345, 12345)
    read(wheel, cache=folder)
    assert reads == ["x.whl"] * 3


def test_all_entries_together_have_a_limit(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_folder, "_LARGEST_ALL", 3000)
    for number in range(12):
        path = tmp_path / f"lib{number}"
        path.write_bytes(FATBIN + LARGE)
        read(settled(path), cache=folder)
    total = sum(entry.stat().st_size for entry in folder.iterdir())
    assert 0 < total <= 3000


def test_a_cache_that_cannot_be_written_changes_nothing(wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands in the way")
    assert read(wheel, cache=tmp_path / "cache/files") == read(wheel, cache=None)


def test_real_libraries_come_back_whole() -> None:
    found = [path for path in (ROOT / "data").rglob("*") if path.is_file()]
    result = read_paths([str(path) for path in found], kernels=True)
    assert len(result.artifacts) > 10
    for artifact in result.artifacts:
        one = FileResult((artifact,), files=1)
        assert of_document(json.loads(json.dumps(to_document(one))), artifact.path.outer) == one  # type: ignore[attr-defined]


def test_the_folder_is_where_the_system_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert folder_of({"XDG_CACHE_HOME": "/c", "HOME": "/h"}) == Path("/c/cudacompat/files")
    assert folder_of({"XDG_CACHE_HOME": "relative", "HOME": "/h"}) == Path("/h/.cache/cudacompat/files")
    assert folder_of({}) is None
    monkeypatch.setattr("sys.platform", "darwin")
    assert folder_of({"HOME": "/h"}) == Path("/h/Library/Caches/cudacompat/files")


@pytest.mark.parametrize("command", ["check", "doctor"])
def test_commands_keep_results_unless_told_not_to(tmp_path: Path, command: str) -> None:
    path = tmp_path / "lib"
    path.write_bytes(FATBIN + LARGE)
    settled(path)
    import time

    time.sleep(2.1)
    env = {"XDG_CACHE_HOME": str(tmp_path / "c")}
    options = ("--gpu", "9.0", "--format", "json")
    one = cudacompat(command, path, *options, "--no-cache", env=env)
    assert not (tmp_path / "c").exists()
    two = cudacompat(command, path, *options, env=env)
    assert len(list((tmp_path / "c/cudacompat/files").iterdir())) == 2  # what was read, and what was judged
    three = cudacompat(command, path, *options, env=env)
    assert (one.code, one.json.get("artifacts")) == (two.code, two.json.get("artifacts"))
    assert (two.code, two.json.get("artifacts")) == (three.code, three.json.get("artifacts"))


def test_no_field_of_an_artifact_is_forgotten() -> None:
    """A field that is not kept comes back as its default: each has to be another value here, and the same after."""
    entry = FatbinEntry(
        kind=CodeKind.PTX,
        target=ArchTarget.parse("compute_90a"),
        ptx_isa=PtxIsa(8, 7),
        compression=Compression.ZSTD,
        size=1,
        uncompressed_size=2,
        toolkit=ToolkitVersion(13, 0),
        kernels=("k",),
        kernels_why="why",
        unresolved=("f",),
        concatenated=True,
        text="0" * 64,
        header_target=ArchTarget.parse("compute_90"),
        usage=(KernelUsage(32, 1024), None),
        source="a.cu",
        options="-g",
        debug=True,
        since=ToolkitVersion(13, 0),
        beyond_ascii=True,
        by_sibling=True,
    )
    module = DeviceModule(3, ".nv_fatbin", Registration.STRAY, (entry,), "damage", True)
    artifact = BinaryArtifact(ArtifactPath("a.whl", ("b.so",)), "elf", 4, True, (module,), 13, "aarch64", "name:0")
    for thing in (entry, module, artifact):
        for each in fields(thing):
            assert each.default is MISSING or getattr(thing, each.name) != each.default, each.name
    compiler = BundledCompiler(ArtifactPath("a.whl", ("ptxas",)), "ptxas", ToolkitVersion(13, 0))
    result = FileResult((artifact,), (), 1, 0, compilers=(compiler,))
    kept = of_document(to_document(result), "a.whl")
    assert (kept.artifacts, kept.compilers) == ((artifact,), (compiler,))
    assert kept.artifacts[0].kept == "name:0"
