"""Writes the README's pictures, docs/images/*.svg, from what the commands really print.

    python tools/refresh_images.py             writes them
    python tools/refresh_images.py --check     exits 1 where one is out of date, and writes nothing

The text is that of the command with --color always, at 104 columns. The pictures load nothing from elsewhere.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, DIMMED_MONOKAI, TerminalTheme
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs/images"
COLUMNS = 104
THEMES = {"light": DEFAULT_TERMINAL_THEME, "dark": DIMMED_MONOKAI}
PICTURES = {"check": ("check", "examples/incident/libggml-cuda.so", "--gpu", "RTX 5070 Ti")}


def printed(words: tuple[str, ...]) -> str:
    """What the command prints, in colour."""
    environment = {**os.environ, "COLUMNS": str(COLUMNS)}
    command = [sys.executable, "-m", "cudacompat", *words, "--color", "always"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True).stdout


def _shown(words: tuple[str, ...]) -> str:
    return " ".join(f'"{word}"' if " " in word else word for word in words)


def picture(words: tuple[str, ...], theme: TerminalTheme) -> str:
    """The command and what it prints, as an SVG whose letters come from the reader's machine."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, legacy_windows=False)
    console.print(Text(f"$ cudacompat {_shown(words)}", style="bold"))
    console.print(Text.from_ansi(printed(words)), soft_wrap=False)
    svg = console.export_svg(title="cudacompat", theme=theme, unique_id="cudacompat")
    return re.sub(r"@font-face \{.*?\}\n?", "", svg, flags=re.DOTALL).replace("Fira Code", "ui-monospace")


def main() -> int:
    """0 where the pictures are written, or are up to date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    old = []
    for name, words in PICTURES.items():
        for look, theme in THEMES.items():
            file, text = IMAGES / f"{name}-{look}.svg", picture(words, theme)
            text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
            if file.is_file() and file.read_text() == text:
                continue
            old.append(file)
            if not given.check:
                IMAGES.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
    for file in old:
        print(f"{file.relative_to(ROOT)}: {'out of date' if given.check else 'written'}")
    return 1 if old and given.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
