"""Where CI meets it: the action's own script, pre-commit, cibuildwheel's command, GitLab's job, CMake and CTest."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from cudacompat.app.project.files import wanted
from cudacompat.generate import own_wheel
from tests.generate.test_roundtrip import cmake
from tests.helpers import toolchain
from tests.helpers.run import EXAMPLE, GPU, ROOT

CI = ROOT / "examples" / "ci"
OWN = Path(sys.executable).with_name("cudacompat")


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "dist" / "engine-1.0-py3-none-linux_x86_64.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(EXAMPLE, "engine/libggml-cuda.so")
    return path


def action(folder: Path, installed: bool = True, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action's step as a runner does: inputs filled into its env, its script given to bash."""
    document = yaml.safe_load((ROOT / "action.yml").read_text())
    values = {name: given.get("default", "") for name, given in document["inputs"].items()}
    values |= {name.replace("_", "-"): value for name, value in inputs.items()}
    (step,) = document["runs"]["steps"]
    environment = {}
    for name, text in step["env"].items():
        key = text.removeprefix("${{ inputs.").removesuffix(" }}")
        environment[name] = values[key]
    home = folder / "runner" / "cudacompat"
    if installed:
        (home / "bin").mkdir(parents=True, exist_ok=True)
        (home / "bin/python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')  # as if pip had filled it
        (home / "bin/python").chmod(0o755)
        (home / "ready").touch()
    assert "${{" not in step["run"], "an input pasted into the script could be a command"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        capture_output=True,
        text=True,
        cwd=folder,
        env={
            **{k: v for k, v in os.environ.items() if k == "PATH" or k.startswith(("PIP_", "SSL_"))},
            "GITHUB_ACTION_PATH": str(ROOT),
            "RUNNER_TEMP": str(folder / "runner"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            **environment,
        },
    )


def test_the_action_fails_with_annotations_a_summary_and_sarif(wheel: Path) -> None:
    folder = wheel.parent.parent
    done = action(folder, paths="dist/*.whl", gpu="RTX 5070 Ti\n8.6\n", sarif="out.sarif")
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("::error") == 2
    assert (folder / "output").read_text() == "exit-code=1\n"
    assert "RTX 5070 Ti" in (folder / "summary").read_text()
    runs = json.loads((folder / "out.sarif").read_text())["runs"]
    assert {result["ruleId"] for result in runs[0]["results"]} >= {"default-target-only"}


def test_the_action_passes_where_all_is_well(wheel: Path) -> None:
    folder = wheel.parent.parent
    done = action(folder, paths="dist/*.whl", gpu="5.2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "::error" not in done.stdout
    assert (folder / "output").read_text() == "exit-code=0\n"


def test_the_action_takes_two_stars_for_any_depth(wheel: Path) -> None:
    folder = wheel.parent.parent
    deep = folder / "dist/one/two/engine of ours.whl"
    deep.parent.mkdir(parents=True)
    wheel.rename(deep)
    done = action(folder, paths="dist/**/*.whl", gpu=GPU)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "dist/one/two/engine of ours.whl" in done.stdout


def test_the_action_says_that_nothing_matched(tmp_path: Path) -> None:
    done = action(tmp_path, paths="dist/*.whl", gpu="8.6")
    assert done.returncode == 2
    assert "dist/*.whl" in done.stderr


def test_the_action_installs_itself_and_runs_nothing_of_the_project(wheel: Path) -> None:
    """From its own files, with the packages that it names by hash; a venv.py of the project only lies there."""
    folder = wheel.parent.parent
    for name in ("venv", "pip", "json", "sitecustomize", "sysconfig"):
        (folder / f"{name}.py").write_text(f"open('RAN-{name}', 'w').close()\n")
    done = action(folder, installed=False, paths="dist/*.whl", gpu="5.2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(folder.glob("RAN-*"))
    python = folder / "runner/cudacompat/bin/python"
    place = subprocess.run(
        [python, "-I", "-c", "import cudacompat; print(cudacompat.__file__)"], capture_output=True, text=True
    )
    assert place.stdout == f"{ROOT}/cudacompat/__init__.py\n"
    assert action(folder, installed=False, paths="dist/*.whl", gpu=GPU).returncode == 1  # what is there is used again


@pytest.mark.parametrize(
    ("install", "digest"),
    [("cudacompat==0.1.0", ""), ("cudacompat", "0" * 64), ("cudacompat==0.1.0 other", "0" * 64), ("-rx.whl", "0" * 64)],
)
def test_the_action_installs_nothing_else_without_a_version_and_a_hash(
    tmp_path: Path, install: str, digest: str
) -> None:
    done = action(tmp_path, installed=False, install=install, install_hash=digest, paths="x.so", gpu="8.6")
    assert done.returncode == 2
    assert "install-hash its sha256" in done.stderr
    assert not (tmp_path / "runner").exists()


def test_the_action_installs_a_wheel_with_its_hash_and_no_other(wheel: Path) -> None:
    folder = wheel.parent.parent
    data = own_wheel.wheel()
    (folder / own_wheel.WHEEL_NAME).write_bytes(data)
    given = {"install": f"./{own_wheel.WHEEL_NAME}", "paths": "dist/*.whl", "gpu": "5.2"}
    assert action(folder, installed=False, install_hash="0" * 64, **given).returncode == 2
    shutil.rmtree(folder / "runner")
    done = action(folder, installed=False, install_hash=hashlib.sha256(data).hexdigest(), **given)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_input_of_the_action_is_never_a_command(tmp_path: Path) -> None:
    done = action(tmp_path, paths="$(touch owned)", gpu='8.6"; touch owned; "')
    assert done.returncode == 2
    assert not (tmp_path / "owned").exists()


def test_the_workflow_gives_the_action_inputs_that_it_has() -> None:
    workflow = yaml.safe_load((CI / "github.yml").read_text())
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    (step,) = [s for s in workflow["jobs"]["check"]["steps"] if s.get("uses", "").endswith("/cudacompat")]
    assert set(step["with"]) <= set(inputs)


def test_pre_commit(wheel: Path, tmp_path: Path) -> None:
    tool = Path(sys.executable).with_name("pre-commit")
    if not tool.is_file():
        toolchain.missing("no pre-commit (pip install 'cudacompat[test]')")
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    local = [
        {
            **hooks[f"cudacompat-{name}"],
            "language": "system",
            "entry": f"{OWN} {name}",
            "args": ["--gpu", "RTX 5070 Ti"],
        }
        for name in ("check", "lint")
    ]
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": local}]}))
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "cuda.Dockerfile").write_text(
        "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nRUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES=86;120 .\n"
    )
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment = {**clean, "HOME": str(tmp_path), "PRE_COMMIT_HOME": str(tmp_path / "cache")}
    for command in (["git", "init", "-q"], ["git", "add", "-f", "dist", "docker", ".pre-commit-config.yaml"]):
        subprocess.run(command, cwd=tmp_path, check=True, env=environment)
    done = subprocess.run(
        [str(tool), "run", "--all-files"], cwd=tmp_path, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error[default-target-only]" in done.stdout
    assert "docker/cuda.Dockerfile:2: error[unquoted-semicolon]" in done.stdout
    named = yaml.safe_load((CI / "pre-commit.yaml").read_text())["repos"][0]["hooks"]
    assert {hook["id"] for hook in named} == set(hooks)
    assert all(set(hook) <= {"id", "args"} for hook in named)


def test_the_lint_hook_runs_for_every_kind_of_file_that_is_read() -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    pattern = re.compile(hooks["cudacompat-lint"]["files"])
    names = (
        *("Dockerfile", "docker/Dockerfile.cuda", "cuda.Containerfile", "CMakeLists.txt", "cmake/cuda.cmake"),
        *("Cargo.toml", "Cargo.lock", ".cargo/config", ".cargo/config.toml", "build.rs", "setup.py", "pyproject.toml"),
        *("compose.yaml", ".github/workflows/ci.yml", ".gitlab-ci.yml", ".devcontainer/devcontainer.json"),
        *("CMakePresets.json", "Makefile", "GNUmakefile", "rules.mk", "justfile", "build.sh", ".env", "ci/x.container"),
        *("configure.ac", "m4/cuda.m4", "cog.yaml"),
    )
    assert [name for name in names if wanted(name) and not pattern.search(name)] == []
    assert [name for name in names if not wanted(name)] == []
    assert not pattern.search("src/kernel.cu")


def test_each_line_of_gitlabs_jobs_is_a_text() -> None:
    """A colon before a blank makes a mapping of a line without quotes, which GitLab refuses."""
    jobs = yaml.safe_load((CI / "gitlab.yml").read_text())
    lines = [line for job in jobs.values() for line in job["script"]]
    assert len(lines) > 5
    assert all(isinstance(line, str) for line in lines)


def test_the_check_hook_runs_for_libraries_with_a_version() -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    pattern = re.compile(hooks["cudacompat-check"]["files"])
    assert all(map(pattern.search, ("lib/libx.so", "libx.so.4.8.5", "X.DLL", "k.obj", "a.cubin")))
    assert not any(map(pattern.search, ("libx.so.md", "notes.so.txt", "k.c")))


def test_cibuildwheels_command(wheel: Path) -> None:
    command = tomllib.loads((CI / "cibuildwheel.toml").read_text())["tool"]["cibuildwheel"]["linux"]
    last = command["repair-wheel-command"][-1].format(dest_dir=wheel.parent, wheel=wheel)
    last = last.replace("/opt/cudacompat/bin/cudacompat", str(OWN))
    shutil.copy(CI / "cudacompat.toml", wheel.parent.parent)
    environment = {**os.environ, "PATH": f"{OWN.parent}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", last], cwd=wheel.parent.parent, capture_output=True, text=True, env=environment)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error[default-target-only]" in done.stdout


def test_gitlabs_job_writes_its_reports_and_fails(wheel: Path) -> None:
    folder = wheel.parent.parent
    job = yaml.safe_load((CI / "gitlab.yml").read_text())["cudacompat"]
    shutil.copy(CI / "cudacompat.toml", folder)
    codes = []
    for line in job["script"]:
        if " check " in line:
            command = line.replace("/tmp/cudacompat/bin/cudacompat", str(OWN))
            codes.append(subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True).returncode)
    assert codes == [1]  # one run writes all of it
    reports = job["artifacts"]["reports"]
    assert json.loads((folder / reports["codequality"]).read_text())
    assert "<testsuite" in (folder / reports["junit"]).read_text()


def test_cmake_and_ctest(tmp_path: Path) -> None:
    source = tmp_path / "src"
    shutil.copytree(ROOT / "examples" / "ctest", source)
    cmake(source, tmp_path / "build", f"-DCUDACOMPAT={OWN}")
    ctest = toolchain.require_cmake().with_name("ctest")
    done = subprocess.run([str(ctest), "--test-dir", tmp_path / "build"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "scale-is-native" in done.stdout


def test_cmake_stops_a_build_that_would_not_run(tmp_path: Path) -> None:
    source = tmp_path / "src"
    shutil.copytree(ROOT / "examples" / "ctest", source)
    with pytest.raises(AssertionError, match="no-runnable-code"):
        cmake(source, tmp_path / "build", f"-DCUDACOMPAT={OWN}", "-DCMAKE_CUDA_ARCHITECTURES=75-real")


def test_the_example_policy_is_one() -> None:
    from cudacompat.app.inputs.policy_file import load

    assert {"require", "native", "ptx"} <= set(load({}, {}, str(CI / "cudacompat.toml")).given)
