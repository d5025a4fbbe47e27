"""Running a command with all that it starts: nothing is left running, whatever it does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cudacompat.domain.runs.observation import End, Ended
from cudacompat.host.runs.processes import run_tree
from tests.helpers.run import ROOT
from tests.host.programs.test_process import gone, python

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the process tree is read from /proc")

SLEEPS = "import time; time.sleep(600)"


def started(
    code: str,
    *,
    timeout_s: float = 60,
    until: Callable[[], bool] = lambda: False,
    outlives: bool = False,
) -> tuple[Ended, bytes, set[int]]:
    """How a Python program ended, what it printed, and the processes that were seen."""
    output, seen = bytearray(), set[int]()

    def tick(pids: tuple[int, ...]) -> bool:
        seen.update(pids)
        return until()

    ended = run_tree(
        python(code),
        environment=os.environ,
        timeout_s=timeout_s,
        on_output=output.extend,
        on_tick=tick,
        outlives=outlives,
    )
    return ended, bytes(output), seen


def test_output_and_exit_code() -> None:
    ended, output, _ = started("import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)")
    assert (ended.how, ended.code, ended.failed) == (End.EXITED, 3, True)
    assert output == b"out\nerr\n"
    assert ended.words.startswith("exited with 3 after ")


def test_a_signal_is_named() -> None:
    ended, _, _ = started("import os; os.kill(os.getpid(), 11)")
    assert (ended.how, ended.code, ended.why) == (End.SIGNALLED, 11, "SIGSEGV")


def test_a_program_that_is_not_there() -> None:
    ended = run_tree(
        ["/nowhere/engine"], environment={}, timeout_s=5, on_output=bytearray().extend, on_tick=lambda _: False
    )
    assert (ended.how, ended.failed) == (End.NOT_STARTED, True)
    assert ended.words == "could not be started: No such file or directory"


def test_there_is_no_input_to_wait_for() -> None:
    ended, output, _ = started("import sys; print(repr(sys.stdin.read()))")
    assert (ended.code, output) == (0, b"''\n")


def test_the_time_limit_ends_it_with_its_children() -> None:
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]); time.sleep(600)"
    ended, _, seen = started(code, timeout_s=1.5)
    assert ended.how is End.TIMED_OUT
    assert len(seen) == 2
    assert all(gone(pid) for pid in seen)


def test_a_program_that_ignores_sigterm_is_killed() -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('.', flush=True); time.sleep(600)"
    output: list[bytes] = []
    begun = time.monotonic()
    ended = run_tree(
        python(code),
        environment=os.environ,
        timeout_s=60,
        on_output=output.append,
        on_tick=lambda _: bool(output),
    )
    assert ended.how is End.STOPPED
    assert time.monotonic() - begun < 30


def daemon(note: Path) -> str:
    """Code that leaves a daemon behind: two forks and a session of its own, as daemon(7) has it."""
    return (
        "import os, sys, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        f"        open({str(note)!r}, 'w').write(str(os.getpid()))\n"
        "        time.sleep(600)\n"
        "    os._exit(0)\n"
        "time.sleep(0.4)\n"
    )


def test_a_daemon_that_it_leaves_behind_is_ended_and_counted(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    ended, _, seen = started(daemon(note))
    left = int(note.read_text())
    assert (ended.how, ended.code, ended.left_behind) == (End.EXITED, 0, 1)
    assert left in seen
    assert gone(left)


def test_a_server_that_goes_to_the_background_is_still_looked_at(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    looks: list[float] = []

    def until() -> bool:
        looks.append(time.monotonic())
        return looks[-1] - looks[0] > 1.5

    ended, _, _ = started(daemon(note), until=until, outlives=True)
    assert ended.how is End.STOPPED
    assert gone(int(note.read_text()))


def test_many_children_are_all_ended() -> None:
    code = f"import subprocess, sys, time\nfor _ in range(12): subprocess.Popen([sys.executable, '-c', {SLEEPS!r}])\n"
    ended, _, seen = started(code + "time.sleep(0.5)")
    assert (ended.code, ended.left_behind) == (0, 12)
    assert all(gone(pid) for pid in seen)


def test_what_a_reader_of_the_output_raises_is_raised_here() -> None:
    def refuse(_: bytes) -> None:
        raise ValueError("no thanks")

    with pytest.raises(ValueError, match="no thanks"):
        run_tree(
            python("print('x')"),
            environment=os.environ,
            timeout_s=30,
            on_output=refuse,
            on_tick=lambda _: False,
        )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_when_we_are_ended_it_is_ended_first(tmp_path: Path, number: signal.Signals) -> None:
    note = tmp_path / "pids"
    child = f"import os, subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]); "
    child += f"open({str(note)!r}, 'w').write(f'{{os.getpid()}} {{p.pid}}'); time.sleep(600)"
    code = (
        "import os, sys\nfrom cudacompat.host.runs.processes import run_tree\n"
        f"run_tree([sys.executable, '-c', {child!r}], environment=os.environ, timeout_s=600,\n"
        "         on_output=lambda _: None, on_tick=lambda _: False)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=-3)
    while not (note.exists() and note.read_text().count(" ") == 1):
        time.sleep(0.05)
    pids = [int(pid) for pid in note.read_text().split()]
    process.send_signal(number)
    code_ = process.wait(timeout=30)
    assert code_ == (-number if number is signal.SIGINT else 128 + number)
    assert all(gone(pid) for pid in pids)
