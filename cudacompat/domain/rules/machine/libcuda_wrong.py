"""The libcuda that programs load is not the driver's.

What it finds: the libcuda.so.1 that a program started here loads is a toolkit's stub (CUDA error 34), one of a
cuda-compat package that this GPU or this driver does not support (804, 803), or there is none although the driver
answers.

Why it matters: every CUDA program fails at its first call, while nvidia-smi looks healthy: it does not load libcuda.

Example: LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs, set for linking and never taken back.

What to do: take the directory of the wrong library out of LD_LIBRARY_PATH or out of /etc/ld.so.conf.d. Forward
compatibility (cuda-compat) is for data center GPUs; elsewhere a newer CUDA needs a newer driver.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.facts import SEARCH_PATH, Found, LibcudaFacts, Missing
from cudacompat.domain.machine.troubles import Cause, Trouble
from cudacompat.domain.rules.machine.machine_facts import Machine, evidence
from cudacompat.domain.words.command_words import path_without
from cudacompat.domain.words.finding import Finding
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One finding for the libcuda that is loaded, or for the one that is missing."""
    facts = machine.facts
    for trouble in machine.troubles(*_WORDS):
        if trouble.cause is Cause.COMPAT_MISMATCH and machine.troubles(Cause.VERSION_MISMATCH):
            continue  # the driver's own parts do not match: another rule's
        yield _loaded(machine, trouble)
    if isinstance(facts.libcuda, Missing) and machine.gpus and any("not found" in each for each in facts.libcuda.tried):
        yield Finding(
            id=RULE.id,
            severity=machine.severity,
            path=None,
            message="the driver answers, but programs find no libcuda.so.1",
            found="; ".join(facts.libcuda.tried),
            why="every CUDA program needs it; it is part of the driver, not of the toolkit",
            help=_where_from(machine),
        )


_WORDS = {
    Cause.STUB: (
        "programs load the toolkit's stub in place of the driver's libcuda (CUDA error 34)",
        "the stub is for linking only; every call of it fails",
    ),
    Cause.COMPAT_UNSUPPORTED: (
        "programs load cuda-compat's libcuda, which this GPU does not support (CUDA error 804)",
        "forward compatibility is for data center GPUs",
    ),
    Cause.COMPAT_MISMATCH: (
        "programs load a libcuda that does not fit the driver's kernel module (CUDA error 803)",
        "a libcuda works with the module of its release, or as forward compatibility with a few older branches",
    ),
}


def _loaded(machine: Machine, trouble: Trouble) -> Finding:
    message, why = _WORDS[trouble.cause]
    found = machine.facts.libcuda
    libcuda = found.value if isinstance(found, Found) else None
    folder = (libcuda.path or "").rpartition("/")[0] if libcuda is not None else ""
    cure = f"remove {folder or 'its directory'} from LD_LIBRARY_PATH and from /etc/ld.so.conf.d"
    if trouble.cause is not Cause.STUB:
        cure += ", or install the driver that this CUDA release needs"
    return Finding(
        id=RULE.id,
        severity=machine.severity,
        path=None,
        message=message,
        found=_seen(libcuda, trouble, machine),
        why=why,
        help=cure,
        command=path_without(folder)
        if folder and isinstance(found, Found) and found.found_via == SEARCH_PATH
        else None,
    )


def _seen(libcuda: LibcudaFacts | None, trouble: Trouble, machine: Machine) -> str:
    parts = [evidence([trouble])]
    if libcuda is not None and libcuda.path:
        parts.append(f"loaded from {libcuda.path}")
    if machine.driver is not None:
        parts.append(f"driver {machine.driver}")
    return "; ".join(parts)


def _where_from(machine: Machine) -> str:
    container = machine.facts.container
    if container.kind == "apptainer":
        return "start the container with --nv"
    if container.inside:
        return "start the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility: without compute it gets no libcuda"
    return "install the driver's compute libraries, of the release of its kernel module"


RULE = Rule("libcuda-wrong", "Programs load a libcuda that is not the driver's", __doc__, check)
