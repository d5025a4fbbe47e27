"""`arch-list-unset`: a CUDA project for which nobody says the architectures."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

# an engine whose files leave the list to CMake; its CUDA is on unless it is switched off
_FAISS = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.0 https://github.com/facebookresearch/faiss /src
WORKDIR /src
RUN cmake {0}-S . -B build && cmake --build build -j
"""

_RULE = """\
CUDA_VER ?=
NVCC := /usr/local/cuda-$(CUDA_VER)/bin/nvcc
{0}
CUFLAGS := -I/usr/local/cuda-$(CUDA_VER)/include $(cuda_arch)
OBJS := $(patsubst %.cu,%.o,$(wildcard *.cu))

lib.so: $(OBJS)
\tg++ -shared -o $@ $^

%.o: %.cu Makefile
\t@$(NVCC) -c -o $@ {1}$(CUFLAGS) $<
"""


def _made(head: str, more: str = "") -> dict[str, str]:
    return {"lib/Makefile": _RULE.format(head, more)}


_FOUND = """\
cmake_minimum_required(VERSION 3.10)
project(a)
find_package(CUDA REQUIRED)
{0}
cuda_add_executable(a main.cu)
"""
_FLAGS = "set(CUDA_NVCC_FLAGS ${CUDA_NVCC_FLAGS} -gencode arch=compute_86,code=sm_86)"
_OTHER = {"b/CMakeLists.txt": _FOUND.format(_FLAGS), "c/Makefile": "CUFLAGS := -arch=sm_86\n"}

CASES = (
    *(
        LintCase(bad={"build.sh": script.format("")}, good={"build.sh": script.format(" -arch=sm_86")}, line="ops.cu")
        for script in (
            "/usr/local/cuda-8.0/bin/nvcc{} ops.cu -o ops.o -c -O2 -Xcompiler -fPIC\n",
            "$CUDA_HOME/bin/nvcc{} ops.cu -o ops.o -c\n",
            'NVCC="$CUDA_PATH/bin/nvcc"\n$NVCC{} -shared -o ops.so ops.cu\n',
        )
    ),
    LintCase(  # the compiler is a variable, and so are its flags
        bad=_made("cuda_arch := #-gencode=arch=compute_80,code=sm_80"),
        good=_made("cuda_arch := -gencode=arch=compute_80,code=sm_80"),
        line="$(NVCC) -c",
    ),
    LintCase(  # of several projects in one tree each has its own flags
        bad={"a/CMakeLists.txt": _FOUND.format(""), **_OTHER},
        good={"a/CMakeLists.txt": _FOUND.format(_FLAGS), **_OTHER},
        line="cuda_add_executable",
    ),
    LintCase(
        bad={"Dockerfile": _FAISS.format("")},
        good={"Dockerfile": _FAISS.format("-DCMAKE_CUDA_ARCHITECTURES=120 ")},
        line="RUN cmake -S",
        gpu=("12.0",),
    ),
    LintCase(
        bad={"Dockerfile": _FAISS.format("-DFAISS_ENABLE_GPU=ON ")},
        good={"Dockerfile": _FAISS.format("-DFAISS_ENABLE_GPU=OFF ")},
        line="RUN cmake -DFAISS",
        also=frozenset({"cpu-only-build"}),
    ),
    LintCase(
        bad={"CMakeLists.txt": "project(a)\nfind_package(CUDA REQUIRED)\ncuda_add_library(a SHARED a.cu)\n"},
        good={
            "CMakeLists.txt": "project(a)\nfind_package(CUDA REQUIRED)\n"
            "list(APPEND CUDA_NVCC_FLAGS -gencode arch=compute_80,code=sm_80)\ncuda_add_library(a SHARED a.cu)\n"
        },
        line="cuda_add_library",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90 120)
endif()
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
""",
        },
        line="project(",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90 120)
endif()
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
""",
        },
        gpu=("RTX 5070 Ti", "8.6"),
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY . /src
WORKDIR /src
RUN cmake -S . -B build -GNinja && cmake --build build
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY . /src
WORKDIR /src
RUN cmake -S . -B build -GNinja "-DCMAKE_CUDA_ARCHITECTURES=86;120" && cmake --build build
""",
        },
        line="RUN cmake -S . -B build",
    ),
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(
  kernels
  VERSION 1.2
  LANGUAGES CXX CUDA)
add_library(kernels STATIC src/scale.cu)
""",
            "CMakePresets.json": """\
{"version": 3, "configurePresets": [{"name": "r", "cacheVariables": {"CMAKE_CUDA_ARCHITECTURES": "86;120"}}]}""",
        },
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY ops.cu .
RUN nvcc -O3 -shared -Xcompiler -fPIC ops.cu -o libops.so
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY ops.cu .
RUN nvcc -O3 -arch=sm_86 -shared ops.cu -o libops.so
""",
        },
        line="nvcc -O3",
    ),
    LintCase(
        bad={
            "Makefile": """\
