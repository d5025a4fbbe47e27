"""What targets cost in published binaries of onnxruntime."""

from __future__ import annotations

from types import MappingProxyType

from cudacompat.domain.builds.plans.cost_table import SizeRow
from cudacompat.domain.words.versions import ToolkitVersion

SIZES: tuple[SizeRow, ...] = (
    SizeRow(
        of="onnxruntime",
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
)
