"""Modules judged together come out as each by itself."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cudacompat.domain.judge.alike import judge_modules
from cudacompat.domain.judge.compat import judge
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import Compression, DeviceModule, FatbinEntry, Registration
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.verdict import JitPolicy, Target
from cudacompat.domain.words.versions import DriverRelease, PtxIsa
from tests.helpers.examples import at_most

# few values, so that modules come out alike, and alike but for one of them
KERNELS = (None, (), ("k",), ("k", "l"), ("m",))
ISAS = (None, PtxIsa(6, 0), PtxIsa(8, 0), PtxIsa(9, 2))
FIELDS = ("ptx_isa", "compression", "kernels", "concatenated", "beyond_ascii", "size")
CODE = [
    ArchTarget(kind, number, suffix)
    for kind in (CodeKind.SASS, CodeKind.PTX, CodeKind.LTO_IR)
    for number in (75, 80, 87, 90)
    for suffix in (ArchSuffix.NONE, ArchSuffix.ARCH_SPECIFIC, ArchSuffix.UNREADABLE)
]
ENTRIES = st.builds(
    lambda target, isa, compression, kernels, concatenated, unresolved, beyond, size: FatbinEntry(
        target.kind if target is not None else CodeKind.UNKNOWN,
        target,
        isa,
        compression=compression,
        size=size,
        uncompressed_size=None,
        toolkit=None,
        kernels=kernels,
        concatenated=concatenated,
        unresolved=unresolved,
        beyond_ascii=beyond,
    ),
    st.sampled_from([None, *CODE]),
    st.sampled_from(ISAS),
    st.sampled_from([Compression.NONE, Compression.ZSTD]),
    st.sampled_from(KERNELS),
    st.booleans(),
    st.sampled_from([(), ("f",)]),
    st.booleans(),
    st.integers(0, 3),
)
MODULES = st.builds(
    DeviceModule,
    st.integers(0, 9),
    st.none(),
    st.sampled_from([Registration.REGISTERED, Registration.STRAY, Registration.RELOCATABLE]),
    st.lists(ENTRIES, max_size=3).map(tuple),
    st.sampled_from([None, None, None, "damage"]),
    st.booleans(),
)
TARGETS = st.builds(
    lambda number, driver, jit: Target("g", None, ComputeCapability.from_number(number), driver=driver, jit=jit),
    st.sampled_from([75, 80, 87, 90, 120]),
    st.sampled_from([None, *map(DriverRelease.parse, ("450", "535", "580", "610"))]),
    st.sampled_from(list(JitPolicy)),
)


@settings(max_examples=at_most(400))
@given(TARGETS, st.lists(MODULES, min_size=1, max_size=4), st.data())
def test_modules_together_are_judged_as_each_by_itself(
    target: Target, modules: list[DeviceModule], data: st.DataObject
) -> None:
    """Each module comes twice, the second time with one field of an image changed."""
    for module in modules[:]:
        if module.entries:
            number = data.draw(st.integers(0, len(module.entries) - 1))
            other = data.draw(ENTRIES)
            name = data.draw(
                st.sampled_from(["ptx_isa", "compression", "kernels", "concatenated", "beyond_ascii", "size"])
            )
            changed = [*module.entries]
            changed[number] = replace(changed[number], **{name: getattr(other, name)})
            modules.append(replace(module, entries=tuple(changed)))
        modules.append(replace(module, offset=99))
    found = judge_modules(target, modules)
    assert found == [judge(target, module) for module in modules]
    for verdict, module in zip(found, modules, strict=True):
        assert verdict.module is module
        assert verdict.picked is None or any(verdict.picked is each for each in module.entries)
