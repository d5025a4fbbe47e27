"""What targets cost in builds that were really made: bytes in the file that ships, seconds of compiling.

Sizes were read from published binaries with `cudacompat inspect --sizes --format json` in November 2026. `base` is
the file less its device code: the host's half, which no list makes smaller. nvcc compresses machine code from CUDA 12.8
on where the build asks for it (ggml does); before, it lay in the file as it was, several times as large.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cudacompat.domain.words.versions import ToolkitVersion


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One published binary: bytes of each image (`"sm_86"`, `"compute_80"`), all modules together, and of the rest.

    It stands for the `engines` named, built by CUDA `since` up to before `until` (open where `None`), and was built by
    `cuda` (as its PTX shows). `exact` are the engines whose own binary it is; for the others it is an estimate.
    """

    engines: tuple[str, ...]
    exact: tuple[str, ...]
    what: str
    cuda: str
    since: ToolkitVersion | None
    until: ToolkitVersion | None
    base: int
    images: Mapping[str, int]
    source: str


@dataclass(frozen=True, slots=True)
class TimeRow:
    """One build that was timed: seconds of one processor core spent in nvcc for one target, and how many sources."""

    engines: tuple[str, ...]
    what: str
    image: str
    core_seconds: int
    sources: int
    source: str


_GGML = ("whisper.cpp", "ggml", "llama.cpp", "whisper-rs", "llama-cpp-rs", "llama-cpp-python", "pywhispercpp")
_SMALLER = ToolkitVersion(12, 8)

SIZES: tuple[SizeRow, ...] = (
    SizeRow(
        engines=_GGML,
        exact=("llama.cpp",),
        what="libggml-cuda.so of llama.cpp, flash attention on",
        cuda="13.1",
        since=_SMALLER,
        until=None,
        base=30_581_428,
        images=MappingProxyType(
            {
                "sm_86": 16_054_846,
                "sm_89": 16_032_074,
                "sm_120a": 18_707_771,
                "sm_121a": 18_716_397,
                "compute_75": 19_737_400,
                "compute_80": 19_596_826,
                "compute_90": 19_566_530,
            }
        ),
        # whisper.cpp 1.9.3 built for sm_120a alone by nvcc 13.5 is close: 28,210,488 and 18,451,752 bytes
        source="npm package @node-llama-cpp/linux-x64-cuda 3.22.1 (llama.cpp v0.5.0)",
    ),
    SizeRow(
        engines=_GGML,
        exact=("llama.cpp",),
        what="libggml-cuda.so of llama.cpp, flash attention on",
        cuda="12.4",
        since=None,
        until=_SMALLER,
        base=24_370_205,
        images=MappingProxyType(
            {
                "sm_86": 113_519_768,
                "compute_50": 28_983_414,
                "compute_61": 25_505_342,
                "compute_70": 56_428_347,
                "compute_75": 62_521_829,
                "compute_80": 63_122_079,
            }
        ),
        source="npm package @node-llama-cpp/linux-x64-cuda-ext 3.22.1 (llama.cpp v0.5.0), its fallback library",
    ),
    SizeRow(
        engines=("ctranslate2", "faster-whisper"),
        exact=("ctranslate2", "faster-whisper"),
        what="libctranslate2.so",
        cuda="12.8",
        since=None,
        until=None,
        base=65_601_403,
        images=MappingProxyType(
            {
                "sm_53": 1_907_862,
                "sm_60": 1_827_734,
                "sm_61": 1_840_301,
                "sm_70": 1_680_468,
                "sm_75": 1_665_601,
                "sm_80": 1_640_395,
                "sm_86": 1_645_292,
                "compute_86": 2_964_625,
            }
        ),
        source="wheel ctranslate2 4.8.5, linux x86-64",
    ),
    SizeRow(
        engines=("onnxruntime",),
        exact=("onnxruntime",),
        what="libonnxruntime_providers_cuda.so, what it loads by itself included",
        cuda="13.0",
        since=ToolkitVersion(13, 0),
        until=None,
        base=30_741_817,
        images=MappingProxyType(
            {
                "sm_75": 13_443_498,
                "sm_80": 32_778_666,
                "sm_86": 30_605_102,
                "sm_89": 30_366_246,
                "sm_90a": 27_304_655,
                "sm_100a": 29_940_543,
                "sm_120a": 23_994_507,
                "compute_120": 28_134_382,
            }
        ),
        source="wheel onnxruntime-gpu 1.27.0, linux x86-64",
    ),
    SizeRow(
        engines=("bitsandbytes",),
        exact=("bitsandbytes",),
        what="libbitsandbytes_cuda130.so",
        cuda="13.0",
        since=ToolkitVersion(13, 0),
        until=None,
        base=534_394,
        images=MappingProxyType(
            {
                "sm_75": 469_615,
                "sm_80": 423_120,
                "sm_86": 401_769,
                "sm_89": 401_646,
                "sm_90": 400_164,
                "sm_100": 495_997,
                "sm_120": 494_116,
                "compute_120": 280_347,
            }
        ),
        source="wheel bitsandbytes 0.50.2, linux x86-64",
    ),
    SizeRow(
        engines=("bitsandbytes",),
        exact=("bitsandbytes",),
        what="libbitsandbytes_cuda128.so",
        cuda="12.8",
        since=ToolkitVersion(12, 8),
        until=ToolkitVersion(13, 0),
        base=440_676,
        images=MappingProxyType(
            {
                "sm_70": 3_066_969,
                "sm_75": 3_085_285,
                "sm_80": 3_387_594,
                "sm_86": 3_073_743,
                "sm_89": 3_072_829,
                "sm_90": 2_583_548,
                "sm_100": 3_454_326,
                "sm_120": 3_513_748,
                "compute_120": 857_130,
            }
        ),
        source="wheel bitsandbytes 0.50.2, linux x86-64",
    ),
)

# The first row of an engine is the one that estimates are made from.
TIMES: tuple[TimeRow, ...] = (
    TimeRow(
        engines=_GGML,
        what="whisper.cpp 1.9.3, flash attention on",
        image="sm_120a",
        core_seconds=2079,
        sources=141,
        source="measured: nvcc 13.5.37, one core of an AMD EPYC server at low priority, user and system time",
    ),
    TimeRow(
        engines=_GGML,
        what="whisper.cpp 1.9.3, flash attention off (GGML_CUDA_FA=OFF)",
        image="sm_120a",
        core_seconds=2095,
        sources=141,
        source="measured: nvcc 13.0.88, two cores of another x86-64 server: 1130 s from start to end",
    ),
)


def size_row(engine: str, cuda: ToolkitVersion) -> SizeRow | None:
    """Return the sizes that stand for this engine built by this release; `None` where none were measured."""
    for row in SIZES:
        since, until = row.since, row.until
        if engine in row.engines and (since is None or cuda >= since) and (until is None or cuda < until):
            return row
    return None


def time_row(engine: str) -> TimeRow | None:
    """Return the build that was timed for this engine; `None` where none was."""
    return next((row for row in TIMES if engine in row.engines), None)
