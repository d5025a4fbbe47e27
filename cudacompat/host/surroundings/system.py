"""The operating system, its C library, and whether it is Windows' Linux (WSL)."""

from __future__ import annotations

import os
import platform
import re
import shlex
from pathlib import Path

from cudacompat.places.roots import Roots


def is_wsl(roots: Roots | None = None) -> bool:
    """Whether this is Linux inside Windows: the driver is then the Windows host's."""
    return "microsoft" in _read((roots or Roots.real()).proc / "sys/kernel/osrelease").lower()


def platform_text(roots: Roots | None = None) -> str:
    """The system in one line: distribution, kernel, processor; never the machine's name.

    `Debian GNU/Linux 12 (bookworm), Linux 6.1 x86_64`, with `, WSL` there.
    """
    release = re.match(r"\d+(\.\d+)?", platform.release())
    system = " ".join(filter(None, (platform.system(), release[0] if release else "", platform.machine())))
    return ", ".join(filter(None, (_distribution(roots or Roots.real()), system, "WSL" if is_wsl(roots) else "")))


def _distribution(roots: Roots) -> str:
    """PRETTY_NAME of os-release(5), whose values may stand in quotes."""
    text = _read(roots.etc / "os-release") or _read(roots.usr / "lib/os-release")
    found = re.search(r"^PRETTY_NAME=(.*)$", text, re.MULTILINE)
    try:
        return "".join(shlex.split(found[1])[:1]) if found else ""
    except ValueError:
        return ""


def libc_text() -> str | None:
    """The C library, such as `glibc 2.36`; `None` where it does not say. Headers of CUDA 12 clash with glibc 2.41."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") if hasattr(os, "confstr") else None
    except (OSError, ValueError):
        return None


def memory_bytes(roots: Roots | None = None) -> int | None:
    """The memory that a program here may use: the machine's, or less where its control group (cgroup v2, v1) has a
    limit; `None` where neither is said."""
    at = roots or Roots.real()
    total = re.search(r"(?m)^MemTotal:\s+(\d+) kB$", _read(at.proc / "meminfo"))
    limits = [_read(at.sys / f"fs/cgroup/{name}").strip() for name in ("memory.max", "memory/memory.limit_in_bytes")]
    found = [int(total[1]) << 10] if total else []
    found += [int(each) for each in limits if each.isdigit()]
    return min(found, default=None)


def home(roots: Roots | None = None) -> str | None:
    """The home directory, for shortening paths; `None` where there is none worth the name."""
    found = (roots or Roots.real()).home
    return None if found is None else str(found)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
