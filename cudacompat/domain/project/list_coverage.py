"""What comes out of a list, and what it means for a GPU."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import Enum
from functools import lru_cache

from cudacompat.domain.builds.engine import BuildSystem, Grammar, Knob, Ptx
from cudacompat.domain.builds.lists.nvcc_flags import requested
from cudacompat.domain.builds.lists.reader import ArchList, UnreadableListError, read_list
from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.builds.plans.plan import arriving
from cudacompat.domain.judge.fits import Fit, ptx_fit, sass_fit
from cudacompat.domain.project.model import ArchListSetting, Command, Project, Setting
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.nvcc_variables import FLAG_VARIABLES
from cudacompat.domain.words.shell_words import shell_words
from cudacompat.domain.words.target import ArchTarget, CodeKind


class ListCoverage(Enum):
    """What some images mean for one GPU."""

    RUNS = "runs"
    JIT = "jit"
    FAILS = "fails"
    OPEN = "open"  # NVIDIA leaves it open


def images_of(listed: ArchListSetting) -> tuple[ArchTarget, ...]:
    """The images that a build of this list makes, as far as it is a list; of one of several, those of all together."""
    images = (image for archs in listed.outcomes for image in _images_of_one(listed, archs))
    return tuple(dict.fromkeys((*images, *(ptx_beside(listed) or ()))))


def ptx_beside(listed: ArchListSetting) -> tuple[ArchTarget, ...] | None:
    """The PTX that a second setting of the same reader asks for, where PTX has one of its own (OpenCV's CUDA_ARCH_PTX);
    `None` where it is not known, or another setting may decide instead of both."""
    knob, command = listed.knob, listed.command
    if knob is None or knob.ptx_name is None:
        return ()
    if command is None or any(command.given(name) is not None for name in knob.yields_to):
        return None
    given = command.given(knob.ptx_name)
    if given is None or (given.value is not None and not given.value.strip()):
        return ()
    try:
        code = read_list(listed.grammar, given.value).code if given.value is not None else None
    except UnreadableListError:
        return None
    return tuple(ArchTarget(CodeKind.PTX, each.number) for each in code) if code is not None else None


def _images_of_one(listed: ArchListSetting, archs: ArchList) -> tuple[ArchTarget, ...]:
    code = [_as_read(listed.grammar, listed.knob, each) for each in archs.code]
    images = arriving(listed.use.engine, listed.use.parsed, code)
    if listed.knob is None or listed.knob.ptx not in (Ptx.NEVER, Ptx.NEWEST):
        return images
    sass = tuple(image for image in images if image.kind is CodeKind.SASS)
    if listed.knob.ptx is Ptx.NEVER or not sass:
        return sass
    return (*sass, ArchTarget(CodeKind.PTX, max(image.number for image in sass)))


def _as_read(grammar: Grammar, knob: Knob | None, code: CodeTarget) -> CodeTarget:
    if grammar is Grammar.CMAKE_SPLIT and code.sass:
        return replace(code, ptx=False)
    return code if knob is None or code.number == knob.stand_in(code.number) else replace(code, sass=False, ptx=False)


def serves(capability: ComputeCapability, images: Iterable[ArchTarget]) -> ListCoverage:
    """What these images together mean for a GPU of this compute capability, by the loading rules."""
    best = ListCoverage.FAILS
    for image in images:
        if image.kind is CodeKind.SASS:
            fit = sass_fit(capability, image)
            if fit in (Fit.OWN, Fit.LOWER):
                return ListCoverage.RUNS
            if fit is not Fit.NO:
                best = ListCoverage.OPEN
        elif image.kind is CodeKind.PTX and ptx_fit(capability, image) and best is ListCoverage.FAILS:
            best = ListCoverage.JIT
    return best


def flag_settings(command: Command) -> Iterator[Setting]:
    """The settings of a build command that put flags on every command line of nvcc."""
    if command.use is None:
        return
    names = [*FLAG_VARIABLES]
    if command.use.engine.system is BuildSystem.CMAKE:
        names.append("CUDAFLAGS")
    for name in names:
        if name in command.environment:
            yield command.environment[name]
    yield from (each for each in command.defines if each.name == "CMAKE_CUDA_FLAGS")


def images_of_flags(setting: Setting) -> frozenset[ArchTarget]:
    """The images that flags ask for; none where they are not known."""
    return _images_of(setting.value or "")


@lru_cache(maxsize=256)  # one setting reaches many commands
def _images_of(flags: str) -> frozenset[ArchTarget]:
    try:
        return requested(shell_words(flags)).images
    except ValueError:
        return frozenset()


def images_beside(project: Project, listed: ArchListSetting) -> tuple[ArchTarget, ...]:
    """The images that the lists which reach the same command make together, each once."""
    if listed.command is None:
        return images_of(listed)
    together = (image for each in beside(project, listed) for image in images_of(each))
    return project.once(("images_beside", id(listed.command)), lambda: tuple(dict.fromkeys(together)))


def beside(project: Project, listed: ArchListSetting) -> Sequence[ArchListSetting]:
    """The lists that reach the same command, this one among them; this one alone where it reaches none."""
    return project.lists_reaching(listed.command) if listed.command is not None else (listed,)


def is_said(listed: ArchListSetting) -> bool:
    """Whether all that is built of the list is known: it holds no names, and no PTX that another setting asks for."""
    if not listed.outcomes or ptx_beside(listed) is None:
        return False
    return all(item.code is not None for archs in listed.outcomes for item in archs.items)


def drops_unknown(listed: ArchListSetting) -> bool:
    """Whether what reads the list leaves out, without a word, what its toolkit cannot build, rather than to hand it on
    to nvcc, which stops."""
    return listed.knob is not None and listed.knob.stands_in
