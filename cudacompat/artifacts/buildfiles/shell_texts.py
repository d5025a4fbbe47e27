"""What a shell makes of known texts: `${CUDA_VERSION%.*}`, `$(echo $CUDA_VERSION | cut -d. -f1,2 | tr -d .)`.

Nothing is run: these are the few operations by which scripts turn a release of CUDA into a part of a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

_LONGEST = 256  # characters of a text that is worked on
_MOST_STEPS = 8  # of one pipe
_MOST_STARS = 2  # of one pattern: each multiplies the time that matching may take by the length of the text
_CHANGED = re.compile(
    r"\$\{\w+(?:(?P<cut>%%|%|##|#)(?P<pattern>[^{}$`]{1,40})"
    r"|(?P<all>//?)(?P<old>[^{}$`/]{1,40})(?:/(?P<new>[^{}$`]{0,40}))?"
    r"|:[ ]?(?P<from>\d{1,3})(?::(?P<length>\d{1,3}))?)\}"
)
_FIELDS = re.compile(r"(\d{1,2})(-?)(\d{0,2})")
_SED = re.compile(r"s(?P<by>[/|#,])(?P<old>(?:\\.|\w|-)+)(?P=by)(?P<new>[\w. -]*)(?P=by)(?P<every>g?)")
_PRINTED = re.compile(r"\{\s*print\s+((?:\$\d|\"[^\"]*\"|[\s,])+)\}")
# awk '{split($0, a, "."); print a[1]a[2]}'
_SPLIT = re.compile(r"\{\s*split\(\$0,\s*(\w+),\s*\"([^\"]{1,4})\"\);\s*(print\s+[^{}]{1,80}\})")
_PRINTED_PART = re.compile(r"\$(\d)|\"([^\"]*)\"|(,)")


def changed(raw: str, value: str) -> str | None:
    """Return what `${NAME%.*}`, `${NAME//./}` or `${NAME:0:2}` makes of the variable's value; `None` for any other
    expansion."""
    match = _CHANGED.fullmatch(raw) if len(raw) <= _LONGEST and len(value) <= _LONGEST else None
    if match is None:
        return None
    if match["cut"]:
        return _without(value, match["pattern"], match["cut"])
    if match["all"]:
        old = match["old"].replace("\\", "")
        if re.search(r"[*?\[]", old) or not old:
            return None
        return value.replace(old, match["new"] or "", -1 if match["all"] == "//" else 1)
    start = int(match["from"])
    return value[start : start + int(match["length"])] if match["length"] else value[start:]


def _without(value: str, pattern: str, cut: str) -> str | None:
    """The value without what a pattern matches at its end (%) or at its beginning (#), the least or the most of it."""
    if "[" in pattern or "\\" in pattern or pattern.count("*") > _MOST_STARS:
        return None
    fits = re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern), re.DOTALL)
    places = range(len(value) + 1)
    if cut[0] == "%":
        order = reversed(places) if cut == "%" else iter(places)
        return next((value[:at] for at in order if fits.fullmatch(value, at)), value)
    order = iter(places) if cut == "#" else reversed(places)
    return next((value[at:] for at in order if fits.fullmatch(value, 0, at)), value)


def piped(commands: Sequence[Sequence[str]]) -> str | None:
    """Return what a pipe of such commands prints, `echo` first; `None` where one is of another kind."""
    if not commands or len(commands) > _MOST_STEPS or not all(commands):
        return None
    text = _said(commands[0])
    if text is not None and len(text) > _LONGEST:
        return None
    for command in commands[1:]:
        step = _STEPS.get(command[0].rpartition("/")[2])
        if text is None or step is None or len(text) > _LONGEST:
            return None
        text = step(list(command[1:]), text)
    return text


def _said(words: Sequence[str]) -> str | None:
    if words[0] == "echo":
        rest = [word for word in words[1:] if word not in ("-n", "-e")]
        return " ".join(rest)
    if words[0] == "printf" and len(words) == 3 and words[1] in ("%s", "%s\\n"):
        return words[2]
    return None


