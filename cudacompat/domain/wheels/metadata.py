"""What the metadata of a wheel asks for."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from cudacompat.domain.wheels.model import WheelRow


def needs_of(row: WheelRow) -> Iterator[tuple[str, SpecifierSet]]:
    """Yield the packages that the metadata of a wheel asks for outside its extras, each with its specifier."""
    for text in row.requires:
        try:
            need = Pep508(text)
        except InvalidRequirement:
            continue
        if need.marker is None or "extra" not in str(need.marker):
            yield str(canonicalize_name(need.name)), need.specifier
