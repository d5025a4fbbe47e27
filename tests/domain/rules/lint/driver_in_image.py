"""`driver-in-image`: packages of the driver in an image that containers are started from."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04
RUN apt-get update && apt-get install -y python3 nvidia-driver-535
CMD ["python3", "-m", "server"]
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04
RUN apt-get update && apt-get install -y python3
CMD ["python3", "-m", "server"]
""",
        },
        line="nvidia-driver-535",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM ubuntu:24.04 AS base
RUN apt-get update && apt-get install -y --no-install-recommends libnvidia-compute-550-server=550.90.07-0ubuntu1
FROM base
CMD ["/app/server"]
""",
        },
        good={
            "Dockerfile": """\
FROM ubuntu:24.04 AS base
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1
FROM base
CMD ["/app/server"]
""",
        },
        line="libnvidia-compute-550-server",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a build stage may link with the driver's library; no container is started from it",
        {
            "Dockerfile": """\
FROM ubuntu:24.04 AS build
RUN apt-get update && apt-get install -y libnvidia-compute-550 g++
RUN g++ -o /app main.cpp -lcuda
FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04
COPY --from=build /app /app
CMD ["/app"]
""",
        },
    ),
    NearMiss(
        "an image that brings the driver to its host",
        {
            "driver/Dockerfile": """\
FROM ubuntu:24.04
RUN apt-get update && apt-get install -y nvidia-driver-570-open
CMD ["/usr/local/bin/load-modules"]
""",
        },
    ),
)
