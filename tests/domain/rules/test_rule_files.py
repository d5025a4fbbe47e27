"""One rule, one file, one id, one page: the file of a rule is found by its id, and holds nothing but this rule."""

from __future__ import annotations

import importlib
import pkgutil
import re
from types import ModuleType

from cudacompat.domain import rules
from cudacompat.domain.rules import all_rules
from cudacompat.domain.words.rule import Rule
from tests.helpers.each_row import each_row

# What rules share: facts and walks, and no rule.
SHARED = re.compile(r"\w+_facts|one_cause|suppress|policy_ignores|lint_selection")
SECTIONS = ("What it finds:", "Why it matters:", "Example:", "What to do:")


def _modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(rules.__path__, f"{rules.__name__}.")
    return [importlib.import_module(each.name) for each in found if not each.ispkg]


MODULES = {module.__name__.removeprefix(f"{rules.__name__}."): module for module in _modules()}
OF_RULES = {name: module for name, module in MODULES.items() if not SHARED.fullmatch(name.rpartition(".")[2])}


def _rules_in(module: ModuleType) -> list[Rule[object]]:
    """The rules that a module makes, whatever it calls them; one that it imported has the page of another module."""
    return [value for value in vars(module).values() if isinstance(value, Rule) and value.doc == module.__doc__]


@each_row("name", OF_RULES)
def test_a_file_holds_one_rule_whose_id_is_its_name(name: str) -> None:
    (rule,) = _rules_in(OF_RULES[name])
    assert rule is OF_RULES[name].RULE
    assert rule.id.replace("-", "_") == name.rpartition(".")[2]


@each_row("name", OF_RULES)
def test_the_page_of_a_rule_says_what_why_and_what_to_do(name: str) -> None:
    page = OF_RULES[name].__doc__ or ""
    places = [page.find(f"\n\n{section} ") for section in SECTIONS]
    assert -1 not in places
    assert places == sorted(places)
    assert page.split("\n")[0].endswith("."), "the first line is a sentence of its own"


@each_row("name", sorted(MODULES.keys() - OF_RULES.keys()))
def test_what_rules_share_holds_no_rule(name: str) -> None:
    assert [value.id for value in vars(MODULES[name]).values() if isinstance(value, Rule)] == []


def test_every_file_of_a_rule_is_in_the_tuple_and_no_page_speaks_for_two() -> None:
    made = {module.RULE.id for module in OF_RULES.values()}
    assert made == {rule.id for rule in all_rules()}
    assert len({rule.doc for rule in all_rules()}) == len(all_rules())
