"""What a directory lacks of the sources of its own build."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.app.doctor.own_sources import lacking_sources
from cudacompat.domain.builds.engine_facts import BuildSystem

PACKAGE = '[package]\nname = "a"\nversion = "0.1.0"\n'


@pytest.mark.parametrize(
    ("manifest", "files", "lacks"),
    [
        (PACKAGE, (), "src/main.rs"),
        (PACKAGE, ("src/main.rs",), ""),
        (PACKAGE, ("src/lib.rs",), ""),
        (PACKAGE, ("src/bin/a.rs",), ""),
        (PACKAGE + '[[bin]]\nname = "a"\npath = "a.rs"\n', (), ""),
        ('[workspace]\nmembers = ["a"]\n', (), ""),
        ("[package", (), ""),
    ],
    ids=["nothing", "main", "lib", "bin", "named", "workspace", "unreadable"],
)
def test_cargo_needs_a_target(tmp_path: Path, manifest: str, files: tuple[str, ...], lacks: str) -> None:
    (tmp_path / "Cargo.toml").write_text(manifest)
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert lacking_sources(tmp_path, BuildSystem.CARGO) == lacks


def test_cmake_needs_its_list(tmp_path: Path) -> None:
    assert lacking_sources(tmp_path, BuildSystem.CMAKE) == "CMakeLists.txt"
    (tmp_path / "CMakeLists.txt").write_text("")
    assert lacking_sources(tmp_path, BuildSystem.CMAKE) == ""
