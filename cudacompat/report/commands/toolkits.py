"""`toolkits` as text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cudacompat.domain.reports.lookup import ToolkitsReport
from cudacompat.domain.tables.drivers import first_branch_taking, max_ptx
from cudacompat.domain.tables.toolkits import RELEASES, first_with, last_glibc, last_with
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.versions import DriverRelease

if TYPE_CHECKING:
    from cudacompat.report.text.page import Page

Json = dict[str, Any]


def toolkits_text(page: Page, report: ToolkitsReport) -> None:
    """A release, what it builds and what it asks for; the newest last."""
    for row in report.releases:
        page.line(
            (f"CUDA {row.version}", "bold"), f"  PTX ISA {row.ptx_isa}, nvcc's default target sm_{row.default_target}"
        )
        page.field("builds", " ".join(row.targets), label_width=11)
        page.field("drivers", _drivers(row) + _refused(row, report.driver), label_width=11)
        page.field("compilers", _compilers(row), label_width=11)
    build = "builds" if len(report.releases) == 1 else "build"
    which = f" that {build} {' and '.join(f'sm_{arch}' for arch in report.archs)}" if report.archs else ""
    of_query = f" for {report.query}" if report.query else ""
    with_driver = f", whose programs run with driver {report.driver}" if report.driver else ""
    if report.board is not None:
        page.line(report.board)
    if not report.releases and len(report.archs) > 1:
        for arch in report.archs:
            page.field(f"sm_{arch}", _window(arch), label_width=11)
    if report.no_driver is not None:
        page.line(report.no_driver)
    known = f"; known are CUDA {RELEASES[0].version} to {RELEASES[-1].version}" if not report.releases else ""
    page.line(f"{count(len(report.releases), 'CUDA release')}{which}{of_query}{with_driver}{known}")


def _compilers(row: CudaRelease) -> str:
    """What it compiles with: host compilers, and the C library."""
    libc = last_glibc(row.version)
    glibc = f", glibc up to {libc[0]}.{libc[1]}" if libc is not None else ""
    return f"gcc up to {row.gcc_max}, clang up to {row.clang_max}{glibc}"


def _window(arch: str) -> str:
    """The releases that build one target, where no release builds all."""
    first, last = first_with(arch), last_with(arch)
    if first is None or last is None:
        return "no known CUDA release"
    return f"CUDA {first.version} to {last.version}"


def _drivers(row: CudaRelease) -> str:
    """What its machine code, its PTX and itself ask for."""
    branch = first_branch_taking(row.ptx_isa)
    ptx = f"branch {branch.branch}" if branch is not None else "none known yet"
    own = f"; bundled driver {row.toolkit_driver}" if row.toolkit_driver is not None else ""
    return f"minimum driver: {row.min_driver} for machine code, {ptx} for PTX{own}"


def _refused(row: CudaRelease, driver: DriverRelease | None) -> str:
    """What of it the driver that was named does not run."""
    limit = max_ptx(driver) if driver is not None else None
    return f"; driver {driver} does not compile its PTX" if limit is not None and row.ptx_isa > limit else ""


def toolkits_json(report: ToolkitsReport) -> Json:
    """What `toolkits` writes."""
    from cudacompat.report.json import head

    return {
        **head("toolkits"),
        "query": report.query,
        "arch": report.archs[0] if len(report.archs) == 1 else None,
        "archs": list(report.archs),
        "driver": str(report.driver) if report.driver is not None else None,
        "board": report.board,
        "no_driver": report.no_driver,
        "toolkits": [_toolkit(row) for row in report.releases],
    }


def _toolkit(row: CudaRelease) -> Json:
    libc = last_glibc(row.version)
    branch = first_branch_taking(row.ptx_isa)
    return {
        "version": str(row.version),
        "targets": [f"sm_{target}" for target in row.targets],
        "default_target": f"sm_{row.default_target}",
        "ptx_isa": str(row.ptx_isa),
        "min_driver": str(row.min_driver),
        "ptx_min_driver_branch": branch.branch if branch is not None else None,
        "toolkit_driver": str(row.toolkit_driver) if row.toolkit_driver is not None else None,
        "gcc_max": row.gcc_max,
        "clang_max": row.clang_max,
        "glibc_max": ".".join(map(str, libc)) if libc is not None else None,
        "msc_ver": list(row.msc_ver),
        "source": row.source,
    }
