"""The server, asked by the SDK's own client over standard input and output."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from cudacompat.agents.tools import TOOLS
from tests.helpers.fits import assert_fits
from tests.helpers.machine import program
from tests.helpers.processes import gone
from tests.helpers.run import EXAMPLE, ROOT

# looked for and not imported: that takes most of a second, which every process of a run would spend
pytestmark = pytest.mark.skipif(find_spec("mcp") is None, reason="extra mcp is not installed")
MAIN = [sys.executable, "-m", "cudacompat.agents.main"]


def asked(work: Callable[[Any], Awaitable[None]], *options: str, mode: str = "auto") -> None:
    """Start the server, let a client do its work, and end both."""
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    async def session() -> None:
        server = StdioServerParameters(
            command=MAIN[0], args=[*MAIN[1:], *options], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
        )
        async with Client(stdio_client(server), mode=mode) as client:
            await work(client)

    asyncio.run(session())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_sees_every_tool_and_gets_what_its_schema_says(mode: str) -> None:
    async def work(client: Any) -> None:
        tools = {each.name: each for each in (await client.list_tools()).tools}
        assert list(tools) == [each.name for each in TOOLS]
        assert all(each.annotations.read_only_hint and not each.annotations.destructive_hint for each in tools.values())
        result = await client.call_tool("check", {"paths": [str(EXAMPLE)], "gpus": ["RTX 5070 Ti"]})
        assert_fits(result.structured_content, tools["check"].output_schema)
        assert not result.is_error
        assert result.meta["exit_code"] == 1
        assert result.content[0].text.startswith("exit code 1: findings\n{")

    asked(work, mode=mode)


def test_a_mistake_is_an_answer_and_the_server_lives_on() -> None:
    async def work(client: Any) -> None:
        for name, arguments, said in (
            ("check", {"paths": ["nothing-here"], "gpus": ["12.0"]}, "no such file or directory"),
            ("check", {"paths": [str(EXAMPLE)]}, "'gpus' is a required property"),
            ("check", {"paths": [str(EXAMPLE)], "gpus": ["12.0"], "output": "x"}, "'output' was unexpected"),
            ("gpus", {"query": "x" * 5000}, "gpus: query: "),
            ("write", {}, "unknown tool 'write'; tools: inspect, "),
            ("explain", {"text": "phantm-arch"}, "similar: phantom-arch"),
        ):
            result = await client.call_tool(name, arguments)
            assert result.is_error
            assert said in result.content[0].text
            assert len(result.content[0].text) < 500
        assert not (await client.call_tool("gpus", {"query": "12.0"})).is_error

    asked(work)


class TestEndedCalls:
    """Calls whose command never ends by itself."""

    def test_a_client_that_goes_away_ends_the_call(self, tmp_path: Path) -> None:
        server = subprocess.Popen(
            [sys.executable, "-c", _endless(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
        )
        assert server.stdin is not None
        server.stdin.write(
            b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},'
            b'"clientInfo":{"name":"a","version":"1"}}}\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n'
            b'{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"gpus","arguments":{"query":"12.0"}}}\n'
        )
        server.stdin.flush()
        called = _pid(tmp_path)
        server.stdin.close()
        assert server.wait(30) == 0
        assert gone(called)

    def test_a_client_that_cancels_ends_the_call_and_goes_on(self, tmp_path: Path) -> None:
        from mcp import Client, StdioServerParameters
        from mcp.client.stdio import stdio_client

        async def session() -> None:
            server = StdioServerParameters(command=sys.executable, args=["-c", _endless(tmp_path)], cwd=ROOT)
            async with Client(stdio_client(server)) as client:
                call = asyncio.create_task(client.call_tool("gpus", {"query": "12.0"}))
                called = await asyncio.to_thread(_pid, tmp_path)
                call.cancel()
                assert await asyncio.to_thread(gone, called)
                assert len((await client.list_tools()).tools) == len(TOOLS)

        asyncio.run(session())


def _endless(folder: Path) -> str:
    """A program: the server, whose commands write their process's number down and sleep."""
    command = program(folder / "python", f"echo $$ > {folder}/began; mv {folder}/began {folder}/pid; exec sleep 600")
    return (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.executable = {str(command)!r}; "
        "from cudacompat.agents.main import run; sys.exit(run([]))"
    )


def _pid(folder: Path) -> int:
    """The number of the command's process, once it has begun."""
    for _ in range(600):
        if (folder / "pid").exists():
            return int((folder / "pid").read_text())
        time.sleep(0.05)
    raise AssertionError("the command has not begun")


class TestCommandLine:
    def test_help_and_version_need_no_sdk(self) -> None:
        code = "import sys; sys.modules['mcp'] = None; from cudacompat.agents.main import run; run(sys.argv[1:])"
        for option, said in (("--help", "usage: cudacompat-mcp"), ("--version", "cudacompat ")):
            ran = subprocess.run([sys.executable, "-c", code, option], capture_output=True, text=True, cwd=ROOT)
            assert (ran.returncode, ran.stdout[: len(said)]) == (0, said)

    def test_without_the_sdk_it_names_the_extra(self, capsys: pytest.CaptureFixture[str]) -> None:
        from cudacompat.agents import main

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(main, "find_spec", lambda _: None)
            assert main.run([]) == 2
        assert capsys.readouterr().err == (
            "cudacompat-mcp: error: the package mcp is missing (pip install 'cudacompat[mcp]')\n"
        )

    @pytest.mark.parametrize("number", ["0", "-1", "3601", "x", "1e3", "\u0661"])
    def test_limits_are_numbers_in_bounds(self, number: str, capsys: pytest.CaptureFixture[str]) -> None:
        from cudacompat.agents import main

        with pytest.raises(SystemExit) as ended:
            main.run(["--max-seconds", number])
        assert ended.value.code == 2
        assert "(1 to 3600)" in capsys.readouterr().err
