"""pip's files, pyproject.toml and conda's files: requirements, indexes, lines, and what was not understood."""

from __future__ import annotations

import pytest

from cudacompat.artifacts.requirements import conda, conda_locks, pip_file, pyproject, setup_files
from cudacompat.artifacts.requirements.base import LaterFormatError, ReadRequirements
from cudacompat.artifacts.requirements.kinds import RequirementKind, kind_of
from tests.helpers.each_row import each_case


def _pins(read: ReadRequirements) -> list[tuple[str, str, int]]:
    return [(f"{each.name}{each.specifier}", each.build, each.line) for each in read.requirements]


def test_pip_reads_versions_indexes_includes_and_markers() -> None:
    text = (
        "--extra-index-url https://download.pytorch.org/whl/cu126\n"
        "-r base.txt\n-c limits.txt\n"
        "torch==2.7.1 \\\n    --hash=sha256:0  # a comment\n"
        "xgboost >= 2 ; sys_platform == 'linux'\n"
        "onnxruntime-gpu; sys_platform == 'win32'\n"
        "ctranslate2 @ https://example.org/ctranslate2-4.8.5-cp312-cp312-manylinux2014_x86_64.whl\n"
        "./local\n-e .\n"
    )
    read = pip_file.read(text, "requirements.txt")
    assert _pins(read) == [
        ("torch==2.7.1", "cu126", 4),
        ("xgboost>=2", "pypi", 6),
        (
            "ctranslate2==4.8.5",
            "https://example.org/ctranslate2-4.8.5-cp312-cp312-manylinux2014_x86_64.whl",
            8,
        ),
    ]
    assert [(each.path, each.constraint) for each in read.includes] == [("base.txt", False), ("limits.txt", True)]
    assert read.not_understood == ()


def test_pip_says_which_line_was_not_understood() -> None:
    read = pip_file.read("numpy\ntorch === = 2\n<<<<<<< HEAD\n", "requirements.txt")
    assert [line for line, _ in read.not_understood] == [2, 3]


@pytest.mark.parametrize(
    "line",
    [
        "torch==2.1.2+cu118 xformers==0.0.23.post1+cu118 --extra-index-url https://download.pytorch.org/whl/cu118",
        "torch==2.1.2+cu118  xformers==0.0.23.post1+cu118 -f https://download.pytorch.org/whl/cu118  # installed apart",
        "torch==2.1.2 xformers==0.0.23.post1 --index-url=https://download.pytorch.org/whl/cu118",
    ],
)
def test_a_line_that_an_installer_takes_apart_is_read_whole(line: str) -> None:
    read = pip_file.read(line, "requirements.txt")
    assert [(each.name, each.specifier, each.build) for each in read.requirements] == [
        ("torch", "==2.1.2", "cu118"),
        ("xformers", "==0.0.23.post1", "cu118"),
    ]
    assert not read.not_understood


def test_a_line_with_an_address_in_the_middle_is_said_and_not_left_out() -> None:
    read = pip_file.read("torch 2.6.0 https://example.com/whl\ntorch >= 2.0\ngit+https://example.com/a.git\n", "r.txt")
    assert [number for number, _ in read.not_understood] == [1]
    assert [each.specifier for each in read.requirements] == [">=2.0"]


def test_a_constraint_narrows_only_what_leaves_a_choice() -> None:
    read = pip_file.read("torch\nxgboost==3.1.2\n", "requirements.txt")
    limits = pip_file.read("torch==2.6.0\nxgboost==1.7.6\n", "constraints.txt")
    assert _pins(pip_file.constrained(read, limits)) == [("torch==2.6.0", "pypi", 1), ("xgboost==3.1.2", "pypi", 2)]


