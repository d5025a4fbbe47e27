"""The machines of CI systems that certainly have no GPU, by the labels that jobs ask for."""

from __future__ import annotations

import re

_HOSTED = ("ubuntu-", "windows-", "macos-", "saas-linux-")
# What a job of CircleCI runs on where it names no class: the default ones have no GPU. Its own classes are sizes:
# `medium+`, `arm.large`, `large.gen2`; those with a GPU have that word (`gpu.nvidia.small`), a runner of somebody's own
# is `namespace/name`. Source: circleci.com/docs, Configuration reference and Resource class overview, read 2026-11-30.
CIRCLE_EXECUTORS = ("docker", "machine", "macos")
_CIRCLE_SIZES = re.compile(r"(?:[a-z]\w{0,20}\.){0,2}(?:small|medium|large|\d?xlarge)\+?(?:\.gen\d)?")


def has_no_gpu(label: str, system: str) -> bool:
    """Return whether a machine with this label, of this CI system, is one of the CI's own that has no GPU."""
    if "gpu" in label.lower():
        return False
    if label.lower().startswith(_HOSTED):
        return True
    return system == "circle" and (label in CIRCLE_EXECUTORS or _CIRCLE_SIZES.fullmatch(label) is not None)
