"""Processes of this program's own, each at work on one item at a time. One that dies costs one item.

Not `multiprocessing`: what that starts looks for modules in the current folder first, where a stranger's files may lie.
"""

from __future__ import annotations

import pickle
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from cudacompat.domain.words.executor import Lost
from cudacompat.host.programs.process import signal_name, start_python

if TYPE_CHECKING:
    from typing import IO

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_CHILD = Path(__file__).with_name("worker_child.py")
_LENGTH = struct.Struct("<Q")
_AHEAD = 2  # items for each process that wait for it
_LINED_UP = 32  # the same where answers are given as they come: who makes the items goes on to other work meanwhile
_WAITING = 256  # items for each process that are begun, or answered, before their turn to be given comes


class WorkerError(Exception):
    """The function failed in the other process; the text is the traceback from there."""


class Processes:
    """As many processes as it is told. They end with the iteration, however that ends, and with this process."""

    def __init__(self, count: int) -> None:
        self._count = count

    def map(self, function: Callable[[Item], Answer], items: Iterable[Item]) -> Iterator[tuple[Item, Answer | Lost]]:
        """Give each item and its answer, in the order of the items. Function, items and answers are pickled; the
        function is found by its module and name. `WorkerError` when the function raises."""
        pending: deque[tuple[Item, Future[Answer | Lost]]] = deque()
        with self._at_work() as (threads, crew):
            for item in items:
                pending.append((item, threads.submit(crew.ask, function, item)))
                while pending and _must_give(pending, self._count):
                    first, answer = pending.popleft()
                    yield first, answer.result()
            while pending:
                first, answer = pending.popleft()
                yield first, answer.result()

    def as_they_come(
        self, function: Callable[[Item], Answer], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Answer | Lost]]:
        """The same, each answer as soon as it is there: who has to do something with each does it while the others
        come."""
        pending: dict[Future[Answer | Lost], Item] = {}
        with self._at_work() as (threads, crew):
            for item in items:
                pending[threads.submit(crew.ask, function, item)] = item
                for answer in _answered(pending, may_wait=len(pending) >= self._count * _LINED_UP):
                    yield pending.pop(answer), answer.result()
            while pending:
                for answer in _answered(pending, may_wait=True):
                    yield pending.pop(answer), answer.result()

    @contextmanager
    def _at_work(self) -> Iterator[tuple[ThreadPoolExecutor, _Crew]]:
        """Give threads, and the processes that they ask."""
        crew = _Crew()
        threads = ThreadPoolExecutor(self._count)
        try:
            yield threads, crew
        finally:
            crew.dismiss()
            threads.shutdown(wait=True, cancel_futures=True)


def _answered(pending: Iterable[Future[Answer]], *, may_wait: bool) -> set[Future[Answer]]:
    """Those that are answered; one at least where it may wait."""
    return wait(pending, None if may_wait else 0, return_when=FIRST_COMPLETED).done


def _must_give(pending: Sequence[tuple[object, Future[Answer]]], count: int) -> bool:
    """Wait until one more may be begun, which is False, or the first answer may be given. While the first takes long,
    the other processes go on, until too many answers wait for their turn."""
    if pending[0][1].done() or len(pending) >= count * _WAITING:
        return True
    unanswered = [answer for _, answer in pending if not answer.done()]
    if len(unanswered) < count * _AHEAD:
        return False
    wait(unanswered, return_when=FIRST_COMPLETED)
    return pending[0][1].done()


class _Crew:
    """One process for each thread that asks."""

    def __init__(self) -> None:
        self._mine = threading.local()
        self._all: list[_Worker] = []
        self._lock = threading.Lock()
        self._over = False

    def ask(self, function: Callable[[Item], Answer], item: Item) -> Answer | Lost:
        """Return the answer of this thread's process."""
        worker: _Worker | None = getattr(self._mine, "worker", None)
        if worker is None:
            with self._lock:
                if self._over:
                    return Lost("it was not begun")
                worker = self._mine.worker = _Worker()
                self._all.append(worker)
        answer = worker.ask((function, item))
        if isinstance(answer, Lost):
            self._mine.worker = None
        return cast("Answer | Lost", answer)

    def dismiss(self) -> None:
        """End all processes."""
        with self._lock:
            self._over = True
            for worker in self._all:
                worker.end()
            for worker in self._all:
                worker.ended()


class _Worker:
    def __init__(self) -> None:
        self._process = start_python(_CHILD)
        assert self._process.stdin is not None  # noqa: S101  both are PIPE
        assert self._process.stdout is not None  # noqa: S101
        self._to, self._from = self._process.stdin, self._process.stdout
        self._send([path for path in sys.path if Path(path).is_absolute()])

    def ask(self, task: object) -> object:
        """Return the answer to a task, `Lost` when the process ended without one."""
        try:
            self._send(task)
            message = _receive(self._from)
        except (OSError, ValueError):
            message = None
        if message is None:
            self.end()
            code = self.ended()
            how = f"killed by {signal_name(-code)}" if code < 0 else f"exit code {code}"
            return Lost(f"the process that read it ended: {how}")
        failed, answer = pickle.loads(message)  # noqa: S301  from a process of our own
        if failed:
            raise WorkerError(answer)
        return cast(object, answer)

    def end(self) -> None:
        """Stop the process, if it still runs. Its pipes close with it."""
        if self._process.poll() is None:
            self._process.kill()

    def ended(self) -> int:
        """Wait for its end, so that nothing of it is left; return its exit status."""
        return self._process.wait()

    def _send(self, message: object) -> None:
        data = pickle.dumps(message)
        self._to.write(_LENGTH.pack(len(data)) + data)
        self._to.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    data = stream.read(size)
    return data if len(data) == size else None
