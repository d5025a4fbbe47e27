"""Files that look like part of a CUDA build and are of a kind that `lint` does not read: told by their content."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

_MOST_FILES = 4000
_MOST_BYTES = 256 << 10  # of one file
_MOST_TOTAL = 32 << 20
_MOST_NAMED = 50
# What gives nvcc or CMake a target, in any language.
_LOOKS = re.compile(
    rb"CMAKE_CUDA_ARCHITECTURES|CUDAARCHS|NVCC_APPEND_FLAGS|-gencode|arch=compute_|-arch=(?:sm|compute)_"
    rb"|CUDA_(?:ARCH_LIST|COMPUTE_CAP)"
)
# Sources, documents, data and results: what they say of targets builds nothing.
_PASSED_OVER = frozenset(
    {".c", ".cc", ".cpp", ".cu", ".cuh", ".cxx", ".h", ".hpp", ".hh", ".inl", ".inc", ".rs", ".go", ".java", ".js"}
    | {".ts", ".tsx", ".jsx", ".css", ".html", ".htm", ".md", ".mdx", ".rst", ".adoc", ".tex", ".txt", ".ipynb"}
    | {".csv", ".tsv", ".log", ".lock", ".sum", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".pdf", ".zip"}
    | {".gz", ".xz", ".bz2", ".zst", ".tar", ".whl", ".so", ".a", ".o", ".bin", ".pt", ".pth", ".onnx", ".npy"}
    | {".safetensors", ".ptx", ".cubin", ".fatbin", ".sass", ".patch", ".diff", ".po", ".mo", ".xml", ".json"}
    | {".jsonl", ".swift", ".kt", ".m", ".mm", ".f90", ".cs", ".pyi", ".proto", ".wav", ".mp3", ".mp4", ".ttf"}
    | {".woff", ".woff2", ".rb", ".jl"}
)
_TESTS = frozenset({"test", "tests", "testing", "doc", "docs", "example", "examples", "benchmark", "benchmarks"})


def unread_lookalikes(root: Path, names: Iterable[str]) -> Iterator[str]:
    """Yield those of these files that give a target to somebody; bounded in number and bytes."""
    read = total = told = 0
    for name in names:
        if not may_be_looked_at(name):
            continue
        if read == _MOST_FILES or total > _MOST_TOTAL or told == _MOST_NAMED:
            return
        data = _data(root / name)
        read, total = read + 1, total + len(data)
        if b"\0" not in data and _LOOKS.search(data):
            told += 1
            yield name


def may_be_looked_at(name: str) -> bool:
    """Whether a file of this path may build something, by its name."""
    folder, _, base = name.lower().rpartition("/")
    return PurePosixPath(base).suffix not in _PASSED_OVER and _TESTS.isdisjoint(folder.split("/"))


def _data(path: Path) -> bytes:
    """The content of a regular file that is not large; nothing of any other."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
                return b""
            return file.read(_MOST_BYTES)
    except OSError:
        return b""
