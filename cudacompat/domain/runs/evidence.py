"""What was seen of a run, put as evidence: each piece with its source and what it speaks for.

What proves what was measured on an H200 with driver 580.159.04 (tests/data/h200/signs.json is the record): the driver
maps its PTX compiler into a process exactly when it compiles something; code that comes out of a warm cache maps
nothing but opens its entry in the cache; machine code does neither. A context without any work takes some 500 MiB of
GPU memory and shows up as utilisation of the process: neither proves that a kernel ran.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from cudacompat.domain.judge.fits import Fit, sass_fit
from cudacompat.domain.runs.observation import DeviceUse, End, JudgedFile, Observation
from cudacompat.domain.runs.run_time_compilers import run_time_compilers
from cudacompat.domain.runs.signs import SignMeaning
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.target import ArchTarget, CodeKind
from cudacompat.domain.words.verdict import Outcome, short_name

BUSY = 5  # percent; idle GPUs and bare contexts were seen at up to 3
BEYOND_CONTEXT = 32 << 20  # bytes; what a context takes varies by a few MiB
ENOUGH_SAMPLES = 3


class EvidenceSource(Enum):
    """Where a piece of evidence comes from."""

    COMMAND = "command"
    HEALTH = "health"
    LOG = "log"
    NVML = "nvml"
    PROC = "proc"
    JIT_CACHE = "jit-cache"
    FILES = "files"
    DRIVER = "driver"


class Shows(Enum):
    """What a piece of evidence speaks for."""

    GPU = "gpu"
    MACHINE_CODE = "machine-code"
    JIT = "jit"
    CPU = "cpu"
    FAILED = "failed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class RunEvidence:
    """One thing that was seen. `device` is the number of the GPU that it is about, `line` the line of the log."""

    source: EvidenceSource
    shows: Shows
    text: str
    device: int | None = None
    line: int | None = None


def memory_size(number: int) -> str:
    """Bytes as GPU memory is counted: `518 MiB`."""
    value = float(number)
    for unit in ("B", "KiB", "MiB"):
        if value < 1024 or (unit == "MiB" and value < 10 * 1024):
            return f"{value:.0f} {unit}"
        value /= 1024
    return f"{value:.1f} GiB"


def evidence_of(seen: Observation, min_gpu_memory: int | None = None) -> tuple[RunEvidence, ...]:
    """Return all evidence; GPU memory of at least `min_gpu_memory` bytes is proof of work to whoever demands it."""
    return (
        *_of_the_command(seen),
        *_of_the_log(seen),
        *_of_nvml(seen, min_gpu_memory),
        *_of_proc(seen),
        *_of_the_cache(seen),
        *_of_the_files(seen.judged),
    )


def machine_code(judged: JudgedFile) -> int:
    """How many of its modules run as machine code."""
    return judged.count(Outcome.NATIVE) + judged.count(Outcome.COMPATIBLE)


def is_aside(judged: JudgedFile) -> bool:
    """Whether it is mapped beside every engine that links it, used or not, and holds PTX only: cuFile, one module in
    CUDA 13.0 (tests/data/h200/libraries.json), which PyTorch links. A compilation out of it is still seen."""
    return judged.path.rpartition("/")[2].startswith("libcufile.so") and not machine_code(judged)


def nothing_compiled(seen: Observation) -> bool:
    """Whether it was seen that nothing was compiled and nothing came out of the cache."""
    view, cache = seen.view, seen.cache
    if view is None or view.jit_compiler or view.unreadable or cache is None or not cache.enabled or cache.grown:
        return False
    return cache.cold or cache.opened == 0 or cache.before == cache.after == (0, 0)


def _of_the_command(seen: Observation) -> Iterable[RunEvidence]:
    ended, health = seen.ended, seen.health
    if ended is not None:
        yield RunEvidence(
            EvidenceSource.COMMAND, Shows.FAILED if ended.failed else Shows.NOTHING, f"the command {ended.words}"
        )
        if ended.left_behind:
            text = f"it left {count(ended.left_behind, 'process', 'processes')} running; cudacompat ended them"
            yield RunEvidence(EvidenceSource.COMMAND, Shows.NOTHING, text)
        if seen.first_output_s is not None:
            yield RunEvidence(
                EvidenceSource.COMMAND, Shows.NOTHING, f"its first output came after {seen.first_output_s:.2f} s"
            )
    if health is not None:
        if health.green_after is None:
            yield RunEvidence(
                EvidenceSource.HEALTH, Shows.FAILED, (f"{health.url} never became healthy; last answer: {health.last}")
            )
        else:
            text = f"{health.url} was healthy after {health.green_after:.1f} s ({health.last})"
            yield RunEvidence(EvidenceSource.HEALTH, Shows.NOTHING, text)


_SHOWN_BY = {
    SignMeaning.GPU: Shows.GPU,
    SignMeaning.CPU: Shows.CPU,
    SignMeaning.ERROR: Shows.FAILED,
    SignMeaning.NOTHING: Shows.NOTHING,
}


def _of_the_log(seen: Observation) -> Iterable[RunEvidence]:
    for each in seen.log.signs:
        times = f" ({each.count} times)" if each.count > 1 else ""
        error = f", error {each.sign.code}" if each.sign.code else ""
        text = f"{each.text.rstrip(':')}{times}; {each.sign.why}{error}"
        yield RunEvidence(EvidenceSource.LOG, _SHOWN_BY[each.sign.says], text, line=each.line)
    if seen.log.archs and seen.log.devices:
        yield from (_of_archs(seen.log.archs, name, capability) for name, capability in seen.log.devices)


def _of_archs(archs: tuple[int, ...], name: str | None, capability: ComputeCapability) -> RunEvidence:
    """What the list of architectures that a program was built for means for the GPU that its output names."""
    label = f"{short_name(name)} ({capability})" if name else str(capability)
    listed = ", ".join(map(str, archs))
    if any(sass_fit(capability, ArchTarget(CodeKind.SASS, number)) is not Fit.NO for number in archs):
        text = f"built for {listed}, which is machine code or PTX for {label}"
        return RunEvidence(EvidenceSource.LOG, Shows.NOTHING, text)
    if any(number <= capability.number for number in archs):
        text = f"built for {listed}: no machine code for {label}, so the driver compiled PTX"
        return RunEvidence(EvidenceSource.LOG, Shows.JIT, text)
    return RunEvidence(EvidenceSource.LOG, Shows.FAILED, f"built for {listed}: nothing for {label}")


def _of_nvml(seen: Observation, wanted: int | None) -> Iterable[RunEvidence]:
    for use in seen.devices:
        yield from _of_device(seen, use, wanted)
    if seen.devices and seen.lists_processes is False:
        yield RunEvidence(
            EvidenceSource.NVML,
            Shows.NOTHING,
            "NVML lists no processes here (as in a container), so the memory is that of the whole GPU",
        )


def _of_device(seen: Observation, use: DeviceUse, wanted: int | None) -> Iterable[RunEvidence]:
    busy = f", busy up to {use.busy_peak} %" if use.busy_peak is not None else ""
    if use.own_peak:
        own = memory_size(use.own_peak)
        beyond = seen.bare_context is not None and use.own_peak >= seen.bare_context + BEYOND_CONTEXT
        if wanted is not None and use.own_peak >= wanted:
            yield RunEvidence(
                EvidenceSource.NVML, Shows.GPU, f"{use.label}: the command used {own}{busy}", device=use.index
            )
        elif beyond and seen.bare_context is not None:
            text = f"{use.label}: the command used {own}; an idle context takes {memory_size(seen.bare_context)}{busy}"
            yield RunEvidence(EvidenceSource.NVML, Shows.GPU, text, device=use.index)
        elif (use.busy_peak or 0) >= BUSY and not use.others:
            text = f"{use.label}: the command used {own} and nothing else was on the GPU{busy}"
            yield RunEvidence(EvidenceSource.NVML, Shows.GPU, text, device=use.index)
        else:
            text = f"{use.label}: the command used {own}{busy}; an idle context takes as much"
            yield RunEvidence(EvidenceSource.NVML, Shows.NOTHING, text, device=use.index)
    elif alone_explains(seen, use):
        text = (
            f"{use.label}: memory in use rose by {memory_size(use.peak - use.before)} during the command and fell "
            f"afterwards{busy}; the command had the device file open"
        )
        yield RunEvidence(EvidenceSource.NVML, Shows.GPU, text, device=use.index)
    else:
        rose = use.peak - use.before
        text = f"{use.label}: not listed for the command; memory in use rose by {memory_size(max(0, rose))}{busy}"
        yield RunEvidence(EvidenceSource.NVML, Shows.NOTHING, text, device=use.index)


def alone_explains(seen: Observation, use: DeviceUse) -> bool:
    """Whether the change on the whole GPU is the command's: where NVML lists no processes, memory that came and went
    with it, more than a bare context takes, while it had the GPU open. Somebody else's could look alike only by chance
    of the same moments."""
    view = seen.view
    if seen.lists_processes is not False or view is None or not view.libcuda or use.index not in view.devices:
        return False
    rose = use.peak - use.before
    context = seen.bare_context if seen.bare_context is not None else 512 << 20
    worked = rose >= context + BEYOND_CONTEXT or (rose >= context // 2 and (use.busy_peak or 0) >= BUSY)
    return worked and use.after - use.before <= rose // 2


def _of_proc(seen: Observation) -> Iterable[RunEvidence]:
    view = seen.view
    if view is None:
        return
    where = f"in {count(view.processes, 'process', 'processes')}, sampled {count(view.samples, 'time')}"
    if not view.libcuda:
        shows = Shows.CPU if view.samples >= ENOUGH_SAMPLES and not view.unreadable else Shows.NOTHING
        yield RunEvidence(EvidenceSource.PROC, shows, f"the driver library (libcuda) was not loaded {where}")
        return
    devices = f"; device files open: {', '.join(f'nvidia{index}' for index in view.devices)}" if view.devices else ""
    yield RunEvidence(EvidenceSource.PROC, Shows.NOTHING, (f"the driver library (libcuda) was loaded {where}{devices}"))
    if view.jit_compiler:
        text = "the driver's PTX compiler (libnvidia-ptxjitcompiler) was loaded, so PTX was compiled"
        yield RunEvidence(EvidenceSource.PROC, Shows.JIT, text)
    compilers = run_time_compilers(view)
    if compilers:
        text = f"a compiler for kernels at run time was mapped: {' and '.join(compilers)}"
        yield RunEvidence(EvidenceSource.PROC, Shows.NOTHING, text)
    for file in view.files:
        if file.gone:
            yield RunEvidence(
                EvidenceSource.PROC, Shows.NOTHING, f"{file.path} was mapped: {file.gone}, so it was not checked"
            )


def _of_the_cache(seen: Observation) -> Iterable[RunEvidence]:
    cache = seen.cache
    if cache is None or (seen.ended is not None and seen.ended.how is End.NOT_STARTED):
        return
    name = "the JIT cache (empty before this run)" if cache.cold else f"the JIT cache ({cache.path})"
    view = seen.view
    by_us = cache.cold or (view is not None and view.libcuda)
    if not cache.enabled:
        yield RunEvidence(EvidenceSource.JIT_CACHE, Shows.NOTHING, "the JIT cache is disabled (CUDA_CACHE_DISABLE)")
    elif cache.grown:
        new = cache.after[0] - cache.before[0]
        text = f"{name} grew by {memory_size(cache.grown)} ({count(max(new, 0), 'file')})"
        yield RunEvidence(EvidenceSource.JIT_CACHE, Shows.JIT if by_us else Shows.NOTHING, text)
    elif cache.opened:
        text = f"{name} was read: {count(cache.opened, 'file')} opened"
        yield RunEvidence(EvidenceSource.JIT_CACHE, Shows.JIT if by_us else Shows.NOTHING, text)
    elif nothing_compiled(seen):
        shows = Shows.MACHINE_CODE if view is not None and view.libcuda else Shows.NOTHING
        yield RunEvidence(EvidenceSource.JIT_CACHE, shows, f"{name} did not grow and was not read")
    else:
        yield RunEvidence(EvidenceSource.JIT_CACHE, Shows.NOTHING, f"{name} did not grow")


def _of_the_files(judged: Iterable[JudgedFile]) -> Iterable[RunEvidence]:
    for each in judged:
        counts = ", ".join(f"{number} {outcome.value}" for outcome, number in each.counts if number)
        shows = Shows.MACHINE_CODE if machine_code(each) else Shows.NOTHING
        text = f"{each.path} was mapped; checked for {each.target}: {each.outcome.value} (modules: {counts})"
        yield RunEvidence(EvidenceSource.FILES, shows, text)
