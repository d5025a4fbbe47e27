"""Files for another processor than that of the machines with the GPU.

What it finds: libraries for x86-64 processors, checked for a GPU that only machines with an Arm processor have: Jetson
modules, GB10 (DGX Spark), GH200, GB200 and GB300.

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
from cudacompat.domain.tables.arm_hosts import is_arm_only
from cudacompat.domain.tables.jetpack import board
from cudacompat.domain.words.code import BinaryArtifact, ContainerImage
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Target

_X86, _ARM = "x86_64", "aarch64"


@dataclass(frozen=True, slots=True)
class ForOtherProcessor:
    """What was read as one file (a wheel, an image) or lies in one folder, and is for x86-64 alone: its `path`, how
    many such files, the GPUs that only machines with an Arm processor have, the file for Arm that was read with it,
    and the image that it is, if it is one."""

    path: str
    files: int
    targets: tuple[Target, ...]
    for_arm: str | None = None
    image: ContainerImage | None = None


def for_other_processor(
    artifacts: Sequence[BinaryArtifact], images: Sequence[ContainerImage], targets: Sequence[Target]
) -> tuple[ForOtherProcessor, ...]:
    """Return what is for x86-64 alone, where some of the GPUs have an Arm processor beside them."""
    arm = tuple(each for each in targets if is_arm_only(each.capability.number, each.name or each.id))
    if not arm:
        return ()
    groups: dict[str, list[BinaryArtifact]] = {}
    for artifact in artifacts:
        if artifact.processor in (_X86, _ARM):
            path = ArtifactPath.parse(artifact.path)
            groups.setdefault(path.outer if path.members else path.outer.rpartition("/")[0], []).append(artifact)
    for_arm = next((each.path for each in artifacts if each.processor == _ARM), None)
    by_path = {image.path: image for image in images}
    found = []
    for each in groups.values():
        if all(artifact.processor == _X86 for artifact in each):
            first = ArtifactPath.parse(each[0].path)
            found.append(
                ForOtherProcessor(first.outer, len(each), arm, for_arm=for_arm, image=by_path.get(first.outer))
            )
    return tuple(found)


def check(facts: ForOtherProcessor) -> Iterable[Finding]:
    """One finding for each of the GPUs; where the build for Arm was read with it, that one decides."""
    there = facts.for_arm or _arm_image(facts)
    for target in facts.targets:
        yield Finding(
            id=RULE.id,
            severity=_weight(facts, target),
            path=facts.path,
            target=target.id,
            message=f"for x86-64 processors ({count(facts.files, 'file')}); {target.label} comes with an Arm processor",
            why=f"there is one for Arm: {there}" if there else "the loader of that machine refuses it",
            help=_help(facts, target),
        )


def _weight(facts: ForOtherProcessor, target: Target) -> Severity:
    """An error where a machine is named. A bare 12.1 may mean the code alone: builds for x86-64 list it beside 12.0."""
    if facts.for_arm is not None:
        return Severity.NOTE
    known = architecture(target.capability)
    is_machine = target.name is not None or (known is not None and bool(known.tegra))
    return Severity.ERROR if is_machine and not _arm_image(facts) else Severity.WARNING


def _arm_image(facts: ForOtherProcessor) -> str | None:
    """The platform of the same image for Arm, which such a machine takes."""
    others = facts.image.others if facts.image is not None else ()
    return next((each for each in others if each.startswith("linux/arm64")), None)


def _help(facts: ForOtherProcessor, target: Target) -> str | None:
    if facts.for_arm is not None:
        return None
    own = board(target.capability.number)
    if own is not None:
        return f"a build for its JetPack, not one for Arm servers: {own.words}"
    gpu = shlex.quote(target.spec)
    if facts.image is not None:
        where = shlex.quote(facts.image.path)
        return (
            f"cudacompat check {where} --platform linux/arm64 --gpu {gpu}" if _arm_image(facts) else "its arm64 image"
        )
    wheel = named_wheel(facts.path)
    if wheel is not None:
        return f"the wheel for Arm: cudacompat check {'=='.join(wheel)} --platform linux-aarch64 --gpu {gpu}"
    return "a build for aarch64, made on such a machine or by a cross compiler"


RULE = Rule("other-processor", "Files for another processor", __doc__, check)
