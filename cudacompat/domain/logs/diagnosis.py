"""From known lines to a diagnosis: the first cause, what follows from it, what it means for the GPU, the cure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from cudacompat.domain.logs import verdict as log_verdict
from cudacompat.domain.logs.causes import Causes, find_causes
from cudacompat.domain.logs.cures import with_cases
from cudacompat.domain.logs.facts import LogFacts
from cudacompat.domain.logs.gpu import meaning_for_gpu
from cudacompat.domain.logs.reading import LogReading, Occurrence
from cudacompat.domain.logs.report import CommandEnd, ExplainedMatch, ExplainReport, Part
from cudacompat.domain.logs.signature import Refinement, Role, Signature
from cudacompat.domain.logs.torch_environment import judge_environment
from cudacompat.domain.logs.unknown_errors import Unknown
from cudacompat.domain.logs.verdict import DEFAULT_TARGETS, LogOutcome, LogVerdict
from cudacompat.domain.logs.wheel_verdict import of_version
from cudacompat.domain.tables.architectures import architecture
from cudacompat.domain.tables.toolkits import first_with
from cudacompat.domain.words.error_forms import Weight
from cudacompat.domain.words.error_lines import is_low, weight_of
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.verdict import Target

# "RuntimeError: …", "E   torch.AcceleratorError: …"; no "UserWarning: …".
_EXCEPTION = re.compile(r"(?:E\s+)?(?:\w+\.){0,6}[A-Z]\w*(?:Error|Exception): ")
_FIELD = re.compile(r"\{(\w+)\}")
_GENERAL = {
    Role.END: "any earlier error",
    Role.ECHO: "any earlier error",
    Role.HEADING: "any other error",
    Role.CHAIN_END: "any unknown error of the driver before it",
    Role.GENERAL: "any unknown error about a GPU before it",
}
_DERIVED = {
    LogOutcome.DEFAULT_TARGET: "archs-default-target",
    LogOutcome.FAILS: "archs-lack-gpu",
    LogOutcome.JIT_OR_FAILS: "archs-older-than-gpu",
}


@dataclass(frozen=True, slots=True)
class LogSource:
    """The log itself: what to call it and how large it was."""

    name: str
    lines: int
    size: int
    command: CommandEnd | None = None


def diagnose(
    reading: LogReading,
    source: LogSource,
    target: Target | None,
    target_from: str | None,
    *,
    engines: Collection[str],
    lines: Mapping[str, Signature],
) -> ExplainReport:
    """Return the report on a log that was read. `engines` are those that `cudacompat generate` knows, `lines` all
    signatures by their ids."""
    facts = reading.facts
    asked = target
    device = facts.found.subject
    if target is None and device is not None:
        target = Target(device.name or str(device.capability), device.name, device.capability)
        target_from = "the log"
    verdict = _verdict(facts, target)
    occurrences = [_refined(each, target, verdict, lines=lines) for each in reading.occurrences]
    if verdict is not None and verdict.outcome in _DERIVED and facts.archs is not None:
        signature = lines[_DERIVED[verdict.outcome]]
        text = f"ARCHS = {facts.archs.text}"
        occurrences.append(Occurrence(signature, verdict.line, text, values=(("archs", ",".join(verdict.archs)),)))
    occurrences += judge_environment(facts, asked, reading.signs, lines=lines, known=occurrences)
    occurrences = [_softened(each, source.lines, reading) for each in occurrences]
    alone = not reading.unknown and all(each.signature.severity is not Severity.ERROR for each in occurrences)
    occurrences = [_raised(each, alone=alone) for each in occurrences]
    occurrences = with_cases(occurrences, facts, reading.signs, target=target)
    occurrences.sort(key=lambda each: each.line)
    fields = _fields(facts, target, engines)
    causes = find_causes(occurrences, reading.unknown)
    matches = _explained(occurrences, causes, facts, target=target, fields=fields)
    return ExplainReport(
        source=source.name,
        lines=source.lines,
        size=source.size,
        matches=matches,
        findings=_findings(matches, source.name, target, lead=causes.lead),
        unknown=reading.unknown,
        lead=causes.lead,
        facts=facts,
        target=target,
        target_from=target_from,
        verdict=verdict,
        command=source.command,
        skipped=reading.skipped,
    )


def _verdict(facts: LogFacts, target: Target | None) -> LogVerdict | None:
    if target is None:
        return None
    if facts.archs is not None:
        return log_verdict.of_list(target.capability, facts.archs.numbers, facts.archs.line, label=target.label)
    torch = facts.torch
    if torch.archs:
        return log_verdict.of_targets(target.capability, torch.archs, torch.line, label=target.label)
    if torch.lowest is not None:
        return log_verdict.of_range(target.capability, torch.lowest, torch.highest, line=torch.line, label=target.label)
    return of_version(target, torch.version, torch.version_line) if torch.version is not None else None


def _refined(
    occurrence: Occurrence, target: Target | None, verdict: LogVerdict | None, lines: Mapping[str, Signature]
) -> Occurrence:
    """Some lines mean more than one thing.

    A line that prints `__CUDA_ARCH__` of the code that was running (ggml's) tells of the GPU's own number (nothing is
    missing), of nvcc's default target (no architecture reached nvcc), or of another older one. One that says that a
    program was not built for the GPU (PyTorch's) takes no notice of the PTX in its list, nor of machine code
    for a lower minor version.
    """
    ids = dict(occurrence.signature.refined)
    if verdict is not None and verdict.outcome in (LogOutcome.RUNS, LogOutcome.BUILT_FOR):
        runs = Refinement.PTX_RUNS if verdict.by_ptx else Refinement.CODE_RUNS
        return replace(occurrence, signature=lines[ids[runs]]) if runs in ids else occurrence
    if Refinement.OWN_CODE not in ids and Refinement.DEFAULT_TARGET not in ids:
        return occurrence
    running = int(occurrence.value("arch") or 0) // 10
    listed = occurrence.value("list") or ""
    if Refinement.OWN_CODE in ids and target is not None and running == target.capability.number:
        id_ = ids[Refinement.OWN_CODE]
    elif (
        Refinement.DEFAULT_TARGET in ids
        and running in DEFAULT_TARGETS
        and listed in (str(running * 10), "", "__CUDA_ARCH_LIST__")
    ):
        id_ = ids[Refinement.DEFAULT_TARGET]
    else:
        return occurrence
    return replace(occurrence, signature=lines[id_], values=(*occurrence.values, ("running", str(running))))


def _softened(occurrence: Occurrence, lines: int, reading: LogReading) -> Occurrence:
    """What another program saw of a failure is only a thing to know where the rest of the log shows no failure."""
    alone = all(each.signature.role is Role.ECHO for each in reading.occurrences) and not reading.unknown
    if occurrence.signature.role is not Role.ECHO or not alone:
        return occurrence
    if lines <= sum(each.count for each in reading.occurrences):  # the log is nothing but these lines
        return occurrence
    return replace(occurrence, signature=replace(occurrence.signature, severity=Severity.NOTE))


def _raised(occurrence: Occurrence, *, alone: bool) -> Occurrence:
    """What a program may print as a warning, or a note, is an error where it raises an exception with these words; and
    where the line calls itself an error and the log, with `alone`, has no other."""
    if occurrence.signature.severity is Severity.ERROR or occurrence.signature.role is Role.ECHO:
        return occurrence
    text = occurrence.text
    says_error = alone and weight_of(text) is Weight.ERROR and not is_low(text)
    if not says_error and not _EXCEPTION.match(text):
        return occurrence
    return replace(occurrence, signature=replace(occurrence.signature, severity=Severity.ERROR))


# -- causes and consequences


def _explained(
    occurrences: list[Occurrence], causes: Causes, facts: LogFacts, *, target: Target | None, fields: Mapping[str, str]
) -> tuple[ExplainedMatch, ...]:
    matches = []
    for each in occurrences:
        signature = each.signature
        origin = causes.origin(each)
        if origin is not None:
            part = Part.CONSEQUENCE
        elif each is causes.first:
            part = Part.CAUSE
        else:
            part = Part.NOTE if signature.severity is Severity.NOTE else Part.ALSO
        values = {**fields, **{name: value for name, value in each.values if value}}
        matches.append(
            ExplainedMatch(
                signature=signature,
                line=each.line,
                text=each.text,
                count=each.count,
                part=part,
                title=_filled(signature.title, values),
                cause=_filled(signature.cause, values),
                does_not_mean=_filled(signature.does_not_mean, values),
                fix=_filled(signature.fix, values),
                command=_filled(signature.command, values) if signature.command else None,
                gpu=meaning_for_gpu(signature.gpu, dict(each.values), facts, target=target),
                follows_from=origin.id if origin else None,
                follows_line=origin.line if origin else None,
            )
        )
    return tuple(matches)


# -- words


def _fields(facts: LogFacts, target: Target | None, engines: Collection[str]) -> dict[str, str]:
    engine = facts.engine if facts.engine in engines else "cmake"
    fields = {
        "gpu": '"YOUR GPU"',
        "label": "the GPU",
        "engine": engine or "cmake",
        "number": "NN",
        "toolkit": "a CUDA release that builds for it",
        "driver": "a newer one",
        "wheel": "cu128",
        "capability": "8.6",
    }
    if target is not None:
        number = str(target.capability.number)
        first = first_with(number)
        row = architecture(target.capability)
        fields |= {
            "gpu": shlex.quote(target.spec),
            "label": target.label,
            "number": number,
            "capability": str(target.capability),
            "toolkit": f"CUDA {first.version} or newer" if first else fields["toolkit"],
            "driver": f"{row.first_branch} or newer" if row and row.first_branch else fields["driver"],
            "wheel": "cu128" if target.capability.major >= 10 else "cu126",
        }
    return fields


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda found: values.get(found[1], found[0] if found[1] in values else "…"), text)


def _findings(
    matches: Sequence[ExplainedMatch], source: str, target: Target | None, lead: Unknown | None
) -> tuple[Finding, ...]:
    """What is no consequence; where no cause is known, the first line that says that something failed, at the unknown
    error line before it."""
    found = [_finding(match, source, target) for match in matches if match.part is not Part.CONSEQUENCE]
    led = next((match for match in matches if match.follows_line is not None), None)
    if lead is not None and led is not None:
        said = f"no known cause; the first unrecognised error is line {lead.line}"
        found.append(replace(_finding(led, source, target), line=lead.line, found=lead.text, why=said))
        found.sort(key=lambda finding: finding.line or 0)
    return tuple(found)


def _finding(match: ExplainedMatch, source: str, target: Target | None) -> Finding:
    times = f"   ({match.count} times)" if match.count > 1 else ""
    why = [match.cause, match.gpu or "", f"This does not mean: {match.does_not_mean}" if match.does_not_mean else ""]
    return Finding(
        id=match.signature.id,
        severity=match.signature.severity,
        message=match.title,
        path=source,
        line=match.line,
        target=target.id if target else None,
        found=match.text + times,
        why="\n".join(part for part in why if part),
        help="\n".join(part for part in (match.fix, match.command) if part),
    )


def generic(text: str) -> str:
    """A text of the catalogue with words in the place of what a log would fill in."""
    words = {
        "label": "the GPU",
        "gpu": '"RTX 5070 Ti"',
        "engine": "",
        "capability": "12.0",
        "number": "NN",
        "toolkit": "a CUDA release that builds for it",
        "driver": "the first that knows it",
        "wheel": "cu128",
        "running": "52",
        "archs": "chosen architectures",
    }
    filled = _FIELD.sub(lambda found: words.get(found[1], f"<{found[1]}>"), text)
    return filled.replace("generate  --", "generate --")  # the command without an engine


def causes_in_words(signature: Signature) -> str:
    """What the signature may be a consequence of, for its page."""
    return ", ".join([*signature.after, *([_GENERAL[signature.role]] if signature.role in _GENERAL else [])])


def tally(report: ExplainReport) -> str:
    """The counts of a report in one line."""
    consequences = sum(match.part is Part.CONSEQUENCE for match in report.matches)
    unknown = sum(each.count for each in report.unknown)
    parts = [count(sum(f.severity is severity for f in report.findings), severity.value) for severity in Severity]
    return f"{', '.join(parts)}, {count(consequences, 'follow-on error')}, {count(unknown, 'unknown error line')}"
