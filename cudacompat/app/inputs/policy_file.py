"""The policy of a run: options over `CUDACOMPAT_…` variables over `[tool.cudacompat]` of pyproject.toml, or
cudacompat.toml."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cudacompat.domain.policy.ignore_entries import ignores_of
from cudacompat.domain.policy.keys import FILE_KEYS, given, of_environment, of_table, written
from cudacompat.domain.policy.policy import Ignore
from cudacompat.domain.policy.resolve import strongest
from cudacompat.domain.rules.artifact import IGNORABLE_RULES
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.policy_value import PolicyValue, Rank
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.versions import DriverRelease

_LARGEST = 8 << 20  # bytes of a policy file
_OWN, _SHARED = "cudacompat.toml", "pyproject.toml"
_TABLE = "tool.cudacompat."
_IGNORE_HEAD = re.compile(r"\s*\[\[\s*(?:tool\s*\.\s*cudacompat\s*\.\s*)?ignore\s*\]\]")


@dataclass(frozen=True, slots=True)
class Config:
    """What was given, by key, and the ignores; `file` is the policy file, if there is one."""

    given: Mapping[str, PolicyValue] = field(default_factory=dict)
    ignores: tuple[Ignore, ...] = ()
    file: str | None = None

    def text(self, key: str) -> str | None:
        """The value of a key that names a file."""
        value = self.given[key].value if key in self.given else None
        return value if isinstance(value, str) else None

    def files(self, key: str) -> tuple[str, ...]:
        """The value of a key that names files, none where it was not given."""
        value = self.given[key].value if key in self.given else ()
        return tuple(str(each) for each in value) if isinstance(value, tuple) else ()

    def quotes(self, key: str) -> bool:
        """Whether an error may quote the file that this key names: it was named on the command line."""
        return key in self.given and self.given[key].rank is Rank.OPTION

    @property
    def driver_floor(self) -> DriverRelease | None:
        """The oldest driver that has to take the code, if one is given."""
        value = self.given["driver-floor"].value if "driver-floor" in self.given else None
        return value if isinstance(value, DriverRelease) else None


def load(
    options: Mapping[str, object],
    environment: Mapping[str, str],
    file: str | None = None,
    *,
    search: bool = True,
) -> Config:
    """Return what options, variables and the policy file say together.

    `options` maps a key to its value as it was written (`None` for an option that was not given). `file` is the policy
    file; without it, and with `search`, the nearest one from the current folder upwards is taken: cudacompat.toml, or
    a pyproject.toml with the table. The folder of a repository (with .git) is the last one looked in. One that was not
    named has to be the user's own (`_refuse_unasked`). `UsageError` in one line for whatever is wrong.
    """
    chosen = {key: _option(key, value) for key, value in options.items() if value is not None}
    found = Path(file) if file is not None else _nearest() if search else None
    table, ignores = _of_file(found, asked=file is not None) if found is not None else ({}, ())
    values = strongest(chosen, of_environment(environment), table)
    return Config(values, ignores, str(found) if found is not None else None)


def _option(key: str, value: object) -> PolicyValue:
    if key == "require":  # may say `native`, which no file may; resolved with this machine at hand
        return PolicyValue(key, (), written(value), origin="--gpu", rank=Rank.OPTION)
    if key == "gpus-from" and isinstance(value, list) and len(value) == 1:
        value = value[0]  # as it was written
    return given(key, value, "--require" if key == "level" else f"--{key}", rank=Rank.OPTION)


def _nearest() -> Path | None:
    for folder in _upwards(Path.cwd()):
        own, shared = folder / _OWN, folder / _SHARED
        there = [path for path in (own, shared) if _is_there(path) and (path is own or _has_table(path))]
        if len(there) > 1:
            raise UsageError(
                f"two policy files: {_short(own)} and [tool.cudacompat] in {_short(shared)}; keep one of them"
            )
        if there:
            _refuse_unasked(there[0])
            return Path(_short(there[0]))
    return None


def _is_there(path: Path) -> bool:
    """Whether a policy may lie there; `UsageError` for what cannot be read as one: a folder, a pipe, a link that leads
    nowhere. To pass it over would be a policy less."""
    if not os.path.lexists(path):
        return False
    if not path.is_file():
        raise UsageError(
            f"{_short(path)} is not a regular file: it cannot be read as a policy; remove it, or --no-config"
        )
    return True


def _refuse_unasked(path: Path) -> None:
    """`UsageError` for a policy that counts only where it is named: it decides what passes.

    The rule: its owner is the user or root (for root in a container, also whoever owns the folder it lies in, as where
    a project is mounted), and it is no policy of the home folder for what lies below.
    """
    said = None
    owner = _stranger(path)
    if owner is not None:
        said = f"belongs to another user (number {owner})"
    elif path.parent != Path.cwd() and _is_home(path.parent):
        said = "is in the home directory, above the project"
    if said is not None:
        raise UsageError(f"{_short(path)} {said}: not taken unasked; name it with --config, or give --no-config")


def _stranger(path: Path) -> int | None:
    """The number of a file's owner, or of the link's that leads to it, if that is somebody else; `None` where it is
    not, and where files have no such owners."""
    if not hasattr(os, "geteuid"):
        return None
    me = os.geteuid()
    known = {me, 0, path.parent.stat().st_uid if me == 0 else me}
    return next((owner for owner in (path.lstat().st_uid, path.stat().st_uid) if owner not in known), None)


def _is_home(folder: Path) -> bool:
    try:
        return folder == Path.home().resolve()
    except (RuntimeError, OSError):
        return False


def _upwards(start: Path) -> Iterator[Path]:
    for folder in (start, *start.parents):
        yield folder
        if (folder / ".git").exists():
            return


def _short(path: Path) -> str:
    """The path as a person in the current folder would write it."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)


