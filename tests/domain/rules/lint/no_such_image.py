"""`no-such-image`: an image that NVIDIA does not have."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    # deleted from Docker Hub alone
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:10.2-runtime-ubuntu18.04
COPY server /usr/local/bin/
""",
        },
        good={
            "Dockerfile": """\
FROM nvcr.io/nvidia/cuda:10.2-runtime-ubuntu18.04
COPY server /usr/local/bin/
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda
RUN true
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-base-ubuntu24.04
RUN true
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:latest
RUN true
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:11.4.3-devel-ubuntu20.04
RUN true
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.4.1-devel-ubuntu24.04
RUN true
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN true
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.5.0-devel-ubuntu24.04
RUN true
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.5.1-devel-ubuntu24.04
RUN true
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8-devel-ubuntu22.04
RUN true
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:13.7.0-devel-ubuntu28.04
RUN true
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.6.3-ubuntu22.04
RUN true
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.6.2-cudnn-runtime-ubuntu22.04
RUN true
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel
RUN true
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-cudnn-devel-rockylinux9
RUN true
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:13.0.0-devel-ubuntu20.04
RUN true
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:13.0.1-devel-ubuntu22.04
RUN true
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-azl3
RUN true
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.9.1-devel-azl3
RUN true
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.4.1-cudnn8-devel-ubuntu22.04
RUN true
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04
RUN true
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:10.2-devel-ubuntu18.04
RUN true
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.3.2-cudnn9-devel-ubuntu22.04
RUN true
""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-debian12
RUN true
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.9.1-devel-oraclelinux9
RUN true
""",
        },
    ),
    LintCase(
        bad={
            ".gitlab-ci.yml": """\
test:
  image: nvidia/cuda:latest
  script: [nvidia-smi]
""",
        },
        good={
            ".gitlab-ci.yml": """\
test:
  image: nvidia/cuda:12.8.1-base-ubuntu24.04
  script: [nvidia-smi]
""",
        },
        line="nvidia/cuda:latest",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a script of the project builds an image of that name",
        {
            "Dockerfile": "FROM nvidia/cuda:10.1-devel-ubuntu19.04\nRUN make\n",
            "ci/images.sh": "$DOCKER build $ARGS ci/devel -t nvidia/cuda:10.1-devel-ubuntu19.04\n",
        },
    ),
)
