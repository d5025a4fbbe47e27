"""A package asks for a library of CUDA's that nothing here gives it.

What it finds: an installed package whose files name libraries of CUDA's (`libcudart.so.13`, `libcublas.so.13`,
`libcudnn.so.9`), or that opens them itself, and no other package, no directory that its files name, no directory of
LD_LIBRARY_PATH and none of the system has them. A warning where only a part of the package asks for it, or where the
library is in another package and a program has to do something first.

Why it matters: what is not loaded does not run. Some packages then end with an error (`libcudart.so.12: cannot open
shared object file`), others continue without the GPU: ONNX Runtime says it in one line of its log and takes the CPU.

Example: `onnxruntime-gpu` 1.31.1, built for CUDA 13, in an environment with the libraries of CUDA 12 only.

What to do: install the packages that bring the libraries, of the CUDA release that the package was made for. Where they
are installed and the loader does not look there, add their directory to LD_LIBRARY_PATH.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.rules.component.component_facts import ComponentFacts
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.domain.wheels.distributions import compiled_by
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import some
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Reason


def check(facts: ComponentFacts) -> Iterable[Finding]:
    """One error where it is not loaded, one warning for what a part lacks, and one for what a program has to do."""
    component = facts.component
    named = f"{component.package} {component.version}".strip()
    path = component.libraries[0] if facts.verdicts and component.libraries else None
    for verdict in facts.verdicts:
        if verdict.reason is Reason.LIBRARY_NOT_FOUND:
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR,
                message=f"{named} finds no {some(verdict.lacks)}",
                path=verdict.library.path if verdict.library is not None else path,
                target=verdict.target.id,
                found=f"asks for {', '.join(verdict.lacks)}",
                why="neither its environment nor the system has them where the loader looks",
            )
            return
    found = component.found
    compiles = None if facts.verdicts or is_vendors(component.package) else compiled_by(component.package)
    if found.parts_lack and compiles is not None:
        yield Finding(
            id=RULE.id,
            severity=Severity.ERROR,
            message=f"{named} finds no {some(found.parts_lack)}",
            path=path,
            found=f"asks for {', '.join(found.parts_lack)}",
            why=f"it {compiles}, and has no other device code",
        )
    elif found.parts_lack:
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message=f"parts of {named} find no {some(found.parts_lack)}",
            path=path,
            found=f"they ask for {', '.join(found.parts_lack)}",
            why="what calls them fails; the rest of the package works without them",
        )
    if found.elsewhere:
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message=f"{named}: {found.reached_by}, for {some(found.elsewhere)}",
            path=path,
            found=f"other packages have {', '.join(found.elsewhere)}, where the loader does not look",
            why="without that it does not find them, and continues without the GPU or ends with an error",
        )


RULE = Rule("library-not-found", "A package does not find a library of CUDA's", __doc__, check)
