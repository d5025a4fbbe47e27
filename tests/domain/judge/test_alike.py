"""Modules judged together come out as each by itself."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from cudacompat.domain.judge.alike import _form, judge_modules
from cudacompat.domain.judge.compat import judge
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import Compression, DeviceModule, FatbinEntry, Registration
from cudacompat.domain.words.target import ArchTarget, CodeKind
from cudacompat.domain.words.verdict import JitPolicy, Target
from cudacompat.domain.words.versions import DriverRelease, PtxIsa

ISAS = (None, PtxIsa(6, 0), PtxIsa(8, 0), PtxIsa(9, 2))
CODE = [None, *map(ArchTarget.parse, ("sm_80", "sm_87", "sm_90a", "compute_75", "compute_90", "compute_90a", "lto_80"))]
CASES = [
    (DriverRelease.parse(driver) if driver else None, jit)
    for driver, jit in (
        (None, JitPolicy.NORMAL),
        ("450", JitPolicy.NORMAL),
        ("580", JitPolicy.NORMAL),
        ("580", JitPolicy.FORCED),
        (None, JitPolicy.DISABLED),
    )
]


def _images() -> list[FatbinEntry]:
    fields = product(
        CODE, ISAS, (Compression.NONE, Compression.ZSTD), (None, (), ("k",)), (False, True), ((), ("f",)), (False, True)
    )
    return [
        FatbinEntry(
            target.kind if target is not None else CodeKind.UNKNOWN,
            target,
            isa,
            compression=compression,
            size=number,
            uncompressed_size=None,
            toolkit=None,
            kernels=kernels,
            concatenated=concatenated,
            unresolved=unresolved,
            beyond_ascii=beyond,
        )
        for number, (target, isa, compression, kernels, concatenated, unresolved, beyond) in enumerate(fields)
        if isa is None or (target is not None and target.kind is CodeKind.PTX)
    ]


def _modules() -> list[DeviceModule]:
    """Modules that differ in one thing each, and in pairs of images: which is picked, and which of them has kernels."""
    images = _images()
    alone = [
        DeviceModule(0, None, registration, (image,), damage, bare)
        for number, image in enumerate(images)
        for registration, damage, bare in (
            (Registration.REGISTERED, None, False),
            (Registration.REGISTERED, None, True),
            (Registration.REGISTERED, "damage", False),
            (Registration.RELOCATABLE, None, False),
        )[: 4 if number % 8 == 0 else 1]
    ]
    few = images[::23]
    pairs = [DeviceModule(0, None, Registration.REGISTERED, pair) for pair in product(few, few[::5])]
    lists = ((), ("k",), ("k", "l"), ("l", "k"), None)
    plain = [image for image in images if image.kernels == ("k",) and image.ptx_isa in (None, ISAS[1])][::24]
    named = [
        tuple(replace(image, kernels=each) for image, each in zip(pair, kernels, strict=True))
        for pair in product(plain, plain)
        for kernels in product(lists, lists)
    ]
    pairs += [DeviceModule(0, None, Registration.REGISTERED, pair) for pair in named]
    return [*alone, *pairs, DeviceModule(0, None, Registration.REGISTERED, ())]


@pytest.mark.parametrize("number", [75, 87, 90])
def test_modules_together_are_judged_as_each_by_itself(number: int) -> None:
    modules = _modules()
    for driver, jit in CASES:
        target = Target("g", None, ComputeCapability.from_number(number), driver=driver, jit=jit)
        found = judge_modules(target, modules)
        assert found == [judge(target, module) for module in modules], target
        for verdict, module in zip(found, modules, strict=True):
            assert verdict.module is module
            assert verdict.picked is None or any(verdict.picked is each for each in module.entries)


class _Watched:
    """Stands for an image or a module, and tells what is asked of it."""

    def __init__(self, thing: object, seen: set[str]) -> None:
        self._thing = thing
        self._seen = seen

    def __getattr__(self, name: str) -> object:
        self._seen.add(name)
        return getattr(self._thing, name)


def test_judging_asks_nothing_but_what_modules_are_compared_by() -> None:
    """A field that judging begins to look at has to come into the comparison, or modules would pass for alike."""
    of_image: set[str] = set()
    of_module: set[str] = set()
    for module in _modules():
        entries = tuple(_Watched(each, of_image) for each in module.entries)
        watched = _Watched(DeviceModule(0, None, module.registration, entries, module.damage, module.bare), of_module)  # type: ignore[arg-type]
        for driver, jit in CASES:
            judge(Target("g", None, ComputeCapability(9, 0), driver=driver, jit=jit), watched)  # type: ignore[arg-type]
    compared = {"kind", "target", "ptx_isa", "compression", "concatenated", "beyond_ascii", "unresolved", "kernels"}
    assert (of_image, of_module) == (compared, {"registration", "damage", "bare", "entries", "kernels"})


def test_a_module_of_very_many_images_is_judged_by_itself() -> None:
    """What it would be compared by is as large as it is."""
    image = _images()[0]
    few, many = (DeviceModule(0, None, Registration.REGISTERED, (image,) * number) for number in (64, 65))
    assert _form(few) is not None
    assert _form(many) is None
    assert judge_modules(Target("g", None, ComputeCapability(9, 0)), [many, many])[1].module is many
