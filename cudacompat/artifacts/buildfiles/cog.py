"""The commands of a cog.yaml: what the build of its image runs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from cudacompat.artifacts.buildfiles.ci import run_text, variables
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.artifacts.buildfiles.positions import Node, yaml_tree
from cudacompat.domain.project.model import SourceFile

_MOST_RUNS = 200


def builds_for_gpu(document: Node) -> bool:
    """Return True if the image is built for a GPU; Cog chooses builds for the CPU for any other."""
    gpu = document.get("build", "gpu")
    return gpu is not None and (gpu.text or "").lower() in ("true", "yes", "on")


def cog_commands(file: SourceFile) -> Iterator[ShellCommand]:
    """Yield the commands of `run`, each a text or a mapping with one, of an image for a GPU."""
    for document in yaml_tree(file.text):
        runs = document.get("build", "run") if builds_for_gpu(document) else None
        environment = variables(file, document.get("environment"))
        for item in islice(runs.items if runs is not None else (), _MOST_RUNS):
            node = item if item.text is not None else item.get("command")
            if node is not None and node.text is not None:
                yield from run_text(file, node, environment)
