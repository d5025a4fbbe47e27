"""What words of a command say about its environment: NAME=VALUE, -DNAME=VALUE, and programs that only run another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Setting, SourceFile, Word

_DEFINE = re.compile(r"-D([A-Za-z_]\w*)(?::[A-Za-z]+)?=", re.DOTALL)
_ITEMS_AFTER = re.compile(r";\s*['\"]?\d{2,3}[af]?(?:-real|-virtual)?(?![\w.-])")


def unwrapped(file: SourceFile, words: list[Word], environment: dict[str, Setting]) -> list[Word]:
    """Return the command itself, without what only stands in front of it: sudo, env NAME=VALUE, time, nice. What those
    set goes into `environment`."""
    first = 0
    while first < len(words):
        name = words[first].text.rsplit("/", 1)[-1]
        if name not in ("sudo", "env", "time", "nice", "exec", "command", "nohup", "ccache", "sccache", "uv"):
            break
        rest = first + 1
        if name == "uv":
            first = rest if rest < len(words) and words[rest].text == "pip" else first
            break
        if name == "nice" and rest + 1 < len(words) and words[rest].text == "-n":
            rest += 2
        while rest < len(words) and (
            words[rest].text.startswith("-") or (name in ("env", "sudo") and "=" in words[rest].text)
        ):
            environment.update(named(file, words[rest : rest + 1]))
            rest += 1
        if rest == len(words):
            break
        first = rest
    return words[first:]


def named(file: SourceFile, words: Iterable[Word]) -> Iterator[tuple[str, Setting]]:
    """Give the NAME=VALUE among these words, which env and make put into the environment of what they run."""
    for word in words:
        name, equals, value = word.text.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_]\w*", name):
            continue
        place = word.place
        raw = file.text[place.start : place.end]
        at, stop = raw.find("=") + 1, len(raw)
        quote = raw[0] if raw[:1] in ("'", '"') else ""
        if quote and raw.endswith(quote):
            stop -= 1
        elif raw[at : at + 1] in ("'", '"') and raw.endswith(raw[at]) and stop > at + 1:
            quote, at, stop = raw[at], at + 1, stop - 1
        where = file.place(place.start + at, place.start + stop)
        known = value if word.known else None
        kind = AssignmentKind.ENVIRONMENT
        choices = tuple(each.partition("=")[2] for each in word.choices)
        yield (
            name,
            Setting(name, known, where, way=kind, written=raw[at:stop], quote=quote, in_shell=True, choices=choices),
        )


def defines(file: SourceFile, words: Sequence[Word], *, text: str, start: int) -> Iterator[Setting]:
    """Give the -DNAME=VALUE among these words. `text` is what the shell gets, which begins at `start` in the file."""
    for index, word in enumerate(words):
        define = word.text
        if define == "-D" and index + 1 < len(words):
            define = "-D" + words[index + 1].text
            word = words[index + 1]
        match = _DEFINE.match(define)
        if match is None:
            continue
        value = define[match.end() :]
        raw_start, raw_end = word.place.start, word.place.end
        raw = file.text[raw_start:raw_end]
        at = raw.find("=") + 1
        quote = raw[0] if raw[:1] in ("'", '"') else ""
        stop = len(raw) - 1 if quote and raw.endswith(quote) else len(raw)
        if not quote and raw[at : at + 1] in ("'", '"') and raw.endswith(raw[at]) and len(raw) > at + 1:
            quote = raw[at]
            at, stop = at + 1, len(raw) - 1
        cut = not quote and _ITEMS_AFTER.match(text, raw_end - start) is not None
        yield Setting(
            match[1],
            value if word.known else None,
            file.place(raw_start + at, raw_start + stop),
            way=AssignmentKind.DEFINE,
            written=raw[at:stop],
            quote=quote,
            in_shell=True,
            cut=cut,
            choices=tuple(each.partition("=")[2] for each in word.choices),
        )
