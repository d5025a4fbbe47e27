"""Completions for PowerShell 5.1 and newer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cudacompat.cli.pages.commands import Program, all_choices, all_options, by_command
from cudacompat.cli.pages.values import word_lists, words_for

_TEMPLATE: Final = """\
# Completions of cudacompat @VERSION@ for PowerShell. Made by: cudacompat --completion powershell
# All names are in this file: to complete a word, PowerShell runs no program.

Register-ArgumentCompleter -Native -CommandName @('cudacompat', 'cudacompat.exe') -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $values = @{
@VALUES@
    }
    $options = @{
@OPTIONS@
    }
    $kinds = @{
@KINDS@
    }
    $command = ''
    $option = ''
    $place = 0
    foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete -ne '') { break }
        $word = $element.Extent.Text
        if ($option -ne '') { $option = '' }
        elseif ($word.StartsWith('-')) { if ($kinds.ContainsKey("$command $word")) { $option = $word } }
        elseif ($command -eq '') { $command = $word }
        else { $place++ }
    }
    $found = @()
    if ($option -ne '') { $found = $values[$kinds["$command $option"]] }
    elseif ($wordToComplete.StartsWith('-')) { $found = $options[$command] }
    elseif ($command -eq '') { $found = @(@COMMANDS@) }
    elseif ($kinds.ContainsKey("$command $place")) { $found = $values[$kinds["$command $place"]] }
    $found | Where-Object { $_ -and $_.StartsWith($wordToComplete, 'OrdinalIgnoreCase') } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
"""


def script(program: Program, version: str) -> str:
    """Return the script."""
    return (
        _TEMPLATE.replace("@VERSION@", version)
        .replace("@VALUES@", "\n".join(_values(program)))
        .replace("@OPTIONS@", "\n".join(_options(program)))
        .replace("@KINDS@", "\n".join(_kinds(program)))
        .replace("@COMMANDS@", _list(page.name for page in program.commands))
    )


def _values(program: Program) -> Iterator[str]:
    for kind, words in word_lists():
        yield f"        '{kind.value}' = @({_list(words)})"
    for choices in all_choices(program):
        yield f"        '{'|'.join(choices)}' = @({_list(choices)})"


def _options(program: Program) -> Iterator[str]:
    for command, options in by_command(program):
        yield f"        '{command}' = @({_list(name for option in options for name in option.names)})"


def _kinds(program: Program) -> Iterator[str]:
    """The list that the value of an option is from (`check --gpu`), and an argument (`generate 0`)."""
    for command, option in all_options(program):
        if option.value is not None:
            kind = "|".join(option.choices) or option.kind.value
            yield from (f"        '{command} {name}' = '{kind}'" for name in option.names)
    for page in program.commands:
        for place, argument in enumerate(page.arguments):
            if words_for(argument.kind):
                yield f"        '{page.name} {place}' = '{argument.kind.value}'"


def _list(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
