"""What does not change while tests run, asked once: what the driver of this machine answers (for each environment; to
ask it takes two processes), the release in each nvcc (to find it, tens of megabytes are read), and what is installed in
the environments of this machine (hundreds of packages, more than half of what `doctor` does). The wheel of this program
that `generate` puts beside its files is made once, too."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from cudacompat.environments import installed
from cudacompat.generate import install
from cudacompat.host.gpus import libcuda, nvml
from cudacompat.host.toolchain import nvcc

_MATTERS = ("CUDA", "NVIDIA_", "PATH", "PYTHON")
_ANOTHER = ("LD_", "FAKE_")  # the driver is one that a test has made, and may change
_answers: dict[object, Any] = {}


@contextlib.contextmanager
def asked_once() -> Iterator[None]:
    """Within this, questions to NVML and libcuda that were answered before in such an environment are not asked again.

    A test that puts something else in the place of a question's function is asked for each time.
    """
    with contextlib.ExitStack() as stack:
        for module, name in ((nvml, "_asked"), (libcuda, "_ask")):
            stack.enter_context(mock.patch.object(module, name, _remembering(getattr(module, name))))
        stack.enter_context(mock.patch.object(nvcc, "_of_program", _of_file(nvcc._of_program)))
        stack.enter_context(mock.patch.object(installed, "components", _of_machine(installed.components)))
        stack.enter_context(mock.patch.object(install, "wheel", _made_once(install.wheel)))
        yield


def _made_once(make: Callable[[], bytes]) -> Callable[[], bytes]:
    def answer() -> bytes:
        if make not in _answers:
            _answers[make] = make()
        made: bytes = _answers[make]
        return made

    return answer


def _of_file(ask: Callable[[Path], Any]) -> Callable[[Path], Any]:
    """The same function, asked once for each file as it is."""

    def answer(path: Path) -> Any:
        try:
            found = path.stat()
        except OSError:
            return ask(path)
        key = (ask, path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
        if key not in _answers:
            _answers[key] = ask(path)
        return _answers[key]

    return answer


def _of_machine(ask: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, asked once for each set of folders as they are, where none of them is one that a test made."""

    def answer(folders: Any, prefixes: Any, libraries: Any = (), root: str | None = None) -> Any:
        named = (*(each.path for each in folders), *prefixes, *libraries, root or "")
        if any(Path(each).is_relative_to(tempfile.gettempdir()) for each in named):
            return ask(folders, prefixes, libraries, root)
        changed = tuple(Path(each).stat().st_mtime_ns for each in named if Path(each).exists())
        key = (ask, tuple(folders), tuple(prefixes), tuple(libraries), root, changed)
        if key not in _answers:
            _answers[key] = ask(folders, prefixes, libraries, root)
        return _answers[key]

    return answer


def _remembering(ask: Callable[..., Any]) -> Callable[..., Any]:
    def answer(*question: object) -> Any:
        if any(k.startswith(_ANOTHER) for k in os.environ):
            return ask(*question)
        environment = tuple(sorted((k, v) for k, v in os.environ.items() if k.startswith(_MATTERS)))
        key = (ask, question, environment)
        if key not in _answers:
            _answers[key] = ask(*question)
        return _answers[key]

    return answer
