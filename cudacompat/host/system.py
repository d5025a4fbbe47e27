"""The operating system, its C library, and whether it is Windows' Linux (WSL)."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

_KERNEL = Path("/proc/sys/kernel/osrelease")


def is_wsl(kernel: Path = _KERNEL) -> bool:
    """Whether this is Linux inside Windows: the driver is then the Windows host's."""
    return "microsoft" in _read(kernel).lower()


def platform_text() -> str:
    """The system in one line: distribution, kernel, processor; never the machine's name.

    `Debian GNU/Linux 12 (bookworm), Linux 6.1 x86_64`, with `, WSL` there.
    """
    release = re.match(r"\d+(\.\d+)?", platform.release())
    system = " ".join(filter(None, (platform.system(), release[0] if release else "", platform.machine())))
    return ", ".join(filter(None, (_distribution(), system, "WSL" if is_wsl() else "")))


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return ""


def libc_text() -> str | None:
    """The C library, such as `glibc 2.36`; `None` where it does not say. Headers of CUDA 12 clash with glibc 2.41."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") if hasattr(os, "confstr") else None
    except (OSError, ValueError):
        return None


def home() -> str | None:
    """The home directory, for shortening paths; `None` where there is none worth the name."""
    try:
        found = str(Path.home())
    except RuntimeError:
        return None
    return found if len(Path(found).parts) > 1 else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
