"""A look at the first bytes of a file in a folder: most of them hold nothing, and of those nothing more is asked."""

from __future__ import annotations

import os

from cudacompat.artifacts.binaries.ptx import SNIFFED, is_ptx
from cudacompat.artifacts.containers.closed_kinds import BOOT_SECTORS
from cudacompat.artifacts.containers.folders import EntryKind
from cudacompat.artifacts.files.promises import broken_promise
from cudacompat.artifacts.files.sniff import HEAD, OPEN, Kind, may_hold_data, sniff
from cudacompat.artifacts.reading.work import Work


def is_plain(work: Work) -> bool:
    """Whether the whole reading of a file that a folder lists would count it as one without device code, and say
    nothing of it; files that the user named are read.

    Where that is not certain, or the file cannot be opened, it is False: the reading finds out and says why.
    """
    if work.kind is not EntryKind.FILE or work.named:
        return False
    try:
        handle = os.open(work.path, OPEN)
        try:
            return _holds_nothing(handle, work.size, work.path)
        finally:
            os.close(handle)
    except OSError:
        return False


def _holds_nothing(handle: int, size: int, path: str) -> bool:
    head = os.read(handle, HEAD)
    if len(head) < HEAD and len(head) < size:
        return False
    if head:
        kind = sniff(head, size)
        if kind is Kind.MAYBE_PTX:
            more = os.read(handle, SNIFFED) if size > HEAD else b""
            whole = len(more) >= min(size - HEAD, SNIFFED)
            kind = Kind.OTHER if whole and not is_ptx(head + more) else Kind.PTX
        further_down = head.startswith((b"#!", *BOOT_SECTORS))  # an archive or a file system may begin there
        if kind is not Kind.OTHER or further_down or may_hold_data(head, size, named=False):
            return False
    return broken_promise(path, head) is None
