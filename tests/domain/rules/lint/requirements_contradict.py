"""`requirements-contradict`: two lines that no release satisfies together."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={"requirements.txt": "torch==2.6.0\nnumpy\ntorch==2.7.1\n"},
        good={"requirements.txt": "torch>=2.6.0\nnumpy\ntorch==2.7.1\n"},
        line="torch==2.7.1",
    ),
    LintCase(
        bad={"requirements.txt": "vllm<0.9\n-r more.txt\n", "more.txt": "vllm>=0.10\n"},
        good={"requirements.txt": "vllm<0.11\n-r more.txt\n", "more.txt": "vllm>=0.10\n"},
        line="vllm>=0.10",
    ),
)
NEAR_MISSES = (
    NearMiss(
        "each is for Pythons of its own",
        {
            "requirements.txt": "torch==2.6.0; python_version < '3.10'\ntorch==2.7.1; python_version >= '3.10'\n",
        },
    ),
    NearMiss(
        "each is for a platform of its own",
        {"requirements.txt": "torch==2.6.0; sys_platform == 'win32'\ntorch==2.7.1; sys_platform == 'linux'\n"},
    ),
    NearMiss(
        "the second command replaces what the first one has installed",
        {
            "Dockerfile": "FROM python:3.12\nCOPY a.txt b.txt ./\nRUN pip install -r a.txt\nRUN pip install -r b.txt\n",
            "a.txt": "torch==2.6.0\n",
            "b.txt": "torch==2.7.1\n",
        },
    ),
    NearMiss(
        "two lists that nothing takes together",
        {"requirements.txt": "torch==2.7.1\n", "requirements-old.txt": "torch==2.6.0\n"},
    ),
    NearMiss(
        "each is in an extra of its own",
        {
            "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n[project.optional-dependencies]\n'
            'old = ["torch==2.6.0"]\nnew = ["torch==2.7.1"]\n'
        },
    ),
)
