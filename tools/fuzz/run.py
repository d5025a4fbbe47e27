#!/usr/bin/env python3
"""Fuzz every reader and parser for a while, and say how many inputs were tried, which crashed and which hung.

    tools/fuzz/run.py --seconds 60 --jobs 2              all targets, a minute each
    tools/fuzz/run.py --only 'lint-*' --seconds 600      those whose names match
    tools/fuzz/run.py --seconds 10 --at-most 120         as many as fit, another part each day
    tools/fuzz/run.py --only elf --again FILE            one input alone, such as one that was found

Needs atheris (`pip install 'cudacompat[fuzz]'`); where it is missing this says so and ends with 0. An input that
crashed or hung is kept and named, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import hashlib
import importlib.util
import io
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from tools.fuzz.target import FuzzTarget

_MEMORY = Path("/dev/shm")  # inputs that are written to files stay off the disk
_MEGABYTES = 2048  # of one process; more is a finding
_MOST_SHOWN = 1024  # bytes of an input
_MOST_FINDINGS = 3  # of one target, which is then left alone
_EXECUTED = re.compile(rb"stat::number_of_executed_units:\s+(\d+)")
_RAISED = re.compile(rb"=== Uncaught Python exception: ===\n(.+)")
_PLACES = re.compile(rb'File "([^"]+)", line (\d+)')
_HANGS = ("timeout-", "slow-unit-")


@dataclass
class Outcome:
    """The fuzzing of one target: executions, the inputs that broke it, and what was said of the last."""

    target: FuzzTarget
    folder: Path  # of this run alone; what breaks the target lies there first, as times of files are no proof
    findings: Path
    ends: float
    executions: int = 0
    broken: list[Path] = field(default_factory=list)
    said: str = ""

    @property
    def hangs(self) -> int:
        """How many of the inputs did not end in time."""
        return sum(path.name.startswith(_HANGS) for path in self.broken)

    @property
    def left(self) -> int:
        """Seconds that are left of this target's time; none where enough was found."""
        return round(self.ends - time.monotonic()) if len(self.broken) < _MOST_FINDINGS else 0


def main() -> int:
    """Run the targets that were asked for, and return the exit code."""
    asked = _arguments()
    if importlib.util.find_spec("atheris") is None:
        print(f"fuzzing skipped: no atheris for Python {sys.version_info.major}.{sys.version_info.minor} here "
              "(pip install 'cudacompat[fuzz]')")  # fmt: skip
        return 0
    import atheris

    # takes seconds, so all targets share it; atheris prints each module
    with contextlib.redirect_stderr(io.StringIO()), atheris.instrument_imports(include=["cudacompat"]):
        from tools.fuzz.targets import TARGETS
    names = [name for name in TARGETS if fnmatch.fnmatch(name, asked.only)]
    if not names:
        print(f"no fuzz target is called {asked.only}; there are {', '.join(TARGETS)}", file=sys.stderr)
        return 2
    if asked.again:
        return _again(TARGETS[names[0]], asked.again)
    if asked.at_most:
        names = part_of_today(names, max(1, asked.at_most * asked.jobs // asked.seconds), int(time.time() // 86400))
    began = time.monotonic()
    room = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="cudacompat-fuzz-", dir=room) as folder:
        outcomes = list(_fuzzed([TARGETS[name] for name in names], Path(folder), asked))
    crashes, hangs = sum(len(each.broken) - each.hangs for each in outcomes), sum(each.hangs for each in outcomes)
    print(
        f"{len(outcomes)} of {len(TARGETS)} targets, {sum(each.executions for each in outcomes):,} executions, "
        f"{crashes} crashes, {hangs} hangs, {time.monotonic() - began:.0f} s"
    )
    return 1 if crashes or hangs else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="targets at a time")
    parser.add_argument("--only", default="*", metavar="GLOB", help="targets whose names match")
    parser.add_argument("--at-most", type=int, default=0, metavar="SECONDS", help="for all; a part that rotates by day")
    parser.add_argument("--hang", type=int, default=10, metavar="SECONDS", help="an input that takes longer is a hang")
    parser.add_argument("--folder", type=Path, default=ROOT / ".scratch/fuzz", help="where corpora and findings stay")
    parser.add_argument("--again", type=Path, metavar="FILE", help="run one input alone, for the target of --only")
    return parser.parse_args()


def part_of_today(names: Sequence[str], count: int, day: int) -> list[str]:
    """`count` of the names, so that the parts of following days cover all of them."""
    if count >= len(names):
        return list(names)
    start = day * count % len(names)
    return [names[(start + step) % len(names)] for step in range(count)]


def _again(target: FuzzTarget, file: Path) -> int:
    """Run one input without the fuzzer: a traceback is the answer."""
    began = time.monotonic()
    target.run(file.read_bytes())
    print(f"{target.name} took {file} in {time.monotonic() - began:.2f} s")
    return 0


