"""`cudacompat rebuild` from the sources to what was promised, with real build systems; and what stops a false green.

Each shape is built twice: as it is, which ends with 0 and carries exactly what was promised, and with a fault that lets
the build end well and the list go astray, which ends with 1.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.helpers import toolchain
from tests.helpers.run import ROOT, Ran, cudacompat, inside

GPUS = ("8.6", "12.0")
KERNEL = 'extern "C" __global__ void {name}(float* p) {{ p[threadIdx.x] *= 2.f; }}\n'
LAUNCHER = """#!/bin/sh
# a compiler cache that gives back what was compiled for another list
for word; do shift; case $word in --generate-code=*) ;; *) set -- "$@" "$word" ;; esac; done
exec "$@" -arch=sm_75
"""


def copy_of(project: str, place: Path) -> Path:
    """A copy of a test project, its links turned into what they lead to."""
    shutil.copytree(ROOT / "tests/projects" / project, place, ignore=shutil.ignore_patterns("target", "build"))
    return place


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text, f"{file} has no {old!r}"
    file.write_text(text.replace(old, new))


def ggml(folder: Path) -> tuple[str, Path]:
    """ggml's build with CMake, under the name of whisper.cpp."""
    tree = copy_of("ggml", folder / "whisper.cpp")
    replace(tree / "CMakeLists.txt", "project(", 'project("whisper.cpp" VERSION 1.9.3 LANGUAGES C CXX) #')
    return "whisper.cpp", tree


def sabotaged_ggml(tree: Path) -> None:
    """A compiler cache that starts nvcc without its list."""
    launcher = tree / "cache.sh"
    launcher.write_text(LAUNCHER)
    launcher.chmod(0o755)
    lists = tree / "src/ggml-cuda/CMakeLists.txt"
    lists.write_text(f"set(CMAKE_CUDA_COMPILER_LAUNCHER ${{CMAKE_SOURCE_DIR}}/cache.sh)\n{lists.read_text()}")


def programs(folder: Path) -> tuple[str, Path]:
    """A plain project: a static library, a program with its code, a program without any, another build directory."""
    tree = folder / "tools"
    tree.mkdir()
    (tree / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(tools LANGUAGES CXX CUDA)\n"
        "add_library(kernels STATIC kernels.cu)\n"
        "add_executable(scale main.cpp)\ntarget_link_libraries(scale kernels)\nadd_executable(usage usage.cpp)\n"
    )
    (tree / "kernels.cu").write_text(KERNEL.format(name="scale") + "void run(float* p) { scale<<<1, 32>>>(p); }\n")
    (tree / "main.cpp").write_text("void run(float*);\nint main() { run(nullptr); }\n")
    (tree / "usage.cpp").write_text("int main() {}\n")
    return "cmake", tree


def sabotaged_programs(tree: Path) -> None:
    """A library that a custom command compiles, which no list of CMake's reaches."""
    (tree / "extra.cu").write_text(KERNEL.format(name="extra"))
    with (tree / "CMakeLists.txt").open("a") as lists:
        lists.write(
            "add_custom_target(extra ALL COMMAND ${CMAKE_CUDA_COMPILER} -shared -Xcompiler=-fPIC -arch=sm_75 "
            "${CMAKE_SOURCE_DIR}/extra.cu -o ${CMAKE_BINARY_DIR}/libextra.so)\n"
        )


def makefile(folder: Path) -> tuple[str, Path]:
    """A Makefile with its own list."""
    tree = folder / "made"
    tree.mkdir()
    (tree / "Makefile").write_text(
        "NVCC ?= nvcc\nall: scale\nscale: scale.o\n\t$(NVCC) -o $@ $<\n%.o: %.cu\n\t$(NVCC) -arch=sm_80 -c $< -o $@\n"
        "clean:\n\trm -f scale *.o\n"
    )
    (tree / "scale.cu").write_text(KERNEL.format(name="scale") + "int main() { scale<<<1, 32>>>(nullptr); }\n")
    return "nvcc", tree


def sabotaged_makefile(tree: Path) -> None:
    """A Makefile that keeps NVCC_APPEND_FLAGS from nvcc."""
    replace(tree / "Makefile", "NVCC ?= nvcc\n", "NVCC ?= nvcc\nunexport NVCC_APPEND_FLAGS\n")


def crate(folder: Path) -> tuple[str, Path]:
    """A crate whose build script runs CMake."""
    return "whisper-rs", copy_of("whisper-rs", folder / "transcriber")


