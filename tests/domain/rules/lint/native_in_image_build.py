"""`native-in-image-build`: an image build that asks for a GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_DOCKERFILE = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake clang curl g++
WORKDIR /src
COPY . .
RUN cargo build --release
"""
_ALLOWING = """\
[package]
name = "transcribe"
version = "0.1.0"

[dependencies]
whisper-rs = {{ version = "{0}", features = ["cuda"] }}
"""
# the engine's crates lie in the workspace: one hands the feature on to the other
_VENDORED = {
    "Cargo.toml": """\
[package]
name = "transcribe"
version = "0.1.0"

[dependencies]
whisper-rs = { path = "whisper-rs", version = "0.14.3", features = ["cuda"] }

[workspace]
members = ["whisper-rs", "whisper-rs/sys"]
""",
    "whisper-rs/Cargo.toml": """\
[package]
name = "whisper-rs"
version = "0.14.3"

[dependencies]
whisper-rs-sys = { path = "sys", version = "0.15.0" }

[features]
cuda = ["whisper-rs-sys/cuda"]
""",
    "whisper-rs/sys/Cargo.toml": """\
[package]
name = "whisper-rs-sys"
version = "0.15.0"
build = "build.rs"

[features]
cuda = []
""",
}

_SOURCES = {
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.5)\nproject(whisper.cpp VERSION 1.8.2 LANGUAGES C CXX)\n"
    "add_subdirectory(ggml)\n",
    "include/whisper.h": "",
}

_MADE = (
    "FROM nvidia/cuda:12.8.1-devel-ubuntu22.04\nRUN git clone -b {} https://github.com/{} /src\nWORKDIR /src\nRUN {}\n"
)

_PLAIN = {"CMakeLists.txt": "cmake_minimum_required(VERSION 3.24)\nproject(app LANGUAGES CXX CUDA)\n"}
_EXTENSION = {
    "setup.py": "from torch.utils.cpp_extension import CUDAExtension\n"
    "setup(ext_modules=[CUDAExtension('x', ['x.cu'])])\n"
}
_HEAD = "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nRUN apt-get install -y cmake\nCOPY . .\n"
_SMI = "nvidia-smi --query-gpu=compute_cap --format=csv,noheader"

_SHELL = "SM := {}\nall:\n\tnvcc -arch=sm_$(SM) -o k k.cu\n"


def _with(lines: str, script: str = "") -> dict[str, str]:
    return {**_PLAIN, "Dockerfile": _HEAD + lines, **({"ci/build.sh": script} if script else {})}


