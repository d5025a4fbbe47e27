"""NVML through NVIDIA's own bindings, on a library that answers as an H200's did, or fails as told.

The library is compiled here from the recorded answers and loaded by the real bindings, in a process of its own: the
loader reads its search path once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cudacompat.domain.machine.facts import Found
from cudacompat.host.gpus import nvml, smi
from tests.helpers.machine import library, recorded
from tests.helpers.run import ROOT

# What the driver answers; the environment says what goes wrong. Error numbers are those of nvml.h.
SOURCE = r"""
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
typedef struct { char legacy[16]; unsigned domain, bus, device, id, subsystem; char bus_id[32]; } Pci;
typedef struct { unsigned long long total, free, used; } Memory;
static int number(const char *name, int otherwise) { char *v = getenv(name); return v ? atoi(v) : otherwise; }
static int failing(void *h, const char *name) { int lost = number(name, -1); return lost == (int)(long)h - 1; }
static const char *text(const char *name, const char *otherwise) { char *v = getenv(name); return v ? v : otherwise; }
static int every(const char *name) { return number(name, 0); }
static void trouble(void *h, const char *hangs, const char *crashes) {
    while (failing(h, hangs) || (every("EVERY_HANGS") && hangs[0] == 'H')) sleep(1); if (failing(h, crashes)) abort(); }
int nvmlInitWithFlags(unsigned f) { trouble((void *)1, "INIT_HANGS", "INIT_CRASHES"); return number("INIT", 0); }
int nvmlShutdown(void) { return 0; }
const char *nvmlErrorString(int e) { return "an error in NVML's words"; }
int nvmlDeviceGetCount_v2(unsigned *n) { *n = number("COUNT", 1); return number("COUNT_ERROR", 0); }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **h) {
    *h = (void *)(long)(i + 1); trouble(*h, "HANGS", "CRASHES"); return failing(*h, "LOST") ? 15 : 0; }
int nvmlDeviceGetName(void *h, char *s, unsigned n) {
    if (failing(h, "NAMELESS")) return 999; strncpy(s, text("NAME", REC_NAME), n); return 0; }
int nvmlDeviceGetUUID(void *h, char *s, unsigned n) {
    if (failing(h, "NAMELESS")) return 3; strncpy(s, REC_UUID, n); return 0; }
int nvmlDeviceGetPciInfo_v3(void *h, Pci *p) {
    if (failing(h, "BUSLESS")) return 3; memset(p, 0, sizeof *p);
    p->id = strtoul(text("PCI", REC_PCI), 0, 0); return 0; }
int nvmlDeviceGetMemoryInfo(void *h, Memory *m) {
    if (failing(h, "MEMORYLESS")) return 3; m->total = REC_MEMORY; return 0; }
#ifndef ANCIENT
int nvmlDeviceGetCudaComputeCapability(void *h, int *a, int *b) {
    if (failing(h, "MUTE")) return 3; *a = REC_MAJOR; *b = REC_MINOR; return 0; }
int nvmlSystemGetCudaDriverVersion_v2(int *v) { *v = number("CUDA", REC_CUDA); return number("CUDA_ERROR", 0); }
#endif
int nvmlSystemGetCudaDriverVersion(int *v) { *v = REC_CUDA; return number("CUDA_ERROR", 0); }
int nvmlSystemGetDriverVersion(char *s, unsigned n) {
    strncpy(s, text("DRIVER", REC_DRIVER), n); return number("DRIVER_ERROR", 0); }
