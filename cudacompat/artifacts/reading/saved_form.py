"""What one file gave, as JSON and back. Names are kept once: the images of a module repeat them."""

from __future__ import annotations

from typing import Any

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
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.target import ArchSuffix, ArchTarget, CodeKind
from cudacompat.domain.words.versions import PtxIsa, ToolkitVersion


def to_document(result: FileResult) -> dict[str, Any]:
    """Return what a file gave as a document of JSON; paths without the file on the disk."""
    names: dict[tuple[str, ...], int] = {}
    artifacts = [
        [
            _members(each.path),
            each.format,
            each.size,
            each.linked,
            each.runtime,
            [_from_module(module, names) for module in each.modules],
        ]
        for each in result.artifacts
    ]
    return {
        "artifacts": artifacts,
        "names": [list(each) for each in names],
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
    names = [tuple(_text(name) for name in _list(each)) for each in _list(document["names"])]
    artifacts = tuple(
        BinaryArtifact(
            ArtifactPath(path, tuple(map(_text, members))),
            _text(form),
            _number(size),
            linked=_flag(linked),
            modules=tuple(_to_module(module, names) for module in _list(modules)),
            runtime=None if runtime is None else _number(runtime),
        )
        for members, form, size, linked, runtime, modules in _list(document["artifacts"])
    )
    not_read = tuple(
        NotRead(ArtifactPath(path, tuple(map(_text, members))), _text(why))
        for members, why in _list(document["not_read"])
    )
    images = tuple(
        ContainerImage(
            ArtifactPath(path, tuple(map(_text, members))),
            None if name is None else _text(name),
            None if platform is None else _text(platform),
            others=tuple(map(_text, _list(others))),
            layers=_number(layers),
        )
        for members, name, platform, others, layers in _list(document["images"])
    )
    compilers = tuple(
        BundledCompiler(
            ArtifactPath(path, tuple(map(_text, members))),
            _text(program),
            ToolkitVersion(_number(major), _number(minor)),
        )
        for members, program, major, minor in _list(document["compilers"])
    )
    files, without_code, count, inflated = map(_number, _list(document["numbers"]))
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


def _members(path: str) -> list[str]:
    return list(ArtifactPath.parse(path).members)


def _from_module(module: DeviceModule, names: dict[tuple[str, ...], int]) -> list[Any]:
    entries = [_from_entry(entry, names) for entry in module.entries]
    return [module.offset, module.section, module.registration.value, entries, module.damage, module.bare]


def _to_module(fields: Any, names: list[tuple[str, ...]]) -> DeviceModule:
    offset, section, registration, entries, damage, bare = _list(fields)
    return DeviceModule(
        _number(offset),
        _maybe_text(section),
        Registration(registration),
        entries=tuple(_to_entry(entry, names) for entry in _list(entries)),
        damage=_maybe_text(damage),
        bare=_flag(bare),
    )


def _from_entry(entry: FatbinEntry, names: dict[tuple[str, ...], int]) -> list[Any]:
    target, isa, toolkit = entry.target, entry.ptx_isa, entry.toolkit
    return [
        entry.kind.value,
        _from_target(target),
        None if isa is None else [isa.major, isa.minor],
        entry.compression.value,
        entry.size,
        entry.uncompressed_size,
        None if toolkit is None else [toolkit.major, toolkit.minor],
        None if entry.kernels is None else names.setdefault(entry.kernels, len(names)),
        entry.kernels_why,
        names.setdefault(entry.unresolved, len(names)),
        entry.concatenated,
        _from_target(entry.header_target),
        entry.text,
        None if entry.usage is None else [None if each is None else [*each] for each in entry.usage],
        entry.source,
        entry.options,
        entry.debug,
    ]


def _from_target(target: ArchTarget | None) -> list[Any] | None:
    return None if target is None else [target.kind.value, target.number, target.suffix.value]


def _to_target(fields: Any) -> ArchTarget | None:
    return None if fields is None else ArchTarget(CodeKind(fields[0]), _number(fields[1]), ArchSuffix(fields[2]))


def _to_entry(fields: Any, names: list[tuple[str, ...]]) -> FatbinEntry:
    kind, target, isa, compression, size, inflated, toolkit, kernels, why, *rest = _list(fields)
    unresolved, concatenated, header, text, usage, source, options, debug = rest
    return FatbinEntry(
        CodeKind(kind),
        _to_target(target),
        None if isa is None else PtxIsa(*map(_number, isa)),
        compression=Compression(compression),
        size=_number(size),
        uncompressed_size=None if inflated is None else _number(inflated),
        toolkit=None if toolkit is None else ToolkitVersion(*map(_number, toolkit)),
        kernels=None if kernels is None else names[_number(kernels)],
        kernels_why=_maybe_text(why),
        unresolved=names[_number(unresolved)],
        concatenated=_flag(concatenated),
        header_target=_to_target(header),
        text=_maybe_text(text),
        usage=None if usage is None else tuple(_to_usage(each) for each in _list(usage)),
        source=_maybe_text(source),
        options=_maybe_text(options),
        debug=_flag(debug),
    )


def _to_usage(fields: Any) -> KernelUsage | None:
    return None if fields is None else KernelUsage(*map(_number, _list(fields)))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _maybe_text(value: Any) -> str | None:
    return None if value is None else _text(value)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("not a number")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value
