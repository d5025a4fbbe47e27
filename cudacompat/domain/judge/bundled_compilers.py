"""Whether the assembler that a package brings along knows a GPU."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cudacompat.domain.tables.toolkits import CudaRelease, release
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import ParseError
from cudacompat.domain.words.versions import ToolkitVersion

_BLACKWELL = "ptxas-blackwell"  # beside an older ptxas, for GPUs of 10.0 and newer (the wheels of triton 3.3 to 3.9)
_FIRST_BLACKWELL = ComputeCapability(10, 0)


def assembler_for(compilers: Sequence[str], capability: ComputeCapability) -> tuple[str, bool] | None:
    """Return the one of these compilers (`ptxas 12.4`) that a package runs for GPUs of this capability, in words with
    the newest target that it knows, and whether it builds for them; `None` where nothing is known of it."""
    named = [each for each in compilers if each.startswith(_BLACKWELL) == (capability >= _FIRST_BLACKWELL)]
    chosen = next(iter(named or compilers), None)
    known = _known(chosen) if chosen is not None else None
    if chosen is None or known is None:
        return None
    number = str(capability.number)
    builds = any(each.rstrip("af") == number for each in known.targets)
    return f"{chosen} ends at sm_{_newest(known.targets)}", builds


def serves(compiler: str, capability: ComputeCapability) -> tuple[str, bool] | None:
    """Return the compiler (`NVRTC 12.4`) with the newest target that it knows, in words, and whether the newest machine
    code that it makes for GPUs up to this one runs there: that of a lower minor version does. `None` where nothing is
    known of it."""
    known = _known(compiler)
    if known is None:
        return None
    plain = [int(each) for each in known.targets if each.isdecimal()]
    newest = max((each for each in plain if each <= capability.number), default=0)
    return f"{compiler} ends at sm_{_newest(known.targets)}", newest // 10 == capability.major


def _known(compiler: str) -> CudaRelease | None:
    try:
        return release(ToolkitVersion.parse(compiler.rpartition(" ")[2]))
    except ParseError:
        return None


def _newest(targets: Iterable[str]) -> str:
    return max(targets, key=lambda each: (int(each.rstrip("af")), len(each), each))
