"""What words of a command say about its environment: NAME=VALUE, -DNAME=VALUE, and programs that only run another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Setting, SourceFile, Word

_DEFINE = re.compile(r"-D([A-Za-z_]\w*)(?::[A-Za-z]+)?=", re.DOTALL)
_ITEMS_AFTER = re.compile(r";\s*['\"]?\d{2,3}[af]?(?:-real|-virtual)?(?![\w.-])")


class Wrapper(NamedTuple):
    """A program that runs another: how many words stand between its options and that, and which options take one."""

    words: int = 0
    valued: frozenset[str] = frozenset()


_PLAIN = Wrapper()
_OF_ENVIRONMENTS = Wrapper(valued=frozenset({"-n", "--name", "-p", "--prefix", "--cwd"}))
_OF_PROJECTS = Wrapper(valued=frozenset({"--with", "-p", "--python", "--extra", "--group", "-e", "--environment"}))
# By the first word, or the first two.
_WRAPPERS = {
    **dict.fromkeys(
        ("exec", "command", "time", "nohup", "ccache", "sccache", "stdbuf", "xvfb-run", "eatmydata", "fakeroot"), _PLAIN
    ),
    "env": Wrapper(valued=frozenset({"-u", "-C"})),
    "sudo": Wrapper(valued=frozenset({"-u", "-g", "--user", "--group"})),
    "nice": Wrapper(valued=frozenset({"-n"})),
    "ionice": Wrapper(valued=frozenset({"-c", "-n"})),
    "timeout": Wrapper(1, frozenset({"-k", "-s"})),
    **dict.fromkeys(("gosu", "su-exec", "taskset"), Wrapper(1)),
    "rustup run": Wrapper(1),
    "uv pip": _PLAIN,
    **dict.fromkeys(("conda run", "mamba run", "micromamba run"), _OF_ENVIRONMENTS),
    **dict.fromkeys(("uv run", "poetry run", "pdm run", "pipenv run", "hatch run", "pixi run"), _OF_PROJECTS),
}
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ash", "su"})
_OF_SCRIPT = re.compile(r"-[a-zA-Z]*c")


def unwrapped(file: SourceFile, words: list[Word], environment: dict[str, Setting]) -> list[Word]:
    """Return the command itself, without what only stands in front of it: sudo, env NAME=VALUE, conda run. What those
    set goes into `environment`. Of `uv pip` pip is left."""
    first = 0
    while first < len(words):
        name = words[first].text.rsplit("/", 1)[-1]
        wrapper, rest = _WRAPPERS.get(name), first + 1
        if wrapper is None and rest < len(words):
            wrapper, rest = _WRAPPERS.get(f"{name} {words[rest].text}"), rest + 1
        if wrapper is None:
            break
        if name == "uv" and words[rest - 1].text == "pip":
            return words[rest - 1 :]
        rest = _behind_options(file, words, rest, wrapper=wrapper, name=name, environment=environment) + wrapper.words
        if rest >= len(words):
            break
        first = rest
    return words[first:]


def _behind_options(
    file: SourceFile, words: list[Word], at: int, *, wrapper: Wrapper, name: str, environment: dict[str, Setting]
) -> int:
    """Where the first word stands that is no option of the wrapper, and nothing that it sets."""
    while at < len(words):
        text = words[at].text
        if text in wrapper.valued:
            at += 2
        elif text.startswith("-") or (name in ("env", "sudo") and "=" in text):
            environment.update(named(file, words[at : at + 1]))
            at += 1
        else:
            break
    return at


def script_of(words: Sequence[Word]) -> Word | None:
    """Return the word that a shell gets as its commands (`bash -lc "make"`), `None` in any other command."""
    if not words or words[0].text.rsplit("/", 1)[-1] not in _SHELLS:
        return None
    for word, following in pairwise(words):
        if _OF_SCRIPT.fullmatch(word.text):
            return following
    return None


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
