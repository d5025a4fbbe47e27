"""Names of users in texts that leave the machine."""

from __future__ import annotations

import pytest

from cudacompat.domain.machine.private_texts import anonymous


@pytest.mark.parametrize(
    ("text", "home", "expected"),
    [
        ("./srv/Jane Doe/my env (3.11)", "/home/Jane Doe", "./srv/<user>/my env (3.11)"),
        ("'/home/Jane Doe/my env/venv'", "/home/Jane Doe", "'~/my env/venv'"),
        (
            "`/home/ada/x` [/home/ada] file:///home/ada/x",
            "/root",
            "`/home/<user>/x` [/home/<user>] file:///home/<user>/x",
        ),
        ("/srv/home/ada https://example.org/home/page", "/root", "/srv/home/ada https://example.org/home/page"),
        ("a word Jane Doe of a text", "/home/Jane Doe", "a word Jane Doe of a text"),
    ],
)
def test_a_name_is_taken_out_of_every_path(text: str, home: str, expected: str) -> None:
    assert anonymous(text, home) == expected
