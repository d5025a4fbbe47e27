"""From a zip file no compiled package can be loaded: the program ends at once, with the reason and a way out."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipapp
from pathlib import Path

import pytest

from tests.helpers.run import ROOT


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zipapp")
    (folder / "tree" / "cudacompat" / "cli").mkdir(parents=True)
    for file in (ROOT / "cudacompat" / "__init__.py", *(ROOT / "cudacompat" / "cli").glob("*.py")):
        shutil.copy(file, folder / "tree" / file.relative_to(ROOT))
    zipapp.create_archive(folder / "tree", folder / "cudacompat.pyz", main="cudacompat.cli.main:main")
    return folder / "cudacompat.pyz"


@pytest.mark.parametrize("arguments", [("--help",), ("check", ".", "--gpu", "12.0"), ()])
def test_a_zipapp_says_what_to_use(app: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ran = subprocess.run([sys.executable, "-I", app, *arguments], capture_output=True, text=True, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("cudacompat: error: a zipapp cannot load the compiled packages")
    assert ran.stderr.count("\n") == 1
