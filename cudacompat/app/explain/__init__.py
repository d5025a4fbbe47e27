"""`explain`: a finding's documentation by its id, and what a log means."""

from __future__ import annotations

import difflib
import inspect
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cudacompat.app.explain.word_pages import filled, name_page, word_page
from cudacompat.artifacts.logs import LogScanner, pieces, refuse_binary, refuse_document
from cudacompat.domain.logs.cases import condition_in_words
from cudacompat.domain.logs.diagnosis import LogSource, causes_in_words, diagnose, generic
from cudacompat.domain.logs.fragments import Fragments
from cudacompat.domain.logs.match import Matcher
from cudacompat.domain.logs.reading import LogReading
from cudacompat.domain.logs.report import CatalogueReport, CommandEnd, ExplainReport
from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.reports.page import PageKind, PageReport
from cudacompat.domain.rules import all_rules, rule_called
from cudacompat.domain.runs.observation import End
from cudacompat.domain.tables.architectures import generations
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.rule import SECTIONS
from cudacompat.domain.words.verdict import Target
from cudacompat.host.surroundings.masking import without_secrets

if TYPE_CHECKING:
    from cudacompat.domain.logs.line_catalogue import LineCatalogue

_NEVER_S = 10 * 365 * 86400.0
_LONGEST_COPIED, _MOST_COPIED = 2000, 3  # bytes and lines that somebody copied, and that are no log


def explain(id_: str) -> PageReport:
    """Return the page of the rule or of the log line with this id (or CUDA error number or name); `UsageError` with
    the nearest ids if there is none."""
    page = page_of(id_)
    if page is not None:
        return page
    near = _near(id_)
    if near:
        raise UsageError(f"unknown finding {id_[:80]!r}; similar: {', '.join(near)}")
    raise UsageError(f"unknown finding {id_[:80]!r}; `cudacompat explain --list` lists all")


def page_of(id_: str, *, names: bool = True) -> PageReport | None:
    """Return the page of what `explain` knows under this id, CUDA error number or name, and, with `names`, of a GPU, an
    engine, a package or an exit code; `None` if there is none."""
    rule = rule_called(id_.strip().lower())
    if rule is not None:
        text = inspect.cleandoc(rule.doc)
        return PageReport(
            rule.id, PageKind.FINDING, rule.title, text=f"{rule.id}: {rule.title}\n\n{text}", sections=_sections(text)
        )
    signature = line_catalogue().named(id_)
    if signature is not None:
        return _signature_report(signature)
    return word_page(id_) or (name_page(id_) if names else None)


def _sections(text: str) -> tuple[tuple[str, str], ...]:
    """The paragraphs of a rule's page by their headings; one without a heading belongs to the one before it."""
    found: list[tuple[str, str]] = []
    for paragraph in text.split("\n\n"):
        heading, _, rest = paragraph.partition(":")
        if heading in SECTIONS:
            found.append((heading, rest.strip("\n").removeprefix(" ")))
        elif found:
            found[-1] = (found[-1][0], f"{found[-1][1]}\n\n{paragraph}")
    return tuple(found)


def _signature_report(signature: Signature) -> PageReport:
    parts = [
        ("Example", signature.sample),
        ("Cause", generic(signature.cause)),
        ("Not the cause", generic(signature.does_not_mean)),
        ("What to do", generic(signature.fix)),
        ("Command", generic(signature.command) if signature.command else ""),
        ("In other cases", "\n".join(_cases(signature))),
        ("May follow from", causes_in_words(signature) if signature.after else ""),
    ]
    return PageReport(
        signature.id,
        PageKind.LOG_LINE,
        generic(signature.title),
        text=signature_page(signature),
        sections=tuple((heading, text) for heading, text in parts if text),
        code=signature.code,
        severity=signature.severity.value,
        sources=tuple(signature.sources),
    )


