"""A driver that is installed into an image.

What it finds: packages of NVIDIA's driver (nvidia-driver-…, nvidia-headless-…, libnvidia-compute-…, cuda-drivers) that
a stage installs from which containers are started, or one that it begins with.

Why it matters: the container runtime puts the libraries of the host's driver into the container. With a second
libcuda.so.1 of another release programs may find that one, which the host's kernel module refuses (error
803, "Driver/library version mismatch"); the kernel module itself is of no use in a container. Source: NVIDIA Container
Toolkit, Architecture overview: the driver belongs to the host.

Example: `RUN apt-get install -y nvidia-driver-535` in an image that runs a server.

What to do: remove it; start the container with --gpus all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cudacompat.domain.project.command_facts import ancestry
from cudacompat.domain.project.model import Command, Project, Word
from cudacompat.domain.project.stages import installed, ships
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

# nvidia-driver-550-server-open, libnvidia-compute-535, cuda-drivers-570; not: nvidia-driver-assistant
_DRIVER = re.compile(
    r"(?:nvidia-(?:driver|headless(?:-no-dkms)?|dkms|kernel-source)|libnvidia-compute|nvidia-utils|xserver-xorg-video-nvidia)"
    r"-\d{3}(?:-server)?(?:-open)?(?:[=:].*)?|cuda-drivers(?:-\d{3})?(?:=.*)?|nvidia-driver(?:[=:].*)?"
)
_OF_DRIVERS = re.compile(r"(?i)driver|(?<![a-z])vm(?![a-z])|packer|bootc|ostree")  # images that bring a host its driver


def check(project: Project) -> Iterable[Finding]:
    """One finding for each command that installs a driver."""
    told: set[tuple[str, int]] = set()
    for stage in project.stages:
        if not ships(project, stage) or _OF_DRIVERS.search(stage.file):
            continue
        for each in ancestry(project, stage):
            for command, word in _installing(project.commands_of(each)):
                if command.place.at not in told:
                    told.add(command.place.at)
                    yield _finding(word)


def _installing(commands: Iterable[Command]) -> Iterator[tuple[Command, Word]]:
    for command in commands:
        word = next((each for each in installed(command) if _DRIVER.fullmatch(each.text)), None)
        if word is not None and not command.conditional:
            yield command, word


def _finding(word: Word) -> Finding:
    return Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        message=f"{word.text} is a driver, in an image",
        path=word.place.file,
        line=word.place.line,
        span=word.place.span,
        found=word.text,
        why="the container runtime adds the host's driver; a second libcuda.so.1 of another release ends in error 803",
        help=f"remove {word.text}, and start the container with --gpus all",
    )


RULE = Rule("driver-in-image", "Driver installed into an image", __doc__, check)
