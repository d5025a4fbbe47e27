"""Asking a driver to load modules: the process apart, what happens when it crashes, hangs, or is no driver.

The driver here is a library compiled for the test that answers as the bytes it is given say; the real one is asked in
tests/app/test_verify_gpu.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.host.gpus import driver_api
from cudacompat.host.gpus.driver_api import DriverSilentError, LoadRequest
from tests.helpers.machine import library

SOURCE = r"""
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <stdio.h>
static int lost = 0;
int cuInit(unsigned f) { puts("a driver may print {\"number\": 0}"); fflush(stdout); return INIT; }
int cuDeviceGet(int *d, int n) { *d = n; return n < 2 ? 0 : 101; }
int cuDevicePrimaryCtxRetain(void **c, int d) { *c = (void *)1; return 0; }
int cuCtxSetCurrent(void *c) { return 0; }
int cuCtxSynchronize(void) { return lost; }
int cuModuleLoadData(void **m, const char *data) {
    if (!strncmp(data, "crash", 5)) abort();
    if (!strncmp(data, "hang", 4)) sleep(600);
    if (!strncmp(data, "lose", 4)) lost = 700;
    if (getenv("CUDA_CACHE_DISABLE") == 0) return 999;
    if (getenv("CUDA_VISIBLE_DEVICES") != 0) return 998;
    *m = (void *)1;
    return atoi(data);
}
int cuModuleUnload(void *m) { return 0; }
int cuModuleGetFunction(void **f, void *m, const char *name) { return strncmp(name, "missing", 7) ? 0 : 500; }
int cuGetErrorName(int code, const char **name) {
    *name = code == 209 ? "CUDA_ERROR_NO_BINARY_FOR_GPU" : code == 500 ? "CUDA_ERROR_NOT_FOUND" : 0; return 0; }
"""


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(library(tmp_path_factory.mktemp("driver"), "libcuda.so.1", SOURCE, {"INIT": 0}))


def request_of(folder: Path, *contents: str, kernels: tuple[str, ...] = ("a", "b")) -> list[LoadRequest]:
    file = folder / "modules"
    file.write_text("".join(text.ljust(16, "\0") for text in contents))
    return [LoadRequest(str(file), 16 * index, 16, kernels) for index in range(len(contents))]


def test_each_module_has_its_answer(tmp_path: Path, driver: str) -> None:
    answers = driver_api.load(request_of(tmp_path, "0", "209", "0"), 0, library=driver)
    assert [(a.load, a.asked, a.refused) for a in answers] == [(0, 2, ()), (209, 0, ()), (0, 2, ())]
    assert answers[1].named(209) == "209 (CUDA_ERROR_NO_BINARY_FOR_GPU)"


def test_kernels_that_are_not_found_are_named(tmp_path: Path, driver: str) -> None:
    kernels = ("a", "missing1", "b", "missing2")
    (answer,) = driver_api.load(request_of(tmp_path, "0", kernels=kernels), 0, library=driver)
    assert (answer.load, answer.asked) == (0, 4)
    assert answer.refused == (("missing1", 500), ("missing2", 500))


def test_a_crash_costs_one_module(tmp_path: Path, driver: str) -> None:
    answers = driver_api.load(request_of(tmp_path, "0", "crash", "209", "crash"), 0, library=driver)
    assert [a.load for a in answers] == [0, None, 209, None]
    assert answers[1].why == "its process was ended by signal 6"


def test_a_hang_costs_its_time_and_one_module(tmp_path: Path, driver: str) -> None:
    answers = driver_api.load(request_of(tmp_path, "hang", "0"), 0, limit_s=1, library=driver)
    assert [(a.load, a.why) for a in answers] == [(None, "no answer within 1 s"), (0, None)]


def test_a_lost_context_does_not_spoil_the_next_answer(tmp_path: Path, driver: str) -> None:
    answers = driver_api.load(request_of(tmp_path, "lose", "0", "209"), 0, library=driver)
    assert [a.load for a in answers] == [0, 0, 209]


def test_a_file_that_shrank_is_not_loaded(tmp_path: Path, driver: str) -> None:
    requests = request_of(tmp_path, "0")
    (tmp_path / "modules").write_bytes(b"0")
    (answer,) = driver_api.load(requests, 0, library=driver)
    assert (answer.load, answer.why) == (None, "the file has changed")


def test_hidden_gpus_are_asked_all_the_same(tmp_path: Path, driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    (answer,) = driver_api.load(request_of(tmp_path, "0"), 1, library=driver)
    assert answer.load == 0


def test_no_driver_is_said(tmp_path: Path) -> None:
    with pytest.raises(DriverSilentError, match="cannot open shared object file"):
        driver_api.load(request_of(tmp_path, "0"), 0, library="libcuda-that-is-not-there.so")


def test_a_driver_that_does_not_come_up_is_said(tmp_path: Path) -> None:
    broken = library(tmp_path / "broken", "libcuda.so.1", SOURCE, {"INIT": 803})
    with pytest.raises(DriverSilentError, match="cuInit: error 803"):
        driver_api.load(request_of(tmp_path, "0"), 0, library=str(broken))


def test_a_gpu_that_is_not_there_is_said(tmp_path: Path, driver: str) -> None:
    with pytest.raises(DriverSilentError, match="cuDeviceGet: error 101"):
        driver_api.load(request_of(tmp_path, "0"), 7, library=driver)
