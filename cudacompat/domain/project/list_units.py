"""What one file compiles apart: extensions of a setup.py, programs of a Makefile or a script. Pure.

A file may compile the same source for one GPU after the other, and a program may choose among what it was built of by
the GPU. So a unit is judged by itself only where its list has something in common with that of another.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from cudacompat.domain.builds.lists.guess import known_archs
from cudacompat.domain.project.list_coverage import ListCoverage, images_of, is_said, serves
from cudacompat.domain.project.model import ArchListSetting, Command
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.target import ArchSuffix, ArchTarget

# kernels_sm90, flash_120a, gemm_hopper, attention-cc86
OF_ONE_ARCH = re.compile(
    r"(?i)(?:sm|cc|arch|compute)_?\d|(?<!\d)(?:[5-9]\d|1[0-3]\d)[af]?(?!\d)"
    r"|maxwell|pascal|volta|turing|ampere|ada(?![a-z])|lovelace|hopper|blackwell|thor|rubin|jetson|orin|xavier"
)
TRIED = re.compile(r"(?i)test|bench|example|sample|demo|profil")  # what nobody else gets
_SOURCE = re.compile(r"[\w./+-]+\.(?:cu|cpp|cc|cxx|c)")
_PARTS = frozenset({"-cubin", "--cubin", "-ptx", "--ptx", "-fatbin", "--fatbin", "-dlink", "--device-link", "-E"})
_ORDER = (ListCoverage.RUNS, ListCoverage.OPEN, ListCoverage.JIT, ListCoverage.FAILS)
_LEAST = 2

Part = tuple[ListCoverage, Sequence[ArchListSetting], tuple[ArchTarget, ...]]


def unit_of_words(words: Iterable[str]) -> str:
    """Return what a command line of nvcc compiles, by its sources; nothing where that is not certain, or where the
    result is a piece that a program loads for one GPU."""
    texts = [word.strip("'\"") for word in words]
    sources = sorted({word for word in texts if _SOURCE.fullmatch(word)})
    if not sources or not _PARTS.isdisjoint(texts):
        return ""
    made = " ".join((*sources, *(texts[at + 1] for at, word in enumerate(texts[:-1]) if word == "-o")))
    return "" if OF_ONE_ARCH.search(made) or TRIED.search(made) else " ".join(sources)


def parts(group: Sequence[ArchListSetting], capability: ComputeCapability) -> Iterator[Part]:
    """Yield what the lists of a file come to on a GPU: all together, where all that they build is known, and then each
    unit that has less; nothing of targets that no release of CUDA builds, which is a fault of another kind."""
    if known_archs().isdisjoint(image.arch for image in _together(group)):
        return
    whole: ListCoverage | None = None
    if group and all(map(is_said, group)):
        images = _together(group)
        if images:
            whole = serves(capability, images)
            yield whole, group, images
    for own in _apart(group):
        images = _together(own)
        result = serves(capability, images)
        if whole is None or _ORDER.index(result) > _ORDER.index(whole):
            yield result, own, images


def _apart(group: Sequence[ArchListSetting]) -> Iterator[Sequence[ArchListSetting]]:
    """The lists of each unit that is certainly compiled, and for which no other is there instead."""
    units: dict[str, list[ArchListSetting]] = defaultdict(list)
    for each in group:
        units[_unit(each)].append(each)
    units.pop("", None)
    if len(units) < _LEAST:
        return
    numbers = {name: {image.capability for image in _together(own)} for name, own in units.items()}
    for name, own in units.items():
        images = _together(own)
        if not images or not all(map(is_said, own)) or OF_ONE_ARCH.search(name) or TRIED.search(name):
            continue
        if all(image.suffix is not ArchSuffix.NONE for image in images):
            continue
        if any(other != name and numbers[name] & of for other, of in numbers.items()):
            yield own


def _together(group: Iterable[ArchListSetting]) -> tuple[ArchTarget, ...]:
    return tuple(dict.fromkeys(image for each in group for image in images_of(each)))


def _unit(listed: ArchListSetting) -> str:
    return listed.setting.unit or (_unit_of(listed.command) if listed.command is not None else "")


def _unit_of(command: Command) -> str:
    if command.program != "nvcc" or command.conditional:
        return ""
    return unit_of_words(word.text for word in command.words[1:])
