"""What is installed on a machine and may ship device code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cudacompat.domain.machine.alternatives import Alternatives, CalledOn
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Outcome, Reason


@dataclass(frozen=True, slots=True)
class LibraryAnswer:
    """What becomes of a library on GPUs of one compute capability, whatever their driver: as the verdict of an artifact
    has it. `counts` are modules by outcome, those that are none left out."""

    capability: ComputeCapability
    outcome: Outcome
    reason: Reason | None
    min_driver: int | None
    counts: tuple[tuple[Outcome, int], ...] = ()


@dataclass(frozen=True, slots=True)
class LibraryCode:
    """What was read of a library: the CUDA runtime that it asks for, the targets of its images, nvcc's default target
    where that is all of it, the answers for some GPUs, and the libraries of CUDA's that it does not find."""

    path: str
    runtime: int | None
    targets: tuple[str, ...] = ()
    default_target: str | None = None
    answers: tuple[LibraryAnswer, ...] = ()
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What was read of a component: the major CUDA release that it was made for, and its libraries with device code."""

    made_for: int | None
    libraries: tuple[LibraryCode, ...]


@dataclass(frozen=True, slots=True)
class FoundLibraries:
    """How a component comes by CUDA's libraries: `release` is the major CUDA release that the names mean which its
    files ask for (`None`: they leave it open). Where something is to be said, `parts_lack` are names that a part of it
    asks for and nothing here has, `elsewhere` those that only other packages have, where the loader does not look, and
    `reached_by` what a program has to do so that they are found. `compiler` is the NVRTC that it compiles nearly all of
    its kernels with, and its release (`NVRTC 12.4`); empty of a package that does without."""

    release: int | None = None
    parts_lack: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    reached_by: str = ""
    compiler: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """An installed package with native code: `libraries` are absolute paths, not yet looked into, `location` is the
    folder that it was installed in, `manager` is who keeps the list of its files (`pip`, `conda`, `dpkg`; `editable`:
    pip, of a package whose files stay in the folder of its sources; `apart`: nobody does, they lie in a folder of
    libraries).

    `alternatives` are the groups of libraries of which its loader takes one, `called_on` the libraries that it uses on
    some GPUs only; both are empty where nothing is known of its loader. `requires` are the requirements of its
    metadata that no extra asks for, as they are written there. `code` is what was read of it, where that was saved.
    `compilers` are the assemblers that it brings along and runs, with their release (`ptxas 12.4`), `found` is how it
    comes by the libraries that it does not bring along. `users` are the packages beside it that require it, by their
    normalised names, where it matters who does.
    """

    package: str
    version: str
    location: str
    libraries: tuple[str, ...]
    manager: str = "pip"
    alternatives: tuple[Alternatives, ...] = ()
    called_on: tuple[CalledOn, ...] = ()
    requires: tuple[str, ...] = ()
    code: DeviceCode | None = None
    compilers: tuple[str, ...] = ()
    found: FoundLibraries = FoundLibraries()
    users: tuple[str, ...] = ()

    @property
    def is_of_pip(self) -> bool:
        """Whether pip installed it, from a wheel or editable."""
        return self.manager in ("pip", "editable")

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others: its folder, and its name."""
        return self.location, self.package


BY_OPTION, BY_DIRECTORY = "--python", "in the directory"  # how an environment was found that somebody named


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python environment: its folder, how a person here would name it (`./.venv`), the release of its Python (`3.12`,
    empty where nothing says it), how it was found (`VIRTUAL_ENV`), the folders of its packages, and what installs into
    it (`pip`, `uv`, `conda`; `pip --target` into a folder that is all of it, `pip --break-system-packages` where pip
    refuses else; `uv add`, `poetry add`, `pdm add` into that of a project with such a lock). `program` is the name by
    which a shell here starts its Python (`python3`), empty where it is started by its path."""

    prefix: str
    label: str
    python: str
    found_via: str
    folders: tuple[str, ...] = ()
    installer: str = "pip"
    program: str = ""

    @property
    def is_asked_for(self) -> bool:
        """Whether somebody named it, or the directory that it lies in."""
        return self.found_via in (BY_OPTION, BY_DIRECTORY)

    @property
    def is_of_windows(self) -> bool:
        """Whether it is laid out as Python does in Windows: `Lib` without the release, `Scripts` in place of `bin`."""
        return any(re.search(r"[/\\]Lib[/\\]site-packages[/\\]?$", each) for each in self.folders)

    def holds(self, component: Component) -> bool:
        """Whether the component is installed in it."""
        return component.location in (self.prefix, *self.folders)


def by_environment(
    components: Iterable[Component], environments: Sequence[Environment]
) -> list[tuple[Environment | None, list[Component]]]:
    """Return the components of each environment, those of none by the folder that they are in, in their order."""
    found: dict[str, tuple[Environment | None, list[Component]]] = {}
    for component in components:
        home = next((each for each in environments if each.holds(component)), None)
        key = home.prefix if home is not None else f"{component.manager}:{component.location}"
        found.setdefault(key, (home, []))[1].append(component)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Components:
    """What is installed, in the order that its finder promises, `notes`: what could not be told, in words, and the
    Python environments that were looked into."""

    found: tuple[Component, ...] = ()
    notes: tuple[str, ...] = ()
    environments: tuple[Environment, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteFolder:
    """A folder that Python packages are installed in, and the environment it belongs to."""

    path: str
    prefix: str
