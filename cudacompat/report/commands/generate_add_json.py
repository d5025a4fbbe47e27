"""The document of `generate --add`: that of `generate`, with the places of the project."""

from __future__ import annotations

from cudacompat.domain.project.list_places import ListPlace
from cudacompat.domain.reports.generate_add import ExtendReport
from cudacompat.report.json import Json, head


def extend_json(report: ExtendReport) -> Json:
    """What was found, what becomes of each list, and the files as they would be."""
    return {
        **head("generate"),
        "engine": report.engine.name,
        "engine_version": report.version,
        "cuda": None,
        "command": report.command,
        "targets": [{"name": n, "arch": a} for n, a in zip(report.added, report.archs, strict=False)],
        "arrives": [],
        "settings": [],
        "left_out": [],
        "notes": [],
        "builds": [],
        "outputs": [],
        "proved": {},
        "beside": [],
        "files": [{"name": each.name, "text": each.after} for each in report.files],
        "folder": report.folder,
        "places": [_place(each) for each in report.places],
        "not_read": [{"path": each.path, "why": each.why} for each in report.not_read],
        "skipped": list(report.skipped),
        "after": list(report.after),
    }


def _place(place: ListPlace) -> Json:
    return {
        "path": place.file,
        "line": place.line,
        "what": place.what,
        "name": place.name,
        "value": place.value,
        "reader": place.reader,
        "state": place.state.value,
        "becomes": place.becomes,
        "why": place.why,
    }
