"""The driver does not know the GPU that was named.

What it finds: a GPU of --gpu and a driver (--driver, or the one here) whose branch is before the first or after the
last that knows the GPU.

Why it matters: such a driver ignores the GPU; a program finds no CUDA device (error 100), whatever code it carries.

Example: an RTX 5090, whose first driver branch is 570, with driver 535.

What to do: install a driver of a branch that knows the GPU.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.tables.driver_choice import DriverChoice, choose_driver, in_words, left_out
from cudacompat.domain.tables.driver_packages import install_command
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Target


def check(machine: Machine) -> Iterable[Finding]:
    """One finding for each GPU that was named and that its driver does not know; one that answers is known."""
    answering = {gpu.name for gpu in machine.gpus}
    for target in machine.targets:
        if target.driver is None or target.name in answering:
            continue
        why = left_out(target.capability, target.driver.branch, None)
        if why is not None:
            help_, command = _cure(machine, target)
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                path=None,
                target=target.id,
                message=f"driver {target.driver} does not know {target.label}",
                why=why,
                help=help_,
                command=command,
            )


def _cure(machine: Machine, target: Target) -> tuple[str, str | None]:
    choice = choose_driver([target.capability], linux=not (machine.is_wsl or target.on_windows))
    if not isinstance(choice, DriverChoice):
        return "use the driver that comes with the machine", None
    is_here = machine.driver is not None and target.driver == machine.driver
    install = install_command(machine.facts.platform, choice.branch, choice.kind)
    window = f"branches {choice.first} to {choice.last} know it" if choice.last else f"{choice.first} or newer knows it"
    return f"install {in_words(choice)} ({window})", install.command if is_here else None


RULE = Rule("gpu-outside-driver", "The driver does not know the GPU", __doc__, check)
