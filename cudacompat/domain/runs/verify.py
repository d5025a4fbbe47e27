"""From what was seen of a run to a verdict: was it the GPU, with which code, and what proves it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from cudacompat.domain.runs.evidence import (
    ENOUGH_SAMPLES,
    EvidenceSource,
    RunEvidence,
    Shows,
    alone_explains,
    evidence_of,
    is_aside,
    machine_code,
    nothing_compiled,
)
from cudacompat.domain.runs.observation import End, JudgedFile, Observation
from cudacompat.domain.runs.signs import SignMeaning
from cudacompat.domain.words.choices import Expect as Expect
from cudacompat.domain.words.verdict import Outcome

_NOTHING_RUNS = {Outcome.FAILS, Outcome.SPECIAL}
_LONG_ENOUGH_S = 1.0  # with the driver's library mapped: a context would have been listed


class Verdict(Enum):
    """The values are the contract's strings."""

    GPU = "gpu"
    GPU_JIT = "gpu-jit"
    CPU_FALLBACK = "cpu-fallback"
    FAILED = "failed"
    UNDECIDED = "undecided"


class Code(Enum):
    """What code the GPU ran."""

    NATIVE = "native"
    COMPATIBLE = "compatible"
    MACHINE_CODE = "machine-code"  # nothing was compiled; for which architecture it was made was not seen
    JIT = "jit"
    UNKNOWN = "unknown"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, the code, the sentence that says why, and all the evidence. `devices` are the GPUs that were used,
    as far as that was seen."""

    verdict: Verdict
    code: Code
    why: str
    evidence: tuple[RunEvidence, ...]
    unseen: tuple[str, ...]
    devices: tuple[int, ...] = ()

    def meets(self, expected: Expect) -> bool | None:
        """Whether that is what was expected; `None` where it cannot be told."""
        if self.verdict is Verdict.UNDECIDED:
            return None
        if self.verdict in (Verdict.CPU_FALLBACK, Verdict.FAILED):
            return False
        if expected is Expect.GPU:
            return True
        if self.code is Code.JIT:
            return False
        if self.code is Code.UNKNOWN or (expected is Expect.NATIVE and self.code is Code.MACHINE_CODE):
            return None
        return self.code is Code.NATIVE or expected is Expect.SASS


def decide(seen: Observation, min_gpu_memory: int | None = None) -> Decision:
    """Return the verdict on what was seen. Nothing that was not seen counts as good."""
    evidence = evidence_of(seen, min_gpu_memory)
    used = tuple(use.index for use in seen.devices if use.own_peak or alone_explains(seen, use))

    def decided(verdict: Verdict, code: Code, why: str) -> Decision:
        return Decision(verdict, code, why, evidence=evidence, unseen=seen.unseen, devices=used)

    failed = _failure(seen)
    if failed is not None:
        return decided(Verdict.FAILED, Code.NONE, failed)
    says = {each.sign.says for each in seen.log.signs}
    worked = [e for e in evidence if e.shows in (Shows.GPU, Shows.JIT)]
    if SignMeaning.ERROR in says and worked:
        return decided(Verdict.UNDECIDED, Code.UNKNOWN, "the GPU was used, but the output reports CUDA errors")
    if SignMeaning.CPU in says and worked:
        return decided(
            Verdict.UNDECIDED, Code.UNKNOWN, ("the GPU was used, but the output reports a fallback to the CPU")
        )
    if not worked:
        why = _no_gpu(seen, says)
        if why is not None:
            return decided(Verdict.CPU_FALLBACK, Code.NONE, why)
        if any(use.own_peak for use in seen.devices):
            why = "a CUDA context was created, but nothing shows work on the GPU"
        else:
            why = "nothing shows whether the GPU was used"
        return decided(Verdict.UNDECIDED, Code.UNKNOWN, why)
    code, why = _code(seen, evidence)
    return decided(Verdict.GPU_JIT if code is Code.JIT else Verdict.GPU, code, why)


# -- failed


def _failure(seen: Observation) -> str | None:
    ended, health = seen.ended, seen.health
    if ended is not None and ended.how is End.NOT_STARTED:
        return f"the command {ended.words}"
    if health is not None and health.green_after is None:
        left = "before the command ended" if ended is not None and ended.how is not End.TIMED_OUT else "in time"
        return f"{health.url} did not become healthy {left} (its last answer: {health.last})"
    if ended is not None and ended.failed:
        return f"the command {ended.words}"
    errors = [each for each in seen.log.signs if each.sign.says is SignMeaning.ERROR]
    if errors and ended is None:  # a saved log: how the command ended is not known
        return f"line {errors[0].line} of the log reports a CUDA error: {errors[0].sign.why}"
    return None


# -- not on the GPU


def _no_gpu(seen: Observation, says: set[SignMeaning]) -> str | None:
    """Why it cannot have been the GPU, `None` where it can."""
    view = seen.view
    if SignMeaning.CPU in says:
        return "the output reports a run without a GPU, and nothing contradicts it"
    if seen.ended is None:
        return None
    if not seen.driver:
        return "this machine has no NVIDIA driver"
    if view is None or view.samples < ENOUGH_SAMPLES or view.unreadable:
        return None
    if not view.libcuda:
        return "no process of the command loaded the driver library (libcuda)"
    listed_nowhere = seen.devices and all(use.own_peak is None for use in seen.devices)
    if listed_nowhere and seen.lists_processes and view.with_libcuda_s >= _LONG_ENOUGH_S:
        return "the command loaded the driver library but created no context on a GPU"
    return None


# -- the code


def _foreign(judged: Iterable[JudgedFile], running: Iterable[JudgedFile]) -> JudgedFile | None:
    """A file of the program of which this GPU can run nothing, where only libraries of NVIDIA's can run: weights fill
    the GPU's memory, and a health page answers, before the first kernel; a launch that nobody checks fails unseen."""
    if not all(each.vendors for each in running):
        return None
    others = (each for each in judged if each.count(Outcome.FAILS) and not each.vendors)
    return next((each for each in others if {o for o, number in each.counts if number} <= _NOTHING_RUNS), None)


