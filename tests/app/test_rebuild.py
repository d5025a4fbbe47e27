"""`cudacompat rebuild`: the real CMake and nvcc on a small project with ggml's code paths, and what stops it early."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import pytest

from cudacompat.app.inputs.wanted_gpus import wanted_gpus
from cudacompat.app.rebuild.run import run_steps
from cudacompat.domain.builds.api_changes import code_only
from cudacompat.domain.builds.plans.plan import plan_build
from cudacompat.domain.builds.steps import BuildStep, BuildSteps, StepKind, StepResult, StepState
from cudacompat.domain.builds.steps_script import script
from cudacompat.engines import find
from tests.helpers import toolchain
from tests.helpers.fits import assert_fits
from tests.helpers.run import ROOT, Ran, cudacompat, inside


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The sources of what calls itself whisper.cpp 1.9.3."""
    target = tmp_path / "whisper.cpp"
    shutil.copytree(ROOT / "tests/projects/ggml", target)
    lists = target / "CMakeLists.txt"
    named = re.sub(r"(?m)^project\(.*\)$", 'project("whisper.cpp" VERSION 1.9.3 LANGUAGES C CXX)', lists.read_text())
    assert named != lists.read_text()
    lists.write_text(named)
    return target


def tools() -> dict[str, str]:
    """An environment in which the test extra's nvcc is the one that builds run."""
    toolchain.require_cmake()
    return {"CUDACXX": str(toolchain.require_nvcc()), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def rebuild(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
    return cudacompat("rebuild", *arguments, env={**tools(), **(env or {})})


def steps(document: dict[str, list[dict[str, str]]]) -> list[tuple[str, str]]:
    return [(step["kind"], step["state"]) for step in document["steps"]]


def test_wrong_before_and_native_after(tree: Path) -> None:
    """The incident: nobody gave a list where no GPU is; then the rebuild."""
    if Path("/dev/nvidiactl").exists():
        pytest.skip("this machine has a GPU: -arch=native finds it")
    ninja = Path(sys.executable).with_name("ninja")
    for command in (
        [toolchain.require_cmake(), "-S", tree, "-B", tree / "build", "-G", "Ninja", "-DGGML_CUDA=ON",
         f"-DCMAKE_MAKE_PROGRAM={ninja}"],
        [toolchain.require_cmake(), "--build", tree / "build"],
    ):  # fmt: skip
        environment = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"} | tools()
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
    ran = rebuild("whisper.cpp", tree, "--gpu", "RTX 5070 Ti", "--gpu", "8.6", "--yes", "--format", "json")
    assert ran.code == 0, ran.err
    native = "would compile 2 CUDA sources for -arch=native: nvcc's default target where no GPU is"
    assert any(note.endswith(native) for note in ran.json["notes"])
    schema = json.loads(resources.files("cudacompat").joinpath("schemas", "rebuild-1.json").read_text())
    assert_fits(ran.json, schema)
    assert [kind for kind, state in steps(ran.json) if state == "done"] == [
        "clean",
        "configure",
        "flags",
        "build",
        "check",
    ]
    outcomes = {
        when: [v["outcome"] for a in ran.json[when]["artifacts"] for v in a["verdicts"]] for when in ("before", "after")
    }
    assert outcomes == {"before": ["undecided", "undecided"], "after": ["native", "native"]}
    assert "compute_75" not in json.dumps(ran.json["after"])
    logs = sorted((tree / "build/cudacompat-logs").iterdir())
    assert [log.name for log in logs] == ["2-configure.log", "4-build.log"]
    assert "Building CUDA object" in logs[1].read_text()

    # the same again goes on where it is, another list starts anew
    again = rebuild("whisper.cpp", tree, "--gpu", "RTX 5070 Ti", "--gpu", "8.6", "--yes", "--format", "json").json
    assert steps(again)[0] == ("configure", "done")
    assert any("continues where it stopped" in note for note in again["notes"])
    other = rebuild("whisper.cpp", tree, "--gpu", "9.0", "--dry-run", "--format", "json").json
    assert steps(other)[0] == ("clean", "not-run")


def test_wrong_flags_stop_it_before_anything_is_compiled(tree: Path) -> None:
    lists = tree / "src/ggml-cuda/CMakeLists.txt"
    lists.write_text(lists.read_text() + "set_property(TARGET ggml-cuda PROPERTY CUDA_ARCHITECTURES 80)\n")
    ran = rebuild("whisper.cpp", tree, "--gpu", "12.0", "--yes")
    assert ran.code == 5
    assert "2 of 2 CUDA sources would be compiled for sm_80 compute_80 instead of sm_120a compute_90" in ran.out
    assert not list(tree.rglob("*.cu.o"))


def test_a_build_without_cuda_is_told(tree: Path) -> None:
    lists = tree / "CMakeLists.txt"
    lists.write_text(lists.read_text().replace("if(GGML_CUDA)", "if(FALSE)"))
    ran = rebuild("whisper.cpp", tree, "--gpu", "12.0", "--yes")
    assert ran.code == 5
    assert "no CUDA source will be compiled" in ran.out


def test_a_failing_step_shows_its_last_lines_and_keeps_the_log(tree: Path) -> None:
    (tree / "src/ggml-cuda/norm.cu").write_text("this is no CUDA\n")
    ran = rebuild("whisper.cpp", tree, "--gpu", "8.6", "--yes", "--log", tree / "logs")
    assert ran.code == 5
    assert "this is no CUDA" in ran.out or "error" in ran.out
    assert re.search(r"log +\S*/logs/3-build\.log", ran.out)
    assert "norm.cu" in (tree / "logs/3-build.log").read_text()


def test_what_an_image_holds_is_taken_out_and_the_log_keeps_every_command(tmp_path: Path) -> None:
    if shutil.which("buildah") is None:
        pytest.skip("no buildah on this machine")
    store = tmp_path / "storage.conf"
    store.write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{tmp_path}/images"\nrunroot = "{tmp_path}/run"\n', encoding="utf-8"
    )
    environment = {**os.environ, "CONTAINERS_STORAGE_CONF": str(store)}

    def buildah(*words: str) -> str:
        done = subprocess.run(["buildah", *words], capture_output=True, text=True, env=environment)
        if done.returncode:
            pytest.skip(f"buildah makes no image here: {done.stderr.strip()[-300:]}")
        return done.stdout.strip()

    empty = buildah("from", "scratch")
    (tmp_path / "made.so").write_text("made")
    buildah("copy", "-q", empty, str(tmp_path / "made.so"), "/out/lib/made.so")
    buildah("commit", "-q", "--rm", empty, "made")
    plan = plan_build(find("cmake"), wanted_gpus(["8.6"]))
    extract = BuildStep(StepKind.EXTRACT, "take it out", ("buildah", "made"))
    steps = BuildSteps(plan, str(tmp_path), str(tmp_path), ("out/**/*",), (), (), (extract,))
    report = run_steps(steps, environment, tmp_path / "logs", Watcher())
    (result,) = report.results
    assert result.state is StepState.DONE, result
    assert (tmp_path / "out/lib/made.so").read_text() == "made"
    assert result.log is not None
    commands = [line.split()[2] for line in Path(result.log).read_text().splitlines() if line.startswith("$ ")]
    assert commands == ["from", "mount", "rm"]
    assert buildah("containers", "-q") == ""


def test_a_rebuild_leaves_no_image_without_a_name(tmp_path: Path) -> None:
    """The real buildah builds twice under one tag, by the steps and by the script."""
    if shutil.which("buildah") is None:
        pytest.skip("no buildah on this machine")
    store = tmp_path / "storage.conf"
    store.write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{tmp_path}/images"\nrunroot = "{tmp_path}/run"\n', encoding="utf-8"
    )
    environment = {**os.environ, "CONTAINERS_STORAGE_CONF": str(store), "BUILDAH_ISOLATION": "chroot"}

    def images() -> list[str]:
        done = subprocess.run(
            ["buildah", "images", "--format", "{{.Name}}"], capture_output=True, text=True, env=environment
        )
        if done.returncode:
            pytest.skip(f"buildah lists no image here: {done.stderr.strip()[-300:]}")
        return done.stdout.split()

    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "Dockerfile").write_text("FROM scratch AS build\nCOPY . /out\n")
    build = BuildStep(StepKind.BUILD, "build", ("buildah", "bud", "-f", f"{tree}/Dockerfile", "-t", "made", str(tree)))
    extract = BuildStep(StepKind.EXTRACT, "take it out", ("buildah", "made"))
    plan = plan_build(find("cmake"), wanted_gpus(["8.6"]))
    steps = BuildSteps(plan, str(tree), str(tmp_path / "build"), ("out/**/*",), (), (), (build, extract))
    for number in range(2):
        (tree / "made.so").write_text(f"made {number}")
        report = run_steps(steps, environment, tmp_path / "build/logs", Watcher())
        if report.results[0].state is not StepState.DONE:
            pytest.skip(f"buildah builds no image here: {report.results[0].tail}")
        assert report.results[1].state is StepState.DONE, report.results[1]
        assert images() == ["localhost/made"]
    (tree / "made.so").write_text("made by the script")
    subprocess.run(["sh"], input=script(steps), text=True, check=True, env=environment, capture_output=True)
    assert images() == ["localhost/made"]
    assert (tmp_path / "build/out/made.so").read_text() == "made by the script"


