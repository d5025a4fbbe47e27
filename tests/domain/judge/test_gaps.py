"""What a gap means: each kind of evidence, what comes near it, and the thresholds at their edges."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudacompat.app.check import judge_read
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.words.choices import Holes
from cudacompat.domain.words.code import BinaryArtifact, DeviceModule, FatbinEntry, ReadResult, Registration
from cudacompat.domain.words.finding import Severity
from cudacompat.domain.words.verdict import ArtifactVerdict, Evidence, Outcome, Reason
from tests.helpers.build import artifact, image, module, target
from tests.helpers.each_row import each_case

REL = Registration.RELOCATABLE
ALL = ("sm_75", "sm_80", "sm_86", "sm_90", "sm_120")


def source(kernel: str, *targets: str, registration: Registration = Registration.REGISTERED) -> DeviceModule:
    """The module of a source with these kernels (`one two`)."""
    return module(*(image(each, kernels=tuple(kernel.split())) for each in targets), registration=registration)


def plain(number: int, *targets: str) -> list[DeviceModule]:
    """So many ordinary sources with one list."""
    return [source(f"plain{n}", *(targets or ALL)) for n in range(number)]


def judged(modules: Sequence[DeviceModule], gpu: str) -> ArtifactVerdict:
    """What becomes of a library of these modules."""
    found = judge_artifact(artifact(modules), target(gpu))
    assert found is not None
    return found


def gaps(modules: Sequence[DeviceModule], gpu: str) -> list[tuple[Outcome, Evidence | None]]:
    """What does not run, or was given an evidence."""
    return [
        (each.outcome, each.evidence)
        for each in judged(modules, gpu).modules
        if not each.outcome.runs or each.evidence is not None
    ]


def report(modules: Sequence[DeviceModule], gpu: str, holes: Holes = Holes.ERROR) -> CheckReport:
    """The whole check of one library."""
    read = ReadResult((artifact(modules),), (), 1, 0, ())
    return judge_read(read, (target(gpu),), Policy(holes=holes))


HOLE = (Outcome.FAILS, None)
SIBLING = source("g<120>", "sm_120")


def special(evidence: Evidence) -> tuple[Outcome, Evidence]:
    return Outcome.SPECIAL, evidence


@each_case(
    ("odd", "gpu", "expected"),
    [
        # suffixed targets alone; one plain among them makes it an ordinary list
        ([source("x", "sm_90a", "sm_100f")], "12.0", special(Evidence.SUFFIXES)),
        ([source("x", "sm_90a", "sm_80")], "12.0", HOLE),
        # an image whose target could not be read shows nothing
        ([module(replace(image("sm_80", kernels=("x",)), target=None))], "12.0", HOLE),
        # the same kernels in modules that run: all of them, also spread over several
        ([source("plain0 plain1", "sm_80")], "12.0", special(Evidence.SAME_KERNELS)),
        ([source("plain0 own", "sm_80")], "12.0", HOLE),
        # names: the number of an architecture of the module, however it is written
        ([source("sm80_xmma_gemm", "sm_80")], "12.0", special(Evidence.NAMES)),
        ([source("_ZN7cutlass4Sm80E", "sm_80")], "12.0", special(Evidence.NAMES)),
        ([source("cutlass_80_tensorop", "sm_80")], "12.0", special(Evidence.NAMES)),
        ([source("k_sm70_on_sm80", "sm_80")], "12.0", special(Evidence.NAMES)),  # one of two
        ([source("sm_90_gemm", "sm_80")], "12.0", HOLE),  # not one of its own
        ([source("sm800_gemm", "sm_80")], "12.0", HOLE),
        ([source("prism80", "sm_80")], "12.0", HOLE),
        # generations: its own, or another than the GPU's
        ([source("ampere_sgemm", "sm_80")], "12.0", special(Evidence.NAMES)),
        ([source("foo_Volta", "sm_80")], "12.0", special(Evidence.NAMES)),
        ([source("blackwell_gemm", "sm_80")], "12.0", HOLE),  # meant for this GPU, and not built for it
        ([source("k_Ada_gemm", "sm_80")], "12.0", special(Evidence.NAMES)),
        ([source("adaptive", "sm_80")], "12.0", HOLE),
        ([source("Adagrad", "sm_80")], "12.0", HOLE),
        # half of the kernels that are nowhere else have to be named so
        ([source("sm80_a plain", "sm_80")], "12.0", special(Evidence.NAMES)),
        ([source("sm80_a plain other", "sm_80")], "12.0", HOLE),
        ([source("sm80_a plain plain0", "sm_80")], "12.0", special(Evidence.NAMES)),
        # siblings: the same names but for the number, for other architectures, and one runs
        ([source("g<80>", "sm_80", "sm_86"), SIBLING], "12.0", special(Evidence.ONE_PER_ARCHITECTURE)),
        ([source("tile<80>", "sm_80", "sm_86"), source("tile<120>", "sm_80", "sm_120")], "12.0", HOLE),  # tiles
        ([source("gemm<80>", "sm_80"), source("gemv<120>", "sm_120")], "12.0", HOLE),
        ([source("gemm<180>", "sm_80"), source("gemm<1120>", "sm_120")], "12.0", HOLE),
        # code for a Tegra chip on another GPU of its major: open, unless it has a brother here
        ([source("own", "sm_87")], "8.9", (Outcome.UNDECIDED, None)),
        ([source("plain0", "sm_87")], "8.9", special(Evidence.SAME_KERNELS)),
        # nothing of it
        ([source("own", "sm_80")], "12.0", HOLE),
        ([source("own", "sm_75", "sm_80", "sm_86", "sm_90")], "12.0", HOLE),
        # newer than the GPU: the older end of the list is not there
        ([source("own", "sm_90", "sm_120")], "8.6", (Outcome.UNCLEAR, Evidence.NEWER_GPUS)),
        ([source("own", "sm_80", "sm_120")], "9.0", HOLE),
    ],
)  # fmt: skip
def test_evidence_and_what_comes_near_it(
    odd: list[DeviceModule], gpu: str, expected: tuple[Outcome, Evidence | None]
) -> None:
    assert gaps([*plain(9), *odd], gpu) == [expected]


class TestOnePerArchitecture:
    """Modules of one architecture each are a choice where there are three architectures and no one prevails."""

    @pytest.mark.parametrize(
        ("numbers", "found"),
        [
            (["80", "90", "120"], [special(Evidence.ONE_PER_ARCHITECTURE)] * 2),
            (["80", "120"], [HOLE]),
            (["80", "90"], [HOLE] * 2),
            (["80", "86", *["120"] * 8], [special(Evidence.ONE_PER_ARCHITECTURE)] * 2),
            (["80", "86", *["120"] * 9], [HOLE] * 2),  # a build for one, and two that are stale
        ],
    )
    def test_beside_a_list(self, numbers: list[str], found: list[tuple[Outcome, Evidence | None]]) -> None:
        odd = [source(f"own{n}", f"sm_{number}") for n, number in enumerate(numbers)]
        assert gaps([*plain(9), *odd], "12.0") == found

    def test_a_list_of_two_beside_them_is_no_choice(self) -> None:
        single = [*plain(3, "sm_120"), source("own80", "sm_80"), source("own90", "sm_90")]
        assert gaps([*single, source("listed", "sm_80", "sm_90")], "12.0")[-1] == HOLE

    def test_ptx_of_the_same_number_is_counted_in(self) -> None:
        odd = [source(f"own{n}", f"sm_{n}", f"compute_{n}a") for n in (90, 100, 120)]
        assert gaps([*plain(9), *odd], "12.0") == [special(Evidence.ONE_PER_ARCHITECTURE)] * 2

    def test_none_of_them_runs(self) -> None:
        odd = [source(f"own{n}", f"sm_{n}") for n in (75, 80, 90)]
        assert gaps([*plain(9), *odd], "12.0") == [(Outcome.UNCLEAR, Evidence.NO_LIST)] * 3


class TestManyLists:
    """Where lists were written kernel by kernel, a gap is no deviation."""

    LISTS = (("sm_75",), ("sm_75", "sm_80"), ("sm_80", "sm_86"), ("sm_80", "sm_90"))

    def library(self, lists: int, prevailing: int) -> list[DeviceModule]:
        return [*plain(prevailing, "sm_120"), *(source(f"own{n}", *self.LISTS[n]) for n in range(lists))]

    @pytest.mark.parametrize(
        ("lists", "prevailing", "outcome", "evidence"),
        [
            (4, 3, Outcome.SPECIAL, Evidence.MANY_LISTS),
            (4, 4, Outcome.UNCLEAR, Evidence.NO_LIST),  # half of the modules follow one list
            (3, 3, Outcome.FAILS, None),
        ],
    )
    def test_edges(self, lists: int, prevailing: int, outcome: Outcome, evidence: Evidence | None) -> None:
        found = gaps(self.library(lists, prevailing), "12.0")
        assert found == [(outcome, evidence)] * lists

    def test_a_module_of_ptx_among_them_changes_nothing(self) -> None:
        compiled = module(*(image(each, "8.0", ("text",)) for each in ("compute_80", "compute_90")))
        assert gaps([*self.library(4, 3), compiled], "12.0") == [special(Evidence.MANY_LISTS)] * 4

    @pytest.mark.parametrize(
        "fourth",
        [
            source("more", "sm_120", "sm_90"),  # it has what the prevailing list has
            module(image("sm_90", kernels=None)),  # nothing is known of its kernels
        ],
    )
    def test_what_is_no_fourth_list(self, fourth: DeviceModule) -> None:
        assert gaps([*self.library(3, 5), fourth], "12.0")[:3] == [HOLE] * 3

    def test_one_list_in_half_of_the_modules_beside_many_others(self) -> None:
        more = [source(f"more{n}", *self.LISTS[1]) for n in range(7)]
        found = gaps([*self.library(4, 2), *more], "12.0")
        assert found == [(Outcome.UNCLEAR, Evidence.NO_LIST)] * 11

    def test_ptx_alone_shows_no_choice(self) -> None:
        modules = [*plain(3, "compute_120"), *(source(f"own{n}", *each) for n, each in enumerate(self.LISTS))]
        modules = [replace(m, entries=tuple(self._old(e) for e in m.entries)) for m in modules]
        assert {outcome for outcome, _ in gaps(modules, "12.1")} == {Outcome.FAILS}

    @staticmethod
    def _old(entry: FatbinEntry) -> FatbinEntry:
        return image(str(entry.target), "8.7", entry.kernels) if entry.ptx_isa else entry


class TestManyListsOfPtx:
    """A library that NVIDIA's are linked into, on a GPU newer than all of its machine code."""

    LISTS = ("sm_50", "sm_60", "sm_70", "sm_80", "sm_90")

    def library(self, lists: int, shown: int, lacking: int) -> list[DeviceModule]:
        """Modules with PTX of so many lists, so many that are named for an architecture, and some that show nothing."""
        text = {n: image("compute_90", "8.0", (f"own{n}",)) for n in range(20)}
        compiled = [
            module(text[n], *(image(each, kernels=(f"own{n}",)) for each in self.LISTS[: n % lists + 1])) for n in text
        ]
        named = [source(f"k{n}_sm80", "sm_80", "sm_90") for n in range(shown)]
        return [*compiled, *named, *(source(f"odd{n}", "sm_50", f"sm_6{n % 2}") for n in range(lacking))]

    @pytest.mark.parametrize(
        ("lists", "shown", "lacking", "expected"),
        [
            (5, 3, 2, (Outcome.UNCLEAR, Evidence.NO_LIST)),
            (4, 3, 2, HOLE),  # as many lists as a build of a few parts has
            (5, 2, 2, HOLE),  # what nothing is known of weighs as much as what is shown
            (5, 0, 1, HOLE),  # one file whose PTX was forgotten
            (5, 30, 21, HOLE),  # more lack the GPU than run on it
        ],
    )
    def test_edges(self, lists: int, shown: int, lacking: int, expected: tuple[Outcome, Evidence | None]) -> None:
        found = gaps(self.library(lists, shown, lacking), "12.0")
        assert found == [*[special(Evidence.NAMES)] * shown, *[expected] * lacking]

    def test_one_list_that_lacks_the_gpu_is_that_of_a_part_left_behind(self) -> None:
        left = [source(f"part{n}", "sm_80", "sm_90") for n in range(3)]
        assert gaps([*self.library(5, 9, 0), *left], "12.0")[-3:] == [HOLE] * 3

    def test_suffixes_show_no_choice(self) -> None:
        suffixed = [source(f"fast{n}", "sm_90a") for n in range(9)]
        found = gaps([*self.library(5, 1, 1), *suffixed], "12.0")
        assert HOLE in found

    def test_it_is_no_error_and_not_called_good(self) -> None:
        found = report(self.library(5, 3, 2), "12.0")
        assert (found.exit_code, found.verdicts[0].reason) == (4, Reason.ONLY_SPECIAL_AND_PTX)
        assert {each.id for each in found.findings if each.severity is Severity.WARNING} == {"gap-unclear", "undecided"}


