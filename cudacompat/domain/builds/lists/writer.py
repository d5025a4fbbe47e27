"""The same list of targets, as each reader wants it written.

Source of the forms: nvcc's manual (--generate-code), CMake's CUDA_ARCHITECTURES, PyTorch's cpp_extension,
FindCUDA's cuda_select_nvcc_arch_flags, CuPy's install notes; each was read or run, see the engines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind


@dataclass(frozen=True, slots=True)
class CodeTarget:
    """One number (and suffix) of a list, and whether machine code, PTX or both are wanted for it."""

    number: int
    suffix: ArchSuffix = ArchSuffix.NONE
    sass: bool = True
    ptx: bool = False

    @property
    def arch(self) -> str:
        """Number and suffix: `90a`."""
        return f"{self.number}{self.suffix.value}"

    @property
    def dotted(self) -> str:
        """`9.0a`, as PyTorch writes it."""
        return f"{ComputeCapability.from_number(self.number)}{self.suffix.value}"

    def images(self) -> tuple[ArchTarget, ...]:
        """The images that a compiler makes of it."""
        kinds = ((CodeKind.SASS, self.sass), (CodeKind.PTX, self.ptx))
        return tuple(ArchTarget(kind, self.number, self.suffix) for kind, wanted in kinds if wanted)


# What these readers are given names no kind of code: whether PTX comes out is the build's own affair.
_SAYS_NO_PTX = frozenset({Grammar.NUMBERS, Grammar.ONE_NUMBER, Grammar.DOTTED})


def says_ptx(grammar: Grammar) -> bool:
    """Whether this grammar can ask for PTX."""
    return grammar not in _SAYS_NO_PTX


def spell(grammar: Grammar, code: Sequence[CodeTarget]) -> str:
    """Return the list as this grammar writes it; `UsageError` where it cannot say it."""
    match grammar:
        case Grammar.CMAKE:
            return ";".join(_cmake(each) for each in code)
        case Grammar.CMAKE_SPLIT:
            parts = [part for each in code for part in (replace(each, ptx=False), replace(each, sass=False))]
            return ";".join(_cmake(part) for part in parts if part.sass or part.ptx)
        case Grammar.TORCH:
            return ";".join(_plus_ptx(each) for each in code if each.sass)
        case Grammar.SPACED:
            return " ".join(_plus_ptx(each) for each in code if each.sass)
        case Grammar.FIND_CUDA:
            return _find_cuda(code)
        case Grammar.GENCODE:
            return " ".join(f"-gencode={pair}" for pair in pairs(code))
        case Grammar.GENCODE_LIST:
            return ";".join(f"-gencode={pair}" for pair in pairs(code))
        case Grammar.CUPY:
            return ";".join(pairs(code))
        case Grammar.NUMBERS:
            return ";".join(each.arch for each in code if each.sass)
        case Grammar.DOTTED:
            return ";".join(each.dotted for each in code if each.sass)
        case Grammar.ONE_NUMBER:
            wanted = [each for each in code if each.sass]
            if len(wanted) != 1:
                listed = ", ".join(each.arch for each in wanted)
                raise UsageError(f"the build of this engine accepts one target, not {listed}; build once per GPU")
            return wanted[0].arch


def pairs(code: Sequence[CodeTarget]) -> list[str]:
    """Return `arch=compute_80,code=sm_80` for each image, machine code first."""
    sass = [f"arch=compute_{each.arch},code=sm_{each.arch}" for each in code if each.sass]
    return sass + [f"arch=compute_{each.arch},code=compute_{each.arch}" for each in code if each.ptx]


def _cmake(each: CodeTarget) -> str:
    if each.sass and each.ptx:
        return each.arch
    return f"{each.arch}-real" if each.sass else f"{each.arch}-virtual"


def _plus_ptx(each: CodeTarget) -> str:
    return f"{each.dotted}+PTX" if each.ptx else each.dotted


def _find_cuda(code: Sequence[CodeTarget]) -> str:
    for each in code:
        if each.number >= 100:
            raise UsageError(
                f"this engine's CMake module takes one-digit majors only, so {each.dotted} cannot be given in its list"
            )
    return ";".join(_plus_ptx(each) for each in code if each.sass)
