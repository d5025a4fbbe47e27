"""Container images as files: layers, archives of `docker save`, OCI layouts, with whatever is wrong on purpose."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

EMPTY_LAYER = bytes(1024)  # as Docker writes one: nothing but the end mark

Item = tuple[str, bytes | str | None]


def layer(*items: Item) -> bytes:
    """A tar archive: bytes are a file, None a folder, `-> TARGET` a symbolic link, `=> TARGET` a hard link."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, what in items:
            info = tarfile.TarInfo(name)
            if what is None:
                info.type = tarfile.DIRTYPE
            elif isinstance(what, str):
                kind, info.linkname = what.split(" ", 1)
                info.type = tarfile.SYMTYPE if kind == "->" else tarfile.LNKTYPE
            else:
                info.size = len(what)
            archive.addfile(info, io.BytesIO(what) if isinstance(what, bytes) else None)
    return stream.getvalue()


def digest(data: bytes) -> str:
    """The sha256 as documents write it."""
    return f"sha256:{sha256(data).hexdigest()}"


def configuration(layers: Iterable[bytes], architecture: str = "amd64") -> bytes:
    """The configuration of an image with these tar archives."""
    root = {"type": "layers", "diff_ids": [digest(each) for each in layers]}
    return json.dumps({"os": "linux", "architecture": architecture, "rootfs": root}).encode()


def saved(*layers: bytes, tag: str = "demo:1", extra: Iterable[Item] = (), architecture: str = "amd64") -> bytes:
    """An archive as `docker save` writes it: its manifest.json comes last."""
    config = configuration(layers, architecture)
    names = [f"{sha256(each).hexdigest()}.tar" for each in layers]
    own = f"{sha256(config).hexdigest()}.json"
    manifest = [{"Config": own, "RepoTags": [tag], "Layers": names}]
    items: list[Item] = [*zip(names, layers, strict=True), (own, config), *extra]
    return layer(*items, ("manifest.json", json.dumps(manifest).encode()))


class Layout:
    """An OCI layout that is put together; `blobs` are its bytes by their digests."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.entries: list[dict[str, Any]] = []

    def blob(self, data: bytes, media_type: str, **more: object) -> dict[str, Any]:
        """Add bytes and return what points at them."""
        self.blobs[digest(data)] = data
        return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}

    def manifest(self, *layers: bytes, architecture: str = "amd64", packed: bool = True) -> dict[str, Any]:
        """Add an image and return what points at it."""
        config = self.blob(configuration(layers, architecture), "application/vnd.oci.image.config.v1+json")
        stored = [
            self.blob(
                gzip.compress(each, mtime=0) if packed else each,
                f"application/vnd.oci.image.layer.v1.tar{'+gzip' if packed else ''}",
            )
            for each in layers
        ]
        kind = "application/vnd.oci.image.manifest.v1+json"
        document = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": stored}
        platform = {"os": "linux", "architecture": architecture}
        return self.blob(json.dumps(document).encode(), kind, platform=platform)

    def add(self, entry: Mapping[str, Any], name: str | None = None) -> None:
        """Add an entry to the index of the layout."""
        notes = {"annotations": {"org.opencontainers.image.ref.name": name}} if name else {}
        self.entries.append({**entry, **notes})

    def files(self) -> dict[str, bytes]:
        """All files of the layout."""
        index = {"schemaVersion": 2, "manifests": self.entries}
        return {
            **{f"blobs/sha256/{name.removeprefix('sha256:')}": data for name, data in self.blobs.items()},
            "index.json": json.dumps(index).encode(),
            "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
        }

    def tar(self) -> bytes:
        """The layout as one archive."""
        return layer(*self.files().items())

    def write(self, folder: Path) -> Path:
        """The layout as a folder."""
        for name, data in self.files().items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return folder
