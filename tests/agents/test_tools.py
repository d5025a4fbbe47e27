"""The table of tools: schemas, and the command line that a call becomes. No SDK is needed for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cudacompat.agents.calls import CallAnswer, CallLimits, answer, output_schema
from cudacompat.agents.tools import TOOLS, AgentTool
from cudacompat.domain.words.errors import UsageError
from tests.helpers.every_command import commands
from tests.helpers.fits import assert_fits
from tests.helpers.run import EXAMPLE, ROOT, inside

BY_NAME = {each.name: each for each in TOOLS}
WRITING = {
    "--output",
    "-o",
    "--fix",
    "--unsafe-fixes",
    "--write",
    "--write-baseline",
    "--add",
    "--save-facts",
    "--fetch",
}
INCIDENT = str(ROOT / "examples" / "incident")
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("inspect", {"paths": [INCIDENT], "modules": True, "kernels": True}),
    ("check", {"paths": [INCIDENT], "gpus": ["12.0", "8.6"], "driver": "570", "require": "native"}),
    ("doctor", {"paths": [INCIDENT], "gpus": ["12.0"], "driver": "570"}),
    ("explain", {"text": "209"}),
    ("explain", {"log": f"{INCIDENT}/container.log", "gpu": "12.0"}),
    ("lint", {"path": INCIDENT, "gpus": ["12.0"]}),
    ("wheels", {"package": "torch==2.6.0", "gpus": ["12.0"], "driver": "570", "platform": "linux/amd64"}),
    ("gpus", {"query": "5070 ti"}),
    ("toolkits", {"gpu": "12.0", "driver": "580"}),
    ("toolkits", {"release": "12.8"}),
    ("generate", {"engine": "cmake", "gpus": ["12.0"], "file": "cmake", "cuda": "12.8", "driver": "570"}),
)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_schemas_are_valid_and_every_argument_is_bounded(tool: AgentTool) -> None:
    jsonschema.Draft202012Validator.check_schema(tool.input_schema)
    jsonschema.Draft202012Validator.check_schema(output_schema(tool))
    assert tool.input_schema["additionalProperties"] is False
    for schema in tool.properties.values():
        item = schema.get("items", schema)
        assert "maxLength" in item or "enum" in item or item["type"] == "boolean"
        assert "items" not in schema or schema["maxItems"] <= 32


def test_a_tool_is_named_as_its_command() -> None:
    assert {each.name for each in TOOLS} <= set(commands())


@pytest.mark.parametrize(("name", "arguments"), CALLS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_call_becomes_a_line_that_writes_nothing_and_returns_what_its_schema_says(
    name: str, arguments: dict[str, Any]
) -> None:
    tool = BY_NAME[name]
    assert_fits(arguments, tool.input_schema)
    line = tool.line(arguments)
    assert line[0] == name
    assert not WRITING & {each.partition("=")[0] for each in line}
    ran = inside(line[0], "--format=json", "--quiet", *line[1:])
    assert ran.code in (0, 1)
    assert_fits(ran.json, output_schema(tool))


@pytest.mark.parametrize(
    "path", ["--help", "-", "torch==2.6.0", "https://example.org/a.whl", "oci://example.org/a:1", "\0"]
)
def test_a_path_is_a_local_file_and_nothing_else(path: str) -> None:
    with pytest.raises((UsageError, ValueError)):
        BY_NAME["check"].line({"paths": [path], "gpus": ["12.0"]})


def test_a_file_named_as_an_option_is_read_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "--help").write_bytes(EXAMPLE.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert BY_NAME["inspect"].line({"paths": ["--help"]}) == ["inspect", "--", str(tmp_path / "--help")]


@pytest.mark.parametrize("text", ["--", "-- touch here", "--list", "-", "--output=here", "  -- touch here"])
def test_a_text_to_explain_is_no_option_and_no_command(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    line = BY_NAME["explain"].line({"text": text})
    assert line[-1].startswith(" ")
    inside(*line)
    assert list(tmp_path.iterdir()) == []


def test_the_page_names_every_tool_and_argument() -> None:
    page = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
    for tool in TOOLS:
        row = next(line for line in page.splitlines() if line.startswith(f"| `{tool.name}` |"))
        assert [word for word in tool.properties if f"`{word}`" not in row] == []


def test_explain_needs_one_subject() -> None:
    for arguments in ({}, {"text": "209", "log": INCIDENT}):
        with pytest.raises(UsageError, match="either log or text"):
            BY_NAME["explain"].line(arguments)


class TestAnswers:
    """Answers of processes of their own."""

    def test_a_report_has_its_exit_code(self) -> None:
        answered = self._checked(["12.0"])
        assert answered.report is not None
        assert (answered.exit_code, answered.meaning) == (1, "exit code 1: findings")
        assert [each["id"] for each in answered.report["findings"] if each["severity"] == "error"]

    def test_a_mistake_is_the_commands_own_line(self) -> None:
        answered = self._checked(["RTX 9999"])
        assert (answered.report, answered.exit_code) == (None, 2)
        assert answered.error is not None
        assert answered.error.startswith("unknown GPU: 'RTX 9999'")

    def test_totals_alone_unless_modules_are_asked_for(self) -> None:
        for more, has in (({}, False), ({"modules": True}, True)):
            answered = answer(BY_NAME["inspect"], {"paths": [str(EXAMPLE)], **more}, CallLimits())
            assert answered.report is not None
            (artifact,) = answered.report["artifacts"]
            assert ("modules" in artifact, artifact["summary"]["modules"]) == (has, 4)
            assert_fits(answered.report, output_schema(BY_NAME["inspect"]))

    def test_a_call_ends_at_its_time(self) -> None:
        answered = self._checked(["12.0"], CallLimits(seconds=0.01))
        assert (answered.report, answered.error) == (
            None,
            "no result within 0.01 seconds; name fewer or smaller files",
        )

    def test_a_call_has_only_its_memory(self) -> None:
        answered = self._checked(["12.0"], CallLimits(memory=24 << 20))
        assert answered.report is None
        assert answered.error

    def test_a_report_that_is_too_large_is_refused_and_not_cut(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cudacompat.agents.calls._MOST_RETURNED", 1000)
        answered = self._checked(["12.0"])
        assert answered.report is None
        assert answered.error is not None
        assert answered.error.endswith("name fewer or smaller files, or ask for less")

    def test_hostile_names_stay_data(self, tmp_path: Path) -> None:
        stranger = tmp_path / "$(touch x)\x1b[31m;`id`\n::error::"
        stranger.write_bytes(EXAMPLE.read_bytes())
        answered = answer(BY_NAME["inspect"], {"paths": [str(stranger)]}, CallLimits())
        assert answered.report is not None
        assert "\x1b" not in json.dumps(answered.report)
        assert sorted(path.name for path in tmp_path.iterdir()) == [stranger.name]

    @staticmethod
    def _checked(gpus: list[str], limits: CallLimits | None = None) -> CallAnswer:
        return answer(BY_NAME["check"], {"paths": [str(EXAMPLE)], "gpus": gpus}, limits or CallLimits())
