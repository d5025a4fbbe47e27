"""The build files that lie beside what was judged: the command that mends them, and how an image comes of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.finding import Severity
from cudacompat.domain.words.phrases import count, one_line
from cudacompat.domain.words.verdict import Target

_MOST_ENTRIES = 5000  # folders and files; llama.cpp has 2,600


def mending_steps(folder: str, targets: Sequence[Target], require: str) -> tuple[PlanStep, ...]:
    """Return the steps that mend this project's own build files by `lint`; with a Dockerfile among them the image is
    built and checked, too. None where lint has nothing to mend, or would leave errors behind, and in a folder
    that is too large to be a project."""
    from cudacompat.app.lint import lint
    from cudacompat.app.project.files import is_small
    from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of

    if not is_small(folder, _MOST_ENTRIES):
        return ()
    try:
        report = lint(folder, tuple(targets), fix=True, unsafe=True)
    except CudacompatError:
        return ()
    if not report.edited or any(each.severity is Severity.ERROR for each in report.findings):
        return ()
    gpus = " ".join(f"--gpu {quote(each)}" for each in dict.fromkeys(target.id for target in targets))
    names = ", ".join(one_line(file.name) for file in report.edited[:3])
    more = f" and {len(report.edited) - 3} more" if len(report.edited) > 3 else ""
    faults = count(len(report.fixed), "fault")
    mend = f"cudacompat lint {quote(folder)} {gpus} --fix --unsafe-fixes"
    steps = [
        PlanStep(f"mend {names}{more}: {faults}, the rest stays as it is (--diff in place of --fix shows it)", mend)
    ]
    images = [file.name for file in report.edited if kind_of(file.name) is FileKind.DOCKERFILE]
    for image in images[:1]:
        tag = re.sub(r"[^a-z0-9]+", "-", Path(folder).resolve().name.lower()).strip("-") or "image"
        build = f"docker build -t {tag} -f {quote(str(Path(folder) / image))} {quote(folder)}"
        check = f"docker save {tag} | cudacompat check - {gpus} --require {require}"
        steps.append(PlanStep("build the image (podman takes the same words)", build))
        steps.append(PlanStep("check that the architectures arrived in it", check))
    return tuple(steps)
