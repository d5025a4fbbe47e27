"""Every kind of file at half a megabyte and at one, the most that `lint` reads of a build file: no part of the work
(reading, each rule, the comments that ignore) takes more than three times as long for twice the text.

That is measured with well-written lists, which costs minutes. CUDACOMPAT_GROWTH=all takes every shape (variables, what
is opened and never closed, a line without an end, …) at one megabyte and at two; that takes an hour, once a week.

tests/whole/test_lint_time.py has many more shapes of small files; what costs little there and much here, such as a copy
of all that follows at each character, shows only at this size. The kinds come from the tables that readers go by.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cudacompat.app.inputs import policy_file
from cudacompat.app.lint import _checks
from cudacompat.app.project.files import ProjectRead, wanted, worth_parsing
from cudacompat.app.project.model import project_of
from cudacompat.app.project.time_limit import Clock
from cudacompat.artifacts.buildfiles import kinds
from cudacompat.artifacts.buildfiles.compile_commands import planned
from cudacompat.artifacts.buildfiles.kinds import FileKind
from cudacompat.artifacts.requirements import kinds as requirements
from cudacompat.artifacts.requirements.kinds import RequirementKind
from cudacompat.domain.project.inline_ignores import apply
from cudacompat.domain.project.model import SourceFile
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.limits import MOST_OF_BUILD_FILE
from tests.helpers.growing_files import COMPILED, GROWING, NINJA, POLICY, RUST, Growing
from tests.whole.test_lint_time import TARGETS

MOST = 3.0  # times as long for a text of twice the size
ALL = os.environ.get("CUDACOMPAT_GROWTH") == "all"
SIZES = (MOST_OF_BUILD_FILE, 2 * MOST_OF_BUILD_FILE) if ALL else (MOST_OF_BUILD_FILE // 2, MOST_OF_BUILD_FILE)
FLOOR = 0.4  # seconds: of what takes less, the measurement says nothing
TRIES = 4
CRATE = SourceFile("Cargo.toml", '[package]\nname = "a"\n[dependencies]\nwhisper-rs = "0.14"\n')
Parts = Callable[[Growing, str, Path], Iterator[tuple[str, float]]]


def of_project(growing: Growing, text: str, _: Path) -> Iterator[tuple[str, float]]:
    """The processor time of each part of linting a project of this file, in seconds."""
    file = SourceFile(growing.name, text)
    if growing is RUST:
        read = ProjectRead(Path("/nowhere"), (CRATE,), (), (), (), 1, rust=(file,))
    else:
        read = ProjectRead(Path("/nowhere"), (file,), (), (), (), 1)
    start = time.process_time()
    project = project_of(read, TARGETS, Clock(1e6))
    yield "reading it", time.process_time() - start
    assert not [each.why for each in project.not_read if "takes more than" in each.why]
    found = []
    for rule, check in _checks(project):
        start = time.process_time()
        found += check()
        yield rule, time.process_time() - start
    start = time.process_time()
    apply(found, project.files, frozenset(), run=frozenset())
    yield "its ignores", time.process_time() - start


def of_policy(growing: Growing, text: str, folder: Path) -> Iterator[tuple[str, float]]:
    """The time of reading a policy."""
    (folder / growing.name).write_text(text)
    start = time.process_time()
    try:
        policy_file.load({}, {}, str(folder / growing.name))
    except UsageError as error:
        assert len(str(error)) < 400  # noqa: PT017  most of these are no policy
    yield "reading it", time.process_time() - start


def of_build(growing: Growing, text: str, folder: Path) -> Iterator[tuple[str, float]]:
    """The time of reading what a configured build will compile."""
    (folder / growing.name).write_text(text)
    start = time.process_time()
    try:
        planned(folder)
    except UsageError as error:
        assert len(str(error)) < 400  # noqa: PT017
    yield "reading it", time.process_time() - start


def slow(
    growing: Growing, made: Callable[[int], str], parts: Parts, folder: Path, *, sizes: tuple[int, int] = SIZES
) -> dict[str, str]:
    """The parts that take more than three times as long for twice the text, each measured again before it is said. The
    larger text is read first: where no part of it reaches the floor, the smaller one would say nothing."""
    least: tuple[dict[str, float], dict[str, float]] = ({}, {})
    found: dict[str, str] = {}
    for _ in range(TRIES):
        for size, times in zip(reversed(sizes), reversed(least), strict=True):
            text = made(size)
            for part, seconds in parts(growing, text, folder):
                times[part] = min(times.get(part, seconds), seconds)
            gc.collect()
            if max(least[1].values()) <= FLOOR:
                return {}
        found = {
            part: f"{least[0][part]:.2f} s, then {seconds:.2f} s"
            for part, seconds in least[1].items()
            if seconds > FLOOR and seconds > MOST * least[0][part]
        }
        if not found:
            break
    return found


def grown(growing: Growing, parts: Parts, folder: Path, sizes: tuple[int, int] = SIZES) -> dict[str, dict[str, str]]:
    """What is slow, by shape."""
    shapes = list(growing.shapes())
    return {
        shape: found
        for shape, made in shapes[: None if ALL else 1]
        if (found := slow(growing, made, parts, folder, sizes=sizes))
    }


@pytest.fixture(autouse=True)
def without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is cut off would look as if it grew no more; two megabytes are more than `lint` reads of a build file."""
    for name in ("FILE_SECONDS", "RULE_SECONDS", "BUILD_SECONDS"):
        monkeypatch.setattr(f"cudacompat.app.project.model.{name}", 1e6)


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_every_kind_is_here() -> None:
    assert set(GROWING) == {*FileKind, *RequirementKind}
    for kind, growing in GROWING.items():
        if isinstance(kind, FileKind):
            found: FileKind | RequirementKind | None = kinds.kind_of(growing.name)
        else:
            text = f"{growing.begin}{growing.listed(0)}{growing.end}"
            found = requirements.kind_in(requirements.kind_of(growing.name), text)
        assert found is kind
        assert wanted(growing.name)
        for _, made in growing.shapes():
            assert worth_parsing(growing.name, made(2000)), "else nothing of it is looked at"


