"""Numbers of bytes in words."""

from __future__ import annotations


def size(number: int) -> str:
    """Bytes as people read them: decimal units, as disks and wheels are sold."""
    value = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{number} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{number} B"
