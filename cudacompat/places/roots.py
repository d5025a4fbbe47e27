"""Where the machine is looked at: the folders and variables that probes read, this machine's or those of a test."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cudacompat.places.safe_search import absolute_entries


@dataclass(frozen=True, slots=True)
class Roots:
    """The folders that stand for /, /proc, /sys, /etc, /usr and /opt, the user's home (`None`: there is none), the
    folders of PATH, and the environment. Every probe takes one, and asks this machine where none is given."""

    root: Path
    proc: Path
    sys: Path
    etc: Path
    usr: Path
    opt: Path
    home: Path | None
    path: tuple[Path, ...]
    environ: Mapping[str, str]

    @classmethod
    def real(cls) -> Roots:
        """Return those of this machine and this process, as they are now."""
        return cls.under(Path("/"), os.environ)

    @classmethod
    def under(cls, root: Path, environ: Mapping[str, str]) -> Roots:
        """Return those of a system whose files lie under `root`; PATH and HOME are those of `environ`, as they stand
        there."""
        return cls(
            root=root,
            proc=root / "proc",
            sys=root / "sys",
            etc=root / "etc",
            usr=root / "usr",
            opt=root / "opt",
            home=_home(environ),
            path=path_folders(environ),
            environ=environ,
        )


def path_folders(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The folders of PATH in order, without repeats; empty and relative entries are left out, so that nothing that
    happens to lie in the current folder is ever run."""
    return tuple(dict.fromkeys(map(Path, absolute_entries(environ.get("PATH", os.defpath)))))


def library_path(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The folders of LD_LIBRARY_PATH in order, without repeats, empty and relative entries."""
    return tuple(dict.fromkeys(map(Path, absolute_entries(environ.get("LD_LIBRARY_PATH", "")))))


def _home(environ: Mapping[str, str]) -> Path | None:
    """The home directory; `None` where there is none worth the name, such as / for a container's user."""
    try:
        found = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    except RuntimeError:
        return None
    return found if len(found.parts) > 1 else None
