"""What the file of a project around an environment names."""

from __future__ import annotations

import re
from pathlib import Path

from cudacompat.environments.own import normalised

_BYTES = 1 << 20
_NAME = re.compile(r"(?<![A-Za-z0-9._-])[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def names_in_project(prefix: str) -> frozenset[str] | None:
    """Return all words of the pyproject.toml beside an environment that may name a package, normalised: a word of a
    comment counts, so that nothing that the project asks for is missed. `None` where it was not read whole."""
    try:
        with Path(prefix).parent.joinpath("pyproject.toml").open("rb") as file:
            data = file.read(_BYTES + 1)
    except (OSError, ValueError):
        return None
    if len(data) > _BYTES:
        return None
    return frozenset(normalised(each) for each in _NAME.findall(data.decode("utf-8", "replace")))