def _code(seen: Observation, evidence: Iterable[RunEvidence]) -> tuple[Code, str]:
    compiled = [each for each in evidence if each.shows is Shows.JIT]
    if compiled:
        seen_best = next((each for each in compiled if each.source is not EvidenceSource.LOG), compiled[0])
        return Code.JIT, f"PTX was compiled, or read from the JIT cache: {seen_best.text}"
    if seen.cache is not None and (seen.cache.grown or seen.cache.opened):
        return Code.UNKNOWN, "the GPU was used; it is not known which process used the JIT cache"
    running = [each for each in seen.judged if (machine_code(each) or each.count(Outcome.JIT)) and not is_aside(each)]
    if running and not any(machine_code(each) for each in running):
        return Code.JIT, "no loaded file has machine code for this GPU, only PTX"
    foreign = _foreign(seen.judged, running)
    if foreign is not None:
        return Code.UNKNOWN, (
            f"the GPU was used, but nothing in {foreign.path} can run on it: none of its kernels has run"
        )
    if not nothing_compiled(seen):
        if any(each.count(Outcome.JIT) for each in running):
            return Code.UNKNOWN, (
                "the GPU was used; PTX from a warm JIT cache cannot be ruled out (--cold rules it out)"
            )
        if not running:
            return Code.UNKNOWN, "the GPU was used; which code ran is not known"
    waiting = next((each for each in running if not machine_code(each)), None)
    if waiting is not None:
        return Code.UNKNOWN, (
            f"the GPU was used, and nothing was compiled, but {waiting.path} holds only PTX for this GPU: "
            "none of its kernels has run yet"
        )
    if not running:
        return Code.MACHINE_CODE, "the GPU was used, and the driver compiled nothing"
    if all(not each.count(Outcome.COMPATIBLE) for each in running):
        return Code.NATIVE, "the GPU was used with native code"
    if all(not each.count(Outcome.NATIVE) for each in running):
        return Code.COMPATIBLE, "the GPU was used with machine code for a lower minor version"
    return Code.COMPATIBLE, "the GPU was used with machine code, some of it for a lower minor version"
