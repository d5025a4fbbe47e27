"""Images in a registry, through the distribution API: documents first, then each layer as a stream. Nothing is kept."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from cudacompat.artifacts.containers.base import BrokenOffError, ByteStream
from cudacompat.artifacts.containers.image_documents import (
    LARGEST,
    Descriptor,
    DocumentError,
    ImageOutline,
    LayerPlace,
    chosen_image,
)
from cudacompat.artifacts.remote.connection import Connection, OnBytes, Patience, Remote, Stream, why_refused
from cudacompat.artifacts.remote.credentials import Credentials
from cudacompat.artifacts.remote.errors import RemoteError
from cudacompat.artifacts.remote.image_reference import ImageReference
from cudacompat.domain.words.image_platforms import PlatformWish

_T = TypeVar("_T")

WHOLE_S = 7200.0  # seconds that all of an image may take
_ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_LARGEST_TOKEN = 1 << 20
_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"([^"\\]{0,2000})"|([^\s",]{1,2000}))')
_NOT_HTTP = 400
_TOKEN = re.compile(r"[\x21-\x7e]{1,65536}")


class Registry:
    """Asks one registry for one image. Passwords go to it, and to the token server that it names, over https alone
    (over http to a registry on this machine)."""

    def __init__(
        self,
        reference: ImageReference,
        credentials: Credentials,
        on_bytes: OnBytes | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._reference = reference
        self._credentials = credentials
        self._on_bytes = on_bytes
        self._patience = patience or Patience()
        self._until = time.monotonic() + (WHOLE_S if patience is None else patience.whole_s)
        self._authorization: str | None = None
        self._scheme = "https"

    def digest(self) -> str:
        """Return the digest of the image, or of the index of its platforms; `RemoteError` where it is not there."""
        try:
            return f"sha256:{sha256(self._top()).hexdigest()}"
        except RemoteError as error:
            raise self._said(error) from None

    def image(self, wish: PlatformWish) -> ImageOutline:
        """Return the image that is wanted; `RemoteError` where the registry does not give it."""
        try:
            top = self._top()
        except RemoteError as error:
            raise self._said(error) from None
        descriptor = Descriptor(sha256(top).hexdigest())
        if self._reference.digest not in (None, descriptor.digest):
            raise RemoteError("the registry sent another manifest than the one that was named")

        def fetch(wanted: Descriptor) -> bytes:
            return top if wanted.digest == descriptor.digest else self._fetch(wanted)

        outline = chosen_image([descriptor], fetch, wish)
        if outline is None:
            raise RemoteError("the registry has no image under this name")
        if not outline.layers and outline.problems:
            raise RemoteError("; ".join(why for _, why in outline.problems))
        return outline

    @contextmanager
    def layer(self, place: LayerPlace) -> Iterator[ByteStream]:
        """Give the bytes of a layer; `DocumentError` where the registry does not send it, `BrokenOffError` where it
        stops to."""
        connection = self._connection(self._blob(place.digest or ""))
        with ExitStack() as stack:
            try:
                size, stream = self._asked(lambda: stack.enter_context(self._refreshed(connection).whole()))
            except RemoteError as error:
                raise DocumentError(f"cannot get the layer: {self._said(error)}") from None
            if place.size is not None and size not in (None, place.size):
                raise DocumentError(f"the registry sends {size} bytes; the manifest says {place.size}")
            yield _Layer(connection, stream, place)

    def _top(self) -> bytes:
        path = f"manifests/{self._reference.version}"
        if not self._reference.is_local:
            return self._document(path)
        try:
            return self._document(path, tries=1)
        except RemoteError as error:
            if error.status is not None or error.sealed:
                raise
            refused = error
        self._scheme = "http"  # a registry on this machine mostly has no certificate
        try:
            return self._document(path)
        except RemoteError as error:  # one that has answers 400 there: why https did not do says more
            raise refused if error.status == _NOT_HTTP else error from None

    def _fetch(self, wanted: Descriptor) -> bytes:
        """A manifest, or what a manifest points at; `DocumentError` where it cannot be had."""
        is_manifest = not wanted.media_type or "manifest" in wanted.media_type or "index" in wanted.media_type
        path = f"manifests/sha256:{wanted.digest}" if is_manifest else self._blob(wanted.digest)
        try:
            data = self._document(path)
        except RemoteError as error:
            raise DocumentError(str(self._said(error))) from None
        if sha256(data).hexdigest() != wanted.digest:
            raise DocumentError("the registry sent another document than the one that the manifest names")
        return data

    @staticmethod
    def _blob(digest: str) -> str:
        return f"blobs/sha256:{digest}"

    def _document(self, path: str, **tries: int) -> bytes:
        connection = self._connection(path)

        def whole() -> bytes:
            with self._refreshed(connection).whole(**tries) as (_, stream):
                return _all_of(stream, LARGEST)

        return self._asked(whole)

    def _connection(self, path: str) -> Connection:
        left = replace(self._patience, whole_s=max(0.0, self._until - time.monotonic()))
        url = f"{self._scheme}://{self._reference.host}/v2/{self._reference.repository}/{path}"
        headers = {"Accept": _ACCEPT if path.startswith("manifests/") else "*/*"}
        return Connection(url, left, self._on_bytes, headers=headers)

    def _refreshed(self, connection: Connection) -> Connection:
        connection.authorize(self._authorization)
        return connection

    def _asked(self, ask: Callable[[], _T]) -> _T:
        """Ask, and once more with what the registry wants to see where it asks for that."""
        try:
            return ask()
        except RemoteError as error:
            if error.status != 401 or not error.challenges:
                raise
            self._authorize(error.challenges)
        return ask()

    def _authorize(self, challenges: tuple[str, ...]) -> None:
        for challenge in challenges:
            kind, _, rest = challenge.strip().partition(" ")
            if kind.lower() == "bearer":
                said = {key.lower(): quoted or plain for key, quoted, plain in _PARAMETER.findall(rest)}
                self._authorization = f"Bearer {self._token(said)}"
                return
            if kind.lower() == "basic" and self._credentials.header is not None:
                self._authorization = self._credentials.header
                return
        raise RemoteError("the registry asks for a login", sealed=True)

    def _token(self, said: dict[str, str]) -> str:
        realm = said.get("realm", "")
        local = urlsplit(realm).scheme == "http" if why_refused(realm) is None else False
        if why_refused(realm) is not None or (local and not self._reference.is_local):
            raise RemoteError("the registry names a token server that is not https")
        asked = {"scope": f"repository:{self._reference.repository}:pull"}
        if said.get("service"):
            asked["service"] = said["service"]
        url = f"{realm}{'&' if '?' in realm else '?'}{urlencode(asked)}"
        headers = {} if self._credentials.header is None else {"Authorization": self._credentials.header}
        with Connection(url, self._patience, None, headers=headers).whole() as (_, stream):
            data = _all_of(stream, _LARGEST_TOKEN)
        try:
            answer = json.loads(data)
            token = answer.get("token") or answer.get("access_token")
        except (ValueError, RecursionError, AttributeError):
            token = None
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise RemoteError("the token server of the registry sent no token")
        return token

    def _said(self, error: RemoteError) -> RemoteError:
        """The error in the words of a registry."""
        if error.status == 404:
            return RemoteError("the registry has no such image, tag or layer (HTTP 404)", status=404)
        if not error.sealed:
            return error
        if self._credentials.basic is not None:
            why = "the registry refuses the login from your configuration file, or has no such image"
        elif self._credentials.helper is not None:
            why = (
                f"the registry asks for a login; the configuration names {self._credentials.helper}, "
                "which cudacompat does not use: pipe the image instead (podman save IMAGE | cudacompat check -)"
            )
        else:
            why = "the registry asks for a login, or has no such image: use docker login or podman login"
        return RemoteError(why, sealed=True)


class _Layer:
    """The bytes of a layer, asked for again from where a connection broke: not more than the manifest says."""

    def __init__(self, connection: Connection, stream: Stream, place: LayerPlace) -> None:
        self._connection = connection
        self._stream: Stream | None = stream
        self._rest: Iterator[bytes] = iter(())
        self._ready = b""
        self._size = place.size
        self._came = 0
        self._failed: BrokenOffError | None = None

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        if self._failed is not None:
            raise self._failed
        if not self._ready:
            try:
                self._ready = self._more()
            except RemoteError as error:
                self._failed = BrokenOffError(f"download failed: {error}")
                raise self._failed from None
        data, self._ready = (self._ready, b"") if size < 0 else (self._ready[:size], self._ready[size:])
        return data

    def _more(self) -> bytes:
        data = b""
        if self._stream is not None:
            try:
                data = self._stream.read()
                if not data and self._came < (self._size or 0):
                    raise RemoteError("the connection ended before all bytes had come", passing=True)
            except RemoteError as error:
                if not error.passing or self._size is None:
                    raise
                self._stream = None
                remote = Remote(self._connection.url, self._size, None, ranges=True)
                self._rest = self._connection.part(remote, self._came, self._size)
        if self._stream is None:
            data = next(self._rest, b"")
        self._came += len(data)
        if self._size is not None and self._came > self._size:
            raise RemoteError("the registry sends more bytes than the manifest says")
        return data


def _all_of(stream: Stream, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while piece := stream.read():
        size += len(piece)
        if size > most:
            raise RemoteError(f"the answer has more than {most >> 20} MiB")
        parts.append(piece)
    return b"".join(parts)
