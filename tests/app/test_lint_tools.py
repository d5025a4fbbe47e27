"""A cure in the words of the tool that manages the project: by its lock, or by its table where no lock is there yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.run import inside

PROJECT = '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["torch==2.6.0"]\n'
URL = "https://download.pytorch.org/whl/cu128"


@pytest.mark.parametrize(
    ("more", "beside", "command"),
    [
        ("", "", f'pip install "torch==2.7.1+cu128" --index-url {URL}'),
        ("[tool.uv]\ndev-dependencies = []\n", "", f'uv add "torch==2.7.1+cu128" --index pytorch-cu128={URL}'),
        ('[[tool.uv.index]]\nname = "a"\n', "", f'uv add "torch==2.7.1+cu128" --index pytorch-cu128={URL}'),
        ("[tool.poetry]\npackages = []\n", "", "poetry source add --priority=explicit pytorch-cu128"),
        ("[tool.pdm]\n", "", "printf '"),
        ("# [tool.uv]\n[tool.uvicorn]\n", "", f'pip install "torch==2.7.1+cu128" --index-url {URL}'),
        ("[tool.uv]\n", "poetry.lock", "poetry source add --priority=explicit pytorch-cu128"),  # a lock was written
    ],
)
def test_the_cure_is_in_the_words_of_the_projects_tool(tmp_path: Path, more: str, beside: str, command: str) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT + more)
    if beside:
        (tmp_path / beside).write_text("# empty\n")
    ran = inside("lint", tmp_path, "--gpu", "12.0", "--format", "json")
    (finding,) = [each for each in ran.json["findings"] if each["id"] == "wheel-cannot-run"]
    assert finding["help"].startswith(command), finding["help"]
