"""The C++ compilers that nvcc can use here, and CMake. Only programs on PATH are run, with `--version`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cudacompat.domain.machine.facts import DEBIANS_NVCC, Found, HostCompiler, Missing, ToolFacts
from cudacompat.domain.words.nvcc_variables import CMAKES_COMPILER, FLAG_VARIABLES, NVCCS_COMPILER
from cudacompat.host.listing import ProbeList, in_words
from cudacompat.host.programs.process import ProcessResult, find, find_all, is_program, run
from cudacompat.host.toolchain.nvcc import is_launcher, resolved
from cudacompat.places.roots import Roots

_TIMEOUT_S = 5.0
_MOST = 32  # compilers; a machine with more is a build farm's

_NAMES = re.compile(r"(?:g\+\+|clang\+\+)(?:-\d{1,3}(?:\.\d{1,2})?)?")
# Links to these run the next compiler of the same name on PATH, which is listed itself.

_CLANG = re.compile(r"\bclang version (\d+(?:\.\d+)*)")
_GCC = re.compile(r"^\S+ \(.*\) (\d+\.\d+(?:\.\d+)*)", re.MULTILINE)
_CMAKE = re.compile(r"^cmake version (\d+(?:\.\d+)+\S*)", re.MULTILINE)

# "if g++-11 --version": the compilers that Debian's nvcc tries, in this order.
_TRIED = re.compile(r"\bg\+\+-\d{1,3}\b")
_SCRIPT_BYTES = 64 << 10


def compilers(nvcc: Path | None = None, roots: Roots | None = None) -> ProbeList[HostCompiler]:
    """Return the C++ compilers that `nvcc` (the one a build runs) can use, its default first.

    The default is what NVCC_APPEND_FLAGS, NVCC_PREPEND_FLAGS or NVCC_CCBIN name, else what Debian's nvcc chooses, else
    `gcc` on PATH. Then those on PATH, and what CUDAHOSTCXX names for CMake. One compiler with several names is listed
    once. The notes name the compilers that do not say their version, and those that are not on PATH, which are not run.
    """
    ways: dict[Path, list[str]] = {}
    programs: dict[Path, Path] = {}
    notes: list[str] = []
    for program, way in _candidates(nvcc, notes, roots or Roots.real()):
        real = resolved(program)
        programs.setdefault(real, program)
        if way not in ways.setdefault(real, []):
            ways[real].append(way)
    if len(programs) > _MOST:
        notes.append(f"{len(programs)} C++ compilers on PATH: only the first {_MOST} were asked for their version")
    asked = list(programs.items())[:_MOST]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(_ask, (program for _, program in asked)))
    found = []
    for (real, program), answer in zip(asked, answers, strict=True):
        if isinstance(answer, str):
            notes.append(f"{program}: {answer}")
            continue
        name, version = answer
        found.append(
            HostCompiler(
                str(program),
                name,
                version,
                major=int(version.split(".")[0]),
                found_via=in_words(ways[real]),
                ways=tuple(ways[real]),
            )
        )
    return ProbeList(tuple(found), tuple(notes))


def cmake(roots: Roots | None = None) -> Found[ToolFacts] | Missing:
    """Return the CMake on PATH and its version."""
    program = find("cmake", path=(roots or Roots.real()).path)
    if program is None:
        return Missing("CMake", ("PATH (no cmake)",))
    ran = run([str(program), "--version"], timeout_s=_TIMEOUT_S)
    said = _CMAKE.search(ran.stdout)
    if said is None:
        return Missing("CMake", (f"{program} ({ran.why_failed or 'it says no version'})",))
    return Found(ToolFacts(str(program), said[1]), "PATH")


def _candidates(nvcc: Path | None, notes: list[str], roots: Roots) -> Iterator[tuple[Path, str]]:
    """Compilers in order of preference, and why each is one."""
    for name in FLAG_VARIABLES:
        yield from _called(name, _ccbin_in(roots.environ.get(name, "")), notes, roots=roots)
    yield from _called(NVCCS_COMPILER, roots.environ.get(NVCCS_COMPILER, "").strip(), notes, roots=roots)
    chosen = _chosen_by_debian(nvcc, roots)
    if chosen is not None:
        yield chosen, DEBIANS_NVCC
    plain = find("gcc", path=roots.path)
    if plain is not None and not is_launcher(plain):
        beside = plain.with_name(plain.name.replace("gcc", "g++"))
        yield (beside if is_program(beside) and _same_release(plain, beside) else plain), "PATH"
    for program in find_all(_NAMES, roots.path):
        if not is_launcher(program):
            yield program, "PATH"
    yield from _called(CMAKES_COMPILER, roots.environ.get(CMAKES_COMPILER, "").strip(), notes, roots=roots)


def _called(variable: str, value: str, notes: list[str], roots: Roots) -> Iterator[tuple[Path, str]]:
    """The compiler that a variable names: a program, its name on PATH, or the folder it is in."""
    if not value:
        return
    path = Path(value)
    if path.is_absolute():
        named = [path, path / "g++", path / "gcc", path / "clang++"]
        program = next((each for each in named if is_program(each)), None)
    else:
        program = find(value, path=roots.path) if path.name == value else None
    if program is None:
        notes.append(f"{variable}={value}: no such compiler")
    elif program.parent not in roots.path:
        notes.append(f"{variable}={value}: not on PATH, so not asked for its version")
    else:
        yield program, variable


def _ccbin_in(flags: str) -> str:
    """What -ccbin names in flags for nvcc, the last time; empty where it is not there."""
    try:
        words = shlex.split(flags)
    except ValueError:
        return ""
    found = ""
    for number, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in ("-ccbin", "--ccbin", "--compiler-bindir", "-compiler-bindir"):
            found = value if equals else "".join(words[number + 1 : number + 2])
    return found


def _chosen_by_debian(nvcc: Path | None, roots: Roots) -> Path | None:
    """What the script `gcc` beside Debian's nvcc runs in place of PATH's gcc: the first g++-N of its list that is
    here (nvidia-cuda-toolkit 11.8: g++-11 down to g++-6)."""
    if nvcc is None:
        return None
    try:
        with (nvcc.parent / "gcc").open("rb") as file:
            text = file.read(_SCRIPT_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    if not text.startswith("#!"):
        return None
    return next(
        (program for name in _TRIED.findall(text) if (program := find(name, path=roots.path)) is not None), None
    )


def _same_release(gcc: Path, gxx: Path) -> bool:
    """Whether the two are of one installation: links to `…gcc-12` and `…g++-12`, or programs in one folder."""
    return resolved(gcc).name.replace("gcc", "g++") == resolved(gxx).name


def _ask(program: Path) -> tuple[str, str] | str:
    """A compiler's name and version, or why there is none."""
    ran = run([str(program), "--version"], timeout_s=_TIMEOUT_S)
    clang = _CLANG.search(ran.stdout)
    if clang is not None:
        return "clang", clang[1]
    if "Free Software Foundation" not in ran.stdout:
        return f"it says no version: {ran.why_failed}" if ran.why_failed else "neither gcc nor clang"
    gcc = _GCC.search(ran.stdout)
    if gcc is not None:
        return "gcc", gcc[1]
    return _dumped(run([str(program), "-dumpfullversion", "-dumpversion"], timeout_s=_TIMEOUT_S))


def _dumped(ran: ProcessResult) -> tuple[str, str] | str:
    said = ran.stdout.strip()
    return ("gcc", said) if re.fullmatch(r"\d+(\.\d+)*", said) else "it says no version"
