"""Words of batch files and PowerShell scripts."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.run import inside

CMAKE = "cmake -B build -DCMAKE_CUDA_ARCHITECTURES={} -DX=ON\n"


def test_a_semicolon_belongs_to_the_word_of_a_batch_file(tmp_path: Path) -> None:
    script = tmp_path / "build.bat"
    script.write_text(CMAKE.format("86;120"))
    assert inside("lint", script, "--gpu", "8.6", "--gpu", "12.0").code == 0
    ran = inside("lint", script, "--gpu", "7.5")
    assert "CMAKE_CUDA_ARCHITECTURES=86;120" in ran.out
    inside("lint", script, "--gpu", "7.5", "--fix", "--unsafe-fixes")
    assert script.read_text() == CMAKE.format('"75;86;120"')


def test_a_semicolon_ends_a_statement_of_powershell(tmp_path: Path) -> None:
    script = tmp_path / "build.ps1"
    script.write_text(CMAKE.format("86;120"))
    assert "found  CMAKE_CUDA_ARCHITECTURES=86\n" in inside("lint", script, "--gpu", "7.5").out
    script.write_text(CMAKE.format('"86;120"'))
    assert inside("lint", script, "--gpu", "8.6", "--gpu", "12.0").code == 0
