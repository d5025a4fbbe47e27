"""What one file gave, as JSON and back. What the images of a library repeat is kept once: names, and what is said of
each but its sizes. An image is five numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from cudacompat.artifacts.reading.json_values import as_flag, as_list, as_number, as_text, as_text_or_none
from cudacompat.artifacts.reading.work import FileResult
from cudacompat.domain.words.code import (
    BinaryArtifact,
    BundledCompiler,
    Compression,
    ContainerImage,
    DeviceModule,
    FatbinEntry,
    KernelUsage,
    NotRead,
    Registration,
)
from cudacompat.domain.words.later import Later
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.versions import PtxIsa, ToolkitVersion

_NONE = -1  # a number that is not there
_FIELDS = 5  # numbers of an image
_REGISTRATIONS = {each.value: each for each in Registration}


class _Look(NamedTuple):
    """What is said of an image but its sizes and names: a library has thousands of images and a few looks."""

    kind: CodeKind
    target: ArchTarget | None
    isa: PtxIsa | None
    compression: Compression
    toolkit: ToolkitVersion | None
    why: str | None
    concatenated: bool
    header_target: ArchTarget | None
    text: str | None
    usage: tuple[KernelUsage | None, ...] | None
    source: str | None
    options: str | None
    debug: bool
    since: ToolkitVersion | None
    beyond_ascii: bool
    by_sibling: bool


def to_document(result: FileResult) -> dict[str, Any]:
    """Return what a file gave as a document of JSON; paths without the file on the disk."""
    names: dict[tuple[str, ...], int] = {}
    looks: dict[str, int] = {}
    artifacts = [
        [
            _members(each.path),
            each.format,
            each.size,
            each.linked,
            each.runtime,
            each.processor,
            each.kept,
            _from_modules(each.modules, names, looks),
        ]
        for each in result.artifacts
    ]
    return {
        "artifacts": artifacts,
        "names": [list(each) for each in names],
        "looks": [json.loads(each) for each in looks],
        "not_read": [[_members(each.path), each.why] for each in result.not_read],
        "images": [
            [_members(each.path), each.name, each.platform, list(each.others), each.layers] for each in result.images
        ],
        "compilers": [
            [_members(each.path), each.program, each.release.major, each.release.minor] for each in result.compilers
        ],
        "numbers": [result.files, result.without_code, result.members, result.inflated],
    }


def of_document(document: dict[str, Any], path: str) -> FileResult:
    """Return what a file gave from its document. Raises `ValueError`, `KeyError`, `TypeError` or `IndexError` for one
    that `to_document` did not make."""
    names = [tuple(as_text(name) for name in as_list(each)) for each in as_list(document["names"])]
    looks = [_to_look(each) for each in as_list(document["looks"])]
    artifacts = tuple(
        BinaryArtifact(
            ArtifactPath(path, tuple(map(as_text, members))),
            as_text(form),
            as_number(size),
            linked=as_flag(linked),
            modules=_to_modules(modules, names, looks),
            runtime=None if runtime is None else as_number(runtime),
            processor=as_text_or_none(processor),
            kept=as_text_or_none(kept),
        )
        for members, form, size, linked, runtime, processor, kept, modules in as_list(document["artifacts"])
    )
    not_read = tuple(
        NotRead(ArtifactPath(path, tuple(map(as_text, members))), as_text(why))
        for members, why in as_list(document["not_read"])
    )
    images = tuple(
        ContainerImage(
            ArtifactPath(path, tuple(map(as_text, members))),
            None if name is None else as_text(name),
            None if platform is None else as_text(platform),
            others=tuple(map(as_text, as_list(others))),
            layers=as_number(layers),
        )
        for members, name, platform, others, layers in as_list(document["images"])
    )
    compilers = tuple(
        BundledCompiler(
            ArtifactPath(path, tuple(map(as_text, members))),
            as_text(program),
            ToolkitVersion(as_number(major), as_number(minor)),
        )
        for members, program, major, minor in as_list(document["compilers"])
    )
    files, without_code, count, inflated = map(as_number, as_list(document["numbers"]))
    return FileResult(
        artifacts,
        not_read,
        files,
        without_code=without_code,
        members=count,
        inflated=inflated,
        images=images,
        compilers=compilers,
    )


def to_targets_document(targets: Iterable[ArchTarget]) -> list[Any]:
    """Return targets as a document of JSON."""
    return [_from_target(each) for each in targets]


def targets_of_document(document: Any) -> tuple[ArchTarget, ...]:
    """Return the targets of such a document; the errors of `of_document` for what is none."""
    return tuple(found for each in as_list(document) if (found := _to_target(as_list(each))) is not None)


def _members(path: str) -> list[str]:
    return list(ArtifactPath.parse(path).members)


def _from_modules(
    modules: Sequence[DeviceModule], names: dict[tuple[str, ...], int], looks: dict[str, int]
) -> list[Any]:
    """The modules as columns: a row for each would cost more to look through."""
    return [
        [module.offset for module in modules],
        [module.section for module in modules],
        [module.registration.value for module in modules],
        [len(module.entries) for module in modules],
        [module.damage for module in modules],
        [module.bare for module in modules],
        [number for module in modules for entry in module.entries for number in _from_entry(entry, names, looks)],
    ]


def _to_modules(columns: Any, names: list[tuple[str, ...]], looks: list[_Look]) -> Sequence[DeviceModule]:
    """The modules, made when they are asked for; what is wrong with them is told now."""
    offsets, sections, registrations, lengths, damages, bare, numbers = map(as_list, as_list(columns))
    count = len(offsets)
    if {len(each) for each in (sections, registrations, lengths, damages, bare)} != {count}:
        raise ValueError("not the columns of modules")
    for column, types in ((offsets, {int}), (lengths, {int}), (bare, {bool}), (numbers, {int})):
        if not types.issuperset(map(type, column)):
            raise TypeError("not the columns of modules")
    for column in (sections, damages):
        if not {str, type(None)}.issuperset(map(type, column)):
            raise TypeError("neither texts nor nothing")
    if not _REGISTRATIONS.keys() >= set(registrations) or min((*offsets, *lengths), default=0) < 0:
        raise ValueError("not the columns of modules")
    fields = [numbers[each::_FIELDS] for each in range(_FIELDS)]
    if len(numbers) != _FIELDS * sum(lengths) or min(numbers, default=0) < _NONE:
        raise ValueError("not the numbers of images")
    used, sizes, _, kernels, missing = fields
    if _NONE in used or _NONE in sizes or _NONE in missing:  # these are always there
        raise ValueError("a number is missing")
    if max(used, default=0) >= max(1, len(looks)) or max((*kernels, *missing), default=0) >= max(1, len(names)):
        raise LookupError("a number of nothing")

    def make() -> tuple[DeviceModule, ...]:
        entries = iter(
            _entry(
                looks[look], size, inflated, kernels=None if kernels == _NONE else names[kernels], missing=names[others]
            )
            for look, size, inflated, kernels, others in zip(*fields, strict=True)
        )
        rows = zip(offsets, sections, registrations, lengths, damages, bare, strict=True)
        return tuple(
            DeviceModule(
                offset,
                section,
                _REGISTRATIONS[registration],
                entries=tuple(islice(entries, length)),
                damage=damage,
                bare=is_bare,
            )
            for offset, section, registration, length, damage, is_bare in rows
        )

    return Later(count, make)


def _from_entry(entry: FatbinEntry, names: dict[tuple[str, ...], int], looks: dict[str, int]) -> tuple[int, ...]:
    target, isa, toolkit = entry.target, entry.ptx_isa, entry.toolkit
    look = [
        entry.kind.value,
        _from_target(target),
        None if isa is None else [isa.major, isa.minor],
        entry.compression.value,
        _from_release(toolkit),
        entry.kernels_why,
        entry.concatenated,
        _from_target(entry.header_target),
        entry.text,
        None if entry.usage is None else [None if each is None else [*each] for each in entry.usage],
        entry.source,
        entry.options,
        entry.debug,
        _from_release(entry.since),
        entry.beyond_ascii,
        entry.by_sibling,
    ]
    return (
        looks.setdefault(json.dumps(look), len(looks)),
        entry.size,
        _NONE if entry.uncompressed_size is None else entry.uncompressed_size,
        _NONE if entry.kernels is None else names.setdefault(entry.kernels, len(names)),
        names.setdefault(entry.unresolved, len(names)),
    )


def _from_release(release: ToolkitVersion | None) -> list[int] | None:
    return None if release is None else [release.major, release.minor]


def _to_release(fields: Any) -> ToolkitVersion | None:
    return None if fields is None else ToolkitVersion(*map(as_number, fields))


def _from_target(target: ArchTarget | None) -> list[Any] | None:
    return None if target is None else [target.kind.value, target.number, target.suffix.value]


def _to_target(fields: Any) -> ArchTarget | None:
    return None if fields is None else ArchTarget(CodeKind(fields[0]), as_number(fields[1]), ArchSuffix(fields[2]))


def _to_look(fields: Any) -> _Look:
    kind, target, isa, compression, toolkit, why, *others = as_list(fields)
    concatenated, header, text, usage, source, options, debug, since, beyond_ascii, by_sibling = others
    return _Look(
        CodeKind(kind),
        _to_target(target),
        None if isa is None else PtxIsa(*map(as_number, isa)),
        compression=Compression(compression),
        toolkit=_to_release(toolkit),
        why=as_text_or_none(why),
        concatenated=as_flag(concatenated),
        header_target=_to_target(header),
        text=as_text_or_none(text),
        usage=None if usage is None else tuple(_to_usage(each) for each in as_list(usage)),
        source=as_text_or_none(source),
        options=as_text_or_none(options),
        debug=as_flag(debug),
        since=_to_release(since),
        beyond_ascii=as_flag(beyond_ascii),
        by_sibling=as_flag(by_sibling),
    )


def _entry(
    look: _Look, size: int, inflated: int, *, kernels: tuple[str, ...] | None, missing: tuple[str, ...]
) -> FatbinEntry:
    return FatbinEntry(
        look.kind,
        look.target,
        look.isa,
        compression=look.compression,
        size=size,
        uncompressed_size=None if inflated == _NONE else inflated,
        toolkit=look.toolkit,
        kernels=kernels,
        kernels_why=look.why,
        unresolved=missing,
        concatenated=look.concatenated,
        header_target=look.header_target,
        text=look.text,
        usage=look.usage,
        source=look.source,
        options=look.options,
        debug=look.debug,
        since=look.since,
        beyond_ascii=look.beyond_ascii,
        by_sibling=look.by_sibling,
    )


def _to_usage(fields: Any) -> KernelUsage | None:
    return None if fields is None else KernelUsage(*map(as_number, as_list(fields)))
