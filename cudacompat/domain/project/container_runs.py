"""What `docker run` (or podman, nerdctl) starts: the image, the words behind it, and whether it is given a GPU."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cudacompat.domain.project.model import Command, Word
from cudacompat.domain.words.programs import CONTAINER_ENGINES

_SWITCHES = re.compile(
    r"-[ditPq]+|--(?:rm|detach|interactive|tty|init|read-only|no-healthcheck|publish-all|quiet|replace)"
)
_GIVES = ("--gpus", "--device", "--runtime", "--privileged", "--entrypoint", "--env-file", "--annotation", "--help")
_GPU = re.compile(r"--gpus\b|nvidia(?:\.com/gpu)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ContainerRun:
    """One such command. `may_have_gpu` is whether a GPU may be given to it, or another program is started, `has_gpu`
    whether one certainly is."""

    image: Word
    rest: tuple[Word, ...]
    may_have_gpu: bool
    has_gpu: bool


def container_run(command: Command) -> ContainerRun | None:
    """What a command starts in a container; `None` for any other, and for an image that only the build knows."""
    words = command.words[1:] if command.program in CONTAINER_ENGINES else ()
    if words and words[0].text == "container":
        words = words[1:]
    if not words or words[0].text != "run":
        return None
    index, may_have, has = 1, False, False
    while index < len(words):
        word = words[index]
        index += 1
        if not word.text.startswith("-"):
            return ContainerRun(word, words[index:], may_have_gpu=may_have, has_gpu=has) if word.known else None
        alone = "=" in word.text or _SWITCHES.fullmatch(word.text) is not None or word.text == "--privileged"
        value = "" if alone or index >= len(words) else words[index].text
        may_have = may_have or word.text.startswith(_GIVES) or "NVIDIA_VISIBLE" in f"{word.text} {value}"
        option = word.text if word.text.startswith(("--gpus", "--device", "--runtime")) else ""
        has = has or _GPU.search(f"{option} {value}" if option else "") is not None
        index += 0 if alone else 1
    return None
