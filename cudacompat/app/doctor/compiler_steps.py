"""The steps for a package without device code that compiles it with a CUDA release which a driver here refuses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cudacompat.app.doctor.driver_step import driver_step, leaves_a_gpu_out
from cudacompat.app.doctor.installing import after_removing, installer, is_named_by_project
from cudacompat.app.doctor.reader_shell import quoted
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.rules.component.compiled_later_facts import driver_for
from cudacompat.domain.tables.drivers import branch_of
from cudacompat.domain.words.phrases import one_line, some
from cudacompat.domain.words.verdict import Target
from cudacompat.engines import cuda_libraries
from cudacompat.environments.own import normalised


def driver_steps(component: Component, targets: Sequence[Target], facts: HostFacts) -> list[PlanStep]:
    """Return the step for the driver that the component waits for, or words where no such driver knows one of the
    GPUs."""
    branch = max((found.branch for each in targets if (found := driver_for(component, each)) is not None), default=0)
    if not branch:
        return []
    out = [each.label for each in targets if leaves_a_gpu_out(branch, [each])]
    if not out and not leaves_a_gpu_out(branch, targets):
        return [driver_step(branch, targets, facts, cures=(component.package,))]
    gpus = some(out or [each.label for each in targets])
    why = f"{component.package} {component.version} compiles with CUDA {component.found.release}, which no driver for"
    return [PlanStep(one_line(f"{why} {gpus} takes: install a release that compiles with an older CUDA release"))]


def waits_for_driver(component: Component, targets: Iterable[Target], steps: Sequence[PlanStep]) -> bool:
    """Return whether the component has no device code and compiles it with a CUDA release that a driver here refuses,
    and none of these steps brings one that does not."""
    oldest = [found for each in targets if (found := driver_for(component, each)) is not None]
    return any(all((step.driver or 0) < each.branch for step in steps) for each in oldest)


def older_compilers(
    component: Component, own: int | None, home: Environment | None, targets: Sequence[Target]
) -> PlanStep | None:
    """Return the step that brings what the package compiles with of the newest CUDA release that the drivers of these
    GPUs take, by the extra that moves all of it there; `None` where they take its `own`, or there is no such extra."""
    use = cuda_libraries(normalised(component.package))
    branches = [branch_of(each.driver) for each in targets if each.driver is not None]
    newest = min((each.cuda.major for each in branches if each is not None), default=own)
    if own is None or newest is None or newest >= own or use is None or not component.is_of_pip:
        return None
    extras = ",".join(each.format(cuda=newest) for each in use.brings(component.version))
    if not extras or newest < use.extras_cuda:
        return None
    asked = f"{component.package}[{extras}]=={component.version}"
    why = f"Install {component.package} with its compilers of CUDA {newest}, which the driver takes"
    command = f"{installer(home)} {quoted(asked, home)}"
    if home is not None and is_named_by_project(component.package, home):  # which would keep the other extra
        command = after_removing((component.package,), command, home) or command
    return PlanStep(one_line(why), command, cures=(component.package,))
