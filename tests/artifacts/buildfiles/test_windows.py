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
    out = inside("lint", script, "--gpu", "7.5").out
    assert "error[unquoted-semicolon]" in out
    assert "CMake gets 86\n" in out
    script.write_text(CMAKE.format('"86;120"'))
    assert inside("lint", script, "--gpu", "8.6", "--gpu", "12.0").code == 0


def test_what_a_jump_of_a_batch_file_passes_by_is_no_command(tmp_path: Path) -> None:
    script = tmp_path / "build.bat"
    cases = {"goto End\n": 0, "exit /b 0\n": 0, "if exist x goto End\n": 1, "goto End\n:Next\n": 1, "": 1}
    for jump, code in cases.items():
        script.write_text(f"{jump}{CMAKE.format('86-real')}:End\necho done\n")
        assert inside("lint", script, "--gpu", "12.0").code == code, jump
