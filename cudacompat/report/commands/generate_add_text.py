"""What `generate --add` found in a project, as text: every list with its place, and what becomes of it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from cudacompat.domain.project.list_places import ListPlace, PlaceState
from cudacompat.domain.reports.generate_add import ExtendReport
from cudacompat.domain.words.command_words import gpu_words
from cudacompat.domain.words.phrases import count

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page

_STYLE = {PlaceState.CHANGES: "bold yellow", PlaceState.CANNOT: "bold red", PlaceState.THERE: "green"}


def extend_text(page: Page, report: ExtendReport) -> None:
    """Write the places, what could not be read, and what comes next."""
    version = f" {report.version}" if report.version else ""
    page.line((f"{report.engine.name}{version}", "bold"), f" in {report.folder}: add {', '.join(report.added)}")
    for place in report.places:
        page.line()
        _place(page, place)
    if report.places:
        page.line()
    for item in report.not_read:
        page.line((item.path, "bold"), ": ", ("not read", "bold magenta"), ": ", item.why)
    if report.skipped:
        page.line(f"skipped (third-party sources): {', '.join(report.skipped)}")
    states = [place.state for place in report.places]
    if not states:
        page.line("no architecture list found; this prints one: ", (_whole(report), "bold"))
        return
    page.line(
        f"{count(len(states), 'list')} found: {states.count(PlaceState.CHANGES)} to change, "
        f"{states.count(PlaceState.THERE)} with the target already, {states.count(PlaceState.CANNOT)} to change by "
        f"hand, {states.count(PlaceState.UNREAD)} read by nothing"
    )
    if report.files:
        page.line("show the edits: ", (f"{report.command} --diff", "bold"))
        page.line("apply them: ", (f"{report.command} --write", "bold"))
        for command in report.after:
            page.line("then remove old results that would hide the change: ", (command, "bold"))


def _whole(report: ExtendReport) -> str:
    """The command that prints settings where there are none to extend."""
    words = ["cudacompat", "generate", report.engine.name]
    words += ["--engine-version", report.version] if report.version else []
    return shlex.join([*words, *gpu_words(f"sm_{arch}" for arch in report.archs)])


def _place(page: Page, place: ListPlace) -> None:
    name = f"{place.name}=" if place.name else ""
    page.line((f"{place.file}:{place.line}", "bold"), f": {name}{place.value}")
    page.field("what", place.what)
    page.field("read", f"by {place.reader}" if place.reader else f"by nothing here: {place.why}")
    if place.state is PlaceState.CHANGES:
        page.line("  new value  ", (place.becomes or "", _STYLE[place.state]))
    elif place.state is PlaceState.THERE:
        page.field("stays", "already contains the target", 2, 7)
    elif place.state is PlaceState.CANNOT:
        page.line("  by hand  ", (place.why or "", _STYLE[place.state]))
    elif place.state is PlaceState.OTHER_CASE:
        page.field("stays", place.why or "")
    elif place.state is PlaceState.NO_LIST:
        page.field("stays", f"a default, for where nothing else sets the list: {place.why}")
