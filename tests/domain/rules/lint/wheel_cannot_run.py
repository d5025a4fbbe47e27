"""`wheel-cannot-run`: a pinned wheel has nothing for the GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={"requirements.txt": "numpy\ntorch==2.5.1  # as it was in 2024\n"},
        good={"requirements.txt": "numpy\ntorch==2.8.0\n"},
        line="torch==2.5.1",
        gpu=("12.0",),
    ),
    LintCase(  # the index of the command counts for the file that it installs
        bad={
            "Dockerfile": "FROM ubuntu:24.04\nCOPY reqs.txt .\n"
            "RUN pip install -r reqs.txt --index-url https://download.pytorch.org/whl/cu128\n",
            "reqs.txt": "torch==2.8.0\n",
        },
        good={
            "Dockerfile": "FROM ubuntu:24.04\nCOPY reqs.txt .\n"
            "RUN pip install -r reqs.txt --index-url https://download.pytorch.org/whl/cu126\n",
            "reqs.txt": "torch==2.8.0\n",
        },
        line="torch==2.8.0",
        gpu=("GTX 1080",),
    ),
    LintCase(  # an extension brings its torch along
        bad={"requirements.txt": "torchvision==0.20.1\n"},
        good={"requirements.txt": "torchvision==0.23.0\n"},
        line="torchvision",
        gpu=("12.0",),
    ),
)
NEAR_MISSES = (
    NearMiss("no GPU is named", {"requirements.txt": "torch==2.5.1\n"}),
    NearMiss("its PTX is compiled", {"requirements.txt": "ctranslate2==4.5.0\n"}, gpu=("12.0",)),
    NearMiss(
        "only macOS takes it",
        {"requirements.txt": "torch==2.5.1; sys_platform == 'darwin'\n"},
        gpu=("12.0",),
    ),
    NearMiss(
        "one of two builds runs",
        {
            "uv.lock": 'version = 1\n[[package]]\nname = "torch"\nversion = "2.7.1+cu126"\n'
            'source = { registry = "https://download.pytorch.org/whl/cu126" }\n[[package]]\nname = "torch"\n'
            'version = "2.7.1+cu128"\nsource = { registry = "https://download.pytorch.org/whl/cu128" }\n'
        },
        gpu=("12.0",),
    ),
)
