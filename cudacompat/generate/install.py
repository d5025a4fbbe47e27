"""Where a check stage or a CI job gets cudacompat from: always one version, and always with a hash.

Nobody owns the name `cudacompat` on the package index, so nothing that is generated asks an index for it without the
sha256 of the file that is meant.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import cudacompat
from cudacompat.domain.reports.generate import GeneratedBinary, GeneratedFile
from cudacompat.domain.words.errors import UsageError
from cudacompat.generate.own_wheel import WHEEL_NAME, templates, wheel

FOLDER = ".cudacompat"
REQUIREMENTS = f"{FOLDER}/requirements.txt"

_HASH = re.compile(r"(?:sha256[:=])?([0-9a-fA-F]{64})")
_RELEASE = re.compile(r"cudacompat\s*===?\s*([0-9A-Za-z][0-9A-Za-z.+!_-]*)")
_GIT = re.compile(r"(?:cudacompat\s*@\s*)?(git\+(?:https|ssh)://[^\s@#]+(?:@[^\s/@#]+/[^\s@#]*)?@([0-9a-fA-F]{40}))")
_WHEEL = re.compile(r"cudacompat-[0-9A-Za-z.+!_]+-[^/\s-]+-[^/\s-]+-[^/\s-]+\.whl")
_UNFIT = "\"'`$\\"


@dataclass(frozen=True, slots=True)
class InstallSource:
    """What is given to pip. `requirement` is what requirements.txt says of cudacompat itself, hashes and all, and
    `files` the wheels of the project that it names. `git` is the source at a commit, whose name is its hash; it is
    installed by itself, and `requirement` is `None`."""

    shown: str
    requirement: str | None
    files: tuple[str, ...] = ()
    git: str | None = None


# Its requirement holds the hash of the wheel, which is made only where it is written.
OWN = InstallSource(WHEEL_NAME, None, (f"{FOLDER}/{WHEEL_NAME}",))


def install_source(spec: str | None, hashes: Sequence[str], folder: Path) -> InstallSource:
    """Return where --install says to get it from, with the hashes given, or that of the wheel in the folder; without
    either its own wheel. `UsageError` for what names no one file."""
    digests = tuple(_digest(each) for each in hashes)
    if spec is None:
        if digests:
            raise UsageError("--install-hash belongs to --install")
        return OWN
    if not spec.strip() or any(not each.isprintable() or each in _UNFIT for each in spec):
        raise UsageError(f"not something pip can install: {spec[:80]!r}")
    given = spec.strip()
    if release := _RELEASE.fullmatch(given):
        if not digests:
            raise UsageError(f"{given} is whatever an index has: --install-hash sha256:… says which file is meant")
        return InstallSource(given, _pinned(f"cudacompat=={release[1]}", digests))
    if git := _GIT.fullmatch(given):
        if digests:
            raise UsageError("a commit is its own hash; --install-hash is for wheels and releases")
        return InstallSource(git[1], None, git=f"cudacompat @ {git[1]}")
    if given.removeprefix("cudacompat @ ").startswith("https://"):
        return _of_address(given.removeprefix("cudacompat @ "), digests)
    if given.endswith(".whl") and "://" not in given:
        return _of_file(given, digests, folder)
    raise UsageError(
        f"not one version of cudacompat: {given[:80]!r}; --install takes a wheel's path in the project, its https "
        "address, cudacompat==VERSION, or git+https://…@ with all 40 digits of a commit"
    )


def beside(source: InstallSource) -> tuple[GeneratedFile | GeneratedBinary, ...]:
    """Return the files that have to lie beside a generated one: requirements.txt, and the wheel where it is its own."""
    pins = (templates() / "requirements.txt").read_text("utf-8")
    if source is OWN:
        data = wheel()
        digest = hashlib.sha256(data).hexdigest()
        own = _pinned(f"./{FOLDER}/{WHEEL_NAME}", (digest,))
        return GeneratedFile(REQUIREMENTS, _requirements(own, pins)), GeneratedBinary(f"{FOLDER}/{WHEEL_NAME}", data)
    return (GeneratedFile(REQUIREMENTS, _requirements(source.requirement, pins)),)


def beside_names(source: InstallSource) -> tuple[str, ...]:
    """Return the names of those files."""
    return (REQUIREMENTS, f"{FOLDER}/{WHEEL_NAME}") if source is OWN else (REQUIREMENTS,)


def _requirements(own: str | None, pins: str) -> str:
    head = [
        f"# Made by cudacompat {cudacompat.__version__}, for check stages and CI jobs. From the project's directory:",
        f"# pip install --require-hashes --only-binary=:all: -r {REQUIREMENTS}",
    ]
    return "\n".join([*head, *([own] if own else []), pins])


def _digest(given: str) -> str:
    match = _HASH.fullmatch(given.strip())
    if match is None:
        raise UsageError(f"not a hash like sha256: and 64 digits: {given[:80]!r}")
    return match[1].lower()


def _pinned(requirement: str, digests: Sequence[str]) -> str:
    return " \\\n    ".join([requirement, *(f"--hash=sha256:{each}" for each in digests)])


def _of_address(address: str, digests: tuple[str, ...]) -> InstallSource:
    address, _, fragment = address.partition("#")
    if fragment.startswith("sha256="):
        digests = (*digests, _digest(fragment))
    if any(each.isspace() for each in address) or _WHEEL.fullmatch(address.split("?")[0].rpartition("/")[2]) is None:
        raise UsageError(f"not the address of a wheel of cudacompat: {address[:80]!r}")
    if not digests:
        raise UsageError(f"{address} may give another file tomorrow: --install-hash sha256:… says which is meant")
    return InstallSource(address, _pinned(f"cudacompat @ {address}", digests))


def _of_file(given: str, digests: tuple[str, ...], folder: Path) -> InstallSource:
    path = PurePosixPath(given.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or any(each.isspace() for each in given):
        raise UsageError(f"{given} is not below the project's directory: copy the wheel there and name it from there")
    if _WHEEL.fullmatch(path.name) is None:
        raise UsageError(f"not a wheel of cudacompat by its name: {path.name}")
    try:
        found = hashlib.sha256((folder / path).read_bytes()).hexdigest()
    except OSError as error:
        if not digests:
            why = error.strerror or error
            raise UsageError(f"cannot read {folder / path} ({why}); copy it there, or give --install-hash") from error
    else:
        if digests and found not in digests:
            raise UsageError(f"{folder / path} has another hash than --install-hash says: sha256:{found}")
        digests = (found,)
    return InstallSource(str(path), _pinned(f"./{path}", digests), (str(path),))
