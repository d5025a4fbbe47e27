"""Whatever ends this tool, what it has started ends: the commands of verify, bench, explain and rebuild, and theirs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers import toolchain
from tests.helpers.processes import alive
from tests.helpers.run import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the processes are found in /proc")

# An engine as the worst ones are: a worker, a daemon of two forks with a session of its own, one that has dropped its
# environment as well. Each writes its number down.
ENGINE = """
import os, signal, sys, time
folder, stubborn = sys.argv[1], len(sys.argv) > 2
def stay(name):
    if stubborn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open(os.path.join(folder, name + ".new"), "w") as file:
        file.write(str(os.getpid()))
    os.rename(file.name, os.path.join(folder, name))
    time.sleep(600)
def daemon(name, bare):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            if bare:
                code = f"import os, sys, time; open({folder + '/' + name!r}, 'w').write(str(os.getpid())); "
                os.execve(sys.executable, [sys.executable, "-I", "-c", code + "time.sleep(600)"], {})
            stay(name)
        os._exit(0)
    os.wait()
daemon("daemon", False)
daemon("bare", True)
if os.fork() == 0:
    stay("worker")
print("up", flush=True)
stay("engine")
"""
NAMES = ("engine", "worker", "daemon", "bare")


@pytest.fixture(autouse=True)
def no_signal_ignored() -> Iterator[None]:
    """A job in the background of a shell has SIGQUIT ignored, and hands that on to what it starts."""
    before = signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGQUIT, before)


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    path = tmp_path / "engine.py"
    path.write_text(ENGINE)
    (tmp_path / "pids").mkdir()
    return path


def verify(engine: Path, *more: str) -> list[str]:
    return ["verify", "--gpu", "9.0", "--", *_engine(engine, *more)]


def bench(engine: Path, *more: str) -> list[str]:
    return ["bench", "--runs", "1", "--variant", "cpu", "--", *_engine(engine, *more)]


def explain(engine: Path, *more: str) -> list[str]:
    return ["explain", "--", *_engine(engine, *more)]


def rebuild(engine: Path, *more: str) -> list[str]:
    if shutil.which("make") is None:
        toolchain.missing("no make")
    source = engine.with_name("source")
    source.mkdir()
    (source / "Makefile").write_text(f"all:\n\t{' '.join(_engine(engine, *more))}\n")
    return ["rebuild", "nvcc", str(source), "--gpu", "8.6", "--yes"]


COMMANDS = [verify, bench, explain, rebuild]


def _engine(path: Path, *more: str) -> list[str]:
    return [sys.executable, str(path), str(path.with_name("pids")), *more]


class Running:
    """The tool with the engine below it, all of whose processes are up."""

    def __init__(self, arguments: list[str], engine: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        if arguments[0] == "rebuild":
            environment["CUDACXX"] = str(toolchain.require_nvcc())
        self.tool = subprocess.Popen(
            [sys.executable, "-m", "cudacompat", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self._folder = engine.with_name("pids")
        deadline = time.monotonic() + 60
        while not all(self._number(name) for name in NAMES):
            assert self.tool.poll() is None, "it ended before the engine was up"
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.3)  # looked at once more, as the one without an environment is known by having been seen only
        self.pids = {name: int(self._number(name) or 0) for name in NAMES}

    def _number(self, name: str) -> str | None:
        try:
            return (self._folder / name).read_text() or None
        except OSError:
            return None

    def left(self, within_s: float) -> set[str]:
        """Which of the engine's processes run on after so many seconds."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline and any(alive(pid) for pid in self.pids.values()):
            time.sleep(0.05)
        return {name for name, pid in self.pids.items() if alive(pid)}

    def end(self) -> None:
        for pid in (self.tool.pid, *self.pids.values()):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        self.tool.wait()


@pytest.fixture
def started(engine: Path) -> Iterator[Callable[[Callable[..., list[str]], bool], Running]]:
    running: list[Running] = []

    def start(command: Callable[..., list[str]], stubborn: bool = False) -> Running:
        running.append(Running(command(engine, *(("stubborn",) if stubborn else ())), engine))
        return running[-1]

    yield start
    for each in running:
        each.end()


Start = Callable[..., Running]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGKILL"])
def test_a_signal_ends_all_that_was_started(started: Start, command: Callable[..., list[str]], name: str) -> None:
    running = started(command)
    if command is rebuild:
        time.sleep(1.2)  # a build's processes are looked at once a second
    running.tool.send_signal(getattr(signal, name))
    assert running.left(within_s=20) == set()
    number = int(getattr(signal, name))
    expected = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}.get(name, -number)
    assert running.tool.wait(timeout=20) == expected


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_the_second_signal_ends_at_once_what_does_not_listen(started: Start, name: str) -> None:
    running = started(verify, stubborn=True)
    running.tool.send_signal(getattr(signal, name))
    assert {"engine", "worker", "daemon"} <= running.left(within_s=1)  # they are asked, and have their time
    running.tool.send_signal(getattr(signal, name))
    assert running.left(within_s=2) == set()  # well below what they would have had
    assert running.tool.wait(timeout=20) == {"SIGINT": 130, "SIGTERM": 143}[name]


def test_one_signal_ends_what_does_not_listen_after_a_while(started: Start) -> None:
    running = started(verify, stubborn=True)
    running.tool.send_signal(signal.SIGTERM)
    assert running.left(within_s=20) == set()


def test_what_does_not_listen_ends_when_the_tool_is_killed(started: Start) -> None:
    running = started(verify, stubborn=True)
    running.tool.kill()
    assert running.left(within_s=20) == set()


def test_a_tool_inside_of_a_tool_leaves_nothing_either(started: Start) -> None:
    def nested(path: Path, *more: str) -> list[str]:
        return ["explain", "--", sys.executable, "-m", "cudacompat", *verify(path, *more)]

    running = started(nested)
    running.tool.kill()
    assert running.left(within_s=20) == set()


def test_under_nohup_it_goes_on(started: Start) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        running = started(explain)
    finally:
        signal.signal(signal.SIGHUP, before)
    running.tool.send_signal(signal.SIGHUP)
    assert running.left(within_s=1) == set(NAMES)
