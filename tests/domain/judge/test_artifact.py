"""From modules to a file's verdict: holes, kernels made for others, default targets, relocatable code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cudacompat.app.check import judge_read
from cudacompat.domain.judge.artifact import default_target, judge_artifact
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.words.choices import Holes, Require
from cudacompat.domain.words.code import DeviceModule, FatbinEntry, ReadResult, Registration
from cudacompat.domain.words.target import ArchTarget
from cudacompat.domain.words.verdict import ArtifactVerdict, JitPolicy, Outcome, Reason
from tests.helpers.build import artifact, image, module, other, target
from tests.helpers.each_row import each_case
from tests.helpers.newest import NEXT_ISA

ALL = ("sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120")
REL = Registration.RELOCATABLE
STRAY = Registration.STRAY


def verdict(modules: Sequence[DeviceModule], capability: str, linked: bool = True) -> ArtifactVerdict:
    found = judge_artifact(artifact(modules, linked), target(capability))
    assert found is not None
    return found


def test_the_weakest_module_names_the_artifact() -> None:
    assert verdict([module("sm_120"), module("compute_80")], "12.0").outcome is Outcome.JIT
    assert verdict([module("sm_120"), module("sm_120", "sm_80")], "12.0").outcome is Outcome.NATIVE
    assert verdict([module("sm_120"), module("sm_121")], "12.1").outcome is Outcome.COMPATIBLE


def test_a_module_without_code_among_others_is_a_hole() -> None:
    found = verdict([module(*ALL)] * 9 + [other(*ALL[:-1])], "12.0")
    assert (found.outcome, found.reason) == (Outcome.PARTIAL, Reason.HOLES)
    assert found.counts[Outcome.FAILS] == 1


def test_the_librarys_own_list_minus_the_gpu_is_a_hole_however_many_share_it() -> None:
    found = verdict([module(*ALL)] * 9 + [other(*ALL[:-1])] * 8, "12.0")
    assert found.outcome is Outcome.PARTIAL
    assert found.counts[Outcome.SPECIAL] == 0


def test_a_stale_list_in_part_of_a_library_is_a_hole() -> None:
    found = verdict([module(*ALL)] * 9 + [other("sm_75", "sm_80")] * 8, "12.0")
    assert (found.outcome, found.counts[Outcome.FAILS]) == (Outcome.PARTIAL, 8)


def test_arch_specific_modules_are_special() -> None:
    found = verdict([module(*ALL)] * 2 + [module("sm_90a")], "12.0")
    assert (found.outcome, found.counts[Outcome.SPECIAL]) == (Outcome.NATIVE, 1)


def test_modules_of_one_architecture_each_are_special_where_the_library_has_them_for_several() -> None:
    single = [module(image(each, kernels=(f"kernel{each}",))) for each in ("sm_80", "sm_90", "sm_120")]
    found = verdict([module(*ALL)] * 9 + single, "12.0")
    assert (found.outcome, found.counts[Outcome.SPECIAL]) == (Outcome.NATIVE, 2)
    few = verdict([module(*ALL)] * 9 + [other("sm_90")] * 8, "12.0")
    assert (few.outcome, few.counts[Outcome.FAILS]) == (Outcome.PARTIAL, 8)


def test_kernels_named_for_another_architecture_are_special() -> None:
    named = module(image("sm_90", kernels=("_Z4k_sm90_gemmv", "cutlass_90_wgrad")))
    mixed = module(image("sm_90", kernels=("_Z4k_sm90_gemmv", "_Z5plainv", "_Z5emptyv")))
    assert verdict([module("sm_120"), named], "12.0").outcome is Outcome.NATIVE
    assert verdict([module("sm_120"), mixed], "12.0").outcome is Outcome.PARTIAL


def test_only_special_modules_fail_and_beside_ptx_are_undecided() -> None:
    assert verdict([module("sm_90a")], "12.0").outcome is Outcome.FAILS
    found = verdict([module("sm_90a"), module("compute_80")], "12.0")
    assert (found.outcome, found.reason) == (Outcome.UNDECIDED, Reason.ONLY_SPECIAL_AND_PTX)


def test_special_modules_whose_kernels_run_as_ptx_leave_nothing_open() -> None:
    """As cuFFT of CUDA 12 on 12.0, which PyTorch's cu128 builds use there."""
    again = module(image("sm_90", kernels=("k1",)))
    found = verdict([*[module("compute_80")] * 9, again], "12.0")
    assert (found.outcome, found.counts[Outcome.SPECIAL]) == (Outcome.JIT, 1)
    one_each = [module(image(each, kernels=(f"fft_{each[3:]}",))) for each in ("sm_80", "sm_90", "sm_100")]
    generic = module(image("compute_50", kernels=("fft_50",)))
    found = verdict([*[module("compute_80")] * 9, *one_each, generic], "12.0")
    assert (found.outcome, found.counts[Outcome.SPECIAL]) == (Outcome.JIT, 3)


