"""Keeps the PTX texts that verdicts rest on, for an assembler to compile: in a private folder, by what they are."""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cudacompat.artifacts.binaries.ptx import PtxHead
from cudacompat.domain.words.code import DeviceModule
from cudacompat.domain.words.verdict import Target

LARGEST = 64 << 20  # bytes of a text
_HELD = 256 << 20  # bytes of the texts of one module
_OF_ONE_FILE = 1 << 30
_LEFT_FREE = 1 << 30  # bytes of the disk


class Wanted(NamedTuple):
    """What is asked of images beside the names of their kernels: with `folder`, the PTX texts that verdicts for these
    targets rest on are kept there; with `usage`, what each kernel takes; with `texts`, what each PTX text says, also
    where no GPU that is asked for takes it. Other processes are told by it."""

    folder: str | None = None
    targets: tuple[Target, ...] = ()
    usage: bool = False
    texts: bool = False

    @property
    def is_never_kept(self) -> bool:
        """Whether no result of an earlier run has it."""
        return self.folder is not None or self.usage


class TextKeeper:
    """Keeps texts of one file. A text is held until its module is whole: only then is it known who rests on it."""

    def __init__(self, wanted: Wanted) -> None:
        self._folder = Path(wanted.folder or ".")
        self._targets = wanted.targets
        self._held: dict[str, bytes] = {}
        self._size = 0
        self._kept = 0

    def offer(self, text: bytes, head: PtxHead | None) -> str | None:
        """Hold a text and return its sha256; `None` where no GPU compiles it, or where it is too much."""
        from cudacompat.domain.judge.fits import ptx_fit  # here: to list code takes no verdicts

        aim = head.target if head is not None else None
        if aim is None or not any(ptx_fit(each.capability, aim) for each in self._targets):
            return None
        if len(text) > LARGEST or self._size + len(text) > _HELD:
            return None
        name = sha256(text).hexdigest()
        if name not in self._held:
            self._held[name] = text
            self._size += len(text)
        return name

    def settle(self, module: DeviceModule) -> None:
        """Write the texts that verdicts on this module rest on, and forget the others. What does not fit on the disk is
        not there for the assembler either."""
        from cudacompat.domain.judge.assembled import rests_on
        from cudacompat.domain.judge.compat import judge

        held, self._held, self._size = self._held, {}, 0
        if not held:
            return
        picked = (rests_on(judge(target, module)) for target in self._targets)
        for name in {entry.text for entry in picked if entry is not None and entry.text in held}:
            self._write(name, held[name])

    def _write(self, name: str, text: bytes) -> None:
        path = text_path(self._folder, name)
        self._kept += len(text)
        if path.exists() or self._kept > _OF_ONE_FILE:
            return
        try:
            if shutil.disk_usage(self._folder).free < _LEFT_FREE + len(text):
                return
            beside = path.with_suffix(f".{os.getpid()}")  # another process may write the same text
            beside.write_bytes(text)
            beside.replace(path)
        except OSError:
            return


def text_path(folder: Path, name: str) -> Path:
    """Return where the text with this sha256 is kept."""
    return folder / f"{name}.ptx"
