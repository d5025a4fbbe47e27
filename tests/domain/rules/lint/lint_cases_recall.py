"""Mistakes in the shapes that users give them: kinds of files and spellings beside those of a rule's first case."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

_DEVEL = "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04"
_LIST = '"-DCMAKE_CUDA_ARCHITECTURES=86-real;120-real"'
_PLAIN = """\
cmake_minimum_required(VERSION 3.24)
{before}project(kernels LANGUAGES CXX CUDA)
add_library(kernels kernels.cu)
"""
_IMAGE = f"""\
{_DEVEL}
RUN apt-get update && apt-get install -y cmake g++
COPY . /src
WORKDIR /src
"""
_RUST_IMAGE = f"""\
{_DEVEL}
RUN apt-get update && apt-get install -y cmake clang curl
RUN curl -sSf https://sh.rustup.rs | sh -s -- -y
ENV PATH=/root/.cargo/bin:$PATH
WORKDIR /src
COPY . .
"""


def _crate(dependency: str = 'whisper-rs = { version = "0.14.3", features = ["cuda"] }') -> str:
    return f'[package]\nname = "asr"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n{dependency}\n'


def _plain(before: str = "") -> str:
    return _PLAIN.format(before=before)


def _job(*lines: str, container: str = "nvidia/cuda:12.8.1-devel-ubuntu24.04") -> str:
    steps = "\n".join(f"      {line}" for line in lines)
    return f"""\
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    container: {container}
    steps:
{steps}
"""


_NATIVE = (
    LintCase(
        "native-in-image-build",
        {"Dockerfile": f"{_DEVEL}\nCOPY kernels.cu .\nRUN nvcc -arch=native -O3 kernels.cu -o kernels\n"},
        {"Dockerfile": f"{_DEVEL}\nCOPY kernels.cu .\nRUN nvcc -arch=sm_86 -O3 kernels.cu -o kernels\n"},
        line="-arch=native",
    ),
    LintCase(
        "native-in-image-build",
        {
            "Dockerfile": f"{_DEVEL}\nCOPY . /src\nWORKDIR /src\nRUN make -j\n",
            "Makefile": "NVCCFLAGS = -O3 -arch=native\n\nkernels: kernels.cu\n\tnvcc $(NVCCFLAGS) -o $@ $<\n",
        },
        {
            "Dockerfile": f"{_DEVEL}\nCOPY . /src\nWORKDIR /src\nRUN make -j\n",
            "Makefile": "ifeq ($(GPU),here)\nARCH = -arch=native\nelse\nARCH = -arch=sm_86\nendif\n"
            "kernels: kernels.cu\n\tnvcc $(ARCH) -o $@ $<\n",
        },
        line="-arch=native",
    ),
    LintCase(
        "native-in-image-build",
        {
            "CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES native)\n"),
            "Dockerfile": _IMAGE + "RUN cmake -B build && cmake --build build\n",
        },
        {
            "CMakeLists.txt": _plain(
                "if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)\n  set(CMAKE_CUDA_ARCHITECTURES native)\nendif()\n"
            ),
            "Dockerfile": _IMAGE + f"RUN cmake -B build {_LIST} && cmake --build build\n",
        },
        line="native",
    ),
    LintCase(
        "native-in-image-build",
        {
            "CMakeLists.txt": _plain(),
            "CMakePresets.json": '{"version": 6, "configurePresets": [{"name": "release", "binaryDir": "build",\n'
            ' "cacheVariables": {"CMAKE_CUDA_ARCHITECTURES": "native"}}]}\n',
            "Dockerfile": _IMAGE + "RUN cmake --preset release && cmake --build build\n",
        },
        {
            "CMakeLists.txt": _plain(),
            "CMakePresets.json": '{"version": 6, "configurePresets": [{"name": "release", "binaryDir": "build",\n'
            ' "cacheVariables": {"CMAKE_CUDA_ARCHITECTURES": "86-real;120-real"}}]}\n',
            "Dockerfile": _IMAGE + "RUN cmake --preset release && cmake --build build\n",
        },
        line="native",
    ),
    LintCase(
        "native-in-ci",
        {
            ".github/workflows/build.yml": _job(
                "- run: |",
                "    git clone https://github.com/ggml-org/whisper.cpp",
                "    cd whisper.cpp",
                "    cmake -B build -DGGML_CUDA=1",
            )
        },
        {
            ".github/workflows/build.yml": _job(
                "- run: |",
                "    git clone https://github.com/ggml-org/whisper.cpp",
                "    cd whisper.cpp",
                f"    cmake -B build -DGGML_CUDA=1 {_LIST}",
            )
        },
        line="cmake -B",
    ),
)

_TARGETS = (
    LintCase(
        "target-missing",
        {"CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES 75-real 86-real)\n")},
        {"CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES 75-real 86-real 120-real)\n")},
        line="75-real",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        "target-missing",
        {"CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES 75-real)\n")},
        {
            "CMakeLists.txt": _plain(
                "set(CMAKE_CUDA_ARCHITECTURES 75-real)\n"
                "if(CMAKE_CUDA_COMPILER_VERSION VERSION_GREATER_EQUAL 12.8)\n"
                "  list(APPEND CMAKE_CUDA_ARCHITECTURES 120-real)\nendif()\n"
            )
        },
        line="75-real",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        "target-missing",
        {"Makefile": "kernels: kernels.cu\n\tnvcc -gencode arch=compute_86,code=sm_86 -o $@ $<\n"},
        {
            "Makefile": "kernels: kernels.cu\n\tnvcc -gencode arch=compute_86,code=sm_86 "
            "-gencode arch=compute_120,code=sm_120 -o $@ $<\n"
        },
        line="compute_86",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        "target-missing",
        {
            "Cargo.toml": _crate(),
            ".cargo/config.toml": '[env]\nCMAKE_CUDA_ARCHITECTURES = "80-real;86-real"\n',
        },
        {
            "Cargo.toml": _crate(),
            ".cargo/config.toml": '[env]\nCMAKE_CUDA_ARCHITECTURES = "80-real;86-real;120-real"\n',
        },
        line="80-real",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(
        "image-cannot-build-target",
        {
            "CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES 86 120)\n"),
            "Dockerfile": _IMAGE.replace("12.8.1", "12.4.1").replace("24.04", "22.04") + "RUN cmake -B build\n",
        },
        {
            "CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES 86 120)\n"),
            "Dockerfile": _IMAGE + "RUN cmake -B build\n",
        },
        line="86 120",
    ),
    LintCase(
        "image-cannot-build-target",
        {
            "Dockerfile": "FROM nvidia/cuda:13.0.1-devel-ubuntu24.04\nCOPY . /src\nRUN make -C /src\n",
            "Makefile": "GENCODE = -gencode arch=compute_61,code=sm_61 -gencode arch=compute_86,code=sm_86\n"
            "kernels: kernels.cu\n\tnvcc $(GENCODE) -o $@ $<\n",
        },
        {
            "Dockerfile": "FROM nvidia/cuda:13.0.1-devel-ubuntu24.04\nCOPY . /src\nRUN make -C /src\n",
            "Makefile": "GENCODE = -gencode arch=compute_75,code=sm_75 -gencode arch=compute_86,code=sm_86\n"
            "kernels: kernels.cu\n\tnvcc $(GENCODE) -o $@ $<\n",
        },
        line="compute_61",
    ),
)

_CARGO = (
    LintCase(
        "fpic-lost",
        {"Cargo.toml": _crate(), ".cargo/config.toml": '[env]\nCMAKE_CUDA_FLAGS = "-ccbin=/usr/bin/g++-13"\n'},
        {
            "Cargo.toml": _crate(),
            ".cargo/config.toml": '[env]\nCMAKE_CUDA_FLAGS = "-ccbin=/usr/bin/g++-13 -Xcompiler=-fPIC"\n',
        },
        line="CMAKE_CUDA_FLAGS",
    ),
    LintCase(
        "feature-gone",
        {
            "Cargo.toml": '[package]\nname = "asr"\nversion = "0.1.0"\n\n[dependencies.whisper-rs]\nversion = "0.14"\n'
            'features = [\n  "raw-api",\n  "opencl",\n]\n'
        },
        {
            "Cargo.toml": '[package]\nname = "asr"\nversion = "0.1.0"\n\n[dependencies.whisper-rs]\nversion = "0.14"\n'
            'features = [\n  "raw-api",\n  "cuda",\n]\n'
        },
        line="opencl",
    ),
    LintCase(
        "cpu-half-native",
        {
            "Cargo.toml": _crate('whisper-rs = { version = "0.16.0", features = ["cuda"] }'),
            "Dockerfile": _RUST_IMAGE + 'ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real"\nRUN cargo build --release\n',
        },
        {
            "Cargo.toml": _crate('whisper-rs = { version = "0.16.0", features = ["cuda"] }'),
            "Dockerfile": _RUST_IMAGE
            + 'ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real" GGML_NATIVE=OFF\nRUN cargo build --release\n',
        },
        line="cargo build",
    ),
    LintCase(
        "stale-cache-mount",
        {
            "Cargo.toml": _crate(),
            "Dockerfile": _RUST_IMAGE + 'ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real" CARGO_TARGET_DIR=/cache/out\n'
            "RUN --mount=type=cache,target=/cache/out cargo build --release && cp /cache/out/release/asr /asr\n",
        },
        {
            "Cargo.toml": _crate(),
            "Dockerfile": _RUST_IMAGE + 'ENV CMAKE_CUDA_ARCHITECTURES="86-real;120-real" CARGO_TARGET_DIR=/cache/out\n'
            "RUN --mount=type=cache,target=/root/.cargo/registry cargo build --release\n",
        },
        line="cargo build",
    ),
)

_CONTAINERS = (
    LintCase(
        "visible-devices-in-image",
        {"run.sh": "docker run --rm --gpus all -e CUDA_VISIBLE_DEVICES=all me/asr:cuda\n"},
        {"run.sh": "docker run --rm --gpus all -e CUDA_VISIBLE_DEVICES=0 me/asr:cuda\n"},
        line="docker run",
    ),
    LintCase(
        "visible-devices-in-image",
        {"run.sh": "podman run --device nvidia.com/gpu=all --env=CUDA_VISIBLE_DEVICES=all me/asr:cuda\n"},
        {"run.sh": "podman run --device nvidia.com/gpu=all --env=NVIDIA_VISIBLE_DEVICES=all me/asr:cuda\n"},
        line="podman run",
    ),
    LintCase(
        "compat-shadows-driver",
        {
            "compose.yaml": "services:\n  asr:\n    image: me/asr:cuda\n    gpus: all\n    environment:\n"
            "      - LD_LIBRARY_PATH=/usr/local/cuda/compat:/usr/local/cuda/lib64\n"
        },
        {
            "compose.yaml": "services:\n  asr:\n    image: me/asr:cuda\n    gpus: all\n    environment:\n"
            "      - LD_LIBRARY_PATH=/usr/local/cuda/lib64\n"
        },
        line="compat",
    ),
    LintCase(
        "stub-at-runtime",
        {
            "compose.yaml": "services:\n  asr:\n    image: me/asr:cuda\n    gpus: all\n    environment:\n"
            "      LD_LIBRARY_PATH: /usr/local/cuda/lib64/stubs\n"
        },
        {"compose.yaml": "services:\n  asr:\n    image: me/asr:cuda\n    gpus: all\n"},
        line="stubs",
    ),
)

_SHELL = (
    LintCase(
        "unquoted-semicolon",
        {"build.sh": "export TORCH_CUDA_ARCH_LIST=8.6;12.0+PTX\npip install --no-build-isolation .\n"},
        {"build.sh": 'export TORCH_CUDA_ARCH_LIST="8.6;12.0+PTX"\npip install --no-build-isolation .\n'},
        line="8.6;12.0",
    ),
    LintCase(
        "unquoted-semicolon",
        {"Dockerfile": _IMAGE + "RUN export CUDAARCHS=86;120; cmake -B build\n", "CMakeLists.txt": _plain()},
        {"Dockerfile": _IMAGE + 'RUN export CUDAARCHS="86;120"; cmake -B build\n', "CMakeLists.txt": _plain()},
        line="CUDAARCHS",
    ),
    LintCase(
        "variable-not-forwarded",
        {
            "CMakeLists.txt": _plain(),
            "CMakePresets.json": '{"version": 6, "configurePresets": [{"name": "release", "binaryDir": "build",\n'
            ' "environment": {"CMAKE_CUDA_ARCHITECTURES": "86;120"}}]}\n',
        },
        {
            "CMakeLists.txt": _plain(),
            "CMakePresets.json": '{"version": 6, "configurePresets": [{"name": "release", "binaryDir": "build",\n'
            ' "environment": {"CUDAARCHS": "86;120"}}]}\n',
        },
        line="environment",
    ),
    LintCase(
        "wrong-grammar",
        {
            "build.sh": "docker build --build-arg CUDA_DOCKER_ARCH=12.0 -t asr .\n",
            "Dockerfile": f"{_DEVEL}\nRUN apt-get update && apt-get install -y cmake git\n"
            "RUN git clone https://github.com/ggml-org/llama.cpp /llama\nARG CUDA_DOCKER_ARCH=default\n"
            "RUN cmake -S /llama -B /b -DGGML_CUDA=ON -DGGML_NATIVE=OFF "
            "-DCMAKE_CUDA_ARCHITECTURES=$CUDA_DOCKER_ARCH\n",
        },
        {
            "build.sh": "docker build --build-arg CUDA_DOCKER_ARCH=120 -t asr .\n",
            "Dockerfile": f"{_DEVEL}\nRUN apt-get update && apt-get install -y cmake git\n"
            "RUN git clone https://github.com/ggml-org/llama.cpp /llama\nARG CUDA_DOCKER_ARCH=default\n"
            "RUN cmake -S /llama -B /b -DGGML_CUDA=ON -DGGML_NATIVE=OFF "
            "-DCMAKE_CUDA_ARCHITECTURES=$CUDA_DOCKER_ARCH\n",
        },
        line="12.0",
    ),
    LintCase(
        "wrong-grammar",
        {
            "CMakeLists.txt": _plain(),
            "compose.yaml": "services:\n  asr:\n    build:\n      context: .\n      args:\n"
            '        - CUDA_ARCHS="86;120"\n    gpus: all\n',
            "Dockerfile": _IMAGE + 'ARG CUDA_ARCHS\nRUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=${CUDA_ARCHS}"\n',
        },
        {
            "CMakeLists.txt": _plain(),
            "compose.yaml": "services:\n  asr:\n    build:\n      context: .\n      args:\n"
            "        - CUDA_ARCHS=86;120\n    gpus: all\n",
            "Dockerfile": _IMAGE + 'ARG CUDA_ARCHS\nRUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=${CUDA_ARCHS}"\n',
        },
        line="CUDA_ARCHS=",
    ),
    LintCase(
        "setting-after-use",
        {
            "CMakeLists.txt": _plain(),
            "Dockerfile": _IMAGE + 'RUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=${ARCHS}"\nARG ARCHS="86;120"\n',
        },
        {
            "CMakeLists.txt": _plain(),
            "Dockerfile": _IMAGE + 'ARG ARCHS="86;120"\nRUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=${ARCHS}"\n',
        },
        line="${ARCHS}",
    ),
)

_SETUP = """\
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension

