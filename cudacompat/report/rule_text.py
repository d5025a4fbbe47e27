"""What a rule's own documentation gives to a report: its title, what it finds, its page."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from cudacompat.domain.rules import rule_called
from cudacompat.domain.words.rule import SECTIONS

_GAPS = {
    "nothing-to-judge": (
        "There was nothing to check",
        "What it finds: a run in which no path yielded device code.\n\n"
        "Why it matters: a gate that checked nothing must not be green; the exit code is 3.\n\n"
        "What to do: name the files that hold the kernels.",
    ),
}


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule in words. `sections` are (heading, text); `known` is whether `cudacompat explain` has its page."""

    id: str
    title: str
    sections: tuple[tuple[str, str], ...]
    known: bool

    @property
    def summary(self) -> str:
        """What it finds, in one paragraph."""
        return next((text for heading, text in self.sections if heading == "What it finds"), self.title)

    @property
    def page(self) -> str:
        """All sections as plain text."""
        return "\n\n".join(f"{heading}: {text}" for heading, text in self.sections) or self.title


def rule_text(id_: str) -> RuleText:
    """Return the words of a rule; its id alone where the tool keeps none."""
    rule = rule_called(id_)
    if rule is not None:
        return RuleText(id_, rule.title, _sections(inspect.cleandoc(rule.doc)), known=True)
    title, doc = _GAPS.get(id_, (id_.replace("-", " ").capitalize(), ""))
    return RuleText(id_, title, _sections(doc), known=False)


def _sections(doc: str) -> tuple[tuple[str, str], ...]:
    """The paragraphs of a docstring that begin with a heading and a colon, each as one line."""
    sections = []
    for paragraph in doc.split("\n\n"):
        heading, colon, text = " ".join(paragraph.split()).partition(": ")
        if colon and heading in SECTIONS:
            sections.append((heading, text))
    return tuple(sections)
