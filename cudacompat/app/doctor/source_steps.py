"""What to do about a package that the index has as sources alone, or of which no wheel runs: it is built here, for the
GPUs, and not silently for the CPU, as pip does when it is told nothing."""

from __future__ import annotations

from collections.abc import Sequence

from cudacompat.app.doctor.installing import from_sources
from cudacompat.app.doctor.reader_shell import with_variables
from cudacompat.app.inputs.wanted_gpus import wanted_gpus
from cudacompat.domain.builds.engine_facts import BuildSystem
from cudacompat.domain.builds.plans.commands import environment
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.verdict import Target
from cudacompat.environments.own import normalised


def source_step(component: Component, targets: Sequence[Target], home: Environment | None) -> PlanStep | None:
    """Return the step that builds this release from the index's sources with the settings of its engine; `None` where
    no engine is known that pip alone builds."""
    from cudacompat.domain.builds.plans.plan import plan_build
    from cudacompat.engines import known

    name = normalised(component.package)
    engine = next((each for each in known() if name in each.packages and each.system is BuildSystem.PIP), None)
    recipe = engine.recipe if engine is not None else None
    if engine is None or recipe is None or not any(step[:2] == ("pip", "install") for step in recipe.build):
        return None
    if any("--no-build-isolation" in step for step in recipe.build):
        return None  # what it is built beside has to be there, in the right release
    driver = next((target.driver for target in targets if target.driver is not None), None)
    try:
        plan = plan_build(
            engine, wanted_gpus([each.spec for each in targets]), version=component.version, driver=driver
        )
    except CudacompatError:
        return None
    variables = [(each.name, each.value) for each in environment(plan)]
    why = f"Build {name} {component.version} here, for these GPUs: the index has its sources (with nvcc of CUDA"
    command = with_variables(variables, from_sources(home, name, component.version), home)
    return PlanStep(one_line(f"{why} {plan.release.version})"), command, cures=(component.package,))
