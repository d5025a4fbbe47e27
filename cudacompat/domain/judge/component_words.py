"""What becomes of a component, in the few words that a row of a table has room for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cudacompat.domain.machine.component_verdicts import ComponentVerdict, LibraryVerdict
from cudacompat.domain.tables.architectures import architecture
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.domain.tables.drivers import runtime_floor
from cudacompat.domain.words.phrases import CAUSE, count, some
from cudacompat.domain.words.verdict import CUDA_ERRORS, Outcome, Reason, Target

_NUMBER = re.compile(r"(?:sm|compute)_(\d+)")


def outcome_word(verdict: ComponentVerdict) -> str:
    """Return the outcome as a table shows it: `FAILS FIRST` for the component that stops a program first."""
    if verdict.is_first:
        return "FAILS FIRST"
    if verdict.compiler and not verdict.is_bad:
        return "compiles"
    if verdict.outcome is Outcome.SPECIAL:
        return "not used"
    return "JIT" if verdict.outcome is Outcome.JIT else verdict.outcome.value


def why(verdict: ComponentVerdict) -> str:
    """Return the reason in one short sentence; empty where all of it runs as it should."""
    library, target = verdict.library, verdict.target
    none_for = next((group.none_for for group in verdict.component.alternatives if group.none_for), "")
    if none_for and verdict.outcome is Outcome.FAILS and verdict.reason is None:
        return f"has no library for {none_for}, so none is loaded"
    if verdict.compiler:
        if verdict.is_bad:
            return f"{verdict.compiler}, nothing for {target.capability}"
        return f"its {verdict.compiler.partition(' ends at ')[0]} knows the GPU"
    if library is None:
        return verdict.compiler_lacks or "nothing of it is loaded on this GPU"
    if verdict.is_bad:
        return _failure(verdict, library, target)
    parts = [_builds(verdict, library)] if verdict.builds > 1 else []
    if verdict.outcome is Outcome.JIT:
        parts.append(f"{_compiled(library)}: the first start is slow")
    if verdict.outcome is Outcome.UNCLEAR:
        parts.append(f"some modules have no code for {target.capability}; probably not called there")
    if verdict.outcome is Outcome.UNDECIDED:
        cause = CAUSE.get(verdict.reason) if verdict.reason is not None else None
        parts.append(cause or f"not known for {target.capability}")
    elif verdict.open_modules:
        parts.append(f"{count(verdict.open_modules, 'module')} undecided")
    if verdict.compiler_lacks:
        parts.append(f"what it compiles at run time fails: {verdict.compiler_lacks}")
    return "; ".join((*parts, *_found(verdict)))


def _compiled(library: LibraryVerdict) -> str:
    """What the driver compiles: PTX beside the machine code, or what the relocatable code of a device link has."""
    if library.default_target:
        return f"only nvcc's default target ({library.default_target})"
    linked = bool(library.targets) and not any(each.startswith("compute_") for each in library.targets)
    return "only the PTX of its relocatable code" if linked else "PTX only"


def _found(verdict: ComponentVerdict) -> list[str]:
    """What is to be said of the libraries that it does not bring along, where it runs."""
    found = verdict.component.found
    parts = [f"{found.reached_by}, for {some(found.elsewhere, 1)}"] if found.elsewhere else []
    return [*parts, f"parts of it find no {some(found.parts_lack)}"] if found.parts_lack else parts


def _failure(verdict: ComponentVerdict, library: LibraryVerdict, target: Target) -> str:
    reason, driver = verdict.reason, target.driver
    if reason is Reason.LIBRARY_NOT_FOUND:
        then = verdict.loaded
        with_them = "it" if len(verdict.lacks) == 1 else "them"
        rest = f"; with {with_them}, {why(then)}" if then is not None and then.is_bad else ""
        return f"{_part(verdict, library)}finds no {some(verdict.lacks)}{rest}"
    if reason is Reason.RUNTIME_NEEDS_DRIVER and library.runtime is not None:
        floor = runtime_floor(library.runtime)
        oldest = floor.oldest(windows=target.on_windows).parts[0] if floor is not None else None
        needed = f"driver {oldest} or newer" if oldest is not None else "a newer driver"
        return f"CUDA {library.runtime} needs {needed}, here {driver} (error 35)"
    known = architecture(target.capability)
    if reason is Reason.DRIVER_TOO_OLD_FOR_GPU:
        first = f"; {known.first_branch} is the first" if known is not None and known.first_branch else ""
        return f"driver {driver} does not know the GPU{first} (error 100)"
    if reason is Reason.DRIVER_DROPPED_GPU:
        last = f"; {known.last_branch} is the last" if known is not None and known.last_branch else ""
        return f"driver {driver} no longer knows the GPU{last} (error 100)"
    if reason is Reason.PTX_ISA_TOO_NEW:
        newer = library.min_driver is not None and (driver is None or library.min_driver > driver.branch)
        needs = f"; driver {library.min_driver} does" if newer else ""  # else the oldest one for the other modules
        if library.outcome is Outcome.PARTIAL:
            some_of = f"{library.counts.get(Outcome.FAILS, 0)} of {count(library.modules, 'module')}"
            return f"{_named(library)}: driver {driver} does not compile the PTX of {some_of}{needs} (error 222)"
        return f"only PTX fits, and driver {driver} does not compile it{needs} (error 222)"
    if verdict.outcome is Outcome.PARTIAL and library.outcome is Outcome.PARTIAL:
        bad = sum(library.counts.get(each, 0) for each in (Outcome.FAILS, Outcome.PARTIAL))
        return f"{_named(library)}: {bad} of {count(library.modules, 'module')} lack code for {target.capability}"
    if reason is Reason.MOST_MODULES:
        lacking = sum(library.counts.get(each, 0) for each in (Outcome.FAILS, Outcome.PARTIAL))
        deciding = library.modules - library.counts.get(Outcome.SPECIAL, 0)
        of = f"{lacking} of {count(deciding, 'module')} that decide"
        return f"{_named(library)}: {of} have nothing for {target.capability} (error 209)"
    if reason in (Reason.NO_IMAGE, Reason.OTHER_ARCHITECTURE):
        return f"{_part(verdict, library)}{span(library.targets)}, nothing for {target.capability} (error 209)"
    error = CUDA_ERRORS.get(reason) if reason is not None else None
    words = CAUSE.get(reason, "it does not run") if reason is not None else "it does not run"
    return words if error is None or "CUDA error" in words else f"{words} (error {error})"


def _part(verdict: ComponentVerdict, library: LibraryVerdict) -> str:
    """The library, where it is not the whole component that fails, or the component is a set of libraries."""
    told = verdict.outcome is Outcome.PARTIAL or is_vendors(verdict.component.package)
    return f"{_named(library)}: " if told else ""


def _builds(verdict: ComponentVerdict, library: LibraryVerdict) -> str:
    group = next((each for each in verdict.component.alternatives if library.path in each.libraries), None)
    loaded = group.loaded_on(verdict.target) if group is not None else None
    return f"{verdict.builds} builds, {_named(library) if loaded else 'one'} is loaded"


def _named(library: LibraryVerdict) -> str:
    return re.split(r"[/\\]", library.path)[-1]


def span(targets: Sequence[str]) -> str:
    """Return the machine code and the PTX among these targets as ranges: `has sm_50 to sm_90, no PTX`."""
    sass = [each for each in targets if each.startswith("sm_")]
    ptx = [each for each in targets if each.startswith("compute_")]
    code = _range(sass) if sass else "no machine code"
    return f"has {code}, {'PTX for ' + _range(ptx) if ptx else 'no PTX'}"


def _range(targets: Sequence[str]) -> str:
    ordered = sorted(targets, key=lambda each: int(found[1]) if (found := _NUMBER.match(each)) else 0)
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"
