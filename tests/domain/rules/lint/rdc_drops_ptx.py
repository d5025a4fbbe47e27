"""`rdc-drops-ptx`: PTX that the device link drops."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 86-real 90-virtual)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
set_target_properties(kernels PROPERTIES CUDA_SEPARABLE_COMPILATION ON)
""",
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
set(CMAKE_CUDA_ARCHITECTURES 86-real 90-virtual)
project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
set_target_properties(kernels PROPERTIES CUDA_SEPARABLE_COMPILATION OFF)
""",
        },
        line="90-virtual",
    ),
    LintCase(
        bad={
            "Makefile": """\
app: a.cu b.cu
\tnvcc -rdc=true -gencode arch=compute_80,code=compute_80 -o $@ a.cu b.cu
""",
        },
        good={
            "Makefile": """\
app: a.cu b.cu
\tnvcc -rdc=true -gencode arch=compute_80,code=sm_80 -o $@ a.cu b.cu
""",
        },
        line="compute_80",
    ),
)
