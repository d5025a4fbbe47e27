"""examples/generated is what `cudacompat generate` makes today."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from cudacompat.engines import ENGINES
from cudacompat.generate.outputs import reaching
from tests.helpers.run import ROOT, cudacompat

TOOL = ROOT / "tools/refresh_examples.py"
FOLDER = ROOT / "examples/generated"


def test_the_examples_are_up_to_date() -> None:
    done = subprocess.run([sys.executable, TOOL, "--check"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), f"run tools/refresh_examples.py\n{done.stdout}{done.stderr}"


def test_every_engine_and_output_that_makes_sense_is_there() -> None:
    for engine in ENGINES:
        folders = {path.name for path in (FOLDER / engine.name).iterdir() if path.is_dir()}
        assert folders == {kind.name for kind in reaching(engine, None)}
        assert (FOLDER / engine.name / "plan.txt").is_file()


def test_a_changed_example_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    spec = importlib.util.spec_from_file_location("refresh_examples", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["refresh_examples.py", "--check"])
    assert tool.main() == 1
    monkeypatch.setattr(sys, "argv", ["refresh_examples.py"])
    assert tool.main() == 0
    monkeypatch.setattr(sys, "argv", ["refresh_examples.py", "--check"])
    assert tool.main() == 0


def test_an_example_is_what_the_command_line_prints() -> None:
    file = FOLDER / "whisper-rs/env/cudacompat.env"
    gpus = [word for spec in ("RTX 5070 Ti", "8.0", "8.6", "8.9") for word in ("--gpu", spec)]
    assert cudacompat("generate", "whisper-rs", *gpus, "--as", "env").out == file.read_text()
