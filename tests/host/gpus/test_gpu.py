"""On a machine with a GPU: its three sources agree with each other. Elsewhere these tests skip."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.machine.facts import Found
from cudacompat.host.gpus import libcuda, nvml, pci, smi
from cudacompat.host.gpus.driver import driver, kernel_module
from cudacompat.host.snapshot import snapshot
from tests.helpers.fits import assert_fits
from tests.host.test_facts import saved, schema

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not Path("/dev/nvidiactl").exists(), reason="no NVIDIA driver here"),
]


def test_nvml_nvidia_smi_and_libcuda_list_the_same_gpus() -> None:
    by_nvml, by_smi, by_libcuda = nvml.gpus(), smi.gpus(), libcuda.gpus()
    assert isinstance(by_nvml, Found)
    assert isinstance(by_smi, Found)
    assert isinstance(by_libcuda, Found)
    assert [(g.index, g.name, g.capability, g.uuid, g.pci_id) for g in by_nvml.value] == [
        (g.index, g.name, g.capability, g.uuid, g.pci_id) for g in by_smi.value
    ]
    assert [(g.memory_bytes or 0) >> 20 for g in by_nvml.value] == [(g.memory_bytes or 0) >> 20 for g in by_smi.value]
    assert [(g.index, g.name, g.capability) for g in by_libcuda.value] == [
        (g.index, g.name, g.capability) for g in by_nvml.value
    ]


def test_the_tables_know_them() -> None:
    found = nvml.gpus()
    assert isinstance(found, Found)
    for gpu in found.value:
        assert gpu.pci_id is not None
        assert resolve(gpu.pci_id).capability == gpu.capability


def test_the_sources_of_the_driver_agree() -> None:
    by_nvml, by_smi, module, version = nvml.driver(), smi.driver(), kernel_module(), libcuda.version()
    assert isinstance(by_nvml, Found)
    assert isinstance(by_smi, Found)
    assert isinstance(version, Found)
    assert by_nvml.value == by_smi.value
    assert by_nvml.value.cuda == version.value
    if isinstance(module, Found):  # WSL and some containers do not show it
        assert module.value.release == by_nvml.value.release
    assert isinstance(driver(), Found)


def test_the_snapshot_holds_them() -> None:
    facts = snapshot()
    assert_fits(saved(facts), schema())
    assert facts.gpus == nvml.gpus()
    assert facts.driver == driver()
    if pci.cards():
        assert set(facts.pci_cards) >= {gpu.pci_id for gpu in facts.gpus.value if gpu.pci_id}  # type: ignore[union-attr]
