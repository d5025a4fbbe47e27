"""Cases of the rules about CMake, cargo, Python builds, make, and configured builds."""

from __future__ import annotations

import json

from tests.helpers.lint_case import LintCase

_LIST = '"-DCMAKE_CUDA_ARCHITECTURES=86;120"'
_DEVEL = "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\n"

# -- CMake

_CMAKE = """\
cmake_minimum_required(VERSION 3.24)
{before}project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
{after}add_library(kernels STATIC src/scale.cu)
{end}"""
_GUARDED = """\
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90 120)
endif()
"""


def _cmake(before: str = "", after: str = "", end: str = "") -> dict[str, str]:
    return {"CMakeLists.txt": _CMAKE.format(before=before, after=after, end=end)}


_CONFIGURES = _DEVEL + "COPY . /src\nWORKDIR /src\nRUN cmake -S . -B build -GNinja{list} && cmake --build build\n"
_LATER_LANGUAGE = """\
cmake_minimum_required(VERSION 3.18...3.28)
project(app CXX)
option(USE_CUDA "with CUDA" ON)
if(USE_CUDA)
  {before}enable_language(CUDA)
  {after}
endif()
add_subdirectory(src)
"""
_NAMED = "set(CMAKE_CUDA_ARCHITECTURES 86 120)"
_WITH_TORCH = """\
cmake_minimum_required(VERSION 3.24)
{before}project(ops LANGUAGES CXX CUDA)
find_package(Torch REQUIRED)
{after}add_library(ops SHARED ops.cu)
target_link_libraries(ops PRIVATE ${{TORCH_LIBRARIES}})
"""
_OLD_MODULE = """\
cmake_minimum_required(VERSION {minimum})
project(sgemm CXX)
find_package(CUDA REQUIRED)
cuda_add_library(sgemm STATIC sgemm.cu OPTIONS -gencode arch=compute_86,code=sm_86)
"""
_CACHE = """\
# This is the CMakeCache file.
CMAKE_BUILD_TYPE:STRING=Release
CMAKE_CUDA_ARCHITECTURES:STRING={}
CMAKE_HOME_DIRECTORY:INTERNAL=/src
"""

# -- engines

_ENGINE = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
{env}RUN git clone {tag}https://github.com/{repository} /src
WORKDIR /src
RUN {command}
"""


def _engine(
    command: str, tag: str = "v1.9.3", repository: str = "ggml-org/whisper.cpp", env: str = ""
) -> dict[str, str]:
    named = f"--depth 1 --branch {tag} " if tag else ""
    return {"Dockerfile": _ENGINE.format(command=command, tag=named, repository=repository, env=env)}


_LLAMA = "ggml-org/llama.cpp"
_ON = f"cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF {_LIST} && cmake --build build -j"
_HEREDOC = (
    _DEVEL
    + """\
RUN <<EOF
set -e
git clone --branch v1.8.4 https://github.com/ggml-org/whisper.cpp /src
cd /src
{}
EOF
"""
)
_PIP = _DEVEL + "RUN apt-get update && apt-get install -y python3-pip\n{}RUN {}pip install --no-cache-dir {}\n"
_JOB = """\
name: release
on: {{push: {{tags: ['v*']}}}}
jobs:
  linux:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp .
      - run: |
          {}
          cmake --build build -j
"""

# -- cargo

_RUST = _DEVEL + "{env}COPY . /app\nWORKDIR /app\nRUN cargo build --release{flags}\n"
_ENV_LIST = 'ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"\n'


def _crate(
    version: str = "0.14.3", features: str = '"cuda"', env: str = _ENV_LIST, flags: str = "", more: str = ""
) -> dict[str, str]:
    manifest = f"""\
[package]
name = "subtitles"
version = "0.1.0"
edition = "2021"

[dependencies]
anyhow = "1"
whisper-rs = {{ version = "{version}", features = [{features}] }}
{more}"""
    return {"Cargo.toml": manifest, "Dockerfile": _RUST.format(env=env, flags=flags)}


_PASSED_ON = '\n[features]\ncuda = ["whisper-rs/cuda"]\n'
_SCRIPT = """\
use std::env;

