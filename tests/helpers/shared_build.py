"""What several tests need and takes long to make: made once in a run, by the first of pytest-xdist's processes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BuildOnce = Callable[[str, Callable[[Path], object]], Path]  # what the fixture `build_once` gives


def shared_build(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder of this name that `make` has filled. Nobody writes into it afterwards.

    Where `make` skips or fails, the folder is gone, and the next process tries for itself.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # each process has a folder of its own in there
    folder, done = base / f"shared-{name}", base / f"shared-{name}.done"
    with locked(base / f"shared-{name}.lock"):
        if not done.exists():
            folder.mkdir()
            try:
                make(folder)
            except BaseException:
                shutil.rmtree(folder)
                raise
            done.touch()
    return folder


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a lock that no other process holds meanwhile; where there are no such locks, go on without."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
