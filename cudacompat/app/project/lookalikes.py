"""Files that look like part of a CUDA build and are of a kind that `lint` does not read: told by their content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from cudacompat.app.inputs.text_files import small_content

MOST_LOOKED_AT = 4000  # files
_MOST_BYTES = 256 << 10  # of one file
_MOST_TOTAL = 32 << 20
_MOST_NAMED = 50
# What gives nvcc or CMake a target, in any language.
_LOOKS = re.compile(
    rb"CMAKE_CUDA_ARCHITECTURES|CUDAARCHS|NVCC_APPEND_FLAGS|-gencode|arch=compute_|-arch=(?:sm|compute)_"
    rb"|CUDA_(?:ARCH_LIST|COMPUTE_CAP)|\badd_cugencodes\b"  # the last one: xmake
)
# Sources, documents, data and results: what they say of targets builds nothing.
_PASSED_OVER = frozenset(
    {".c", ".cc", ".cpp", ".cu", ".cuh", ".cxx", ".h", ".hpp", ".hh", ".inl", ".inc", ".rs", ".go", ".java", ".js"}
    | {".ts", ".tsx", ".jsx", ".css", ".html", ".htm", ".md", ".mdx", ".rst", ".adoc", ".tex", ".txt", ".ipynb"}
    | {".csv", ".tsv", ".log", ".lock", ".sum", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".pdf", ".zip"}
    | {".gz", ".xz", ".bz2", ".zst", ".tar", ".whl", ".so", ".a", ".o", ".bin", ".pt", ".pth", ".onnx", ".npy"}
    | {".safetensors", ".ptx", ".cubin", ".fatbin", ".sass", ".patch", ".diff", ".po", ".mo", ".xml", ".json"}
    | {".jsonl", ".swift", ".kt", ".m", ".mm", ".f90", ".cs", ".pyi", ".proto", ".wav", ".mp3", ".mp4", ".ttf"}
    | {".woff", ".woff2", ".rb", ".jl", ".bkp", ".bak", ".orig", ".rej", ".save"}
)
_TESTS = frozenset({"test", "tests", "testing", "doc", "docs", "example", "examples", "benchmark", "benchmarks"})


def unread_lookalikes(root: Path, names: Iterable[str]) -> Iterator[str]:
    """Yield those of these files (`MOST_LOOKED_AT` at most, each one that `may_be_looked_at`) that give a target to
    somebody; bounded in number and bytes."""
    total = told = 0
    for name in names:
        if total > _MOST_TOTAL or told == _MOST_NAMED:
            return
        data = small_content(root / name, _MOST_BYTES)
        total += len(data)
        if b"\0" not in data and _LOOKS.search(data):
            told += 1
            yield name


def may_be_looked_at(name: str) -> bool:
    """Whether a file of this path may build something, by its name."""
    folder, _, base = name.lower().rpartition("/")
    return PurePosixPath(base).suffix not in _PASSED_OVER and _TESTS.isdisjoint(folder.split("/"))
