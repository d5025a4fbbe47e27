"""`ci-toolkit-cannot-build`: a job's toolkit cannot build the list."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_PACKAGED = """\
on: push
jobs:
  cuda:
    runs-on: ubuntu-22.04
    steps:
      - uses: actions/checkout@v5
      - run: sudo apt-get update && sudo apt-get install -y nvidia-cuda-toolkit
      - run: cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=75;89" && cmake --build build
"""
_LISTS = "cmake_minimum_required(VERSION 3.18)\nproject(x LANGUAGES CXX CUDA)\nadd_library(x SHARED k.cu)\n"

_CONTAINERS = """\
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        cuda: [{0}]
    container: nvidia/cuda:${{{{ matrix.cuda }}}}-devel-ubuntu22.04
    steps:
      - uses: actions/checkout@v5
      - run: cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=70;86;120" && cmake --build build
"""

_MATRIX = """\
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
{matrix}
    container: nvidia/cuda:${{{{ matrix.cuda }}}}-devel-ubuntu22.04
    steps:
      - run: {command}
"""
_CMAKE = "cmake -B build -DCMAKE_CUDA_ARCHITECTURES=${{ matrix.arch }} . && cmake --build build"
_PAIRS = "        include:\n          - {{cuda: {0}, arch: '86'}}\n          - {{cuda: 12.8.1, arch: '{1}'}}"
_PRODUCT = "        cuda: [12.6.3, 12.8.1]\n        arch: ['86', '120']\n        exclude: [{{cuda: {0}, arch: '{1}'}}]"


def _github(matrix: str, command: str = _CMAKE) -> dict[str, str]:
    return {".github/workflows/a.yml": _MATRIX.format(matrix=matrix, command=command)}


_IMAGE = "nvidia/cuda:{0}-devel-ubuntu22.04"
_TEMPLATE = """\
.cuda:
  image: nvidia/cuda:{0}-devel-ubuntu22.04
  variables: {{CUDAARCHS: "120"}}
build:
  extends: .cuda
  variables: {{OTHER: "1"}}
  script:
    - cmake -B build .
"""
_VARIABLE = """\
variables: {{CUDA: {0}}}
build:
  image: nvidia/cuda:${{CUDA}}-devel-ubuntu22.04
  script:
    - nvcc -gencode arch=compute_120,code=sm_120 -o k k.cu
"""
_JENKINS = """\
pipeline {{
  agent {{ docker {{ image 'nvidia/cuda:{0}-devel-ubuntu22.04' }} }}
  environment {{ CUDAARCHS = '120'; OTHER = 'x' }}
  stages {{ stage('b') {{ steps {{ sh 'cmake -B build .' }} }} }}
}}
"""
_BUILDKITE = """\
env: {{TAG: {0}}}
steps:
  - wait
  - group: all
    steps:
      - label: kernels
        command: ["nvcc -arch=sm_120 -o k k.cu"]
        plugins:
          - docker#v5.11.0: {{image: "nvidia/cuda:$TAG-devel-ubuntu22.04"}}
"""
_DRONE = """\
kind: pipeline
steps:
  - name: build
    image: nvidia/cuda:{0}-devel-ubuntu22.04
    environment: {{CUDAARCHS: "120"}}
    commands: [cmake -B build .]
"""
_WOODPECKER = """\
steps:
  build:
    image: nvidia/cuda:{0}-devel-ubuntu22.04
    commands: nvcc -arch=sm_120 -o k k.cu
"""
_AZURE = """\
container: nvidia/cuda:{0}-devel-ubuntu22.04
steps:
  - script: nvcc -gencode arch=compute_120,code=sm_120 -o k k.cu
"""
_MAKE = """\
build:
  image: nvidia/cuda:{0}-devel-ubuntu22.04
  script: [make ARCH={1}]
