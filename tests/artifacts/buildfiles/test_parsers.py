"""What `lint` reads of shell text, Dockerfiles, CI jobs, compose files and YAML: values, places, what is known."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pytest
from dockerfile_parse import DockerfileParser
from hypothesis import given, settings
from hypothesis import strategies as st

from cudacompat.artifacts.buildfiles import ci, ci_gitlab, cmake, dockerfile, services, stages
from cudacompat.artifacts.buildfiles import commands as shell
from cudacompat.artifacts.buildfiles.commands import ShellCommand
from cudacompat.artifacts.buildfiles.kinds import FileKind, kind_of
from cudacompat.artifacts.buildfiles.positions import Node, yaml_tree
from cudacompat.artifacts.buildfiles.trees import toml_scalars
from cudacompat.domain.project.job_runners import may_have_gpu
from cudacompat.domain.project.model import Setting, SourceFile
from tests.helpers.each_row import each_case
from tests.helpers.examples import at_most

# -- shell


def commands(text: str, environment: Mapping[str, Setting] | None = None) -> list[ShellCommand]:
    """The commands of a script; every place in it is checked on the way."""
    file = SourceFile("build.sh", text)
    found = list(shell.commands(file, 0, len(text), environment or {}))
    for command in found:
        for word in command.words:
            assert text[word.place.start : word.place.end]
            assert word.place.line == text.count("\n", 0, word.place.start) + 1
        for setting in (*command.defines, *command.environment.values()):
            assert text[setting.place.start : setting.place.end] == setting.written
    return found


def words(text: str) -> list[list[str]]:
    """The words of each command, `?` before what only the build knows."""
    return [[word.text if word.known else f"?{word.text}" for word in command.words] for command in commands(text)]


@each_case(
    ("text", "expected"),
    [
        ("cmake -B build .", [["cmake", "-B", "build", "."]]),
        ("cmake \\\n  -B build \\\n  .", [["cmake", "-B", "build", "."]]),
        ("cmake '-DA=1 2' \"-DB=3 4\" -DC=5\\ 6", [["cmake", "-DA=1 2", "-DB=3 4", "-DC=5 6"]]),
        ("a=1; cmake -DX=$a -DY=${a}", [["cmake", "-DX=1", "-DY=1"]]),
        ("cmake -DX=$unset", [["cmake", "?-DX=$unset"]]),
        ("cmake -DX='$a'", [["cmake", "-DX=$a"]]),
        ("cmake -DX=\\$a", [["cmake", "-DX=$a"]]),
        ("cmake -DX=${unset:-80}", [["cmake", "-DX=80"]]),
        ("a=90; cmake -DX=${a:-80}", [["cmake", "-DX=90"]]),
        ("cmake -j $(nproc)", [["cmake", "-j", "?$(nproc)"], ["nproc"]]),
        ("cmake -j `nproc`", [["cmake", "-j", "?`nproc`"], ["nproc"]]),
        ("rm *.o", [["rm", "?*.o"]]),
        ("sudo -E cmake .", [["cmake", "."]]),
        ("env CUDAARCHS=80 cmake .", [["cmake", "."]]),
        ("nice -n 10 time cmake .", [["cmake", "."]]),
        ("uv pip install .", [["pip", "install", "."]]),
        ("uv run --with torch make", [["make"]]),
        ("sudo -u me cmake .", [["cmake", "."]]),
        ("timeout -k 9 60 make -j4", [["make", "-j4"]]),
        ("conda run -n env --no-capture-output pip install .", [["pip", "install", "."]]),
        ("rustup run stable cargo build", [["cargo", "build"]]),
        ("conda install -n env torch", [["conda", "install", "-n", "env", "torch"]]),
        ("bash -lc 'cd a && make'", [["bash", "-lc", "cd a && make"], ["cd", "a"], ["make"]]),
        ('su me -c "make"', [["su", "me", "-c", "make"], ["make"]]),
        ("bash build.sh -c", [["bash", "build.sh", "-c"]]),
        ("a && b || c; d | e &", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("(cd x && make)", [["cd", "x"], ["make"]]),
        ("cat <<EOF\ncmake -DX=1 .\nEOF\nmake", [["cat"], ["make"]]),
        ("echo hi > out 2>&1 < in", [["echo", "hi"]]),
        ("# cmake -DX=1\nmake", [["make"]]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[list[str]]) -> None:
    assert words(text) == expected


def test_the_deepest_of_a_long_chain_is_read_too() -> None:
    assert len(words(" && ".join(f"step{n}" for n in range(1000)))) == 1000


@each_case(
    ("text", "seen"),
    [
        ("export A=1\nmake", {"A": "1"}),
        ("A=1\nmake", {}),
        ("A=1\nexport A\nmake", {"A": "1"}),
        ("export A=1\nA=2\nmake", {"A": "2"}),
        ("A=1 make", {"A": "1"}),
        ("env A=1 B='x y' make", {"A": "1", "B": "x y"}),
        ("sudo A=1 make", {"A": "1"}),
        ("sudo -u me A=1 make", {"A": "1"}),
        ('export A=1; bash -c "make"', {"A": "1"}),
        ("bash -c 'export A=1; make'", {"A": "1"}),
        ("export A=1\nexport A=$(date)\nmake", {"A": None}),
        ("export A=1 B=2\nmake", {"A": "1", "B": "2"}),
        ("export A=$B\nmake", {"A": None}),
        ("export A=1\nexport A+=2\nmake", {"A": "12"}),
        ("make\nexport A=1", {}),
        ("A=1 true\nmake", {}),
        ("declare A=1\nmake", {}),
        ("export A=\nmake", {"A": ""}),
    ],
)
def test_a_command_sees_what_is_exported_before_it_and_set_in_front_of_it(
    text: str, seen: dict[str, str | None]
) -> None:
    (made,) = [command for command in commands(text) if command.program == "make"]
    assert {name: setting.value for name, setting in made.environment.items()} == seen


def test_a_later_export_does_not_reach_back() -> None:
    first, second = (c for c in commands("export A=1\nmake one\nexport B=2\nmake two") if c.program == "make")
    assert set(first.environment) == {"A"}
    assert set(second.environment) == {"A", "B"}


@each_case(
    ("text", "value", "written", "quote", "cut"),
    [
        ("cmake -DX=80", "80", "80", "", False),
        ("cmake -DX=80;90", "80", "80", "", True),
        ('cmake -DX="80;90"', "80;90", "80;90", '"', False),
        ("cmake -DX='80;90'", "80;90", "80;90", "'", False),
        ('cmake "-DX=80;90"', "80;90", "80;90", '"', False),
        ("cmake '-DX=80;90'", "80;90", "80;90", "'", False),
        ("cmake -DX=80\\;90", "80;90", "80\\;90", "", False),
        ("cmake -D X=80", "80", "80", "", False),
        ("cmake -DX:STRING=80", "80", "80", "", False),
        ("cmake -DX=80; echo done", "80", "80", "", False),
        ("cmake -DX=80; 90x", "80", "80", "", False),
        ("cmake -DX=", "", "", "", False),
        ('cmake -DX="$(arch)"', None, "$(arch)", '"', False),
        ("# Größe €\ncmake -DÄ=1 -DX=80;90 # ü", "80", "80", "", True),
    ],
)
def test_defines(text: str, value: str | None, written: str, quote: str, cut: bool) -> None:
    (setting,) = (each for command in commands(text) for each in command.defines if each.name == "X")
    assert (setting.value, setting.written, setting.quote, setting.cut) == (value, written, quote, cut)


@each_case(
    ("text", "conditional", "ignored"),
    [
        ("make", False, False),
        ("if true; then make; fi", True, False),
        ("for x in 1 2; do make; done", True, False),
        ("case $1 in a) make;; esac", True, False),
        ("f() { make; }", True, False),
        ("false || make", True, False),
        ("true && make", False, False),
        ("make || true", False, True),
        ("make || exit 1", False, False),
    ],
)
def test_what_may_not_run_and_what_may_fail(text: str, conditional: bool, ignored: bool) -> None:
    (made,) = [command for command in commands(text) if command.program == "make"]
    assert (made.conditional, made.ignored) == (conditional, ignored)


@pytest.mark.parametrize("broken", ["if then make\n", "echo 'open\n", "(((\n", "case x in\n", "fi fi fi\n"])
def test_what_is_broken_breaks_nothing(broken: str) -> None:
    assert words("cmake .\n" + broken)[:1] == [["cmake", "."]]


# -- Dockerfiles


def image(text: str, name: str = "Dockerfile") -> stages.Dockerfile:
    """A Dockerfile; the places of all settings are checked."""
    read = stages.read(SourceFile(name, text))
    for stage in read.stages:
        for setting in stage.settings:
            assert text[setting.place.start : setting.place.end] == setting.written
    for run in read.commands:
        for word in run.command.words:
            assert word.place.line == text.count("\n", 0, word.place.start) + 1
    return read


def ran(text: str) -> list[str]:
    """The commands of all RUN, as far as they are known."""
    return [" ".join(word.text for word in run.command.words) for run in image(text).commands if run.keyword == "RUN"]


@each_case(
    ("text", "expected"),
    [
        ("FROM a\nRUN b", ["b"]),
        ("FROM a\nRUN b \\\n && c", ["b", "c"]),
        ("FROM a\nRUN b \\\n# a comment\n\n && c", ["b", "c"]),
        ("FROM a\nRUN b \\  \n && c\n", ["b", "c"]),
        ("FROM a\r\nRUN b \\\r\n && c\r\nRUN d\r\n", ["b", "c", "d"]),
        ("FROM a\nRUN echo x\\\\\nRUN d", ["echo x\\", "d"]),
        ("\ufeffFROM a\nRUN b", ["b"]),
        ("from a\nrun b", ["b"]),
        ('FROM a\nRUN ["b", "c d"]', ["b c d"]),
        ('FROM a\nRUN ["/bin/sh", "-c", "b && c"]', ["b", "c"]),
        ("FROM a\nRUN [ -f x ] && b", ["b"]),
        ("FROM a\nRUN <<EOF\nb\nc\nEOF\nRUN d", ["b", "c", "d"]),
        ('FROM a\nRUN <<"E-1"\nb\nE-1\nRUN d', ["b", "d"]),
        ("FROM a\nRUN <<-EOF\n\tb\n\tEOF\nRUN d", ["b", "d"]),
        ("FROM a\nRUN <<EOF\nb\n EOF\nEOF\nRUN d", ["b", "EOF", "d"]),
        ("FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nb\nEOF\nRUN d", ["d"]),
        ("FROM a\nRUN <<EOF\n#!/bin/bash\nb\nEOF\nRUN d", ["b", "d"]),
        ("FROM a\nRUN cat <<EOF > x && b\nRUN no\nEOF\nRUN d", ["cat", "b", "d"]),
        ("FROM a\nCOPY <<A <<B /x/\nRUN no\nA\nRUN no\nB\nRUN d", ["d"]),
        # no heredocs: a shift, a here-string, a quoted word, a comment
        ("FROM a\nRUN echo $((1<<3))\nRUN d", ["echo $((1<<3))", "d"]),
        ("FROM a\nRUN cat <<<word\nRUN d", ["cat", "d"]),
        ('FROM a\nRUN echo "a <<EOF b"\nRUN d', ["echo a <<EOF b", "d"]),
        ("FROM a\nRUN b \\\n# <<EOF\n c\nRUN d", ["b c", "d"]),
        ("FROM a\nLABEL x=<<EOF\nRUN d", ["d"]),
        ("FROM a\nCOPY <<EOF /x\nRUN no\nEOF\nRUN d", ["d"]),
        ("FROM a\nRUN --mount=type=cache,target=/c \\\n  --network=none \\\n  b", ["b"]),
        ("FROM a\nRUN \\\n  # first\n  --mount=type=bind,source=x b", ["b"]),
        ("# escape=`\nFROM a\nENV X=1 `\n  Y=2\nRUN b", ["b"]),
        ("# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nENV X=1 `\n  Y=2\nRUN b", ["b"]),
        ("# a comment\n# escape=`\nFROM a\nRUN b `\nRUN c", ["b", "c"]),
        ('FROM a\nSHELL ["powershell", "-Command"]\nRUN b\nFROM c\nRUN d', ["d"]),
        ('FROM a\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN b', ["b"]),
        ("RUN before\nFROM a\nRUN b", ["b"]),
    ],
)
def test_run(text: str, expected: list[str]) -> None:
    assert ran(text) == expected


def environment(text: str, stage: int = -1) -> dict[str, str | None]:
    """What the ENV of a stage leave."""
    return {name: each.value for name, each in image(text).stages[stage].environment.items()}


@each_case(
    ("text", "expected"),
    [
        ("FROM a\nENV A=1 B=2", {"A": "1", "B": "2"}),
        ("FROM a\nENV A one two", {"A": "one two"}),
        ("FROM a\nENV A=\"1 2\" B='$A'", {"A": "1 2", "B": "$A"}),
        ("FROM a\nENV A=1\nENV B=$A-${A}", {"A": "1", "B": "1-1"}),
        ("FROM a\nENV A=1 \\\n    # why\n    B=2", {"A": "1", "B": "2"}),
        ("FROM a\nENV A=1 \\\n\n    B=2", {"A": "1", "B": "2"}),
        ("FROM a\nENV A=$X", {"A": None}),
        ("FROM a\nENV A=${X:-5}", {"A": "5"}),
        ("FROM a\nENV A=${X:+5}", {"A": ""}),
        ("FROM a\nENV A=\\$X", {"A": "$X"}),
        ("FROM a\nARG X=7\nENV A=$X", {"A": "7"}),
        ("FROM a\nARG X\nENV A=$X", {"A": None}),
        ("ARG X=7\nFROM a\nENV A=$X", {"A": None}),
        ("ARG X=7\nFROM a\nARG X\nENV A=$X", {"A": "7"}),
        ("ARG X=7\nFROM a\nARG X=8\nENV A=$X", {"A": "8"}),
        ("FROM a\nARG X=1\nENV X=2\nENV A=$X", {"X": "2", "A": "2"}),
        ("FROM a AS b\nENV A=1\nARG Q=1\nFROM b\nENV B=$A C=$Q", {"A": "1", "B": "1", "C": "1"}),
        ("FROM a AS b\nARG Q=1\nFROM b AS c\nARG Q=2\nFROM b\nENV C=$Q", {"C": "1"}),
        ("FROM a AS b\nARG Q=1\nFROM c\nENV C=$Q", {"C": None}),
        ("FROM a AS b\nENV A=1\nFROM c", {}),
        ("FROM a\nENV PATH=/x:$PATH", {"PATH": None}),
    ],
)
def test_values_flow_through_a_dockerfile(text: str, expected: dict[str, str | None]) -> None:
    assert environment(text) == expected


def test_stages_begin_with_what_is_named() -> None:
    read = image(
        "ARG CUDA=12.8.1\nARG FLAVOUR=devel\n"
        "FROM --platform=linux/amd64 nvidia/cuda:${CUDA}-${FLAVOUR}-ubuntu24.04 AS Build\n"
        "FROM build AS test\nFROM nvidia/cuda:12.8.1-runtime-ubuntu24.04\n"
        "COPY --from=build /a /b\nCOPY --from=1 /a /c\nCOPY --from=alpine:3 /a /d\nCOPY x y /e/\n"
        'COPY ["f g", "/h"]\nADD --chown=1:1 t.tar /\n'
    )
    build, test, last = read.stages
    assert build.base is not None
    assert (str(build.base.cuda), build.base.flavour, build.base.distro) == ("12.8", "devel", "ubuntu24.04")
    assert (test.parent, test.base) == (0, build.base)
    assert [stage.last for stage in read.stages] == [False, False, True]
    assert [(each.sources, each.target, each.stage) for each in last.copies] == [
        (("/a",), "/b", 0),
        (("/a",), "/c", 1),
        (("/a",), "/d", "alpine:3"),
        (("x", "y"), "/e/", None),
        (("f g",), "/h", None),
        (("t.tar",), "/", None),
    ]


def test_mounts_and_what_a_command_sees() -> None:
    text = "FROM a\nENV A=1\nRUN --mount=type=cache,target=/c,id=x B=2 make\nENV A=3\nRUN make"
    first, second = image(text).commands
    assert [(mount.type, dict(mount.options)) for mount in first.mounts] == [("cache", {"target": "/c", "id": "x"})]
    assert {name: each.value for name, each in first.command.environment.items()} == {"A": "1", "B": "2"}
    assert {name: each.value for name, each in second.command.environment.items()} == {"A": "3"}


_HEADS = st.sampled_from(
    [
        "FROM a AS b",
        "RUN make",
        "ENV A=1",
        "  COPY . .",
        'CMD ["x", "y"]',
        "ARG X",
        "label a=b",
        "RUN\tls # x",
        "RUN [x",
    ]
)
_MORE = st.sampled_from(["  && make install", "# note", "   # note \\", "  B=2", "EXPOSE 80  ", "x", "RUN no"])
_INSTRUCTIONS = st.tuples(_HEADS, st.lists(_MORE, max_size=4))
_BETWEEN = st.sampled_from(["", "# a comment", "   ", "# not continued \\"])


@settings(max_examples=at_most(300), deadline=None)
@given(st.lists(st.tuples(_BETWEEN, _INSTRUCTIONS), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_instructions_are_those_of_dockerfile_parse(parts: list[tuple[str, tuple[str, list[str]]]], end: str) -> None:
    """On what both know: it knows no heredoc, and ends an instruction at an empty line."""
    lines: list[str] = []
    for between, (head, more) in parts:
        continued = [head, *more]
        while continued[-1].lstrip().startswith("#"):
            continued.pop()  # the last line is no comment, or the next instruction would belong to this one
        comment = [each.lstrip().startswith("#") for each in continued]
        ends = ["" if skip or number == len(continued) - 1 else " \\" for number, skip in enumerate(comment)]
        lines += [between, *(line + last for line, last in zip(continued, ends, strict=True))]
    text = end.join([*lines, "RUN last"]) + end
    theirs = DockerfileParser(fileobj=io.BytesIO(text.encode()), env_replace=False).structure
    expected = [
        (each["instruction"], each["startline"], each["endline"])
        for each in theirs
        if each["instruction"] not in ("COMMENT", "#")
    ]
    found = [
        (each.keyword, text.count("\n", 0, each.start), text.count("\n", 0, each.end) - 1)
        for each in dockerfile.instructions(text)
    ]
    assert found == expected


@given(st.text(alphabet="FROMRUNENV \\\n#<EOF\"'`$a=", max_size=80))
def test_instructions_cover_the_text_in_order(text: str) -> None:
    at = 0
    for each in dockerfile.instructions(text):
        assert at <= each.start <= each.body <= each.stop <= each.end <= len(text)
        assert text[each.start : each.body].strip().upper().startswith(each.keyword)
        for heredoc in each.heredocs:
            assert each.stop <= heredoc.start <= heredoc.end <= each.end
        at = each.end


# -- CI


def jobs(text: str, path: str) -> list[ci.JobRead]:
    """The jobs of a file of CI."""
    reader = {FileKind.GITHUB: ci.github, FileKind.GITLAB: ci_gitlab.gitlab}[kind_of(path)]
    return list(reader(SourceFile(path, text), yaml_tree(text)))


def test_a_github_job() -> None:
    text = """\
