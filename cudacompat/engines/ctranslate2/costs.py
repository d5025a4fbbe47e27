"""What targets cost in published binaries of ctranslate2."""

from __future__ import annotations

from types import MappingProxyType

from cudacompat.domain.builds.plans.cost_table import SizeRow

SIZES: tuple[SizeRow, ...] = (
    SizeRow(
        of="ctranslate2",
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
)
