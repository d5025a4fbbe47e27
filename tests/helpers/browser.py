"""A real Chromium, driven over its debugging pipe: no driver and no library between it and the test."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.toolchain import takes_a_tool

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome-headless-shell")


class Browser:
    """One page of a headless browser; `events` are all that it told, in order."""

    def __init__(self, write_fd: int, read_fd: int) -> None:
        self._write, self._read = write_fd, read_fd
        self._number = 0
        self._pending = b""
        self.events: list[dict[str, Any]] = []
        self._session: str | None = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command and return its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._pending:
            chunk = os.read(self._read, 1 << 16)
            if not chunk:
                raise AssertionError("the browser has gone")
            self._pending += chunk
        message, _, self._pending = self._pending.partition(b"\0")
        parsed: dict[str, Any] = json.loads(message)
        return parsed

    def show(self, page: Path, width: int, height: int, scheme: str = "light", media: str = "") -> None:
        """Open a file in a window of this size, with this colour scheme; return when it has loaded."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if width < 700 else 1,
            mobile=width < 700,
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.ask("Emulation.setEmulatedMedia", media=media, features=features)
        self.events.clear()
        self.ask("Page.navigate", url=page.resolve().as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def run(self, expression: str) -> Any:
        """Return the value of a JavaScript expression (the debugger runs it; the page's own policy forbids scripts)."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def point_at(self, selector: str, number: int = 0) -> None:
        """Move the mouse onto the nth element of this selector."""
        box = self.run(
            f"(e => {{ e.scrollIntoView({{block: 'center', inline: 'nearest'}}); const r = e.getBoundingClientRect();"
            f" return [r.x + r.width / 2, r.y + r.height / 2]; }})(document.querySelectorAll({selector!r})[{number}])"
        )
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=box[0], y=box[1])

    def screenshot(self, path: Path, *, whole: bool = True) -> None:
        """Write a PNG of the page, or of what is in the window."""
        shot = self.ask("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A browser for the test; skips it where the machine has none (no extra of the package brings one)."""
    takes_a_tool()
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on PATH (on Debian: apt-get install chromium)")
    to_browser, from_browser = os.pipe(), os.pipe()
    # the protocol's pipes are the descriptors 3 and 4 of the browser; ours may carry the same numbers, so a shell
    # moves them
    command = f'exec "$0" "$@" 3<&{to_browser[0]} 4>&{from_browser[1]}'
    if {3, 4} & {to_browser[0], from_browser[1]}:
        moved = tuple(os.dup(fd) for fd in (to_browser[0], from_browser[1]))
        command = f'exec "$0" "$@" 3<&{moved[0]} 4>&{moved[1]}'
    else:
        moved = (to_browser[0], from_browser[1])
    # its helpers may write to the profile a moment longer than the browser lives: that is no fault of a test
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        process = subprocess.Popen(
            [
                "bash",
                "-c",
                command,
                found,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--no-first-run",
                "--remote-debugging-pipe",
                f"--user-data-dir={home}",
            ],
            pass_fds=moved,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_browser[0])
        os.close(from_browser[1])
        for fd in set(moved) - {to_browser[0], from_browser[1]}:
            os.close(fd)
        try:
            yield Browser(to_browser[1], from_browser[0])
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)
            os.close(to_browser[1])
            os.close(from_browser[0])