env: {TOP: "1"}
jobs:
  build:
    runs-on: [self-hosted, gpu]
    container: {image: nvidia/cuda:12.8.1-devel-ubuntu24.04}
    env:
      CUDAARCHS: 86
      FROM_MATRIX: ${{ matrix.arch }}
    steps:
      - uses: actions/checkout@v4
      - uses: Jimver/cuda-toolkit@v0.2.19
        with: {cuda: '12.8.0'}
      - run: |
          cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=${{ matrix.arch }}"
          cmake --build build
        env: {STEP: x}
      - run: Get-Item x
        shell: pwsh
      - run: >-
          make
          all
  hosted:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
"""
    build, hosted = jobs(text, ".github/workflows/ci.yml")
    assert (build.job.name, build.job.runner, may_have_gpu(build.job)) == ("build", ("self-hosted", "gpu"), True)
    assert (hosted.job.runner, may_have_gpu(hosted.job)) == (("ubuntu-24.04",), False)
    assert build.job.base is not None
    assert str(build.job.base.cuda) == "12.8"
    assert {name: each.value for name, each in build.job.environment.items()} == {
        "TOP": "1",
        "CUDAARCHS": "86",
        "FROM_MATRIX": None,
    }
    assert [(c.program, text.count("\n", 0, c.start) + 1) for c in build.commands][:2] == [("cmake", 14), ("cmake", 15)]
    configure = build.commands[0]
    assert configure.environment["STEP"].value == "x"
    assert configure.defines[0].value is None
    assert text[configure.defines[0].place.start : configure.defines[0].place.end] == "${{ matrix.arch }}"
    assert [word.text for word in build.commands[2].words] == ["get-item", "x"]  # PowerShell, by its own reader
    assert [word.text for word in build.commands[3].words] == ["make", "all"]
    assert all(command.program != "Get-Item" for command in build.commands)


def test_a_gitlab_job() -> None:
    text = """\
