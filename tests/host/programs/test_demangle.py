"""Names as their source has them; what a hostile name costs."""

from __future__ import annotations

import os
import subprocess
import time
import venv
from pathlib import Path

import pytest

from cudacompat.host.programs import demangle as module
from cudacompat.host.programs.demangle import demangled
from cudacompat.host.programs.process import home_of

ROOT = Path(__file__).parents[3]


def exponential() -> str:
    """A name of some hundred bytes whose text has billions."""
    parts = ["_Z1fSt4pairIiiE"]
    numerals = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for number in range(33):
        reference = "S" + (numerals[2 * number] if 2 * number < len(numerals) else "Z") + "_"
        parts.append(f"St4pairI{reference}{reference}E")
    return "".join(parts)


def test_names_of_each_kind() -> None:
    names = {
        "_Z6kernelIfLi4EEvPT_": "void kernel<float, 4>(float*)",
        "_ZN3foo3barEPKfi": "foo::bar(float const*, int)",
        "_RNvC5crate6kernel": "crate::kernel",
    }
    assert demangled([*names, "plain", "_Zbroken", "_Z"]) == names


def test_no_name_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "run", None)
    assert demangled([]) == {}


def test_demanglers_that_only_this_process_was_told_of(tmp_path: Path) -> None:
    """A folder on PYTHONPATH, `pip install --target`: an isolated process does not look there by itself."""
    home = home_of("pycxxfilt")
    assert home is not None
    (tmp_path / "apart").mkdir()
    (tmp_path / "apart" / "pycxxfilt").symlink_to(home / "pycxxfilt")
    bare = venv.EnvBuilder(with_pip=False)
    bare.create(tmp_path / "bare")
    done = subprocess.run(
        [
            tmp_path / "bare" / "bin" / "python",
            "-c",
            "from cudacompat.host.programs.demangle import demangled; print(demangled(['_Z1av']))",
        ],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path / 'apart'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "{'_Z1av': 'a()'}\n"


def test_without_demanglers_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "run", None)
    monkeypatch.setattr(module, "home_of", lambda name: None)
    assert demangled(["_Z1av"]) == {}


def test_many_names() -> None:
    names = [f"_Z1fILi{number}EEvv" for number in range(2000)]
    assert demangled(names) == {name: f"void f<{number}>()" for number, name in enumerate(names)}


def test_a_name_that_ends_the_process_costs_that_name_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MEMORY", 256 << 20)
    names = ["_Z1av", exponential(), "_Z1bv", "_Z" + "P" * 8000 + "i", "_Z1cv"]
    begun = time.monotonic()
    found = demangled(names)
    assert {found.get("_Z1av"), found.get("_Z1bv"), found.get("_Z1cv")} == {"a()", "b()", "c()"}
    assert len(found.get(names[1], "")) < 1 << 17
    assert time.monotonic() - begun < 60


def test_names_of_any_bytes() -> None:
    names = ["_Z1av\udcff", "_Z1a\nv", "", "\x1b[31m", "_Z1bv"]
    assert demangled(names) == {"_Z1bv": "b()"}