def _fuzzed(targets: list[FuzzTarget], folder: Path, asked: argparse.Namespace) -> Iterator[Outcome]:
    """Fuzz so many targets at a time as jobs are given; each is printed and given when its time is over."""
    waiting, running = list(targets), dict[int, Outcome]()
    while waiting or running:
        while waiting and len(running) < asked.jobs:
            outcome = _prepared(waiting.pop(0), folder, asked)
            running[_started(outcome, asked)] = outcome
        process, status = os.wait()
        outcome = running.pop(process)
        went_on = _recorded(outcome, status)
        if went_on and outcome.left > 0:
            running[_started(outcome, asked)] = outcome
            continue
        shutil.rmtree(outcome.folder)
        print(_line(outcome), flush=True)
        yield outcome


def _prepared(target: FuzzTarget, folder: Path, asked: argparse.Namespace) -> Outcome:
    findings = asked.folder / "findings" / target.name
    outcome = Outcome(target, folder / target.name, findings, time.monotonic() + asked.seconds)
    for each in (findings, asked.folder / "corpus" / target.name, outcome.folder / "seeds", outcome.folder / "broken"):
        each.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        if len(seed) <= target.longest:
            (outcome.folder / "seeds" / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    (outcome.folder / "words").write_text("".join(_word(word) for word in target.words))
    return outcome


def _started(outcome: Outcome, asked: argparse.Namespace) -> int:
    """Start a process that fuzzes for the time that is left; its number."""
    process = os.fork()
    if process:
        return process
    try:
        _fuzz(outcome, asked)
    finally:
        os._exit(99)


def _fuzz(outcome: Outcome, asked: argparse.Namespace) -> NoReturn:
    import atheris

    target = outcome.target
    log = os.open(outcome.folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    tempfile.tempdir = str(outcome.folder)
    options = [
        "fuzz", f"-max_total_time={max(1, outcome.left)}", f"-timeout={asked.hang}", f"-rss_limit_mb={_MEGABYTES}",
        f"-max_len={target.longest}", "-print_final_stats=1", f"-artifact_prefix={outcome.folder / 'broken'}/",
        *([f"-dict={outcome.folder / 'words'}"] if target.words else []),
        str(asked.folder / "corpus" / target.name), str(outcome.folder / "seeds"),
    ]  # fmt: skip
    atheris.Setup(options, lambda data: _kept(data, outcome))
    atheris.Fuzz()
    os._exit(0)


def _kept(data: bytes, outcome: Outcome) -> None:
    """Run one input; one that raises is written to a file, which not every release of atheris does."""
    try:
        outcome.target.run(data)
    except Exception:
        (outcome.folder / "broken" / f"crash-{hashlib.sha256(data).hexdigest()[:40]}").write_bytes(data)
        raise


def _recorded(outcome: Outcome, status: int) -> bool:
    """Note what a process left; whether another one may go on."""
    said = (outcome.folder / "log").read_bytes() if (outcome.folder / "log").exists() else b""
    counted = _EXECUTED.search(said)
    outcome.executions += int(counted[1]) if counted else 0
    fresh = [
        Path(shutil.move(path, outcome.findings / path.name)) for path in sorted((outcome.folder / "broken").iterdir())
    ]
    outcome.broken += fresh
    if not fresh and not status:
        return False
    raised = _RAISED.search(said)
    outcome.said = (raised[1] if raised else (said.strip().splitlines() or [b"said nothing"])[-1]).decode(
        "utf-8", "replace"
    )
    places = _PLACES.findall(said) if raised else []
    if places:  # the last is where it was raised
        outcome.said += f" ({Path(places[-1][0].decode('utf-8', 'replace')).name}:{places[-1][1].decode()})"
    if not fresh:  # it never began, which another try would not change
        outcome.broken.append(Path("(no input)"))
    return bool(fresh)


def _word(word: str) -> str:
    """A line of libFuzzer's dictionary."""
    plain = (byte for byte in word.encode())
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in plain) + '"\n'


def _line(outcome: Outcome) -> str:
    line = f"{outcome.target.name:36} {outcome.executions:>10,} executions"
    if not outcome.broken:
        return line
    crashes = len(outcome.broken) - outcome.hangs
    found = "".join(f"\n    {path}{_read(path)}" for path in outcome.broken)
    return f"{line}, {crashes} crashes, {outcome.hangs} hangs: {outcome.said}{found}"


def _read(path: Path) -> str:
    """An input in a line, for who has the log of a machine that is gone; nothing of a large one."""
    with contextlib.suppress(OSError):
        data = path.read_bytes()
        return f": {data!r}" if len(data) <= _MOST_SHOWN else ""
    return ""


if __name__ == "__main__":
    sys.exit(main())
