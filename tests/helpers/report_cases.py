"""Reports of every kind that a format has to be able to write, the hostile and the empty ones too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.reports.listing import InspectReport
from cudacompat.domain.words.code import BinaryArtifact, DeviceModule, NotRead, ReadResult, Registration
from cudacompat.domain.words.finding import CodePlace, Finding, Severity, Suppressed
from cudacompat.domain.words.rule_selection import RuleSelection
from cudacompat.domain.words.verdict import ArtifactVerdict, Target
from tests.helpers.build import image, module, target

# A name that is an attack on each language that it may be written in.
HOSTILE = (
    "dist/</style><script>alert(1)</script>\"'&amp;-\u202egpj\u200b\x1b[2J\x07\n::error::x\r"
    "|`](http://evil.example)<img src=x onerror=alert(2)>{{7*7}}]]>##[error]{0}\udcff.whl!/in\u2028ner/@everyone_#1.so"
)
WHEEL = "dist/engine-1.0-py3-none-any.whl"
INNER = f"{WHEEL}!/engine/lib.so"


@dataclass(frozen=True, slots=True)
class LintReport:
    """What a command that judges no binaries reports: findings with lines and nothing more."""

    COMMAND: ClassVar[str] = "lint"
    show_suppressed: ClassVar[bool] = False
    targets: ClassVar[tuple[Target, ...]] = ()
    files: ClassVar[int] = 1
    rules: ClassVar[RuleSelection] = RuleSelection()

    findings: tuple[Finding, ...]
    exit_code: int
    not_read: tuple[NotRead, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """What a command reports that asks the driver about what `check` left open."""

    COMMAND: ClassVar[str] = "verify --load"

    check: CheckReport
    findings: tuple[Finding, ...] = ()
    exit_code: int = 0


def verdicts(modules: Sequence[DeviceModule], targets: Sequence[Target], path: str) -> tuple[ArtifactVerdict, ...]:
    """What becomes of an artifact of these modules."""
    built = BinaryArtifact(path, "elf", 1000, True, tuple(modules))
    return tuple(verdict for each in targets if (verdict := judge_artifact(built, each)) is not None)


def at(number: int, *entries: str, registration: Registration = Registration.REGISTERED) -> DeviceModule:
    """A module at its own byte of the file, with kernels of its own."""
    kernels = tuple(f"k{n}_{number}" for n in (1, 2))
    images = [image(each, kernels=kernels) for each in entries]
    return replace(module(*images, registration=registration), offset=number)


def error(path: str | None, target_: str | None = "12.0", id_: str = "no-runnable-code", **more: object) -> Finding:
    """An error with everything that a finding may say."""
    base = Finding(
        id=id_,
        severity=Severity.ERROR,
        message="nothing here runs on 12.0",
        path=path,
        found="sm_80 (machine code), no PTX",
        why="machine code runs only within its own major version",
        help="build for sm_120: cudacompat generate cmake --gpu 12.0",
        target=target_,
        places=(CodePlace(".nv_fatbin+0x40"), CodePlace(".nv_fatbin+0x80", "_Z6kernelPf")),
    )
    return replace(base, **more)  # type: ignore[arg-type]


TARGETS = (target("12.0"), target("8.6", "580.65.06"))


def report(
    findings: Sequence[Finding] = (),
    suppressed: Sequence[Suppressed] = (),
    not_read: Sequence[NotRead] = (),
    judged: Sequence[ArtifactVerdict] = (),
    targets: tuple[Target, ...] = TARGETS,
) -> CheckReport:
    """A report of `check`."""
    return CheckReport(targets, tuple(judged), tuple(findings), tuple(not_read), 3, 1, tuple(suppressed))


def _wheel() -> tuple[ArtifactVerdict, ...]:
    modules = [at(64, "sm_80"), at(128, "sm_80", "compute_80"), at(192, "sm_80", registration=Registration.STRAY)]
    return verdicts(modules, TARGETS, INNER)


def _undecided() -> tuple[ArtifactVerdict, ...]:
    unread = replace(at(0, "sm_120"), entries=(image("sm_120", kernels=None),))
    return verdicts([unread], TARGETS, "dist/u.so")


NOTE = Finding("jit-only", Severity.NOTE, "runs by JIT only", "dist/b.so", target="12.0", why="driver 525 or newer")
IGNORED = Suppressed(error("dist/old.so", id_="hole"), "ignore", "not shipped any more")
UNREAD = NotRead("dist/broken.whl", "not a zip: its directory is cut short")

CASES: dict[str, object] = {
    "errors": report([NOTE, error(INNER)], judged=_wheel()),
    "clean": report(judged=verdicts([at(0, "sm_120", "sm_86")], TARGETS, "dist/a.so")),
    "suppressed": report(suppressed=[IGNORED], judged=verdicts([at(0, "sm_120", "sm_86")], TARGETS, "dist/old.so")),
    "nothing": report(),
    "all unread": report(not_read=[UNREAD, NotRead("dist/c.so", "permission denied")]),
    "unread beside clean": report(not_read=[UNREAD], judged=verdicts([at(0, "sm_120", "sm_86")], TARGETS, "dist/a.so")),
    "undecided": report(judged=_undecided()),
    "hostile": report(
        [error(HOSTILE, message=f"about {HOSTILE}", found=HOSTILE, places=(CodePlace(HOSTILE, HOSTILE),)), NOTE],
        [Suppressed(error(HOSTILE, "8.6", id_="hole"), "ignore", HOSTILE)],
        [NotRead(HOSTILE, HOSTILE)],
        verdicts([at(0, "sm_80")], TARGETS, HOSTILE),
        (replace(TARGETS[0], name=HOSTILE), TARGETS[1]),
    ),
    "machine": report([error(None, None, "no-gpu", places=())]),
    "lint": LintReport(
        (
            error("Dockerfile", None, "native-in-docker-build", line=12, places=()),
            error("Dockerfile", None, "native-in-docker-build", line=30, places=()),
        ),
        1,
    ),
    "lint clean": LintReport((), 0),
    "settled": Settled(report(judged=_undecided())),
    "lint incomplete": LintReport((), 4),
    "step failed": LintReport((), 5),
}


def many(number: int) -> CheckReport:
    """As many errors, each in a file of its own."""
    return report([error(f"dist/{index:05d}.so") for index in range(number)], judged=_wheel())


INSPECTED = InspectReport(
    ReadResult(
        (
            BinaryArtifact(INNER, "elf", 4000, True, (at(64, "sm_80", "compute_80"), at(128, "sm_90a"))),
            BinaryArtifact(HOSTILE, "elf", 4000, True, (module(image("sm_75", kernels=(HOSTILE,))),)),
        ),
        (NotRead(HOSTILE, HOSTILE),),
        3,
        1,
        (),
    ),
    kernels=True,
)
