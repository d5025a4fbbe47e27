"""The program that `workers`, beside it, runs in processes apart: tasks on standard input, answers on standard output.

It is started as a file, isolated (`-I -S`): the first message is where modules are to be found, and nothing is looked
for anywhere else. It ends when its standard input does, in the midst of a task too.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import signal
import struct
import sys
import threading
import traceback
from typing import IO, Any

_LENGTH = struct.Struct("<Q")


def main() -> None:
    """Answer until standard input ends."""
    gc.set_threshold(200_000, 50, 50)  # as in the parent: what is read has no circles
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent, which gets it too, ends this process
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between answers
    tasks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    sys.path[:] = pickle.loads(_receive(sys.stdin.buffer))  # noqa: S301  from the parent
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    while True:
        failed = False
        try:
            function, item = pickle.loads(tasks.get())  # noqa: S301
            answer: Any = function(item)
        except Exception:  # noqa: BLE001 - the parent shows it
            failed, answer = True, traceback.format_exc()
        data = pickle.dumps((failed, answer))
        answers.write(_LENGTH.pack(len(data)) + data)
        answers.flush()


def _listen(tasks: queue.SimpleQueue[bytes]) -> None:
    while True:
        tasks.put(_receive(sys.stdin.buffer))


def _receive(stream: IO[bytes]) -> bytes:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        os._exit(0)  # the parent is gone, or has all that it wants
    (length,) = _LENGTH.unpack(head)
    return stream.read(length)


if __name__ == "__main__":
    main()