def test_special_modules_beside_machine_code_leave_nothing_open() -> None:
    found = verdict([module("sm_120"), other("compute_80"), module(image("sm_90a", kernels=("k9",)))], "12.0")
    assert (found.outcome, found.reason, found.counts[Outcome.SPECIAL]) == (Outcome.JIT, None, 1)


def test_a_newer_driver_cures_only_what_lacks_nothing_else() -> None:
    """PTX that an older driver cannot compile is the reason where it is the only fault."""
    new, runs = module(NEW_PTX), other("sm_90")
    lacking = module(image("sm_90", kernels=("a",)), image("sm_80", kernels=("a", "b")))
    hole = module(image("sm_80", kernels=("h",)))
    for beside, reason in (([], Reason.PTX_ISA_TOO_NEW), ([lacking], Reason.HOLES), ([hole], Reason.HOLES)):
        found = judge_artifact(artifact([runs, module("sm_90"), new, *beside], linked=False), target("9.0", "580"))
        assert found is not None
        assert (found.outcome, found.reason) == (Outcome.PARTIAL, reason)


def test_the_name_of_the_file_changes_nothing() -> None:
    modules = [module(*ALL)] * 9 + [module(*ALL[:-1])]
    plain = artifact(modules)
    renamed = replace(plain, path="libcublasLt.so.13")
    one, other = judge_artifact(plain, target("12.0")), judge_artifact(renamed, target("12.0"))
    assert one is not None
    assert other is not None
    assert one.counts == other.counts


def test_modules_without_any_kernel_count_for_nothing() -> None:
    host_only = module(image("sm_52", kernels=()))
    assert judge_artifact(artifact([host_only]), target("12.0")) is None
    assert verdict([host_only, module("sm_120")], "12.0").counts[Outcome.NATIVE] == 1


def test_an_unread_module_makes_the_artifact_undecided_or_partial() -> None:
    unread = module(image("sm_120", kernels=None))
    assert verdict([module("sm_120"), unread], "12.0").outcome is Outcome.UNDECIDED
    assert verdict([module("sm_80"), unread], "12.0").outcome is Outcome.PARTIAL
    assert verdict([replace(module("sm_120"), damage="cut short")], "12.0").outcome is Outcome.UNDECIDED


def test_relocatable_code_in_a_linked_file() -> None:
    linked = module("sm_90")
    assert verdict([linked, module("sm_90", registration=REL)], "9.0").outcome is Outcome.NATIVE
    lost = module(image("sm_90", kernels=("k9",)), registration=REL)
    found = verdict([lost], "9.0")
    assert (found.outcome, found.reason) == (Outcome.FAILS, Reason.NOT_LINKED)
    assert verdict([linked, lost], "9.0").outcome is Outcome.PARTIAL
    some = module(image("sm_90", kernels=("k1", "k9")), registration=REL)  # the linker takes what is called
    half_read = module("sm_90", image("sm_80", kernels=None), registration=REL)
    assert verdict([linked, some, half_read], "9.0").outcome is Outcome.NATIVE
    assert len(verdict([lost, module("sm_80", registration=STRAY)], "9.0").stray) == 1


