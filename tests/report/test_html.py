"""The HTML page as a document: whole, self-contained, and deaf to what it is told by strangers."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from cudacompat.domain.reports.doctor import DoctorReport, PlanStep
from cudacompat.domain.reports.listing import InspectReport
from cudacompat.domain.words.code import BinaryArtifact, NotRead, ReadResult
from cudacompat.report import formats
from cudacompat.report.html import document as html
from cudacompat.report.html import heat
from tests.helpers.build import target
from tests.helpers.each_row import each_case
from tests.helpers.report_cases import CASES, HOSTILE, INNER, INSPECTED, TARGETS, at, error, many, report, verdicts
from tests.helpers.run import EXAMPLE, GPU, cudacompat

ALL = {**CASES, "inspect": INSPECTED}
_VOID = {"meta", "br", "rect", "wbr", "input"}
_LOADING = {"script", "img", "link", "iframe", "object", "embed", "audio", "video", "source", "base", "form"}
_LOADING |= {"image", "use", "animate", "set", "foreignobject", "math", "template", "noscript"}


def written(case: object) -> str:
    stream = io.StringIO()
    formats.write(case, "html", stream)
    return stream.getvalue()


class Page(HTMLParser):
    """Reads the page strictly: every element is closed in its turn, every attribute and id is there once."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, attrs)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All that is shown."""
        return " ".join(" ".join(self.texts).split())


@each_case("name", ALL)
def test_every_case_is_one_sound_page_that_loads_nothing(name: str) -> None:
    text = written(ALL[name])
    assert text.isascii()
    page = Page(text)
    tags = {tag for tag, _ in page.elements}
    assert not tags & _LOADING
    for tag, attributes in page.elements:
        assert not any(each.startswith("on") or each == "style" for each in attributes), (tag, attributes)
        assert "src" not in attributes
        assert tag != "input" or set(attributes) <= {"type", "name", "id", "checked"}
        assert tag != "input" or attributes["type"] == "radio"
        assert attributes.get("href", "#").startswith("#")
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        for pointer in ("aria-describedby", "aria-labelledby"):
            assert attributes.get(pointer, ids[0]) in ids
    assert "http://" not in re.sub(r"https?://evil\.example", "", text)
    assert "url(" not in text
    assert "@import" not in text


@each_case("name", ALL)
def test_the_policy_lets_the_one_style_sheet_through(name: str) -> None:
    text = written(ALL[name])
    page = Page(text)
    (policy,) = [a["content"] for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.S)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert text.index("Content-Security-Policy") < text.index("<style>")


@pytest.mark.parametrize("name", ["hostile", "inspect"])
def test_hostile_texts_are_seen_and_do_nothing(name: str) -> None:
    text = written(ALL[name])
    page = Page(text)
    shown = page.text
    assert "<script>alert(1)</script>" in shown
    assert "\\u202egpj" in shown
    assert "{{7*7}}" in shown
    assert "&amp;-" in shown  # not taken for an entity
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u200b\u2028\u202e]", "".join(page.texts))
    assert not re.search(r"&#(?:x?0*(?:1b|7|27|8238|202e);)", text.replace("&#39;", ""))


def test_what_the_page_says_of_a_check() -> None:
    shown = Page(written(CASES["errors"])).text
    for part in ("1 error", "checked 1 file for 2 GPUs", "partial", "1 of 2", "no-runnable-code", "driver 580.65.06"):
        assert part in shown
    assert "Size by target" in shown
    assert "nregistered" in shown
    assert "_Z6kernelPf" in shown


@each_case(
    ("name", "headline", "tone"),
    [
        ("clean", "no errors", "good"),
        ("suppressed", "no errors", "good"),
        ("lint clean", "no errors", "good"),
        ("settled", "no errors", "good"),
        ("nothing", "nothing to check", "open"),
        ("all unread", "incomplete", "open"),
        ("unread beside clean", "incomplete", "open"),
        ("undecided", "incomplete", "open"),
        ("lint incomplete", "incomplete", "open"),
        ("step failed", "a step failed", "open"),
        ("errors", "1 error", "bad"),
    ],
)
def test_headlines_and_their_colour(name: str, headline: str, tone: str) -> None:
    page = Page(written(CASES[name]))
    assert page.text.split(" Skip to")[0].startswith(headline)
    assert [attributes["class"] for tag, attributes in page.elements if tag == "header"] == [tone]
    assert ("Not checked" in page.text) is (tone == "open")


def test_an_artifact_that_runs_and_yet_does_not_pass_is_marked() -> None:
    page = Page(written(replace(CASES["clean"], findings=(error("dist/a.so", id_="too-big"),))))  # type: ignore[type-var]
    assert "cell native fault" in {attributes.get("class") for _, attributes in page.elements}
    assert "too-big" in page.text


