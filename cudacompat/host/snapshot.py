"""All that this machine says, asked at once."""

from __future__ import annotations

import platform
import queue
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from cudacompat.domain.machine.facts import (
    ContainerFacts,
    HostCompiler,
    HostFacts,
    Missing,
    PythonPackage,
    ToolkitFacts,
)
from cudacompat.host.container import container
from cudacompat.host.environment import cuda_variables
from cudacompat.host.gpus.driver import driver
from cudacompat.host.gpus.pci import cards
from cudacompat.host.gpus.probe import gpus
from cudacompat.host.listing import ProbeList
from cudacompat.host.python_stack import packages
from cudacompat.host.system import home, libc_text, platform_text
from cudacompat.host.toolchain.compilers import cmake, compilers
from cudacompat.host.toolchain.toolkit import toolkits

T = TypeVar("T")

# More than the programs that probes run are given, each with a limit of its own. What has none is the driver's
# library, which a GPU in trouble can hold for ever.
TIMEOUT_S = 45.0


@dataclass(frozen=True, slots=True)
class _Failed:
    """Why a probe gave no answer."""

    why: str


@dataclass(frozen=True, slots=True)
class _Building:
    toolkits: ProbeList[ToolkitFacts]
    compilers: ProbeList[HostCompiler]


def snapshot(timeout_s: float = TIMEOUT_S, variables: Collection[str] = frozenset()) -> HostFacts:
    """Return the facts of this machine; `variables` are names in the environment that matter to builds beside those of
    CUDA and CMake. Nothing that a probe does ends it: what raised or did not answer within
    `timeout_s` seconds is missing, and a note says so."""
    answers = _ask(
        {
            "GPUs": gpus,
            "driver": driver,
            "toolkits": _building,
            "CMake": cmake,
            "Python packages": packages,
            "container": container,
            "PCI bus": cards,
            "system": platform_text,
        },
        timeout_s,
    )
    notes = [f"{what}: {answer.why}" for what, answer in answers.items() if isinstance(answer, _Failed)]
    building = _or(answers["toolkits"], _Building(ProbeList(()), ProbeList(())))
    stack: ProbeList[PythonPackage] = _or(answers["Python packages"], ProbeList(()))
    return HostFacts(
        gpus=_or_missing(answers["GPUs"], "GPU"),
        driver=_or_missing(answers["driver"], "driver"),
        toolkits=building.toolkits.values,
        compilers=building.compilers.values,
        cmake=_or_missing(answers["CMake"], "CMake"),
        container=_or(answers["container"], ContainerFacts(False, None, "")),
        packages=stack.values,
        environment=cuda_variables(also=variables),
        pci_cards=tuple(card.id for card in _or(answers["PCI bus"], ())),
        platform=_or(answers["system"], ""),
        python=platform.python_version(),
        libc=libc_text(),
        notes=(*building.toolkits.notes, *building.compilers.notes, *stack.notes, *notes),
        home=home(),
    )


def _building() -> _Building:
    found = toolkits()
    active = next((Path(toolkit.path) for toolkit in found.values if toolkit.active), None)
    return _Building(found, compilers(active))


def _ask(probes: Mapping[str, Callable[[], object]], timeout_s: float) -> dict[str, Any]:
    """Each probe's answer or a `_Failed`, in their order. The threads are daemons, so that a probe that never returns
    does not keep the process."""
    answered: queue.SimpleQueue[tuple[str, object]] = queue.SimpleQueue()

    def ask(what: str, probe: Callable[[], object]) -> None:
        try:
            answered.put((what, probe()))
        except Exception as error:  # noqa: BLE001  the rest of the diagnosis is worth having
            answered.put((what, _Failed(f"asking failed ({type(error).__name__}: {error})")))

    for what, probe in probes.items():
        threading.Thread(target=ask, args=(what, probe), daemon=True).start()
    answers: dict[str, Any] = {what: _Failed(f"no answer within {timeout_s:g} s") for what in probes}
    deadline = time.monotonic() + timeout_s
    for _ in probes:
        try:
            what, answer = answered.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        answers[what] = answer
    return answers


def _or(answer: T | _Failed, otherwise: T) -> T:
    return otherwise if isinstance(answer, _Failed) else answer


def _or_missing(answer: T | _Failed, what: str) -> T | Missing:
    return Missing(what, (answer.why,)) if isinstance(answer, _Failed) else answer
