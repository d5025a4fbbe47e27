"""The matrix of modules and targets, at any width: modules with the same targets are a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby

from cudacompat.domain.judge.code_places import module_name
from cudacompat.domain.words.byte_sizes import byte_size
from cudacompat.domain.words.code import DeviceModule
from cudacompat.domain.words.target import CodeKind
from cudacompat.report.code.lists import Column, ListGroup, column_name, columns_of, lists_of
from cudacompat.report.text.page import Page

_PIPED = 120  # columns where nobody says how many there are
_WIDE = 110  # columns from which each row says its bytes and where the first of its modules lies
_FEW, _MANY = 12, 40  # rows that are shown on a narrow and on a wide page
_HEADS = {
    CodeKind.SASS: "sm_",
    CodeKind.PTX: "compute_",
    CodeKind.LTO_IR: "LTO-IR",
    CodeKind.OPTIX_IR: "OptiX IR",
    CodeKind.TILE_IR: "Tile IR",
}
_LEGEND = "x: has an image, .: has none"
_ROW_HEAD = "modules"
_GAP = "  "
_ENDS = 30  # columns of what a wide row ends in


def matrix(page: Page, modules: Sequence[DeviceModule], indent: int = 4) -> None:
    """Print which modules have which targets, so that it is seen which lack what others have; nothing where all have
    the same."""
    groups = lists_of(modules)
    if len(groups) < 2:
        return
    width = page.width or _PIPED
    wide = width >= _WIDE
    legend = f"{_LEGEND}, o: has one without kernels" if any(group.empty for group in groups) else _LEGEND
    page.prose(
        " " * indent + f"{len(modules)} modules have {len(groups)} different lists ({legend})", margin=indent + 2
    )
    shown = groups[: _MANY if wide else _FEW]
    room = width - indent - len(_ROW_HEAD) - len(_GAP) - (_ENDS if wide else 0)
    for number, columns in enumerate(_pieces(columns_of(modules), room)):
        _block(page, shown, columns, indent=indent, ends=wide and number == 0)
    if len(shown) < len(groups):
        rest = sum(len(group.modules) for group in groups[len(shown) :])
        page.line(" " * indent + f"and {len(groups) - len(shown)} more lists, of {rest} modules: --format json has all")


def _block(page: Page, groups: Sequence[ListGroup], columns: Sequence[Column], *, indent: int, ends: bool) -> None:
    """A piece of the matrix that fits on the page; with `ends`, each row says its bytes and its first module."""
    margin = " " * indent
    kinds = _GAP.join(_HEADS.get(kind, "other").ljust(len(line)) for kind, line in _by_kind(columns, column_name))
    page.line((margin + " " * len(_ROW_HEAD) + _GAP + kinds.rstrip(), "dim"))
    names = _GAP.join(line for _, line in _by_kind(columns, column_name))
    page.line((f"{margin}{_ROW_HEAD}{_GAP}{names}{'  bytes      first at' if ends else ''}".rstrip(), "dim"))
    for group in groups:
        cells = _GAP.join(line for _, line in _by_kind(columns, partial(_mark, group)))
        row = f"{margin}{len(group.modules):>{len(_ROW_HEAD)}}{_GAP}{cells}"
        if ends:
            size = sum(entry.size for module in group.modules for entry in module.entries)
            row += f"  {byte_size(size):9}  {module_name(group.modules[0])}"
        page.line(row.rstrip())


def _by_kind(columns: Sequence[Column], text: Callable[[Column], str]) -> Iterator[tuple[CodeKind, str]]:
    """Each kind with the cells of its columns, as wide as the head of the kind at least."""
    for kind, found in groupby(columns, key=lambda column: column[0]):
        line = " ".join(text(column).rjust(_width(column)) for column in found)
        yield kind, line.ljust(len(_HEADS.get(kind, "other")))


def _width(column: Column) -> int:
    return max(2, len(column_name(column)))


def _mark(group: ListGroup, column: Column) -> str:
    if column not in group.targets:
        return "."
    return "o" if column in group.empty else "x"


def _pieces(columns: Sequence[Column], room: int) -> Iterator[list[Column]]:
    """The columns, as many at a time as there is room for."""
    piece: list[Column] = []
    for column in columns:
        longer = [*piece, column]
        if piece and len(_GAP.join(line for _, line in _by_kind(longer, column_name))) > room:
            yield piece
            longer = [column]
        piece = longer
    if piece:
        yield piece
