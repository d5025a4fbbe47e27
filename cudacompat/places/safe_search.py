"""What the current folder may not give: programs and libraries that happen to lie there.

A relative or empty entry of PATH, LD_LIBRARY_PATH or DYLD_LIBRARY_PATH means the current folder, and whoever looks at a
stranger's files stands in a stranger's folder. `LD_LIBRARY_PATH=/usr/local/cuda/lib64:$LD_LIBRARY_PATH`, with nothing
behind the colon, is such an entry.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_LIBRARIES = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"

# Where programs that are only asked something are started: nothing of a project lies there.
NEUTRAL_FOLDER = Path(Path(sys.executable).anchor or os.sep)


def absolute_entries(value: str) -> list[str]:
    """Return the absolute entries of a search path, in order."""
    return [entry for entry in value.split(os.pathsep) if os.path.isabs(entry)]  # noqa: PTH117


def safe_environment() -> dict[str, str]:
    """Return this process's environment with search paths that do not lead into the current folder."""
    environment = dict(os.environ)
    # An empty PATH is the current folder to some, a missing one to none.
    environment["PATH"] = os.pathsep.join(absolute_entries(environment.get("PATH", os.defpath))) or os.defpath
    if _LIBRARIES in environment:
        kept = absolute_entries(environment.pop(_LIBRARIES))
        environment |= {_LIBRARIES: os.pathsep.join(kept)} if kept else {}
    return environment


def stray_library(name: str) -> Path | None:
    """Return the file of this name that loading a library by its name could take from the current folder, because of a
    relative or empty entry of LD_LIBRARY_PATH; `None` where none lies there."""
    value = os.environ.get(_LIBRARIES, "")
    entries = value.split(os.pathsep) if value else []
    strays = (Path(entry or ".") / name for entry in entries if not os.path.isabs(entry))  # noqa: PTH117
    return next((stray for stray in strays if stray.exists()), None)
