"""A registry on this machine that gives one image, well or badly; and the real one, where it is installed."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests.helpers import toolchain
from tests.helpers.images import Layout

TOKEN = "a-token"


@dataclass
class FakeRegistry:
    """The blobs of a layout under the name `demo`, `top` under the tag `1`.

    `token`: whether a bearer token is wanted; `realm` is who gives it, this server where it is empty. `basic` is the
    header Authorization that is wanted. `change` changes the bytes of a body by its path. `redirect` is where a layer
    is sent from. `cut` ends the connection after so many bytes of a layer, once for each number in it. `ranges`:
    whether parts are sent. `asked` are the paths with the header Authorization that came along.
    """

    layout: Layout
    top: str
    token: bool = False
    realm: str = ""
    basic: str | None = None
    change: Callable[[str, bytes], bytes] | None = None
    redirect: str | None = None
    cut: list[int] = field(default_factory=list)
    ranges: bool = True
    stall_s: float = 0.0
    asked: list[tuple[str, str]] = field(default_factory=list)
    host: str = ""

    @property
    def name(self) -> str:
        """What to check."""
        return f"oci://{self.host}/demo:1"


def _handler(served: FakeRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            path = urlsplit(self.path).path
            authorization = self.headers.get("Authorization", "")
            served.asked.append((self.path, authorization))
            if path == "/token":
                if served.basic is not None and authorization != served.basic:
                    return self._send(401, b"")
                return self._send(200, json.dumps({"token": TOKEN}).encode())
            if path.startswith("/elsewhere/"):
                return self._body(path)
            if served.token and authorization != f"Bearer {TOKEN}":
                realm = served.realm or f"http://{served.host}/token"
                return self._send(401, b"", {"WWW-Authenticate": f'Bearer realm="{realm}",service="us"'})
            if not served.token and served.basic is not None and authorization != served.basic:
                return self._send(401, b"", {"WWW-Authenticate": 'Basic realm="x"'})
            if served.redirect is not None and "/blobs/" in path and path.rpartition(":")[2] not in self._documents():
                target = served.redirect + path.rpartition("/")[2]
                return self._send(307, b"", {"Location": target})
            return self._body(path)

        def _documents(self) -> set[str]:
            return {name[7:] for name, data in served.layout.blobs.items() if data[:1] == b"{"}

        def _body(self, path: str) -> None:
            wanted = path.rpartition("/")[2]
            data = served.layout.blobs.get(served.top if wanted == "1" else wanted)
            if data is None:
                return self._send(404, b"")
            if served.change is not None:
                data = served.change(path, data)
            match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            if match is None or not served.ranges:
                return self._send(200, data, cut="/blobs/" in path or "/elsewhere/" in path)
            start, end = int(match[1]), int(match[2]) + 1
            return self._send(206, data[start:end], {"Content-Range": f"bytes {start}-{end - 1}/{len(data)}"}, cut=True)

        def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: bool = False) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            limit = served.cut.pop(0) if cut and served.cut and body[:1] != b"{" else len(body)
            with contextlib.suppress(OSError):
                self.wfile.write(body[: limit // 2])
                time.sleep(served.stall_s if cut else 0.0)
                self.wfile.write(body[limit // 2 : limit])

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextlib.contextmanager
def serving(served: FakeRegistry) -> Iterator[FakeRegistry]:
    """Serve it until the context ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    served.host = f"127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def real_registry(folder: Path, password_file: Path | None = None) -> Iterator[str]:
    """Debian's docker-registry on a free port of the loopback; gives its host and port."""
    program = toolchain.optional_program("docker-registry")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    auth = f"auth: {{htpasswd: {{realm: x, path: {password_file}}}}}\n" if password_file else ""
    (folder / "registry.yml").write_text(
        f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {folder}/registry}}}}\n"
        f'http: {{addr: "127.0.0.1:{port}"}}\n{auth}'
    )
    # the registry takes variables such as REGISTRY_AUTH_FILE for settings of its own
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    with (folder / "registry.log").open("wb") as log:
        command = [str(program), "serve", str(folder / "registry.yml")]
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        _wait_for(port, process)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert process.poll() is None
        time.sleep(0.05)
    raise AssertionError("the registry did not start")