fn main() {{
    println!("cargo:rerun-if-changed=src/kernels.cu");
{}    // env::var("CUDA_ARCH_IGNORED") is what the old script read
    let archs = env::var("KERNELS_CUDA_ARCHS").unwrap_or_else(|_| "80;90".into());
    let mut build = cc::Build::new();
    build.cuda(true).file("src/kernels.cu");
    for arch in archs.split(';') {{
        build.flag("-gencode").flag(&format!("arch=compute_{{arch}},code=sm_{{arch}}"));
    }}
    build.compile("kernels");
}}
"""
_TELLS = '    println!("cargo:rerun-if-env-changed=KERNELS_CUDA_ARCHS");\n'

# -- PyTorch

_SETUP = """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="scale",
    ext_modules=[CUDAExtension("scale", ["scale.cpp", "scale_kernel.cu"]{})],
    cmdclass={{"build_ext": BuildExtension}},
)
"""
_TORCH = """\
FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel
WORKDIR /src
COPY . .
{}RUN pip install --no-build-isolation -v .
"""

# -- configured builds


def _database(*flags: str) -> dict[str, str]:
    """A compilation database as CMake writes it: a library of sources with these flags."""
    entries = [
        {
            "directory": "/src/build",
            "command": f"/usr/local/cuda/bin/nvcc -forward-unknown-to-host-compiler -O3 -DNDEBUG {flag} "
            f"-x cu -c /src/kernels/part{number}.cu -o CMakeFiles/kernels.dir/kernels/part{number}.cu.o",
            "file": f"/src/kernels/part{number}.cu",
            "output": f"CMakeFiles/kernels.dir/kernels/part{number}.cu.o",
        }
        for number, flag in enumerate(flags)
    ]
    return {"build/compile_commands.json": json.dumps(entries, indent=2)}


def _code(*archs: str) -> str:
    return " ".join(f"--generate-code=arch=compute_{arch},code=[compute_{arch},sm_{arch}]" for arch in archs)


def _real(*archs: str) -> str:
    return " ".join(f"--generate-code=arch=compute_{arch},code=[sm_{arch}]" for arch in archs)


LINT_CASES: tuple[LintCase, ...] = (
    LintCase("arch-list-unset", _cmake(), _cmake(before=_GUARDED), line="project("),
    LintCase("arch-list-unset", _cmake(), _cmake(before=_GUARDED), gpu=("RTX 5070 Ti", "8.6")),
    LintCase(
        "arch-list-unset",
        {**_cmake(), "Dockerfile": _CONFIGURES.format(list="")},
        {**_cmake(), "Dockerfile": _CONFIGURES.format(list=f" {_LIST}")},
        line="RUN cmake -S . -B build",
    ),
    LintCase(
        "arch-list-unset",
        _cmake(),
        {
            **_cmake(),
            "CMakePresets.json": '{"version": 3, "configurePresets": [{"name": "r", "cacheVariables": '
            '{"CMAKE_CUDA_ARCHITECTURES": "86;120"}}]}',
        },
    ),
    LintCase("list-after-language", _cmake(after=_GUARDED), _cmake(before=_GUARDED), line="  set(CMAKE_CUDA_ARCH"),
    LintCase(
        "list-after-language",
        _cmake(after='set(CMAKE_CUDA_ARCHITECTURES "80;120" CACHE STRING "for these GPUs")\n'),
        _cmake(before='set(CMAKE_CUDA_ARCHITECTURES "80;120" CACHE STRING "for these GPUs")\n'),
        line='CACHE STRING "for these GPUs"',
    ),
    LintCase("list-after-language", _cmake(end=f"{_NAMED}\n"), _cmake(after=f"{_NAMED}\n"), line=_NAMED),
    LintCase(
        "list-after-language",
        {"CMakeLists.txt": _LATER_LANGUAGE.format(before="", after=_GUARDED)},
        {"CMakeLists.txt": _LATER_LANGUAGE.format(before=_GUARDED, after="")},
    ),
    LintCase(
        "list-after-language",
        {**_cmake(), "src/CMakeLists.txt": _GUARDED + "add_library(more STATIC more.cu)\n"},
        # the old policy leaves the variable undefined, so the guard is taken
        {
            "CMakeLists.txt": _cmake()["CMakeLists.txt"].replace("3.24", "3.16"),
            "src/CMakeLists.txt": _GUARDED + "add_library(more STATIC more.cu)\n",
        },
        line="set(CMAKE_CUDA_ARCHITECTURES",
    ),
    LintCase(
        "find-cuda-removed",
        {"CMakeLists.txt": _OLD_MODULE.format(minimum="3.10")},
        _cmake(before=_GUARDED),
        line="find_package(CUDA",
    ),
    LintCase("find-cuda-removed", {"CMakeLists.txt": _OLD_MODULE.format(minimum="3.27")}, _cmake(before=_GUARDED)),
    LintCase(
        "stale-cmake-cache",
        {**_cmake(before=_GUARDED), "build/CMakeCache.txt": _CACHE.format("80;90")},
        {**_cmake(before=_GUARDED), "build/CMakeCache.txt": _CACHE.format("120;80;90")},
        line="CMAKE_CUDA_ARCHITECTURES:STRING=80;90",
    ),
    # -- options
    LintCase(
        "gone-option",
        _engine(_ON.replace("GGML_CUDA", "WHISPER_CUBLAS")),
        _engine(_ON),
        line="-DWHISPER_CUBLAS=ON",
    ),
    LintCase("gone-option", _engine(_ON.replace("GGML_CUDA", "WHISPER_CUDA")), _engine(_ON)),
    LintCase(
        "gone-option",
        _engine(_ON.replace("GGML_CUDA", "LLAMA_CUBLAS"), "b6123", _LLAMA),
        _engine(_ON, "b6123", _LLAMA),
    ),
    LintCase(
        "gone-option",
        {"Dockerfile": _PIP.format("", 'CMAKE_ARGS="-DLLAMA_CUBLAS=on" ', "llama-cpp-python")},
        {"Dockerfile": _PIP.format("", 'CMAKE_ARGS="-DGGML_CUDA=on" ', "llama-cpp-python")},
        line="-DLLAMA_CUBLAS=on",
        also=frozenset({"native-in-image-build"}),
    ),
    LintCase("make-variable-dead", _engine("GGML_CUDA=1 make -j8", "v1.7.4"), _engine(_ON), line="GGML_CUDA=1 make"),
    LintCase(
        "make-variable-dead",
        _engine("make -j WHISPER_CUBLAS=1"),
        _engine('make -j CMAKE_ARGS="-DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=86"'),
    ),
    LintCase("make-variable-dead", _engine("make -j8", env="ENV GGML_CUDA=1\n"), _engine(_ON), line="ENV GGML_CUDA"),
    LintCase(
        "make-variable-dead",
        {"Dockerfile": _HEREDOC.format("GGML_CUDA=1 make -j")},
        {"Dockerfile": _HEREDOC.format(f"cmake -B build -DGGML_CUDA=1 -DGGML_NATIVE=OFF {_LIST}\nmake -C build -j")},
    ),
    LintCase(
        "make-variable-dead",
        _engine("make LLAMA_CUDA=1", "b5000", _LLAMA),
        _engine(_ON, "b5000", _LLAMA),
    ),
    LintCase("cpu-only-build", _engine("cmake -B build && cmake --build build -j"), _engine(_ON), line="cmake -B"),
    LintCase(
        "cpu-only-build",
        {"Dockerfile": _PIP.format("", "", "llama-cpp-python==0.3.16")},
        {
            "Dockerfile": _PIP.format(
                "",
                "",
                "--extra-index-url https://abetlen.github.io/llama-cpp-python/whl/cu124 llama-cpp-python==0.3.16",
            )
        },
        line="pip install",
    ),
    LintCase("cpu-only-build", _crate(features=""), _crate(), line="cargo build --release"),
    LintCase(
        "cpu-only-build",
        _crate(features="", more=_PASSED_ON),
        _crate(features="", more=_PASSED_ON, flags=" --features cuda"),
    ),
    LintCase(
        "cpu-half-native",
        _engine(f"cmake -B build -DGGML_CUDA=ON {_LIST} && cmake --build build -j"),
        _engine(_ON),
        line="RUN cmake -B build",
    ),
    LintCase(
        "cpu-half-native",
        {".github/workflows/release.yml": _JOB.format(f"cmake -B build -DGGML_CUDA=ON {_LIST}")},
        {".github/workflows/release.yml": _JOB.format(f"SOURCE_DATE_EPOCH=1 cmake -B build -DGGML_CUDA=ON {_LIST}")},
        line="cmake -B build -DGGML_CUDA=ON",
    ),
    # -- other builds' lists: the rule for dead variables knows these versions
    LintCase(
        "dead-variable",
        _engine(f"cmake -B build -DWHISPER_CUBLAS=ON {_LIST}", "v1.5.4"),
        _engine('cmake -B build -DWHISPER_CUBLAS=ON "-DGGML_CUDA_ARCHITECTURES=86;90"', "v1.5.4"),
        line="-DCMAKE_CUDA_ARCHITECTURES",
    ),
    LintCase(
        "dead-variable",
        _engine(f"cmake -S . -DCOMPUTE_BACKEND=cuda {_LIST} && make", "0.45.0", "bitsandbytes-foundation/bitsandbytes"),
        _engine(
            'cmake -S . -DCOMPUTE_BACKEND=cuda "-DCOMPUTE_CAPABILITY=86;120" && make',
            "0.45.0",
            "bitsandbytes-foundation/bitsandbytes",
        ),
    ),
    LintCase(
        "dead-variable",
        {"setup.py": _SETUP.format(""), "build.sh": "export CMAKE_CUDA_ARCHITECTURES='86;120'\npip install -v .\n"},
        {"setup.py": _SETUP.format(""), "build.sh": "export TORCH_CUDA_ARCH_LIST='8.6;12.0'\npip install -v .\n"},
    ),
    LintCase("dead-variable", _crate("0.12.1"), _crate("0.13.2"), line="CMAKE_CUDA_ARCHITECTURES"),
    LintCase(
        "dead-variable",
        {**_crate("0.12.1", env=""), ".cargo/config.toml": '[env]\nCMAKE_CUDA_ARCHITECTURES = "86;120"\n'},
        {**_crate("0.13.2", env=""), ".cargo/config.toml": '[env]\nCMAKE_CUDA_ARCHITECTURES = "86;120"\n'},
        line="CMAKE_CUDA_ARCHITECTURES",
        also=frozenset({"native-in-image-build"}),
    ),
    LintCase(
        "dead-variable",
        {"CMakeLists.txt": _WITH_TORCH.format(before=f"{_NAMED}\n", after="")},
        {"CMakeLists.txt": _WITH_TORCH.format(before="", after=f"{_NAMED}\n")},
        line=_NAMED,
    ),
    LintCase(
        "dead-variable",
        _crate("0.14.3", env=_ENV_LIST + "ENV GGML_NATIVE=OFF\n"),
        _crate("0.16.0", env=_ENV_LIST + "ENV GGML_NATIVE=OFF\n"),
        line="GGML_NATIVE",
    ),
    # -- cargo
    LintCase("feature-gone", _crate("0.13.2", '"opencl"', ""), _crate("0.13.2"), line="opencl"),
    LintCase(
        "feature-gone",
        _crate("0.14.3", "", more='\n[features]\ngpu = ["whisper-rs/cublas"]\n', flags=" --features gpu"),
        _crate("0.14.3", "", more='\n[features]\ngpu = ["whisper-rs/cuda"]\n', flags=" --features gpu"),
        line="whisper-rs/cublas",
    ),
    LintCase(
        "fpic-lost",
        _crate(env=_ENV_LIST + 'ENV CMAKE_CUDA_FLAGS="-O3"\n'),
        _crate(env=_ENV_LIST + 'ENV CMAKE_CUDA_FLAGS="-O3 -Xcompiler=-fPIC"\n'),
        line="ENV CMAKE_CUDA_FLAGS",
    ),
    LintCase(
        "rerun-missing",
        {"build.rs": _SCRIPT.format("")},
        {"build.rs": _SCRIPT.format(_TELLS)},
        line='env::var("KERNELS_CUDA_ARCHS")',
    ),
    # -- PyTorch
    LintCase(
        "torch-list-unset",
        {"setup.py": _SETUP.format(""), "Dockerfile": _TORCH.format("")},
        {"setup.py": _SETUP.format(""), "Dockerfile": _TORCH.format('ENV TORCH_CUDA_ARCH_LIST="8.6;12.0"\n')},
        line="RUN pip install",
        gpu=("12.0", "8.6"),
    ),
    LintCase(
        "torch-list-unset",
        {"setup.py": _SETUP.format(""), "Dockerfile": _TORCH.format("")},
        {
            "setup.py": _SETUP.format(', extra_compile_args={"nvcc": ["-gencode=arch=compute_86,code=sm_86"]}'),
            "Dockerfile": _TORCH.format(""),
        },
    ),
    # -- configured builds
    LintCase("planned-default-target", _database(*[_code("75")] * 3), _database(*[_code("80", "120")] * 3)),
    LintCase("planned-default-target", _database("", ""), _database(*[_code("80")] * 2), gpu=("8.6",)),
    LintCase("planned-default-target", _database(_code("52")), _database(_code("75")), gpu=("7.5",)),
    LintCase("planned-native", _database("-arch=native", _code("80")), _database(_code("80"), _code("80"))),
    LintCase("planned-missing-target", _database(*[_real("80", "86")] * 2), _database(_real("120")), gpu=("12.0",)),
    LintCase("planned-missing-target", _database(_code("90")), _database(_real("100f")), gpu=("10.3",)),
    LintCase(
        "planned-hole",
        _database(_code("80", "120"), _real("80"), _code("80", "120")),
        _database(_code("80", "120"), _real("90a"), _code("80", "120")),
        gpu=("12.0",),
    ),
    LintCase(
        "planned-hole",
        _database(_real("80", "120"), _real("120"), _real("80", "120")),
        _database(_real("80", "120"), _real("80"), _code("80")),
        gpu=("8.6",),
    ),
    LintCase(
        "planned-hole",
        _database(_real("80"), _real("80", "120"), _real("80")),
        _database(*[_real("80", "120")] * 3),
        gpu=("12.0",),
    ),
    LintCase(
        "planned-hole",
        _database(_real("86", "120"), _real("86"), _real("86", "120")),
        _database(_real("86", "120"), _code("86"), _real("86", "120")),
    ),
)
