"""Completions for zsh: as a file `_cudacompat` in a folder of `fpath`, or evaluated in .zshrc after `compinit`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cudacompat.cli.pages.commands import ArgumentPage, OptionPage, Program
from cudacompat.cli.pages.values import ValueKind, word_lists, words_for

_TEMPLATE: Final = """\
#compdef cudacompat
# Completions of cudacompat @VERSION@ for zsh. Made by: cudacompat --completion zsh
# All names are in this file: to complete a word, zsh runs no program.

_cudacompat_words() {
  local -a words
  case $argv[-1] in
@VALUES@
  esac
  argv[-1]=()
  compadd "$@" -M 'm:{[:lower:][:upper:]}={[:upper:][:lower:]}' -a words
}

_cudacompat_topics() {
  _alternative 'topics:topic:_cudacompat_words topic' 'files:log file:_files'
}

_cudacompat_commands() {
  local -a commands=(
@COMMANDS@
  )
  _describe -t commands command commands
}

_cudacompat() {
  local context state state_descr line curcontext=$curcontext
  typeset -A opt_args
  _arguments -C \\
@ROOT@
    '1: :_cudacompat_commands' \\
    '*:: :->command'
  [[ $state == command ]] || return
  curcontext="${curcontext%:*}-$line[1]:"
  case $line[1] in
@BODIES@
  esac
}

if [[ $funcstack[1] == _cudacompat ]]; then
  _cudacompat "$@"
elif (( $+functions[compdef] )); then
  compdef _cudacompat cudacompat
fi
"""


def script(program: Program, version: str) -> str:
    """Return the script."""
    commands = "\n".join(f"    {_quoted(f'{_plain(page.name)}:{page.summary}')}" for page in program.commands)
    return (
        _TEMPLATE.replace("@VERSION@", version)
        .replace("@VALUES@", "\n".join(_values()))
        .replace("@COMMANDS@", commands)
        .replace("@ROOT@", "\n".join(f"    {spec} \\" for spec in _options(program.options)))
        .replace("@BODIES@", "\n".join(_bodies(program)))
    )


def _values() -> Iterator[str]:
    for kind, words in word_lists():
        yield f"    {kind.value}) words=({' '.join(words)}) ;;"


def _bodies(program: Program) -> Iterator[str]:
    for page in program.commands:
        specs = [*_options(page.options), *_arguments(page.arguments)]
        yield f"    {page.name})\n      _arguments -s \\\n" + " \\\n".join(f"        {spec}" for spec in specs)
        yield "      ;;"


def _options(options: Iterable[OptionPage]) -> Iterator[str]:
    for option in options:
        for name in option.names:
            repeat = "*" if option.repeatable else ""
            action = "" if option.value is None else f":{_plain(_label(option.value))}:{_action(option)}"
            mark = "" if option.value is None else "=" if name.startswith("--") else "+"
            yield _quoted(f"{repeat}{name}{mark}[{_plain(option.help)}]{action}")


def _arguments(arguments: Iterable[ArgumentPage]) -> Iterator[str]:
    for place, argument in enumerate(arguments, 1):
        position = "*" if argument.repeatable else str(place)
        yield _quoted(f"{position}:{_plain(_label(argument.name))}:{_of_kind(argument.kind)}")


def _action(option: OptionPage) -> str:
    return f"({' '.join(option.choices)})" if option.choices else _of_kind(option.kind)


def _of_kind(kind: ValueKind) -> str:
    if kind is ValueKind.TOPIC:
        return "_cudacompat_topics"
    if words_for(kind):
        return f"_cudacompat_words {kind.value}"
    return {ValueKind.FILE: "_files", ValueKind.DIRECTORY: "_files -/", ValueKind.COMMAND: "_normal"}.get(kind, " ")


def _label(name: str) -> str:
    """The name of a value; that of a choice is no help beside its words."""
    return "value" if "|" in name and " " not in name else name


def _plain(text: str) -> str:
    """The text where colons, brackets and backslashes mean something to `_arguments`."""
    return "".join(f"\\{char}" if char in "\\:[]" else char for char in text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
