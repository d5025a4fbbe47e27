"""Cases of the rules about CI, environments, scripts and arguments of image builds."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase

_IMAGE = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04 AS build
{head}RUN apt-get update && apt-get install -y cmake g++ git
RUN git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp /src
WORKDIR /src
RUN cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF {list} \\
    && cmake --build build -j
"""
_LIST = '"-DCMAKE_CUDA_ARCHITECTURES=86;120"'


def _image(head: str = "", list_: str = "") -> str:
    return _IMAGE.format(head=head, list=list_)


def _job(steps: str, runner: str = "ubuntu-24.04", head: str = "", top: str = "") -> dict[str, str]:
    text = f"name: build\non: push\n{top}jobs:\n  cuda:\n    runs-on: {runner}\n{head}    steps:\n"
    return {".github/workflows/build.yml": text + steps}


_CLONE = "      - run: git clone --branch v1.9.3 https://github.com/ggml-org/whisper.cpp . # the engine\n"
_TOOLKIT = "      - uses: Jimver/cuda-toolkit@v0.2.30\n        with:\n          cuda: {}\n"
_CONFIGURE = "      - run: cmake -B build -DGGML_CUDA=ON -DGGML_NATIVE=OFF {}\n"
_NEWEST = '"-DCMAKE_CUDA_ARCHITECTURES=86;120-real"'
_COMPOSE = """\
services:
  whisper:
    build:
      context: .
      args:
        {}: "86;120"
"""
_TAKES = _image("ARG CUDA_ARCHS\n", '"-DCMAKE_CUDA_ARCHITECTURES=$CUDA_ARCHS"')

_NOT_FORWARDED = (
    LintCase(
        "variable-not-forwarded",
        {"Dockerfile": _image('ENV CMAKE_CUDA_ARCHITECTURES="86;120"\n')},
        {"Dockerfile": _image('ENV CUDAARCHS="86;120"\n')},
        line="ENV CMAKE_CUDA_ARCHITECTURES",
    ),
    LintCase(
        "variable-not-forwarded",
        {"Dockerfile": _image('ARG CMAKE_CUDA_ARCHITECTURES="86;120"\n')},
        {
            "Dockerfile": _image(
                'ARG CMAKE_CUDA_ARCHITECTURES="86;120"\n', "-DCMAKE_CUDA_ARCHITECTURES=${CMAKE_CUDA_ARCHITECTURES}"
            )
        },
    ),
    LintCase(
        "variable-not-forwarded",
        _job(_CLONE + _CONFIGURE.format(""), top="env:\n  CMAKE_CUDA_ARCHITECTURES: 86;120\n"),
        _job(_CLONE + _CONFIGURE.format(_NEWEST)),
        line="CMAKE_CUDA_ARCHITECTURES: 86;120",
    ),
    LintCase(
        "variable-not-forwarded",
        {"build.sh": 'GGML_CUDA=1 pip install --no-binary llama-cpp-python "llama-cpp-python==0.3.16"\n'},
        {"build.sh": 'CMAKE_ARGS="-DGGML_CUDA=1" pip install --no-binary llama-cpp-python llama-cpp-python\n'},
    ),
)

_ARGUMENTS = (
    LintCase(
        "undeclared-build-argument",
        {"Dockerfile": _TAKES, "compose.yaml": _COMPOSE.format("CUDA_DOCKER_ARCH")},
        {"Dockerfile": _TAKES, "compose.yaml": _COMPOSE.format("CUDA_ARCHS")},
        line="CUDA_DOCKER_ARCH",
    ),
    LintCase(
        "undeclared-build-argument",
        {
            "Dockerfile": _TAKES,
            "ci/image.sh": 'docker build -t me/whisper --build-arg CMAKE_CUDA_ARCHITECTURES="86;120" .\n',
        },
        {
            "Dockerfile": _TAKES,
            "ci/image.sh": 'docker build -t me/whisper --build-arg HTTP_PROXY=x --build-arg CUDA_ARCHS="86;120" .\n',
        },
    ),
    LintCase(
        "undeclared-build-argument",
        {
            "Dockerfile": _TAKES,
            "docker-bake.hcl": 'target "gpu" {\n  args = {\n    CUDA_VERSION = "12.9.1"\n  }\n}\n',
        },
        {"Dockerfile": _TAKES, "docker-bake.hcl": 'target "gpu" {\n  args = { CUDA_ARCHS = "86;120" }\n}\n'},
        line="CUDA_VERSION",
    ),
    LintCase(
        "unused-argument",
        {"Dockerfile": _image('ARG CUDA_ARCHS="86;120"\n', _LIST)},
        {"Dockerfile": _TAKES},
        line="ARG CUDA_ARCHS",
    ),
    LintCase(
        "unused-argument",
        {"Dockerfile": _image("ARG TARGETARCH\nARG GPU_ARCHS=86;120\n", _LIST)},
        {"Dockerfile": _image("ARG TARGETARCH\nARG GPU_ARCHS=86;120\n", _LIST) + "RUN ./ci/after.sh\n"},
    ),
)

