"""GPUs by name, PCI id, chip, architecture or compute capability.

Which GPUs there are, and how their names are compared, is `cudacompat.domain.gpus.index`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import replace
from functools import lru_cache

from cudacompat.domain.gpus.index import (
    BRANDS,
    OMITTED,
    apart,
    by_key,
    called,
    entries,
    is_architecture,
    is_chip,
    key_of,
    ordered,
    rank_of,
    words_of,
)
from cudacompat.domain.gpus.written import arch_of, device_of, plainer
from cudacompat.domain.tables.architectures import ARCHITECTURES, architecture
from cudacompat.domain.tables.toolkits import first_with
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import ParseError, UsageError
from cudacompat.domain.words.gpu import Gpu
from cudacompat.domain.words.judged_target import JudgedTarget
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind

__all__ = ["Gpu", "capability_named", "capability_of_cut_name", "product", "resolve", "search"]

_LONGEST = 100  # characters; no name is as long, and what is longer is not worth comparing
_SHOWN = 8  # candidates in an error
_ALIKE, _OF_ITS_BRAND = 0.7, 0.5  # how much of two names has to be the same; less where a brand says what it is

_BARE_PCI_ID = re.compile(r"[0-9a-f]{4}")
_ARCH = re.compile(r"(sm|compute|lto|tile)_.*")
_CAPABILITY = re.compile(r"\d{1,2}\.\d")
_BARE_NUMBER = re.compile(r"\d{1,3}[af]?")


def search(query: str) -> tuple[Gpu, ...]:
    """Return the GPUs that match, all for an empty query, none for nonsense.

    A query is a PCI id (`10de:2c05`, `0x2c05`, `2c05`), a compute capability (`12.0`), an architecture (`sm_120`), a
    chip (`GB203`), an architecture's name (`blackwell`) or words of a product's name. Best matches first: the
    exact name, names with all the words, then names whose words contain them; within those the newest first,
    then by name.
    """
    text = " ".join(query.lower().split())
    if not text:
        return ordered((entry, 0) for entry in entries())
    if len(text) > _LONGEST:
        return ()
    text = arch_of(text) or text
    capability = _capability_of(text)
    if capability is not None:
        return ordered((entry, 0) for entry in entries() if entry.gpu.capability == capability)
    ranked = {entry: rank for entry in entries() if (rank := rank_of(entry, text)) is not None}
    device = device_of(text) or (text if _BARE_PCI_ID.fullmatch(text) else None)
    for entry in entries():
        if device and f"10de:{device}" in entry.gpu.pci_ids:
            ranked[entry] = min(1, ranked.get(entry, 1))
        elif is_chip(entry.gpu, text) or is_architecture(entry.gpu.capability, text):
            ranked.setdefault(entry, 1)
        elif text == str(entry.gpu.capability.number):  # 90 as tools write 9.0
            ranked[entry] = 0
    return ordered(ranked.items())


def resolve(spec: str) -> JudgedTarget:
    """Return what a SPEC of the command line means; `native` is the caller's.

    In this order: a compute capability, an architecture, a PCI id, a name, a chip, an architecture's name; then
    the same without what people, clouds and drivers add to a name (`written.plainer`). An exact name comes before
    longer ones that contain it, and a name before a PCI id without vendor (2080 is the RTX 2080). `UsageError`,
    in one line, for what is unknown (with similar names) or stands for GPUs of several compute capabilities (with
    the candidates).
    """
    text = " ".join(spec.lower().split())
    if not text:
        raise UsageError('no GPU named; use for example "RTX 5070 Ti", 12.0 or sm_120')
    if len(text) > _LONGEST:
        raise UsageError(f"not a GPU: {spec[:40]!r}… ({len(spec)} characters)")
    text = arch_of(text) or text
    if _CAPABILITY.fullmatch(text):
        return _of_capability(ComputeCapability.parse(text))
    if _ARCH.match(text):
        return _of_arch(text, spec)
    if device := device_of(text):
        found = _of_device(device)
        if found is None:
            raise UsageError(f"no GPU with the PCI id 10de:{device} in the tables of this version")
        return found
    if _BARE_NUMBER.fullmatch(text):
        raise UsageError(_ask_for_more(text, spec))
    found = product(spec) if len(text) > 1 else None  # a letter stands in the names of many, as a part
    if found is None:
        raise UsageError(f"unknown GPU: {spec.strip()!r}{_similar(text)}")
    return found


def capability_named(spec: str) -> ComputeCapability | None:
    """Return the compute capability that a SPEC means, `None` for what is unknown or stands for several."""
    try:
        return resolve(spec).capability
    except UsageError:
        return None


@lru_cache(maxsize=256)
def capability_of_cut_name(name: str) -> ComputeCapability | None:
    """Return the same for the name or PCI id in what a program printed: one that ends in `...`, as in nvidia-smi's
    table, is the beginning of a name."""
    whole, cut, _ = name.partition("...")
    known = capability_named(whole)
    if known is not None or not cut:
        return known
    found = {gpu.capability for gpu in search(whole)}
    return found.pop() if len(found) == 1 else None


def product(spec: str) -> JudgedTarget | None:
    """Return what a SPEC means that is words or four digits of a PCI id: a product, a chip, an architecture's name;
    `None` for what is unknown. `UsageError` where it stands for GPUs of several compute capabilities."""
    text = " ".join(spec.lower().split())
    text = arch_of(text) or text
    found = _of_product(text, spec) or (_of_device(text) if _BARE_PCI_ID.fullmatch(text) else None)
    for form in plainer(text) if found is None else ():
        found = found or _of_product(form, spec)
    if found is None and (words := apart(text)):
        found = _of_product(words, spec)
    return found


# -- the ways to say it


def _of_product(text: str, spec: str) -> JudgedTarget | None:
    return _of_name(text, spec) or _of_chip_or_architecture(text, spec) or _of_words(text, spec)


def _capability_of(text: str) -> ComputeCapability | None:
    """The compute capability that is written as such or as an architecture."""
    try:
        if _CAPABILITY.fullmatch(text):
            return ComputeCapability.parse(text)
        return ArchTarget.parse(text).capability
    except ParseError:
        return None


def _of_capability(capability: ComputeCapability) -> JudgedTarget:
    if architecture(capability) is None:
        raise UsageError(f"compute capability {capability} {_not_known()}")
    return JudgedTarget(str(capability), None, capability, arch=None)


def _of_arch(text: str, spec: str) -> JudgedTarget:
    try:
        target = ArchTarget.parse(text)
    except ParseError:
        target = None
    if target is None or target.kind not in (CodeKind.SASS, CodeKind.PTX) or target.suffix is ArchSuffix.UNREADABLE:
        raise UsageError(f"invalid target: {spec.strip()!r} (examples: sm_120, sm_90a, compute_80)")
    if architecture(target.capability) is None:
        raise UsageError(f"{target} {_not_known()}")
    if target.suffix is not ArchSuffix.NONE and first_with(target.arch) is None:
        plain = replace(target, suffix=ArchSuffix.NONE)
        raise UsageError(f"no known CUDA release builds {target}; {plain} is known")
    return JudgedTarget(str(target), None, target.capability, arch=target)


def _of_device(device_id: str) -> JudgedTarget | None:
    from cudacompat.domain.tables.pci_ids import devices

    device = devices().get(device_id)
    if device is None:
        return None
    pci_id = f"10de:{device_id}"
    names = [entry.gpu.name for entry in entries() if entry.named and pci_id in entry.gpu.pci_ids]
    if len(names) == 1 and _capabilities(called(names[0].lower())) == [device.capability]:
        return JudgedTarget(names[0], names[0], device.capability, arch=None)
    return JudgedTarget(pci_id, " / ".join(names) or None, device.capability, arch=None)


def _of_name(text: str, spec: str) -> JudgedTarget | None:
    """The product of exactly this name."""
    gpus = called(text)
    if len(_capabilities(gpus)) > 1:
        raise UsageError(_ambiguous(spec, gpus))
    return JudgedTarget(gpus[0].name, gpus[0].name, gpus[0].capability, arch=None) if gpus else None


def _of_words(text: str, spec: str) -> JudgedTarget | None:
    """The product with these words in its name, or what all such products of one compute capability are called."""
    words = set(words_of(text))
    found = [entry for entry in entries() if entry.named and any(words.issubset(name) for name in entry.names)]
    if not words or not found:
        return None
    gpus = ordered((entry, 0) for entry in found)
    if len(_capabilities(gpus)) > 1:
        raise UsageError(_ambiguous(spec, gpus))
    nearest = [entry.gpu for entry in found if any(words == set(name) - BRANDS for name in entry.names)]
    names = {gpu.name for gpu in nearest or gpus}
    common = _common_name(words, min(names)) if len(names) > 1 else names.pop()
    return JudgedTarget(common or str(gpus[0].capability), common, gpus[0].capability, arch=None)


def _common_name(words: Set[str], name: str) -> str | None:
    """What products that have these words in their names are called together, as the name of one writes them:
    `RTX PRO 6000`; `None` where that is not to be told."""
    parts = [part for part in re.split(r"[\s-]+", name) if not words.isdisjoint(words_of(part))]
    common = " ".join(parts)
    return common if set(words_of(common)) == words else None


def _of_chip_or_architecture(text: str, spec: str) -> JudgedTarget | None:
    of_chip = ordered((entry, 0) for entry in entries() if is_chip(entry.gpu, text))
    capabilities = _capabilities(of_chip)
    if not capabilities:
        capabilities = [row.capability for row in ARCHITECTURES if is_architecture(row.capability, text)]
    if len(capabilities) > 1:
        listed = ", ".join(str(capability) for capability in capabilities)
        raise UsageError(f"{spec.strip()!r} matches several compute capabilities: {listed}; name one of them")
    return JudgedTarget(str(capabilities[0]), None, capabilities[0], arch=None) if capabilities else None


def _ask_for_more(text: str, spec: str) -> str:
    """Digits alone are an architecture to one tool and part of a product's name to people."""
    known = architecture(ComputeCapability.from_number(int(text.rstrip("af")))) is not None
    meant = [str(row.capability) for row in ARCHITECTURES if str(row.capability.major) == text]
    meant += [f"sm_{text}"] if known and (text.isdecimal() or first_with(text)) else []
    meant += [f'"{gpu.name}"' for gpu in called(text)]
    if not meant:
        return f"unknown GPU: {spec.strip()!r} (write a target as sm_NN, a compute capability as N.N)"
    return f"{spec.strip()!r} is ambiguous; write {' or '.join(dict.fromkeys(meant))}"


