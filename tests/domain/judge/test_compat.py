"""The loading rules, case by case, and what must hold for all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cudacompat.domain.judge.compat import judge
from cudacompat.domain.tables.architectures import ARCHITECTURES, architecture
from cudacompat.domain.tables.drivers import BRANCHES
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import Compression, DeviceModule, FatbinEntry, Registration
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.verdict import JitPolicy, Outcome, Reason
from cudacompat.domain.words.versions import PtxIsa
from tests.helpers.build import image, module, target
from tests.helpers.each_row import each_case
from tests.helpers.newest import NEXT_ISA

NEWEST_BRANCH = str(BRANCHES[-1].branch)
OLDEST_ISA, BEFORE_ALL = str(BRANCHES[0].ptx_isa), str(BRANCHES[0].branch - 1)

EMPTY: tuple[str, ...] = ()


def concatenated(target: str) -> FatbinEntry:
    return replace(image(target), concatenated=True)


def lacking(target: str) -> FatbinEntry:
    return replace(image(target), unresolved=("helper",))


def bare(target: str) -> DeviceModule:
    return replace(module(target), bare=True)


NEXT = str(NEXT_ISA)

CASES = [
    # what the module holds, the GPU, the driver, what becomes of it
    (module("sm_90"), "9.0", None, Outcome.NATIVE, None),
    (module("sm_80"), "9.0", None, Outcome.FAILS, Reason.NO_IMAGE),
    (module("sm_80", "sm_90"), "9.0", None, Outcome.NATIVE, None),
    (module("sm_80"), "8.6", None, Outcome.COMPATIBLE, None),
    (module("sm_120", "sm_80", "sm_86", "sm_89"), "9.0", None, Outcome.FAILS, Reason.NO_IMAGE),
    (module("sm_120", "sm_80", image("compute_89", "7.8")), "9.0", None, Outcome.JIT, None),
    (module("compute_120"), "9.0", None, Outcome.FAILS, Reason.NO_IMAGE),
    (module(image("compute_90", "9.0")), "9.0", "580", Outcome.JIT, None),
    (module(image("compute_90", NEXT)), "9.0", "580", Outcome.FAILS, Reason.PTX_ISA_TOO_NEW),
    (module(image("compute_90", NEXT)), "9.0", None, Outcome.UNDECIDED, Reason.NO_KNOWN_DRIVER),
    (module(image("compute_90", NEXT)), "9.0", "700", Outcome.UNDECIDED, Reason.NO_KNOWN_DRIVER),
    (module("sm_90", image("compute_90", NEXT)), "9.0", "580", Outcome.NATIVE, None),
    (module("sm_80", image("compute_80", NEXT)), "9.0", "580", Outcome.FAILS, Reason.PTX_ISA_TOO_NEW),
    (module(image("compute_120", "8.0")), "12.0", "580", Outcome.FAILS, Reason.PTX_INVALID),
    (module(image("compute_60", "9.1")), "6.1", None, Outcome.FAILS, Reason.PTX_ISA_TOO_NEW),
    # a file of PTX for another GPU: the driver looks at its target last
    (replace(module("compute_120"), bare=True), "9.0", "580", Outcome.FAILS, Reason.NO_IMAGE),
    (replace(module(image("compute_120", NEXT)), bare=True), "9.0", "580", Outcome.FAILS, Reason.PTX_ISA_TOO_NEW),
    # the picked image decides, whatever lies beside it
    (module(image("sm_90", kernels=EMPTY), "compute_80"), "9.0", None, Outcome.FAILS, Reason.EMPTY_IMAGE),
    (module(image("sm_90", kernels=EMPTY), "sm_80"), "9.0", None, Outcome.FAILS, Reason.EMPTY_IMAGE),
    (module(image("sm_90", kernels=EMPTY), "sm_80"), "8.0", None, Outcome.NATIVE, None),
    (module(image("compute_90", "7.8", kernels=EMPTY), "compute_80"), "9.0", None, Outcome.FAILS, Reason.EMPTY_IMAGE),
    (module(image("sm_90", kernels=("k1",)), "compute_80"), "9.0", None, Outcome.PARTIAL, Reason.KERNELS_MISSING),
    # what could not be read is never good
    (module(image("sm_90", kernels=None)), "9.0", None, Outcome.UNDECIDED, Reason.NOT_READ),
    (module("sm_90", image("compute_80", kernels=None)), "9.0", None, Outcome.UNDECIDED, Reason.NOT_READ),
    (module("sm_80", image("compute_100", kernels=None)), "9.0", None, Outcome.FAILS, Reason.NO_IMAGE),
    # relocatable code waits for its link
    (module("sm_90", registration=Registration.RELOCATABLE), "9.0", None, Outcome.UNDECIDED, Reason.RELOCATABLE),
    # a driver that does not know the GPU
    (module("sm_120"), "12.0", "535", Outcome.FAILS, Reason.DRIVER_TOO_OLD_FOR_GPU),
    (module("compute_90"), "12.0", "565", Outcome.FAILS, Reason.DRIVER_TOO_OLD_FOR_GPU),
    (module("sm_80"), "8.0", "440", Outcome.FAILS, Reason.DRIVER_TOO_OLD_FOR_GPU),
    (module("sm_75"), "7.5", "384", Outcome.FAILS, Reason.DRIVER_TOO_OLD_FOR_GPU),
    # below the table of drivers nothing more is certain
    (module("sm_75"), "7.5", "418", Outcome.UNDECIDED, Reason.DRIVER_BEFORE_ALL_KNOWN),
    (module("sm_37"), "3.7", "340", Outcome.UNDECIDED, Reason.DRIVER_BEFORE_ALL_KNOWN),
    (module("sm_87"), "8.7", "460", Outcome.UNDECIDED, Reason.DRIVER_TOO_OLD_FOR_GPU),  # Tegra's are numbered apart
    # code for Tegra alone promises nothing elsewhere; beside code that fits, it does not matter which is taken
    (module("sm_87"), "8.9", None, Outcome.UNDECIDED, Reason.TEGRA),
    (module("sm_80", "sm_86", "sm_87"), "8.9", None, Outcome.COMPATIBLE, None),
    (module("sm_80", "sm_86", "sm_87"), "8.7", None, Outcome.NATIVE, None),
    (module("sm_80", "sm_86"), "8.7", None, Outcome.UNDECIDED, Reason.TEGRA),
    # a driver that left the GPU out
    (module("sm_70"), "7.0", "580.178.04", Outcome.NATIVE, None),
    (module("sm_70"), "7.0", "590", Outcome.FAILS, Reason.DRIVER_DROPPED_GPU),
    (module("compute_60"), "6.1", "610.43", Outcome.FAILS, Reason.DRIVER_DROPPED_GPU),
    (module("sm_35"), "3.5", "495", Outcome.FAILS, Reason.DRIVER_DROPPED_GPU),
    (module("sm_75"), "7.5", "615", Outcome.NATIVE, None),
    (module("sm_72"), "7.2", "610", Outcome.NATIVE, None),  # Tegra again
    (module("sm_120"), "12.0", "570.86", Outcome.NATIVE, None),
    (module("lto_90"), "9.0", None, Outcome.UNDECIDED, Reason.NOT_JUDGED_KIND),
    # one concatenated entry: passed over by r580 (measured), read by 597.06, between them not known
    (module(concatenated("sm_90")), "9.0", "580.159.04", Outcome.FAILS, Reason.CONCATENATED),
    (module(concatenated("sm_90"), "compute_80"), "9.0", "580.159.04", Outcome.JIT, None),
    (module(concatenated("sm_90"), "sm_90"), "9.0", "580.159.04", Outcome.NATIVE, None),
    (module(concatenated("sm_80")), "9.0", "580.159.04", Outcome.FAILS, Reason.NO_IMAGE),
    (module(concatenated("sm_90")), "9.0", "590", Outcome.UNDECIDED, Reason.CONCATENATED),
    (module(concatenated("sm_90")), "9.0", "597", Outcome.NATIVE, None),
    (module(concatenated("sm_90")), "9.0", None, Outcome.NATIVE, None),
    # what waits for a link is never good
    (module(lacking("sm_90")), "9.0", None, Outcome.UNDECIDED, Reason.RELOCATABLE),
    (module(lacking("compute_80"), "sm_90"), "9.0", None, Outcome.NATIVE, None),
    # architecture-specific PTX of a lower target: the driver may pick it, and then it fails
    (module("compute_80", image("compute_90a", "8.0")), "12.0", None, Outcome.UNDECIDED, Reason.PTX_CHOICE_OPEN),
    (module("compute_80", image("compute_90a", "8.0"), "sm_120"), "12.0", None, Outcome.NATIVE, None),
    (module("compute_80", image("compute_90a", "8.0")), "8.9", None, Outcome.JIT, None),
    (module(image("compute_100", "8.7"), image("compute_90a", "8.0")), "12.0", None, Outcome.JIT, None),
    (module(image("compute_90", "8.0"), image("compute_90a", "8.0")), "12.0", None, Outcome.JIT, None),  # as nvcc 13.5
    (
        module(image("compute_90a", "8.0"), image("compute_90", "8.0")),
        "12.0",
        None,
        Outcome.UNDECIDED,
        Reason.PTX_CHOICE_OPEN,
    ),
    # among equals the first, but of plain PTX of the GPU's own number the last (measured)
    (module(image("compute_80", "8.0"), image("compute_80", NEXT)), "9.0", "580", Outcome.JIT, None),
    (
        module(image("compute_80", NEXT), image("compute_80", "8.0")),
        "9.0",
        "580",
        Outcome.FAILS,
        Reason.PTX_ISA_TOO_NEW,
    ),
    (module(image("compute_90", NEXT), image("compute_90", "8.0")), "9.0", "580", Outcome.JIT, None),
    (
        module(image("compute_90", "8.0"), image("compute_90", NEXT)),
        "9.0",
        "580",
        Outcome.FAILS,
        Reason.PTX_ISA_TOO_NEW,
    ),
    # a fault of the image is told before what the driver leaves open; what lacks only some kernels after it
    (module(image("compute_80", NEXT, EMPTY), "sm_75"), "9.0", None, Outcome.FAILS, Reason.EMPTY_IMAGE),
    (module(image("compute_80", NEXT, ("k1",)), "sm_75"), "9.0", None, Outcome.UNDECIDED, Reason.NO_KNOWN_DRIVER),
    # at the edges of the drivers that are known
    (module(image("compute_80", NEXT)), "9.0", NEWEST_BRANCH, Outcome.FAILS, Reason.PTX_ISA_TOO_NEW),
    (module(image("compute_50", OLDEST_ISA)), "5.2", BEFORE_ALL, Outcome.UNDECIDED, Reason.DRIVER_BEFORE_ALL_KNOWN),
    (module(image("sm_90", compression=Compression.ZSTD)), "9.0", "550", Outcome.NATIVE, None),
    # a PTX text by itself
    (bare("compute_90"), "8.0", None, Outcome.FAILS, Reason.NO_IMAGE),
    (bare("compute_80"), "9.0", None, Outcome.JIT, None),
]


@each_case(("code", "capability", "driver", "outcome", "reason"), CASES)
def test_judge(
    code: DeviceModule, capability: str, driver: str | None, outcome: Outcome, reason: Reason | None
) -> None:
    verdict = judge(target(capability, driver), code)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


@each_case(
    ("code", "jit", "outcome", "reason"),
    [
        (module("sm_90", "compute_80"), JitPolicy.FORCED, Outcome.JIT, None),
        (module("sm_90"), JitPolicy.FORCED, Outcome.FAILS, Reason.NO_IMAGE),
        (module(image("sm_90", kernels=EMPTY), "compute_80"), JitPolicy.FORCED, Outcome.JIT, None),
        (module("compute_80"), JitPolicy.DISABLED, Outcome.FAILS, Reason.JIT_DISABLED),
        (module("sm_90", "compute_80"), JitPolicy.DISABLED, Outcome.NATIVE, None),
        (module("compute_120"), JitPolicy.DISABLED, Outcome.FAILS, Reason.NO_IMAGE),
        (module("sm_90", "compute_80"), JitPolicy.FORCED_AND_DISABLED, Outcome.FAILS, Reason.JIT_DISABLED),
        (module("sm_90"), JitPolicy.FORCED_AND_DISABLED, Outcome.FAILS, Reason.NO_IMAGE),
        (bare("sm_90"), JitPolicy.FORCED, Outcome.NATIVE, None),
        (bare("sm_90"), JitPolicy.FORCED_AND_DISABLED, Outcome.NATIVE, None),
        (bare("compute_80"), JitPolicy.DISABLED, Outcome.FAILS, Reason.JIT_DISABLED),
        (module(concatenated("sm_90"), "compute_80"), JitPolicy.FORCED, Outcome.JIT, None),
    ],
)
def test_jit_forced_and_disabled(code: DeviceModule, jit: JitPolicy, outcome: Outcome, reason: Reason | None) -> None:
    verdict = judge(target("9.0", "580", jit), code)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


def test_the_last_driver_of_a_gpu_takes_what_it_takes() -> None:
    """The last branch for 6.1: a text of its own newest ISA, and one that has characters that only later ones take."""
    last = architecture(ComputeCapability(6, 1)).last_branch
    isa = next(str(each.ptx_isa) for each in BRANCHES if each.branch == last)
    text = image("compute_60", isa)
    found = judge(target("6.1"), module(text))
    assert (found.outcome, found.min_driver) == (Outcome.JIT, last)
    beyond = judge(target("6.1"), module(replace(text, beyond_ascii=True)))
    assert (beyond.outcome, beyond.reason) == (Outcome.FAILS, Reason.PTX_BEYOND_ASCII)


def test_the_oldest_driver_is_named_for_ptx() -> None:
    assert judge(target("12.0"), module(image("compute_86", "8.7"))).min_driver == 570
    assert judge(target("12.0"), module(image("compute_86", "8.2"))).min_driver == 570  # the GPU needs it
    assert judge(target("8.9"), module(image("compute_86", "8.8"))).min_driver == 575
    zstd = image("compute_86", "8.2", compression=Compression.ZSTD)
    assert judge(target("8.9"), module(zstd)).min_driver == 550  # the compression needs it
    assert judge(target("12.0"), module("sm_120")).min_driver is None
    assert judge(target("9.0"), module(concatenated("sm_90"))).min_driver == 597


# -- properties

_NUMBERS = [a.capability.number for a in ARCHITECTURES]
_TARGETS = st.builds(
    ArchTarget,
    st.sampled_from([CodeKind.SASS, CodeKind.PTX]),
    st.sampled_from(_NUMBERS),
    st.sampled_from([ArchSuffix.NONE, ArchSuffix.ARCH_SPECIFIC, ArchSuffix.FAMILY]),
)
_KERNELS = st.sampled_from([("k1", "k2"), ("k1",), (), None])


@st.composite
def _images(draw: st.DrawFn) -> FatbinEntry:
    where = draw(_TARGETS)
    isa = draw(st.sampled_from([PtxIsa(7, 0), PtxIsa(8, 0), PtxIsa(8, 7), PtxIsa(9, 0), NEXT_ISA]))
    packed = draw(st.sampled_from([Compression.NONE, Compression.ZSTD]))
    return FatbinEntry(
        where.kind, where, isa if where.kind is CodeKind.PTX else None, packed, 8, None, None, draw(_KERNELS)
    )


_MODULES = st.lists(_images(), min_size=1, max_size=5, unique_by=lambda e: e.target).map(lambda found: module(*found))
_GPUS = st.sampled_from([str(a.capability) for a in ARCHITECTURES])
_RANK = {
    Outcome.FAILS: 0,
    Outcome.UNDECIDED: 1,
    Outcome.PARTIAL: 2,
    Outcome.JIT: 3,
    Outcome.COMPATIBLE: 4,
    Outcome.NATIVE: 5,
}


@given(code=_MODULES, capability=_GPUS, data=st.data())
def test_order_of_images_does_not_matter(code: DeviceModule, capability: str, data: st.DataObject) -> None:
    # The one place where it does (measured): arch-specific PTX of a lower target before plain PTX, or behind it.
    lower = [e for e in code.entries if e.target and e.target.number < ComputeCapability.parse(capability).number]
    assume(not any(e.kind is CodeKind.PTX and e.target.suffix is ArchSuffix.ARCH_SPECIFIC for e in lower if e.target))
    shuffled = module(*data.draw(st.permutations(code.entries)))
    one, other = judge(target(capability), code), judge(target(capability), shuffled)
    assert (one.outcome, one.reason, one.min_driver) == (other.outcome, other.reason, other.min_driver)


@given(code=_MODULES, capability=_GPUS, branches=st.lists(st.integers(400, 640), min_size=2, max_size=2).map(sorted))
def test_a_newer_driver_never_makes_it_worse(code: DeviceModule, capability: str, branches: list[int]) -> None:
    """Up to the last that knows the GPU."""
    last = architecture(ComputeCapability.parse(capability))
    assume(last is not None and (last.last_branch is None or branches[1] <= last.last_branch))
    older, newer = (judge(target(capability, str(branch)), code) for branch in branches)
    assert _RANK[newer.outcome] >= _RANK[older.outcome], (older, newer)


@given(code=_MODULES, capability=_GPUS)
def test_the_named_driver_really_does(code: DeviceModule, capability: str) -> None:
    """What is said without a driver holds with the driver that it names, and with none of those before it."""
    free = judge(target(capability), code)
    if free.outcome is not Outcome.JIT or free.min_driver is None:
        return
    assert judge(target(capability, str(free.min_driver)), code).outcome is Outcome.JIT
    for branch in BRANCHES:
        if branch.branch < free.min_driver:
            assert judge(target(capability, str(branch.branch)), code).outcome is not Outcome.JIT


@given(target=_TARGETS)
def test_targets_parse_what_they_print(target: ArchTarget) -> None:
    assert ArchTarget.parse(str(target)) == target


@given(number=st.integers(0, 999))
def test_capabilities_parse_what_they_print(number: int) -> None:
    capability = ComputeCapability.from_number(number)
    assert ComputeCapability.parse(str(capability)) == capability


@pytest.mark.parametrize(
    ("capability", "driver", "outcome", "reason", "min_driver"),
    [
        ("9.0", "580.159.04", Outcome.FAILS, Reason.PTX_BEYOND_ASCII, None),  # measured
        ("9.0", "535", Outcome.FAILS, Reason.PTX_BEYOND_ASCII, None),
        ("9.0", "590", Outcome.JIT, None, 590),
        ("9.0", None, Outcome.JIT, None, 590),
        ("6.1", None, Outcome.FAILS, Reason.PTX_BEYOND_ASCII, None),  # whose last branch is 580
    ],
)
def test_characters_beyond_ascii_want_a_driver_that_takes_them(
    capability: str, driver: str | None, outcome: Outcome, reason: Reason | None, min_driver: int | None
) -> None:
    found = judge(target(capability, driver), module(replace(image("compute_60", "7.0"), beyond_ascii=True)))
    assert (found.outcome, found.reason, found.min_driver) == (outcome, reason, min_driver)
    plain = judge(target(capability, driver), module(image("compute_60", "7.0")))
    assert plain.outcome is Outcome.JIT
