"""A stage that a plain build of the image leaves out fails no project."""

from __future__ import annotations

import pytest

from cudacompat.domain.rules.lint.wheel_cannot_run import RULE
from cudacompat.domain.words.finding import Severity
from tests.helpers.lint_case import project

_LAST = "RUN pip install torch==2.7.1 --index-url https://download.pytorch.org/whl/cu128\n"
_FILE = "FROM python:3.12 AS docs\nRUN pip install torch==2.6.0\n{}FROM python:3.12-slim\n{}" + _LAST


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        ({"Dockerfile": _FILE.format("", "")}, Severity.NOTE),
        ({"Dockerfile": _FILE.format("FROM docs AS more\n", "")}, Severity.NOTE),  # what uses it is left out, too
        ({"Dockerfile": _FILE.format("", "COPY --from=docs /a /a\n")}, Severity.ERROR),
        ({"Dockerfile": _FILE.format("", "COPY --from=0 /a /a\n")}, Severity.ERROR),
        ({"Dockerfile": _FILE.format("", "RUN --mount=type=bind,from=docs,target=/a ls /a\n")}, Severity.ERROR),
        ({"Dockerfile": _FILE.format('CMD ["python"]\n', "")}, Severity.ERROR),
        ({"Dockerfile": _FILE.format("", ""), "a.sh": "docker build --target docs .\n"}, Severity.ERROR),
        (
            {"Dockerfile": _FILE.format("", ""), "compose.yml": "services:\n  a:\n    build:\n      target: docs\n"},
            Severity.ERROR,
        ),
    ],
)
def test_a_stage_that_nothing_needs_is_a_note(files: dict[str, str], severity: Severity) -> None:
    found = list(RULE.check(project(files, "12.0")))
    assert [each.severity for each in found] == [severity]
