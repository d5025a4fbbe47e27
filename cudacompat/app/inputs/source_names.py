"""Names of kernels in findings, as their source has them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from cudacompat.domain.reports.check import CheckReport
from cudacompat.domain.words.finding import Finding

_MANGLED = re.compile(r"(?<![\w$.])_(?:Z|R)[\w$.]{3,}")
_LONGEST = 100  # characters of a name: those of templates have thousands


def in_words(report: CheckReport) -> CheckReport:
    """Return the report with the names that its findings show demangled and without parameters; what is no mangled
    name, or cannot be demangled here, stays as it is."""
    wanted = {
        name for each in report.findings for text in (each.found, each.why) for name in _MANGLED.findall(text or "")
    }
    names = source_names(sorted(wanted))
    if not names:
        return report
    return replace(report, findings=tuple(_renamed(each, names) for each in report.findings))


def source_names(names: Iterable[str]) -> dict[str, str]:
    """Return the names that can be demangled here, each with what its source calls it, without parameters."""
    wanted = [name for name in names if _MANGLED.fullmatch(name)]
    if not wanted:
        return {}
    from cudacompat.host.programs.demangle import demangled

    return {name: short(text) for name, text in demangled(wanted).items()}


def short(name: str) -> str:
    """Return a demangled name without what it returns and takes: `gemm<float, 16>` of
    `void gemm<float, 16>(float*, int)`; what is still too long is cut."""
    text = name.removeprefix("void ")
    if text.endswith(")"):
        depth = 0
        for at in range(len(text) - 1, 0, -1):
            depth += {")": 1, "(": -1}.get(text[at], 0)
            if depth == 0:
                text = text[:at]
                break
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _renamed(finding: Finding, names: dict[str, str]) -> Finding:
    def words(text: str | None) -> str | None:
        return None if text is None else _MANGLED.sub(lambda found: names.get(found[0], found[0]), text)

    return replace(finding, found=words(finding.found), why=words(finding.why))
