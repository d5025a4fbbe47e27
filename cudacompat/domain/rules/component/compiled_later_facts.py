"""Packages without device code that compile their kernels as a program runs, with compilers that other packages have:
the driver that their CUDA release needs."""

from __future__ import annotations

from cudacompat.domain.machine.components import Component
from cudacompat.domain.tables.cuda_libraries import is_vendors
from cudacompat.domain.tables.drivers import runtime_floor, takes_runtime
from cudacompat.domain.wheels.distributions import compiled_by
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import DriverRelease


def driver_for(component: Component, target: Target) -> DriverRelease | None:
    """Return the oldest driver with which what such a package compiles runs, where that of the target is older; `None`
    for any other package, and for one that lacks its compilers.

    nvidia.github.io/cuda-python, cuda-bindings, Installation, Runtime Requirements: those of CUDA 13 need driver
    580.65.06, those of CUDA 12 525.60.13, as the runtime of each does.
    """
    found, driver = component.found, target.driver
    if driver is None or found.release is None or found.parts_lack or is_vendors(component.package):
        return None
    floor = runtime_floor(found.release) if compiled_by(component.package) is not None else None
    if floor is None or takes_runtime(driver, floor, windows=target.on_windows):
        return None
    return floor.oldest(windows=target.on_windows)
