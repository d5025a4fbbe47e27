"""A configured folder's flags held against the promise, the project's own lists, and code in files of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cudacompat.app.rebuild.flags import hold_flags, in_this_tree, own_lists
from cudacompat.app.rebuild.judged import judge, lost_ptx
from cudacompat.app.rebuild.prepare import prepare
from cudacompat.app.rebuild.products import BuildWatch
from cudacompat.domain.builds.steps import BuildStep, BuildSteps, ProductsBy, StepKind, StepState
from tests.helpers.device_files import library

LIST = "set(CMAKE_CUDA_ARCHITECTURES 80 86)"


def planned(tree: Path, *specs: str) -> BuildSteps:
    (tree / "CMakeLists.txt").write_text(
        f"cmake_minimum_required(VERSION 3.20)\nproject(a LANGUAGES CXX CUDA)\n{LIST}\nadd_library(scale scale.cu)\n"
    )
    (tree / "build").mkdir()
    return prepare("cmake", str(tree), specs, environment={}, cuda="13.0")


def configured(steps: BuildSteps, *archs: str) -> BuildStep:
    flags = " ".join(f"--generate-code=arch=compute_{a},code=[compute_{a},sm_{a}]" for a in archs)
    file = Path(steps.folder, "compile_commands.json")
    file.write_text(json.dumps([{"file": "scale.cu", "command": f"nvcc {flags} -c scale.cu -o scale.cu.o"}]))
    return BuildStep(StepKind.FLAGS, "flags", paths=(str(file),))


def test_what_a_project_adds_keeps_the_promise(tmp_path: Path) -> None:
    steps = planned(tmp_path, "8.6")
    result = hold_flags(configured(steps, "80", "86"), steps)
    assert result.state is StepState.DONE
    assert result.said == "1 CUDA source, all for sm_86 compute_86; the project's own list adds sm_80"


def test_a_list_of_the_projects_own_is_named_with_what_extends_it(tmp_path: Path) -> None:
    steps = planned(tmp_path, "12.0")
    result = hold_flags(configured(steps, "80", "86"), steps)
    assert result.state is StepState.FAILED
    (tmp_path / "ci.sh").write_text("cmake -B build -DCMAKE_CUDA_ARCHITECTURES='80;86'\n")  # another build
    (finding,) = own_lists([result], steps)
    assert (finding.path, finding.line) == (str(tmp_path / "CMakeLists.txt"), 3)
    assert finding.help == f"cudacompat generate cmake {tmp_path} --add 12.0 --write  # then the same rebuild again"
    done = replace(result, state=StepState.DONE)
    assert own_lists([done], steps) == ()
    assert own_lists([done], steps, failing=True) == (finding,)  # a container has no step that looks at the flags


def test_a_finding_names_the_engine_and_the_sources(tmp_path: Path) -> None:
    steps = planned(tmp_path, "RTX 5070 Ti")
    (tmp_path / "liba.so").write_bytes(library("sm_75"))
    report = judge(steps, (str(tmp_path / "liba.so"),))
    assert report is not None
    (finding,) = report.findings
    assert finding.help is not None
    assert "cudacompat generate --gpu 'RTX 5070 Ti'" in finding.help
    said = in_this_tree(finding, steps).help
    assert said == f"add sm_120 to the build: cudacompat generate cmake {tmp_path} --add 'RTX 5070 Ti'"


@pytest.mark.parametrize("by", [ProductsBy.CHANGES, ProductsBy.CMAKE])
def test_code_that_a_program_loads_from_a_file(tmp_path: Path, by: ProductsBy) -> None:
    """What lies there from before is none of it."""
    steps = replace(planned(tmp_path, "12.0"), products_by=by)
    ptx = b"//\n.version 8.0\n.target sm_80\n.address_size 64\n.visible .entry scale()\n{\n ret;\n}\n"
    (tmp_path / "build/old.ptx").write_bytes(ptx)
    watch = BuildWatch(steps)
    watch.begin()
    (tmp_path / "build/kernels.ptx").write_bytes(ptx)
    assert [Path(path).name for path in watch.apart()] == ["kernels.ptx"]


@pytest.mark.parametrize(
    ("command", "state"),
    [
        ("nvcc -fatbin a.cu -o a.fatbin", StepState.DONE),
        ("cmake -E touch a", StepState.FAILED),
        ("nvcc --version", StepState.FAILED),
    ],
)
def test_code_that_a_command_of_the_project_compiles(tmp_path: Path, command: str, state: StepState) -> None:
    steps = planned(tmp_path, "8.6")
    (tmp_path / "build/build.ninja").write_text(f"build a: CUSTOM_COMMAND\n  COMMAND = cd . && {command}\n")
    (tmp_path / "build/compile_commands.json").write_text("[]")
    step = BuildStep(StepKind.FLAGS, "flags", paths=(str(tmp_path / "build/compile_commands.json"),))
    assert hold_flags(step, steps).state is state


@pytest.mark.parametrize(("gpu", "said"), [("12.0", True), ("8.0", False)])
def test_flags_in_a_setup_py_that_no_list_reaches_are_said_before_the_build(
    tmp_path: Path, gpu: str, said: bool
) -> None:
    (tmp_path / "setup.py").write_text(
        "from torch.utils.cpp_extension import CUDAExtension\nFLAGS = ['-gencode=arch=compute_80,code=sm_80']\n"
    )
    steps = prepare("torch-extension", str(tmp_path), (gpu,), environment={}, cuda="13.0")
    note = "setup.py:2 gives nvcc its own flags, with which TORCH_CUDA_ARCH_LIST is not read"
    assert any(each.startswith(note) for each in steps.notes) is said


def test_ptx_that_was_promised_and_is_not_there(tmp_path: Path) -> None:
    steps = planned(tmp_path, "8.0")
    with_ptx, without = tmp_path / "with.so", tmp_path / "without.so"
    with_ptx.write_bytes(library("sm_80 compute_80"))
    without.write_bytes(library("sm_80"))
    report = judge(steps, [str(with_ptx), str(without)])
    (finding,) = lost_ptx(steps, report)
    assert finding.path == str(without)
    assert finding.message == "the promised compute_80 is not in it: GPUs of a newer major version may not run it"
    assert lost_ptx(replace(steps, plan=replace(steps.plan, arrives=steps.plan.arrives[:1])), report) == ()
