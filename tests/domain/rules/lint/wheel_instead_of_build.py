"""`wheel-instead-of-build`: a setup that takes a wheel instead of building."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV FLASH_ATTN_CUDA_ARCHS="80;120"
RUN pip install torch
RUN MAX_JOBS=4 pip install flash-attn --no-build-isolation
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV FLASH_ATTN_CUDA_ARCHS="80;120"
RUN pip install torch
RUN MAX_JOBS=4 FLASH_ATTENTION_FORCE_BUILD=TRUE pip install flash-attn --no-build-isolation
""",
        },
        line="FLASH_ATTN_CUDA_ARCHS",
    ),
)
