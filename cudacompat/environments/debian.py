"""What dpkg installed and may ship device code: its lists of files in var/lib/dpkg of a system.

A Debian system has thousands of libraries, and nearly none of them knows of CUDA. Looked at are the packages whose own
entry says that they come from NVIDIA or need something of CUDA's. The driver is left out, and so is what lies in a CUDA
toolkit or in NVIDIA's profilers, which bring a library for each CUDA release: no program here runs on those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cudacompat.domain.machine.components import Component, Components
from cudacompat.places.there import is_own_file

_LOADED = re.compile(r"\.(so(\.\d+)*|cubin|fatbin|ptx)$", re.IGNORECASE)
_ABOUT_CUDA = re.compile(
    r"^(?:Maintainer|Depends|Pre-Depends|Recommends|Source|Package):.*(?:cuda|nvidia|cudnn|cublas|nccl)",
    re.IGNORECASE | re.MULTILINE,
)
_DRIVER = re.compile(r"/(?:libcuda|libnvidia-[\w-]+|libnvcuvid|libcudadebugger)\.so")
_TOOLKIT = re.compile(r"^/usr/(?:local/cuda(?:-[\d.]+)?|lib/cuda|lib/nvidia-cuda-toolkit)/|^/opt/nvidia/nsight-")
_STATUS_BYTES = 64 << 20
_LIST_BYTES = 16 << 20


def components(root: str, taken: Iterable[str] = ()) -> Components:
    """Return those packages of the system under `root` that list libraries which are there, by name; without links,
    whose file is listed itself, and without the libraries in `taken`. None where dpkg keeps no list."""
    known = frozenset(taken)
    folder = Path(root, "var/lib/dpkg")
    found = []
    for entry in _entries(folder / "status"):
        package, version, architecture = (_field(entry, name) for name in ("Package", "Version", "Architecture"))
        if not package or "ok installed" not in _field(entry, "Status") or not _ABOUT_CUDA.search(entry):
            continue
        listed = _listed(folder / "info", package, architecture)
        if any(_DRIVER.search(path) for path in listed):
            continue
        inside = [Path(root, path.lstrip("/")) for path in listed if _LOADED.search(path) and not _TOOLKIT.match(path)]
        libraries = tuple(sorted(str(path) for path in inside if is_own_file(path) and str(path) not in known))
        if libraries:
            found.append(Component(package, version, root, libraries=libraries, manager="dpkg"))
    return Components(tuple(sorted(found, key=lambda each: (each.package, each.version))))


def _entries(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as file:
            yield from re.split(r"\n{2,}", file.read(_STATUS_BYTES).decode("utf-8", "replace"))
    except OSError:
        return


def _field(entry: str, name: str) -> str:
    found = re.search(rf"^{name}:[ \t]*(.*)$", entry, re.MULTILINE)
    return found[1].strip() if found else ""


def _listed(folder: Path, package: str, architecture: str) -> list[str]:
    """The files of a package; the list of one that several architectures may have is named with its own."""
    if "/" in package or "/" in architecture:
        return []
    for name in (f"{package}.list", f"{package}:{architecture}.list"):
        try:
            with (folder / name).open("rb") as file:
                return file.read(_LIST_BYTES).decode("utf-8", "surrogateescape").splitlines()
        except (OSError, ValueError):
            continue
    return []
