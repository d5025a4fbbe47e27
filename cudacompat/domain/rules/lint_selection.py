"""Which rules of `lint` run: `--select` and `--ignore`, by id or by the first words of ids."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cudacompat.domain.rules import own_rules
from cudacompat.domain.rules.ignores import IGNORE_RULES
from cudacompat.domain.rules.lint import INLINE_RULES, LINT_RULES
from cudacompat.domain.rules.source import SOURCE_RULES
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.rule_selection import RuleSelection

NOT_READ = "not-read"  # no rule that could be left out: what was not read is said in every run
_LONGEST = 60  # characters of a wrong value shown in an error
_MOST_SIMILAR = 5


def lint_rule_ids() -> tuple[str, ...]:
    """Return the ids of all that `lint` reports, in the order of its reports."""
    rules: tuple[Rule[Any], ...] = (*LINT_RULES, *SOURCE_RULES, *INLINE_RULES, *IGNORE_RULES)
    return tuple(rule.id for rule in rules)


def every_rule() -> RuleSelection:
    """Return the selection of a run without options."""
    return RuleSelection(lint_rule_ids())


def selection(select: Sequence[str], ignore: Sequence[str]) -> RuleSelection:
    """Return the rules that `select` names (all if it is empty) without those that `ignore` names.

    Each value is a list with commas. A name is an id, or the first words of ids: `wheel` means `wheel-by-jit` and all
    other ids that begin with `wheel-`. `UsageError` for a name that no rule of `lint` has, and where no rule is left.
    """
    known = lint_rule_ids()
    chosen = frozenset(_named(select, "--select", known)) if select else frozenset(known)
    left = chosen - frozenset(_named(ignore, "--ignore", known))
    if not left:
        raise UsageError("no rule is left: --ignore names every rule that --select names")
    return RuleSelection(tuple(id_ for id_ in known if id_ in left), tuple(id_ for id_ in known if id_ not in left))


def _named(values: Iterable[str], option: str, known: Sequence[str]) -> Iterator[str]:
    names = [part.strip().lower() for value in values for part in value.split(",")]
    if names and not any(names):
        raise UsageError(f"{option} names no rule")
    for name in filter(None, names):
        found = _matching(name, known)
        if not found:
            raise UsageError(f"{option}: {_why(name, known)}")
        yield from found


def _matching(name: str, known: Sequence[str]) -> tuple[str, ...]:
    if name in known:
        return (name,)
    head = f"{name.removesuffix('-')}-"
    return tuple(id_ for id_ in known if id_.startswith(head)) if name.strip("-") else ()


def _why(name: str, known: Sequence[str]) -> str:
    """Why no rule is meant by this name."""
    if name == NOT_READ:
        return "not-read is reported in every run; a policy file can ignore it for a path"
    if any(rule.id == name for rule in own_rules()):
        return f"{name} is not a rule of lint"
    begun = [id_ for id_ in known if id_.startswith(name)][:_MOST_SIMILAR]
    near = begun or difflib.get_close_matches(name[:_LONGEST], known, n=_MOST_SIMILAR)
    similar = f"; similar: {', '.join(near)}" if near else "; cudacompat explain --list names them all"
    return f"unknown rule {name[:_LONGEST]}{similar}"
