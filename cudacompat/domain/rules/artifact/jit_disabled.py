"""Only PTX fits, and the environment forbids compiling it.

What it finds: CUDA_DISABLE_PTX_JIT=1 (or --jit disabled) together with an artifact that has no machine code for the
GPU.

Why it matters: the driver then refuses PTX (CUDA_ERROR_JIT_COMPILATION_DISABLED). With a warm JIT cache it may seem
to work: the cache is asked first (measured).

Example: a container image that sets CUDA_DISABLE_PTX_JIT=1 around a wheel that serves new GPUs by PTX only.

What to do: build machine code for the GPU, or unset the variable.
"""

from __future__ import annotations

from cudacompat.domain.rules.artifact.one_cause import failing_rule
from cudacompat.domain.words.phrases import generate_command, what_is_there
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import ArtifactVerdict, ModuleVerdict, Reason


def _words(verdict: ArtifactVerdict, modules: list[ModuleVerdict]) -> tuple[str, str | None, str]:
    message = f"only PTX fits {verdict.target.label}, but JIT compilation is disabled"
    help_ = f"build machine code: {generate_command(verdict.target)}; or unset CUDA_DISABLE_PTX_JIT"
    return message, what_is_there([v.module for v in modules]), help_


RULE = Rule(
    "jit-disabled",
    "PTX only, with JIT compilation disabled",
    __doc__,
    failing_rule("jit-disabled", Reason.JIT_DISABLED, _words),
)
