"""Names as their source has them; what a hostile name costs."""

from __future__ import annotations

import time

import pytest

from cudacompat.host.programs import demangle as module
from cudacompat.host.programs.demangle import demangled


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
