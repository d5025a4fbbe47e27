"""GPUs that a driver does not know, before anything is planned for them."""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.builds.plans.model import RequestedTarget
from cudacompat.domain.tables.driver_choice import DriverChoice, choose_driver, in_words, left_out, none_for_all
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.verdict import short_name
from cudacompat.domain.words.versions import DriverRelease


def require_known(driver: DriverRelease, gpus: Iterable[tuple[int, str]]) -> None:
    """Raise `UsageError` for a GPU, given as its number (120 of 12.0) and its name, that the driver does not know: no
    build runs there."""
    named = [(ComputeCapability.from_number(number), label) for number, label in gpus]
    for capability, label in named:
        why = left_out(capability, driver.branch, None)
        if why is not None:
            choice = choose_driver(each for each, _ in named)
            cure = f" (install {in_words(choice)})" if isinstance(choice, DriverChoice) else ""
            none = none_for_all({each: product_of(name) for each, name in named})
            raise UsageError(f"driver {driver} does not know {label}: {why}{f'; {none}' if none is not None else cure}")


def product_of(label: str) -> str:
    """Return the name of a product out of the label of a target (`GTX 1080 (6.1)`, `NVIDIA GeForce GTX 1080`)."""
    return short_name(label.rpartition(" (")[0] or label)


def driver_notes(wanted: Iterable[RequestedTarget]) -> list[str]:
    """Return a note where no driver serves all of the GPUs that are named as products; numbers are those of builds for
    many machines."""
    products = {
        ComputeCapability.from_number(each.number): product_of(each.label) for each in wanted if " (" in each.label
    }
    none = none_for_all(products)
    return [none] if none is not None else []
