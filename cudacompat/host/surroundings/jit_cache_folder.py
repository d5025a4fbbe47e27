"""The directory in which the driver keeps what it compiled from PTX: where it is, and what can be done in it."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from cudacompat.domain.machine.facts import JitCacheFacts
from cudacompat.places.roots import Roots

_MOST_FILES = 200_000
_MOUNTS_BYTES = 4 << 20
_FLEETING = ("tmpfs", "ramfs", "overlay")  # kinds of file systems that go with the container


def folder_of(environment: Mapping[str, str]) -> Path | None:
    """Where the driver keeps its cache, by CUDA's documentation of CUDA_CACHE_PATH; `None` without a home."""
    if environment.get("CUDA_CACHE_PATH"):
        return Path(environment["CUDA_CACHE_PATH"])
    if sys.platform == "win32":
        data = environment.get("APPDATA")
        return Path(data) / "NVIDIA" / "ComputeCache" if data else None
    home = environment.get("HOME")
    return Path(home) / ".nv" / "ComputeCache" if home else None


def jit_cache(roots: Roots) -> JitCacheFacts:
    """Return where the driver of this user keeps what it compiles; nothing is written to find out."""
    folder = folder_of(roots.environ)
    if folder is None or not folder.is_absolute():
        return JitCacheFacts(str(folder) if folder is not None else None, None, writable=False, mounted=None)
    size = _size(folder) if folder.is_dir() else None
    return JitCacheFacts(str(folder), size, writable=_is_writable(folder), mounted=_is_mounted(folder, roots))


def _size(folder: Path) -> int:
    """The bytes in it; those of the first files where there are very many."""
    files = size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118  a Path for each of thousands is slow
        files += len(names)
        if files >= _MOST_FILES:
            break
    return size


def _is_writable(folder: Path) -> bool:
    """Whether the driver can make files in it, or make it."""
    for each in (folder, *folder.parents):
        try:
            if each.exists():
                return each.is_dir() and os.access(each, os.W_OK | os.X_OK)
        except OSError:
            return False
    return False


def _is_mounted(folder: Path, roots: Roots) -> bool | None:
    """Whether it lies on something that was mounted into this system and lasts; `None` where nothing says so."""
    try:
        with (roots.proc / "self/mountinfo").open("rb") as file:
            text = file.read(_MOUNTS_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    kinds: dict[str, str] = {}
    for line in text.splitlines():  # proc_pid_mountinfo(5): the fifth field is where, the kind stands behind the dash
        head, _, tail = line.partition(" - ")
        fields, kind = head.split(" "), tail.split(" ")[0]
        if len(fields) > 4 and kind:
            kinds[re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[4])] = kind
    at = next((str(each) for each in (folder, *folder.parents) if str(each) in kinds), None)
    return at != "/" and kinds[at] not in _FLEETING if at is not None else None
