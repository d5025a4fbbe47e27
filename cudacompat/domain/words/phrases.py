"""Phrases that several rules share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cudacompat.domain.words.code import DeviceModule
from cudacompat.domain.words.command_words import gpu_options
from cudacompat.domain.words.finding import Finding
from cudacompat.domain.words.target import ArchTarget, CodeKind
from cudacompat.domain.words.verdict import ArtifactVerdict, ModuleVerdict, Reason, Target

CAUSE = {
    Reason.NO_IMAGE: "no machine code or PTX in it fits the GPU (CUDA error 209)",
    Reason.PTX_ISA_TOO_NEW: "the PTX is too new for the driver (CUDA error 222)",
    Reason.PTX_INVALID: "the PTX names a target that its ISA version lacks (CUDA error 218)",
    Reason.PTX_BEYOND_ASCII: "its PTX has characters beyond ASCII, which the driver refuses (CUDA error 218)",
    Reason.PTX_REFUSED: "ptxas refuses its PTX, and so does the driver (CUDA error 218)",
    Reason.JIT_DISABLED: "only PTX fits, and JIT compilation is disabled (CUDA error 223)",
    Reason.EMPTY_IMAGE: "the driver picks an image without kernels (CUDA error 500)",
    Reason.NOT_LINKED: "the kernels are only in relocatable device code that was never device-linked",
    Reason.CONCATENATED: (
        "the code is in a concatenated entry (nvcc --concat), which drivers up to 580 skip (CUDA error 209)"
    ),
    Reason.KERNELS_MISSING: "the driver picks an image that lacks some kernels (CUDA error 500 for those)",
    Reason.KERNELS_BY_SOURCE: "its source leaves kernels out for this architecture (CUDA error 500 for those)",
    Reason.MOST_MODULES: "most of its modules have nothing for the GPU (CUDA error 209)",
    Reason.OTHER_ARCHITECTURE: "its kernels appear to be for other GPUs",
    Reason.NOT_READ: "part of it could not be read",
    Reason.UNKNOWN_KIND: "it contains an image kind that this version does not know",
    Reason.SUFFIX_UNREADABLE: (
        "the file does not show whether the code is plain, architecture-specific (a) or family-specific (f)"
    ),
    Reason.TEGRA: "NVIDIA does not specify whether Tegra code and code for other GPUs are interchangeable",
    Reason.RELOCATABLE: "it is not linked yet: relocatable device code, or code with unresolved symbols",
    Reason.NO_KNOWN_DRIVER: "the PTX is newer than every driver that this version knows",
    Reason.DRIVER_TOO_OLD_FOR_GPU: "the driver is older than the first driver that supports the GPU",
    Reason.DRIVER_BEFORE_ALL_KNOWN: "the driver is older than every driver that this version knows",
    Reason.DRIVER_DROPPED_GPU: "this driver is newer than the last that knows the GPU",
    Reason.RUNTIME_NEEDS_DRIVER: "its CUDA runtime refuses this driver (CUDA error 35)",
    Reason.LIBRARY_NOT_FOUND: "a library that it asks the loader for is not found here",
    Reason.DRIVER_TOO_OLD_FOR_COMPRESSION: "the code is zstd-compressed, which needs driver 550 or newer",
    Reason.PTX_CHOICE_OPEN: "two PTX texts fit, one of them architecture-specific for another target, and which one "
    "the driver picks is not known",
    Reason.NOT_JUDGED_KIND: "it holds only LTO-IR, OptiX IR or Tile IR, which are not checked",
    Reason.ONLY_SPECIAL_AND_PTX: "in addition to kernels made for other architectures there is only PTX",
}


_GENERATE = "cudacompat generate"
ANY_ENGINE = re.compile(rf"{_GENERATE}(?: --(?:gpu|driver) (?:'[^']*'|[\w.:-]+))+")  # with its GPUs, for no engine


def one_line(text: str) -> str:
    """The text in one line: what would break it comes out as an escape."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def sort_key(target: ArchTarget) -> tuple[int, str, str]:
    """Ascending number, plain before a and f; machine code and PTX are sorted apart by the caller."""
    return (target.number, target.suffix.value, target.kind.value)


def targets_of(modules: Iterable[DeviceModule], kind: CodeKind) -> list[ArchTarget]:
    """The distinct targets of one kind, ascending."""
    return sorted({e.target for m in modules for e in m.entries if e.kind is kind and e.target}, key=sort_key)


def what_is_there(modules: Sequence[DeviceModule]) -> str:
    """`sm_80 sm_86 (machine code), compute_86 (PTX 8.7)`, or with `no PTX`."""
    sass = [str(t) for t in targets_of(modules, CodeKind.SASS)]
    ptx = [str(t) for t in targets_of(modules, CodeKind.PTX)]
    isas = sorted({e.ptx_isa for m in modules for e in m.entries if e.kind is CodeKind.PTX and e.ptx_isa})
    code = f"machine code: {' '.join(sass)}" if sass else "no machine code"
    text = f"PTX: {' '.join(ptx)} (ISA {', '.join(map(str, isas))})" if ptx else "no PTX"
    return f"{code}, {text}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 module`, `2 modules`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def verb(number: int, one: str, several: str) -> str:
    """The form of a verb for so many: `verb(1, "runs", "run")` is `runs`."""
    return one if number == 1 else several


def some(names: Sequence[str], most: int = 3) -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def generate_command(target: Target) -> str:
    """The command that writes settings for this target. Which engine it is cannot be told from an artifact: without
    one, the command takes the engine of the directory, or prints the settings of every plain build system."""
    driver = f" --driver {target.driver}" if target.driver is not None else ""
    return f"{generate_for(target.spec)}{driver}"


def generate_for(spec: str) -> str:
    """The command that writes settings for what `--gpu` takes."""
    return f"{_GENERATE} {gpu_options((spec,))}"


def generate_all(targets: Iterable[Target], engine: str | None = None) -> str:
    """The command that writes settings for all of these targets."""
    return " ".join(filter(None, (_GENERATE, engine, gpu_options(one_of_each(targets)))))


def for_every_gpu(findings: Iterable[Finding], targets: Sequence[Target]) -> list[Finding]:
    """Return the findings, each command of which that writes settings names all of these GPUs: a build for the one that
    fails takes the code away from the others."""
    if len(one_of_each(targets)) < 2:
        return list(findings)
    every = generate_all(targets)
    alone = {target.id: generate_for(target.spec) for target in targets}
    return [
        replace(each, help=each.help.replace(alone[each.target], every))
        if each.help is not None and each.target in alone
        else each
        for each in findings
    ]


def one_of_each(targets: Iterable[Target]) -> list[str]:
    """Return what `--gpu` takes for these GPUs, of those of one compute capability for the first."""
    found: dict[str, str] = {}
    for target in targets:
        found.setdefault(target.spec if target.spec.startswith("sm_") else str(target.capability), target.spec)
    return list(found.values())


def modules_with(verdict: ArtifactVerdict, reason: Reason) -> list[ModuleVerdict]:
    """The deciding modules with this reason."""
    return [v for v in verdict.modules if v.reason is reason]


_BEHIND_DOCUMENT = re.compile(r"; |: |, | \(| @ ")


def document_of(source: str) -> str:
    """Return the document that a row of a table is taken from, without its state and how it was read: those who keep
    the table need them, those who read a finding look up the document."""
    return _BEHIND_DOCUMENT.split(source, maxsplit=1)[0]