def _cut(words: list[str], text: str) -> str | None:
    options = _options(words, "dfc")
    if options is None:
        return None
    which = _numbers(options.get("f") or options.get("c") or "")
    if which is None or "\n" in text:
        return None
    between = options.get("d", "\t") if "f" in options else ""
    parts = text.split(between) if "f" in options and between else list(text)
    if "f" in options and len(parts) == 1:
        return text
    return between.join(part for at, part in enumerate(parts, 1) if which(at))


def _options(words: list[str], names: str) -> Mapping[str, str] | None:
    """The options of one letter, each with its value, together or apart; `None` where there is anything else."""
    found: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if len(word) < 2 or word[0] != "-" or word[1] not in names:
            return None
        if len(word) > 2:
            found[word[1]] = word[2:]
        elif rest:
            found[word[1]] = rest.pop(0)
    return found


def _numbers(text: str) -> Callable[[int], bool] | None:
    """Which numbers a list such as `1,3-` names."""
    matches = [_FIELDS.fullmatch(part) for part in text.split(",")]
    ranges: list[tuple[int, int]] = []
    for match in matches:
        if match is None:
            return None
        first = int(match[1])
        ranges.append((first, int(match[3] or _LONGEST) if match[2] else first))
    return lambda at: any(first <= at <= last for first, last in ranges)


def _tr(words: list[str], text: str) -> str | None:
    if len(words) != 2 or any("[" in word or len(word) > 8 for word in words if word != "-d"):
        return None
    old, new = words
    if old == "-d":
        return "".join(char for char in text if char not in new.replace("\\n", "\n"))
    return text.translate(str.maketrans(old, new)) if len(old) == len(new) else None


def _sed(words: list[str], text: str) -> str | None:
    rest = [word for word in words if word not in ("-e", "-r", "-E")]
    match = _SED.fullmatch(rest[0]) if len(rest) == 1 and len(rest[0]) <= _LONGEST else None
    if match is None or re.search(r"\\\w", match["old"]):
        return None
    return text.replace(match["old"].replace("\\", ""), match["new"], -1 if match["every"] else 1)


def _awk(words: list[str], text: str) -> str | None:
    separator = None
    if words and words[0].startswith("-F"):
        separator = words[0][2:] or (words[1] if len(words) > 1 else "")
        words = words[1:] if len(words[0]) > 2 else words[2:]
    program = words[0].strip() if len(words) == 1 and len(words[0]) <= _LONGEST else ""
    split = _SPLIT.fullmatch(program)
    if split is not None and separator is None:
        separator, program = split[2], "{" + re.sub(rf"\b{split[1]}\[(\d)\]", r"$\1", split[3])
    match = _PRINTED.fullmatch(program)
    if match is None or separator == "" or (separator and re.search(r"[\[\]*+?|^$\\]", separator)):
        return None
    parts = text.split(separator)
    pieces = [
        " " if each[3] else each[2] if each[1] is None else "".join(parts[int(each[1]) - 1 : int(each[1])])
        for each in _PRINTED_PART.finditer(match[1])
    ]
    return "".join(pieces)


_STEPS: Mapping[str, Callable[[list[str], str], str | None]] = {"cut": _cut, "tr": _tr, "sed": _sed, "awk": _awk}


# torch[cuda]==2.9: a pattern of files for the shell, which leaves it as it is where no file has such a name
_REQUIREMENT = re.compile(r"[\w./-]*\[[\w.,-]+\](?:[=<>!~]{1,2}[\w.]+)?")
_PROGRAM = re.compile(r"/([\w.+-]+)$")
_NVCC = ("$NVCC", "${NVCC}")


def is_requirement(raw: str) -> bool:
    """Whether a word without quotes is a requirement with extras."""
    return _REQUIREMENT.fullmatch(raw) is not None


def program_of(text: str, *, known: bool) -> str:
    """The name of a program without its folder, which only the build may know (`$CUDA_HOME/bin/nvcc`); empty where the
    build knows the name itself."""
    if known:
        return text.rsplit("/", 1)[-1]
    named = _PROGRAM.search(text)
    return "nvcc" if text in _NVCC else named[1] if named is not None else ""
