"""There is code for targets that no required GPU uses.

What it finds: under `extra = "warn"` or `"forbid"`, machine code that none of the required GPUs would load: it is for
another number, and on none of them does the driver pick it in its module. With `ptx = "highest"` also PTX in addition
to the one that is wanted. Images without kernels do not count, nor do modules that are undecided.

Why it matters: every target costs build time and bytes in each file, and wheels have size limits. A target that came
in by a compiler's default or a stale list is also a sign that the build does not read the list it was given.

Example: `require = ["8.6", "12.0"]` and a library that also carries sm_75 code.

What to do: take the target out of the build's list, or add it to `require`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from cudacompat.domain.rules.artifact.policy_facts import ArtifactFacts, may_hold_kernels
from cudacompat.domain.words.byte_sizes import byte_size
from cudacompat.domain.words.choices import PtxPolicy
from cudacompat.domain.words.code import DeviceModule, FatbinEntry
from cudacompat.domain.words.finding import Finding
from cudacompat.domain.words.phrases import count, sort_key
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.verdict import Outcome


def check(held: ArtifactFacts) -> Iterable[Finding]:
    """One finding if the artifact carries images that nobody asked for."""
    severity = held.policy.extra.severity
    if severity is None:
        return
    sizes: Counter[ArchTarget] = Counter()
    holders: Counter[ArchTarget] = Counter()
    for module, picked in _judged(held):
        extra = [e for e in module.entries if id(e) not in picked and e.target is not None and _is_extra(held, e)]
        holders.update({e.target for e in extra if e.target is not None})
        for entry in extra:
            if entry.target is not None:
                sizes[entry.target] += entry.size
    if not sizes:
        return
    names = sorted(sizes, key=sort_key)
    asked = ", ".join(verdict.target.id for verdict in held.verdicts)
    yield Finding(
        id=RULE.id,
        severity=severity,
        path=held.artifact.path,
        message=f"carries code that no required GPU uses: {' '.join(str(name) for name in names)}",
        found=", ".join(f"{name} {byte_size(sizes[name])} in {count(holders[name], 'module')}" for name in names),
        why=f"required: {asked}; none of these GPUs loads this code",
        help="remove these targets from the architecture list, or add their GPUs to require",
    )


def _judged(held: ArtifactFacts) -> Iterator[tuple[DeviceModule, set[int]]]:
    """The modules whose fate is known on every target, and the images (by id) that are picked on any."""
    picked: dict[int, set[int]] = {}
    modules: dict[int, DeviceModule] = {}
    undecided: set[int] = set()
    for verdict in held.verdicts:
        for each in (*verdict.modules, *verdict.stray):
            modules[id(each.module)] = each.module
            picked.setdefault(id(each.module), set()).add(id(each.picked))
            if each.outcome is Outcome.UNDECIDED:
                undecided.add(id(each.module))
    return ((modules[key], picked[key]) for key in modules if key not in undecided)


def _is_extra(held: ArtifactFacts, entry: FatbinEntry) -> bool:
    numbers = {verdict.target.capability.number for verdict in held.verdicts}
    if not may_hold_kernels(entry) or entry.target is None:
        return False
    if entry.kind is CodeKind.SASS:
        return entry.target.number not in numbers
    wanted = ArchTarget(CodeKind.PTX, max(numbers), ArchSuffix.NONE)
    return held.policy.ptx is PtxPolicy.HIGHEST and entry.target != wanted


RULE = Rule("extra-target", "Code for a target that no required GPU uses", __doc__, check)
