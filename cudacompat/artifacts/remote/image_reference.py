"""Names of images in registries: oci://REGISTRY/IMAGE:TAG and docker://IMAGE, as the distribution specification has
them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SCHEME = re.compile(r"(?:oci|docker)://", re.IGNORECASE)
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|\[[0-9a-fA-F:]{2,45}\])(?::\d{1,5})?")
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME = re.compile(rf"{_PART}(?:/{_PART})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LONGEST = 255  # letters of a name with its host
_HUB, _HUB_HOST = "docker.io", "registry-1.docker.io"
_HUB_NAMES = (_HUB, "index.docker.io", _HUB_HOST)
_LOOPBACK = re.compile(r"(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?")


class InvalidReferenceError(ValueError):
    """A name is none of an image; the text says why, in one line."""


@dataclass(frozen=True, slots=True)
class ImageReference:
    """An image in a registry: the host that is asked, the repository, and the tag or sha256 that is wanted."""

    host: str
    repository: str
    version: str

    @property
    def digest(self) -> str | None:
        """The sha256 that the manifest must have, in hexadecimal digits; None for a tag."""
        return self.version.removeprefix("sha256:") if _DIGEST.fullmatch(self.version) else None

    @property
    def is_local(self) -> bool:
        """Whether the registry is on this machine, where http will do."""
        return _LOOPBACK.fullmatch(self.host) is not None

    @property
    def keys(self) -> tuple[str, ...]:
        """What files with passwords may call it, the most particular first."""
        hosts = _HUB_NAMES if self.host == _HUB_HOST else (self.host,)
        parts = self.repository.split("/")
        paths = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
        return tuple(f"{host}/{path}" for path in paths for host in hosts) + hosts


def is_reference(text: str) -> bool:
    """Whether a text names an image in a registry, rightly or not."""
    return _SCHEME.match(text) is not None


def parse_reference(text: str) -> ImageReference:
    """Return the image that oci://REGISTRY/IMAGE:TAG, …@sha256:… or docker://IMAGE names. Without a registry it is
    Docker Hub, without a tag `latest`. `InvalidReferenceError` for a text that names none."""
    rest = _SCHEME.sub("", text, count=1)
    if re.match(r"[^/]*@[^/]*/", rest):
        raise InvalidReferenceError("a password has no place in an image name: use docker login or podman login")
    rest, _, digest = rest.partition("@")
    if digest and not _DIGEST.fullmatch(digest):
        raise InvalidReferenceError("the digest of an image is sha256: and 64 hexadecimal digits")
    host, slash, name = rest.partition("/")
    if not slash or not (re.search(r"[.:\[]", host) or host == "localhost"):
        host, name = _HUB, rest
    name, colon, tag = name.partition(":")
    if host in _HUB_NAMES:
        host = _HUB_HOST
        name = name if "/" in name else f"library/{name}"
    if not _HOST.fullmatch(host) or not _NAME.fullmatch(name) or len(host) + len(name) > _LONGEST:
        raise InvalidReferenceError("not an image name (example: oci://docker.io/library/debian:12)")
    if colon and not _TAG.fullmatch(tag):
        raise InvalidReferenceError("not an image tag: letters, digits, dots, hyphens and underscores")
    return ImageReference(host, name, digest or tag or "latest")