class TestMostModules:
    """A library most of which lacks the GPU was not built for it, whatever a single module says."""

    def test_it_fails_and_says_how_many(self) -> None:
        found = report([*plain(2), *plain_own(3)], "12.0")
        assert (found.verdicts[0].outcome, found.verdicts[0].reason) == (Outcome.FAILS, Reason.MOST_MODULES)
        (finding,) = found.findings
        assert (finding.id, finding.severity) == ("hole", Severity.ERROR)
        assert finding.message.startswith("3 of 5 modules fail or lack kernels")
        assert found.exit_code == 1

    def test_no_policy_lets_it_pass(self) -> None:
        modules = [*plain(2), *plain_own(3)]
        assert {holes: report(modules, "12.0", holes).exit_code for holes in Holes} == dict.fromkeys(Holes, 1)

    def test_half_is_not_most(self) -> None:
        assert judged([*plain(3), *plain_own(3)], "12.0").outcome is Outcome.PARTIAL

    def test_also_where_what_is_there_is_newer_than_the_gpu(self) -> None:
        modules = [*plain(2), *(source(f"own{n}", "sm_90", "sm_120") for n in range(3))]
        assert judged(modules, "8.6").outcome is Outcome.FAILS

    @pytest.mark.parametrize(
        ("running", "lists", "expected"),
        [
            # as many lack the GPU as run on it: each is looked at by itself
            (2, [("sm_90", "sm_120")] * 2, (Outcome.UNCLEAR, Evidence.NEWER_GPUS)),
            # more lack it, and half of all modules have one list: the build left the GPU out
            (1, [("sm_90", "sm_120"), ("sm_90", "sm_120"), ("sm_100",)], HOLE),
            # more lack it, and no list prevails
            (
                1,
                [("sm_90", "sm_120"), ("sm_100", "sm_120"), ("sm_90", "sm_100")],
                (Outcome.UNCLEAR, Evidence.NEWER_GPUS),
            ),
        ],
    )
    def test_lists_of_newer_gpus(
        self, running: int, lists: list[tuple[str, ...]], expected: tuple[Outcome, Evidence | None]
    ) -> None:
        modules = [*plain(running), *(source(f"own{n}", *each) for n, each in enumerate(lists))]
        assert gaps(modules, "8.6") == [expected] * len(lists)

    def test_what_is_for_others_does_not_count(self) -> None:
        modules = [*plain(2), *(source(f"sm80_{n}", "sm_80") for n in range(9))]
        assert judged(modules, "12.0").outcome is Outcome.NATIVE


