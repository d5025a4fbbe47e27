"""An image of nvidia/cuda that NVIDIA does not have.

What it finds: nvidia/cuda without a tag or with `latest`; a tag without a flavor (`base`, `runtime`, `devel`) or a
distribution, or with a version of two numbers; a distribution that the release was never published for; a name of
cuDNN that the release does not use. Only what NVIDIA's own list of Dockerfiles makes certain.

Why it matters: the build stops at once: "manifest unknown". There is no `latest` since 2021
(NVIDIA/nvidia-docker#1454), and the images of CUDA 10 and older were deleted from Docker Hub
(NVIDIA/nvidia-docker#1768); nvcr.io kept some (advimman/lama#271), and is left alone for these.

Example: `FROM nvidia/cuda:12.4.1-devel-ubuntu24.04` (Ubuntu 24.04 begins with CUDA 12.5.1).

What to do: take a tag that is there: `nvidia/cuda:12.8.1-devel-ubuntu24.04`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from cudacompat.domain.project.list_edits import exchanged
from cudacompat.domain.project.model import Base, Project, TextSpan
from cudacompat.domain.tables.image_tags import FLAVOURS, NGC, CudaImageName, cuda_image
from cudacompat.domain.tables.images import IMAGES, Certainty, cudnn_word, newest_image, offered
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.versions import ToolkitVersion

_JUDGED = ("", "docker.io", NGC)  # registries of which the table of images speaks
_ALL_DELETED_BEFORE = ToolkitVersion(11, 0)
_THREE_NUMBERS_SINCE = ToolkitVersion(12, 0)


def check(project: Project) -> Iterable[Finding]:
    """One finding for each image that is named and is not there."""
    for base, place in _named(project):
        image = cuda_image(base.image)
        wrong = _wrong(image) if image is not None and image.exact and image.registry in _JUDGED else None
        if image is None or wrong is None or base.image in project.once("tags_made_here", lambda: _made_here(project)):
            continue
        better = _better(image)
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"NVIDIA's published tags do not include {base.image}",
            path=place.file,
            line=place.line,
            span=place.span,
            found=base.image,
            why=wrong,
            help=better or _other(base),
            fix=exchanged(project, place, base.image, new=better, what=f"use {better}") if better is not None else None,
        )


def _made_here(project: Project) -> frozenset[str]:
    """The names that scripts and jobs of the project give to images that they build: `docker build -t NAME`."""
    found: set[str] = set()
    for command in project.commands:
        words = [word.text for word in command.words]
        if "build" in words or "buildx" in words or "tag" in words:
            found.update(word for before, word in pairwise(words) if before in ("-t", "--tag"))
            found.update(word.partition("=")[2] for word in words if word.startswith("--tag="))
            found.update(words[-1:] if "tag" in words else ())
    return frozenset(found)


def _named(project: Project) -> Iterator[tuple[Base, TextSpan]]:
    for stage in project.stages:
        if stage.base is not None and stage.parent is None:
            yield stage.base, stage.place
    for job in project.jobs:
        if job.base is not None:
            yield job.base, job.place
    for service in project.services:
        if service.base is not None:
            yield service.base, service.place


def _wrong(image: CudaImageName) -> str | None:
    if image.tag is None or image.tag == "latest":
        return "NVIDIA publishes no `latest`; every tag names a release, a flavor and a distribution"
    release = image.release
    if release is None:
        return None
    if release < _ALL_DELETED_BEFORE:
        return None if image.registry == NGC else f"NVIDIA deleted the images of CUDA {release} from Docker Hub"
    if release < min(row.release for row in IMAGES):
        return None
    if image.version == str(release) and release >= _THREE_NUMBERS_SINCE:
        return f"tags of CUDA {release} contain the full version, such as {_patch(release) or f'{release}.0'}"
    if image.flavour is None:
        return "a tag must name base, runtime or devel"
    if image.distro is None:
        return "a tag must end with a distribution" if image.tag.endswith(image.flavour) else None
    return _never_published(image, release, image.distro)


def _never_published(image: CudaImageName, release: ToolkitVersion, distro: str) -> str | None:
    if offered(release, distro) is False:
        return f"no image of CUDA {release} for {distro} is known"
    row = next((row for row in IMAGES if row.cuda == image.version), None)
    if row is not None and row.certainty is Certainty.PUBLISHED and distro not in row.distros:
        if distro.startswith("ubuntu"):
            return f"images of CUDA {row.cuda} exist for {', '.join(each for each in row.distros if 'ubuntu' in each)}"
        return None
    wanted = cudnn_word(release)
    if image.cudnn is not None and wanted is not None and image.cudnn != wanted:
        return f"tags of CUDA {release} spell cuDNN as `{wanted}`"
    return None


def _patch(release: ToolkitVersion) -> str | None:
    rows = [row for row in IMAGES if row.release == release]
    return max(rows, key=lambda row: row.patch).cuda if rows else None


def _better(image: CudaImageName) -> str | None:
    """The nearest image that is there: of this release, else of the next newer one."""
    release = image.release
    if release is None or image.flavour is None or image.distro is None:
        return None
    newer = sorted({row.release for row in IMAGES if row.release >= release})
    for each in newer:
        row = newest_image(each, image.distro, FLAVOURS)
        if row is not None and each.major == release.major:
            better = image.other(row.tag(image.flavour, image.distro, cudnn=image.cudnn is not None))
            named = cuda_image(better)
            return better if named is not None and _wrong(named) is None else None
    return None


def _other(base: Base) -> str:
    if base.cuda is not None and base.cuda < _ALL_DELETED_BEFORE:
        return f"use an image of CUDA {IMAGES[0].release} or newer, or a copy in your own registry"
    return "use a tag with a whole version, a flavor and a distribution"


RULE = Rule("no-such-image", "Image tag that NVIDIA does not publish", __doc__, check)
