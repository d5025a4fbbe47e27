"""Build plans as text: what is set, who reads it, why each target is there, who is served, and the commands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cudacompat.domain.builds.plans.choices import Choice, choices
from cudacompat.domain.builds.plans.costs import build_time, sizes
from cudacompat.domain.builds.plans.matrix import slug
from cudacompat.domain.builds.plans.plan import BuildPlan, PlanSetting, commands, setting_line
from cudacompat.domain.judge.coverage import Reach, how, reach_of_all
from cudacompat.domain.reports.generate import GenerateReport
from cudacompat.domain.words.byte_sizes import byte_size
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.verdict import Outcome

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page


def generate_text(page: Page, report: GenerateReport) -> None:
    """Write the files that were asked for as they are, or else the plans."""
    for file in report.files:
        for line in file.text.splitlines():
            page.line(line)
    if report.files:
        return
    if len(report.plans) > 1:
        page.line(f"no single build supports all of these GPUs: {len(report.plans)} builds")
        page.line()
    for plan in report.plans:
        _plan(page, plan, report.plans)
    proofs = {name: report.plans[0].engine.proof(name).value for name in report.outputs}
    page.field("proved", ", ".join(f"{name} {proof}" for name, proof in proofs.items()), 0, 10)
    page.field("as file", f"add --as KIND: {', '.join(report.outputs)}; for example:", 0, 10)
    page.line("  ", (f"{report.command} --as {report.outputs[0]}", "bold"))


def _plan(page: Page, plan: BuildPlan, plans: tuple[BuildPlan, ...]) -> None:
    named = f" ({slug(plan, plans)})" if len(plans) > 1 else ""
    page.line((plan.title, "bold"), f" with CUDA {plan.release.version}{named}")
    page.field("for", ", ".join(dict.fromkeys(each.label for each in plan.wanted)))
    page.field("gives", " ".join(map(str, plan.arrives)))
    for note in plan.notes:
        page.field("note", note)
    page.line()
    page.line(("settings", "bold"))
    for setting in plan.settings:
        _setting(page, setting)
    page.line()
    page.line(("targets", "bold"))
    for choice in choices(plan):
        _choice(page, choice)
    costs_text(page, plan)
    page.line()
    page.line(("runs on compute capability", "bold"))
    _coverage(page, reach_of_all(plan.arrives, plan.release.ptx_isa))
    if plan.left_out:
        page.line()
        page.line(("left out", "bold"))
        for each in plan.left_out:
            page.line(f"  {each.name}")
            page.field("why", each.why, 4, 6)
    page.line()
    page.line(("commands", "bold"))
    for command in commands(plan):
        page.line("  ", command)
    page.line()


def _setting(page: Page, setting: PlanSetting) -> None:
    page.line("  ", (setting_line(setting), "bold"))
    page.field("read", "by " + setting.reader if not setting.idle else "by nothing in this build", 4, 6)
    if not setting.decides:
        page.field("why", setting.why, 4, 6)


def _choice(page: Page, choice: Choice) -> None:
    weights = {each.image: each for each in choice.sizes}
    for image, why in zip(choice.images, choice.why, strict=True):
        weight = weights.get(image)
        about = f", {'about ' if weight.like else ''}{byte_size(weight.size)}" if weight is not None else ""
        page.line("  ", (str(image), "bold"), about)
        page.field("why", why, 4, 9)
    if choice.without:
        changes: dict[str, list[str]] = defaultdict(list)
        for each in choice.without:
            changes[how(each.reach)].append(each.label)
        said = "; ".join(f"{what} for {', '.join(labels)}" for what, labels in changes.items())
    else:
        said = "no change for the GPUs you named"
    page.field("without", f"{choice.target.arch}: {said}", 4, 9)


def costs_text(page: Page, plan: BuildPlan) -> None:
    """Write what the list costs in bytes and seconds, or that nobody measured it."""
    weight = sizes(plan.engine, plan.release.version, plan.arrives)
    if weight is None:
        page.field("size", f"no size data for {plan.engine.name} with CUDA {plan.release.version}", 2, 9)
    else:
        kind = "estimate from" if weight.estimated else "measured on"
        page.field(
            "size",
            f"about {byte_size(weight.total)}, of which {byte_size(weight.row.base)} is not device code ({kind} "
            f"{weight.row.what}, CUDA {weight.row.cuda}: {weight.row.source})",
            2,
            9,
        )
    time = build_time(plan.engine, plan.arrives)
    if time is None:
        page.field("time", f"no build time data for {plan.engine.name}", 2, 9)
    else:
        page.field(
            "time",
            f"about {_minutes(time.core_seconds)} of one core (estimate: {count(len(plan.arrives), 'target')}, each as "
            f"{time.row.image} of {time.row.what}: {time.row.core_seconds} s for {time.row.sources} sources; "
            f"{time.row.source})",
            2,
            9,
        )


def _minutes(seconds: int) -> str:
    return f"{round(seconds / 60)} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


_SAID = (
    (Outcome.NATIVE, "native"),
    (Outcome.COMPATIBLE, "compatible"),
    (Outcome.JIT, "by JIT"),
    (Outcome.UNDECIDED, "undecided"),
)


def _coverage(page: Page, reaches: Iterable[Reach]) -> None:
    found = list(reaches)
    for outcome, title in _SAID:
        of_outcome = [each for each in found if each.outcome is outcome]
        if outcome is Outcome.JIT:
            for driver in sorted({each.min_driver or 0 for each in of_outcome}):
                some = [each for each in of_outcome if (each.min_driver or 0) == driver]
                needs = f"  (driver {driver} or newer)" if driver else ""
                page.field(title, f"{_listed(some)}{needs}", 2, 14)
        elif of_outcome:
            page.field(title, _listed(of_outcome), 2, 14)
    none = [each for each in found if not each.outcome.runs and each.outcome is not Outcome.UNDECIDED]
    page.field("does not run", _listed(none) or "none of those known here", 2, 14)


def _listed(reaches: Iterable[Reach]) -> str:
    return " ".join(str(each.capability) for each in reaches)
