"""What a command of pip, uv or conda installs, and from which indexes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from packaging.utils import canonicalize_name

from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.wheels.requirement import LOCAL_BUILD, index_name
from cudacompat.domain.words.programs import CONDA

UNKNOWN = "?"  # an index, or a file, that only the build can know
_PYTHON = re.compile(r"python[\d.]*")
_LONGEST = 300  # characters of an address that are looked at
_PIP = re.compile(r"pip[\d.]*")
_WITH_VALUE = frozenset(
    {
        "-t", "--target", "--platform", "--python-version", "--implementation", "--abi", "--root", "--prefix", "--src",
        "--upgrade-strategy", "--cache-dir", "--timeout", "--retries", "--trusted-host", "--proxy", "--cert",
        "--progress-bar", "--log", "--no-binary", "--only-binary", "--config-settings", "--config-setting", "-C",
        "--global-option", "--python", "-p", "-n", "--name", "--extra", "--group", "--index-strategy", "--resolution",
        "--keyring-provider", "--report", "--override", "--overrides", "--build-constraint", "--build-constraints",
        "--exclude-newer", "--link-mode", "--project", "--directory",
    }
)  # fmt: skip
_OF_FOLDER = {"uv": "sync", "poetry": "install"}
_PROJECT = re.compile(r"\.(?:/)?(?:\[([\w\s,.-]{0,200})\])?")


@dataclass(frozen=True, slots=True)
class InstallCommand:
    """What the words of one command say: requirements as they are written, files of them (and of constraints), the
    index that replaces PyPI and those beside it, whether the first index that has a package gives it (uv), the
    channels where conda installs (`conda` is whether it does), and the extras with which the project itself is
    installed (`None` where it is not). `removed` are the packages that it uninstalls, `more` is whether it installs
    something else that only the build can know; `upgrade` is whether it takes a newer release than the installed one,
    `forced` whether it installs again what is there."""

    requirements: tuple[str, ...]
    files: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    index: str | None = None
    extra: tuple[str, ...] = ()
    conda: bool = False
    channels: tuple[str, ...] = ()
    first_index: bool = False
    own_extras: tuple[str, ...] | None = None
    removed: tuple[str, ...] = ()
    more: bool = False
    upgrade: bool = False
    forced: bool = False


def install_command(
    program: str, words: Sequence[str | None], environment: Mapping[str, str | None]
) -> InstallCommand | None:
    """Return what the command installs or uninstalls; `None` for one that does neither. A word that only the build can
    know is `None`; `environment` are the variables that it sees, `None` for a value that is not known."""
    own = _of_project(program, words)
    if own is not None:
        return InstallCommand((), first_index=program == "uv", own_extras=own)
    removed = _removed(words)
    if removed:
        return InstallCommand((), removed=removed)
    rest = _arguments(program, words)
    if rest is None:
        return _of_archive(program, words)
    conda = program in CONDA
    read = _Reading(environment, conda=conda)
    read.all(rest)
    by_uv = "uv" in (program, *words[1:4])
    limits = () if conda else _limits_of(environment, "UV_CONSTRAINT" if by_uv else "PIP_CONSTRAINT")
    return replace(read.command, first_index=by_uv, constraints=(*limits, *read.command.constraints))


def _limits_of(environment: Mapping[str, str | None], name: str) -> tuple[str, ...]:
    """The files of constraints that a variable names, with spaces between them; none where it is empty."""
    value = environment.get(name, "")
    return (UNKNOWN,) if value is None else tuple(value.split())


def _of_project(program: str, words: Sequence[str | None]) -> tuple[str, ...] | None:
    """The extras with which `uv sync` or `poetry install` installs the project of the folder."""
    rest = words[2:]
    if program not in _OF_FOLDER or None in rest or list(words[1:2]) != [_OF_FOLDER[program]]:
        return None
    extras: list[str] = []
    for word, after in zip(rest, (*rest[1:], None), strict=bool(rest)):
        name, _, value = (word or "").partition("=")
        if name in ("--extra", "--extras", "-E", "--group"):
            extras += re.split(r"[\s,]+", value or after or "")
    return tuple(filter(None, extras))


def _of_archive(program: str, words: Sequence[str | None]) -> InstallCommand | None:
    """The release of the framework whose C++ archive is downloaded: its libraries are those of the wheel."""
    if program not in ("wget", "curl", "aria2c"):
        return None
    found = (framework().archives.search(unquote(word)[:_LONGEST]) for word in words if word)
    named = next(filter(None, found), None)
    return InstallCommand((f"{framework().name}=={named['version']}+{named['index']}",)) if named is not None else None


def _removed(words: Sequence[str | None]) -> tuple[str, ...]:
    """The packages that a command of pip or uv uninstalls."""
    before = [word for word in words[:4] if word == "uninstall"]
    if not before or not any(_PIP.fullmatch(word or "") for word in words[:4]):
        return ()
    rest = words[list(words).index("uninstall") + 1 :]
    return tuple(str(canonicalize_name(word)) for word in rest if word and not word.startswith("-"))


def _arguments(program: str, words: Sequence[str | None]) -> Sequence[str | None] | None:
    """The words behind the verb that installs; `None` where there is none."""
    rest = list(words[1:])
    if _PYTHON.fullmatch(program):
        if "-m" not in rest[:4]:
            return None
        rest = rest[rest.index("-m") + 1 :]
        if not rest or rest[0] not in ("pip", "uv"):
            return None
        program, rest = str(rest[0]), rest[1:]
    if program == "uv":
        if rest[:2] == ["pip", "install"]:
            return rest[2:]
        return rest[1:] if rest[:1] == ["add"] else None
    if _PIP.fullmatch(program):
        verbs = [number for number, word in enumerate(rest[:4]) if word == "install"]
        return rest[verbs[0] + 1 :] if verbs else None
    if program in CONDA:
        verbs = [number for number, word in enumerate(rest[:3]) if word in ("install", "create")]
        return rest[verbs[0] + 1 :] if verbs else None
    return None


class _Reading:
    def __init__(self, environment: Mapping[str, str | None], *, conda: bool) -> None:
        self._conda = conda
        self._requirements: list[str] = []
        self._files: list[str] = []
        self._constraints: list[str] = []
        self._index = self._of_environment(environment, "PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX")
        beside = ("PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INDEX", "PIP_FIND_LINKS")
        found = [self._of_environment(environment, each) for each in beside]
        self._extra = [each for each in found if each is not None]
        self._channels: list[str] = []
        self._own: tuple[str, ...] | None = None
        self._more = self._upgrade = self._forced = False
        backend = environment.get("UV_TORCH_BACKEND", "")
        if backend and LOCAL_BUILD.fullmatch(backend):
            self._extra.append(backend)

    @staticmethod
    def _of_environment(environment: Mapping[str, str | None], *names: str) -> str | None:
        name = next((each for each in names if each in environment), None)
        if name is None:
            return None
        value = environment[name]
        return index_name(value) if value else UNKNOWN

    def all(self, words: Sequence[str | None]) -> None:
        at = 0
        while at < len(words):
            word = words[at]
            at += 1
            if word is None:
                self._more = True
                continue
            name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
            glued = re.fullmatch(r"-([rcif])(.+)", word) if not word.startswith("--") else None
            if glued is not None:
                name, equals, value = f"-{glued[1]}", "=", glued[2]
            if name.startswith("-"):
                if self._takes_value(name):
                    given: str | None = value if equals else (words[at] if at < len(words) else None)
                    at += 0 if equals else 1
                    self._option(name, given)
                elif not self._conda:
                    self._upgrade |= name in ("-U", "--upgrade")
                    self._forced |= name in ("-I", "--ignore-installed", "--force-reinstall", "--reinstall")
                continue
            self._requirement(word)

    def _requirement(self, word: str) -> None:
        own = _PROJECT.fullmatch(word) if not self._conda else None
        if own is None:
            self._requirements.append(word)
        else:
            self._own = tuple(filter(None, re.split(r"[\s,]+", own[1] or "")))

    def _takes_value(self, name: str) -> bool:
        own = {"-c", "--channel", "-f", "--file"} if self._conda else _PIP_OPTIONS
        return name in own or name in _WITH_VALUE

    def _option(self, name: str, value: str | None) -> None:
        if self._conda:
            if name in ("-c", "--channel") and value:
                self._channels.append(value)
            elif name in ("-f", "--file"):
                self._files.append(value or UNKNOWN)
            return
        if name in ("-i", "--index-url", "--default-index"):
            self._index = index_name(value) if value else UNKNOWN
        elif name in ("--extra-index-url", "--index", "-f", "--find-links"):
            self._extra.append(index_name(value) if value else UNKNOWN)
        elif name in ("-r", "--requirement", "--requirements"):
            self._files.append(value or UNKNOWN)
        elif name in ("-c", "--constraint", "--constraints"):
            self._constraints.append(value or UNKNOWN)
        elif name in ("-e", "--editable") and value:
            self._requirement(value)
        elif name == "--torch-backend" and value and LOCAL_BUILD.fullmatch(value):
            self._extra.append(value)

    @property
    def command(self) -> InstallCommand:
        return InstallCommand(
            requirements=tuple(self._requirements),
            files=tuple(self._files),
            constraints=tuple(self._constraints),
            index=self._index,
            extra=tuple(self._extra),
            conda=self._conda,
            channels=tuple(self._channels),
            own_extras=self._own,
            more=self._more,
            upgrade=self._upgrade,
            forced=self._forced,
        )


_PIP_OPTIONS = frozenset(
    {
        "-i", "--index-url", "--default-index", "--extra-index-url", "--index", "-f", "--find-links", "-r",
        "--requirement", "--requirements", "-c", "--constraint", "--constraints", "--torch-backend", "-e", "--editable",
    }
)  # fmt: skip