def signature_page(signature: Signature) -> str:
    """A log line's page: what it looks like, its cause, what it does not mean, its cure and where that was read."""
    names = [f"CUDA error {signature.code}: {', '.join(signature.names)}"] if signature.code is not None else []
    command = f"\n\n    {generic(signature.command)}" if signature.command else ""
    follows = [f"Can follow from: {causes_in_words(signature)}"] if signature.after else []
    parts = [
        filled(f"{signature.id}: {generic(signature.title)}"),
        *map(filled, names),
        "Example:\n\n" + "\n".join(f"    {line}".rstrip() for line in signature.sample.split("\n")),
        filled(f"Cause: {generic(signature.cause)}"),
        filled(f"Not the cause: {generic(signature.does_not_mean)}"),
        filled(f"What to do: {generic(signature.fix)}") + command,
        *_case_blocks(signature),
        *map(filled, follows),
        "Sources:\n" + "\n".join(f"- {source}" for source in signature.sources),
    ]
    return "\n\n".join(parts)


def _cases(signature: Signature) -> Iterator[str]:
    """What else a line means and what cures it then: a sentence for each case."""
    for text, command in _case_parts(signature):
        yield f"{text} Command: {command}" if command else text


def _case_blocks(signature: Signature) -> Iterator[str]:
    """The cases as paragraphs, each command on a line that is not broken."""
    for text, command in _case_parts(signature):
        yield filled(text) + (f"\n\n    {command}" if command else "")


def _case_parts(signature: Signature) -> Iterator[tuple[str, str | None]]:
    signs = {sign.name: sign.meaning for sign in line_catalogue().signs}
    for case in signature.cases:
        when = " and ".join(condition_in_words(each, signs) for each in case.when)
        said = generic(" ".join(filter(None, (case.cause, case.fix))))
        yield f"If {when}: {said}", generic(case.command) if case.command else None


def line_catalogue() -> LineCatalogue:
    """Return all known log lines, those of the engines among them."""
    from cudacompat import engines
    from cudacompat.domain.logs.catalogue import GROUPS
    from cudacompat.domain.logs.line_catalogue import assembled

    return assembled(GROUPS, engines.log_lines())


def catalogue() -> CatalogueReport:
    """All that can be explained."""
    return CatalogueReport(line_catalogue().groups, tuple((rule.id, rule.title) for rule in all_rules()))


def explain_file(path: str, gpu: str | None, on_bytes: Callable[[int], None] | None = None) -> ExplainReport:
    """Explain a log file, `-` for standard input; `on_bytes` is told how many bytes were read so far. `UsageError`
    where it cannot be read."""
    if path == "-":
        return _explained(sys.stdin.buffer, "standard input", gpu)
    if Path(path).is_dir():
        raise UsageError(f"{path} is a directory; pass a log file, or - for standard input")
    from cudacompat.artifacts.files.opened import opened  # a page needs none of it

    try:
        with opened(path) as file:
            return _explained(file, path, gpu, on_bytes=on_bytes, named=True)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise UsageError(_not_there(path)) from error
        raise UsageError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error


def explain_text(text: str, gpu: str | None) -> ExplainReport:
    """Explain an error message, or a part of one, as it was copied."""
    return _message_explained(text, gpu, None)


def explain_part(text: str, gpu: str | None) -> ExplainReport | None:
    """Explain a word or two that are a part of a message, such as the beginning of an error's name; `None` where they
    are a part of none that is known."""
    fragments = Fragments(_printed(line_catalogue()))
    return _message_explained(text, gpu, fragments) if fragments.find(text) is not None else None


def _message_explained(text: str, gpu: str | None, fragments: Fragments | None) -> ExplainReport:
    said = io.BytesIO(text.encode("utf-8", "replace"))
    return _explained(said, "the message", gpu, is_message=True, fragments=fragments)


def reader_beside() -> tuple[LogScanner, Callable[[str | None], ExplainReport]]:
    """Return what takes the pieces of a log that is read for another purpose, and what explains it for a GPU when the
    scanner was closed."""
    reading, scanner = _reader()
    return scanner, lambda gpu: _report(reading, LogSource("the log", scanner.lines, scanner.size), gpu)


def explain_command(
    command: Sequence[str], gpu: str | None, tee: Callable[[bytes], None], timeout_s: float | None
) -> ExplainReport:
    """Run a command, hand its output on as it comes, and explain it."""
    program = shutil.which(command[0])
    reading, scanner = _reader()
    if program is None:
        end = CommandEnd(tuple(command), None, f"could not start {command[0]}: program not found")
        return _report(reading, LogSource(command[0], 0, 0, command=end), gpu)

    def on_output(data: bytes) -> None:
        tee(data)
        scanner.feed(data)

    from cudacompat.host.runs.processes import run_tree

    ended = run_tree(
        [program, *command[1:]],
        environment=os.environ,
        timeout_s=timeout_s or _NEVER_S,
        on_output=on_output,
        on_tick=lambda _: False,
    )
    scanner.close()
    end = CommandEnd(
        tuple(command),
        ended.code if ended.how is End.EXITED else None,
        ended.words if ended.failed else None,
    )
    return _report(reading, LogSource(Path(command[0]).name, scanner.lines, scanner.size, command=end), gpu)


