"""Asks this machine's driver to load modules, in processes of their own: one that crashes or hangs costs one module."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cudacompat.domain.runs.load import ModuleAnswer
from cudacompat.host.gpus.libcuda import LIBRARY
from cudacompat.host.programs.keeper import keeping
from cudacompat.places.safe_search import safe_environment

_CHILD = Path(__file__).with_name("driver_child.py")
_START_S = 60.0  # a GPU that no process holds takes seconds to come up
LIMIT_S = 300.0  # for one module: the JIT of a large one takes minutes


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """One module: its bytes in a file on the disk, and the kernels to look up (mangled names)."""

    path: str
    offset: int
    size: int
    kernels: tuple[str, ...]


class DriverSilentError(Exception):
    """The driver did not come up; the text says why."""


def load(
    requests: Sequence[LoadRequest],
    device: int,
    *,
    limit_s: float = LIMIT_S,
    on_module: Callable[[int], None] | None = None,
    library: str = LIBRARY,
) -> tuple[ModuleAnswer, ...]:
    """Return the driver's answer to each request, in their order, on the GPU with this number (in the bus's order).

    The JIT's cache is neither read nor written; the variables that force or forbid the JIT count as they are set. A
    module gets `limit_s` seconds; one that crashes or hangs the process has an answer without `load`.
    `DriverSilentError` where there is no driver or it does not come up.
    """
    answers: list[ModuleAnswer] = []
    while len(answers) < len(requests):
        before = len(answers)
        with _child(device, library) as child:
            child.expect_ready()
            for request in requests[before:]:
                if on_module is not None:
                    on_module(len(answers))
                answer = child.ask(len(answers), request, limit_s)
                if answer is None:  # it has ended between two modules: the context was lost
                    break
                answers.append(answer)
                if answer.load is None:
                    break
        if len(answers) == before:
            raise DriverSilentError("the driver's process ends before it is asked anything")
    return tuple(answers)


class _Child:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        assert process.stdout is not None  # noqa: S101  it is a PIPE
        threading.Thread(target=self._read, args=(process.stdout,), daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self, stream: IO[bytes]) -> None:
        for line in stream:
            self._lines.put(line)
        self._lines.put(None)

    def expect_ready(self) -> None:
        said = self._next(time.monotonic() + _START_S)
        if said is None:
            raise DriverSilentError(f"its process {self._end_in_words()}")
        if "failed" in said:
            raise DriverSilentError(str(said["failed"]))

    def ask(self, number: int, request: LoadRequest, limit_s: float) -> ModuleAnswer | None:
        asked = {
            "number": number,
            "path": request.path,
            "offset": request.offset,
            "size": request.size,
            "kernels": request.kernels,
        }
        assert self._process.stdin is not None  # noqa: S101  it is a PIPE
        try:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return None
        deadline = time.monotonic() + limit_s
        begun = False
        while True:
            said = self._next(deadline)
            if said is None:
                if self._process.poll() is None and time.monotonic() >= deadline:
                    return ModuleAnswer(None, why=f"no answer within {limit_s:g} s")
                return ModuleAnswer(None, why=f"its process {self._end_in_words()}") if begun else None
            begun = begun or said.get("begin") == number
            if said.get("number") == number:
                return _answer(said, request)

    def _next(self, deadline: float) -> dict[str, Any] | None:
        """The next line, `None` at the end or when the time is up. What a driver's library prints itself is skipped."""
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return None
            if line is None:
                return None
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if isinstance(said, dict):
                return said

    def _end_in_words(self) -> str:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "did not answer in time"
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _answer(said: dict[str, Any], request: LoadRequest) -> ModuleAnswer:
    if said["load"] is None:
        return ModuleAnswer(None, why=str(said["why"]))
    return ModuleAnswer(
        load=int(said["load"]),
        asked=int(said["asked"]),
        refused=tuple((request.kernels[index], int(code)) for index, code in said["refused"]),
        names=tuple((int(code), name) for code, name in said["names"].items() if name),
    )


@contextmanager
def bare_context(device: int, library: str = LIBRARY) -> Iterator[int | None]:
    """Hold a CUDA context without any work on a GPU, in a process of its own whose number is given; `None` where there
    is none to be had. What the driver's lists show of it they show of others, too."""
    try:
        with _child(device, library) as child:
            child.expect_ready()
            yield child.pid
    except DriverSilentError:
        yield None


@contextmanager
def _child(device: int, library: str) -> Iterator[_Child]:
    if not sys.executable:
        raise DriverSilentError("there is no Python program to load it with")
    environment = {**safe_environment(), "CUDA_CACHE_DISABLE": "1", "LC_ALL": "C"}
    with keeping(environment) as kept:  # one that hangs in the driver does not see that its input ends
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_CHILD), library, str(device)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept.environment,
            start_new_session=sys.platform != "win32",
        )
        kept.started(process.pid)
        try:
            yield _Child(process)
        finally:
            process.kill()
            process.wait()
            if process.stdin is not None:
                with suppress(OSError):  # what was still to be written has nowhere to go
                    process.stdin.close()
