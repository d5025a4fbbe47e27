"""The document of `generate`."""

from __future__ import annotations

from cudacompat.domain.builds.plans.choices import Choice, choices
from cudacompat.domain.builds.plans.costs import build_time, sizes
from cudacompat.domain.builds.plans.matrix import slug
from cudacompat.domain.builds.plans.plan import BuildPlan, PlanSetting, commands
from cudacompat.domain.judge.coverage import Reach, reach_of_all
from cudacompat.domain.reports.generate import GenerateReport
from cudacompat.domain.words.target import ArchTarget
from cudacompat.report.json import Json, head


def generate_json(report: GenerateReport) -> Json:
    """What `generate` planned and made.

    In a matrix, the keys that can stand for one build alone are null or empty at the top; `builds` has them all.
    """
    plans = report.plans
    first = plans[0]
    only = first if len(plans) == 1 else None
    return {
        **head("generate"),
        "engine": first.engine.name,
        "engine_version": first.engine.label(first.version) or None,
        "cuda": str(only.release.version) if only else None,
        "command": report.command,
        "targets": [_wanted(each.label, each.arch) for plan in plans for each in plan.wanted],
        "arrives": [_image(each) for plan in plans for each in plan.arrives],
        "settings": [setting_json(each) for each in only.settings] if only else [],
        "left_out": [_left_out(name, why, source) for name, why, source in _all_left_out(plans)],
        "notes": list(dict.fromkeys(note for plan in plans for note in plan.notes)),
        "builds": [build_json(plan, slug(plan, plans)) for plan in plans],
        "outputs": list(report.outputs),
        "proved": {name: first.engine.proof(name).value for name in report.outputs},
        "files": [{"name": each.name, "text": each.text} for each in report.files],
        "beside": list(report.beside),
    }


def _all_left_out(plans: tuple[BuildPlan, ...]) -> list[tuple[str, str, str]]:
    return list(dict.fromkeys((each.name, each.why, each.source) for plan in plans for each in plan.left_out))


def _left_out(name: str, why: str, source: str) -> Json:
    return {"name": name, "why": why, "source": source}


def _wanted(name: str, arch: str) -> Json:
    return {"name": name, "arch": arch}


def _image(image: ArchTarget) -> Json:
    return {"kind": image.kind.value, "target": str(image)}


def build_json(plan: BuildPlan, name: str) -> Json:
    """One build, by this name."""
    image = plan.image
    return {
        "name": name,
        "cuda": str(plan.release.version),
        "image": plan.base_image("devel") if image is not None else None,
        "targets": [_wanted(each.label, each.arch) for each in plan.wanted],
        "arrives": [_image(each) for each in plan.arrives],
        "require": plan.require,
        "settings": [setting_json(each) for each in plan.settings],
        "choices": [_choice(each) for each in choices(plan)],
        "runs_on": [_reach(each) for each in reach_of_all(plan.arrives, plan.release.ptx_isa)],
        "size": _size(plan),
        "time": _time(plan),
        "commands": list(commands(plan)),
        "notes": list(plan.notes),
    }


def setting_json(each: PlanSetting) -> Json:
    """One setting."""
    return {
        "name": each.name,
        "value": each.value,
        "channel": each.channel.value,
        "reader": each.reader,
        "read": not each.idle,
        "decides": each.decides,
        "why": each.why,
        "source": each.source,
    }


def _choice(choice: Choice) -> Json:
    measured = {each.image: each for each in choice.sizes}
    return {
        "arch": choice.target.arch,
        "images": [
            {
                **_image(image),
                "why": why,
                "bytes": measured[image].size if image in measured else None,
                "bytes_of": measured[image].like if image in measured else None,
            }
            for image, why in zip(choice.images, choice.why, strict=True)
        ],
        "without": [{"name": each.label, **_reach(each.reach)} for each in choice.without],
    }


def _reach(found: Reach) -> Json:
    return {
        "compute_capability": str(found.capability),
        "outcome": found.outcome.value,
        "reason": found.reason.value if found.reason else None,
        "image": str(found.image) if found.image else None,
        "min_driver": str(found.min_driver) if found.min_driver else None,
    }


def _size(plan: BuildPlan) -> Json | None:
    found = sizes(plan.engine, plan.release.version, plan.arrives)
    if found is None:
        return None
    return {
        "bytes": found.total,
        "without_device_code": found.row.base,
        "estimated": found.estimated,
        "measured_on": found.row.what,
        "cuda": found.row.cuda,
        "source": found.row.source,
    }


def _time(plan: BuildPlan) -> Json | None:
    found = build_time(plan.engine, plan.arrives)
    if found is None:
        return None
    return {
        "core_seconds": found.core_seconds,
        "estimated": True,
        "measured_on": f"{found.row.what}, {found.row.image}: {found.row.core_seconds} s",
        "source": found.row.source,
    }
