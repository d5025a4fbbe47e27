"""What `lint` knows of jobs, their matrices and steps, and of who builds which image with which arguments."""

from __future__ import annotations

import pytest

from cudacompat.domain.project.job_runners import is_hosted, may_have_gpu
from cudacompat.domain.project.model import ImageBuild
from tests.helpers.lint_case import project

WORKFLOW = """\
name: ci
on: push
jobs:
  build:
    runs-on: ${{ matrix.os }}
    strategy:
      matrix:
        os: [ubuntu-22.04, ubuntu-24.04]
        include:
          - os: ubuntu-24.04
            cuda: "12.8"
    container: nvidia/cuda:12.8.1-devel-ubuntu24.04
    steps:
      - uses: actions/cache@v4
        with:
          path: target
          key: ${{ runner.os }}-${{ hashFiles('**/Cargo.lock') }}
      - run: cmake -B build -DGGML_CUDA=ON || true
      - if: matrix.cuda == '12.8'
        run: |
          make test
  own:
    runs-on: [self-hosted, gpu]
    steps:
      - run: nvidia-smi
  windows:
    runs-on: windows-2022
    steps:
      - run: cmake -B build
      - run: cmake -B build-bash
        shell: bash
"""


def test_a_job_has_the_runners_of_its_matrix_and_its_steps() -> None:
    facts = project({".github/workflows/ci.yml": WORKFLOW})
    build, own, windows = facts.jobs
    assert build.runner == ("ubuntu-22.04", "ubuntu-24.04")
    assert (is_hosted(build), may_have_gpu(build)) == (True, False)
    assert (is_hosted(own), may_have_gpu(own)) == (False, True)
    assert build.matrix["cuda"] == ("12.8",)
    assert build.base is not None
    assert build.base.flavour == "devel"
    cache = build.steps[0]
    assert cache.action("actions/cache")
    assert not cache.action("actions/cache/save")
    assert cache.given["path"].value == "target"
    assert [step.conditional for step in build.steps] == [False, False, True]
    by_line = {command.line: command for command in facts.commands}
    assert by_line["cmake -B build -DGGML_CUDA=ON"].ignored
    assert not by_line["nvidia-smi"].ignored
    assert by_line["make test"].conditional
    assert [command.line for command in facts.commands if command.job is not None and command.job == windows] == [
        "cmake -B build",
        "cmake -B build-bash",
    ]


def test_a_job_of_gitlab_without_tags_may_run_anywhere() -> None:
    text = "build:\n  image: nvidia/cuda:12.8.1-devel-ubuntu24.04\n  script: [make]\n  cache:\n    key: cuda\n"
    (job,) = project({".gitlab-ci.yml": text + "    paths: [target, .cargo]\n"}).jobs
    assert not is_hosted(job)
    (cache,) = job.steps
    assert cache.uses == "cache"
    assert cache.given["key"].value == "cuda"
    assert cache.given["path"].value == "target\n.cargo"


DOCKERFILE = "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nARG ARCHS\n"
COMPOSE = "services:\n  gpu:\n    build:\n      dockerfile: gpu.Dockerfile\n      args:"
BAKE = """\
variable "TAG" { default = "latest" }
target "base" {
  context = "."
  args = { ARCHS = "80;86", CUDA = TAG }
}
target "gpu" {
  inherits = ["base"]
  dockerfile = "gpu.Dockerfile" # of the GPU
  args = {
    MORE = "1"
  }
  tags = ["me/gpu:latest"]
}
"""


def _one(files: dict[str, str]) -> ImageBuild:
    (found,) = project({"gpu.Dockerfile": DOCKERFILE, **files}).image_builds
    return found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", f"{COMPOSE}\n        ARCHS: 80;86\n"),
        ("compose.yaml", f"{COMPOSE} ['ARCHS=80;86']\n"),
        (".devcontainer.json", '{"build": {"args": {"ARCHS": "80;86"}, "dockerfile": "gpu.Dockerfile"}}'),
        ("ci/image.sh", 'docker build -f gpu.Dockerfile --build-arg ARCHS="80;86" -t me/gpu .\n'),
        ("ci/image.sh", 'docker buildx build --platform linux --build-arg "ARCHS=80;86" --file=gpu.Dockerfile .\n'),
        ("Makefile", "image:\n\tdocker build -f gpu.Dockerfile --build-arg='ARCHS=80;86' .\n"),
        (
            ".github/workflows/image.yml",
            "jobs:\n  image:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: docker/build-push-action@v6\n"
            "        with:\n          file: gpu.Dockerfile\n          build-args: |\n            ARCHS=80;86\n"
            "          context: .\n",
        ),
    ],
)  # fmt: skip
def test_who_builds_an_image_gives_it_arguments(name: str, text: str) -> None:
    found = _one({name: text})
    assert found.dockerfile == "gpu.Dockerfile"
    (argument,) = found.arguments
    assert (argument.name, argument.value) == ("ARCHS", "80;86")
    assert text[argument.place.start : argument.place.end] == "80;86"


def test_a_bake_file_hands_arguments_down() -> None:
    found = _one({"docker-bake.hcl": BAKE})
    assert found.dockerfile == "gpu.Dockerfile"
    assert {each.name: each.value for each in found.arguments} == {"MORE": "1", "ARCHS": "80;86", "CUDA": None}
    assert found.tags == ("me/gpu:latest",)


@pytest.mark.parametrize(
    "text",
    [
        "git clone https://github.com/some/one\ncd one\ndocker build -f gpu.Dockerfile .\n",
        'docker build -f "$FILE" .\n',
        "docker build https://github.com/some/one.git\n",
        "docker ps --filter build\n",
    ],
)
def test_a_build_of_what_is_not_known_has_no_dockerfile(text: str) -> None:
    assert [each.dockerfile for each in project({"gpu.Dockerfile": DOCKERFILE, "a.sh": text}).image_builds] in (
        [],
        [None],
    )


@pytest.mark.parametrize(
    ("text", "dockerfile"),
    [
        (
            'target "a" {\n  inherits = ["b"]\n  args = { ARCHS = "80" }\n}\n'
            'target "b" {\n  inherits = ["c"]\n}\ntarget "c" {\n  inherits = ["b"]\n}\n',  # a circle
            "Dockerfile",
        ),
        ('target "a" {\n  inherits = ["elsewhere"]\n  args = { ARCHS = "80" }\n}\n', None),
        ('target "a" {\n  args = { ARCHS = "80" }\n  dockerfile = "${WHICH}.Dockerfile"\n}\n', None),
        ('target "a" {\n  args = { ARCHS = "80" }\n  dockerfile-inline = "FROM scratch"\n}\n', None),
    ],
)
def test_which_dockerfile_a_target_builds_is_said_where_it_is_certain(text: str, dockerfile: str | None) -> None:
    (found,) = project({"Dockerfile": DOCKERFILE, "docker-bake.hcl": text}).image_builds
    assert found.dockerfile == dockerfile
    assert [each.value for each in found.arguments] == ["80"]


def test_what_is_left_open_in_a_bake_file_is_no_build_with_arguments() -> None:
    found = project({"Dockerfile": DOCKERFILE, "docker-bake.hcl": 'target "a" {\n args = {' * 5000}).image_builds
    assert all(not each.arguments for each in found)
