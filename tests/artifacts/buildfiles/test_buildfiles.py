"""The parsers of build files: every value with its exact place, in realistic, odd and hostile texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudacompat.artifacts.buildfiles import dockerfile
from cudacompat.artifacts.buildfiles.settings import base_images, parser
from cudacompat.domain.project.assignments import Assignment, AssignmentKind
from tests.helpers.each_row import each_case

DEFINE, ENVIRONMENT, ARGUMENT = AssignmentKind.DEFINE, AssignmentKind.ENVIRONMENT, AssignmentKind.BUILD_ARGUMENT


def found(name: str, text: str, wanted: str = "") -> list[Assignment]:
    parse = parser(name)
    assert parse is not None
    results = list(parse(text))
    for each in results:
        assert text[each.start : each.end] == each.value, each
    return [each for each in results if not wanted or each.name == wanted]


@each_case(
    ("name", "text", "values"),
    [
        ("Dockerfile", 'ENV X="80;86"\n', [("80;86", ENVIRONMENT)]),
        ("Dockerfile", "ENV X=80;86 Y=1\n", [("80;86", ENVIRONMENT)]),
        ("Dockerfile", "ENV X 80;86\n", [("80;86", ENVIRONMENT)]),
        ("Dockerfile", "ENV A=1 \\\n    # a remark\n    X='80' \\\n    B=2\n", [("80", ENVIRONMENT)]),
        ("Dockerfile", "ARG X=80\nARG X\n", [("80", ARGUMENT)]),
        ("Dockerfile", "# ENV X=1\nRUN echo X=2 # X=3\n", [("2", ENVIRONMENT)]),
        ("Dockerfile", 'RUN cmake "-DX=80;86" .\n', [("80;86", DEFINE)]),
        ("Dockerfile", 'RUN cmake -DX="80;86" .\n', [("80;86", DEFINE)]),
        ("Dockerfile", "RUN cmake -DX:STRING='80;86' .\n", [("80;86", DEFINE)]),
        ("Dockerfile", "RUN cmake -D X=80 .\n", [("80", DEFINE)]),
        ("Dockerfile", "RUN cmake -DX=80\\;86 .\n", [("80\\;86", DEFINE)]),
        ("Dockerfile", 'RUN CMAKE_ARGS="-DA=on -DX=80;86 -DB=1" pip install .\n', [("80;86", DEFINE)]),
        ("Dockerfile", 'RUN CMAKE_ARGS="-DX=80;86 -DB=1" pip install .\n', [("80;86", DEFINE)]),
        ("Dockerfile", 'ENV CMAKE_ARGS="-DX=80;86 -DB=1"\n', [("80;86", DEFINE)]),
        ("Dockerfile", "RUN <<EOF\ncmake -DX='75;80'\nEOF\nENV Y=1\n", [("75;80", DEFINE)]),
        ("Dockerfile", "RUN a && \\\n    # not -DX=1\n    cmake -DX=2 && b\n", [("2", DEFINE)]),
        ("Dockerfile.cuda", "ENV X=1\n", [("1", ENVIRONMENT)]),
        ("a/Containerfile", "ENV X=1\n", [("1", ENVIRONMENT)]),
        ("CMakeLists.txt", 'set(X 80 86\n  89 CACHE STRING "d")\n', [("80 86\n  89", DEFINE)]),
        ("CMakeLists.txt", '# set(X 1)\n#[[ set(X 2) ]]\nset(X "80;86") # set(X 3)\n', [("80;86", DEFINE)]),
        ("CMakeLists.txt", "set(ENV{X} 80)\n", [("80", ENVIRONMENT)]),
        ("x.cmake", "set(X 80;86)\n", [("80;86", DEFINE)]),
        ("CMakePresets.json", '{"configurePresets":[{"cacheVariables":{"X":"80;86"}}]}', [("80;86", DEFINE)]),
        (
            "CMakePresets.json",
            '{"configurePresets":[{"cacheVariables":{"X":{"type":"STRING","value":"80"}}}]}',
            [("80", DEFINE)],
        ),
        ("CMakePresets.json", '{"configurePresets":[{"environment":{"X":"80"}}]}', [("80", ENVIRONMENT)]),
        (
            ".devcontainer/devcontainer.json",
            '{ // a remark\n "containerEnv": {"X": "80",}, /* b */ }',
            [("80", ENVIRONMENT)],
        ),
        (".cargo/config.toml", "[env]\nX = '80'   # why\n", [("80", ENVIRONMENT)]),
        (".cargo/config.toml", '[env]\nX = { value = "80", force = true }\n', [("80", ENVIRONMENT)]),
        ("pyproject.toml", '[tool.scikit-build.cmake.define]\nX = "80;86"\n', [("80;86", DEFINE)]),
        ("pyproject.toml", '[tool.scikit-build]\ncmake.args = ["-DX=80;86"]\n', [("80;86", DEFINE)]),
        ("compose.yaml", "s:\n  build:\n    args:\n      X: '80'  # c\n", [("80", ARGUMENT)]),
        ("compose.yaml", "s:\n  build:\n    args:\n      - X=80;86\n", [("80;86", ARGUMENT)]),
        ("compose.yaml", "s:\n  environment: {X: 80}\n", [("80", ENVIRONMENT)]),
        (".github/workflows/a.yml", 'env:\r\n  X: "80"\r\n', [("80", ENVIRONMENT)]),
        (".github/workflows/a.yml", 'j:\n  - run: |\n      cmake -DX="80;86"\n      true\n', [("80;86", DEFINE)]),
        (".github/workflows/a.yml", "w:\n  build-args: |\n    X=80;86\n    Y=1\n", [("80;86", ARGUMENT)]),
        ("a.yml", "m: {X: ['80', '86']}\n", [("80", AssignmentKind.LIST), ("86", AssignmentKind.LIST)]),
        ("cuda.env", "A=1\nexport X='80;86'  # c\n", [("80;86", ENVIRONMENT)]),
        (".env", "X=80;86\r\n", [("80;86", ENVIRONMENT)]),
        ("build.sh", 'export X="80;86"\n', [("80;86", ENVIRONMENT)]),
        ("build.sh", 'docker build --build-arg X="80;86" .\n', [("80;86", ARGUMENT)]),
        ("Makefile", "X ?= 80;86\nall:\n\tcmake -DX='75'\n", [("80;86", ENVIRONMENT), ("75", DEFINE)]),
        ("docker-bake.hcl", 'args = {\n  X = "80;86"\n}\n', [("80;86", ENVIRONMENT)]),
        ("build.rs", 'cmake::Config::new(".").define("X", "80;86");', [("80;86", DEFINE)]),
        ("setup.py", "os.environ['X'] = '8.0'\n", [("8.0", ENVIRONMENT)]),
        ("setup.py", 'os.environ.setdefault("X", "8.0")\n', [("8.0", ENVIRONMENT)]),
    ],
)
def test_a_value_and_its_place(name: str, text: str, values: list[tuple[str, AssignmentKind]]) -> None:
    assert [(each.value, each.way) for each in found(name, text, "X")] == values


def test_files_that_no_build_reads() -> None:
    for name in ("README.md", "src/main.cu", "Dockerfile.dockerignore", "a.txt", "libx.so"):
        assert parser(name) is None, name


def test_a_bare_semicolon_in_a_shell_is_seen() -> None:
    (bare,) = found("build.sh", "cmake -DX=80;86 ..\n", "X")
    assert (bare.value, bare.cut) == ("80", True)
    (other,) = found("build.sh", "cmake -DX=80; make\n", "X")
    assert (other.value, other.cut) == ("80", False)


def test_flags_of_nvcc_are_one_list_a_command() -> None:
    text = "nvcc -O3 -gencode arch=compute_80,code=sm_80 -gencode=arch=compute_86,code=sm_86 a.cu\nnvcc -O3 b.cu\n"
    (flags,) = [each for each in found("build.sh", text) if each.way is AssignmentKind.FLAGS]
    assert flags.value == "-gencode arch=compute_80,code=sm_80 -gencode=arch=compute_86,code=sm_86"


def test_base_images_with_their_arguments_put_in() -> None:
    text = (
        "ARG CUDA=12.4.1\nFROM --platform=linux/amd64 nvidia/cuda:${CUDA}-devel-ubuntu22.04 AS build\n"
        "FROM build AS test\nFROM nvidia/cuda:${RUNTIME:-12.4.1}-runtime-ubuntu22.04\n"
    )
    assert [line.image for line in base_images("Dockerfile", text)] == [
        "nvidia/cuda:12.4.1-devel-ubuntu22.04",
        "nvidia/cuda:12.4.1-runtime-ubuntu22.04",
    ]
    workflow = "  container: nvidia/cuda:12.2.2-devel-ubuntu22.04\n  with:\n    cuda: '12.4.1'\n"
    assert [line.image for line in base_images("a.yml", workflow)] == [
        "nvidia/cuda:12.2.2-devel-ubuntu22.04",
        "cuda: '12.4.1",
    ]


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.toml"])
@pytest.mark.parametrize("text", ["{", "a: [", "\x00", "]" * 50, "a = ", "[" * 5000, "- " * 3000])
def test_broken_files_are_said_to_be_broken(name: str, text: str) -> None:
    parse = parser(name)
    assert parse is not None
    try:
        places = [(text[each.start : each.end], each.value) for each in parse(text)]
    except ValueError as error:
        said = str(error)
    else:
        said = "read"
        assert all(there == value for there, value in places)
    assert said
    assert "\n" not in said


TEXT = st.text(st.sampled_from("abX=80;\"'\\ \n#-D${}[](),:|&<EOF\t"), max_size=80)


@pytest.mark.parametrize(
    "name", ["Dockerfile", "CMakeLists.txt", "a.json", "a.yaml", "a.toml", "a.env", "a.sh", "Makefile", "a.py"]
)
@given(st.sampled_from(["", "ENV ", "RUN ", "set(", "env:\n  ", "[env]\n", "{"]), TEXT)
def test_no_text_breaks_a_parser_or_its_places(name: str, start: str, text: str) -> None:
    parse = parser(name)
    assert parse is not None
    whole = start + text
    try:
        for each in parse(whole):
            assert whole[each.start : each.end] == each.value
            assert each.start <= each.end
    except ValueError:
        pass


@given(TEXT)
def test_instructions_cover_the_text_in_order(text: str) -> None:
    last = 0
    for each in dockerfile.instructions(text):
        assert last <= each.start <= each.body <= each.end <= len(text)
        last = each.end
