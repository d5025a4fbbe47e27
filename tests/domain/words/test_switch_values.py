from __future__ import annotations

from cudacompat.domain.words.switch_values import is_off, is_on
from tests.helpers.each_row import each_case


@each_case(
    ("value", "on", "off"),
    [
        ("ON", True, False),
        (" y ", True, False),
        ("1", True, False),
        ("Off", False, True),
        ("n", False, True),
        ("", False, True),
        ("2", False, False),
        ("cuda", False, False),
        (None, False, False),
    ],
)
def test_a_value_switches_on_or_off_or_is_neither(value: str | None, *, on: bool, off: bool) -> None:
    assert (is_on(value), is_off(value)) == (on, off)
