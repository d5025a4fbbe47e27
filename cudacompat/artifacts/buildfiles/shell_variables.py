"""The variables of a shell script while it is gone through: what each has, or may have after branches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from heapq import heappop, heappush
from typing import Protocol

from cudacompat.artifacts.buildfiles.shell_tree import Branch
from cudacompat.domain.project.model import Setting

_MOST_VARIABLES = 1_000_000  # of all commands of a text together
_MOST_CHOICES = 32  # values of one variable; more are as good as unknown
_DEEPEST = 8  # branches within each other in which a value is followed


class Sources(Protocol):
    """The scripts of a project that another may source."""

    def left_by(self, file: str, named: str) -> Mapping[str, tuple[Setting, bool]]:
        """What the script that `file` calls `named` leaves set, and whether each is exported; empty for none."""
        ...


class Variables:
    """What is set at one place of a script. `exported` is replaced, never changed: commands hold it."""

    def __init__(self, environment: Mapping[str, Setting]) -> None:
        self.exported = environment
        self.plain: dict[str, Setting] = {}
        self._outer = environment
        self._copied = 0
        # what was set in branches and statements that are open still: a heap by where they end, the innermost first,
        # and a branch before its statement
        self._open: list[tuple[int, int, bool, int, Branch, str]] = []
        self._opened = 0
        self._entered: set[tuple[int, int, str]] = set()
        self._before: dict[tuple[int, str], Setting | None] = {}
        self._met: dict[tuple[int, str], list[tuple[str, ...]]] = {}

    def get(self, name: str) -> Setting | None:
        """What a name has here; `None` where nothing set it."""
        return self.plain.get(name) or self.exported.get(name)

    def left(self) -> dict[str, tuple[Setting, bool]]:
        """What is set now and was not before, and whether it is exported."""
        exported = {name: (each, True) for name, each in self.exported.items() if self._outer.get(name) is not each}
        return {**{name: (each, False) for name, each in self.plain.items()}, **exported}

    def take(self, setting: Setting, branch: Branch | None, *, exported: bool) -> None:
        """Give a name a value, in this branch of the script."""
        name = setting.name
        for depth, each in enumerate(reversed(_chain(branch))):
            if (each.until, each.end, name) in self._entered:
                continue
            if (each.end, name) not in self._before:
                self._before[each.end, name] = self.get(name)
                self._met[each.end, name] = []
                self._enter(each.end, depth, each, name, is_branch=False)
            self._entered.add((each.until, each.end, name))
            self._enter(each.until, depth, each, name, is_branch=True)
        if exported:
            self.exported = self.exported_with({name: setting})
            self.plain.pop(name, None)
        else:
            self.plain[name] = setting

    def _enter(self, until: int, depth: int, branch: Branch, name: str, *, is_branch: bool) -> None:
        self._opened += 1
        heappush(self._open, (until, -depth, not is_branch, self._opened, branch, name))

    def exported_with(self, more: Mapping[str, Setting]) -> Mapping[str, Setting]:
        """What is exported, and more."""
        self._copied += len(self.exported)
        if self._copied > _MOST_VARIABLES:
            raise ValueError("too many variables for as many commands")
        return {**self.exported, **more}

    def leave(self, byte: int) -> None:
        """Go on at this place: of what was set in branches that ended before it, nobody knows which was taken."""
        while self._open and self._open[0][0] <= byte:
            *_, is_statement, _, branch, name = heappop(self._open)
            if is_statement:
                self._settle(branch, name)
                continue
            self._entered.discard((branch.until, branch.end, name))
            setting = self.get(name)
            self._met[branch.end, name].append(setting.outcomes if setting is not None else ())
            before = self._before[branch.end, name]  # what the next branch begins with
            self._change(name, before.outcomes if before is not None else ())

    def _settle(self, branch: Branch, name: str) -> None:
        """Say what a name may have behind a statement."""
        before, met = self._before.pop((branch.end, name)), self._met.pop((branch.end, name))
        values = [value for each in met for value in each]
        if not branch.needed or len(met) < branch.needed:
            outcomes = before.outcomes if before is not None else ()
            values = [*outcomes, *values] if outcomes else []
        sure = bool(values) and all(met)
        unique = tuple(dict.fromkeys(values)) if sure else ()
        self._change(name, unique if len(unique) <= _MOST_CHOICES else ())

    def _change(self, name: str, values: tuple[str, ...]) -> None:
        if name in self.plain:
            self.plain[name] = replace(self.plain[name], value=None, choices=values)
        if name in self.exported:
            self.exported = self.exported_with({name: replace(self.exported[name], value=None, choices=values)})


def _chain(branch: Branch | None) -> list[Branch]:
    """The branches around a place, the innermost first; of those too many deep, the outermost alone, behind which
    nothing is known."""
    found: list[Branch] = []
    while branch is not None:
        found.append(branch)
        branch = branch.around
    return found if len(found) <= _DEEPEST else [found[-1]._replace(needed=0)]
