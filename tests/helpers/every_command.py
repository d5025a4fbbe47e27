"""What every command can be held to: the commands and their parameters as the program itself has them, and lines of
each that run anywhere. A command that nobody has written a line for is missing in a test, which says so."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import typer

from tests.helpers.run import EXAMPLE, GPU, inside

LOG = "CUDA error 209 at ggml-cuda.cu:99: no kernel image is available for execution on the device\n"
_NAMES_A_FILE = re.compile(r"\b(?:FILE|DIR|PATH|ARTIFACT|LOG|SRC|OLD|NEW)\b")

# By command, in the folder that `folder_for` makes. Together they reach each way of answering.
LINES: dict[str, tuple[tuple[str, ...], ...]] = {
    "doctor": (("lib.so", "--facts", "facts.json", "--gpu", GPU),),
    "inspect": (("lib.so", "--kernels"), ("lib.so", "--sizes")),
    "check": (
        ("lib.so", "--gpu", GPU),
        ("lib.so", "--gpu", "5.2"),
        ("log.txt", "--gpu", "5.2"),
        ("requirements.txt", "--gpu", "12.0"),
    ),
    "diff": (("lib.so", "lib.so"),),
    "generate": (("whisper.cpp", "--gpu", GPU), ("--gpu", GPU), ("--add", GPU, "project")),
    "lint": (("project",),),
    "rebuild": (("whisper.cpp", "tree", "--gpu", "8.6", "--dry-run", "--cuda", "12.8"),),
    "verify": (("--log", "log.txt", "--gpu", GPU),),
    "bench": (("--variant", "cpu", "--runs", "1", "--", sys.executable, "-c", "print(1)"),),
    "gpus": (("5090",),),
    "toolkits": (("12.8",),),
    "wheels": (("torch==2.5.1", "--gpu", GPU),),
    "survey": (("wheels", "--out", "rows.jsonl", "--resume"),),
    "explain": (("log.txt", "--gpu", GPU), ("--list",), ("hole",)),
}


def commands() -> dict[str, Any]:
    """The commands of the program, by name."""
    from cudacompat.cli.command_line import app

    group: Any = typer.main.get_command(app)  # typer may bring a click of its own
    return dict(group.commands)


def file_parameters() -> set[tuple[str, str]]:
    """The arguments and options that name a file or a folder, as (command, parameter)."""
    return {
        (name, each.name or "")
        for name, command in commands().items()
        for each in command.params
        if _NAMES_A_FILE.search(getattr(each, "metavar", None) or "")
    }


def folder_for(place: Path) -> Path:
    """Make a folder with all that the lines name."""
    (place / "lib.so").write_bytes(EXAMPLE.read_bytes())
    (place / "log.txt").write_text(LOG)
    (place / "requirements.txt").write_text("torch==2.5.1\n")
    (place / "wheels").mkdir()
    (place / "project").mkdir()
    (place / "project" / "CMakeLists.txt").write_text(
        "project(x LANGUAGES CXX CUDA)\nset(CMAKE_CUDA_ARCHITECTURES 70)\nadd_library(x x.cu)\n"
    )
    (place / "tree").mkdir()
    (place / "tree" / "CMakeLists.txt").write_text('project("whisper.cpp" VERSION 1.8.0 LANGUAGES C CXX)\n')
    assert inside("doctor", "--save-facts", "facts.json", cwd=place).code != 70
    return place