_JOBS = (
    LintCase(
        "ci-toolkit-cannot-build",
        _job(_TOOLKIT.format("12.4.1") + _CLONE + _CONFIGURE.format(_NEWEST)),
        _job(_TOOLKIT.format("12.8.1") + _CLONE + _CONFIGURE.format(_NEWEST)),
        line="cmake -B build",
    ),
    LintCase(
        "ci-toolkit-cannot-build",
        _job(
            _TOOLKIT.format("${{ matrix.cuda }}") + _CLONE + _CONFIGURE.format(_NEWEST),
            head="    strategy:\n      matrix:\n        cuda: ['12.4.1', '12.8.1']\n",
        ),
        _job(
            _TOOLKIT.format("${{ matrix.cuda }}") + _CLONE + _CONFIGURE.format(_NEWEST),
            head="    strategy:\n      matrix:\n        cuda: ['12.8.1', '12.9.1']\n",
        ),
    ),
    LintCase(
        "ci-toolkit-cannot-build",
        _job(
            _CLONE + _CONFIGURE.format('"-DCMAKE_CUDA_ARCHITECTURES=70;86"'),
            head="    container: nvidia/cuda:13.0.0-devel-ubuntu24.04\n",
        ),
        _job(
            "      - run: sudo apt-get install -y cuda-toolkit-12-9\n"
            + _CLONE
            + _CONFIGURE.format('"-DCMAKE_CUDA_ARCHITECTURES=70;86"')
        ),
    ),
)

_CARGO = {"Cargo.toml": '[package]\nname = "scribe"\n[dependencies]\nwhisper-rs = "0.16.0"\n'}
_CARGO_BUILD = "      - run: cargo build --release --features cuda\n"
_ARCHS = "env:\n  CMAKE_CUDA_ARCHITECTURES: 86-real;120-real;90-virtual\n"
_CACHE = """\
      - uses: actions/cache@v4
        with:
          path: |
            ~/.cargo/registry
            target/
          key: {}
"""
_LOCK = "${{ runner.os }}-${{ hashFiles('**/Cargo.lock') }}"
_PIP = "      - uses: actions/setup-python@v5\n        with:\n          python-version: '3.12'\n{}"
_PIP_BUILD = """\
      - run: |
          CMAKE_ARGS="-DGGML_CUDA=on -DGGML_NATIVE=OFF -DCMAKE_CUDA_ARCHITECTURES=86-real;120-real;90-virtual" \\
            pip install llama-cpp-python
"""

_CACHES = (
    LintCase(
        "ci-cache-key",
        _CARGO | _job(_CACHE.format(_LOCK) + _CARGO_BUILD, top=_ARCHS),
        _CARGO | _job(_CACHE.format(_LOCK + "-${{ env.CMAKE_CUDA_ARCHITECTURES }}") + _CARGO_BUILD, top=_ARCHS),
        line="key: ${{ runner.os }}",
    ),
    LintCase(
        "ci-cache-key",
        _CARGO
        | _job(_CACHE.format("cuda-${{ github.sha }}") + "          restore-keys: cuda-\n" + _CARGO_BUILD, top=_ARCHS),
        _CARGO | _job(_CACHE.format("cuda-${{ github.sha }}") + _CARGO_BUILD, top=_ARCHS),
    ),
    LintCase(
        "ci-cache-key",
        _CARGO
        | _job(
            "      - uses: Swatinem/rust-cache@v2\n"
            "      - run: CMAKE_CUDA_ARCHITECTURES='86-real;120-real;90-virtual' cargo build --features cuda\n"
        ),
        _CARGO | _job("      - uses: Swatinem/rust-cache@v2\n" + _CARGO_BUILD, top=_ARCHS),
        line="rust-cache",
    ),
    LintCase(
        "ci-cache-key",
        _job(_PIP.format("          cache: pip\n") + _PIP_BUILD),
        _job(_PIP.format("") + _PIP_BUILD),
    ),
    LintCase(
        "ci-cache-key",
        _CARGO
        | {
            ".gitlab-ci.yml": "build:\n  variables:\n    CMAKE_CUDA_ARCHITECTURES: 86-real;120-real;90-virtual\n"
            "  cache:\n    key: cargo\n    paths: [target]\n  script:\n    - cargo build --features cuda\n"
        },
        _CARGO
        | {
            ".gitlab-ci.yml": "build:\n  variables:\n    CMAKE_CUDA_ARCHITECTURES: 86-real;120-real;90-virtual\n"
            "  cache:\n    key: cargo\n    paths: [target]\n  script:\n    - cargo clean -p whisper-rs-sys\n"
            "    - cargo build --features cuda\n"
        },
    ),
)

