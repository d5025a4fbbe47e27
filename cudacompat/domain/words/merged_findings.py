"""Findings as a person reads them: what says the same of several GPUs is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cudacompat.domain.words.command_words import gpu_options
from cudacompat.domain.words.finding import Finding
from cudacompat.domain.words.phrases import one_of_each
from cudacompat.domain.words.verdict import Target

_GPU, _OPTION, _ALL = "\0", "\1", "\2"  # what stands for a GPU's name, for its option and for those of all, in words


def merged(findings: Iterable[Finding], targets: Sequence[Target]) -> Iterator[Finding]:
    """Yield the findings; those that say the same of several targets as one that names them all."""
    by_id = {target.id: target for target in targets}
    every = gpu_options(one_of_each(targets))
    groups: dict[tuple[object, ...], list[tuple[Finding, Target]]] = {}
    order: list[list[tuple[Finding, Target]] | Finding] = []
    for finding in findings:
        target = by_id.get(finding.target or "")
        if target is None or len(by_id) < 2:
            order.append(finding)
            continue
        texts = (finding.message, finding.found, finding.why, finding.help)
        words = tuple(_without(text, target, by_id.values(), every=every) for text in texts)
        key = (finding.id, finding.severity, finding.path, finding.line, finding.excerpt, words)
        if key not in groups:
            groups[key] = []
            order.append(groups[key])
        groups[key].append((finding, target))
    for each in order:
        yield each if isinstance(each, Finding) else _joined(each, by_id.values(), every=every)


def _without(text: str | None, target: Target, targets: Iterable[Target], *, every: str) -> str:
    """The text with marks in place of the target; one that names others, too, is of all of them as it is."""
    if text is None:
        return ""
    if any(_names(text, other.label) for other in targets if target.label not in other.label):
        return text.replace(every, _ALL)
    return text.replace(every, _ALL).replace(gpu_options((target.spec,)), _OPTION).replace(target.label, _GPU)


def _names(text: str, label: str) -> bool:
    """Whether the text has this label as a word of its own: `6.0` is none in `2.6.0`."""
    return label in text and re.search(rf"(?<![\w.]){re.escape(label)}(?![\w.])", text) is not None


def _joined(group: Sequence[tuple[Finding, Target]], targets: Iterable[Target], *, every: str) -> Finding:
    first, target = group[0]
    if len(group) == 1:
        return first
    *most, last = (each.label for _, each in group)
    labels = f"{', '.join(most)} and {last}"
    options = gpu_options(each.spec for _, each in group)

    def with_all(text: str | None) -> str | None:
        if text is None:
            return None
        return (
            _without(text, target, targets, every=every)
            .replace(_OPTION, options)
            .replace(_GPU, labels)
            .replace(_ALL, every)
        )

    message = with_all(first.message) or first.message
    found, why, help_ = (with_all(text) for text in (first.found, first.why, first.help))
    return replace(first, message=message, found=found, why=why, help=help_)
