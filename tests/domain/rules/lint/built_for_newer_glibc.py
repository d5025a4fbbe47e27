"""`built-for-newer-glibc`: programs of a newer distribution in an older one."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_CMAKE = "RUN cmake -S . -B build -DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=120 && cmake --build build"
_COPY = "COPY --from=build /src/build/bin/whisper-server /app/"


def _two(build: str, run: str, command: str = _CMAKE, copy: str = _COPY) -> dict[str, str]:
    return {"Dockerfile": f"FROM {build} AS build\nWORKDIR /src\nCOPY . .\n{command}\nFROM {run}\n{copy}\n"}


_BUILD, _RUN = "nvidia/cuda:12.8.1-devel-{}", "nvidia/cuda:12.8.1-runtime-{}"
_U24, _U22, _U20 = "ubuntu24.04", "ubuntu22.04", "ubuntu20.04"
_OLD = _RUN.format(_U22)
CASES = (
    LintCase(
        bad=_two(_BUILD.format(_U24), _OLD),
        good=_two(_BUILD.format(_U22), _OLD),
        line="COPY --from",
    ),
    LintCase(
        bad=_two(_BUILD.format(_U22), _RUN.format(_U20), "RUN nvcc -arch=sm_120 -o build/bin/whisper-server k.cu"),
        good=_two(_BUILD.format(_U20), _RUN.format(_U22), "RUN nvcc -arch=sm_120 -o build/bin/whisper-server k.cu"),
        line="COPY --from",
    ),
    LintCase(
        bad=_two("nvidia/cuda:12.8.1-devel-rockylinux9", "rockylinux:8"),
        good=_two("nvidia/cuda:12.8.1-devel-rockylinux8", "rockylinux:9"),
        line="COPY --from",
    ),
)
NEAR_MISSES = (
    NearMiss("make of a site", _two("node:22-trixie", _OLD, "RUN make web", "COPY --from=build /src/dist /srv/dist")),
    NearMiss("a static program of Go", _two("golang:1.23-trixie", "debian:12", "RUN CGO_ENABLED=0 make build")),
    NearMiss("the same distribution", _two(_BUILD.format(_U24), _RUN.format(_U24))),
    NearMiss("a newer one at run time", _two(_BUILD.format(_U22), _RUN.format(_U24))),
    NearMiss("no function between the two that programs ask for", _two("ubuntu:24.04", "debian:13")),
    NearMiss("nothing says which distribution runs it", _two(_BUILD.format(_U24), "team/base:1")),
    NearMiss("a static program", _two(_BUILD.format(_U24), _OLD, "RUN g++ -static -o build/bin/whisper-server m.cpp")),
    NearMiss(
        "for musl",
        _two(_BUILD.format(_U24), _OLD, "RUN cargo build --release --target x86_64-unknown-linux-musl --features cuda"),
    ),
    NearMiss("nothing is compiled there", _two(_BUILD.format(_U24), _OLD, "RUN pip install --target /src/p requests")),
    NearMiss(
        "no program is copied", _two(_BUILD.format(_U24), _OLD, copy="COPY --from=build /src/app.py /src/models /app/")
    ),
)
