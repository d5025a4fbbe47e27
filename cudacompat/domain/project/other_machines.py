"""What a project has for other machines than those with an NVIDIA graphics card: images for the accelerators of other
makers, and for NVIDIA's boards with an Arm processor. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from cudacompat.domain.project.command_facts import base_name
from cudacompat.domain.project.model import ArchListSetting, Project, Stage
from cudacompat.domain.tables.architectures import ARM_ONLY
from cudacompat.domain.wheels.distributions import distributions
from cudacompat.domain.words.capability import ComputeCapability

# Dockerfile.cuda12.9-amd64, docker/Dockerfile.x86_64
_X86 = re.compile(r"(?i)(?<![a-z0-9])(?:amd64|x86[_-]64|x64)(?![a-z0-9])")
_ARM = re.compile(r"(?i)(?<![a-z0-9])(?:arm64|aarch64|sbsa)(?![a-z0-9])")  # Dockerfile.arm64, Dockerfile.cross-sbsa
_LONGEST = 300  # characters of a name that are looked at
# Jetson.Dockerfile, docker/jetson/Dockerfile, nvcr.io/nvidia/l4t-base, dustynv/l4t-pytorch, tritonserver:24.08-py3-igpu
# (NVIDIA's own for JetPack 6 and later: notes of the release 23.12 of the Triton container)
_BOARD = re.compile(r"(?i)(?<![a-z])(?:jetson|jetpack|l4t|tegra|orin|xavier|igpu)(?![a-z])|^dustynv/")
# a product in the name of a file: Dockerfile.B200, build-h100.sh, requirements_rtx3090.txt
_PRODUCT = re.compile(
    r"(?i)(?<![a-z0-9])(?:g?b[1-3]00|gb10|h(?:20|[128]00)|a(?:10g?|16|30|40|[18]00)|l(?:4|20|40s?)|[vp]100|p40|t4g?"
    r"|[rg]tx[ _-]?\d{3,4}(?:[ _-]?(?:ti|super))?)(?![a-z0-9])"
)


def of_another_maker(image: str) -> bool:
    """Whether an image is for accelerators of another maker, by its name: `rocm/pytorch`, `ascend/vllm:…`."""
    return distributions().other_makers.search(image[:_LONGEST]) is not None


def is_for_boards(stage: Stage) -> bool:
    """Whether a stage is for NVIDIA's boards with an Arm processor, by the name of its file or of its image."""
    image = stage.base.image if stage.base is not None else ""
    return any(_BOARD.search(name[:_LONGEST]) is not None for name in (stage.file, image))


def is_for_others(file: str, capability: ComputeCapability) -> bool:
    """Whether a file is for other GPUs than those of this compute capability, by the product in its own name."""
    named = products_in(base_name(file)[:_LONGEST])
    return bool(named) and capability not in named


def products_in(name: str) -> frozenset[ComputeCapability]:
    """The compute capabilities of the products that a name has as words of their own."""
    found = (_products().get(_together(match[0])) for match in _PRODUCT.finditer(name))
    return frozenset(each for each in found if each is not None)


def is_for_x86(file: str) -> bool:
    """Whether a file is for machines with an x86-64 processor, by its own name."""
    return _X86.search(base_name(file)[:_LONGEST]) is not None


@cache
def _products() -> Mapping[str, ComputeCapability]:
    """The compute capabilities by NVIDIA's names, as file names have them: rtx3090ti of GeForce RTX 3090 Ti."""
    from cudacompat.domain.tables.gpu_names import capabilities_by_name  # large; few files are named so

    return {_together(name): capability for name, capability in reversed(capabilities_by_name())}


def _together(name: str) -> str:
    return re.sub(r"nvidia|geforce|tesla|quadro|[\W_]", "", name.lower())


def passes_by(listed: ArchListSetting, capability: ComputeCapability) -> bool:
    """Whether the list is one for boards or for another product, and this GPU is none of them."""
    if is_for_others(listed.setting.place.file, capability):
        return True
    if capability.number in ARM_ONLY:
        return False
    name = base_name(listed.setting.place.file)[:_LONGEST]
    if _ARM.search(name) is not None and _X86.search(name) is None:
        return True
    # machine code: PTX of a lower number is there for what the list does not name
    numbers = {code.number for archs in listed.outcomes for code in archs.code if code.sass}
    stage = listed.command.stage if listed.command is not None else None
    return (bool(numbers) and numbers <= ARM_ONLY) or (stage is not None and is_for_boards(stage))


def stage_at(project: Project, place: str) -> Stage | None:
    """The stage that a set of packages names as its place (`Dockerfile:0`); `None` where it names another."""
    stages = project.once("stages_by_place", lambda: {f"{each.file}:{each.number}": each for each in project.stages})
    return stages.get(place)
