"""A mistyped command line is answered with one line that names what was probably meant."""

from __future__ import annotations

import pytest

from cudacompat.cli.mistakes import _COMMANDS, _OPTIONS
from cudacompat.domain.machine.facts import Missing
from cudacompat.host import snapshot
from cudacompat.host.gpus import probe
from tests.helpers.each_row import each_case, each_row
from tests.helpers.every_command import commands
from tests.helpers.run import inside

SAID = (
    (("scan", "x.so"), "unknown command: scan; similar: inspect (all commands: cudacompat --help)"),
    (("explian", "209"), "unknown command: explian; similar: explain (all commands: cudacompat --help)"),
    (("version",), "unknown command: version; similar: --version (all commands: cudacompat --help)"),
    (("xyzzy",), "unknown command: xyzzy (all commands: cudacompat --help)"),
    (("x" * 500,), f"unknown command: {'x' * 60}… (all commands: cudacompat --help)"),
    (("help", "check"), "unknown command: help; use: cudacompat --help, or cudacompat COMMAND --help"),
    (("doctor", "--json"), "unknown option: --json; similar: --format json (help: cudacompat doctor --help)"),
    (("check", ".", "--arch", "sm_120"), "unknown option: --arch; similar: --gpu (help: cudacompat check --help)"),
    (("check", ".", "--gpus", "8.6"), "unknown option: --gpus; similar: --gpu (help: cudacompat check --help)"),
    (("check", ".", "--zzz"), "unknown option: --zzz (help: cudacompat check --help)"),
    (("doctor", "--fix"), "unknown option: --fix; similar: cudacompat lint --fix (help: cudacompat doctor --help)"),
    (("toolkits", "--arch", "1"), "unknown option: --arch; similar: --gpu (help: cudacompat toolkits --help)"),
    (("explain", "--html"), "unknown option: --html; similar: --format html (help: cudacompat explain --help)"),
    (("-V",), "unknown option: -V; similar: --version (help: cudacompat --help)"),
    (
        ("explain", "error", "209"),
        "unexpected argument: 209 (quote a value that has blanks; help: cudacompat explain --help)",
    ),
    (
        ("diff", "a.so"),
        "missing argument: NEW (What OLD is compared with, in the same forms); help: cudacompat diff --help",
    ),
)


@each_row("said", SAID)
def test_a_mistake_is_one_line_that_helps(said: tuple[tuple[str, ...], str]) -> None:
    arguments, line = said
    ran = inside(*arguments)
    assert (ran.code, ran.out, ran.err) == (2, "", f"cudacompat: error: {line}\n")


def test_every_suggestion_is_there() -> None:
    assert {each for each in _COMMANDS.values() if not each.startswith("--")} <= set(commands())
    assert not set(_COMMANDS) & set(commands())
    there = {name for each in commands().values() for param in each.params for name in param.opts} | {"--version"}
    assert {each.partition(" ")[0] for each in _OPTIONS.values()} <= there


@each_case("name", sorted(commands()))
def test_an_option_that_no_word_is_near_names_the_help(name: str) -> None:
    err = inside(name, "--no-such-option").err
    assert err == f"cudacompat: error: unknown option: --no-such-option (help: cudacompat {name} --help)\n"


@pytest.mark.parametrize("command", ["doctor", "check"])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("./missing", "no such file or directory: ./missing"),
        ("a/missing.so", "no such file or directory: a/missing.so"),
        ("missing-folder", "no such file or directory: missing-folder (no package of that name is known here"),
    ],
)
def test_a_wrong_path_is_named_before_a_missing_gpu(
    monkeypatch: pytest.MonkeyPatch, command: str, path: str, said: str
) -> None:
    missing = Missing("GPU", ("NVML (none)",))
    monkeypatch.setattr(probe, "gpus", lambda *_, **__: missing)
    monkeypatch.setattr(snapshot, "gpus", lambda *_, **__: missing)
    ran = inside(command, path)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "GPU found" not in ran.err


@pytest.mark.parametrize("command", ["doctor", "check"])
def test_a_package_that_is_known_needs_a_gpu(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr(probe, "gpus", lambda *_, **__: Missing("GPU", ("NVML (none)",)))
    ran = inside(command, "torch")
    assert ran.code == 2
    assert "no GPU found on this machine" in ran.err
