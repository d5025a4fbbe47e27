"""A Visual Studio project, or a Makefile, whose CUDA release cannot build what its list asks for.

What it finds: a CodeGeneration with a target that the CUDA build customization of the same project file (`CUDA
12.4.props`) does not know yet (120 before 12.8, 103 and 121 before 12.9), or no longer (50 to 72 from 13.0). The same
of the flags in a Makefile that calls nvcc by a path with a release (`/usr/local/cuda-11.8`); with --gpu, also such a
Makefile whose own flags are not known, and whose release builds no machine code for the GPU.

Why it matters: nvcc stops: "Unsupported gpu architecture 'compute_120'". Visual Studio shows it as error MSB3721.

Example: `CUDA 12.4.props`, and `<CodeGeneration>compute_86,sm_86;compute_120,sm_120</CodeGeneration>`.

What to do: choose a newer CUDA release under Build Dependencies, Build Customizations, or remove the target; in a
Makefile name a newer release, or /usr/local/cuda.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cudacompat.domain.project.list_coverage import ListCoverage, images_of, serves
from cudacompat.domain.project.make_toolkit import NamedNvcc, named_nvcc
from cudacompat.domain.project.model import ArchListSetting, Project
from cudacompat.domain.project.visual_studio import customization
from cudacompat.domain.rules.lint.target_facts import why_not_built
from cudacompat.domain.tables.nvcc_releases import NvccRelease
from cudacompat.domain.tables.toolkits import RELEASES, first_with, with_all
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchTarget, CodeKind


def check(project: Project) -> Iterable[Finding]:
    """One finding for each list that its project's CUDA release cannot build."""
    for listed in project.lists:
        name = listed.setting.place.file
        made_by = customization(project, name)
        if made_by is not None:
            yield from _of_list(listed, made_by, "import CUDA {0}.props and .targets")
            continue
        nvcc = named_nvcc(project, name)
        if nvcc is not None and nvcc.made_by is not None:
            yield from _of_list(listed, nvcc.made_by, "name CUDA {0}")
    for file in project.files if project.targets else ():
        nvcc = named_nvcc(project, file.name)
        if nvcc is not None and not project.lists_in(file.name):
            yield from _of_gpus(project, nvcc)


def _of_list(listed: ArchListSetting, made_by: NvccRelease, better: str) -> Iterator[Finding]:
    setting = listed.setting
    wanted = list(dict.fromkeys(image.arch for image in images_of(listed)))
    missing = [arch for arch in wanted if arch not in made_by.targets and first_with(arch) is not None]
    if not missing:
        return
    names = ", ".join(f"sm_{arch}" for arch in missing)
    fitting = [row for row in with_all(wanted) if row.version > made_by.version]
    written = " ".join(setting.written.split())
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"CUDA {made_by.version} of this project cannot build {names}",
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=f"{setting.name}={written}"[:160] if setting.name else written[:160],
        why=why_not_built(missing, made_by),
        help=f"{better.format(fitting[0].version)}, or remove {names}"
        if fitting
        else f"remove {names}, or build it in a separate project",
    )


def _of_gpus(project: Project, nvcc: NamedNvcc) -> Iterator[Finding]:
    """Of a Makefile whose flags only the build knows: the GPUs for which its release builds no machine code."""
    own = [ArchTarget(CodeKind.SASS, number) for number in nvcc.numbers]
    for target in project.targets:
        if serves(target.capability, own) is not ListCoverage.FAILS:
            continue
        arch = str(target.capability.number)
        gone = target.capability.number < RELEASES[-1].default_target
        fitting = with_all([arch])
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR if gone else Severity.WARNING,
            message=f"CUDA {nvcc.version} of this Makefile cannot build machine code for {target.label}",
            path=nvcc.place.file,
            line=nvcc.place.line,
            span=nvcc.place.span,
            found=project.text(nvcc.place),
            why=why_not_built([arch], NvccRelease(nvcc.version, ()))
            + ("" if gone else "; PTX of an older target can run there through JIT compilation"),
            help=f"name CUDA {fitting[-1 if gone else 0].version}" if fitting else "no release of CUDA builds for it",
            target=target.id,
        )


RULE = Rule("toolset-cannot-build", "Project whose CUDA release cannot build the list", __doc__, check)
