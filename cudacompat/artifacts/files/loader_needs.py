"""What one file on this machine asks the loader for."""

from __future__ import annotations

import os
import stat

from cudacompat.artifacts.binaries.buffer import FileBuffer
from cudacompat.artifacts.binaries.needed import Dynamic, dynamic

_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def loader_needs(path: str) -> Dynamic:
    """Return the libraries that a file names, and the folders in which it says that they lie; nothing for what is no
    regular file, no ELF, or cannot be read. Only its headers and that section are."""
    try:
        descriptor = os.open(path, _OPEN)
    except (OSError, ValueError):
        return Dynamic()
    try:
        status = os.fstat(descriptor)
        return dynamic(FileBuffer(descriptor, status.st_size)) if stat.S_ISREG(status.st_mode) else Dynamic()
    except OSError:
        return Dynamic()
    finally:
        os.close(descriptor)
