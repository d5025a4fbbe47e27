"""Ignores: what they hide, what they never hide, and how that is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudacompat.app.check import judge_read
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.policy.policy import Ignore, Policy
from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.rules.artifact import IGNORABLE_RULES
from cudacompat.domain.rules.ignores.suppress import names, suppress
from cudacompat.domain.words.choices import Holes
from cudacompat.domain.words.code import BinaryArtifact, DeviceModule, NotRead, ReadResult
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.verdict import Target
from tests.helpers.build import image, module, other, target
from tests.helpers.each_row import each_case

TODAY = date(2026, 11, 24)
UNREAD = replace(module("sm_120"), damage="cut short")
RELEASED = (target("12.0"), replace(target("9.0"), id="NVIDIA H200", name="NVIDIA H200"))


def finding(rule: str = "hole", path: str | None = "a.whl!/lib/libfoo.so", target_: str | None = "12.0") -> Finding:
    """An error."""
    return Finding(rule, Severity.ERROR, "message", path, target=target_)


def ignore(path: str = "*", rule: str = "hole", target_: str | None = None, expires: date | None = None) -> Ignore:
    """An ignore."""
    return Ignore(path, rule, "known upstream", resolve(target_) if target_ else None, expires)


def report(
    modules: Sequence[DeviceModule], *ignores: Ignore, holes: Holes = Holes.ERROR, unread: Sequence[NotRead] = ()
) -> CheckReport:
    """What `check` makes of one artifact for 12.0."""
    artifact = BinaryArtifact("lib.so", "elf", 1000, True, tuple(modules))
    found = ReadResult((artifact,) if modules else (), tuple(unread), 1, 0, ())
    return judge_read(found, (target("12.0"),), Policy(holes=holes, ignores=ignores))


@each_case(
    ("glob", "path", "named"),
    [
        ("*/libfoo.so", "a.whl!/lib/libfoo.so", True),
        ("libfoo.so", "a.whl!/lib/libfoo.so", True),
        ("lib/libfoo.so", "a.whl!/lib/libfoo.so", True),
        ("lib/libfoo.so", "libfoo.so", False),
        ("foo.so", "libfoo.so", False),
        ("libfoo.*", "build/libfoo.so", True),
        ("*.whl", "dist/a.whl", True),
        ("*.whl", "dist/a.whl!/lib.so", False),
        ("*.whl!/*", "dist/a.whl!/lib.so", True),
        ("LIBFOO.so", "libfoo.so", False),
        ("lib[a-f]oo.so", "libfoo.so", True),
    ],
)
def test_globs(glob: str, path: str, named: bool) -> None:
    assert names(glob, path) is named


@each_case(
    ("one", "hidden"),
    [
        (ignore(), True),
        (ignore(rule="no-runnable-code"), False),
        (ignore(path="*/other.so"), False),
        (ignore(target_="12.0"), True),
        (ignore(target_="sm_120"), True),
        (ignore(target_="9.0"), False),
        (ignore(target_="RTX 5090"), False),  # another product than the one judged for
        (ignore(expires=TODAY), True),
        (ignore(expires=date(2026, 11, 23)), False),
    ],
)
def test_what_an_ignore_matches(one: Ignore, hidden: bool) -> None:
    left = suppress([finding()], [], [one], RELEASED, TODAY)
    assert (not left.findings) is hidden
    assert bool(left.suppressed) is hidden
    assert all((each.by, each.reason) == ("ignore", "known upstream") for each in left.suppressed)


def test_a_target_is_met_by_its_number_or_by_its_name() -> None:
    h200 = finding(target_="NVIDIA H200")
    for named, hidden in (("9.0", True), ("NVIDIA H200", True), ("NVIDIA H100 80GB HBM3", False), ("8.0", False)):
        assert (not suppress([h200], [], [ignore(target_=named)], RELEASED, TODAY).findings) is hidden, named
    assert suppress([finding(target_=None)], [], [ignore(target_="12.0")], RELEASED, TODAY).findings


def test_uses_are_counted_and_the_first_ignore_gives_the_reason() -> None:
    first, second = ignore(path="*.so"), replace(ignore(), reason="other")
    left = suppress([finding(), finding()], [], [first, second, ignore(rule="too-big")], RELEASED, TODAY)
    assert [use.matched for use in left.uses] == [2, 2, 0]
    assert {each.reason for each in left.suppressed} == {"known upstream"}


def test_an_expired_one_hides_nothing_and_says_what_it_would_have_hidden() -> None:
    left = suppress([finding()], [], [ignore(expires=date(2026, 1, 1))], RELEASED, TODAY)
    assert left.findings
    assert [(use.expired, use.matched) for use in left.uses] == [(True, 1)]


ANY_IGNORE = st.builds(
    ignore,
    path=st.just("*"),
    rule=st.sampled_from([rule.id for rule in IGNORABLE_RULES]),
)


class TestNoFalseGreen:
    """Exit 0 needs that all was read and decided, or that an ignore names that very thing."""

    def test_a_hole_may_be_ignored(self) -> None:
        modules = [module("sm_120"), other("sm_80")]
        assert report(modules).exit_code == 1
        ignored = report(modules, ignore())
        assert ignored.exit_code == 0
        assert [each.finding.id for each in ignored.suppressed] == ["hole"]

    @pytest.mark.parametrize("holes", list(Holes))
    def test_what_is_undecided_beside_a_hole_stays_incomplete(self, holes: Holes) -> None:
        modules = [module("sm_80"), UNREAD]
        assert report(modules, holes=holes).exit_code in (1, 4)
        assert report(modules, ignore(), holes=holes).exit_code == 4
        assert report(modules, ignore(), ignore(rule="undecided"), holes=holes).exit_code == 0

    def test_undecided_passes_by_its_own_ignore_only(self) -> None:
        modules = [module(image("sm_120", kernels=None))]
        assert report(modules).exit_code == 4
        assert report(modules, ignore(rule="undecided")).exit_code == 0
        assert report(modules, ignore(rule="undecided", target_="9.0")).exit_code == 4
        assert report(modules, ignore(rule="undecided", path="other.so")).exit_code == 4
        assert report(modules, ignore(rule="undecided", expires=date(2020, 1, 1))).exit_code == 4

    def test_not_read_passes_by_its_own_ignore_only(self) -> None:
        unread = [NotRead("dist/a.rpm", "an RPM, which is not opened")]
        modules = [module("sm_120")]
        assert report(modules, unread=unread).exit_code == 4
        passed = report(modules, ignore(rule="not-read", path="*.rpm"), unread=unread)
        assert passed.exit_code == 0
        assert (passed.not_read, len(passed.suppressed)) == ((), 1)
        assert report(modules, ignore(rule="not-read", path="*.deb"), unread=unread).exit_code == 4

    def test_not_read_does_not_excuse_a_verdict_that_is_open_for_it(self) -> None:
        unread = [NotRead("lib.so", "damaged")]
        assert report([UNREAD], ignore(rule="not-read"), unread=unread).exit_code == 4

    def test_nothing_judged_is_never_green(self) -> None:
        assert report([], ignore(rule="not-read"), unread=[NotRead("a", "b")]).exit_code == 3
        assert report([], ignore(rule="no-device-code")).exit_code == 3

    @given(
        ignores=st.lists(ANY_IGNORE.filter(lambda each: each.rule != "undecided"), max_size=8),
        holes=st.sampled_from(Holes),
    )
    def test_no_other_ignore_makes_what_is_undecided_green(self, ignores: list[Ignore], holes: Holes) -> None:
        for modules in ([UNREAD], [module("sm_80"), UNREAD], [module("sm_120"), UNREAD]):
            assert report(modules, *ignores, holes=holes).exit_code != 0

    @given(
        ignores=st.lists(ANY_IGNORE.filter(lambda each: each.rule != "not-read"), max_size=8),
        holes=st.sampled_from(Holes),
    )
    def test_no_other_ignore_makes_what_is_unread_green(self, ignores: list[Ignore], holes: Holes) -> None:
        assert report([module("sm_120")], *ignores, holes=holes, unread=[NotRead("x", "y")]).exit_code != 0


class TestAlternatives:
    def judged(
        self,
        members: dict[str, Sequence[DeviceModule]],
        any_of: tuple[tuple[str, ...], ...],
        targets: tuple[Target, ...],
    ) -> CheckReport:
        artifacts = tuple(BinaryArtifact(path, "elf", 1, True, tuple(modules)) for path, modules in members.items())
        return judge_read(ReadResult(artifacts, (), len(artifacts), 0, ()), targets, Policy(any_of=any_of))

    def test_one_of_a_group_has_to_satisfy_each_target(self) -> None:
        members = {"d/cu11.so": [module("sm_80")], "d/cu12.so": [module("sm_120")]}
        group = (("cu*.so",),)
        assert self.judged(members, (), (target("12.0"),)).exit_code == 1
        assert self.judged(members, group, (target("12.0"),)).exit_code == 0
        assert self.judged(members, group, (target("12.0"), target("8.0"))).exit_code == 0
        assert self.judged(members, group, (target("12.0"), target("9.0"))).exit_code == 1
        notes = [f for f in self.judged(members, group, (target("12.0"),)).findings if f.id == "no-runnable-code"]
        assert [(f.severity, f.path) for f in notes] == [(Severity.NOTE, "d/cu11.so")]
        assert "(its alternative d/cu12.so does)" in notes[0].message

    def test_a_group_of_several_globs(self) -> None:
        members = {"old.so": [module("sm_80")], "new.so": [module("sm_120")]}
        assert self.judged(members, (("old.so",), ("new.so",)), (target("12.0"),)).exit_code == 1
        assert self.judged(members, (("old.so", "new.so"),), (target("12.0"),)).exit_code == 0

    def test_what_is_undecided_is_neither_forgiven_nor_good_enough(self) -> None:
        group = (("*.so",),)
        members = {"a.so": [module("sm_120")], "b.so": [UNREAD]}
        assert self.judged(members, group, (target("12.0"),)).exit_code == 4
        members = {"a.so": [module("sm_80")], "b.so": [UNREAD]}
        assert self.judged(members, group, (target("12.0"),)).exit_code == 1

    def test_one_with_holes_does_not_stand_for_the_others(self) -> None:
        members = {"a.so": [module("sm_80")], "b.so": [module("sm_120"), other("sm_80")]}
        assert self.judged(members, (("*.so",),), (target("12.0"),)).exit_code == 1
