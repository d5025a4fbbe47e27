"""What conda and its kin print, and what the names of their builds say."""

from __future__ import annotations

import pytest

from cudacompat.artifacts.requirements import conda, conda_lists
from cudacompat.artifacts.requirements.base import ReadRequirements, reading_for
from cudacompat.artifacts.requirements.conda import CondaPackage, package_file
from cudacompat.artifacts.requirements.kinds import RequirementKind, kind_in
from tests.helpers.each_row import each_case


def _pins(read: ReadRequirements) -> list[tuple[str, str, str | None, int]]:
    return [(f"{each.name}{each.specifier}", each.build, each.cuda, each.line) for each in read.requirements]


FORGE = "https://conda.anaconda.org/conda-forge/linux-64"
EXPLICIT = f"""# platform: linux-64
@EXPLICIT
{FORGE}/cuda-version-12.6-h7480c83_3.conda#aaaa
{FORGE}/pytorch-2.5.1-cuda126_mkl_py311_h1_304.conda#0123abcd
{FORGE}/cupy-13.3.0-py311h9f6cb1a_2.conda
https://conda.anaconda.org/conda-forge/win-64/jaxlib-0.4.34-cuda126py311_200.conda
https://conda.anaconda.org/pytorch/linux-64/torchvision-0.16.0-py311_cu121.tar.bz2
# pip ctranslate2 @ https://files.pythonhosted.org/packages/a/ctranslate2-4.5.0-cp311-cp311-manylinux2014_x86_64.whl#sha256=0
surprise
"""


def test_an_explicit_list_has_addresses_builds_and_wheels() -> None:
    read = conda_lists.conda_list(EXPLICIT, "conda-linux-64.lock")
    assert _pins(read) == [
        ("torch==2.5.1", "conda", "12.6", 4),
        ("cupy==13.3.0", "conda", "12.6", 5),  # what the environment selects
        ("torchvision==0.16.0", "cu121", "12.1", 7),
        ("ctranslate2==4.5.0", "pypi", None, 8),
    ]
    assert [line for line, _ in read.not_understood] == [9]
    assert read.requirements[0].address == f"{FORGE}/pytorch-2.5.1-cuda126_mkl_py311_h1_304.conda"


def test_an_explicit_list_is_read_for_its_platform() -> None:
    with reading_for("windows-x86_64"):
        read = conda_lists.conda_list(EXPLICIT, "conda-win-64.lock")
    assert [each.name for each in read.requirements] == ["jaxlib", "ctranslate2"]


LISTED = """# packages in environment at /opt/conda:
#
# Name                    Version                   Build  Channel
pytorch                   2.1.0           py3.11_cuda12.1_cudnn8.9.2_0    pytorch
torchaudio                2.1.0                    py311_cpu    pytorch
tensorflow                2.15.0          gpu_py311hf7d8b2f_0
numpy                     1.26.4          py311h64a7726_0    conda-forge
onnxruntime-gpu           1.18.1                   pypi_0    pypi
"""
MICROMAMBA = """List of packages in environment: "/opt/env"

  Name     Version  Build                  Channel
──────────────────────────────────────────────────────
  pytorch  2.5.1    cuda126_mkl_py311_304  conda-forge
"""
PIXI = """Package          Version  Build                  Size       Kind   Source
pytorch          2.5.1    cuda126_mkl_py311_304  24.1 MiB   conda  https://conda.anaconda.org/conda-forge/
onnxruntime-gpu  1.22.0                          180.2 MiB  pypi   onnxruntime_gpu-1.22.0-cp311.whl
"""
PIP = "Package Version     Editable project location\n------- ----------- -----\ntorch   2.5.1+cu121\n"
EXPORT = (
    "# platform: linux-64\n_libgcc_mutex=0.1=main\nfaiss-gpu=1.8.0=py3.11_h4c7d538_0_cuda12.1.1\ntorch=2.6.0=pypi_0\n"
)


@each_case(
    ("text", "pins"),
    [
        (
            LISTED,
            [
                ("torch==2.1.0", "cu121", "12.1", 4),
                ("torchaudio==2.1.0", "cpu", None, 5),
                ("tensorflow==2.15.0", "conda", "", 6),
                ("numpy==1.26.4", "conda", None, 7),
                ("onnxruntime-gpu==1.18.1", "pypi", None, 8),
            ],
        ),
        (MICROMAMBA, [("torch==2.5.1", "conda", "12.6", 5)]),
        (PIXI, [("torch==2.5.1", "conda", "12.6", 2), ("onnxruntime-gpu==1.22.0", "pypi", None, 3)]),
        (PIP, [("torch==2.5.1", "cu121", None, 3)]),
        (
            EXPORT,
            [
                ("-libgcc-mutex==0.1", "conda", None, 2),
                ("faiss-gpu==1.8.0", "conda", "12.1", 3),
                ("torch==2.6.0", "pypi", None, 4),
            ],
        ),
    ],
)
def test_a_list_is_told_by_its_lines(text: str, pins: list[tuple[str, str, str | None, int]]) -> None:
    assert kind_in(RequirementKind.PIP, text) is RequirementKind.CONDA_LIST
    read = conda_lists.conda_list(text, "list.txt")
    assert _pins(read) == pins
    assert read.not_understood == ()


@pytest.mark.parametrize(
    "text",
    [
        "# Package Version of the server\ntorch==2.6.0\n",
        "# name version build\nnumpy\ntorch==2.6.0\n-r more.txt\n",
        "torch==2.6.0\nnumpy>=1.26\n",
        "--extra-index-url=https://a=b/c=d\ntorch==2.6.0\n",
        "",
    ],
)
def test_a_list_of_pip_is_none_of_conda(text: str) -> None:
    assert kind_in(RequirementKind.PIP, text) is RequirementKind.PIP


