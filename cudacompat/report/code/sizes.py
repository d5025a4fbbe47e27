"""What an artifact carries, added up by target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cudacompat.domain.words.code import DeviceModule
from cudacompat.domain.words.phrases import sort_key
from cudacompat.domain.words.target import ArchTarget, CodeKind

KIND_NAME = {
    CodeKind.SASS: "machine code",
    CodeKind.PTX: "PTX",
    CodeKind.LTO_IR: "LTO-IR",
    CodeKind.OPTIX_IR: "OptiX IR",
    CodeKind.TILE_IR: "Tile IR",
    CodeKind.UNKNOWN: "unknown kind",
}


@dataclass(frozen=True, slots=True)
class TargetSize:
    """All images of one target: how many, in how many modules, and their bytes as they lie in the file."""

    kind: CodeKind
    target: ArchTarget | None
    modules: int
    images: int
    bytes: int
    ptx_isas: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`sm_90a`, `compute_80`, or `?` where the bytes do not say."""
        return str(self.target) if self.target else "?"

    @property
    def kind_name(self) -> str:
        """`machine code`, or `PTX 8.7`."""
        return f"PTX {', '.join(self.ptx_isas)}" if self.ptx_isas else KIND_NAME[self.kind]


def sizes_of(modules: Iterable[DeviceModule]) -> tuple[TargetSize, ...]:
    """Return one entry for each kind and target: machine code before PTX before the rest, ascending."""
    groups: dict[tuple[CodeKind, ArchTarget | None], list[tuple[int, int, str]]] = {}
    for number, module in enumerate(modules):
        for entry in module.entries:
            isa = str(entry.ptx_isa) if entry.ptx_isa else ""
            groups.setdefault((entry.kind, entry.target), []).append((number, entry.size, isa))
    sizes = [
        TargetSize(
            kind,
            target,
            modules=len({number for number, _, _ in found}),
            images=len(found),
            bytes=sum(size for _, size, _ in found),
            ptx_isas=tuple(sorted({isa for _, _, isa in found if isa}, key=_by_number)),
        )
        for (kind, target), found in groups.items()
    ]
    return tuple(sorted(sizes, key=_order))


def _by_number(isa: str) -> tuple[int, ...]:
    return tuple(int(part) for part in isa.split("."))


def _order(size: TargetSize) -> tuple[int, tuple[int, str, str]]:
    return (list(KIND_NAME).index(size.kind), sort_key(size.target) if size.target else (0, "", ""))
