"""What targets cost in published binaries of bitsandbytes."""

from __future__ import annotations

from types import MappingProxyType

from cudacompat.domain.builds.plans.cost_table import SizeRow
from cudacompat.domain.words.versions import ToolkitVersion

SIZES: tuple[SizeRow, ...] = (
    SizeRow(
        of="bitsandbytes",
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
        of="bitsandbytes",
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
