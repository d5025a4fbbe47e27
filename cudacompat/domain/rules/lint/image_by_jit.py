"""An image whose device code runs on the GPU by JIT.

What it finds: an image that the project runs (see `image-cannot-run`) and whose documented content has only PTX for a
GPU that was named with --gpu.

Why it matters: the driver compiles all kernels at the first start of each container that keeps no cache, which takes
from seconds to minutes.

Example: `ghcr.io/ggml-org/whisper.cpp:main-cuda` on an RTX 5070 Ti: its newest machine code is for 9.0.

What to do: keep the JIT cache in a volume (CUDA_CACHE_PATH), or build the image for the GPU.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.image_facts import finding, verdicts_of
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome


def check(project: Project) -> Iterable[Finding]:
    """One warning for each image and GPU."""
    for used, verdict in verdicts_of(project):
        if verdict.outcome is not Outcome.JIT:
            continue
        found = verdict.verdict.verdict
        driver = f", with driver {found.min_driver} or newer" if found is not None and found.min_driver else ""
        message = f"{used.image} runs on {verdict.target.label} by JIT{driver}"
        help_ = "keep the JIT cache in a volume (CUDA_CACHE_PATH), or build the image for the GPU"
        yield finding(RULE.id, Severity.WARNING, message, used=used, verdict=verdict, help_=help_)


RULE = Rule("image-by-jit", "An image that runs by JIT", __doc__, check)
