"""`gpus` and `toolkits`: the tables of GPUs, chips and compute capabilities, and of CUDA releases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cudacompat.domain.gpus.lookup import search, similar
from cudacompat.domain.reports.lookup import GpusReport, ToolkitsReport
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.versions import DriverRelease

if TYPE_CHECKING:
    from cudacompat.domain.words.gpu import Gpu
    from cudacompat.domain.words.judged_target import JudgedTarget


def gpus(query: str | None) -> GpusReport:
    """Return the GPUs that match the query (a name, PCI id, chip or compute capability), or all of them; for `native`,
    those of this machine, `UsageError` where it has none."""
    if query is not None and query.strip().lower() == "native":
        return GpusReport(query, _native())
    found = search(query or "") or _as_people_write(query or "")
    return GpusReport(query, found, () if found else similar(query or ""))


def _as_people_write(spec: str) -> tuple[Gpu, ...]:
    """The GPUs that `--gpu` takes a SPEC for: a slice of one (MIG, vGPU), a module of Jetson's with its memory."""
    from cudacompat.domain.gpus.lookup import resolve

    try:
        found = resolve(spec)
    except UsageError:
        return ()
    return search(found.name or str(found.capability))


def _native() -> tuple[Gpu, ...]:
    from cudacompat.domain.machine.facts import Missing
    from cudacompat.domain.words.gpu import Gpu
    from cudacompat.host.gpus.probe import gpus as probe

    here = probe()
    if isinstance(here, Missing):
        raise UsageError(f"no GPU found on this machine (tried {', '.join(here.tried)})")
    devices = {(each.pci_id, each.name, each.capability): each for each in here.value}
    return tuple(
        Gpu(
            each.name,
            each.capability,
            next((known.chip for known in search(each.pci_id or "") if each.pci_id), None),
            pci_ids=(each.pci_id,) if each.pci_id else (),
            source=here.found_via,
        )
        for each in devices.values()
    )


def toolkits(query: str | None, gpus: Sequence[str] = (), driver: str | None = None) -> ToolkitsReport:
    """Return the CUDA releases of that number (`12.8`, or `12` for all of its minors) that build machine code for all
    of the GPUs and architectures and whose programs run with the driver; `UsageError` for a GPU that cannot be told, or
    that the driver does not know."""
    from cudacompat.domain.gpus.lookup import resolve
    from cudacompat.domain.tables.toolkits import RELEASES

    named = (query or "").strip().lower().removeprefix("cuda").strip()
    wanted = re.fullmatch(r"(\d+)(?:\.(\d+))?(?:\.\d+)?", named)
    rows = RELEASES if not named else ()
    if wanted is not None:
        rows = tuple(
            row
            for row in RELEASES
            if row.version.major == int(wanted[1]) and (wanted[2] is None or row.version.minor == int(wanted[2]))
        )
    targets = [resolve(gpu) for gpu in gpus]
    archs = tuple(
        dict.fromkeys(
            f"{each.arch.number}{each.arch.suffix.value}" if each.arch else str(each.capability.number)
            for each in targets
        )
    )
    rows = tuple(row for row in rows if all(arch in row.targets for arch in archs))
    here = DriverRelease.parse(driver) if driver is not None else None
    if here is not None:
        from cudacompat.domain.tables.drivers import needed_driver

        known = here
        if targets:
            from cudacompat.domain.builds.plans.driver import require_known
            from cudacompat.domain.tables.driver_choice import counted

            known = counted(here, [each.capability for each in targets])
            require_known(here, [(each.capability.number, each.name or each.id) for each in targets])
        rows = tuple(row for row in rows if needed_driver(row.version.major, known) is None)
    words = None
    if archs:
        from cudacompat.domain.tables.jetpack import board

        boards = (board(int(re.sub(r"\D", "", arch))) for arch in archs)
        row = next((each for each in boards if each is not None), None)
        words = f"a Jetson board takes what comes with JetPack: {row.words}" if row is not None else None
        if row is not None and row.ends and row.cuda not in {str(each.version) for each in rows}:
            words = f"{words}; what the releases above build does not start there"
    return ToolkitsReport(query, archs, rows, driver=here, board=words, no_driver=_no_driver(targets))


def _no_driver(targets: Sequence[JudgedTarget]) -> str | None:
    """Why no driver serves all of those that are named as products; numbers are those of builds for many machines."""
    products = {each.capability: each.name for each in targets if each.name}
    if len(products) < 2:
        return None
    from cudacompat.domain.tables.driver_choice import none_for_all
    from cudacompat.domain.words.verdict import short_name

    return none_for_all({capability: short_name(name) for capability, name in products.items()})
