"""The pages of `explain` for words that are no finding and no log line: a target, a term of the glossary, a GPU, an
engine, a package, an exit code."""

from __future__ import annotations

import contextlib
import re
import shlex
import textwrap
from collections.abc import Sequence

from cudacompat.domain.reports.page import PageKind, PageReport
from cudacompat.domain.words.errors import ParseError, UsageError
from cudacompat.domain.words.exit_codes import MEANINGS, ExitCode
from cudacompat.domain.words.target import ArchTarget, CodeKind

PAGE_WIDTH = 80
_EXIT_CODE = re.compile(r"exit(?: code)?[ =]?(\d{1,3})")  # `exit 4`, `exit code 4`; not `exit`, `exit status 4`
_LONGEST_WORD = 120
_MOST_WORDS = 4  # of a name without a digit; longer ones are messages
_DIGIT = re.compile(r"\d")


def word_page(word: str) -> PageReport | None:
    """Return the page of a target, such as `sm_120`, or of a word of the glossary; `None` for any other."""
    from cudacompat.domain.words.glossary import term

    with contextlib.suppress(ParseError):
        return _target_page(ArchTarget.parse(word))
    found = term(word)
    if found is None:
        return None
    see = ", ".join(f"cudacompat explain {each}" for each in found.see)
    return _page(
        PageKind.TERM, found.name, [("Meaning", found.meaning), ("Also called", ", ".join(found.also)), ("See", see)]
    )


def name_page(name: str) -> PageReport | None:
    """Return the page of what has this name outside the catalogue: an exit code, an engine, a package of the table of
    wheels, a generation of GPUs, a GPU, each with the commands that answer questions about it; `None` for any other."""
    text = " ".join(name.split())
    if not text or len(text) > _LONGEST_WORD or (text.count(" ") >= _MOST_WORDS and not _DIGIT.search(text)):
        return None
    return _exit_code_page(text) or _project_page(text) or _generation_page(text) or _gpu_page(text)


def filled(text: str) -> str:
    """Return the text in lines of a page's width, broken between words."""
    return textwrap.fill(text, PAGE_WIDTH, break_long_words=False, break_on_hyphens=False)


def _page(kind: PageKind, title: str, parts: Sequence[tuple[str, str]], commands: Sequence[str] = ()) -> PageReport:
    sections = [(heading, text) for heading, text in parts if text]
    first, *rest = sections
    blocks = [filled(f"{title}: {first[1]}"), *(filled(f"{heading}: {text}") for heading, text in rest)]
    if commands:
        sections.append(("Commands", "\n".join(commands)))
        blocks.append("Commands:\n\n" + "\n".join(f"    {command}" for command in commands))
    return PageReport(title, kind, title, text="\n\n".join(blocks), sections=tuple(sections))


def _target_page(target: ArchTarget) -> PageReport | None:
    from cudacompat.domain.gpus.target_page import target_page

    parts = target_page(target)
    return _page(PageKind.TARGET, str(target), parts) if parts else None


def _exit_code_page(text: str) -> PageReport | None:
    found = _EXIT_CODE.fullmatch(text.lower())
    if found is None or int(found[1]) not in MEANINGS:
        return None
    code = ExitCode(int(found[1]))
    return _page(PageKind.EXIT_CODE, f"exit code {int(code)}", [("Meaning", MEANINGS[code])])


def _project_page(text: str) -> PageReport | None:
    """The page of an engine, of a package of the table of wheels, or of what is both."""
    from packaging.utils import canonicalize_name

    from cudacompat.domain.wheels.table import packages
    from cudacompat.engines import find

    package = str(canonicalize_name(text)) if canonicalize_name(text) in packages() else None
    try:
        engine = find(text).name
    except UsageError:
        engine = None
    what = [
        "an engine whose build settings cudacompat knows" if engine else "",
        "a Python package whose wheels are in cudacompat's table" if package else "",
    ]
    commands = [f"cudacompat wheels {package} --gpu native"] if package else []
    commands += [f"cudacompat generate {engine} --gpu native"] if engine else []
    name = engine or package
    parts = [("What it is", "; ".join(filter(None, what)))]
    return _page(PageKind.PROJECT, name, parts, commands=commands) if name else None


def _generation_page(text: str) -> PageReport | None:
    from cudacompat.domain.gpus.target_page import generation_page

    found = generation_page(text)
    if found is None:
        return None
    name, parts = found
    commands = [f"cudacompat explain {heading}" for heading, _ in parts[1:]]
    return _page(PageKind.GPU, name, parts, commands=commands)


def _gpu_page(text: str) -> PageReport | None:
    from cudacompat.domain.gpus.lookup import resolve
    from cudacompat.domain.gpus.target_page import target_page

    try:
        gpu = resolve(text)
    except UsageError:
        return None
    parts = dict(target_page(ArchTarget(CodeKind.SASS, gpu.capability.number)))
    what = f"a GPU of compute capability {gpu.capability}" if gpu.name else "a compute capability of GPUs"
    told = [("What it is", what), ("Built by", parts.get("Built by", "")), ("Driver", parts.get("Driver", ""))]
    spec = shlex.quote(gpu.name or gpu.id)
    commands = [f"cudacompat {command} {spec}" for command in ("gpus", "toolkits --gpu", "doctor --gpu")]
    return _page(PageKind.GPU, gpu.name or f"compute capability {gpu.capability}", told, commands=commands)
