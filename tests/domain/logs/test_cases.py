"""One message, several causes: which case of a line holds in a log."""

from __future__ import annotations

import pytest

from cudacompat.domain.logs.cases import CONDITION, SIGNS, Case, Situation
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Target
from tests.domain.logs.test_catalogue import CATALOGUE, SIGNATURES, read

TURING = Situation(frozenset({"python"}), frozenset({"some-line"}), gpu=(7, 5), toolkit=(13, 1), driver=(580, 0))


class TestConditions:
    @pytest.mark.parametrize(
        ("condition", "values", "holds"),
        [
            ("python", {}, True),
            ("!python", {}, False),
            ("cargo", {}, False),
            ("!cargo", {}, True),
            ("gpu<8.0", {}, True),
            ("gpu>=7.5", {}, True),
            ("gpu<7.5", {}, False),
            ("!gpu<7.5", {}, True),
            ("arch<7.5", {"arch": "sm_61"}, True),
            ("arch<7.5", {"arch": "compute_120a"}, False),
            ("arch>=12.0", {"arch": "120"}, True),
            ("arch<7.5", {}, False),  # the GPU in question
            ("arch>=7.5", {"arch": "native"}, True),  # no architecture: the GPU in question
            ("arch-suffix", {"arch": "sm_120a"}, True),
            ("arch-suffix", {"arch": "sm_120"}, False),
            ("toolkit<13.2", {}, True),
            ("toolkit<13.1", {}, False),
            ("driver>=580.0", {}, True),
            ("also:some-line", {}, True),
            ("also:other-line", {}, False),
        ],
    )
    def test_one_is_decided_by_the_log(self, condition: str, values: dict[str, str], holds: bool) -> None:
        assert CONDITION.fullmatch(condition)
        assert TURING.holds(condition, values) is holds

    @pytest.mark.parametrize("condition", ["gpu<8.0", "!gpu<8.0", "toolkit>=13.0", "!toolkit>=13.0", "driver<570.0"])
    def test_what_the_log_does_not_tell_decides_nothing(self, condition: str) -> None:
        assert not Situation().holds(condition, {})

    def test_the_first_case_of_which_all_holds_is_taken(self) -> None:
        cases = (Case(when=("python", "gpu<7.5")), Case(when=("python",)), Case(when=()))
        assert TURING.case_of(cases, {}) is cases[1]
        assert TURING.case_of(cases[:1], {}) is None


class TestTheCatalogue:
    def test_its_conditions_exist(self) -> None:
        names = {sign.name for sign in CATALOGUE.signs}
        ids = {signature.id for signature in SIGNATURES}
        for signature in SIGNATURES:
            for case in signature.cases:
                assert case.when
                assert any((case.title, case.cause, case.does_not_mean, case.fix, case.command, case.wheel))
                for each in case.when:
                    assert CONDITION.fullmatch(each), each
                    bare = each.removeprefix("!")
                    if bare.startswith("also:"):
                        assert bare.removeprefix("also:") in ids
                    elif bare.replace("_", "").isalnum():
                        assert bare in names, each

    def test_each_sign_has_words_and_needles_that_it_can_match(self) -> None:
        assert len({sign.name for sign in CATALOGUE.signs}) == len(CATALOGUE.signs) >= len(SIGNS)
        assert all(sign.meaning for sign in CATALOGUE.signs)


def texts(log: str, capability: str | None = None) -> str:
    """All that `explain` advises for a log."""
    target = Target(capability, None, ComputeCapability.parse(capability)) if capability else None
    report = read(log, target)
    return "\n".join(
        "\n".join(filter(None, (m.title, m.cause, m.does_not_mean, m.fix, m.command, m.gpu))) for m in report.matches
    )