_APPEND = 'export NVCC_APPEND_FLAGS="-gencode arch=compute_89,code=sm_89"\n'
_KERNELS = {"CMakeLists.txt": "cmake_minimum_required(VERSION 3.24)\nproject(kernels LANGUAGES CXX CUDA)\n"}
_CCACHE = (
    LintCase(
        "ccache-append-flags",
        _KERNELS | {"build.sh": _APPEND + "cmake -B build -DCMAKE_CUDA_COMPILER_LAUNCHER=ccache\n"},
        _KERNELS | {"build.sh": _APPEND + "cmake -B build -DCMAKE_CXX_COMPILER_LAUNCHER=ccache\n"},
        line="NVCC_APPEND_FLAGS",
    ),
    LintCase(
        "ccache-append-flags",
        _job(
            "      - uses: hendrikmuys/ccache-action@v1.2\n      - run: sudo apt-get install -y ccache\n"
            + _CLONE
            + _CONFIGURE.format("").replace("GGML_NATIVE", "GGML_CUDA_F16"),
            top="env:\n  NVCC_APPEND_FLAGS: -gencode arch=compute_89,code=sm_89\n",
        ),
        _job(
            "      - run: sudo apt-get install -y ccache\n"
            + _CLONE
            + _CONFIGURE.format('"-DCMAKE_CUDA_ARCHITECTURES=89"'),
            top="env:\n  NVCC_APPEND_FLAGS: -lineinfo\n",
        ),
    ),
)

