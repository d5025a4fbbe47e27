"""How many compilers a generated build runs at once: the shell lines, run, and where they are written."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from cudacompat.engines import known
from cudacompat.generate.outputs import reaching
from cudacompat.generate.parallel import BOUND
from tests.helpers.run import inside

GIB = 1 << 30


def jobs_with(folder: Path, memory: int, limit: str | None, processors: int, said: str = "") -> int:
    """What the lines say on a machine with so many bytes of memory, a limit of its cgroup, and so many processors."""
    meminfo, most = folder / "meminfo", folder / "memory.max"
    meminfo.write_text(f"MemTotal: {memory // 512} kB\nMemAvailable:   {memory // 1024} kB\nHugePages_Total:       0\n")
    most.unlink(missing_ok=True)
    if limit is not None:
        most.write_text(f"{limit}\n")
    lines = "\n".join(BOUND).replace("/proc/meminfo", str(meminfo)).replace("/sys/fs/cgroup/memory.max", str(most))
    script = f"set -euo pipefail\nnproc() {{ echo {processors}; }}\nexport MAX_JOBS={said}\n{lines}\n"
    script += 'test "$MAX_JOBS" = "$CMAKE_BUILD_PARALLEL_LEVEL" && test "$MAX_JOBS" = "$CARGO_BUILD_JOBS"\necho "$jobs"'
    return int(subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True).stdout)


def test_jobs_are_bound_by_memory_and_processors(tmp_path: Path) -> None:
    assert jobs_with(tmp_path, 7 * GIB, None, 16) == 3
    assert jobs_with(tmp_path, 64 * GIB, None, 4) == 4
    assert jobs_with(tmp_path, GIB, None, 8) == 1


def test_jobs_are_bound_by_the_limit_of_the_container(tmp_path: Path) -> None:
    assert jobs_with(tmp_path, 512 * GIB, str(8 * GIB), 64) == 4
    assert jobs_with(tmp_path, 512 * GIB, "max", 64) == 64
    assert jobs_with(tmp_path, 7 * GIB, str(64 * GIB), 16) == 3  # the machine has less than the limit allows
    assert jobs_with(tmp_path, 512 * GIB, str(1 << 63), 8) == 8


def test_a_number_that_is_named_stays_and_processors_bound_it(tmp_path: Path) -> None:
    assert jobs_with(tmp_path, 7 * GIB, None, 16, "6") == 6
    assert jobs_with(tmp_path, 7 * GIB, None, 2, "6") == 2


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_each_job_bounds_its_compilers_before_it_builds(kind: str) -> None:
    for engine in known():
        if kind not in {each.name for each in reaching(engine, None)}:
            continue
        made = inside("generate", engine.name, "--gpu", "12.0", "--as", kind)
        assert made.code == 0, made.err
        document = yaml.safe_load(made.out)
        if kind == "github":
            (build,) = (step["run"] for step in document["jobs"]["build"]["steps"] if step.get("name") == "Build")
            lines = build.splitlines()
        else:
            lines = document["cudacompat"]["script"]
        first = lines.index(BOUND[0])
        assert tuple(lines[first : first + len(BOUND)]) == BOUND, engine.name
        builders = ("cmake", "make", "cargo", "pip wheel", "pip install", "sh -c")
        assert not any(line.startswith(builders) for line in lines[:first]), engine.name
        assert any(line.startswith(builders) for line in lines[first:]), engine.name
