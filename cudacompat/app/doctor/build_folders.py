"""Build folders that CMake has configured: whether their list and their compiler fit the GPUs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from cudacompat.app.inputs.text_files import beginning
from cudacompat.artifacts.buildfiles.cmake_cache import entries
from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.builds.lists.reader import UnreadableListError, read_list
from cudacompat.domain.judge.coverage import reach
from cudacompat.domain.machine.facts import Found, HostFacts
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.tables.drivers import BRANCHES
from cudacompat.domain.tables.toolkits import first_with, release
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.phrases import one_line
from cudacompat.domain.words.verdict import Outcome, Target
from cudacompat.domain.words.versions import ToolkitVersion

_CACHE_BYTES = 16 << 20
_FOLDERS = 200  # that are looked into for a cache
_IN_PATH = re.compile(r"cuda-(\d+)\.(\d+)")
_FRESH = (3, 24)  # the first CMake with --fresh


@dataclass(frozen=True, slots=True)
class BuildFolder:
    """A configured folder: its list as CMake keeps it, the release of its CUDA compiler, and where its sources are."""

    folder: str
    cache: str
    archs: str
    compiler: str
    version: ToolkitVersion | None
    source: str


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
    folder = str(cache.parent)
    source = said.get("CMAKE_HOME_DIRECTORY", "")
    return BuildFolder(folder, str(cache), archs, compiler=compiler, version=version, source=source)


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
            found.append(_stale(folder, failing, by_jit, unable=unable, facts=facts, named=named))
    return found


def _fate(folder: BuildFolder, target: Target) -> Outcome | None:
    """What becomes of what the list asks for on the GPU; `None` of a list that stands for others (`native`)."""
    try:
        code = read_list(Grammar.CMAKE, folder.archs).code
    except UnreadableListError:
        return None
    images = [image for each in code for image in each.images()]
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
    failing: Sequence[Target],
    by_jit: Sequence[Target],
    unable: Sequence[Target],
    *,
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
    first = first_with(str(target.capability.number))
    finding = Finding(
        id=stale_cmake_cache.RULE.id,
        severity=Severity.ERROR if named and failing else Severity.WARNING,
        message=one_line(message),
        path=folder.cache,
        target=target.id,
        found=one_line(f"CMAKE_CUDA_ARCHITECTURES={folder.archs}, CMAKE_CUDA_COMPILER={folder.compiler}"),
        why="CMake takes the list and the compiler from its cache once they are there",
    )
    every = {each.capability.number for each in (*failing, *by_jit, *unable)}
    numbers = ";".join(map(str, sorted(every)))
    newer = f" with CUDA {first.version} or newer" if unable and first is not None else ""
    return finding, PlanStep(
        one_line(f"Configure {folder.folder} anew{newer}, and build it"),
        _configure(folder, numbers, facts, unable=bool(unable)),
        cures=(one_line(folder.folder),),
    )


def _configure(folder: BuildFolder, numbers: str, facts: HostFacts, *, unable: bool) -> str:
    cmake = facts.cmake.value.version if isinstance(facts.cmake, Found) else ""
    new = tuple(map(int, re.findall(r"\d+", cmake)[:2])) >= _FRESH or not cmake
    build = quote(folder.folder)
    source = f" -S {quote(folder.source)}" if folder.source else ""
    options = f" -DCMAKE_CUDA_ARCHITECTURES={quote(numbers)}"
    options += f" -DCMAKE_CUDA_COMPILER={quote(nvcc)}" if unable and (nvcc := _able(facts, numbers)) else ""
    first = "cmake --fresh" if new else f"rm -rf {build}/CMakeCache.txt {build}/CMakeFiles && cmake"
    return f"{first}{source} -B {build}{options} && cmake --build {build}"


def _able(facts: HostFacts, numbers: str) -> str:
    """An nvcc of this machine that builds for all of these."""
    wanted = set(numbers.split(";"))
    for toolkit in sorted(facts.toolkits, key=lambda each: not each.active):
        known = release(toolkit.version) if toolkit.version is not None else None
        if known is not None and wanted <= set(known.targets):
            return toolkit.path
    return ""
