"""Which words bring a CUDA toolkit, and that a job, an image and lint's rules all hear the same of them."""

from __future__ import annotations

import pytest

from cudacompat.domain.project import ci_jobs, stages
from cudacompat.domain.project.command_facts import installs_toolkit
from cudacompat.domain.project.model import Project
from cudacompat.domain.rules.lint import ci_toolkit_cannot_build, image_cannot_build_target, no_nvcc_in_image
from cudacompat.domain.tables.toolkit_packages import TOOLKIT_PACKAGES, named_toolkit
from tests.helpers.each_row import each_case
from tests.helpers.lint_case import project as project_of_files

JOB = """\
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: |
          {install}
          cmake -B build -DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=120
"""
DOCKERFILE = """\
FROM ubuntu:24.04
RUN {install}
RUN cmake -B build -DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=120
"""
# what installs CUDA 12.6, which cannot build sm_120 yet
OF_12_6 = (
    "apt-get install -y cuda-12-6",
    "apt-get install -y cuda-toolkit-12-6",
    "apt-get install -y --no-install-recommends cuda-toolkit-12-6=12.6.3-1 cuda-nvcc-12-6",
    "apt-get install -y cuda-compiler-12-6",
    "apt-get install -y 'cuda-minimal-build-12-6'",
    "dnf install -y cuda-nvcc-12-6",
    "conda install -y -c nvidia cuda-toolkit=12.6",
    "conda install -y nvidia/label/cuda-12.6.3::cuda-toolkit",
    "mamba install -y cuda-nvcc=12.6.*",
    "pip install nvidia-cuda-nvcc-cu12==12.6.77",
    "sh cuda_12.6.3_560.35.05_linux.run --silent --toolkit",
)
# what brings no compiler, or not the release that its name could be taken for
NONE = (
    "apt-get install -y cuda-drivers-560",
    "apt-get install -y cuda-runtime-12-6",
    "apt-get install -y cuda-libraries-dev-12-6",
    "apt-get install -y cuda-keyring",
    "conda install -y cuda-version=12.6",
    "apt-get install -y libcuda-12-6",
)
UNSURE = ("apt-get install -y cuda", "apt-get install -y cuda-12", "apt-get install -y cuda-12-6 cuda-nvcc-12-8")
FILE = ".github/workflows/build.yml"


def project(files: dict[str, str]) -> Project:
    """The facts of a CMake project with CUDA that has these files, too."""
    return project_of_files({"CMakeLists.txt": "project(kernels LANGUAGES CXX CUDA)\n", **files})


@each_case("install", OF_12_6)
def test_a_job_that_installs_a_release_is_held_to_it(install: str) -> None:
    (found,) = ci_toolkit_cannot_build.RULE.check(project({FILE: JOB.format(install=install)}))
    assert "CUDA 12.6 in job build cannot build sm_120" in found.message


@each_case("install", OF_12_6)
def test_an_image_that_installs_a_release_is_held_to_it(install: str) -> None:
    (found,) = image_cannot_build_target.RULE.check(project({"Dockerfile": DOCKERFILE.format(install=install)}))
    assert found.message == "CUDA 12.6 cannot build sm_120"


@pytest.mark.parametrize("install", UNSURE)
def test_where_the_release_is_not_certain_nothing_is_said_of_it(install: str) -> None:
    read = project({FILE: JOB.format(install=install), "Dockerfile": DOCKERFILE.format(install=install)})
    assert any(map(installs_toolkit, read.commands))
    assert [stages.toolkit(read, stage) for stage in read.stages] == [None]
    assert [ci_jobs.toolkits(job, commands) for job, commands in ci_jobs.jobs_with(read)] == [()]


@pytest.mark.parametrize("install", NONE)
def test_what_brings_no_compiler_is_no_toolkit(install: str) -> None:
    assert not any(map(installs_toolkit, project({FILE: JOB.format(install=install)}).commands))
    image = f"FROM nvidia/cuda:12.6.3-base-ubuntu24.04\nRUN {install}\nRUN nvcc -c a.cu\n"
    assert list(no_nvcc_in_image.RULE.check(project({"Dockerfile": image})))


def test_two_commands_that_install_one_release_are_one_toolkit() -> None:
    install = "apt-get install -y cuda-nvcc-12-6 && apt-get install -y cuda-toolkit-12-6"
    assert list(ci_toolkit_cannot_build.RULE.check(project({FILE: JOB.format(install=install)})))


def test_every_package_is_found_by_its_name_and_says_where_it_was_read() -> None:
    assert len({row.name for row in TOOLKIT_PACKAGES}) == len(TOOLKIT_PACKAGES)
    for row in TOOLKIT_PACKAGES:
        assert row.source
        found = named_toolkit(row.name)
        assert found is not None
        assert (found.package, found.release) == (row.name, None)
        assert (named_toolkit(f"{row.name}-12-6") is not None) is row.numbered
