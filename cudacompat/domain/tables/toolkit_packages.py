"""Which packages bring a CUDA toolkit with its compiler, and how their names and versions say its release."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cudacompat.domain.tables.cuda_libraries import toolkit_wheel
from cudacompat.domain.words.versions import ToolkitVersion


@dataclass(frozen=True, slots=True)
class ToolkitPackage:
    """One package that nvcc comes with, directly or as a dependency. `numbered` is whether its name may end with the
    release (`-12-6`); otherwise only a version behind `=` or `==` says it. `own` is whether that version is CUDA's."""

    name: str
    numbered: bool
    own: bool
    source: str


_GUIDE = "docs.nvidia.com/cuda/cuda-installation-guide-linux, Meta Packages"
_CONDA = "docs.nvidia.com/cuda/cuda-installation-guide-linux, Conda Installation"

NVCC_WHEEL = "nvidia-cuda-nvcc"  # of CUDA 13 and later; ptxas comes with it
DISTROS_TOOLKIT = "nvidia-cuda-toolkit"  # Debian's and Ubuntu's own package, of the release that they carry

TOOLKIT_PACKAGES: tuple[ToolkitPackage, ...] = (
    ToolkitPackage("cuda", numbered=True, own=True, source=_GUIDE),  # toolkit and driver
    ToolkitPackage("cuda-toolkit", numbered=True, own=True, source=_GUIDE),
    ToolkitPackage("cuda-compiler", numbered=True, own=True, source=_GUIDE),
    ToolkitPackage("cuda-minimal-build", numbered=True, own=True, source=_GUIDE),
    ToolkitPackage("cuda-nvcc", numbered=True, own=True, source=f"{_GUIDE}; {_CONDA}"),
    ToolkitPackage("cuda-nvcc_linux-64", numbered=False, own=True, source="conda-forge/cuda-nvcc-feedstock"),
    ToolkitPackage("cuda-nvcc_linux-aarch64", numbered=False, own=True, source="conda-forge/cuda-nvcc-feedstock"),
    # of the distribution's release, whatever its own version says
    ToolkitPackage(DISTROS_TOOLKIT, numbered=False, own=False, source="packages.debian.org, packages.ubuntu.com"),
    ToolkitPackage(NVCC_WHEEL, numbered=False, own=True, source="pypi.org/project/nvidia-cuda-nvcc"),
    ToolkitPackage(
        toolkit_wheel(NVCC_WHEEL, 11), numbered=False, own=True, source="pypi.org/project/nvidia-cuda-nvcc-cu11"
    ),
    ToolkitPackage(
        toolkit_wheel(NVCC_WHEEL, 12), numbered=False, own=True, source="pypi.org/project/nvidia-cuda-nvcc-cu12"
    ),
)
_BY_NAME = {row.name: row for row in TOOLKIT_PACKAGES}

# conda's channel in front, the name with its release, a version behind it, apt's wildcard
_WRITTEN = re.compile(
    r"(?:(?P<channel>[\w./-]+)::)?(?P<name>[a-z]+(?:-[a-z]+)*(?:-cu\d\d)?(?:_linux-64|_linux-aarch64)?)"
    r"(?:-(?P<major>\d{1,2})(?:[-.](?P<minor>\d{1,2}))?)?(?:\*|=.*|[<>~!].*)?"
)
_EXACT = re.compile(r"={1,2}(\d{1,2})\.(\d{1,2})(?![\d])")
_LABEL = re.compile(r"/cuda-(\d{1,2})\.(\d{1,2})\.\d+$")
_RUNFILE = re.compile(r"cuda_(\d{1,2})\.(\d{1,2})\.\d+_[\w.-]*\.(?:run|exe)\b")


@dataclass(frozen=True, slots=True)
class NamedToolkit:
    """A toolkit that a word names: `package` without its version, `release` `None` where the word does not say it."""

    package: str
    release: ToolkitVersion | None


def named_toolkit(word: str) -> NamedToolkit | None:
    """Return the toolkit that a word for a package manager asks for (`cuda-12-6`, `cuda-nvcc=12.6.*`), or of which it
    is NVIDIA's own installer (`cuda_12.6.3_560.35.05_linux.run`); `None` for any other word."""
    runfile = _RUNFILE.search(word)
    if runfile is not None:
        return NamedToolkit(runfile[0], ToolkitVersion(int(runfile[1]), int(runfile[2])))
    match = _WRITTEN.fullmatch(word.strip("'\""))
    row = _BY_NAME.get(match["name"]) if match is not None else None
    if match is None or row is None or (match["major"] and not row.numbered):
        return None
    written = f"{match['name']}-{match['major']}-{match['minor']}" if match["minor"] else match["name"]
    if match["minor"]:
        return NamedToolkit(written, ToolkitVersion(int(match["major"]), int(match["minor"])))
    exact = _EXACT.search(word) or _LABEL.search(match["channel"] or "")
    release = ToolkitVersion(int(exact[1]), int(exact[2])) if exact is not None and row.own else None
    return NamedToolkit(written, release)
