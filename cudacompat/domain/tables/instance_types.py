"""Which GPU the machine types of clouds have: the labels of a node name the type where nothing names the GPU.

By hand, from the clouds' own pages; a type that no pattern here matches is not guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["TYPES", "InstanceTypes", "gpu_of"]


@dataclass(frozen=True, slots=True)
class InstanceTypes:
    """The types that a pattern matches as a whole (in lower case), and the GPU they all have, as a SPEC."""

    pattern: re.Pattern[str]
    gpu: str
    source: str


_AWS = "https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html"
_AZURE = "https://learn.microsoft.com/azure/virtual-machines/sizes/overview (GPU accelerated)"
_GOOGLE = "https://cloud.google.com/compute/docs/gpus"


def _row(pattern: str, gpu: str, source: str) -> InstanceTypes:
    return InstanceTypes(re.compile(pattern), gpu, source)


TYPES = (
    _row(r"p2\..+", "Tesla K80", _AWS),
    _row(r"p3(dn)?\..+", "Tesla V100", _AWS),
    _row(r"p4de?\..+", "A100", _AWS),
    _row(r"p5\..+", "H100", _AWS),
    _row(r"p5en?\..+", "H200", _AWS),
    _row(r"p6-b200\..+", "B200", _AWS),
    _row(r"p6-b300\..+", "B300", _AWS),
    _row(r"p6e-gb200\..+", "GB200", _AWS),
    _row(r"p6e-gb300\..+", "GB300", _AWS),
    _row(r"g3s?\..+", "Tesla M60", _AWS),
    _row(r"g4dn\..+", "Tesla T4", _AWS),
    _row(r"g5\..+", "A10G", _AWS),
    _row(r"g5g\..+", "T4G", _AWS),
    _row(r"gr?6f?\..+", "L4", _AWS),
    _row(r"g6e\..+", "L40S", _AWS),
    _row(r"g7e\..+", "RTX PRO 6000 Blackwell Server Edition", _AWS),
    _row(r"standard_nc\d+r?(_promo)?", "Tesla K80", _AZURE),
    _row(r"standard_nc\d+r?s_v2(_promo)?", "Tesla P100", _AZURE),
    _row(r"standard_n[cd]\d+r?s_v[23](_promo)?", "Tesla V100", _AZURE),
    _row(r"standard_nd\d+r?s", "Tesla P40", _AZURE),
    _row(r"standard_nv\d+(s_v[23]|_promo)?", "Tesla M60", _AZURE),
    _row(r"standard_nc\d+as_t4_v3", "Tesla T4", _AZURE),
    _row(r"standard_n[cd]\d+[a-z]*_a100_v4", "A100", _AZURE),
    _row(r"standard_nd\d+asr_v4", "A100", _AZURE),
    _row(r"standard_n[cv]\d+[a-z]*_a10_v[45]", "A10", _AZURE),
    _row(r"standard_nc\d+[a-z]*_h100_v5", "H100 NVL", _AZURE),
    _row(r"standard_ncc\d+[a-z]*_h100_v5", "H100 NVL", _AZURE),
    _row(r"standard_nd\d+[a-z]*_h100_v5", "H100", _AZURE),
    _row(r"standard_nd\d+[a-z]*_h200_v5", "H200", _AZURE),
    _row(r"standard_nd\d+[a-z]*(_ndr)?_gb200_v6", "GB200", _AZURE),
    _row(r"standard_nd\d+[a-z]*(_ndr)?_gb300_v6", "GB300", _AZURE),
    _row(r"a2-(high|mega|ultra)gpu-\d+g(-nolssd)?", "A100", _GOOGLE),
    _row(r"a3-(high|mega|edge)gpu-\d+g(-nolssd)?", "H100", _GOOGLE),
    _row(r"a3-ultragpu-\d+g(-nolssd)?", "H200", _GOOGLE),
    _row(r"a4-highgpu-\d+g(-nolssd)?", "B200", _GOOGLE),
    _row(r"a4x-highgpu-\d+g(-nolssd)?", "GB200", _GOOGLE),
    _row(r"a4x-maxgpu-\d+g(-metal)?", "GB300", _GOOGLE),
    _row(r"g2-standard-\d+", "L4", _GOOGLE),
    _row(r"g4-standard-\d+", "RTX PRO 6000 Blackwell Server Edition", _GOOGLE),
)


def gpu_of(instance_type: str) -> str | None:
    """Return the GPU, as a SPEC, that machines of this type have; `None` for a type that is not in the table."""
    text = instance_type.strip().lower()
    return next((row.gpu for row in TYPES if row.pattern.fullmatch(text)), None)
