"""The catalogue of what `explain` knows as a page: the findings, and every kind of log line with its cause and cure."""

from __future__ import annotations

from collections.abc import Iterator

from cudacompat.domain.logs.diagnosis import causes_in_words, generic
from cudacompat.domain.logs.report import CatalogueReport
from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.words.phrases import count
from cudacompat.report.markdown_text import block, code, escaped, table_row
from cudacompat.report.rule_text import rule_text


def catalogue_markdown(report: CatalogueReport) -> Iterator[str]:
    """Yield the page, a part at a time."""
    lines = sum(len(group.signatures) for group in report.groups)
    yield (
        f"# What `cudacompat explain` knows\n\n{count(lines, 'kind')} of log line and "
        f"{count(len(report.rules), 'finding')} about files and machines. `cudacompat explain ID` prints one of them, "
        "`cudacompat explain LOG` finds them in a log.\n\n"
    )
    for group in report.groups:
        yield f"- {escaped(group.title)}: {', '.join(code(each.id) for each in group.signatures)}\n"
    yield "\n## Findings about files and machines\n\n" + table_row(["Finding", "What it says"]) + table_row(["---"] * 2)
    for id_, title in report.rules:
        yield table_row([f"[{code(id_)}](#{id_})", escaped(title)])
    for id_, title in report.rules:
        yield f"\n### {code(id_)}\n\n{escaped(title)}.\n\n"
        for heading, text in rule_text(id_).sections:
            yield f"- {heading}: {_own(text)}\n"
    for group in report.groups:
        yield f"\n## {escaped(group.title)}\n"
        for signature in group.signatures:
            yield from _log_line(signature)


def _own(text: str) -> str:
    """Our own words, in which backticks mean code already."""
    parts = text.split("`")
    return "".join(code(part) if number % 2 else escaped(part) for number, part in enumerate(parts))


def _log_line(signature: Signature) -> Iterator[str]:
    names = f"CUDA error {signature.code}: {', '.join(signature.names)}. " if signature.code is not None else ""
    yield f"\n### {code(signature.id)}\n\n{escaped(generic(signature.title))}\n\n{block(signature.sample)}\n"
    yield f"- {escaped(names + generic(signature.cause))}\n"
    yield f"- It does not mean: {escaped(generic(signature.does_not_mean))}\n"
    yield f"- What to do: {escaped(generic(signature.fix))}\n"
    if signature.command:
        yield f"\n{block(generic(signature.command), '  ')}\n"
    if signature.after:
        yield f"- May follow from: {escaped(causes_in_words(signature))}\n"
    yield f"- Read in: {', '.join(map(code, signature.sources))}\n"
