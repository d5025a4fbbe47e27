"""What has to be added to a list for one more GPU: the same answer for `generate --add` and for the fixes of `lint`."""

from __future__ import annotations

from packaging.version import Version

from cudacompat.domain.builds.engine import Engine, Knob
from cudacompat.domain.builds.lists.reader import ArchList, UnreadableListError, wants_bare
from cudacompat.domain.builds.lists.writer import CodeTarget
from cudacompat.domain.builds.plans.plan import arriving
from cudacompat.domain.judge.fits import Fit, sass_fit
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind


def addition(
    existing: ArchList, wanted: ArchTarget, engine: Engine, version: Version | None, *, knob: Knob | None
) -> CodeTarget | None:
    """Return what has to be added to the list for this machine code; `None` where it is there. `UnreadableListError`
    where the setting does not take it."""
    if holds(existing, wanted, engine, version=version):
        return None
    number = engine.stand_in(version, wanted.number)
    suffix = wanted.suffix
    demanded = engine.added_suffix(version, number, demanded=True)
    if demanded and suffix is ArchSuffix.NONE:
        suffix = ArchSuffix(demanded)
    if any(each.number == number and each.sass and each.suffix is suffix for each in existing.code):
        return None
    if knob is not None and not knob.takes(number, suffix.value):
        raise UnreadableListError(f"{knob.name} does not take {number}{suffix}")
    plain = suffix is ArchSuffix.NONE and not engine.added_suffix(version, number, ptx=True)
    return CodeTarget(number, suffix, ptx=plain and wants_bare(existing))


def holds(existing: ArchList, wanted: ArchTarget, engine: Engine, version: Version | None) -> bool:
    """Whether the list holds machine code of the GPU's own number (or, for `sm_90a`, just that)."""
    images = [image for image in arriving(engine, version, existing.code) if image.kind is CodeKind.SASS]
    if wanted.suffix is not ArchSuffix.NONE:
        return any(image.arch == wanted.arch for image in images)
    capability = ComputeCapability.from_number(wanted.number)
    return any(sass_fit(capability, image) is Fit.OWN for image in images)
