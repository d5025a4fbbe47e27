"""A project that holds its environment: both are examined, the environment as one, the project by its build files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cudacompat.app.doctor.project_environments import beside_packages, environments_in
from cudacompat.domain.machine.components import BY_DIRECTORY, Component, Environment
from cudacompat.domain.machine.facts import HostFacts, Missing
from cudacompat.domain.reports.doctor import PinInFile, PlanStep
from tests.app.test_installed import install
from tests.helpers.device_files import library
from tests.helpers.run import inside

GPU = ("--gpu", "RTX 5090", "--driver", "580")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    (folder / ".venv").mkdir(parents=True)
    (folder / ".venv/pyvenv.cfg").write_text("version = 3.12.1\n")
    install(folder / ".venv/lib/python3.12/site-packages", "native", _C=library("sm_120"))
    return folder


def _doctor(folder: Path, *more: str) -> dict[str, Any]:
    document: dict[str, Any] = inside("doctor", ".", *GPU, *more, "--format", "json", cwd=folder).json
    return document


def _errors(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["id"], each["path"]) for each in document["findings"] if each["severity"] == "error"]


def test_a_healthy_project_is_quiet(project: Path) -> None:
    (project / "requirements.txt").write_text("requests==2.32.0\n")
    ran = inside("doctor", ".", *GPU, cwd=project)
    assert ran.code == 0
    assert "what to do" not in ran.out
    assert "python    ./.venv (3.12), in the directory" in ran.out


def test_what_is_installed_is_judged_as_packages_and_not_as_files(project: Path) -> None:
    install(project / ".venv/lib/python3.12/site-packages", "old", _C=library("sm_70"))
    document = _doctor(project)
    assert [each["name"] for each in document["packages"]["with_code"]] == ["native", "old"]
    assert [id_ for id_, _ in _errors(document)] == ["no-runnable-code"]
    assert document["plan"][0]["why"].startswith("old 3.0 is a prebuilt package")


def test_a_pin_that_does_not_run_is_told_beside_a_healthy_environment(project: Path) -> None:
    (project / "requirements.txt").write_text("torch==2.6.0\n")
    document = _doctor(project)
    assert _errors(document) == [("wheel-cannot-run", "requirements.txt")]
    (step,) = document["plan"]
    assert "requirements.txt:1" in step["why"]
    assert "pip install" in step["command"]


def test_a_library_that_was_built_beside_the_environment_counts(project: Path) -> None:
    (project / "build").mkdir()
    (project / "build/mine.so").write_bytes(library("sm_80"))
    document = _doctor(project)
    assert _errors(document) == [("no-runnable-code", "./build/mine.so")]
    assert document["plan"][-1]["command"].startswith("cudacompat check")
    assert inside("doctor", ".", *GPU, cwd=project).code == 1


def test_a_folder_with_nothing_but_environments_is_them(project: Path) -> None:
    document = _doctor(project)
    assert _errors(document) == []
    assert inside("doctor", ".", *GPU, cwd=project).code == 0


def test_environments_are_told_by_what_is_in_them(project: Path) -> None:
    (project / "venv").mkdir()
    (project / "other/conda-meta").mkdir(parents=True)
    assert environments_in([str(project), str(project / ".venv/pyvenv.cfg"), "torch==2.6.0"]) == (
        str(project / ".venv"),
        str(project / "other"),
    )


HOME = Environment("/app/env", "./env", "3.12", found_via=BY_DIRECTORY, folders=("/app/env/lib",))


def _facts(*packages: Component) -> HostFacts:
    nothing = Missing("GPU", ()), Missing("driver", ())
    return HostFacts(*nothing, packages=packages, environments=(HOME,))


class TestOnePinTwice:
    """A pin that a step for the environment installs is written into the file, and not installed again."""

    PIN = PlanStep("x: install", "pip install a==2.0", pin=PinInFile("x", ("a==2.0",), "requirements.txt:1"))

    def _beside(self, own: str | None, *packages: Component) -> tuple[PlanStep, ...]:
        steps = (PlanStep("Install a 2.0", own),) if own is not None else ()
        return beside_packages(steps, (self.PIN,), _facts(*packages), homes=("env",))[len(steps) :]

    def test_the_tool_of_a_project_writes_it(self) -> None:
        assert self._beside("uv add a==2.0") == ()

    def test_a_list_has_it_written(self) -> None:
        (pin,) = self._beside("env/bin/python -m pip install a==2.0")
        assert (pin.why, pin.command) == ("x: write a==2.0 into requirements.txt:1", None)

    def test_what_is_there_already_has_it_written(self) -> None:
        (pin,) = self._beside(None, Component("A", "2.0", "/app/env/lib", ()))
        assert (pin.why, pin.command) == ("x: write a==2.0 into requirements.txt:1", None)

    def test_another_release_is_installed_into_the_environment(self) -> None:
        (pin,) = self._beside("env/bin/python -m pip install a==2.0.1")
        assert pin.command == "./env/bin/python -m pip install a==2.0"


def test_an_environment_without_packages_is_named_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "fresh/lib/python3.12/site-packages").mkdir(parents=True)
    (tmp_path / "fresh/pyvenv.cfg").write_text("version = 3.12.1\n")
    ran = inside("doctor", "--python", "fresh", *GPU, cwd=tmp_path)
    assert ran.code == 0
    assert "python    ./fresh (3.12), --python: no device code\n" in ran.out
