"""`gpu-on-hosted-runner`: a hosted job that needs a GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - run: nvidia-smi
""",
        },
        good={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: [self-hosted, linux, gpu]
    steps:
      - run: nvidia-smi
""",
        },
        line="nvidia-smi",
    ),
    LintCase(
        bad={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - run: docker run --rm --gpus all me/asr ./test
""",
        },
        good={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - run: nvidia-smi || true
      - run: if nvidia-smi; then ./test; fi
""",
        },
    ),
)
