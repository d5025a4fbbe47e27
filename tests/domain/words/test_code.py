"""Images and modules as processes hand them over."""

from __future__ import annotations

import pickle

from cudacompat.domain.words.code import (
    Compression,
    DeviceModule,
    FatbinEntry,
    KernelUsage,
    Registration,
)
from cudacompat.domain.words.target import ArchTarget, CodeKind
from cudacompat.domain.words.versions import PtxIsa, ToolkitVersion

KERNELS = ("_Z1kv", "_Z1lv")
FULL = FatbinEntry(
    CodeKind.PTX,
    ArchTarget(CodeKind.PTX, 90),
    PtxIsa(8, 4),
    compression=Compression.ZSTD,
    size=100,
    uncompressed_size=200,
    toolkit=ToolkitVersion(12, 4),
    kernels=KERNELS,
    kernels_why="why",
    unresolved=("f",),
    concatenated=True,
    text="sha",
    header_target=ArchTarget(CodeKind.PTX, 80),
    usage=(KernelUsage(32, 1024), None),
    source="k.cu",
    options="-O3",
    debug=True,
    beyond_ascii=True,
    since=ToolkitVersion(13, 0),
    by_sibling=True,
)
MODULE = DeviceModule(64, ".nv_fatbin", Registration.STRAY, entries=(FULL, FULL), damage="cut", bare=True)


def test_every_field_comes_over() -> None:
    (again,) = pickle.loads(pickle.dumps((MODULE,)))
    assert again == MODULE
    assert repr(again) == repr(MODULE)


def test_what_is_shared_stays_shared() -> None:
    again = pickle.loads(pickle.dumps(MODULE))
    assert again.entries[0] is again.entries[1]


def test_what_a_module_remembers_is_no_part_of_it() -> None:
    before = pickle.dumps(MODULE)
    assert MODULE.kernels == frozenset(KERNELS)
    assert pickle.dumps(MODULE) == before
    assert pickle.loads(before).kernels == frozenset(KERNELS)
