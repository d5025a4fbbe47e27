"""A build argument for CUDA that the Dockerfile does not declare.

What it finds: `args:` of a compose file, `--build-arg`, `build-args` of an action and args of a bake file whose name
speaks of CUDA or of architectures, and no ARG of that name in the Dockerfile that is built with them.

Why it matters: the builder drops such an argument (it says so in a line of the log, and ends with success). Who gave
it believes that the image was built for those GPUs, or with that CUDA.

Example: `--build-arg CUDA_ARCHITECTURES="86;120"`, and the Dockerfile has `ARG CUDA_DOCKER_ARCH`.

What to do: give it by the name that the Dockerfile declares, or declare it there in the stage that uses it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Project, Setting
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_SPEAKS_OF_IT = re.compile(r"CUDA|NVCC|(?:^|_)GPU_?ARCH|COMPUTE_CAP|(?:^|_)SM_?(?:ARCH|LIST)", re.IGNORECASE)


def check(project: Project) -> Iterable[Finding]:
    """One finding for each argument that no build of it takes."""
    declared: dict[str, set[str]] = {stage.file: set() for stage in project.stages}
    for setting in project.settings:
        if setting.way is AssignmentKind.BUILD_ARGUMENT and setting.place.file in declared:
            declared[setting.place.file].add(setting.name)
    builds: dict[tuple[str, int], list[tuple[Setting, str | None]]] = defaultdict(list)
    for build in project.image_builds:
        for argument in build.arguments:
            builds[argument.place.at].append((argument, build.dockerfile))
    for given in builds.values():
        argument = given[0][0]
        files = [file for _, file in given]
        if not (argument.name in project.known or _SPEAKS_OF_IT.search(argument.name)):
            continue
        if any(file is None or file not in declared or argument.name in declared[file] for file in files):
            continue
        dockerfile = files[0] or ""
        names = sorted(each for each in declared[dockerfile] if _SPEAKS_OF_IT.search(each) or each in project.known)
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{dockerfile} declares no ARG {argument.name}, so the value is lost",
            path=argument.place.file,
            line=argument.place.line,
            span=argument.place.span,
            found=f"{argument.name}={argument.written}"[:120],
            why="a build argument that no ARG declares is dropped; the build continues",
            help=f"declared arguments: {', '.join(names[:5])}"
            if names
            else f"add ARG {argument.name} to the Dockerfile",
        )


RULE = Rule("undeclared-build-argument", "Build argument that no ARG declares", __doc__, check)
