"""A sequence that is made when it is looked at."""

from __future__ import annotations

import pickle

from cudacompat.domain.words.later import Later


def test_members_are_made_once_and_only_when_they_are_asked_for() -> None:
    made: list[int] = []

    def make() -> tuple[str, ...]:
        made.append(1)
        return ("a", "b")

    later = Later(2, make)
    assert len(later) == 2
    assert later
    assert made == []
    assert (list(later), later[1], later[:1], later == ("a", "b"), later == Later(2, make)) == (
        ["a", "b"],
        "b",
        ("a",),
        True,
        True,
    )
    assert made == [1, 1]  # the second one's own
    assert hash(later) == hash(("a", "b"))
    assert repr(later) == "('a', 'b')"


def test_it_is_a_tuple_in_another_process() -> None:
    assert pickle.loads(pickle.dumps(Later(1, lambda: ("a",)))) == ("a",)
    assert type(pickle.loads(pickle.dumps(Later(1, lambda: ("a",))))) is tuple
