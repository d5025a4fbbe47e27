"""Lists of packages as JSON: `conda list --json` and that of its kin, `pip list --format json`, `pip inspect`, and
`conda env export --json`."""

from __future__ import annotations

import json
import re
from typing import Any

from cudacompat.artifacts.requirements import conda
from cudacompat.artifacts.requirements.base import ReadRequirements, first_lines
from cudacompat.artifacts.requirements.conda_lists import PackageRow, of_rows

_PIP_BUILD = "pypi_0"
_NAME = r"\"name\"\s{0,9}:\s{0,9}\"([\w.-]{1,100}+)\""  # for `first_lines`
_BEGINS = re.compile(r"\s*+\[\s*+\{")  # [{"name": …
_KEYS = re.compile(r"\"name\"\s{0,9}:")
_INSPECTED = re.compile(r"\s*+\{[^{}\[\]]{0,2000}\"installed\"\s{0,9}:\s{0,9}\[")  # {"version": "1", "installed": [


def is_json_list(text: str) -> bool:
    """Return True for a text that is such a list: rows of which most have a name and a version, or an environment."""
    if is_json_environment(text):
        return True
    if not (_BEGINS.match(text) and _KEYS.search(text)) and not _INSPECTED.match(text):
        return False
    try:
        rows = _rows(text)
    except ValueError:
        return False
    return sum(_is_package(each) for each in rows) * 2 > len(rows)


def is_json_environment(text: str) -> bool:
    """Return True for an environment of conda as JSON: its dependencies are a list, beside channels or a name."""
    return text.lstrip().startswith("{") and conda.is_environment_of_json(text)


def json_list(text: str, file: str) -> ReadRequirements:
    """Return the packages of such a list; `ValueError` for a text that is none."""
    if is_json_environment(text):
        return conda.environment(text, file)
    lines = first_lines(text, _NAME)
    found: list[PackageRow] = []
    wrong: list[tuple[int, str]] = []
    for each in _rows(text):
        if not _is_package(each):
            wrong.append((1, f"not a package: {json.dumps(each)[:80]}"))
            continue
        name, channel = each["name"], _text(each, "channel") or _text(each, "source")
        build = _text(each, "build_string") or _text(each, "build")
        of_pip = _text(each, "kind") == "pypi" or not (build or channel)
        place = lines.get(name, 1)
        row = PackageRow(name, each["version"], _PIP_BUILD if of_pip else build, channel=channel, line=place)
        found.append(row)
    return of_rows(found, wrong, file)


def _rows(text: str) -> list[Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"no JSON: {str(error)[:80]}") from None
    if isinstance(document, dict):  # pip inspect
        installed = document.get("installed")
        document = [each.get("metadata") if isinstance(each, dict) else None for each in _as_list(installed)]
    return _as_list(document)


def _as_list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("no list of packages")
    return value


def _is_package(row: object) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(key), str) and row[key] for key in ("name", "version"))


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""
