"""Programs that call nvcc with targets, though their names do not say that they build something: found by content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from cudacompat.app.inputs.text_files import small_content
from cudacompat.domain.project.command_facts import is_aside
from cudacompat.domain.project.model import SourceFile

MOST_LOOKED_AT = 4000  # files
_MOST_BYTES = 256 << 10  # of one file
_MOST_TOTAL = 24 << 20
_MOST_FOUND = 50
_KINDS = frozenset({".rs", ".py"})
_CALLS = re.compile(rb"\bnvcc\b|extra_cuda_cflags|nvcc_flags", re.IGNORECASE)
_TARGETS = re.compile(rb"-gencode\b|--generate-code|--gpu-architecture|-arch=(?:sm|compute)_")
_TRIED = re.compile(r"(?:^|[/_])(?:tests?|conftest|benchmarks?|bench|tutorials?|demos?|third_?party|vendor)(?=[/_.])")


def may_call_nvcc(name: str) -> bool:
    """Whether a file of this path may be such a program."""
    return PurePosixPath(name).suffix in _KINDS and not is_aside(name) and _TRIED.search(name.lower()) is None


def programs_with_flags(root: Path, names: Iterable[str]) -> Iterator[SourceFile]:
    """Yield those of these files that give targets to nvcc; bounded in number and bytes."""
    total = found = 0
    for name in names:
        if total > _MOST_TOTAL or found == _MOST_FOUND:
            return
        data = small_content(root / name, _MOST_BYTES)
        total += len(data)
        if _TARGETS.search(data) is None or _CALLS.search(data) is None:
            continue
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            continue
        found += 1
        yield SourceFile(name, text)
