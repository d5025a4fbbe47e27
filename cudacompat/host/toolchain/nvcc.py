"""One nvcc: which program it is in the end, and of which CUDA release. It is read, never run."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from cudacompat.domain.words.compiler_files import LONGEST_MARK, release_in
from cudacompat.domain.words.errors import ParseError
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.host.programs.process import is_program

_SCRIPT_BYTES = 64 << 10
_FILE_BYTES = 1 << 20  # of a version file or header
_PROGRAM_BYTES = 512 << 20  # nvcc 13.5 has 36 MB
_CHUNK = 1 << 20
_MOST_HOPS = 8

# Compiler caches and what spreads a build are put before the compiler on PATH, as a link of its name.
_LAUNCHERS = frozenset({"ccache", "sccache", "distcc", "icecc"})

# A path to an nvcc in a script: `exec /usr/lib/nvidia-cuda-toolkit/bin/nvcc "$@"` (Debian), `.nvcc-wrapped` (Nix).
_WORD = re.compile(r"""[^\s"'`;|&()<>=]+""")
_NVCC_NAME = re.compile(r"\.?nvcc(?:[-.]\w+)*")
_OWN_FOLDER = re.compile(r"""\$\(dirname (?:--\s)?["']?\$(?:0|\{0\}|\{?BASH_SOURCE(?:\[0\])?\}?)["']?\)|\$\{0%/\*\}""")

_VERSION_TXT = re.compile(r"CUDA Version (\d+\.\d+)")
_CUDA_H = re.compile(r"^\s*#\s*define\s+CUDA_VERSION\s+(\d{4,6})\b", re.MULTILINE)


def is_launcher(program: Path) -> bool:
    """Return True for the link of a compiler cache, or of what spreads a build over machines."""
    return resolved(program).name.removesuffix(".exe") in _LAUNCHERS


def program_behind(program: Path) -> Path:
    """Return the nvcc that runs in the end, behind links and wrapper scripts.

    A script that names no nvcc which is here is returned itself.
    """
    seen: set[Path] = set()
    real = resolved(program)
    while real not in seen and len(seen) < _MOST_HOPS:
        seen.add(real)
        real = next((resolved(path) for path in _named_in(real)), real)
    return real


def release_of(nvcc: Path) -> ToolkitVersion | None:
    """Return the CUDA release of a program that `program_behind` returned, `None` where no file says it.

    The program's own text counts first: beside it can lie the files of another release, above all in Python's
    site-packages. Then version.json, version.txt and cuda.h.
    """
    if _is_script(nvcc):
        return None  # what lies around a script need not belong to what it runs
    root = nvcc.parent.parent
    return _of_program(nvcc) or _of_json(root) or _of_text(root) or _of_header(root)


def resolved(program: Path) -> Path:
    """Return the program behind links, the path itself where that cannot be told."""
    try:
        return program.resolve()
    except (OSError, RuntimeError):
        return program


def _named_in(script: Path) -> Iterator[Path]:
    """The nvccs that a script names and that are here: those on lines with `exec` first."""
    if not _is_script(script):
        return
    text = _OWN_FOLDER.sub(lambda _: str(script.parent), _text(script, _SCRIPT_BYTES))
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in sorted(lines, key=lambda line: "exec" not in line):
        for word in _WORD.findall(line):
            if not _NVCC_NAME.fullmatch(word.rpartition("/")[2]):
                continue
            path = Path(os.path.expandvars(word))
            if path.is_absolute() and is_program(path) and resolved(path) != script:
                yield path


def _is_script(path: Path) -> bool:
    return _text(path, 2) == "#!"


def _of_program(nvcc: Path) -> ToolkitVersion | None:
    tail = b""
    try:
        with nvcc.open("rb") as file:
            for _ in range(_PROGRAM_BYTES // _CHUNK):
                chunk = file.read(_CHUNK)
                found = release_in(tail + chunk)
                if found:
                    return ToolkitVersion.parse(found)
                if not chunk:
                    return None
                tail = chunk[-LONGEST_MARK:]
    except OSError:
        pass
    return None


def _of_json(root: Path) -> ToolkitVersion | None:
    """`{"cuda": {"version": "12.4.1"}, "cuda_nvcc": {"version": "12.4.131"}, …}`, from CUDA 11.1 on."""
    try:
        document = json.loads(_text(root / "version.json", _FILE_BYTES))
        return _parsed(str((document.get("cuda_nvcc") or document["cuda"])["version"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _of_text(root: Path) -> ToolkitVersion | None:
    """`CUDA Version 10.1.243`, up to CUDA 11.0."""
    found = _VERSION_TXT.search(_text(root / "version.txt", _FILE_BYTES))
    return _parsed(found[1]) if found else None


def _of_header(root: Path) -> ToolkitVersion | None:
    """CUDA_VERSION of cuda.h: 12040 is 12.4."""
    try:
        headers = [root / "include/cuda.h", *sorted(root.glob("targets/*/include/cuda.h"))]
    except OSError:
        return None
    for header in headers:
        found = _CUDA_H.search(_text(header, _FILE_BYTES))
        if found:
            return ToolkitVersion(int(found[1]) // 1000, int(found[1]) % 1000 // 10)
    return None


def _parsed(text: str) -> ToolkitVersion | None:
    try:
        return ToolkitVersion.parse(".".join(text.split(".")[:2]))
    except ParseError:
        return None


def _text(path: Path, limit: int) -> str:
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(limit).decode("utf-8", "replace")
    except OSError:
        return ""
