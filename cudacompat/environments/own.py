"""The packages that this very program needs: what they hold runs on no GPU, whatever else they are used for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_METADATA_BYTES = 1 << 20
_REQUIRES = re.compile(r"^Requires-Dist:\s*([A-Za-z0-9][\w.-]*)(.*)$", re.MULTILINE)


def own_packages(folder: str, own: str = "cudacompat") -> frozenset[str]:
    """Return the normalised names of this program and of all that it requires without extras in a folder of Python
    packages, as their metadata say; none where it is not installed there."""
    by_name = _by_name(Path(folder))
    found: set[str] = set()
    waiting = [own]
    while waiting:
        name = waiting.pop()
        if name not in found and name in by_name:
            found.add(name)
            waiting += _required(by_name, name)
    return frozenset(found)


LEFT_BEHIND = "~"  # what the name of a package begins with that pip was about to remove; Python imports none of it


def normalised(name: str) -> str:
    """Return the name of a package as all its spellings are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _by_name(folder: Path) -> dict[str, Path]:
    try:
        infos = [each for each in folder.iterdir() if each.suffix == ".dist-info"]
    except OSError:
        return {}
    return {normalised(info.name.split("-")[0]): info for info in infos}


def _required(by_name: Mapping[str, Path], name: str) -> list[str]:
    try:
        with (by_name[name] / "METADATA").open("rb") as file:
            text = file.read(_METADATA_BYTES).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return []
    head = text.split("\n\n", 1)[0]
    return [normalised(needed) for needed, more in _REQUIRES.findall(head) if not re.search(r"\bextra\s*==", more)]
