"""Verdicts that are kept: the same as judging anew, only for the very same reading, and never from anybody else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from pathlib import Path

import pytest

from cudacompat.app import check as checking
from cudacompat.app.inputs import kept_verdicts as module
from cudacompat.app.inputs.kept_verdicts import KeptVerdicts
from cudacompat.app.inputs.reading import ReadOptions
from cudacompat.artifacts.reading import cache
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.policy.policy import Policy, Require
from cudacompat.domain.reports.check import CheckReport, OfArtifact
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.finding import CodePlace, Finding, Fix, Severity
from cudacompat.domain.words.target import ArchTarget
from cudacompat.domain.words.verdict import JitPolicy, Target
from cudacompat.domain.words.versions import DriverRelease
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.run import inside

PTX = fw.ptx(toolchain.ptx_text("8.0", "80"), compression="zstd")
OTHER = fw.ptx(toolchain.ptx_text("8.0", "90"), compression="zstd")
GPU = Target("9.0", None, ComputeCapability(9, 0))
OLD = Target("7.5", None, ComputeCapability(7, 5))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "_SETTLED_S", -1.0)  # the time of the inode's last change cannot be set back
    return tmp_path / "cache/cudacompat/files"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "lib"
    path.write_bytes(fw.fatbin(PTX, OTHER) + bytes(2 << 20))
    return path


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The GPUs for which something is really judged."""
    seen: list[str] = []

    def counted(artifact: object, target: Target, proofs: object = None) -> object:
        seen.append(target.id)
        return judge_artifact(artifact, target, proofs)  # type: ignore[arg-type]

    monkeypatch.setattr(checking, "judge_artifact", counted)
    monkeypatch.setattr(module, "judge_artifact", counted)
    return seen


def check(path: Path, *targets: Target, keeps: bool = True, policy: Policy | None = None) -> CheckReport:
    return checking.check([str(path)], targets, policy or Policy(), options=ReadOptions(jobs=1, cache=keeps))


def test_what_was_kept_is_what_judging_gives(library: Path, judged: list[str]) -> None:
    fresh = check(library, GPU, OLD, keeps=False)
    assert {each.id for each in fresh.findings} >= {"no-runnable-code", "jit-only"}
    assert check(library, GPU, OLD) == fresh
    judged.clear()
    again = check(library, GPU, OLD)
    assert [len(each.modules) for each in again.verdicts] == [1, 1]
    assert judged == []
    assert again == fresh  # for which the modules are looked at
    assert judged == ["9.0", "7.5"]


def test_a_report_looks_at_no_module_of_what_was_kept(library: Path, judged: list[str]) -> None:
    for form in ("text", "json", "sarif", "markdown"):
        options = ("check", "--no-config", "--gpu", "9.0", "--gpu", "7.5", "--format", form, library)
        fresh = inside(*options, "--no-cache")
        inside(*options)
        judged.clear()
        assert inside(*options).out == fresh.out
        assert judged == [], form


@pytest.mark.parametrize(
    "other",
    [
        replace(GPU, driver=DriverRelease.parse("450")),
        replace(GPU, jit=JitPolicy.DISABLED),
        replace(GPU, id="H200", name="NVIDIA H200"),
        Target("9.0", None, ComputeCapability(9, 1)),
    ],
)
def test_another_target_is_judged_anew(library: Path, judged: list[str], other: Target) -> None:
    check(library, GPU)
    judged.clear()
    found = check(library, other)
    assert judged == [other.id]
    assert found == check(library, other, keeps=False)


def test_a_file_that_changed_is_judged_anew(library: Path, judged: list[str]) -> None:
    before = check(library, GPU)
    state = library.stat()
    library.write_bytes(fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "100"), compression="zstd")) + bytes(2 << 20))
    os.utime(library, ns=(state.st_atime_ns, state.st_mtime_ns))
    judged.clear()
    after = check(library, GPU)
    assert judged == ["9.0"]
    assert (before.verdicts[0].outcome.runs, after.verdicts[0].outcome.runs) == (True, False)


def test_what_is_read_anew_is_judged_anew(library: Path, folder: Path, judged: list[str]) -> None:
    """A name is given once: what was kept of an earlier reading is nothing for another one of the same file."""
    check(library, GPU)
    for entry in folder.iterdir():
        if "artifacts" in json.loads(entry.read_text()):
            entry.unlink()
    judged.clear()
    check(library, GPU)
    assert judged == ["9.0"]


