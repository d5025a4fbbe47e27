"""What targets cost in builds of ggml's CUDA backend."""

from __future__ import annotations

from types import MappingProxyType

from cudacompat.domain.builds.plans.cost_table import SizeRow, TimeRow
from cudacompat.domain.words.versions import ToolkitVersion

_SMALLER = ToolkitVersion(12, 8)

SIZES: tuple[SizeRow, ...] = (
    SizeRow(
        of="llama.cpp",
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
        of="llama.cpp",
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
)

# Estimates are made from the first.
TIMES: tuple[TimeRow, ...] = (
    TimeRow(
        what="whisper.cpp 1.9.3, flash attention on",
        image="sm_120a",
        core_seconds=2079,
        sources=141,
        source="measured: nvcc 13.5.37, one core of an AMD EPYC server at low priority, user and system time",
    ),
    TimeRow(
        what="whisper.cpp 1.9.3, flash attention off (GGML_CUDA_FA=OFF)",
        image="sm_120a",
        core_seconds=2095,
        sources=141,
        source="measured: nvcc 13.0.88, two cores of another x86-64 server: 1130 s from start to end",
    ),
)
