"""Writes docs/glossary.md from cudacompat/domain/words/glossary.py.

python tools/refresh_glossary.py             writes it
python tools/refresh_glossary.py --check     exits 1 where it is out of date, and writes nothing
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cudacompat.domain.words.glossary import SECTIONS

FILE = Path(__file__).resolve().parent.parent / "docs/glossary.md"


def page() -> str:
    """The page's text."""
    lines = ["# Glossary", "", "One word for one idea; `cudacompat explain WORD` says the same."]
    for title, terms in SECTIONS:
        lines += ["", f"## {title}", "", "| word | meaning | also |", "|---|---|---|"]
        lines += [f"| {each.name} | {each.meaning} | {', '.join(each.also)} |" for each in terms]
    return "\n".join(lines) + "\n"


def main() -> int:
    """0 where the page is written, or is up to date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        return 0 if FILE.read_text(encoding="utf-8") == page() else 1
    FILE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