class Watcher:
    """Looks on and does nothing."""

    def started(self, step: BuildStep) -> None: ...
    def line(self, text: str) -> None: ...
    def progress(self, done: int, total: int) -> None: ...
    def ended(self, result: StepResult) -> None: ...


def test_the_script_asks_of_ptx_only_that_it_runs(tree: Path) -> None:
    for gpu, least in (("8.6", "native"), ("compute_75", "runs")):
        ran = rebuild("whisper.cpp", tree, "--gpu", gpu, "--dry-run")
        assert ran.out.splitlines()[-1].endswith(f"--gpu {gpu} --require {least}")


def test_a_variable_that_would_reach_the_compiler_is_left_out(tree: Path) -> None:
    appended = {"NVCC_APPEND_FLAGS": "-gencode=arch=compute_90,code=sm_90"}
    ran = rebuild("whisper.cpp", tree, "--gpu", "8.6", "--yes", "--format", "json", env=appended)
    assert ran.code == 0
    assert [each["name"] for each in ran.json["unset"]] == ["NVCC_APPEND_FLAGS"]
    found = cudacompat("inspect", tree / "build/src/ggml-cuda/libggml-cuda.so", "--format", "json").json
    targets = {each["target"] for each in found["artifacts"][0]["summary"]["targets"]}
    assert targets == {"sm_86", "compute_86"}


