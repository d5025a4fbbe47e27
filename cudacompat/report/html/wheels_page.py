"""Packages and compute capabilities as one HTML page that needs nothing else: no network; a script of its own searches.

Without the script the page shows all rows. Its policy allows its one style sheet and its one script, by their digests.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cudacompat.domain.tables.architectures import architecture
from cudacompat.domain.tables.gpu_names import capabilities_by_name
from cudacompat.domain.wheels.coverage import CoverageRow
from cudacompat.domain.wheels.measured import CAPABILITIES
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.verdict import Outcome
from cudacompat.report.html.document import render_page

_TEXTS: Mapping[Outcome, str] = {Outcome.JIT: "JIT", Outcome.PARTIAL: "gaps", Outcome.UNDECIDED: "not known"}
_LEGEND = (
    ("native", "native", "machine code for this very GPU"),
    ("compatible", "compatible", "machine code for a lower minor version, which the GPU runs"),
    ("jit", "JIT", "the driver compiles PTX at the first start"),
    ("partial", "gaps", "some kernels are missing"),
    ("compiles", "compiles", "the package compiles its kernels at run time, with the ptxas in the wheel"),
    (
        "fails",
        "fails",
        "no code for the GPU (CUDA error 209) in the wheel, from its ptxas or in the framework that it pins",
    ),
    ("none", "no code", "no device code in the wheel that decides whether it runs"),
)
_WORDS = {"any": "any platform", "pypi": "PyPI"}


@dataclass(frozen=True, slots=True)
class WheelCell:
    """A text, and the class that gives it its color."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row as the page shows it; `of` is its index, CUDA release and platform."""

    package: str
    platform: str
    versions: str
    of: str
    cells: tuple[WheelCell, ...]


def wheels_page(rows: Sequence[CoverageRow], basis: str) -> str:
    """Return the page; `basis` is a sentence that says where the rows are from."""
    packages = {row.package for row in rows}
    stream = io.StringIO()
    context = {
        "scope": f"{count(len(packages), 'package')} in {count(len(rows), 'row')}: what runs as it is, what the driver "
        "compiles first, and what does not run, by compute capability.",
        "basis": basis,
        "platforms": sorted({row.platform for row in rows} - {"any"}),
        "gpus": _gpus(),
        "legend": _LEGEND,
        "columns": [(each, _name(each)) for each in CAPABILITIES],
        "rows": [_row(row) for row in rows],
    }
    render_page("wheels.html.jinja", ("page.css", "wheels.css"), context, stream=stream, script="wheels.js")
    return stream.getvalue()


def _gpus() -> list[tuple[str, str]]:
    """The names of GPUs that have a column."""
    named = ((name, str(capability)) for name, capability in capabilities_by_name())
    return sorted((name, capability) for name, capability in named if capability in CAPABILITIES)


def _name(capability: str) -> str:
    found = architecture(ComputeCapability.parse(capability))
    return found.name if found is not None else ""


def _row(row: CoverageRow) -> PageRow:
    index = _WORDS.get(row.index, row.index)
    basis = ("documented",) if row.basis != "measured" else ()
    cuda = (f"CUDA {row.cuda}",) if row.cuda is not None else ()
    of = ", ".join((index, *cuda, _WORDS.get(row.platform, row.platform), *basis))
    if (row.compiles or not row.has_code) and row.compilers:
        of += f", compiles with {', '.join(row.compilers)}"
    return PageRow(
        row.package, row.platform, row.versions, of=of, cells=tuple(_cell(row, each) for each in row.outcomes)
    )


def _cell(row: CoverageRow, outcome: Outcome | None) -> WheelCell:
    if outcome is None:
        return WheelCell("compiles", "compiles") if row.compiles else WheelCell("no code", "none")
    return WheelCell(_TEXTS.get(outcome, outcome.value), outcome.value)
