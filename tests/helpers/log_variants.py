"""What happens to a log line between the program that prints it and the person who reads it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable

_STAMP = "2025-08-10T14:04:21.826299073+08:00 "


def _every_line(text: str, change: Callable[[str], str]) -> str:
    return "\n".join(change(line) for line in text.split("\n"))


def _json(text: str) -> str:
    return json.dumps({"log": text + "\n", "stream": "stderr", "time": "2025-08-10T06:04:21.826299073Z"})


def _nested_json(text: str) -> str:
    return json.dumps({"level": "error", "ts": 1.7e9, "msg": _json(text), "caller": "server.go:42"})


def _cut_json(text: str) -> str:
    return json.dumps({"level": "error", "msg": text, "stack": "x" * 40})[:-25]


def _wrapped(text: str, width: int) -> str:
    """Cut at a margin, in the middle of words, as a terminal does."""
    return _every_line(text, lambda line: "\n".join(line[i : i + width] for i in range(0, len(line) or 1, width)))


def _word_wrapped(text: str) -> str:
    """Cut between words and indented, as CMake, rich and mail programs do."""

    def wrap(line: str) -> str:
        return "\n  ".join(textwrap.wrap(line, 78, break_long_words=False, break_on_hyphens=False) or [""])

    return _every_line(text, wrap)


VARIANTS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "docker timestamps": lambda text: _every_line(text, lambda line: _STAMP + line),
    "containerd": lambda text: _every_line(text, lambda line: f"2025-08-10T06:04:21.826299073Z stderr F {line}"),
    "compose": lambda text: _every_line(text, lambda line: f"transcribe-api-1  | {line}"),
    "journald": lambda text: _every_line(text, lambda line: f"Aug 10 14:04:21 host-7 podman[1234]: {line}"),
    "buildkit": lambda text: _every_line(text, lambda line: f"#14 312.7 {line}"),
    "github actions": lambda text: _every_line(text, lambda line: f"2025-08-10T06:04:21.8262990Z {line}"),
    "python logging": lambda text: f"2025-08-10 06:04:21,826 - worker.gpu - ERROR - {text}",
    "cargo": lambda text: _every_line(text, lambda line: f"[whisper-rs-sys 0.13.0] {line}"),
    "colours": lambda text: _every_line(text, lambda line: f"\x1b[1;31m{line}\x1b[0m"),
    "colours inside": lambda text: text.replace(" ", " \x1b[33m", 1) + "\x1b[0m",
    "windows line ends": lambda text: text.replace("\n", "\r\n") + "\r",
    "progress bar before": lambda text: f"\r 10%|#   | 1/9\r 20%|##  | 2/9\r{text}",
    "json": _json,
    "json in json": _nested_json,
    "json cut off": _cut_json,
    "bytes literal": lambda text: repr(text.encode()),
    "localised paths": lambda text: f"C:\\Benutzer\\Jörg\\Übung\\日本語\\lib.cpp(12): {text}",
    "invalid utf-8": lambda text: f"\udcff\udcfe caf\udce9: {text}",
    "wrapped at 80": lambda text: _wrapped(text, 80),
    "wrapped at 80 behind timestamps": lambda text: _every_line(_wrapped(text, 80), lambda line: _STAMP + line),
    "wrapped at 100": lambda text: _wrapped(text, 100),
    "wrapped between words": _word_wrapped,
}
