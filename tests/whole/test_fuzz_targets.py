"""The fuzz targets of tools/fuzz take their own seeds, so that what a fuzzer reports is a fault of the code."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of
from cudacompat.artifacts.requirements.kinds import RequirementKind
from tests.helpers.each_row import each_case
from tests.helpers.growing_files import GROWING
from tools.fuzz import buildfiles
from tools.fuzz.run import Outcome, _kept, _line, _recorded, part_of_today
from tools.fuzz.target import FuzzTarget, scratch
from tools.fuzz.targets import TARGETS

_MOST_SEEDS = 5


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a target writes goes where the test's own files go."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    scratch.cache_clear()


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_seeds(name: str) -> None:
    seeds = list(TARGETS[name].seeds())
    assert any(len(seed) <= TARGETS[name].longest for seed in seeds)
    for seed in seeds[:: max(1, len(seeds) // _MOST_SEEDS)]:
        TARGETS[name].run(seed)


@each_case("kind", [*FileKind, *RequirementKind])
def test_every_kind_of_file_has_a_target(kind: FileKind | RequirementKind) -> None:
    if isinstance(kind, RequirementKind):
        assert f"requirements-{Path(GROWING[kind].name).name.replace('.', '-').lower()}" in TARGETS
    else:
        assert any(f"lint-{_called(name)}" in TARGETS for name in _names(kind))


def _names(kind: FileKind) -> set[str]:
    """The names of files of this kind that targets are called by."""
    return {name for name in (GROWING[kind].name, *(row[0] for row in buildfiles._PROJECTS)) if kind_of(name) is kind}


def _called(name: str) -> str:
    return name.strip(".").replace("/", "-").replace(".", "-").lower()


def test_a_target_raises_for_a_fault_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cudacompat.artifacts.binaries.fatbin.read_fatbin", None)
    with pytest.raises(TypeError):
        TARGETS["fatbin"].run(next(iter(TARGETS["fatbin"].seeds())))


def test_what_breaks_a_target_is_kept_and_shown(tmp_path: Path) -> None:
    """The log of a machine that is gone has to be enough to mend it."""
    findings, broken = tmp_path / "findings", tmp_path / "run/broken"
    for each in (findings, broken):
        each.mkdir(parents=True)
    outcome = Outcome(FuzzTarget("raises", bytes.decode, lambda: ()), tmp_path / "run", findings, ends=0)
    with pytest.raises(UnicodeDecodeError):
        _kept(b"a\xff", outcome)
    assert _recorded(outcome, status=1)
    (kept,) = findings.iterdir()
    assert kept.read_bytes() == b"a\xff"
    assert _line(outcome).endswith(f"{kept}: b'a\\xff'")


@pytest.mark.parametrize("count", [1, 7, 24, 50, 99])
def test_the_parts_of_following_days_hold_every_target(count: int) -> None:
    names = list(TARGETS)
    days = -(-len(names) // count) + 1
    parts = [part_of_today(names, count, 20000 + day) for day in range(days)]
    assert {name for part in parts for name in part} == set(names)
    assert all(len(part) == len(set(part)) == min(count, len(names)) for part in parts)
