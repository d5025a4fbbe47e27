"""What is published: the same bytes each time, all that a packager needs, and the bounds that were tried."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.helpers.run import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EPOCH = "1700000000"


def build(folder: Path) -> list[Path]:
    command = [sys.executable, "-m", "build", "--no-isolation", "-o", str(folder), str(ROOT)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return build(tmp_path_factory.mktemp("dist"))


def test_a_second_build_has_the_same_bytes(built: list[Path], tmp_path: Path) -> None:
    again = build(tmp_path)
    assert [path.name for path in again] == [path.name for path in built]
    assert [hashlib.sha256(path.read_bytes()).digest() for path in again] == [
        hashlib.sha256(path.read_bytes()).digest() for path in built
    ]


@pytest.mark.parametrize("tool", [("twine", "check", "--strict"), ("check_wheel_contents",)], ids=lambda tool: tool[0])
def test_the_tools_of_the_index_find_nothing(built: list[Path], tool: tuple[str, ...]) -> None:
    files = built if tool[0] == "twine" else [path for path in built if path.suffix == ".whl"]
    done = subprocess.run([sys.executable, "-m", *tool, *files], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_sources_have_all_that_a_packager_needs(built: list[Path]) -> None:
    with tarfile.open(next(path for path in built if path.name.endswith(".tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "action.yml", "mkdocs.yml"),
        *(
            ".pre-commit-hooks.yaml",
            ".ci/run",
            "docs/tutorial.md",
            "docs/images/check-light.svg",
            "tools/site/hooks.py",
        ),
        *("examples/incident/Dockerfile", "examples/ci/github.yml", "templates/requirements.txt"),
        *("tests/whole/test_distribution.py", "cudacompat/py.typed"),
    } <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".git/", ".venv"))]


def test_the_wheel_has_the_package_alone(built: list[Path]) -> None:
    with zipfile.ZipFile(next(path for path in built if path.suffix == ".whl")) as wheel:
        names = wheel.namelist()
    assert {name.partition("/")[0] for name in names} == {"cudacompat", f"cudacompat-{_version()}.dist-info"}
    assert {"cudacompat/py.typed", "cudacompat/schemas/policy-1.json", "cudacompat/api.py"} <= set(names)


def test_each_dependency_is_justified() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for requirement in PROJECT["dependencies"]:
        name = re.match(r"[a-z0-9-]+", requirement)
        assert name is not None
        assert f"| {name[0]} |" in text
        assert ">=" in requirement


def _version() -> str:
    found = re.search(r'__version__ = "(.*)"', (ROOT / "cudacompat/__init__.py").read_text())
    assert found is not None
    return found[1]
