"""Lists in a branch for some versions of a package, or for releases of CUDA of which some cannot build a target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cudacompat.domain.tables.nvcc_releases import first_nvcc_with
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.words.versions import ToolkitVersion

_BRANCH = re.compile(
    r"(?:if|elif|elseif|else\s+if|when|case)\b.*?\b(?P<name>[a-z][\w.]*?[._]*version(?:__|[._]cuda)?)\b"
    r"(?P<between>.*?)(?P<number>\d+\.\d+|\b\d{5}\b)(?P<rest>.*)",
    re.IGNORECASE,
)
_OF_CUDA = re.compile(r"cuda|nvcc|bare_metal", re.IGNORECASE)
_OF_TOOLS = re.compile(r"^(?:cmake|python|cmake_c\w*_compiler|gcc|os|ubuntu)_?version$", re.IGNORECASE)
_BESIDES = re.compile(r"\band\b|&&", re.IGNORECASE)  # what else decides, so that its `else` has any version
_AT_LEAST = re.compile(r">=|>|VERSION_GREATER|-g[et]\b", re.IGNORECASE)
_AND_MORE = re.compile(r"\d+\.\d+|\|\||\bor\b", re.IGNORECASE)
_NOT = re.compile(r"\bnot\b|!", re.IGNORECASE)
_ELSE = re.compile(r"else\b(?!\s*if)", re.IGNORECASE)
_CHAIN = re.compile(r"(?:elif|elseif|else\s+if)\b", re.IGNORECASE)
_MOST_ABOVE = 12  # lines in which a branch that holds a list begins
_MOST_BYTES = 4096


def version_branch(text: str, at: int, archs: Iterable[str]) -> str | None:
    """Return the line of the branch that holds this place, where it is for some version of a package, or for releases
    of CUDA of which not all build these architectures; `None` where none is."""
    above = text[max(0, at - _MOST_BYTES) : at].split("\n")[-_MOST_ABOVE:]
    own = len(above[-1]) - len(above[-1].lstrip())
    beside: int | None = None  # where it is an `else`: how deep the branches before it stand
    for line in reversed(above[:-1]):
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        said = line.strip().lstrip("$@{}# ")
        branch = _BRANCH.match(said) if depth < own or depth == beside else None
        if branch is not None and _OF_TOOLS.search(branch["name"]):
            branch = None
        if branch is not None and depth == beside and not _BESIDES.search(said):
            return f"{' '.join(line.split())[:90]} … else"
        if branch is not None and depth != beside:
            before = above[: above.index(line)]
            return None if _builds(branch, archs, _below(before, depth, said)) else " ".join(line.split())[:100]
        if depth < own and _ELSE.match(said):
            beside = depth
        elif beside is not None and (depth < beside or (depth == beside and not _CHAIN.match(said))):
            beside = None
        own = min(own, depth)
    return None


def _below(above: Sequence[str], depth: int, said: str) -> ToolkitVersion | None:
    """The release from which on a branch before this one is taken, where both are of one chain; `None` without one."""
    if _CHAIN.match(said):
        for line in reversed(above):
            stripped = line.strip().lstrip("$@{}# ")
            if not stripped or len(line) - len(line.lstrip()) != depth:
                continue
            branch = _BRANCH.match(stripped)
            if branch is not None and _OF_CUDA.search(branch["name"]) and _AT_LEAST.search(branch["between"]):
                return _release(branch["number"])
            if not _CHAIN.match(stripped):
                break
    return None


def _builds(branch: re.Match[str], archs: Iterable[str], below: ToolkitVersion | None) -> bool:
    """Whether the branch is for releases of CUDA alone, from one on and before `below`, that all build these
    architectures."""
    if not _OF_CUDA.search(branch["name"]) or not _AT_LEAST.search(branch["between"]):
        return False
    before = branch.string[: branch.start("name")]
    if _AND_MORE.search(branch["rest"]) or _NOT.search(before) or _NOT.search(branch["between"]):
        return False
    least = _release(branch["number"])
    firsts = [first_nvcc_with(arch) for arch in archs]
    if not all(first is None or first <= least for first in firsts):
        return False
    later = [row for row in RELEASES if row.version >= least and (below is None or row.version < below)]
    return all(arch in row.targets for row in later for arch in archs)


def _release(number: str) -> ToolkitVersion:
    """The release of `12.8`, and of `12080`."""
    text = number if "." in number else f"{int(number) // 1000}.{int(number) % 1000 // 10}"
    return ToolkitVersion.parse(text)
