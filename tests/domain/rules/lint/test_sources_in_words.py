"""A finding names the document that a fact is from, and not how those who keep the table have read it."""

from __future__ import annotations

import json
import re
from importlib.resources import files

from cudacompat.domain.rules.lint.wheel_cannot_run import RULE
from cudacompat.domain.words.phrases import document_of
from tests.helpers.each_row import each_case
from tests.helpers.lint_case import project

_HOW_IT_WAS_READ = re.compile(r"\b(?:read|copy|stored|memory|measured|the same|it was|branch)\b", re.IGNORECASE)
_LONGEST = 80  # characters


def test_a_finding_names_the_document_alone() -> None:
    image = "FROM python:3.12-slim\nRUN pip install torch --index-url https://download.pytorch.org/whl/cu126\n"
    (finding,) = RULE.check(project({"Dockerfile": image}, "RTX 5090"))
    assert (finding.found or "").endswith("(documented: pytorch/pytorch RELEASE.md)")


@each_case("name", ["torch_indexes.json", "images.json"])
def test_each_source_begins_with_its_document(name: str) -> None:
    text = (files("cudacompat.domain.wheels") / "data" / name).read_text(encoding="utf-8")
    for source in _sources(json.loads(text)):
        document = document_of(source)
        assert len(document) <= _LONGEST, source
        assert not _HOW_IT_WAS_READ.search(document), source


def _sources(value: object) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in _sources(each)]
    if not isinstance(value, dict):
        return []
    own = [each for key, each in value.items() if key == "source" and isinstance(each, str)]
    return own + [found for each in value.values() for found in _sources(each)]
