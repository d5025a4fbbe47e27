"""Which jobs publish what they build."""

from __future__ import annotations

import pytest

from cudacompat.domain.project.published_jobs import is_published
from tests.helpers.lint_case import project

_JOB = """\
on: [push]
jobs:
  test:
    runs-on: self-hosted
    steps:
    - run: pip install -e .
    - uses: actions/upload-artifact@v4
      if: always()
      with:
        name: {}
        path: {}
"""


@pytest.mark.parametrize(
    ("name", "path", "published"),
    [
        ("test-logs-${{ matrix.os }}", "out/", False),
        ("everything", "src/tests/results/", False),
        ("coverage-report", "coverage.xml", False),
        ("dist", "dist/*.whl", True),
        ("my-app-linux", "build/app", True),
    ],
)
def test_an_upload_of_logs_publishes_no_build(name: str, path: str, published: bool) -> None:
    found = project({".github/workflows/ci.yml": _JOB.format(name, path)})
    assert is_published(found, found.jobs[0]) is published


def test_an_upload_after_that_of_logs_counts() -> None:
    text = _JOB.format("logs", "logs/") + "    - uses: actions/upload-artifact@v4\n      with:\n        name: dist\n"
    found = project({".github/workflows/ci.yml": text})
    assert is_published(found, found.jobs[0])
