"""What the driver compiles from PTX is thrown away.

What it finds: something that runs by JIT on a GPU here, and a cache that does not keep what was compiled: it is
switched off (CUDA_CACHE_DISABLE=1), its directory cannot be written, there is no home directory, or it goes with the
container.

Why it matters: each start compiles all kernels again, which takes from seconds to minutes.

Example: a service in a container without a volume, whose library has PTX only for this GPU.

What to do: unset CUDA_CACHE_DISABLE, let CUDA_CACHE_PATH name a directory that can be written and is kept, or install a
build with machine code for the GPU.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cudacompat.domain.machine.facts import Found, HostFacts, JitCacheFacts
from cudacompat.domain.machine.jit_variables import is_switched_off
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import some
from cudacompat.domain.words.rule import Rule


@dataclass(frozen=True, slots=True)
class JitUse:
    """A machine, and what runs by JIT on it: packages, or files."""

    facts: HostFacts
    by_jit: tuple[str, ...]


def check(use: JitUse) -> Iterable[Finding]:
    """One warning where something runs by JIT, and nothing of it is kept."""
    cache = use.facts.jit_cache
    if cache is None or not use.by_jit or not isinstance(use.facts.gpus, Found):
        return
    why, help_, command = _fault(cache, use.facts)
    if why:
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=None,
            message=f"each start compiles {some(use.by_jit)} again: {why}",
            why="the driver compiles PTX at the first start, and keeps the result in its cache only",
            help=help_,
            command=command,
        )


def _fault(cache: JitCacheFacts, facts: HostFacts) -> tuple[str, str, str | None]:
    """Why the cache keeps nothing, what to do, and the command; empty where it keeps all."""
    variables = dict(facts.environment)
    if is_switched_off(variables):
        return "CUDA_CACHE_DISABLE=1 is set", "unset it", "unset CUDA_CACHE_DISABLE"
    if cache.path is None:
        return "there is no home directory for its cache", "let CUDA_CACHE_PATH name a directory that is kept", None
    if not cache.writable:
        return f"{cache.path} cannot be written", "let CUDA_CACHE_PATH name a directory that can be written", None
    if variables.get("CUDA_CACHE_MAXSIZE", "").strip() == "0":
        return "CUDA_CACHE_MAXSIZE=0 leaves its cache no room", "unset it", "unset CUDA_CACHE_MAXSIZE"
    if facts.container.inside and cache.mounted is False:
        return f"{cache.path} goes with the container", f"mount a volume at {cache.path}", None
    return "", "", None


RULE = Rule("jit-cache-unusable", "What the JIT compiles is not kept", __doc__, check)
