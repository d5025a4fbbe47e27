"""Every test that tests/helpers/marks.py lists is there: a list of names that are gone would mark nothing."""

from __future__ import annotations

import ast

import pytest

from tests.helpers.each_row import each_case
from tests.helpers.marks import SLOW, TOOLS, is_listed
from tests.helpers.run import ROOT


@each_case("file", sorted({*SLOW, *TOOLS}))
def test_what_is_listed_is_a_test(file: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    there |= {
        f"{each.name}::{node.name}"
        for each in tree.body
        if isinstance(each, ast.ClassDef)
        for node in each.body
        if isinstance(node, ast.FunctionDef)
    }
    assert {*SLOW.get(file, ()), *TOOLS.get(file, ())} - there == set()


@pytest.mark.parametrize(
    ("node", "listed"),
    [("a.py::test_x[1::2]", True), ("a.py::test_xy", False), ("b.py::T::test_z", True), ("c.py::test_x", False)],
)
def test_a_test_is_listed_by_its_whole_name(node: str, *, listed: bool) -> None:
    assert is_listed({"a.py": ("test_x",), "b.py": ("T",)}, node) is listed