CASES = (
    *(
        LintCase(bad=_with(lines.format(bad)), good=_with(lines.format("120")), line=line)
        for lines, bad, line in (
            # a build argument that nothing gives a value to
            ('ARG ARCHS\nRUN cmake -B b "-DCMAKE_CUDA_ARCHITECTURES=${{ARCHS:-{0}}}" .\n', "native", "ARCHS:-"),
            ('ARG ARCHS\nRUN cmake -B b "-DCMAKE_CUDA_ARCHITECTURES=${{ARCHS-{0}}}" .\n', "native", "ARCHS-"),
            ("ARG ARCHS\nENV CUDAARCHS=${{ARCHS:-{0}}}\nRUN cmake -B b .\n", "native", "ENV"),
            # what a GPU says
            ('RUN cmake -B b "-DCMAKE_CUDA_ARCHITECTURES={0}" .\n', f"$({_SMI} | tr -d .)", "RUN"),
            ("RUN cmake -B b -DCMAKE_CUDA_ARCHITECTURES={0} .\n", f"`{_SMI} | sed s/.0/0/`", "RUN"),
            ('RUN CAP={0} && cmake -B b "-DCMAKE_CUDA_ARCHITECTURES=$CAP" .\n', f"$({_SMI})", "RUN"),
            ("RUN export CUDAARCHS={0} && cmake -B b .\n", f"$({_SMI})", "RUN"),
            ("RUN nvcc -arch=sm_{0} -o k k.cu\n", f"$({_SMI})", "RUN nvcc"),
        )
    ),
    *(  # a script that the image build runs
        LintCase(bad=_with(run, script.format(bad)), good=_with(run, script.format("120")), line="cmake")
        for run in ("RUN ci/build.sh\n", "RUN cd ci && bash build.sh\n")
        for script in ('cmake -B b "-DCMAKE_CUDA_ARCHITECTURES={0}" .\n',)
        for bad in ("native", "${A:-native}", f"$({_SMI})")
    ),
    LintCase(
        bad={"Makefile": _SHELL.format(f"$(shell {_SMI} | tr -d .)"), "Dockerfile": _HEAD + "RUN make\n"},
        good={"Makefile": _SHELL.format("120"), "Dockerfile": _HEAD + "RUN make\n"},
        line="SM :=",
    ),
    LintCase(
        bad={**_EXTENSION, "Dockerfile": _HEAD + f"RUN TORCH_CUDA_ARCH_LIST=$({_SMI}) pip install .\n"},
        good={**_EXTENSION, "Dockerfile": _HEAD + "RUN TORCH_CUDA_ARCH_LIST=12.0 pip install .\n"},
        line="TORCH_CUDA",
    ),
    *(
        LintCase(
            bad={"Dockerfile": _MADE.format(tag, source, made)},
            good={"Dockerfile": _MADE.format(tag, source, f"{made} {name}=all")},
            line="make",
        )
        for tag, source, made, name in (
            ("v1.5.4", "ggerganov/whisper.cpp", "WHISPER_CUBLAS=1 make -j", "CUDA_ARCH_FLAG"),
            ("v1.6.2", "ggerganov/whisper.cpp", "make WHISPER_CUDA=1", "CUDA_ARCH_FLAG"),
            ("v1.7.2", "ggerganov/whisper.cpp", "make GGML_CUDA=1 -j", "CUDA_DOCKER_ARCH"),
            ("b2000", "ggerganov/llama.cpp", "make LLAMA_CUBLAS=1 -j", "CUDA_DOCKER_ARCH"),
            ("b4000", "ggerganov/llama.cpp", "make GGML_CUDA=1 -j", "CUDA_DOCKER_ARCH"),
        )
    ),
    # what CMake the first has is not known; the second has most likely its distribution's, which knows no `native`
    LintCase(
        bad={
            "Dockerfile": "FROM example.org/team/cuda-build:3\nCOPY . .\nRUN cmake -B build -DGGML_CUDA=ON\n",
            **_SOURCES,
        },
        good={
            "Dockerfile": "FROM nvidia/cuda:12.8.1-devel-ubuntu22.04\nRUN sh ./packages.sh\nCOPY . .\n"
            "RUN cmake -B build -DGGML_CUDA=ON\n",
            **_SOURCES,
        },
        line="cmake -B build",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON  && cmake --build build -j "$(nproc)"
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF && cmake --build build -j "$(nproc)"
""",
        },
        line="cmake -B build",
    ),
    # its CMake 3.22 is too old for ggml's `native`
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=native && cmake --build build -j "$(nproc)"
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu22.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON  && cmake --build build -j "$(nproc)"
""",
        },
        line="cmake -B build",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip g++
RUN CMAKE_ARGS="-DGGML_CUDA=on" pip install llama-cpp-python
CMD ["python3", "-m", "llama_cpp.server"]
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip g++
RUN CMAKE_ARGS="-DGGML_CUDA=on -DCMAKE_CUDA_ARCHITECTURES=86" pip install llama-cpp-python
CMD ["python3", "-m", "llama_cpp.server"]
""",
        },
        line="pip install",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake clang curl g++
WORKDIR /src
COPY . .
RUN cargo build --release --features cuda
""",
            "Cargo.toml": """\
[package]
name = "transcribe"
version = "0.1.0"

[dependencies]
whisper-rs = { version = "0.16.0", features = ["cuda"] }
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake clang curl g++
WORKDIR /src
COPY . .
ENV CMAKE_CUDA_ARCHITECTURES="86;120"
RUN cargo build --release --features cuda
""",
            "Cargo.toml": """\
[package]
name = "transcribe"
version = "0.1.0"

[dependencies]
whisper-rs = { version = "0.16.0", features = ["cuda"] }
""",
        },
        line="cargo build",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake clang curl g++
