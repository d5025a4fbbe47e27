"""Processes that each work on one item: order, deaths, errors, and that they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cudacompat.domain.words.executor import Lost, Serial
from cudacompat.host.programs.workers import Processes, WorkerError

ROOT = Path(__file__).parents[3]


def squared(number: int) -> int:
    time.sleep(0.02 * (number % 3))
    os.write(1, b"what a library prints")
    return number * number


def deadly(number: int) -> int:
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 7:
        os._exit(3)
    return number


def failing(number: int) -> int:
    return 1 // number


def where(_: int) -> tuple[list[str], str]:
    return sys.path, str(Path.cwd())


def test_answers_come_in_the_order_of_the_items() -> None:
    expected = list(Serial().map(squared, range(20)))
    assert list(Processes(3).map(squared, range(20))) == expected


def slow_first(number: int) -> int:
    if number == 0:
        time.sleep(2)
    return number


def test_answers_that_come_first_are_given_first() -> None:
    given = [item for item, _ in Processes(2).as_they_come(slow_first, range(6))]
    assert sorted(given) == list(range(6))
    assert given[-1] == 0


@pytest.mark.parametrize("ask", [Processes.map, Processes.as_they_come])
def test_a_dead_process_costs_one_item(ask: Any) -> None:
    answers = dict(ask(Processes(2), deadly, range(20)))
    assert answers.pop(5) == Lost("the process that read it ended: killed by SIGKILL")
    assert answers.pop(7) == Lost("the process that read it ended: exit code 3")
    assert answers == {number: number for number in range(20) if number not in (5, 7)}


def test_an_error_in_the_function_is_not_hidden() -> None:
    with pytest.raises(WorkerError, match="ZeroDivisionError"):
        list(Processes(2).map(failing, [1, 0, 2]))


def children() -> set[int]:
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    if not listed.exists():
        pytest.skip("this system does not list children")
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        found |= {int(each) for each in (task / "children").read_text().split()}
    return found


def test_processes_end_with_the_iteration() -> None:
    before = children()
    iteration = Processes(2).map(squared, range(100))
    assert next(iteration) == (0, 0)
    assert len(children() - before) == 2
    iteration.close()  # type: ignore[attr-defined]
    deadline = time.monotonic() + 10
    while alive := {pid for pid in children() - before if "Z" not in _state(pid)}:
        assert time.monotonic() < deadline, alive
        time.sleep(0.05)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def test_processes_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from cudacompat.host.programs.workers import Processes\n"
        "iteration = Processes(1).map(time.sleep, [0, 60, 60])\n"
        "print(next(iteration), flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout is not None
    parent.stdout.readline()
    tasks = Path(f"/proc/{parent.pid}/task")
    pids = {int(each) for task in tasks.iterdir() for each in (task / "children").read_text().split()}
    assert pids
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while any(_state(pid) != "Z" for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_nothing_in_the_current_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pickle", "queue", "struct", "cudacompat", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "queue.py"))
    ((_, (path, folder)),) = Processes(1).map(where, [0])  # type: ignore[misc]
    assert "" not in path
    assert str(tmp_path) not in path
    assert folder == str(tmp_path)
    assert not (tmp_path / "ran").exists()
