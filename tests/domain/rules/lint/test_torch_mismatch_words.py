"""What `torch-mismatch` says that pip does is true of one command, and of two in either order."""

from __future__ import annotations

from cudacompat.domain.rules.lint.torch_mismatch import RULE
from tests.helpers.each_row import each_case
from tests.helpers.lint_case import project

_FAILS = "an extension for another torch fails at import"
_REFUSED = f"pip refuses the two together; {_FAILS}"
_REPLACED = "pip replaces torch 2.7.1 when it installs {} after it; with --no-deps the two do not fit"
_CU126 = " --index-url https://download.pytorch.org/whl/cu126"
_CU128 = " --index-url https://download.pytorch.org/whl/cu128"


@each_case(
    ("lines", "listed", "why"),
    [
        ("RUN pip install torch==2.7.1 xformers==0.0.29.post3", "", _REFUSED),
        ("RUN pip install torch==2.7.1 -r requirements.txt", "xformers==0.0.29.post3", _REFUSED),
        ("RUN pip install -r requirements.txt", "torch==2.7.1\nxformers==0.0.29.post3", _REFUSED),
        (
            "RUN pip install torch==2.7.1\nRUN pip install xformers==0.0.29.post3",
            "",
            _REPLACED.format("xformers 0.0.29.post3"),
        ),
        ("RUN pip install torch==2.7.1 && pip install vllm==0.8.5", "", _REPLACED.format("vllm 0.8.5")),
        (
            "RUN pip install torch==2.7.1\nRUN pip install -r requirements.txt",
            "xformers==0.0.29.post3",
            _REPLACED.format("xformers 0.0.29.post3"),
        ),
        (
            "RUN pip install xformers==0.0.29.post3\nRUN pip install torch==2.7.1",
            "",
            f"pip installs torch 2.7.1 after xformers 0.0.29.post3, with a warning only; {_FAILS}",
        ),
        (
            f"RUN pip install torch==2.7.1{_CU128}\nRUN pip install torchvision==0.22.1{_CU126}",
            "",
            f"pip does not compare the CUDA releases; {_FAILS}",
        ),
    ],
)
def test_what_pip_does_depends_on_the_commands(lines: str, listed: str, why: str) -> None:
    files = {"Dockerfile": f"FROM python:3.12-slim\n{lines}\n"} | (
        {"requirements.txt": f"{listed}\n"} if listed else {}
    )
    assert [each.why for each in RULE.check(project(files))] == [why]
