"""What programs have to do so that packages find the libraries which only other packages have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cudacompat.domain.machine.components import Component
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.wheels.distributions import framework
from cudacompat.domain.words.phrases import one_line, some


def steps_of_programs(components: Sequence[Component]) -> Iterator[PlanStep]:
    """Yield what programs with these components have to do: one step for all whose libraries the framework loads."""
    first = f"import {framework().name} first"
    together = [each for each in components if each.found.reached_by.startswith(first)]
    if len(together) > 1:
        own = ((each.package, each.found.reached_by.removeprefix(first)) for each in together)
        others = "".join(f"{call} in those with {package}" for package, call in own if call)
        yield _step(together, f"{first}{others}")
    for each in components:
        if len(together) < 2 or each not in together:
            yield _step([each], each.found.reached_by)


def _step(components: Sequence[Component], call: str) -> PlanStep:
    names = list(dict.fromkeys(name for each in components for name in each.found.elsewhere))
    packages = tuple(each.package for each in components)
    return PlanStep(one_line(f"In programs with {some(packages)}: {call}, for {some(names)}"), cures=packages)
