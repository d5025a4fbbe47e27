"""What a name of an image of nvidia/cuda says."""

from __future__ import annotations

from itertools import product

import pytest

from cudacompat.domain.tables.image_tags import cuda_image, cuda_images_in
from cudacompat.domain.tables.images import IMAGES, BaseImage, cudnn_word
from tests.helpers.each_row import each_row


@each_row("row", IMAGES, lambda row: row.cuda)
def test_every_name_that_is_made_is_read(row: BaseImage) -> None:
    for flavour, distro, cudnn in product(row.flavours, row.distros, (False, True)):
        named = cuda_image(row.tag(flavour, distro, cudnn=cudnn))
        assert named is not None
        assert (named.version, named.release, named.flavour, named.distro) == (row.cuda, row.release, flavour, distro)
        assert named.cudnn == (cudnn_word(row.release) if cudnn else None)
        assert named.exact


@pytest.mark.parametrize(
    ("image", "repository", "registry", "exact"),
    [
        ("nvidia/cuda:12.8.1-devel-ubuntu24.04", "nvidia/cuda", "", True),
        ("nvcr.io/nvidia/cuda:12.8.1-devel-ubuntu24.04", "nvcr.io/nvidia/cuda", "nvcr.io", True),
        ("Docker.io/nvidia/cuda:12.8.1-devel-ubuntu24.04", "Docker.io/nvidia/cuda", "docker.io", True),
        ("public.ecr.aws/nvidia/cuda:12.8.1-devel-ubi9", "public.ecr.aws/nvidia/cuda", "public.ecr.aws", True),
        ("nvidia/cuda-arm64:11.8.0-devel-ubuntu22.04", "nvidia/cuda-arm64", "", False),
        (f"nvidia/cuda:12.8.1-devel-ubuntu24.04@sha256:{'0' * 64}", "nvidia/cuda", "", False),
        ("nvidia/cuda:${VERSION}-devel-ubuntu24.04", "nvidia/cuda", "", False),
        ("nvidia/cuda", "nvidia/cuda", "", True),
    ],
)
def test_where_it_lies(image: str, repository: str, registry: str, exact: bool) -> None:
    named = cuda_image(image)
    assert named is not None
    assert (named.repository, named.registry, named.exact) == (repository, registry, exact)
    assert named.other("nvidia/cuda:13.0.2-base-ubi9") == f"{repository}:13.0.2-base-ubi9"


@each_row("image", ["nvidia/cudagl:11.4", "example.org/nvidia/cuda:12.8.1", "nvidia/cuda 12.8", "cuda:12.8.1", ""])
def test_other_names_are_none(image: str) -> None:
    assert cuda_image(image) is None


def test_what_a_tag_leaves_out() -> None:
    short = cuda_image("nvidia/cuda:12.8-devel")
    assert short is not None
    assert (short.version, str(short.release), short.flavour, short.distro) == ("12.8", "12.8", "devel", None)
    none = cuda_image("nvidia/cuda")
    assert none is not None
    assert (none.tag, none.version, none.release) == (None, None, None)


def test_they_are_found_in_a_text() -> None:
    text = (
        "container: nvcr.io/nvidia/cuda:12.4.1-devel-ubuntu22.04\nimage: 'nvidia/cuda:11.8.0-base-ubi8'  # nvidia/cuda"
    )
    found = [match[0] for match in cuda_images_in(text)]
    assert found == ["nvcr.io/nvidia/cuda:12.4.1-devel-ubuntu22.04", "nvidia/cuda:11.8.0-base-ubi8"]