def test_targets_that_agree_share_their_words() -> None:
    same = [error("dist/a.so", each.id, message=f"nothing here runs on {each.id}") for each in TARGETS]
    page = Page(written(report(same, judged=verdicts([at(0, "sm_50")], TARGETS, "dist/a.so"))))
    assert page.text.count("sm_80 (machine code), no PTX") == 1
    assert "nothing here runs on 12.0" in page.text
    assert "nothing here runs on 8.6" in page.text
    differing = [replace(same[0], help="build for sm_120"), replace(same[1], help="build for sm_86")]
    page = Page(written(report(differing, judged=verdicts([at(0, "sm_50")], TARGETS, "dist/a.so"))))
    assert "12.0: build for sm_120 8.6: build for sm_86" in page.text


class TestBounds:
    def test_the_map_leaves_out_the_best(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(heat, "MOST_CELLS", 4)
        good = [v for n in range(5) for v in verdicts([at(0, "sm_120", "sm_86")], TARGETS, f"dist/good{n}.so")]
        bad = verdicts([at(0, "sm_50")], TARGETS, "dist/z-bad.so")
        text = written(report(judged=[*good, *bad]))
        assert "4 more files left out of this map, none of them worse" in Page(text).text
        map_ = text[text.index('id="coverage"') : text.index("</table>")]
        assert "bad.so" in map_
        assert map_.count("good0") == map_.count("good") == 3  # the row and what its two cells say

    def test_findings_and_files(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(html, "MOST_FINDINGS", 10)
        monkeypatch.setattr(html, "MOST_DETAILS", 1)
        page = Page(written(replace(many(25), verdicts=(*many(1).verdicts, *CASES["clean"].verdicts))))  # type: ignore[attr-defined]
        assert "25 errors" in page.text
        assert "15 more errors left out of this page" in page.text
        assert "1 more file not opened up here" in page.text

    def test_patterns(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(heat, "MOST_PATTERNS", 2)
        modules = [at(64 * n, f"sm_{number}") for n, number in enumerate((70, 75, 80, 86))]
        page = Page(written(report(judged=verdicts(modules, TARGETS, "dist/a.so"))))
        assert "2 more sets of targets left out" in page.text


def test_a_hundred_targets_are_a_hundred_columns() -> None:
    targets = tuple(replace(target("12.0"), id=f"gpu {number}", name=f"gpu {number}") for number in range(100))
    page = Page(written(report(judged=verdicts([at(0, "sm_120")], targets, "a.so"), targets=targets)))
    assert sum(attributes.get("class") == "cell native" for tag, attributes in page.elements if tag == "td") == 200


class TestInspect:
    def test_the_bytes_of_each_target(self) -> None:
        page = Page(written(INSPECTED))
        assert "incomplete" in page.text
        assert "sm_90a" in page.text
        assert "100 B" in page.text
        assert "1 kernel" in page.text
        assert "Coverage" not in page.text

    def test_nothing_found(self) -> None:
        empty = InspectReport(ReadResult((), (), 3, 3, ("dist",)))
        page = Page(written(empty))
        assert page.text.startswith("no device code")
        unread = InspectReport(ReadResult((), (NotRead("a.so", "cut short"),), 1, 0, ()))
        assert Page(written(unread)).text.startswith("incomplete")

    def test_a_file_of_unknown_images(self) -> None:
        empty = BinaryArtifact("a.so", "elf", 10, True, ())
        assert "0 modules" in Page(written(InspectReport(ReadResult((empty,), (), 1, 0, ())))).text


def test_a_doctor_ends_in_a_plan() -> None:
    ran = cudacompat("doctor", EXAMPLE, "--gpu", GPU, "--format", "html")
    assert ran.code == 1
    page = Page(ran.out)
    for part in ("This machine", "What to do", "Coverage", "default-target-only", "cudacompat generate"):
        assert part in page.text


def test_a_plan_written_by_a_stranger() -> None:
    from cudacompat.app.doctor import doctor

    facts = doctor((), (), None, None, None).facts
    made = DoctorReport(facts, None, (), (PlanStep(HOSTILE, HOSTILE),), ((HOSTILE, f"a\n{HOSTILE}"),))
    page = Page(written(made))
    assert "{{7*7}}" in page.text


def test_the_page_of_a_real_library() -> None:
    ran = cudacompat("check", EXAMPLE, "--gpu", GPU, "--gpu", "5.2", "--format", "html")
    assert (ran.code, ran.err) == (1, "")
    page = Page(ran.out)
    assert "sm_52" in page.text
    assert INNER not in page.text
