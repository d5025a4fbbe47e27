"""One call of a tool: a process of its own, with bounds on time, memory and output, and its report."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from cudacompat.agents.tools import AgentTool, Json
from cudacompat.domain.words.byte_sizes import byte_size
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.exit_codes import MEANINGS, ExitCode
from cudacompat.host.programs.process import ProcessResult, ProcessStop, run

_MOST_PRINTED = 64 << 20  # bytes of JSON that a command may print; more than a reduced report has
_MOST_RETURNED = 1 << 20  # bytes of JSON in an answer: a model reads all of it
# of a tool that only reads, which fails no run and may look for something else than device code
_MEANINGS: Mapping[int, str] = {**MEANINGS, ExitCode.FINDINGS: "findings", ExitCode.NOTHING: "nothing was found"}


@dataclass(frozen=True, slots=True)
class CallLimits:
    """What one call may take: seconds, and bytes of memory (address space, on Linux)."""

    seconds: float = 120.0
    memory: int = 16 << 30


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """What a call returns: the report with the exit code of the command, or one line that says why there is none."""

    report: Json | None
    exit_code: int | None
    error: str | None

    @property
    def meaning(self) -> str:
        """The first line for a reader: `exit code 1: findings`."""
        code = self.exit_code
        return f"exit code {code}: {_MEANINGS.get(code, 'see the report')}" if code is not None else ""


def answer(tool: AgentTool, arguments: Json, limits: CallLimits, stop: ProcessStop | None = None) -> CallAnswer:
    """Run the command of a call and return its report; `arguments` fit the tool's schema. It raises for nothing that
    the caller, the command or a file does. `stop` ends it from another thread."""
    try:
        line = tool.line(arguments)
    except (UsageError, ValueError) as error:
        return CallAnswer(None, None, error=str(error))
    ran = run(
        [sys.executable, "-I", "-m", "cudacompat", line[0], "--format=json", "--quiet", *line[1:]],
        timeout_s=limits.seconds,
        limit_bytes=_MOST_PRINTED,
        cwd=Path.cwd(),
        memory_bytes=limits.memory,
        stop=stop,
    )
    return _answer(tool, arguments, ran, limits=limits)


def output_schema(tool: AgentTool) -> dict[str, Any]:
    """Return the JSON Schema of a tool's report. Where only totals are asked for, `inspect` has no modules."""
    schemas = [_packaged(name) for name in tool.schemas]
    if tool.name == "inspect":
        schemas[0]["properties"]["artifacts"]["items"]["required"].remove("modules")
    if len(schemas) == 1:
        return schemas[0]
    return {"type": "object", "anyOf": schemas}  # each has an $id, which its own references start from


def _packaged(name: str) -> dict[str, Any]:
    text = resources.files("cudacompat").joinpath("schemas", f"{name}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _answer(tool: AgentTool, arguments: Json, ran: ProcessResult, limits: CallLimits) -> CallAnswer:
    if ran.timed_out:
        return CallAnswer(None, None, f"no result within {limits.seconds:g} seconds; name fewer or smaller files")
    if ran.rc is None:
        return CallAnswer(None, None, f"the command ended without a result: {ran.why_failed}")
    try:
        report = json.loads(ran.stdout)
    except ValueError:
        return CallAnswer(None, ran.rc, _error(ran))
    if tool.name == "inspect" and not (arguments.get("modules") or arguments.get("kernels")):
        for artifact in report["artifacts"]:
            del artifact["modules"]
    size = len(json.dumps(report).encode())
    if size > _MOST_RETURNED:
        return CallAnswer(
            None,
            ran.rc,
            f"the report has {byte_size(size)}, an answer at most {byte_size(_MOST_RETURNED)}: name fewer or smaller "
            "files, or ask for less",
        )
    return CallAnswer(report, ran.rc, error=None)


def _error(ran: ProcessResult) -> str:
    """What the command reports on stderr, in one line."""
    lines = [line for line in ran.stderr.splitlines() if line.strip()]
    mistakes = [line.removeprefix("cudacompat: error: ") for line in lines if line.startswith("cudacompat: error: ")]
    if mistakes:
        return mistakes[-1]
    if any("MemoryError" in line for line in lines):
        return "the command needs more memory than this server allows (option --max-memory)"
    return lines[-1] if lines else f"the command ended without a result: {ran.why_failed}"
