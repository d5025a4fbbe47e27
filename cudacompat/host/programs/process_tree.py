"""The processes that came from one command: found in /proc, asked to end, and made to.

It needs the standard library alone and nothing of this package, as it is a program, too: `python -I -S
process_tree.py` is the keeper, which ends what a process has started when that process dies (see keeper.py).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator

MARK = "CUDACOMPAT_STARTED_BY"  # the variable that every process of a command carries, unless it drops its environment
GRACE_S = 5.0  # between asking to end and making it end
_KEEPERS_GRACE_S = 2.0
_LOOK_S = 0.02
_ROUNDS = 40


class Stat:
    """The fields of proc_pid_stat(5) that count here."""

    __slots__ = ("parent", "pid", "session", "start", "state")

    def __init__(self, pid: int, fields: list[str]) -> None:
        self.pid = pid
        self.state = fields[0]
        self.parent = int(fields[1])
        self.session = int(fields[3])
        self.start = int(fields[19])


def stat_of(pid: int) -> Stat | None:
    """Return what /proc says of a process, `None` where there is none or no /proc."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123  again and again: a Path costs more than the look
            text = file.read().decode("ascii", "replace")
        return Stat(pid, text.rpartition(")")[2].split())
    except (OSError, ValueError, IndexError):
        return None


def all_stats() -> Iterator[Stat]:
    """Every process that /proc shows."""
    try:
        names = os.listdir("/proc")  # noqa: PTH208
    except OSError:
        return
    for name in names:
        if name.isdigit() and (stat := stat_of(int(name))) is not None:
            yield stat


class Tree:
    """A command's process and all that came from it: by parent, session, mark, and by having been seen before.

    `root` leads the session of the command. `mark` is a word in the variable MARK of its environment. With `adopts`
    this process is the one that orphans of the command get as their parent; `apart` are children that are not its.
    """

    def __init__(self, root: int, mark: str, *, adopts: bool = False, apart: Iterable[int] = ()) -> None:
        self._root = root
        self._mark = mark.encode()
        self._adopts = adopts
        self._apart = {os.getpid(), *apart}
        self._seen: dict[int, int] = {}  # number to start time: numbers are used again
        self._unmarked: dict[int, int] = {}
        own = stat_of(root)
        self._since = own.start if own is not None else 0

    @property
    def seen(self) -> dict[int, int]:
        """The processes of the last look, each with its start time."""
        return self._seen

    def add(self, seen: dict[int, int]) -> None:
        """Take in processes that somebody else has seen."""
        self._seen |= seen

    def pids(self) -> tuple[int, ...]:
        """The processes that run now, ascending."""
        running = {stat.pid: stat for stat in all_stats()}
        mine = {pid for pid, start in self._seen.items() if pid in running and running[pid].start == start}
        mine |= {pid for pid, stat in running.items() if self._is_mine(stat)}
        if self._root not in running or running[self._root].start == self._since:  # else its number is another's now
            mine |= {pid for pid, stat in running.items() if self._root in (pid, stat.session)}
        self._unmarked = {pid: start for pid, start in self._unmarked.items() if pid in running}
        grown = True
        while grown:
            more = {pid for pid, stat in running.items() if stat.parent in mine and pid not in mine}
            mine |= more
            grown = bool(more)
        mine -= self._apart
        self._seen = {pid: running[pid].start for pid in mine}
        return tuple(sorted(pid for pid in mine if running[pid].state != "Z"))

    def _is_mine(self, stat: Stat) -> bool:
        if stat.start < self._since:
            return False
        if self._adopts and stat.parent == os.getpid() and stat.session not in (os.getpid(), os.getsid(0)):
            return True  # what we start ourselves meanwhile shares our session, or is put apart
        return self._is_marked(stat)

    def _is_marked(self, stat: Stat) -> bool:
        if not self._mark or self._unmarked.get(stat.pid) == stat.start:
            return False
        try:
            with open(f"/proc/{stat.pid}/environ", "rb") as file:  # noqa: PTH123
                found = self._mark in file.read()
        except OSError:  # another user's: it cannot be ended either
            found = False
        if not found:
            self._unmarked[stat.pid] = stat.start
        return found

    def end(
        self,
        grace_s: float = GRACE_S,
        hurry: Callable[[], bool] = lambda: False,
        collect: Callable[[], None] = lambda: None,
    ) -> None:
        """Ask all of them to end, and make them after `grace_s` seconds or as soon as `hurry` says so. `collect` takes
        the exit codes of those that have ended."""
        deadline = time.monotonic() + grace_s
        asked: set[int] = set()
        while not hurry() and (pids := self.pids()) and time.monotonic() < deadline:
            for pid in set(pids) - asked:
                _signal(pid, signal.SIGTERM)
                asked.add(pid)
            collect()
            time.sleep(_LOOK_S)
        for _ in range(_ROUNDS):  # one that forks while it is killed is found again
            pids = self.pids()
            if not pids:
                break
            for pid in pids:
                _signal(pid, signal.SIGKILL)
            collect()
            time.sleep(_LOOK_S)
        collect()


def end_group(root: int, wait: Callable[[float], bool], grace_s: float, hurry: Callable[[], bool]) -> None:
    """End the process group of a command, where there is no /proc to find the rest. `wait` waits so many seconds and
    says whether the command has ended."""
    deadline = time.monotonic() + grace_s
    _signal_group(root, signal.SIGTERM)
    while not wait(_LOOK_S) and not hurry() and time.monotonic() < deadline:
        pass
    kill_group(root)  # a child may have outlived it


def kill_group(root: int) -> None:
    """End the process group at once."""
    if sys.platform != "win32":
        _signal_group(root, signal.SIGKILL)


def _signal_group(root: int, number: int) -> None:
    if sys.platform != "win32":
        try:
            os.killpg(root, number)
        except OSError:  # contextlib would make the keeper's start half as long again
            return


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:
        return


# -- the keeper


def keep() -> None:
    """Read lines from standard input (`run MARK PID`, `saw MARK PID:START …`, `over MARK`) to its end: then whoever
    wrote them has ended, and the commands that are not over are ended, too."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    trees: dict[str, Tree] = {}
    roots: dict[str, int] = {}
    rest = b""
    while chunk := os.read(0, 1 << 16):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            what, mark, *more = line.decode("ascii").split(" ")
            if what == "run":
                roots[mark] = int(more[0])
                trees[mark] = Tree(roots[mark], mark)
            elif what == "saw" and mark in trees:
                trees[mark].add({int(pid): int(start) for pid, _, start in (each.partition(":") for each in more)})
            elif what == "over":
                trees.pop(mark, None)
    for mark, tree in trees.items():
        if sys.platform == "linux":
            tree.end(_KEEPERS_GRACE_S)
        else:
            end_group(roots[mark], _waits, _KEEPERS_GRACE_S, hurry=lambda: False)


def _waits(seconds: float) -> bool:
    time.sleep(seconds)
    return False


if __name__ == "__main__":
    keep()
