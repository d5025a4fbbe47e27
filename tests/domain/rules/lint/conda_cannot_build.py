"""`conda-cannot-build`: a recipe's compiler cannot build the list."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
""",
            "conda/meta.yaml": """\
{% set version = '1.0' %}
package:
  name: kernels
  version: {{ version }}
""",
            "conda/conda_build_config.yaml": """\
cuda_compiler_version:
  - 11.8
  - 12.9
""",
            "conda/build.sh": 'cmake ${CMAKE_ARGS} "-DCMAKE_CUDA_ARCHITECTURES=86;120" -B build\n',
        },
        good={
            "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.24)
project(kernels LANGUAGES CXX CUDA)
""",
            "conda/meta.yaml": """\
{% set version = '1.0' %}
package:
  name: kernels
  version: {{ version }}
""",
            "conda/conda_build_config.yaml": """\
cuda_compiler_version:
  - 11.8  # [aarch64]
  - 12.9
""",
            "conda/build.sh": 'cmake ${CMAKE_ARGS} "-DCMAKE_CUDA_ARCHITECTURES=86;120" -B build\n',
        },
        line="11.8",
    ),
)
