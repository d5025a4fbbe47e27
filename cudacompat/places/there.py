"""What is there, where a folder that this user may not enter, or a name that is none, is no accident."""

from __future__ import annotations

from pathlib import Path


def is_file(path: Path) -> bool:
    """Return True for a regular file, or a link to one."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_own_file(path: Path) -> bool:
    """Return True for a regular file that is no link."""
    return is_file(path) and not path.is_symlink()


def is_folder(path: Path) -> bool:
    """Return True for a folder, or a link to one."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def exists(path: Path) -> bool:
    """Return True for anything that a path leads to."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