WORKDIR /src
COPY . .
RUN cargo build --release --features cuda
""",
            "Cargo.toml": """\
[package]
name = "chat"
version = "0.1.0"

[dependencies]
candle-core = "0.11.0"
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake clang curl g++
WORKDIR /src
COPY . .
ENV CUDA_COMPUTE_CAP=86
RUN cargo build --release --features cuda
""",
            "Cargo.toml": """\
[package]
name = "chat"
version = "0.1.0"

[dependencies]
candle-core = "0.11.0"
""",
        },
        line="cargo build",
    ),
    LintCase(
        bad={"Dockerfile": _DOCKERFILE, **_VENDORED},
        good={
            "Dockerfile": _DOCKERFILE,
            **_VENDORED,
            ".cargo/config.toml": '[env]\nCMAKE_CUDA_ARCHITECTURES = "120"\n',
        },
        line="cargo build",
    ),
    # a requirement is met by the newest release that it allows
    LintCase(
        bad={"Dockerfile": _DOCKERFILE, "Cargo.toml": _ALLOWING.format("0.14")},
        good={"Dockerfile": _DOCKERFILE, "Cargo.toml": _ALLOWING.format("=0.14.0")},
        line="cargo build",
    ),
    LintCase(
        bad={
            "Dockerfile": _DOCKERFILE.replace("cargo build", "cargo chef cook --recipe-path recipe.json"),
            "Cargo.toml": _ALLOWING.format("0.14.3"),
        },
        good={
            "Dockerfile": _DOCKERFILE.replace("cargo build", "cargo chef prepare --recipe-path recipe.json"),
            "Cargo.toml": _ALLOWING.format("0.14.3"),
        },
        line="cargo chef cook",
    ),
    LintCase(
        bad={
            "Dockerfile": _DOCKERFILE.replace("cargo build --release", 'bash -c ". ~/.cargo/env && cargo build -r"'),
            "Cargo.toml": _ALLOWING.format("0.14.3"),
        },
        good={
            "Dockerfile": _DOCKERFILE.replace(
                "cargo build --release", 'bash -c "export CMAKE_CUDA_ARCHITECTURES=120; cargo build -r"'
            ),
            "Cargo.toml": _ALLOWING.format("0.14.3"),
        },
        line="cargo build",
    ),
    # the manifest switches CUDA on
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake clang curl g++
WORKDIR /src
COPY . .
RUN cargo build --release
""",
            "Cargo.toml": """\
[package]
name = "transcribe"
version = "0.1.0"

[dependencies]
whisper-rs = { version = "0.16.0", features = ["cuda"] }
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake clang curl g++
WORKDIR /src
COPY . .
RUN cargo build --release
""",
            "Cargo.toml": """\
[package]
name = "transcribe"
version = "0.1.0"

[dependencies]
whisper-rs = { version = "0.16.0", features = ["cuda"] }
""",
            ".cargo/config.toml": """\
[env]
CMAKE_CUDA_ARCHITECTURES = "86;120"
""",
        },
        line="cargo build",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY kernels.cu .
RUN nvcc -arch=native -O3 kernels.cu -o kernels
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY kernels.cu .
RUN nvcc -arch=sm_86 -O3 kernels.cu -o kernels
""",
        },
        line="-arch=native",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY . /src
WORKDIR /src
RUN make -j
""",
            "Makefile": """\
NVCCFLAGS = -O3 -arch=native

kernels: kernels.cu
\tnvcc $(NVCCFLAGS) -o $@ $<
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY . /src
WORKDIR /src
RUN make -j
""",
            "Makefile": """\
ifeq ($(GPU),here)
ARCH = -arch=native
else
ARCH = -arch=sm_86
endif
kernels: kernels.cu
\tnvcc $(ARCH) -o $@ $<
""",
        },
        line="-arch=native",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES native)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
