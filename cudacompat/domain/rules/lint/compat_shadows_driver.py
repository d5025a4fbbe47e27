"""The compat libcuda comes before the driver's own in an image that ships.

What it finds: /usr/local/cuda/compat in LD_LIBRARY_PATH, in ldconfig or below /etc/ld.so.conf.d, in a stage that
containers are started from.

Why it matters: libcuda.so.1 has to be the one of the host's driver, which the container runtime puts there. The compat
library is for data-center GPUs with an older driver; elsewhere CUDA ends with error 803 or 804 ("forward compatibility
was attempted on non supported HW", NVIDIA/nvidia-docker#1515). NVIDIA's container toolkit selects it by itself where it
helps.

Example: `ENV LD_LIBRARY_PATH=/usr/local/cuda/compat:$LD_LIBRARY_PATH` in an image that runs a server.

What to do: set it for the build alone (`RUN LD_LIBRARY_PATH=… make`), or in the build stage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint.library_path_facts import folder_places, without_folder
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_COMPAT = re.compile(r"\S*/cuda[^/:\s]*/compat/?")


def check(project: Project) -> Iterable[Finding]:
    """One finding for each place that puts the compat library in front."""
    for met in folder_places(project, _COMPAT):
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message="the compat libcuda comes before the driver's own where the program runs",
            path=met.place.file,
            line=met.place.line,
            span=met.place.span,
            found=met.found,
            why="cuda-compat works only on data center GPUs with an older driver (else error 803 or 804); NVIDIA "
            "Container Toolkit enables it where it helps",
            help="set it only in the build stage, or in the RUN that links",
            fix=without_folder(project, met),
        )


RULE = Rule("compat-shadows-driver", "cuda-compat found before the driver", __doc__, check)
