"""`number-loses-zero`: a number that YAML cuts."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="fused_norm",
    ext_modules=[CUDAExtension("fused_norm._C", ["csrc/norm.cpp", "csrc/norm_cuda.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
""",
            ".github/workflows/wheel.yml": """\
on: push
jobs:
  wheel:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    env:
      TORCH_CUDA_ARCH_LIST: 12.0
    steps:
      - uses: actions/checkout@v4
      - run: pip install torch --index-url https://download.pytorch.org/whl/cu128
      - run: pip wheel --no-build-isolation .
""",
        },
        good={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="fused_norm",
    ext_modules=[CUDAExtension("fused_norm._C", ["csrc/norm.cpp", "csrc/norm_cuda.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
""",
            ".github/workflows/wheel.yml": """\
on: push
jobs:
  wheel:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    env:
      TORCH_CUDA_ARCH_LIST: '12.0'
    steps:
      - uses: actions/checkout@v4
      - run: pip install torch --index-url https://download.pytorch.org/whl/cu128
      - run: pip wheel --no-build-isolation .
""",
        },
        line="12.0",
    ),
)
