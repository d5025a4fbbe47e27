"""What the images of a file hold of each kernel: where it is, where it lacks, and what it takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cudacompat.domain.words.code import DeviceModule, FatbinEntry, KernelUsage
from cudacompat.domain.words.target import CodeKind
from cudacompat.report.code.lists import Column, in_order

_KINDS = (CodeKind.SASS, CodeKind.PTX)


@dataclass(frozen=True, slots=True)
class KernelRow:
    """One kernel. `modules` counts those that have it in any image; `images` are the targets whose images hold it, with
    what it takes there (`None`: not said), `lacking` those of these modules whose images do not hold it."""

    name: str
    modules: int
    images: tuple[tuple[Column, KernelUsage | None], ...]
    lacking: tuple[Column, ...]


def kernel_rows(modules: Iterable[DeviceModule]) -> tuple[KernelRow, ...]:
    """Return a row for each kernel whose name is known, in the order of the file."""
    numbers: dict[Column, int] = {}
    holders: dict[str, int] = {}
    images: dict[str, dict[int, KernelUsage | None]] = {}
    lacking: dict[str, dict[int, None]] = {}
    for module in modules:
        entries = [
            (numbers.setdefault((entry.kind, entry.target), len(numbers)), _usage(entry))
            for entry in module.entries
            if entry.kind in _KINDS and entry.kernels is not None
        ]
        for name in dict.fromkeys(name for _, usage in entries for name in usage):
            holders[name] = holders.get(name, 0) + 1
            held = images.setdefault(name, {})
            for number, usage in entries:
                if name in usage:
                    held.setdefault(number, usage[name])
                else:
                    lacking.setdefault(name, {})[number] = None
    columns = list(numbers)  # thousands of kernels have the same few: those are sorted once
    ordered = [(numbers[column], column) for column in in_order(columns)]
    return tuple(
        KernelRow(
            name,
            count,
            tuple((column, held[number]) for number, column in ordered if number in held),
            lacking=tuple(column for number, column in ordered if number in lacks and number not in held),
        )
        for name, count in holders.items()
        for held, lacks in ((images[name], lacking.get(name, {})),)
    )


def _usage(entry: FatbinEntry) -> dict[str, KernelUsage | None]:
    names = entry.kernels or ()
    return dict(zip(names, entry.usage or (None,) * len(names), strict=True))
