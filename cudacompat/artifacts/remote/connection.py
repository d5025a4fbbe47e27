"""One file behind an https address, byte range by byte range: what a server sends is held to what it promised."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from cudacompat.artifacts.remote.errors import (
    FileReplacedError,
    NoRangesError,
    RemoteError,
    _is_transport,
    _of_status,
    _untrusted,
    _words,
)

if TYPE_CHECKING:
    from http.client import HTTPMessage
    from urllib.request import OpenerDirector, Request

OnBytes = Callable[[int], None]

CHUNK = 1 << 16
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_MOST_REDIRECTS = 5
_PAUSES_S = (0.5, 2.0)  # before the second and the third try
_TRIES = len(_PAUSES_S) + 1


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may send nothing (`silent_s`), what it has to send within each `window_s` seconds, and how long
    all may take."""

    silent_s: float = 30.0
    window_s: float = 60.0
    least: int = 1 << 16
    whole_s: float = 1800.0


@dataclass(frozen=True, slots=True)
class Remote:
    """A file behind an address: its bytes, and the mark of its state (an ETag, or when it was changed)."""

    url: str
    size: int | None
    mark: str | None
    ranges: bool


class Stream(Protocol):
    """What an answer is read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes."""


def is_url(text: str) -> bool:
    """Whether a text is an address of this kind, good or not."""
    return bool(re.match(r"https?://", text, re.IGNORECASE))


