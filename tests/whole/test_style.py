"""Forbidden forms of the style in what users read get fewer, and the script that finds them sees each of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.helpers.each_row import each_case
from tests.helpers.trees import tree_of
from tools.check_style import FORMS, Form, Text, found, texts

MOST_LEFT = 0


@cache
def all_texts() -> tuple[Text, ...]:
    """What is looked at in this checkout, read once for all tests."""
    return tuple(texts(parsed=tree_of))


def test_no_more_forbidden_forms_than_were_left() -> None:
    left = [f"{text.file}:{text.line}: {form.name}: {around}" for text in all_texts() for form, around in found(text)]
    assert len(left) <= MOST_LEFT, "\n".join(left)


@each_case("form", FORMS, ids=lambda form: form.name)
def test_each_form_is_seen(form: Form) -> None:
    assert form in [each for each, _ in found(Text("x", 1, form.example))]


def test_messages_rule_pages_and_pages_are_looked_at() -> None:
    files = [text.file for text in all_texts()]
    assert len(files) > 5000
    assert {"README.md", "docs/glossary.md", "cudacompat/cli/options.py"} <= set(files)
    pages = [text for text in all_texts() if text.file == "cudacompat/domain/rules/artifact/hole.py" and text.line == 1]
    assert any("What it finds" in page.text for page in pages)


def test_code_quotations_and_patterns_are_not(tmp_path: Path) -> None:
    (tmp_path / "cudacompat").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("the `beside` of code\n\n```\nnobody\n```\n\n    nobody\n")
    (tmp_path / "cudacompat" / "x.py").write_text(
        '"""nobody in a docstring"""\nimport re\nA = re.compile("nobody is here")\n'
        'B = row(sample="nobody is here", fix="nobody is there")\nC = "nobody"\n'
    )
    assert [around for text in texts(tmp_path) for _, around in found(text)] == ["nobody is there"]
