"""Other programs: run with limits, and found on PATH."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cudacompat.host.programs.process import ProcessStop, find, find_all, is_program, path_folders, run
from tests.helpers.machine import program
from tests.helpers.processes import gone
from tests.helpers.run import ROOT

PYTHON = sys.executable


def python(code: str) -> list[str]:
    return [PYTHON, "-I", "-S", "-c", code]


def with_child(note: Path) -> str:
    """Code that starts a child which holds the pipes for long, and writes the child's number down."""
    child = "[sys.executable, '-c', 'import time; time.sleep(600)']"
    return f"import subprocess, sys, time; p = subprocess.Popen({child}); open({str(note)!r}, 'w').write(str(p.pid))"


class TestRun:
    def test_another_thread_ends_it_with_its_children(self, tmp_path: Path) -> None:
        note, stop = tmp_path / "pid", ProcessStop()

        def stopping() -> None:
            while not note.exists() or not note.read_text():
                time.sleep(0.01)
            stop.stop()

        threading.Thread(target=stopping).start()
        ran = run(python(f"{with_child(note)}; time.sleep(600)"), timeout_s=60, stop=stop)
        assert (ran.rc, ran.why_failed, ran.timed_out) == (None, "stopped", False)
        assert gone(int(note.read_text()))

    def test_both_streams_and_the_exit_code(self) -> None:
        ran = run(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"))
        assert (ran.rc, ran.stdout, ran.stderr) == (3, "out\n", "err\n")
        assert ran.why_failed == "exit code 3"
        assert not ran.ok

    def test_success_has_no_reason(self) -> None:
        ran = run(python("pass"))
        assert ran.ok
        assert (ran.rc, ran.why_failed) == (0, None)

    def test_there_is_no_input_to_wait_for(self) -> None:
        assert run(python("import sys; print(repr(sys.stdin.read()))"), timeout_s=20).stdout == "''\n"

    def test_what_it_printed_before_it_hung_is_kept(self) -> None:
        ran = run(python("import time; print('so far', flush=True); time.sleep(600)"), timeout_s=1)
        assert (ran.rc, ran.why_failed) == (None, "no answer within 1 s")
        assert ran.stdout == "so far\n"

    def test_a_gigabyte_of_output_is_cut_and_stopped(self) -> None:
        code = "import sys\nfor _ in range(1024): sys.stdout.write('x' * (1 << 20))"
        ran = run(python(code), timeout_s=60, limit_bytes=1000)
        assert ran.why_failed == "printed more than 1000 bytes"
        assert (ran.rc, ran.stdout) == (None, "x" * 1000)

    def test_errors_are_limited_too(self) -> None:
        ran = run(python("import sys\nwhile True: sys.stderr.write('e' * 4096)"), timeout_s=60, limit_bytes=10)
        assert ran.why_failed == "printed more than 10 bytes"
        assert ran.stderr == "e" * 10

    def test_undecodable_output_is_replaced(self) -> None:
        assert run(python("import os; os.write(1, b'a\\xffb')")).stdout == "a\ufffdb"

    def test_a_signal_is_named(self) -> None:
        ran = run(python("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))
        assert (ran.rc, ran.why_failed) == (-signal.SIGSEGV, "killed by SIGSEGV")

    @pytest.mark.parametrize("command", [["/no/such/program"], ["/etc"], ["/etc/passwd"], ["bad\0name"]])
    def test_what_cannot_be_started_is_a_result(self, command: list[str]) -> None:
        ran = run(command)
        assert ran.rc is None
        assert ran.why_failed is not None
        assert ran.why_failed.startswith("could not be started: ")
        assert "\n" not in ran.why_failed

    def test_its_language_is_english_and_other_variables_are_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
        monkeypatch.setenv("LANGUAGE", "de")
        monkeypatch.setenv("KEPT", "1")
        code = "import os; print(*(os.environ.get(n) for n in ('LC_ALL', 'LANGUAGE', 'KEPT', 'ADDED')))"
        assert run(python(code), environment={"ADDED": "2"}).stdout == "C C 1 2\n"

    def test_its_folder(self, tmp_path: Path) -> None:
        assert run(python("import os; print(os.getcwd())"), cwd=tmp_path).stdout.strip() == str(tmp_path.resolve())

    def test_a_child_that_keeps_the_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        note = tmp_path / "pid"
        ran = run(python(f"{with_child(note)}; print('done')"), timeout_s=60)
        assert (ran.rc, ran.stdout, ran.why_failed) == (0, "done\n", None)
        assert gone(int(note.read_text()))

    def test_its_children_end_with_it(self, tmp_path: Path) -> None:
        note = tmp_path / "pid"
        ran = run(python(f"{with_child(note)}; print('done', flush=True); time.sleep(600)"), limit_bytes=4)
        assert (ran.rc, ran.why_failed) == (None, "printed more than 4 bytes")
        assert gone(int(note.read_text()))

    def test_ctrl_c_ends_it(self, tmp_path: Path) -> None:
        note = tmp_path / "pid"
        inner = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
        code = f"import sys; from cudacompat.host.programs.process import run; run([sys.executable, '-c', {inner!r}])"
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        outer = subprocess.Popen([PYTHON, "-c", code], stderr=subprocess.DEVNULL, env=environment)
        try:
            for _ in range(400):
                if note.exists() and note.read_text():
                    break
                time.sleep(0.05)
            outer.send_signal(signal.SIGINT)
            outer.wait(timeout=60)
        finally:
            outer.kill()
        assert gone(int(note.read_text()))

    def test_ctrl_c_while_it_starts_ends_it(self, tmp_path: Path) -> None:
        note = tmp_path / "pid"
        inner = f"import os, signal, time; open({str(note)!r}, 'w').write(str(os.getpid())); "
        inner += "os.kill(os.getppid(), signal.SIGINT); time.sleep(600)"
        slow = "subprocess.Popen, began = (lambda *a, **k: (began(*a, **k), time.sleep(1))[0]), subprocess.Popen"
        code = f"import subprocess, sys, time; from cudacompat.host.programs.process import run; {slow}; "
        code += f"run([sys.executable, '-c', {inner!r}])"
        outer = subprocess.run(
            [PYTHON, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, timeout=60
        )
        assert b"KeyboardInterrupt" in outer.stderr
        assert gone(int(note.read_text()))


class TestFinding:
    def test_the_first_on_path_wins(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        second = program(tmp_path / "b" / "tool", "exit 0")
        (tmp_path / "a").mkdir()
        monkeypatch.setenv("PATH", f"{tmp_path / 'a'}{os.pathsep}{tmp_path / 'b'}")
        assert find("tool") == second
        first = program(tmp_path / "a" / "tool", "exit 0")
        assert find("tool") == first

    def test_folders_beside_path_come_after_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        other = program(tmp_path / "other" / "tool", "exit 0")
        monkeypatch.setenv("PATH", str(tmp_path))
        assert find("tool") is None
        assert find("tool", tmp_path / "other") == other

    def test_the_current_folder_is_never_searched(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        program(tmp_path / "tool", "exit 0")
        monkeypatch.chdir(tmp_path)
        for path in ("", ".", f".{os.pathsep}", f"{os.pathsep}/nowhere", "bin/.."):
            monkeypatch.setenv("PATH", path)
            assert find("tool") is None
            assert list(find_all(re.compile("tool"))) == []

    def test_folders_and_plain_files_are_no_programs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "plain").write_text("#!/bin/sh\n")
        (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
        (tmp_path / "loop").symlink_to(tmp_path / "loop")
        monkeypatch.setenv("PATH", str(tmp_path))
        assert [find(name) for name in ("folder", "plain", "dangling", "loop")] == [None] * 4
        assert not is_program(tmp_path / "plain")

    def test_all_that_match_in_order(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made = [program(tmp_path / name, "exit 0") for name in ("b/g++", "b/g++-12", "a/g++", "a/g++x", "a/xg++")]
        monkeypatch.setenv("PATH", os.pathsep.join(f"{tmp_path}/{name}" for name in ("b", "gone", "a", "b")))
        assert list(find_all(re.compile(r"g\+\+(-\d+)?"))) == made[:3]

    def test_windows_folders_under_wsl_are_passed_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/mnt/c/Windows/System32:/bin")
        assert all(str(path).startswith("/bin") for path in find_all(re.compile("sh")))

    def test_path_without_repeats(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/b:/a::rel:/b")
        assert [str(folder) for folder in path_folders()] == ["/b", "/a"]
