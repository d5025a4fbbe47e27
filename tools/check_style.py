"""Finds the forms that the style of this project forbids, in what users read: tools/check_style.py [FILE...]

Looked at are the string literals of the package (messages, help, log explanations, plans), the help pages of commands,
the pages of the rules, the README and docs/. Not looked at: code, quoted logs, sources, regular expressions, and
docs/log-lines.md, which is made of literals. A line for each form that is found, with what to write in its place; exit
code 1 for any.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Form:
    """One forbidden form: its name, what it looks like, what to write, and a text that has it."""

    name: str
    pattern: re.Pattern[str]
    write: str
    example: str


@dataclass(frozen=True, slots=True)
class Text:
    """One text that users read, and where it is."""

    file: str
    line: int
    text: str


def _form(name: str, pattern: str, write: str, example: str) -> Form:
    return Form(name, re.compile(pattern, re.IGNORECASE), write, example)


FORMS = (
    _form(
        "an unknown agent", r"\b(nobody|somebody|no one|whoever)\b", "the thing that acts", "nobody set an architecture"
    ),
    _form("anew", r"\banew\b", "again", "PTX is compiled anew"),
    _form("beside", r"\bbesides?\b", "together with, next to, in addition to", "a -code beside -arch"),
    _form("behind, in front of", r"\b(behind|in front of)\b", "after, before", "the command behind --"),
    _form(
        "lie, stand",
        r"\b(lies|lie|lying|stands|stand|standing)\b(?!-| (?:in )?for\b)",
        "is, are",
        "the reason stands above",
    ),
    _form("hand on", r"\bhand(s|ed|ing)? (it |them |this |that )?on\b", "pass", "hand it on to CMake"),
    _form("begin with", r"\bbegin with\b", "use, start with", "begin with a devel image"),
    _form("go on", r"\b(go|goes|going|went) on\b", "continue", "the build goes on"),
    _form(
        "without a word", r"\bwithout a word\b|\bcounts? for nothing\b", "silently; has no effect", "counts for nothing"
    ),
    _form("of its own", r"\bof (its|their|his|your|our) own\b", "its own, separate", "a build of its own"),
    _form("is to", r"\b(is|are|was|were) to (?!which\b|a\b|the\b)\w+", "must, will", "nothing is to be done"),
    _form("will do", r"\bwill do\b", "can run the code", "the oldest driver that will do"),
    _form("not whole", r"\bnot whole\b", "lacks kernels, is incomplete", "the cache is not whole"),
    _form("folder", r"\bfolders?\b", "directory", "a folder"),
    _form("card", r"\b(?<!wild)cards?\b", "GPU", "the card fails"),
    _form("judge", r"\bjudg(e|es|ed|ing|ements?|ments?)\b", "check, evaluate; result", "it is judged"),
    _form("all the same", r"\b(for good|all the same)\b", "permanently; only once", "compiled once all the same"),
    _form("a question", r"\bdid you mean\b", "similar: ...", "did you mean hole?"),
    _form("see that", r"\b(see that|look whether|see whether)\b", "check that", "see that it works"),
    _form(
        "British spelling",
        r"\b(colour|honour|favour|behaviour|flavour)\w*\b|\brecognis\w+",
        "color, honor",
        "a flavour",
    ),
    _form("nothing but", r"\bnothing but\b", "only", "nothing but PTX"),
    _form("a program that is told", r"\b(is|are|was|were) told\b", "gets, receives", "nvcc is told nothing"),
    _form(
        "take out, leave out",
        r"\b(take|takes|taken|leave|leaves|left) (it|them|one|this|that) out\b|\bleaves? out\b",
        "remove, ignore, omit",
        "take it out",
    ),
    _form("an intention", r"\bon purpose\b", "nothing: the intention of people is not known", "left out on purpose"),
    _form("cannot be told", r"\bcannot be told\b", "undecided, cudacompat cannot tell", "what cannot be told"),
    _form("R580", r"\bR\d{3}\b", "driver branch 580", "an R580 driver"),
    _form(
        "a negated noun",
        r"(?<!there )(?<!here )\b(is|are) no (?!(longer|more|fewer|other|different|memory)\b)\w+",
        "is not a",
        "the file is no baseline",
    ),
    _form("code of", r"\bcode of \d+\.\d\b|\bCUDA of \d", "code for sm_80, CUDA 12.8", "code of 8.0"),
)

# Quotations: what other programs print, and what the forms are looked for in.
QUOTED = ("Killed by nobody",)

_UNREAD_ARGUMENTS = frozenset({"source", "sources", "sample", "pattern", "patterns", "also", "aliases"})
_REGEX = re.compile(r"\\[bdswSWD.(\[]|\(\?[:P=!<]|\[\^")
_CODE = re.compile(r"`[^`]*`")
_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_PAGES_NOT_READ = frozenset({"log-lines.md", "development.md"})  # made of literals; for those who work on the code


def parsed(path: Path) -> ast.Module:
    """Return the module in a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def texts(root: Path = ROOT, parsed: Callable[[Path], ast.Module] = parsed) -> Iterator[Text]:
    """Give every text that is looked at, below the root of the project."""
    for path in sorted((root / "cudacompat").rglob("*.py")):
        tree = parsed(path)
        name = path.relative_to(root).as_posix()
        yield from (Text(name, line, text) for line, text in _literals(tree))
        yield from (Text(name, line, text) for line, text in _help_pages(tree) if "/cli/" in name)
        if "/rules/" in name and (page := ast.get_docstring(tree)) is not None:
            yield Text(name, 1, page)
    for path in (root / "README.md", *sorted((root / "docs").glob("*.md"))):
        if path.name not in _PAGES_NOT_READ:
            yield from _lines(path, path.relative_to(root).as_posix())


