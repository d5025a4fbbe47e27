"""The HTML page in a real browser: what loads, what is shown, what fits, what is said when one points at it.

Set CUDACOMPAT_SCREENSHOTS to a folder to keep pictures of what was tested.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cudacompat.report import formats
from tests.helpers.browser import Browser, browser
from tests.helpers.device_files import library
from tests.helpers.report_cases import CASES, INSPECTED
from tests.helpers.run import inside

DESKTOP, PHONE = (1280, 900), (390, 844)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture
def page(tmp_path: Path) -> Any:
    def write(case: object) -> Path:
        stream = io.StringIO()
        formats.write(case, "html", stream)
        path = tmp_path / "report.html"
        path.write_text(stream.getvalue(), encoding="ascii")
        return path

    return write


def keep(chromium: Browser, name: str) -> None:
    folder = os.environ.get("CUDACOMPAT_SCREENSHOTS")
    if folder:
        chromium.screenshot(Path(folder) / f"{name}.png")


@pytest.mark.parametrize("name", [*CASES, "inspect"])
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_is_loaded_refused_or_wider_than_the_window(
    chromium: Browser, page: Any, name: str, window: tuple[int, int]
) -> None:
    path = page(INSPECTED if name == "inspect" else CASES[name])
    chromium.show(path, *window)
    keep(chromium, f"{name}-{window[0]}")
    asked = [e["params"]["request"]["url"] for e in chromium.events if e.get("method") == "Network.requestWillBeSent"]
    assert asked == [path.resolve().as_uri()]
    assert [e["params"]["entry"] for e in chromium.events if e.get("method") == "Log.entryAdded"] == []
    assert [e for e in chromium.events if e.get("method") == "Page.javascriptDialogOpening"] == []
    assert chromium.run("document.documentElement.scrollWidth") <= window[0]
    assert chromium.run("document.querySelectorAll('script, img').length") == 0
    assert chromium.run("getComputedStyle(document.querySelector('section, header')).display") != "inline"


def test_the_policy_stops_what_would_get_in(chromium: Browser, page: Any) -> None:
    path = page(CASES["clean"])
    smuggled = "<img src=http://127.0.0.1:9/x><script>document.title = 'owned'</script><p style='color:red' onclick=x>"
    path.write_text(path.read_text().replace("</main>", f"{smuggled}</main>"))
    chromium.show(path, *DESKTOP)
    assert chromium.run("document.title") != "owned"
    refused = [e["params"]["entry"]["text"] for e in chromium.events if e.get("method") == "Log.entryAdded"]
    assert len(refused) >= 3
    assert all("Content Security Policy" in text for text in refused)


def contrast(chromium: Browser, selector: str) -> float:
    """The least contrast of text and ground among the elements (WCAG 2.2's formula; the page has no gradients but the
    hatching of `partial`, whose two tones are near each other)."""
    value: float = chromium.run(
        """((selector) => {
          const parse = c => c.match(/[\\d.]+/g).map(Number);
          const light = ([r, g, b]) => { const f = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
            return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
          const over = (top, under) => { const a = top[3] ?? 1;
            return [0, 1, 2].map(i => top[i] * a + under[i] * (1 - a)); };
          const ground = e => { if (!e) return [255, 255, 255]; const s = getComputedStyle(e);
            const image = s.backgroundImage.match(/rgba?\\([^)]*\\)/);
            return over(parse(image ? image[0] : s.backgroundColor), ground(e.parentElement)); };
          return Math.min(...[...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).map(e => {
            const back = ground(e), s = getComputedStyle(e), front = over(parse(s.color), back);
            const mixed = over([...front, Number(s.opacity)], back);
            const [a, b] = [light(mixed), light(back)].sort((x, y) => y - x); return (a + .05) / (b + .05); }));
        })("""
        + repr(selector)
        + ")"
    )
    return value


def test_the_measure_of_contrast_can_say_no(chromium: Browser, page: Any) -> None:
    chromium.show(page(CASES["errors"]), *DESKTOP)
    chromium.ask("Page.setBypassCSP", enabled=True)
    chromium.run("document.querySelector('.fails, .partial').style.color = '#999'")
    assert contrast(chromium, ".partial, .partial *") < 3
    chromium.ask("Page.setBypassCSP", enabled=False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_in_light_and_dark(chromium: Browser, page: Any, scheme: str) -> None:
    grounds = set()
    for name in ("errors", "undecided", "suppressed", "all unread", "lint"):
        chromium.show(page(CASES[name]), *DESKTOP, scheme=scheme)
        chromium.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        keep(chromium, f"{name}-{scheme}")
        texts = "h1, h2, h3, p, li, dt, dd, th, td, th *, summary, button > *, code, footer"
        assert contrast(chromium, texts) >= 4.5, name
        grounds.add(chromium.run("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 1
    (ground,) = grounds
    assert (sum(map(int, ground[4:-1].split(","))) > 380) is (scheme == "light")


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pointing_at_a_cell_says_what_it_stands_for(chromium: Browser, page: Any, window: tuple[int, int]) -> None:
    chromium.show(page(CASES["errors"]), *window)
    cell = "#coverage ~ .scroll .cell"
    shown = f"[...document.querySelectorAll({cell + ' .tip'!r})].map(t => t.checkVisibility())"
    assert chromium.run(shown) == [False, False]
    if window == PHONE:
        chromium.ask("Emulation.setTouchEmulationEnabled", enabled=True)
        box = chromium.run(f"(r => [r.x + 9, r.y + 9])(document.querySelector({cell!r}).getBoundingClientRect())")
        chromium.ask("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": box[0], "y": box[1]}])
        chromium.ask("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        chromium.ask("Emulation.setTouchEmulationEnabled", enabled=False)
    else:
        chromium.point_at(cell)
    keep(chromium, f"pointed-{window[0]}")
    assert chromium.run(shown) == [True, False]
    box = chromium.run(
        f"(r => [r.left, r.top, r.right, r.bottom])(document.querySelector({cell + ' .tip'!r}).getBoundingClientRect())"
    )
    assert box[0] >= 0
    assert box[1] >= 0
    assert box[2] <= window[0]
    assert box[3] <= window[1]
    said = chromium.run(f"document.querySelector({cell + ' .tip'!r}).innerText")
    assert "partial" in said
    assert "no-runnable-code" in said


def test_the_keyboard_reaches_each_cell(chromium: Browser, page: Any) -> None:
    chromium.show(page(CASES["errors"]), *DESKTOP)
    said = []
    for _ in range(4):  # the skip link, the map, its two cells
        chromium.ask("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
        chromium.ask("Input.dispatchKeyEvent", type="keyUp", key="Tab", code="Tab", windowsVirtualKeyCode=9)
        said.append(
            chromium.run(
                "(e => e.nextElementSibling?.matches('.tip') ? e.nextElementSibling.checkVisibility() : e.tagName)"
                "(document.activeElement)"
            )
        )
    assert said == ["A", "DIV", True, True]


def test_on_paper_everything_is_open_and_no_tip_is_in_the_way(chromium: Browser, page: Any) -> None:
    chromium.show(page(CASES["suppressed"]), 800, 1000, media="print")
    keep(chromium, "paper")
    assert chromium.run("document.querySelector('details:not([open]) table').checkVisibility()") is True
    assert chromium.run("[...document.querySelectorAll('.tip')].some(t => t.checkVisibility())") is False


def shown_rows(chromium: Browser) -> list[str]:
    found: list[str] = chromium.run(
        "[...document.querySelectorAll('.map .heat tbody tr:not(.group)')].filter(r => r.checkVisibility())"
        ".map(r => r.querySelector('th').textContent + ':' + [...r.querySelectorAll('td')]"
        ".filter(c => c.checkVisibility()).map(c => c.className.split(' ')[1]).join(','))"
    )
    return found


def choose(chromium: Browser, *ids: str) -> list[str]:
    for each in ids:
        chromium.run(f"document.getElementById({each!r}).click()")
    return shown_rows(chromium)


def test_the_map_is_narrowed_by_gpu_outcome_and_package(chromium: Browser, tmp_path: Path) -> None:
    """Without a script; an outcome that is chosen together with a GPU is that GPU's."""
    for name, targets in (("one", ("sm_86", "compute_86")), ("two", ("sm_120",))):
        (tmp_path / name).mkdir()
        for file in ("a.so", "b.so"):
            code = library(*(targets if file == "a.so" else ("sm_86", "sm_120")))
            (tmp_path / name / file).write_bytes(code)
    ran = inside("check", "one", "two", "--gpu", "8.6", "--gpu", "12.0", "--format", "html=page.html", cwd=tmp_path)
    assert ran.code == 1
    chromium.show(tmp_path / "page.html", *DESKTOP)
    every = shown_rows(chromium)
    assert [row.partition(":")[0] for row in every] == ["a.so", "b.so", "a.so", "b.so"]
    assert every[2] == "a.so:fails,native"
    keep(chromium, "filters-all")
    assert choose(chromium, "f-gpu-2") == [f"{row.partition(':')[0]}:{row.rpartition(',')[2]}" for row in every]
    assert choose(chromium, "f-outcome-fails") == []
    assert choose(chromium, "f-gpu-1") == ["a.so:fails"]
    keep(chromium, "filters-chosen")
    assert choose(chromium, "f-gpu", "f-outcome", "f-group-1") == every[:2]
    assert choose(chromium, "f-group", "f-outcome-faults") == [
        row for row in every if "fails" in row or "undecided" in row
    ]
    assert choose(chromium, "f-outcome") == every
    chromium.show(tmp_path / "page.html", *PHONE)
    keep(chromium, "filters-phone")
    assert chromium.run("document.documentElement.scrollWidth") <= PHONE[0]
    chromium.show(tmp_path / "page.html", *DESKTOP, scheme="dark")
    keep(chromium, "filters-dark")
    assert contrast(chromium, ".filters *") >= 4.5