def test_pyproject_reads_uv_sources_extras_and_poetry() -> None:
    text = """[project]
name = "a"
dependencies = ["torch==2.7.1", "numpy"]

[project.optional-dependencies]
fast = ["xgboost==3.1.2"]

[tool.uv.sources]
torch = { index = "of-torch" }

[[tool.uv.index]]
name = "of-torch"
url = "https://download.pytorch.org/whl/cu128"
explicit = true

[tool.poetry.dependencies]
python = "^3.11"
ctranslate2 = "^4.5"
"""
    read = pyproject.read(text, "pyproject.toml")
    assert _pins(read) == [
        ("torch==2.7.1", "cu128", 3),
        ("numpy", "pypi", 3),
        ("xgboost==3.1.2", "pypi", 6),
        ("ctranslate2>=4.5,<5", "pypi", 18),
    ]
    assert [each.group for each in read.requirements] == ["", "", "fast", ""]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("^2.1", ">=2.1,<3"),
        ("^0.4.3", ">=0.4.3,<0.5"),
        ("~2.1.3", ">=2.1.3,<2.2"),
        ("2.6.0", "==2.6.0"),
        ("*", ""),
        ("~=2.1", "~=2.1"),
        (">=2,<3", ">=2,<3"),
    ],
)
def test_poetry_constraints_become_those_of_pep_440(written: str, expected: str) -> None:
    assert pyproject.pep440(written) == expected


def test_conda_takes_the_cuda_release_from_the_selector_and_pip_lines_from_the_file() -> None:
    text = (
        "channels: [pytorch, nvidia]\ndependencies:\n  - python=3.11\n  - pytorch=2.1.0\n"
        "  - pytorch-cuda=12.1\n  - pip\n  - pip:\n    - ctranslate2==4.5.0\n    - what is === this\n  - '= odd'\n"
    )
    read = conda.environment(text, "environment.yml")
    assert ("ctranslate2==4.5.0", "pypi", 8) in _pins(read)
    assert ("torch==2.1.0", "cu121", 4) in _pins(read)
    assert [line for line, _ in read.not_understood] == [9, 10]


def test_conda_locks_are_read_for_linux_and_newer_formats_refused() -> None:
    address = "https://conda.anaconda.org/pytorch/linux-64/pytorch-2.1.0-py3.11_cuda12.1_cudnn8.9.2_0.tar.bz2"
    read = conda_locks.pixi_lock(f"version: 6\npackages:\n- conda: {address}\n", "pixi.lock")
    assert _pins(read) == [("torch==2.1.0", "cu121", 3)]
    lock = f"version: 1\npackage:\n- name: pytorch\n  version: 2.1.0\n  platform: linux-64\n  url: {address}\n"
    assert _pins(conda_locks.conda_lock(lock, "conda-lock.yml")) == [("torch==2.1.0", "cu121", 3)]
    with pytest.raises(LaterFormatError, match="up to 6"):
        conda_locks.pixi_lock("version: 7\n", "pixi.lock")
    assert conda_locks.conda_lock("version: 1\npackage: 3\n", "conda-lock.yml").requirements == ()


@each_case(
    ("path", "kind"),
    [
        ("requirements.txt", RequirementKind.PIP),
        ("docker/requirements-gpu.in", RequirementKind.PIP),
        ("requirements/prod.txt", RequirementKind.PIP),
        ("src/constraints/CMakeLists.txt", None),
        ("freeze.txt", RequirementKind.PIP),
        ("pylock.prod.toml", RequirementKind.PYLOCK),
        ("conda-env.yaml", RequirementKind.ENVIRONMENT),
        ("linux.conda-lock.yml", RequirementKind.CONDA_LOCK),
        ("locks/conda-linux-64.lock", RequirementKind.CONDA_LIST),
        ("UV.LOCK", RequirementKind.UV),
        ("CMakeLists.txt", None),
        ("notes.txt", None),
        ("Cargo.lock", None),
    ],
)
def test_the_name_of_a_file_says_its_kind(path: str, kind: RequirementKind | None) -> None:
    assert kind_of(path) is kind


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{ path = "../own" }', []),
        ('{ git = "git@example.org:a/b.git" }', []),
        ('{ git = "https://example.org/a/b.git" }', [("", "https://example.org/a/b.git")]),
        ('{ url = "https://download.pytorch.org/whl/cu121/torch-2.3.0%2Bcu121-cp312-cp312-linux_x86_64.whl" }',
         [("==2.3.0", "cu121")]),
        ('{ version = "2.3.0" }', [("==2.3.0", "pypi")]),
    ],
)  # fmt: skip
def test_a_package_of_poetry_that_comes_from_no_index(source: str, found: list[tuple[str, str]]) -> None:
    read = pyproject.read(f"[tool.poetry.dependencies]\ntorch = {source}\n", "pyproject.toml")
    assert [(each.specifier, each.index) for each in read.requirements] == found


