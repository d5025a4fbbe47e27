"""How the names of NVIDIA's images with CUDA are written: `[REGISTRY/]nvidia/cuda:VERSION[-CUDNN]-FLAVOUR-DISTRO`.

Which of them are there is said by the table of images; this is what such a name means, in whatever text it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cudacompat.domain.words.versions import ToolkitVersion

FLAVOURS = ("base", "runtime", "devel")
NGC = "nvcr.io"  # NVIDIA's own registry, which kept some images that Docker Hub has no more

_REGISTRY = rf"(?:(?P<registry>docker\.io|{re.escape(NGC)}|public\.ecr\.aws)/)?"
_NAME = rf"{_REGISTRY}nvidia/cuda(?P<processor>-arm64|-ppc64le)?"
_TAGGED = r"(?::(?P<tag>[^@\s]+))?(?P<digest>@\S+)?"
_WHOLE = re.compile(rf"(?P<repository>{_NAME}){_TAGGED}", re.IGNORECASE)
# the same images with OpenGL's libraries: gitlab.com/nvidia/container-images/opengl; tags as in public Dockerfiles
_WITH_GL = re.compile(rf"(?P<repository>{_REGISTRY}nvidia/cudagl(?P<processor>(?!))?){_TAGGED}", re.IGNORECASE)
_WITHIN = re.compile(rf"\b{_NAME}:[\w.-]+", re.IGNORECASE)
_VERSION = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.\d+)?(?=-|$)")
_FLAVOUR = re.compile(rf"(?:^|-)({'|'.join(FLAVOURS)})(?=-|$)")
_CUDNN = re.compile(r"-(cudnn\d*)(?=-|$)")
_CUDNN_WITHOUT_NUMBER = 9  # hub.docker.com/r/nvidia/cuda: the images with cuDNN of CUDA 12.4 to 13.3
_DISTRO = re.compile(
    r"-((?:ubuntu|ubi|rockylinux|centos|oraclelinux|debian|amzn|opensuse|azl|cm)[\d.]+)(?=-|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class CudaImageName:
    """A name of an image of nvidia/cuda: `repository` is all before the tag, as written, `registry` the one that it
    names (empty: none, which means Docker Hub), `exact` whether the name alone says which image it is: no digest stands
    behind it, no variable in it, and its repository is the one for all processors. `version` is that of CUDA, whole as
    written (`12.8.1`); what the tag leaves out is None."""

    repository: str
    registry: str
    tag: str | None
    exact: bool
    version: str | None = None
    cudnn: str | None = None
    flavour: str | None = None
    distro: str | None = None

    @property
    def release(self) -> ToolkitVersion | None:
        """The release that its version is one of."""
        match = _VERSION.match(self.version) if self.version is not None else None
        return ToolkitVersion(int(match[1]), int(match[2])) if match is not None else None

    @property
    def cudnn_major(self) -> int | None:
        """The major release of cuDNN in it, `None` for none. A tag without its number is one of CUDA 12.4 or newer."""
        return int(self.cudnn.removeprefix("cudnn") or _CUDNN_WITHOUT_NUMBER) if self.cudnn is not None else None

    def other(self, image: str) -> str:
        """Return the name of another image of nvidia/cuda as it is called in the same repository."""
        return f"{self.repository}:{image.partition(':')[2]}"


def cuda_image(image: str) -> CudaImageName | None:
    """Return what the name of an image of nvidia/cuda says; `None` for any other name."""
    match = _WHOLE.fullmatch(image)
    return _named(match) if match is not None else None


def cudagl_image(image: str) -> CudaImageName | None:
    """Return what the name of an image of nvidia/cudagl says, whose tags have the same form; `None` for any other."""
    match = _WITH_GL.fullmatch(image)
    return _named(match) if match is not None else None


def _named(match: re.Match[str]) -> CudaImageName:
    tag: str = match["tag"] or ""
    version, distro = _VERSION.match(tag), _DISTRO.search(tag)
    return CudaImageName(
        match["repository"],
        (match["registry"] or "").lower(),
        tag=match["tag"],
        exact=not match["digest"] and not match["processor"] and re.fullmatch(r"[\w.-]*", tag) is not None,
        version=version[0] if version is not None else None,
        cudnn=_one(_CUDNN, tag),
        flavour=_one(_FLAVOUR, tag),
        distro=distro[1].lower() if distro is not None else None,
    )


def cuda_images_in(text: str) -> Iterator[re.Match[str]]:
    """Yield where a text names images of nvidia/cuda with a tag."""
    return _WITHIN.finditer(text)


def _one(pattern: re.Pattern[str], tag: str) -> str | None:
    match = pattern.search(tag)
    return match[1] if match is not None else None
