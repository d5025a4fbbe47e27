"""Files for another processor or system than that of the machines with the GPU.

What it finds: libraries for x86-64 processors (for Linux or for Windows), checked for a GPU that only machines with an
Arm processor have: Jetson modules, GB10 (DGX Spark), GH200, GB200, GB300 and T4G. Where the platform is said (with
--platform, by the nodes of a fleet), files for another processor, DLLs for Linux and shared objects for Windows, too.

Why it matters: the loader of such a machine refuses the file before a GPU is asked for, whatever its device code is.

Example: torch-2.9.0-cp312-cp312-manylinux_2_28_x86_64.whl, which has machine code that a GB10 runs, on a GB10.

What to do: check and install the build for Arm processors, which pip and image tools choose on that machine. Jetson
boards before Thor have the CUDA of their JetPack, which builds for Arm servers are not made for.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cudacompat.domain.rules.artifact.compiled_later import named_wheel
from cudacompat.domain.tables.architectures import architecture
from cudacompat.domain.tables.jetpack import board
from cudacompat.domain.wheels.platforms import ARM_PLATFORM, platform_for
from cudacompat.domain.words.code import BinaryArtifact, ContainerImage, FileFormat
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Target

_X86, _ARM = "x86_64", "aarch64"
_SYSTEMS = {FileFormat.ELF: "linux", FileFormat.PE: "windows"}
_WORDS = {_X86: "x86-64 processors", _ARM: "Arm processors", "linux": "Linux", "windows": "Windows"}


@dataclass(frozen=True, slots=True)
class ForOtherProcessor:
    """What was read as one file (a wheel, an image) or lies in one folder, and is for another system or processor than
    all machines with these GPUs have: its `path`, how many such files, what they are for (`x86_64`, `windows`), the
    file for those machines that was read with it, and the image that it is, if it is one."""

    path: str
    files: int
    targets: tuple[Target, ...]
    made_for: str = _X86
    fitting: str | None = None
    image: ContainerImage | None = None


def for_other_processor(
    artifacts: Sequence[BinaryArtifact], images: Sequence[ContainerImage], targets: Sequence[Target]
) -> tuple[ForOtherProcessor, ...]:
    """Return what does not start on machines with some of the GPUs: those that have an Arm processor beside them, and
    those whose system or processor was said."""
    machines: dict[str, list[Target]] = {}
    for each in targets:
        if each.platform is not None or platform_for(each) == ARM_PLATFORM:
            machines.setdefault(platform_for(each), []).append(each)
    groups: dict[str, list[BinaryArtifact]] = {}
    for artifact in artifacts if machines else ():
        if artifact.processor in (_X86, _ARM):
            path = ArtifactPath.parse(artifact.path)
            groups.setdefault(path.outer if path.members else path.outer.rpartition("/")[0], []).append(artifact)
    by_path = {image.path: image for image in images}
    found = []
    for platform, own in machines.items():
        fitting = next((each.path for group in groups.values() for each in group if _fits(each, platform)), None)
        for group in groups.values():
            if not any(_fits(each, platform) for each in group):
                first = ArtifactPath.parse(group[0].path)
                found.append(
                    ForOtherProcessor(
                        first.outer,
                        len(group),
                        tuple(own),
                        made_for=_made_for(group[0], platform),
                        fitting=fitting,
                        image=by_path.get(first.outer),
                    )
                )
    return tuple(found)


def started_nowhere(artifacts: Iterable[BinaryArtifact], targets: Iterable[Target]) -> dict[str, frozenset[str]]:
    """Return, by the id of each GPU whose machine is known, the files that this machine does not start: whatever their
    device code is, they serve that GPU for no other file."""
    known = {each.id: platform_for(each) for each in targets if _is_of_a_machine(each)}
    told = [each for each in artifacts if each.processor in (_X86, _ARM)] if known else []
    return {gpu: frozenset(each.path for each in told if not _fits(each, platform)) for gpu, platform in known.items()}


def _is_of_a_machine(target: Target) -> bool:
    """Whether the target says which machine the GPU is in: a bare 12.1 may mean the code alone, as builds for x86-64
    list it beside 12.0."""
    if target.platform is not None:
        return True
    known = architecture(target.capability)
    is_machine = target.name is not None or (known is not None and bool(known.tegra))
    return is_machine and platform_for(target) == ARM_PLATFORM


def _fits(artifact: BinaryArtifact, platform: str) -> bool:
    """Whether machines of this platform start the file. Of a platform that is not known, nothing is said."""
    system, _, machine = platform.partition("-")
    if system not in _SYSTEMS.values() or machine not in (_X86, _ARM):
        return True
    return artifact.processor == machine and _system_of(artifact) in (None, system)


def _system_of(artifact: BinaryArtifact) -> str | None:
    return next((system for kind, system in _SYSTEMS.items() if artifact.format == kind), None)


def _made_for(artifact: BinaryArtifact, platform: str) -> str:
    """What it is for that the machine is not: the system before the processor."""
    system = _system_of(artifact)
    return system if system is not None and not platform.startswith(system) else artifact.processor or _X86


def check(facts: ForOtherProcessor) -> Iterable[Finding]:
    """One finding for each of the GPUs; where the build for its machine was read with it, that one decides."""
    there = facts.fitting or _arm_image(facts)
    for target in facts.targets:
        machine = platform_for(target)
        yield Finding(
            id=RULE.id,
            severity=_weight(facts, target),
            path=facts.path,
            target=target.id,
            message=f"for {_WORDS[facts.made_for]} ({count(facts.files, 'file')}); {_machine_of(facts, target)}",
            why=f"there is one for {'Arm' if machine == ARM_PLATFORM else machine}: {there}"
            if there
            else "the loader of that machine refuses it",
            help=_help(facts, target),
        )


def _machine_of(facts: ForOtherProcessor, target: Target) -> str:
    if target.platform is None and facts.made_for == _X86:
        return f"{target.label} comes with an Arm processor"
    return f"the machine with {target.label} is {platform_for(target)}"


def _weight(facts: ForOtherProcessor, target: Target) -> Severity:
    """An error where a machine is named."""
    if facts.fitting is not None:
        return Severity.NOTE
    return Severity.ERROR if _is_of_a_machine(target) and not _arm_image(facts) else Severity.WARNING


def _arm_image(facts: ForOtherProcessor) -> str | None:
    """The platform of the same image for Arm, which such a machine takes."""
    if any(platform_for(each) != ARM_PLATFORM for each in facts.targets):
        return None
    others = facts.image.others if facts.image is not None else ()
    return next((each for each in others if each.startswith("linux/arm64")), None)


def _help(facts: ForOtherProcessor, target: Target) -> str | None:
    if facts.fitting is not None:
        return None
    machine = platform_for(target)
    own = board(target.capability.number)
    if own is not None:
        return f"a build for its JetPack, not one for Arm servers: {own.words}"
    gpu = shlex.quote(target.spec)
    if facts.image is not None:
        where = shlex.quote(facts.image.path)
        return (
            f"cudacompat check {where} --platform linux/arm64 --gpu {gpu}"
            if _arm_image(facts)
            else f"its image for {machine}"
        )
    wheel = named_wheel(facts.path)
    if wheel is not None:
        what = "Arm" if machine == ARM_PLATFORM else machine
        return f"the wheel for {what}: cudacompat check {'=='.join(wheel)} --platform {machine} --gpu {gpu}"
    return f"a build for {machine}, made on such a machine or by a cross compiler"


RULE = Rule("other-processor", "Files for another processor", __doc__, check)
