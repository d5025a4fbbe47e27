"""Files that were judged, in the text: many with the same results are one block."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.device_files import library
from tests.helpers.run import inside


def blocks_of(folder: Path, *arguments: str) -> list[str]:
    text = inside("check", folder, "--gpu", "12.0", *arguments).out
    return [block for block in text.split("\n\n") if "  12.0  " in block and "[" not in block]


def test_many_files_with_the_same_results_are_one_block_with_all_names(tmp_path: Path) -> None:
    names = [f"libkernels_cuda{number}.so" for number in (121, 124, 126, 128)]
    for name in names:
        (tmp_path / name).write_bytes(library("sm_80"))
    (tmp_path / "libother.so").write_bytes(library("sm_120"))
    alike, other = blocks_of(tmp_path)
    assert alike.startswith(f"{tmp_path}/: 4 files, each of which\n  {', '.join(names)}\n  12.0  fails ")
    assert other.startswith(f"{tmp_path}/libother.so\n  12.0  native ")


def test_few_files_and_those_of_other_folders_are_shown_by_themselves(tmp_path: Path) -> None:
    for name in ("a/1.so", "a/2.so", "a/3.so", "b/1.so"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(library("sm_80"))
    assert len(blocks_of(tmp_path)) == 4


def test_the_other_forms_have_each_file(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"lib{number}.so").write_bytes(library("sm_80"))
    json = inside("check", tmp_path, "--gpu", "12.0", "--format", "json").json
    assert len(json["artifacts"]) == 5
    markdown = inside("check", tmp_path, "--gpu", "12.0", "--format", "markdown").out
    assert all(f"lib{number}.so` | **fails** |" in markdown for number in range(5))