_WHEELS = "https://abetlen.github.io/llama-cpp-python/whl/cu124"
_FLASH = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
ENV FLASH_ATTN_CUDA_ARCHS="80;120"
RUN pip install torch
RUN {}pip install flash-attn --no-build-isolation
"""
_EVIDENCE = (
    LintCase(
        "wheel-instead-of-build",
        {"Dockerfile": _FLASH.format("MAX_JOBS=4 ")},
        {"Dockerfile": _FLASH.format("MAX_JOBS=4 FLASH_ATTENTION_FORCE_BUILD=TRUE ")},
        line="FLASH_ATTN_CUDA_ARCHS",
    ),
    LintCase(
        "prebuilt-wheel",
        {"Dockerfile": 'FROM python:3.12\nRUN TORCH_CUDA_ARCH_LIST="8.6 12.0" pip install --no-cache-dir torch\n'},
        {"Dockerfile": "FROM python:3.12\nRUN pip install --no-cache-dir torch\n"},
        line="TORCH_CUDA_ARCH_LIST",
    ),
    LintCase(
        "prebuilt-wheel",
        {"install.sh": f'CMAKE_ARGS="-DGGML_CUDA=on" pip install llama-cpp-python --extra-index-url {_WHEELS}\n'},
        {"install.sh": 'CMAKE_ARGS="-DGGML_CUDA=on" pip install llama-cpp-python\n'},
    ),
    LintCase(
        "prebuilt-wheel",
        {"install.sh": f'CMAKE_ARGS="-DGGML_CUDA=on" pip install -i {_WHEELS} llama-cpp-python==0.3.4\n'},
        {
            "install.sh": f'CMAKE_ARGS="-DGGML_CUDA=on" python3 -m pip install --no-binary llama-cpp-python '
            f"llama-cpp-python --extra-index-url {_WHEELS}\n"
        },
    ),
    LintCase(
        "weak-evidence",
        {"ci/smoke.sh": './whisper-cli -m m.bin -f a.wav 2>&1 | grep -q "use gpu *= 1" || exit 1\n'},
        {"ci/smoke.sh": './whisper-cli -m m.bin -f a.wav 2>&1 | grep -q "using CUDA0 backend" || exit 1\n'},
        line="grep",
    ),
    LintCase(
        "ignored-failure",
        {"Dockerfile": _image("", _LIST).replace("build -j", "build -j || :")},
        {"Dockerfile": _image("", _LIST) + "RUN rm -rf /var/lib/apt/lists/* || true\n"},
        line="cmake -B build",
    ),
    LintCase(
        "ignored-failure",
        _job(_CLONE + _CONFIGURE.format(_NEWEST) + "      - run: cmake --build build -j 4 || true\n"),
        _job(_CLONE + _CONFIGURE.format(_NEWEST) + "      - run: cmake --build build -j 4 || exit 1\n"),
        line="cmake --build",
    ),
    LintCase(
        "jit-variable-shipped",
        {"Dockerfile": _image("ENV CUDA_FORCE_PTX_JIT=1\n", _LIST)},
        {"Dockerfile": _image("ENV CUDA_FORCE_PTX_JIT=0\n", _LIST)},
        line="CUDA_FORCE_PTX_JIT",
    ),
    LintCase(
        "jit-variable-shipped",
        {"compose.yaml": "services:\n  a:\n    image: me/a\n    environment:\n      - CUDA_CACHE_DISABLE=1\n"},
        {"compose.yaml": "services:\n  a:\n    image: me/a\n    environment:\n      - CUDA_CACHE_PATH=/cache\n"},
    ),
)

_UPLOAD = "      - uses: actions/upload-artifact@v4\n        with:\n          path: build/bin\n"
_PLAIN_CONFIGURE = "      - run: cmake -B build -DGGML_CUDA=ON\n"
_SMOKE = "      - run: nvidia-smi\n"
_HOSTS = (
    LintCase(
        "native-in-ci",
        _job(_CLONE + _PLAIN_CONFIGURE + _UPLOAD),
        _job(_CLONE + _PLAIN_CONFIGURE + _UPLOAD, runner="[self-hosted, gpu]"),
        line="cmake -B build",
    ),
    LintCase(
        "native-in-ci",
        _KERNELS | _job("      - run: cmake -B build -DCMAKE_CUDA_ARCHITECTURES=native\n"),
        _KERNELS | _job("      - run: cmake -B build -DCMAKE_CUDA_ARCHITECTURES=89\n"),
    ),
    LintCase(
        "no-nvcc-in-image",
        _job(_CLONE + _CONFIGURE.format(_NEWEST), head="    container: nvidia/cuda:12.8.1-runtime-ubuntu24.04\n"),
        _job(_CLONE + _CONFIGURE.format(_NEWEST), head="    container: nvidia/cuda:12.8.1-devel-ubuntu24.04\n"),
        line="cmake -B build",
    ),
    LintCase(
        "no-nvcc-in-image",
        {
            ".gitlab-ci.yml": "build:\n  image: nvidia/cuda:12.8.1-base-ubuntu24.04\n  script:\n"
            "    - nvcc -arch=sm_86 -o a a.cu\n"
        },
        {
            ".gitlab-ci.yml": "build:\n  image: nvidia/cuda:12.8.1-base-ubuntu24.04\n  script:\n"
            "    - apt-get install -y cuda-nvcc-12-8\n    - nvcc -arch=sm_86 -o a a.cu\n"
        },
    ),
    LintCase("gpu-on-hosted-runner", _job(_SMOKE), _job(_SMOKE, runner="[self-hosted, linux, gpu]"), line="nvidia-smi"),
    LintCase(
        "gpu-on-hosted-runner",
        _job("      - run: docker run --rm --gpus all me/asr ./test\n"),
        _job("      - run: nvidia-smi || true\n      - run: if nvidia-smi; then ./test; fi\n"),
    ),
)

_DOCKERFILE = _image("", _LIST) + 'CMD ["./build/bin/whisper-server"]\n'
_RUN = "docker build -t me/asr .\ndocker run -d --name asr -p 8000:8000 -v models:/models {}me/asr\n"
_PROJECTS = (
    LintCase(
        "env-file-unused",
        {".env": "TORCH_CUDA_ARCH_LIST=8.6;12.0\n", "compose.yaml": "services:\n  a:\n    build: .\n"},
        {
            ".env": "TORCH_CUDA_ARCH_LIST=8.6;12.0\n",
            "compose.yaml": "services:\n  a:\n    build:\n      context: .\n      args:\n"
            "        TORCH_CUDA_ARCH_LIST: ${TORCH_CUDA_ARCH_LIST}\n",
        },
        line="TORCH_CUDA_ARCH_LIST",
    ),
    LintCase(
        "env-file-unused",
        {"deploy/.env": "CUDA_ARCHITECTURES=86;120\n", "deploy/compose.yaml": "services:\n  a:\n    image: me/a\n"},
        {
            "deploy/.env": "CUDA_ARCHITECTURES=86;120\n",
            "deploy/compose.yaml": "services:\n  a:\n    image: me/a\n    env_file: .env\n",
        },
    ),
    LintCase(
        "run-without-gpu",
        {"Dockerfile": _DOCKERFILE, "start.sh": _RUN.format("")},
        {"Dockerfile": _DOCKERFILE, "start.sh": _RUN.format("--gpus all ")},
        line="docker run",
    ),
    LintCase(
        "run-without-gpu",
        {"Makefile": "check:\n\tdocker run --rm nvidia/cuda:12.8.1-base-ubuntu24.04 nvidia-smi\n"},
        {
            "Makefile": "check:\n\tpodman run --gpus=all nvidia/cuda:12.8.1-base-ubuntu24.04 nvidia-smi\n"
            "\tdocker run --rm nvidia/cuda:12.8.1-devel-ubuntu24.04 nvcc --version\n"
        },
    ),
    LintCase(
        "other-toolkit-path",
        {"Dockerfile": _image("ENV CUDA_HOME=/usr/local/cuda-12.4\n", _LIST)},
        {"Dockerfile": _image("ENV CUDA_HOME=/usr/local/cuda PATH=/usr/local/cuda-12.8/bin:$PATH\n", _LIST)},
        line="CUDA_HOME",
    ),
    LintCase(
        "other-toolkit-path",
        {"Dockerfile": _image("", _LIST + " -DCMAKE_CUDA_COMPILER=/usr/local/cuda-12.4/bin/nvcc")},
        {
            "Dockerfile": _image(
                "RUN apt-get install -y cuda-nvcc-12-9\n",
                _LIST + " -DCMAKE_CUDA_COMPILER=/usr/local/cuda-12.9/bin/nvcc",
            )
        },
    ),
    LintCase(
        "other-toolkit-path",
        _job(
            "      - run: make\n",
            head="    container: nvidia/cuda:12.8.1-devel-ubuntu24.04\n",
            top="env:\n  CUDA_PATH: /usr/local/cuda-11.8\n",
        ),
        _job("      - run: make\n", top="env:\n  CUDA_PATH: /usr/local/cuda-11.8\n"),
    ),
    LintCase(
        "conda-cannot-build",
        _KERNELS
        | {
            "conda/meta.yaml": "{% set version = '1.0' %}\npackage:\n  name: kernels\n  version: {{ version }}\n",
            "conda/conda_build_config.yaml": "cuda_compiler_version:\n  - 11.8\n  - 12.9\n",
            "conda/build.sh": 'cmake ${CMAKE_ARGS} "-DCMAKE_CUDA_ARCHITECTURES=86;120" -B build\n',
        },
        _KERNELS
        | {
            "conda/meta.yaml": "{% set version = '1.0' %}\npackage:\n  name: kernels\n  version: {{ version }}\n",
            "conda/conda_build_config.yaml": "cuda_compiler_version:\n  - 11.8  # [aarch64]\n  - 12.9\n",
            "conda/build.sh": 'cmake ${CMAKE_ARGS} "-DCMAKE_CUDA_ARCHITECTURES=86;120" -B build\n',
        },
        line="11.8",
    ),
)

LINT_CASES: tuple[LintCase, ...] = (
    *_NOT_FORWARDED,
    *_ARGUMENTS,
    *_JOBS,
    *_CACHES,
    *_CCACHE,
    *_EVIDENCE,
    *_HOSTS,
    *_PROJECTS,
)
