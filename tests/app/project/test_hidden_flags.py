"""Programs that call nvcc, though their names do not say that they build something."""

from __future__ import annotations

from pathlib import Path

from cudacompat.app.project.files import read
from tests.helpers.each_row import each_case

_RUST = 'Command::new("nvcc").arg("--generate-code=arch=compute_86,code=sm_86")\n'
_PYTHON = 'load(name="a", sources=["a.cu"], extra_cuda_cflags=["-gencode", "arch=compute_80,code=sm_80"])\n'


@each_case(
    "name, text, expected",
    [
        ("gen/src/source.rs", _RUST, True),
        ("ops/native.py", _PYTHON, True),
        ("tests/native.py", _PYTHON, False),
        ("ops/test_native.py", _PYTHON, False),
        ("ops/native.py", "# -gencode is an option of a compiler\n", False),
        ("src/words.rs", 'let nvcc = "a compiler";\n', False),
        ("src/words.c", _RUST, False),
    ],
)
def test_which_programs_are_read(tmp_path: Path, name: str, text: str, expected: bool) -> None:
    root = tmp_path / f"{abs(hash((name, text)))}"
    (root / name).parent.mkdir(parents=True)
    (root / name).write_text(text, encoding="utf-8")
    assert [file.name for file in read(str(root)).files] == ([name] if expected else [])
