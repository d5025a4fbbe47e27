"""How engines are built, as data: one literal a file. Nothing about an engine stands anywhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from cudacompat.domain.builds.engine import Channel
from cudacompat.domain.machine.loaders import CudaLibraries, OneForRelease
from cudacompat.domain.words.errors import UnknownEngineError, UsageError
from cudacompat.engines import (
    bitsandbytes,
    candle,
    cargo_cc,
    cargo_cmake,
    cmake,
    ctranslate2,
    cupy,
    faiss,
    flash_attention,
    ggml,
    ik_llama_cpp,
    k2,
    koboldcpp,
    llama_cpp,
    llama_cpp_python,
    llama_cpp_rs,
    nvcc,
    onnxruntime,
    opencv,
    pytorch,
    pywhispercpp,
    stable_diffusion_cpp,
    tiny_cuda_nn,
    torch_extension,
    vllm,
    whisper_cpp,
    whisper_rs,
)
from cudacompat.engines.record import EngineRecord

if TYPE_CHECKING:
    from cudacompat.domain.logs.signature import LogLines
    from cudacompat.domain.machine.loaders import Loading
    from cudacompat.domain.project.prebuilt_wheels import Prebuilt
    from cudacompat.domain.runs.signs import RunSign

# In the order in which a source tree is asked whose it is: the most particular first, any CMake project last.
ENGINES: tuple[EngineRecord, ...] = (
    whisper_cpp.ENGINE,
    whisper_rs.ENGINE,
    ik_llama_cpp.ENGINE,
    koboldcpp.ENGINE,
    llama_cpp.ENGINE,
    llama_cpp_rs.ENGINE,
    llama_cpp_python.ENGINE,
    pywhispercpp.ENGINE,
    ggml.ENGINE,
    ctranslate2.ENGINE,
    candle.ENGINE,
    flash_attention.ENGINE,
    vllm.ENGINE,
    bitsandbytes.ENGINE,
    onnxruntime.ENGINE,
    cupy.ENGINE,
    faiss.ENGINE,
    opencv.ENGINE,
    stable_diffusion_cpp.ENGINE,
    tiny_cuda_nn.ENGINE,
    k2.ENGINE,
    pytorch.ENGINE,
    torch_extension.ENGINE,
    cargo_cc.ENGINE,
    cargo_cmake.ENGINE,
    cmake.ENGINE,
    nvcc.ENGINE,
)


_ADDED: ContextVar[tuple[EngineRecord, ...]] = ContextVar("engines that are known for a while", default=())


def known() -> tuple[EngineRecord, ...]:
    """Return the engines that are known now, in the order in which a source tree is asked."""
    return (*_ADDED.get(), *ENGINES)


@contextmanager
def added(*engines: EngineRecord) -> Iterator[None]:
    """Know these engines as well while it lasts, before all others: to try one that is being described."""
    token = _ADDED.set((*engines, *_ADDED.get()))
    try:
        yield
    finally:
        _ADDED.reset(token)


def log_lines() -> tuple[LogLines, ...]:
    """Return what engines bring to the catalogue of log lines."""
    return tuple(each.log_lines() for each in known() if each.log_lines is not None)


def run_signs() -> tuple[RunSign, ...]:
    """Return the lines by which running engines show where they run."""
    return tuple(sign for each in known() if each.run_signs is not None for sign in each.run_signs())


def log_names() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the names of engines with what their log lines hold, the one that is meant of several first."""
    named = sorted((name.rank, each.name, name.pattern) for each in known() for name in each.log_names)
    return tuple((name, re.compile(pattern)) for _, name, pattern in named)


def names_anywhere() -> tuple[str, ...]:
    """Return the settings of engines whose names mean the same in every project."""
    return tuple(dict.fromkeys(knob.name for each in known() for knob in each.knobs if knob.anywhere))


def variables() -> frozenset[str]:
    """Return the names of environment variables that builds of engines and loaders read, or are believed to."""
    knobs = (knob for each in known() for knob in (*each.knobs, *each.env_knobs))
    read = {knob.name for knob in knobs if knob.channel is Channel.ENVIRONMENT}
    chosen = {row.variable for rows in loading().values() for row in rows if isinstance(row, OneForRelease)}
    read |= chosen - {""}
    return frozenset(read | {dead.name for each in known() for dead in each.dead if dead.name.isidentifier()})


def called() -> frozenset[str]:
    """Return all names of engines and of their packages, in small letters."""
    return frozenset(name.lower() for each in known() for name in (each.name, *each.aliases, *each.packages))


def wheels() -> tuple[Prebuilt, ...]:
    """Return the packages of engines that are built already."""
    return tuple(wheel for each in known() for wheel in each.wheels)


def loading() -> dict[str, tuple[Loading, ...]]:
    """Return how packages choose among their own libraries, by their normalised names; `*` has what holds for all."""
    from cudacompat.engines.loaders import OTHERS

    rows = (row for each in known() for row in each.loading)
    return {row.package: row.rows for row in (*rows, *OTHERS)}


def cuda_libraries(package: str) -> CudaLibraries | None:
    """Return how a package comes by CUDA's libraries, by its normalised name; `None` where nothing is known of it."""
    rows = loading().get(package, ())
    return next((row for row in rows if isinstance(row, CudaLibraries)), None)


_CLOSE = 0.75  # of difflib: a letter or two of a slip; below it another name is meant


def find(name: str) -> EngineRecord:
    """Return the engine of this name or alias; `UsageError` with the nearest names for an unknown one."""
    by_name = {alias: engine for engine in known() for alias in (engine.name.lower(), *engine.aliases)}
    found = by_name.get(name.strip().lower())
    if found is not None:
        return found
    from cudacompat.engines.by_demand import hint

    told = hint(name.strip().lower())
    if told is not None:
        fits = f"; the settings that fit: cudacompat generate {told.nearest}" if told.nearest else ""
        raise UsageError(f"no plan is known for {name.strip()[:60]}: {told.how}{fits}")
    import difflib

    near = difflib.get_close_matches(name.strip().lower()[:60], by_name, n=3, cutoff=_CLOSE)
    if near:
        names = ", ".join(dict.fromkeys(by_name[each].name for each in near))
        raise UsageError(f"unknown engine: {name[:60]!r}; similar: {names}")
    ways = build_ways()
    raise UnknownEngineError(
        f"unknown engine: {name[:60]!r}; known ways of building: {', '.join(way.name for way in ways)}; known engines: "
        f"{', '.join(engine.name for engine in known() if engine not in ways)}"
    )


def build_ways() -> tuple[EngineRecord, ...]:
    """Return what builds any project: CMake, nvcc, PyTorch's extensions and the crates of Cargo."""
    return (cmake.ENGINE, nvcc.ENGINE, torch_extension.ENGINE, cargo_cmake.ENGINE, cargo_cc.ENGINE)
