"""What a plan costs: the files that `generate` and `rebuild --dry-run` open and the programs that they start. Seconds
are measured by tools/bench_plan.py; this holds the work, which is the same on every machine."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.helpers.run import ROOT

_WATCHED = """
import json, os, sys
opened, listed, started = set(), 0, []
def watch(event, given):
    global listed
    if event == "open" and isinstance(given[0], (str, bytes)):
        opened.add(os.fsdecode(given[0]))
    elif event in ("os.scandir", "os.listdir"):
        listed += 1
    elif event in ("subprocess.Popen", "os.posix_spawn", "os.exec", "os.fork", "os.system"):
        started.append(str(given[0]))
sys.addaudithook(watch)
from cudacompat.cli.main import main
try:
    main()
finally:
    files = sorted(each for each in opened if not each.endswith((".py", ".so")) and ".pyc" not in each)
    print(json.dumps({"opened": files, "listed": listed, "started": started}), file=sys.stderr)
"""
PLANS = [
    ("generate", "whisper.cpp", "--as", "dockerfile"),
    ("generate", "torch-extension", "--as", "github"),
    ("generate", "whisper-rs", "--as", "cargo"),
    ("rebuild", "cmake", "ggml"),
    ("rebuild", "whisper-rs", "whisper-rs"),
    ("rebuild", "ctranslate2", "ctranslate2"),
]


@dataclass(frozen=True)
class Work:
    """What a run opened, listed and started."""

    opened: list[str]
    listed: int
    started: list[str]


def work(*words: str | Path, cwd: Path) -> Work:
    command = [sys.executable, "-c", _WATCHED, *map(str, words), "--gpu", "8.6", "--gpu", "12.0", "--cuda", "13.0"]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT), "PATH": ""})
    assert done.returncode == 0, done.stderr
    return Work(**json.loads(done.stderr.splitlines()[-1]))


def planned(plan: tuple[str, ...], folder: Path, sources: int) -> Work:
    """What a plan does in its project, with so many more sources of kernels in it."""
    command, engine, *rest = plan
    project = ROOT / "tests/projects" / (rest[0] if command == "rebuild" else "ggml")
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("target", "build"))
    for number in range(sources):
        path = folder / f"kernels/part{number % 5}/kernel{number}.cu"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("__global__ void k() {}\n")
    if command == "generate":
        return work(command, engine, *rest, cwd=folder)
    return work(command, engine, folder, "--dry-run", cwd=folder)


@pytest.mark.parametrize("plan", PLANS, ids=" ".join)
def test_a_plan_opens_few_files_and_starts_nothing_however_large_the_project_is(
    tmp_path: Path, plan: tuple[str, ...]
) -> None:
    small, large = (planned(plan, tmp_path / str(sources), sources) for sources in (10, 1500))
    assert large.started == []
    assert len(large.opened) <= 60, large.opened
    assert len(large.opened) == len(small.opened), set(large.opened) - set(small.opened)
    assert large.listed <= small.listed + 10  # a folder is listed, not each of its files
