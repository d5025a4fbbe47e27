"""The step of the plan that brings a newer driver."""

from __future__ import annotations

from collections.abc import Sequence

from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.tables.driver_choice import kind_for, left_out
from cudacompat.domain.tables.driver_packages import install_command
from cudacompat.domain.words.verdict import Target


def driver_step(
    branch: int,
    targets: Sequence[Target],
    facts: HostFacts,
    *,
    cures: tuple[str, ...],
    instead: tuple[PlanStep, ...] = (),
) -> PlanStep:
    """Return the step that installs a driver of this branch or a newer one."""
    kind = kind_for([target.capability for target in targets], branch)
    return PlanStep(
        f"Install driver {branch} or newer{_where(facts)}",
        None if facts.container.inside else install_command(facts.platform, branch, kind).command,
        cures=cures,
        driver=branch,
        instead=instead,
    )


def leaves_a_gpu_out(branch: int, targets: Sequence[Target]) -> bool:
    """Return whether no driver of this branch knows all of the GPUs."""
    capabilities = [target.capability for target in targets]
    kind = kind_for(capabilities, branch)
    return any(left_out(each, branch, kind) for each in capabilities)


def _where(facts: HostFacts) -> str:
    if "WSL" in facts.platform:
        return " in Windows: WSL uses the driver of the host"
    if facts.container.inside:
        return " on the host: a container uses the driver of its host"
    return ""
