"""The wheel of the cudacompat that runs, made again from its own files.

It goes beside what is generated, so that an image or a CI job checks with just this version, from no index. The same
files give the same bytes on every machine: sorted, without times, and not compressed, as two builds of zlib differ.
"""

from __future__ import annotations

import base64
import hashlib
import io
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

import cudacompat
from cudacompat.domain.words.errors import UsageError

_NAME = f"cudacompat-{cudacompat.__version__}"
_INFO = f"{_NAME}.dist-info"
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say
_REGULAR = 0o100644
_UNIX = 3

WHEEL_NAME = f"{_NAME}-py3-none-any.whl"


@dataclass(frozen=True, slots=True)
class _Project:
    """What an installer has to know beside the files."""

    summary: str
    license: str
    python: str
    requires: tuple[str, ...]
    scripts: tuple[tuple[str, str], ...]
    license_text: bytes


def wheel() -> bytes:
    """Return the wheel; `UsageError` where this cudacompat is no folder of files."""
    files = _files()
    project = _project()
    files[f"{_INFO}/METADATA"] = _metadata(project).encode()
    files[f"{_INFO}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: cudacompat\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    scripts = "".join(f"{name} = {target}\n" for name, target in project.scripts)
    files[f"{_INFO}/entry_points.txt"] = f"[console_scripts]\n{scripts}".encode()
    files[f"{_INFO}/licenses/LICENSE"] = project.license_text
    record = "".join(f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{_INFO}/RECORD"] = f"{record}{_INFO}/RECORD,,\n".encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name, _NO_TIME)
            member.create_system = _UNIX
            member.external_attr = _REGULAR << 16
            archive.writestr(member, data)
    return made.getvalue()


def templates() -> Path:
    """Return the folder of the templates: inside the package where it was installed from a wheel, beside it in a
    checkout."""
    inside = _package() / "templates"
    return inside if inside.is_dir() else _package().parent / "templates"


def _package() -> Path:
    return Path(cudacompat.__file__).parent


def _files() -> dict[str, bytes]:
    """The package's files by their names in the wheel, in the order of the names."""
    found = {f"cudacompat/{name}": path for name, path in _below(_package())}
    found |= {f"cudacompat/templates/{name}": path for name, path in _below(templates())}
    try:
        read = {name: found[name].read_bytes() for name in sorted(found)}
    except OSError as error:
        raise UsageError(f"cannot read {error.filename}, a file of cudacompat itself: {error.strerror}") from error
    if not read:
        raise UsageError(
            f"{_package()} is not a directory of files, so no wheel can be made of it; name one with --install"
        )
    return read


def _below(folder: Path) -> list[tuple[str, Path]]:
    """The regular files in a folder, but for what Python and editors leave there."""
    paths = ((path.relative_to(folder), path) for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [
        (name.as_posix(), path)
        for name, path in paths
        if path.suffix != ".pyc" and not any(part.startswith(".") or part == "__pycache__" for part in name.parts)
    ]


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _metadata(project: _Project) -> str:
    lines = [
        "Metadata-Version: 2.4",
        "Name: cudacompat",
        f"Version: {cudacompat.__version__}",
        f"Summary: {project.summary}",
        f"License-Expression: {project.license}",
        "License-File: LICENSE",
        f"Requires-Python: {project.python}",
        *(f"Requires-Dist: {each}" for each in project.requires),
    ]
    return "\n".join(lines) + "\n"


def _project() -> _Project:
    """From pyproject.toml in a checkout, else from what the installer wrote down."""
    root = _package().parent
    try:
        if templates().parent == root:
            project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
            return _Project(
                project["description"],
                project["license"],
                project["requires-python"],
                requires=_own(project["dependencies"]),
                scripts=tuple(sorted(project["scripts"].items())),
                license_text=(root / "LICENSE").read_bytes(),
            )
        installed = metadata.distribution("cudacompat")
        scripts = ((each.name, each.value) for each in installed.entry_points if each.group == "console_scripts")
        return _Project(
            installed.metadata["Summary"],
            installed.metadata["License-Expression"],
            installed.metadata["Requires-Python"],
            requires=_own(installed.requires or ()),
            scripts=tuple(sorted(scripts)),
            license_text=(installed.read_text("licenses/LICENSE") or "").encode(),
        )
    except (OSError, KeyError, tomllib.TOMLDecodeError, metadata.PackageNotFoundError) as error:
        raise UsageError(f"what cudacompat needs is not known here ({error}); name a wheel with --install") from error


def _own(requirements: Sequence[str]) -> tuple[str, ...]:
    """The requirements that are no extras, as every installer writes them."""
    read = [Requirement(each) for each in requirements]
    return tuple(sorted(str(each) for each in read if "extra" not in str(each.marker)))
