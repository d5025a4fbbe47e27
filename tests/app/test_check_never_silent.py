"""No verdict is bad in silence: whatever a library is made of, a failure is an error and what is open is exit 4."""

from __future__ import annotations

import itertools
from dataclasses import replace

from cudacompat.app.check import judge_read
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.words.code import DeviceModule, ReadResult, Registration
from cudacompat.domain.words.finding import Severity
from cudacompat.domain.words.target import CodeKind
from cudacompat.domain.words.verdict import JitPolicy, Outcome
from tests.helpers.build import artifact, image, module, target

NAMES = iter(f"kernel{number}" for number in itertools.count())


def source(*targets: str, registration: Registration = Registration.REGISTERED) -> DeviceModule:
    """The module of a source of its own: in an image for `none:TARGET` it has no kernel, in one for `half:TARGET` not
    all of them."""
    first, second = next(NAMES), next(NAMES)
    kernels = {"none": (), "half": (first,), "": (first, second)}
    parts = (each.rpartition(":") for each in targets)
    return module(*(image(arch, kernels=kernels[how]) for how, _, arch in parts), registration=registration)


MODULES = (
    *(source(each) for each in ("sm_120", "sm_80", "compute_80", "compute_121f")),
    *(source(each) for each in ("sm_90a", "sm_120a", "sm_87", "sm_121")),
    source("sm_80", "sm_120"),
    source("none:sm_120", "compute_80"),
    source("half:sm_120", "sm_80"),
    source("none:compute_90", "compute_80"),
    source("none:sm_120"),
    module(image("sm_120", kernels=None)),
    replace(source("sm_120"), damage="cut short"),
    module(replace(image("sm_120", kernels=None), kind=CodeKind.LTO_IR)),
    module(replace(image("sm_80"), kind=CodeKind.UNKNOWN, target=None)),
    module(image("sm_80", kernels=("sm80_gemm",))),
    *(source(each, registration=Registration.RELOCATABLE) for each in ("sm_80", "sm_120")),
    *(source(each, registration=Registration.STRAY) for each in ("sm_80", "sm_120")),
    source("none:sm_120", "sm_80", registration=Registration.STRAY),
    module(),
)
TARGETS = (
    *(target(each) for each in ("12.0", "9.0")),
    *(target("12.0", jit=each) for each in (JitPolicy.FORCED, JitPolicy.DISABLED)),
    target("12.0", "535.183.01"),
)


def test_a_bad_verdict_is_an_error_and_a_good_one_is_none() -> None:
    libraries = itertools.chain(*(itertools.combinations(MODULES, number) for number in (1, 2)))
    for modules, linked in itertools.product([*libraries], (True, False)):
        read = ReadResult((replace(artifact(modules), linked=linked),), (), 1, 0, ())
        for gpu in TARGETS:
            report = judge_read(read, (gpu,), Policy())
            errors = [finding.id for finding in report.findings if finding.severity is Severity.ERROR]
            said = [(verdict.outcome, verdict.reason) for verdict in report.verdicts], modules, gpu, errors
            outcomes = {verdict.outcome for verdict in report.verdicts}
            assert bool(errors) == bool(outcomes & {Outcome.FAILS, Outcome.PARTIAL}) or not outcomes, said
            assert report.exit_code or (outcomes and all(outcome.runs for outcome in outcomes)), said
