"""What an image build leaves behind: the `.dockerignore` beside a Dockerfile, where a project has none."""

from __future__ import annotations

from pathlib import Path

from cudacompat.domain.builds.engine import BuildSystem, Engine
from cudacompat.domain.reports.generate import GeneratedFile

FILE = ".dockerignore"
_OTHERS = (FILE, ".containerignore")  # podman and buildah take the second before the first
_HEAD = "# Read by docker, podman and buildah: what COPY ignores. Made by cudacompat."
_MADE_HERE = ("**/CMakeFiles", "**/__pycache__", ".venv", "venv")
_MODELS = ("*.gguf", "*.safetensors")
_OF_SYSTEM = {BuildSystem.CARGO: ("target",), BuildSystem.CMAKE: ("build",), BuildSystem.PIP: ("build", "dist")}


def ignore_file(engine: Engine, folder: Path) -> tuple[GeneratedFile, ...]:
    """Return the file for a project of this engine in `folder`; none where it has one of its own."""
    for name in _OTHERS:
        file = folder / name
        if file.is_symlink() or (file.exists() and not (file.is_file() and _ours(file))):
            return ()
    lines = [_HEAD, "# .git stays: builds take their version from it."]
    servers = engine.recipe.servers if engine.recipe is not None else ()
    models = sorted({*_MODELS, *(each.model_files for each in servers)})
    lines += ["# models: they are mounted, not built in", *(f"**/{name}" for name in models)]
    lines += ["# what was built on this machine", *_MADE_HERE, *_OF_SYSTEM.get(engine.system, ())]
    return (GeneratedFile(FILE, "\n".join(lines) + "\n"),)


def _ours(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return stream.read(len(_HEAD)) == _HEAD.encode()
    except OSError:
        return False