def why_refused(url: str) -> str | None:
    """Return why an address is not asked; None for one that may be: https, or http on this very machine."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "no valid address"
    if not parts.hostname or port == 0 or not url.isascii() or re.search(r"[\s\x00-\x20\x7f]", url):
        return "no valid address"
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        return "only https addresses are read; others on the network can change a file that http transfers"
    return None if parts.scheme in ("http", "https") else "only https addresses are read"


class Connection:
    """Asks for one file. Every method raises `RemoteError` for what a server does.

    `headers` are sent along with each question; what `Authorization` says goes to the host of the address alone.
    """

    def __init__(
        self,
        url: str,
        patience: Patience | None = None,
        on_bytes: OnBytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._url, authorization = _apart(url)
        self._headers = dict(headers or {})
        self._authorization = self._headers.pop("Authorization", authorization)
        self._patience = patience or Patience()
        self._on_bytes = on_bytes or _nobody
        self._until = time.monotonic() + self._patience.whole_s
        self._opener = _opener()

    @property
    def url(self) -> str:
        """The address, without a password."""
        return self._url

    def authorize(self, authorization: str | None) -> None:
        """Say this in the header Authorization from now on."""
        self._authorization = authorization

    @contextmanager
    def first(self, size: int) -> Iterator[tuple[Remote, Stream]]:
        """Ask for the first `size` bytes; give what the file is and the answer: all of it where `ranges` is False."""
        with self._answer({"Range": f"bytes=0-{size - 1}"}, tries=_TRIES) as answer:
            mark = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
            url = answer.geturl()
            if answer.status == 206:
                start, end, total = _content_range(answer.headers.get("Content-Range"))
                if start != 0 or end != min(size, total) - 1:
                    raise NoRangesError("the server sent another part of the file than the one it was asked for")
                yield Remote(url, total, mark, ranges=True), _Bounded(self, answer, end + 1)
            else:
                count = _length(answer.headers.get("Content-Length"))
                yield Remote(url, count, mark, ranges=False), _Bounded(self, answer, count)

    @contextmanager
    def whole(self, tries: int = _TRIES) -> Iterator[tuple[int | None, Stream]]:
        """Ask for all of the file; give how many bytes the server promises, and the answer."""
        with self._answer({}, tries=tries) as answer:
            if answer.status != 200:
                raise RemoteError("the server sent a part of the file where all of it was asked for")
            count = _length(answer.headers.get("Content-Length"))
            yield count, _Bounded(self, answer, count)

    def part(self, remote: Remote, start: int, end: int) -> Iterator[bytes]:
        """Give the bytes `[start, end)` piece by piece, asked for again from where a connection broke."""
        tries = _TRIES
        while start < end:
            try:
                for piece in self._part(remote, start, end):
                    start += len(piece)
                    yield piece
            except RemoteError as error:
                tries -= 1
                if not tries or not error.passing:
                    raise
                self._pause(_TRIES - 1 - tries, error)

    def _part(self, remote: Remote, start: int, end: int) -> Iterator[bytes]:
        wanted = {"Range": f"bytes={start}-{end - 1}"}
        if remote.mark is not None and not remote.mark.startswith("W/"):
            wanted["If-Range"] = remote.mark
        with self._answer(wanted, remote.url) as answer:
            if answer.status != 206:
                if remote.mark is not None:
                    raise FileReplacedError("the file at the address was replaced while it was read")
                raise NoRangesError("the server no longer answers requests for parts of the file")
            first, last, total = _content_range(answer.headers.get("Content-Range"))
            mark = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
            if total != remote.size or (mark is not None and remote.mark is not None and mark != remote.mark):
                raise FileReplacedError("the file at the address was replaced while it was read")
            length = _length(answer.headers.get("Content-Length"))
            if (first, last) != (start, end - 1) or length not in (None, end - start):
                raise NoRangesError("the server sent another part of the file than the one it was asked for")
            stream = _Bounded(self, answer, end - start)
            while piece := stream.read(CHUNK):
                yield piece

    @contextmanager
    def _answer(self, headers: dict[str, str], url: str | None = None, tries: int = 1) -> Iterator[Any]:
        """One answer of 200 or 206, closed afterwards."""
        for number in range(tries):
            try:
                answer = self._ask(headers, url or self._url)
                break
            except RemoteError as error:
                if not error.passing or number + 1 == tries:
                    raise
                self._pause(number, error)
        try:
            yield answer
        finally:
            answer.close()

    def _ask(self, headers: dict[str, str], url: str) -> Any:
        from urllib.error import HTTPError, URLError
        from urllib.request import Request

        headers = {"User-Agent": "cudacompat", "Accept-Encoding": "identity", **self._headers, **headers}
        if self._authorization is not None and urlsplit(url).netloc == urlsplit(self._url).netloc:
            headers["Authorization"] = self._authorization
        request = Request(url, headers=headers)  # noqa: S310
        try:
            answer = self._opener.open(request, timeout=self._patience.silent_s)
        except HTTPError as error:
            error.close()
            challenges, pause = error.headers.get_all("WWW-Authenticate"), error.headers.get("Retry-After")
            raise _of_status(error.code, challenges, pause) from None
        except URLError as error:
            passing = isinstance(error.reason, OSError) and not _untrusted(error.reason)
            raise RemoteError(_words(error.reason), passing=passing) from None
        except Exception as error:
            if not _is_transport(error):
                raise
            raise RemoteError(_words(error), passing=True) from None
        if answer.status not in (200, 206):
            answer.close()
            raise _of_status(answer.status)
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            answer.close()
            raise RemoteError("the server sent the file in another encoding than the one it was asked for")
        return answer

    def _pause(self, number: int, error: RemoteError) -> None:
        pause = max(_PAUSES_S[min(number, len(_PAUSES_S) - 1)], error.pause_s)
        time.sleep(max(0.0, min(pause, self._until - time.monotonic())))

    def took(self, count: int) -> None:
        """Count bytes that have come."""
        self._on_bytes(count)
        if time.monotonic() > self._until:
            raise RemoteError(f"not there after {self._patience.whole_s:g} s")

    @property
    def patience(self) -> Patience:
        """How long it waits."""
        return self._patience


class _Bounded:
    """The body of an answer: not more bytes than promised, not fewer, and none that come too slowly."""

    def __init__(self, connection: Connection, answer: Any, size: int | None) -> None:
        self._connection = connection
        self._answer = answer
        self._left = size
        self._window = (time.monotonic(), 0)

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        wanted = CHUNK if size < 0 else min(size, CHUNK)
        if self._left is not None:
            wanted = min(wanted, self._left)
        if not wanted:
            return b""
        try:
            data: bytes = self._answer.read1(wanted)
        except Exception as error:
            if not _is_transport(error):
                raise
            raise RemoteError(_words(error), passing=True) from None
        if not data and self._left:
            raise RemoteError("the connection ended before all bytes had come", passing=True)
        if self._left is not None:
            self._left -= len(data)
        self._watch(len(data))
        self._connection.took(len(data))
        return data

    def _watch(self, count: int) -> None:
        began, came = self._window
        now, patience = time.monotonic(), self._connection.patience
        if now - began < patience.window_s:
            self._window = (began, came + count)
        elif came + count < patience.least:
            raise RemoteError(f"the server sent {came + count} bytes in {now - began:.0f} s", passing=True)
        else:
            self._window = (now, 0)


def _opener() -> OpenerDirector:
    from urllib.request import HTTPRedirectHandler, build_opener

    class Redirects(HTTPRedirectHandler):
        """Follows a few, and none that leads away from https."""

        max_redirections = _MOST_REDIRECTS
        max_repeats = 2

        def redirect_request(
            self,
            req: Request,
            fp: IO[bytes],
            code: int,
            msg: str,
            headers: HTTPMessage,
            newurl: str,
        ) -> Request | None:
            """Return the next request; `RemoteError` for an address that is not asked."""
            if why_refused(newurl) or urlsplit(newurl).scheme != urlsplit(req.full_url).scheme:
                raise RemoteError("the server names another address, which is not https")
            following = super().redirect_request(req, fp, code, msg=msg, headers=headers, newurl=newurl)
            if following is not None and urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
                following.remove_header("Authorization")
            return following

    return build_opener(Redirects)


def _apart(url: str) -> tuple[str, str | None]:
    """An address without the name and password in it, and the header that says them."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    from base64 import b64encode
    from urllib.parse import unquote

    return parts._replace(netloc=host).geturl(), f"Basic {b64encode(unquote(user).encode()).decode()}"


def _content_range(text: str | None) -> tuple[int, int, int]:
    match = _CONTENT_RANGE.fullmatch(text or "")
    if match is None:
        raise NoRangesError("the server does not say which part of the file it sent")
    start, end, total = map(int, match.groups())
    if not start <= end < total:
        raise NoRangesError("the server does not say which part of the file it sent")
    return start, end, total


def _length(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\d{1,18}", text) else None


def _nobody(_: int) -> None:
    pass
