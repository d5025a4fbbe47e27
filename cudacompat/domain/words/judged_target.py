"""What a user asks about: a GPU, a compute capability or an architecture."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.target import ArchTarget


@dataclass(frozen=True, slots=True)
class JudgedTarget:
    """What a SPEC means. `id` is short and the same for all SPECs that mean the same product, capability or
    architecture; `name` is the product if the SPEC says which; `arch` is set if it was an architecture."""

    id: str
    name: str | None
    capability: ComputeCapability
    arch: ArchTarget | None
