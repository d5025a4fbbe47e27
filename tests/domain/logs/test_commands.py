"""The commands that log lines print: each runs as printed, as far as its own program's option parser can tell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Sequence

import pytest
import typer

from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Target
from tests.domain.logs.test_catalogue import SIGNATURES, read
from tests.helpers.each_row import row

GPUS: dict[str, Target | None] = {
    "no GPU": None,
    "GTX 1080": Target("GTX 1080", "NVIDIA GeForce GTX 1080", ComputeCapability(6, 1)),
    "Tesla T4": Target("Tesla T4", "Tesla T4", ComputeCapability(7, 5)),
    "RTX 5070 Ti": Target("RTX 5070 Ti", "NVIDIA GeForce RTX 5070 Ti", ComputeCapability(12, 0)),
    "GB10": Target("GB10", "NVIDIA GB10", ComputeCapability(12, 1)),
}
PYTHON = 'Traceback (most recent call last):\n  File "/env/lib/python3.12/site-packages/x/y.py", line 3, in f\n'
CARGO = "     Running `target/release/app`\n"
NIX = "/nix/store/abc-app/bin/app\n"
WSL = "Linux box 5.15.167.4-microsoft-standard-WSL2 x86_64\n"
WORLDS = {"nothing": "", "python": PYTHON, "cargo": CARGO, "nix": NIX, "wsl": WSL}

# Where only the reader knows the name: a file of device code.
_PLACEHOLDERS = {"FILE"}


def printed() -> dict[str, str]:
    """Every command that a sample yields, in every world and for every GPU, with an id that prints it."""
    found: dict[str, str] = {}
    for signature in SIGNATURES:
        texts = (signature.command, *(case.command for case in signature.cases))
        by_gpu = bool(signature.wheel or signature.refined or any("{" in (text or "") for text in texts))
        for world in WORLDS.values() if signature.cases else ("",):
            for target in GPUS.values() if by_gpu or signature.cases else (None,):
                for match in read(f"{world}{signature.sample}\n", target).matches:
                    if match.command is not None:
                        found.setdefault(match.command, match.signature.id)
    return found


def test_each_is_one_line_that_its_program_understands() -> None:
    commands = printed()
    assert len(commands) > 130
    for command in commands:
        with row(command):
            assert not re.search(r"[{}…<`\n]|YOUR|\bNN\b", command)
            for part in re.split(r" && ", command):
                accepted(shlex.split(part))


@pytest.mark.parametrize(
    "command",
    [
        "pip install --upgrad torch",
        "pip install torch --index-url",
        "cudacompat generate cmake --gpus 12.0",
        "cudacompat generate cmake --gpu",
        "python -c 'import torch; print('",
        "docker run --gpu all ubuntu",
        "cmake -C build -DX",
        "export CUDA-HOME=/usr",
        "sudo ldconfig --nothing",
        "PROGRAM --help",
        "cargo build --feature cuda",
    ],
)
def test_one_that_is_wrong_is_noticed(command: str) -> None:
    with pytest.raises((AssertionError, SystemExit, KeyError, ValueError, SyntaxError, typer.BadParameter.__mro__[2])):
        accepted(shlex.split(command))


# -- the programs


def accepted(words: Sequence[str]) -> None:
    """Fail where a program would refuse its options."""
    if words[0] == "sudo":
        accepted(words[1:])
    elif words[0] == "env":
        assert words[1] == "-u"
        accepted(words[3:])
    elif words[0] in _OWN_PARSERS:
        _OWN_PARSERS[words[0]](words[1:])
    else:
        _known(words[0], words[1:])


def _pip(words: Sequence[str]) -> None:
    commands = pytest.importorskip("pip._internal.commands")
    command = commands.create_command(words[0])
    _, rest = command.parser.parse_args(list(words[1:]))
    if words[0] in ("install", "uninstall"):
        from packaging.requirements import Requirement

        assert rest
        assert all(Requirement(each) for each in rest)


def _python(words: Sequence[str]) -> None:
    if words[0] == "-c":
        compile(words[1], "command", "exec")
        assert len(words) == 2
    elif words[:2] == ["-m", "pip"]:
        _pip(words[2:])
    else:
        assert words[0] == "-m"
        assert words[1] in ("bitsandbytes", "xformers.info", "venv")


def _cudacompat(words: Sequence[str]) -> None:
    import typer.main

    from cudacompat.cli.command_line import app

    commands = typer.main.get_command(app)
    assert isinstance(commands, typer.core.TyperGroup)
    commands.commands[words[0]].make_context(words[0], list(words[1:]))
    names = {word for word in words[1:] if word.isupper() and len(word) > 3 and word.isalpha()}
    assert names <= _PLACEHOLDERS


def _export(words: Sequence[str]) -> None:
    assert words
    assert all(re.fullmatch(r"[A-Za-z_]\w*=\S+", word) for word in words)


def _unset(words: Sequence[str]) -> None:
    assert words
    assert all(re.fullmatch(r"[A-Za-z_]\w*", word) for word in words)


def _cmake(words: Sequence[str]) -> None:
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in ("-B", "-G", "-S"):
            rest.pop(0)
        elif word != "--fresh":
            assert re.fullmatch(r"-D[A-Za-z_]\w*(?::[A-Z]+)?=\S+", word), word


_OWN_PARSERS: dict[str, Callable[[Sequence[str]], None]] = {
    "pip": _pip,
    "python": _python,
    "python3": _python,
    "cudacompat": _cudacompat,
    "export": _export,
    "unset": _unset,
    "cmake": _cmake,
}

# Options that take a value end in "="; what is no option must match the expression behind them. From each program's
# manual page or --help.
_DOCKER_RUN = ("--rm", "--gpus=", "-e=", "--device=", "--security-opt=", "--group-add=")
_PROGRAMS: dict[str, tuple[Iterable[str], str]] = {
    "apptainer exec": (("--nv",), r"docker://ubuntu nvidia-smi"),
    "apt-cache search": ((), r"[a-z0-9-]+"),
    "apt-get install": (("-y", "--reinstall"), r"(?:[a-z0-9][a-z0-9.+-]*|linux-headers-\$\(uname -r\)| )+"),
    "apt-get purge": ((), r"\*nvidia\*"),
    "as": (("--version",), r""),
    "cargo add": (("--features=",), r"[a-z0-9-]+"),
    "cargo build": (("--release", "--features=", "-vv"), r""),
    "cargo clean": (("--release", "-p="), r""),
    "cargo update": (("-p=",), r""),
    "nvidia-container-cli": (("-k", "-d="), r"info"),
    "clinfo": ((), r""),
    "gst-inspect-1.0": ((), r"nvcodec"),
    "local-ai backends": ((), r"list"),
    "rocminfo": ((), r""),
    "ds_report": ((), r""),
    "mim install": ((), r"mmcv==[\d.]+"),
    "modprobe": ((), r"nvidia-modeset"),
    "sinfo": (("-o=",), r""),
    "ubuntu-drivers": ((), r"devices"),
    "cat": ((), r"/[\w/]+"),
    "df": (("-h",), r""),
    "dkms autoinstall": (("--force",), r""),
    "dkms status": ((), r""),
    "dmesg": ((), r""),
    "dpkg": (("--configure", "-a"), r""),
    "docker build": (("--progress=",), r"\."),
    "docker run": (_DOCKER_RUN, r"ubuntu nvidia-smi"),
    "ffmpeg": (("-hide_banner", "-encoders", "-h="), r""),
    "free": (("-h",), r""),
    "glxinfo": (("-B",), r""),
    "grep": (("-rl", "-e="), r"(?:/[\w./-]+ ?)+"),
    "fuser": (("-v",), r"/dev/nvidia0"),
    "journalctl": (("-b", "-u="), r""),
    "kubectl logs": (("-n=", "-l="), r""),
    "kubectl get": (("-o=", "--all-namespaces", "-l=", "-n=", "--sort-by="), r"nodes|pods|events"),
    "ldconfig": (("-p",), r""),
    "ldd": ((), r"[\w.-]+\.so"),
    "ls": (("-l",), r"(?:/[\w./-]+ ?)+"),
    "lspci": (("-nnk", "-d="), r""),
    "mokutil": (("--import=",), r""),
    "nixos-rebuild": ((), r"boot|switch"),
    "nvcc": (("--list-gpu-arch", "--version"), r""),
    "conda config": (("--show",), r"(?:channels|channel_priority| )+"),
    "conda search": (("-c=",), r"[a-z-]+"),
    "nvidia-ctk": (("--version",), r""),
    "nvidia-ctk cdi": (("--output=",), r"generate"),
    "pixi info": ((), r""),
    "pixi search": ((), r"[a-z-]+"),
    "poetry env": ((), r"info"),
    "tail": (("-n=",), r"[\w/.-]+"),
    "nvidia-ctk runtime": (("--runtime=", "--set-as-default"), r"configure"),
    "nvidia-ctk system": (("--create-all",), r"create-dev-char-symlinks"),
    "nvidia-modprobe": (("-c=", "-u"), r""),
    "nvidia-smi": (("-L", "-q", "-d=", "--query-compute-apps=", "--query-gpu=", "--format="), r""),
    "nvidia-smi mig": (("-lgi",), r""),
    "ollama": (("--version",), r""),
    "podman run": (_DOCKER_RUN, r"ubuntu nvidia-smi"),
    "ptxas": (("--version",), r""),
    "systemctl": ((), r"(?:status|restart|disable) [a-z-]+"),
    "tegrastats": ((), r""),
    "uname": (("-m", "-r"), r""),
    "./configure": (("--with-cuda=", "--enable-cuda-nvcc", "--nvccflags="), r""),
    "julia": (("-g2",), r""),
    "scontrol show": ((), r"partition"),
    "where.exe": ((), r"(?:\w+\.(?:exe|dll) ?)+"),
    "wsl.exe": (("--shutdown", "--update"), r""),
}


def _known(program: str, words: Sequence[str]) -> None:
    """Hold the words of a program that is not here to its table."""
    named = f"{program} {words[0]}" if words else program
    if named in _PROGRAMS:
        words = words[1:]
    else:
        named = program
    options, expected = _PROGRAMS[named]
    with_value = {each[:-1] for each in options if each.endswith("=")}
    without = {each for each in options if not each.endswith("=")}
    rest, plain = list(words), []
    while rest:
        word = rest.pop(0)
        name, equals, _ = word.partition("=")
        if not word.startswith("-") or (plain and "ubuntu" in plain[0]):  # in the container it is another program's
            plain.append(word)
        elif equals and name in with_value:
            continue
        elif word in with_value:
            rest.pop(0)
        else:
            assert word in without, f"{program} has no option {word} in its table"
    assert re.fullmatch(expected, " ".join(plain)), plain