"""

ASK = """
import json
from cudacompat.domain.machine.facts import HostFacts
from cudacompat.domain.machine.saved_facts import to_json
import os
from cudacompat.host.gpus import nvml
nvml._FIRST_S = float(os.environ.get("LIMIT", nvml._FIRST_S))
document = to_json(HostFacts(nvml.gpus(), nvml.driver()))
print(json.dumps({"gpus": document["gpus"], "driver": document["driver"]}))
"""

Ask = Callable[..., dict[str, Any]]
SILENT = "no answer within 1 s"


def answers() -> dict[str, object]:
    said = json.loads(recorded("nvml.json"))
    (device,) = said["devices"]
    return {
        "REC_NAME": json.dumps(device["nvmlDeviceGetName"]),
        "REC_UUID": json.dumps(device["nvmlDeviceGetUUID"]),
        "REC_PCI": json.dumps(str(device["nvmlDeviceGetPciInfo"]["pciDeviceId"])),
        "REC_MEMORY": f"{device['nvmlDeviceGetMemoryInfo']['total']}ull",
        "REC_MAJOR": device["nvmlDeviceGetCudaComputeCapability"][0],
        "REC_MINOR": device["nvmlDeviceGetCudaComputeCapability"][1],
        "REC_CUDA": said["system"]["nvmlSystemGetCudaDriverVersion_v2"],
        "REC_DRIVER": json.dumps(said["system"]["nvmlSystemGetDriverVersion"]),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nvml")
    library(folder, "libnvidia-ml.so.1", SOURCE, answers())
    library(folder / "ancient", "libnvidia-ml.so.1", SOURCE, {**answers(), "ANCIENT": 1})
    library(folder / "other", "libnvidia-ml.so.1", "int something_else(void) { return 0; }")
    return folder


@pytest.fixture
def ask(folder: Path) -> Ask:
    def asked(place: str = "", **variables: object) -> dict[str, Any]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CUDA")}
        environment |= {"LD_LIBRARY_PATH": str(folder / place), "PYTHONPATH": str(ROOT)}
        environment |= {name: str(value) for name, value in variables.items()}
        done = subprocess.run(
            [sys.executable, "-c", ASK], capture_output=True, text=True, env=environment, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    return asked


def names(said: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(gpu["index"], gpu["name"], gpu["compute_capability"]) for gpu in said["gpus"]["value"]]


def test_the_recorded_gpu_and_driver(ask: Ask) -> None:
    gpu = {"index": 0, "name": "NVIDIA H200", "compute_capability": "9.0", "pci_id": "10de:2335"}
    more = {"bus_id": None, "mig": None, "visible": True}
    assert ask() == {
        "gpus": {"found_via": "NVML", "value": [{**gpu, "memory_bytes": 150754820096, **more}]},
        "driver": {"found_via": "NVML", "value": {"release": "580.159.04", "cuda": "13.0", "kernel_module": None}},
    }


def test_it_agrees_with_nvidia_smi_of_the_same_machine(ask: Ask) -> None:
    found = smi.parse_gpus(recorded("nvidia-smi-query.csv"))
    assert isinstance(found, Found)
    (said,) = ask()["gpus"]["value"]
    (gpu,) = found.value
    assert (said["name"], said["pci_id"], said["memory_bytes"]) == (gpu.name, gpu.pci_id, gpu.memory_bytes)


def test_cuda_visible_devices_hides_nothing(ask: Ask) -> None:
    assert len(names(ask(CUDA_VISIBLE_DEVICES="", COUNT=4))) == 4


def test_a_lost_gpu_is_named_and_the_others_stay(ask: Ask) -> None:
    said = ask(COUNT=3, LOST=1)
    assert [index for index, _, _ in names(said)] == [0, 2]
    assert said["gpus"]["found_via"] == "NVML, but GPU 1: the GPU has fallen off the bus: reboot"


def test_all_lost(ask: Ask) -> None:
    said = ask(LOST=0)["gpus"]
    assert said == {"missing": "GPU", "tried": ["NVML (GPU 0: the GPU has fallen off the bus: reboot)"]}


def test_a_capability_that_is_not_told_comes_from_the_pci_id(ask: Ask) -> None:
    assert names(ask(MUTE=0)) == [(0, "NVIDIA H200", "9.0")]
    assert names(ask(MUTE=0, PCI="0x2C0510DE")) == [(0, "NVIDIA H200", "12.0")]


def test_nothing_is_guessed_for_an_unknown_card(ask: Ask) -> None:
    for variables in ({"PCI": "0xFFFF10DE"}, {"BUSLESS": 0}):
        said = ask(COUNT=2, MUTE=0, **variables)
        assert [index for index, _, _ in names(said)] == [1]
        assert said["gpus"]["found_via"].startswith("NVML, but GPU 0: ")


def test_what_else_is_not_told_is_left_open(ask: Ask) -> None:
    said = ask(NAMELESS=0, MEMORYLESS=0)["gpus"]["value"]
    assert [(gpu["name"], gpu["memory_bytes"]) for gpu in said] == [("NVIDIA GPU", None)]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (4, "no permission to use the driver"),
        (9, "the driver's kernel module is not loaded"),
        (18, "driver/library version mismatch: the driver was updated while it ran; reboot or reload the driver"),
        (77, "an error in NVML's words"),
    ],
)
def test_nvml_that_does_not_open(ask: Ask, error: int, reason: str) -> None:
    said = ask(INIT=error)
    assert said["gpus"] == {"missing": "GPU", "tried": [f"NVML ({reason})"]}
    assert said["driver"] == {"missing": "driver", "tried": [f"NVML ({reason})"]}


def test_none_listed(ask: Ask) -> None:
    assert ask(COUNT=0)["gpus"] == {"missing": "GPU", "tried": ["NVML (it lists none)"]}
    assert ask(COUNT_ERROR=77)["gpus"]["tried"] == ["NVML (an error in NVML's words)"]


def test_half_a_driver(ask: Ask) -> None:
    assert ask(CUDA_ERROR=999)["driver"]["value"] == {"release": "580.159.04", "cuda": None, "kernel_module": None}
    assert ask(DRIVER="what?")["driver"]["value"] == {"release": None, "cuda": "13.0", "kernel_module": None}
    assert ask(DRIVER_ERROR=3, CUDA_ERROR=3)["driver"]["tried"] == ["NVML (it says no version)"]


def test_a_library_of_drivers_before_the_capability(ask: Ask) -> None:
    said = ask("ancient")
    assert names(said) == [(0, "NVIDIA H200", "9.0")]
    assert said["driver"]["value"]["cuda"] == "13.0"


def test_a_library_that_is_not_nvml(ask: Ask) -> None:
    said = ask("other")
    assert said["gpus"]["missing"] == "GPU"
    assert said["driver"]["missing"] == "driver"


def test_no_library(ask: Ask) -> None:
    if Path("/dev/nvidiactl").exists():
        pytest.skip("a driver is here")
    assert ask("nowhere")["gpus"]["tried"] == ["NVML (libnvidia-ml not found: no driver here)"]


def test_a_name_that_is_not_utf_8_is_no_crash(ask: Ask) -> None:
    said = ask(COUNT=2, NAME=os.fsdecode(b"H\xff200"))
    assert names(said) == [(0, "H\ufffd200", "9.0"), (1, "H\ufffd200", "9.0")]


@pytest.mark.parametrize(
    ("trouble", "why"), [("CRASHES", "killed by SIGABRT"), ("HANGS", "no answer within 3 s")], ids=["crash", "hang"]
)
def test_a_gpu_in_trouble_costs_neither_the_others_nor_this_process(ask: Ask, trouble: str, why: str) -> None:
    said = ask(COUNT=3, **{trouble: 1})
    assert [index for index, _, _ in names(said)] == [0, 2]
    assert said["gpus"]["found_via"] == f"NVML, but GPU 1: {why}"
    assert said["driver"]["value"]["release"] == "580.159.04"


def test_two_gpus_that_hang_cost_two_waits(ask: Ask) -> None:
    said = ask(COUNT=4, HANGS=1, LIMIT=1)
    assert [index for index, _, _ in names(said)] == [0, 2, 3]
    every = ask(COUNT=3, EVERY_HANGS=1, LIMIT=1)["gpus"]["tried"]
    assert every == [f"NVML (GPU 0: {SILENT}; GPU 1: {SILENT}; GPU 2: not asked)"]


@pytest.mark.parametrize(
    ("trouble", "why"), [("INIT_CRASHES", "killed by SIGABRT"), ("INIT_HANGS", "no answer within 3 s")]
)
def test_a_library_in_trouble_is_missing_with_the_reason(ask: Ask, trouble: str, why: str) -> None:
    said = ask(**{trouble: 0})
    assert said["gpus"] == {"missing": "GPU", "tried": [f"NVML ({why})"]}
    assert said["driver"] == {"missing": "driver", "tried": [f"NVML ({why})"]}


def test_a_wedged_driver_costs_the_snapshot_three_seconds(folder: Path) -> None:
    code = (
        "import time; from cudacompat.host.gpus import probe, driver\n"
        "started = time.monotonic(); print(probe.gpus(), driver.driver(), round(time.monotonic() - started, 1))"
    )
    environment = {**os.environ, "LD_LIBRARY_PATH": str(folder), "PYTHONPATH": str(ROOT), "INIT_HANGS": "0"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.count("NVML (no answer within 3 s)") == 2
    assert done.stdout.count("not asked: they wait for the same driver") == 2
    assert 6 <= float(done.stdout.split()[-1]) < 12  # one after the other here, at the same time in a snapshot


@pytest.mark.parametrize(
    ("number", "text"), [(13000, "13.0"), (12080, "12.8"), (11040, "11.4"), (9020, "9.2"), (13050, "13.5")]
)
def test_cuda_versions_as_numbers(number: int, text: str) -> None:
    assert str(nvml.cuda_version_of(number)) == text


@pytest.mark.parametrize(("number", "id_"), [(0x233510DE, "10de:2335"), (0x000110DE, "10de:0001"), (0x46808086, None)])
def test_pci_ids_as_numbers(number: int, id_: str | None) -> None:
    assert nvml.pci_id_of(number) == id_
