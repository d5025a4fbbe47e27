"""`doctor` on an environment that Python laid out in Windows: its steps are for PowerShell, of which release 5 has no
`&&`, takes a quoted program for a string and doubles a quotation mark within a string."""

from __future__ import annotations

from cudacompat.app.doctor.here import Here
from cudacompat.app.doctor.installing import in_place, installer, remover
from cudacompat.app.doctor.library_paths import all_paths
from cudacompat.app.doctor.other_builds import other_build_step
from cudacompat.app.doctor.reader_shell import in_folder, in_order, with_variables
from cudacompat.domain.machine.components import Component, Environment
from tests.helpers.build import target
from tests.helpers.each_row import each_case


def home(label: str, installer: str = "pip") -> Environment:
    return Environment(label, label, "3.12", "--python", folders=(f"{label}/Lib/site-packages",), installer=installer)


LINUX = Environment("/app/venv", "/app/venv", "3.12", "--python", folders=("/app/venv/lib/python3.12/site-packages",))


@each_case(
    ("label", "python"),
    [
        ("C:/app/venv", "C:\\app\\venv\\Scripts\\python.exe"),
        ("C:/my app/venv", "& 'C:\\my app\\venv\\Scripts\\python.exe'"),
        ("C:/R&D/venv", "& 'C:\\R&D\\venv\\Scripts\\python.exe'"),
        ("C:/O'Neil/venv", "& 'C:\\O''Neil\\venv\\Scripts\\python.exe'"),
        ("C:/O\N{RIGHT SINGLE QUOTATION MARK}N/v", "& 'C:\\O\u2019\u2019N\\v\\Scripts\\python.exe'"),
        ("C:/$x,(1)/venv", "& 'C:\\$x,(1)\\venv\\Scripts\\python.exe'"),
        ("C:/my install/venv", "& 'C:\\my install\\venv\\Scripts\\python.exe'"),
    ],
)
def test_the_program_of_an_environment_of_windows(label: str, python: str) -> None:
    assert in_place(home(label)) == f"{python} -m pip install"
    assert remover(home(label), ("a",)) == f"{python} -m pip uninstall -y a"


def test_a_posix_environment_has_the_words_of_its_shell() -> None:
    assert in_place(LINUX) == "/app/venv/bin/python -m pip install"
    assert remover(LINUX, ("a", "b")) == "/app/venv/bin/python -m pip uninstall -y a b"
    own = Environment("/my install", "/my install", "3.12", "--python")
    assert remover(own, ("a",)) == "'/my install'/bin/python -m pip uninstall -y a"
    assert remover(Environment("/t", "/t", "", "--python", installer="pip --target"), ("a",), locked=False) is None


def test_commands_of_one_line_in_each_shell() -> None:
    windows = home("C:/v")
    assert in_order(("a", "b", "c"), LINUX) == "a && b && c"
    assert in_order(("a", "b", "c"), windows) == "a; if ($?) { b; if ($?) { c } }"
    assert in_folder("C:\\my app", "a", windows) == "Push-Location 'C:\\my app'; a; Pop-Location"
    assert with_variables((("L", "8.6;12.0+PTX"),), "a", LINUX) == "L='8.6;12.0+PTX' a"
    assert with_variables((("L", "8.6"), ("N", "1")), "a", windows) == "$env:L = '8.6'; $env:N = '1'; a"


def test_a_project_in_windows_has_its_folder() -> None:
    assert installer(home("C:\\my app\\.venv", "uv add")) == "uv add --project 'C:\\my app'"
    place = all_paths(Here(home("C:/O'Neil/v"), ()))
    assert place.startswith("$env:PATH = ((Get-Item 'C:\\O''Neil\\v\\Lib\\site-packages\\nvidia\\*\\bin')")


def test_a_swap_of_builds_in_windows() -> None:
    component = Component("cupy-cuda13x", "14.0.1", "C:/v/Lib/site-packages", ())
    step = other_build_step(component, (target("8.6", "570"),), home("C:/v v"), platform="windows-x86_64")
    assert step is not None
    assert step.command is not None
    assert "&&" not in step.command
    assert "-y cupy-cuda13x; if ($?) { & 'C:\\v v\\Scripts\\python.exe' -m pip install 'cupy-cuda12x" in step.command
