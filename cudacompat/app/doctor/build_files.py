"""The build files that lie beside what was judged: the command that mends them, and how an image comes of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from cudacompat.app.doctor.compose_builds import compose_build
from cudacompat.app.inputs.text_files import beginning
from cudacompat.domain.reports.doctor import PinInFile, PlanStep
from cudacompat.domain.reports.lint import LintReport
from cudacompat.domain.words.command_words import check_options, gpu_options
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import count, one_line, some
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import DriverRelease

_HOW_TO_PIN = "install what runs, and write its pin and index into"
_PINS = re.compile(r"(?<![\w.-])[A-Za-z][\w.-]*(?:\[[\w,-]*\])?==[\w.+!-]+")
WRITES_PINS = r"(?:uv|poetry|pdm|pixi) add\b"  # commands of the tools that write the pin into their own file
_MOST_NAMED = 5
_MOST_BY_HAND = 3
_MOST_LOST = 12
_MOST_KEPT = 100  # old files under numbered names
MOST_ENTRIES = 5000  # folders and files; llama.cpp has 2,600


class Mending(NamedTuple):
    """The steps, and whether the first of them changes files."""

    steps: tuple[PlanStep, ...] = ()
    edits: bool = False


def mending(folder: str, targets: Sequence[Target], driver: DriverRelease | None) -> Mending:
    """Return the steps that mend the build files of the project in a folder; none in a folder that is too large to be
    one."""
    from cudacompat.app.lint import lint
    from cudacompat.app.project.files import is_small

    if not is_small(folder, MOST_ENTRIES):
        return Mending()
    try:
        report = lint(folder, tuple(targets), fix=True, unsafe=True)
    except CudacompatError:
        return Mending()
    return mending_by(report, folder, targets, driver=driver)


def mending_by(report: LintReport, folder: str, targets: Sequence[Target], *, driver: DriverRelease | None) -> Mending:
    """Return the steps that mend this project's own build files: by `lint`, then by hand what no fix cures; with a
    Dockerfile among them the image is built and checked, too, also where there is nothing to mend.
    `report` is what `lint` leaves with every fix. None for a Dockerfile outside of a project."""
    from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of

    specs = [target.spec for target in targets]
    look = f"cudacompat lint {quote(folder)} {gpu_options(specs)}"
    errors = [each for each in report.findings if each.severity is Severity.ERROR]
    images = [file.name for file in report.edited if kind_of(file.name) is FileKind.DOCKERFILE]
    if not Path(folder).is_dir():
        images = []  # of one file that was named
    elif not images and (Path(folder) / "Dockerfile").is_file() and (errors or not report.edited):
        images = ["Dockerfile"]
    steps = [_mended(report, f"{look} --fix --unsafe-fixes")] if report.edited else []
    steps += [*pin_steps(errors), *_by_hand(errors, look)]
    steps += [step for image in images[:1] for step in _image_steps(folder, image, check_options(specs, driver))]
    return Mending(tuple(steps), bool(report.edited))


class MovedAway(NamedTuple):
    """What moves a file of the user's own away, in whose place another is written, and what is lost with it; empty
    where there is none."""

    command: str = ""
    lost: str = ""


def moving_away(dockerfile: Path, new: str) -> MovedAway:
    """Return what keeps the Dockerfile, under a name by which neither Docker nor `lint` takes it for one, before the
    `new` text is written in its place."""
    from cudacompat.artifacts.buildfiles.last_stage import last_stage_adds

    if not dockerfile.exists():
        return MovedAway()
    numbers = ("", *(f"-{number}" for number in range(2, _MOST_KEPT)))
    names = (dockerfile.with_name(f"{dockerfile.name}-old{number}.txt") for number in numbers)
    kept = next((name for name in names if not name.exists()), None)
    if kept is None:
        return MovedAway()
    there = last_stage_adds(new)
    added = [each for each in last_stage_adds(beginning(dockerfile) or "") if each not in there]
    what = f" ({one_line(some(added, _MOST_LOST))})" if added else ""
    lost = f"; the old one is kept as {one_line(str(kept))}, and what its last stage adds{what} is for you to add again"
    return MovedAway(f"mv {quote(str(dockerfile))} {quote(str(kept))} && ", lost)


def pin_steps(findings: Iterable[Finding]) -> tuple[PlanStep, ...]:
    """Return a step for each installation that cures packages which a list or a command names."""
    cures: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.command and finding.line is not None and finding.severity is not Severity.NOTE:
            cures.setdefault(finding.command, []).append(finding)
    steps = []
    for command, cured in cures.items():
        said = "; ".join(dict.fromkeys(each.message for each in cured))
        places = ", ".join(dict.fromkeys(f"{each.path}:{each.line}" for each in cured[:3]))
        how = (
            "install what runs, which also writes its pin in place of"
            if re.match(WRITES_PINS, command)
            else _HOW_TO_PIN
        )
        pin = PinInFile(one_line(said), tuple(_PINS.findall(command)), one_line(places))
        steps.append(PlanStep(one_line(f"{said}: {how} {places}"), command, pin=pin))
    return tuple(steps)


def _by_hand(errors: Iterable[Finding], look: str) -> list[PlanStep]:
    """A step for each error that neither a fix nor a command cures; beyond a few, one for the rest."""
    left = [each for each in errors if not each.command]
    steps = []
    for each in left[:_MOST_BY_HAND]:
        place = f"{each.path}:{each.line}" if each.line is not None else each.path or ""
        steps.append(PlanStep(one_line(f"change {place} by hand ({each.message}): {each.help or each.why}"), look))
    if left[_MOST_BY_HAND:]:
        steps.append(
            PlanStep(f"cure {count(len(left) - _MOST_BY_HAND, 'more error')} of the build files by hand", look)
        )
    return steps


def _mended(report: LintReport, command: str) -> PlanStep:
    names = ", ".join(one_line(file.name) for file in report.edited[:3])
    more = f" and {len(report.edited) - 3} more" if len(report.edited) > 3 else ""
    faults = count(len(report.fixed), "fault")
    why = f"mend {names}{more}: {faults}, the rest stays as it is (--diff in place of --fix shows it)"
    return PlanStep(why, command)


def _lacking(dockerfile: Path, context: Path) -> str:
    """What the Dockerfile copies and its build context does not have; empty where all is there."""
    from cudacompat.artifacts.buildfiles.copied import copied_paths

    text = beginning(dockerfile) or ""
    names = (each.strip("/") for each in dict.fromkeys(copied_paths(text)) if ".." not in each.split("/"))
    # a name that is too long for the system is an error for Path.exists
    absent = [one_line(name) for name in names if name and not os.path.exists(context / name)]  # noqa: PTH110
    return ", ".join(absent[:_MOST_NAMED]) + (f" and {len(absent) - _MOST_NAMED} more" if absent[_MOST_NAMED:] else "")


def _image_steps(folder: str, image: str, options: str) -> tuple[PlanStep, ...]:
    """Not held to native code: libraries of the base image run on these GPUs by other ways, too."""
    tag = re.sub(r"[^a-z0-9]+", "-", Path(folder).resolve().name.lower()).strip("-") or "image"
    build = f"docker build -t {tag} -f {quote(str(Path(folder) / image))} {quote(folder)}"
    composed = compose_build(Path(folder), image)
    context, where = Path(folder), "this directory"
    if composed is not None and "$" not in composed.image:
        build, tag = composed.command, quote(composed.image)
        if composed.context.resolve() != context.resolve():
            context, where = composed.context, f"its build context {one_line(os.path.relpath(composed.context))}"
    lacking = _lacking(Path(folder, image), context)
    why = f"; COPY takes what {where} does not have: {lacking}" if lacking else ""
    return (
        PlanStep(f"build the image (podman takes the same words){why}", build),
        PlanStep("check that what is in it runs on these GPUs", f"docker save {tag} | cudacompat check - {options}"),
    )
