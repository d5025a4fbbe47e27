"""Plans beyond the settings: whom a list serves, what it weighs, the best list within a budget, several builds."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cudacompat.app.inputs.wanted_gpus import fleet_gpus, wanted_gpus
from cudacompat.domain.builds.plans.choices import choices
from cudacompat.domain.builds.plans.costs import build_time, sizes
from cudacompat.domain.builds.plans.matrix import plan_builds, slug
from cudacompat.domain.builds.plans.plan import BuildPlan, RequestedTarget, plan_build
from cudacompat.domain.builds.plans.release import groups
from cudacompat.domain.judge.coverage import reach, reach_of_all
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.target import ArchTarget
from cudacompat.domain.words.verdict import Outcome
from cudacompat.domain.words.versions import PtxIsa
from cudacompat.engines import ENGINES, find
from tests.helpers.each_row import each_case
from tests.helpers.examples import at_most

ISA = PtxIsa(8, 7)


def plans(engine: str, *specs: str, budget: int | None = None, ptx: bool = True) -> tuple[BuildPlan, ...]:
    return plan_builds(find(engine), wanted_gpus(specs), budget=budget, ptx=ptx)


def images(plan: BuildPlan) -> list[str]:
    return [str(each) for each in plan.arrives]


# -- whom a list serves


@each_case(
    ("capability", "carried", "outcome", "image", "driver"),
    [
        ("8.6", ("sm_80", "sm_86"), Outcome.NATIVE, "sm_86", None),
        ("8.9", ("sm_80", "sm_86"), Outcome.COMPATIBLE, "sm_86", None),
        ("9.0", ("sm_80", "compute_80"), Outcome.JIT, "compute_80", 570),
        ("12.1", ("sm_120a", "compute_90"), Outcome.JIT, "compute_90", 575),
        ("12.1", ("sm_120", "compute_90"), Outcome.COMPATIBLE, "sm_120", None),
        ("12.1", ("sm_120f",), Outcome.COMPATIBLE, "sm_120f", None),
        ("7.5", ("sm_80", "compute_80"), Outcome.FAILS, None, None),
        ("9.0", ("sm_80",), Outcome.FAILS, None, None),
        ("9.0", (), Outcome.FAILS, None, None),
    ],
)
def test_how_a_gpu_runs_a_list(
    capability: str, carried: tuple[str, ...], outcome: Outcome, image: str | None, driver: int | None
) -> None:
    found = reach(ComputeCapability.parse(capability), [ArchTarget.parse(each) for each in carried], ISA)
    assert (found.outcome, str(found.image) if found.image else None, found.min_driver) == (outcome, image, driver)


def test_all_known_gpus_are_told_of_and_no_nameless_ones() -> None:
    known = [str(each.capability) for each in reach_of_all([ArchTarget.parse("sm_80")], ISA)]
    assert known[0] == "5.0"
    assert {"8.0", "9.0", "10.7", "12.1"} <= set(known)
    assert not {"8.8", "10.1"} & set(known)  # no product of these exists


def test_the_check_asks_for_no_more_than_the_plan_gives() -> None:
    assert plans("flash-attention", "8.6")[0].require == "sass"  # sm_80 stands in for it
    assert plans("cmake", "8.6")[0].require == "native"
    assert plans("whisper.cpp", "8.6", "12.0", budget=51_000_000)[0].require == "runs"


# -- why each target is there


def test_each_target_says_why_and_who_would_miss_it() -> None:
    (plan,) = plans("whisper.cpp", "8.0", "8.6", "12.0")
    by_arch = {choice.target.arch: choice for choice in choices(plan)}
    assert list(by_arch) == ["80", "86", "120"]
    assert [str(image) for image in by_arch["86"].images] == ["sm_86", "compute_86"]
    assert "no other GPU can compile" in by_arch["86"].why[1]
    assert [str(image) for image in by_arch["120"].images] == ["sm_120a"]
    lost = {change.label: change.reach.outcome for change in by_arch["120"].without}
    assert lost == {"12.0": Outcome.JIT}
    assert {change.label: str(change.reach.image) for change in by_arch["86"].without} == {"8.6": "sm_80"}
    assert {change.label: change.reach.outcome for change in by_arch["80"].without} == {"8.0": Outcome.FAILS}


@each_case("engine", [engine.name for engine in ENGINES])
def test_every_target_of_every_engine_has_reasons(engine: str) -> None:
    for plan in plans(engine, "8.0", "8.9", "9.0", "12.0"):
        chosen = choices(plan)
        assert [image for choice in chosen for image in sorted(choice.images, key=str)] != []
        assert {image for choice in chosen for image in choice.images} == set(plan.arrives)
        for choice in chosen:
            assert len(choice.why) == len(choice.images)
            assert all(choice.why)


# -- sizes and times


def test_what_was_measured_is_told_from_what_is_estimated() -> None:
    plan = plan_build(find("llama.cpp"), wanted_gpus(["8.6", "12.0"]), ptx=False)
    measured = sizes(find("llama.cpp"), plan.release.version, plan.arrives)
    assert measured is not None
    assert not measured.estimated
    assert measured.total == measured.row.base + sum(each.size for each in measured.images)
    other = sizes(find("whisper.cpp"), plan.release.version, plan.arrives)
    assert other is not None
    assert other.estimated  # measured on llama.cpp's library
    unseen = sizes(find("llama.cpp"), plan.release.version, [ArchTarget.parse("sm_80")])
    assert unseen is not None
    assert unseen.estimated
    assert unseen.images[0].like == "sm_86"


def test_nothing_is_invented_where_nothing_was_measured() -> None:
    plan = plan_build(find("cmake"), wanted_gpus(["8.6"]))
    assert sizes(find("cmake"), plan.release.version, plan.arrives) is None
    assert build_time(find("cmake"), plan.arrives) is None


def test_the_tables_name_real_engines_targets_and_sources() -> None:
    names = {engine.name for engine in ENGINES if engine.sizes}
    assert len(names) > 5
    for engine in ENGINES:
        assert all(row.source for row in (*engine.sizes, *engine.times))
        assert {row.of for row in engine.sizes} <= names
    for row in [row for engine in ENGINES for row in engine.sizes]:
        assert row.since is None or row.until is None or row.since < row.until
        assert row.base > 0
        for image, size in row.images.items():
            ArchTarget.parse(image)
            assert size > 0
    pairs = [pair for engine in ENGINES for pair in itertools.combinations(engine.sizes, 2)]
    for one, other in pairs:  # one row for each engine and release
        for release in RELEASES:
            both = [
                row
                for row in (one, other)
                if (row.since is None or release.version >= row.since)
                and (row.until is None or release.version < row.until)
            ]
            assert len(both) < 2, (one.what, other.what, release.version)


# -- the budget


def test_a_budget_gives_up_what_costs_least_first() -> None:
    wanted = ("8.0", "8.6", "8.9", "12.0")
    kept: list[tuple[list[str], str]] = []
    for budget in (200, 105, 95, 70, 55):
        (plan,) = plans("whisper.cpp", *wanted, budget=budget * 1_000_000)
        weight = sizes(find("whisper.cpp"), plan.release.version, plan.arrives)
        assert weight is not None
        assert weight.total <= budget * 1_000_000
        kept.append((images(plan), plan.require))
    assert kept[0] == (["sm_80", "sm_86", "sm_89", "sm_120a", "compute_89"], "native")
    assert kept[1] == (["sm_80", "sm_86", "sm_89", "sm_120a"], "native")  # PTX for GPUs that nobody has goes first
    assert kept[2][1] == "sass"  # then targets of one major give way to a lower minor
    assert "sm_120a" in kept[2][0]
    assert kept[3] == (["sm_80", "sm_120a"], "sass")
    assert kept[4] == (["compute_80"], "runs")


def test_a_budget_says_what_it_costs_whom() -> None:
    (plan,) = plans("whisper.cpp", "8.0", "8.6", "12.0", budget=51_000_000)
    note = plan.notes[-1]
    assert "instead of sm_80 sm_86 sm_120a compute_86, about 101.0 MB" in note
    assert "the JIT from compute_80 (driver 570 or newer) for 8.0, 8.6, 12.0" in note


def test_a_budget_that_nothing_fits_into() -> None:
    with pytest.raises(UsageError, match=r"no list fits into 40\.0 MB; the smallest .* is compute_80: about 50\.2 MB"):
        plans("whisper.cpp", "8.0", "12.0", budget=40_000_000)
    with pytest.raises(UsageError, match="no sizes were measured for cmake"):
        plans("cmake", "8.0", budget=40_000_000)


NUMBERS = st.lists(
    st.sampled_from(["7.5", "8.0", "8.6", "8.9", "9.0", "12.0", "12.1"]), min_size=1, max_size=5, unique=True
)


@settings(max_examples=at_most(40), deadline=None)
@given(NUMBERS, st.integers(31, 200), st.integers(0, 60))
def test_more_room_never_serves_anybody_worse(specs: list[str], budget: int, more: int) -> None:
    def served(megabytes: int) -> list[int] | None:
        try:
            (plan,) = plans("llama.cpp", *specs, budget=megabytes * 1_000_000)
        except UsageError:
            return None
        weight = sizes(find("llama.cpp"), plan.release.version, plan.arrives)
        assert weight is not None
        assert weight.total <= megabytes * 1_000_000
        outcomes = [each.outcome for each in plan.reached]
        assert all(outcome.runs for outcome in outcomes)
        return [-outcomes.count(Outcome.JIT), outcomes.count(Outcome.NATIVE)]

    small, large = served(budget), served(budget + more)
    if small is not None:
        assert large is not None
        assert large >= small


# -- several builds


def test_gpus_that_no_release_serves_together() -> None:
    found = plans("cmake", "7.0", "8.6", "11.0", "12.0")
    assert [(slug(plan, found), [each.label for each in plan.wanted]) for plan in found] == [
        ("cuda12.8", ["7.0", "8.6", "12.0"]),
        ("cuda13.0", ["11.0"]),
    ]
    assert not any(image.startswith("compute") for image in images(found[0]))  # PTX is in the newest build alone
    assert images(found[1]) == ["sm_110", "compute_110"]


def test_an_engine_that_takes_one_architecture_gets_a_build_for_each() -> None:
    found = plans("candle", "8.6", "12.0")
    assert [slug(plan, found) for plan in found] == ["cuda12.8-86", "cuda12.8-120"]


def test_a_named_release_is_not_replaced_by_a_matrix() -> None:
    with pytest.raises(UsageError, match=r"CUDA 13\.0 cannot build this"):
        plan_builds(find("cmake"), wanted_gpus(["7.0", "11.0"]), cuda="13.0")


ARCHS = sorted({arch for release in RELEASES for arch in release.targets})


@settings(max_examples=at_most(100), deadline=None)
@given(st.lists(st.sampled_from(ARCHS), min_size=1, max_size=8))
def test_groups_are_buildable_complete_and_fewest(archs: list[str]) -> None:
    items = [frozenset({arch}) for arch in archs]
    found = groups(items)
    assert sorted(index for group in found for index in group) == list(range(len(items)))
    for group in found:
        together = frozenset().union(*(items[index] for index in group))
        assert any(together <= set(release.targets) for release in RELEASES)
    for size in range(1, len(found)):  # no fewer releases build all of them
        for releases in itertools.combinations(RELEASES, size):
            assert not all(any(item <= set(release.targets) for release in releases) for item in items)


def test_a_fleet_file_names_the_gpus(tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "fleet.txt"
    file.write_text("RTX 5070 Ti\n8.6  # the old box\nsm_80\n8.6\n")
    assert [(each.number, each.spec) for each in wanted_gpus((), fleet_gpus([str(file)]))] == [
        (120, "12.0"),
        (86, "8.6"),
        (80, "8.0"),
    ]
    assert [each.number for each in wanted_gpus(("9.0",), fleet_gpus([str(file)]))] == [120, 86, 80, 90]
    assert isinstance(wanted_gpus(("9.0",))[0], RequestedTarget)
