"""What a project has for other machines than those with an NVIDIA graphics card: images for the accelerators of other
makers, and for NVIDIA's boards with an Arm processor. Pure."""

from __future__ import annotations

import re

from cudacompat.domain.project.model import ArchListSetting, Project, Stage
from cudacompat.domain.tables.architectures import ARM_ONLY
from cudacompat.domain.wheels.distributions import distributions
from cudacompat.domain.words.capability import ComputeCapability

_LONGEST = 300  # characters of a name that are looked at
# Jetson.Dockerfile, docker/jetson/Dockerfile, nvcr.io/nvidia/l4t-base, dustynv/l4t-pytorch, tritonserver:24.08-py3-igpu
# (NVIDIA's own for JetPack 6 and later: notes of the release 23.12 of the Triton container)
_BOARD = re.compile(r"(?i)(?<![a-z])(?:jetson|jetpack|l4t|tegra|orin|xavier|igpu)(?![a-z])|^dustynv/")


def of_another_maker(image: str) -> bool:
    """Whether an image is for accelerators of another maker, by its name: `rocm/pytorch`, `ascend/vllm:…`."""
    return distributions().other_makers.search(image[:_LONGEST]) is not None


def is_for_boards(stage: Stage) -> bool:
    """Whether a stage is for NVIDIA's boards with an Arm processor, by the name of its file or of its image."""
    image = stage.base.image if stage.base is not None else ""
    return any(_BOARD.search(name[:_LONGEST]) is not None for name in (stage.file, image))


def passes_by(listed: ArchListSetting, capability: ComputeCapability) -> bool:
    """Whether the list is one for boards, and this GPU is on none of them."""
    if capability.number in ARM_ONLY:
        return False
    numbers = {code.number for archs in listed.outcomes for code in archs.code}
    stage = listed.command.stage if listed.command is not None else None
    return (bool(numbers) and numbers <= ARM_ONLY) or (stage is not None and is_for_boards(stage))


def stage_at(project: Project, place: str) -> Stage | None:
    """The stage that a set of packages names as its place (`Dockerfile:0`); `None` where it names another."""
    stages = project.once("stages_by_place", lambda: {f"{each.file}:{each.number}": each for each in project.stages})
    return stages.get(place)
