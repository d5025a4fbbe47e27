"""Every message of the program is the one that was last looked at; `pytest --golden` writes the file of them anew."""

from __future__ import annotations

import difflib
from typing import Any

import pytest

from cudacompat.domain.rules import own_rules
from cudacompat.domain.rules.lint import INLINE_RULES, LINT_RULES
from cudacompat.domain.words.rule import Rule
from tests.helpers.each_row import each_row
from tests.helpers.messages import GOLDEN, messages

_MOST_LINES = 400  # of the difference that is shown


@pytest.fixture(scope="module")
def recorded() -> str:
    return GOLDEN.read_text(encoding="utf-8")


def test_every_message_is_the_golden_one(request: pytest.FixtureRequest) -> None:
    now = messages()
    if request.config.getoption("--golden"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(now, encoding="utf-8")
        return
    golden = GOLDEN.read_text(encoding="utf-8")
    if now != golden:
        shown = list(difflib.unified_diff(golden.splitlines(), now.splitlines(), "golden", "now", n=2, lineterm=""))
        cut = [f"… and {len(shown) - _MOST_LINES} more lines"] if len(shown) > _MOST_LINES else []
        said = "messages changed; if they are meant: python -m pytest tests/whole/test_messages.py --golden"
        pytest.fail("\n".join([said, *shown[:_MOST_LINES], *cut]), pytrace=False)


@each_row("rule", [*own_rules(), *INLINE_RULES, *LINT_RULES], lambda rule: rule.id)
def test_a_finding_of_every_rule_is_in_it(recorded: str, rule: Rule[Any]) -> None:
    assert f"[{rule.id}]: " in recorded


@pytest.mark.parametrize("piece", ["UsageError: no such file or directory: {path}", "$ cudacompat generate --help"])
def test_errors_and_help_pages_are_in_it(recorded: str, piece: str) -> None:
    assert piece in recorded
