"""The registry of reports: of each its command, its schema, and how it is written in which format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TextIO, TypeVar

from cudacompat.domain.words.errors import UsageError
from cudacompat.report.commands import writers

if TYPE_CHECKING:
    from cudacompat.domain.words.report import Report
    from cudacompat.report.json import Json
    from cudacompat.report.text.page import Page
    from cudacompat.report.view import View


class Format(StrEnum):
    """Output formats."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    GITLAB = "gitlab"
    MARKDOWN = "markdown"
    HTML = "html"
    BADGE = "badge"


FORMATS = tuple(Format)


R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Entry(Generic[R]):
    """How the report of a command is written.

    `command` is what is typed, with the option that makes it another report (`verify --load`); `schema` names the JSON
    Schema of its document. `findings` are the formats that are made of findings alone: what has none would be empty
    there, and look green. `plain` is text that needs no layout, in place of `text`.
    """

    command: str
    schema: str
    text: Callable[[Page, R], None] | None
    json: Callable[[R], Json]
    markdown: Callable[[R], Iterator[str]] | None = None
    html: Callable[[R], Json] | None = None
    findings: Mapping[Format, Callable[[View, TextIO], None]] | None = None
    plain: Callable[[R], str] | None = None

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats that it can be written in."""
        has = {Format.TEXT, Format.JSON, *(self.findings or ())}
        has |= {Format.MARKDOWN} if self.markdown else set()
        has |= {Format.HTML} if self.html else set()
        return tuple(each for each in Format if each in has)


_CI = {
    Format.SARIF: writers.sarif,
    Format.JUNIT: writers.junit,
    Format.GITHUB: writers.github,
    Format.GITLAB: writers.gitlab,
}
_PARTS, _PAGE = writers.findings_markdown, writers.findings_html

ENTRIES: tuple[Entry[Any], ...] = (
    Entry(
        "doctor", "doctor-1", writers.doctor_text, writers.doctor_json,
        writers.doctor_markdown, writers.doctor_html, _CI,
    ),
    Entry(
        "inspect", "inspect-1", writers.inspect_text, writers.inspect_json,
        writers.inspect_markdown, writers.inspect_html,
    ),
    Entry(
        "check", "check-1", writers.check_text, writers.check_json, _PARTS, _PAGE,
        {**_CI, Format.BADGE: writers.badge},
    ),
    Entry("diff", "diff-1", writers.diff_text, writers.diff_json),
    Entry("generate", "generate-1", writers.generate_text, writers.generate_json),
    Entry("generate --gpu", "generate-1", writers.ways_text, writers.ways_json),
    Entry("generate --add", "generate-1", writers.extend_text, writers.extend_json),
    Entry("lint", "lint-1", writers.lint_text, writers.lint_json, _PARTS, _PAGE, _CI),
    Entry("rebuild", "rebuild-1", writers.rebuild_text, writers.rebuild_json, _PARTS, _PAGE, _CI),
    Entry("verify", "verify-1", writers.verify_text, writers.verify_json, _PARTS, _PAGE, _CI),
    Entry("verify --load", "verify-1", writers.load_text, writers.load_json, _PARTS, _PAGE, _CI),
    Entry("bench", "bench-1", writers.bench_text, writers.bench_json),
    Entry("gpus", "gpus-1", writers.gpus_text, writers.gpus_json, writers.gpus_markdown),
    Entry("toolkits", "toolkits-1", writers.toolkits_text, writers.toolkits_json),
    Entry("wheels", "wheels-1", writers.wheels_text, writers.wheels_json),
    Entry("survey", "survey-1", writers.survey_text, writers.survey_json),
    Entry("explain", "explain-1", writers.explain_text, writers.explain_json, _PARTS, _PAGE, _CI),
    Entry(
        "explain --list", "explain-list-1", writers.catalogue_text, writers.catalogue_json, writers.catalogue_markdown
    ),
    Entry("explain ID", "explain-id-1", None, writers.page_json, plain=writers.page_text),
)  # fmt: skip
_BY_COMMAND = {each.command: each for each in ENTRIES}


def entry_of(report: Report) -> Entry[Any]:
    """Return the entry of the report's command."""
    return _BY_COMMAND[report.COMMAND]


def formats_of(command: str) -> tuple[Format, ...]:
    """Return the formats that a command's report can be written in."""
    return _BY_COMMAND[command].formats


def require(command: str, format_: str) -> None:
    """`UsageError` that names the formats of the command, if this is none of them."""
    applicable = formats_of(command)
    if format_ not in applicable:
        raise UsageError(f"{command} has no {format_} format; its formats: {', '.join(applicable)}")


def write(report: Report, format_: str, stream: TextIO, color: str = "auto") -> None:
    """Write the report in that format (one of FORMATS); only what the format needs is imported. `UsageError` for a
    format that this report does not have."""
    entry = entry_of(report)
    require(entry.command, format_)
    if format_ == Format.JSON:
        from cudacompat.report import json

        json.render(entry.json(report), stream)
    elif format_ == Format.TEXT and entry.plain is not None:
        stream.write(f"{entry.plain(report)}\n")
    elif format_ == Format.TEXT and entry.text is not None:
        from cudacompat.report.text.sections import page_on

        entry.text(page_on(stream, color), report)
    elif format_ == Format.MARKDOWN:
        stream.writelines(parts_of(report))
    elif format_ == Format.HTML and entry.html is not None:
        from cudacompat.report.html import document as html

        html.render(entry.html(report), stream)
    else:
        from cudacompat.report.view import view_of

        (entry.findings or {})[Format(format_)](view_of(report), stream)


def parts_of(report: Report) -> Iterator[str]:
    """Return the parts of the report's Markdown; `UsageError` for one that has none."""
    entry = entry_of(report)
    require(entry.command, Format.MARKDOWN)
    return entry.markdown(report) if entry.markdown is not None else iter(())
