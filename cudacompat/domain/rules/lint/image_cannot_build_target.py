"""A list, or a GPU, that the CUDA release of its image cannot build for.

What it finds: a stage whose list, or that of a CMake target it builds (CUDA_ARCHITECTURES), holds a target that the
image's CUDA release does not know (120 before 12.8, 103 and 121 before 12.9) or no longer knows (50 to 72 from 13.0);
with --gpu, a stage whose release has no machine code that runs on that GPU (a note where nothing says that it is CUDA
code that the stage builds).

Why it matters: nvcc stops: "Unsupported gpu architecture 'compute_120'". Without the GPU's own code, a build can at
best be compiled again by the driver at each first start.

Example: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04`, then `-DCMAKE_CUDA_ARCHITECTURES="86;120"`.

What to do: use an image of a release that builds all of them, or take out what it no longer builds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.builds.lists.nvcc_flags import requested
from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.project.cmake_target_lists import reaching_targets
from cudacompat.domain.project.command_facts import ancestry, image_of
from cudacompat.domain.project.default_lists import reaching
from cudacompat.domain.project.image_names import is_nvidia_cuda
from cudacompat.domain.project.list_coverage import ListCoverage, drops_unknown, serves
from cudacompat.domain.project.loose_lists import compiles_sources, loose_groups
from cudacompat.domain.project.model import ArchListSetting, Base, Project, Stage, TextSpan, Word
from cudacompat.domain.project.other_machines import is_for_boards, is_for_others, passes_by
from cudacompat.domain.project.stages import (
    compiler,
    compiling,
    distro_of,
    installed,
    installing,
    patch_of,
    version_edits,
)
from cudacompat.domain.rules.lint.target_facts import why_not_built
from cudacompat.domain.tables.image_tags import FLAVOURS, cuda_image
from cudacompat.domain.tables.images import BaseImage, newest_image
from cudacompat.domain.tables.jetpack import board, on_board
from cudacompat.domain.tables.nvcc_releases import NvccRelease
from cudacompat.domain.tables.toolkit_packages import DISTROS_TOOLKIT, NamedToolkit, named_toolkit
from cudacompat.domain.tables.toolkits import RELEASES, first_with, with_all
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.programs import MAKE
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.versions import ToolkitVersion

_CONFIGURED = "--nvccflags="
_NUMBER = re.compile(r"(\d{2,3})([af]?)")


def check(project: Project) -> Iterable[Finding]:
    """One finding for each list, or for each stage that the GPUs cannot be built in."""
    reported: set[tuple[str, int]] = set()
    for listed, command in (*reaching(project), *reaching_targets(project)):
        stage = image_of(command)
        if stage is None or command.conditional:
            continue
        made_by = compiler(project, stage)
        if made_by is None or drops_unknown(listed):
            continue
        wanted = [each.arch for each in _code(listed)]
        missing = [arch for arch in dict.fromkeys(wanted) if arch not in made_by.targets and _known(arch)]
        if missing:
            reported.add((stage.file, stage.number))
            setting = listed.setting
            found = f"{setting.name or 'flags'}={setting.value}"
            yield _cannot(project, stage, setting.place, found=found, made_by=made_by, missing=missing, wanted=wanted)
    yield from _of_configure(project)
    for stage in project.stages:
        if (stage.file, stage.number) not in reported:
            yield from _gpus(project, stage)


def _of_configure(project: Project) -> Iterable[Finding]:
    """Of the flags that a configure script is given for nvcc (FFmpeg: `--nvccflags`)."""
    for command in project.commands:
        stage = command.stage if command.program == "configure" and not command.conditional else None
        made_by = compiler(project, stage) if stage is not None and command.instruction == "RUN" else None
        for word in command.words if made_by is not None else ():
            if stage is None or made_by is None or not word.known or not word.text.startswith(_CONFIGURED):
                continue
            flags = word.text.removeprefix(_CONFIGURED).split()
            wanted = sorted({image.arch for image in requested(flags).images})
            missing = [arch for arch in wanted if arch not in made_by.targets and _known(arch)]
            if missing:
                place, found = command.place, word.text
                yield _cannot(project, stage, place, found=found, made_by=made_by, missing=missing, wanted=wanted)


def _code(listed: ArchListSetting) -> Sequence[CodeTarget]:
    if listed.archs is not None:
        return listed.archs.code
    match = _NUMBER.fullmatch(listed.setting.value or "")
    if listed.grammar is Grammar.ONE_NUMBER and match is not None:
        return (CodeTarget(int(match[1]), ArchSuffix(match[2])),)
    return ()


def _known(arch: str) -> bool:
    return first_with(arch) is not None


def _cannot(
    project: Project,
    stage: Stage,
    place: TextSpan,
    found: str,
    made_by: NvccRelease,
    missing: list[str],
    wanted: list[str],
) -> Finding:
    image = stage.base.image if stage.base is not None else ""
    names = ", ".join(f"sm_{arch}" for arch in missing)
    help_, fix = _better(project, stage, wanted, made_by=made_by)
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"CUDA {made_by.version} cannot build {names}",
        path=place.file,
        line=place.line,
        span=place.span,
        found=f"{found} in {image}"[:200],
        why=_packaged(stage, made_by) + why_not_built(missing, made_by),
        help=help_,
        fix=fix,
    )


def _packaged(stage: Stage, made_by: NvccRelease) -> str:
    """Whose compiler it is, where the image's own name does not say that it has one."""
    base, of = stage.base, distro_of(stage.base)
    if base is None or base.cuda is not None or of is None or of.cuda != made_by.version:
        return ""
    return f"{DISTROS_TOOLKIT} of {base.image} ({of.name}) is CUDA {made_by.version}; "


