"""Reports as JSON: the contract's documents. Keys are only ever added."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TextIO

import cudacompat
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.listing import InspectReport
from cudacompat.domain.reports.lookup import GpusReport
from cudacompat.domain.words.code import (
    BinaryArtifact,
    BundledCompiler,
    ContainerImage,
    DeviceModule,
    FatbinEntry,
    NotRead,
)
from cudacompat.domain.words.finding import Finding, suppressing_files
from cudacompat.domain.words.verdict import ArtifactVerdict, Outcome, PtxProof, Target

if TYPE_CHECKING:
    from cudacompat.domain.wheels.resolved import RequirementVerdict
    from cudacompat.domain.words.fleet_gpu import FleetGpu
    from cudacompat.report.code.lists import Column

Json = dict[str, Any]


_MOST_SAID = 20
_TOGETHER = 4096  # pieces of a document that are written at once


def render(document: Json, stream: TextIO) -> None:
    """Write a report's document, UTF-8, one final newline."""
    # ensure_ascii keeps every name, whatever bytes it came from, valid UTF-8 (surrogates as escapes) and inert in
    # a terminal (control characters as escapes)
    dump(document, stream)


def dump(document: object, stream: TextIO) -> None:
    """Write a document, ASCII, one final newline. A CI runner takes `##[` in a line for a command; only a text can
    hold it, and there an escape says the same."""
    pieces = json.JSONEncoder(indent=2, ensure_ascii=True).iterencode(document)
    while together := "".join(islice(pieces, _TOGETHER)):  # a library has hundreds of thousands, of a few bytes each
        stream.write(together.replace("##[", "\\u0023#["))
    stream.write("\n")


def head(command: str) -> Json:
    """The keys that every document begins with."""
    return {"schema": f"cudacompat/{command}/1", "tool": {"name": "cudacompat", "version": cudacompat.__version__}}


def inspect_json(report: InspectReport) -> Json:
    """What `inspect` writes."""
    return {
        **head("inspect"),
        "artifacts": [_artifact(artifact) for artifact in report.read.artifacts],
        "not_read": _not_read(report.read.not_read),
        "files": {"seen": report.read.files, "without_device_code": report.read.without_code},
        "images": [_image(image) for image in report.read.images],
        "compilers": [_compiler(each) for each in report.read.compilers],
        "demangled": dict(report.names),
    }


def _artifact(artifact: BinaryArtifact) -> Json:
    from cudacompat.report.code.lists import in_order, lists_of

    entries = [entry for module in artifact.modules for entry in module.entries]
    totals: dict[tuple[str, str | None], list[int]] = defaultdict(lambda: [0, 0])
    for entry in entries:
        total = totals[entry.kind.value, str(entry.target) if entry.target else None]
        total[0] += 1
        total[1] += entry.size
    return {
        "path": artifact.path,
        "format": artifact.format,
        "size": artifact.size,
        "linked": artifact.linked,
        "modules": [_module(module) for module in artifact.modules],
        "summary": {
            "modules": len(artifact.modules),
            "entries": len(entries),
            "lists": [
                {
                    "modules": len(group.modules),
                    "targets": [_column(column) for column in in_order(group.targets)],
                    "lacking": [_column(column) for column in group.lacking],
                }
                for group in lists_of(artifact.modules)
            ],
            "targets": [
                {"kind": kind, "target": target, "entries": number, "bytes": size}
                for (kind, target), (number, size) in sorted(totals.items(), key=lambda item: _natural(item[0]))
            ],
        },
    }


def _column(column: Column) -> str:
    kind, target = column
    return str(target) if target is not None else kind.value


def _natural(key: tuple[str, str | None]) -> tuple[str, int, str]:
    kind, target = key
    digits = "".join(c for c in target or "" if c.isdigit())
    return (kind, int(digits or 0), target or "")


def _module(module: DeviceModule) -> Json:
    return {
        "offset": module.offset,
        "section": module.section,
        "registration": module.registration.value,
        "damage": module.damage,
        "entries": [_entry(entry) for entry in module.entries],
    }


def _entry(entry: FatbinEntry) -> Json:
    return {
        "kind": entry.kind.value,
        "target": str(entry.target) if entry.target else None,
        "header_target": str(entry.header_target) if entry.header_target else None,
        "ptx_isa": str(entry.ptx_isa) if entry.ptx_isa else None,
        "compression": entry.compression.value,
        "size": entry.size,
        "uncompressed_size": entry.uncompressed_size,
        "toolkit": str(entry.toolkit) if entry.toolkit else None,
        "kernels": list(entry.kernels) if entry.kernels is not None else None,
        "usage": [each and {"registers": each.registers, "shared": each.shared} for each in entry.usage]
        if entry.usage is not None
        else None,
        "source": entry.source,
        "options": entry.options,
        "debug": entry.debug,
    }


