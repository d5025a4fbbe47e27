"""What the driver of this machine answers, asked once for each environment: it does not change while tests run, and to
ask it takes two processes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from cudacompat.host.gpus import libcuda, nvml

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
        yield


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