@each_case(
    ("gpu", "driver", "outcome", "reason"),
    [
        ("9.0", "580", Outcome.JIT, None),  # measured, as tests/data/h200 does
        ("8.0", "580", Outcome.JIT, None),
        ("7.5", "580", Outcome.FAILS, Reason.NO_IMAGE),
        ("9.0", "550", Outcome.FAILS, Reason.PTX_ISA_TOO_NEW),
    ],
)
def test_a_device_link_of_ptx_alone_is_made_when_it_is_loaded(
    gpu: str, driver: str, outcome: Outcome, reason: Reason | None
) -> None:
    """nvcc registers an empty module for it; without one the units were never linked."""
    units = [_unit("k1", image("compute_80", "9.0")), _unit("", image("compute_80", "9.0"))]
    at_load = judge_artifact(artifact([module(), *units], linked=True), target(gpu, driver))
    assert at_load is not None
    assert (at_load.outcome, at_load.reason) == (outcome, reason)
    never = judge_artifact(artifact(units, linked=True), target(gpu, driver))
    assert never is not None
    assert (never.outcome, never.reason) == (Outcome.FAILS, Reason.NOT_LINKED)


def test_what_waits_for_a_linker() -> None:
    """An object file does; one part of it that could not be read, or a finished file, waits for nothing."""
    unit, unread = module("sm_90", registration=REL), module(image("sm_90", kernels=None))
    assert verdict([unit], "9.0", linked=False).awaits_link
    assert not verdict([unit, unread], "9.0", linked=False).awaits_link
    in_program = verdict([replace(unread, registration=REL)], "9.0")
    assert (in_program.reason, in_program.awaits_link) == (Reason.RELOCATABLE, False)


def test_relocatable_code_in_an_object_is_undecided() -> None:
    found = verdict([module("sm_90", registration=REL)], "9.0", linked=False)
    assert (found.outcome, found.reason) == (Outcome.UNDECIDED, Reason.RELOCATABLE)


def _unit(kernel: str, *entries: FatbinEntry | str) -> DeviceModule:
    built = [image(entry) if isinstance(entry, str) else entry for entry in entries]
    return module(*(replace(entry, kernels=(kernel,) if kernel else ()) for entry in built), registration=REL)


def _calling(target: str) -> FatbinEntry:
    return replace(image(target), unresolved=("helper",))


NEW_PTX = image("compute_80", str(NEXT_ISA))


