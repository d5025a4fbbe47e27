"""GPUs that a driver does not know, before anything is planned for them."""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.tables.driver_choice import DriverChoice, choose_driver, in_words, left_out
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.versions import DriverRelease


def require_known(driver: DriverRelease, gpus: Iterable[tuple[int, str]]) -> None:
    """Raise `UsageError` for a GPU, given as its number (120 of 12.0) and its name, that the driver does not know: no
    build runs there."""
    for number, label in gpus:
        capability = ComputeCapability.from_number(number)
        why = left_out(capability, driver.branch, None)
        if why is not None:
            choice = choose_driver([capability])
            cure = f" (install {in_words(choice)})" if isinstance(choice, DriverChoice) else ""
            raise UsageError(f"driver {driver} does not know {label}: {why}{cure}")