def _better(project: Project, stage: Stage, wanted: Sequence[str], made_by: NvccRelease) -> tuple[str, Fix | None]:
    fitting = with_all(wanted)
    if is_for_boards(stage):
        return _board_words(wanted, made_by), None
    if not fitting:
        return "no release builds all of these targets: split the list into several builds", None
    newer = [row for row in fitting if row.version > made_by.version]
    installed = _installed(project, stage, made_by)
    if installed:
        return _packages(installed, made_by, (newer[0] if newer else fitting[-1]).version)
    chosen = _with_image(stage, newer or list(reversed(fitting)))
    if chosen is None:
        row = newer[0] if newer else fitting[-1]
        return f"use a devel image of CUDA {row.version}", None
    base = stage.base
    old = patch_of(base) if base is not None else None
    help_ = f"FROM {_named_alike(base, chosen)}" if base is not None else ""
    if base is not None and base.cuda is None:
        help_ += f", and remove {DISTROS_TOOLKIT}: that image has its own compiler"
    edits = version_edits(project, stage, old, new=chosen.cuda) if old is not None else ()
    fix = Fix(f"use CUDA {chosen.cuda}", edits, safe=False) if edits else None
    return help_, fix


def _board_words(wanted: Sequence[str], made_by: NvccRelease) -> str:
    """What to do in an image for boards, whose CUDA is that of its JetPack."""
    unbuilt = [arch for arch in dict.fromkeys(wanted) if arch not in made_by.targets]
    rows = [row for row in (board(int(arch)) for arch in unbuilt if arch.isdecimal()) if row is not None]
    if rows and len(rows) == len(unbuilt):
        return on_board(f"the GPU of sm_{rows[0].number}", rows[0])
    return f"remove {', '.join(f'sm_{arch}' for arch in unbuilt)}: this image has the CUDA release of its JetPack"


def _installed(project: Project, stage: Stage, made_by: NvccRelease) -> tuple[tuple[Word, NamedToolkit], ...]:
    """The words that install the compiler of a stage, each with what it names; none where its image brings it."""
    if stage.base is not None and stage.base.cuda is not None and stage.base.flavour == "devel":
        return ()
    words = (
        word for each in ancestry(project, stage) for command in installing(project, each) for word in command.words
    )
    named = ((word, named_toolkit(word.text)) for word in words if project.text(word.place) == word.text)
    return tuple((word, found) for word, found in named if found is not None and found.release == made_by.version)


