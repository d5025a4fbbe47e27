"""The nodes of a Slurm cluster: `scontrol show nodes` (also in one line), `sinfo` with a column GRES, and the lines of
slurm.conf and gres.conf. https://slurm.schedmd.com/gres.html, https://slurm.schedmd.com/scontrol.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cudacompat.domain.gpus.fleet import Row, capability_of
from cudacompat.domain.tables.instance_types import gpu_of
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.fleet_gpu import FleetGpu
from cudacompat.domain.words.platforms import platform_named

_PAIR = re.compile(r"(?<!\S)([A-Za-z][\w/:]*)=(\S*)")
_TYPED = re.compile(r"(?:gres[:/])?gpu:([^:(=,]+?)(?::\d+\w?|=\d+)?(?:\(.*)?", re.IGNORECASE)
_UNTYPED = re.compile(r"(?:gres[:/])?gpu(?::\d+\w?|=\d+)?(?:\(.*)?", re.IGNORECASE)
_FEATURE = re.compile(r"gpu[-_:]?([a-z]\w+)", re.IGNORECASE)
_COUNT = re.compile(r"\d+[kmg]?", re.IGNORECASE)


def is_slurm(text: str) -> bool:
    """Whether this is a list of Slurm's nodes."""
    return (
        any(re.match(r"\s*(?:NodeName=\S|Name=gpu\b)", line) for line in text.splitlines()) or _head(text) is not None
    )


def of_slurm(text: str, where: str) -> Iterator[Row]:
    """Yield one GPU for each type that a node (or a range of nodes) has; nodes without a GPU are passed over."""
    head = _head(text)
    for place, node in _of_table(text, head, where) if head is not None else _of_pairs(text, where):
        yield from _of_node(node, place)


def _of_pairs(text: str, where: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    found: dict[str, str] = {}
    at = 1
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#", 1)[0] if line.lstrip().startswith("#") else line
        pairs = dict(_PAIR.findall(line))
        if "NodeName" in pairs or "Name" in pairs:
            if found:
                yield f"{where}:{at}", found
            found, at = {}, number
        found.update({key: value for key, value in pairs.items() if key not in found})
    if found:
        yield f"{where}:{at}", found


def _of_node(node: Mapping[str, str], where: str) -> Iterator[Row]:
    name = node.get("NodeName")
    where = f"{where} ({name:.80})" if name else where
    pool = node.get("Partitions") or None
    types, untyped = _types(node.get("Gres", ""))
    if node.get("Name") == "gpu":  # a line of gres.conf
        types, untyped = [node["Type"]] if node.get("Type") else [], not node.get("Type")
    if not types:
        types, more = _types(node.get("CfgTRES", ""))
        untyped = untyped or more
    if not types and untyped:
        types = [gpu] if (gpu := gpu_of(node.get("InstanceType", ""))) else list(_of_features(node))
    if not types and untyped:
        yield NotRead(where, "it has GPUs, but no type of them (Gres=gpu:TYPE:COUNT)")
    platform = platform_named(None, node.get("Arch"))
    for each in dict.fromkeys(types):
        capability = capability_of([each])
        if capability is None:
            yield NotRead(where, f"unknown GPU {each!r:.100}; name it with --gpu instead")
        else:
            yield FleetGpu(each, each, capability, node=name, pool=pool, platform=platform)


def _types(gres: str) -> tuple[list[str], bool]:
    """The types of GPUs in a list of generic resources, and whether there is one without a type."""
    types, untyped = [], False
    for part in re.split(r",(?![^(]*\))", gres):
        if _UNTYPED.fullmatch(part):
            untyped = True
        elif (found := _TYPED.fullmatch(part)) and not _COUNT.fullmatch(found[1]):
            types.append(found[1])
    return types, untyped


def _of_features(node: Mapping[str, str]) -> Iterator[str]:
    for feature in node.get("ActiveFeatures", node.get("AvailableFeatures", "")).split(","):
        if gpu := gpu_of(feature):
            yield gpu
        elif (found := _FEATURE.fullmatch(feature)) and capability_of([found[1]]):
            yield found[1]


# -- sinfo

_NODES = ("NODELIST", "HOSTNAMES", "NODE_NAME")
_MEANING = {"GRES": "Gres", "PARTITION": "Partitions", "AVAIL_FEATURES": "AvailableFeatures"}


def _head(text: str) -> list[str] | None:
    """The columns of sinfo's table."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    cells = re.split(r"[|\s]+", first.strip())
    return cells if "GRES" in cells and {*_NODES, "PARTITION"} & set(cells) else None


def _of_table(text: str, head: list[str], where: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    names = ["NodeName" if cell in _NODES else _MEANING.get(cell, cell) for cell in head]
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, line in lines[1:]:
        cells = re.split(r"[|\s]+", line.strip())
        if cells != head:
            row = dict(zip(names, cells, strict=False))
            row["Partitions"] = row.get("Partitions", "").rstrip("*")  # the star marks the default one
            yield f"{where}:{number}", row
