"""The command that installs an older host compiler, by distribution."""

from __future__ import annotations

import re

_APT = re.compile(r"^(?:Ubuntu|Debian|Linux Mint|Pop!_OS|Zorin)")
_FEDORA = re.compile(r"^Fedora")
_RHEL = re.compile(r"^(?:Red Hat Enterprise Linux|AlmaLinux|Rocky Linux|Oracle Linux)")


def install_compiler(platform: str, name: str, major: int) -> str | None:
    """Return the command; `None` where the distribution's packages are not known here. Debian and Ubuntu name them
    `g++-14` and `clang-19`, Fedora `gcc14-c++`, Red Hat `gcc-toolset-14`."""
    if _APT.match(platform):
        return f"sudo apt install {'g++' if name == 'gcc' else 'clang'}-{major}"
    if name == "gcc" and _FEDORA.match(platform):
        return f"sudo dnf install gcc{major}-c++"
    if name == "gcc" and _RHEL.match(platform):
        return f"sudo dnf install gcc-toolset-{major}"
    return None
