"""`verify`: run the engine, or read its log, and say what is proved about the GPU and the code that it ran."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cudacompat.app.inputs.targets import jit_from, release_of
from cudacompat.app.runs.observe import OnOutput, RunRequest, observe
from cudacompat.app.runs.run_log import read_log
from cudacompat.artifacts.logs import LogScanner
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.logs.report import ExplainedMatch, ExplainReport
from cudacompat.domain.logs.signature import GpuMeaning
from cudacompat.domain.logs.verdict import LogOutcome
from cudacompat.domain.reports.verify import VerifyReport
from cudacompat.domain.rules.run import RUN_RULES
from cudacompat.domain.runs.observation import JudgedFile, LogView, Observation
from cudacompat.domain.runs.signs import RunSign, SeenSign, SignMeaning
from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.runs.verify import Decision, Expect, Verdict, decide
from cudacompat.domain.tables.cuda_libraries import is_library_file
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.finding import Severity
from cudacompat.domain.words.judged_target import JudgedTarget
from cudacompat.domain.words.rule import applied
from cudacompat.domain.words.verdict import Target
from cudacompat.host.runs.health import require_url
from cudacompat.host.surroundings.masking import without_secrets

TIMEOUT_S = 600.0
ReaderBeside = tuple[LogScanner, Callable[[str | None], ExplainReport]]


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What the user wants proved."""

    expected: Expect = Expect.SASS
    gpus: tuple[str, ...] = ()
    min_gpu_memory: int | None = None


def verify(
    command: Sequence[str],
    asked: VerifyRequest,
    *,
    health: str | None = None,
    cold: bool = False,
    timeout_s: float = TIMEOUT_S,
    on_output: OnOutput | None = None,
    on_file: Callable[[str], None] | None = None,
) -> VerifyReport:
    """Run the command and return the verdict on what was seen. `UsageError` for what cannot be asked."""
    if not command:
        raise UsageError("nothing to run: name the command after --, or a saved log with --log")
    if health is not None:
        require_url(health)
    gpus = _named(asked.gpus)
    seen = observe(RunRequest(tuple(command), timeout_s, health, cold=cold), os.environ, on_output)
    decision = decide(seen, asked.min_gpu_memory)
    if decision.verdict in (Verdict.GPU, Verdict.GPU_JIT, Verdict.UNDECIDED):
        seen = _with_files(seen, decision, on_file)
        decision = decide(seen, asked.min_gpu_memory)
    return _report(Verified(seen, decision, asked.expected, min_gpu_memory=asked.min_gpu_memory, gpus=gpus))


def verify_log(path: str, asked: VerifyRequest, reader: ReaderBeside) -> VerifyReport:
    """Return the verdict on a saved log: of the code that ran a log shows little, and of the memory nothing. `reader`
    is what takes the log to explain it (`explain.reader_beside`)."""
    gpus = _named(asked.gpus)
    scanner, explained = reader
    log = read_log(path, scanner)
    named = next((spec for spec in asked.gpus if spec.strip().lower() != "native"), None)
    log = _with_missing_code(log, explained(named))
    if not log.devices and gpus:
        log = _on(log, gpus)
    unseen = ("the run itself (only its log was given)",)
    seen = Observation(command=(), log=log, unseen=unseen)
    return _report(
        Verified(seen, decide(seen), asked.expected, min_gpu_memory=asked.min_gpu_memory, gpus=gpus, log=path)
    )


def _report(verified: Verified) -> VerifyReport:
    findings = tuple(applied(RUN_RULES, [verified]))
    return without_secrets(VerifyReport(verified, findings))


def _named(specs: Sequence[str]) -> tuple[JudgedTarget, ...]:
    """The GPUs that must be used; `native` means any of this machine's."""
    return tuple(resolve(spec) for spec in specs if spec.strip().lower() != "native")


def _with_missing_code(log: LogView, report: ExplainReport) -> LogView:
    """The log with the lines that mean that the program has no code for the GPU, in whatever words of an engine."""
    if report.verdict is not None and report.verdict.outcome in (LogOutcome.RUNS, LogOutcome.BUILT_FOR):
        return log
    seen = {each.line for each in log.signs if each.sign.says is SignMeaning.ERROR}
    more = [
        SeenSign(_sign_of(match), match.line, match.text, count=match.count)
        for match in report.matches
        if match.signature.gpu is GpuMeaning.NO_IMAGE
        and match.signature.severity is Severity.ERROR
        and match.line not in seen
    ]
    return replace(log, signs=tuple(sorted((*log.signs, *more), key=lambda each: each.line)))


def _sign_of(match: ExplainedMatch) -> RunSign:
    id_, source = match.signature.id, "cudacompat/domain/logs"
    return RunSign(
        id_, "", re.compile(""), says=SignMeaning.ERROR, why=match.title, source=source, code=match.signature.code
    )


def _on(log: LogView, gpus: tuple[JudgedTarget, ...]) -> LogView:
    return replace(log, devices=tuple((gpu.name, gpu.capability) for gpu in gpus))


# -- the files that it had mapped


def _with_files(seen: Observation, decision: Decision, on_file: Callable[[str], None] | None) -> Observation:
    """The observation with the judge's verdict on exactly the files that the processes had mapped, for the GPUs that
    were used (all that are there, where that was not seen)."""
    if seen.view is None:
        return seen
    targets = _targets(seen, decision)
    paths = [file.path for file in seen.view.files if file.gone is None]
    if not targets or not paths:
        return seen
    try:
        read = read_paths(paths, kernels=True, on_file=on_file)
    except UsageError as error:  # it went away since it was looked at
        return replace(seen, unseen=(*seen.unseen, f"the files that it had mapped ({error})"))
    judged = []
    for artifact in read.artifacts:
        for target in targets:
            verdict = judge_artifact(artifact, target)
            if verdict is not None:
                counts = tuple((outcome, number) for outcome, number in verdict.counts.items())
                vendors = is_library_file(artifact.path)
                judged.append(JudgedFile(artifact.path, target.label, verdict.outcome, counts=counts, vendors=vendors))
    unread = tuple(f"device code in {each.path} ({each.why})" for each in read.not_read)
    return replace(seen, judged=tuple(judged), unseen=(*seen.unseen, *unread))


def _targets(seen: Observation, decision: Decision) -> tuple[Target, ...]:
    from cudacompat.host.gpus.driver import driver

    used = [use for use in seen.devices if use.index in decision.devices] or list(seen.devices)
    release, jit = release_of(driver()), jit_from(os.environ)
    kinds = {(use.name, use.capability): None for use in used}
    return tuple(Target(name, name, capability, driver=release, jit=jit) for name, capability in kinds)