def plain_own(number: int) -> list[DeviceModule]:
    """So many sources with a list that ends before 12.0."""
    return [source(f"own{n}", "sm_80", "sm_90") for n in range(number)]


class TestUnclear:
    UNCLEAR = (*plain(9), source("own", "sm_120"))

    @pytest.mark.parametrize(
        ("holes", "code", "severity"),
        [
            (Holes.ERROR, 0, Severity.WARNING),
            (Holes.WARN, 0, Severity.WARNING),
            (Holes.STRICT, 1, Severity.ERROR),
        ],
    )
    def test_what_it_weighs(self, holes: Holes, code: int, severity: Severity) -> None:
        found = report(self.UNCLEAR, "9.0", holes)
        (finding,) = found.findings
        assert (found.exit_code, finding.id, finding.severity) == (code, "gap-unclear", severity)
        assert "own" in (finding.found or "")
        assert found.verdicts[0].outcome is Outcome.NATIVE

    def test_ignored(self) -> None:
        assert report(self.UNCLEAR, "9.0", Holes.IGNORE).findings == ()


class TestLeftOutBySource:
    """A kernel that an image lacks because of the source's own `#if`, and one that a device link lost."""

    NEW = "fp8"

    def linked(self, unit: DeviceModule | None) -> ArtifactVerdict:
        """A device link whose sm_80 image lacks a kernel that its sm_90 image has, beside the unit that had it."""
        link = module(image("sm_80", kernels=("old",)), image("sm_90", kernels=("old", self.NEW)))
        return judged([link, *([unit] if unit else [])], "8.0")

    def test_one_compilation(self) -> None:
        found = self.linked(None)
        assert (found.outcome, found.modules[0].reason) == (Outcome.NATIVE, Reason.KERNELS_BY_SOURCE)
        assert found.modules[0].missing == (self.NEW,)

    def test_the_unit_lacks_it_too(self) -> None:
        unit = module(image("sm_80", kernels=("old",)), image("sm_90", kernels=("old", self.NEW)), registration=REL)
        assert self.linked(unit).outcome is Outcome.NATIVE

    def test_the_unit_has_it_and_the_link_lost_it(self) -> None:
        unit = source(f"old {self.NEW}", "sm_80", "sm_90", registration=REL)
        assert self.linked(unit).outcome is Outcome.PARTIAL

    def test_the_unit_was_not_compiled_for_it(self) -> None:
        assert self.linked(source(self.NEW, "sm_90", registration=REL)).outcome is Outcome.PARTIAL

    def test_the_images_of_the_unit_were_left_out_of_the_file(self) -> None:
        """As NCCL in TensorFlow 2.20: of the unit only the PTX is there, and the linked image has most of it."""
        names = " ".join(f"k{n}" for n in range(10))
        link = module(image("sm_80", kernels=tuple(names.split())), source(f"{names} {self.NEW}", "sm_90").entries[0])
        assert judged([link, source(f"{names} {self.NEW}", "compute_90", registration=REL)], "8.0").outcome.runs
        half = source(f"k1 {self.NEW}", "compute_90", registration=REL)
        assert judged([link, half], "8.0").outcome is Outcome.PARTIAL

    def test_a_unit_of_other_kernels_is_no_witness(self) -> None:
        assert self.linked(source("old", "sm_90", registration=REL)).outcome is Outcome.NATIVE

    def test_a_whole_image_left_out(self) -> None:
        """As bfloat16 kernels: a source all of which begins with 8.0."""
        odd = module(image("sm_75", kernels=()), image("sm_80", kernels=("bf16", "bf16_alias")))
        assert gaps([*plain(3), odd], "7.5") == [special(Evidence.LEFT_OUT_BY_SOURCE)]
        assert gaps([*plain(3), odd], "8.0") == []

    def test_names_that_differ_between_the_images_of_one_kernel(self) -> None:
        """An alias: below 8.0 a type stands for another, and the names follow it."""
        alias = module(image("sm_75", kernels=("k_half",)), image("sm_80", kernels=("k_half", "k_bf16")))
        found = report([*plain(3), alias], "7.5")
        assert (found.exit_code, [(f.id, f.severity) for f in found.findings]) == (
            0,
            [("kernels-by-source", Severity.NOTE)],
        )
        assert all("same list" not in (f.help or "") for f in found.findings)

    def test_a_finished_file_is_its_own_witness(self) -> None:
        odd = module(image("sm_80", kernels=("old", "new")), image("sm_120", kernels=("old",)))
        assert gaps([odd], "12.0") == [(Outcome.NATIVE, Evidence.LEFT_OUT_BY_SOURCE)]

    def test_ptx_of_the_same_number_that_has_more_is_not_above(self) -> None:
        odd = module(image("sm_80", kernels=("old",)), image("compute_80", kernels=("old", "new")))
        found = judge_artifact(artifact([odd], linked=False), target("8.0"))
        assert found is not None
        assert found.outcome is Outcome.PARTIAL

    @pytest.mark.parametrize(("lacking", "outcome"), [("sm_80", Outcome.NATIVE), ("sm_120", Outcome.PARTIAL)])
    def test_a_bare_fatbin_has_no_witness_so_the_kernels_must_begin_above(self, lacking: str, outcome: Outcome) -> None:
        entries = [
            image(each, kernels=("old",) if each == lacking else ("old", "new"))
            for each in ("sm_80", "sm_90", "sm_120")
        ]
        found = judge_artifact(
            artifact([module(*entries)], linked=False), target({"sm_80": "8.0"}.get(lacking, "12.0"))
        )
        assert found is not None
        assert found.outcome is outcome


