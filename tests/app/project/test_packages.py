"""Which packages a project installs together."""

from __future__ import annotations

import pytest

from cudacompat.app.project.files import worth_parsing
from cudacompat.app.project.packages import ProjectPackages
from cudacompat.domain.project.model import SourceFile


def packages_of(files: dict[str, str]) -> ProjectPackages:
    return ProjectPackages([SourceFile(name, text) for name, text in files.items()])


def test_a_file_that_others_include_is_part_of_them_and_no_set_of_its_own() -> None:
    packages = packages_of(
        {
            "requirements.txt": "-r requirements/gpu.txt\nnumpy==2.0\n",
            "requirements/gpu.txt": "-c constraints.txt\ntorch\n",
            "requirements/constraints.txt": "torch==2.7.0\n",
        }
    )
    (found,) = packages.sets(())
    assert found.file == "requirements.txt"
    assert [(each.name, each.specifier, each.file) for each in found.requirements] == [
        ("numpy", "==2.0", "requirements.txt"),
        ("torch", "==2.7.0", "requirements/gpu.txt"),
    ]


def test_files_that_include_each_other_many_times_count_once() -> None:
    """300 times 300 times 300 … of them would never end."""
    files = {f"requirements-{n}.txt": f"-r requirements-{n + 1}.txt\n" * 300 for n in range(1, 7)}
    files["requirements-7.txt"] = "-r requirements-1.txt\ntorch==2.7.0\n"
    files["requirements.txt"] = "-r requirements-1.txt\n"
    (found,) = packages_of(files).sets(())
    assert [each.name for each in found.requirements] == ["torch"]


def test_a_file_that_is_not_understood_is_told_once() -> None:
    packages = packages_of({"uv.lock": "[[package]\n", "requirements.txt": "torch\n"})
    assert [found.file for found in packages.sets(())] == ["requirements.txt"]
    assert [each.path for each in packages.not_read] == ["uv.lock"]


@pytest.mark.parametrize(
    "text",
    [
        "pip install torch==2.6.0 --index-url https://download.pytorch.org/whl/cu124\n",
        "set TORCH_COMMAND=pip install torchvision==0.22.1\n",
    ],
)
def test_a_batch_file_that_installs_the_framework_is_read(text: str) -> None:
    """It need not name CUDA."""
    assert worth_parsing("install.bat", text)
    assert not worth_parsing("install.bat", "pip install rich\n")
