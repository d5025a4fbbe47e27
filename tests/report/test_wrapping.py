"""Commands in a report stay whole on a narrow terminal, and run as they are copied."""

from __future__ import annotations

import io
import subprocess

import pytest
from rich.console import Console

from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.wheel_cure import WheelCure
from cudacompat.report.text.page import Page
from tests.helpers.build import target

PIN = 'pip install "torch==2.7.1+cu128" --index-url https://download.pytorch.org/whl/cu128'


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (f"{PIN}  # documented; needs driver 570 or newer", PIN),
        (f"use another image, which has it; or install that release: {PIN}", PIN),
        (
            "set the list (cudacompat generate --gpu 'RTX 5070 Ti' prints it), delete the build cache, rebuild",
            "cudacompat generate --gpu 'RTX 5070 Ti'",
        ),
        (
            f"as an environment: uv add {PIN.partition('install ')[2].partition(' ')[0]} --index a=https://x.org/whl",
            'uv add "torch==2.7.1+cu128" --index a=https://x.org/whl',
        ),
    ],
)
def test_a_command_is_not_broken(text: str, whole: str, width: int) -> None:
    out = io.StringIO()
    Page(Console(file=out, width=width, color_system=None), width).field("help", text)
    lines = out.getvalue().splitlines()
    assert [line for line in lines if whole in line]
    assert " ".join(line.strip() for line in lines).split() == f"help {text}".split()
    assert all(len(line) <= width for line in lines if whole not in line)


def test_prose_is_broken_where_it_names_a_command() -> None:
    out = io.StringIO()
    Page(Console(file=out, width=50, color_system=None), 50).field(
        "why", "pip install says that it is already there, and cudacompat check reads what lies there instead of it"
    )
    assert all(len(line) <= 50 for line in out.getvalue().splitlines())


def test_the_help_of_a_wheel_is_a_line_of_a_shell() -> None:
    cure = cure_for("torch", (target("12.0"),))
    assert isinstance(cure, WheelCure)
    ran = subprocess.run(
        ["bash", "-c", 'pip() { printf "%s\\n" "$@"; }\n' + cure.sentence], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split()[0] == "install"
    assert ran.stdout.split()[-2:] == ["--index-url", str(cure.index_url)] or cure.index_url is None
