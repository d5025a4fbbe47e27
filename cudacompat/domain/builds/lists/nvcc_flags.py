"""What a line of nvcc's flags makes nvcc compile for.

Source: nvcc's manual, "GPU code generation options"; each form was run with nvcc 13.0 and 13.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cudacompat.domain.words.phrases import sort_key
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind

_CODE = re.compile(r"(sm|compute|lto)_(\d{2,3})([af]?)")
_KIND = {"sm": CodeKind.SASS, "compute": CodeKind.PTX, "lto": CodeKind.LTO_IR}
# Each option has these two spellings: nvcc 13.5 knows no --arch, --gencode, -gpu-architecture and -generate-code.
ARCH_OPTIONS = ("-arch", "--gpu-architecture")
PAIR_OPTIONS = ("-gencode", "--generate-code")
TARGET_OPTIONS = (*PAIR_OPTIONS, *ARCH_OPTIONS)  # what begins a target; -code says more about one
_CODE_OPTIONS = ("-code", "--gpu-code")

# the same as regular expressions
ARCH_OPTION = f"(?:{'|'.join(ARCH_OPTIONS)})"
PAIR_OPTION = f"(?:{'|'.join(PAIR_OPTIONS)})"
TARGET_OPTION = f"(?:{'|'.join(TARGET_OPTIONS)})"


@dataclass(frozen=True, slots=True)
class Requested:
    """The images that some flags ask for.

    `words` are values that are no architecture by themselves: `native`, `all`, `all-major`, or what was not
    understood. Without images and words, nvcc compiles for its default target.
    """

    images: frozenset[ArchTarget]
    words: tuple[str, ...] = ()

    @property
    def default(self) -> bool:
        """Whether nothing is asked for, so that nvcc's default target is compiled."""
        return not self.images and not self.words


def describe(request: Requested) -> str:
    """The request in words: `sm_80 compute_80`, `-arch=native: without a GPU here, nvcc's default target`."""
    if request.default:
        return "nvcc's default target: no architecture is given"
    images = sorted(request.images, key=lambda each: (each.kind is CodeKind.PTX, *sort_key(each)))
    native = {"native": "-arch=native: nvcc's default target where no GPU is"}
    return " ".join([*map(str, images), *(native.get(word, f"-arch={word}") for word in request.words)])


def requested(flags: Sequence[str]) -> Requested:
    """Return what nvcc compiles for when given these flags, one an item as a shell would hand them over."""
    images: set[ArchTarget] = set()
    words: list[str] = []
    arch: str | None = None
    codes: list[str] = []
    for option, value in _options(flags):
        if option in PAIR_OPTIONS:
            _add(_codes_of(value), images, words)
        elif option in ARCH_OPTIONS:
            arch = value
        else:
            codes += _split(value)
    if codes:
        _add(codes, images, words)
    elif arch is not None:
        # -arch=sm_80 alone is short for its machine code and its PTX; -arch=compute_80 alone for the PTX
        virtual = arch.replace("sm_", "compute_") if arch.startswith("sm_") else arch
        _add(dict.fromkeys((arch, virtual)), images, words)
    return Requested(frozenset(images), tuple(dict.fromkeys(words)))


def _options(flags: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The options about architectures with their values, written `-arch=V` or `-arch V`."""
    known = (*ARCH_OPTIONS, *_CODE_OPTIONS, *PAIR_OPTIONS)
    waiting: str | None = None
    for flag in flags:
        if waiting is not None:
            yield waiting, flag
            waiting = None
            continue
        option, equals, value = flag.partition("=")
        if option in known:
            if equals:
                yield option, value
            else:
                waiting = option


def _codes_of(pair: str) -> list[str]:
    """`arch=compute_80,code=[compute_80,sm_80]` names two codes; without `code=` it is the PTX of the arch."""
    match = re.fullmatch(r"arch=([\w-]+)(?:,code=(.+))?", pair.strip("\"'"))
    if match is None:
        return [pair]
    return _split(match[2]) if match[2] else [match[1]]


def _split(value: str) -> list[str]:
    return [part for part in re.split(r"[,\s]+", value.strip("\"'[]")) if part]


def _add(codes: Iterable[str], images: set[ArchTarget], words: list[str]) -> None:
    for code in codes:
        match = _CODE.fullmatch(code.strip("\"'[]"))
        if match is None:
            words.append(code)
        else:
            images.add(ArchTarget(_KIND[match[1]], int(match[2]), ArchSuffix(match[3])))
