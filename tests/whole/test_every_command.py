"""What holds for every command, whatever it does: streams that are closed, full or not read, Ctrl-C, and a CI runner
that takes lines for commands. The list of commands is the program's own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cudacompat.report.formats import formats_of
from tests.cli.test_hiding import assert_harmless
from tests.cli.test_streams import _INTERRUPTED
from tests.helpers.every_command import LINES, LOG, commands, folder_for
from tests.helpers.run import EXAMPLE, ROOT, cudacompat, inside

NAMES = ("::error file=a::pwned", "##[error]pwned", "\x1b]0;pwned\x07", "a%0A::error::pwned", "[link=x]pwned")


def test_every_command_has_lines() -> None:
    assert set(LINES) == set(commands())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_for(tmp_path_factory.mktemp("every"))


def shell(folder: Path, line: tuple[str, ...], redirected: str) -> tuple[int, str]:
    command = shlex.join([sys.executable, "-m", "cudacompat", *line])
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CUDA", "NVIDIA_"))}
    done = subprocess.run(
        ["bash", "-c", redirected.format(command)],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        cwd=folder,
        timeout=120,
        env={**inherited, "PYTHONPATH": str(ROOT)},
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("name", LINES)
def test_streams_that_are_closed_or_not_read_change_no_exit_code(folder: Path, name: str) -> None:
    line = (name, *LINES[name][0])
    own = cudacompat(*line, cwd=folder)
    assert "Traceback" not in own.err
    for redirected in (
        *("{} >&-", "{} 2>&-", "{} <&- >&- 2>&-", "{} >/dev/full 2>&1"),
        "{} 2>&1 | true; exit ${{PIPESTATUS[0]}}",
    ):
        code, said = shell(folder, line, redirected)
        whole = own.code != 0 and name not in ("generate", "rebuild")  # half a report is no success
        lost = "full" in redirected and not whole
        assert code == (2 if lost else own.code), (redirected, said)
        assert "Traceback" not in said
        assert said.count("\n") <= own.err.count("\n") + 1


@pytest.mark.parametrize("at", [3, 400])
@pytest.mark.parametrize("name", LINES)
def test_ctrl_c_ends_every_command(folder: Path, name: str, at: int) -> None:
    own = cudacompat(name, *LINES[name][0], cwd=folder).code
    done = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED, str(at), name, *LINES[name][0]],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode in (130, own), done.stderr
    assert at > 3 or done.returncode == 130
    assert "Traceback" not in done.stderr
    assert "KeyboardInterrupt" not in done.stderr


def hostile_lines(folder: Path, name: str) -> dict[str, tuple[str, ...]]:
    """A line of each command that takes a name from outside."""
    lib, log, project = folder / f"{name}.so", folder / f"{name}.log", folder / f"{name}.d"
    lib.write_bytes(EXAMPLE.read_bytes())
    log.write_text(f"{name}\n{LOG}nvcc fatal   : {name}\n  {name}\n")
    project.mkdir()
    (project / f"{name}.Dockerfile").write_text(
        f"FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nRUN cmake -DCMAKE_CUDA_ARCHITECTURES=86;120 '{name}' .\n"
    )
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.24)\nproject(whisper.cpp VERSION 1.8.0 LANGUAGES CXX CUDA)\n"
        "set(CMAKE_CUDA_ARCHITECTURES 70)\n"
    )
    (folder / f"{name}.txt").write_text(f"torch==2.5.1\n{name}\n")
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    wheel.write_bytes(b"no zip")
    return {
        "doctor": (str(lib), "--gpu", "12.0"),
        "inspect": (str(lib), "--kernels"),
        "check": (str(lib), "--gpu", "12.0"),
        "diff": (str(lib), str(lib)),
        "generate": ("--add", "12.0", str(project), "--diff"),
        "lint": (str(project),),
        "rebuild": ("whisper.cpp", str(project), "--gpu", "8.6", "--dry-run", "--cuda", "12.8", "--", name),
        "verify": ("--log", str(log), "--gpu", "12.0"),
        "bench": ("--variant", "cpu", "--runs", "1", "--", sys.executable, "-c", f"print({name!r})"),
        "gpus": (name,),
        "toolkits": (name,),
        "wheels": (name,),
        "survey": (str(wheel), "--out", "rows.jsonl", "--resume"),
        "explain": (str(log), "--gpu", "12.0"),
    }


@pytest.mark.parametrize("hostile", NAMES)
@pytest.mark.parametrize("name", LINES)
def test_no_name_is_a_command_to_a_terminal_or_a_ci_runner(name: str, hostile: str, tmp_path: Path) -> None:
    line = hostile_lines(tmp_path, hostile)[name]
    for format_ in set(formats_of(name)) & {"text", "github", "json"}:
        ran = inside(
            name,
            *line,
            "--format",
            format_,
            cwd=tmp_path,
            env={"GITHUB_ACTIONS": "true", "CUDA_VISIBLE_DEVICES": hostile},
        )
        assert "Traceback" not in ran.err
        for text in (ran.out, ran.err):
            assert not {"\x1b", "\x07"} & set(text)
        if format_ in ("text", "github"):  # others are files, and no runner reads them
            assert_harmless(ran.out, ours=format_ == "github")
        assert_harmless(ran.err)