libops.so: ops.cu
\tnvcc -O3 --shared -Xcompiler -fPIC -o $@ $<
""",
        },
        good={
            "Makefile": """\
libops.so: ops.cu
\tnvcc $(NVCCFLAGS) --shared -Xcompiler -fPIC -o $@ $<
""",
        },
        line="nvcc -O3",
    ),
    LintCase(
        bad={
            "Cargo.toml": """\
[package]
name = "ops"
version = "0.1.0"

[build-dependencies]
cc = "1"
""",
            "build.rs": """\
fn main() {
    cc::Build::new()
        .cuda(true)
        .file("src/ops.cu")
        .compile("ops");
}
""",
        },
        good={
            "Cargo.toml": """\
[package]
name = "ops"
version = "0.1.0"

[build-dependencies]
cc = "1"
""",
            "build.rs": """\
fn main() {
    cc::Build::new()
        .cuda(true)
        .flag("-gencode")
        .flag("arch=compute_86,code=sm_86")
        .file("src/ops.cu")
        .compile("ops");
}
""",
        },
        line=".cuda(true)",
    ),
)

NEAR_MISSES = (
    NearMiss("a script of tests", {"ops/test/compile.sh": "nvcc query.cu -o query\n"}),
    NearMiss("flags that only the build knows", {"build.sh": "nvcc $FLAGS ops.cu -o ops.o -c\n"}),
    NearMiss("what asks for the release", {"build.sh": "nvcc --version\n"}),
    *(
        NearMiss(why, _made(head, more))
        for why, head, more in (
            ("a variable from outside", "cuda_arch := $(NVCCFLAGS)", ""),
            ("what a program prints", "cuda_arch := $(shell ./flags.sh)", ""),
            ("given in a branch", "cuda_arch :=\nifdef SM\n\tcuda_arch += -arch=sm_$(SM)\nendif", ""),
            ("given for a target", "half: cuda_arch = -arch=sm_60", ""),
            ("another file of make's", "include ../flags.mk\ncuda_arch :=", ""),
            ("PTX alone", "cuda_arch :=", "-ptx "),
        )
    ),
    NearMiss(
        "a Makefile above hands it on", {**_made("cuda_arch :="), "Makefile": "\tmake -C lib CUFLAGS=-arch=sm_86\n"}
    ),
    NearMiss(
        "the project above has flags", {"CMakeLists.txt": _FOUND.format(_FLAGS), "a/CMakeLists.txt": _FOUND.format("")}
    ),
    NearMiss(
        "a script beside it gives them",
        {"a/CMakeLists.txt": _FOUND.format(""), "run.sh": "cmake a -DCUDA_NVCC_FLAGS=-arch=sm_86\n"},
    ),
    NearMiss(
        "the list comes from a module",
        {
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(a LANGUAGES CXX CUDA)
add_library(a a.cu)
""",
            "cmake/Archs.cmake": "set(CUDA_ARCH_FLAGS ${ARCHS})\n",
        },
    ),
    NearMiss(
        "PyTorch sets it",
        {
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(a LANGUAGES CXX CUDA)
add_library(a a.cu)
find_package(Torch REQUIRED)
""",
        },
    ),
    NearMiss(
        "an example of a project without CUDA",
        {
            "examples/a/CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(a LANGUAGES CXX CUDA)
add_library(a a.cu)
""",
        },
    ),
    NearMiss(
        "a description that speaks of CUDA",
        {
            "CMakeLists.txt": 'project(a DESCRIPTION "CUDA" LANGUAGES CXX)\n',
        },
    ),
)

