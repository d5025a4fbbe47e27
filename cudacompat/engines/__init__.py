"""How engines are built, as data: one literal a file. Nothing about an engine stands anywhere else."""

from __future__ import annotations

from cudacompat.domain.builds.engine import Engine
from cudacompat.domain.words.errors import UsageError
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
    k2,
    llama_cpp,
    llama_cpp_python,
    llama_cpp_rs,
    nvcc,
    onnxruntime,
    opencv,
    pytorch,
    pywhispercpp,
    torch_extension,
    vllm,
    whisper_cpp,
    whisper_rs,
)

# In the order in which a source tree is asked whose it is: the most particular first, any CMake project last.
ENGINES: tuple[Engine, ...] = (
    whisper_cpp.ENGINE,
    whisper_rs.ENGINE,
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
    k2.ENGINE,
    pytorch.ENGINE,
    torch_extension.ENGINE,
    cargo_cc.ENGINE,
    cargo_cmake.ENGINE,
    cmake.ENGINE,
    nvcc.ENGINE,
)


def find(name: str) -> Engine:
    """Return the engine of this name or alias; `UsageError` with the nearest names for an unknown one."""
    known = {alias: engine for engine in ENGINES for alias in (engine.name.lower(), *engine.aliases)}
    found = known.get(name.strip().lower())
    if found is not None:
        return found
    import difflib

    near = difflib.get_close_matches(name.strip().lower()[:60], known, n=3)
    names = list(dict.fromkeys(known[each].name for each in near)) or [engine.name for engine in ENGINES]
    raise UsageError(f"unknown engine: {name[:60]!r}; {'did you mean' if near else 'there are'} {', '.join(names)}")
