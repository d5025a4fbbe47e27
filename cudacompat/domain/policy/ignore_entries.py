"""The ignores of a policy file: how an entry is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.policy.keys import _LONGEST, _suggest, written
from cudacompat.domain.policy.policy import Ignore
from cudacompat.domain.words.errors import UsageError

_IGNORE_KEYS = ("path", "rule", "target", "reason", "expires")


def ignores_of(entries: object, file: str, prefix: str, rules: Iterable[str], lines: list[int]) -> tuple[Ignore, ...]:
    """Return the `ignore` entries of a policy file; `rules` are the ids that may be ignored, `lines` the line of each
    entry's head where they are known. `UsageError` in one line that names the entry."""
    if entries is None:
        return ()
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise UsageError(f"{file}: {prefix}ignore: expected entries of the form [[{prefix}ignore]]")
    at = lines if len(lines) == len(entries) else [None] * len(entries)
    return tuple(
        _ignore(entry, f"{file}: {prefix}ignore[{number}]", file, rules=frozenset(rules), line=line)
        for number, (entry, line) in enumerate(zip(entries, at, strict=True))
    )


def _ignore(entry: Mapping[str, object], origin: str, file: str, rules: frozenset[str], line: int | None) -> Ignore:
    for name in entry:
        if name not in _IGNORE_KEYS:
            raise UsageError(f"{origin}: unknown key {name[:_LONGEST]}{_suggest(name, _IGNORE_KEYS)}")
    texts = {}
    for name in ("path", "rule", "reason"):
        value = entry.get(name)
        if not isinstance(value, str) or not value.strip():
            missing = "is missing" if value is None else f"expected a text, got {written(value):.{_LONGEST}}"
            raise UsageError(f"{origin}: {name}: {missing}")
        texts[name] = value.strip()
    if texts["rule"] not in rules:
        raise UsageError(
            f"{origin}: no finding to ignore is called {texts['rule'][:_LONGEST]!r}{_suggest(texts['rule'], rules)}"
        )
    target = entry.get("target")
    if target is not None and not isinstance(target, str):
        raise UsageError(f'{origin}: target: expected one GPU such as "12.0", got {written(target):.{_LONGEST}}')
    try:
        judged = resolve(target) if target is not None else None
    except UsageError as error:
        raise UsageError(f"{origin}: target: {error}") from None
    return Ignore(
        texts["path"], texts["rule"], texts["reason"], target=judged, expires=_day(entry, origin), where=file, line=line
    )


def _day(entry: Mapping[str, object], origin: str) -> date | None:
    value = entry.get("expires")
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise UsageError(
            f"{origin}: expires: expected a date such as 2027-01-31, got {written(value):.{_LONGEST}}"
        ) from None