@pytest.mark.parametrize("kind", GROWING)
def test_twice_the_text_takes_twice_the_time(kind: FileKind | RequirementKind, tmp_path: Path) -> None:
    sizes = SIZES
    if isinstance(kind, RequirementKind) and not ALL:  # thousands of requirements, each parsed: half a megabyte does
        sizes = (SIZES[0] // 2, SIZES[1] // 2)
    assert grown(GROWING[kind], of_project, tmp_path, sizes) == {}


def test_sources_of_a_crate_do(tmp_path: Path) -> None:
    assert grown(RUST, of_project, tmp_path) == {}


def test_policies_do(tmp_path: Path) -> None:
    assert grown(POLICY, of_policy, tmp_path) == {}


@pytest.mark.parametrize("growing", [COMPILED, NINJA], ids=lambda growing: growing.name)
def test_what_a_configured_build_will_compile_does(growing: Growing, tmp_path: Path) -> None:
    assert grown(growing, of_build, tmp_path) == {}


def test_what_grows_with_the_square_is_seen(tmp_path: Path) -> None:
    """A copy of the rest of the text at each of so many places: a hundred microseconds each time."""
    growing = GROWING[FileKind.GIT_MODULES]

    def copies(_: Growing, text: str, __: Path) -> Iterator[tuple[str, float]]:
        start = time.process_time()
        for at in range(0, len(text), 60):
            text[at:].startswith("x")
        yield "reading it", time.process_time() - start

    most = (MOST_OF_BUILD_FILE, 2 * MOST_OF_BUILD_FILE)
    assert slow(growing, lambda size: "a" * size, copies, tmp_path, sizes=most)
