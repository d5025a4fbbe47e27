"""`plain-and-family`: plain and family code of one number in one build."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 90-real 120-real 120f-real)
project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 90-real 120-virtual 120f-real)
project(fluid LANGUAGES CXX CUDA)
add_library(fluid STATIC src/solver.cu)
""",
        },
        line="120f",
    ),
)
NEAR_MISSES = (
    NearMiss(
        "each branch has one of them",
        {
            "build.sh": 'if [[ "$CUDA" == 12.* ]]; then\n    LIST="9.0a 12.0"\nelse\n    LIST="9.0a 12.0f"\nfi\n'
            'export TORCH_CUDA_ARCH_LIST="$LIST"\npython3 setup.py install\n',
            "setup.py": "from torch.utils.cpp_extension import CUDAExtension\nCUDAExtension('a', ['a.cu'])\n",
        },
    ),
)

NEAR_MISSES += (
    NearMiss(
        "what tests of a build file expect, each of a command line of its own",
        {
            "tests/BUILD.bazel": """\
flag_test(
    name = "plain",
    contain_flags = ["-gencode arch=compute_120,code=sm_120"],
    not_contain_flags = ["-gencode arch=compute_120f,code=sm_120f"],
)
""",
        },
    ),
    NearMiss(
        "two targets of a build file, compiled apart",
        {
            "BUILD.bazel": """\
cuda_library(
    name = "plain",
    srcs = ["a.cu"],
    copts = ["-gencode", "arch=compute_120,code=sm_120"],
)
cuda_library(
    name = "family",
    srcs = ["b.cu"],
    copts = ["-gencode", "arch=compute_120f,code=sm_120f"],
)
""",
        },
    ),
)