def test_the_dry_run_is_a_script_that_runs(tree: Path) -> None:
    script = rebuild("whisper.cpp", tree, "--gpu", "8.6", "--dry-run")
    assert script.code == 0
    assert not (tree / "build").exists()
    beside = Path(sys.executable).parent
    done = subprocess.run(
        ["sh"],
        input=script.out,
        capture_output=True,
        text=True,
        env={**os.environ, **tools(), "PATH": f"{beside}:/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "native" in done.stdout
    assert "code=[compute_86,sm_86]" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("wisper", "{tree}"), "unknown engine"),
        (("whisper-rs", "{tree}"), "contains whisper.cpp (see CMakeLists.txt), not whisper-rs"),
        (("whisper.cpp", "{tree}/src"), "does not contain whisper.cpp"),
        (("whisper.cpp", "{tree}/none"), "no such directory"),
        (("whisper.cpp", "{tree}/CMakeLists.txt"), "not a source directory"),
        (("whisper.cpp", "{tree}", "--gpu", "7.0"), "the last release that builds sm_70"),
        (("whisper.cpp", "{tree}", "--in", "vagrant"), "--in accepts podman, docker, buildah"),
        (("whisper.cpp", "{tree}", "--cuda", "12.8", "--yes"), "the plan needs 12.8"),
        (("whisper.cpp", "{tree}"), "pass --yes to run this plan"),
    ],
)
def test_refusals_are_one_line_and_leave_the_tree_alone(tree: Path, arguments: tuple[str, ...], said: str) -> None:
    before = sorted(path.relative_to(tree) for path in tree.rglob("*"))
    given = [word.format(tree=tree) for word in arguments]
    ran = rebuild(*given, *([] if "--gpu" in given else ["--gpu", "8.6"]), "--quiet")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert sorted(path.relative_to(tree) for path in tree.rglob("*")) == before


