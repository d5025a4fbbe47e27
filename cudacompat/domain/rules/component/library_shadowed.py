"""LD_LIBRARY_PATH gives programs an older library of CUDA's than the package that brings it.

What it finds: a directory of LD_LIBRARY_PATH with a library of CUDA's (`libnvJitLink.so.12`) that an installed package
of NVIDIA's brings in a newer release, and a file of the environment that asks the loader for it by that name without
DT_RPATH. Which release a file is, its full name says (`libnvJitLink.so.12.1.105`).

Why it matters: the loader looks into LD_LIBRARY_PATH before the directories that a library names itself (DT_RUNPATH).
The older library lacks what the newer ones call: `undefined symbol: __nvJitLinkAddData_12_1, version
libnvJitLink.so.12`, or cuDNN's versions do not match.

Example: `LD_LIBRARY_PATH=/usr/local/cuda-12.1/lib64` and a torch whose cuSPARSE is of CUDA 12.4.

What to do: remove the directory from LD_LIBRARY_PATH. The packages find their libraries without it.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.component.component_facts import ComponentFacts
from cudacompat.domain.words.command_words import path_without
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import one_line, some
from cudacompat.domain.words.rule import Rule


def check(facts: ComponentFacts) -> Iterable[Finding]:
    """One warning for each directory."""
    for folder in dict.fromkeys(each.folder for each in facts.shadowed):
        own = [each for each in facts.shadowed if each.folder == folder]
        first = own[0]
        others = f" and {len(own) - 1} more" if len(own) > 1 else ""
        newer = f"{first.package} {first.version}"
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=None,
            message=one_line(f"LD_LIBRARY_PATH gives {first.name} {first.release}, older than {newer}{others}"),
            found=one_line(some([f"{each.folder}/{each.name} ({each.release})" for each in own])),
            why="the loader takes it before the one that the packages bring, and what they call may lack in it",
            help=one_line(f"remove {folder} from LD_LIBRARY_PATH"),
            command=path_without(folder),
        )


RULE = Rule("library-shadowed", "LD_LIBRARY_PATH shadows a library of CUDA's", __doc__, check)
