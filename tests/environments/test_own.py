"""What this very program needs, and the release that a package was built for."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.domain.machine.components import SiteFolder
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.environments import installed
from cudacompat.environments.own import own_packages
from cudacompat.environments.releases import release_told


def install(site: Path, name: str, *requires: str) -> None:
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    needed = "".join(f"Requires-Dist: {each}\n" for each in requires)
    (info / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n{needed}\nRequires-Dist: in-the-text\n")
    (info / "RECORD").write_text(f"{name}.so,,\n")
    (site / f"{name}.so").write_bytes(b"")


def test_what_is_required_and_what_that_requires(tmp_path: Path) -> None:
    install(tmp_path, "cudacompat", "lz4 (>=4)", 'Zstandard>=0.2; python_version < "3.14"', "torch; extra == 'gpu'")
    install(tmp_path, "lz4")
    install(tmp_path, "zstandard", "c-ffi", "cudacompat")
    install(tmp_path, "c-ffi")
    install(tmp_path, "torch")
    install(tmp_path, "in-the-text")
    assert own_packages(str(tmp_path)) == {"cudacompat", "lz4", "zstandard", "c-ffi"}
    seen = installed.components([SiteFolder(str(tmp_path), str(tmp_path))], [])
    assert [each.package for each in seen.found] == ["in-the-text", "torch"]


def test_where_the_program_is_not_installed_nothing_is_its_own(tmp_path: Path) -> None:
    install(tmp_path, "lz4")
    assert own_packages(str(tmp_path)) == frozenset()
    assert own_packages(str(tmp_path / "nowhere")) == frozenset()


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("from typing import Optional\ncuda: Optional[str] = '13.0'\nhip = None\n", ToolkitVersion(13, 0)),
        ("cuda = '12.8'\n", ToolkitVersion(12, 8)),
        ("cuda: Optional[str] = None\n", None),
        ("", None),
    ],
)
def test_the_release_is_read_from_a_text(tmp_path: Path, text: str, release: ToolkitVersion | None) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/version.py").write_text(text)
    pattern = r"^cuda\b[^=\n]*=\s*['\"](\d+)\.(\d+)"
    assert release_told([str(tmp_path / "empty"), str(tmp_path)], "other/version.py", pattern) == release
    assert release_told([], "other/version.py", pattern) is None
