"""Rules over a run, in the order in which findings are listed."""

from __future__ import annotations

from cudacompat.domain.rules.run import (
    cpu_fallback,
    gpu_memory_low,
    jit_at_start,
    judge_disagrees,
    not_own_code,
    other_gpu,
    run_failed,
    run_undecided,
)
from cudacompat.domain.runs.load import ArtifactLoad
from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.words.rule import Rule

RUN_RULES: tuple[Rule[Verified], ...] = (
    run_failed.RULE,
    cpu_fallback.RULE,
    jit_at_start.RULE,
    not_own_code.RULE,
    gpu_memory_low.RULE,
    other_gpu.RULE,
    run_undecided.RULE,
)
LOAD_RULES: tuple[Rule[ArtifactLoad], ...] = (judge_disagrees.RULE,)
