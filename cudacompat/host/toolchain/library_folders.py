"""The folders of libraries that this environment tells programs to load from."""

from __future__ import annotations

from pathlib import Path

from cudacompat.host.places.roots import Roots, library_path


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
