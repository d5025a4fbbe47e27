"""What `gencode-wrong` says about flags is what nvcc says about them."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from cudacompat.domain.rules.lint.gencode_wrong import RULE
from cudacompat.domain.words.finding import Severity
from tests.helpers import toolchain
from tests.helpers.lint_case import project

FLAGS = (
    "-gencode arch=sm_80,code=sm_80",
    "-gencode=arch=compute_80,code=80",
    "-gencode arch=compute_90,code=sm_80",
    "-gencode arch=compute_80,code=sm_90",
    "-gencode arch=compute_80,code=compute_90",
    "-gencode arch=compute_90,code=compute_80",
    "-gencode arch=compute_80,code=sm_80,sm_86",
    "-gencode arch=compute_80,code=[sm_80,sm_86]",
    "-gencode arch=compute_120a,code=sm_120",
    "-gencode arch=compute_120,code=sm_120a",
    "-gencode arch=compute_120f,code=sm_120",
    "-gencode arch=compute_100f,code=compute_100",
    "-arch=80",
    "-arch=8.6",
    "-arch=sm_80,sm_90",
    "-arch=sm_80 -code=sm_80",
    "-arch=compute_80 -code=sm_80,compute_80",
    "-arch=compute_90 -code=sm_80",
    "-arch=compute_90 -code=sm_90,sm_80",
    "-arch=compute_80 -code=compute_86",
    "-arch=compute_80 -code=sm_90a",
    "-arch=compute_90a -code=sm_90",
    "-arch=compute_100f -code=sm_103,sm_100f",
    "-gencode arch=compute_90a,code=sm_100",
    "-gencode arch=compute_90,code=[sm_80,compute_90]",
    "-gencode arch=compute_80,code=[sm_86,compute_80]",
    "--gpu-architecture=sm_80 --gpu-code=sm_90",
    "-arch=sm_80 -gencode arch=compute_90,code=sm_90",
    "-arch sm_80 -arch sm_90",
)


@pytest.mark.parametrize("flags", FLAGS)
def test_an_error_is_one_of_nvcc(flags: str, tmp_path: Path) -> None:
    nvcc = toolchain.require_nvcc()
    (tmp_path / "k.cu").write_text("__global__ void k() {}\n")
    command = [str(nvcc), "--dryrun", *shlex.split(flags), "-c", "k.cu", "-o", "k.o"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    found = list(RULE.check(project({"build.sh": f"nvcc {flags} -c k.cu -o k.o\n"})))
    assert bool(done.returncode) == any(each.severity is Severity.ERROR for each in found), done.stderr
    assert ("warning" in done.stderr) == any(each.severity is Severity.WARNING for each in found)
