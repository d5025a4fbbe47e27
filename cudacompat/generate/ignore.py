"""What an image build leaves behind: the `.dockerignore` beside a Dockerfile, where a project has none."""

from __future__ import annotations

from pathlib import Path

from cudacompat.domain.builds.engine import BuildSystem, Engine
from cudacompat.domain.reports.generate import GeneratedFile

FILE = ".dockerignore"
_OTHERS = (FILE, ".containerignore")  # podman and buildah take the second before the first
_HEAD = "# Read by docker, podman and buildah: what COPY leaves behind. Made by cudacompat."
_ALL = (
    ("build folders and environments of this machine", ("**/CMakeFiles", "**/__pycache__", ".venv", "venv")),
    ("models: they are mounted, not built in", ("**/*.gguf", "**/*.safetensors", "**/ggml-*.bin")),
)
_OF_SYSTEM = {BuildSystem.CARGO: ("target",), BuildSystem.CMAKE: ("build",), BuildSystem.PIP: ("build", "dist")}


def ignore_file(engine: Engine, folder: Path) -> tuple[GeneratedFile, ...]:
    """Return the file for a project of this engine in `folder`; none where it has one of its own."""
    for name in _OTHERS:
        file = folder / name
        if file.is_symlink() or (file.exists() and not (file.is_file() and _ours(file))):
            return ()
    lines = [_HEAD, "# .git stays: builds take their version from it."]
    for what, patterns in (*_ALL, ("what was built here", _OF_SYSTEM.get(engine.system, ()))):
        lines += [f"# {what}", *patterns] if patterns else []
    return (GeneratedFile(FILE, "\n".join(lines) + "\n"),)


def _ours(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return stream.read(len(_HEAD)) == _HEAD.encode()
    except OSError:
        return False
