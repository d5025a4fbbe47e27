"""docs/development.md says what is so: the paths that it names, and what each record has to be given."""

from __future__ import annotations

import dataclasses
import re
from importlib import import_module
from itertools import chain, product

import pytest

from tests.helpers.each_row import each_case
from tests.helpers.run import ROOT

PAGE = (ROOT / "docs" / "development.md").read_text()
RECORDS = re.findall(r"^\| `(\w+)` \| `([\w/]+)\.py` \| (.+) \|$", PAGE, re.MULTILINE)
RECIPES = ("A rule", "An engine", "A CUDA release", "A log line", "An input format")


def required(record: type) -> list[str]:
    """The fields without which none can be made."""
    return [
        field.name
        for field in dataclasses.fields(record)
        if field.init and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]


@each_case(("name", "module", "fields"), RECORDS)
def test_a_record_asks_for_the_fields_that_the_page_names(name: str, module: str, fields: str) -> None:
    record = getattr(import_module(module.replace("/", ".")), name)
    assert fields == ", ".join(f"`{field}`" for field in required(record))


def test_the_records_of_all_recipes_are_on_the_page() -> None:
    assert {name for name, _, _ in RECORDS} >= {"EngineRecord", "Knob", "Signature", "Rule", "FuzzTarget"}


def names_of_paths() -> list[str]:
    """What the page names as paths of the checkout: backquoted texts, or words of a command, with a slash or an end."""
    quoted = re.findall(r"`([\w./{},<>*-]+)`", PAGE)
    commands = re.findall(r"(?:tests|tools|docs)/[\w./<>*-]+", PAGE)
    known = re.compile(r"(?:cudacompat|tests|tools|docs|domain|artifacts|engines|examples)/.*|.*\.(?:py|md|yaml|toml)")
    return sorted({text for text in (*quoted, *commands) if known.fullmatch(text)})


def spelled_out(name: str) -> list[str]:
    """`a/{b,c}.py` and `a/<id>.py` as patterns of files."""
    parts = [re.split(",", part) if index % 2 else [part] for index, part in enumerate(re.split(r"\{(.*?)\}", name))]
    return [re.sub(r"<[\w-]+>", "*", "".join(chosen)).rstrip("/") for chosen in product(*parts)]


@each_case("name", names_of_paths())
def test_a_path_that_the_page_names_is_there(name: str) -> None:
    for pattern in spelled_out(name):
        below = ((ROOT / folder).rglob(pattern) for folder in ("cudacompat", "tests", "tools"))
        assert next(chain(ROOT.glob(pattern), *below), None) is not None, f"{pattern} is nowhere"


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_names_files_and_ends_with_what_proves_it(recipe: str) -> None:
    found = re.search(rf"^## {recipe}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    text = found[1]
    assert re.search(r"`(?:cudacompat|tools|tests)/", text) or "tools/add_release.py" in text
    proof = text.partition("Proved by")[2]
    assert "pytest -q" in proof
    assert "$MADE" in proof
