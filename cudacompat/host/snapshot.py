"""All that this machine says, asked at once."""

from __future__ import annotations

import platform
import queue
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from cudacompat.domain.machine.components import Components, SiteFolder
from cudacompat.domain.machine.facts import (
    ContainerFacts,
    DriverFiles,
    HostCompiler,
    HostFacts,
    Missing,
    PciCard,
    ToolkitFacts,
)
from cudacompat.domain.machine.kernel_log import still_there
from cudacompat.domain.machine.troubles import distinct
from cudacompat.host.gpus.driver import driver
from cudacompat.host.gpus.driver_files import driver_files, kernel_log
from cudacompat.host.gpus.libcuda import programs
from cudacompat.host.gpus.pci import cards
from cudacompat.host.gpus.probe import gpus
from cudacompat.host.listing import ProbeList
from cudacompat.host.surroundings.container import container
from cudacompat.host.surroundings.environment import cuda_variables
from cudacompat.host.surroundings.jit_cache_folder import jit_cache
from cudacompat.host.surroundings.system import home, libc_text, platform_text
from cudacompat.host.toolchain.compilers import cmake, compilers
from cudacompat.host.toolchain.library_folders import library_folders
from cudacompat.host.toolchain.pythons import environments
from cudacompat.host.toolchain.toolkit import toolkits, with_targets
from cudacompat.places.roots import Roots

T = TypeVar("T")

Installed = Callable[[Sequence[SiteFolder], Sequence[str], Sequence[str], str | None], Components]


@dataclass(frozen=True, slots=True)
class Probe:
    """A question to the machine: what is asked for, how, and how many seconds the answer may take. A probe that loads
    NVIDIA's libraries does so in a process of its own, which has a limit of its own."""

    name: str
    function: Callable[[], object]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Failed:
    """Why a probe gave no answer."""

    why: str


@dataclass(frozen=True, slots=True)
class _Building:
    toolkits: ProbeList[ToolkitFacts]
    compilers: ProbeList[HostCompiler]


def snapshot(
    timeout_s: float | None = None,
    roots: Roots | None = None,
    installed: Installed | None = None,
    variables: Collection[str] = frozenset(),
    pythons: Sequence[str] = (),
) -> HostFacts:
    """Return the facts of this machine, or of the one that `roots` stand for. Nothing that a probe does ends it: what
    raised, or did not answer within its limit or `timeout_s` seconds, is missing, and a note says so. `installed`
    tells what is installed in the folders of Python packages, the environments, the folders of libraries and the system
    that are given to it; without it nothing is. `variables` are names in the environment that matter to builds beside
    those of CUDA and CMake, `pythons` the environments that are asked for."""
    seen = roots or Roots.real()
    # the seconds are more than the programs that a probe runs one after the other are given
    probes = (
        Probe("GPUs", lambda: gpus(seen), 30.0),
        Probe("driver", lambda: driver(seen), 30.0),
        Probe("toolkits", lambda: _building(seen), 30.0),
        Probe("CMake", lambda: cmake(seen), 6.0),
        Probe("Python packages", lambda: _installed(installed, seen, pythons), 20.0),
        Probe("libcuda", lambda: programs(seen), 30.0),
        Probe("driver's files", lambda: driver_files(seen), 5.0),
        Probe("kernel log", lambda: kernel_log(seen), 5.0),
        Probe("container", lambda: container(seen), 5.0),
        Probe("PCI bus", lambda: cards(seen), 5.0),
        Probe("JIT cache", lambda: jit_cache(seen), 5.0),
        Probe("system", lambda: platform_text(seen), 5.0),
    )
    answers = _ask([replace(probe, seconds=min(probe.seconds, timeout_s or probe.seconds)) for probe in probes])
    notes = [f"{what}: {answer.why}" for what, answer in answers.items() if isinstance(answer, _Failed)]
    building = _or(answers["toolkits"], _Building(ProbeList(()), ProbeList(())))
    stack: Components = _or(answers["Python packages"], Components())
    found_gpus, found_driver = _or_missing(answers["GPUs"], "GPU"), _or_missing(answers["driver"], "driver")
    libcuda, inside = _or_missing(answers["libcuda"], "libcuda"), _or(answers["container"], _NO_CONTAINER)
    bus: tuple[PciCard, ...] = _or(answers["PCI bus"], ())
    # a container's log is the host's, and tells of GPUs that are none of this container's
    log = () if inside.inside else still_there(_or(answers["kernel log"], ()), found_gpus)
    return HostFacts(
        gpus=found_gpus,
        driver=found_driver,
        toolkits=building.toolkits.values,
        compilers=building.compilers.values,
        cmake=_or_missing(answers["CMake"], "CMake"),
        container=inside,
        packages=stack.found,
        environments=stack.environments,
        environment=cuda_variables(seen.environ, also=variables),
        jit_cache=_or(answers["JIT cache"], None),
        pci_cards=tuple(card.id for card in bus),
        bus=bus,
        libcuda=libcuda,
        driver_files=_or(answers["driver's files"], DriverFiles()),
        troubles=distinct((*found_gpus.troubles, *found_driver.troubles, *libcuda.troubles, *log)),
        platform=_or(answers["system"], ""),
        python=platform.python_version(),
        libc=libc_text(),
        notes=(*building.toolkits.notes, *building.compilers.notes, *stack.notes, *notes),
        home=home(seen),
    )