def test_an_extra_that_chooses_the_index_makes_one_requirement_of_each_build() -> None:
    read = pyproject.read(
        '[project]\nname = "a"\ndependencies = ["torch"]\n[project.optional-dependencies]\nold = ["torch<2.6"]\n'
        '[tool.uv.sources]\ntorch = [{ index = "o", extra = "old" }, { index = "n", extra = "new" }]\n'
        '[[tool.uv.index]]\nname = "o"\nurl = "https://download.pytorch.org/whl/cu118"\n'
        '[[tool.uv.index]]\nname = "n"\nurl = "https://download.pytorch.org/whl/cu128"\n',
        "pyproject.toml",
    )
    assert [(each.group, each.specifier, each.index) for each in read.requirements] == [
        ("", "", "pypi"),
        ("old", "", "cu118"),
        ("new", "", "cu128"),
        ("old", "<2.6", "cu118"),
    ]


def test_a_directory_of_the_project_is_built_here_and_no_error() -> None:
    text = "submodules/diff-rasterization\n./own[extra]\ntorch==2.6.0\nsub/\n"
    read = pip_file.read(text, "requirements.txt")
    assert [each.name for each in read.requirements] == ["torch"]
    assert read.not_understood == ()


def test_a_setup_py_is_read_in_its_main_block_with_texts_that_it_puts_together() -> None:
    text = (
        "V = '2.6.0'\nMARKER = \"python_version < '3.12'\"\n"
        "def main():\n    pass\n"
        "if __name__ == '__main__':\n"
        "    setup(install_requires=[f'torch=={V}', 'torchaudio==2.8.0; %s' % MARKER, 'a%s' % V, f'b=={open()}'])\n"
    )
    read = setup_files.setup_py(text, "setup.py")
    assert [(each.name, each.specifier) for each in read.requirements] == [
        ("torch", "==2.6.0"),
        ("torchaudio", "==2.8.0"),
    ]


def test_a_setup_py_is_read_and_not_run() -> None:
    text = (
        "import setuptools\nopen('/nowhere/at/all')\nBASE = ['torch==2.6.0']\n"
        "setuptools.setup(\n    install_requires=BASE + (\n        'numpy',\n    ),\n"
        "    extras_require={'gpu': ['xformers'], 'all': each()},\n)\n"
    )
    read = setup_files.setup_py(text, "setup.py")
    assert [(each.name, each.group, each.line) for each in read.requirements] == [
        ("torch", "", 3),
        ("numpy", "", 6),
        ("xformers", "gpu", 8),
    ]


@pytest.mark.parametrize("text", ["def (", "(" * 5000, "x = " + "-" * 100_000 + "1", "\x00", "setup(" + "[" * 300])
def test_a_setup_py_that_is_no_python_is_told_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"not Python|null bytes"):
        setup_files.setup_py(text, "setup.py")


def test_lists_that_name_each_other_end() -> None:
    text = "A = B + B\nB = A + A\nsetup(install_requires=A)\n"
    assert setup_files.setup_py(text, "setup.py").requirements == ()


def test_a_setup_cfg_has_its_lines() -> None:
    text = "[options]\ninstall_requires =\n    # first\n    torch==2.6.0\n[options.extras_require]\nfast = xformers\n"
    read = setup_files.setup_cfg(text, "setup.cfg")
    assert [(each.name, each.group, each.line) for each in read.requirements] == [
        ("torch", "", 4),
        ("xformers", "fast", 6),
    ]
    with pytest.raises(ValueError, match=r"not a setup\.cfg"):
        setup_files.setup_cfg("install_requires = x", "setup.cfg")