class TestInputsOfLinkers:
    """LTO-IR and relocatable objects are listed and decide nothing beside what is loaded as it is."""

    OBJECT = replace(artifact([source("k", "sm_80", registration=REL)], linked=False), path="a.o")
    GOOD = artifact(plain(2))

    def codes(self, *artifacts: BinaryArtifact) -> tuple[int, set[str]]:
        found = judge_read(ReadResult(artifacts, (), len(artifacts), 0, ()), (target("12.0"),), Policy())
        return found.exit_code, {finding.id for finding in found.findings}

    def test_an_object_alone_is_undecided(self) -> None:
        assert self.codes(self.OBJECT) == (4, {"undecided"})

    def test_beside_a_library_it_is_listed(self) -> None:
        assert self.codes(self.OBJECT, self.GOOD) == (0, set())

    def test_beside_what_fails_too(self) -> None:
        assert self.codes(self.OBJECT, artifact(plain(2, "sm_80"))) == (1, {"no-runnable-code"})

    def test_lto_ir_beside_a_library(self) -> None:
        lto = replace(artifact([module("lto_80")]), path="lib.ltoir")
        assert self.codes(lto) == (4, {"undecided"})
        assert self.codes(lto, self.GOOD) == (0, set())

    def test_lto_ir_in_a_library(self) -> None:
        assert self.codes(artifact([*plain(2), module("lto_80")])) == (0, set())

    def test_relocatable_members_of_an_archive(self) -> None:
        mixed = artifact([*plain(2), source("device_function", "sm_80", registration=REL)], linked=False)
        assert self.codes(mixed) == (0, set())

    def test_what_is_open_in_a_finished_library_stays_open(self) -> None:
        waiting = replace(image("sm_120"), unresolved=("device_function",))
        assert self.codes(replace(artifact([module(waiting)]), path="b.so"), self.GOOD) == (4, {"undecided"})

    def test_what_could_not_be_read_stays_open(self) -> None:
        unread = artifact([module(image("sm_120", kernels=None))], linked=False)
        assert self.codes(replace(unread, path="b.o"), self.GOOD) == (4, {"undecided"})


