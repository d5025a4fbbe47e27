"""`flags-disable-list`: a list beside flags that switch it off."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="fused_norm",
    ext_modules=[CUDAExtension("fused_norm._C", ["csrc/norm.cpp", "csrc/norm_cuda.cu"],
        extra_compile_args={"nvcc": ["-O3", "-gencode", "arch=compute_80,code=sm_80"]})],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip ninja-build
RUN pip install torch --index-url https://download.pytorch.org/whl/cu128
ENV TORCH_CUDA_ARCH_LIST="12.0"
WORKDIR /src
COPY . .
RUN pip install --no-build-isolation .
""",
        },
        good={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="fused_norm",
    ext_modules=[CUDAExtension("fused_norm._C", ["csrc/norm.cpp", "csrc/norm_cuda.cu"],
        extra_compile_args={"nvcc": ["-O3", "--use_fast_math"]}  # no "-gencode" here)],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
RUN apt-get update && apt-get install -y python3-pip ninja-build
RUN pip install torch --index-url https://download.pytorch.org/whl/cu128
ENV TORCH_CUDA_ARCH_LIST="12.0"
WORKDIR /src
COPY . .
RUN pip install --no-build-isolation .
""",
        },
        line="TORCH_CUDA_ARCH_LIST",
    ),
)
NEAR_MISSES = (
    NearMiss(
        "which of two setup.py the image builds is not told",
        {
            "norm/setup.py": CASES[0].bad["setup.py"],
            "quant/setup.py": CASES[0].good["setup.py"],
            "Dockerfile": "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nWORKDIR /src\nCOPY quant .\n"
            'RUN TORCH_CUDA_ARCH_LIST="12.0" python setup.py build\n',
        },
    ),
)

_SETS_IT = (
    "import os\nfrom setuptools import setup\nfrom torch.utils.cpp_extension import BuildExtension, CUDAExtension\n"
    'os.environ["TORCH_CUDA_ARCH_LIST"] = "8.0;8.6"\n'
    'setup(name="a", cmdclass={{"build_ext": BuildExtension}}, ext_modules=[CUDAExtension("a", ["a.cu"],\n'
    '    extra_compile_args={{"nvcc": ["-O3"{}]}}){}])\n'
)
CASES += (
    LintCase(  # a list that the file itself sets
        bad={"setup.py": _SETS_IT.format(', "-gencode=arch=compute_80,code=sm_80"', "")},
        good={"setup.py": _SETS_IT.format("", "")},
        line="TORCH_CUDA_ARCH_LIST",
    ),
)
NEAR_MISSES += (
    NearMiss(
        "another extension of the file has no such flags",
        {"setup.py": _SETS_IT.format(', "-gencode=arch=compute_80,code=sm_80"', ', CUDAExtension("b", ["b.cu"])')},
    ),
)
