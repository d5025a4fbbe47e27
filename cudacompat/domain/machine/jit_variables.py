"""What variables make of the driver's JIT."""

from __future__ import annotations

from collections.abc import Mapping


def is_switched_off(variables: Mapping[str, str]) -> bool:
    """Return whether the JIT's cache is switched off (CUDA_CACHE_DISABLE)."""
    return variables.get("CUDA_CACHE_DISABLE", "0").strip() not in ("", "0")
