"""The writers of each report: functions that import what they need when they are called, so that a start loads none of
it, and that say which report they take, so that a table of them is checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from cudacompat.domain.compare.diff_report import DiffReport
    from cudacompat.domain.logs.report import CatalogueReport, ExplainReport
    from cudacompat.domain.reports.bench import BenchReport
    from cudacompat.domain.reports.check import CheckReport
    from cudacompat.domain.reports.doctor import DoctorReport
    from cudacompat.domain.reports.generate import GenerateReport
    from cudacompat.domain.reports.generate_add import ExtendReport
    from cudacompat.domain.reports.generate_ways import WaysReport
    from cudacompat.domain.reports.lint import LintReport
    from cudacompat.domain.reports.listing import InspectReport
    from cudacompat.domain.reports.load import LoadReport
    from cudacompat.domain.reports.lookup import GpusReport, ToolkitsReport
    from cudacompat.domain.reports.page import PageReport
    from cudacompat.domain.reports.rebuild import RebuildReport
    from cudacompat.domain.reports.survey import SurveyReport
    from cudacompat.domain.reports.verify import VerifyReport
    from cudacompat.domain.reports.wheels import WheelsReport
    from cudacompat.domain.words.report import Report
    from cudacompat.report.json import Json
    from cudacompat.report.text.page import Page
    from cudacompat.report.view import View


def check_text(page: Page, report: CheckReport) -> None:
    """Write the text."""
    from cudacompat.report.text.sections import check_text as write

    write(page, report)


def check_json(report: CheckReport) -> Json:
    """Return the document."""
    from cudacompat.report.json import check_json as document

    return document(report)


def inspect_text(page: Page, report: InspectReport) -> None:
    """Write the text."""
    from cudacompat.report.text.listing import inspect_text as write

    write(page, report)


def inspect_json(report: InspectReport) -> Json:
    """Return the document."""
    from cudacompat.report.json import inspect_json as document

    return document(report)


def doctor_text(page: Page, report: DoctorReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.doctor_text import doctor_text as write

    write(page, report)


def doctor_json(report: DoctorReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.doctor_json import doctor_json as document

    return document(report)


def gpus_text(page: Page, report: GpusReport) -> None:
    """Write the text."""
    from cudacompat.report.text.sections import gpus_text as write

    write(page, report)


def gpus_json(report: GpusReport) -> Json:
    """Return the document."""
    from cudacompat.report.json import gpus_json as document

    return document(report)


def survey_text(page: Page, report: SurveyReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.survey import survey_text as write

    write(page, report)


def survey_json(report: SurveyReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.survey import survey_json as document

    return document(report)


def wheels_text(page: Page, report: WheelsReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.wheels import wheels_text as write

    write(page, report)


def wheels_json(report: WheelsReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.wheels import wheels_json as document

    return document(report)


def toolkits_text(page: Page, report: ToolkitsReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.toolkits import toolkits_text as write

    write(page, report)


def toolkits_json(report: ToolkitsReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.toolkits import toolkits_json as document

    return document(report)


def diff_text(page: Page, report: DiffReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.diff_text import diff_text as write

    write(page, report)


def diff_json(report: DiffReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.diff_json import diff_json as document

    return document(report)


def generate_text(page: Page, report: GenerateReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.generate_text import generate_text as write

    write(page, report)


def generate_json(report: GenerateReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.generate_json import generate_json as document

    return document(report)


def ways_text(page: Page, report: WaysReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.generate_ways_text import ways_text as write

    write(page, report)


def ways_json(report: WaysReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.generate_ways_json import ways_json as document

    return document(report)


def extend_text(page: Page, report: ExtendReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.generate_add_text import extend_text as write

    write(page, report)


def extend_json(report: ExtendReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.generate_add_json import extend_json as document

    return document(report)


def lint_text(page: Page, report: LintReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.lint_text import lint_text as write

    write(page, report)


def lint_json(report: LintReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.lint_json import lint_json as document

    return document(report)


def rebuild_text(page: Page, report: RebuildReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.rebuild_text import rebuild_text as write

    write(page, report)


def rebuild_json(report: RebuildReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.rebuild_json import rebuild_json as document

    return document(report)


def verify_text(page: Page, report: VerifyReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.verify_text import verify_text as write

    write(page, report)


def verify_json(report: VerifyReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.verify_json import verify_json as document

    return document(report)


def load_text(page: Page, report: LoadReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.verify_text import load_text as write

    write(page, report)


def load_json(report: LoadReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.verify_json import load_json as document

    return document(report)


def bench_text(page: Page, report: BenchReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.bench_text import bench_text as write

    write(page, report)


def bench_json(report: BenchReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.bench_json import bench_json as document

    return document(report)


def explain_text(page: Page, report: ExplainReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.explain_text import explain_text as write

    write(page, report)


def explain_json(report: ExplainReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.explain_json import explain_json as document

    return document(report)


def catalogue_text(page: Page, report: CatalogueReport) -> None:
    """Write the text."""
    from cudacompat.report.commands.explain_text import catalogue_text as write

    write(page, report)


def catalogue_json(report: CatalogueReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.explain_json import catalogue_json as document

    return document(report)


def page_text(report: PageReport) -> str:
    """Return the page."""
    return report.text


def page_json(report: PageReport) -> Json:
    """Return the document."""
    from cudacompat.report.commands.page import page_json as document

    return document(report)


def inspect_markdown(report: InspectReport) -> Iterator[str]:
    """Return the parts of the text."""
    from cudacompat.report.markdown import inspect_markdown as parts

    return parts(report)


def gpus_markdown(report: GpusReport) -> Iterator[str]:
    """Return the parts of the text."""
    from cudacompat.report.markdown import gpus_markdown as parts

    return parts(report)


def catalogue_markdown(report: CatalogueReport) -> Iterator[str]:
    """Return the parts of the text."""
    from cudacompat.report.commands.explain_markdown import catalogue_markdown as parts

    return parts(report)


def findings_markdown(report: Report) -> Iterator[str]:
    """Return the parts of the text."""
    from cudacompat.report.markdown import findings_markdown as parts

    return parts(report)


def doctor_markdown(report: DoctorReport) -> Iterator[str]:
    """Return the parts of the text."""
    from cudacompat.report.commands.doctor_markdown import doctor_markdown as parts
    from cudacompat.report.commands.doctor_markdown import without_names

    if report.check is not None and report.packages is None:
        from cudacompat.report.markdown import doctor_markdown as of_paths

        return without_names(of_paths(report), report.facts.home)
    return parts(report)


def inspect_html(report: InspectReport) -> Json:
    """Return what the page shows."""
    from cudacompat.report.html.document import inspect_page as shown

    return shown(report)


def findings_html(report: Report) -> Json:
    """Return what the page shows."""
    from cudacompat.report.html.document import findings_page as shown

    return shown(report)


def doctor_html(report: DoctorReport) -> Json:
    """Return what the page shows."""
    from cudacompat.report.html.document import doctor_page as shown

    return shown(report)


def sarif(view: View, stream: TextIO) -> None:
    """Write the findings."""
    from cudacompat.report.ci.sarif import render

    render(view, stream)


def junit(view: View, stream: TextIO) -> None:
    """Write the findings."""
    from cudacompat.report.ci.junit import render

    render(view, stream)


def github(view: View, stream: TextIO) -> None:
    """Write the findings."""
    from cudacompat.report.ci.github import render

    render(view, stream)


def badge(view: View, stream: TextIO) -> None:
    """Write an SVG for a README."""
    from cudacompat.report.html.badge import badge as write

    write(view, stream)


def gitlab(view: View, stream: TextIO) -> None:
    """Write the findings."""
    from cudacompat.report.ci.gitlab import render

    render(view, stream)