@each_case(
    ("linked_for", "units", "jit", "outcome", "reason"),
    [
        # the linked image fits: nothing is linked anew
        ("sm_90", [_unit("k1", "sm_90"), _unit("k2", "sm_90")], JitPolicy.NORMAL, Outcome.NATIVE, None),
        # it does not: of each unit the driver picks an image as of any module, and links
        ("sm_80", [_unit("k1", "compute_80"), _unit("k2", "compute_80")], JitPolicy.NORMAL, Outcome.JIT, None),
        ("sm_80", [_unit("k1", "sm_90"), _unit("k2", "sm_90")], JitPolicy.NORMAL, Outcome.NATIVE, None),
        ("sm_80", [_unit("k1", "sm_90"), _unit("k2", "compute_80")], JitPolicy.NORMAL, Outcome.JIT, None),
        ("sm_80", [_unit("k1", "sm_80"), _unit("k2", "sm_80")], JitPolicy.NORMAL, Outcome.FAILS, Reason.NO_IMAGE),
        # a unit of which nothing fits is left out
        (
            "sm_80",
            [_unit("k1", "sm_80"), _unit("k2", "compute_80")],
            JitPolicy.NORMAL,
            Outcome.PARTIAL,
            Reason.KERNELS_MISSING,
        ),
        # but it may define what another calls
        (
            "sm_80",
            [_unit("k1", _calling("compute_80")), _unit("k2", "compute_80"), _unit("", "sm_80")],
            JitPolicy.NORMAL,
            Outcome.UNDECIDED,
            Reason.RELOCATABLE,
        ),
        (
            "sm_80",
            [_unit("k1", _calling("compute_80")), _unit("k2", "compute_80"), _unit("", "compute_80")],
            JitPolicy.NORMAL,
            Outcome.JIT,
            None,
        ),
        # one PTX that cannot be compiled fails the whole link
        (
            "sm_80",
            [_unit("k1", "sm_90"), _unit("k2", NEW_PTX)],
            JitPolicy.NORMAL,
            Outcome.FAILS,
            Reason.PTX_ISA_TOO_NEW,
        ),
        (
            "sm_80",
            [_unit("k1", "sm_90"), _unit("k2", "compute_80")],
            JitPolicy.DISABLED,
            Outcome.FAILS,
            Reason.JIT_DISABLED,
        ),
        ("sm_80", [_unit("k1", "sm_90"), _unit("k2", "sm_90")], JitPolicy.DISABLED, Outcome.NATIVE, None),
        ("sm_90", [_unit("k1", "sm_90"), _unit("k2", "sm_90")], JitPolicy.FORCED, Outcome.FAILS, Reason.NO_IMAGE),
        ("sm_90", [_unit("k1", "compute_80"), _unit("k2", "compute_80")], JitPolicy.FORCED, Outcome.JIT, None),
    ],
)
def test_a_device_link_that_does_not_fit_is_linked_anew(
    linked_for: str, units: list[DeviceModule], jit: JitPolicy, outcome: Outcome, reason: Reason | None
) -> None:
    found = judge_artifact(artifact([module(linked_for), *units]), target("9.0", "580", jit))
    assert found is not None
    (only,) = found.modules
    assert (only.outcome, only.reason, found.outcome) == (outcome, reason, outcome)


def test_only_a_device_link_is_linked_anew() -> None:
    """A module with a kernel that no relocatable unit holds is a translation unit of its own."""
    found = verdict([module(image("sm_80", kernels=("k1", "k9"))), _unit("k1", "compute_80")], "9.0")
    assert (found.outcome, found.reason) == (Outcome.FAILS, Reason.NO_IMAGE)
    found = verdict([module("sm_80"), _unit("k1", "compute_80"), _unit("k2", "compute_80")], "9.0", linked=False)
    assert found.counts[Outcome.JIT] == 0


@each_case(
    ("modules", "jit"),
    [
        ([module("sm_80")], JitPolicy.NORMAL),
        ([module("compute_120")], JitPolicy.NORMAL),
        ([module(NEW_PTX)], JitPolicy.NORMAL),
        ([module(image("compute_90", "7.0"))], JitPolicy.NORMAL),
        ([module("compute_80")], JitPolicy.DISABLED),
        ([module("sm_90", "compute_80")], JitPolicy.FORCED_AND_DISABLED),
        ([module(image("sm_90", kernels=()), "sm_80"), module("sm_80", registration=REL)], JitPolicy.NORMAL),
        ([module("sm_90", registration=REL)], JitPolicy.NORMAL),
        ([module(replace(image("sm_90"), concatenated=True))], JitPolicy.NORMAL),
        ([module("sm_90a"), module("sm_100a")], JitPolicy.FORCED),
        ([other("sm_80"), module("sm_90")], JitPolicy.NORMAL),
        ([module("sm_80"), *[_unit("k1", "sm_80"), _unit("k2", "sm_80")]], JitPolicy.NORMAL),
        ([module("sm_80"), *[_unit("k1", "sm_80"), _unit("k2", "sm_90")]], JitPolicy.NORMAL),
        ([module(image("sm_90", kernels=("k1",)), "compute_80"), module("sm_80", registration=REL)], JitPolicy.NORMAL),
    ],
)
def test_whatever_fails_is_an_error_finding(modules: list[DeviceModule], jit: JitPolicy) -> None:
    """Every way to fail ends in exit code 1: no reason without a rule that speaks of it."""
    read = ReadResult((artifact(modules),), (), 1, 0, ())
    report = judge_read(read, (target("9.0", "580", jit),), Policy(Require.RUNS, Holes.ERROR, ()))
    assert report.verdicts[0].outcome in (Outcome.FAILS, Outcome.PARTIAL)
    assert report.exit_code == 1


