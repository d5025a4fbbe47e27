"""Choices that narrow the map of a page without a script: radio buttons, and the style rules that follow them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cudacompat.report.html.heat import FAULTY, HeatGroup

MOST_CHOICES = 16  # of one kind; each GPU has a rule with each outcome
_FAULTS = "faults"


@dataclass(frozen=True, slots=True)
class MapFilter:
    """One row of choices: its name, its title, and (id, label) of each; the first one shows all."""

    name: str
    title: str
    choices: tuple[tuple[str, str], ...]


def filters_of(targets: Sequence[tuple[str, str]], groups: Sequence[HeatGroup]) -> tuple[MapFilter, ...]:
    """Return the filters of a map of these targets (name, capability): by GPU, by outcome, by container or directory.
    None for a single file, where there is nothing to choose, and for more choices than a row of buttons can show."""
    if sum(len(group.rows) for group in groups) < 2:
        return ()
    gpus = [capability if name == capability else f"{capability} {name}" for name, capability in targets]
    titles = [group.title or "this directory" for group in groups]
    found = (_filter("gpu", "GPU", gpus), _outcomes(groups), _filter("group", "package", titles))
    return tuple(each for each in found if each is not None)


def style_of(filters: Sequence[MapFilter]) -> str:
    """Return the style rules that hide what is not chosen."""
    return "".join(f"{selector}{{display:none}}\n" for selector in _hidden({each.name: each for each in filters}))


def _hidden(filters: dict[str, MapFilter]) -> Iterator[str]:
    """The selectors of what is hidden: columns by GPU, rows by outcome (in the chosen column), bodies by group."""
    gpus = [id_ for id_, _ in filters["gpu"].choices[1:]] if "gpu" in filters else []
    outcomes = [id_ for id_, _ in filters["outcome"].choices[1:]] if "outcome" in filters else []
    for number, gpu in enumerate(gpus, 2):
        yield f".map:has(#{gpu}:checked) .heat :is(thead th,td):nth-child(n+2):not(:nth-child({number}))"
    for outcome in outcomes:
        cell = _cell(outcome.removeprefix("f-outcome-"))
        yield f".map:has(#{outcome}:checked) .heat tr:has(td):not(:has(td{cell}))"
        for number, gpu in enumerate(gpus, 2):
            chosen = f".map:has(#{outcome}:checked):has(#{gpu}:checked)"
            yield f"{chosen} .heat tr:has(td):not(:has(td:nth-child({number}){cell}))"
    for number, (group, _) in enumerate(filters["group"].choices[1:] if "group" in filters else (), 1):
        yield f".map:has(#{group}:checked) .heat tbody:not(:nth-of-type({number}))"


def _cell(outcome: str) -> str:
    faulty = ",".join(f".{each}" for each in ("fault", *sorted(FAULTY)))
    return f":is({faulty})" if outcome == _FAULTS else f".{outcome}"


def _outcomes(groups: Sequence[HeatGroup]) -> MapFilter | None:
    styles = {cell.style for group in groups for row in group.rows for cell in row.cells}
    labels = {style: style for style in sorted(styles - {"none"})}
    if any(row.faulty for group in groups for row in group.rows) and len(labels) > 1:
        labels = {_FAULTS: "with faults", **labels}
    choices = [(f"f-outcome-{style}", label) for style, label in labels.items()]
    return MapFilter("outcome", "outcome", (("f-outcome", "all"), *choices)) if len(choices) > 1 else None


def _filter(name: str, title: str, labels: Sequence[str]) -> MapFilter | None:
    if not 1 < len(labels) <= MOST_CHOICES:
        return None
    choices = [(f"f-{name}-{number}", label) for number, label in enumerate(labels, 1)]
    return MapFilter(name, title, ((f"f-{name}", "all"), *choices))
