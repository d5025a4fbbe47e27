"""`gencode-wrong`: flags about architectures that nvcc refuses."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

CASES = (
    LintCase(
        bad={
            "Makefile": """\
NVCC ?= nvcc
NVCCFLAGS = -O3 -gencode arch=sm_80,code=sm_80 -gencode arch=compute_86,code=sm_86

kernels.o: kernels.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
""",
        },
        good={
            "Makefile": """\
NVCC ?= nvcc
NVCCFLAGS = -O3 -gencode arch=compute_80,code=sm_80 -gencode arch=compute_86,code=sm_86

kernels.o: kernels.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
""",
        },
        line="arch=sm_80",
    ),
    LintCase(
        bad={
            "Makefile": """\
NVCC ?= nvcc
NVCCFLAGS = -O3 -gencode=arch=compute_80,code=sm_80,compute_80

kernels.o: kernels.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
""",
        },
        good={
            "Makefile": """\
NVCC ?= nvcc
NVCCFLAGS = -O3 -gencode=arch=compute_80,code=[sm_80,compute_80]

kernels.o: kernels.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
""",
        },
        line="sm_80,compute_80",
    ),
    LintCase(
        bad={
            "Makefile": """\
NVCC ?= nvcc
NVCCFLAGS = -O3 -gencode arch=compute_90,code=sm_80

kernels.o: kernels.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
""",
        },
        good={
            "Makefile": """\
NVCC ?= nvcc
NVCCFLAGS = -O3 -gencode arch=compute_80,code=sm_90

kernels.o: kernels.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
""",
        },
        line="compute_90,code=sm_80",
    ),
    LintCase(
        bad={
            "Makefile": """\
NVCC ?= nvcc
NVCCFLAGS = -O3 -gencode arch=compute_90a,code=sm_90

kernels.o: kernels.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
""",
        },
        good={
            "Makefile": """\
NVCC ?= nvcc
NVCCFLAGS = -O3 -gencode arch=compute_90a,code=sm_90a

kernels.o: kernels.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
""",
        },
        line="compute_90a",
    ),
    LintCase(
        bad={
            "Makefile": """\
NVCC ?= nvcc
NVCCFLAGS = -O3 -gencode arch=compute_80,code=compute_86

kernels.o: kernels.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
""",
        },
        good={
            "Makefile": """\
NVCC ?= nvcc
NVCCFLAGS = -O3 -gencode arch=compute_86,code=compute_86

kernels.o: kernels.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
""",
        },
        line="compute_80",
    ),
    LintCase(
        bad={
            "Makefile": """\
NVCC ?= nvcc
NVCCFLAGS = -O3 -gencode arch=compute_80,code=80

kernels.o: kernels.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
""",
        },
        good={
            "Makefile": """\
NVCC ?= nvcc
NVCCFLAGS = -O3 # -gencode arch=sm_80,code=sm_80

kernels.o: kernels.cu
\t$(NVCC) $(NVCCFLAGS) -c $< -o $@
""",
        },
        line="code=80",
    ),
    LintCase(
        bad={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="fused_norm",
    ext_modules=[CUDAExtension("fused_norm._C", ["csrc/norm.cpp", "csrc/norm_cuda.cu"],
        extra_compile_args={"nvcc": [
            "-gencode",
            "arch=sm_80,code=sm_80"]})],
    cmdclass={"build_ext": BuildExtension},
)
""",
        },
        good={
            "setup.py": """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="fused_norm",
    ext_modules=[CUDAExtension("fused_norm._C", ["csrc/norm.cpp", "csrc/norm_cuda.cu"],
        extra_compile_args={"nvcc": [
            "-gencode",
            "arch=compute_80,code=sm_80"]})],
    cmdclass={"build_ext": BuildExtension},
)
""",
        },
        line="arch=sm_80",
    ),
    LintCase(
        bad={
            "build.sh": "nvcc -arch=sm_80 -code=sm_80 -c kernels.cu -o kernels.o\n",
        },
        good={
            "build.sh": "nvcc -arch=compute_80 -code=sm_80,compute_80 -c kernels.cu -o kernels.o\n",
        },
        line="-code=sm_80",
    ),
    LintCase(
        bad={
            "build.sh": "nvcc -arch=80 -c kernels.cu -o kernels.o\n",
        },
        good={
            "build.sh": "nvcc -arch=sm_80 -c kernels.cu -o kernels.o\n",
        },
        line="-arch=80",
    ),
    LintCase(
        bad={
            "build.sh": "nvcc -arch sm_80 -arch sm_90 -c kernels.cu -o kernels.o\n",
        },
        good={
            "build.sh": "nvcc -arch sm_80 -gencode arch=compute_90,code=sm_90 -c kernels.cu -o kernels.o\n",
        },
        line="sm_90",
    ),
    LintCase(
        bad={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
ENV NVCC_APPEND_FLAGS="-arch=89"
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;80-virtual" \\
    && cmake --build build -j
""",
        },
        good={
            "Dockerfile": """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;80-virtual" \\
    && cmake --build build -j
""",
        },
        line="-arch=89",
    ),
    *(
        LintCase(
            bad={"Makefile": f"a: a.cu\n\tnvcc {bad} a.cu\n"},
            good={"Makefile": f"a: a.cu\n\tnvcc {good} a.cu\n"},
            line=bad,
        )
        for bad, good in (
            ("-arch=compute_90 -code=sm_80", "-arch=compute_80 -code=sm_90"),
            ("--gpu-architecture compute_120 --gpu-code sm_90", "--gpu-architecture compute_90 --gpu-code sm_90"),
            ("-arch=compute_90 -code=sm_90,sm_80", "-arch=compute_80 -code=sm_90,sm_80,compute_80"),
            ("-arch=compute_80 -code=compute_86", "-arch=compute_86 -code=compute_86"),
            ("-arch=compute_90a -code=sm_100", "-arch=compute_100f -code=sm_103,sm_100f"),
            ("-gencode arch=compute_90,code=[sm_80,compute_90]", "-gencode arch=compute_80,code=[sm_80,compute_80]"),
        )
    ),
)
