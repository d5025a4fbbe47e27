"""`torch-list-unset`: an extension of PyTorch built without a list and without a GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

CASES = (
    LintCase(
        bad={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="scale",
    ext_modules=[CUDAExtension("scale", ["scale.cpp", "scale_kernel.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "Dockerfile": """\
FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel
WORKDIR /src
COPY . .
RUN pip install --no-build-isolation -v .
""",
        },
        good={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="scale",
    ext_modules=[CUDAExtension("scale", ["scale.cpp", "scale_kernel.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "Dockerfile": """\
FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel
WORKDIR /src
COPY . .
ENV TORCH_CUDA_ARCH_LIST="8.6;12.0"
RUN pip install --no-build-isolation -v .
""",
        },
        line="RUN pip install",
        gpu=("12.0", "8.6"),
    ),
    LintCase(
        bad={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="scale",
    ext_modules=[CUDAExtension("scale", ["scale.cpp", "scale_kernel.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "Dockerfile": """\
FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel
WORKDIR /src
COPY . .
RUN pip install --no-build-isolation -v .
""",
        },
        good={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="scale",
    ext_modules=[CUDAExtension("scale", ["scale.cpp", "scale_kernel.cu"], extra_compile_args={"nvcc": \
["-gencode=arch=compute_86,code=sm_86"]})],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "Dockerfile": """\
FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel
WORKDIR /src
COPY . .
RUN pip install --no-build-isolation -v .
""",
        },
    ),
    LintCase(
        bad={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="ops",
    ext_modules=[CUDAExtension("ops", ["ops.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "Dockerfile": """\
FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel
COPY . /ops
RUN pip install --no-build-isolation /ops
""",
        },
        good={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="ops",
    ext_modules=[CUDAExtension("ops", ["ops.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
""",
            "Dockerfile": """\
FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel
COPY . /ops
RUN TORCH_CUDA_ARCH_LIST="8.6;12.0" pip install --no-build-isolation /ops
""",
        },
        line="pip install",
    ),
)

NEAR_MISSES = (
    NearMiss(
        "C++ sources alone, which nvcc does not see",
        {
            "setup.py": "from torch.utils.cpp_extension import CUDAExtension\n"
            "setup(ext_modules=[CUDAExtension('decode', ['src/decode.cpp'])])\n",
            "Dockerfile": "FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel\nCOPY . .\n"
            "RUN pip install --no-build-isolation .\n",
        },
    ),
    NearMiss(
        "only where there is a GPU",
        {
            "setup.py": """\
from torch.utils.cpp_extension import CUDAExtension
setup(ext_modules=[CUDAExtension('a', ['a.cu'])] if torch.cuda.is_available() else [])
""",
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY . .
RUN pip install .
""",
        },
    ),
    NearMiss(
        "no CUDA in the image",
        {
            "setup.py": """\
from torch.utils.cpp_extension import CUDAExtension
setup(ext_modules=[CUDAExtension('a', ['a.cu'])] if True else [])
""",
            "Dockerfile": """\
FROM python:3.12
COPY . .
RUN pip install .
""",
        },
    ),
)
