"""A system and a processor as the tables call them (`linux-x86_64`), from the words that programs have for them."""

from __future__ import annotations

import re

_MACHINES = {"amd64": "x86_64", "x64": "x86_64", "x86_64": "x86_64", "arm64": "aarch64", "aarch64": "aarch64"}


def platform_named(system: str | None, machine: str | None) -> str | None:
    """Return the platform of a machine that calls its system and processor so (`linux` and `arm64`, as Kubernetes has
    them); `None` where nothing is said. What is not said is taken as most machines with such a GPU have it."""
    if not system and not machine:
        return None
    kind = "windows" if (system or "").lower().startswith("win") else "linux"
    written = (machine or "amd64").lower()
    return f"{kind}-{_MACHINES.get(written, written[:20])}"


def is_windows(platform: str | None) -> bool:
    """Return True for a platform of Windows."""
    return platform is not None and platform.startswith("windows")


def platform_of_system(description: str) -> str:
    """Return the platform whose wheels a system takes that describes itself so (`Linux 6.8.0 x86_64`); WSL is Linux."""
    machine = "aarch64" if re.search(r"aarch64|arm64", description) else "x86_64"
    return f"windows-{machine}" if "Windows" in description and "WSL" not in description else f"linux-{machine}"
