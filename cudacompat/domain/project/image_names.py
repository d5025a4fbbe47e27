"""What the name of a container image says about the CUDA toolkit in it."""

from __future__ import annotations

import re

from cudacompat.domain.project.model import Base
from cudacompat.domain.wheels.images import content_of_image
from cudacompat.domain.words.versions import ToolkitVersion

_TAG = re.compile(
    r"(?:(?:docker\.io|nvcr\.io|public\.ecr\.aws)/)?nvidia/cuda(?:-arm64|-ppc64le)?:(?P<tag>[^@\s]+)", re.IGNORECASE
)
_RELEASE = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.\d+)?(?=-|$)")
_FLAVOUR = re.compile(r"(?:^|-)(base|runtime|devel)(?=-|$)")
_DISTRO = re.compile(
    r"-((?:ubuntu|ubi|rockylinux|centos|oraclelinux|debian|amzn|opensuse|cm)[\d.]+)(?=-|$)", re.IGNORECASE
)


def base_of(image: str) -> Base:
    """Return what the image's name says; nothing about CUDA for a name that says nothing."""
    content = content_of_image(image)
    if content is not None and content.cuda is not None and (content.toolkit or content.flavour is not None):
        return Base(image, content.cuda, content.flavour or "devel")
    match = _TAG.fullmatch(image.split("@", 1)[0])
    if match is None:
        return Base(image)
    tag = match["tag"]
    release, flavour, distro = _RELEASE.match(tag), _FLAVOUR.search(tag), _DISTRO.search(tag)
    return Base(
        image,
        ToolkitVersion(int(release[1]), int(release[2])) if release else None,
        flavour[1] if flavour else None,
        distro=distro[1].lower() if distro else None,
    )


def is_nvidia_cuda(base: Base | None) -> bool:
    """Whether it is one of NVIDIA's images with CUDA and nothing else."""
    return base is not None and _TAG.match(base.image) is not None
