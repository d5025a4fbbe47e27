"""The pasted output of torch.utils.collect_env, and a warning of PyTorch's of which the log has one line."""

from __future__ import annotations

import pytest

from tests.domain.logs.test_catalogue import read


def _environment(version: str, *gpus: str, available: bool = True, driver: str = "580.95.05") -> str:
    listed = [f"{'GPU models and configuration: ' if n == 0 else ''}GPU {n}: {gpu}" for n, gpu in enumerate(gpus)]
    lines = (
        "Collecting environment information...",
        f"PyTorch version: {version}",
        "Is debug build: False",
    )
    more = (f"Is CUDA available: {available}", *listed, f"Nvidia driver version: {driver}", "cuDNN version: 9.1.0")
    return "\n".join((*lines, *more)) + "\n"


def _causes(log: str) -> tuple[list[str], int]:
    report = read(log)
    return [match.signature.id for match in report.matches], report.exit_code


NEW, OLD = "NVIDIA GeForce RTX 5090", "NVIDIA GeForce RTX 3090"


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        pytest.param(_environment("2.5.1+cu124", NEW), (["environment-lacks-gpu"], 1), id="no-code-for-the-gpu"),
        pytest.param(_environment("2.5.1+cu124", OLD), ([], 0), id="code-for-the-gpu"),
        pytest.param(_environment("2.5.1+cu124", OLD, NEW), ([], 0), id="one-of-two-gpus-is-served"),
        pytest.param(_environment("2.5.1", NEW), ([], 0), id="conda-s-version-tells-no-build"),
        pytest.param(_environment("2.7.1+cpu", NEW, available=False), (["environment-cpu-build"], 1), id="cpu-build"),
        pytest.param(_environment("2.7.1+cpu", available=False), ([], 0), id="cpu-build-without-a-gpu"),
        pytest.param(
            _environment("2.9.1+cu130", OLD, available=False, driver="570.86.16"),
            (["environment-driver-too-old"], 1),
            id="old-driver",
        ),
        pytest.param(
            _environment("2.9.1+cu130", OLD, driver="570.86.16"), ([], 0), id="old-driver-with-forward-compatibility"
        ),
        pytest.param(
            _environment("2.9.1+cu128", OLD, available=False), (["environment-unavailable"], 0), id="not-available"
        ),
    ],
)
def test_an_environment_is_judged_alone(log: str, expected: tuple[list[str], int]) -> None:
    assert _causes(log) == expected


def test_an_error_of_the_log_is_its_cause_and_not_the_environment() -> None:
    log = _environment("2.5.1+cu124", NEW) + "libcuda.so.1: cannot open shared object file: No such file or directory\n"
    assert _causes(log)[0] == ["libcuda-missing"]


def test_the_cure_is_a_wheel_for_the_gpu() -> None:
    [match] = read(_environment("2.5.1+cu124", NEW)).matches
    assert match.command is not None
    assert match.command.startswith('pip install "torch==')
    assert "RTX 5090" in match.title


def test_a_warning_cut_after_its_first_line_names_the_gpu() -> None:
    [match] = read("    Found GPU0 Tesla K80 which is of cuda capability 3.7.\n").matches
    assert match.signature.id == "framework-names-gpu"
    assert "Tesla K80" in match.title
