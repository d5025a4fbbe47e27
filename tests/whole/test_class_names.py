"""A name stands for one thing: public classes of two modules have two names."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2] / "cudacompat"
# The package's own interface calls its things by the plain words, whatever the rooms call theirs.
FACADE = "api.py"
PUBLIC_CLASS = re.compile(r"(?m)^class ([^\W_]\w*)")  # at the beginning of a line: to parse all code takes seconds


def test_a_class_name_stands_for_one_thing() -> None:
    modules: dict[str, list[str]] = defaultdict(list)
    for path in sorted(ROOT.rglob("*.py")):
        for name in PUBLIC_CLASS.findall(path.read_text(encoding="utf-8")):
            if path.name != FACADE:
                modules[name].append(str(path.relative_to(ROOT)))
    assert len(modules) > 500
    twice = {name: places for name, places in modules.items() if len(places) > 1}
    assert twice == {}
