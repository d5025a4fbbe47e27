"""Logs of Windows: the driver and the system that they name, the words of their cures, and paths in them."""

from __future__ import annotations

from pathlib import Path

from cudacompat.domain.logs.text import sublines
from tests.helpers.each_row import each_case
from tests.helpers.run import inside

NO_CODE = (
    "NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current PyTorch installation.\n"
)
WINDOWS = "C:\\app\\venv\\Lib\\site-packages\\torch\\cuda\\__init__.py:235: UserWarning:\n"
SMI = "| NVIDIA-SMI {0}      Driver Version: {0}     CUDA Version: 12.8     |\n"


def explained(tmp_path: Path, text: str, *options: str) -> str:
    log = tmp_path / "a.log"
    log.write_text(text)
    return inside("explain", log, *options).out


@each_case(
    ("driver", "path", "pin"),
    [
        ("572.16", WINDOWS, "https://download.pytorch.org/whl/cu128"),
        ("570.86.10", "", "https://download.pytorch.org/whl/cu128"),
        ("581.80", WINDOWS, "https://download.pytorch.org/whl/cu132"),
    ],
)
def test_the_cure_runs_with_the_driver_in_the_log(tmp_path: Path, driver: str, path: str, pin: str) -> None:
    said = explained(tmp_path, SMI.format(driver) + path + NO_CODE)
    assert pin in said


def test_the_number_of_the_drivers_cuda_is_enough(tmp_path: Path) -> None:
    text = "RuntimeError: The NVIDIA driver on your system is too old (found version 12010). Please update\n"
    assert "/whl/cu126" in explained(tmp_path, text, "--gpu", "RTX 3060")
    assert "/whl/cu118" in explained(tmp_path, text.replace("12010", "11040"), "--gpu", "RTX 3060")


def test_cures_are_in_words_of_the_system(tmp_path: Path) -> None:
    missing = "RuntimeError: Library {} is not found or cannot be loaded\n"
    windows = explained(tmp_path, missing.format("cublas64_12.dll"))
    assert "LD_LIBRARY_PATH" not in windows
    assert 'pip install nvidia-cublas-cu12 "nvidia-cudnn-cu12==9.*"' in windows
    linux = explained(tmp_path, missing.format("libcublas.so.12"))
    assert "LD_LIBRARY_PATH" in linux
    assert "'nvidia-cudnn-cu12==9.*'" in linux


def test_triton_of_windows_has_another_name(tmp_path: Path) -> None:
    line = "torch._inductor.exc.TritonMissing: Cannot find a working triton installation.\n"
    assert "pip install triton-windows" in explained(tmp_path, 'File "C:\\app\\run.py", line 1\nX.dll"\n' + line)
    assert "pip install triton\n" in explained(tmp_path, line)


@each_case(
    ("raw", "lines"),
    [
        (r'{"msg": C:\CUDA\v12.8\bin\nvcc.exe\" failed', [r'{"msg": C:\CUDA\v12.8\bin\nvcc.exe" failed']),
        (r'{"msg": C:\\CUDA\\bin\\nvcc.exe\nnext', [r'{"msg": C:\CUDA\bin\nvcc.exe', "next"]),
        (r'{"msg": D:\tools\torch\run.py\" x', [r'{"msg": D:\tools\torch\run.py" x']),
        (r'{"msg": one\ntwo', ['{"msg": one', "two"]),
        (r'{"msg": error:\nnext', ['{"msg": error:', "next"]),
    ],
)
def test_paths_of_windows_are_not_taken_for_line_ends(raw: str, lines: list[str]) -> None:
    assert sublines(raw) == lines


def test_a_long_line_of_backslashes_costs_little() -> None:
    assert sublines('{"' + "C:\\a" * 40_000)
    assert sublines('{"C:\\' + "a\\b" * 40_000)
