"""What the JSON documents of a container image say: which layers it has, for which platform, in which order.

Read are the OCI image layout (index, manifest, configuration), Docker's manifest lists, and the manifest.json of
`docker save`. The bytes come from who holds them: an archive, a folder, a registry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cudacompat.domain.words.image_platforms import ImagePlatform, PlatformWish

LARGEST = 4 << 20  # bytes of one document, as registries limit them
LAYOUT, INDEX, SAVED = "oci-layout", "index.json", "manifest.json"
_MOST = 1000  # manifests of an index and layers of an image; Docker stops at 127
_DEEPEST = 3  # indexes within indexes
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_NAMES = ("org.opencontainers.image.ref.name", "io.containerd.image.name")
_NO_IMAGE = "vnd.docker.reference.type"  # a statement about another manifest, no image


class DocumentError(ValueError):
    """A document is missing, or is not what it should be; the text is one line."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What points at a document or a layer: `digest` is the sha256 in hexadecimal digits."""

    digest: str
    media_type: str = ""
    size: int | None = None
    platform: ImagePlatform | None = None
    name: str | None = None
    kind: str | None = None  # of what is no image
    elsewhere: bool = False

    @property
    def place(self) -> str:
        """The path of the bytes in an image layout."""
        return f"blobs/sha256/{self.digest}"


