"""A comparison as text."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.run import ROOT, inside


def test_a_gpu_that_was_asked_for_is_named_and_not_another_of_its_kind(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / "examples/incident/libggml-cuda.so", tmp_path / "old/lib.so")
    (tmp_path / "new/lib.so").write_bytes(fw.fatbin(fw.ptx(toolchain.ptx_text("8.6", "100"))))
    ran = inside("diff", tmp_path / "old", tmp_path / "new", "--gpu", "RTX 4060 Ti", "--gpu", "8.6")
    assert "8.9 (NVIDIA GeForce RTX 4060 Ti)" in ran.out
    assert "8.6 (" in ran.out
