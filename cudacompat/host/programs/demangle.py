"""Names as their source has them, by LLVM's demanglers, in a process of its own with bounded time and memory.

A name is a stranger's: a few hundred bytes can demand gigabytes of text. Where the process ends at a name, that one
stays as it is, and the next process goes on behind it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from cudacompat.host.programs.process import home_of, run

_CHILD = Path(__file__).with_name("demangle_child.py")
_AT_ONCE = 512
_SECONDS = 60.0
_MEMORY = 1 << 30
_MOST_ENDS = 8  # processes that end at a name; the rest stays mangled then


def demangled(names: Iterable[str]) -> dict[str, str]:
    """Return the demangled form of those names that have one; of none where nothing can demangle here."""
    wanted = [name for name in dict.fromkeys(names) if "\0" not in name]
    home = home_of("pycxxfilt") if wanted else None
    if home is None or not sys.executable:
        return {}
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="cudacompat-") as folder:
        start, at_once = 0, _AT_ONCE
        for _ in range(2 * _MOST_ENDS):
            texts = _texts(wanted[start:], Path(folder), home, at_once=at_once)
            found |= {name: text for name, text in zip(wanted[start:], texts, strict=False) if text}
            start += len(texts)
            if start >= len(wanted):
                break
            if at_once == 1:  # the next name is the one at which it ended
                start, at_once = start + 1, _AT_ONCE
            else:
                at_once = 1
    return found


def _texts(names: list[str], folder: Path, home: Path, at_once: int) -> list[str]:
    """The results of one process: for all names, or for those before the one at which it ended."""
    source, target = folder / "names", folder / "texts"
    source.write_bytes(b"".join(name.encode("utf-8", "surrogateescape") + b"\0" for name in names))
    target.write_bytes(b"")
    run(
        [sys.executable, "-I", "-S", str(_CHILD), str(home), str(source), str(target), str(at_once)],
        timeout_s=_SECONDS,
        memory_bytes=_MEMORY,
    )
    return [text.decode("utf-8", "replace") for text in target.read_bytes().split(b"\0")[:-1]]
