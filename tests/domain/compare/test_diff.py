"""`diff`: what was gained and lost between two releases, and which GPUs feel it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudacompat.domain.compare.diff import FailOn, compare
from cudacompat.domain.compare.diff_report import Change, CodeAmount, DiffReport, Release
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.tables.architectures import ARCHITECTURES
from cudacompat.domain.words.code import BinaryArtifact, DeviceModule, NotRead
from cudacompat.domain.words.verdict import Outcome, Target
from tests.helpers.build import image, module, target
from tests.helpers.device_files import library, wheel
from tests.helpers.each_row import each_case
from tests.helpers.fits import assert_fits
from tests.helpers.run import Ran, cudacompat, inside

EVERY = tuple(target(str(row.capability)) for row in ARCHITECTURES if row.capability.major >= 5)
UNREAD = replace(module("sm_120"), damage="cut short")


def side(unread: Sequence[NotRead] = (), /, **artifacts: Sequence[DeviceModule]) -> Release:
    """One side, whose artifacts are called as the keywords."""
    found = tuple(BinaryArtifact(f"/tmp/{n}", "elf", 1000, True, tuple(modules)) for n, modules in artifacts.items())
    return Release("side", found, tuple(unread), len(found), 0, {f"/tmp/{name}": name for name in artifacts})


def diff(
    old: Release, new: Release, targets: Sequence[Target] = EVERY, fail_on: FailOn | None = FailOn.LOST
) -> DiffReport:
    """The comparison."""
    return compare(old, new, targets, fail_on)


def change(
    old: Sequence[DeviceModule], new: Sequence[DeviceModule], capability: str, driver: str | None = None
) -> Change:
    """What becomes of one GPU."""
    report = diff(side(a=old), side(a=new), (target(capability, driver),))
    (found,) = report.service.values()
    return found


def _source(number: int, targets: str) -> DeviceModule:
    """The module of one source file: its kernels are in no other."""
    return module(*(image(each, kernels=(f"k{number}",)) for each in targets.split()))


def changed(report: DiffReport, *changes: Change) -> list[str]:
    """The compute capabilities of which this became."""
    return [str(capability) for capability, each in sorted(report.service.items()) if each in changes]


class TestService:
    @each_case(
        ("old", "new", "capability", "expected"),
        [
            (["sm_90"], ["sm_90"], "9.0", Change.SAME),
            (["sm_90"], ["sm_80"], "9.0", Change.LOST),
            (["sm_80"], ["sm_90"], "9.0", Change.GAINED),
            (["compute_80"], ["sm_80"], "9.0", Change.LOST),
            (["sm_90 compute_80"], ["sm_80 compute_80"], "9.0", Change.WEAKER),
            (["sm_86"], ["sm_80"], "8.6", Change.WEAKER),
            (["sm_80"], ["sm_86"], "8.6", Change.STRONGER),
            (["sm_90", "sm_90"], ["sm_90", "sm_80"], "9.0", Change.PARTLY_LOST),
            (["sm_90", "sm_80"], ["sm_90", "sm_90"], "9.0", Change.STRONGER),
            (["sm_90", "sm_80"], ["sm_80", "sm_80"], "9.0", Change.LOST),
            (["sm_90", "sm_80"], ["sm_90", "sm_80"], "9.0", Change.SAME),
            (["sm_80"], ["sm_86"], "9.0", Change.SAME),
            (["sm_120"], ["sm_120a"], "12.1", Change.LOST),
            (["sm_120"], ["sm_120a"], "12.0", Change.SAME),
        ],
    )
    def test_one_gpu(self, old: list[str], new: list[str], capability: str, expected: Change) -> None:
        before, after = ([_source(number, each) for number, each in enumerate(modules)] for modules in (old, new))
        assert change(before, after, capability) is expected

    def test_a_newer_ptx_wants_a_newer_driver(self) -> None:
        old, new = [module(image("compute_90", "8.0"))], [module(image("compute_90", "9.0"))]
        assert change(old, new, "9.0") is Change.WEAKER
        assert change(new, old, "9.0") is Change.STRONGER
        assert change(old, new, "9.0", driver="535") is Change.LOST

    def test_what_cannot_be_told_is_neither_lost_nor_the_same(self) -> None:
        good, bad = [module("sm_120")], [module("sm_80")]
        assert change(good, [UNREAD], "12.0") is Change.UNDECIDED
        assert change([UNREAD], good, "12.0") is Change.UNDECIDED
        assert change([UNREAD], [UNREAD], "12.0") is Change.SAME
        for old, new, code in ((good, [UNREAD], 4), ([UNREAD], bad, 4), (bad, [UNREAD], 0)):
            assert diff(side(a=old), side(a=new), (target("12.0"),)).exit_code == code

    def test_kernels_that_ran_and_are_still_there_and_do_not_run(self) -> None:
        """Both are partial: only the names tell that it became worse."""
        lacking = module(image("sm_90", kernels=("a",)), image("sm_80", kernels=("a", "b")))
        other = module(image("sm_90", kernels=("b",)), image("sm_80", kernels=("a", "b")))
        assert change([lacking], [lacking], "9.0") is Change.SAME
        assert change([lacking], [other], "9.0") is Change.PARTLY_LOST
        (each,) = diff(side(a=[lacking]), side(a=[other]), (target("9.0"),)).artifacts[0].service
        assert each.kernels == ("a",)

    def test_kernels_that_ran_and_are_now_only_in_code_for_others(self) -> None:
        """A module that is special is left out of a verdict; that does not hide what it took away."""
        whole = [module("sm_90", "sm_80")] * 5
        moved = [*whole, module(image("sm_80", kernels=("gemm_sm80",)))]
        before = [*whole, module(image("sm_80", kernels=("gemm_sm80",)), image("sm_90", kernels=("gemm_sm80",)))]
        after = judge_artifact(BinaryArtifact("a", "elf", 1, True, tuple(moved)), target("9.0"))
        assert after is not None
        assert after.outcome is Outcome.NATIVE
        assert change(before, moved, "9.0") is Change.PARTLY_LOST

    @given(st.lists(st.sampled_from(["sm_80", "sm_90", "compute_80", "sm_120a"]), min_size=1, max_size=4, unique=True))
    def test_a_thing_beside_itself_has_not_changed(self, targets: list[str]) -> None:
        one = side(a=[module(*targets), module(targets[0])])
        report = diff(one, one)
        assert changed(report, *set(Change) - {Change.SAME}) == []
        assert report.exit_code == 0
        assert all(each.old == each.new for each in report.totals)

    @given(
        st.lists(st.sampled_from(["sm_80", "sm_86", "sm_90", "compute_80"]), min_size=1, max_size=4, unique=True),
        st.lists(st.sampled_from(["sm_80", "sm_86", "sm_90", "compute_80"]), min_size=1, max_size=4, unique=True),
    )
    def test_there_and_back_is_the_contrary(self, old: list[str], new: list[str]) -> None:
        there, back = (diff(side(a=[module(*a)]), side(a=[module(*b)])) for a, b in ((old, new), (new, old)))
        assert changed(there, Change.LOST) == changed(back, Change.GAINED)
        assert changed(there, Change.WEAKER) == changed(back, Change.STRONGER)


class TestArtifacts:
    def test_targets_kernels_and_bytes(self) -> None:
        old = [module("sm_80", "sm_90"), module("sm_80"), module(image("sm_52", kernels=()))]
        new = [module("sm_80", image("sm_120", kernels=("k1", "k3")))]
        (artifact,) = diff(side(a=old), side(a=new)).artifacts
        assert {str(each.target): (each.old, each.new) for each in artifact.targets} == {
            "sm_52": (CodeAmount(1, 0, 100), CodeAmount()),  # an image without kernels is one, as in `inspect`
            "sm_80": (CodeAmount(2, 4, 200), CodeAmount(1, 2, 100)),
            "sm_90": (CodeAmount(1, 2, 100), CodeAmount()),
            "sm_120": (CodeAmount(), CodeAmount(1, 2, 100)),
        }
        assert (artifact.lost, artifact.gained) == ((), ("k3",))

    def test_they_are_matched_by_name_or_where_there_is_one_each(self) -> None:
        report = diff(side(a=[module("sm_80")], b=[module("sm_80")]), side(b=[module("sm_80")], c=[module("sm_80")]))
        assert [(a.name, bool(a.old_path), bool(a.new_path)) for a in report.artifacts] == [
            ("a", True, False),
            ("b", True, True),
            ("c", False, True),
        ]
        (renamed,) = diff(side(a=[module("sm_80")]), side(b=[module("sm_80")])).artifacts
        assert (renamed.old_path, renamed.new_path) == ("/tmp/a", "/tmp/b")

    def test_one_that_is_gone_is_lost_unless_its_kernels_are_elsewhere(self) -> None:
        small, big = [module(image("sm_80", kernels=("x",)))], [module("sm_80")]
        old = side(a=small, b=big)
        gone = diff(old, side(b=big))
        assert ([a.gone for a in gone.artifacts], gone.exit_code) == ([True, False], 1)
        moved = diff(old, side(b=[*big, *small]))
        assert ([a.gone for a in moved.artifacts], moved.exit_code) == ([False, False], 0)
        assert moved.artifacts[0].moved == 1

    def test_one_that_is_gone_is_lost_where_it_ran_and_nowhere_else(self) -> None:
        old = side(a=[module(image("sm_80", kernels=("x",)))], b=[module("sm_80")])
        assert changed(diff(old, side(b=[module("sm_80")])), Change.LOST) == ["8.0", "8.6", "8.9"]
        assert changed(diff(old, side(b=old.artifacts[1].modules)), Change.PARTLY_LOST, Change.UNDECIDED) == []

    def test_kernels_that_moved_are_lost_where_they_do_not_run_any_more(self) -> None:
        small, big = [module(image("sm_80", kernels=("x",)), image("sm_90", kernels=("x",)))], [module("sm_90")]
        moved = [module(image("sm_90", kernels=("x",)))]
        report = diff(side(a=small, b=big), side(b=[*big, *moved]))
        assert changed(report, Change.LOST) == ["8.0", "8.6", "8.9"]
        assert not any(artifact.gone for artifact in report.artifacts)
        half = [module(image("sm_80", kernels=("x", "y")))]
        moved = [module(image("sm_80", kernels=("x",)))]
        report = diff(side(a=half, b=big), side(b=[*big, *moved]), (target("8.0"), target("8.6")))
        assert changed(report, Change.PARTLY_LOST) == ["8.0", "8.6"]
        assert report.artifacts[0].service[0].kernels == ("y",)

    def test_one_that_may_be_among_what_was_not_read_is_undecided(self) -> None:
        big = [module("sm_90")]
        old = side(a=[module(image("sm_80", kernels=("x",)))], b=big)
        report = diff(old, side([NotRead("x", "y")], b=big), fail_on=None)
        assert (changed(report, Change.LOST), changed(report, Change.UNDECIDED)) == ([], ["8.0", "8.6", "8.9"])
        assert report.exit_code == 4

    def test_the_worst_in_any_artifact_is_the_gpus(self) -> None:
        old = side(a=[module("sm_80")], b=[module("sm_80")])
        new = side(a=[module("sm_80", "sm_90")], b=[module("sm_90")])
        report = diff(old, new, (target("8.0"), target("9.0")))
        assert list(report.service.values()) == [Change.LOST, Change.GAINED]


class TestExitCodes:
    LESS = (side(a=[module("sm_90", "compute_80")]), side(a=[module("sm_80", "compute_80")]))
    LOST = (side(a=[module("sm_90")]), side(a=[module("sm_80")]))

    @pytest.mark.parametrize(
        ("sides", "fail_on", "code"),
        [
            (LOST, FailOn.LOST, 1),
            (LOST, FailOn.WEAKER, 1),
            (LOST, None, 0),
            (LESS, FailOn.LOST, 0),
            (LESS, FailOn.WEAKER, 1),
        ],
    )
    def test_what_fails(self, sides: tuple[Release, Release], fail_on: FailOn | None, code: int) -> None:
        assert diff(*sides, (target("8.0"), target("9.0")), fail_on).exit_code == code

    def test_unread_is_incomplete_and_a_loss_wins(self) -> None:
        unread = [NotRead("x", "y")]
        same = [module("sm_80")]
        assert diff(side(unread, a=same), side(a=same)).exit_code == 4
        assert diff(side(a=same), side(unread, a=same)).exit_code == 4
        assert diff(side(a=[module("sm_90")]), side(unread, a=same)).exit_code == 1

    def test_nothing_on_either_side(self) -> None:
        assert diff(side(), side()).exit_code == 3
        assert diff(side(a=[module("sm_80")]), side()).exit_code == 1
        assert diff(side(), side(a=[module("sm_80")])).exit_code == 0


# -- whole runs

OLD = "sm_80 sm_90a sm_100a sm_120a compute_120"
NEW = "sm_80 sm_90a sm_120a"


@pytest.fixture
def releases(tmp_path: Path) -> tuple[Path, Path]:
    """A wheel, and its next release that lost sm_100a and the PTX, as onnxruntime-gpu did from 1.27.0 to 1.31.1."""
    old = wheel(tmp_path / "eng-1.27.0-cp312-cp312-manylinux_2_27_x86_64.whl", lib=library(OLD, OLD))
    new = wheel(tmp_path / "eng-1.31.1-cp312-cp312-manylinux_2_28_x86_64.whl", lib=library(NEW, NEW, NEW))
    return old, new


def validated(ran: Ran) -> object:
    """The document, valid under its schema."""
    schema = json.loads(resources.files("cudacompat").joinpath("schemas", "diff-1.json").read_text())
    assert_fits(ran.json, schema)
    return ran.json


class TestRuns:
    def test_the_release_that_lost_two_generations(self, releases: tuple[Path, Path]) -> None:
        ran = cudacompat("diff", *releases, "--fail-on", "lost")
        assert ran.code == 1
        lines = [" ".join(line.split()) for line in ran.out.splitlines()]
        assert any(line.startswith("no longer runs 10.0 (") and "12.1" not in line for line in lines)
        assert any(line.startswith("no longer runs 10.0: native -> fails") for line in lines)
        assert any(line.startswith("lost machine code sm_100a 2 modules, 2 kernels") for line in lines)
        assert any(line.startswith("lost PTX compute_120 (8.8) 2 modules, 2 kernels") for line in lines)
        assert any(line.startswith("more machine code sm_80 2 -> 3 modules, 2 -> 3 kernels") for line in lines)
        assert "compared for" in lines[-1]
        assert ": 1 lost, 0 weaker" in lines[-1]
        assert inside("diff", *releases).code == 0
        assert inside("diff", *reversed(releases), "--fail-on", "lost").code == 0

    def test_json(self, releases: tuple[Path, Path]) -> None:
        ran = inside("diff", *releases, "--format", "json")
        document = validated(ran)
        assert isinstance(document, dict)
        lost = [each["compute_capability"] for each in document["service"] if each["change"] == "lost"]
        assert lost == ["10.0"]  # a GB10 starts no file for x86-64
        (artifact,) = document["artifacts"]
        assert artifact["name"] == "pkg/lib.so"
        assert artifact["old"] == f"{releases[0]}!/pkg/lib.so"

    def test_only_the_gpus_that_are_asked_for(self, releases: tuple[Path, Path]) -> None:
        ran = inside("diff", *releases, "--gpu", "9.0", "--gpu", "8.6", "--fail-on", "lost", "--format", "json")
        assert ran.code == 0
        assert [each["compute_capability"] for each in ran.json["targets"]] == ["9.0", "8.6"]

    def test_quiet_leaves_the_whole_result(self, releases: tuple[Path, Path]) -> None:
        out = inside("diff", *releases, "--quiet").out
        assert out == inside("diff", *releases).out
        assert [" ".join(line.split())[:20] for line in out.splitlines() if line.startswith("  no longer runs")] == [
            "no longer runs 10.0:"
        ]

    def test_where_nothing_is_left_every_gpu_that_was_served_has_lost(
        self, releases: tuple[Path, Path], tmp_path: Path
    ) -> None:
        notes = tmp_path / "notes.txt"
        notes.write_text("no code here\n")
        ran = inside("diff", releases[0], notes, "--gpu", "9.0", "--gpu", "10.0", "--format", "json")
        assert {each["compute_capability"]: each["change"] for each in ran.json["service"]} == {
            "9.0": "lost",
            "10.0": "lost",
        }
        assert (
            ": 2 lost, 0 weaker, 1 file removed"
            in inside("diff", releases[0], notes, "--gpu", "9.0", "--gpu", "10.0").out
        )

    def test_a_folder_beside_a_wheel(self, releases: tuple[Path, Path], tmp_path: Path) -> None:
        unpacked = tmp_path / "site"
        (unpacked / "pkg").mkdir(parents=True)
        (unpacked / "pkg" / "lib.so").write_bytes(library(OLD, OLD))
        (unpacked / "pkg" / "more.so").write_bytes(library(OLD))
        document = validated(inside("diff", unpacked, releases[1], "--format", "json"))
        assert isinstance(document, dict)
        assert [(a["name"], a["new"] is not None) for a in document["artifacts"]] == [
            ("pkg/lib.so", True),
            ("pkg/more.so", False),
        ]

    def test_two_files_of_any_name(self, tmp_path: Path) -> None:
        (tmp_path / "one").write_bytes(library("sm_80"))
        (tmp_path / "two").write_bytes(library("sm_90"))
        ran = inside("diff", tmp_path / "one", tmp_path / "two", "--fail-on", "lost", "--format", "json")
        assert ran.code == 1
        assert [a["new"] for a in ran.json["artifacts"]] == [str(tmp_path / "two")]

    def test_what_cannot_be_read_stays_in_a_valid_document(self, releases: tuple[Path, Path], tmp_path: Path) -> None:
        bad = tmp_path / "bad-1.0-py3-none-any.whl"
        bad.write_bytes(releases[1].read_bytes()[:-200])
        ran = inside("diff", releases[0], bad, "--format", "json")
        assert ran.code == 4
        document = validated(ran)
        assert isinstance(document, dict)
        assert [each["side"] for each in document["not_read"]] == ["new"]

    @each_case(
        ("arguments", "code", "says"),
        [
            (("/nowhere", "/nowhere"), 2, "no such file or directory: /nowhere"),
            (("foo>=", "foo==1"), 2, "no such file or directory: foo>="),
            (("foo==1; os_name=='x'", "foo==1"), 2, "no such file or directory: foo==1; os_name=='x'"),
            (("foo[==1", "foo==1"), 2, "foo[==1"),
            (("--", "-r==1", "foo==1"), 2, "no such file or directory: -r==1"),
            (("only-one",), 2, "NEW"),
            (("a", "b", "--fail-on", "gone"), 2, "gone"),
            (("a", "b", "--format", "sarif"), 2, "diff has no sarif format"),
        ],
    )
    def test_usage_errors(self, arguments: tuple[str, ...], code: int, says: str) -> None:
        ran = inside("diff", *arguments)
        assert (ran.code, ran.out) == (code, "")
        assert says in ran.err
        assert ran.err.count("\n") == 1

    def test_nothing_in_either(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("a")
        assert inside("diff", tmp_path, tmp_path).code == 3


class TestReleases:
    """A release is pip's to get; here from a folder of wheels that stands for the index."""

    def env(self, tmp_path: Path, links: Path) -> dict[str, str]:
        (tmp_path / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {links}\n")
        others = {name: "" for name in os.environ if name.startswith("PIP_")}
        return {**others, "PIP_CONFIG_FILE": str(tmp_path / "pip.conf"), "TMPDIR": str(tmp_path)}

    def test_they_are_downloaded_compared_and_removed(self, tmp_path: Path) -> None:
        links = tmp_path / "index"
        links.mkdir()
        for version, code in (("1.22", OLD), ("1.23", NEW)):
            path = wheel(links / f"eng_gpu-{version}-py3-none-any.whl", lib=library(code))
            self.complete(path, "eng-gpu", version)
        env = self.env(tmp_path, links)
        ran = cudacompat("diff", "eng-gpu==1.22", "eng-gpu==1.23", "--fail-on", "lost", "--format", "json", env=env)
        assert ran.code == 1, ran.err
        assert (ran.json["old"]["label"], ran.json["new"]["label"]) == ("eng-gpu==1.22", "eng-gpu==1.23")
        assert ran.json["artifacts"][0]["old"] == "eng_gpu-1.22-py3-none-any.whl!/pkg/lib.so"
        assert not list(tmp_path.glob("cudacompat-*"))

    def test_one_that_cannot_be_had_is_one_line(self, tmp_path: Path) -> None:
        env = self.env(tmp_path, tmp_path)
        ran = cudacompat("diff", "eng-gpu==1.22", "eng-gpu==1.23", env=env)
        assert (ran.code, ran.out) == (5, "")
        assert ran.err.startswith("cudacompat: error: pip could not get eng-gpu==1.22: ")
        assert ran.err.count("\n") == 1

    def complete(self, path: Path, name: str, version: str) -> None:
        import zipfile

        with zipfile.ZipFile(path, "a") as archive:
            folder = f"{name.replace('-', '_')}-{version}.dist-info"
            archive.writestr(f"{folder}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            archive.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{folder}/RECORD", "")
