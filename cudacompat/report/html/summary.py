"""The answer of a check in one sentence, and in the few words of a badge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from cudacompat.domain.words.phrases import count, verb
from cudacompat.domain.words.verdict import Outcome, Target
from cudacompat.report.view import View

_MOST_NAMES = 4
_QUIET = (Outcome.SPECIAL, None)  # what nothing is said of


class State(Enum):
    """How all files together stand on one GPU."""

    NATIVE = "native"
    RUNS = "runs"
    OPEN = "open"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Standing:
    """A GPU, how the files stand there, and how many of them have a fault or are undecided."""

    target: Target
    state: State
    files: int


def standings(view: View) -> tuple[Standing, ...]:
    """Return how the files, and the packages of lists, stand on each GPU: an error is a fault, whatever the outcome."""
    faults = view.faults()
    found = []
    for number, target in enumerate(view.targets):
        rows = [(row.path, row.verdicts[number]) for row in view.rows]
        of_lists = [each for each in view.listed if each.target.id == target.id]
        bad = [path for path, _ in rows if (path, target.id) in faults]
        open_ = [path for path, _ in rows if (path, target.id) in view.open]
        outcomes = [verdict.outcome for _, verdict in rows if verdict is not None]
        outcomes += [each.outcome for each in of_lists if each.outcome is not None]
        if bad or any((each.file, target.id) in faults for each in of_lists):
            found.append(Standing(target, State.BAD, len(bad)))
        elif open_ or view.not_read or not outcomes or Outcome.UNDECIDED in outcomes:
            found.append(Standing(target, State.OPEN, len(open_)))
        else:
            own = all(outcome in (Outcome.NATIVE, *_QUIET) for outcome in outcomes)
            found.append(Standing(target, State.NATIVE if own else State.RUNS, len(outcomes)))
    return tuple(found)


def sentence(view: View) -> str:
    """Return the answer; empty where no file was judged for a GPU."""
    if not view.targets or not view.rows:
        return ""
    found = standings(view)
    files = len(view.rows)
    parts = []
    bad = [each for each in found if each.state is State.BAD]
    if bad:
        most = max(each.files for each in bad)
        some = f"{'up to ' if len({each.files for each in bad}) > 1 else ''}{most} of {count(files, 'file')}"
        parts.append(f"{some} {verb(most, 'does', 'do')} not pass on {_named(bad)}")
    for state, how in ((State.NATIVE, "as the GPU's own machine code on"), (State.RUNS, "on")):
        good = [each for each in found if each.state is state]
        if good:
            who = f"all {files} files run" if files > 1 else "the file runs"
            parts.append(f"{who} {how} {_named(good)}")
    still = [each for each in found if each.state is State.OPEN]
    if still:
        parts.append(f"nothing is certain for {_named(still)}")
    unread = f" ({len(view.not_read)} not read)" if view.not_read else ""
    return f"{'; '.join(parts)}{unread}"


def badge_words(view: View) -> tuple[str, str]:
    """Return what a badge says and its colour: `native on 3 of 4 GPUs`, green only where every GPU is served."""
    found = standings(view)
    total = len(found)
    native = sum(each.state is State.NATIVE for each in found)
    runs = native + sum(each.state is State.RUNS for each in found)
    gpus = "GPU" if total == 1 else "GPUs"
    if not found or not (view.rows or view.listed):
        return "nothing checked", "grey"
    if any(each.state is State.BAD for each in found):
        return f"runs on {runs} of {total} {gpus}", "red" if not runs else "orange"
    if runs < total:
        return f"known for {runs} of {total} {gpus}", "grey"
    if native:
        return f"native on {native} of {total} {gpus}", "green" if native == total else "yellow"
    return f"runs on {total} of {total} {gpus}", "yellow"


def _named(found: Sequence[Standing]) -> str:
    names = [each.target.label for each in found]
    if len(names) > _MOST_NAMES:
        return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more GPUs"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
