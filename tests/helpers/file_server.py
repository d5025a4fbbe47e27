"""An HTTP server on this machine that gives one file, well or badly, and pages that lead there."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """What is served and how. `sent` are the bytes of bodies that went out, `asked` and `authorized` the headers Range
    and Authorization that came.

    `status` is sent in place of the file, with `status_of_parts` only where a part is asked for. `ranges`: whether
    parts are sent. `lie` changes the (start, end) that is sent for what was asked, without saying so; `claims` changes
    the Content-Range. `cut` ends the connection after so many bytes, once for each number in it. `stall_s` is how long
    it waits in the middle of a body. `after` is called after each answer. `pages` are HTML by their paths.
    """

    data: bytes
    ranges: bool = True
    etag: str | None = '"one"'
    status: int | None = None
    status_of_parts: bool = False
    redirect: str | None = None
    lie: Callable[[int, int], tuple[int, int]] | None = None
    claims: Callable[[int, int, int], str] | None = None
    length: int | None = None
    cut: list[int] = field(default_factory=list)
    stall_s: float = 0.0
    after: Callable[[FileServer], None] | None = None
    pages: dict[str, str] = field(default_factory=dict)
    sent: int = 0
    asked: list[str] = field(default_factory=list)
    authorized: set[str] = field(default_factory=set)
    url: str = ""


def _handler(served: FileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            if self.path in served.pages:
                body = served.pages[self.path].encode()
                self._head(200, {"Content-Type": "text/html", "Content-Length": str(len(body))})
                self.wfile.write(body)
                return
            asked = self.headers.get("Range", "")
            served.asked.append(asked)
            served.authorized.add(self.headers.get("Authorization", ""))
            if served.redirect is not None:
                self._head(302, {"Location": served.redirect, "Content-Length": "0"})
                return
            if served.status is not None and (asked or not served.status_of_parts):
                self._head(served.status, {"Content-Length": "0"})
                return
            match = re.fullmatch(r"bytes=(\d+)-(\d+)", asked)
            changed = self.headers.get("If-Range") not in (None, served.etag)
            if match is None or not served.ranges or changed:
                self._send(200, served.data, {})
            else:
                start, end = int(match[1]), min(int(match[2]) + 1, len(served.data))
                claims = served.claims or (lambda start, end, total: f"bytes {start}-{end - 1}/{total}")
                header = {"Content-Range": claims(start, end, len(served.data))}
                start, end = served.lie(start, end) if served.lie is not None else (start, end)
                self._send(206, served.data[start:end], header)
            if served.after is not None:
                served.after(served)

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            length = len(body) if served.length is None else served.length
            self._head(status, {"Content-Length": str(length), **headers})
            limit = served.cut.pop(0) if served.cut else len(body)
            with contextlib.suppress(OSError):
                for at in range(0, min(limit, len(body)), 1000):
                    piece = body[at : min(at + 1000, limit)]
                    self.wfile.write(piece)
                    served.sent += len(piece)
                    if served.stall_s and at:
                        time.sleep(served.stall_s)

        def _head(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in ({"ETag": served.etag} if served.etag else {}).items():
                self.send_header(name, value)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextlib.contextmanager
def serving(served: FileServer, name: str = "demo-1.0-py3-none-any.whl") -> Iterator[FileServer]:
    """Serve it, under any path, until the context ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}/{name}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