setup(
    name="ops",
    ext_modules=[CUDAExtension("ops", ["ops.cu"])],
    cmdclass={"build_ext": BuildExtension},
)
"""

_IMAGES = (
    LintCase(
        "torch-list-unset",
        {
            "setup.py": _SETUP,
            "Dockerfile": "FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel\nCOPY . /ops\n"
            "RUN pip install --no-build-isolation /ops\n",
        },
        {
            "setup.py": _SETUP,
            "Dockerfile": "FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel\nCOPY . /ops\n"
            'RUN TORCH_CUDA_ARCH_LIST="8.6;12.0" pip install --no-build-isolation /ops\n',
        },
        line="pip install",
    ),
    LintCase(
        "no-nvcc-in-image",
        {
            "setup.py": _SETUP,
            "Dockerfile": "FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-runtime\nCOPY . /ops\n"
            'RUN TORCH_CUDA_ARCH_LIST="8.6;12.0" pip install --no-build-isolation /ops\n',
        },
        {
            "setup.py": _SETUP,
            "Dockerfile": "FROM pytorch/pytorch:2.7.0-cuda12.8-cudnn9-devel\nCOPY . /ops\n"
            'RUN TORCH_CUDA_ARCH_LIST="8.6;12.0" pip install --no-build-isolation /ops\n',
        },
        line="pip install",
    ),
    LintCase(
        "no-nvcc-in-image",
        {
            "CMakeLists.txt": _plain(),
            ".gitlab-ci.yml": "build:\n  image: nvidia/cuda:12.8.1-runtime-ubuntu24.04\n  script:\n"
            f"    - apt-get update && apt-get install -y cmake g++\n    - cmake -B build {_LIST}\n",
        },
        {
            "CMakeLists.txt": _plain(),
            ".gitlab-ci.yml": "build:\n  image: nvidia/cuda:12.8.1-devel-ubuntu24.04\n  script:\n"
            f"    - apt-get update && apt-get install -y cmake g++\n    - cmake -B build {_LIST}\n",
        },
        line="cmake -B",
    ),
    LintCase(
        "image-cannot-build-target",
        {
            "CMakeLists.txt": _plain(),
            "Dockerfile": "FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y cmake g++ nvidia-cuda-toolkit\n"
            f"COPY . /src\nRUN cmake -S /src -B /b {_LIST}\n",
        },
        {
            "CMakeLists.txt": _plain(),
            "Dockerfile": "FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y cmake g++ nvidia-cuda-toolkit\n"
            "COPY . /src\nRUN cmake -S /src -B /b -DCMAKE_CUDA_ARCHITECTURES=86\n",
        },
        line="120-real",
    ),
    LintCase(
        "native-in-image-build",
        {
            "Dockerfile": f"{_DEVEL}\nRUN apt-get update && apt-get install -y python3-pip git\n"
            "RUN GGML_CUDA=1 pip install git+https://github.com/absadiki/pywhispercpp\n"
        },
        {
            "Dockerfile": f"{_DEVEL}\nRUN apt-get update && apt-get install -y python3-pip git\n"
            'RUN GGML_CUDA=1 CMAKE_CUDA_ARCHITECTURES="86-real;120-real" '
            "pip install git+https://github.com/absadiki/pywhispercpp\n"
        },
        line="pip install",
    ),
    LintCase(
        "two-arch-settings",
        {
            "CMakeLists.txt": _plain(
                "set(CMAKE_CUDA_ARCHITECTURES 86 120)\n"
                'set(CMAKE_CUDA_FLAGS "${CMAKE_CUDA_FLAGS} -gencode arch=compute_89,code=sm_89")\n'
            )
        },
        {
            "CMakeLists.txt": _plain(
                'set(CMAKE_CUDA_ARCHITECTURES 86 89 120)\nset(CMAKE_CUDA_FLAGS "${CMAKE_CUDA_FLAGS} -lineinfo")\n'
            )
        },
        line="compute_89",
    ),
    LintCase(
        "two-arch-settings",
        {
            "CMakeLists.txt": _plain()
            + 'set_target_properties(kernels PROPERTIES CUDA_ARCHITECTURES "86;120")\n'
            + "target_compile_options(kernels PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-arch=sm_89>)\n"
        },
        {
            "CMakeLists.txt": _plain()
            + 'set_target_properties(kernels PROPERTIES CUDA_ARCHITECTURES "86;89;120")\n'
            + "target_compile_options(kernels PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-lineinfo>)\n"
        },
        line="sm_89",
    ),
)

_DEFAULTS = (
    LintCase(
        "rdc-drops-ptx",
        {
            "CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES 86-real 90-virtual)\n")
            + "set_target_properties(kernels PROPERTIES CUDA_SEPARABLE_COMPILATION ON)\n"
        },
        {
            "CMakeLists.txt": _plain("set(CMAKE_CUDA_ARCHITECTURES 86-real 90-virtual)\n")
            + "set_target_properties(kernels PROPERTIES CUDA_SEPARABLE_COMPILATION OFF)\n"
        },
        line="90-virtual",
    ),
    LintCase(
        "rdc-drops-ptx",
        {"Makefile": "app: a.cu b.cu\n\tnvcc -rdc=true -gencode arch=compute_80,code=compute_80 -o $@ a.cu b.cu\n"},
        {"Makefile": "app: a.cu b.cu\n\tnvcc -rdc=true -gencode arch=compute_80,code=sm_80 -o $@ a.cu b.cu\n"},
        line="compute_80",
    ),
    LintCase(
        "arch-list-unset",
        {"Dockerfile": f"{_DEVEL}\nCOPY ops.cu .\nRUN nvcc -O3 -shared -Xcompiler -fPIC ops.cu -o libops.so\n"},
        {"Dockerfile": f"{_DEVEL}\nCOPY ops.cu .\nRUN nvcc -O3 -arch=sm_86 -shared ops.cu -o libops.so\n"},
        line="nvcc -O3",
    ),
    LintCase(
        "arch-list-unset",
        {"Makefile": "libops.so: ops.cu\n\tnvcc -O3 --shared -Xcompiler -fPIC -o $@ $<\n"},
        {"Makefile": "libops.so: ops.cu\n\tnvcc $(NVCCFLAGS) --shared -Xcompiler -fPIC -o $@ $<\n"},
        line="nvcc -O3",
    ),
    LintCase(
        "arch-list-unset",
        {
            "Cargo.toml": '[package]\nname = "ops"\nversion = "0.1.0"\n\n[build-dependencies]\ncc = "1"\n',
            "build.rs": 'fn main() {\n    cc::Build::new()\n        .cuda(true)\n        .file("src/ops.cu")\n'
            '        .compile("ops");\n}\n',
        },
        {
            "Cargo.toml": '[package]\nname = "ops"\nversion = "0.1.0"\n\n[build-dependencies]\ncc = "1"\n',
            "build.rs": 'fn main() {\n    cc::Build::new()\n        .cuda(true)\n        .flag("-gencode")\n'
            '        .flag("arch=compute_86,code=sm_86")\n        .file("src/ops.cu")\n        .compile("ops");\n}\n',
        },
        line=".cuda(true)",
    ),
)

_CPP_IMAGE = f"""\
{_DEVEL}
RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone https://github.com/ggml-org/whisper.cpp /w
%sRUN cmake -S /w -B /b -DGGML_CUDA=ON -DGGML_NATIVE=OFF {_LIST}
"""

_TWO_ENGINES = (
    LintCase(  # what one engine of a repository does not read, another one's command line does
        "dead-variable",
        {"rust/Cargo.toml": _crate(), "Dockerfile": _CPP_IMAGE % 'ENV TORCH_CUDA_ARCH_LIST="8.6;12.0"\n'},
        {"rust/Cargo.toml": _crate(), "Dockerfile": _CPP_IMAGE % ""},
        line="TORCH_CUDA_ARCH_LIST",
    ),
)

_TORCH_CMAKE = """\
cmake_minimum_required(VERSION 3.24)
project(ops LANGUAGES CXX CUDA)
find_package(Torch REQUIRED)
add_library(ops ops.cu)
target_link_libraries(ops PRIVATE ${TORCH_LIBRARIES})
"""
_WHEELS = "https://abetlen.github.io/llama-cpp-python/whl/cu124"

_LATER = (
    LintCase(
        "dead-variable",
        {"CMakeLists.txt": _TORCH_CMAKE, "Dockerfile": _IMAGE + 'RUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=86"\n'},
        {"CMakeLists.txt": _TORCH_CMAKE, "Dockerfile": _IMAGE + "RUN TORCH_CUDA_ARCH_LIST=8.6 cmake -B build\n"},
        line="-DCMAKE_CUDA",
    ),
    LintCase(
        "prebuilt-wheel",
        {
            "Dockerfile": f"{_DEVEL}\nRUN apt-get update && apt-get install -y python3-pip\n"
            'ENV CMAKE_ARGS="-DGGML_CUDA=on -DCMAKE_CUDA_ARCHITECTURES=120"\n'
            f"RUN pip install llama-cpp-python --extra-index-url {_WHEELS}\n"
        },
        {
            "Dockerfile": f"{_DEVEL}\nRUN apt-get update && apt-get install -y python3-pip\n"
            'ENV CMAKE_ARGS="-DGGML_CUDA=on -DCMAKE_CUDA_ARCHITECTURES=120"\n'
            "RUN pip install --no-binary llama-cpp-python llama-cpp-python\n"
        },
        line="CMAKE_ARGS",
    ),
)

LINT_CASES: tuple[LintCase, ...] = (
    *_NATIVE,
    *_TARGETS,
    *_CARGO,
    *_CONTAINERS,
    *_SHELL,
    *_IMAGES,
    *_DEFAULTS,
    *_TWO_ENGINES,
    *_LATER,
)
