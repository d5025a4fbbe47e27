"""`diff` of compilers, of copies and alternatives, and the GPUs that it looks at where none is named."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cudacompat.domain.compare.compilers import compare_compilers
from cudacompat.domain.compare.diff_report import Change, FailOn, Release
from cudacompat.domain.words.code import BundledCompiler
from cudacompat.domain.words.versions import ToolkitVersion
from tests.domain.compare.test_diff import UNREAD, change, changed, diff, side, validated
from tests.helpers.build import image, module, target
from tests.helpers.device_files import library, wheel
from tests.helpers.run import inside

GPUS = (target("6.1"), target("9.0"), target("12.0"))


def ptxas(*named: tuple[str, str]) -> tuple[BundledCompiler, ...]:
    """Assemblers of one folder, each a file's name and its CUDA release."""
    return tuple(BundledCompiler(f"t.whl!/bin/{name}", "ptxas", ToolkitVersion.parse(of)) for name, of in named)


OLD, BOTH = ptxas(("ptxas", "12.4")), ptxas(("ptxas", "12.4"), ("ptxas-blackwell", "12.8"))


def with_compilers(of: Release, compilers: Sequence[BundledCompiler]) -> Release:
    return replace(of, compilers=tuple(compilers))


def test_a_second_assembler_builds_for_more_gpus() -> None:
    (found,) = compare_compilers(OLD, BOTH, GPUS)
    assert (found.old, found.new) == (("ptxas 12.4",), ("ptxas 12.4", "ptxas-blackwell 12.8"))
    assert (list(map(str, found.gained)), found.lost) == (["12.0"], ())
    (back,) = compare_compilers(BOTH, OLD, GPUS)
    assert (back.gained, list(map(str, back.lost))) == ((), ["12.0"])


def test_a_newer_release_drops_old_gpus() -> None:
    (found,) = compare_compilers(ptxas(("ptxas", "12.9")), ptxas(("ptxas", "13.0")), GPUS)
    assert list(map(str, found.lost)) == ["6.1"]


def test_the_same_compilers_are_no_change_and_one_that_comes_or_goes_is_no_loss() -> None:
    assert compare_compilers(OLD, ptxas(("ptxas", "12.4")), GPUS) == ()
    (gone,) = compare_compilers(OLD, (), GPUS)
    assert (gone.new, gone.gained, gone.lost) == ((), (), ())


@pytest.mark.parametrize(("old", "new", "code"), [(BOTH, OLD, 1), (OLD, BOTH, 0)])
def test_gpus_that_a_compiler_lost_fail(
    old: Sequence[BundledCompiler], new: Sequence[BundledCompiler], code: int
) -> None:
    report = diff(with_compilers(side(), old), with_compilers(side(), new), GPUS)
    assert report.exit_code == code
    assert diff(with_compilers(side(), old), with_compilers(side(), new), GPUS, fail_on=None).exit_code == 0


def test_what_runs_now_was_not_lost() -> None:
    good = [module("sm_120")]
    assert change([UNREAD], good, "12.0") is Change.UNDECIDED
    sides = side(a=[UNREAD]), side(a=good)
    assert diff(*sides, (target("12.0"),)).exit_code == 0
    assert diff(*sides, (target("12.0"),), fail_on=FailOn.WEAKER).exit_code == 4


def test_a_library_for_one_cuda_release_that_goes_is_served_by_the_others() -> None:
    def built(*more: str) -> list[object]:
        return [module(image("sm_80", kernels=("a", "b", "c", *more)))]

    libraries = {f"libk_cuda{release}.so": built("old") for release in (110, 111, 118)}
    old = side(**libraries)  # type: ignore[arg-type]
    old = replace(old, alternatives=frozenset(path for path in old.names))
    new = side(**{"libk_cuda118.so": built("new")})  # type: ignore[arg-type]
    report = diff(old, new, (target("8.0"),))
    assert (changed(report, Change.SAME), report.exit_code) == (["8.0"], 0)
    assert not any(each.gone for each in report.artifacts)
    other = side(**{"libk_cuda118.so": [module(image("sm_90", kernels=("a", "b", "c")))]})
    assert diff(old, other, (target("8.0"),)).exit_code == 1


def test_files_for_x86_64_are_compared_on_the_gpus_of_such_machines(tmp_path: Path) -> None:
    text = library("sm_86")
    for name, code in (("x86.so", text), ("arm.so", text[:18] + b"\xb7\0" + text[20:])):
        (tmp_path / name).write_bytes(code)
        (tmp_path / f"new-{name}").write_bytes(code)
    for name, there in (("x86.so", False), ("arm.so", True)):
        ran = inside("diff", tmp_path / name, tmp_path / f"new-{name}", "--format", "json")
        validated(ran)
        capabilities = [each["compute_capability"] for each in ran.json["targets"]]
        assert ("8.7" in capabilities) is there
        assert "8.6" in capabilities
    asked = inside("diff", tmp_path / "x86.so", tmp_path / "new-x86.so", "--gpu", "8.7", "--format", "json")
    assert [each["compute_capability"] for each in asked.json["targets"]] == ["8.7"]


def test_copies_are_one_block_and_the_length_is_bounded(tmp_path: Path) -> None:
    old = wheel(tmp_path / "eng-1.0-py3-none-manylinux_2_28_x86_64.whl")
    names = ["libcupti.so", "libcupti.so.12", "libcupti.so.2025.1.0"]
    code = library("sm_80 sm_90 sm_100 sm_120")
    new = wheel(tmp_path / "eng-2.0-py3-none-manylinux_2_28_x86_64.whl")
    with zipfile.ZipFile(new, "a") as into:
        for name in names:
            into.writestr(f"pkg/{name}", code)
    out = inside("diff", old, new).out
    assert out.count("gained") == 1
    assert "2 copies (libcupti.so.12, libcupti.so.2025.1.0)" in " ".join(out.split())
    with zipfile.ZipFile(new, "a") as into:
        for number in range(200):
            into.writestr(f"pkg/part{number}/lib.so", code)
    out = inside("diff", old, new).out
    assert len(out.splitlines()) < 150
    assert "171 more files" in out
