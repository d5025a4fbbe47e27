"""What a known line means for one GPU."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cudacompat.domain.logs.facts import LogFacts
from cudacompat.domain.logs.signature import GpuMeaning
from cudacompat.domain.tables.architectures import architecture
from cudacompat.domain.tables.drivers import branch_of
from cudacompat.domain.tables.toolkits import RELEASES, first_with, last_with
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import ToolkitVersion

Values = Mapping[str, str]
_Meaning = Callable[[Values, LogFacts, Target | None], str | None]


def meaning_for_gpu(meaning: GpuMeaning | None, values: Values, facts: LogFacts, target: Target | None) -> str | None:
    """Return a sentence on the GPU (or on the architecture that the line names), `None` where nothing can be told."""
    return _MEANINGS[meaning](values, facts, target) if meaning is not None else None


def _built_by(values: Values, facts: LogFacts, target: Target | None) -> str | None:
    """Which releases build the architecture in the line, and the GPU's own."""
    named = _arch_in(values.get("arch", ""))
    own = str(target.capability.number) if target else None
    archs = tuple(dict.fromkeys(each for each in (named, own) if each))
    sentences: list[str | None] = [_releases(arch) for arch in archs]
    for tool, version in (("CUDA", facts.toolkit), ("NVRTC", facts.nvrtc)):
        sentences += [_of_log(tool, version, arch) for arch in archs if version is not None]
    return " ".join(filter(None, sentences)) or None


def _of_log(tool: str, version: ToolkitVersion, arch: str) -> str | None:
    """Whether the release that the log names is too old or too new for an architecture."""
    first, last = first_with(arch), last_with(arch)
    if first is None or last is None:
        return None
    if version < first.version:
        return f"The log names {tool} {version}, which is too old for it."
    if version > last.version and last is not RELEASES[-1]:
        return f"The log names {tool} {version}, which is too new for it."
    return None


def _releases(arch: str) -> str:
    first, last = first_with(arch), last_with(arch)
    if first is None or last is None:
        return f"No known CUDA release builds sm_{arch}."
    since = "every release known here" if first is RELEASES[0] else f"CUDA {first.version} and newer"
    until = "" if last is RELEASES[-1] else f", up to {last.version}"
    return f"CUDA releases that build sm_{arch}: {since}{until}."


def _arch_in(text: str) -> str | None:
    found = "".join(c for c in text.rpartition("_")[2] if c.isalnum())
    return found if (found[:2].isdigit() and first_with(found)) or found.isdigit() else None


def _no_image(_values: Values, facts: LogFacts, target: Target | None) -> str | None:
    if target is None:
        return None
    number = target.capability.number
    text = (
        f"{target.label} runs machine code for {target.capability.major}.x up to sm_{number}, and PTX up to "
        f"compute_{number}."
    )
    if facts.archs is not None:
        text += f" The log says that the program was built for {facts.archs.text}."
    elif facts.torch.archs:
        text += f" The log says that this PyTorch was built for {' '.join(map(str, facts.torch.archs))}."
    elif facts.torch.lowest is not None and facts.torch.highest is not None:
        text += f" The log says that this PyTorch was built for {facts.torch.lowest} to {facts.torch.highest}."
    return text


def _ptx_of_driver(_values: Values, facts: LogFacts, _target: Target | None) -> str | None:
    if facts.driver is None:
        return None
    row = branch_of(facts.driver)
    if row is None:
        return None
    return f"The driver in the log ({facts.driver}) supports CUDA {row.cuda} and PTX up to ISA {row.ptx_isa}."


def _driver_needed(_values: Values, facts: LogFacts, target: Target | None) -> str | None:
    row = architecture(target.capability) if target else None
    if target is None or row is None or row.first_branch is None:
        return _ptx_of_driver(_values, facts, target)
    return f"{target.label} needs driver branch {row.first_branch} or newer."


def _own_arch(values: Values, _facts: LogFacts, target: Target | None) -> str | None:
    running = int(values.get("arch") or 0) // 10
    if target is None or not running:
        return "The log names no GPU; pass --gpu."
    code = ComputeCapability.from_number(running)
    if code == target.capability:
        return f"{target.label} was running native code."
    return f"{target.label} was running code built for {code}."


_MEANINGS: dict[GpuMeaning, _Meaning] = {
    GpuMeaning.BUILT_BY: _built_by,
    GpuMeaning.NO_IMAGE: _no_image,
    GpuMeaning.PTX_OF_DRIVER: _ptx_of_driver,
    GpuMeaning.DRIVER_NEEDED: _driver_needed,
    GpuMeaning.OWN_ARCH: _own_arch,
}