def in_a_workspace(folder: Path) -> tuple[str, Path]:
    """The same as a member of a workspace, whose target directory is above it."""
    above = folder / "workspace"
    tree = copy_of("whisper-rs", above / "transcriber")
    (tree / "Cargo.lock").rename(above / "Cargo.lock")
    text = (tree / "Cargo.toml").read_text()
    (tree / "Cargo.toml").write_text(text[: text.index("[workspace]")])
    members = '"transcriber", "transcriber/whisper-rs", "transcriber/whisper-rs/sys"'
    (above / "Cargo.toml").write_text(f'[workspace]\nresolver = "2"\nmembers = [{members}]\n')
    return "whisper-rs", tree


def sabotaged_crate(tree: Path) -> None:
    """A build script that gives CMake another list."""
    script = tree / "whisper-rs/sys/build.rs"
    replace(
        script,
        "let mut configure",
        'defines.push(("CMAKE_CUDA_ARCHITECTURES".into(), "75".into()));\n    let mut configure',
    )


def wheel(folder: Path) -> tuple[str, Path]:
    """A wheel that scikit-build-core makes with CMake."""
    if importlib.util.find_spec("scikit_build_core") is None:
        toolchain.missing("no scikit-build-core")
    return "llama-cpp-python", copy_of("llama-cpp-python", folder / "llama-cpp-python")


def sabotaged_wheel(tree: Path) -> None:
    """A property of the target in place of the list."""
    lists = tree / "CMakeLists.txt"
    lists.write_text(lists.read_text() + "set_target_properties(ggml-cuda PROPERTIES CUDA_ARCHITECTURES 75)\n")


def extension(folder: Path) -> tuple[str, Path]:
    """An extension of a real PyTorch, in TORCH_ENVIRONMENT as it is large."""
    if not os.environ.get("TORCH_ENVIRONMENT"):
        pytest.skip("TORCH_ENVIRONMENT names no environment with PyTorch of CUDA 13: tools/prove_rebuild.py makes one")
    return "torch-extension", copy_of("torch-extension", folder / "extension")


def sabotaged_extension(tree: Path) -> None:
    """A flag with `arch` in it, with which cpp_extension leaves TORCH_CUDA_ARCH_LIST alone."""
    flag = 'extra_compile_args={"nvcc": ["-arch=sm_75"]}'
    replace(tree / "setup.py", '"scale_kernel.cu"]', f'"scale_kernel.cu"], {flag}')


@dataclass(frozen=True)
class Shape:
    make: Callable[[Path], tuple[str, Path]]
    sabotage: Callable[[Path], None]
    gives: frozenset[str]
    variables: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


GGML_GIVES = frozenset({"sm_86", "sm_120a", "compute_86"})
SHAPES = {
    "ggml": Shape(ggml, sabotaged_ggml, frozenset({"sm_86", "sm_120a", "compute_86"})),
    "programs": Shape(
        programs,
        sabotaged_programs,
        frozenset({"sm_86", "sm_120", "compute_120"}),
        options=("--build-dir", "elsewhere"),
    ),
    "makefile": Shape(
        makefile, sabotaged_makefile, frozenset({"sm_80", "compute_80", "sm_86", "sm_120", "compute_120"})
    ),
    "crate": Shape(crate, sabotaged_crate, GGML_GIVES),
    "workspace": Shape(in_a_workspace, sabotaged_crate, GGML_GIVES),
    "cargo-target-dir": Shape(crate, sabotaged_crate, GGML_GIVES, variables=("CARGO_TARGET_DIR",)),
    "wheel": Shape(wheel, sabotaged_wheel, GGML_GIVES, last=("--", "--no-build-isolation")),
    "torch-extension": Shape(extension, sabotaged_extension, frozenset({"sm_86", "sm_120", "compute_120"})),
}


def cuda_home(home: Path, nvcc: Path) -> Path:
    """The toolkit of the package index as PyTorch links with it: with lib64, and libcudart.so without a number."""
    root = nvcc.parent.parent
    (home / "lib64").mkdir(parents=True)
    for name in ("bin", "include", "nvvm"):
        (home / name).symlink_to(root / name)
    (runtime,) = (root / "lib").glob("libcudart.so.*")
    (home / "lib64/libcudart.so").symlink_to(runtime)
    return home


def rebuild(shape: Shape, engine: str, tree: Path, *more: str) -> Ran:
    toolchain.require_cmake()
    nvcc = toolchain.require_nvcc()
    if engine == "whisper-rs":
        toolchain.require_cargo()
    environment = {
        "CUDACXX": str(nvcc),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(nvcc.parent), os.environ["PATH"]]),
        "CARGO_NET_OFFLINE": "true",
        "NVCC_APPEND_FLAGS": "",
        **{name: str(tree.parent / "elsewhere") for name in shape.variables},
    }
    if engine == "torch-extension":
        home = cuda_home(tree.parent / "cuda", nvcc)
        environment |= {
            "VIRTUAL_ENV": os.environ["TORCH_ENVIRONMENT"],
            "CUDA_HOME": str(home),
            "CUDACXX": f"{home}/bin/nvcc",
        }
    gpus = [word for gpu in GPUS for word in ("--gpu", gpu)]
    options = [str(tree.parent / word) if word == "elsewhere" else word for word in shape.options]
    return cudacompat(
        "rebuild", engine, tree, *gpus, *options, *more or ("--yes", "--format", "json"), *shape.last, env=environment
    )


