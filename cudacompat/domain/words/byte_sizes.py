"""Numbers of bytes in words."""

from __future__ import annotations


def byte_size(number: int) -> str:
    """Bytes as people read them: decimal units, as disks and wheels are sold."""
    value = float(number)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{number} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
