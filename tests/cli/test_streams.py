"""Closed streams, full disks, readers that go away, Ctrl-C: the report's exit code, a line at most, no traceback."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.run import EXAMPLE, ROOT

GOOD = ("check", str(EXAMPLE), "--gpu", "5.2")
BAD = ("check", str(EXAMPLE), "--gpu", "12.0")
COMMANDS = {
    "good": (GOOD, 0),
    "bad": (BAD, 1),
    "long": (("gpus",), 0),
    "help": (("--help",), 0),
    "version": (("--version",), 0),
    "page": (("explain", "hole"), 0),
    "nothing": (("gpus", "no such card"), 3),
    "wrong": (("gpus", "--no-such-option"), 2),
}


def shell(command: tuple[str, ...], redirected: str) -> tuple[int, str, str]:
    line = shlex.join([sys.executable, "-m", "cudacompat", *command])
    done = subprocess.run(
        ["bash", "-c", f"{redirected.format(line)}"], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "redirected",
    [
        "{} >&-",
        "{} 2>&-",
        "{} <&-",
        "{} <&- >&- 2>&-",
        "{} >/dev/full",
        "{} 2>/dev/full",
        "{} >/dev/full 2>&1",
        "{} | true; exit ${{PIPESTATUS[0]}}",
        "{} 2>&1 | true; exit ${{PIPESTATUS[0]}}",
    ],
)
def test_the_exit_code_is_the_reports_own(redirected: str) -> None:
    if "full" in redirected and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    for name, (command, code) in COMMANDS.items():
        found, _, err = shell(command, redirected)
        lost = redirected.startswith("{} >/dev/full") and code == 0
        assert found == (2 if lost else code), (name, err)
        assert "Traceback" not in err
        assert err.count("\n") <= 1


def test_the_result_is_whole_where_another_stream_is_closed() -> None:
    whole = shell(GOOD, "{}")[1]
    for redirected in ("{} 2>&-", "{} <&-", "{} <&- 2>&-", "{} 2>/dev/full"):
        assert shell(GOOD, redirected)[1] == whole


def test_no_file_that_is_read_gets_the_number_of_a_closed_stream() -> None:
    """Otherwise what is printed would be written into it."""
    assert shell(("inspect", str(EXAMPLE)), "{} >&-") == (0, "", "")
    code = "import os, sys; from cudacompat.cli import streams; streams.prepare(); n = os.open('/dev/null', 0)"
    code += "; print(n, file=sys.stderr)"
    done = subprocess.run(
        ["bash", "-c", f"{shlex.join([sys.executable, '-c', code])} <&- >&-"], capture_output=True, text=True, cwd=ROOT
    )
    assert int(done.stderr) > 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_said_once() -> None:
    code, _, err = shell(GOOD, "{} >/dev/full")
    assert (code, err) == (2, "cudacompat: cannot write standard output: no space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(
    "command",
    [
        ("generate", "cmake", "--gpu", "8.6", "--as", "env"),
        ("generate", "cmake", "--gpu", "8.6", "--format", "json"),
        ("gpus", "T4", "--format", "json"),
    ],
)
def test_what_is_made_to_be_kept_is_not_there_on_a_full_disk(command: tuple[str, ...]) -> None:
    """Half a Dockerfile with exit 0 would be built."""
    code, _, err = shell(command, "{} >/dev/full")
    assert (code, err) == (2, "cudacompat: error: cannot write standard output: no space left on device\n")
    assert shell(command, "{} | true; exit ${{PIPESTATUS[0]}}")[0] == 0


def test_a_report_on_a_full_disk() -> None:
    code, out, err = shell((*GOOD, "--output", "/dev/full"), "{}")
    assert (code, out) == (2, "")
    assert err == "cudacompat: error: cannot write /dev/full: no space left on device\n"


def test_a_closed_input_is_an_empty_log() -> None:
    code, _, err = shell(("explain", "-"), "{} <&-")
    assert code in (0, 2, 3), err
    assert "Traceback" not in err


def test_a_stream_that_does_not_block_takes_everything() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    process = subprocess.Popen(
        [sys.executable, "-m", "cudacompat", "gpus", "--format", "json"], stdout=writing, cwd=ROOT
    )
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        import json
        import time

        time.sleep(1.0)  # until the pipe is full
        assert len(json.loads(file.read())["gpus"]) > 100
    assert process.wait(30) == 0


# -- Ctrl-C

# At the n-th thing that Python reports (an import, a file opened, code compiled), a Ctrl-C.
_INTERRUPTED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
seen, at = 0, int(sys.argv.pop(1))
def hook(event, _):
    global seen
    if event in ("import", "open", "compile", "exec", "marshal.loads"):
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGINT)
from cudacompat.cli.main import main
sys.addaudithook(hook)
main()
"""


@pytest.mark.parametrize("command", [("--version",), GOOD], ids=["version", "check"])
def test_ctrl_c_at_any_moment(command: tuple[str, ...]) -> None:
    codes = []
    at, step = 1, 1
    while at < 20_000:
        done = subprocess.run(
            [sys.executable, "-c", _INTERRUPTED, str(at), *command], capture_output=True, text=True, cwd=ROOT
        )
        assert "Traceback" not in done.stderr, (at, done.stderr)
        assert "KeyboardInterrupt" not in done.stderr, (at, done.stderr)
        codes.append(done.returncode)
        if done.returncode != 130:
            break
        at, step = at + step, min(step + 5, 80)
    assert len(codes) > 10
    assert set(codes[:-1]) == {130}
    assert codes[-1] == 0, "the run was over before"


@pytest.mark.parametrize("start", [("-m", "cudacompat"), ("-c", "from cudacompat.cli.main import main; main()")])
def test_ctrl_c_from_outside(start: tuple[str, ...], tmp_path: Path) -> None:
    """A log that never ends: the command works for as long as it takes."""
    fifo = tmp_path / "log"
    os.mkfifo(fifo)
    process = subprocess.Popen(
        [sys.executable, *start, "explain", str(fifo)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    with fifo.open("wb"):  # opened once the other side reads
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in err


def test_an_ignored_ctrl_c_stays_ignored() -> None:
    """nohup and the shell's & start programs like that."""
    code = _INTERRUPTED.replace("signal.default_int_handler", "signal.SIG_IGN", 1)
    done = subprocess.run([sys.executable, "-c", code, "30", *GOOD], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
