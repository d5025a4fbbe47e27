"""All fuzz targets, by name."""

from __future__ import annotations

from tools.fuzz import binaries, buildfiles, images, texts, wheels
from tools.fuzz.target import FuzzTarget

TARGETS: dict[str, FuzzTarget] = {
    target.name: target
    for target in (*binaries.TARGETS, *buildfiles.TARGETS, *images.TARGETS, *texts.TARGETS, *wheels.TARGETS)
}