# -- what is said in errors


def _capabilities(gpus: Iterable[Gpu]) -> list[ComputeCapability]:
    return sorted({gpu.capability for gpu in gpus})


def _not_known() -> str:
    listed = ", ".join(str(row.capability) for row in ARCHITECTURES if row.capability.major >= 5)
    return f"is unknown to this version of cudacompat, which knows {listed} and older ones"


def _ambiguous(spec: str, gpus: tuple[Gpu, ...]) -> str:
    """One line with the candidates, every compute capability among them; only counted where they are too
    many."""
    cure = "give the full name, the PCI ID or the compute capability"
    capabilities = _capabilities(gpus)
    if len(capabilities) > _SHOWN:
        range_ = f"{len(gpus)} GPUs of compute capability {capabilities[0]} to {capabilities[-1]}"
        return f"{spec.strip()!r} matches {range_}; {cure}"
    firsts = [next(gpu for gpu in gpus if gpu.capability == capability) for capability in capabilities]
    others = [gpu for gpu in gpus if gpu not in firsts]
    chosen = [*firsts, *others][:_SHOWN]
    listed = "; ".join(_in_short(gpu) for gpu in sorted(chosen, key=gpus.index))
    more = f"; and {len(gpus) - len(chosen)} more" if len(gpus) > len(chosen) else ""
    return f"{spec.strip()!r} matches GPUs of several compute capabilities: {listed}{more}; {cure}"


