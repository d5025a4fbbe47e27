"""The machine in a few labelled lines, as the screen and the report for an issue show it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what one command needs is not loaded for the others
    from cudacompat.domain.words.verdict import short_name
from cudacompat.domain.machine.facts import Found, GpuDevice, HostFacts, Missing
from cudacompat.domain.words.verdict import short_name


def machine_lines(facts: HostFacts) -> list[tuple[str, str]]:
    """Return (label, text) pairs: the system, each GPU with whether it is hidden, the driver, what builds use."""
    from cudacompat.domain.machine.facts import Found

    inside = (facts.container.kind or "a container") if facts.container.inside else ""
    parts = [part for part in (facts.platform, facts.libc or "", inside) if part]
    lines = [("machine", ", ".join(parts) or "unknown")]
    lines += _gpus(facts, facts.gpus) if isinstance(facts.gpus, Found) else [("GPU", _missing(facts.gpus))]
    lines.append(("driver", _driver(facts)))
    lines.append(("build", _build(facts)))
    lines += [("JIT cache", text) for text in _cache(facts)]
    return lines


def _cache(facts: HostFacts) -> Iterator[str]:
    """Where the driver keeps what it compiles, on a machine with a GPU."""
    from cudacompat.domain.machine.facts import Found
    from cudacompat.domain.machine.jit_variables import is_switched_off

    cache = facts.jit_cache
    if cache is None or not isinstance(facts.gpus, Found):
        return
    variables = dict(facts.environment)
    size = "not made yet" if cache.size is None else f"{cache.size / 2**20:.0f} MiB"
    most = variables.get("CUDA_CACHE_MAXSIZE", "")
    parts = [cache.path or "no home directory to keep it in", size if cache.path else ""]
    parts.append(f"CUDA_CACHE_MAXSIZE={most}" if most else "")
    parts.append("switched off by CUDA_CACHE_DISABLE" if is_switched_off(variables) else "")
    parts.append("cannot be written" if cache.path and not cache.writable else "")
    parts.append("lost with the container" if facts.container.inside and cache.mounted is False else "")
    yield ", ".join(part for part in parts if part)


def _gpus(facts: HostFacts, found: Found[tuple[GpuDevice, ...]]) -> list[tuple[str, str]]:
    from cudacompat.domain.machine.visibility import VARIABLE, visibility

    hidden = visibility(facts).hidden
    value = dict(facts.environment).get(VARIABLE)
    lines = []
    for gpu in found.value:
        memory = f"  {gpu.memory_bytes / 2**30:.0f} GiB" if gpu.memory_bytes else ""
        split = f"  {len(gpu.mig)} MIG instances" if gpu.mig is not None else ""
        state = f"  hidden by {VARIABLE}={value}" if gpu in hidden else ""
        lines.append((f"GPU {gpu.index}", f"{short_name(gpu.name)}  {gpu.capability}{memory}{split}{state}"))
    return lines


def _driver(facts: HostFacts) -> str:
    from cudacompat.domain.machine.facts import Found

    if not isinstance(facts.driver, Found):
        return _missing(facts.driver)
    driver = facts.driver.value
    cuda = f" (CUDA {driver.cuda})" if driver.cuda else ""
    module = f", {driver.kernel_module} module" if driver.kernel_module else ""
    return f"{driver.release or 'unknown release'}{cuda}{module}{_libcuda(facts)}"


def _libcuda(facts: HostFacts) -> str:
    """What programs load, where it is not the driver's own release."""
    from cudacompat.domain.machine.facts import Found

    if not isinstance(facts.libcuda, Found) or not isinstance(facts.driver, Found):
        return ""
    libcuda, release = facts.libcuda.value, facts.driver.value.release
    if libcuda.init:
        return f"; libcuda answers error {libcuda.init}"
    if libcuda.release is not None and libcuda.release != release:
        return f"; libcuda {libcuda.release}"
    return ""


def _missing(missing: Missing) -> str:
    """What was not found. Each place that was looked in is told by the finding about it, and in the JSON."""
    places = [re.split(r" \(", each)[0] for each in missing.tried]
    return f"none found (looked in: {', '.join(places)})" if places else "none found"


def _build(facts: HostFacts) -> str:
    """The toolkits, host compilers and CMake in one line; the nvcc that runs comes first."""
    from cudacompat.domain.machine.facts import Found

    ordered = sorted(facts.toolkits, key=lambda each: not each.active)
    tools = [f"CUDA {each.version or '?'}" for each in ordered[:3]] or ["no nvcc"]
    tools += [f"{len(ordered) - 3} more CUDA releases"] if len(ordered) > 3 else []
    tools += [f"{each.name} {each.version}" for each in facts.compilers[:2]]
    tools += [f"CMake {facts.cmake.value.version}"] if isinstance(facts.cmake, Found) else []
    return ", ".join(tools)
