"""Lines without styles are written as the console would write them, without the console."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from cudacompat.report.text.page import Page
from cudacompat.report.text.sections import columns, page_on

LINES: tuple[tuple[str | tuple[str, str], ...], ...] = (
    (),
    ("plain",),
    (("path", "bold"), ": ", ("error", "bold red"), ": ", "what is wrong"),
    ("[sm_80] [/path] :smile:",),
    ("x" * 500,),
    ("ends in blanks   ",),
    ("x" * 500 + "   ",),
    ("   ",),
    ("a\x1b[31mb\tc\nd\u202e",),
    ("::error::", "a command"),
    ("  ", "##[error]"),
    ("\u00e9\u4e2d\u6587",),
)


def written(*, bare: bool) -> str:
    stream = io.StringIO()
    page: Page = page_on(stream)
    page._styled = page._styled or not bare
    for parts in LINES:
        page.line(*parts)
    return stream.getvalue()


def test_lines_are_the_same_with_and_without_the_console() -> None:
    assert written(bare=True) == written(bare=False)


def test_a_console_is_not_asked_where_no_style_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Page, "_rich", lambda *_: pytest.fail("the console was asked"))
    stream = io.StringIO()
    page_on(stream, "never").line(("a", "bold"), "b")
    assert stream.getvalue() == "ab\n"


def test_styles_are_kept_where_they_are_asked_for() -> None:
    stream = io.StringIO()
    page_on(stream, "always").line(("a", "bold"))
    assert "\x1b[" in stream.getvalue()


ROWS = (("code", "sm_80", "in 112 of 112 modules", "17.2 MB", "lz4"), ("all", "", "784 images", "141.6 MB", "lz4"))


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (
            None,
            ["code  sm_80  in 112 of 112 modules  17.2 MB   lz4", "all          784 images             141.6 MB  lz4"],
        ),
        (
            49,
            ["code  sm_80  in 112 of 112 modules  17.2 MB   lz4", "all          784 images             141.6 MB  lz4"],
        ),
        (48, ["code  sm_80  17.2 MB   lz4", "all          141.6 MB  lz4"]),
        (22, ["code  sm_80  17.2 MB", "all          141.6 MB"]),
    ],
)
def test_columns_that_a_narrow_page_leaves_out(width: int | None, lines: list[str]) -> None:
    stream = io.StringIO()
    page = Page(Console(file=stream, soft_wrap=True, color_system=None), width)
    columns(page, ROWS, indent=0, spare=(2, 4))
    assert stream.getvalue().splitlines() == lines
