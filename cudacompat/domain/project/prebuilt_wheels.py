"""Packages of Python whose files on the package index are built already: no setting of the build reaches them.

Only those for which the index has wheels with CUDA code, of which the CUDA part lies in such a wheel, or whose wheels
are without it. The rows of engines stand with the engines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prebuilt:
    """One package, by its normalised name. `index` is what the address of the index has to hold for it, where only
    another index than PyPI has its wheels. `without_cuda` is whether the wheels are for the CPU, so that CUDA takes a
    build from source."""

    name: str
    carries: str
    source: str
    index: str | None = None
    without_cuda: bool = False


# of programs that are no engine here
PREBUILT: tuple[Prebuilt, ...] = (Prebuilt("tensorflow", "its kernels", "pypi.org/project/tensorflow"),)


def prebuilt(rows: Iterable[Prebuilt], name: str) -> Prebuilt | None:
    """Return the row of this normalised name, `None` if there is none."""
    return next((row for row in rows if row.name == name), None)
