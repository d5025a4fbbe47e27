"""The tools behind the official SDK: a server on standard input and output."""

from __future__ import annotations

import json
import threading
from typing import Any

import anyio
import anyio.to_thread
import jsonschema
import mcp.types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

import cudacompat
from cudacompat.agents.calls import CallAnswer, CallLimits, answer, output_schema
from cudacompat.agents.tools import TOOLS, AgentTool
from cudacompat.host.programs.process import ProcessStop

_INSTRUCTIONS = (
    "Whether compiled CUDA code runs on a GPU, why not, and what cures it. For an error log use explain; for a machine "
    "or an environment doctor; for a wheel, library or image check; for a pin wheels; for build files lint, then "
    "generate. All tools only read local files. A result other than native, compatible or jit is not good."
)
_AT_ONCE = 2  # calls; others wait
_END_S = 5.0  # the most that a call which was stopped may take to end
_BY_NAME = {each.name: each for each in TOOLS}


def serve(limits: CallLimits) -> None:
    """Serve the client on standard input and output until it closes its end."""
    anyio.run(_serve, limits)


async def _serve(limits: CallLimits) -> None:
    async with stdio_server() as (incoming, outgoing):
        server = make_server(limits)
        await server.run(incoming, outgoing, server.create_initialization_options())


def make_server(limits: CallLimits) -> Server[Any]:
    """Return the server with all tools, for any transport."""
    room = anyio.CapacityLimiter(_AT_ONCE)

    async def list_tools(*_: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(each) for each in TOOLS])

    async def call_tool(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = _BY_NAME.get(params.name)
        if tool is None:
            return _failed(f"unknown tool {params.name!r}; tools: {', '.join(_BY_NAME)}")
        arguments = params.arguments or {}
        mistake = _mistake(tool, arguments)
        if mistake is not None:
            return _failed(mistake)
        async with room:
            return _result(await _in_thread(tool, arguments, limits))

    return Server(
        "cudacompat",
        version=cudacompat.__version__,
        title="cudacompat",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def _in_thread(tool: AgentTool, arguments: dict[str, Any], limits: CallLimits) -> CallAnswer:
    """Run the call apart; a client that cancels it, or goes away, ends its process, for which is waited: a process
    that has only begun would outlive a server that ends at once."""
    stop, ended = ProcessStop(), threading.Event()

    def call() -> CallAnswer:
        try:
            return answer(tool, arguments, limits, stop=stop)
        finally:
            ended.set()

    try:
        return await anyio.to_thread.run_sync(call, abandon_on_cancel=True)
    except anyio.get_cancelled_exc_class():
        stop.stop()
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(ended.wait, _END_S)
        raise


def _described(tool: AgentTool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=output_schema(tool),
        annotations=types.ToolAnnotations(
            title=tool.title, read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def _mistake(tool: AgentTool, arguments: dict[str, Any]) -> str | None:
    """What does not fit the schema, in one line."""
    errors = jsonschema.Draft202012Validator(tool.input_schema).iter_errors(arguments)
    error = jsonschema.exceptions.best_match(errors)
    if error is None:
        return None
    where = ".".join(map(str, error.absolute_path))
    message = error.message if len(error.message) < 300 else f"{error.message[:300]}…"
    return f"{tool.name}: {f'{where}: ' if where else ''}{message}"


def _result(answered: CallAnswer) -> types.CallToolResult:
    if answered.report is None:
        return _failed(answered.error or "no result")
    text = f"{answered.meaning}\n{json.dumps(answered.report, ensure_ascii=False)}"
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)],
        structured_content=answered.report,
        _meta={"exit_code": answered.exit_code},
    )


def _failed(message: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=message)], is_error=True)