@each_case(
    ("build", "cuda", "index"),
    [
        ("cuda126_mkl_py311_h1_304", "12.6", "conda"),
        ("cuda112py311h13fee9e_301", "11.2", "conda"),
        ("cuda12_0", "12", "conda"),
        ("cuda12_240410_g1b_0", "12", "conda"),
        ("gpu_py311h65739b5_0", "", "conda"),
        ("gpu_cuda118py311h4b2_100", "11.8", "conda"),
        ("cuda_py311h_0", "", "conda"),
        ("cpu_generic_py311_h1_0", None, "cpu"),
        ("cpu_mkl_py311_0", None, "cpu"),
        ("py3.11_cpu_0", None, "cpu"),
        ("py311h64a7726_0", None, "conda"),
        ("py3.11_cuda12.1_cudnn8.9.2_0", "12.1", "cu121"),  # how the framework's channel names its builds
    ],
)
def test_the_name_of_a_build_says_its_cuda_release(build: str, cuda: str | None, index: str) -> None:
    found = CondaPackage("pytorch", "==2.5.1", build).requirement("pytorch=2.5.1", 1, conda.Origin("list"))
    assert found is not None
    assert (found.cuda, found.build) == (cuda, index)


@each_case(
    ("spec", "name", "specifier", "build"),
    [
        ("pytorch=2.1", "torch", "==2.1.*", "conda"),
        ("pytorch 2.1.0 cuda120_py311_0", "torch", "==2.1.0", "conda"),
        ("pytorch 2.1.*", "torch", "==2.1.*", "conda"),
        ("pytorch >=2.1,<3", "torch", ">=2.1,<3", "conda"),
        ("pytorch>=2.1.*", "torch", ">=2.1", "conda"),
        ("pytorch=*=*cuda*", "torch", "", "conda"),
        ("pytorch[version='>=2.1',build='cpu_*']", "torch", ">=2.1", "cpu"),
        ("pytorch 2.1.0|2.2.0", "torch", "", "conda"),
        ("conda-forge::pytorch=2.1.0", "torch", "==2.1.0", "conda"),
        ("pytorch::pytorch=2.1.0=py3.11_cuda12.1_cudnn8.9.2_0", "torch", "==2.1.0", "cu121"),
        (f"{FORGE}/pytorch-2.5.1-cuda126_mkl_py311_h1_304.conda", "torch", "==2.5.1", "conda"),
        ("pytorch-cpu=2.1.0", "torch", "==2.1.0", "cpu"),
    ],
)
def test_a_specification_of_conda(spec: str, name: str, specifier: str, build: str) -> None:
    read = conda.of_specs([(spec, 1)], (), "environment.yml")
    assert [(each.name, each.specifier, each.build, each.conda) for each in read.requirements] == [
        (name, specifier, build, True)
    ]
    assert not read.not_understood


@pytest.mark.parametrize("spec", ["= odd", "pytorch wrong", "a" * 600, "pytorch=2=3=4=5", "==2.1"])
def test_what_is_no_specification_is_said(spec: str) -> None:
    assert conda.of_specs([(spec, 1)], (), "environment.yml").not_understood


@each_case(
    ("channels", "build"),
    [
        (["pytorch", "nvidia", "conda-forge"], "cu121"),
        (["nvidia", "pytorch"], "cu121"),
        (["conda-forge", "pytorch", "nvidia"], "conda"),  # conda takes it from the first channel that has it
        (["defaults", "pytorch"], "conda"),
        (["https://conda.anaconda.org/pytorch/"], "cu121"),
        ([], "conda"),
    ],
)
def test_the_first_channel_with_the_package_has_it(channels: list[str], build: str) -> None:
    read = conda.of_specs([("pytorch=2.1.0", 1), ("pytorch-cuda=12.1", 2)], channels, "environment.yml")
    assert [each.build for each in read.requirements] == [build]


def test_a_selector_without_cuda_selects_builds_for_the_cpu() -> None:
    read = conda.of_specs([("pytorch=2.1.0", 1), ("cpuonly", 2)], ["pytorch"], "environment.yml")
    assert [each.build for each in read.requirements] == ["cpu"]


def test_a_selector_that_leaves_a_choice_says_nothing() -> None:
    read = conda.of_specs([("pytorch=2.1.0", 1), ("pytorch-cuda>=11.8", 2)], ["pytorch"], "environment.yml")
    assert [each.build for each in read.requirements] == ["pytorch"]


def test_the_pip_section_keeps_its_includes_and_its_index() -> None:
    text = (
        "dependencies:\n- pip:\n  - -r more.txt\n  - -c limits.txt\n"
        "  - --extra-index-url https://download.pytorch.org/whl/cu124\n  - torch==2.5.1\n"
    )
    read = conda.environment(text, "environment.yml")
    assert [(each.path, each.constraint, each.line) for each in read.includes] == [
        ("more.txt", False, 3),
        ("limits.txt", True, 4),
    ]
    assert read.extra_indexes == ("cu124",)
    assert [(each.name, each.build, each.line) for each in read.requirements] == [("torch", "cu124", 6)]


def test_an_address_names_its_package_by_the_file() -> None:
    found = package_file("https://conda.anaconda.org/conda-forge/linux-64/llama.cpp-0.0.1-cuda126_h1_0.conda#md5")
    assert found is not None
    assert (found.name, found.specifier, found.build, found.channel) == (
        "llama.cpp",
        "==0.0.1",
        "cuda126_h1_0",
        "conda-forge",
    )
    assert package_file("https://example.org/torch-2.5.1-cp311-cp311-linux_x86_64.whl") is None
