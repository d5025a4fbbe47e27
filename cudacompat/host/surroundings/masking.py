"""Reports are uploaded and pasted: what they must not carry on is taken out as they are made."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from cudacompat.domain.words.secrets import masked_report

_T = TypeVar("_T")


def without_secrets(report: _T) -> _T:
    """Return the report without tokens, passwords and home folders in its texts, this user's own home included."""
    try:
        home = str(Path.home())
    except RuntimeError:  # a user without one
        home = ""
    return masked_report(report, home)
