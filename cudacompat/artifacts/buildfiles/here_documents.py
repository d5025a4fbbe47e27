"""Dockerfiles that a script of the shell writes: `cat > Dockerfile <<EOF`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from cudacompat.artifacts.buildfiles.shell_tree import ShellTree
from cudacompat.domain.project.model import SourceFile

_NAME = re.compile(r"[\"']?[\w./${}-]{0,200}ockerfile[\w.-]{0,100}[\"']?")
_INSTRUCTIONS = re.compile(r"(?i)\s*(?:#[^\n]*\n\s*)*(?:FROM|ARG)\s")
_MOST = 20  # of one script


def dockerfiles_in(file: SourceFile) -> Iterator[SourceFile]:
    """Yield each, as a file of the same name and length in which all else is blank; `ValueError` as of `ShellTree`."""
    if "<<" not in file.text or "ockerfile" not in file.text:
        return
    documents = ShellTree(file.text).here_documents()
    named = (each for each in documents if each.command == "cat" and _NAME.fullmatch(each.target))
    for document in islice(named, _MOST):
        body = file.text[document.start : document.end]
        if _INSTRUCTIONS.match(body):
            before, after = file.text[: document.start], file.text[document.end :]
            yield SourceFile(file.name, _blank(before) + body + _blank(after))


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
