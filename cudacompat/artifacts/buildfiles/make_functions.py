"""What a text of a Makefile comes to: its variables of plain values put in, its functions of lists of words carried
out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

_CALL = re.compile(r"\$(?:\((?P<words>[^()$]*)\)|\{(?P<name>\w+)\})")  # one that has no other in it
_IF = re.compile(r"\$\(if\s")
_LOOP = re.compile(r"\$\(foreach\s+(?P<name>\w+)\s*,")
# for cc in $(LIST); do … done, in a recipe: the shell's own variable is $$cc there
_SHELL_LOOP = re.compile(r"(?<![\w-])for\s+(?P<name>\w+)\s+in\s(?P<words>[^;|&\n]{1,500});(?P<body>[^\n]*)")
_DONE = re.compile(r"[\s;]done(?![\w-])")
_EVAL = re.compile(r"\$\(eval\s")
_ROUNDS = 12  # of calls in each other
_LONGEST = 1 << 12  # characters of a text
_MOST_WORDS = 64


def expanded(text: str, values: Mapping[str, Sequence[str]]) -> str:
    """Return the text with what is known put in, and the rest as it stands. A variable that is given several values, by
    branch or bit by bit, has one value in a text, and all of them in a loop; `values` are as they are written."""
    for _ in range(_ROUNDS):
        after = _calls(_loop(_chosen(text, values), values), values)
        if after == text or len(after) > _LONGEST:
            break
        text = after
    return text


def with_loops(recipe: str) -> str:
    """Return the text of a recipe with the loops of its shell as loops of make: none within another."""
    return _SHELL_LOOP.sub(_of_shell, recipe.replace("\\\r\n", " ").replace("\\\n", " "))


def _of_shell(match: re.Match[str]) -> str:
    end = _DONE.search(match["body"])
    if end is None:
        return match[0]
    body, rest = match["body"][: end.start()], match["body"][end.end() :]
    variable = re.compile(rf"\$\$(?:{match['name']}\b|\{{{match['name']}\}})")
    body = variable.sub(f"$({match['name']})", body)
    return f"$(foreach {match['name']},{match['words'].strip()},{body}){rest}"


def _calls(text: str, values: Mapping[str, Sequence[str]]) -> str:
    return _CALL.sub(lambda match: _of_call(match, values), text)


def _of_call(match: re.Match[str], values: Mapping[str, Sequence[str]]) -> str:
    words = match["words"] if match["name"] is None else match["name"]
    name, _, rest = words.partition(" ")
    if not rest:
        given = values.get(name, ())
        return given[0] if len(set(given)) == 1 else match[0]
    function = _FUNCTIONS.get(name)
    return function(rest) if function is not None else match[0]


def _loop(text: str, values: Mapping[str, Sequence[str]]) -> str:
    """The text with its first loop over known words carried out."""
    for match in _LOOP.finditer(text):
        comma, end = _ends(text, match.end())
        if comma is None or end is None:
            continue
        words = _words_of(text[match.end() : comma], values)
        if words is None or len(words) > _MOST_WORDS:
            continue
        body = _EVAL.sub("(", text[comma + 1 : end])
        variable = re.compile(rf"\$(?:\({match['name']}\)|\{{{match['name']}\}})")
        turns = " ".join(variable.sub(lambda _, word=word: word, body) for word in words)  # type: ignore[misc]
        return f"{text[: match.start()]}{turns}{text[end + 1 :]}"[: _LONGEST + 1]
    return text


def _chosen(text: str, values: Mapping[str, Sequence[str]]) -> str:
    """The text with its first `$(if …)` carried out whose condition is known."""
    for match in _IF.finditer(text):
        commas, end = _commas(text, match.end())
        if end is None or not commas:
            continue
        condition = text[match.end() : commas[0]]
        for _ in range(_ROUNDS):
            condition = _calls(condition, values)
        if "$" in condition or len(condition) > _LONGEST:
            continue
        last = commas[1] if len(commas) > 1 else end
        taken = text[commas[0] + 1 : last] if condition.strip() else text[last + 1 : end]
        return f"{text[: match.start()]}{taken}{text[end + 1 :]}"
    return text


def _commas(text: str, start: int) -> tuple[list[int], int | None]:
    """Where the commas between the arguments of a function are, and where it ends."""
    depth = 1
    found: list[int] = []
    for at in range(start, len(text)):
        if text[at] in "({":
            depth += 1
        elif text[at] in ")}":
            depth -= 1
            if not depth:
                return found, at
        elif text[at] == "," and depth == 1:
            found.append(at)
    return found, None


def _ends(text: str, start: int) -> tuple[int | None, int | None]:
    """Where the words of a loop end, and where the loop does."""
    commas, end = _commas(text, start)
    return (commas[0] if commas else None), end


def _words_of(text: str, values: Mapping[str, Sequence[str]]) -> list[str] | None:
    """The words that a loop goes over, of all values that its variable may have."""
    name = re.fullmatch(r"\s*\$[({](\w+)[)}]\s*", text)
    every = " ".join(values.get(name[1], ())) if name is not None else text
    others = {key: value for key, value in values.items() if name is None or key != name[1]}
    for _ in range(_ROUNDS):
        if "$" not in every or len(every) > _LONGEST:
            break
        every = _calls(every, others)
    if "$" in every or not every.strip():
        return None
    return list(dict.fromkeys(every.split()))


def _subst(text: str) -> str:
    old, new, rest = ([*text.split(",", 2), "", ""])[:3]
    return rest.replace(old.strip(), new) if old.strip() else rest


def _findstring(text: str) -> str:
    looked_for, _, there = text.partition(",") if not text.startswith(",,") else (",", "", text[2:])
    return looked_for if looked_for in there else ""


_FUNCTIONS: Mapping[str, Callable[[str], str]] = {
    "sort": lambda text: " ".join(sorted(set(text.split()))),
    "lastword": lambda text: " ".join(text.split()[-1:]),
    "firstword": lambda text: " ".join(text.split()[:1]),
    "strip": lambda text: " ".join(text.split()),
    "subst": _subst,
    "findstring": _findstring,
}
