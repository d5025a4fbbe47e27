"""A row of the table of wheels out of a wheel's file."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name, parse_wheel_filename

from cudacompat.app.inputs import reading
from cudacompat.app.wheels.compilers import compilers_in
from cudacompat.domain.wheels.distributions import distributions
from cudacompat.domain.wheels.measured import CAPABILITIES, measured
from cudacompat.domain.wheels.platforms import platform_of, platform_of_library
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import BinaryArtifact

_MOST_METADATA = 4 << 20  # bytes
_EXTRA = re.compile(r"extra\s*==")
_OWN_CUDA = re.compile(r"^cuda(?::[^=\n]{0,40})? = ['\"](\d+\.\d+)", re.MULTILINE)  # cuda: Optional[str] = '12.6'


def row_of_file(path: str, *, source: str, date: str, size: int | None = None) -> dict[str, Any]:
    """Return the row of this wheel, as the table keeps it; `size` are the bytes of the wheel that was published, where
    the file lacks members that hold no device code. `OSError` or `zipfile.BadZipFile` where it cannot be read,
    `ValueError` where its name is that of no wheel."""
    name, version, _, tags = parse_wheel_filename(Path(path).name)
    package = str(canonicalize_name(name))
    gpus = frozenset(map(ComputeCapability.parse, CAPABILITIES))
    read = reading.read([path], kernels=True, gpus=gpus)
    tag = sorted(map(str, tags))[0]
    found = measured(package, read.artifacts)
    toolkit, runtime = found.pop("toolkit", None), found.pop("runtime", None)
    cuda = _cuda_of(path, package) or toolkit or (str(runtime) if runtime is not None else None)
    with zipfile.ZipFile(path) as wheel:
        compilers = compilers_in(wheel)
    row: dict[str, Any] = {
        "package": package,
        "version": str(version.public),
        "index": version.local or "pypi",
        "platform": _platform_of(platform_of(tag), read.artifacts),
        "basis": "measured",
        "source": source,
        "date": date,
        "wheel": Path(path).name,
        "bytes": Path(path).stat().st_size if size is None else size,
        **metadata_of(path),
        **found,
        **({"compilers": list(compilers)} if compilers else {}),
        **({"cuda": cuda} if cuda is not None else {}),
    }
    if read.not_read:
        row["not_read"] = [each.why for each in read.not_read][:5]
    return row


def _platform_of(tagged: str, artifacts: Iterable[BinaryArtifact]) -> str:
    """The platform of a wheel: where its name says any, that of its libraries, if they are for one."""
    found = {platform for each in artifacts if (platform := platform_of_library(each)) is not None}
    return found.pop() if tagged == "any" and len(found) == 1 else tagged


def _cuda_of(path: str, package: str) -> str | None:
    """The CUDA release that the package's own version.py names."""
    member = f"{package.replace('-', '_')}/version.py"
    with zipfile.ZipFile(path) as wheel:
        if member not in wheel.namelist() or wheel.getinfo(member).file_size > _MOST_METADATA:
            return None
        match = _OWN_CUDA.search(wheel.read(member).decode("utf-8", "replace"))
    return match[1] if match is not None else None


def metadata_of(path: str) -> dict[str, Any]:
    """Return what the wheel's METADATA says of the requirements that matter here, and of Python."""
    with zipfile.ZipFile(path) as wheel:
        names = [each for each in wheel.infolist() if each.filename.endswith(".dist-info/METADATA")]
        if not names or names[0].file_size > _MOST_METADATA:
            return {}
        message = BytesParser().parsebytes(wheel.read(names[0]))
    matters = distributions().requirements_that_matter
    wanted = [str(each) for each in message.get_all("Requires-Dist", []) if matters.match(str(each))]
    return {
        "requires": [each for each in wanted if not _EXTRA.search(each)],
        "python": message.get("Requires-Python"),
    }
