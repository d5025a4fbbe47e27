"""The container images that a job of a CI system names: the one that its steps run in, and its services."""

from __future__ import annotations

import re
from dataclasses import dataclass

# --gpus all, --gpus=1, --runtime=nvidia, --device nvidia.com/gpu=all; not: --gpu-name
_ASKS = re.compile(r"(?<!\S)(?:--gpus(?:[ =]|$)|--runtime[ =]nvidia\b|--device[ =]nvidia\.com/gpu)")
_LONGEST_OPTIONS = 2_000  # characters


@dataclass(frozen=True, slots=True)
class JobImage:
    """One image of a job, and its line in the job's file. `service` is whether it runs beside the steps, `gpus` whether
    it is started with the GPUs of the machine."""

    image: str
    line: int
    service: bool = False
    gpus: bool = False


def asks_for_gpus(options: str | None) -> bool:
    """Whether options of `docker run` give a container GPUs."""
    return options is not None and _ASKS.search(options[:_LONGEST_OPTIONS]) is not None
