"""No driver serves all GPUs of one machine.

What it finds: GPUs in one machine of which no driver serves all: one ends before the other begins (Kepler ends with
driver 470, Ada begins with 520), or one needs the closed kernel module and the other the open one (Pascal and
Blackwell), and a kernel loads one.

Why it matters: whichever driver is installed, one of the GPUs stays dark. Another driver only changes which one.

Example: a GTX 1080 and an RTX 5090 in one Linux machine. Of GPUs that are named with --gpu it is a warning:
each may be in its own machine.

What to do: give one of the GPUs to vfio-pci and a virtual machine, leave it to nouveau for the display, or put it
into another machine. Windows has no two kinds of modules: there drivers 570 to 580 serve both.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.machine.card_facts import unlisted
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.tables.driver_choice import NoDriver, choose_driver
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import short_name


def check(machine: Machine) -> Iterable[Finding]:
    """One finding if two of the GPUs exclude each other."""
    yield from _of_named(machine)
    if machine.facts.container.inside:
        return
    here = {gpu.capability: short_name(gpu.name) for gpu in machine.gpus}
    here |= {card.capability: card.name or card.id for card in unlisted(machine) if card.holder != "vfio-pci"}
    choice = choose_driver(here, linux=not machine.is_wsl)
    if not isinstance(choice, NoDriver):
        return
    yield Finding(
        id=RULE.id,
        severity=Severity.WARNING if machine.gpus else machine.severity,
        path=None,
        message=f"no driver serves both {here[choice.one]} ({choice.one}) and {here[choice.other]} ({choice.other})",
        why=choice.why,
        help="use one of the two here; give the other to vfio-pci and a virtual machine, or to another machine",
    )


def _of_named(machine: Machine) -> Iterable[Finding]:
    """A warning if two of the GPUs that were named exclude each other: nothing says that one machine has both."""
    named = {target.capability: target.spec for target in machine.targets} if machine.is_elsewhere else {}
    choice = choose_driver(named, linux=not machine.is_wsl)
    if isinstance(choice, NoDriver):
        both = f"{named[choice.one]} ({choice.one}) and {named[choice.other]} ({choice.other})"
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=None,
            message=f"no driver serves both {both} in one machine",
            why=choice.why,
        )


RULE = Rule("no-driver-for-all", "No driver serves all GPUs", __doc__, check)