image: nvidia/cuda:12.4.1-devel-ubuntu22.04
variables: {A: "1"}
.hidden: &hidden
  variables: {B: "2"}
  tags: [gpu]
build:
  <<: *hidden
  before_script: [apt-get update]
  script:
    - cmake -B build -DX=80;90
    - |
      make
      make install
"""
    (build,) = jobs(text, ".gitlab-ci.yml")
    assert build.job.base is not None
    assert str(build.job.base.cuda) == "12.4"
    assert build.job.runner == ("gpu",)
    assert {name: each.value for name, each in build.job.environment.items()} == {"A": "1", "B": "2"}
    assert [command.program for command in build.commands] == ["apt-get", "cmake", "90", "make", "make"]
    assert build.commands[1].defines[0].cut


# -- compose, devcontainers, quadlets


@each_case(
    ("part", "gpu"),
    [
        ("gpus: all", True),
        ("runtime: nvidia", True),
        ("runtime: runc", False),
        ("devices: [nvidia.com/gpu=all]", True),
        ("deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}", True),
        ("deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 1}]}}}", True),
        ("deploy: {resources: {limits: {memory: 1g}}}", False),
        ("restart: always", False),
    ],
)
def test_a_service_gets_a_gpu(part: str, gpu: bool) -> None:
    text = f"services:\n  a:\n    image: nvidia/cuda:12.8.1-runtime-ubuntu24.04\n    {part}\n"
    (service,) = services.compose(SourceFile("compose.yaml", text), yaml_tree(text))
    assert service.gpu is gpu
    assert service.base is not None
    assert service.base.flavour == "runtime"


def test_what_a_service_is_given() -> None:
    text = (
        "services:\n  a:\n    build:\n      context: .\n      args: [CUDA=12.8.1]\n"
        '    environment:\n      A: "1"\n      B: ${HOST}\n    volumes: ["./m:/m:ro"]\n'
    )
    (service,) = services.compose(SourceFile("compose.yaml", text), yaml_tree(text))
    assert service.builds
    assert {name: each.value for name, each in service.environment.items()} == {"CUDA": "12.8.1", "A": "1", "B": None}
    for setting in service.environment.values():
        assert text[setting.place.start : setting.place.end] == setting.written
    assert service.volumes == ("./m:/m:ro",)


def test_a_quadlet() -> None:
    text = "[Container]\nImage=nvidia/cuda:12.8.1-base-ubuntu24.04\nAddDevice=nvidia.com/gpu=all\nEnvironment=A=1\n"
    (service,) = services.quadlet(SourceFile("x.container", text))
    assert service.gpu
    assert service.environment["A"].value == "1"


# -- YAML, CMake, TOML


def flat(node: Node, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], str]]:
    """All texts with the keys that lead to them."""
    found = [(path, node.text)] if node.text is not None else []
    for key, each in node.entries.items():
        found += flat(each, (*path, key))
    for index, each in enumerate(node.items):
        found += flat(each, (*path, index))
    return found


@each_case(
    ("text", "expected"),
    [
        ("a: &x {b: 1}\nc: *x\n", [(("a", "b"), "1"), (("c", "b"), "1")]),
        (
            "a: &x {b: 1, c: 2}\nd: {<<: *x, b: 3}\n",
            [(("a", "b"), "1"), (("a", "c"), "2"), (("d", "b"), "3"), (("d", "c"), "2")],
        ),
        ("a: &x {b: 1}\nd: {b: 3, <<: *x}\n", [(("a", "b"), "1"), (("d", "b"), "3")]),
        (
            "a: &x {b: 1}\nc: &y {b: 2, c: 3}\nd: {<<: [*x, *y]}\n",
            [(("a", "b"), "1"), (("c", "b"), "2"), (("c", "c"), "3"), (("d", "b"), "1"), (("d", "c"), "3")],
        ),
        ("a: 'x'\n---\nb: \"y\"\n", [(("a",), "x"), (("b",), "y")]),
        ("a: |\n  x\n  y\n", [(("a",), "x\ny\n")]),
        ("# Größe\nä: ö\n", [(("ä",), "ö")]),
        ("on: yes\nversion: 3.10\n", [(("on",), "yes"), (("version",), "3.10")]),
        ('{"a": [1, null, "x"]}', [(("a", 0), "1"), (("a", 1), "null"), (("a", 2), "x")]),
        ("", []),
    ],
)
def test_yaml(text: str, expected: list[tuple[tuple[Any, ...], str]]) -> None:
    found = [each for document in yaml_tree(text) for each in flat(document)]
    assert sorted(found, key=repr) == sorted(expected, key=repr)


_SCALARS = st.one_of(
    st.from_regex(r"[a-z][a-z0-9 ./-]{0,12}[a-z0-9]", fullmatch=True),
    st.text(alphabet="aäß€😀 #'\"\\-[]{}\t", max_size=12),
    st.integers(),
    st.booleans(),
)
_TREES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.from_regex(r"[a-zä][a-z0-9_-]{0,8}", fullmatch=True), inner, max_size=4),
    ),
    max_leaves=15,
)


@settings(max_examples=at_most(150), deadline=None)
@given(_TREES, st.booleans())
def test_yaml_is_read_as_ruamel_reads_it(tree: Any, flow: bool) -> None:
    """Two parsers, one of YAML 1.1 and one of 1.2, see the same texts; and every text stands at its place. (What 1.2
    alone takes, a flow's text that begins with a colon, is refused and so said.)"""
    from ruamel.yaml import YAML

    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = flow
    writer.allow_unicode = True
    stream = io.StringIO()
    writer.dump(tree, stream)
    text = stream.getvalue()

    def theirs(node: Any, path: tuple[Any, ...]) -> list[tuple[tuple[Any, ...], str]]:
        kind = type(node).__name__
        if kind == "MappingNode":
            return [each for key, value in node.value for each in theirs(value, (*path, str(key.value)))]
        if kind == "SequenceNode":
            return [each for index, value in enumerate(node.value) for each in theirs(value, (*path, index))]
        return [(path, str(node.value))]

    expected = [each for document in YAML(typ="rt", pure=True).compose_all(text) for each in theirs(document, ())]
    documents = yaml_tree(text)
    assert [each for document in documents for each in flat(document)] == expected
    _check_places(text, documents)


def _check_places(text: str, nodes: tuple[Node, ...]) -> None:
    for node in nodes:
        assert 0 <= node.start <= node.end <= len(text)
        if node.text is not None and not node.quote and not node.block and "\n" not in text[node.start : node.end]:
            assert text[node.start : node.end] == node.text
        if node.quote:
            assert text[node.start - 1] == text[node.end] == node.quote
        _check_places(text, (*node.entries.values(), *node.items))


def test_cmake_commands() -> None:
    text = '# x\nSet(A "b;c" d) # y\n#[[ set(no) ]]\nif(X)\n  add_library(l a.cu [=[ x ) ]=])\nendif()\nset(open'
    found = [(each.name, [argument.text for argument in each.arguments]) for each in cmake.commands(text)]
    assert found == [
        ("set", ["A", "b;c", "d"]),
        ("if", ["X"]),
        ("add_library", ["l", "a.cu", "[=[ x ) ]=]"]),
        ("endif", []),
    ]
    for each in cmake.commands(text):
        for argument in each.arguments:
            assert text[argument.start : argument.end] == argument.text


def test_toml_values_are_looked_for_only_where_they_may_say_something() -> None:
    plain = '[package]\nname = "x"\nversion = "1.0"\n'
    assert list(toml_scalars(plain)) == []
    (found,) = toml_scalars(plain + '[env]\nCUDAARCHS = "86;120"\n')
    assert (found.path, found.value) == (("env", "CUDAARCHS"), "86;120")
    with pytest.raises(ValueError, match="line 1"):
        list(toml_scalars("x = = 1"))


@each_case(
    "path, kind",
    [
        ("docker/GPUDockerfile", FileKind.DOCKERFILE),
        ("cuda.dockerfile", FileKind.DOCKERFILE),
        ("dockerfile_lint.py", FileKind.PYTHON),
        ("Makefile.Cuda", FileKind.MAKE),
        ("makefile-gpu", FileKind.MAKE),
        ("Makefile.am", FileKind.MAKE),
        ("Makefile.in", None),
        ("Makefile.bkp", None),  # a copy of what it was: nobody builds with it
        ("Makefile.orig", None),
        ("makefile_test.py", FileKind.PYTHON),
        ("justfile", FileKind.JUST),
    ],
)
def test_a_kind_is_told_by_the_name(path: str, kind: FileKind | None) -> None:
    assert kind_of(path) == kind
