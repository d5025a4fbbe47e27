"""`doctor` on an environment that Python laid out in Windows."""

from __future__ import annotations

from cudacompat.app.doctor.installing import in_place
from cudacompat.domain.machine.components import Environment


def test_the_program_of_an_environment_of_windows() -> None:
    windows = Environment("C:/app/venv", "C:/app/venv", "3.12", "--python", folders=("C:/app/venv/Lib/site-packages",))
    assert in_place(windows) == "C:\\app\\venv\\Scripts\\python.exe -m pip install"
    linux = Environment(
        "/app/venv", "/app/venv", "3.12", "--python", folders=("/app/venv/lib/python3.12/site-packages",)
    )
    assert in_place(linux) == "/app/venv/bin/python -m pip install"
