"""Where the jobs of CI systems run, and what `lint` makes of what they install and of the images that they run in."""

from __future__ import annotations

from cudacompat.app.lint import findings_of
from cudacompat.domain.project.job_runners import has_gpu
from tests.helpers.each_row import each_case
from tests.helpers.lint_case import project

_OLD = "pytorch/pytorch:2.4.0-cuda12.1-cudnn9-runtime"
_GITHUB = "on: push\njobs:\n  test:\n    runs-on: {}\n"
_PIP = "    steps:\n      - run: pip install torch==2.4.0 --index-url https://download.pytorch.org/whl/cu121\n"
_CONTAINER = "    container:\n      image: {}\n      options: {}\n    steps:\n      - run: {}\n"
_SERVICE = "    services:\n      a:\n        image: {}\n    steps:\n      - run: make\n"
_CIRCLE = "version: 2.1\njobs:\n  t:\n    docker:\n      - image: {}\n{}    steps:\n      - run: make\n"
_KEPT = "      - store_artifacts: {path: dist}\n"
_CIRCLE_PIP = (
    "version: 2.1\nplain: &plain\n  docker: [{{image: python:3.12}}]\n"
    "gpu: &gpu\n  machine: {{image: any}}\n  resource_class: gpu.nvidia.medium\n"
    "executors:\n  e:\n    machine: {{image: any}}\n    resource_class: gpu.nvidia.small\n"
    "jobs:\n  t:\n    {}\n"
    "    steps:\n      - run: pip install torch==2.4.0 --index-url https://download.pytorch.org/whl/cu121\n"
)
_AZURE = (
    "pool: {}\nresources:\n  containers:\n  - container: c\n    image: {}\n"
    "jobs:\n- job: t\n  container: c\n  steps:\n  - script: make\n"
)


@each_case(
    ("labels", "wanted"),
    [
        ("[self-hosted, gpu]", True),
        ("linux.g5.4xlarge.nvidia.gpu", True),
        ("gpu-t4-4-core", True),
        ("rtx5090", True),
        ("ubuntu-latest-gpu", True),
        ("ubuntu-latest", False),
        ("self-hosted", False),
        ("[self-hosted, no-gpu]", False),
    ],
)
def test_a_label_says_whether_a_gpu_is_there(labels: str, wanted: bool) -> None:
    (job,) = project({".github/workflows/a.yml": _GITHUB.format(labels) + _PIP}).jobs
    assert has_gpu(job) is wanted


@each_case(
    ("path", "text", "wanted"),
    [
        (".github/workflows/test.yml", _GITHUB.format("[self-hosted, gpu]") + _PIP, "error"),
        (".github/workflows/test.yml", _GITHUB.format("ubuntu-latest") + _PIP, "note"),
        (
            ".github/workflows/a.yml",
            _GITHUB.format("self-hosted") + _CONTAINER.format(_OLD, "--gpus all", "make"),
            "error",
        ),
        (
            ".github/workflows/a.yml",
            _GITHUB.format("self-hosted") + _CONTAINER.format(_OLD, "--cpus 2", "make"),
            "note",
        ),
        (
            ".github/workflows/a.yml",
            _GITHUB.format("[gpu]") + f"    container: {_OLD}\n    steps:\n      - run: make\n",
            "error",
        ),
        (".github/workflows/a.yml", _GITHUB.format("[gpu]") + _SERVICE.format(_OLD), "error"),
        (".gitlab-ci.yml", f"t:\n  image: {_OLD}\n  tags: [gpu]\n  script: [make]\n", "error"),
        (".gitlab-ci.yml", f"t:\n  image: {_OLD}\n  tags: [saas-linux-small-amd64]\n  script: [make]\n", "note"),
        (".gitlab-ci.yml", f"t:\n  tags: [gpu]\n  services:\n    - name: {_OLD}\n  script: [make]\n", "error"),
        (".circleci/config.yml", _CIRCLE.format(_OLD, "    resource_class: gpu.nvidia.medium\n"), "error"),
        (".circleci/config.yml", _CIRCLE.format(_OLD, "    resource_class: large\n"), "note"),
        (".circleci/config.yml", _CIRCLE.format(_OLD, ""), "note"),  # the default class of docker
        (".circleci/config.yml", _CIRCLE.format(_OLD, "    resource_class: large\n") + _KEPT, "note"),
        (".circleci/config.yml", _CIRCLE.format(_OLD, "    resource_class: me/gpu-box\n") + _KEPT, "error"),
        (".circleci/config.yml", _CIRCLE_PIP.format("docker: [{image: python:3.12}]"), "note"),
        (".circleci/config.yml", _CIRCLE_PIP.format("machine: {image: ubuntu-2404:current}"), "note"),
        (".circleci/config.yml", _CIRCLE_PIP.format("machine: {image: linux-cuda-12:default}"), "error"),
        (".circleci/config.yml", _CIRCLE_PIP.format("executor: some-orb/gpu"), "error"),
        (".circleci/config.yml", _CIRCLE_PIP.format("<<: *gpu"), "error"),
        (".circleci/config.yml", _CIRCLE_PIP.format("<<: *plain"), "note"),
        (".circleci/config.yml", _CIRCLE_PIP.format("executor: e"), "error"),
        ("azure-pipelines.yml", _AZURE.format("gpu-pool", _OLD), "error"),
        ("azure-pipelines.yml", _AZURE.format("{vmImage: ubuntu-22.04}", _OLD), "note"),
        # what the job installs anew decides; another product than the one that is asked for
        (
            ".github/workflows/a.yml",
            _GITHUB.format("[gpu]") + _CONTAINER.format(_OLD, "--gpus all", "pip install torch==2.8.0"),
            None,
        ),
        (
            ".github/workflows/a.yml",
            _GITHUB.format("[gpu, a100]") + _CONTAINER.format(_OLD, "--gpus all", "make"),
            None,
        ),
        (
            ".github/workflows/a.yml",
            _GITHUB.format("[gpu]") + _CONTAINER.format("python:3.12", "--gpus all", "make"),
            None,
        ),
    ],
)
def test_what_a_job_runs_counts_by_where_it_runs(path: str, text: str, wanted: str | None) -> None:
    findings = [each for each in findings_of(project({path: text}, "RTX 5090")) if each.id.endswith("-cannot-run")]
    assert [each.severity.value for each in findings] == ([wanted] if wanted else [])
