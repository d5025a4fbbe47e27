"""What is known of one target: whose it is, what builds it, what drives it, and where its code runs."""

from __future__ import annotations

from cudacompat.domain.gpus.lookup import search
from cudacompat.domain.tables.architectures import ARCHITECTURES, architecture, generations
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.versions import ToolkitVersion

_MOST_NAMES = 6


def target_page(target: ArchTarget) -> tuple[tuple[str, str], ...]:
    """Return the parts of the page, by their headings; empty for a target that no table knows."""
    capability = ComputeCapability.from_number(target.number)
    known = architecture(capability)
    releases = [row.version for row in RELEASES if f"{target.number}{target.suffix.value}" in row.targets]
    if known is None and not releases:
        return ()
    every = dict.fromkeys(gpu.name for gpu in search(str(capability)) if gpu.name is not None)
    names = sorted(every, key=lambda name: not name.startswith("NVIDIA "))  # products before chips
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    parts = [
        ("What it is", _what(target)),
        ("GPUs", f"compute capability {capability}: {', '.join(names[:_MOST_NAMES])}{more}" if names else ""),
        ("Built by", _builders(releases)),
    ]
    if known is not None and known.first_branch is not None:
        last = f", up to {known.last_branch}" if known.last_branch is not None else ""
        parts.append(("Driver", f"branch {known.first_branch} or newer{last}"))
    return tuple((heading, text) for heading, text in parts if text)


def generation_page(name: str) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """Return NVIDIA's name and the parts of the page of a generation of GPUs, such as Blackwell; `None` if there is no
    such name."""
    known = next((each for each in generations() if each.lower() == " ".join(name.lower().split())), None)
    own = [row for row in ARCHITECTURES if row.name == known]
    if known is None:
        return None
    parts = [
        ("What it is", f"a generation of GPUs: compute capability {', '.join(str(row.capability) for row in own)}")
    ]
    for row in own:
        told = dict(target_page(ArchTarget(CodeKind.SASS, row.capability.number, ArchSuffix.NONE)))
        drives = f"driver {told['Driver']}" if "Driver" in told else "no known driver"
        names = told.get("GPUs", "").partition(": ")[2]
        text = f"{told.get('Built by', 'no known release of CUDA')}; {drives}" + (f"; {names}" if names else "")
        parts.append((f"sm_{row.capability.number}", text))
    return known, tuple(parts)


def _builders(releases: list[ToolkitVersion]) -> str:
    """The releases of CUDA that build it, where the table begins or ends with them without that end."""
    if not releases:
        return "no known release of CUDA"
    every = [row.version for row in RELEASES]
    ended = max(releases) != max(every)
    if min(releases) == min(every):
        return f"CUDA up to {max(releases)}" if ended else "every known release of CUDA"
    return f"CUDA {min(releases)} to {max(releases)}" if ended else f"CUDA {min(releases)} and newer"


def _what(target: ArchTarget) -> str:
    capability = ComputeCapability.from_number(target.number)
    if target.kind is CodeKind.PTX:
        form = f"PTX for {capability}"
        where = f"the driver compiles it for GPUs of {capability} and every later compute capability"
    else:
        form = f"machine code for {capability}"
        where = f"it runs on GPUs of {capability} and later minor versions of {capability.major}"
    if target.suffix is ArchSuffix.ARCH_SPECIFIC:
        where = f"it runs on GPUs of exactly {capability}"
    elif target.suffix is ArchSuffix.FAMILY:
        where = f"it runs within the family of {capability}"
    return f"{form}: {where}"
