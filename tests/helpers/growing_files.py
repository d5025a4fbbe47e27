"""Texts of any length for every kind of file that `lint` and the policy reader read: each kind as a few lists and
variables that are well written, over and over, and as what is begun and never closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from cudacompat.artifacts.buildfiles.kinds import FileKind
from cudacompat.artifacts.requirements.kinds import RequirementKind

IMAGE = "nvidia/cuda:12.8.1-devel-ubuntu24.04"
Unit = Callable[[int], str]


@dataclass(frozen=True)
class Growing:
    """A file of one kind: its name, what it begins with, a well-written list and a variable (each differs by its
    number), and what its format opens and may leave open."""

    name: str
    begin: str
    listed: Unit
    variable: Unit
    opens: tuple[str, ...]
    end: str = ""  # what closes the well-written ones

    def shapes(self) -> Iterator[tuple[str, Callable[[int], str]]]:
        """Each shape with a function that gives a text of about so many characters."""
        yield "lists", lambda size: self._many(self.listed, size)
        yield "variables", lambda size: self._many(self.variable, size)
        for text in (*self.opens, *ANYWHERE):
            yield repr(text), lambda size, text=text: self.begin + text * (size // len(text))

    def _many(self, unit: Unit, size: int) -> str:
        pieces, length, number = [self.begin], len(self.begin), 0
        while length < size:
            pieces.append(unit(number))
            length += len(pieces[-1])
            number += 1
        return "".join((*pieces, self.end))


# A line without an end, lines without a content, words, and what hides in any format.
ANYWHERE = ("a", "a ", "a\n", "\n")


def _same(text: str) -> Unit:
    return lambda _: text


SHELL = ("$(", "${", '"', "<<E\n")
_CMAKE = "cmake -B b -DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=80;90 ."
_BUILD: Mapping[FileKind, Growing] = {
    FileKind.DOCKERFILE: Growing(
        "Dockerfile",
        f"FROM {IMAGE}\n",
        lambda i: f"ENV TORCH_CUDA_ARCH_LIST=8.{i % 7}\nRUN pip install llama-cpp-python\n",
        lambda i: f"ARG CUDA_ARCH_{i}=80\nRUN nvcc -arch=$CUDA_ARCH_{i} a.cu\n",
        ("RUN [", "RUN --mount=", *(f"RUN {each}" for each in SHELL)),
    ),
    FileKind.COMPOSE: Growing(
        "compose.yaml",
        "x-cuda: 1\nservices:\n",
        lambda i: f" s{i}:\n  image: {IMAGE}\n  build: {{args: {{CUDAARCHS: '80;90'}}}}\n  gpus: all\n",
        lambda i: f" s{i}:\n  image: {IMAGE}\n  environment:\n   CUDA_VISIBLE_DEVICES: all\n",
        (" a: [", " - ", " a: &a"),
    ),
    FileKind.DEV_CONTAINER: Growing(
        ".devcontainer/devcontainer.json",
        '{"image": "' + IMAGE + '"',
        _same(',"containerEnv": {"CUDAARCHS": "80;90"}'),
        lambda i: f',"a{i}": {{"NVIDIA_VISIBLE_DEVICES": "all"}}',
        ("/*", "//", ',"a":[', '"\\'),
        "}",
    ),
    FileKind.QUADLET: Growing(
        "a.container",
        f"[Container]\nImage={IMAGE}\n",
        _same("Environment=CUDA_VISIBLE_DEVICES=all\n"),
        lambda i: f"Environment=CUDA_A{i}=80\nAddDevice=nvidia.com/gpu={i}\n",
        ("Environment=\\\n", "[", 'Environment="'),
    ),
    FileKind.GITHUB: Growing(
        ".github/workflows/a.yml",
        "name: cuda\njobs:\n",
        lambda i: f" j{i}:\n  runs-on: ubuntu-24.04\n  steps:\n  - run: {_CMAKE}\n",
        lambda i: f" j{i}:\n  runs-on: ubuntu-24.04\n  env: {{CUDAARCHS: 8{i % 7}}}\n  steps: [{{run: cmake -B b}}]\n",
        (" a: [", "  ${{ cuda"),
    ),
    FileKind.GITLAB: Growing(
        ".gitlab-ci.yml",
        "cuda: {}\n",
        lambda i: f"j{i}:\n  image: {IMAGE}\n  script: ['{_CMAKE}']\n",
        lambda i: f"j{i}:\n  variables: {{CUDAARCHS: '8{i % 7}'}}\n  script: [cmake -B b]\n",
        ("a: [", "- "),
    ),
    FileKind.CMAKE: Growing(
        "CMakeLists.txt",
        "project(x CUDA)\n",
        _same("set(CMAKE_CUDA_ARCHITECTURES 80 90)\n"),
        lambda i: f"set(A{i} 80)\nset(CMAKE_CUDA_FLAGS ${{A{i}}})\n",
        ("if(", "[=[", '"', "#[[", "set(A ${", "$<"),
    ),
    FileKind.CMAKE_CACHE: Growing(
        "CMakeCache.txt",
        "",
        _same("CMAKE_CUDA_ARCHITECTURES:STRING=80;90\n"),
        lambda i: f"A{i}:STRING=$A{i - 1}\n",
        ("//", ":", "A:"),
    ),
    FileKind.MAKE: Growing(
        "Makefile",
        "CUDA = 1\n",
        lambda i: f"a{i}: b.cu\n\tnvcc -gencode=arch=compute_80,code=sm_80 $< -o $@\n",
        lambda i: f"A{i} = $(A{i - 1}) 80\nall{i}:\n\tnvcc -arch=sm_$(A{i}) a.cu\n",
        ("$(", "\\\n", "define a\n", "ifeq (", "A = -gencode arch="),
    ),
    FileKind.SCRIPT: Growing(
        "build.sh",
        "# cuda\n",
        _same(f'export CUDAARCHS="80;90"\n{_CMAKE}\n'),
        lambda i: f"A{i}=80\nnvcc -arch=sm_$A{i} a.cu\n",
        (*SHELL, "if a; then ", "a | ", "case $a in\n", "a=(", "f() {\n"),
    ),
    FileKind.BAKE: Growing(
        "docker-bake.hcl",
        "# cuda\n",
        lambda i: f'target "t{i}" {{\n args = {{ CUDAARCHS = "80;90" }}\n}}\n',
        lambda i: f'variable "CUDA_ARCH_{i}" {{ default = "80" }}\n',
        ('target "', "{", "<<E\n", '"${'),
    ),
    FileKind.ENV: Growing(
        ".env", "", _same("CUDAARCHS=80;90\n"), lambda i: f"CUDA_ARCH_{i}=$CUDA_ARCH_{i - 1}\n", ('A="', "A=${")
    ),
    FileKind.JSON: Growing(
        "CMakePresets.json",
        '{"configurePresets":[{"name":"cuda"}',
        lambda i: f',{{"name":"a{i}","cacheVariables":{{"CMAKE_CUDA_ARCHITECTURES":"80;90"}}}}',
        lambda i: f',{{"name":"a{i}","inherits":"a","environment":{{"CUDAARCHS":"$env{{A{i}}}"}}}}',
        ("[", '{"a":', '"\\'),
        "]}",
    ),
    FileKind.YAML: Growing(
        "meta.yaml",
        "cuda: 1\n",
        lambda i: f"a{i}:\n  CUDAARCHS: '80;90'\n",
        lambda i: f"b{i}: 'TORCH_CUDA_ARCH_LIST=8.{i % 7}'\n",
        ("a: [", "- ", "{{", "a: |\n"),
    ),
    FileKind.TOML: Growing(
        ".cargo/config.toml",
        "[env]\n",
        lambda i: f'A{i} = "-DCMAKE_CUDA_ARCHITECTURES=80;90"\n',
        lambda i: f'[a{i}]\nCUDAARCHS = {{ value = "80", force = true }}\n',
        ("a = [", '"""', "a = {b = "),
    ),
    FileKind.PYTHON: Growing(
        "setup.py",
        "from torch.utils.cpp_extension import CUDAExtension\n",
        _same("os.environ['TORCH_CUDA_ARCH_LIST'] = '8.0;9.0'\n"),
        lambda i: f"a{i} = ['-gencode=arch=compute_80,code=sm_80', a{i - 1}]\n",
        ("(", "'''", "['-gencode=", "f'{"),
    ),
    FileKind.RUST: Growing(
        "build.rs",
        "// cuda\nfn main() {\n",
        _same('.flag("-gencode=arch=compute_80,code=sm_80");\n'),
        lambda i: f'env::var("CUDA_ARCH_{i}").unwrap();\n',
        ("/*", 'r#"', "{", '"'),
        "}",
    ),
    FileKind.CARGO_LOCK: Growing(
        "Cargo.lock",
        "version = 4\n",
        _same('[[package]]\nname = "whisper-rs"\nversion = "0.14.3"\n'),
        lambda i: f'[[package]]\nname = "a{i}"\nversion = "1.{i}.0"\ndependencies = ["a{i - 1}"]\n',
        ("[[", '"', "dependencies = ["),
    ),
    FileKind.DOCKER_IGNORE: Growing(
        ".dockerignore", "", _same("build/**\n!build/a\n"), lambda i: f"a{i}/*\n", ("**/", "*", "[", "!")
    ),
    FileKind.GIT_MODULES: Growing(
        ".gitmodules",
        "",
        _same('[submodule "a"]\n\turl = https://github.com/ggml-org/whisper.cpp\n'),
        lambda i: f'[submodule "a{i}"]\n\tpath = a{i}\n\turl = https://github.com/a/b{i}\n',
        ("github.com/", "[", "url = "),
    ),
    FileKind.BATCH: Growing(
        "build.bat",
        "rem cuda\n",
        _same("set CUDAARCHS=80;90\ncmake -B b -DGGML_CUDA=ON\n"),
        lambda i: f"set A{i}=%A{i - 1}%\nnvcc -arch=sm_%A{i}% a.cu\n",
        ("(", "%", '"', "^\n", "if a (\n"),
    ),
    FileKind.POWERSHELL: Growing(
        "build.ps1",
        "# cuda\n",
        _same('$env:CUDAARCHS = "80;90"\ncmake -B b -DGGML_CUDA=ON\n'),
        lambda i: f'$A{i} = "80"\nnvcc "-arch=sm_$A{i}" a.cu\n',
        ("(", "{", '@"\n', "`\n", "<#", '"$('),
    ),
    FileKind.VISUAL_STUDIO: Growing(
        "a.vcxproj",
        '<Project><Import Project="$(VCTargetsPath)\\BuildCustomizations\\CUDA 12.8.props" />\n',
        _same("<CudaCompile><CodeGeneration>compute_80,sm_80;compute_90,sm_90</CodeGeneration></CudaCompile>\n"),
        lambda i: f"<A{i}>$(A{i - 1})</A{i}>\n",
        ("<", "<!--", "<CodeGeneration>", "<ItemDefinitionGroup ", '<Import Project="', "&"),
        "</Project>",
    ),
    FileKind.AZURE: Growing(
        "azure-pipelines.yml",
        "cuda: 1\nsteps:\n",
        _same(f"- script: '{_CMAKE}'\n"),
        lambda i: f"- script: cmake -B b\n  env: {{CUDAARCHS: '8{i % 7}'}}\n",
        ("- [", "- script: |\n   $("),
    ),
    FileKind.CIRCLE: Growing(
        ".circleci/config.yml",
        "cuda: 1\njobs:\n",
        lambda i: f" j{i}:\n  docker: [{{image: '{IMAGE}'}}]\n  steps: [{{run: '{_CMAKE}'}}]\n",
        lambda i: f" j{i}:\n  environment: {{CUDAARCHS: '8{i % 7}'}}\n  steps: [{{run: cmake -B b}}]\n",
        (" a: [", " - "),
    ),
    FileKind.BUILDKITE: Growing(
        ".buildkite/pipeline.yml",
        "# cuda\nsteps:\n",
        lambda i: f"- command: '{_CMAKE}'\n  plugins: [{{docker#v5: {{image: '{IMAGE}'}}}}]\n",
        lambda i: f"- command: [cmake -B b]\n  env: {{CUDAARCHS: '8{i % 7}'}}\n",
        (" a: [", " - ", "- steps: ["),
    ),
    FileKind.DRONE: Growing(
        ".woodpecker.yml",
        "# cuda\nsteps:\n",
        lambda i: f"- image: '{IMAGE}'\n  commands: ['{_CMAKE}']\n",
        lambda i: f"- commands: [cmake -B b]\n  environment: {{CUDAARCHS: '8{i % 7}'}}\n",
        (" a: [", " - "),
    ),
    FileKind.JENKINS: Growing(
        "Jenkinsfile",
        "// cuda\n",
        _same(f"sh '{_CMAKE}'\n"),
        lambda i: f"environment {{ CUDA_ARCH_{i} = '80' }}\nsh \"nvcc -arch=sm_$CUDA_ARCH_{i} a.cu\"\n",
        ("sh '''", "{", "/*", 'sh "', "("),
    ),
    FileKind.EARTH: Growing(
        "Earthfile",
        f"VERSION 0.8\nFROM {IMAGE}\n",
        lambda i: f"t{i}:\n  RUN {_CMAKE}\n",
        lambda i: f"t{i}:\n  ARG CUDA_ARCH_{i}=80\n  RUN nvcc -arch=sm_$CUDA_ARCH_{i} a.cu\n",
        ("t:\n  RUN [", "\\\n", *(f"t:\n  RUN {each}" for each in ("$(", '"'))),
    ),
    FileKind.APPTAINER: Growing(
        "a.def",
        f"Bootstrap: docker\nFrom: {IMAGE}\n%post\n",
        _same(f"{_CMAKE}\n"),
        lambda i: f"export A{i}=80\nnvcc -arch=sm_$A{i} a.cu\n",
        (*SHELL, "%post\n"),
    ),
    FileKind.SPEC: Growing(
        "a.spec",
        "# cuda\n%build\n",
        _same(f"{_CMAKE}\n"),
        lambda i: f"%global a{i} 80\nnvcc -arch=sm_%{{a{i}}} a.cu\n",
        ("%{", "%build\n", *SHELL),
    ),
    FileKind.JUST: Growing(
        "justfile",
        "# cuda\nbuild:\n",
        lambda i: f"b{i}:\n  {_CMAKE}\n",
        lambda i: f'a{i} := "80"\nb{i}:\n  nvcc -arch=sm_{{{{a{i}}}}} a.cu\n',
        ("{{", "a:\n", "  {{ a", *SHELL),
    ),
    FileKind.COG: Growing(
        "models/cog.yaml",
        "build:\n gpu: true\n run:\n",
        _same(f"  - '{_CMAKE}'\n"),
        lambda i: f"  - command: CUDA_ARCH_{i}=80 nvcc -arch=sm_$CUDA_ARCH_{i} a.cu\n",
        (" a: [", "  - ", "  - |\n   $("),
    ),
    FileKind.AUTOCONF: Growing(
        "configure.ac",
        "dnl cuda\nAC_INIT\n",
        _same('NVCCFLAGS="$NVCCFLAGS -gencode arch=compute_80,code=sm_80"\n'),
        lambda i: f"AC_ARG_WITH([a{i}], [], [], [CUDA_A{i}=-arch=sm_8{i % 7}])\n",
        ("[", "AC_ARG_WITH(", '"-gencode ', "-arch=$"),
    ),
    FileKind.NIX: Growing(
        "flake.nix",
        "{ cuda = 1;\n",
        _same('cudaCapabilities = [ "8.6" "9.0" ];\n'),
        lambda i: f'a{i} = "-DCMAKE_CUDA_ARCHITECTURES=8{i % 7}";\n',
        ("[", "{", "''", "/*", '"${', "cudaCapabilities = ["),
        "}",
    ),
    FileKind.BAZEL_RC: Growing(
        ".bazelrc",
        "# cuda\n",
        _same("build --repo_env=HERMETIC_CUDA_COMPUTE_CAPABILITIES=sm_80,compute_90\n"),
        lambda i: f"build:c{i} --action_env=TF_CUDA_COMPUTE_CAPABILITIES=8.{i % 7}\n",
        ("build ", "build --repo_env=", "\\\n"),
    ),
    FileKind.BAZEL: Growing(
        "BUILD.bazel",
        "# cuda\n",
        _same('copts = ["-gencode=arch=compute_80,code=sm_80"],\n'),
        lambda i: f'a{i} = ["-arch=sm_8{i % 7}", a{i - 1}]\n',
        ("(", "[", '"""', '["-gencode='),
    ),
    FileKind.SPACK: Growing(
        "spack.yaml",
        "# cuda\n",
        _same("  - raja +cuda cuda_arch=80,90\n"),
        lambda i: f"  - p{i} +cuda cuda_arch=8{i % 7}\n",
        ("cuda_arch=", "cuda_arch=80,", "# ", "cuda_arch"),
    ),
    FileKind.MESON: Growing(
        "meson.build",
        "# cuda\n",
        _same("cuda_args = ['-gencode=arch=compute_80,code=sm_80']\n"),
        lambda i: f"a{i} = ['-arch=sm_8{i % 7}', a{i - 1}]\n",
        ("(", "[", "'''", "['-gencode="),
    ),
    FileKind.INI: Growing(
        "tox.ini",
        "# cuda\n[testenv]\nsetenv =\n",
        _same("  TORCH_CUDA_ARCH_LIST=8.0;9.0\n"),
        lambda i: f"  CUDA_ARCH_{i}=80\n",
        ("[", "[a]\n", "  -DCMAKE_CUDA_ARCHITECTURES="),
    ),
}
_LOCKED = '[[package]]\nname = "a{0}"\nversion = "1.{0}"\n'
_REQUIRED: Mapping[RequirementKind, Growing] = {
    RequirementKind.PIP: Growing(
        "requirements.txt",
        "",
        _same("torch==2.5.1 ; python_version < '3.12' --hash=sha256:aa\n"),
        lambda i: f"a{i}[x,y]>=1.{i},!=2.0\n",
        ("\\\n", "--hash=sha256:", "a[", "-r a.txt\n", "a ; (", "a>=1,", "#"),
    ),
    RequirementKind.PYPROJECT: Growing(
        "pyproject.toml",
        "[project]\ndependencies = [\n",
        _same('"torch==2.5.1",\n'),
        lambda i: f'"a{i}>=1.{i}",\n',
        ("[", '"""', '"a[", '),
        "]\n",
    ),
    RequirementKind.SETUP_PY: Growing(
        "setup.py",
        "from setuptools import setup\nwanted = ['torch==2.5.1']\n",
        _same("setup(install_requires=['torch==2.5.1', 'a>=1'] + wanted)\n"),
        lambda i: f"a{i} = a{i - 1} + wanted + ['b{i}==1']\nsetup(extras_require={{'x': a{i}}})\n",
        ("setup(", "setup(install_requires=", "a + ", "["),
    ),
    RequirementKind.SETUP_CFG: Growing(
        "setup.cfg",
        "[options]\ninstall_requires =\n",
        _same("  torch==2.5.1\n"),
        lambda i: f"  a{i}>=1.{i}\n",
        ("[", "[options.extras_require]\n", "a =\n", "  a\n"),
    ),
    RequirementKind.UV: Growing(
        "uv.lock",
        "version = 1\n",
        _same('[[package]]\nname = "torch"\nversion = "2.5.1+cu124"\nsource = { registry = "https://a/b" }\n'),
        lambda i: _LOCKED.format(i) + "wheels = [\n { url = 'https://a/a-1-py3-none-any.whl' },\n]\n",
        ("[[", "a = [", "a = {b = "),
    ),
    RequirementKind.POETRY: Growing(
        "poetry.lock",
        "",
        _same('[[package]]\nname = "torch"\nversion = "2.5.1"\nfiles = [{file = "torch-2.5.1-py3-none-any.whl"}]\n'),
        _LOCKED.format,
        ("[[", "files = ["),
    ),
    RequirementKind.PDM: Growing(
        "pdm.lock", "", _same('[[package]]\nname = "torch"\nversion = "2.5.1"\n'), _LOCKED.format, ("[[", "files = [")
    ),
    RequirementKind.PIPFILE: Growing(
        "Pipfile.lock",
        '{"default": {"a": {}',
        _same(',"torch": {"version": "==2.5.1"}'),
        lambda i: f',"a{i}": {{"version": "==1.{i}"}}',
        ("[", '{"a":', '"\\'),
        "}}",
    ),
    RequirementKind.PYLOCK: Growing(
        "pylock.toml",
        "",
        _same('[[packages]]\nname = "torch"\nversion = "2.5.1"\n'),
        lambda i: f'[[packages]]\nname = "a{i}"\nversion = "1.{i}"\nwheels = [{{name = "a-1-py3-none-any.whl"}}]\n',
        ("[[", "wheels = ["),
    ),
    RequirementKind.ENVIRONMENT: Growing(
        "environment.yml",
        "channels: [conda-forge]\ndependencies:\n",
        _same("- pytorch=2.5.1=cuda126_py312\n"),
        lambda i: f"- a{i}>=1.{i}\n- pip: [b{i}==1]\n",
        ("- [", "- pip:\n  - "),
    ),
    RequirementKind.CONDA_LOCK: Growing(
        "conda-lock.yml",
        "version: 1\npackage:\n",
        _same("- {name: pytorch, version: 2.5.1, manager: conda, platform: linux-64, url: 'https://a/b.conda'}\n"),
        lambda i: f"- {{name: a{i}, version: 1.{i}, manager: pip, platform: linux-64}}\n",
        ("- [", "- {a: "),
    ),
    RequirementKind.CONDA_LIST: Growing(
        "conda-linux-64.lock",
        "@EXPLICIT\n",
        _same("https://conda.anaconda.org/conda-forge/linux-64/pytorch-2.5.1-cuda126_mkl_py311_304.conda#0\n"),
        lambda i: f"https://conda.anaconda.org/conda-forge/noarch/a{i}-1.{i}-pyh_0.conda\n",
        ("https://a/linux-64/", "a-", "# pip a @ ", "# Name Version Build Channel\n"),
    ),
    RequirementKind.CONDA_SPECS: Growing(
        "requirements-conda.txt",
        "# for conda install --file\n",
        _same("conda-forge::pytorch=2.5.1\n"),
        lambda i: f"conda-forge::a{i}[version='>=1.{i}',build=*_0]\n",
        ("a::", "a[version='", "a=1=", "a >=1,"),
    ),
    RequirementKind.JSON_LIST: Growing(
        "requirements-json.txt",
        '[{"name": "pip", "version": "1"}',
        _same(',{"name": "torch", "version": "2.5.1+cu124"}'),
        lambda i: f',{{"name": "a{i}", "version": "1.{i}", "channel": "conda-forge", "build_string": "py_{i}"}}',
        ("[", '{"a":', '"\\'),
        "]\n",
    ),
    RequirementKind.PIXI: Growing(
        "pixi.lock",
        "version: 6\npackages:\n",
        _same("- conda: https://conda.anaconda.org/conda-forge/linux-64/pytorch-2.5.1-cuda126_py312_0.conda\n"),
        lambda i: f"- pypi: https://a/a{i}-1.{i}-py3-none-any.whl\n  name: a{i}\n  version: 1.{i}\n",
        ("- [", "- {a: "),
    ),
    RequirementKind.COG: Growing(
        "cog.yaml",
        "build:\n gpu: true\n python_packages:\n",
        _same("  - torch==2.5.1\n"),
        lambda i: f"  - a{i}>=1.{i}\n",
        ("  - [", "  - 'a ; (", "  - a["),
    ),
    RequirementKind.PIPFILE_MANIFEST: Growing(
        "Pipfile",
        '[[source]]\nname = "a"\nurl = "https://a/b"\n',
        _same('[[source]]\nname = "b"\nurl = "https://download.pytorch.org/whl/cu128"\n'),
        lambda i: f'[packages.a{i}]\nversion = "==1.{i}"\nindex = "a"\n',
        ("[[", "a = {b = ", "[packages.a."),
    ),
    RequirementKind.PIXI_MANIFEST: Growing(
        "pixi.toml",
        '[workspace]\nchannels = ["conda-forge"]\n',
        _same('[[tool.a]]\npytorch = "==2.5.1"\n'),
        lambda i: f'[feature.f{i}.dependencies]\na{i} = {{version = "==1.{i}", build = "cuda126_{i}"}}\n',
        ("[[", "a = {b = ", "[feature.a."),
    ),
}
GROWING: Mapping[FileKind | RequirementKind, Growing] = {**_BUILD, **_REQUIRED}
# What is read beside those: CMake's and Ninja's lists of what a configured build will compile, policies, sources.
POLICY = Growing(
    "cudacompat.toml",
    'require = ["8.6"]\n',
    _same('[[ignore]]\npath = "*.so"\nrule = "hole"\nreason = "a"\n'),
    lambda i: f'[[ignore]]\npath = "a{i}/*.so"\nrule = "hole"\nreason = "a"\nexpires = 2099-01-01\n',
    ("a = [", '"""', "a = {b = ", "[[ignore]]\n", 'path = "'),
)
COMPILED = Growing(
    "compile_commands.json",
    "[{}",
    _same(',{"directory":"/b","command":"nvcc -gencode arch=compute_80,code=sm_80 -c a.cu","file":"a.cu"}'),
    lambda i: f',{{"directory":"/b","arguments":["nvcc","-arch=sm_8{i % 7}"],"file":"a{i}.cu"}}',
    ("[", '{"a":', '"\\', ',{"file":"a.cu","command":"', "-gencode "),
    "]",
)
NINJA = Growing(
    "build.ninja",
    "rule CUDA_COMPILER__a\n  command = nvcc $FLAGS -c $in\n",
    _same("build a.cu.o: CUDA_COMPILER__a a.cu\n  FLAGS = -gencode arch=compute_80,code=sm_80\n"),
    lambda i: f"build CMakeFiles/a{i}.dir/a.cu.o: CUDA_COMPILER__a a{i}.cu\n  FLAGS = -arch=sm_8{i % 7}\n",
    ("build ", "build a: ", "  FLAGS = ", "$\n", "build a: CUDA_COMPILER a\n  FLAGS = a'"),
)
RUST = Growing(
    "src/main.rs",
    "use whisper_rs::FullParams;\n",
    _same("fn f(p: &mut FullParams) { p.with_gpu(true); }\n"),
    lambda i: f"let a{i} = WhisperContext::new(a{i - 1});\n",
    ("/*", 'r#"', "{", "with_gpu(", "'a"),
)
