"""`constraint-excludes`: no release satisfies a requirement and its constraint."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_PROJECT = '[project]\nname = "a"\nversion = "1"\ndependencies = ["torch>=2.7"]\n'
CASES = (
    LintCase(
        bad={"requirements.txt": "torch==2.7.1\n-c constraints.txt\n", "constraints.txt": "torch==2.6.0\n"},
        good={"requirements.txt": "torch==2.7.1\n-c constraints.txt\n", "constraints.txt": "torch==2.7.1\n"},
        line="torch",
    ),
    LintCase(
        bad={"requirements.txt": "torch>=2.7\n-c constraints.txt\n", "constraints.txt": "torch==2.6.0\n"},
        good={"requirements.txt": "torch>=2.7\n-c constraints.txt\n", "constraints.txt": "torch<2.8\n"},
        line="torch",
    ),
    LintCase(
        bad={"requirements.txt": "bitsandbytes>=0.45\n-c constraints.txt\n", "constraints.txt": "bitsandbytes<0.44\n"},
        good={"requirements.txt": "bitsandbytes>=0.45\n-c constraints.txt\n", "constraints.txt": "bitsandbytes<0.46\n"},
        line="bitsandbytes",
    ),
    LintCase(
        bad={"pyproject.toml": _PROJECT + '[tool.uv]\nconstraint-dependencies = ["torch==2.6.0"]\n'},
        good={"pyproject.toml": _PROJECT + '[tool.uv]\nconstraint-dependencies = ["torch==2.7.1"]\n'},
        line='dependencies = ["torch>=2.7"]',
    ),
)
NEAR_MISSES = (
    NearMiss(
        "an override takes the place of what the project asks for",
        {"pyproject.toml": _PROJECT + '[tool.uv]\noverride-dependencies = ["torch==2.6.0"]\n'},
    ),
    NearMiss(
        "the constraint is for another platform",
        {
            "requirements.txt": "torch==2.7.1\n-c constraints.txt\n",
            "constraints.txt": "torch==2.6.0 ; sys_platform == 'darwin'\n",
        },
    ),
    NearMiss(
        "the constraint holds a package that has no device code",
        {"requirements.txt": "torch==2.7.1\nnumpy==2.0.0\n-c constraints.txt\n", "constraints.txt": "numpy<2\n"},
    ),
)
