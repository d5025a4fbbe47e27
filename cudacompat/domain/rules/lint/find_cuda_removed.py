"""CMake's old way to CUDA, which newer policies remove.

What it finds: find_package(CUDA), whose module is gone under policy CMP0146 (CMake 3.27). Where the file's own
cmake_minimum_required asks for those policies it is an error, else a note.

Why it matters: with the policy there is no such module, and find_package(CUDA REQUIRED) stops. Without it, the module
works and knows architectures with one-digit majors only: its lists take neither 10.0 nor 12.0, so a build for Blackwell
needs separate flags. CMAKE_CUDA_ARCHITECTURES does nothing for targets of cuda_add_library().

Example: `find_package(CUDA REQUIRED)` and `cuda_add_library(kernels kernels.cu)`.

What to do: project(… LANGUAGES CXX CUDA), add_library(), find_package(CUDAToolkit), CMAKE_CUDA_ARCHITECTURES.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.project.cmake_languages import condition, minimum, standing
from cudacompat.domain.project.command_facts import base_name
from cudacompat.domain.project.model import Project
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_POLICY = re.compile(r"CMP0146\s+OLD|CMAKE_POLICY_DEFAULT_CMP0146")
_REMOVED = (3, 27)


def check(project: Project) -> Iterable[Finding]:
    """One finding for the first use in the project."""
    if any(base_name(file.name) == "FindCUDA.cmake" for file in project.cmake):
        return  # it brings its own
    if any(_POLICY.search(file.text) for file in project.files):
        return
    for file in project.cmake:
        policies = minimum(file)
        for each in standing(file):
            words = [word.text for word in each.command.arguments]
            if each.command.name != "find_package" or words[:1] != ["CUDA"] or each.called:
                continue
            if any("VERSION" in condition(around) or around.name == "else" for around in each.around):
                continue
            gone = policies is not None and policies >= _REMOVED and "REQUIRED" in words and not each.around
            yield Finding(
                id=RULE.id,
                severity=Severity.ERROR if gone else Severity.NOTE,
                message=f"find_package(CUDA) does not work under the policies of CMake {policies[0]}.{policies[1]}"
                if gone and policies is not None
                else "find_package(CUDA) uses an obsolete module (architectures only up to 9.x)",
                path=file.name,
                line=each.command.place.line,
                span=each.command.place.span,
                found=project.text(each.command.place).split("\n")[0][:160],
                why="policy CMP0146 (CMake 3.27) removes FindCUDA; its architecture lists reject 10.0 and 12.0",
                help="enable CUDA as a language in project(), and use find_package(CUDAToolkit) for the libraries",
            )
            return


RULE = Rule("find-cuda-removed", "Obsolete FindCUDA module", __doc__, check)
