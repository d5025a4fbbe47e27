"""What a configured folder will hand to nvcc, held against what was promised; and where its own lists stand."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cudacompat.app.inputs.text_files import beginning
from cudacompat.app.project.list_changes import AdditionRequest, analyse
from cudacompat.app.project.list_names import names_of
from cudacompat.artifacts.buildfiles.compile_commands import Unit, cuda_units
from cudacompat.artifacts.buildfiles.project_files import read_project
from cudacompat.domain.builds.engine import BuildSystem
from cudacompat.domain.builds.lists.nvcc_flags import Requested, describe
from cudacompat.domain.builds.steps import BuildStep, BuildSteps, StepKind, StepResult, StepState
from cudacompat.domain.project.list_places import PlaceState
from cudacompat.domain.rules.lint.planned_missing_target import RULE
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import ANY_ENGINE, count, sort_key
from cudacompat.domain.words.target import CodeKind

_MOST_NINJA = 64 << 20  # bytes
_NVCC_COMMAND = re.compile(r"(?m)^  COMMAND = .*\bnvcc\b.* -(?:-?fatbin|-?ptx|-?cubin|arch|-?gencode|gencode)\b")


def hold_flags(step: BuildStep, steps: BuildSteps) -> StepResult:
    """Hold what nvcc will be called for against what was promised. A project that adds targets of its own keeps the
    promise."""
    try:
        units = cuda_units(Path(step.paths[0]).parent)
    except CudacompatError as error:
        return StepResult(step, StepState.FAILED, said=str(error))
    if not units and _own_commands(Path(step.paths[0]).parent):
        said = (
            "no CUDA source of CMake's; nvcc is called by commands of the project, and the check shows what they made"
        )
        return StepResult(step, StepState.DONE, said=said)
    if not units:
        return StepResult(step, StepState.FAILED, said="no CUDA source will be compiled; check that CUDA is enabled")
    promised = Requested(frozenset(steps.plan.arrives))
    wrong = [unit for unit in units if not _holds(unit.request, promised)]
    if not wrong:
        said = f"{count(len(units), 'CUDA source')}, all for {describe(promised)}"
        return StepResult(step, StepState.DONE, said=said + _more(units, promised))
    said = (
        f"{len(wrong)} of {len(units)} CUDA sources would be compiled for {describe(wrong[0].request)} instead of "
        f"{describe(promised)}; first: {wrong[0].source}"
    )
    return StepResult(step, StepState.FAILED, said=said)


def _own_commands(folder: Path) -> bool:
    """Whether a command of the project calls nvcc, as for a fatbin that its program loads: the Ninja generator writes
    `COMMAND = ` for these alone."""
    text = beginning(folder / "build.ninja", _MOST_NINJA)
    return text is not None and _NVCC_COMMAND.search(text) is not None


def _holds(request: Requested, promised: Requested) -> bool:
    return request.images >= promised.images and not request.words


def _more(units: Sequence[Unit], promised: Requested) -> str:
    """What the project compiles beyond the promise, as words to put behind it."""
    more = frozenset(image for unit in units for image in unit.request.images) - promised.images
    machine = sorted((image for image in more if image.kind is CodeKind.SASS), key=sort_key)
    return f"; the project's own list adds {' '.join(map(str, machine or more))}" if more else ""


# Where each build system's own sources set a list; the files of images and jobs are no part of this build.
_OWN_FILES = {
    BuildSystem.CMAKE: re.compile(r"(?:^|/)CMakeLists\.txt$|\.cmake$"),
    BuildSystem.NVCC: re.compile(r"(?:^|/)(?:GNUmakefile|[Mm]akefile)$|\.mk$"),
    BuildSystem.CARGO: re.compile(r"(?:^|/)(?:build\.rs|\.cargo/config\.toml|CMakeLists\.txt)$|\.cmake$"),
    BuildSystem.PIP: re.compile(r"(?:^|/)(?:setup\.py|pyproject\.toml|CMakeLists\.txt)$|\.cmake$"),
}


def own_lists(results: Sequence[StepResult], steps: BuildSteps, failing: bool = False) -> tuple[Finding, ...]:
    """Where the sources set a list of their own in place of the one that was given, and the command that extends it:
    one finding for each place, where the flags were not those that were promised, or (`failing`) what was built is
    not."""
    if not failing and not any(each.step.kind is StepKind.FLAGS and each.state is StepState.FAILED for each in results):
        return ()
    plan = steps.plan
    request = AdditionRequest(plan.engine, plan.version, plan.wanted, names=names_of(plan.engine, plan.version))
    command = _adding(steps, tuple(dict.fromkeys(each.spec for each in plan.wanted)))
    with contextlib.suppress(CudacompatError):
        places, _ = analyse(request, read_project(steps.source).files, [])
        return tuple(
            Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                path=str(Path(steps.source, place.file)),
                line=place.line,
                message="the project's own list takes the place of the one that was given",
                found=place.value,
                help=f"{command} --write  # then the same rebuild again"
                if place.state is PlaceState.CHANGES
                else place.why,
            )
            for place in places
            if place.state in (PlaceState.CHANGES, PlaceState.CANNOT)
            and _OWN_FILES[plan.engine.system].search(place.file)
        )
    return ()


def _adding(steps: BuildSteps, specs: Sequence[str]) -> str:
    words = ["cudacompat", "generate", steps.plan.engine.name, steps.source]
    return shlex.join([*words, *(word for spec in specs for word in ("--add", spec))])


def in_this_tree(finding: Finding, steps: BuildSteps) -> Finding:
    """Return the finding about an artifact with the command that is meant for these sources, where it names one for
    any engine: the list was given to this build, so that what matters is where the sources set their own."""
    if finding.help is None or finding.target is None:
        return finding
    adding = _adding(steps, (finding.target,))
    return replace(finding, help=ANY_ENGINE.sub(lambda _: adding, finding.help))
