"""cudacompat as a library: small, lazy, typed, and as its page shows it."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cudacompat
from cudacompat import api
from tests.helpers.run import EXAMPLE, ROOT, inside

PAGE = ROOT / "docs" / "library.md"
PROGRAM = ROOT / "examples" / "library" / "gate.py"


def test_the_page_shows_what_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = doctest.testfile(str(PAGE), module_relative=False)
    assert done.failed == 0
    assert done.attempted > 10


def test_every_function_is_on_the_page() -> None:
    text = PAGE.read_text()
    functions = [name for name in api.__all__ if inspect.isfunction(getattr(api, name))]
    assert len(functions) == 6
    assert all(f"cudacompat.{name}(" in text or f"`{name}`" in text for name in functions)


def test_the_package_has_the_names_of_the_api() -> None:
    assert sorted(cudacompat.__all__) == sorted([*api.__all__, "__version__"])
    assert all(getattr(cudacompat, name) is not None for name in cudacompat.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        cudacompat.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_importing_it_loads_nothing(tmp_path: Path) -> None:
    code = "import sys; before = set(sys.modules); import cudacompat; print(sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.strip() == "['cudacompat']"


def test_public_values_are_frozen_and_documented() -> None:
    classes = [getattr(api, name) for name in api.__all__ if inspect.isclass(getattr(api, name))]
    values = [each for each in classes if dataclasses.is_dataclass(each)]
    assert len(values) == 12
    assert all(each.__dataclass_params__.frozen and each.__doc__ for each in values)


@pytest.mark.parametrize("spec", ["12.0", "8.6", "5.2", "5.0"])
def test_it_agrees_with_the_command(spec: str) -> None:
    result = cudacompat.check([EXAMPLE], [spec])
    ran = inside("check", EXAMPLE, "--gpu", spec, "--format", "json", "--no-config")
    assert result.exit_code == ran.code
    assert [each.outcome for each in result.verdicts] == [
        verdict["outcome"] for artifact in ran.json["artifacts"] for verdict in artifact["verdicts"]
    ]
    assert [each.message for each in result.findings] == [each["message"] for each in ran.json["findings"]]
    artifact = cudacompat.inspect_path(EXAMPLE).artifacts[0]
    assert cudacompat.judge(artifact, spec) == result.verdicts[0]


def test_without_kernels_nothing_is_called_good() -> None:
    artifact = cudacompat.inspect_path(EXAMPLE, kernels=False).artifacts[0]
    verdict = cudacompat.judge(artifact, "12.0")
    assert verdict is not None
    assert (verdict.outcome, verdict.runs) == ("undecided", False)


@pytest.mark.parametrize("gpus", ["12.0", []], ids=["a-string", "none"])
def test_gpus_are_a_list(gpus: object) -> None:
    with pytest.raises(cudacompat.CudacompatError, match="a list with at least one GPU"):
        cudacompat.check([EXAMPLE], gpus)  # type: ignore[arg-type]


def test_what_is_not_on_the_disk_is_an_error_and_is_not_fetched() -> None:
    for name in ("torch", "torch==2.6.0", "https://127.0.0.1:9/a.whl", "gone\nfile"):
        with pytest.raises(cudacompat.CudacompatError, match="no such file or directory"):
            cudacompat.check([name], ["8.6"])
        with pytest.raises(cudacompat.CudacompatError, match="no such file or directory"):
            cudacompat.inspect_path(name)
    with pytest.raises(cudacompat.CudacompatError, match="a list of paths"):
        cudacompat.check(EXAMPLE, ["8.6"])  # type: ignore[arg-type]


def test_a_value_of_another_type_is_an_error_of_the_caller() -> None:
    any_: Any = cudacompat
    (artifact, *_) = cudacompat.inspect_path(EXAMPLE).artifacts
    calls: list[Callable[[], object]] = [
        lambda: any_.judge(artifact, 12.0),
        lambda: any_.judge(str(EXAMPLE), "12.0"),
        lambda: any_.check([EXAMPLE], [5.2]),
        lambda: any_.inspect_path(None),
    ]
    for call in calls:
        with pytest.raises(cudacompat.CudacompatError):
            call()


def test_a_driver_may_be_a_number() -> None:
    artifact = cudacompat.inspect_path(EXAMPLE).artifacts[0]
    assert cudacompat.judge(artifact, "5.2", driver=570) == cudacompat.judge(artifact, "5.2", driver="570")


def test_the_example_program_fails_where_there_is_nothing_to_judge(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, PROGRAM, tmp_path, "8.6"], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, "no device code" in done.stdout) == (1, True)


@pytest.mark.parametrize(("spec", "code"), [("5.2", 0), ("5.0", 1), ("nothing", 2)])
def test_the_example_program_runs(spec: str, code: int) -> None:
    done = subprocess.run([sys.executable, PROGRAM, EXAMPLE, spec], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == code, done.stderr


def test_a_users_program_is_typed(tmp_path: Path) -> None:
    """`mypy --strict` accepts the program, and sees a wrong use of each kind."""
    shutil.copy(PROGRAM, tmp_path / "right.py")
    (tmp_path / "wrong.py").write_text(
        "import cudacompat\n"
        "cudacompat.judge(1, '12.0')\n"
        "cudacompat.check(['x'], ['12.0'], require='fast')\n"
        "cudacompat.inspect_path('x').artifacts[0].path = 'y'\n"
        "number: int = cudacompat.find_gpus()[0].name\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path / "cache")]
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    runs = [
        subprocess.run([*command, name], capture_output=True, text=True, cwd=tmp_path, env=environment)
        for name in ("right.py", "wrong.py")
    ]
    assert (runs[0].returncode, runs[0].stdout) == (0, "")
    lines = [line.split(":")[1] for line in runs[1].stdout.splitlines() if line.startswith("wrong.py")]
    assert lines == ["2", "3", "4", "5"]


def test_the_types_are_shipped() -> None:
    assert (ROOT / "cudacompat" / "py.typed").is_file()
