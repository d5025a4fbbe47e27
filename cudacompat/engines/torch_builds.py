"""The published builds of PyTorch that an extension can be built against, as rows of the table of wheels have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packaging.version import Version

from cudacompat.domain.builds.engine import FrameworkBuild
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Target
from cudacompat.domain.words.versions import ToolkitVersion

# torch==2.2.2, torch~=2.2, torch = "2.2.2" (Poetry), torch=2.2, pytorch=2.2 (conda), pytorch/pytorch:2.2.2-cuda12.1
TORCH_PINS = (
    r"(?<![\w./-])(?:py)?torch(?:\[[\w,]{0,40}\])? ?(?:==?|~=) ?[\"']?=?(\d{1,2}\.\d{1,3}(?:\.\d{1,3})?)(?![\w*])"
    r"|\bpytorch/pytorch:(\d{1,2}\.\d{1,3}\.\d{1,3})-"
)


def torch_builds(
    version: Version | None, numbers: Sequence[int], *, arm: bool, newest: Version
) -> tuple[FrameworkBuild, ...]:
    """Return the builds that run on GPUs of each of these numbers, the newest first: of this version, and for `None`
    of each minor release up to `newest`. `arm` is whether an Arm processor stands beside the GPUs."""
    from cudacompat.domain.wheels.candidates import candidates
    from cudacompat.domain.wheels.distributions import framework
    from cudacompat.domain.wheels.platforms import ARM_PLATFORM, DEFAULT_PLATFORM
    from cudacompat.domain.wheels.verdict import judge_row

    capabilities = [ComputeCapability.from_number(number) for number in dict.fromkeys(numbers)]
    targets = [Target(str(each), None, each) for each in capabilities]
    found: dict[tuple[Version, ToolkitVersion], FrameworkBuild] = {}
    for each in candidates(framework().name, ARM_PLATFORM if arm else DEFAULT_PLATFORM):
        (row,) = each.resolved.rows
        of_version = _is_of(each.version, version) if version is not None else each.version <= newest
        if not of_version or row.cuda is None or "." not in row.cuda:
            continue
        verdicts = [judge_row(row, target) for target in targets]
        if all(verdict is not None and verdict.outcome.runs for verdict in verdicts):
            pin = version if version is not None and len(version.release) > 2 else each.version
            cuda = ToolkitVersion.parse(row.cuda)
            index = next(_indexes(pin, cuda), None)
            install = f"torch=={pin}" + (f" --index-url {framework().index}/{index}" if index else "")
            found[pin, cuda] = FrameworkBuild(version=pin, cuda=cuda, install=install)
    return tuple(sorted(found.values(), key=lambda build: (build.version, build.cuda), reverse=True))


def _is_of(candidate: Version, wanted: Version) -> bool:
    """Whether the candidate stands for the version: of its minor release, as all builds of one are made alike."""
    return candidate.release[:2] == wanted.release[:2]


def _indexes(version: Version, cuda: ToolkitVersion) -> Iterator[str]:
    """PyTorch's own indexes that have this version for this CUDA release; none where PyPI alone is known to."""
    from cudacompat.domain.wheels.table import torch_rows

    for row in torch_rows():
        if row.version.release[:2] == version.release[:2] and row.cuda == f"{cuda.major}.{cuda.minor}":
            yield row.index
