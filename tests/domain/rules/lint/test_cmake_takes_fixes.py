"""What `--fix` makes of a list for CMake, CMake takes; what CMake takes as it stands, no rule of syntax speaks of."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.app.lint import findings_of
from cudacompat.app.project.fixes import chosen, edited
from tests.helpers import toolchain
from tests.helpers.lint_case import project

_NAME = "CMAKE_CUDA_ARCHITECTURES"
_SCRIPT = """\
cmake_minimum_required(VERSION 3.24)
{}
include(Internal/CMakeCUDAArchitecturesValidate)
cmake_cuda_architectures_validate(CUDA)
message(STATUS "is taken")
"""
_SYNTAX = ("wrong-grammar", "unquoted-semicolon")
VALUES = (
    "86", "86;120", "86-real;120-virtual", "100f", "all", "all-major", "native", "OFF", "86;",
    "all-major;120", "120;all", "native;86", "OFF;86", "all-real", "All", "Auto", "8.6", "8.6;12.0", "86,120", "86 120",
    "sm_86;sm_120", "86;120+PTX", "all-major;8.6", "native;sm_86",
)  # fmt: skip
# How a list is written: for a file of CMake, and for a shell with quotes and without.
FORMS = {
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.24)\nset(" + _NAME + ' "{}")\nproject(k LANGUAGES CUDA)\n',
    "build.sh": f'cmake -B b "-D{_NAME}={{}}"\n',
    "make.sh": f"cmake -B b -D{_NAME}={{}}\n",
}


def _taken(folder: Path, text: str) -> bool:
    """Whether CMake's own check, which project() makes, takes the list that a file gives."""
    lines = text.splitlines()
    given = next(line for line in lines if _NAME in line)
    if not given.startswith("set("):
        out = folder / "arguments"
        shell = given.replace("cmake -B b", "printf '%s'").replace(f"-D{_NAME}=", "")
        toolchain.run("sh", "-c", f"({shell}) > {out} 2>/dev/null; true")
        given = f"set({_NAME} [=[{out.read_text()}]=])"
    script = folder / "check.cmake"
    script.write_text(_SCRIPT.format(given), encoding="utf-8")
    said = toolchain.run(toolchain.require_cmake(), "-P", script, check=False)
    return "is taken" in said


@pytest.mark.parametrize("name", FORMS)
def test_a_list_that_a_fix_wrote_is_taken_and_one_that_is_taken_is_no_fault(name: str, tmp_path: Path) -> None:
    if not _taken(tmp_path, FORMS["CMakeLists.txt"].format("86")):
        toolchain.missing("this CMake has no module of its own that checks a list (3.25 has none)")
    for value in VALUES:
        text = FORMS[name].format(value)
        findings = findings_of(project({name: text}))
        said = [finding for finding in findings if finding.id in _SYNTAX]
        written = edited({name: text}, chosen(said, unsafe=True)).get(name, text)
        if written != text:
            assert _taken(tmp_path, written), f"{value}: {written}"
        elif name != "make.sh":
            assert bool(said) is not _taken(tmp_path, text), value
