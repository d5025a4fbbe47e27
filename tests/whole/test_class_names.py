"""A name stands for one thing: public classes of two modules have two names."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

from tests.helpers.trees import tree_of

ROOT = Path(__file__).parents[2] / "cudacompat"
# The package's own interface calls its things by the plain words, whatever the rooms call theirs.
FACADE = "api.py"


def test_a_class_name_stands_for_one_thing() -> None:
    modules: dict[str, list[str]] = defaultdict(list)
    for path in sorted(ROOT.rglob("*.py")):
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and path.name != FACADE:
                modules[node.name].append(str(path.relative_to(ROOT)))
    twice = {name: places for name, places in modules.items() if len(places) > 1}
    assert twice == {}
