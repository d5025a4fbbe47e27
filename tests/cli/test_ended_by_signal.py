"""A command that a signal ends: what it had begun is cleared up, and the process ends by that signal."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import sys, tempfile, time
from cudacompat.cli.interrupts import Interrupts
interrupts = Interrupts()
with interrupts.raised():
    with tempfile.TemporaryDirectory(dir=sys.argv[1]):
        print("ready", flush=True)
        for _ in range(1200):  # on Python 3.14 a signal just before one long sleep waits for its end
            time.sleep(0.05)
interrupts.end()
sys.exit(130 if interrupts.seen else 0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 130)])
def test_its_folder_goes_with_it(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with subprocess.Popen([sys.executable, "-c", _PROGRAM, str(tmp_path)], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        assert list(tmp_path.iterdir())
        running.send_signal(number)
        assert running.wait(timeout=20) == code
    assert list(tmp_path.iterdir()) == []