def check_json(report: CheckReport) -> Json:
    """What `check` writes."""
    by_path: dict[str, list[ArtifactVerdict]] = defaultdict(list)
    for verdict in report.verdicts:
        by_path[verdict.path].append(verdict)
    return {
        **head("check"),
        "targets": [_target(target) for target in report.targets],
        "artifacts": [
            {"path": path, "verdicts": [_verdict(v) for v in verdicts]} for path, verdicts in by_path.items()
        ],
        "findings": findings_json(report.findings),
        "suppressed": [
            {"by": each.by, "reason": each.reason, "file": each.file, **findings_json([each.finding])[0]}
            for each in report.suppressed
        ],
        "policy_files": [{"file": file, "suppressed": number} for file, number in suppressing_files(report.suppressed)],
        "fleet": [_fleet_gpu(gpu) for gpu in report.fleet],
        "policy": [{"key": g.key, "value": g.text, "origin": g.origin} for g in report.given],
        "not_read": _not_read(report.not_read),
        "files": {"seen": report.files, "without_device_code": report.without_code},
        "images": [_image(image) for image in report.images],
        "compilers": [_compiler(each) for each in report.compilers],
        "packages": [_package(each) for each in report.packages],
    }


def _package(verdict: RequirementVerdict) -> Json:
    """Return one package on one GPU as `check` writes it."""
    resolved, found = verdict.resolved, verdict.verdict
    return {
        "path": resolved.requirement.file,
        "line": resolved.requirement.line,
        "package": resolved.requirement.name,
        "version": str(resolved.version) if resolved.version is not None else None,
        "index": resolved.build,
        "known": resolved.known.value,
        "chosen": resolved.how or None,
        "target": verdict.target.id,
        "outcome": verdict.outcome.value if verdict.outcome is not None else None,
        "reason": found.reason.value if found is not None and found.reason is not None else None,
        "min_driver": str(found.min_driver) if found is not None and found.min_driver is not None else None,
        "basis": verdict.basis,
        **wheel_causes(verdict),
    }


def wheel_causes(verdict: RequirementVerdict) -> Json:
    """Return the causes that a published wheel fails for beside its device code; each null where it is none: the
    framework that it pins, its compiler, the CUDA release of the framework that it has no library for; and the compiler
    by which one without device code runs."""
    found = verdict.verdict
    return {
        "requires": found.requires if found is not None else None,
        "compiler": found.compiler if found is not None else None,
        "no_library_for": found.none_for if found is not None else None,
        "compiles_with": verdict.compiles_with,
    }


def _compiler(compiler: BundledCompiler) -> Json:
    from cudacompat.domain.judge.bundled_compilers import newest_target

    return {
        "path": compiler.path,
        "program": compiler.program,
        "release": str(compiler.release),
        "newest_target": newest_target(compiler.release),
    }


def _image(image: ContainerImage) -> Json:
    return {
        "path": image.path,
        "name": image.name,
        "platform": image.platform,
        "others": list(image.others),
        "layers": image.layers,
    }


def _target(target: Target) -> Json:
    return {
        "id": target.id,
        "name": target.name,
        "compute_capability": str(target.capability),
        "driver": str(target.driver) if target.driver else None,
        "jit": target.jit.value,
    }


def _fleet_gpu(gpu: FleetGpu) -> Json:
    return {
        "gpu": gpu.id,
        "compute_capability": str(gpu.capability),
        "driver": str(gpu.driver) if gpu.driver else None,
        "node": gpu.node,
        "pool": gpu.pool,
        "file": gpu.origin,
    }


def _verdict(verdict: ArtifactVerdict) -> Json:
    return {
        "target": verdict.target.id,
        "outcome": verdict.outcome.value,
        "reason": verdict.reason.value if verdict.reason else None,
        "min_driver": str(verdict.min_driver) if verdict.min_driver else None,
        "basis": verdict.basis.value,
        "modules": {outcome.value: verdict.counts[outcome] for outcome in Outcome},
        "modules_in_file": max(verdict.held, len(verdict.modules)),
        "outside_registered_sections": len(verdict.stray),
        "assembled": _assembled(verdict),
    }


def _assembled(verdict: ArtifactVerdict) -> Json | None:
    """What assemblers made of the PTX that the verdict rests on; null where none was to be asked."""
    asked = verdict.assemblies
    if not asked:
        return None
    counts = Counter(each.proof.value for each in asked)
    said = dict.fromkeys((each.proof.value, each.said) for each in asked if each.said is not None)
    return {
        **{proof.value: counts[proof.value] for proof in PtxProof},
        "ptxas": [str(each) for each in sorted({each.ptxas for each in asked if each.ptxas is not None})],
        "said": [{"proof": proof, "text": text} for proof, text in list(said)[:_MOST_SAID]],
    }


def findings_json(findings: Sequence[Finding]) -> list[Json]:
    """The contract's list of findings."""
    return [
        {
            "id": f.id,
            "severity": f.severity.value,
            "message": f.message,
            "path": f.path,
            "line": f.line,
            "target": f.target,
            "found": f.found,
            "why": f.why,
            "help": f.help,
            "docs": f.docs,
            **({"fix": {"what": f.fix.what, "safe": f.fix.safe}} if f.fix is not None else {}),
        }
        for f in findings
    ]


def _not_read(items: Iterable[NotRead]) -> list[Json]:
    return [{"path": item.path, "why": item.why} for item in items]


def gpus_json(report: GpusReport) -> Json:
    """What `gpus` writes."""
    return {
        **head("gpus"),
        "query": report.query,
        "gpus": [
            {
                "name": gpu.name,
                "compute_capability": str(gpu.capability),
                "chip": gpu.chip,
                "pci_ids": list(gpu.pci_ids),
                "source": gpu.source,
            }
            for gpu in report.gpus
        ],
        "similar": list(report.similar),
    }
