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
    holders: dict[str, int] = {}
    images: dict[str, dict[Column, KernelUsage | None]] = {}
    lacking: dict[str, dict[Column, None]] = {}
    for module in modules:
        entries = [entry for entry in module.entries if entry.kind in _KINDS and entry.kernels is not None]
        usages = [_usage(entry) for entry in entries]
        for name in dict.fromkeys(name for entry in entries for name in entry.kernels or ()):
            holders[name] = holders.get(name, 0) + 1
            for entry, usage in zip(entries, usages, strict=True):
                column = (entry.kind, entry.target)
                if name in usage:
                    images.setdefault(name, {}).setdefault(column, usage[name])
                else:
                    lacking.setdefault(name, {})[column] = None
    return tuple(
        KernelRow(
            name,
            number,
            tuple((column, images[name][column]) for column in in_order(images[name])),
            lacking=tuple(column for column in in_order(lacking.get(name, ())) if column not in images[name]),
        )
        for name, number in holders.items()
    )


def _usage(entry: FatbinEntry) -> dict[str, KernelUsage | None]:
    names = entry.kernels or ()
    return dict(zip(names, entry.usage or (None,) * len(names), strict=True))
