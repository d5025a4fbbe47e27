"""The formats a report can be written in, and which of them a command has."""

from __future__ import annotations

from typing import TextIO

from cudacompat.domain.words.errors import UsageError

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html")

# What has no findings has none of the formats that are made of findings: they would be empty, and look green.
_WITHOUT_FINDINGS = {
    "inspect": ("text", "json", "markdown", "html"),
    "gpus": ("text", "json", "markdown"),
    "toolkits": ("text", "json"),
    "diff": ("text", "json"),
    "generate": ("text", "json"),
    "bench": ("text", "json"),
    "explain --list": ("text", "json", "markdown"),
}


def formats_of(command: str) -> tuple[str, ...]:
    """Return the formats that a command's report can be written in."""
    return _WITHOUT_FINDINGS.get(command, FORMATS)


def require(command: str, format_: str) -> None:
    """`UsageError` that names the formats of the command, if this is none of them."""
    applicable = formats_of(command)
    if format_ not in applicable:
        raise UsageError(f"{command} is not written as {format_}; its formats are {', '.join(applicable)}")


def write(report: object, format_: str, stream: TextIO, color: str = "auto") -> None:
    """Write the report in that format (one of FORMATS); only what the format needs is imported. `UsageError` for a
    format that this report does not have."""
    if format_ == "json":
        from cudacompat.report import json

        json.render(report, stream)
    elif format_ == "text":
        from cudacompat.report import text

        text.render(report, stream, color)
    else:
        _write_other(report, format_, stream)


def _write_other(report: object, format_: str, stream: TextIO) -> None:
    from cudacompat.report import view

    require(view.command_of(report), format_)
    if format_ == "markdown":
        from cudacompat.report import markdown

        markdown.render(report, stream)
        return
    if format_ == "html":
        from cudacompat.report import html

        html.render(report, stream)
        return
    findings = view.view_of(report)
    if findings is None:
        raise UsageError(f"{view.command_of(report)} reports no findings, so it is not written as {format_}")
    if format_ == "sarif":
        from cudacompat.report.ci import sarif

        sarif.render(findings, stream)
    elif format_ == "junit":
        from cudacompat.report.ci import junit

        junit.render(findings, stream)
    elif format_ == "github":
        from cudacompat.report.ci import github

        github.render(findings, stream)
    else:
        from cudacompat.report.ci import gitlab

        gitlab.render(findings, stream)
