"""NVIDIA's container images with CUDA (`nvidia/cuda` on Docker Hub, also nvcr.io/nvidia/cuda).

NVIDIA publishes no list that can be read here. What its own repository of Dockerfiles held in August 2025 is
certain; newer tags are known from public Dockerfiles that name them, and a tag that nobody named may exist
all the same. NVIDIA deletes the tags of a release six months after its end of life. There is no "latest".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache

from cudacompat.domain.tables.image_tags import FLAVOURS
from cudacompat.domain.words.versions import ToolkitVersion


class Certainty(Enum):
    """How well an image's existence is known, best first."""

    PUBLISHED = "published"  # in NVIDIA's repository of Dockerfiles
    DIGEST = "digest"  # a public Dockerfile names it with its digest
    NAMED = "named"  # public Dockerfiles name it


@dataclass(frozen=True, slots=True)
class BaseImage:
    """One patch release as images: `nvidia/cuda:<cuda>-<flavour>-<distro>`, each flavour for each distro."""

    cuda: str
    distros: tuple[str, ...]
    flavours: tuple[str, ...]
    certainty: Certainty
    source: str

    @property
    def release(self) -> ToolkitVersion:
        """The minor release that it is a patch of."""
        return _release(self.cuda)

    @property
    def patch(self) -> int:
        """The last number of its version."""
        return int(self.cuda.rpartition(".")[2])

    def tag(self, flavour: str, distro: str, *, cudnn: bool = False) -> str:
        """Return the image's full name, such as `nvidia/cuda:12.9.1-devel-ubuntu24.04`, or of the one with cuDNN;
        `ValueError` for a flavour or distro that this row does not have."""
        if flavour not in self.flavours or distro not in self.distros:
            raise ValueError(f"no nvidia/cuda:{self.cuda} known as {flavour} for {distro}")
        word = cudnn_word(self.release) if cudnn else None
        return f"nvidia/cuda:{self.cuda}-{f'{word}-' if word is not None else ''}{flavour}-{distro}"


@cache
def _release(cuda: str) -> ToolkitVersion:
    return ToolkitVersion.parse(cuda.rpartition(".")[0])


@dataclass(frozen=True, slots=True)
class HostDemand:
    """What NVIDIA_REQUIRE_CUDA in an image of this release asks of the host before the container may start.

    Either the driver's own CUDA version is `cuda` or newer, or its branch is one of `branches` and the GPU's
    brand is listed. `geforce` is whether GeForce and TITAN are among those brands; where not, such hosts need
    the driver's own version. NVIDIA_DISABLE_REQUIRE=1 switches the check off.
    """

    cuda: ToolkitVersion
    branches: tuple[int, ...]
    geforce: bool
    source: str


_TREE = "gitlab.com/nvidia/container-images/cuda, 2025-08-18 (pranavmishra90/nvidia-container-images-cuda)"
_SEEN = "public Dockerfiles, November 2026"


def _published(cuda: str, distros: str) -> BaseImage:
    return BaseImage(cuda, tuple(distros.split()), FLAVOURS, certainty=Certainty.PUBLISHED, source=_TREE)


def _seen(
    cuda: str, distros: str, flavours: tuple[str, ...] = FLAVOURS, certainty: Certainty = Certainty.NAMED
) -> BaseImage:
    return BaseImage(cuda, tuple(distros.split()), flavours, certainty=certainty, source=_SEEN)


_RPM_11 = "centos7 rockylinux8 ubi7 ubi8"
_RPM_12 = "centos7 rockylinux8 rockylinux9 ubi7 ubi8 ubi9"
_RPM = "rockylinux8 rockylinux9 ubi8 ubi9"
_ORACLE = "oraclelinux8 oraclelinux9"
_UBUNTU_20 = "ubuntu20.04 ubuntu22.04"
_UBUNTU_20_24 = "ubuntu20.04 ubuntu22.04 ubuntu24.04"
_UBUNTU_22_24 = "ubuntu22.04 ubuntu24.04"
_UBUNTU_22_26 = "ubuntu22.04 ubuntu24.04 ubuntu26.04"

