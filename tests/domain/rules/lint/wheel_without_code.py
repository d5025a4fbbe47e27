"""`wheel-without-code`: the wheel for this machine, or the build for the CPU, holds no device code."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={"requirements.txt": "torch==2.9.1\n"},
        good={"requirements.txt": "--index-url https://download.pytorch.org/whl/cu130\ntorch==2.9.1\n"},
        line="torch==2.9.1",
        gpu=("GB10",),
    ),
    LintCase(
        bad={"requirements.txt": "torch==2.8.0+cpu\n"},
        good={"requirements.txt": "torch==2.8.0\n"},
        line="+cpu",
        gpu=("RTX 4090",),
    ),
    LintCase(  # a note: it works without
        bad={"requirements.txt": "torchcodec==0.9.1\n"},
        good={"requirements.txt": "torchcodec==0.17.0\n"},
        line="torchcodec",
        gpu=("RTX 4090",),
    ),
)
_CPU = "FROM python:3.12\nRUN pip install torch --index-url https://download.pytorch.org/whl/cpu\n"
NEAR_MISSES = (
    NearMiss("no GPU is named", {"requirements.txt": "torch==2.8.0+cpu\n"}),
    NearMiss("no wheel of it has code", {"requirements.txt": "lightgbm==4.7.0\n"}, gpu=("RTX 4090",)),
    NearMiss(
        "a build for CUDA is there too",
        {
            "pyproject.toml": '[project]\nname = "a"\n[project.optional-dependencies]\n'
            'cpu = ["torch==2.8.0+cpu"]\ngpu = ["torch==2.8.0"]\n'
        },
        gpu=("RTX 4090",),
    ),
    NearMiss("the file is for machines without a GPU", {"Dockerfile.cpu": _CPU}, gpu=("RTX 4090",)),
    NearMiss("so is this one", {"docker/CPUDockerfile": _CPU}, gpu=("RTX 4090",)),
    NearMiss("and this one", {"Dockerfile.base_cpuonly": _CPU}, gpu=("RTX 4090",)),
    NearMiss(
        "the extra is, too",
        {"pyproject.toml": '[project]\nname = "a"\n[project.optional-dependencies]\ncpu = ["torchaudio==2.8.0+cpu"]\n'},
        gpu=("RTX 4090",),
    ),
    NearMiss(
        "a job for itself on a machine without a GPU",
        {
            ".github/workflows/test.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
            "      - run: pip install torch --index-url https://download.pytorch.org/whl/cpu\n"
        },
        gpu=("RTX 4090",),
    ),
    NearMiss(
        "extras pick the build for the CPU or for CUDA",
        {
            "pyproject.toml": '[project]\nname = "a"\ndependencies = ["torch==2.8.0"]\n[tool.uv.sources]\n'
            'torch = [{ index = "c", extra = "slow" }, { index = "g", extra = "fast" }]\n[[tool.uv.index]]\n'
            'name = "c"\nurl = "https://download.pytorch.org/whl/cpu"\n[[tool.uv.index]]\nname = "g"\n'
            'url = "https://download.pytorch.org/whl/cu128"\n'
        },
        gpu=("RTX 4090",),
    ),
)