# -- reading


def _printed(lines: LineCatalogue) -> tuple[Signature, ...]:
    """The lines that a program prints as they are."""
    return tuple(signature for signature in lines.signatures if not signature.derived)


def _reader(fragments: Fragments | None = None) -> tuple[LogReading, LogScanner]:
    """What reads a log, with the parts of messages where they were made already: that takes as long as most logs."""
    from cudacompat import engines
    from cudacompat.domain.gpus.lookup import capability_of_cut_name

    lines = line_catalogue()
    matcher = Matcher(_printed(lines), lines.everywhere)
    reading = LogReading(
        matcher, engines.log_names(), lines.signs, capability_of=capability_of_cut_name, fragments=fragments
    )
    return reading, LogScanner(reading)


def _explained(
    file: BinaryIO,
    name: str,
    gpu: str | None,
    *,
    on_bytes: Callable[[int], None] | None = None,
    named: bool = False,
    is_message: bool = False,
    fragments: Fragments | None = None,
) -> ExplainReport:
    reading, scanner = _reader(fragments)
    head = b""
    for number, piece in enumerate(pieces(file)):
        if number == 0:
            head = piece
            refuse_binary(piece, name)
            if named:
                refuse_document(piece, name)
        scanner.feed(piece)
        if on_bytes is not None:
            on_bytes(scanner.size)
    scanner.close()
    if scanner.size == len(head) <= _LONGEST_COPIED and all(
        each.signature.role is Role.GENERAL for each in reading.occurrences
    ):
        _read_copied(reading, head.decode("utf-8", "replace"), is_message=is_message)
    return _report(reading, LogSource(name, scanner.lines, scanner.size), gpu)


def _read_copied(reading: LogReading, text: str, *, is_message: bool) -> None:
    """Look for parts of messages in what is no log: one line, or two, that somebody copied."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, line in lines if len(lines) <= _MOST_COPIED else ():
        reading.take_copied(line, number, is_message=is_message)


def _report(reading: LogReading, source: LogSource, gpu: str | None) -> ExplainReport:
    target, found_by = _target(gpu, bool(reading.facts.devices), bool(reading.occurrences))
    from cudacompat import engines

    names = {engine.name for engine in engines.known()}
    lines = line_catalogue().by_id()
    return without_secrets(diagnose(reading, source, target, target_from=found_by, engines=names, lines=lines))


def _target(gpu: str | None, in_log: bool, wanted: bool) -> tuple[Target | None, str | None]:
    """The GPU in question: what --gpu says, else the log's, else this machine's (only looked for if it matters)."""
    if gpu is not None:
        from cudacompat.app.inputs.targets import resolve_targets

        return resolve_targets([gpu], None, None, environment=os.environ, ask_machine=False)[0], "--gpu"
    if in_log or not wanted:
        return None, None
    from cudacompat.domain.machine.facts import Found
    from cudacompat.host.gpus.probe import gpus

    here = gpus()
    if isinstance(here, Found) and here.value:
        first = here.value[0]
        return Target(first.name, first.name, first.capability), "this machine"
    return None, None


def _not_there(path: str) -> str:
    """The message for a LOG that does not exist: a path, or else a mistyped id with the ids that are similar."""
    if "/" in path or os.sep in path:
        return f"no such file: {path}"
    near = _near(path)
    hint = f"similar: {', '.join(near)}" if near else "all ids: cudacompat explain --list"
    return f"neither a log file nor a known id: {path.strip()}; {hint}"


def _near(id_: str) -> list[str]:
    from cudacompat.domain.words.glossary import SECTIONS as TERMS

    names = [name.lower() for name in (*generations(), *(each.name for _, terms in TERMS for each in terms))]
    ids = sorted({*(rule.id for rule in all_rules()), *line_catalogue().by_id(), *names})
    return difflib.get_close_matches(id_.strip().lower()[:80], ids, n=3)
