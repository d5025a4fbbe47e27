"""The command line as data: its commands with their options, arguments and examples, as the parser has them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cudacompat.cli.pages.values import ValueKind, kind_of
from cudacompat.report.formats import formats_of


@dataclass(frozen=True, slots=True)
class OptionPage:
    """One option: its names (`-o`, `--gpu`), the name of its value or None for a flag, and the values it can have.

    `choices` is complete where it is not empty; `kind` names a list that completions offer.
    """

    names: tuple[str, ...]
    value: str | None
    help: str
    choices: tuple[str, ...] = ()
    kind: ValueKind = ValueKind.TEXT
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class ArgumentPage:
    """One argument: how a usage line names it, its help, and the list that completions offer."""

    name: str
    help: str
    kind: ValueKind
    repeatable: bool


@dataclass(frozen=True, slots=True)
class CommandPage:
    """One command: `summary` is one line, `text` the paragraphs after it."""

    name: str
    usage: str
    summary: str
    text: tuple[str, ...]
    arguments: tuple[ArgumentPage, ...]
    options: tuple[OptionPage, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """The whole command line: what comes before a command, and the commands in their order."""

    summary: str
    options: tuple[OptionPage, ...]
    commands: tuple[CommandPage, ...]


def by_command(program: Program) -> Iterator[tuple[str, tuple[OptionPage, ...]]]:
    """Yield the options before a command under no name, then those of each command."""
    yield "", program.options
    for page in program.commands:
        yield page.name, page.options


def all_options(program: Program) -> Iterator[tuple[str, OptionPage]]:
    """Yield each option with its command, as `by_command` has them."""
    for command, options in by_command(program):
        for option in options:
            yield command, option


def all_choices(program: Program) -> list[tuple[str, ...]]:
    """Return the values that options take, each set once."""
    return sorted({option.choices for _, option in all_options(program) if option.choices})


def program() -> Program:
    """Return the command line of this release."""
    from cudacompat.cli.command_line import click_command

    root = click_command()
    return Program(root.help or "", tuple(_options("", root)), tuple(map(_page, root.commands.values())))


def _page(command: Any) -> CommandPage:
    from cudacompat.cli.examples import EXAMPLES

    name = command.name
    summary, _, rest = inspect.cleandoc(command.help or "").partition("\n\n")
    arguments = tuple(_arguments(name, command))
    usage = " ".join(["cudacompat", name, "[OPTIONS]", *(each.name for each in arguments)])
    return CommandPage(
        name,
        usage,
        summary,
        text=tuple(" ".join(part.split()) for part in rest.split("\n\n") if part),
        arguments=arguments,
        options=tuple(_options(name, command)),
        examples=EXAMPLES.get(name, ()),
    )


def _arguments(command: str, parser: Any) -> Iterator[ArgumentPage]:
    for param in parser.params:
        if param.param_type_name == "argument":
            name = param.metavar or param.name.upper()
            if param.metavar is None and not param.required:
                name = f"[{name}]"
            yield ArgumentPage(name, param.help or "", kind_of(command, param.name, name), repeatable=param.nargs == -1)


def _options(command: str, parser: Any) -> Iterator[OptionPage]:
    for param in parser.params:
        if param.param_type_name == "option" and not param.hidden:
            yield _option(command, param)
    yield OptionPage(("-h", "--help"), None, "Show this message and exit.")


def _option(command: str, param: Any) -> OptionPage:
    names = tuple(sorted((*param.opts, *param.secondary_opts), key=lambda name: (name.startswith("--"), len(name))))
    if param.is_flag:
        return OptionPage(names, None, param.help or "")
    choices = tuple(map(str, getattr(param.type, "choices", ())))
    if param.name == "format_":
        choices = tuple(each.value for each in formats_of(command))
    value = "|".join(choices) if choices else param.metavar or param.name.upper()
    kind = ValueKind.CHOICE if choices else kind_of(command, param.name, value)
    return OptionPage(names, value, param.help or "", choices=choices, kind=kind, repeatable=bool(param.multiple))
