"""An image whose device code has nothing for the GPU.

What it finds: an image that the last stage of a Dockerfile, a compose file, Helm values, a manifest of Kubernetes or a
dev container runs, or a job of a CI system (its container and its services), and whose documented content holds no
machine code and no PTX for a GPU that was named with --gpu, or whose CUDA runtime refuses the driver. The contents of
an image are those of the wheel that its tag installs, or of the lists in its build scripts; the finding names the
source and its date. A stage that installs the package again is checked by what it installs. A note for a job of which
nothing says that its runner has a GPU.

Why it matters: the image is pulled, the container starts, and the first kernel ends in "no kernel image is available
for execution on the device" (CUDA error 209).

Example: `FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime` for an RTX 5070 Ti: its torch ends at 9.0.

What to do: use a tag of a release that serves the GPU; the finding names the first that is known.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.project.used_images import UsedImage
from cudacompat.domain.rules.lint.image_facts import finding, help_for_image, verdicts_of
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome


def check(project: Project) -> Iterable[Finding]:
    """One error for each image and GPU; a note where a job of a CI system runs it, and no GPU may be."""
    told: set[tuple[UsedImage, str]] = set()
    for trials in (False, True):
        for used, verdict in verdicts_of(project, trials=trials):
            if verdict.outcome is not Outcome.FAILS or (used, verdict.target.id) in told:
                continue
            told.add((used, verdict.target.id))
            severity = Severity.NOTE if trials else Severity.ERROR
            message = f"{used.image} does not run on {verdict.target.label}"
            yield finding(RULE.id, severity, message, used=used, verdict=verdict, help_=help_for_image(verdict))


RULE = Rule("image-cannot-run", "An image that does not run on the GPU", __doc__, check)
