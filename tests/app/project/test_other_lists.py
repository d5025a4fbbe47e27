"""Requirement files whose names do not say so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cudacompat.app.project.files import read
from tests.helpers.each_row import each_case

_PINS = "numpy==1.26.4\ntorch==2.3.1\n"


@each_case(
    "files, expected",
    [
        # a line of pip in an image, a script, a job or a README
        (
            {"Dockerfile": "FROM a\nCOPY env.txt /tmp/\nRUN pip install -r /tmp/env.txt\n", "env.txt": _PINS},
            ["env.txt"],
        ),
        ({"setup.sh": "# cuda\nuv pip install \\\n  -r base/env.txt\n", "base/env.txt": _PINS}, ["base/env.txt"]),
        ({"README.md": "    pip3 install --requirement=env.txt\n", "env.txt": _PINS}, ["env.txt"]),
        ({"README.md": "    pip install torch -c pins.txt\n", "pins.txt": _PINS}, ["pins.txt"]),
        # the file beside the one that names it is meant
        ({"a/setup.sh": "pip install -r x.txt # cuda\n", "a/x.txt": _PINS, "x.txt": _PINS}, ["a/x.txt"]),
        # a name and a content that say it together
        ({"python-deps.txt": _PINS}, ["python-deps.txt"]),
        ({"python-deps.txt": "all that Python needs\nis in the image\n"}, []),
        ({"notes.txt": _PINS}, []),
        ({"docs/deps.txt": _PINS}, []),
        # no command, or no such file
        ({"README.md": "see -r env.txt of pip\n", "env.txt": "a long text\nof any kind\n"}, []),
        ({"README.md": "    grep -r env.txt\n", "env.txt": _PINS}, []),
        ({"README.md": "    pip install -r ../env.txt\n"}, []),
    ],
)
def test_which_files_are_lists(tmp_path: Path, files: Mapping[str, str], expected: list[str]) -> None:
    root = tmp_path / str(abs(hash(tuple(files.items()))))
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert list(read(str(root)).lists) == expected
