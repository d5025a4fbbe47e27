"""The rows of the tables in an HTML page: each cell as its lines of text."""

from __future__ import annotations

from html.parser import HTMLParser

Row = list[list[str]]

_BREAKS = {"br", "p", "li", "div"}


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append([""])
            self._in_cell = True
        elif tag in _BREAKS and self._in_cell:
            self.rows[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1][-1] += data


def rows_of(page: str) -> list[Row]:
    """Return the rows of all tables of the page, in order; lines without text are left out."""
    parser = _Rows()
    parser.feed(page)
    tidy = ([[" ".join(line.split()) for line in cell] for cell in row] for row in parser.rows)
    return [[[line for line in cell if line] for cell in row] for row in tidy]
