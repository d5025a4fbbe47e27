"""An image of a program with device code, of whose tag nothing is known.

What it finds: an image that the project runs (see `image-cannot-run`) from a repository whose images hold device code,
with a tag of which nothing is documented: newer or older than the table, one that moves, or one named by its digest.
Also the image of a service that asks for a GPU, from a repository of which nothing is known here.

Why it matters: whether it runs on the GPU is not told, and is not guessed from its number.

Example: `vllm/vllm-openai:latest`.

What to do: have it read: `docker save IMAGE | cudacompat check - --gpu 12.0`; and name a tag that does not move.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from cudacompat.domain.project.model import Project
from cudacompat.domain.project.other_machines import of_another_maker
from cudacompat.domain.project.used_images import UsedImage, used_images
from cudacompat.domain.rules.lint.image_facts import verdicts_of
from cudacompat.domain.tables.image_tags import cuda_image
from cudacompat.domain.wheels.images import ImageContent, content_of_image
from cudacompat.domain.words.command_words import gpu_options
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Outcome


def check(project: Project) -> Iterable[Finding]:
    """One note for each image."""
    told: set[tuple[str, int]] = set()
    for used, verdict in verdicts_of(project):
        if verdict.outcome is not Outcome.UNDECIDED or (used.file, used.line) in told:
            continue
        told.add((used.file, used.line))
        yield _finding(project, used)
    for used in _of_services(project):
        if (used.file, used.line) not in told:
            told.add((used.file, used.line))
            yield _finding(project, used)


def _of_services(project: Project) -> Iterator[UsedImage]:
    """The images of services that ask for a GPU: not those that are built here, nor a base image with CUDA alone."""
    built = {tag for build in project.image_builds for tag in build.tags}
    asking = [each for each in project.services if each.gpu and not each.builds and each.base is not None]
    named = {(each.file, each.base.image) for each in asking if each.base is not None and each.base.cuda is None}
    for used in used_images(project) if project.targets and named else ():
        unit = used.image.endswith((".build", ".image"))  # of quadlets: another unit builds or fetches it
        if (used.file, used.image) not in named or unit or used.image in built or of_another_maker(used.image):
            continue
        if content_of_image(used.image) is None and cuda_image(used.image) is None:
            yield used


def _finding(project: Project, used: UsedImage) -> Finding:
    gpus = gpu_options(target.spec for target in project.targets)
    return Finding(
        id=RULE.id,
        severity=Severity.NOTE,
        message=f"what {used.image} holds is not known",
        path=used.file,
        line=used.line,
        why=_why(content_of_image(used.image)),
        help=f"docker save {shlex.quote(used.image)} | cudacompat check - {gpus}",
    )


def _why(content: ImageContent | None) -> str:
    if content is None:
        return "no image of this repository is known here"
    if content.cuda is not None:
        return f"of this tag only its CUDA release, {content.cuda}, is documented"
    return "nothing is documented of this tag"


RULE = Rule("image-not-known", "An image of which nothing is known", __doc__, check)