def test_a_note_says_which_evidence() -> None:
    modules = [*plain(9), source("sm80_gemm", "sm_80"), source("plain0", "sm_80"), source("x", "sm_90a")]
    (finding,) = report(modules, "12.0").findings
    assert finding.id == "other-architecture-kernels"
    for words in ("are named for other architectures", "also in modules that run here", "suffixed targets only"):
        assert words in (finding.why or "")


_NAMES = st.sampled_from(["a", "b", "c", "sm80_a", "gemm<80>", "gemm<120>", "k_hopper"])
_TARGETS = st.sampled_from(["sm_75", "sm_80", "sm_86", "sm_90", "sm_90a", "sm_120", "compute_90"])
_MODULE = st.builds(
    lambda names, targets: source(" ".join(names), *targets),
    st.lists(_NAMES, min_size=1, max_size=2, unique=True),
    st.lists(_TARGETS, min_size=1, max_size=3, unique=True),
)


@given(st.lists(_MODULE, min_size=1, max_size=9), st.sampled_from(["8.0", "9.0", "12.0"]), st.data())
def test_the_order_of_modules_does_not_matter(modules: list[DeviceModule], gpu: str, data: st.DataObject) -> None:
    one, other = judged(modules, gpu), judged(data.draw(st.permutations(modules)), gpu)
    assert (one.outcome, one.reason, one.counts) == (other.outcome, other.reason, other.counts)

    def each(found: ArtifactVerdict) -> list[str]:
        return sorted(repr((v.module, v.outcome, v.evidence)) for v in found.modules)

    assert each(one) == each(other)


