"""`lint` takes time that grows with the size of a file, whatever stands in it: a text of twice the size may take twice
the time of each part of the work, not four times. Reading, every rule and the comments that ignore are measured each.

The texts are small, so that the test is quick; what grows with the square of the size shows in them all the same.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from cudacompat.app.lint import lint
from cudacompat.app.project import time_limit
from cudacompat.app.project.files import ProjectRead, wanted, worth_parsing
from cudacompat.app.project.model import project_of
from cudacompat.app.project.time_limit import Clock, TimeSpentError
from cudacompat.artifacts.buildfiles.toml import toml_document
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.project.inline_ignores import apply
from cudacompat.domain.project.model import SourceFile
from cudacompat.domain.rules.lint import LINT_RULES
from cudacompat.domain.words.verdict import JitPolicy, Target
from tests.helpers.run import inside

SMALL = 12 << 10  # characters
FLOOR = 0.06  # seconds: of what takes less, the measurement says nothing
MOST = 3.0  # times as long for a text of twice the size
TRIES = 4
IMAGE = "nvidia/cuda:12.8.1-devel-ubuntu24.04"
FROM = f"FROM {IMAGE}\n"

# What begins a file of each kind. What is repeated behind it is never closed, so that all of the file is gone through.
BEGINS = {
    "Dockerfile": f"{FROM}RUN cmake ",
    "env/Dockerfile": f"{FROM}ENV A=",
    "build.sh": "cmake -DGGML_CUDA=ON ",
    "CMakeLists.txt": "project(x CUDA)\n",
    "set/CMakeLists.txt": "project(x CUDA)\nset(CMAKE_CUDA_ARCHITECTURES ",
    "CMakePresets.json": '{"configurePresets":[{"cacheVariables":{"CMAKE_CUDA_ARCHITECTURES":"',
    "build/CMakeCache.txt": "CMAKE_CUDA_ARCHITECTURES:STRING=80\n",
    "Cargo.toml": '[package]\nname="a"\n[dependencies]\nwhisper-rs="0.14"\n',
    ".cargo/config.toml": '[env]\nCUDAARCHS="80',
    "build.rs": "// cuda\n",
    "setup.py": "from torch.utils.cpp_extension import CUDAExtension\nos.environ['TORCH_CUDA_ARCH_LIST'] = '",
    "pyproject.toml": '[tool.scikit-build.cmake.define]\nCMAKE_CUDA_ARCHITECTURES = "80',
    "Makefile": "CUDA = 1\nall:\n\tnvcc ",
    "variable/Makefile": "CUDA = ",
    "compose.yaml": f"services:\n a:\n  image: {IMAGE}\n  command: ",
    ".devcontainer/devcontainer.json": '// cuda\n{"image": "',
    "open/devcontainer.json": "// cuda\n",
    "a.container": "[Container]\nImage=nvidia/cuda:",
    ".github/workflows/a.yml": "jobs:\n a:\n  runs-on: ubuntu-24.04\n  steps:\n  - run: |\n     cmake -DGGML_CUDA=ON ",
    ".gitlab-ci.yml": "cuda:\n  script:\n    - cmake ",
    "meta.yaml": "{% set cuda = 1 %}\nbuild: ",
    "docker-bake.hcl": 'target "cuda" {\n args = { A = "',
    "open/docker-bake.hcl": "cuda\n",
    ".env": "CUDAARCHS=",
    ".gitmodules": "url = https://github.com/",
    "justfile": "cuda:\n cmake ",
    "build.bat": "rem cuda\ncmake ",
    "set/build.cmd": 'rem cuda\nset "A=',
    "build.ps1": "# cuda\ncmake ",
    "set/build.ps1": '# cuda\n$env:A = "',
    "a.vcxproj": '<Import Project="a.props" /><CudaCompile><CodeGeneration>compute_80,sm_80',
    "open/a.vcxproj": "<!-- cuda",
    "azure-pipelines.yml": "cuda: 1\nsteps:\n- script: |\n   cmake ",
    ".circleci/config.yml": "cuda: 1\njobs:\n a:\n  docker:\n  - image: x\n  steps:\n  - run: |\n     cmake ",
    "Jenkinsfile": "// cuda\nsh '''cmake ",
    "one/Jenkinsfile": '// cuda\nsh "cmake ',
    "Earthfile": f"VERSION 0.8\nb:\n  {FROM}  RUN cmake ",
    "a.def": f"Bootstrap: docker\nFrom: {IMAGE}\n%post\ncmake ",
    "PKGBUILD": "# cuda\nbuild() {\ncmake ",
    "a.spec": "# cuda\n%build\n%cmake ",
    "debian/rules": "# cuda\nall:\n\tdh_auto_configure -- ",
    "flake.nix": '{ cudaCapabilities = [ "8.6" ',
    ".bazelrc": "build --repo_env=HERMETIC_CUDA_COMPUTE_CAPABILITIES=sm_70,",
    "BUILD.bazel": '# cuda\ncopts = ["-gencode=arch=compute_80,code=sm_80',
    "meson.build": "# cuda\nargs = ['-arch=sm_80",
    "tox.ini": "# cuda\nsetenv = TORCH_CUDA_ARCH_LIST=8.0",
    "gencode/setup.py": "x = ['-gencode=arch=compute_80,code=sm_80",
    "flags/CMakeLists.txt": 'project(x CUDA)\nset(A 80)\nset(CMAKE_CUDA_FLAGS "${A}',
    "case/build.sh": "case $1 in\na) export CUDAARCHS=80;;\nb) export CUDAARCHS=90;;\nesac\ncmake ",
}
REPEATED = (
    '"', "'", "\\", '"\\', "(", "[", "{", "/*", "#", "${", "$(", " ", "\n", "a", "a ", "a.", "=", "-DA=1 ", '"-DA=1',
    "-DCMAKE_CUDA_ARCHITECTURES=80 ", "-gencode=arch=compute_80,code=sm_80 ", "{{", '"a": ', "\\\n", "\n# cuda",
    "<<E1", "\n[[", "project(", "cc::Build ", 'r#"', "\ntags = [", "github.com/a", "/releases/", "\nwhisper-rs = {",
)  # fmt: skip


def _each(count: int, made: Callable[[int], str]) -> str:
    return "".join(map(made, range(count)))


# Files of many small things that are well written, and of many findings; `n` is their length. Variables that
# each differ are bounded in number instead (a million of all instructions together): what each instruction sees is a
# copy.
WHOLE: dict[str, tuple[str, Callable[[int], str]]] = {
    "lists and builds": (
        "Dockerfile",
        lambda n: FROM + _each(n // 55, lambda i: f"ENV TORCH_CUDA_ARCH_LIST=8.{i % 7}\nRUN pip install .\n"),
    ),
    "builds": (
        "Dockerfile",
        lambda n: FROM + "RUN cmake -B b -DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=80;90 .\n" * (n // 66),
    ),
    "arguments of pip": (
        "Dockerfile",
        lambda n: (
            FROM
            + 'ENV CMAKE_ARGS="'
            + "-DCMAKE_CUDA_ARCHITECTURES=80 " * (n // 60)
            + '"\n'
            + "RUN pip install llama-cpp-python\n" * (n // 70)
        ),
    ),
    "versions": (
        "Dockerfile",
        lambda n: (
            FROM
            + _each(
                n // 90,
                lambda i: (
                    f"RUN git clone -b v1.{i} https://github.com/ggml-org/whisper.cpp && cmake -B b -DGGML_CUDA=ON\n"
                ),
            )
        ),
    ),
    "variables": (
        "Dockerfile",
        lambda n: FROM + _each(n // 24, lambda i: f"ENV A{i}=1\n") + "RUN cmake -B b -DGGML_CUDA=ON\n" * (n // 62),
    ),
    "ARG before FROM": (
        "Dockerfile",
        lambda n: (
            _each(n // 48, lambda i: f"ARG CUDA_ARCH_{i}=80\n")
            + FROM
            + _each(n // 64, lambda i: f"RUN nvcc -arch=$CUDA_ARCH_{i} a.cu\n")
        ),
    ),
    "ARG below": (
        "Dockerfile",
        lambda n: (
            FROM + _each(n // 60, lambda i: f"RUN nvcc -arch=$CUDA_ARCH_{i % 40} a.cu\nARG CUDA_ARCH_{i % 40}=80\n")
        ),
    ),
    "leaves": (
        "Dockerfile",
        lambda n: (
            f"FROM {IMAGE} AS a\n"
            + "RUN nvcc a.cu\n" * (n // 30)
            + _each(n // 80, lambda i: f"FROM a AS b{i}\nRUN cmake --build b\nCMD a\n")
        ),
    ),
    "a chain": (
        "Dockerfile",
        lambda n: (
            f"FROM {IMAGE} AS s0\n"
            + _each(n // 80, lambda i: f"FROM s{i} AS s{i + 1}\nRUN cmake -DGGML_CUDA=ON -B b\nENV A=1\n")
        ),
    ),
    "hidden GPUs": ("Dockerfile", lambda n: FROM + "ENV CUDA_VISIBLE_DEVICES=all\n" * (n // 29)),
    "hidden GPUs on a line": ("Dockerfile", lambda n: FROM + "ENV" + " CUDA_VISIBLE_DEVICES=all" * (n // 25)),
    "dead variables": (
        "Dockerfile",
        lambda n: FROM + _each(n // 54, lambda i: f"ENV GGML_CUDA_ARCH=8{i % 9}\nRUN cmake -B b -DGGML_CUDA=ON .\n"),
    ),
    "wrong flags": ("Dockerfile", lambda n: FROM + "RUN nvcc -gencode arch=sm_80,code=sm_80 a.cu\n" * (n // 46)),
    "cache mounts": (
        "Dockerfile",
        lambda n: (
            FROM
            + "RUN --mount=type=cache,target=/root/.cache/pip pip install llama-cpp-python --no-binary x\n" * (n // 90)
        ),
    ),
    "ignores": (
        "Dockerfile",
        lambda n: FROM + "# cudacompat: ignore[unknown-target] why\nENV TORCH_CUDA_ARCH_LIST=3.9\n" * (n // 74),
    ),
    "exports": (
        "build.sh",
        lambda n: _each(n // 50, lambda i: f"export TORCH_CUDA_ARCH_LIST=8.{i % 7}\npip install .\n"),
    ),
    "dead exports": ("build.sh", lambda n: "export CUDAARCHS=80\ncmake -B b -DGGML_CUDA=ON\n" * (n // 50)),
    "a long line": ("build.sh", lambda n: "cmake -B b -DGGML_CUDA=ON && " * (n // 28) + "true"),
    "env": ("build.sh", lambda n: "env " + "CUDAARCHS=80 " * (n // 13) + "make cuda"),
    "packages": ("build.sh", lambda n: "CMAKE_ARGS=-DGGML_CUDA=ON pip install " + "llama-cpp-python " * (n // 17)),
    "an address": ("build.sh", lambda n: "wget https://github.com/a/b" + "/releases/" * (n // 10) + " cuda"),
    "images": ("build.sh", lambda n: "docker build --build-arg CUDAARCHS=80 -t a:1 .\ndocker run a:1 x\n" * (n // 66)),
    "a rule of make": ("Makefile", lambda n: "a: b.cu\n" + "\tnvcc $< -o $@\n" * (n // 16)),
    "rules of make": ("Makefile", lambda n: _each(n // 44, lambda i: f"a{i}: b.cu\n\tnvcc -arch=native $< -o $@\n")),
    "sets": ("CMakeLists.txt", lambda n: "project(x CUDA)\n" + "set(CMAKE_CUDA_ARCHITECTURES 80 86)\n" * (n // 35)),
    "flags": (
        "CMakeLists.txt",
        lambda n: (
            "project(x CUDA)\nset(CMAKE_CUDA_FLAGS -arch=sm_80)\n" + "set(CMAKE_CUDA_ARCHITECTURES 80)\n" * (n // 33)
        ),
    ),
    "open ifs": ("CMakeLists.txt", lambda n: "project(x CUDA)\n" + "if(A)\n" * (n // 6)),
    "guards": (
        "CMakeLists.txt",
        lambda n: (
            "project(x CUDA)\n"
            + "if(NOT CMAKE_CUDA_ARCHITECTURES)\nset(CMAKE_CUDA_ARCHITECTURES 80)\nendif()\n" * (n // 75)
        ),
    ),
    "brackets": ("CMakeLists.txt", lambda n: "project(x CUDA)\n" + "[=[ ]] " * (n // 7)),
    "presets": (
        "CMakePresets.json",
        lambda n: (
            '{"configurePresets":[' + '{"environment":{"CMAKE_CUDA_ARCHITECTURES":"80;90"}},' * (n // 56) + "{}]}"
        ),
    ),
    "texts": (
        "Cargo.toml",
        lambda n: (
            '[package]\nname="a"\n[dependencies]\nwhisper-rs="0.14"\n[env]\n'
            + _each(n // 46, lambda i: f'A{i} = "-DCMAKE_CUDA_ARCHITECTURES=8{i % 7}"\n')
        ),
    ),
    "reads": (
        "build.rs",
        lambda n: "fn main() {\n" + _each(n // 38, lambda i: f'env::var("CUDA_ARCH_{i}").unwrap();\n') + "}",
    ),
    "no body": ("build.rs", lambda n: "fn main() \n" * (n // 11)),
    "services": (
        "compose.yaml",
        lambda n: (
            "services:\n"
            + _each(
                n // 120,
                lambda i: (
                    f" s{i}:\n  image: {IMAGE}\n  environment:\n   CUDA_VISIBLE_DEVICES: all\n"
                    f"  {'gpus: all' if i % 2 else 'command: a'}\n"
                ),
            )
        ),
    ),
    "a quadlet": (
        "a.container",
        lambda n: (
            f"[Container]\nImage={IMAGE}\nAddDevice=nvidia.com/gpu=all\n"
            + "Environment=CUDA_VISIBLE_DEVICES=all\n" * (n // 37)
        ),
    ),
    "jobs": (
        ".github/workflows/a.yml",
        lambda n: (
            "env:\n CUDAARCHS: 8.0\njobs:\n"
            + _each(
                n // 110,
                lambda i: (
                    f" j{i}:\n  runs-on: ubuntu-24.04\n  steps:\n"
                    "  - run: cmake -B b -DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=native\n"
                ),
            )
        ),
    ),
    "steps": (
        ".github/workflows/a.yml",
        lambda n: (
            "jobs:\n a:\n  runs-on: ubuntu-24.04\n  steps:\n"
            + "  - uses: actions/cache@v4\n    with: {path: build, key: x}\n"
            "  - run: cmake -B build -DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=90\n    env: {A: 1}\n" * (n // 150)
        ),
    ),
    "pipelines": (
        ".gitlab-ci.yml",
        lambda n: _each(
            n // 130,
            lambda i: (
                f"j{i}:\n  image: {IMAGE}\n  tags: [saas-linux-small]\n"
                "  script: [cmake -DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=90 .]\n"
            ),
        ),
    ),
    "versions of a recipe": ("conda_build_config.yaml", lambda n: "cuda_compiler_version:\n" + "  - 12.8\n" * (n // 9)),
    "targets": (
        "docker-bake.hcl",
        lambda n: _each(
            n // 64, lambda i: f'target "cuda{i}" {{\n context = "."\n args = {{ CUDA_ARCH = "80" }}\n}}\n'
        ),
    ),
    "lines": (".env", lambda n: _each(n // 16, lambda i: f"CUDA_ARCH_{i}=80\n")),
    "blanks in a line": (".env", lambda n: "CUDAARCHS=a" + " " * n + "b\n"),
    "comments of JSON": (
        ".devcontainer/devcontainer.json",
        lambda n: f'{{"image": "{IMAGE}" ' + "/* cuda */" * (n // 10) + "}",
    ),
}


def _targets() -> tuple[Target, ...]:
    found = (resolve("9.0"), resolve("12.0"))
    return tuple(Target(each.id, each.name, each.capability, None, JitPolicy.NORMAL) for each in found)


TARGETS = _targets()


def parts_of(name: str, text: str) -> Iterator[tuple[str, float]]:
    """The processor time of each part of the work on one file, in seconds."""
    read = ProjectRead(Path("/nowhere"), (SourceFile(name, text),), (), (), (), 1)
    start = time.process_time()
    project = project_of(read, TARGETS)
    yield "reading it", time.process_time() - start
    found = []
    for rule in LINT_RULES:
        start = time.process_time()
        found += rule.check(project)
        yield rule.id, time.process_time() - start
    start = time.process_time()
    apply(found, project.files, frozenset(), run=frozenset())
    yield "its ignores", time.process_time() - start


def grown(name: str, made: Callable[[int], str]) -> dict[str, str]:
    """The parts of the work that take more than three times as long for twice the text."""
    assert wanted(name), name
    assert worth_parsing(name, made(SMALL)), "else nothing of it is looked at"
    least: tuple[dict[str, float], dict[str, float]] = ({}, {})
    slow: dict[str, str] = {}
    for _ in range(TRIES):
        for size, times in zip((SMALL, 2 * SMALL), least, strict=True):
            for part, seconds in parts_of(name, made(size)):
                times[part] = min(times.get(part, seconds), seconds)
        slow = {
            part: f"{least[0][part]:.3f} s, then {seconds:.3f} s"
            for part, seconds in least[1].items()
            if seconds > FLOOR and seconds > MOST * least[0][part]
        }
        if not slow:
            break
    return slow


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("name", BEGINS)
def test_what_is_repeated_takes_time_that_grows_with_it(name: str) -> None:
    slow: Mapping[str, Mapping[str, str]] = {
        repeated: found
        for repeated in REPEATED
        if (found := grown(name, lambda size, repeated=repeated: BEGINS[name] + repeated * (size // len(repeated))))
    }
    assert slow == {}


@pytest.mark.parametrize("name", WHOLE)
def test_many_things_take_time_that_grows_with_them(name: str) -> None:
    file, made = WHOLE[name]
    assert grown(file, made) == {}


@pytest.mark.parametrize(
    "text",
    ["a." * 20_000 + "b = 1\n", "[" + "a." * 20_000 + "b]\n", "a = {" + "b." * 20_000 + "c = 1}\n"],
    ids=["key", "table", "inline"],
)
def test_a_key_of_many_parts_is_refused(text: str) -> None:
    start = time.process_time()
    with pytest.raises(ValueError, match="a key of more than 100 parts"):
        toml_document(text)
    assert time.process_time() - start < 1


def test_dots_in_texts_numbers_and_comments_are_no_parts_of_keys() -> None:
    text = f'a = "{"x." * 200}"\nb = [{"1.5, " * 200}] # {"y." * 200}\n'
    assert toml_document(text)["b"] == [1.5] * 200


def test_a_policy_file_with_such_a_key_is_a_wrong_policy(tmp_path: Path) -> None:
    (tmp_path / "cudacompat.toml").write_text("a." * 400_000 + "b = 1\n")
    (tmp_path / "Dockerfile").write_text(FROM)
    ran = inside("lint", tmp_path, "--config", tmp_path / "cudacompat.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "a key of more than 100 parts" in ran.err


# -- the limits


def _endless(*_: object) -> Iterator[object]:
    while True:
        pass
    yield


def test_work_that_takes_too_long_is_cut_off() -> None:
    with pytest.raises(TimeSpentError, match=r"takes more than 0\.3 s"):
        Clock().within(0.3, lambda: list(_endless()))
    assert Clock().within(5, lambda: sum(range(1000))) == 499_500  # and the next one is not


def test_a_regular_expression_that_does_not_end_is_cut_off() -> None:
    import re

    with pytest.raises(TimeSpentError):
        Clock().within(0.3, lambda: re.search(r"(a+)+$", "a" * 80 + "b"))


def test_a_limit_that_somebody_catches_comes_again() -> None:
    def stubborn() -> None:
        try:
            list(_endless())
        except TimeSpentError:
            list(_endless())

    with pytest.raises(TimeSpentError):
        Clock().within(0.3, stubborn)


def test_after_the_time_of_the_whole_run_nothing_is_begun() -> None:
    clock = Clock(0.2)
    with pytest.raises(TimeSpentError, match=r"takes more than 0\.2 s"):
        clock.within(5, lambda: list(_endless()))
    with pytest.raises(TimeSpentError, match=r"not reached within 0\.2 s"):
        clock.within(5, lambda: 1)


def test_a_file_that_takes_too_long_is_not_read_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "Dockerfile").write_text(f"{FROM}RUN cmake -DCMAKE_CUDA_ARCHITECTURES=86;120 .\n")
    (tmp_path / "Makefile").write_text("cuda: a.cu\n\tnvcc a.cu\n")
    monkeypatch.setattr("cudacompat.app.project.model.recipes_of", _endless)
    monkeypatch.setattr("cudacompat.app.project.model.FILE_SECONDS", 0.3)
    report = lint(str(tmp_path))
    assert [(Path(each.path).name, each.why) for each in report.not_read] == [("Makefile", "takes more than 0.3 s")]
    assert "unquoted-semicolon" in [each.id for each in report.findings]
    (tmp_path / "sub" / "Dockerfile").write_text(FROM)
    assert lint(str(tmp_path)).exit_code == 4


def test_a_rule_that_takes_too_long_is_said_and_the_others_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from cudacompat.app import lint as module

    (tmp_path / "Dockerfile").write_text(f"{FROM}RUN cmake -DCMAKE_CUDA_ARCHITECTURES=86;120 .\n")
    slow = replace(LINT_RULES[-1], check=_endless)
    monkeypatch.setattr(module, "LINT_RULES", (slow, *LINT_RULES[:-1]))
    monkeypatch.setattr(module, "RULE_SECONDS", 0.3)
    report = lint(str(tmp_path))
    assert [each.why for each in report.not_read] == [
        f"the rule {slow.id} takes more than 0.3 s: what it would find is missing"
    ]
    assert "unquoted-semicolon" in [each.id for each in report.findings]


def test_where_no_timer_is_work_goes_on_until_the_time_of_all_is_spent() -> None:
    import threading

    said: list[str] = []

    def busy() -> None:
        end = time.process_time() + 0.3
        while time.process_time() < end:
            pass

    def work() -> None:
        clock = Clock(0.2)
        clock.within(0.1, busy)
        try:
            clock.within(0.1, lambda: 1)
        except TimeSpentError as error:
            said.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert said == ["not reached within 0.2 s"]


def test_the_limits_are_what_the_documents_say() -> None:
    limits = (time_limit.FILE_SECONDS, time_limit.BUILD_SECONDS, time_limit.RULE_SECONDS, time_limit.RUN_SECONDS)
    assert limits == (20, 60, 30, 300)