def test_what_lies_elsewhere_decides_only_where_nothing_is_registered() -> None:
    registered, elsewhere = module("sm_120"), module("sm_80", registration=STRAY)
    found = verdict([registered, elsewhere], "12.0")
    assert (found.outcome, len(found.stray)) == (Outcome.NATIVE, 1)
    unread = verdict([module(image("sm_120", kernels=None)), elsewhere], "12.0")
    assert (unread.outcome, len(unread.stray)) == (Outcome.UNDECIDED, 1)
    alone = verdict([elsewhere], "12.0")
    assert (alone.outcome, len(alone.stray)) == (Outcome.FAILS, 0)


@each_case(
    ("header", "text", "capability", "outcome", "elsewhere"),
    [
        ("compute_90", "compute_90a", "12.0", Outcome.FAILS, 0),  # TensorFlow 2.16 to 2.20: the driver takes it by the
        ("compute_90", "compute_90a", "9.0", Outcome.NATIVE, 3),  # header, and refuses the text
        (None, "compute_90a", "12.0", Outcome.JIT, 3),  # nothing promises it: the library may choose
        ("compute_120", "compute_120a", "10.0", Outcome.JIT, 3),
    ],
)
def test_what_a_header_promises_and_the_text_cannot_do_decides(
    header: str | None, text: str, capability: str, outcome: Outcome, elsewhere: int
) -> None:
    stated = ArchTarget.parse(header) if header else None
    image_of_it = replace(image(text, "8.5", kernels=("cast",)), header_target=stated)
    stray = [module("sm_80", image_of_it, registration=STRAY)] * 3
    found = verdict(
        [module(image("sm_90", kernels=("gemm",)), image("compute_80", kernels=("gemm",))), *stray], capability
    )
    assert (found.outcome, len(found.stray)) == (outcome, elsewhere)


@each_case(
    ("modules", "expected"),
    [
        ([module("sm_52", image("compute_52", "8.7"))] * 3, "sm_52"),
        ([module("sm_75", image("compute_75", "9.0"))] * 3, "sm_75"),
        ([module("sm_75", image("compute_75", "8.7"))], None),  # CUDA 12 never builds 7.5 unasked
        ([module("sm_52", image("compute_52", "9.0"))], None),
        ([module("sm_52")], None),  # somebody asked for machine code only
        ([module("sm_52", image("compute_52", "8.7")), module("sm_80")], None),
        ([module("sm_52", image("compute_52", "8.7"), "sm_80")], None),
        ([module(image("sm_80", kernels=())), module("sm_52", image("compute_52", "8.7"))], "sm_52"),
    ],
)
def test_default_target(modules: list[DeviceModule], expected: str | None) -> None:
    assert default_target(modules) == expected