def _has_table(path: Path) -> bool:
    """Whether a pyproject.toml speaks of us. One that cannot be read may: so it is an error, not a policy less."""
    text = _text(path)
    if "cudacompat" not in text:
        return False
    return isinstance(_document(text, path).get("tool"), dict) and "cudacompat" in _tool(_document(text, path))


def _tool(document: Mapping[str, object]) -> Mapping[str, object]:
    tool = document.get("tool")
    return tool if isinstance(tool, dict) else {}


def _of_file(path: Path, *, asked: bool) -> tuple[dict[str, PolicyValue], tuple[Ignore, ...]]:
    text = _text(path)
    document = _document(text, path)
    prefix = ""
    table: object = document
    if path.name == _SHARED or (path.name != _OWN and "cudacompat" in _tool(document)):
        prefix = _TABLE
        table = _tool(document).get("cudacompat")
        if table is None and asked:
            raise UsageError(f"{path} has no [tool.cudacompat]")
    elif "tool" in document:
        raise UsageError(f"{path}: unknown key tool; in this file the keys are at the top, without [tool.cudacompat]")
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {prefix.rstrip('.')} is not a table")
    values = of_table(table, str(path), prefix)
    for key in FILE_KEYS:
        if key in values:
            names = values[key].value
            beside = tuple(str(path.parent / str(name)) for name in (names if isinstance(names, tuple) else (names,)))
            values[key] = replace(values[key], value=beside if isinstance(names, tuple) else beside[0])
    heads = [number for number, line in enumerate(text.splitlines(), 1) if _IGNORE_HEAD.match(line)]
    rules = [rule.id for rule in (*IGNORABLE_RULES, *_lint_rules(table))]
    return values, ignores_of(table.get("ignore"), str(path), prefix, rules=rules, lines=heads)


def _lint_rules(table: Mapping[str, object]) -> tuple[Rule[Any], ...]:
    """The rules of `lint`, which only a policy with ignores needs."""
    if "ignore" not in table:
        return ()
    from cudacompat.domain.rules.lint import LINT_RULES

    return LINT_RULES


def _text(path: Path) -> str:
    from cudacompat.app.inputs.text_files import read_whole  # most runs have no policy file

    if path.is_block_device() or (path.is_char_device() and path != Path(os.devnull)):
        raise UsageError(f"{path} is not a policy file: it is a device")
    try:
        return read_whole(path, _LARGEST, "is not a policy file").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not a policy file: not UTF-8") from None


def _document(text: str, path: Path) -> dict[str, object]:
    from cudacompat.artifacts.buildfiles.toml import toml_document

    try:
        return toml_document(text)
    except ValueError as error:
        raise UsageError(f"{path}: not TOML: {error}") from None