def _packages(
    installed: Sequence[tuple[Word, NamedToolkit]], made_by: NvccRelease, release: ToolkitVersion
) -> tuple[str, Fix | None]:
    """The same packages of another release."""
    old, new = (f"-{each.major}-{each.minor}" for each in (made_by.version, release))
    first = installed[0][1].package
    if not all(word.text == found.package and found.package.endswith(old) for word, found in installed):
        return f"install CUDA {release} instead of {first}", None
    edits = tuple(
        Edit(word.place.file, word.place.start, word.place.end, new=found.package.removesuffix(old) + new)
        for word, found in installed
    )
    return f"install {edits[0].new} instead of {first}", Fix(f"install CUDA {release}", edits, safe=False)


def _named_alike(base: Base, chosen: BaseImage) -> str:
    """The image of this release from the same registry, with cuDNN where the one before has it."""
    named, distro = cuda_image(base.image), base.distro or _distro_name(base)
    if named is None or base.cuda is None:
        return chosen.tag("devel", distro)
    return named.other(chosen.tag("devel", distro, cudnn=named.cudnn is not None))


def _distro_name(base: Base) -> str:
    """The distribution as NVIDIA's image tags name it; empty for one that is not known."""
    of = distro_of(base)
    return of.name if of is not None else ""


def _with_image(stage: Stage, rows: Sequence[CudaRelease]) -> BaseImage | None:
    distro = (stage.base.distro or _distro_name(stage.base)) if stage.base is not None else None
    if not distro:
        return None
    return next(filter(None, (newest_image(row.version, distro, FLAVOURS) for row in rows)), None)


def _gpus(project: Project, stage: Stage) -> Iterable[Finding]:
    made_by = compiler(project, stage)
    command = compiling(project, stage)
    lists = project.lists_reaching(command) if command is not None else ()
    if made_by is None or (command is None and not _may_compile(project, stage)):
        return
    if command is not None and (command.stage is None or command.stage.number != stage.number):
        return
    numbers = {str(target.capability.number): target for target in project.targets}
    own = [ArchTarget(CodeKind.SASS, int(arch)) for arch in made_by.targets if arch.isdecimal()]
    missing = [
        arch
        for arch, target in numbers.items()
        if serves(target.capability, own) is ListCoverage.FAILS and _known(arch)
        if not is_for_boards(stage) and not is_for_others(stage.file, target.capability)
        if not any(passes_by(each, target.capability) for each in lists)
    ]
    if not missing:
        return
    loose = (each for group in loose_groups(project) for each in group if each.setting.place.file == stage.file)
    listed = (code.arch for each in loose for archs in each.outcomes for code in archs.code)
    in_all = [arch for arch in dict.fromkeys((*numbers, *listed)) if _known(arch)]
    help_, fix = _better(project, stage, in_all, made_by=made_by)
    gone = any(int(arch) < RELEASES[-1].default_target for arch in missing)
    sure = Severity.ERROR if gone else Severity.WARNING
    yield Finding(
        id=RULE.id,
        severity=sure if command is not None else Severity.NOTE,
        message=(
            f"CUDA {made_by.version} cannot build machine code for {', '.join(numbers[arch].label for arch in missing)}"
        ),
        path=stage.file,
        line=stage.place.line,
        span=stage.place.span,
        found=stage.base.image if stage.base is not None else None,
        why=("" if command is not None else "what this file builds may be CUDA code; ")
        + why_not_built(missing, made_by)
        + ("" if gone else ("; PTX of an older target can run there through JIT compilation")),
        help=help_,
        target=numbers[missing[0]].id if len(missing) == 1 else None,
        fix=fix,
    )


def _may_compile(project: Project, stage: Stage) -> bool:
    """Whether the image of a stage is one of NVIDIA's for compiling, and something is built in it, or will be."""
    if not is_nvidia_cuda(stage.base) or stage.parent is not None:
        return False
    own = project.commands_of(stage)
    return any(compiles_sources(each) or each.program in _BUILDERS for each in own) or any(
        word.text in _FOR_BUILDS for each in own for word in installed(each)
    )


_BUILDERS = MAKE | {"configure", "bazel", "meson", "scons", "xmake"}
_FOR_BUILDS = frozenset({"cmake", "ninja-build"})  # packages that an image for compiling is given

RULE = Rule("image-cannot-build-target", "Image whose CUDA release cannot build a target", __doc__, check)