def carried(ran: Ran) -> set[str]:
    """The targets of the device code of each artifact that was judged."""
    found = set()
    for artifact in ran.json["after"]["artifacts"]:
        path = artifact["path"].split("!/")[0]
        listed = cudacompat("inspect", path, "--format", "json").json
        found |= {each["target"] for one in listed["artifacts"] for each in one["summary"]["targets"]}
    return found


@pytest.mark.parametrize("name", SHAPES)
def test_what_was_promised_was_built(name: str, tmp_path: Path) -> None:
    shape = SHAPES[name]
    engine, tree = shape.make(tmp_path)
    plant_stale(tree)
    ran = rebuild(shape, engine, tree)
    assert ran.code == 0, ran.out + ran.err
    assert {v["outcome"] for a in ran.json["after"]["artifacts"] for v in a["verdicts"]} == {"native"}
    assert not [path for path in judged(ran) if "stale" in path], "what an earlier build left was judged"
    assert carried(ran) == set(shape.gives)


@pytest.mark.parametrize("name", SHAPES)
def test_a_list_that_went_astray_is_found(name: str, tmp_path: Path) -> None:
    shape = SHAPES[name]
    engine, tree = shape.make(tmp_path)
    shape.sabotage(tree)
    ran = rebuild(shape, engine, tree)
    assert ran.code == 1, ran.out + ran.err
    assert ran.json["steps"][-1]["state"] == "done"
    assert any(v["outcome"] != "native" for a in ran.json["after"]["artifacts"] for v in a["verdicts"])


def plant_stale(tree: Path) -> None:
    """What earlier builds left where this engine's products usually lie: another list, and nothing of this build."""
    for place in ("build", "target/release", "dist", "build/lib"):
        (tree / place).mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "examples/incident/libggml-cuda.so", tree / place / "libstale.so")


def judged(ran: Ran) -> list[str]:
    return [artifact["path"] for artifact in ran.json["after"]["artifacts"]]


def test_a_program_whose_code_is_older_is_not_taken_for_the_new_one(tmp_path: Path) -> None:
    """A target of CMake's that is not built by default, left from another list: it is no result of this build."""
    engine, tree = programs(tmp_path)
    replace(
        tree / "CMakeLists.txt",
        "add_executable(usage usage.cpp)",
        "add_library(old SHARED EXCLUDE_FROM_ALL kernels.cu)",
    )
    (tree / "build").mkdir()
    shutil.copy(ROOT / "examples/incident/libggml-cuda.so", tree / "build/libold.so")
    os.utime(tree / "build/libold.so", (1, 1))
    shape = Shape(programs, sabotaged_programs, frozenset())
    for _ in range(2):  # the second time nothing is compiled, and what was built before is what there is
        ran = rebuild(shape, engine, tree)
        assert ran.code == 0, ran.out + ran.err
        assert {Path(path).name for path in judged(ran)} == {"libkernels.a", "scale"}


def test_make_with_objects_of_another_list(tmp_path: Path) -> None:
    """make takes objects that are newer than their sources as they are, whatever list they were compiled for."""
    engine, tree = makefile(tmp_path)
    shape = SHAPES["makefile"]
    assert rebuild(shape, engine, tree, "--no-ptx", "--yes").code == 0
    text = (tree / "Makefile").read_text()
    (tree / "Makefile").write_text(text[: text.index("clean:")])
    ran = cudacompat_for(shape, engine, tree, "9.0")
    assert ran.code == 0, ran.out + ran.err
    assert carried(ran) == {"sm_80", "compute_80", "sm_90", "compute_90"}
    assert any("no target `clean`" in note for note in ran.json["notes"])


def test_make_that_clears_its_build_directory(tmp_path: Path) -> None:
    """`build` is the project's own, though it has the name that other builds' directory has here."""
    tree = tmp_path / "made"
    (tree / "build").mkdir(parents=True)
    (tree / "Makefile").write_text(
        "all: build/scale\nbuild/scale: build/scale.o\n\t$(NVCC) -o $@ $<\n"
        "build/%.o: %.cu\n\tmkdir build\n\t$(NVCC) -arch=sm_80 -c $< -o $@\nclean:\n\trm -rf build\nNVCC ?= nvcc\n"
    )
    (tree / "scale.cu").write_text(KERNEL.format(name="scale") + "int main() { scale<<<1, 32>>>(nullptr); }\n")
    ran = cudacompat_for(SHAPES["makefile"], "nvcc", tree, "9.0")
    assert ran.code == 0, ran.out + ran.err
    assert carried(ran) == {"sm_80", "compute_80", "sm_90", "compute_90"}
    assert all(Path(step["log"]).is_file() for step in ran.json["steps"] if step["log"])


