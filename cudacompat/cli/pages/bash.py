"""Completions for bash 3.2 and newer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cudacompat.cli.pages.commands import Program, all_choices, all_options, by_command
from cudacompat.cli.pages.values import word_lists

# `compgen -W` expands the list that it is given: the words have no character that bash reads anything into.
_TEMPLATE: Final = """\
# Completions of cudacompat @VERSION@ for bash. Made by: cudacompat --completion bash
# All names are in this file: to complete a word, bash runs no program.

_cudacompat_values() {
  case "$1" in
@VALUES@
  esac
}

_cudacompat_options() {
  case "$1" in
@OPTIONS@
  esac
}

_cudacompat_kind() {
  case "$1" in
@KINDS@
    *) return 1 ;;
  esac
}

_cudacompat() {
  local current=${COMP_WORDS[COMP_CWORD]} command= option= kind= word i
  local place=0 ended=
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == '=' ]]; then
      if [[ -z $option ]]; then ended=file; fi
    elif [[ -n $option ]]; then
      option=
    elif [[ $word == -- ]]; then
      ended=command
      break
    elif [[ $word == -* ]]; then
      if _cudacompat_kind "$command $word" >/dev/null; then option=$word; fi
    elif [[ -z $command ]]; then
      command=$word
    else
      ((place++))
    fi
  done
  COMPREPLY=()
  if [[ $current == '=' ]]; then current=; if [[ -z $option ]]; then ended=file; fi; fi
  if [[ $ended == command && ${COMP_WORDS[COMP_CWORD - 1]} == -- ]]; then
    COMPREPLY=($(compgen -c -- "$current"))
    return
  elif [[ -n $ended ]]; then
    kind=file
  elif [[ -n $option ]]; then
    kind=$(_cudacompat_kind "$command $option")
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$(_cudacompat_options "$command")" -- "$current"))
    return
  elif [[ -z $command ]]; then
    COMPREPLY=($(compgen -W "@COMMANDS@" -- "$current"))
    return
  else
    kind=$(_cudacompat_kind "$command $place") || kind=$(_cudacompat_kind "$command ...") || kind=file
  fi
  case $kind in
    file | command) ;; # nothing here: the default of readline completes file names, and quotes them
    directory) compopt -o dirnames 2>/dev/null ;;
    topic)
      if [[ -n $current ]]; then
        COMPREPLY=($(compgen -W "$(_cudacompat_values topic)" -- "$current"))
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
        compopt -o filenames 2>/dev/null
      fi
      ;;
    text) compopt +o default 2>/dev/null ;;
    *)
      COMPREPLY=($(compgen -W "$(_cudacompat_values "$kind")" -- "$current"))
      compopt +o default 2>/dev/null
      ;;
  esac
}

complete -o default -F _cudacompat cudacompat
"""


def script(program: Program, version: str) -> str:
    """Return the script."""
    return (
        _TEMPLATE.replace("@VERSION@", version)
        .replace("@VALUES@", "\n".join(_values(program)))
        .replace("@OPTIONS@", "\n".join(_options(program)))
        .replace("@KINDS@", "\n".join(_kinds(program)))
        .replace("@COMMANDS@", " ".join(each.name for each in program.commands))
    )


def _values(program: Program) -> Iterator[str]:
    """The lists, each once: those of the tables, then the choices of options under a name made of them."""
    for kind, words in word_lists():
        yield f'    {kind.value}) echo "{" ".join(words)}" ;;'
    for choices in all_choices(program):
        yield f'    {_name_of(choices)}) echo "{" ".join(choices)}" ;;'


def _options(program: Program) -> Iterator[str]:
    for command, options in by_command(program):
        names = " ".join(name for option in options for name in option.names)
        yield f'    "{command}") echo "{names}" ;;'


def _kinds(program: Program) -> Iterator[str]:
    """What stands for the value of an option (`check --gpu`) and for an argument (`generate 0`, `check ...`)."""
    for command, option in all_options(program):
        if option.value is not None:
            kind = _name_of(option.choices) if option.choices else option.kind.value
            pattern = "|".join(f'"{command} {name}"' for name in option.names)
            yield f"    {pattern}) echo {kind} ;;"
    for page in program.commands:
        for place, argument in enumerate(page.arguments):
            yield f'    "{page.name} {"..." if argument.repeatable else place}") echo {argument.kind.value} ;;'


def _name_of(choices: tuple[str, ...]) -> str:
    return "choice-" + "-".join(choices)
