"""Workflows of GitHub that others of the project call with the CUDA release that they are to build with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.project.model import SourceFile
from cudacompat.domain.tables.nvcc_releases import nvcc_release
from cudacompat.domain.words.versions import ToolkitVersion

_GIVEN = re.compile(r"(?im)^[^#\n]*\bcuda[\w-]{0,40}\s{0,4}:\s*[\"']?\$\{\{\s*inputs\.")
_OF_CUDA = re.compile(r"(?im)^[^#\n]*\bcuda[\w-]{0,40}\s{0,4}:[^\n]*")
_RELEASE = re.compile(r"(?<![\w.])(\d{1,2}\.\d{1,2})(?:\.\d{1,2})?(?![\w.])")


def called_without(file: SourceFile, files: Iterable[SourceFile], archs: Iterable[str]) -> str | None:
    """Return which workflow calls this one with a release of CUDA that does not build all of these architectures;
    `None` where none is seen to, or this one takes no release from those that call it."""
    if "workflow_call" not in file.text or _GIVEN.search(file.text) is None:
        return None
    called = re.compile(rf"(?m)^[^#\n]*\buses\s*:\s*[\"']?\./{re.escape(file.name)}[\"']?\s*(?:#|$)")
    for caller in files:
        if file.name in caller.text and called.search(caller.text):
            for version in _releases(caller.text):
                row = nvcc_release(version)
                lacks = [arch for arch in archs if row is not None and arch not in row.targets]
                if lacks:
                    return f"{caller.name} calls this file with CUDA {version}, which has no {', '.join(lacks)}"
    return None


def _releases(text: str) -> Iterator[ToolkitVersion]:
    for line in _OF_CUDA.findall(text):
        yield from map(ToolkitVersion.parse, _RELEASE.findall(line))
