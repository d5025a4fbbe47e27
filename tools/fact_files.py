"""The JSON files of tools/facts/: read, and written in one form, so that a change shows as the lines that changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "facts"
_WIDTH = 110

Facts = dict[str, Any]


def read(name: str, folder: Path = FOLDER) -> Facts:
    """Return the facts of one file, such as `cuda_releases`."""
    found: Facts = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


def write(name: str, facts: Facts, folder: Path = FOLDER) -> Path:
    """Write the facts of one file and return its path."""
    path = folder / f"{name}.json"
    path.write_text(text_of(facts) + "\n", encoding="utf-8")
    return path


def text_of(value: object, depth: int = 0) -> str:
    """Return JSON in which what fits on a line has one, and so has a list or an object of plain values."""
    line = json.dumps(value, ensure_ascii=False)
    parts = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if len(line) + depth <= _WIDTH or not any(isinstance(part, dict | list) for part in parts):
        return line
    inner = " " * (depth + 1)
    if isinstance(value, dict):
        lines = [f"{json.dumps(key, ensure_ascii=False)}: {text_of(part, depth + 1)}" for key, part in value.items()]
        opening, closing = "{", "}"
    else:
        lines = [text_of(part, depth + 1) for part in parts]
        opening, closing = "[", "]"
    return f"{opening}\n{inner}" + f",\n{inner}".join(lines) + f"\n{' ' * depth}{closing}"


def arch_order(arch: str) -> tuple[int, str]:
    """Sort architectures by number, plain before a before f."""
    return int(arch.rstrip("af")), arch.lstrip("0123456789")
