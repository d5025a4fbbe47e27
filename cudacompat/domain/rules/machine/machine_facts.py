"""What the rules over a machine are given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cudacompat.domain.machine.facts import Found, GpuDevice, HostFacts, Missing
from cudacompat.domain.machine.troubles import Cause, Trouble
from cudacompat.domain.machine.visibility import Visibility, visibility
from cudacompat.domain.tables.kernel_modules import ModuleKind
from cudacompat.domain.words.finding import Severity
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import DriverRelease


@dataclass(frozen=True, slots=True)
class Machine:
    """The facts of a machine and the GPUs that are judged for. `are_named` is whether the user named them; `None`: they
    are this machine's if their names are."""

    facts: HostFacts
    targets: tuple[Target, ...]
    are_named: bool | None = None

    def variable(self, name: str) -> str | None:
        """The value of an environment variable that was recorded, else `None`."""
        return dict(self.facts.environment).get(name)

    def troubles(self, *causes: Cause) -> tuple[Trouble, ...]:
        """Those of these causes, in the order in which they were seen."""
        return tuple(trouble for trouble in self.facts.troubles if trouble.cause in causes)

    @property
    def gpus(self) -> tuple[GpuDevice, ...]:
        """The GPUs that answer."""
        return self.facts.gpus.value if isinstance(self.facts.gpus, Found) else ()

    @property
    def visible(self) -> Visibility:
        """What a program sees of them."""
        return visibility(self.facts)

    @property
    def driver(self) -> DriverRelease | None:
        """The release of the driver here, if it is known."""
        return self.facts.driver.value.release if isinstance(self.facts.driver, Found) else None

    @property
    def module_kind(self) -> ModuleKind | None:
        """The kind of the loaded kernel module, if it is known."""
        kind = self.facts.driver.value.kernel_module if isinstance(self.facts.driver, Found) else None
        return next((each for each in ModuleKind if each.value == kind), None)

    @property
    def is_wsl(self) -> bool:
        """Whether the driver is the one of Windows."""
        return "WSL" in self.facts.platform

    @property
    def is_elsewhere(self) -> bool:
        """Whether the GPUs that are judged for are another machine's."""
        own = {gpu.name for gpu in self.gpus}
        named = any(target.id not in own and target.name not in own for target in self.targets)
        return named and self.are_named is not False

    @property
    def severity(self) -> Severity:
        """How much a driver in trouble weighs: less where the GPUs that are judged for are not this machine's."""
        return Severity.WARNING if self.is_elsewhere else Severity.ERROR

    def tried(self) -> str:
        """What was tried to find GPUs, in one line."""
        return f"tried {'; '.join(self.facts.gpus.tried)}" if isinstance(self.facts.gpus, Missing) else ""


def evidence(troubles: Iterable[Trouble]) -> str:
    """Return what shows these troubles, in one line."""
    return "; ".join(dict.fromkeys(trouble.seen for trouble in troubles))
