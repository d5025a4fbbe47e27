"""How engines are built, as data: one literal a file. Nothing about an engine stands anywhere else."""

from __future__ import annotations

import difflib

from cudacompat.domain.engine import Engine
from cudacompat.domain.errors import UsageError
from cudacompat.engines import cmake, nvcc, whisper_cpp, whisper_rs

ENGINES: tuple[Engine, ...] = (whisper_cpp.ENGINE, whisper_rs.ENGINE, cmake.ENGINE, nvcc.ENGINE)


def find(name: str) -> Engine:
    """Return the engine of this name or alias; `UsageError` with the nearest names for an unknown one."""
    known = {alias: engine for engine in ENGINES for alias in (engine.name.lower(), *engine.aliases)}
    found = known.get(name.strip().lower())
    if found is not None:
        return found
    near = difflib.get_close_matches(name.strip().lower()[:60], known, n=3)
    names = list(dict.fromkeys(known[each].name for each in near)) or [engine.name for engine in ENGINES]
    raise UsageError(f"unknown engine: {name[:60]!r}; {'did you mean' if near else 'there are'} {', '.join(names)}")
