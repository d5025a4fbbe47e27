"""Batch files and PowerShell scripts as commands: line by line, as far as a build is written in them.

Not a parser of either language: what a branch decides, a loop or a function makes, is left unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import Enum

from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.artifacts.buildfiles.kinds import FileKind
from cudacompat.artifacts.buildfiles.shell_settings import defines
from cudacompat.artifacts.buildfiles.shell_variables import Variables
from cudacompat.domain.project.assignments import AssignmentKind
from cudacompat.domain.project.model import Setting, SourceFile, Word

_MOST_COMMANDS = 20_000
_MOST_CHOICES = 32  # values of one variable
_LONGEST = 1 << 14  # characters of a line that is gone through


class Dialect(Enum):
    """Whose line ends, comments and variables these are."""

    BATCH = "batch"
    POWERSHELL = "powershell"


# By the names that CI systems have for shells of Windows, and by the kinds of files.
DIALECT_OF_SHELL = {
    "cmd": Dialect.BATCH,
    "bat": Dialect.BATCH,
    "powershell": Dialect.POWERSHELL,
    "pwsh": Dialect.POWERSHELL,
}
DIALECT_OF_FILE = {FileKind.BATCH: Dialect.BATCH, FileKind.POWERSHELL: Dialect.POWERSHELL}

_LINE = {
    Dialect.BATCH: re.compile(r"(?:[^\n^]|\^\r?\n|\^[^\n])*+(?:\n|\Z)"),
    Dialect.POWERSHELL: re.compile(r"(?:[^\n`]|`\r?\n|`[^\n])*+(?:\n|\Z)"),
}
_COMMENT = {
    Dialect.BATCH: re.compile(r"[ \t@]*(?:rem\b|::)", re.IGNORECASE),
    Dialect.POWERSHELL: re.compile(r"[ \t]*#"),
}
_SET = {
    Dialect.BATCH: re.compile(
        r"[ \t(@]*(?:if\b[^\n]{0,500}?[ (])?set[ \t]+(?P<q>\"?)(?P<name>[A-Za-z_]\w*)=(?P<value>[^\"\r\n&]*+)",
        re.IGNORECASE,
    ),
    Dialect.POWERSHELL: re.compile(
        r"[ \t{(]*\$(?:env:|\{env:)?(?P<name>[A-Za-z_]\w*)\}?[ \t]*=[ \t]*"
        r"(?:(?P<q>[\"'])(?P<value>[^\"'\r\n]*+)[\"']|(?P<number>\d[\d.]*+)(?=[ \t]*(?:;|\r?\n|\Z)))",
        re.IGNORECASE,
    ),
}
_ENVIRONMENT = re.compile(r"[ \t{(]*\$\{?env:", re.IGNORECASE)
_REFERENCE = {
    Dialect.BATCH: re.compile(r"[%!](\w+)[%!]"),
    Dialect.POWERSHELL: re.compile(r"\$\{?(?:env:)?(\w+)\}?", re.IGNORECASE),
}
# cmd.exe hands `-DCMAKE_CUDA_ARCHITECTURES=86;120` on whole; a semicolon ends a statement of PowerShell's.
_WORD = {
    Dialect.BATCH: re.compile(r"(?:\"[^\"\n]*\"?|'[^'\n]*'?|\^\r?\n|[^\s\"'&|<>])+"),
    Dialect.POWERSHELL: re.compile(r"(?:\"[^\"\n]*\"?|'[^'\n]*'?|`\r?\n|[^\s\"'&|;<>])+"),
}
_END = {Dialect.BATCH: re.compile(r"[&|]+"), Dialect.POWERSHELL: re.compile(r"[&|;]+")}
_BRANCH = re.compile(r"[ \t@]*\}?[ \t]*(?:if|else|elseif|for|foreach|while|switch|function)\b", re.IGNORECASE)
_JUMP = re.compile(r"[ \t@]*(?:goto[ \t:]|exit\b)[^&|\n]*\n?\Z", re.IGNORECASE)  # goto end; exit /b 1
_LABEL = re.compile(r"[ \t]*:[^:\s]")
_NUMBER_AFTER = re.compile(r"[ \t]*;[ \t]*\d")  # the rest of a list that a semicolon cuts
_CONTINUED = re.compile(r"[\^`]\r?\n")
_HANDED = frozenset({"/c", "/k", "/s", "-command", "-c"})  # what comes next is text for another shell
_LEADS = frozenset({"call", "&", ".", "start", "cmd", "/c", "exec", "{", "("})


def commands(
    file: SourceFile,
    start: int,
    end: int,
    environment: Mapping[str, Setting],
    dialect: Dialect,
    masked: str | None = None,
) -> Iterator[ShellCommand]:
    """Yield the commands of this piece of a file, in their order; `masked` is what the program gets, of the same
    length."""
    yield from _Reader(file, start, masked or file.text[start:end], environment=environment, dialect=dialect).read()


class _Reader:
    def __init__(
        self, file: SourceFile, start: int, text: str, environment: Mapping[str, Setting], dialect: Dialect
    ) -> None:
        self._file, self._start, self._text, self._dialect = file, start, text, dialect
        self._variables = Variables(environment)
        self._depth = 0

    def read(self) -> Iterator[ShellCommand]:
        at = count = 0
        skipped = False  # behind a jump of a batch file, up to the next label: how people put lines aside there
        while at < len(self._text):
            line = _LINE[self._dialect].match(self._text, at)
            if line is None or line.end() == at:
                return
            at = line.end()
            if line.end() - line.start() > _LONGEST or _COMMENT[self._dialect].match(line[0]):
                continue
            if self._dialect is Dialect.BATCH:
                skipped = _LABEL.match(line[0]) is None and (
                    skipped or (self._depth == 0 and bool(_JUMP.match(line[0])))
                )
                if skipped:
                    continue
            conditional = self._depth > 0 or _BRANCH.match(line[0]) is not None
            assigned = _SET[self._dialect].match(self._text, line.start(), line.end())
            if assigned is not None:
                self._take(assigned, conditional)
            else:
                for command in self._commands(line.start(), line.end(), conditional):
                    count += 1
                    if count > _MOST_COMMANDS:
                        raise ValueError(f"more than {_MOST_COMMANDS} commands")
                    yield command
            self._depth = max(self._depth + _opened(line[0]), 0)

    def _take(self, match: re.Match[str], conditional: bool) -> None:
        number = match["number"] if self._dialect is Dialect.POWERSHELL else None
        name, raw = match["name"], (number or match["value"]).rstrip(" \t")
        begin = self._start + match.start("value" if number is None else "number")
        text, known = self._expanded(raw)
        setting = Setting(
            name,
            text if known else None,
            self._file.place(begin, begin + len(raw)),
            way=AssignmentKind.ENVIRONMENT,
            written=self._file.text[begin : begin + len(raw)],  # with what a CI system puts in before
            quote='"' if number is None else "",
            in_shell=number is not None,
            cut=number is not None and _NUMBER_AFTER.match(self._text, match.end()) is not None,
            choices=() if known else self._tried(raw),
        )
        before = self._variables.get(name)
        if conditional and before is not None and before.outcomes and setting.outcomes:
            both = tuple(dict.fromkeys((*before.outcomes, *setting.outcomes)))
            setting = replace(setting, value=None, choices=both)
        elif conditional:
            setting = replace(setting, value=None, choices=setting.outcomes)
        if self._dialect is Dialect.BATCH or _ENVIRONMENT.match(match[0]):
            self._variables.exported = self._variables.exported_with({name: setting})
        else:
            self._variables.plain[name] = setting

    def _commands(self, at: int, stop: int, conditional: bool, *, inside: bool = False) -> Iterator[ShellCommand]:
        words: list[Word] = []
        while at < stop:
            word = _WORD[self._dialect].match(self._text, at, stop)
            if word is not None:
                at = word.end()
                if not inside and word[0][0] == '"' and words and words[-1].text.lower() in _HANDED:
                    words = []  # cmd /k "call activate.bat && pip install …"
                    last = word.end() - word[0].endswith('"')
                    yield from self._commands(word.start() + 1, last, conditional, inside=True)
                    continue
                words.append(self._word(word))
                continue
            end = _END[self._dialect].match(self._text, at, stop)
            if end is not None and words:
                yield from self._command(words, conditional)
                words = []
            at = end.end() if end is not None else at + 1
        if words:
            yield from self._command(words, conditional)

    def _word(self, match: re.Match[str]) -> Word:
        raw = _CONTINUED.sub("", match[0]).replace('"', "").replace("'", "")
        text, known = self._expanded(raw)
        place = self._file.place(self._start + match.start(), self._start + match.end())
        return Word(text, known, place, () if known else self._tried(raw))

    def _tried(self, raw: str) -> tuple[str, ...]:
        """What a text comes to with each value of the only variable in it, where that may have several."""
        named = {each[1] for each in _REFERENCE[self._dialect].finditer(raw)}
        setting = self._variables.get(named.pop()) if len(named) == 1 else None
        values = setting.choices if setting is not None else ()
        if len(values) > _MOST_CHOICES or any(len(value) > _LONGEST for value in values):
            return ()
        return tuple(
            _REFERENCE[self._dialect].sub(lambda _, value=value: value, raw)  # type: ignore[misc]
            for value in values
        )

    def _command(self, words: list[Word], conditional: bool) -> Iterator[ShellCommand]:
        while words and words[0].text.lower().lstrip("@(&{") in _LEADS | {""}:
            del words[0]
        if not words:
            return
        cutting = self._text if self._dialect is Dialect.POWERSHELL else ""
        program = words[0].text.lstrip("@(&{").replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")
        words = [replace(words[0], text=program), *words[1:]]
        yield ShellCommand(
            tuple(words),
            words[0].place.start,
            words[-1].place.end,
            environment=self._variables.exported,
            defines=tuple(defines(self._file, words, text=cutting, start=self._start)),
            conditional=conditional,
        )

    def _expanded(self, text: str) -> tuple[str, bool]:
        known = True

        def value(match: re.Match[str]) -> str:
            nonlocal known
            setting = self._variables.get(match[1])
            if setting is None or setting.value is None or len(setting.value) > _LONGEST:
                known = False
                return match[0]
            return setting.value

        return _REFERENCE[self._dialect].sub(value, text), known


def _opened(line: str) -> int:
    """How many more brackets a line opens than it closes, those in quotes aside."""
    bare = re.sub(r"\"[^\"\n]*\"?|'[^'\n]*'?|[$@]\([^()\n]*\)", "", line)
    return bare.count("{") + bare.count("(") - bare.count("}") - bare.count(")")
