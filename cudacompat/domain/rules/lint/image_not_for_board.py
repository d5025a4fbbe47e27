"""An image that is not for a Jetson board that was named.

What it finds: with --gpu of a Jetson board, a project that runs images (see `image-cannot-run`), none of which is for
that board: images for boards of another L4T (`l4t-base:r32.7.1` for an Orin), or images of nvidia/cuda, which hold the
packages of PCs and Arm servers.

Why it matters: driver and CUDA of a Jetson come with JetPack. An image is for boards that run the same L4T; older ones
take CUDA from the board itself. Of nvidia/cuda, a CUDA release newer than the board's driver does not start there.

Example: `FROM nvcr.io/nvidia/l4t-pytorch:r32.7.1-pth1.10-py3` for a Jetson AGX Orin, whose JetPack is 5 or later.

What to do: use an image of the board's own JetPack; the finding names one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cudacompat.domain.project.image_names import base_of, is_nvidia_cuda
from cudacompat.domain.project.model import Project
from cudacompat.domain.project.used_images import UsedImage, used_images
from cudacompat.domain.tables.jetpack import BOARDS, L4tImage, board, l4t_image, on_board
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import ToolkitVersion

# The CUDA release of JetPack 7.2, the first for Orin with the packages of Arm servers: dusty-nv/jetson-containers
# jetson_containers/l4t_version.py
_SERVERS_SINCE = ToolkitVersion(13, 2)


def check(project: Project) -> Iterable[Finding]:
    """One finding for each image and board, where the project has none for that board."""
    for target in project.targets:
        row = board(target.capability.number)
        if row is None:
            continue
        used = used_images(project)
        images = [(each, l4t_image(each.image)) for each in used]
        if any(image is not None and image.serves(row.number) for _, image in images):
            continue
        for each, image in images:
            if image is not None:
                yield _of_another_l4t(each, image, target)
        yield from _of_no_board([each for each, image in images if image is None], target)


def _of_another_l4t(used: UsedImage, image: L4tImage, target: Target) -> Finding:
    served = [row for row in BOARDS if image.serves(row.number)]
    others = ", ".join(f"{row.number // 10}.{row.number % 10}" for row in served)
    return _finding(
        used,
        target,
        Severity.ERROR,
        message=f"{used.image} is for boards with L4T {image.l4t}, which {target.label} does not have",
        why=f"an image is for boards that run the same L4T; L4T {image.l4t} is for boards of {others}",
    )


def _of_no_board(used: Sequence[UsedImage], target: Target) -> Iterable[Finding]:
    row = board(target.capability.number)
    for each in used:
        base = base_of(each.image)
        if row is None or not is_nvidia_cuda(base) or base.cuda is None:
            continue
        if not row.ends and base.cuda >= _SERVERS_SINCE:
            continue
        newer = row.ends and base.cuda.major > ToolkitVersion.parse(row.cuda).major
        yield _finding(
            each,
            target,
            Severity.ERROR if newer else Severity.WARNING,
            message=f"{each.image} is not for {target.label}",
            why="images of nvidia/cuda hold CUDA for PCs and Arm servers"
            + (f", and CUDA {base.cuda} is newer than its last driver" if newer else ""),
        )


def _finding(used: UsedImage, target: Target, severity: Severity, *, message: str, why: str) -> Finding:
    row = board(target.capability.number)
    return Finding(
        id=RULE.id,
        severity=severity,
        message=message,
        path=used.file,
        line=used.line,
        target=target.id,
        found=used.image,
        why=why,
        help=on_board(target.label, row) if row is not None else None,
    )


RULE = Rule("image-not-for-board", "An image that is not for a Jetson board", __doc__, check)