_SWITCH = """\
cmake_minimum_required(VERSION 3.10)
project(a LANGUAGES C CUDA)
option(CMAKE_CUDA_ARCHITECTURES "for which GPUs" {0})
if(CMAKE_CUDA_ARCHITECTURES MATCHES OFF)
  message(NOTICE "none was given")
endif()
add_library(a a.cu)
"""
CASES += (
    LintCase(  # option() makes a switch and no list, and a question sets nothing
        bad={
            "CMakeLists.txt": _SWITCH.format("OFF"),
            "test/Makefile.am": "nvcc_FLAGS = -gencode arch=compute_50,code=sm_50\n",
        },
        good={"CMakeLists.txt": _SWITCH.format("86")},
        line="project(a",
    ),
)

_OPEN = """\
NVCC ?= nvcc
NVCCFLAGS += -O2 $(CUDA_ARCH)
k.o: k.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
"""
CASES += (
    LintCase(  # a variable for a list, which is empty where nobody gives it
        bad={"Makefile": _OPEN},
        good={"Makefile": _OPEN, "build.sh": 'make CUDA_ARCH="-arch=sm_86"\n'},
        line="$(NVCC) $(NVCCFLAGS)",
    ),
)
NEAR_MISSES += (
    NearMiss(
        "given by configure", {"Makefile": f"-include config.mk\n{_OPEN}", "configure.ac": "AC_SUBST([CUDA_ARCH])\n"}
    ),
    NearMiss("a variable for any flags", {"Makefile": _OPEN.replace("CUDA_ARCH", "MORE")}),
)

_EMPTY_BY_DEFAULT = """\
NVCC ?= nvcc
CUDA_ARCH ?={}
FLAGS = -O3
ifneq ($(CUDA_ARCH),)
  FLAGS += -arch=$(CUDA_ARCH)
endif
k.o: k.cu
\t$(NVCC) $(FLAGS) -c -o $@ $<
"""
CASES += (
    LintCase(  # a target that is added only where somebody gives one
        bad={"Makefile": _EMPTY_BY_DEFAULT.format("")},
        good={"Makefile": _EMPTY_BY_DEFAULT.format(" sm_86")},
        line="$(NVCC)",
    ),
)
NEAR_MISSES += (
    NearMiss(
        "what a Makefile adds where the variable is not given has a target",
        {
            "Makefile": """\
NVCC ?= nvcc
ifdef SM
  FLAGS += -arch=sm_$(SM)
else
  FLAGS += -arch=native
endif
k.o: k.cu
\t$(NVCC) $(FLAGS) -c -o $@ $<
""",
        },
    ),
)

_PLAIN = "cmake_minimum_required(VERSION 3.20)\nproject(x LANGUAGES CXX CUDA)\nadd_library(x SHARED x.cu)\n"
_IMAGE = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ARG ARCHS{0}
ENV CUDAARCHS={1}
COPY . /s
WORKDIR /s
RUN cmake -S . -B /b {2}&& cmake --build /b
"""


def _image(default: str = "", taken: str = "${ARCHS}", more: str = "", **files: str) -> dict[str, str]:
    return {"CMakeLists.txt": _PLAIN, "Dockerfile": _IMAGE.format(default, taken, more), **files}


_GIVEN = "services:\n  a:\n    build:\n      context: .\n      args:\n        ARCHS: '86;120'\n"
CASES += (
    LintCase(bad=_image(), good=_image("=86;120"), line="ENV CUDAARCHS"),
    LintCase(bad=_image(taken='"$ARCHS"'), good=_image(taken="${ARCHS:-86}"), line="ENV CUDAARCHS"),
)
NEAR_MISSES += (
    NearMiss("compose gives the argument", _image(**{"compose.yaml": _GIVEN})),
    NearMiss("a script gives it", _image(**{"build.sh": "docker build --build-arg ARCHS=86 .\n"})),
    NearMiss("the line has a list", _image(more="-DCMAKE_CUDA_ARCHITECTURES=86 ")),
    NearMiss(
        "an ARG before FROM has its default", {**_image(), "Dockerfile": "ARG ARCHS=86\n" + _image()["Dockerfile"]}
    ),
    NearMiss(
        "the image asks for it",
        {**_image(), "Dockerfile": _image()["Dockerfile"].replace("COPY", 'RUN test "$ARCHS"\nCOPY')},
    ),
    NearMiss("no CUDA", {**_image(), "CMakeLists.txt": "project(x LANGUAGES CXX)\n"}),
)
