"""Running the command line as a user does: a separate process, its stdout, stderr and exit code."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from tests.helpers.asked_once import asked_once
from tests.helpers.forked import ForkServer

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "incident" / "libggml-cuda.so"
GPU = "RTX 5070 Ti"


@dataclass(frozen=True)
class Ran:
    """What a run left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as JSON."""
        return json.loads(self.out)


def cudacompat(*arguments: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Ran:
    """Run `cudacompat` with these arguments, without a terminal and without CUDA variables from outside."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("CUDA_", "NVIDIA_", "COLUMNS", "NO_COLOR"))}
    whole = {**inherited, "PYTHONPATH": str(ROOT), **(env or {})}
    server = _fork_server()
    if server is not None and server.serves(whole):
        code, out, err = server.run([*map(str, arguments)], whole, cwd or Path.cwd(), timeout=120)
        return Ran(code, _text(out), _text(err))
    done = subprocess.run(
        [sys.executable, "-m", "cudacompat", *map(str, arguments)],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=120,
        env=whole,
        cwd=cwd,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@cache
def _fork_server() -> ForkServer | None:
    """Where runs are forked; `None` where each is to start anew."""
    if os.environ.get("CUDACOMPAT_TEST_START") or sys.platform != "linux":
        return None
    return ForkServer()


def _text(data: bytes) -> str:
    return io.TextIOWrapper(io.BytesIO(data), "utf-8", "surrogateescape").read()


def inside(*arguments: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Ran:
    """The same in this process: for the many runs of a table, each of which would start a Python of its own."""
    from cudacompat.cli.main import run

    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("CUDA", "NVIDIA_", "COLUMNS", "NO_COLOR"))}
    out, err = io.StringIO(), io.StringIO()
    with (
        asked_once(),
        mock.patch.dict(os.environ, {**inherited, **(env or {})}, clear=True),
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run([str(each) for each in arguments])
    return Ran(code, out.getvalue(), err.getvalue())
