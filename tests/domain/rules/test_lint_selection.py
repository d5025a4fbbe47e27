"""Which rules of `lint` run when some are chosen by name."""

from __future__ import annotations

import pytest

from cudacompat.domain.rules.lint_selection import every_rule, lint_rule_ids, selection
from cudacompat.domain.words.errors import UsageError
from tests.helpers.each_row import each_case


def test_without_names_all_run() -> None:
    assert selection((), ()) == every_rule()
    assert every_rule().not_run == ()
    assert every_rule().in_words == ""


def test_ids_and_first_words_choose() -> None:
    chosen = selection(("dead-variable,wheel",), ("wheel-by-jit",))
    assert "dead-variable" in chosen.run
    assert {"wheel-partial", "wheel-cannot-run"} <= set(chosen.run)
    assert "wheel-by-jit" in chosen.not_run
    assert all(id_ == "dead-variable" or id_.startswith("wheel-") for id_ in chosen.run)


def test_every_rule_ran_or_did_not() -> None:
    chosen = selection((), ("planned-", "No-PTX"))
    assert sorted((*chosen.run, *chosen.not_run)) == sorted(lint_rule_ids())
    assert len(set(lint_rule_ids())) == len(lint_rule_ids())
    assert {id_ for id_ in chosen.not_run if not id_.startswith("planned-")} == {"no-ptx"}


def test_words_are_whole_words() -> None:
    with pytest.raises(UsageError, match="unknown rule whee; similar: wheel-"):
        selection(("whee",), ())


@each_case(
    ("select", "ignore", "said"),
    [
        (("deadvariable",), (), "--select: unknown rule deadvariable; similar: dead-variable"),
        ((), ("qqqq",), "--ignore: unknown rule qqqq; cudacompat explain --list"),
        ((), ("hole",), "hole is not a rule of lint"),
        ((), ("not-read",), "not-read is reported in every run"),
        (("",), (), "--select names no rule"),
        ((",",), (), "--select names no rule"),
        (("-",), (), "unknown rule -"),
        (("no-ptx",), ("no",), "no rule is left"),
    ],
)
def test_what_names_no_rule_is_an_error(select: tuple[str, ...], ignore: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        selection(select, ignore)


def test_what_was_left_out_is_said_in_the_shorter_way() -> None:
    few = selection((), ("no-ptx", "only-ptx"))
    assert few.in_words == "2 rules not run: only-ptx, no-ptx"
    many = selection(("no-ptx",), ())
    assert many.in_words == f"{len(lint_rule_ids()) - 1} rules not run; those that were: no-ptx"
