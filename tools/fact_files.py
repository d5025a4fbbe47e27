"""The JSON files of tools/facts/: read, and written in one form, so that a change shows as the lines that changed."""

from __future__ import annotations

import argparse
import datetime
import json
import urllib.request
from collections.abc import Callable
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


def refreshed(
    name: str,
    sources: str | tuple[str, ...],
    parse: Callable[[str], Facts],
    doc: str | None,
    arguments: list[str] | None = None,
) -> int:
    """The command line of a script that makes facts of a document, or of several one behind the other: fetch it, or
    take the file named; parse it; put what that gives into the facts of this name, and say whether they changed."""
    parser = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    parser.add_argument("--from", dest="file", type=Path, help="a copy of the document, instead of fetching it")
    parser.add_argument("--facts", type=Path, default=FOLDER, help="another folder of facts")
    options = parser.parse_args(arguments)
    addresses = (sources,) if isinstance(sources, str) else sources
    text = options.file.read_text(encoding="utf-8") if options.file else "\n".join(map(fetched, addresses))
    old = read(name, options.facts)
    new = {**old, **parse(text)}
    if "read" in old and new != old:
        new["read"] = datetime.date.today().isoformat()
    write(name, new, options.facts)
    print(f"{name}: {'as it was' if new == old else 'changed'}")
    return 0


def fetched(address: str) -> str:
    """The document at an address."""
    with urllib.request.urlopen(address, timeout=60) as answer:
        text: str = answer.read().decode("utf-8")
    return text
