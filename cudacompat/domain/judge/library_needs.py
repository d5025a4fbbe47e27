"""Which of CUDA's libraries the installed ones ask the loader for, and do not find."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cudacompat.domain.tables.cuda_libraries import library_named


def lacking(
    needed: Mapping[str, tuple[str, ...]], near: Mapping[str, str], finds: Callable[[str, str], bool]
) -> dict[str, tuple[str, ...]]:
    """Return by path the names of CUDA's libraries that the loader does not find for a library, or for one that comes
    with it. `needed` are the names that each asks for, `near` the paths of those that lie beside it by name, and
    `finds(path, name)` is whether the loader finds the name for that library."""
    own = {
        path: tuple(name for name in names if library_named(name) is not None and not finds(path, name))
        for path, names in needed.items()
    }
    if not any(own.values()):
        return {}
    return {path: found for path in needed if (found := _with_loaded(path, needed, near, own=own))}


def _with_loaded(
    path: str, needed: Mapping[str, tuple[str, ...]], near: Mapping[str, str], own: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    waiting, seen = [path], {path}
    while waiting:
        at = waiting.pop(0)
        found |= dict.fromkeys(own.get(at, ()))
        for name in needed.get(at, ()):
            beside = near.get(name)
            if beside is not None and beside not in seen:
                seen.add(beside)
                waiting.append(beside)
    return tuple(found)