RUN cmake -B build && cmake --build build
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES native)
endif()
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
RUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real" && cmake --build build
""",
        },
        line="native",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "CMakePresets.json": """\
{"version": 6, "configurePresets": [{"name": "release", "binaryDir": "build",
 "cacheVariables": {"CMAKE_CUDA_ARCHITECTURES": "native"}}]}
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
RUN cmake --preset release && cmake --build build
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
""",
            "CMakePresets.json": """\
{"version": 6, "configurePresets": [{"name": "release", "binaryDir": "build",
 "cacheVariables": {"CMAKE_CUDA_ARCHITECTURES": "86-real;120-real"}}]}
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
RUN cmake --preset release && cmake --build build
""",
        },
        line="native",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip git
RUN GGML_CUDA=1 pip install git+https://github.com/absadiki/pywhispercpp
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip git
RUN GGML_CUDA=1 CMAKE_CUDA_ARCHITECTURES="86-real;120-real" pip install git+https://github.com/absadiki/pywhispercpp
""",
        },
        line="pip install",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the command gives the number",
        {"Makefile": _SHELL.format(f"$(shell {_SMI})"), "Dockerfile": _HEAD + "RUN make SM=120\n"},
    ),
    NearMiss(
        "it asks where nothing else is given",
        {
            "Makefile": "ifndef SM\n" + _SHELL.format(f"$(shell {_SMI})").replace("\nall", "\nendif\nall"),
            "Dockerfile": _HEAD + "ENV SM=120\nRUN make\n",
        },
    ),
    NearMiss(
        "a build gives the argument",
        {
            **_with("ARG A\nRUN cmake -B b -DCMAKE_CUDA_ARCHITECTURES=${A:-native} .\n"),
            "compose.yaml": "services:\n  a:\n    build:\n      context: .\n      args:\n        A: '120'\n",
        },
    ),
    NearMiss(
        "BuildKit gives the argument", _with("ARG TARGETARCH\nRUN cmake -B b -DCUDAARCHS=${TARGETARCH:-native} .\n")
    ),
    NearMiss(
        "nothing is given, and the word is for what is given",
        _with('ARG A\nRUN cmake -B b "${A:+-DCMAKE_CUDA_ARCHITECTURES=native}" .\n'),
    ),
    NearMiss(
        "another value is at hand", _with(f'RUN cmake -B b "-DCMAKE_CUDA_ARCHITECTURES=$({_SMI} || echo 120)" .\n')
    ),
    NearMiss(
        "a container runs the script, not its build",
        _with('CMD ["bash", "ci/build.sh"]\n', 'cmake -B b "-DCMAKE_CUDA_ARCHITECTURES=native" .\n'),
    ),
    NearMiss("a person runs the script", {**_PLAIN, "build.sh": f"CUDAARCHS=$({_SMI}) cmake -B b .\n"}),
    *(
        NearMiss(why, {"Dockerfile": _MADE.format("v1.5.4", "ggerganov/whisper.cpp", made)})
        for why, made in (
            ("CUDA is not switched on", "make -j"),
            ("nvcc gets its targets from a variable of its own", 'NVCC_APPEND_FLAGS="$FLAGS" make WHISPER_CUBLAS=1'),
        )
    ),
    NearMiss(
        "ggml asks for `native` from CUDA 11.6 on; before it takes a list of its own, whatever the CMake",
        {
            "Dockerfile": """\
FROM nvidia/cuda:11.4.3-devel-ubuntu20.04
RUN apt-get update && apt-get install -y python3-pip git g++ && pip install cmake==3.27.9
RUN git clone --branch v1.8.5 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON && cmake --build build
"""
        },
    ),
)
