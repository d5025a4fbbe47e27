"""The file is bigger than the policy allows.

What it finds: under `max-bytes`, a file on the disk (a wheel as it is, a library by itself) that holds device code and
has more bytes.

Why it matters: package indexes refuse what is over their limit (PyPI: 100 MB a file unless it was raised), images grow,
and each architecture of a fat binary takes its share.

Example: `max-bytes = "100 MB"` and a wheel of 220 MB, 30 MB of them sm_100a code.

What to do: remove architectures (`cudacompat inspect --sizes` shows what each takes), drop PTX or machine code where
the other serves, or compress it (`nvcc --compress-mode=size`). If the device code is less than what is too much, make
the rest smaller: `strip` removes symbols, `-cudart shared` takes the CUDA runtime out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cudacompat.domain.words.byte_sizes import byte_size
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


@dataclass(frozen=True, slots=True)
class SizeFacts:
    """A file on the disk, its bytes, the most it may have, and the bytes of each target's code in it."""

    path: str
    size: int
    limit: int
    targets: tuple[tuple[str, int], ...]


_SHOWN = 8
_LESS_CODE = "remove a target, or compress the code: nvcc --compress-mode=size"


def _help(code: int, over: int) -> str:
    """What makes the file smaller: less device code, where that is more than what is too much."""
    if code > over:
        return _LESS_CODE
    return "make the host code smaller (strip, nvcc -cudart shared): fewer targets do not make the file small enough"


def check(sized: SizeFacts) -> Iterable[Finding]:
    """One finding if the file is bigger than allowed."""
    if sized.size <= sized.limit:
        return
    biggest = sorted(sized.targets, key=lambda each: (-each[1], each[0]))[:_SHOWN]
    code = sum(size for _, size in sized.targets)
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=sized.path,
        message=f"{byte_size(sized.size)} is {byte_size(sized.size - sized.limit)} over the max-bytes limit of "
        f"{byte_size(sized.limit)}",
        found=f"device code takes {byte_size(code)} as stored: "
        + ", ".join(f"{name} {byte_size(size)}" for name, size in biggest),
        help=_help(code, sized.size - sized.limit),
    )


RULE = Rule("too-big", "File larger than the policy allows", __doc__, check)