"""
_RECIPE = "ARCH ?= 86\nk.so: k.cu\n\tnvcc -gencode arch=compute_$(ARCH),code=sm_$(ARCH) -shared -o $@ $<\n"
_OTHERS = {
    ".gitlab-ci.yml": (_TEMPLATE, _VARIABLE),
    "Jenkinsfile": (_JENKINS,),
    ".buildkite/pipeline.yml": (_BUILDKITE,),
    ".drone.yml": (_DRONE,),
    ".woodpecker/build.yaml": (_WOODPECKER,),
    "azure-pipelines.yml": (_AZURE,),
}

NEAR_MISSES = (
    NearMiss("each release has its own list", _github(_PAIRS.format("12.6.3", "120"))),
    NearMiss("the pair that fails is excluded", _github(_PRODUCT.format("12.6.3", "120"))),
    NearMiss(
        "the template stands in another file, which may name the image",
        {
            ".gitlab-ci.yml": f"default: {{image: '{_IMAGE.format('12.2.2')}'}}\n"
            "build:\n  extends: .there\n  script: ['nvcc -arch=sm_120 k.cu']\n"
        },
    ),
)

CASES = (
    *(
        LintCase(
            bad={".gitlab-ci.yml": _MAKE.format("12.2.2", "120"), "Makefile": _RECIPE},
            good={".gitlab-ci.yml": _MAKE.format(*good), "Makefile": _RECIPE},
            line="make ARCH",
        )
        for good in (("12.2.2", "89"), ("12.8.1", "120"))
    ),
    *(
        LintCase(bad=_github(bad, command), good=_github(good, command), line=line)
        for bad, good, command, line in (
            (_PAIRS.format("12.6.3", "75").replace("'86'", "'120'"), _PAIRS.format("12.6.3", "120"), _CMAKE, "cmake"),
            (_PRODUCT.format("12.8.1", "86"), _PRODUCT.format("12.6.3", "120"), _CMAKE, "cmake"),
            (
                "        cuda: [12.6.3]\n        arch: ['86', '120']",
                "        cuda: [12.8.1]\n        arch: ['86', '120']",
                "nvcc -arch=sm_${{ matrix.arch }} -o k k.cu",
                "nvcc",
            ),
        )
    ),
    *(
        LintCase(bad={name: text.format("12.2.2")}, good={name: text.format("12.8.1")})
        for name, texts in _OTHERS.items()
        for text in texts
    ),
    *(
        LintCase(  # the container of each value of a matrix
            bad={".github/workflows/build.yml": _CONTAINERS.format(releases), "CMakeLists.txt": _LISTS},
            good={".github/workflows/build.yml": _CONTAINERS.format("12.8.1, 12.9.1"), "CMakeLists.txt": _LISTS},
            line="cmake -B build",
        )
        for releases in ("11.8.0", "11.8.0, 12.8.1, 13.0.1")
    ),
    LintCase(  # the nvcc of the runner's distribution
        bad={".github/workflows/build.yml": _PACKAGED, "CMakeLists.txt": _LISTS},
        good={".github/workflows/build.yml": _PACKAGED.replace("22.04", "24.04"), "CMakeLists.txt": _LISTS},
        line="cmake -B build",
    ),
    LintCase(
        bad={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - uses: Jimver/cuda-toolkit@v0.2.30
        with:
          cuda: 12.4.1
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120-real"
""",
        },
        good={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - uses: Jimver/cuda-toolkit@v0.2.30
        with:
          cuda: 12.8.1
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120-real"
""",
        },
        line="cmake -B build",
    ),
    LintCase(
        bad={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        cuda: ['12.4.1', '12.8.1']
    steps:
      - uses: Jimver/cuda-toolkit@v0.2.30
        with:
          cuda: ${{ matrix.cuda }}
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120-real"
""",
        },
        good={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        cuda: ['12.8.1', '12.9.1']
    steps:
      - uses: Jimver/cuda-toolkit@v0.2.30
        with:
          cuda: ${{ matrix.cuda }}
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=86;120-real"
""",
        },
    ),
    LintCase(
        bad={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    container: nvidia/cuda:13.0.0-devel-ubuntu24.04
    steps:
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=70;86"
""",
        },
        good={
            ".github/workflows/build.yml": """\
name: build
on: push
jobs:
  cuda:
    runs-on: ubuntu-24.04
    steps:
      - run: sudo apt-get install -y cuda-toolkit-12-9
      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine
      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF "-DCMAKE_CUDA_ARCHITECTURES=70;86"
""",
        },
    ),
)

NEAR_MISSES += (
    NearMiss(
        "a word in place of a list, of which no run of the matrix builds anything that is known",
        {
            "CMakeLists.txt": "project(a LANGUAGES CXX CUDA)\nadd_library(a a.cu)\n",
            ".github/workflows/a.yml": """\
on: push
jobs:
  build:
    runs-on: ubuntu-22.04
    strategy:
      matrix:
        compiler: [gcc-11, gcc-12]
    steps:
      - uses: actions/checkout@v4
      - run: sudo apt-get install -y cuda-toolkit-12-4
      - run: cmake -B build -DCMAKE_CUDA_ARCHITECTURES=native && cmake --build build
""",
        },
    ),
)
