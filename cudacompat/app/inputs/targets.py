"""From what the user named to what is judged for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.machine.facts import DriverFacts, Found, GpuDevice, Missing
from cudacompat.domain.tables.driver_choice import counted
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.verdict import JitPolicy, Target
from cudacompat.domain.words.versions import DriverRelease

Gpus = Found[tuple[GpuDevice, ...]] | Missing
Driver = Found[DriverFacts] | Missing


def resolve_targets(
    specs: Sequence[str],
    driver: DriverRelease | None,
    jit: JitPolicy | None,
    environment: Mapping[str, str],
    *,
    ask_machine: bool = True,
) -> tuple[Target, ...]:
    """Return the targets for these SPECs, `native` (this machine's GPUs) where there is none.

    Without a driver, this machine's own decides if it has one (and `ask_machine` allows to look). The variables that
    force or forbid the JIT count for `native`, or when `jit` says so. `UsageError` for what cannot be resolved, and for
    `native` without a GPU here.
    """
    if driver is None and ask_machine:
        from cudacompat.host.gpus.driver import release

        driver = release()
    targets: list[Target] = []
    for spec in specs or ("native",):
        if spec.strip().lower() == "native":
            from cudacompat.host.gpus.probe import gpus

            targets += native_targets(gpus(), driver, jit or jit_from(environment))
        else:
            found = resolve(spec)
            known = _counted(driver, found.capability)
            targets.append(Target(found.id, found.name, found.capability, driver=known, jit=jit or JitPolicy.NORMAL))
    return distinct(targets)


def native_targets(gpus: Gpus, driver: DriverRelease | None, jit: JitPolicy) -> tuple[Target, ...]:
    """Return one target for each kind of GPU found; `UsageError` where none was."""
    if isinstance(gpus, Missing):
        raise UsageError(
            f"no GPU found on this machine (tried {', '.join(gpus.tried)}); "
            'name the GPU to check for, such as --gpu "RTX 5070 Ti" or --gpu 12.0'
        )
    here = [(gpu, _counted(driver, gpu.capability)) for gpu in gpus.value]
    return distinct([Target(gpu.name, gpu.name, gpu.capability, driver=known, jit=jit) for gpu, known in here])


def _counted(driver: DriverRelease | None, capability: ComputeCapability) -> DriverRelease | None:
    return counted(driver, (capability,)) if driver is not None else None


def release_of(driver: Driver) -> DriverRelease | None:
    """The release of a driver that was found, if it is known."""
    return driver.value.release if isinstance(driver, Found) else None


def jit_from(environment: Mapping[str, str]) -> JitPolicy:
    """What CUDA_FORCE_PTX_JIT, CUDA_DISABLE_PTX_JIT and their short forms ask of the driver.

    Measured on driver 580.159.04: only "1" counts; CUDA_FORCE_JIT and CUDA_DISABLE_JIT count where the long form is not
    set, not even to nothing; with both, machine code is ignored and PTX refused.
    """
    forced, disabled = (
        environment.get(f"CUDA_{word}_PTX_JIT", environment.get(f"CUDA_{word}_JIT")) == "1"
        for word in ("FORCE", "DISABLE")
    )
    if forced and disabled:
        return JitPolicy.FORCED_AND_DISABLED
    return JitPolicy.FORCED if forced else JitPolicy.DISABLED if disabled else JitPolicy.NORMAL


def distinct(targets: Sequence[Target]) -> tuple[Target, ...]:
    """The targets without repeats, in their order; different GPUs of one name keep one id each."""
    seen: dict[tuple[object, ...], Target] = {}
    ids: set[str] = set()
    for target in targets:
        key = (target.id, target.capability, target.driver, target.jit, target.platform)
        if key in seen:
            continue
        if target.id in ids and target.platform is not None:
            target = replace(target, id=f"{target.id} ({target.platform})")
        if target.id in ids:
            target = replace(target, id=f"{target.id} ({target.capability})")
        ids.add(target.id)
        seen[key] = target
    return tuple(seen.values())
