"""Processes of `cudacompat` that are forked from one which has imported everything: a tenth of a start's time.

Each is a process like any other, with its own number, folder, environment, streams, signals and children. It skips only
what Python does at a start: imports in their order, and libraries that LD_LIBRARY_PATH brings in. `serves` is false
where an environment asks for that. With CUDACOMPAT_TEST_START=1, as .ci/run sets it, every run starts anew.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import pkgutil
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

# What counts only while a process starts.
_AT_START = ("LD_", "PYTHON", "LC_", "LANG", "MALLOC_", "GLIBC_", "ASAN_", "CUDACOMPAT_TEST_START")
_ROOT = Path(__file__).parents[2]
_STATUS = struct.Struct("!i")


def _of_start(environment: Mapping[str, str]) -> dict[str, str]:
    ignored = ("PYTHONPATH", "PYTEST")
    return {k: v for k, v in environment.items() if k.startswith(_AT_START) and not k.startswith(ignored)}


class ForkServer:
    """The process that has imported everything, started at the first use."""

    def __init__(self) -> None:
        self._environment = _of_start(os.environ)
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"from tests.helpers.forked import serve; serve({theirs.fileno()})"],
                pass_fds=(theirs.fileno(),),
                cwd=_ROOT,
                env={**os.environ, "PYTHONPATH": str(_ROOT)},
                stdin=subprocess.DEVNULL,
            )
        self._socket = ours
        atexit.register(self._end)

    def serves(self, environment: Mapping[str, str]) -> bool:
        """Whether a fork is the same as a start in this environment."""
        return _of_start(environment) == self._environment and self._process.poll() is None

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, timeout: float
    ) -> tuple[int, bytes, bytes]:
        """Return the exit code (negative: the signal), stdout and stderr of one run."""
        out, err = os.pipe(), os.pipe()
        got: dict[str, bytes] = {}
        readers = [
            threading.Thread(target=lambda name=name, end=end: got.update({name: _drained(end)}))  # type: ignore[misc]
            for name, end in (("out", out[0]), ("err", err[0]))
        ]
        with self._lock:
            body = json.dumps([list(arguments), dict(environment), str(folder)]).encode("utf-8", "surrogatepass")
            socket.send_fds(self._socket, [struct.pack("!I", len(body))], [0, out[1], err[1]])
            self._socket.sendall(body)
            for end in (out[1], err[1]):
                os.close(end)
            for reader in readers:
                reader.start()
            (child,) = _STATUS.unpack(_received(self._socket, _STATUS.size))
            watch = threading.Timer(timeout, os.kill, (child, signal.SIGKILL))
            watch.start()
            (code,) = _STATUS.unpack(_received(self._socket, _STATUS.size))
            watch.cancel()
        for reader in readers:
            reader.join(timeout)
        return code, got["out"], got["err"]

    def _end(self) -> None:
        self._socket.close()
        self._process.wait()


def _drained(end: int) -> bytes:
    with os.fdopen(end, "rb") as file:
        return file.read()


def _received(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise EOFError("the fork server has gone")
        data += part
    return data


# -- the server


def serve(number: int) -> None:
    """Import everything and fork for each request, one after the other, until the socket is closed."""
    import gc

    import cudacompat

    for found in pkgutil.walk_packages(cudacompat.__path__, "cudacompat."):
        if not found.name.endswith("__main__") and "_child" not in found.name:
            importlib.import_module(found.name)
    gc.freeze()
    with socket.socket(fileno=number) as connection, contextlib.suppress(EOFError):
        while True:
            _serve_one(connection)


def _serve_one(connection: socket.socket) -> None:
    head, streams, _, _ = socket.recv_fds(connection, 4, 3)
    if not head:
        raise EOFError
    body = _received(connection, *struct.unpack("!I", head))
    arguments, environment, folder = json.loads(body.decode("utf-8", "surrogatepass"))
    child = os.fork()
    if child == 0:
        _become(connection, streams, arguments, environment=environment, folder=folder)
    for each in streams:
        os.close(each)
    connection.sendall(_STATUS.pack(child))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    connection.sendall(_STATUS.pack(status))


def _become(
    connection: socket.socket, streams: list[int], arguments: list[str], environment: dict[str, str], folder: str
) -> None:
    """Be `python -m cudacompat` in this process, and end with it."""
    code = 70
    try:
        connection.close()
        for number, each in enumerate(streams):
            os.dup2(each, number)
            os.close(each)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        sys.argv = ["cudacompat", *arguments]
        for name, number, errors in (("stdout", 1, sys.stdout.errors), ("stderr", 2, "backslashreplace")):
            stream = open(number, "w", encoding=sys.stdout.encoding, errors=errors, closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        from cudacompat.cli.main import main

        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException:  # noqa: BLE001  nothing may return into the server's own loop
        import traceback

        traceback.print_exc()
        code = 1
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
