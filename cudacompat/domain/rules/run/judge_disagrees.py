"""The driver answered otherwise than the rules foretold: a bug of cudacompat.

What it finds: `verify --load` gave every module of an artifact to this machine's driver and looked up every kernel. For
some module the driver's answer is not the one that `check` foretells: it loads where an error was foretold or the other
way round, the error is another one, or a kernel is missing on one side only.

Why it matters: the rules that `check` applies are held to what a real driver does. Where the two differ the rules, or
the reading of the file, are wrong, and every verdict that rests on them is in doubt.

Example: a driver branch that treats an image differently than the one the rules were measured on.

What to do: report it, with the output of `cudacompat verify --load FILE --format json` and, if it may be passed on, the
file. Until then believe the driver.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.judge.code_places import module_name
from cudacompat.domain.runs.load import Agreement, ArtifactLoad, LoadComparison
from cudacompat.domain.words.finding import CodePlace, Finding, Severity
from cudacompat.domain.words.phrases import count, some
from cudacompat.domain.words.rule import Rule

_MOST = 5


def check(load: ArtifactLoad) -> Iterable[Finding]:
    """One error for an artifact with modules on which judge and driver differ."""
    differing = [each for each in load.modules if each.agreement is Agreement.DISAGREES]
    if not differing:
        return
    first = differing[0]
    found = f"{module_name(first.verdict.module)}: the rules say {first.judged}; the driver: {first.answered}"
    if first.differing:
        found += f"; kernels: {some(first.differing)}"
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        path=load.path,
        target=load.target.id,
        message=f"the driver answers otherwise than the rules for {len(differing)} of "
        f"{count(len(load.modules), 'module')} on {load.target.label}: a bug of cudacompat",
        found=found,
        why="this is a bug in cudacompat: trust the driver; other results for this file may be wrong too",
        help="report the bug with the output of: cudacompat verify --load FILE --format json",
        places=tuple(_place(each) for each in differing[:_MOST]),
    )


def _place(compared: LoadComparison) -> CodePlace:
    kernel = compared.differing[0] if compared.differing else None
    return CodePlace(module_name(compared.verdict.module), kernel)


RULE = Rule("judge-disagrees", "The driver disagrees with the rules", __doc__, check)
