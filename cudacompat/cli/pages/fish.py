"""Completions for fish 3 and newer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cudacompat.cli.pages.commands import CommandPage, OptionPage, Program
from cudacompat.cli.pages.values import ValueKind, word_lists, words_for

_TEMPLATE: Final = """\
# Completions of cudacompat @VERSION@ for fish. Made by: cudacompat --completion fish
# All names are in this file: to complete a word, fish runs no program.

function __cudacompat_command --description 'Print the command of the line, nothing before there is one'
    set -l words (commandline -opc)
    for word in $words[2..-1]
        switch $word
            case '-*'
            case '*'
                echo $word
                return
        end
    end
end

function __cudacompat_is
    set -l command (__cudacompat_command)
    test "$command" = "$argv[1]"
end

@VALUES@

complete -c cudacompat -e
@COMPLETIONS@
"""


def script(program: Program, version: str) -> str:
    """Return the script."""
    return (
        _TEMPLATE.replace("@VERSION@", version)
        .replace("@VALUES@", "\n".join(_values()))
        .replace("@COMPLETIONS@", "\n".join(_completions(program)))
    )


def _values() -> Iterator[str]:
    for kind, words in word_lists():
        yield f"set -g {_variable(kind)} {' '.join(words)}"


def _variable(kind: ValueKind) -> str:
    return f"__cudacompat_{kind.value.replace('-', '_')}"


def _completions(program: Program) -> Iterator[str]:
    none = "__cudacompat_is ''"
    for option in program.options:
        yield _option(none, option)
    for page in program.commands:
        yield f"complete -c cudacompat -n {_quoted(none)} -f -a {page.name} -d {_quoted(page.summary)}"
    for page in program.commands:
        yield from _of_command(page)


def _of_command(page: CommandPage) -> Iterator[str]:
    condition = f"__cudacompat_is {page.name}"
    for option in page.options:
        yield _option(condition, option)
    kinds = [argument.kind for argument in page.arguments]
    files = {ValueKind.FILE, ValueKind.DIRECTORY, ValueKind.COMMAND, ValueKind.TOPIC}
    if not files & set(kinds):
        yield f"complete -c cudacompat -n {_quoted(condition)} -f"
    for kind in kinds:
        if words_for(kind):
            yield f"complete -c cudacompat -n {_quoted(condition)} -a {_quoted(f'${_variable(kind)}')}"


def _option(condition: str, option: OptionPage) -> str:
    parts = ["complete -c cudacompat", "-n", _quoted(condition)]
    for name in option.names:
        parts.append(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}")
    if option.choices:
        parts.append(f"-x -a {_quoted(' '.join(option.choices))}")
    elif option.value is not None and words_for(option.kind):
        parts.append(f"-x -a {_quoted(f'${_variable(option.kind)}')}")
    elif option.value is not None:
        parts.append("-r" if option.kind in (ValueKind.FILE, ValueKind.DIRECTORY) else "-x")
    return " ".join((*parts, "-d", _quoted(option.help)))


def _quoted(text: str) -> str:
    """The text in single quotes; a variable in it is expanded by `complete -a` itself."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
