"""What the commands print on terminals, recorded: tests/golden/screens; `--golden` writes them again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cudacompat.cli.streams import encodable
from tests.helpers.each_row import each_case
from tests.helpers.screens import PLAIN, SCENES, SCREENS, VIEWS, View, folder_for, screen, shown

_COLOR = re.compile(r"\^\[\[[0-9;?]*[A-Za-z]")
# A line that is a command, a setting, an error on stderr, or a word that is wider than the page alone, is not broken.
_WHOLE = re.compile(
    r" *(cudacompat: error: |#? *[A-Z_]+=|\(?(cudacompat|cmake|cargo|docker|pip|python|cd|mv) |\S{40,}|line +/)"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_for(tmp_path_factory.mktemp("screens"))


@pytest.mark.parametrize("scene", SCENES)
def test_a_screen_is_as_recorded(scene: str, place: Path, request: pytest.FixtureRequest) -> None:
    file = SCREENS / f"{scene}.txt"
    text = screen(scene, place)
    if request.config.getoption("--golden"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_every_recorded_screen_is_a_scene() -> None:
    assert {path.stem for path in SCREENS.iterdir()} == set(SCENES)


@each_case("scene", SCENES)
def test_only_commands_are_wider_than_the_terminal(scene: str) -> None:
    views = (SCREENS / f"{scene}.txt").read_text(encoding="utf-8").split("=== ")[1:]
    for view in views:
        title, _, text = view.partition("\n")
        width = int(title.split()[0])
        lines = [_COLOR.sub("", line) for line in text.splitlines()]
        assert [line for line in lines if len(line) > width and not _WHOLE.match(line)] == []
        assert [line for line in lines if "\\u" in line or "\ufffd" in line] == []


def test_without_utf_8_a_screen_is_ascii_and_without_color_it_has_none(place: Path) -> None:
    ascii_view, no_color, dumb = VIEWS[2], VIEWS[3], VIEWS[4]
    assert shown(SCENES["explain-id"], ascii_view, place).isascii()
    assert "…" in shown(SCENES["explain-id"], PLAIN, place)
    red = SCENES["check-red"]
    assert "^[[1;31m" in shown(red, PLAIN, place)
    assert not re.search(r"\^\[\[[0-9;]*3[0-7]", shown((*red, *no_color.options), no_color, place))
    assert "^[" not in shown(red, dumb, place)


def test_a_width_that_no_page_has_is_no_error(place: Path) -> None:
    for columns in (1, 10, 20, 10_000):
        assert "default-target-only" in shown(SCENES["check-red"], View("narrow", columns), place)


@pytest.mark.parametrize(
    ("text", "written"),
    [("a…b", "a...b"), ("2\u00d73\u2192\u2265", "2x3->>="), ("\u4e2d", "\\u4e2d"), ("\udce9", "\\udce9")],
)
def test_a_sign_that_the_encoding_lacks_is_written_in_ascii(text: str, written: str) -> None:
    assert text.encode("ascii", "cudacompat.encodable").decode() == written
    with pytest.raises(UnicodeDecodeError):
        encodable(UnicodeDecodeError("ascii", b"\xff", 0, 1, "no"))
