"""CUDA_VISIBLE_DEVICES hides GPUs that it seems to list.

What it finds: a value that leaves no GPU (an error): a number above the last GPU's, an id that no GPU here has, a GPU
given twice, `all`, which belongs to NVIDIA_VISIBLE_DEVICES; empty or -1, which mean none. A list that ends before its
last entry is a warning, and so are entries that no comma separates (`0;1` shows GPU 0) and a number that means another
GPU to CUDA than to nvidia-smi.

Why it matters: the first invalid entry hides itself and all that follow. With none left the driver answers "no
CUDA-capable device is detected" (error 100, measured for `all`), and programs fall back to the CPU or stop.

Example: CUDA_VISIBLE_DEVICES=2 on a machine with the GPUs 0 and 1.

What to do: unset it, or set the numbers or ids that `nvidia-smi -L` shows. With unlike GPUs use ids, or set
CUDA_DEVICE_ORDER=PCI_BUS_ID.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.machine.visibility import VARIABLE, number_in
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_FIRST_INVALID = "CUDA reads GPU indexes or UUIDs, and ignores the first invalid entry and all after it"


def check(machine: Machine) -> Iterable[Finding]:
    """One finding if the variable hides what it lists."""
    value = machine.variable(VARIABLE)
    if value is None:
        return
    if not machine.gpus:
        yield from _by_its_form(value)
        return
    visible = machine.visible
    if not visible.seen:
        yield _hides_all(value, visible.why)
    elif visible.ended_by is not None and visible.hidden:
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=None,
            message=f"{VARIABLE}={value} shows {len(visible.seen)} of {len(machine.gpus)} GPUs",
            found=f"the list ends before {visible.ended_by or 'an empty entry'}: {visible.why}",
            why=_FIRST_INVALID,
            help=f"correct {VARIABLE}, or unset it; nvidia-smi -L lists the GPUs",
            command="nvidia-smi -L",
        )
    elif visible.cut is not None and visible.hidden:
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=None,
            message=f"{VARIABLE}={value} shows {len(visible.seen)} of {len(machine.gpus)} GPUs",
            found=f"CUDA reads only the number {number_in(visible.cut)} of the entry {visible.cut}",
            why="commas separate the entries; after a number CUDA ignores all other characters",
            help=f"separate the GPUs in {VARIABLE} with commas",
        )
    elif visible.doubtful is not None and "ORDER" in visible.doubtful:
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=None,
            message=f"the numbers in {VARIABLE}={value} may mean other GPUs than in nvidia-smi",
            why=visible.doubtful,
            help="set CUDA_DEVICE_ORDER=PCI_BUS_ID, or use the ids that nvidia-smi -L shows",
            command="export CUDA_DEVICE_ORDER=PCI_BUS_ID",
        )


def _by_its_form(value: str) -> Iterable[Finding]:
    """What the value alone shows, where the GPUs are not known."""
    first = value.split(",")[0]
    number = number_in(first)
    if number < 0 if number is not None else not first.startswith(("GPU-", "MIG-")):
        yield _hides_all(value, None)


def _hides_all(value: str, why: str | None) -> Finding:
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=None,
        message=f"{VARIABLE}={value} hides every GPU",
        found=why,
        why=f"{_FIRST_INVALID}: no GPU is left (error 100)",
        help=f"unset {VARIABLE}; NVIDIA_VISIBLE_DEVICES=all is what gives a container all GPUs",
        command=f"unset {VARIABLE}",
    )


RULE = Rule("visible-devices", "CUDA_VISIBLE_DEVICES hides GPUs", __doc__, check)