def test_the_cost_grows_with_the_number_of_modules_and_no_faster() -> None:
    """cuFFT has 22,000 modules. A quadratic step would take 64 times as long for eight times as many."""

    def seconds(number: int) -> float:
        odd = [source(f"own{n}_80_x", "sm_80", "sm_86") for n in range(number // 2)]
        modules = [*plain(number), *odd]
        spent = []
        for _ in range(3):
            start = time.process_time()
            judged(modules, "12.0")
            spent.append(time.process_time() - start)
        return min(spent)

    assert seconds(4000) < 24 * seconds(500)


class TestChosenByArchitecture:
    """Modules of one architecture each with much the same kernels, each with its PTX (cuSOLVER's factorizations)."""

    NUMBERS = ("90", "100", "103", "120")

    def library(self, shared: int, own: int, isa: str = "9.4") -> list[DeviceModule]:
        """One module an architecture: `shared` kernels that all have, and `own` of its own."""
        names = {
            each: " ".join([*(f"s{n}" for n in range(shared)), *(f"o{each}x{n}" for n in range(own))])
            for each in self.NUMBERS
        }
        return [
            *plain(20),
            *(
                module(
                    image(f"sm_{each}", kernels=tuple(names[each].split())),
                    image(f"compute_{each}", kernels=tuple(names[each].split()), isa=isa),
                )
                for each in self.NUMBERS
            ),
        ]

    def test_ptx_for_others_asks_for_no_driver_where_the_one_for_the_gpu_runs(self) -> None:
        found = judge_artifact(artifact(self.library(1, 2)), target("12.0", "580"))
        assert found is not None
        assert found.outcome is Outcome.NATIVE
        assert found.counts[Outcome.SPECIAL] == 3
        anyhow = judged(self.library(1, 2), "12.0")
        assert (anyhow.outcome, anyhow.min_driver) == (Outcome.NATIVE, found.min_driver)

    def test_other_kernels_count(self) -> None:
        found = judge_artifact(artifact(self.library(1, 3)), target("12.0", "580"))
        assert found is not None
        assert (found.outcome, found.reason) == (Outcome.PARTIAL, Reason.PTX_ISA_TOO_NEW)

    def test_a_gpu_that_none_of_them_is_for_compiles_one(self) -> None:
        modules = [
            each for each in self.library(1, 2) if "sm_120" not in map(str, each.targets) or len(each.targets) > 2
        ]
        assert judged(modules, "12.0").counts[Outcome.JIT] == 3
