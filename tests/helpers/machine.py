"""Parts of a machine made for a test: programs on a PATH of their own, and driver libraries that answer as told."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping
from pathlib import Path

from tests.helpers.toolchain import require_host_compiler, run

_CAT = shutil.which("cat")  # now, before a test takes PATH away
RECORDED = Path(__file__).parents[1] / "data" / "recorded" / "h200"


def recorded(name: str) -> str:
    """What an H200's driver 580.159.04 answered: the text of a recorded file."""
    return (RECORDED / name).read_text()


def program(path: Path, script: str) -> Path:
    """A program in shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + textwrap.dedent(script).strip() + "\n")
    path.chmod(0o755)
    return path


def says(path: Path, *lines: str, code: int = 0) -> Path:
    """A program that prints these lines to stdout and ends with this code."""
    text = "\n".join(lines)
    answer = path.parent / f"{path.name}.answer"
    path.parent.mkdir(parents=True, exist_ok=True)
    answer.write_text(text + "\n")
    return program(path, f'while IFS= read -r line; do printf "%s\\\\n" "$line"; done < "{answer}"\nexit {code}')


def nvidia_smi(folder: Path, query: str, banner: str, code: int = 0) -> Path:
    """An nvidia-smi that prints `query` for --query-gpu and `banner` without arguments."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "query.csv").write_text(query)
    (folder / "banner.txt").write_text(banner)
    return program(
        folder / "nvidia-smi",
        f"""
        case "$1" in
            --query-gpu=*) {_CAT} "{folder}/query.csv" ;;
            "") {_CAT} "{folder}/banner.txt" ;;
            *) echo "Invalid combination of input arguments."; exit 2 ;;
        esac
        exit {code}
        """,
    )


def library(folder: Path, name: str, source: str, flags: Mapping[str, object] | None = None) -> Path:
    """A shared library of C source, compiled here; `flags` are its macros."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "library.c").write_text(source)
    defined = [f"-D{macro}={value}" for macro, value in (flags or {}).items()]
    compiler = require_host_compiler()
    run(compiler, "-x", "c", "-shared", "-fPIC", "-o", name, *defined, "library.c", cwd=folder)
    return folder / name
