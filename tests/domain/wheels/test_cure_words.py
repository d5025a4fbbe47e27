"""A pin is changed by the program whose file names it."""

from __future__ import annotations

from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.cure_words import command_of, sentence_of
from cudacompat.domain.wheels.requirement import Requirement
from tests.helpers.build import target
from tests.helpers.each_row import each_case

URL = "https://download.pytorch.org/whl/cu128"
PIN = '"torch==2.7.1+cu128"'
FORGE = "pytorch-gpu cuda-version=12.9"
SOURCE = f"poetry source add --priority=explicit pytorch-cu128 {URL} && poetry add --source pytorch-cu128 {PIN}"
TABLE = rf"""printf '\n[[tool.pdm.source]]\nname = "pytorch-cu128"\nurl = "{URL}"\ninclude_packages = ["torch"]\n'"""


@each_case(
    ("file", "written", "tool", "command"),
    [
        ("requirements.txt", "torch==2.6.0", "", f"pip install {PIN} --index-url {URL}"),
        ("pylock.toml", "torch==2.6.0", "", f"pip install {PIN} --index-url {URL}"),
        ("app/uv.lock", "torch==2.6.0", "", f"uv add {PIN} --index pytorch-cu128={URL}"),
        ("poetry.lock", "torch==2.6.0", "", SOURCE),
        ("pdm.lock", "torch==2.6.0", "", f"{TABLE} >> pyproject.toml && pdm add {PIN}"),
        ("Pipfile.lock", "torch==2.6.0", "", f"pipenv install {PIN} --index {URL}"),
        ("app/pyproject.toml", "torch==2.6.0", "", f"pip install {PIN} --index-url {URL}"),
        ("app/pyproject.toml", "torch==2.6.0", "poetry.lock", SOURCE),
        ("environment.yml", "pytorch=2.6.0", "", f"conda install -c conda-forge {FORGE}"),
        ("environment.yml", "torch==2.6.0", "", f"pip install {PIN} --index-url {URL}"),
        ("pixi.lock", "pytorch=2.6.0", "", f"pixi add {FORGE}"),
        ("pixi.lock", "torch==2.6.0", "", None),  # no command of pixi's names an index: the row is said
    ],
)
def test_in_the_words_of_each_tool(file: str, written: str, tool: str, command: str | None) -> None:
    requirement = Requirement("torch", "==2.6.0", written, file, 1, tool=tool, conda=written.startswith("pytorch"))
    targets = (target("12.0"),)
    cure = cure_for("torch", targets, version=requirement.pinned)
    assert command_of(cure, requirement, targets) == command
    row = f'pin in the table of pypi-dependencies: torch = {{ version = "==2.7.1", index = "{URL}" }}'
    assert sentence_of(cure, command, requirement).startswith(f"{command}  # " if command else f"{row} (")


BOTH, ALONE = '"torch==2.7.1+cu128"', '"bitsandbytes==0.45.5"'


@each_case(
    ("file", "command"),
    [
        ("requirements.txt", f"pip install {BOTH} {ALONE} --extra-index-url {URL}"),
        ("uv.lock", f"uv add {BOTH} {ALONE} --index pytorch-cu128={URL}"),
        ("poetry.lock", f"{SOURCE.replace(PIN, BOTH)} && poetry add {ALONE}"),
        ("pdm.lock", f"{TABLE} >> pyproject.toml && pdm add {BOTH} {ALONE}"),
        ("Pipfile.lock", f"pipenv install {BOTH} --index {URL} && pipenv install {ALONE}"),
    ],
)
def test_what_moves_with_it_and_is_on_pypi_alone(file: str, command: str) -> None:
    requirement = Requirement("torch", "==2.6.0", "torch==2.6.0", file, 1)
    targets = (target("12.0"),)
    cure = cure_for("torch", targets, version=requirement.pinned, beside=("bitsandbytes==0.45.0",))
    assert command_of(cure, requirement, targets) == command


def test_from_pypi_no_index_is_added() -> None:
    targets = (target("12.0"),)
    cure = cure_for("cupy-cuda11x", targets, version=None)
    found = [
        command_of(cure, Requirement("cupy-cuda11x", "", "cupy-cuda11x", file, 1), targets)
        for file in ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
    ]
    assert [(each or "").split(' "')[0] for each in found] == ["uv add", "poetry add", "pdm add", "pipenv install"]


def test_what_no_wheel_serves_has_no_command() -> None:
    targets = (target("2.0"),)
    requirement = Requirement("torch", "==2.6.0", "torch==2.6.0", "uv.lock", 1)
    cure = cure_for("torch", targets)
    assert command_of(cure, requirement, targets) is None
    assert sentence_of(cure, None, requirement) == cure.sentence


def test_a_package_of_pixi_from_pypi_is_added_as_one() -> None:
    requirement = Requirement("torch", "==2.6.0", "torch = '==2.6.0'", "pixi.toml", 1)
    targets = (target("12.0"), target("7.0"))
    cure = cure_for("torch", targets, version=requirement.pinned)
    assert command_of(cure, requirement, targets) == 'pixi add --pypi "torch==2.8.0"'


def test_a_package_of_conda_that_no_release_serves_has_no_cure_of_pip() -> None:
    requirement = Requirement("torch", "==2.1.0", "pytorch=2.1.0", "environment.yml", 1, conda=True)
    targets = (target("3.7"), target("12.0"))
    cure = cure_for("torch", targets, version=requirement.pinned)
    command = command_of(cure, requirement, targets)
    assert command is None
    assert "pip" not in sentence_of(cure, command, requirement)