def test_without_nvcc(tree: Path) -> None:
    toolchain.require_cmake()
    only = tree.parent / "bin"
    only.mkdir()
    for name in ("g++", "sh"):
        (only / name).symlink_to(str(shutil.which(name)))
    ran = cudacompat(
        "rebuild", "whisper.cpp", tree, "--gpu", "8.6", "--yes", "--quiet", env={"PATH": str(only), "CUDACXX": ""}
    )
    assert ran.code == 2
    assert "no nvcc found" in ran.err


def test_an_interrupt_leaves_nothing_running(tmp_path: Path) -> None:
    toolchain.require_nvcc()
    if shutil.which("make") is None:
        toolchain.missing("no make")
    seconds = f"600.{time.time_ns() % 1000000:06d}"
    (tmp_path / "Makefile").write_text(f"all:\n\t@echo started; sleep {seconds}\n")
    arguments = ["rebuild", "nvcc", str(tmp_path), "--gpu", "8.6", "--yes", "--log", str(tmp_path / "logs")]
    command = [sys.executable, "-m", "cudacompat", *arguments]
    environment = {**os.environ, **tools(), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    log = tmp_path / "logs/1-build.log"
    deadline = time.monotonic() + 60
    while not (log.exists() and "started" in log.read_text()):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert f"sleep {seconds}" not in running


SOURCE = """use whisper_rs::{WhisperContext, WhisperContextParameters};
// p.with_gpu(true) in a comment
fn main() {
    let text = "p.with_gpu(true)";
    let raw = r#"WhisperContext::new("x")"#;
    let quote = '"';
    let mut p = WhisperContextParameters::default();
    p.with_gpu(true);
    let c = WhisperContext::new("model.bin").unwrap();
    let n = state.full_n_segments()?;
    let t = state.full_get_segment_text(0).unwrap();
}
"""


def crate(folder: Path, version: str) -> Path:
    (folder / "src").mkdir()
    (folder / "Cargo.toml").write_text(f'[package]\nname = "a"\n\n[dependencies]\nwhisper-rs = "{version}"\n')
    (folder / "src/main.rs").write_text(SOURCE)
    (folder / "src/other.rs").write_text("fn f() { thing.with_gpu(true); }\n")
    return folder


@pytest.mark.parametrize(
    ("version", "lines"),
    [("0.11.1", {8: "with_gpu"}), ("0.14.3", {8: "with_gpu", 9: "WhisperContext::new"}),
     ("0.15.0", {8: "with_gpu", 9: "WhisperContext::new", 10: "full_n_segments()?", 11: "full_get_segment_text"})],
)  # fmt: skip
def test_calls_that_the_version_does_not_have(tmp_path: Path, version: str, lines: dict[int, str]) -> None:
    ran = rebuild("whisper-rs", crate(tmp_path, version), "--gpu", "8.6", "--yes", "--format", "json")
    assert ran.code == 1
    found = {f["line"]: f["message"].split(": ")[0] for f in ran.json["findings"]}
    assert found == lines
    assert all(state == "not-run" for _, state in steps(ran.json))


def test_comments_and_strings_are_blanked_in_place() -> None:
    text = 'a /* x\ny */ b "c\\"d" \'e\' r#"f"g"# \'life h'
    code = code_only(text)
    assert len(code) == len(text)
    assert [word for word in code.split() if word.isalpha()] == ["a", "b", "h"]
    assert code.count("\n") == text.count("\n")


def test_a_script_with_control_characters_is_written_and_not_printed(tmp_path: Path) -> None:
    folder = tmp_path / "a\x1b]0;title\x07"
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text('project("whisper.cpp" VERSION 1.8.0 LANGUAGES C CXX)\n')
    line = ("rebuild", "whisper.cpp", folder, "--gpu", "8.6", "--dry-run", "--cuda", "12.8")
    ran = inside(*line)
    assert (ran.code, ran.out) == (2, "")
    assert "--output FILE writes it" in ran.err
    assert "\x1b" not in ran.err
    assert inside(*line, "--output", tmp_path / "build.sh").code == 0
    assert "a\x1b]0;title\x07" in (tmp_path / "build.sh").read_text()