@dataclass(frozen=True, slots=True)
class LayerPlace:
    """One layer: where its bytes lie, the sha256 that they have as they are stored and that of the tar archive in them
    (None where no document says it), and why it is not there at all."""

    name: str
    digest: str | None = None
    unpacked: str | None = None
    size: int | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class ImageOutline:
    """An image as its documents describe it. `others` are the platforms that were not chosen, `passed` the layers of
    those images in an archive of `docker save`, `problems` what cannot be read, by where it lies (nothing for the
    image itself)."""

    name: str | None
    platform: ImagePlatform | None
    layers: tuple[LayerPlace, ...]
    others: tuple[str, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    passed: tuple[LayerPlace, ...] = ()


Fetch = Callable[[Descriptor], bytes]  # `DocumentError` where the document is missing or has another sha256


def parsed(data: bytes) -> Any:
    """Return the document; `DocumentError` for what is no JSON."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise DocumentError("invalid JSON") from None


def is_layout(data: bytes) -> bool:
    """Whether the file called `oci-layout` is one."""
    try:
        document = parsed(data)
    except DocumentError:
        return False
    return isinstance(document, dict) and isinstance(document.get("imageLayoutVersion"), str)


def is_index(data: bytes) -> bool:
    """Whether the file called `index.json` lists manifests."""
    try:
        document = parsed(data)
    except DocumentError:
        return False
    return isinstance(document, dict) and isinstance(document.get("manifests"), list)


def is_manifest(data: bytes) -> bool:
    """Whether the bytes are the manifest of an image, or an index of several."""
    try:
        document = parsed(data)
    except DocumentError:
        return False
    return isinstance(document, dict) and any(isinstance(document.get(key), list) for key in ("layers", "manifests"))


def saved_images(data: bytes, configuration: Callable[[str], bytes | None], wish: PlatformWish) -> list[ImageOutline]:
    """Return the images of a manifest.json as `docker save` writes it: a list of objects with `Layers`. An empty list
    for any other document of that name. `configuration` gives the file that an image calls its configuration."""
    try:
        document = parsed(data)
    except DocumentError:
        return []
    if not isinstance(document, list) or not document or not all(map(_is_saved, document)):
        return []
    by_name: dict[object, list[ImageOutline]] = {}
    for number, each in enumerate(document[:_MOST]):
        outline = _saved(each, configuration)
        by_name.setdefault(outline.name or number, []).append(outline)
    return [_wanted(each, wish) for each in by_name.values()]


def _wanted(same: Sequence[ImageOutline], wish: PlatformWish) -> ImageOutline:
    """Of images of one name, the one that is wanted."""
    platforms = [each.platform for each in same]
    number = wish.chosen(platforms)
    passed = tuple(layer for each in same for layer in each.layers)
    if number is None:
        why = _not_for(wish, [each for each in platforms if each is not None])
        others = tuple(map(str, filter(None, platforms)))
        return ImageOutline(same[0].name, None, (), others=others, problems=(("", why),), passed=passed)
    others = tuple(str(each) for each in platforms if each is not None and each != platforms[number])
    return replace(same[number], others=others, passed=passed)


def _is_saved(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("Config"), str):
        return False
    layers = value.get("Layers")
    return isinstance(layers, list) and all(isinstance(each, str) for each in layers)


def _saved(value: dict[str, Any], configuration: Callable[[str], bytes | None]) -> ImageOutline:
    tags = value.get("RepoTags")
    name = tags[0] if isinstance(tags, list) and tags and isinstance(tags[0], str) else None
    problems: list[tuple[str, str]] = []
    platform: ImagePlatform | None = None
    unpacked: list[str | None] = []
    try:
        data = configuration(value["Config"])
        if data is None:
            raise DocumentError("image configuration missing")
        platform, unpacked = _configured(data)
    except DocumentError as error:
        problems.append((value["Config"], str(error)))
    names = value["Layers"]
    if unpacked and len(unpacked) != len(names):
        problems.append((value["Config"], f"lists {len(unpacked)} layers; manifest.json lists {len(names)}"))
    digests = unpacked if len(unpacked) == len(names) else [None] * len(names)
    layers = tuple(_saved_layer(name, digest) for name, digest in zip(names, digests, strict=True))
    return ImageOutline(name, platform, layers, others=(), problems=tuple(problems))


def _saved_layer(name: str, unpacked: str | None) -> LayerPlace:
    match = re.fullmatch(r"(?:\./)?blobs/sha256/([0-9a-f]{64})", name)
    return LayerPlace(name, match[1] if match else None, unpacked)


def laid_out_images(index: bytes, fetch: Fetch, wish: PlatformWish) -> list[ImageOutline]:
    """Return the images of an OCI layout, one for each name in its index: that of the platform which is wanted."""
    try:
        top = _listed(parsed(index))
    except DocumentError as error:
        return [ImageOutline(None, None, (), others=(), problems=((INDEX, str(error)),))]
    by_name: dict[str | None, list[Descriptor]] = {}
    for each in top:
        by_name.setdefault(each.name, []).append(each)
    found = [chosen_image(each, fetch, wish, name=name) for name, each in by_name.items()]
    return [each for each in found if each is not None]


def chosen_image(
    candidates: Sequence[Descriptor], fetch: Fetch, wish: PlatformWish, name: str | None = None
) -> ImageOutline | None:
    """Return the image that is wanted among manifests and indexes; None where they hold statements about images, and
    no image."""
    found = _Candidates(fetch)
    for each in candidates:
        found.look(each)
    broken = tuple((place, why) for place, why, platform in found.problems if platform is None or wish.is_for(platform))
    if not found.images:
        broken = broken or tuple((place, why) for place, why, _ in found.problems)
        return ImageOutline(name, None, (), others=(), problems=broken) if broken else None
    platforms = [each.platform for each in found.images]
    number = wish.chosen(platforms)
    shown = list(dict.fromkeys(map(str, filter(None, platforms))))
    if number is None:
        why = _not_for(wish, [each for each in platforms if each is not None])
        return ImageOutline(name, None, (), others=tuple(shown), problems=(("", why), *broken))
    chosen = found.images[number]
    others = tuple(each for each in shown if each != str(chosen.platform))
    return ImageOutline(name, chosen.platform, chosen.layers, others=others, problems=(*broken, *chosen.problems))


@dataclass(slots=True)
class _Image:
    platform: ImagePlatform | None
    layers: tuple[LayerPlace, ...]
    problems: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Candidates:
    """The images behind descriptors, through indexes within indexes."""

    fetch: Fetch
    images: list[_Image] = field(default_factory=list)
    problems: list[tuple[str, str, ImagePlatform | None]] = field(default_factory=list)

    def look(self, each: Descriptor, depth: int = 0) -> None:
        """Take the image that a descriptor means, or those of the index that it means."""
        if each.kind is not None or len(self.images) >= _MOST:
            return
        try:
            document = parsed(self.fetch(each))
            if isinstance(document, dict) and isinstance(document.get("manifests"), list):
                if depth >= _DEEPEST:
                    raise DocumentError(f"indexes nested deeper than {_DEEPEST}")
                for inner in _listed(document):
                    self.look(inner, depth + 1)
                return
            self.images.append(self._image(each, document))
        except DocumentError as error:
            self.problems.append((each.place, str(error), each.platform))

    def _image(self, each: Descriptor, document: object) -> _Image:
        if not isinstance(document, dict) or not isinstance(document.get("layers"), list):
            old = isinstance(document, dict) and "fsLayers" in document
            raise DocumentError(
                "manifest of Docker schema 1, which cudacompat does not read" if old else "not an image manifest"
            )
        image = _Image(each.platform, ())
        unpacked: list[str | None] = []
        config = _descriptor(document.get("config"))
        try:
            stated, unpacked = _configured(self.fetch(config))
            image.platform = image.platform or stated
        except DocumentError as error:
            image.problems.append((config.place, str(error)))
        layers = [_descriptor(layer) for layer in document["layers"][:_MOST]]
        digests = unpacked if len(unpacked) == len(layers) else [None] * len(layers)
        image.layers = tuple(map(_layer, layers, digests))
        return image


def _layer(each: Descriptor, unpacked: str | None) -> LayerPlace:
    why = None
    if each.elsewhere:
        why = "foreign layer: cudacompat does not fetch it"
    elif each.media_type.endswith("+encrypted"):
        why = "encrypted layer"
    return LayerPlace(each.place, each.digest, unpacked, size=each.size, why=why)


def _listed(document: object) -> list[Descriptor]:
    manifests = document.get("manifests") if isinstance(document, dict) else None
    if not isinstance(manifests, list):
        raise DocumentError("not an image index")
    if len(manifests) > _MOST:
        raise DocumentError(f"image index with {len(manifests)} manifests")
    return [_descriptor(each) for each in manifests]


def _descriptor(value: object) -> Descriptor:
    if not isinstance(value, dict):
        raise DocumentError("invalid descriptor")
    match = _DIGEST.fullmatch(value["digest"]) if isinstance(value.get("digest"), str) else None
    if match is None:
        raise DocumentError("digest is not a sha256")
    size, notes = value.get("size"), value.get("annotations")
    notes = notes if isinstance(notes, dict) else {}
    names = [notes[key] for key in _NAMES if isinstance(notes.get(key), str)]
    platform = value.get("platform")
    kind = notes.get(_NO_IMAGE)
    if isinstance(platform, dict) and platform.get("os") == platform.get("architecture") == "unknown":
        kind = kind or "unknown"
    return Descriptor(
        match[1],
        value["mediaType"] if isinstance(value.get("mediaType"), str) else "",
        size if type(size) is int and size >= 0 else None,
        platform=_platform(platform),
        name=names[-1] if names else None,
        kind=kind if isinstance(kind, str) else None,
        elsewhere=bool(value.get("urls")),
    )


def _platform(value: object) -> ImagePlatform | None:
    if not isinstance(value, dict):
        return None
    parts = [value.get(key) or "" for key in ("os", "architecture", "variant")]
    if not all(isinstance(part, str) and re.fullmatch(r"[A-Za-z0-9_.]{0,20}", part) for part in parts):
        return None
    system, architecture, variant = parts
    return ImagePlatform(system, architecture, variant) if system and architecture else None


def _configured(data: bytes) -> tuple[ImagePlatform | None, list[str | None]]:
    """The platform that the configuration of an image names, and the sha256 of the tar archive of each layer."""
    document = parsed(data)
    if not isinstance(document, dict):
        raise DocumentError("not an image configuration")
    root = document.get("rootfs")
    listed = root.get("diff_ids") if isinstance(root, dict) else None
    return _platform(document), list(_digests(listed if isinstance(listed, list) else []))


def _digests(values: Sequence[object]) -> Iterator[str | None]:
    for value in values:
        match = _DIGEST.fullmatch(value) if isinstance(value, str) else None
        yield match[1] if match else None


def _not_for(wish: PlatformWish, there: Sequence[ImagePlatform]) -> str:
    listed = ", ".join(dict.fromkeys(map(str, there))) or "platforms that are not named"
    asked = f"no image for {wish.platform}" if wish.asked else f"no image for this machine ({wish.platform})"
    return f"{asked}; available: {listed} (use --platform)"
