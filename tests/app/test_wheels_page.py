"""The page of packages and GPUs: what the table says, in a real browser, with and without its script."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from packaging.version import Version

from cudacompat.app.wheels.page_rows import of_table
from cudacompat.domain.wheels.coverage import coverage
from cudacompat.domain.wheels.measured import CAPABILITIES
from cudacompat.domain.wheels.model import CodeList, RowBasis, WheelRow
from cudacompat.report.html.wheels_page import wheels_page
from tests.app.test_survey import wheel
from tests.helpers.browser import browser
from tests.helpers.run import ROOT, inside


def row(version: str, targets: str, package: str = "demo", platform: str = "linux-x86_64") -> WheelRow:
    return WheelRow(
        package=package,
        version=Version(version),
        index="pypi",
        platform=platform,
        basis=RowBasis.MEASURED,
        source="",
        date="2026-01-01",
        lists=(CodeList(targets, 1),) if targets else (),
    )


def outcomes(rows: list[WheelRow]) -> list[tuple[str, str]]:
    """The versions of each row, and its outcomes on 8.0, 8.9 and 12.0."""
    asked = [CAPABILITIES.index(each) for each in ("8.0", "8.9", "12.0")]
    return [
        (
            each.versions,
            " ".join(str(outcome.value) if outcome else "-" for outcome in map(each.outcomes.__getitem__, asked)),
        )
        for each in coverage(rows)
    ]


def test_neighbours_that_come_to_the_same_are_one_row_and_others_are_not() -> None:
    assert outcomes([row("1.0", "80"), row("1.1", "80"), row("1.2", "80 120"), row("1.10", "80"), row("2.0", "")]) == [
        ("2.0", "- - -"),
        ("1.10", "native compatible fails"),
        ("1.2", "native compatible native"),
        ("1.0 to 1.1", "native compatible fails"),
    ]
    assert outcomes([row("1.0", "80"), row("1.1", "80", platform="windows-x86_64")])[0][0] == "1.1"


@cache
def page_of_table() -> str:
    return wheels_page(*of_table())


def cells(package: str, version: str) -> list[str]:
    """The texts of the cells of this release of the table, which may stand in a range, for 7.5, 9.0 and 12.0."""
    asked = [2 + CAPABILITIES.index(each) for each in ("7.5", "9.0", "12.0")]
    found = [
        [re.sub("<[^>]*>", "", cell) for cell in re.findall("<t[hd].*?</t[hd]>", line)]
        for line in page_of_table().splitlines()
        if f'data-p="{package}" data-l="linux-x86_64"' in line and holds(line, Version(version))
    ]
    return [found[0][each] for each in asked]


def holds(line: str, version: Version) -> bool:
    """Whether the releases in a row of the page, one or from one to another, hold this one."""
    named = [Version(each) for each in re.findall("<span>(.*?)</span>", line)[0].split(" to ")]
    return named[0] <= version <= named[-1]


def test_a_package_with_its_own_assembler_and_a_pinned_torch_have_the_verdicts_of_wheels() -> None:
    assert cells("triton", "3.9.0") == ["compiles", "compiles", "compiles"]
    assert cells("triton", "3.2.0") == ["compiles", "compiles", "fails"]
    assert "compiles with ptxas 12.4.99" in page_of_table()
    assert cells("torchaudio", "2.5.0") == ["native", "native", "fails"]
    for pin in ("triton==3.9.0", "triton==3.2.0", "torchaudio==2.5.0"):
        verdicts = [
            inside("wheels", pin, "--gpu", gpu, "--format", "json").json["builds"][0]["verdicts"][0]
            for gpu in ("7.5", "9.0", "12.0")
        ]
        said = [each["outcome"] or ("compiles" if each["compiles_with"] else "no code") for each in verdicts]
        assert said == cells(*pin.split("=="))


def test_names_of_strangers_do_nothing_in_it() -> None:
    page = wheels_page(coverage([row("1.0", "80", package="<script>alert(1)</script>")]), "x")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert len(re.findall("<script>", page)) == 1


def test_the_command_writes_the_table_or_the_rows_of_a_survey(tmp_path: Path) -> None:
    assert inside("survey", "--html", tmp_path / "all.html").code == 0
    assert 'data-p="torch"' in (tmp_path / "all.html").read_text()
    wheel(tmp_path, "demo")
    ran = inside("survey", tmp_path, "--out", tmp_path / "rows.jsonl", "--html", tmp_path / "own.html", "--jobs", "1")
    assert ran.code == 0
    own = (tmp_path / "own.html").read_text()
    assert ('data-p="demo"' in own, 'data-p="torch"' in own) == (True, False)
    assert not re.search(r"https?://|src=|href=|@import|url\(", own)
    for line in (("survey",), ("survey", tmp_path), ("survey", "--out", tmp_path / "x.jsonl", "--html", "x.html")):
        assert (inside(*line).code, "survey needs" in inside(*line).err) == (2, True)


def test_the_page_in_the_docs_is_of_this_table() -> None:
    """Made anew by `cudacompat survey --html docs/wheels-by-gpu.html`."""
    written = (ROOT / "docs" / "wheels-by-gpu.html").read_text()
    assert table_in(written) == table_in(page_of_table())


def table_in(page: str) -> str:
    """The table of the page, without its style."""
    return page[page.index("<tbody>") : page.index("</tbody>")]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "wheels.html"
    path.write_text(wheels_page(*of_table()))
    return path


SHOWN = "[...document.querySelectorAll('tbody tr')].filter(row => !row.hidden)"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_it_searches_by_package_and_gpu_and_asks_the_network_for_nothing(page: Path, width: int, scheme: str) -> None:
    with browser() as shown:
        shown.show(page, width, 844, scheme)
        asked = [e["params"]["request"]["url"] for e in shown.events if e.get("method") == "Network.requestWillBeSent"]
        assert asked == [page.resolve().as_uri()]
        assert not [
            event for event in shown.events if event.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown")
        ]
        every = shown.run(f"{SHOWN}.length")
        shown.run(
            "const form = document.querySelector('.filters'); form.q.value = 'ctranslate2';"
            "form.platform.value = 'linux-x86_64'; form.gpu.value = 'rtx 5070 ti';"
            "form.dispatchEvent(new Event('input'))"
        )
        assert 0 < shown.run(f"{SHOWN}.length") < every
        assert shown.run(f"{SHOWN}.every(row => row.dataset.p === 'ctranslate2')")
        assert shown.run("[...document.querySelectorAll('thead th')].filter(head => !head.hidden).length") == 3
        assert shown.run(f"{SHOWN}.at(0).querySelectorAll('td:not([hidden])')[1].textContent") == "JIT"
        assert shown.run("document.documentElement.scrollWidth") <= width
        assert shown.run("location.hash") == "#q=ctranslate2&gpu=rtx+5070+ti&platform=linux-x86_64"
        shown.run("form.gpu.value = 'no such'; form.dispatchEvent(new Event('input'))")
        assert shown.run("document.querySelector('.found').textContent").startswith("no column for no such")
        shown.run("form.gpu.value = ''; form.q.value = 'no such'; form.dispatchEvent(new Event('input'))")
        assert shown.run("document.querySelector('.none-found').hidden") is False
