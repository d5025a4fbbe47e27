"""Completions: the real shells, asked as a person asks them, on a terminal."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_powershell

from cudacompat.cli.pages.completion import SHELLS
from cudacompat.cli.pages.values import ValueKind, words_for
from cudacompat.domain.gpus.lookup import resolve
from tests.helpers.each_row import each_case
from tests.helpers.every_command import commands
from tests.helpers.run import inside
from tests.helpers.terminal import Terminal
from tests.helpers.toolchain import optional_program, require_program

PROMPT = "ready> "
# the line as it is typed, and a piece of what is there after the key
TYPED = [
    pytest.param("cudacompat che\t", "cudacompat check ", id="command"),
    pytest.param("cudacompat check --driver-\t", "--driver-floor", id="option"),
    pytest.param("cudacompat check --format s\t", "--format sarif ", id="format"),
    pytest.param("cudacompat check --format=s\t", "--format=sarif", id="format-after-equals"),
    pytest.param("cudacompat check x --gpu rtx-5070-ti-l\t", "rtx-5070-ti-laptop-gpu", id="gpu"),
    pytest.param("cudacompat generate ctransl\t", "generate ctranslate2 ", id="engine"),
    pytest.param("cudacompat generate cmake --as dock\t", "--as dockerfile ", id="output"),
    pytest.param("cudacompat explain no-runna\t", "no-runnable-code ", id="rule"),
    pytest.param("cudacompat explain my-l\t", "my-log.txt", id="log-file"),
    pytest.param("cudacompat check two\t", "two\\ words.so", id="file-with-a-blank"),
    pytest.param("cudacompat wheels torchv\t", "torchvision ", id="package"),
    pytest.param("cudacompat --comp\t", "--completion", id="root-option"),
    pytest.param("cudacompat rebuild cmake the-so\t", "the-source/", id="directory"),
]


def start_of(shell: str, script: Path) -> tuple[list[str], str]:
    """The command of a bare shell, and the line that loads the completions in it."""
    if shell == "bash":
        return ["bash", "--norc", "--noprofile"], f"bind 'set bell-style none'; source {script}; PS1='{PROMPT}'\n"
    # without the last two the prompt begins its line
    setup = "autoload -U compinit; compinit -u -D; unsetopt zle_bracketed_paste prompt_cr prompt_sp"
    return ["zsh", "-f"], f"{setup}; source {script}; PS1='{PROMPT}'\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts, some files, and a stranger's program of our name."""
    root = tmp_path_factory.mktemp("completion")
    for shell in SHELLS:
        (root / f"script.{shell}").write_text(inside("--completion", shell).out)
    (root / "my-log.txt").touch()
    (root / "two words.so").touch()
    (root / "the-source").mkdir()
    planted = root / "cudacompat"
    planted.write_text(f"#!/bin/sh\ntouch {root}/RAN\n")
    planted.chmod(0o755)
    return root


def environment(folder: Path) -> dict[str, str]:
    """A person who has the current directory in PATH: completing must not run what lies there."""
    return {"PATH": f"{folder}:.:{os.environ['PATH']}", "TERM": "dumb", "HOME": str(folder), "LC_ALL": "C.UTF-8"}


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize(("typed", "shown"), TYPED)
def test_a_key_completes_the_word(folder: Path, shell: str, typed: str, shown: str) -> None:
    require_program(shell)
    command, setup = start_of(shell, folder / f"script.{shell}")
    with Terminal(command, folder, environment(folder)) as terminal:
        terminal.type(setup)
        terminal.shown(until=f"\n{PROMPT}")
        terminal.type(typed)
        assert shown in terminal.shown()
    assert not (folder / "RAN").exists()


@pytest.mark.parametrize(("typed", "shown"), TYPED)
def test_fish_completes_the_word(folder: Path, typed: str, shown: str) -> None:
    fish = require_program("fish")
    line = typed.rstrip("\t")
    done = subprocess.run(
        [fish, "--no-config", "-c", f"source script.fish; complete -C '{line}'"],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(folder),
        timeout=60,
        check=True,
    )
    offered = [each.partition("\t")[0] for each in done.stdout.splitlines()]
    assert re.split(r"[ ]", shown.replace("\\ ", "_").strip())[-1].replace("_", " ") in offered
    assert not (folder / "RAN").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_whole_for_its_shell(folder: Path, shell: str) -> None:
    done = subprocess.run([require_program(shell), "-n", folder / f"script.{shell}"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_powershell_would_read_its_script(folder: Path) -> None:
    language = tree_sitter.Language(tree_sitter_powershell.language())
    tree = tree_sitter.Parser(language).parse((folder / "script.powershell").read_bytes())
    assert not tree.root_node.has_error


def test_powershell_completes_the_word(folder: Path) -> None:
    shell = optional_program("pwsh")
    line = "cudacompat check x --gpu rtx-5070-ti-l"
    asked = f". ./script.ps1; (TabExpansion2 '{line}' {len(line)}).CompletionMatches.CompletionText"
    (folder / "script.ps1").write_text((folder / "script.powershell").read_text())
    done = subprocess.run([shell, "-NoProfile", "-Command", asked], capture_output=True, text=True, cwd=folder)
    assert done.stdout.strip() == "rtx-5070-ti-laptop-gpu"


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_option_is_in_the_script(folder: Path, shell: str) -> None:
    words = set(re.findall(r"[\w.+-]+", (folder / f"script.{shell}").read_text()))
    for name, command in commands().items():
        options = {each for parameter in command.params for each in parameter.opts if each.startswith("-")}
        wanted = {each.removeprefix("--") for each in options} if shell == "fish" else options
        assert not {name, *wanted - {"-o", "-v"}} - words


@each_case("kind", ValueKind, ids=lambda kind: kind.value)
def test_no_shell_reads_anything_into_a_word(kind: ValueKind) -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", word) for word in words_for(kind))


def test_every_gpu_that_is_offered_is_a_spec() -> None:
    offered = words_for(ValueKind.GPU)
    assert {"native", "rtx-5070-ti", "h100-pcie", "12.0", "sm_90"} <= set(offered)
    for word in offered:
        assert word == "native" or resolve(word)


def test_an_unknown_shell_is_refused_by_name() -> None:
    ran = inside("--completion", "tcsh")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "cudacompat: error: no completions for the shell 'tcsh' (use bash, zsh, fish, powershell)\n"