def found(text: Text) -> Iterator[tuple[Form, str]]:
    """Give the forbidden forms of a text, each with the words around it."""
    plain = _CODE.sub("``", text.text)
    for form in FORMS:
        for match in form.pattern.finditer(plain):
            around = " ".join(plain[max(0, match.start() - 30) : match.end() + 30].split())
            if not any(quoted in text.text for quoted in QUOTED):
                yield form, around


def _lines(path: Path, name: str) -> Iterator[Text]:
    """The lines of a Markdown page that are no code."""
    text = _BLOCK.sub(lambda block: "\n" * block[0].count("\n"), path.read_text(encoding="utf-8"))
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("    "):
            yield Text(name, number, line)


def _help_pages(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The docstrings of the functions that are commands, which are their help pages."""
    for node in tree.body:
        if (
            isinstance(node, ast.FunctionDef)
            and node.name == "command"
            and (page := ast.get_docstring(node)) is not None
        ):
            yield node.lineno, page


def _literals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The strings of several words that are no docstring, no regular expression and no quotation."""
    unread: set[int] = set()
    nodes = [*ast.walk(tree)]
    for node in nodes:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr):
                unread.add(id(first.value))
        elif isinstance(node, ast.keyword) and node.arg in _UNREAD_ARGUMENTS:
            unread.update(map(id, ast.walk(node.value)))
        elif isinstance(node, ast.Call) and _is_of_re(node.func):
            unread.update(map(id, ast.walk(node)))
    for node in nodes:
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in unread
        if is_text and " " in node.value.strip() and not _REGEX.search(node.value):
            yield node.lineno, node.value


def _is_of_re(function: ast.expr) -> bool:
    """Whether it is a function of the module re, or of what one of them returned."""
    while isinstance(function, ast.Attribute | ast.Call):
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            return function.value.id == "re"
        function = function.value if isinstance(function, ast.Attribute) else function.func
    return False


def main() -> int:
    """Print what is found; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", metavar="FILE", help="only these, as they are named from the root")
    only = set(parser.parse_args().files)
    count = 0
    for text in texts():
        for form, around in found(text) if not only or text.file in only else ():
            print(f"{text.file}:{text.line}: {form.name}: {around!r} (write: {form.write})")
            count += 1
    print(f"{count} forbidden forms", file=sys.stderr)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
