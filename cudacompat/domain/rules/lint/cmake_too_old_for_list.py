"""A list that the image's CMake does not understand yet.

What it finds: `f` after a number where CMake is older than 3.31 (Ubuntu 24.04 brings 3.28), `native` below 3.24,
`all` and `all-major` below 3.23, CUDAARCHS below 3.20, any list below 3.18.

Why it matters: CMake 3.24 to 3.30 check the list and stop at `120f` (measured with 3.31.6). Older ones hand `native` to
nvcc as a number. CMake 3.16 of Ubuntu 20.04 does not know the variable at all and builds for nvcc's default target.

Example: `RUN apt-get install -y cmake` on Ubuntu 24.04, then `cmake -B build -DCMAKE_CUDA_ARCHITECTURES=120f`.

What to do: `pip install cmake` brings the newest; or write `a` for `f`, which CMake takes from 3.25 on.
"""

from __future__ import annotations

from collections.abc import Iterable

from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.project.brought_cmake import cmake_version
from cudacompat.domain.project.model import ArchListSetting, Project
from cudacompat.domain.project.walks import on_list
from cudacompat.domain.tables.cmake_spellings import FIRST_WITH_LIST, FIRST_WITH_WORD, takes
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchSuffix


@on_list
def check(project: Project, listed: ArchListSetting) -> Iterable[Finding]:
    """One finding for each list that reaches a CMake which is too old for it."""
    command = listed.command
    if command is None or command.stage is None or listed.grammar is not Grammar.CMAKE or command.conditional:
        return
    version = cmake_version(project, command.stage, command)
    why = _why(listed, version) if version is not None else None
    if version is None or why is None:
        return
    setting = listed.setting
    yield Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"CMake {version[0]}.{version[1]} {why}",
        path=setting.place.file,
        line=setting.place.line,
        span=setting.place.span,
        found=f"{setting.name}={setting.value}"[:160],
        why=f"{command.program} runs the CMake that this stage installed earlier",
        help="install a newer CMake first: pip install cmake",
    )


def _why(listed: ArchListSetting, version: tuple[int, int]) -> str | None:
    if listed.setting.name == "CUDAARCHS":
        return "does not read CUDAARCHS (needs 3.20)" if version < (3, 20) else None
    if version < FIRST_WITH_LIST:
        return "does not support CUDA architecture lists (needs 3.18)"
    first = FIRST_WITH_WORD.get(listed.word or "")
    if first is not None and version < first:
        return f"does not accept {listed.word!r} (needs {first[0]}.{first[1]})"
    suffixes = {each.suffix for each in listed.archs.code} if listed.archs is not None else set()
    if ArchSuffix.FAMILY in suffixes and takes("100f", version) is False:
        return "rejects the suffix f (needs 3.31.8 or 4.0.2)"
    if ArchSuffix.ARCH_SPECIFIC in suffixes and takes("100a", version) is False:
        return "rejects the suffix a (needs 3.25)"
    return None


RULE = Rule("cmake-too-old-for-list", "CMake too old for the architecture list", __doc__, check)