@each_case(
    ("runtime", "driver", "reason"),
    [
        (13, "570.86.10", Reason.RUNTIME_NEEDS_DRIVER),
        (13, "580.65.05", Reason.RUNTIME_NEEDS_DRIVER),
        (13, "580.65.06", None),
        (13, "580", None),  # a branch alone names all its releases
        (12, "525.60.12", Reason.RUNTIME_NEEDS_DRIVER),
        (12, "525.60.13", None),
        (11, "450.80.01", Reason.RUNTIME_NEEDS_DRIVER),
        (11, "450.80.02", None),
        (None, "450.36", None),
        (99, "450.36", None),  # a release that the table does not have: nothing is guessed
        (13, None, None),
    ],
)
def test_the_runtime_that_a_file_needs_refuses_older_drivers(
    runtime: int | None, driver: str | None, reason: Reason | None
) -> None:
    found = judge_artifact(replace(artifact([module("sm_75")]), runtime=runtime), target("7.5", driver))
    assert found is not None
    assert (found.outcome, found.reason) == (Outcome.FAILS if reason else Outcome.NATIVE, reason)
    floor = {11: 450, 12: 525, 13: 580}.get(runtime or 0)
    assert found.min_driver == floor


@each_case(
    ("runtime", "gpu", "code", "needed"),
    [
        (12, "12.0", "sm_120", 570),
        (12, "8.6", "sm_86", 525),
        (13, "12.0", "sm_120", 580),
        (None, "12.0", "sm_120", None),
    ],
)
def test_a_driver_that_serves_the_runtime_has_to_know_the_gpu_too(
    runtime: int | None, gpu: str, code: str, needed: int | None
) -> None:
    found = judge_artifact(replace(artifact([module(code)]), runtime=runtime), target(gpu))
    assert found is not None
    assert found.min_driver == needed


def test_a_runtime_that_nothing_names_counts_where_it_asks_more_than_the_gpu() -> None:
    of_12, of_11 = module("sm_90", image("compute_90", "8.0")), module("sm_80", image("compute_80", "7.0"))
    assert verdict([of_12], "9.0").min_driver == 525
    assert verdict([of_11], "8.0").min_driver is None  # 450, as each driver for the GPU is


def test_the_driver_has_to_take_all_that_a_file_needs() -> None:
    found = judge_artifact(replace(artifact([module(image("compute_80", "8.7"))]), runtime=12), target("9.0"))
    assert found is not None
    assert found.min_driver == 570  # the runtime alone would do with 525


def test_what_fails_by_itself_keeps_its_reason_under_an_old_driver() -> None:
    found = judge_artifact(replace(artifact([module("sm_80")]), runtime=13), target("9.0", "570"))
    assert found is not None
    assert (found.outcome, found.reason) == (Outcome.FAILS, Reason.NO_IMAGE)


def loaded(*entries: FatbinEntry) -> DeviceModule:
    """Code that a program keeps among its data, outside any fatbin."""
    return replace(module(*entries, registration=Registration.STRAY), bare=True)


def hooks(*numbers: int) -> list[DeviceModule]:
    """Machine code without a kernel, as a profiler puts it into the programs of others."""
    return [loaded(image(f"sm_{number}", kernels=())) for number in numbers]


@each_case(
    ("beside", "judged"),
    [
        (hooks(70, 80, 90), False),
        (hooks(70, 70, 80), True),  # of two architectures
        ([*hooks(70, 80, 90), loaded(image("sm_80"))], True),  # a program that loads machine code, and has a text
        ([*hooks(70, 80), loaded(image("sm_90", kernels=None))], True),  # what could not be read may be a kernel
        ([replace(each, registration=Registration.RELOCATABLE) for each in hooks(70, 80, 90)], True),  # for a linker
        ([], True),
    ],
)
def test_a_text_beside_the_functions_of_a_profiler(beside: list[DeviceModule], judged: bool) -> None:
    text = loaded(image("compute_70", "6.3", kernels=("WaitNs",)))
    found = judge_artifact(artifact([*beside, text]), target("6.1"))
    held = () if found is None else (each.module for each in (*found.modules, *found.stray))
    assert (text in held) == judged
    in_fatbin = replace(text, bare=False)  # the runtime loads that one
    found = judge_artifact(artifact([*beside, in_fatbin]), target("6.1"))
    assert found is not None
    assert in_fatbin in [each.module for each in (*found.modules, *found.stray)]
