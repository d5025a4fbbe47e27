"""From a zip file no compiled package can be loaded: the program ends at once, with the reason and a way out."""

from __future__ import annotations

import subprocess
import sys
import zipapp
from pathlib import Path

import pytest

from tests.helpers.run import ROOT


@pytest.mark.parametrize("arguments", [("--help",), ("check", ".", "--gpu", "12.0"), ()])
def test_a_zipapp_says_what_to_use(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    app = tmp_path / "cudacompat.pyz"
    zipapp.create_archive(
        ROOT,
        app,
        main="cudacompat.cli.main:main",
        filter=lambda path: (
            path.as_posix() in ("cudacompat", "cudacompat/cli", "cudacompat/__init__.py")
            or (path.parts[:2] == ("cudacompat", "cli") and path.suffix == ".py" and len(path.parts) == 3)
        ),
    )
    ran = subprocess.run([sys.executable, "-I", app, *arguments], capture_output=True, text=True, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("cudacompat: error: a zipapp cannot load the compiled packages")
    assert ran.stderr.count("\n") == 1
