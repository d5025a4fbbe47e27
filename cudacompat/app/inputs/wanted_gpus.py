"""From the GPUs that the user named to what a build is asked to serve."""

from __future__ import annotations

from collections.abc import Sequence

from cudacompat.domain.builds.plans.plan import RequestedTarget
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.fleet_gpu import FleetGpu
from cudacompat.domain.words.target import ArchSuffix
from cudacompat.domain.words.verdict import Target, short_name
from cudacompat.domain.words.versions import DriverRelease


def wanted_gpus(specs: Sequence[str], fleet: Sequence[FleetGpu] = ()) -> tuple[RequestedTarget, ...]:
    """Return what the SPECs, and the GPUs of a fleet, ask a build to serve; this machine's GPUs for `native`, or for
    none of them."""
    wanted = _of_fleet(fleet)
    for spec in specs or (() if wanted else ("native",)):
        if spec.strip().lower() == "native":
            wanted += _native()
            continue
        found = resolve(spec)
        suffix = found.arch.suffix if found.arch is not None else ArchSuffix.NONE
        name = found.name if found.name is not None and found.name == found.id else None
        label = f"{short_name(name)} ({found.capability})" if name else str(found.arch or found.capability)
        spec_again = short_name(name) if name else str(found.arch or found.capability)
        wanted.append(RequestedTarget(label, spec_again, found.capability.number, suffix))
    return tuple(dict.fromkeys(wanted))


def requested(targets: Sequence[Target]) -> tuple[RequestedTarget, ...]:
    """Return what these targets ask a build to serve, each as `--gpu` takes it; a GPU that no table knows by its
    number."""
    found: list[RequestedTarget] = []
    for each in targets:
        try:
            found += wanted_gpus((each.spec,))
        except UsageError:
            found.append(RequestedTarget(_printable(each.label), str(each.capability), each.capability.number))
    return tuple(dict.fromkeys(found))


def fleet_gpus(files: Sequence[str]) -> tuple[FleetGpu, ...]:
    """Return the GPUs of fleet files. `UsageError` for a node that does not say which it has: a build made without it
    would not run there, and nothing would say so."""
    if not files:
        return ()
    from cudacompat.app.inputs.fleet import load

    fleet = load(files)
    for unknown in fleet.not_read:
        raise UsageError(f"{unknown.path}: {unknown.why}; a build would omit it")
    return fleet.gpus


def oldest_driver(fleet: Sequence[FleetGpu]) -> DriverRelease | None:
    """Return the oldest driver that a fleet's nodes name: with it a build for all of them has to run."""
    return min((each.driver for each in fleet if each.driver is not None), default=None)


def _of_fleet(fleet: Sequence[FleetGpu]) -> list[RequestedTarget]:
    found = []
    for each in fleet:
        named = each.name is not None and each.name != str(each.capability)
        label = f"{short_name(each.name)} ({each.capability})" if each.name and named else each.id
        # a node's label need not be a name that --gpu knows: the capability is what is asked for
        found.append(RequestedTarget(_printable(label), str(each.capability), each.capability.number))
    return found


def _printable(name: str) -> str:
    """A stranger's name for a GPU, fit for a comment: one line, nothing that any reader takes for an end of it."""
    return "".join(char if char.isprintable() else "?" for char in name)[:120]


def _native() -> list[RequestedTarget]:
    from cudacompat.app.inputs.targets import native_targets
    from cudacompat.domain.words.verdict import JitPolicy
    from cudacompat.host.gpus.probe import gpus

    return [
        RequestedTarget(_printable(target.label), str(target.capability), target.capability.number)
        for target in native_targets(gpus(), None, JitPolicy.NORMAL)
    ]
