"""The driver's own library, loaded in a process of its own: one compiled here that answers, fails, hangs or crashes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.domain.machine.facts import Found, Missing
from cudacompat.host.gpus import libcuda
from cudacompat.places.roots import Roots
from tests.helpers.machine import library

SOURCE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int number(const char *name, int otherwise) { char *v = getenv(name); return v ? atoi(v) : otherwise; }
int cuDriverGetVersion(int *v) {
    if (number("NOISE", 0)) { printf("a library that talks"); if (number("NOISE", 0) == 2) fflush(stdout); }
    if (number("CRASH", 0)) abort();
    while (number("HANG", 0)) ;
    *v = 13000; return number("VERSION_ERROR", 0); }
int cuInit(unsigned flags) { return number("INIT", 0); }
int cuDeviceGetCount(int *n) { *n = getenv("CUDA_VISIBLE_DEVICES") ? 0 : number("COUNT", 2); return 0; }
int cuDeviceGet(int *d, int i) { *d = i; return 0; }
int cuDeviceGetName(char *s, int n, int d) { strncpy(s, d ? "Orin" : "NVIDIA GeForce RTX 5070 Ti", n); return 0; }
int cuDeviceGetPCIBusId(char *s, int n, int d) { strncpy(s, d ? "" : "ffff:01:00.0", n); return 0; }
int cuDeviceTotalMem_v2(size_t *n, int d) { *n = d ? 0 : (size_t)16 << 30; return 0; }
int cuDeviceGetAttribute(int *v, int a, int d) {
    if (a != 75 && a != 76) return 1;
    *v = a == 75 ? (d ? 8 : 12) : (d ? 7 : 0); return d == number("MUTE", -1) ? 1 : 0; }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return library(tmp_path_factory.mktemp("libcuda"), libcuda.LIBRARY, SOURCE).parent


@pytest.fixture
def machine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("LD_LIBRARY_PATH", str(folder))
    return monkeypatch


def why(said: object) -> str:
    assert isinstance(said, Missing)
    (tried,) = said.tried
    return tried


def test_version(machine: pytest.MonkeyPatch) -> None:
    found = libcuda.version()
    assert isinstance(found, Found)
    assert (str(found.value), found.found_via) == ("13.0", libcuda.LIBRARY)


@pytest.mark.parametrize("hidden", [None, "", "0"])
def test_gpus_whatever_is_visible(machine: pytest.MonkeyPatch, hidden: str | None) -> None:
    if hidden is not None:
        machine.setenv("CUDA_VISIBLE_DEVICES", hidden)
    found = libcuda.gpus()
    assert isinstance(found, Found)
    assert [(gpu.index, gpu.name, str(gpu.capability), gpu.pci_id, gpu.memory_bytes) for gpu in found.value] == [
        (0, "NVIDIA GeForce RTX 5070 Ti", "12.0", None, 16 << 30),
        (1, "Orin", "8.7", None, None),
    ]


def test_the_pci_id_is_the_bus_s(machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
    card = tmp_path / "sys/bus/pci/devices/ffff:01:00.0"
    card.mkdir(parents=True)
    (card / "vendor").write_text("0x10de\n")
    (card / "device").write_text("0x2c05\n")
    found = libcuda.gpus(Roots.under(tmp_path, {}))
    assert isinstance(found, Found)
    assert [gpu.pci_id for gpu in found.value] == ["10de:2c05", None]


def test_a_gpu_without_a_capability_is_left_out(machine: pytest.MonkeyPatch) -> None:
    machine.setenv("MUTE", "0")
    found = libcuda.gpus()
    assert isinstance(found, Found)
    assert [(gpu.index, gpu.name) for gpu in found.value] == [(1, "Orin")]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (34, "it is the toolkit's stub, not a driver"),
        (100, "it sees no GPU"),
        (
            803,
            "driver/library version mismatch: the driver was updated while it ran; reboot or reload the driver",
        ),
        (701, "cuInit: error 701"),
    ],
)
def test_cuda_that_does_not_start(machine: pytest.MonkeyPatch, error: int, reason: str) -> None:
    machine.setenv("INIT", str(error))
    assert why(libcuda.gpus()) == f"{libcuda.LIBRARY} ({reason})"


def test_no_gpu(machine: pytest.MonkeyPatch) -> None:
    machine.setenv("COUNT", "0")
    assert why(libcuda.gpus()) == f"{libcuda.LIBRARY} (it sees no GPU)"


def test_a_stub_says_no_version(machine: pytest.MonkeyPatch) -> None:
    machine.setenv("VERSION_ERROR", "34")
    assert why(libcuda.version()) == f"{libcuda.LIBRARY} (it says no version)"


def test_a_library_that_crashes(machine: pytest.MonkeyPatch) -> None:
    machine.setenv("CRASH", "1")
    assert why(libcuda.version()) == f"{libcuda.LIBRARY} (loading it: killed by SIGABRT)"


def test_a_library_that_hangs(machine: pytest.MonkeyPatch) -> None:
    machine.setenv("HANG", "1")
    machine.setattr(libcuda, "_TIMEOUT_S", 1.0)
    assert why(libcuda.version()) == f"{libcuda.LIBRARY} (loading it: no answer within 1 s)"


@pytest.mark.parametrize("when", ["1", "2"])
def test_a_library_that_talks(machine: pytest.MonkeyPatch, when: str) -> None:
    machine.setenv("NOISE", when)
    found = libcuda.version()
    assert isinstance(found, Found)
    assert str(found.value) == "13.0"


def test_a_file_that_is_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / libcuda.LIBRARY).write_bytes(b"")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    assert "file too short" in why(libcuda.version())


def test_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if Path("/dev/nvidiactl").exists():
        pytest.skip("a driver is here")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    assert why(libcuda.version()) == f"{libcuda.LIBRARY} (not found)"
    assert why(libcuda.gpus()) == f"{libcuda.LIBRARY} (not found)"
