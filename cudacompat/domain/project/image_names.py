"""What the name of a container image says about the CUDA toolkit in it."""

from __future__ import annotations

from cudacompat.domain.project.model import Base
from cudacompat.domain.tables.image_tags import cuda_image, cudagl_image
from cudacompat.domain.tables.jetpack import l4t_image
from cudacompat.domain.wheels.images import content_of_image
from cudacompat.domain.words.versions import ToolkitVersion


def base_of(image: str) -> Base:
    """Return what the image's name says; nothing about CUDA for a name that says nothing."""
    content = content_of_image(image)
    if content is not None and content.cuda is not None and (content.toolkit or content.flavour is not None):
        return Base(image, content.cuda, content.flavour or "devel")
    on_board = l4t_image(image)
    if on_board is not None:
        cuda = ToolkitVersion.parse(on_board.cuda) if on_board.cuda is not None else None
        return Base(image, cuda, on_board.flavour)
    named = cuda_image(image) or cudagl_image(image)
    if named is None or named.tag is None:
        return Base(image)
    return Base(image, named.release, named.flavour, distro=named.distro)


def is_nvidia_cuda(base: Base | None) -> bool:
    """Whether it is one of NVIDIA's images with CUDA and nothing else."""
    named = cuda_image(base.image) if base is not None else None
    return named is not None and named.tag is not None