_NO_CONTAINER = ContainerFacts(False, None, "")


def _installed(installed: Installed | None, roots: Roots, pythons: Sequence[str]) -> Components:
    """What is installed in the environments that are asked for; without any, in all that are found here, in the system
    and in the folders that programs are told to load from."""
    if installed is None:
        return Components()
    found = environments(roots, pythons)
    folders = [SiteFolder(path, each.prefix) for each in found for path in each.folders]
    prefixes = [each.prefix for each in found]
    libraries, root = ((), None) if pythons else (library_folders(roots), str(roots.root))
    return replace(installed(folders, prefixes, libraries, root), environments=found)


def _building(roots: Roots) -> _Building:
    found = with_targets(toolkits(None, roots))
    active = next((Path(toolkit.path) for toolkit in found.values if toolkit.active), None)
    return _Building(found, compilers(active, roots))


def _ask(probes: Sequence[Probe]) -> dict[str, Any]:
    """Each probe's answer or a `_Failed`, in their order. The threads are daemons, so that a probe that never returns
    does not keep the process."""
    answered: queue.SimpleQueue[tuple[str, object]] = queue.SimpleQueue()

    def ask(probe: Probe) -> None:
        try:
            answered.put((probe.name, probe.function()))
        except Exception as error:  # noqa: BLE001  the rest of the diagnosis is worth having
            answered.put((probe.name, _Failed(f"asking failed ({type(error).__name__}: {error})")))

    for probe in probes:
        threading.Thread(target=ask, args=(probe,), daemon=True).start()
    answers: dict[str, Any] = {probe.name: _Failed(f"no answer within {probe.seconds:g} s") for probe in probes}
    started = time.monotonic()
    awaited = {probe.name: started + probe.seconds for probe in probes}
    while awaited:
        try:
            what, answer = answered.get(timeout=max(0.0, max(awaited.values()) - time.monotonic()))
        except queue.Empty:
            break
        if time.monotonic() <= awaited.pop(what):
            answers[what] = answer
        awaited = {name: until for name, until in awaited.items() if until > time.monotonic()}
    return answers


def _or(answer: T | _Failed, otherwise: T) -> T:
    return otherwise if isinstance(answer, _Failed) else answer


def _or_missing(answer: T | _Failed, what: str) -> T | Missing:
    return Missing(what, (answer.why,)) if isinstance(answer, _Failed) else answer
