"""pip, asked which files an index has and told to fetch one: it knows the indexes, proxies and passwords of a machine.

It runs isolated from the current folder, never builds anything, and asks nobody a question.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cudacompat.domain.words.wheel_tags import Platform
from cudacompat.host.programs.process import ProcessResult, find, run

LISTING_S = 120.0
DOWNLOAD_S = 1800.0
_LISTING_BYTES = 64 << 20

_FOUND = re.compile(r"\s*Found link (?P<url>\S+?)(?: \(from .*\))?, version: \S+\s*")
_SKIPPED = re.compile(r"\s*Skipping link: (?P<why>.{1,400}?): (?P<url>(?:https?|file)://\S+)(?: \(from .*)?")
_OF_OTHERS = ("not a file", "wrong project name")
_UNREACHED = re.compile(
    r"ConnectionError|ConnectTimeout|ReadTimeout|connection broken|connection error|Max retries|ProxyError|SSLError"
    r"|NewConnectionError|Temporary failure in name resolution|NameResolutionError|ConnectTimeoutError"
    r"|50[0234] Server"
)
_UNTRUSTED = re.compile(r"repository located at (\S{1,253}) is not a trusted or secure host")
_SEALED = re.compile(r"\b(?:401|403)(?: Client)? Error")
_HOST = re.compile(r"https?://(?:[^@/\s]*@)?(?P<host>[^/\s:'\")]+)")


@dataclass(frozen=True, slots=True)
class Link:
    """One file on an index; `why_not` is pip's reason not to take it, None where it would."""

    url: str
    why_not: str | None = None

    @property
    def file(self) -> str:
        """The name of the file."""
        from urllib.parse import unquote, urlsplit

        return unquote(urlsplit(self.url).path).rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Listing:
    """What the indexes have of a package. `unreached` and `sealed` are hosts that did not answer, or ask for a
    password, `untrusted` those that pip does not ask, as their addresses are not https; `said` is pip's last error."""

    links: tuple[Link, ...]
    unreached: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    said: str = ""
    untrusted: tuple[str, ...] = ()


class PipError(Exception):
    """pip did not do it; one line. `sealed`, `unreached`: as in `Listing`."""

    def __init__(self, why: str, *, unreached: tuple[str, ...] = (), sealed: tuple[str, ...] = ()) -> None:
        super().__init__(why)
        self.unreached = unreached
        self.sealed = sealed


def list_files(package: str, platform: Platform) -> Listing:
    """Return the files of a package, those that fit the platform and the others. `PipError` where there is no pip."""
    command = [*_pip(), "index", "versions", "-vv", *_quiet(), *_asked(platform), "--pre", "--", package]
    ran = _run(command, LISTING_S)
    links: dict[str, Link] = {}
    for line in (ran.stdout + "\n" + ran.stderr).splitlines():
        if (match := _FOUND.fullmatch(line)) is not None:
            links.setdefault(match["url"], Link(match["url"]))
        elif (match := _SKIPPED.match(line)) is not None and not match["why"].startswith(_OF_OTHERS):
            links.setdefault(match["url"], Link(match["url"], match["why"]))
    files = tuple(link for link in links.values() if link.file)
    untrusted = dict.fromkeys(_UNTRUSTED.findall(ran.stdout + "\n" + ran.stderr))
    return Listing(files, *_hosts(ran), said=_said(ran), untrusted=tuple(untrusted))


def download(what: str, folder: Path, platform: Platform) -> Path:
    """Have pip put the wheel of `what` (a requirement, or the address of a wheel) into the folder, without its
    dependencies, and return it. `PipError` where that fails."""
    command = [*_pip(), "download", "--no-deps", "--quiet", *_quiet(), *_asked(platform)]
    ran = _run([*command, "--dest", str(folder), "--", what], DOWNLOAD_S)
    wheels = sorted(folder.glob("*.whl"))
    if not ran.ok or len(wheels) != 1:
        unreached, sealed = _hosts(ran)
        raise PipError(_said(ran) or ran.why_failed or "it left no wheel", unreached=unreached, sealed=sealed)
    return wheels[0]


def _pip() -> list[str]:
    """The command that starts pip: this Python's, else the first on PATH."""
    if sys.executable and find_spec("pip") is not None:
        return [sys.executable, "-I", "-m", "pip"]
    program = find("pip3") or find("pip")
    if program is None:
        raise PipError("there is no pip in this Python's environment or on PATH")
    return [str(program)]


def _quiet() -> Sequence[str]:
    # a source distribution, were it taken, would run a stranger's code
    return ("--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--no-color")


def _asked(platform: Platform) -> list[str]:
    options = [f"--platform={tag}" for tag in platform.tags]
    if platform.python is not None:
        options += [f"--python-version={platform.python}", "--implementation=cp"]
    return options


def _run(command: list[str], timeout_s: float) -> ProcessResult:
    # Constraints are about what may be installed; nothing is here. PIP_FIND_LINKS=wheels is meant from this folder;
    # isolated, Python imports nothing from it.
    environment = {"PIP_CONSTRAINT": os.devnull, "PIP_REQUIRE_VIRTUALENV": "0", "PYTHONWARNINGS": "ignore"}
    if "PIP_RETRIES" not in os.environ:
        environment["PIP_RETRIES"] = "2"
    return run(command, timeout_s=timeout_s, limit_bytes=_LISTING_BYTES, environment=environment, cwd=Path())


def _hosts(ran: ProcessResult) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The hosts that did not answer, and those that ask for a password."""
    unreached: dict[str, None] = {}
    sealed: dict[str, None] = {}
    for line in (ran.stdout + "\n" + ran.stderr).splitlines():
        kept = sealed if _SEALED.search(line) else unreached if _UNREACHED.search(line) else None
        if kept is not None:
            host = _HOST.search(line) or re.search(r"host='(?P<host>[^']+)'", line)
            kept[host["host"] if host else "the package index"] = None
    return tuple(each for each in unreached if each not in sealed), tuple(sealed)


def _said(ran: ProcessResult) -> str:
    """pip's own last error, in one line."""
    lines = [line.removeprefix("ERROR:").strip() for line in ran.stderr.splitlines() if line.startswith("ERROR:")]
    lines = lines or [line.strip() for line in ran.stderr.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