def test_the_log_of_a_step_that_cleared_the_logs_away_is_not_named(tmp_path: Path) -> None:
    engine, tree = makefile(tmp_path)
    replace(tree / "Makefile", "rm -f scale", "rm -rf cudacompat-logs scale")
    ran = cudacompat_for(SHAPES["makefile"], engine, tree, "9.0")
    assert ran.code == 0, ran.out + ran.err
    assert [Path(step["log"]).name for step in ran.json["steps"] if step["log"]] == ["2-build.log"]


def cudacompat_for(shape: Shape, engine: str, tree: Path, gpu: str) -> Ran:
    nvcc = toolchain.require_nvcc()
    path = os.pathsep.join([str(Path(sys.executable).parent), str(nvcc.parent), os.environ["PATH"]])
    environment = {"CUDACXX": str(nvcc), "PATH": path, "NVCC_APPEND_FLAGS": ""}
    return cudacompat("rebuild", engine, tree, "--gpu", gpu, "--yes", "--format", "json", env=environment)


def test_a_build_without_any_device_code_is_no_success(tmp_path: Path) -> None:
    engine, tree = makefile(tmp_path)
    (tree / "Makefile").write_text("all: scale\nscale: scale.cc\n\tg++ -o $@ $<\nclean:\n\trm -f scale\n")
    (tree / "scale.cc").write_text("int main() {}\n")
    ran = rebuild(SHAPES["makefile"], engine, tree)
    assert ran.code == 1, ran.out + ran.err
    assert [each["id"] for each in ran.json["findings"]] == ["no-device-code"]


def test_the_script_stops_before_it_compiles_for_a_list_of_the_projects_own(tmp_path: Path) -> None:
    nvcc = toolchain.require_nvcc()
    (tmp_path / "x.cu").write_text(KERNEL.format(name="x"))
    lists = tmp_path / "CMakeLists.txt"
    whole = "cmake_minimum_required(VERSION 3.24)\nproject(x LANGUAGES CXX CUDA)\n{}add_library(x OBJECT x.cu)\n"
    lists.write_text(whole.format("set(CMAKE_CUDA_ARCHITECTURES 80 86-real 120-real)\n"))
    path = os.pathsep.join([str(Path(sys.executable).parent), str(nvcc.parent), os.environ["PATH"]])
    script = inside("rebuild", "cmake", ".", "--gpu", "12.0", "--dry-run", cwd=tmp_path).out
    environment = {**os.environ, "CUDACXX": str(nvcc), "PATH": path}
    ran = subprocess.run(["sh"], input=script, capture_output=True, text=True, env=environment, check=False)
    assert (ran.returncode, ran.stderr) == (1, "a call of nvcc lacks compute_120: the project sets another list\n")
    assert not list(tmp_path.rglob("x.cu.o"))
    lists.write_text(whole.format(""))
    shutil.rmtree(tmp_path / "build")
    beside = script.replace('cudacompat check "$made"', "exit 0 #")
    ran = subprocess.run(["sh"], input=beside, capture_output=True, text=True, env=environment, check=False)
    assert (ran.returncode, len(list(tmp_path.rglob("x.cu.o")))) == (0, 1), ran.stderr


@pytest.mark.parametrize("name", ["ggml", "crate", "makefile", "wheel"])
def test_the_script_runs_to_its_end(name: str, tmp_path: Path) -> None:
    """`--dry-run`, executed as it was printed; then sabotaged, where it has to stop."""
    shape = SHAPES[name]
    engine, tree = shape.make(tmp_path)
    plant_stale(tree)
    script = rebuild(shape, engine, tree, "--dry-run")
    assert script.code == 0, script.err
    nvcc = toolchain.require_nvcc()
    beside = tmp_path / "bin"
    beside.mkdir()
    runner = beside / "cudacompat"
    runner.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m cudacompat "$@"\n')
    runner.chmod(runner.stat().st_mode | stat.S_IXUSR)
    environment = {
        **os.environ,
        "CUDACXX": str(nvcc),
        "CARGO_NET_OFFLINE": "true",
        "PATH": os.pathsep.join([str(beside), str(Path(sys.executable).parent), str(nvcc.parent), os.environ["PATH"]]),
    }
    for fault, code in ((None, 0), (shape.sabotage, 1)):
        if fault is not None:
            fault(tree)
        done = subprocess.run(
            ["sh"], input=script.out, capture_output=True, text=True, env=environment, timeout=300, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
    assert "native" in done.stdout or "error[" in done.stdout