IMAGES: tuple[BaseImage, ...] = (
    _published("11.7.1", f"{_UBUNTU_20} {_RPM_11}"),
    _published("11.8.0", f"{_UBUNTU_20} {_RPM_11}"),
    _published("12.0.1", f"{_UBUNTU_20} {_RPM_12}"),
    _published("12.1.1", f"{_UBUNTU_20} {_RPM_12}"),
    _published("12.2.2", f"{_UBUNTU_20} {_RPM_12}"),
    _published("12.3.2", f"{_UBUNTU_20} {_RPM_12}"),
    _published("12.4.1", f"{_UBUNTU_20} {_RPM}"),
    _published("12.5.0", f"{_UBUNTU_20} {_RPM}"),
    _published("12.5.1", f"{_UBUNTU_20_24} {_RPM}"),
    _published("12.6.3", f"{_UBUNTU_20_24} {_RPM} amzn2023 cm2"),
    _published("12.8.0", f"{_UBUNTU_20_24} {_RPM} {_ORACLE} amzn2023 cm2"),
    _published("12.8.1", f"{_UBUNTU_20_24} {_RPM} {_ORACLE} amzn2023 cm2"),
    _seen("12.8.2", _UBUNTU_22_24, certainty=Certainty.DIGEST),
    _published("12.9.0", f"{_UBUNTU_20_24} {_RPM} {_ORACLE} amzn2023 azl3 cm2"),
    _published("12.9.1", f"{_UBUNTU_20_24} {_RPM} {_ORACLE} amzn2023 azl3 cm2"),
    _seen("12.9.2", _UBUNTU_22_24, certainty=Certainty.DIGEST),
    _published("13.0.0", f"{_UBUNTU_22_24} {_RPM} rockylinux10 ubi10 {_ORACLE} amzn2023 azl3 cm2 opensuse15"),
    _seen("13.0.2", _UBUNTU_22_24),
    _seen("13.0.3", _UBUNTU_22_24, ("base", "devel")),
    _seen("13.1.1", "ubuntu24.04", ("base", "devel")),
    _seen("13.2.1", "ubuntu24.04"),
    _seen("13.3.0", _UBUNTU_22_26, ("devel",)),
    _seen("13.3.1", _UBUNTU_22_26, certainty=Certainty.DIGEST),
    _seen("13.4.1", _UBUNTU_22_26, certainty=Certainty.DIGEST),
    _seen("13.4.2", "ubuntu24.04", ("base",), Certainty.DIGEST),
)


def _requires(cuda: str, branches: str, *, geforce: bool) -> HostDemand:
    return HostDemand(
        ToolkitVersion.parse(cuda), tuple(int(branch) for branch in branches.split()), geforce, source=_TREE
    )


REQUIREMENTS: tuple[HostDemand, ...] = (
    _requires("11.7", "470", geforce=True),
    _requires("11.8", "470", geforce=True),
    _requires("12.0", "470", geforce=True),
    _requires("12.1", "470 525", geforce=True),
    _requires("12.2", "470 525", geforce=True),
    _requires("12.3", "470 525 535", geforce=True),
    _requires("12.4", "470 525 535", geforce=True),
    _requires("12.5", "470 535 550", geforce=False),
    _requires("12.6", "470 535 550", geforce=False),
    _requires("12.8", "470 535 550 560 565", geforce=False),
    _requires("12.9", "535 550 560 565 570", geforce=False),
    _requires("13.0", "535 550 565 570 575", geforce=False),
)


def newest_image(
    release: ToolkitVersion, distro: str, flavours: tuple[str, ...] = ("base", "devel")
) -> BaseImage | None:
    """Return the newest patch of this release that has all these flavours for this distro (`"ubuntu24.04"`);
    `None` if none is known, which is no proof that there is none."""
    fitting = (
        row
        for row in IMAGES
        if row.release == release and distro in row.distros and set(flavours).issubset(row.flavours)
    )
    return max(fitting, key=lambda row: row.patch, default=None)


def offered(release: ToolkitVersion, distro: str) -> bool | None:
    """Return whether this release has images for this distribution (`"ubuntu24.04"`); `None` where the table cannot
    tell. A release that lies before all that have it, or after one of NVIDIA's own list that lost it, has none."""
    rows = [row for row in IMAGES if row.release == release]
    if any(distro in row.distros for row in rows):
        return True
    listed = [row for row in IMAGES if row.certainty is Certainty.PUBLISHED]
    having = [row.release for row in listed if distro in row.distros]
    newest = max(row.release for row in listed)
    if release < min(row.release for row in listed):
        return None
    if not having:
        return False if distro.startswith(("debian", "alpine", "fedora")) and release <= newest else None
    if release < min(having) or (release > max(having) and max(having) < newest):
        return False
    return False if any(row.certainty is Certainty.PUBLISHED for row in rows) else None


def cudnn_word(release: ToolkitVersion) -> str | None:
    """Return how the tags of this release name cuDNN: `cudnn8`, `cudnn9` or `cudnn`; `None` before the table."""
    if release < min(row.release for row in IMAGES):
        return None
    if release < ToolkitVersion(12, 3):
        return "cudnn8"
    return "cudnn9" if release == ToolkitVersion(12, 3) else "cudnn"


def requirement(release: ToolkitVersion) -> HostDemand | None:
    """Return what the images of this release ask of the host; `None` where it was not read (13.1 and
    newer)."""
    return next((row for row in REQUIREMENTS if row.cuda == release), None)
