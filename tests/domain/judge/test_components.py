"""What becomes of components: libraries taken together, as their loaders take them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cudacompat.domain.judge.bundled_compilers import assembler_for
from cudacompat.domain.judge.component_words import outcome_word, why
from cudacompat.domain.judge.components import judge_component, mark_first
from cudacompat.domain.machine.alternatives import Alternatives, CalledOn
from cudacompat.domain.machine.component_verdicts import LibraryVerdict
from cudacompat.domain.machine.components import Component
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Outcome, Reason
from tests.helpers.build import target

GPU = target("12.0")
COMPONENT = Component("engine", "1.0", "/site", ("/site/big.so", "/site/small.so"))


def library(path: str, outcome: Outcome, modules: int = 1, reason: Reason | None = None) -> LibraryVerdict:
    return LibraryVerdict(path, GPU, outcome, reason=reason, counts={outcome: modules}, targets=("sm_80", "compute_70"))


BIG = library("/site/big.so", Outcome.NATIVE, 100)
FAILING = library("/site/small.so", Outcome.FAILS, 1, Reason.NO_IMAGE)


class TestTogether:
    def test_the_library_with_most_modules_decides_what_runs(self) -> None:
        verdict = judge_component(COMPONENT, [BIG, library("/site/small.so", Outcome.JIT)], GPU)
        assert (verdict.outcome, why(verdict)) == (Outcome.NATIVE, "")

    def test_one_of_several_that_fails_makes_it_partial(self) -> None:
        verdict = judge_component(COMPONENT, [BIG, FAILING], GPU)
        assert verdict.outcome is Outcome.PARTIAL
        assert why(verdict) == "small.so: has sm_80, PTX for compute_70, nothing for 12.0 (error 209)"

    def test_the_driver_stands_in_the_way_of_all(self) -> None:
        refused = replace(library("/site/small.so", Outcome.FAILS, 1, Reason.RUNTIME_NEEDS_DRIVER), runtime=13)
        verdict = judge_component(COMPONENT, [BIG, refused], target("12.0", "570.86.10"))
        assert (verdict.outcome, verdict.is_of_driver) == (Outcome.FAILS, True)

    @pytest.mark.parametrize(("oldest", "told"), [(575, "; driver 575 does"), (525, ""), (None, "")])
    def test_a_driver_is_named_where_it_is_newer_than_the_one_here(self, oldest: int | None, told: str) -> None:
        on = target("12.0", "570.86.10")
        counts = {Outcome.NATIVE: 76, Outcome.FAILS: 1}
        part = replace(library("/site/big.so", Outcome.PARTIAL, 77, Reason.PTX_ISA_TOO_NEW), counts=counts, target=on)
        verdict = judge_component(COMPONENT, [replace(part, min_driver=oldest)], on)
        assert why(verdict) == f"big.so: driver 570.86.10 does not compile the PTX of 1 of 77 modules{told} (error 222)"

    @pytest.mark.parametrize(
        ("package", "ran", "failed", "outcome"),
        [
            ("nvidia-cublas-cu12", 67, 1, Outcome.COMPATIBLE),  # cuBLASLt of 12.9.3 on 6.1 with driver 570
            ("nvidia-cublas-cu12", 19, 1, Outcome.PARTIAL),
            ("nvidia-cublas-cu12", 1, 60, Outcome.PARTIAL),
            ("engine", 67, 1, Outcome.PARTIAL),
        ],
    )
    def test_a_few_modules_of_nvidias_that_wait_for_a_driver_leave_the_rest_running(
        self, package: str, ran: int, failed: int, outcome: Outcome
    ) -> None:
        counts = {Outcome.NATIVE: ran - 1, Outcome.COMPATIBLE: 1, Outcome.FAILS: failed}
        part = replace(library("/site/big.so", Outcome.PARTIAL, 1, Reason.PTX_ISA_TOO_NEW), counts=counts)
        verdict = judge_component(replace(COMPONENT, package=package), [part], GPU)
        assert verdict.outcome is outcome
        lacking = replace(part, reason=Reason.HOLES)
        assert judge_component(replace(COMPONENT, package=package), [lacking], GPU).is_bad

    def test_undecided_modules_beside_others_are_said_and_do_not_decide(self) -> None:
        mixed = replace(BIG, outcome=Outcome.UNDECIDED, counts={Outcome.COMPATIBLE: 5, Outcome.UNDECIDED: 2})
        verdict = judge_component(COMPONENT, [mixed], GPU)
        assert (verdict.outcome, why(verdict)) == (Outcome.COMPATIBLE, "2 modules undecided")

    def test_nothing_decided_is_undecided(self) -> None:
        assert (
            judge_component(COMPONENT, [library("/site/big.so", Outcome.UNDECIDED)], GPU).outcome is Outcome.UNDECIDED
        )

    def test_a_library_that_is_not_called_there_counts_for_nothing(self) -> None:
        only = replace(COMPONENT, called_on=(CalledOn("/site/small.so", ((80, 90),), "a test"),))
        assert judge_component(only, [BIG, FAILING], GPU).outcome is Outcome.NATIVE
        assert outcome_word(judge_component(only, [FAILING], GPU)) == "not used"

    @pytest.mark.parametrize(("loaded", "expected"), [(None, Outcome.NATIVE), ("/site/small.so", Outcome.FAILS)])
    def test_of_alternatives_the_loaded_one_counts_else_one_that_runs(
        self, loaded: str | None, expected: Outcome
    ) -> None:
        group = Alternatives(("/site/big.so", "/site/small.so"), "a test", loaded=loaded)
        assert judge_component(replace(COMPONENT, alternatives=(group,)), [BIG, FAILING], GPU).outcome is expected


def test_the_drivers_refusal_comes_first_then_frameworks_then_nvidias_libraries() -> None:
    def failing(package: str, reason: Reason) -> Component:
        return Component(package, "1", "/site", (f"/site/{package}.so",))

    order = [
        ("nvidia-thing", Reason.NO_IMAGE), ("alone", Reason.NO_IMAGE), ("needed", Reason.NO_IMAGE),
        ("refused", Reason.RUNTIME_NEEDS_DRIVER),
    ]  # fmt: skip
    verdicts = [
        judge_component(failing(name, reason), [library(f"/site/{name}.so", Outcome.FAILS, 1, reason)], GPU)
        for name, reason in order
    ]
    for count in (4, 3, 2, 1):
        marked = [each.component.package for each in mark_first(verdicts[:count], {"needed": 3}) if each.is_first]
        assert marked == [{4: "refused", 3: "needed", 2: "alone", 1: "nvidia-thing"}[count]]


@pytest.mark.parametrize(
    ("compilers", "capability", "expected"),
    [
        (("ptxas 12.4",), "9.0", ("ptxas 12.4 ends at sm_90a", True)),
        (("ptxas 12.4",), "12.0", ("ptxas 12.4 ends at sm_90a", False)),
        (("ptxas 12.8",), "12.1", ("ptxas 12.8 ends at sm_120a", False)),
        (("ptxas 12.8", "ptxas-blackwell 12.9"), "12.1", ("ptxas-blackwell 12.9 ends at sm_121f", True)),
        (("ptxas 12.8", "ptxas-blackwell 12.9"), "8.0", ("ptxas 12.8 ends at sm_120a", True)),
        ((), "8.0", None),
        (("ptxas 99.9",), "8.0", None),
    ],
)
def test_the_assembler_of_a_package(
    compilers: tuple[str, ...], capability: str, expected: tuple[str, bool] | None
) -> None:
    assert assembler_for(compilers, ComputeCapability.parse(capability)) == expected


def test_a_component_that_compiles_fails_where_its_assembler_does_not_know_the_gpu() -> None:
    compiling = replace(COMPONENT, compilers=("ptxas 12.4",), called_on=(CalledOn("/site/small.so", (), "a profiler"),))
    verdict = judge_component(compiling, [FAILING], GPU)
    assert (verdict.outcome, why(verdict)) == (Outcome.FAILS, "ptxas 12.4 ends at sm_90a, nothing for 12.0")
    older = judge_component(compiling, [FAILING], target("9.0"))
    assert (outcome_word(older), why(older)) == ("compiles", "its ptxas 12.4 knows the GPU")


def test_a_component_with_kernels_of_its_own_runs_whatever_its_assembler_knows() -> None:
    beside = replace(COMPONENT, compilers=("ptxas 12.4",))
    knows = judge_component(beside, [BIG], target("9.0"))
    assert (outcome_word(knows), why(knows)) == (outcome_word(judge_component(COMPONENT, [BIG], target("9.0"))), "")
    lacks = judge_component(beside, [BIG], GPU)
    assert not lacks.is_bad
    assert "what it compiles at run time fails: ptxas 12.4 ends at sm_90a" in why(lacks)
