"""CMake is older than the architecture list needs.

What it finds: a CMake before 3.18, which does not know CMAKE_CUDA_ARCHITECTURES, on a machine with a CUDA toolkit.

Why it matters: the list is ignored without a message, and nvcc builds its default target only.

Example: Ubuntu 20.04 has CMake 3.16.

What to do: install a newer CMake, for example with pip. Suffixes need more: `a` CMake 3.25, `f` 3.31.8 or 4.0.2;
`native` needs 3.24.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.machine.facts import Found
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.tables.cmake_spellings import FIRST_WITH_LIST
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_VERSION = re.compile(r"(\d+)\.(\d+)")


def check(machine: Machine) -> Iterable[Finding]:
    """One finding if CMake ignores the list and there is a toolkit to build with."""
    cmake = machine.facts.cmake
    match = _VERSION.match(cmake.value.version) if isinstance(cmake, Found) else None
    if match is None or not isinstance(cmake, Found) or not machine.facts.toolkits:
        return
    if (int(match[1]), int(match[2])) < FIRST_WITH_LIST:
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            path=cmake.value.path,
            message=f"CMake {cmake.value.version} ignores CMAKE_CUDA_ARCHITECTURES, which CMake reads since 3.18",
            why="without a list nvcc builds its default target only",
            help="install a newer CMake",
            command="python3 -m pip install --upgrade cmake",
        )


RULE = Rule("cmake-too-old", "CMake too old for an architecture list", __doc__, check)