def _in_short(gpu: Gpu) -> str:
    facts = (str(gpu.capability), gpu.chip, *gpu.pci_ids[:1])
    return f"{gpu.name} ({', '.join(fact for fact in facts if fact)})"


# AMD's targets and products, Intel's and Apple's: gfx1100, rx 7900 xtx, mi300x, arc a770, m2 max
_OTHER_MAKER = re.compile(
    r"(?:gfx\d|(?:amd|radeon|instinct|intel|apple)\b|rx \d{3,4}\b|mi\d{2,3}[ax]?\b|arc [ab]\d{3}\b)"
)


def is_of_another_maker(text: str) -> bool:
    """Whether a text begins as the names of AMD's, Intel's or Apple's GPUs do."""
    return _OTHER_MAKER.match(text.strip().lower()) is not None


def _similar(text: str) -> str:
    if is_of_another_maker(text):
        return "; CUDA code runs on NVIDIA GPUs only"
    chosen = similar(text)
    return f"; similar: {', '.join(chosen)}" if chosen else '; try: cudacompat gpus "part of its name"'


def similar(text: str) -> tuple[str, ...]:
    """Return up to three names that may have been meant by a text that names no GPU: names that it contains, then
    names spelled alike; of an unknown number with a word of the names, those that come nearest."""
    import difflib

    text = text.lower()
    if len(text) > _LONGEST or _CAPABILITY.fullmatch(text.strip()) or _OTHER_MAKER.match(text):
        return ()
    words = set(words_of(text))
    words.update(part for word in tuple(words) for part in re.findall(r"[a-z]+|\d+", word))  # 4090ti: 4090 and ti
    contained: dict[str, int] = {}
    for entry in entries():
        for name in entry.names:
            own = set(name) - BRANDS
            if entry.named and own and any(word.isdigit() for word in own) and own.issubset(words):
                contained[entry.gpu.name] = max(len(own), contained.get(entry.gpu.name, 0))
    spelled = {key: found[0].gpu.name for step in (2, 1, 0) for key, found in by_key(step).items()}
    key = key_of(words_of(text), OMITTED[1])
    near = difflib.get_close_matches(key, spelled, n=6, cutoff=_ALIKE)
    if not near and words & BRANDS:
        near = difflib.get_close_matches(key, spelled, n=6, cutoff=_OF_ITS_BRAND)
    longest = max(contained.values(), default=0)
    names = [name for name, length in contained.items() if length == longest] + [spelled[key] for key in near]
    return tuple(dict.fromkeys(names))[:3]
