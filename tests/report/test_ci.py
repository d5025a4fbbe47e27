"""JUnit, GitHub annotations and GitLab code quality, each read as its consumer reads it."""

from __future__ import annotations

import io
import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from cudacompat.domain.words.finding import Severity
from cudacompat.report import formats
from cudacompat.report.ci import github
from tests.helpers.each_row import each_case
from tests.helpers.report_cases import CASES, HOSTILE, INNER, WHEEL, LintReport, error, many, report
from tests.helpers.toolchain import missing


def written(case: object, format_: str) -> str:
    stream = io.StringIO()
    formats.write(case, format_, stream)
    return stream.getvalue()


class TestJunit:
    @each_case("name", CASES)
    def test_the_counts_are_those_of_the_cases(self, name: str) -> None:
        text = written(CASES[name], "junit")
        assert text.isascii()
        root = ElementTree.fromstring(text)
        assert root.tag == "testsuites"
        for element in (root, *root):
            cases = element.findall(".//testcase")
            assert cases, "an empty suite is an error to most readers"
            assert int(element.get("tests", "")) == len(cases)
            for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
                assert int(element.get(attribute, "")) == len(element.findall(f".//{tag}"))
        seen = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
        assert len(seen) == len(set(seen))
        assert all(len([child for child in case if child.tag != "system-out"]) <= 1 for case in root.iter("testcase"))

    @pytest.mark.parametrize("name", CASES)
    def test_an_independent_reader_sees_the_same(self, name: str) -> None:
        try:
            import junitparser
        except ImportError:
            missing("no junitparser")
        text = written(CASES[name], "junit")
        suites = junitparser.JUnitXml.fromstring(text.encode())
        root = ElementTree.fromstring(text)
        assert [(suite.name, suite.tests, suite.failures, suite.errors) for suite in suites] == [
            (each.get("name"), *(int(each.get(key, "")) for key in ("tests", "failures", "errors"))) for each in root
        ]

    @each_case(
        ("name", "failures", "errors", "skipped"),
        [
            ("errors", 1, 0, 0),
            ("clean", 0, 0, 0),
            ("suppressed", 0, 0, 1),
            ("nothing", 0, 1, 0),
            ("all unread", 0, 2, 0),
            ("unread beside clean", 0, 1, 0),
            ("undecided", 0, 1, 0),
            ("machine", 1, 1, 0),
            ("lint", 1, 0, 0),
            ("lint clean", 0, 0, 0),
            ("settled", 0, 0, 0),
            ("lint incomplete", 0, 1, 0),
            ("step failed", 0, 1, 0),
        ],
    )
    def test_nothing_bad_is_green(self, name: str, failures: int, errors: int, skipped: int) -> None:
        root = ElementTree.fromstring(written(CASES[name], "junit"))
        assert [int(root.get(key, "")) for key in ("failures", "errors", "skipped")] == [failures, errors, skipped]

    def test_one_suite_a_target_and_one_case_a_file(self) -> None:
        root = ElementTree.fromstring(written(CASES["clean"], "junit"))
        assert [(suite.get("name"), [case.get("name") for case in suite.iter("testcase")]) for suite in root] == [
            ("12.0", ["dist/a.so"]),
            ("8.6", ["dist/a.so"]),
        ]
        assert root[1].find("properties/property").get("value") == "driver 580.65.06"  # type: ignore[union-attr]

    def test_a_failure_says_all_and_a_file_is_the_one_on_disk(self) -> None:
        root = ElementTree.fromstring(written(CASES["errors"], "junit"))
        case = next(case for case in root.iter("testcase") if case.find("failure") is not None)
        assert (case.get("name"), case.get("file")) == (INNER, WHEEL)
        failure = case.find("failure")
        assert failure is not None
        assert (failure.get("type"), failure.get("message")) == ("no-runnable-code", "nothing here runs on 12.0")
        assert "help   build for sm_120" in (failure.text or "")


