"""Markdown, read as a Markdown reader reads it."""

from __future__ import annotations

import io
import re
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cudacompat.report import formats
from cudacompat.report.formats import parts_of
from cudacompat.report.markdown import SUMMARY_LIMIT, summary
from tests.helpers.each_row import each_case
from tests.helpers.report_cases import CASES, HOSTILE, INNER, INSPECTED, LintReport, error, many

# HTML on, as GitHub has it: what the report lets through would be rendered.
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OUR_COMMENT = "<!-- -->"  # keeps a @ from being a mention


def written(case: object) -> str:
    stream = io.StringIO()
    formats.write(case, "markdown", stream)
    return stream.getvalue()


def tokens(text: str) -> list[Token]:
    """All tokens, those within lines too."""
    return [each for token in READER.parse(text) for each in (token, *(token.children or ()))]


@each_case("case", [*CASES.values(), INSPECTED], ids=[*CASES, "inspect"])
def test_every_case_is_text_and_nothing_else(case: object) -> None:
    found = tokens(written(case))
    assert not [token.content for token in found if token.type in ("link_open", "image", "html_block")]
    assert {token.content for token in found if token.type == "html_inline"} <= {OUR_COMMENT}
    assert {token.tag for token in found if token.type == "heading_open"} <= {"h2", "h3"}


@each_case("case", [*CASES.values(), INSPECTED], ids=[*CASES, "inspect"])
def test_tables_have_as_many_cells_in_every_row(case: object) -> None:
    rows = [line for line in written(case).splitlines() if line.startswith("|")]
    found = READER.parse(written(case))
    widths: list[int] = []
    for token in found:
        if token.type == "tr_open":
            widths.append(0)
        if token.type in ("td_open", "th_open"):
            widths[-1] += 1
    assert len(widths) == sum(not re.fullmatch(r"[|\s:-]+", row) for row in rows)
    columns = {line.count(" --- ") + line.count(" ---: ") for line in rows if re.fullmatch(r"[|\s:-]+", line)}
    assert set(widths) <= columns | {0}


def test_hostile_texts_are_seen_and_do_nothing() -> None:
    text = written(CASES["hostile"])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u200b\u2028\u202e\ud800-\udfff]", text)
    shown = "".join(token.content for token in tokens(text) if token.type in ("text", "code_inline"))
    assert "<script>alert(1)</script>" in shown
    assert "\\u202egpj\\u200b\\x1b[2J\\x07\\x0a::error::x\\x0d" in shown
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    assert not re.search(r"@\w|#\d|https?://", outside)


def test_the_map_and_the_findings_of_a_check() -> None:
    lines = written(CASES["errors"]).splitlines()
    assert lines[0] == "## cudacompat check: 1 error"
    assert "- 8.6, driver 580.65.06" in lines
    assert "| File | 12.0 | 8.6 |" in lines
    (row,) = [line for line in lines if line.startswith("| `")]
    assert row == f"| `{INNER}` | **partial** (1 of 2 modules, driver 570 or newer) | compatible |"
    assert f"- **error** `no-runnable-code` `{INNER}`: nothing here runs on 12.0" in lines
    assert "  - help: build for sm_120: cudacompat generate cmake --gpu 12.0" in lines


def test_an_artifact_that_runs_and_yet_does_not_pass_is_not_shown_as_good() -> None:
    case = CASES["clean"]
    failing = error("dist/a.so", id_="too-big")
    text = written(replace(case, findings=(failing,)))  # type: ignore[type-var]
    assert "| `dist/a.so` | native, **too-big** | native |" in text


@each_case(
    ("name", "headline"),
    [
        ("clean", "no errors"),
        ("nothing", "nothing to check"),
        ("all unread", "incomplete"),
        ("unread beside clean", "incomplete"),
        ("undecided", "incomplete"),
        ("lint incomplete", "incomplete"),
        ("step failed", "a step failed"),
        ("machine", "1 error"),
    ],
)
def test_headlines(name: str, headline: str) -> None:
    text = written(CASES[name])
    assert text.splitlines()[0].endswith(f": {headline}")
    assert ("### Not checked" in text) is (name not in ("clean",))


def test_suppressed_findings_are_counted() -> None:
    text = written(CASES["suppressed"])
    assert "1 suppressed" in text
    assert "not shipped any more" not in text


def test_lines_of_files_are_named() -> None:
    assert "`Dockerfile:12`" in written(CASES["lint"])


def test_a_summary_keeps_within_its_limit_and_says_so() -> None:
    whole = many(300)
    assert summary(parts_of(whole)) == written(whole)
    assert len(summary(parts_of(whole))) < SUMMARY_LIMIT
    short = summary(parts_of(whole), 5_000)
    assert len(short.encode()) <= 5_000
    assert re.search(r"_\d+ more parts left out: a summary may hold 5000 bytes\._\n$", short)
    assert short.startswith("## cudacompat check: 300 errors")


def test_what_inspect_lists() -> None:
    text = written(INSPECTED)
    assert f"### `{INNER}`" in text
    assert "| machine code | sm_80 | 1 | 1 | 100 B |" in text
    assert "| PTX 7.0 | compute_80 | 1 | 1 | 100 B |" in text
    assert "### Not read" in text


def test_prose_is_not_mangled_more_than_it_must() -> None:
    text = written(LintReport((error("a", None, message="sm_80 and compute_80, 50% of *x*, see a_b and _c_"),), 1))
    assert "sm_80 and compute_80, 50% of \\*x\\*, see a_b and \\_c\\_" in text
    assert HOSTILE not in text
