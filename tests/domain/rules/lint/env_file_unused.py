"""`env-file-unused`: architectures in a .env file that no service reads."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            ".env": "TORCH_CUDA_ARCH_LIST=8.6;12.0\n",
            "compose.yaml": """\
services:
  a:
    build: .
""",
        },
        good={
            ".env": "TORCH_CUDA_ARCH_LIST=8.6;12.0\n",
            "compose.yaml": """\
services:
  a:
    build:
      context: .
      args:
        TORCH_CUDA_ARCH_LIST: ${TORCH_CUDA_ARCH_LIST}
""",
        },
        line="TORCH_CUDA_ARCH_LIST",
    ),
    LintCase(
        bad={
            "deploy/.env": "CUDA_ARCHITECTURES=86;120\n",
            "deploy/compose.yaml": """\
services:
  a:
    image: me/a
""",
        },
        good={
            "deploy/.env": "CUDA_ARCHITECTURES=86;120\n",
            "deploy/compose.yaml": """\
services:
  a:
    image: me/a
    env_file: .env
""",
        },
    ),
)