class TestGithub:
    COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^,:\n]*)(?:,[a-z]+=[^,:\n]*)*)::([^\n]*)")

    @each_case("name", CASES)
    def test_every_line_is_a_command_or_plain(self, name: str) -> None:
        lines = written(CASES[name], "github").splitlines()
        commands = [line for line in lines if line.startswith("::")]
        assert all(self.COMMAND.fullmatch(line) for line in commands)
        plain = lines[len(commands) :]
        assert plain
        assert not any(line.lstrip().startswith("::") or "##[" in line for line in plain)

    def test_ten_at_most_and_the_worst_first(self) -> None:
        extra = [error(f"n{number}.so", severity=Severity.NOTE) for number in range(5)]
        warnings = [error(f"w{number}.so", severity=Severity.WARNING) for number in range(3)]
        errors = [error(f"e{number}.so") for number in range(8)]
        base = CASES["unread beside clean"]
        case = report([*extra, *warnings, *errors], not_read=base.not_read, judged=base.verdicts)  # type: ignore[attr-defined]
        lines = written(case, "github").splitlines()
        kinds = [line.split(" ")[0] for line in lines if line.startswith("::")]
        assert len(kinds) == github.MOST == 10
        assert kinds == ["::error"] * 9 + ["::warning"]
        assert "title=cudacompat not-read" in lines[0]
        assert lines[-1].endswith("7 more findings in the job summary")

    def test_values_come_back_as_they_were(self) -> None:
        line = written(LintReport((error("a,b:c%d.so", line=7, message="50% is, as: said\nnext"),), 1), "github")
        match = self.COMMAND.search(line)
        assert match is not None
        properties = dict(pair.split("=", 1) for pair in match[2].split(","))
        assert properties == {"file": "a%2Cb%3Ac%25d.so", "title": "cudacompat no-runnable-code", "line": "7"}
        assert match[3].startswith("50%25 is, as: said%0Anext%0Afound: ")

    def test_what_lies_in_a_wheel_is_told_of_the_wheel(self) -> None:
        (line, *_) = [x for x in written(CASES["errors"], "github").splitlines() if "no-runnable-code" in x]
        assert line.startswith(f"::error file={WHEEL},title=")
        assert "::engine/lib.so: nothing here runs on 12.0%0A" in line

    def test_nothing_is_no_silence(self) -> None:
        assert written(CASES["nothing"], "github").startswith("::error title=cudacompat nothing-to-judge::")
        clean = written(CASES["clean"], "github")
        assert clean.splitlines()[-1] == "checked 1 file for 2 GPUs: 0 errors, 0 warnings, 0 notes, 0 not read"
        assert "1 suppressed" in written(CASES["suppressed"], "github")


class TestGitlab:
    @each_case("name", CASES)
    def test_each_issue_has_what_gitlab_asks_for(self, name: str) -> None:
        text = written(CASES[name], "gitlab")
        assert text.isascii()
        issues: list[dict[str, Any]] = json.loads(text)
        for issue in issues:
            assert {"description", "check_name", "fingerprint", "severity", "location"} <= set(issue)
            assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
            assert isinstance(issue["location"]["lines"]["begin"], int)
            assert issue["location"]["path"]
            assert not issue["location"]["path"].startswith("./")
            assert issue["description"].strip()
            assert "\n" not in issue["description"]
        marks = [issue["fingerprint"] for issue in issues]
        assert len(marks) == len(set(marks))
        if getattr(CASES[name], "exit_code") != 0:  # noqa: B009
            assert issues

    def test_severities_and_paths(self) -> None:
        issues = json.loads(written(CASES["errors"], "gitlab"))
        assert [(each["check_name"], each["severity"], each["location"]["path"]) for each in issues] == [
            ("no-runnable-code", "critical", WHEEL),
            ("jit-only", "info", "dist/b.so"),
        ]
        assert issues[0]["description"] == "engine/lib.so: nothing here runs on 12.0"
        (issue,) = json.loads(written(CASES["undecided"], "gitlab"))
        assert (issue["check_name"], issue["severity"]) == ("undecided", "major")

    def test_what_could_not_be_read_is_an_issue_and_what_is_suppressed_is_none(self) -> None:
        (issue,) = json.loads(written(CASES["unread beside clean"], "gitlab"))
        assert (issue["check_name"], issue["severity"]) == ("not-read", "critical")
        assert json.loads(written(CASES["suppressed"], "gitlab")) == []


@pytest.mark.parametrize("format_", ["sarif", "junit", "github", "gitlab", "markdown", "html"])
def test_a_format_is_the_same_in_every_run_and_whatever_the_order(format_: str) -> None:
    case = CASES["errors"]
    turned = report(tuple(reversed(case.findings)), judged=tuple(reversed(case.verdicts)))  # type: ignore[attr-defined]
    assert written(case, format_) == written(case, format_) == written(turned, format_)


@pytest.mark.parametrize("format_", ["junit", "github", "gitlab"])
def test_hostile_texts_are_seen_and_do_nothing(format_: str) -> None:
    text = written(CASES["hostile"], format_)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u200b\u2028\u202e\ud800-\udfff]", text)
    decoded = text
    if format_ == "junit":
        decoded = "".join(f"{''.join(e.attrib.values())}{e.text or ''}" for e in ElementTree.fromstring(text).iter())
    if format_ == "gitlab":
        decoded = "".join(str(issue) for issue in json.loads(text))
    assert not re.search(r"[\x1b\u202e]", decoded)
    assert "\\u202egpj" in decoded.replace("\\\\", "\\")
    assert HOSTILE not in decoded


def test_a_large_report_is_written_whole() -> None:
    case = many(300)
    assert len(json.loads(written(case, "gitlab"))) >= 300
    assert written(case, "github").endswith("; 290 more findings in the job summary\n")
