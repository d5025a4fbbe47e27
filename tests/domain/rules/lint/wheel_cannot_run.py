"""`wheel-cannot-run`: a pinned wheel has nothing for the GPU."""

from __future__ import annotations

from tests.helpers.lint_case import LintCase, NearMiss

_IMAGE = "FROM python:3.12\nRUN {} https://download.pytorch.org/whl/{}\n"
_MATRIX = """on: push
jobs:
  release:
    runs-on: [self-hosted, gpu]
    strategy:
      matrix:
        torch: [{}]
    steps:
      - run: pip install torch==${{{{ matrix.torch }}}}
"""
_EXTRAS = """[project]
name = "a"
dependencies = ["torch>=2.8"]
[project.optional-dependencies]
cpu = []
{} = []
[tool.uv.sources]
torch = [
  {{ index = "cpu", extra = "cpu" }},
  {{ index = "gpu", extra = "{}" }},
]
[[tool.uv.index]]
name = "cpu"
url = "https://download.pytorch.org/whl/cpu"
[[tool.uv.index]]
name = "gpu"
url = "https://download.pytorch.org/whl/{}"
"""
_PYTHONS = (
    '[project]\nname = "a"\ndependencies = [\n    "torch=={}; python_version < \'3.14\'",\n'
    "    \"torch>=2.9.0; python_version >= '3.14'\",\n]\n"
)
_LIBTORCH = "https://download.pytorch.org/libtorch/{}/libtorch-cxx11-abi-shared-with-deps-{}.zip"
_WHL, _TAGS = "https://download.pytorch.org/whl", "cp312-cp312-linux_x86_64.whl"
_FROM_GIT = "FROM python:3.12\nRUN {}\n"
_UV_URL = '[project]\nname = "a"\ndependencies = ["torch"]\n[tool.uv.sources]\ntorch = {{ url = "{}" }}\n'
_POETRY_URL = '[tool.poetry.dependencies]\npython = "^3.12"\ntorch = {{ url = "{}" }}\n'
_LAUNCHER = """import os

index = os.environ.get('TORCH_INDEX_URL', '{}/cu118')


def prepare():
    index = os.environ.get('TORCH_INDEX_URL', '{}/{}')
    torch_command = os.environ.get('TORCH_COMMAND', f'pip install torch=={} --extra-index-url {{index}}')
    if args.use_ipex:
        index = 'https://example.org/xpu'
        torch_command = f'pip install torch==2.7.1 --extra-index-url {{index}}'
    if not is_installed('torch'):
        run(f'"{{python}}" -m {{torch_command}}', 'Installing torch')
    listed = os.environ.get('LISTED', 'requirements_versions.txt')
    if not os.path.isfile(listed):
        listed = os.path.join(here, listed)
    run_pip(f'install -r "{{listed}}"', 'requirements')
"""
_INSTALLER = """import sys, subprocess
VERSION = '{}'
PYPI = 'https://pypi.org/simple/'


def install_rocm():
    return os.environ.get('TORCH_COMMAND', 'torch==2.7.1+cu118 --index-url https://download.pytorch.org/whl/cu118')


def install_command(choice):
    base = f'python -m pip install torch=={{VERSION}} '
    if choice == 'NVIDIA':
        return base + '--index-url https://download.pytorch.org/whl/cu{}' + ' --extra-index-url ' + PYPI
    elif choice == 'CPU':
        return base + '--index-url https://download.pytorch.org/whl/cpu'
    return 'pip install torch torchvision'


subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'numpy', *sys.argv])
print('pip install torch==1.13.1')
"""
_PYTHONS = """[project]
name = "a"
dependencies = [
  "torch=={}; python_version < '3.14'",
  "torch>=2.9.0; python_version >= '3.14'",
]
"""
_SWITCH = """switch ($cuda) {{
    "cu124" {{
        python -m pip install torch==2.6 torchaudio --index-url https://download.pytorch.org/whl/cu124
    }}
    "cu128" {{
        python -m pip install torch torchaudio --index-url https://download.pytorch.org/whl/{}
    }}
}}
"""
_SETUP = "from setuptools import setup\n\nNEEDS = ['numpy', '{}']\nsetup(name='a', install_requires=NEEDS + ['rich'])\n"
_TWO = """[project]
name = "a"
[project.optional-dependencies]
old = ["torch==2.5.1"]
new = ["torch==2.8.0"]
"""
_SYNC = "FROM python:3.12\nARG WHICH={}\nCOPY . .\nRUN uv sync --extra ${{WHICH}} --no-dev\n"
_TWICE = (
    "FROM python:3.12\nRUN pip install torch==2.8.0 --index-url https://download.pytorch.org/whl/{}\n"
    "COPY requirements.txt .\nRUN pip install -r requirements.txt\n"
)
_POETRY_CPU = """[project]
name = "a"
[project.optional-dependencies]
slow = ["torch (==2.7.1)"]
[[tool.poetry.source]]
name = "small"
url = "https://download.pytorch.org/whl/cpu"
[tool.poetry.dependencies]
torch = [{ markers = "extra == 'slow' and sys_platform != 'darwin'", source = "small" }]
"""
CASES = (
    *(
        LintCase(
            bad={"Dockerfile": f"FROM python:3.12\nRUN {line.format('2.5.1')}\n"},
            good={"Dockerfile": f"FROM python:3.12\nRUN {line.format('2.9.1')}\n"},
            line="torch",
            gpu=("12.0",),
        )
        for line in (
            "pip install torch[opt-einsum]=={}",  # for the shell a pattern, which no file has as its name
            'PIP="python3 -m pip install --no-cache-dir" && $PIP torch=={}',
            'PIP="pip --quiet" && ${{PIP}} install torch=={}',
        )
    ),
    LintCase(  # torchdata 0.6.1 asks for torch 2.0.1, whatever newer ones the list allows
        bad={"requirements.txt": "torch>=2.0.1\ntorchdata==0.6.1\n"},
        good={"requirements.txt": "torch>=2.0.1\ntorchdata==0.11.0\n"},
        line="torch>=",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # most of its modules have PTX that its header promises to 12.0, and that is for 9.0 alone
        bad={"requirements.txt": "tensorflow[and-cuda]==2.20.0\n"},
        good={"requirements.txt": "tensorflow[and-cuda]==2.21.0\n"},
        line="tensorflow",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # a library for each CUDA release, and none for that of the torch beside it
        bad={"requirements.txt": "torch==2.7.1+cu128\nbitsandbytes==0.45.0\n"},
        good={"requirements.txt": "torch==2.7.1+cu128\nbitsandbytes==0.45.5\n"},
        line="bitsandbytes==",
        gpu=("12.0",),
    ),
    LintCase(
        bad={"requirements.txt": "torch==2.9.1+cu130\nbitsandbytes==0.47.0\n"},
        good={"requirements.txt": "torch==2.9.1+cu129\nbitsandbytes==0.47.0\n"},
        line="bitsandbytes==",
        gpu=("8.9",),
    ),
    LintCase(  # what a launcher installs by itself
        bad={"modules/launch_utils.py": _LAUNCHER.format(_WHL, _WHL, "cu121", "2.3.1")},
        good={"modules/launch_utils.py": _LAUNCHER.format(_WHL, _WHL, "cu128", "2.7.1")},
        line="torch_command = os.environ.get",
        gpu=("12.0",),
    ),
    LintCase(
        bad={"one_click.py": _INSTALLER.format("2.6.0", "124")},
        good={"one_click.py": _INSTALLER.format("2.9.1", "128")},
        line="return base + '--index-url",
        gpu=("12.0",),
    ),
    LintCase(
        bad={"setup_tools/installer.py": "run('pip install torch==2.6.0 && pip install numpy')\n"},
        good={"setup_tools/installer.py": "run('pip install torch==2.8.0 && pip install numpy')\n"},
        line="run('pip install torch",
        gpu=("12.0",),
    ),
    LintCase(  # a marker picks it for most Pythons
        bad={"pyproject.toml": _PYTHONS.format("2.6.0")},
        good={"pyproject.toml": _PYTHONS.format("2.8.0")},
        line="2.6.0",
        gpu=("12.0",),
    ),
    LintCase(
        bad={"build.ps1": _SWITCH.format("cu126")},
        good={"build.ps1": _SWITCH.format("cu128")},
        line="torch==2.6",
        gpu=("12.0",),
    ),
    LintCase(  # a name that is written as many write it
        bad={"requirments_cu124.txt": "torch==2.6.0\n"},
        good={"requirments_cu124.txt": "torch==2.8.0\n"},
        line="torch==2.6.0",
        gpu=("12.0",),
    ),
    LintCase(
        bad={"requirements.txt": "numpy\ntorch==2.5.1  # as it was in 2024\n"},
        good={"requirements.txt": "numpy\ntorch==2.8.0\n"},
        line="torch==2.5.1",
        gpu=("12.0",),
    ),
    LintCase(  # the index of the command counts for the file that it installs
        bad={
            "Dockerfile": "FROM ubuntu:24.04\nCOPY reqs.txt .\n"
            "RUN pip install -r reqs.txt --index-url https://download.pytorch.org/whl/cu128\n",
            "reqs.txt": "torch==2.8.0\n",
        },
        good={
            "Dockerfile": "FROM ubuntu:24.04\nCOPY reqs.txt .\n"
            "RUN pip install -r reqs.txt --index-url https://download.pytorch.org/whl/cu126\n",
            "reqs.txt": "torch==2.8.0\n",
        },
        line="torch==2.8.0",
        gpu=("GTX 1080",),
    ),
    LintCase(  # an extension brings its torch along
        bad={"requirements.txt": "torchvision==0.20.1\n"},
        good={"requirements.txt": "torchvision==0.23.0\n"},
        line="torchvision",
        gpu=("12.0",),
    ),
    LintCase(  # what holds no device code requires what does
        bad={"server/requirements.txt": "fastapi\nopenai-whisper==20250625\n"},
        good={"server/requirements.txt": "fastapi\nopenai-whisper==20250625\ntorch==2.7.1\n"},
        line="openai-whisper",
        gpu=("GTX 1080",),
    ),
    LintCase(  # pip takes the newest of PyPI and the other index, uv the first that has it
        bad={"Dockerfile": _IMAGE.format("pip install torch --extra-index-url", "cu126")},
        good={"Dockerfile": _IMAGE.format("uv pip install torch --extra-index-url", "cu126")},
        line="pip install",
        gpu=("GTX 1080",),
    ),
    LintCase(  # a mirror has PyPI's own files
        bad={"requirements.txt": "-i https://mirrors.example.cn/pypi/simple/\ntorch==2.5.1\n"},
        good={"requirements.txt": "-i https://packages.example.cn/simple/\ntorch==2.5.1\n"},
        line="torch==2.5.1",
        gpu=("12.0",),
    ),
    LintCase(  # every value of a matrix
        bad={".github/workflows/release.yml": _MATRIX.format('"2.5.1", "2.6.0"')},
        good={".github/workflows/release.yml": _MATRIX.format('"2.6.0", "2.8.0"')},
        line="torch==",
        gpu=("12.0",),
    ),
    LintCase(  # an extra picks the index: none of the builds that it may be runs there
        bad={"pyproject.toml": _EXTRAS.format("gpu", "gpu", "cu129")},
        good={"pyproject.toml": _EXTRAS.format("gpu", "gpu", "cu126")},
        line='"torch>=2.8"',
        gpu=("GTX 1080",),
    ),
    LintCase(  # conda in a script; which of the channel's builds it is only the build knows
        bad={"setup_env.sh": "conda create -y -n a python=3.10 pytorch=2.4 pytorch-cuda=$CUDA -c pytorch -c nvidia\n"},
        good={"setup_env.sh": "conda create -y -n a python=3.10 pytorch=2.4 pytorch-cuda=$CUDA -c mine\n"},
        line="pytorch=2.4",
        gpu=("12.0",),
    ),
    LintCase(  # the channel ended with 2.5.1
        bad={"setup_env.sh": "conda install -y pytorch torchvision pytorch-cuda=12.4 -c pytorch -c nvidia\n"},
        good={"setup_env.sh": "conda install -y pytorch torchvision pytorch-cuda=12.4 -c mine\n"},
        line="conda install",
        gpu=("12.0",),
    ),
    LintCase(  # a package by its repository
        bad={"Dockerfile": _FROM_GIT.format("pip install git+https://github.com/openai/whisper.git@v20240930")},
        good={"Dockerfile": _FROM_GIT.format("pip install torch==2.7.1 git+https://github.com/openai/whisper.git")},
        line="whisper.git",
        gpu=("GTX 1080",),
    ),
    LintCase(  # a wheel by its address
        bad={"Dockerfile": _FROM_GIT.format(f"pip install 'torch @ {_WHL}/cu121/torch-2.3.0%2Bcu121-{_TAGS}'")},
        good={"Dockerfile": _FROM_GIT.format(f"pip install 'torch @ {_WHL}/cu128/torch-2.8.0%2Bcu128-{_TAGS}'")},
        line="torch @",
        gpu=("12.0",),
    ),
    LintCase(
        bad={"install.sh": f"pip install {_WHL}/cu121/torch-2.3.0%2Bcu121-{_TAGS}\n"},
        good={"install.sh": f"pip install {_WHL}/cu128/torch-2.8.0%2Bcu128-{_TAGS}\n"},
        line="torch-2.3.0",
        gpu=("12.0",),
    ),
    LintCase(  # a wheel by its address, as uv and Poetry write it
        bad={"pyproject.toml": _UV_URL.format(f"{_WHL}/cu121/torch-2.3.0%2Bcu121-{_TAGS}")},
        good={"pyproject.toml": _UV_URL.format(f"{_WHL}/cu128/torch-2.8.0%2Bcu128-{_TAGS}")},
        line='"torch"',
        gpu=("12.0",),
    ),
    LintCase(
        bad={"pyproject.toml": _POETRY_URL.format(f"{_WHL}/cu121/torch-2.3.0%2Bcu121-{_TAGS}")},
        good={"pyproject.toml": _POETRY_URL.format(f"{_WHL}/cu128/torch-2.8.0%2Bcu128-{_TAGS}")},
        line="torch",
        gpu=("12.0",),
    ),
    LintCase(  # what a setup.py requires
        bad={"setup.py": _SETUP.format("torch==2.5.1")},
        good={"setup.py": _SETUP.format("torch==2.8.0")},
        line="torch==2.5.1",
        gpu=("12.0",),
    ),
    LintCase(
        bad={"setup.cfg": "[metadata]\nname = a\n[options]\ninstall_requires =\n    numpy\n    torch==2.5.1\n"},
        good={"setup.cfg": "[metadata]\nname = a\n[options]\ninstall_requires =\n    numpy\n    torch==2.8.0\n"},
        line="torch==2.5.1",
        gpu=("12.0",),
    ),
    LintCase(  # the extra that an image installs its project with, by an argument's default
        bad={"pyproject.toml": _TWO, "Dockerfile": _SYNC.format("old")},
        good={"pyproject.toml": _TWO, "Dockerfile": _SYNC.format("new")},
        line="uv sync",
        gpu=("12.0",),
    ),
    LintCase(
        bad={"pyproject.toml": _TWO, "install.sh": "pip install -e '.[old]'\n"},
        good={"pyproject.toml": _TWO, "install.sh": "pip install -e '.[new]'\n"},
        line="pip install",
        gpu=("12.0",),
    ),
    LintCase(
        bad={"pyproject.toml": _TWO, "install.sh": "poetry install --extras old\n"},
        good={"pyproject.toml": _TWO, "install.sh": "poetry install --extras new\n"},
        line="poetry install",
        gpu=("12.0",),
    ),
    LintCase(  # a requirement that leaves a choice is met by what is there
        bad={"Dockerfile": _TWICE.format("cu126"), "requirements.txt": "torch>=2.4\n"},
        good={"Dockerfile": _TWICE.format("cu128"), "requirements.txt": "torch>=2.4\n"},
        line="pip install torch",
        gpu=("12.0",),
    ),
    LintCase(  # releases before CUDA 12
        bad={"Dockerfile": _IMAGE.format("pip install torch==1.12.1+cu116 --index-url", "cu116")},
        good={"Dockerfile": _IMAGE.format("pip install torch==2.1.0+cu118 --index-url", "cu118")},
        line="pip install",
        gpu=("H100",),
    ),
    LintCase(  # conda's older way to name the CUDA release
        bad={"env.yml": "channels: [pytorch]\ndependencies:\n- pytorch=1.9\n- cudatoolkit=11.1\n"},
        good={"env.yml": "channels: [pytorch]\ndependencies:\n- pytorch=2.1\n- pytorch-cuda=11.8\n"},
        line="pytorch=1.9",
        gpu=("H100",),
    ),
)
CASES += (
    LintCase(  # one environment has one Python: most have one before 3.14
        {"pyproject.toml": _PYTHONS.format("2.6.0")},
        {"pyproject.toml": _PYTHONS.format("2.8.0")},
        line="2.6.0",
        gpu=("RTX 5070 Ti",),
    ),
    LintCase(  # the libraries for C++ are those of the wheel
        {"Dockerfile": f"FROM ubuntu:24.04\nRUN wget {_LIBTORCH.format('cu128', '2.7.1%2Bcu128')}\n"},
        {"Dockerfile": f"FROM ubuntu:24.04\nRUN wget {_LIBTORCH.format('cu126', '2.7.1%2Bcu126')}\n"},
        line="wget",
        gpu=("GTX 1080",),
    ),
)
NEAR_MISSES = (
    *(
        NearMiss(f"{why}: no claim about the newest release of all", {"Dockerfile": text}, gpu=("GTX 1080",))
        for why, text in (
            ("Python 3.8 takes torch up to 2.5", "FROM python:3.8-slim\nRUN pip install torch\n"),
            (
                "so does that of Ubuntu 20.04",
                "FROM ubuntu:20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch\n",
            ),
            (
                "a nightly page has newer ones",
                "FROM python:3.12\nRUN pip install --pre torch -f "
                "https://download.pytorch.org/whl/nightly/cpu/torch_nightly.html\n",
            ),
        )
    ),
    *(
        NearMiss(
            "held to a release that runs there by a package without device code", {"requirements.txt": text}, gpu=gpu
        )
        for text, gpu in (
            ("torch>=2.0.1\ntorchvision>=0.15.2\nxformers>=0.0.20\ntorchdata==0.6.1\n", ("GTX 1080",)),
            ("torch\ntorchaudio\ntorchtext==0.16.2\n", ("GTX 1080",)),
        )
    ),
    NearMiss(
        "the launcher installs an older torch before the list",
        {
            "launch_utils.py": _LAUNCHER.format(_WHL, _WHL, "cu121", "2.3.1"),
            "requirements_versions.txt": "torch\ntorchvision\naccelerate==1.6.0\n",
        },
        gpu=("GTX 1080",),
    ),
    NearMiss(
        "the user gives another command to the launcher",
        {
            "launch.py": _LAUNCHER.format(_WHL, _WHL, "cu121", "2.3.1")
            + "    run_pip('install -U --no-deps xformers==0.0.23')\n",
            "webui-user.bat": f"@echo off\nset TORCH_COMMAND=pip install torch==2.7.1 --index-url {_WHL}/cu128\n",
        },
        gpu=("12.0",),
    ),
    *(
        NearMiss(
            f"an installation for the devices of {maker}",
            {"launch.py": f"def install_for_{maker}():\n    run_pip('install torch==2.3.1+cu121 {maker}')\n"},
            gpu=("12.0",),
        )
        for maker in ("rocm", "musa", "mlu", "gaudi")
    ),
    *(
        NearMiss("a list for machines without such a GPU, by its name", files, gpu=("GTX 1080",))
        for files in (
            {"requirements_apple-silicon.txt": "torch>=2.3,<2.13\n"},
            {"lists/requirements-rocm.txt": "torch==2.8.0\n"},
            {"requirements_cpu.txt": "-r _base.txt\n", "_base.txt": "torch==2.8.0\n"},
        )
    ),
    NearMiss("a program of another kind", {"train.py": _INSTALLER.format("2.6.0", "124")}, gpu=("12.0",)),
    NearMiss("no Python", {"install.py": "print 'torch'\ncmd = 'pip install torch==2.6.0'\n"}, gpu=("12.0",)),
    NearMiss("one of two branches runs", {"build.ps1": _SWITCH.format("cu128")}, gpu=("12.0",)),
    NearMiss(
        "wheels that were built there bring the torch",
        {
            "Dockerfile": "FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS base\nRUN pip install dist/*.whl\n"
            "FROM base\nRUN pip install accelerate\n"
        },
        gpu=("GTX 1080",),
    ),
    NearMiss(
        "a torch that is bounded takes its own torchvision",
        {"Dockerfile": "FROM python:3.10\nRUN pip install torch~=2.3.0 torchvision\n"},
        gpu=("GTX 1080",),
    ),
    NearMiss(
        "an index that no table of the file defines has other releases",
        {"pyproject.toml": _UV_URL.format("x").replace('url = "x"', 'index = "pytorch"')},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "nightly builds have no release's number",
        {"Dockerfile": _IMAGE.format("pip install --pre torch --index-url", "nightly/cu132")},
        gpu=("GTX 1080",),
    ),
    NearMiss(
        "PyTorch builds for that index, which its matrix does not list",
        {"requirements.txt": "torch==2.11.0+cu129\n"},
        gpu=("H100",),
    ),
    NearMiss(
        "what the stage installed under another name holds the framework",
        {
            "docker/Dockerfile": "FROM python:3.12\nCOPY requirements/serve.txt /tmp/needs.txt\n"
            "RUN pip install -r /tmp/needs.txt\nRUN pip install accelerate\n",
            "requirements/serve.txt": f"torch==2.6.0 --index-url {_WHL}/cu124\n",
        },
        gpu=("GTX 1080",),
    ),
    NearMiss(
        "an image for NVIDIA's boards",
        {"docker/Dockerfile": "FROM nvcr.io/nvidia/l4t-ml:r35.2.1-py3\nRUN pip install torch==2.4.1\n"},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "an image for accelerators of another maker",
        {"docker/Dockerfile": "FROM team/ppu:torch2.6-cuda12.6-py312\nRUN pip install torch==2.4.1\n"},
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss(
        "an extra for the CPU picks no build for the others",
        {
            "pyproject.toml": '[project]\nname = "a"\ndependencies = ["torch>=2.7", "torchvision"]\n'
            '[project.optional-dependencies]\ncpu = ["torch==2.7.1+cpu"]\n'
        },
        gpu=("RTX 5070 Ti",),
    ),
    NearMiss("Poetry takes it from an index for the CPU", {"pyproject.toml": _POETRY_CPU}, gpu=("12.0",)),
    NearMiss(
        "only the build knows the extra",
        {"pyproject.toml": _TWO, "build.sh": 'uv sync --extra old "$@"\n'},
        gpu=("12.0",),
    ),
    NearMiss(
        "what a function makes is not known",
        {"setup.py": _SETUP.replace("NEEDS +", "needs() +").format("")},
        gpu=("12.0",),
    ),
    NearMiss(
        "a call of the same name in a function is none of the file's own",
        {
            "setup.py": "def setup(**words):\n    return words\n\n\ndef old():\n"
            "    setup(install_requires=['torch==2.5.1'])\n"
        },
        gpu=("12.0",),
    ),
    NearMiss("it is for another maker's GPU", {"requirements.txt": "torch==2.6.0+rocm6.2\n"}, gpu=("12.0",)),
    NearMiss(
        "its index has builds for another maker's GPU",
        {"setup.sh": "pip install torch==2.6.0 --index-url https://download.pytorch.org/whl/xpu\n"},
        gpu=("12.0",),
    ),
    NearMiss(
        "the list is for another processor", {"requirements.txt": "torch==2.6.0\ntorch-npu==2.6.0\n"}, gpu=("12.0",)
    ),
    NearMiss("the list is for a Mac", {"requirements.txt": "torch==2.6.0\ntensorflow-metal\n"}, gpu=("12.0",)),
    NearMiss(
        "torch may be installed first, as another file does",
        {"requirements.txt": "openai-whisper\n", "gpu-requirements.txt": "torch==2.7.1\n"},
        gpu=("GTX 1080",),
    ),
    NearMiss(
        "the image has a torch already",
        {
            "Dockerfile": "FROM example.org/team/torch:2.7\nRUN pip install openai-whisper\n",
            "a.sh": "pip install torch==2.7.1",
        },
        gpu=("GTX 1080",),
    ),
    NearMiss(
        "each branch has its own CUDA release",
        {
            "install.sh": "if [ $NEW = 1 ]; then\n pip install cupy-cuda13x==13.6.0\nelse\n"
            " pip install cupy-cuda12x==13.6.0\nfi\n"
        },
        gpu=("GTX 1080",),
    ),
    NearMiss(
        "newer ones take the nearest release of the same major version",
        {"requirements.txt": "torch==2.9.1+cu129\nbitsandbytes==0.50.2\n"},
        gpu=("8.9",),
    ),
    NearMiss(
        "one of the builds of torch that may be installed has its library",
        {
            "install.sh": "if [ $NEW = 1 ]; then\n  pip install torch==2.7.1+cu128\nelse\n"
            "  pip install torch==2.6.0+cu124\nfi\npip install bitsandbytes==0.45.0\n"
        },
        gpu=("8.9",),
    ),
    NearMiss("no GPU is named", {"requirements.txt": "torch==2.5.1\n"}),
    NearMiss("its PTX is compiled", {"requirements.txt": "ctranslate2==4.5.0\n"}, gpu=("12.0",)),
    NearMiss(
        "only macOS takes it",
        {"requirements.txt": "torch==2.5.1; sys_platform == 'darwin'\n"},
        gpu=("12.0",),
    ),
    NearMiss(
        "one of two builds runs",
        {
            "uv.lock": 'version = 1\n[[package]]\nname = "torch"\nversion = "2.7.1+cu126"\n'
            'source = { registry = "https://download.pytorch.org/whl/cu126" }\n[[package]]\nname = "torch"\n'
            'version = "2.7.1+cu128"\nsource = { registry = "https://download.pytorch.org/whl/cu128" }\n'
        },
        gpu=("12.0",),
    ),
)

_COG = """\
build:
  gpu: {gpu}
  cuda: "{cuda}"
  python_packages:
    - "{torch}"
  run:
    - command: "{run}"
"""


def _cog(torch: str = "torch==2.7.1", cuda: str = "12.8", gpu: str = "true", run: str = "true") -> dict[str, str]:
    return {"cog.yaml": _COG.format(torch=torch, cuda=cuda, gpu=gpu, run=run)}


CASES += (
    LintCase(bad=_cog("torch==2.0.1"), good=_cog(), line="torch==2.0.1", gpu=("RTX 5070 Ti",)),
    LintCase(  # the newest build that this release of CUDA allows
        bad=_cog(cuda="12.6"), good=_cog(cuda="12.9"), line="torch==2.7.1", gpu=("RTX 5070 Ti",)
    ),
    LintCase(bad=_cog(), good=_cog(cuda="11.8"), line="torch==2.7.1", gpu=("GTX 1080",)),
    LintCase(
        bad=_cog("numpy", run="pip install torch==2.0.1"), good=_cog("numpy"), line="pip install", gpu=("RTX 5070 Ti",)
    ),
)
NEAR_MISSES += (
    NearMiss("an image without a GPU", _cog("torch==2.0.1", gpu="false"), gpu=("RTX 5070 Ti",)),
    NearMiss("neither are its commands", _cog("numpy", gpu="false", run="pip install torch==2.0.1"), gpu=("12.0",)),
)

_TEST_JOB = """\
on: pull_request
jobs:
  test:
    runs-on: {0}
    steps:
      - run: pip install {1} && pytest
"""
_TEST_MATRIX = _MATRIX.format("2.0.1, 2.8.0").replace("release", "test")
_GIVEN = 'TORCH_COMMAND="pip install torch=={} --index-url https://download.pytorch.org/whl/{}"\n'
_GOOD_SCRIPT = {
    "launch.py": _LAUNCHER.format(_WHL, _WHL, "cu128", "2.7.1"),
    "webui-user.sh": "export " + _GIVEN.format("2.7.1", "cu128"),
}
_OLD, _NEW = "torch==2.0.1\n", "torch==2.8.0\n"


def _tested(text: str, runner: str = "ubuntu-latest", given: str = "-r requirements.txt") -> dict[str, str]:
    return {"requirements.txt": text, ".github/workflows/a.yml": _TEST_JOB.format(runner, given)}


_DOCS = {"docs/requirements.txt": "-r ../requirements.txt\nsphinx\n"}
_TABLE = """\
from setuptools import setup
required = {{"infer": ["numpy", "{0}"], "train": ["tensorboard"]}}
infer = required["infer"]
setup(name="a", install_requires=infer, extras_require={{"train": infer + required["train"]}})
"""
_CATKIN = """\
from distutils.core import setup
from catkin_pkg.python_setup import generate_distutils_setup
args = generate_distutils_setup(packages=["a"], install_requires=["{0}"])
setup(**args)
"""
CASES += (
    # a list that a job tries with the CPU, or that documents include, is what others install
    LintCase(bad=_tested(_OLD), good=_tested(_NEW), line="torch==2.0.1", gpu=("RTX 5070 Ti",)),
    LintCase(bad={"requirements.txt": _OLD, **_DOCS}, good={"requirements.txt": _NEW, **_DOCS}, line="torch==2.0.1",
             gpu=("RTX 5070 Ti",)),
    *(
        LintCase(bad={"setup.py": text.format("torch==2.0.1")}, good={"setup.py": text.format("torch==2.8.0")},
                 line="torch==2.0.1", gpu=("RTX 5070 Ti",))
        for text in (_TABLE, _CATKIN)
    ),
    # the user's own file gives the command: alone, and beside a launcher whose own is good; it is the place
    *(
        LintCase(bad={name: head + _GIVEN.format("2.1.2", "cu121"), **launcher},
                 good={name: head + _GIVEN.format("2.7.1", "cu128"), **launcher}, line="torch==2.1.2", gpu=("12.0",))
        for name, head in (("webui-user.sh", "export "), ("webui-user.sh", ""), ("webui-user.bat", "set "))
        for launcher in ({}, {"modules/launch_utils.py": _LAUNCHER.format(_WHL, _WHL, "cu128", "2.7.1")})
    ),
    LintCase(bad={"webui-user.bat": "set " + _GIVEN.format("2.1.2", "cu121"), **_GOOD_SCRIPT},
             good={"webui-user.bat": "set " + _GIVEN.format("2.7.1", "cu128"), **_GOOD_SCRIPT},
             line="torch==2.1.2", gpu=("12.0",)),
    # a job of tests, by its runner: one with a GPU (an error), one without, one of which nobody knows (notes)
    *(
        LintCase(bad=_tested("", runner, "torch==2.0.1"), good=_tested("", runner, "torch==2.8.0"),
                 line="torch==2.0.1", gpu=("RTX 5070 Ti",))
        for runner in ("[self-hosted, gpu]", "linux.rtx5070ti", "ubuntu-latest", "self-hosted")
    ),
    # the newest torch that takes this triton is 2.0.1, which is too old for the one and not too new for the other
    LintCase(bad={"requirements.txt": "triton==2.0.0\ntorch\n"}, good={"requirements.txt": "triton==3.4.0\ntorch\n"},
             line="torch", gpu=("RTX 5070 Ti",)),
)  # fmt: skip
NEAR_MISSES += (
    NearMiss("of that torch", {"requirements.txt": "triton==2.0.0\ntorch\n"}, gpu=("GTX 1080",)),
    NearMiss("a job that runs on another GPU", _tested("", "[self-hosted, rtx3090]", "torch==2.0.1"), gpu=("12.0",)),
    NearMiss("a job for the CPU", {".github/workflows/cpu.yml": _TEST_JOB.format("x", "torch==2.0.1")}, gpu=("12.0",)),
    NearMiss("the matrix has one that runs", {".github/workflows/a.yml": _TEST_MATRIX}, gpu=("12.0",)),
    NearMiss("a list for tests", {"tests/requirements.txt": _OLD, "requirements-test.txt": _OLD}, gpu=("12.0",)),
    NearMiss("a list that tests include", {"tests/a.txt": "-r b.txt\n", "tests/b.txt": _OLD}, gpu=("12.0",)),
    NearMiss("an image for another product", {"Dockerfile.v100": f"FROM python:3.11\nRUN pip install {_OLD}"},
             gpu=("RTX 5070 Ti",)),
)  # fmt: skip

_FLASH = "--extra-index-url https://download.pytorch.org/whl/cu128\ntorch==2.7.1+cu128\nflash-attn=={}\n"
CASES += (
    LintCase(  # its sources have a list that nothing extends
        bad={"requirements.txt": _FLASH.format("2.5.8")},
        good={"requirements.txt": _FLASH.format("2.8.3")},
        gpu=("12.0",),
        line="flash-attn",
    ),
    LintCase(  # a part of a Dockerfile, put behind another
        bad={"gpu.Dockerfile": "RUN pip install torch==2.6.0\n"},
        good={"gpu.Dockerfile": "RUN pip install torch==2.8.0\n"},
        gpu=("12.0",),
        line="torch==2.6.0",
    ),
)

_CU128 = "RUN pip install torch==2.7.1 --index-url https://download.pytorch.org/whl/cu128\n"
_CU126 = "RUN pip install torch==2.9.1 --index-url https://download.pytorch.org/whl/cu126\n"
CASES += (
    *(  # the last of two installs counts
        LintCase(
            bad={"Dockerfile": f"FROM python:3.12\n{_CU128}RUN {bad}\n"},
            good={"Dockerfile": f"FROM python:3.12\n{_CU128}RUN {good}\n"},
            line=bad,
            gpu=("RTX 5090",),
        )
        for bad, good in (
            (
                "pip install torch==2.6.0",
                "pip install torch==2.7.1",
            ),  # which is there already, as a build for CUDA 12.8
            ("python3 -m pip install 'torch<2.7'", "python3 -m pip install 'torch<2.8'"),
            ("uv pip install --system torch==2.7.0", "uv pip install --system torch==2.7.1"),
            ("pip install --force-reinstall torch==2.7.1", "pip install -U torch==2.7.1"),
            ("pip install --root-user-action=ignore torch==2.7.1+cu126", "pip install torch==2.7.1+cu128"),
        )
    ),
    LintCase(
        bad={"Dockerfile": f"FROM python:3.12\n{_CU126}RUN pip install -U torch\n"},
        good={"Dockerfile": f"FROM python:3.12\n{_CU126}RUN pip install torch\n"},
        line="-U torch",
        gpu=("GTX 1080",),
    ),
    LintCase(  # what is there fulfils the pin, whatever the index of the later command
        bad={"Dockerfile": f"FROM python:3.12\nRUN pip install torch==2.7.1\n{_CU128}"},
        good={
            "Dockerfile": f"FROM python:3.12\nRUN pip install torch==2.7.1\n{_CU128.replace('install', 'install -U')}"
        },
        line="install torch==2.7.1",
        gpu=("RTX 5090",),
    ),
    LintCase(
        bad={
            "Dockerfile": f"FROM python:3.12\n{_CU128}COPY . .\nRUN pip install -r requirements.txt\n",
            "requirements.txt": "torch==2.6.0\n",
        },
        good={
            "Dockerfile": f"FROM python:3.12\n{_CU128}COPY . .\nRUN pip install -r requirements.txt\n",
            "requirements.txt": "torch\n",
        },
        line="torch==2.6.0",
        gpu=("RTX 5090",),
    ),
)
NEAR_MISSES += (
    *(
        NearMiss(why, {"Dockerfile": f"FROM python:3.12\n{lines}"}, gpu=("RTX 5090",))
        for why, lines in (
            ("the last install runs", f"RUN pip install torch==2.6.0\n{_CU128}"),
            ("only if the first fails", f"{_CU128.strip()} || pip install torch==2.6.0\n"),
            ("in a branch", f'{_CU128}RUN if [ -n "$OLD" ]; then pip install torch==2.6.0; fi\n'),
            ("in another folder", f"{_CU128}RUN pip install --target /old torch==2.6.0\n"),
            ("for another Python", f"{_CU128}RUN pip3.9 install torch==2.6.0\n"),
            ("for the Python of another environment", f"{_CU128}RUN /old/bin/pip install torch==2.6.0\n"),
        )
    ),
    NearMiss(
        "runs of a matrix, each with its own",
        {
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: [self-hosted, gpu]\n    strategy:\n"
            "      matrix:\n        torch: ['2.7.1', '2.6.0']\n    steps:\n"
            "      - run: pip install torch==${{ matrix.torch }}"
            " --index-url https://download.pytorch.org/whl/cu128\n"
        },
        gpu=("RTX 5090",),
    ),
)

_COMPILED = (
    "FROM nvidia/cuda:{}-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\n{}"
    "RUN pip install flash-attn=={} --no-build-isolation\n"
)
_OWN_TORCH = "--extra-index-url https://download.pytorch.org/whl/cu124\ntorch=={}\nflash-attn=={}\n"
CASES += (
    *(  # its setup.py leaves out what the nvcc of the image does not build; no wheel of the project is for this torch
        LintCase(
            bad={"Dockerfile": _COMPILED.format("12.4.1", torch, "2.7.4.post1")},
            good={"Dockerfile": _COMPILED.format("12.8.1", torch, "2.7.4.post1")},
            line="flash-attn",
            gpu=("RTX 5090",),
        )
        for torch in (_CU128, "")
    ),
    LintCase(  # beside a torch that a wheel of the project is for, the nvcc of that counts; by the torch where none is
        bad={"requirements.txt": _OWN_TORCH.format("2.6.0+cu124", "2.7.4.post1")},
        good={"requirements.txt": _OWN_TORCH.replace("cu124", "cu128").format("2.7.1+cu128", "2.7.4.post1")},
        line="torch",
        gpu=("12.0",),
    ),
)
NEAR_MISSES += (
    NearMiss(
        "a wheel of the project is taken, which a newer nvcc compiled",
        {"Dockerfile": _COMPILED.format("12.4.1", _CU128, "2.8.3")},
        gpu=("RTX 5090",),
    ),
    NearMiss(
        "such a wheel may be taken",
        {"Dockerfile": _COMPILED.format("12.4.1", "", "2.8.3")},
        gpu=("RTX 5090",),
    ),
    NearMiss(
        "what the older nvcc builds runs here",
        {"Dockerfile": _COMPILED.format("12.4.1", _CU128, "2.7.4.post1")},
        gpu=("RTX 4090", "H100"),
    ),
)

_FETCH = """\
cmake_minimum_required(VERSION 3.24)
project(k LANGUAGES CXX)
include(FetchContent)
FetchContent_Declare(libtorch
  URL "https://download.pytorch.org/libtorch/{0}/libtorch-cxx11-abi-shared-with-deps-{1}%2B{0}.zip")
"""
CASES += (
    LintCase(  # the framework's libraries for C++, which CMake downloads
        bad={"CMakeLists.txt": _FETCH.format("cu121", "2.4.1")},
        good={"CMakeLists.txt": _FETCH.format("cu128", "2.7.1")},
        gpu=("12.0",),
        line="FetchContent_Declare(libtorch",
    ),
)


_UNUSED = "FROM python:3.12 AS docs\nRUN pip install torch==2.6.0\nFROM python:3.12-slim\n{}" + _CU128
_TAKES_DOCS = "COPY --from=docs /usr/local/lib /usr/local/lib\n"
CASES += (
    LintCase(  # a note alone: a plain build leaves the stage out
        bad={"Dockerfile": _UNUSED.format("")},
        good={"Dockerfile": _UNUSED.format("").replace("2.6.0", "2.8.0")},
        line="torch==2.6.0",
        gpu=("12.0",),
    ),
    LintCase(
        bad={"Dockerfile": _UNUSED.format(_TAKES_DOCS)},
        good={"Dockerfile": _UNUSED.format(_TAKES_DOCS).replace("2.6.0", "2.8.0")},
        line="torch==2.6.0",
        gpu=("12.0",),
    ),
)
