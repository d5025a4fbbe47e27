"""Build folders that CMake has configured: whether their list and their compiler fit the GPUs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from cudacompat.app.doctor.configure_anew import BuildFolder, anew
from cudacompat.app.inputs.text_files import beginning
from cudacompat.artifacts.buildfiles.cmake_cache import entries, given
from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.builds.lists.reader import images_in
from cudacompat.domain.judge.coverage import reach
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.rules.artifact import no_device_code
from cudacompat.domain.tables.drivers import BRANCHES
from cudacompat.domain.tables.toolkits import first_with, release
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.verdict import Outcome, Target
from cudacompat.domain.words.versions import ToolkitVersion

_CACHE_BYTES = 16 << 20
_FOLDERS = 200  # that are looked into for a cache
_IN_PATH = re.compile(r"cuda-(\d+)\.(\d+)")


def build_folders(folders: Iterable[str]) -> tuple[BuildFolder, ...]:
    """Return the folders among these, and right below them, that CMake has configured for CUDA."""
    found = (each for folder in folders for each in _caches(Path(folder)))
    read = (_read(cache) for cache in dict.fromkeys(found))
    return tuple(each for each in read if each is not None)


def _caches(folder: Path) -> Iterator[Path]:
    try:
        if not folder.is_dir():
            return
        below = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))[:_FOLDERS]
        for each in (folder, *(entry for entry in below if entry.is_dir() and not entry.is_symlink())):
            if (each / "CMakeCache.txt").is_file():
                yield each / "CMakeCache.txt"
    except OSError:
        return


def _read(cache: Path) -> BuildFolder | None:
    text = beginning(cache, _CACHE_BYTES)
    if text is None:
        return None
    said = entries(text)
    archs, compiler = said.get("CMAKE_CUDA_ARCHITECTURES", ""), said.get("CMAKE_CUDA_COMPILER", "")
    if not archs and not compiler:
        return None
    version = _version(cache.parent) or _in_path(compiler)
    return BuildFolder(
        str(cache.parent),
        str(cache),
        archs,
        compiler=compiler,
        version=version,
        source=said.get("CMAKE_HOME_DIRECTORY", ""),
        generator=said.get("CMAKE_GENERATOR", ""),
        given=given(text),
    )


def _version(folder: Path) -> ToolkitVersion | None:
    """The release that CMake found the compiler to be."""
    try:
        for file in sorted(folder.glob("CMakeFiles/*/CMakeCUDACompiler.cmake"))[:4]:
            with file.open("rb") as stream:
                text = stream.read(1 << 20).decode("utf-8", "replace")
            found = re.search(r'CMAKE_CUDA_COMPILER_VERSION "(\d+)\.(\d+)', text)
            if found is not None:
                return ToolkitVersion(int(found[1]), int(found[2]))
    except OSError:
        return None
    return None


def _in_path(compiler: str) -> ToolkitVersion | None:
    found = _IN_PATH.search(compiler)
    return ToolkitVersion(int(found[1]), int(found[2])) if found is not None else None


# -- judged


def judge_folders(
    folders: Iterable[BuildFolder], targets: Sequence[Target], facts: HostFacts, *, named: bool
) -> list[tuple[Finding, PlanStep]]:
    """Return a finding for each folder that does not fit one of the GPUs, an error where the user named it, and the
    step that configures it anew."""
    found = []
    for folder in folders:
        fates = [(target, _fate(folder, target)) for target in targets]
        failing = [target for target, fate in fates if fate is Outcome.FAILS]
        by_jit = [target for target, fate in fates if fate is Outcome.JIT]
        unable = [target for target in targets if not _can_build(folder.version, target)]
        if failing or by_jit or unable:
            found.append(_stale(folder, targets, failing, by_jit=by_jit, unable=unable, facts=facts, named=named))
    return found


def not_built(findings: Iterable[Finding], folders: Iterable[BuildFolder]) -> list[Finding]:
    """Return the findings, a note in place of the one that says of such a folder that it holds no device code: nothing
    is built there yet, and its list and compiler are judged in its place."""
    lists = {Path(each.folder): each.archs for each in folders}
    found = []
    for finding in findings:
        archs = lists.get(Path(finding.path or "")) if finding.id == no_device_code.RULE.id else None
        if archs is not None:
            message = one_line(f"configured for {archs or 'no list'}, and nothing is built there yet")
            finding = replace(finding, severity=Severity.NOTE, message=message, help=None)
        found.append(finding)
    return found


def _fate(folder: BuildFolder, target: Target) -> Outcome | None:
    """What becomes of what the list asks for on the GPU; `None` of a list that stands for others (`native`)."""
    images = images_in(Grammar.CMAKE, folder.archs)
    known = release(folder.version) if folder.version is not None else None
    isa = known.ptx_isa if known is not None else BRANCHES[-1].ptx_isa  # an unknown compiler's is none's fault
    return reach(target.capability, images, isa).outcome if images else None


def _can_build(version: ToolkitVersion | None, target: Target) -> bool:
    """Whether the compiler builds code that is native there; one that nothing is known of may."""
    known = release(version) if version is not None else None
    number = str(target.capability.number)
    return known is None or number in known.targets or first_with(number) is None


def _stale(
    folder: BuildFolder,
    targets: Sequence[Target],
    failing: Sequence[Target],
    *,
    by_jit: Sequence[Target],
    unable: Sequence[Target],
    facts: HostFacts,
    named: bool,
) -> tuple[Finding, PlanStep]:
    from cudacompat.domain.rules.lint import stale_cmake_cache  # with all of its rules, which few runs need

    target = (*failing, *by_jit, *unable)[0]
    cuda = f" with CUDA {folder.version}" if folder.version is not None else ""
    if failing:
        message = f"made for {folder.archs}{cuda}, stale: nothing for {target.label}"
    elif by_jit:
        message = f"made for {folder.archs}{cuda}, stale: {target.label} runs it by JIT only"
    else:
        message = f"made{cuda}, which cannot build for {target.label}"
    finding = Finding(
        id=stale_cmake_cache.RULE.id,
        severity=Severity.ERROR if named and failing else Severity.WARNING,
        message=one_line(message),
        path=folder.cache,
        target=target.id,
        found=one_line(f"CMAKE_CUDA_ARCHITECTURES={folder.archs}, CMAKE_CUDA_COMPILER={folder.compiler}"),
        why="CMake takes the list and the compiler from its cache once they are there",
    )
    return finding, anew(folder, targets, facts, unable=bool(unable))
