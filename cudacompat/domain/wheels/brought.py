"""What packages without device code bring along, as `openai-whisper` brings torch. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from packaging.requirements import Requirement as Pep508

from cudacompat.domain.wheels.distributions import distributions, framework
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.requirement import Requirement


def brought_along(requirements: Sequence[Requirement], elsewhere: Iterable[str] = ()) -> Iterator[Requirement]:
    """Yield what these packages require and nobody names: neither one of them nor `elsewhere` (names of packages that
    may be there already). A lock names all that it needs."""
    named = {*elsewhere, *(each.name for each in requirements)}
    for each in requirements:
        if each.locked:
            continue
        for text in distributions().brings.get(each.name, ()):
            need = Pep508(text)
            if need.name not in named:
                named.add(need.name)
                yield _required(each, need)


def _required(by: Requirement, need: Pep508) -> Requirement:
    here = need.name in framework().on_its_index
    return replace(
        by,
        name=need.name,
        specifier=str(need.specifier),
        written=f"{by.written}, which requires {need.name}",
        local=None,
        index=by.framework_index if here else PYPI,
        beside_pypi=here and by.framework_beside_pypi,
    )
