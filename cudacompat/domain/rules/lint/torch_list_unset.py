"""An extension of PyTorch that is built where no GPU is, with no list of architectures.

What it finds: an image that begins with a CUDA toolkit and builds a CUDAExtension without TORCH_CUDA_ARCH_LIST.

Why it matters: torch.utils.cpp_extension then asks for the GPUs of the machine. During an image build there are none,
and the build ends in "IndexError: list index out of range"; on a builder with a GPU it is for that GPU alone.

Example: `FROM nvidia/cuda:12.8.1-devel-ubuntu24.04`, then `RUN pip install --no-build-isolation .`

What to do: `ENV TORCH_CUDA_ARCH_LIST="8.0;8.6;8.9;12.0+PTX"` before the command.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.project.default_lists import makes_extension
from cudacompat.domain.project.job_runners import may_have_gpu
from cudacompat.domain.project.model import Command, Project
from cudacompat.domain.project.walks import on_command
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule


@on_command
def check(project: Project, command: Command) -> Iterable[Finding]:
    """One finding for each command that builds one."""
    use = command.use
    knobs = tuple(knob.name for knob in use.engine.knobs) if use is not None else ()
    if use is None or not use.engine.stops_unset or not _in_cuda_image(command):
        return
    if any(name in command.environment for name in knobs) or not makes_extension(project, command):
        return
    if _named_in_scripts(project, knobs):
        return  # it sets or asks for the list itself, or a script does
    spelled = ";".join(dict.fromkeys(str(target.capability) for target in project.targets))
    sets = "add ENV" if command.stage is not None else "set"
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"{command.program} builds {use.engine.title} without a GPU, and {knobs[0]} is not set",
        path=command.place.file,
        line=command.place.line,
        span=command.place.span,
        found=command.line[:160],
        why=use.engine.stops_unset,
        help=f'{sets} {knobs[0]}="{spelled or "8.0;8.6;9.0;12.0+PTX"}" before this command',
        fix=_given(project, command, knobs[0], value=spelled) if spelled else None,
    )


def _named_in_scripts(project: Project, names: tuple[str, ...]) -> bool:
    scripts = (file.text for file in project.files if _is_script(file.name))
    return project.once(("named_in_scripts", names), lambda: any(name in text for text in scripts for name in names))


def _in_cuda_image(command: Command) -> bool:
    base = command.stage.base if command.stage is not None else command.job.base if command.job is not None else None
    if command.job is not None and may_have_gpu(command.job):
        return False
    return base is not None and base.cuda is not None and base.flavour == "devel" and not command.conditional


def _is_script(name: str) -> bool:
    return name.endswith((".py", ".sh", ".toml"))


def _given(project: Project, command: Command, name: str, value: str) -> Fix | None:
    file = project.file(command.place.file)
    if command.stage is None or file is None:
        return None
    at = file.text.rfind("\nRUN", 0, command.place.start) + 1
    if not at:
        return None
    return Fix(f"set {name}", (Edit(file.name, at, at, new=f'ENV {name}="{value}"\n'),), safe=False)


RULE = Rule("torch-list-unset", "PyTorch extension without an architecture list", __doc__, check)
