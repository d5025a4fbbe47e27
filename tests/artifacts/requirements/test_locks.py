"""Locks: which packages they name, from which index, and what is said of a lock that is not understood."""

from __future__ import annotations

import json

import pytest

from cudacompat.artifacts.requirements import locks
from cudacompat.artifacts.requirements.base import LaterFormatError, ReadRequirements, applies

TORCH_INDEX = "https://download.pytorch.org/whl/cu128"


def _pins(read: ReadRequirements) -> list[tuple[str, str, int]]:
    return [(f"{each.name}{each.specifier}", each.build, each.line) for each in read.requirements]


UV = f"""version = 1

[[package]]
name = "mine"
version = "0.1"
source = {{ editable = "." }}

[[package]]
name = "torch"
version = "2.7.1+cu128"
source = {{ registry = "{TORCH_INDEX}" }}

[[package]]
name = "for-mac"
version = "1.0"
resolution-markers = ["sys_platform == 'darwin'"]
source = {{ registry = "https://pypi.org/simple" }}
"""
POETRY = f"""[[package]]
name = "torch"
version = "2.7.1+cu128"

[package.source]
type = "legacy"
url = "{TORCH_INDEX}"

[[package]]
name = "windows-only"
version = "1.0"
markers = "sys_platform == \\"win32\\""

[metadata]
lock-version = "2.1"
"""
PDM = f"""[metadata]
lock_version = "4.5"

[[package]]
name = "torch"
version = "2.7.1+cu128"
files = [{{url = "{TORCH_INDEX}/torch-2.7.1%2Bcu128-cp312-cp312-linux_x86_64.whl", hash = "sha256:0"}}]
"""
PYLOCK = f"""lock-version = "1.0"

[[packages]]
name = "torch"
version = "2.7.1+cu128"
index = "{TORCH_INDEX}"

[[packages]]
name = "here"
directory = {{ path = "." }}
"""


@pytest.mark.parametrize(
    ("reader", "text", "line"),
    [(locks.uv, UV, 9), (locks.poetry, POETRY, 2), (locks.pdm, PDM, 5), (locks.pylock, PYLOCK, 4)],
    ids=["uv", "poetry", "pdm", "pylock"],
)
def test_a_lock_names_the_package_with_its_index_and_line(reader: object, text: str, line: int) -> None:
    assert callable(reader)
    assert _pins(reader(text, "a.lock")) == [("torch==2.7.1", "cu128", line)]


def test_pipfile_lock_names_packages_of_both_parts_with_their_index() -> None:
    text = json.dumps(
        {
            "_meta": {"pipfile-spec": 6, "sources": [{"name": "torch", "url": TORCH_INDEX}]},
            "default": {"torch": {"version": "==2.7.1", "index": "torch"}, "mine": {"editable": True, "path": "."}},
            "develop": {"xgboost": {"version": "==3.1.2"}},
        },
        indent=1,
    )
    read = locks.pipfile(text, "Pipfile.lock")
    assert [(each.name, each.build, each.group) for each in read.requirements] == [
        ("torch", "cu128", ""),
        ("xgboost", "pypi", "develop"),
    ]


@pytest.mark.parametrize(
    ("reader", "text", "newest"),
    [
        (locks.uv, "version = 9\n", "up to 1"),
        (locks.poetry, '[metadata]\nlock-version = "3.0"\n', "up to 2"),
        (locks.pdm, '[metadata]\nlock_version = "5"\n', "up to 4"),
        (locks.pylock, 'lock-version = "2.0"\n', "up to 1"),
        (locks.pipfile, '{"_meta": {"pipfile-spec": 7}}', "up to 6"),
    ],
    ids=["uv", "poetry", "pdm", "pylock", "pipfile"],
)
def test_a_newer_format_is_refused_with_the_newest_that_is_read(reader: object, text: str, newest: str) -> None:
    assert callable(reader)
    with pytest.raises(LaterFormatError, match=newest):
        reader(text, "a.lock")


@pytest.mark.parametrize("text", ["", "version = 'one'\n", "version = 1\n[[package\n", "a." * 200 + "b = 1\n"])
def test_what_is_no_lock_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        locks.uv(text, "uv.lock")


@pytest.mark.parametrize(
    "text",
    [
        "version = 1\npackage = 3\n",
        "version = 1\n[[package]]\nname = 'a'\nversion = '1'\nsource = 'x'\n",
        "version = 1\n[[package]]\nname = 'a'\nversion = '1'\nresolution-markers = 3\n",
    ],
)
def test_values_of_other_kinds_do_not_break_a_reader(text: str) -> None:
    assert len(locks.uv(text, "uv.lock").requirements) <= 1


def test_a_package_without_a_version_is_not_understood() -> None:
    read = locks.uv('version = 1\n\n[[package]]\nname = "odd"\n', "uv.lock")
    assert read.requirements == ()
    assert read.not_understood == ((4, "a package without a version"),)


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("sys_platform == 'linux'", True),
        ("sys_platform == 'win32'", False),
        ("python_version < '3.9'", True),  # for some Python
        ("what is this", True),
        (None, True),
        (["sys_platform == 'win32'"], True),  # no marker at all
    ],
)
def test_a_marker_leaves_a_package_out_only_when_it_is_false_on_linux(marker: object, expected: bool) -> None:
    assert applies(marker) is expected
