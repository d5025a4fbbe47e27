"""The page about `explain` shows what is printed, and its links lead somewhere."""

from __future__ import annotations

import re

import pytest

from cudacompat.domain.logs.signature import Role
from tests.helpers.run import ROOT, inside

TEXT = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"<!-- (\S+) -->\n```\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize(("path", "shown"), SHOWN, ids=[path for path, _ in SHOWN])
def test_the_output_is_what_is_printed(path: str, shown: str) -> None:
    file = ROOT / path
    ran = inside("explain", file.name, cwd=file.parent, env={"COLUMNS": "120"})
    assert ran.out.strip() == shown.strip()
    assert ran.code == 1


def test_each_role_is_told() -> None:
    assert SHOWN
    for role in Role:
        assert re.search(rf"^\| {role.value} \|", TEXT, re.MULTILINE)


def test_each_link_leads_somewhere() -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", TEXT):
        assert (ROOT / "docs" / link).exists()
