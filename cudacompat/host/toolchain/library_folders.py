"""Where programs on this machine load libraries from: the folders that its environment names, and those of the
system."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cudacompat.places.roots import Roots, library_path
from cudacompat.places.there import is_file

_CACHE_BYTES = 16 << 20
_CONF_BYTES = 64 << 10
_CONF_FILES = 200
_IN_CACHE = re.compile(rb"(/[^\0]{1,4096}/([^\0/]+))\0")


@dataclass(frozen=True, slots=True)
class SystemLoader:
    """Where the loader looks for a library that no file names a folder for: `folders` in order, and the paths by name
    that its own cache has."""

    folders: tuple[str, ...]
    cached: Mapping[str, str]

    def place(self, name: str) -> str | None:
        """The path of the library of that name, `None` where there is none."""
        there = (str(path) for folder in self.folders if is_file(path := Path(folder, name)))
        return self.cached.get(name) or next(there, None)

    def finds(self, name: str) -> bool:
        """Whether there is a library of that name."""
        return self.place(name) is not None


def system_loader(roots: Roots) -> SystemLoader:
    """Return the loader of this system: LD_LIBRARY_PATH, then what `ldconfig` wrote down (where it wrote nothing, the
    folders of its configuration), then the system's own folders."""
    root = roots.root
    cached = dict(_cached(roots.etc / "ld.so.cache", root))
    configured = () if cached else tuple(_configured(roots.etc / "ld.so.conf", root))
    own = [root / "lib", root / "lib64", roots.usr / "lib", roots.usr / "lib64", roots.usr / "local/lib"]
    own += [each for folder in (root / "lib", roots.usr / "lib") for each in _below(folder, "*-linux-gnu*")]
    folders = (*library_path(roots.environ), *configured, *own)
    return SystemLoader(tuple(dict.fromkeys(map(str, folders))), cached)


def _cached(cache: Path, root: Path) -> Iterator[tuple[str, str]]:
    """The libraries of ld.so.cache that are there. Its format is a table of offsets into its strings, of which the
    paths alone are read."""
    try:
        with cache.open("rb") as file:
            data = file.read(_CACHE_BYTES)
    except OSError:
        return
    for path, name in _IN_CACHE.findall(data):
        if name.startswith((b"libcu", b"libnv", b"libnccl", b"libnpp")):
            place = root / path.decode("utf-8", "surrogateescape").lstrip("/")
            if is_file(place):
                yield name.decode("utf-8", "surrogateescape"), str(place)


def _configured(conf: Path, root: Path) -> Iterator[Path]:
    """The folders of ld.so.conf and of what it includes."""
    waiting = [conf]
    for _ in range(_CONF_FILES):
        if not waiting:
            return
        try:
            with waiting.pop(0).open("rb") as file:
                text = file.read(_CONF_BYTES).decode("utf-8", "replace")
        except OSError:
            continue
        for line in (each.partition("#")[0].strip() for each in text.splitlines()):
            if line.startswith("include"):
                pattern = line.removeprefix("include").strip()
                top = root if pattern.startswith("/") else conf.parent
                waiting += _below(top, pattern.lstrip("/"))
            elif line.startswith("/"):
                yield root / line.lstrip("/")


def _below(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))[:_CONF_FILES] if pattern else []
    except (OSError, ValueError, NotImplementedError):
        return []


def library_folders(roots: Roots) -> tuple[str, ...]:
    """Return the folders of LD_LIBRARY_PATH in order, without those of the system, of the driver and of CUDA toolkits,
    whose libraries are not a program's own."""
    system = tuple(path.resolve() for path in (roots.root / "lib", roots.root / "lib64", roots.usr / "lib"))
    found: dict[Path, str] = {}
    for entry in library_path(roots.environ):
        try:
            folder = entry.resolve()
            if folder.is_dir() and not any(folder.is_relative_to(each) for each in system) and not _is_nvidias(folder):
                found.setdefault(folder, str(entry))
        except (OSError, RuntimeError, ValueError):
            continue
    return tuple(found.values())


def _is_nvidias(folder: Path) -> bool:
    """Whether it holds the driver, or lies in a toolkit (`targets/x86_64-linux/lib` is the deepest)."""
    above = (folder, *folder.parents[:3])
    return (folder / "libcuda.so.1").exists() or any((each / "bin/nvcc").exists() for each in above)
