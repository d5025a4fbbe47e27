"""What `inspect` writes, as text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby

from cudacompat.domain.reports.listing import InspectReport
from cudacompat.domain.words.byte_sizes import byte_size
from cudacompat.domain.words.code import (
    BinaryArtifact,
    Compression,
    DeviceModule,
    FatbinEntry,
    KernelUsage,
    Registration,
)
from cudacompat.domain.words.phrases import count, sort_key
from cudacompat.domain.words.target import ArchTarget, CodeKind
from cudacompat.report.code.kernels import KernelRow, kernel_rows
from cudacompat.report.code.lists import Column
from cudacompat.report.code.sizes import KIND_NAME
from cudacompat.report.safe_text import safe
from cudacompat.report.text.matrix import matrix
from cudacompat.report.text.page import Page
from cudacompat.report.text.sections import columns, compilers, images, not_read_lines

_GROUPS = (
    (Registration.REGISTERED, "registered with the CUDA runtime"),
    (Registration.RELOCATABLE, "relocatable device code: input of the device linker, never loaded directly"),
    (Registration.STRAY, "unregistered (the library must load them itself)"),
)
_LONGEST_NAME = 600  # characters of a demangled name: those of templates have thousands
_SPARE = (2, 7, 3, 6)  # of a table of sizes, what is left out first: numbers of modules, packing, ISA, unpacked bytes
_FEW = 5  # names of sources


def inspect_text(page: Page, report: InspectReport) -> None:
    """What `inspect` writes."""
    images(page, report.read.images)
    for artifact in report.read.artifacts:
        _artifact(page, artifact, report)
        page.line()
    compilers(page, report.read.compilers)
    not_read_lines(page, report.read.not_read)
    held = sum(len(m.entries) for a in report.read.artifacts for m in a.modules)
    modules = sum(len(a.modules) for a in report.read.artifacts)
    page.prose(
        f"inspected {count(report.read.files, 'file')}: {len(report.read.artifacts)} with device code "
        f"({count(modules, 'module')}, {count(held, 'image')}), {report.read.without_code} without, "
        f"{len(report.read.not_read)} not read"
    )


def _artifact(page: Page, artifact: BinaryArtifact, report: InspectReport) -> None:
    page.line((artifact.path, "bold"), f"  {artifact.format}, {byte_size(artifact.size)}")
    for registration, title in _GROUPS:
        modules = [m for m in artifact.modules if m.registration is registration]
        if not modules:
            continue
        page.prose(f"  {count(len(modules), 'module')} {title}", margin=4)
        _targets(page, modules, artifact.size if report.sizes else None)
        matrix(page, modules)
        _recorded(page, modules)
        if report.sizes:
            _savings(page, modules)
        if report.kernels:
            _kernels(page, modules, report.names)
    for module in artifact.modules:
        if module.damage:
            page.line(f"damaged at byte {module.offset}: ", (module.damage, "bold magenta"))


def _targets(page: Page, modules: Sequence[DeviceModule], whole_file: int | None) -> None:
    groups: dict[tuple[CodeKind, ArchTarget | None], list[FatbinEntry]] = defaultdict(list)
    holders: Counter[tuple[CodeKind, ArchTarget | None]] = Counter()
    for module in modules:
        for entry in module.entries:
            groups[entry.kind, entry.target].append(entry)
        holders.update({(e.kind, e.target) for e in module.entries})
    rows: list[tuple[str, ...]] = []
    if whole_file is not None:
        is_packed = any(each.compression is not Compression.NONE for entries in groups.values() for each in entries)
        rows.append(("", "", "", "", "bytes".rjust(8), "share", "unpacked" if is_packed else "", ""))
    for key in sorted(groups, key=lambda k: (list(CodeKind).index(k[0]), sort_key(k[1]) if k[1] else ())):
        kind, target = key
        entries = groups[key]
        isas = ", ".join(str(isa) for isa in sorted({e.ptx_isa for e in entries if e.ptx_isa}))
        row = [
            KIND_NAME[kind],
            str(target) if target else "?",
            f"in {holders[key]} of {count(len(modules), 'module')}",
            f"PTX {isas}" if isas else "",
        ]
        if whole_file is not None:
            row += _sizes(entries, whole_file)
        rows.append(tuple(row))
    if whole_file is not None:
        every = [entry for entries in groups.values() for entry in entries]
        rows.append(("all", "", count(len(every), "image"), "", *_sizes(every, whole_file)))
    columns(page, rows, indent=4, spare=_SPARE if whole_file is not None else ())


def _sizes(entries: Sequence[FatbinEntry], whole_file: int) -> list[str]:
    """Bytes, their share of the file (what leaving them out saves), what they are unpacked, and how they are packed."""
    packed = sorted({e.compression.value for e in entries if e.compression is not Compression.NONE})
    size = sum(e.size for e in entries)
    unpacked = sum(e.uncompressed_size or e.size for e in entries)
    return [
        byte_size(size).rjust(8),
        f"{100 * size / whole_file:.0f} %".rjust(5) if whole_file else "",
        byte_size(unpacked).rjust(8) if packed else "",
        ", ".join(packed),
    ]


def _savings(page: Page, modules: Sequence[DeviceModule]) -> None:
    """What compressing would save, as far as this file shows how well code of this kind packs."""
    for kind in (CodeKind.SASS, CodeKind.PTX):
        entries = [e for m in modules for e in m.entries if e.kind is kind]
        plain = sum(e.size for e in entries if e.compression is Compression.NONE)
        if not plain:
            continue
        packed = [e for e in entries if e.uncompressed_size and e.compression is not Compression.NONE]
        whole = sum(e.uncompressed_size or 0 for e in packed)
        line = f"    {byte_size(plain)} of {KIND_NAME[kind]} are not compressed"
        if whole:
            ratio = sum(e.size for e in packed) / whole
            line += f"; packed as the rest is ({100 * ratio:.0f} %) they save {byte_size(int(plain * (1 - ratio)))}"
        page.prose(line, margin=6)
        page.prose(
            "      `nvcc -Xfatbin -compress-all` compresses them; CUDA 12.8 or newer: `--compress-mode=size`", margin=6
        )


def _recorded(page: Page, modules: Sequence[DeviceModule]) -> None:
    """What the headers record of how the images were made."""
    entries = [entry for module in modules for entry in module.entries]
    debug = sorted({str(e.target) for e in entries if e.debug and e.target})
    if debug:
        page.line(f"    built for the debugger (-G): {' '.join(debug)}")
    for label, found in (
        ("source", dict.fromkeys(e.source for e in entries if e.source)),
        ("options", dict.fromkeys(e.options for e in entries if e.options)),
    ):
        if found:
            names = [each for each in found if each][:_FEW]
            more = f" and {len(found) - _FEW} more" if len(found) > _FEW else ""
            page.field(label, f"{', '.join(names)}{more}", indent=4, label_width=9)


def _kernels(page: Page, modules: Sequence[DeviceModule], names: Mapping[str, str]) -> None:
    rows = kernel_rows(modules)
    unread = Counter(e.kernels_why or "not asked for" for m in modules for e in m.entries if e.kernels is None)
    for why, number in unread.items():
        page.line(f"    {count(number, 'image')}: kernels not read: {why}")
    lacking = sum(bool(row.lacking) for row in rows)
    page.line(
        f"    {count(len(rows), 'kernel')}"
        + (f", {lacking} of them not in every image of their modules" if lacking else "")
    )
    for row in rows:
        page.field("", _shortened(names.get(row.name, row.name)), indent=6, label_width=0)
        page.field("", "; ".join(_by_usage(row)), indent=10, label_width=0)
        if row.lacking:
            page.field("lacks", _named(row.lacking), indent=10, label_width=7)


def _shortened(name: str) -> str:
    text = safe(name)
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}…"


def _by_usage(row: KernelRow) -> list[str]:
    """`sm_80 sm_86: 32 registers, 1.0 kB shared`, and targets of which nothing is said."""
    found: list[str] = []
    for usage, images_of in groupby(row.images, key=lambda image: image[1]):
        names = _named(column for column, _ in images_of)
        found.append(names if usage is None else f"{names}: {_taken(usage)}")
    return found if row.modules == 1 else [*found, f"in {row.modules} modules"]


def _taken(usage: KernelUsage) -> str:
    shared = f", {byte_size(usage.shared)} shared" if usage.shared else ""
    return f"{count(usage.registers, 'register')}{shared}"


def _named(found: Iterable[Column]) -> str:
    return " ".join(map(_label, found))


@lru_cache(maxsize=256)
def _label(column: Column) -> str:
    kind, target = column
    return str(target) if target is not None else KIND_NAME[kind]