@pytest.mark.parametrize("state", ["_rules", "__version__"])
def test_other_rules_judge_anew(library: Path, judged: list[str], state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check(library, GPU)
    judged.clear()
    monkeypatch.setattr(module, state, "another" if state == "__version__" else lambda: "another")
    check(library, GPU)
    assert judged == ["9.0"]


def test_a_policy_that_asks_for_something_is_held_to_what_is_judged_now(library: Path, judged: list[str]) -> None:
    check(library, GPU)
    judged.clear()
    strict = check(library, GPU, policy=Policy(require=Require.NATIVE))
    assert judged == ["9.0"]
    assert {each.id for each in strict.findings if each.severity is Severity.ERROR} == {"jit-only"}


def test_nothing_is_kept_without_a_cache(library: Path, folder: Path) -> None:
    check(library, GPU, keeps=False)
    assert not folder.exists()


def test_small_files_are_judged_anew(tmp_path: Path, judged: list[str]) -> None:
    path = tmp_path / "small"
    path.write_bytes(fw.fatbin(PTX))
    for _ in range(2):
        check(path, GPU)
    assert judged == ["9.0"] * 2


def _verdicts(folder: Path) -> Path:
    (entry,) = (each for each in folder.iterdir() if "verdicts" in json.loads(each.read_text()))
    return entry


def _changed(entry: Path, change: Callable[[dict[str, object]], object]) -> None:
    document = json.loads(entry.read_text())
    change(document)
    entry.write_text(json.dumps(document))


def _of_another(entry: Path) -> None:
    _changed(entry, lambda document: document["key"].__setitem__(1, "0" * 32))  # type: ignore[attr-defined]


SPOILED = {
    "garbage": lambda entry: entry.write_bytes(b"\0\xff"),
    "deep": lambda entry: entry.write_text("[" * 100_000),
    "of another reading": _of_another,
    "open to all": lambda entry: entry.chmod(0o666),
    "open folder": lambda entry: entry.parent.chmod(0o777),
    "cut": lambda entry: entry.write_bytes(entry.read_bytes()[:-5]),
    "no outcome": lambda entry: _changed(entry, lambda it: it["verdicts"][0].update(outcome="good")),  # type: ignore[index]
    "no number": lambda entry: _changed(entry, lambda it: it["verdicts"][0].update(held=True)),  # type: ignore[index]
    "no target": lambda entry: _changed(entry, lambda it: it["verdicts"][0].update(target=7)),  # type: ignore[index]
    "a count too few": lambda entry: _changed(entry, lambda it: it["verdicts"][0]["counts"].pop()),  # type: ignore[index]
    "no findings": lambda entry: _changed(entry, lambda it: it.pop("findings")),
    "a finding of no weight": lambda entry: _changed(entry, lambda it: it["findings"][0].update(severity="x")),  # type: ignore[index]
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_bad_entry_is_a_miss(library: Path, folder: Path, judged: list[str], how: str) -> None:
    first = check(library, GPU)
    entry = _verdicts(folder)
    assert entry.stat().st_mode & 0o777 == 0o600
    SPOILED[how](entry)  # type: ignore[no-untyped-call]
    judged.clear()
    assert check(library, GPU) == first
    assert judged == ["9.0"]


def test_no_field_is_forgotten(library: Path, folder: Path) -> None:
    """A field that is not kept comes back as its default: each has to be another value here, and the same after."""
    check(library, GPU)
    artifact = checking.read([str(library)], [GPU], options=ReadOptions(jobs=1, cache=True)).artifacts[0]
    verdict = judge_artifact(artifact, GPU)
    assert verdict is not None
    verdict = replace(
        verdict,
        runtime=13,
        runtime_is_linked=True,
        awaits_link=True,
        windows=True,
        default_target="sm_75",
        targets=(ArchTarget.parse("sm_90a"), ArchTarget.parse("compute_80")),
        min_driver=580,
    )
    finding = Finding(
        "hole", Severity.WARNING, "message", artifact.path, "found", "why", "help", 3, "9.0", (CodePlace("m", "k"),)
    )
    finding = replace(finding, command="command")
    left = {"is_assembled", "fix", "span", "excerpt"}  # never of what is kept
    for thing in (verdict, finding):
        for each in fields(thing):
            unset = each.default is not MISSING and getattr(thing, each.name) == each.default
            assert not unset or each.name in left, each.name
    kept = KeptVerdicts(folder, [OLD, GPU])
    kept.put([(artifact, OfArtifact([verdict], [finding]))])
    assert kept.get(artifact) == OfArtifact([verdict], [finding])


@pytest.mark.parametrize("change", [{"path": "another"}, {"fix": Fix("what", (), safe=True)}, {"span": (0, 1)}])
def test_a_finding_that_would_not_come_back_whole_keeps_its_file_out(
    library: Path, folder: Path, change: dict[str, object]
) -> None:
    check(library, GPU)
    artifact = checking.read([str(library)], [GPU], options=ReadOptions(jobs=1, cache=True)).artifacts[0]
    kept = KeptVerdicts(folder, [OLD])
    finding = replace(Finding("hole", Severity.NOTE, "message", artifact.path), **change)  # type: ignore[arg-type]
    kept.put([(artifact, OfArtifact([], [finding]))])
    assert kept.get(artifact) is None
