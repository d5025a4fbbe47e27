"""CMakePresets.json. CMake reads no comments there, so that what is said stands in descriptions and vendor fields."""

from __future__ import annotations

import json
from collections.abc import Sequence

import cudacompat
from cudacompat.domain.builds.engine import Channel
from cudacompat.domain.builds.plans.matrix import slug
from cudacompat.domain.builds.plans.plan import BuildPlan

_VERSION = 3  # of the format: CMake 3.21, the first that needs no generator in a hidden preset


def presets(plans: Sequence[BuildPlan], command: str) -> str:
    """Return the text of CMakePresets.json: a hidden preset with the list to inherit from, and one to build with."""
    many = len(plans) > 1
    configure: list[dict[str, object]] = []
    build: list[dict[str, object]] = []
    for plan in plans:
        name = f"cudacompat-{slug(plan, plans)}" if many else "cudacompat"
        configure += [_hidden(plan, f"{name}-architectures"), _visible(plan, name)]
        build.append({"name": name, "configurePreset": name})
    document = {
        "version": _VERSION,
        "cmakeMinimumRequired": {"major": 3, "minor": 21, "patch": 0},
        "vendor": {"cudacompat/1": {"made-by": f"cudacompat {cudacompat.__version__}", "command": command}},
        "configurePresets": configure,
        "buildPresets": build,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _hidden(plan: BuildPlan, name: str) -> dict[str, object]:
    variables = plan.through(Channel.ENVIRONMENT)
    return {
        "name": name,
        "hidden": True,
        "description": "The list of architectures, for your own presets to inherit",
        "vendor": {
            "cudacompat/1": {
                "for": list(dict.fromkeys(each.label for each in plan.wanted)),
                "arrives": [str(each) for each in plan.arrives],
                "read-by": {each.name: f"{each.reader}: {each.why}" for each in plan.settings},
                "left-out": {each.name: each.why for each in plan.left_out},
                "notes": list(plan.notes),
            }
        },
        "cacheVariables": {each.name: each.value for each in plan.through(Channel.DEFINE)},
        **({"environment": {each.name: each.value for each in variables}} if variables else {}),
    }


def _visible(plan: BuildPlan, name: str) -> dict[str, object]:
    labels = ", ".join(dict.fromkeys(each.label for each in plan.wanted))
    return {
        "name": name,
        "displayName": f"{plan.title} for {labels}",
        "inherits": [f"{name}-architectures"],
        "generator": "Ninja",
        # the list is in the folder's name: a CMakeCache.txt with another list is never met there
        "binaryDir": f"${{sourceDir}}/build/{name}-{plan.key}",
        "cacheVariables": {"CMAKE_BUILD_TYPE": "Release"},
    }
