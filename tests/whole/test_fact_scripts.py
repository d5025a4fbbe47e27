"""The scripts that make facts of other people's documents: each on a few lines in that document's form."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tools import (
    fact_files,
    fetch_compute_capabilities,
    fetch_driver_branches,
    fetch_gpu_names,
    fetch_image_tags,
    fetch_pci_ids,
)

PCI_IDS = """\
#
#\tVersion: 2030.01.02
#
10dd  Enhanced
\t2c05  GB203 [Not NVIDIA's]
10de  NVIDIA Corporation
\t0008  NV1 [STG2000X-B Series]
\t040b  G84GLM [Quadro NVS 320M]
\t084c  C77 [nForce 780a/980a SLI]
# a comment in between
\t10f7  TU102 High Definition Audio Controller
\t1af1  GA100 [A100 NVSwitch]
\t1dbe  GV100 Engineering Sample
\t25a3  GA107
\t2757  AD103M / GN21-X11 [GeForce RTX 4090 Laptop GPU]
\t\t10de 1234  A subsystem [of it]
\t1cbb  GP107BM [Quadro P1000 Mobile]
\t3200  GB112
10df  Emulex Corporation
\t2c05  GB203 [Nor this]
"""
README = """\
# NVIDIA Linux Open GPU Kernel Module Source

version 610.43.02.

| Product Name                   | PCI ID         |
| ------------------------------ | -------------- |
| NVIDIA TITAN RTX               | 1E02           |
| NVIDIA GeForce RTX 2080 with Q | 1E90 1025 1375 |
"""
CAPABILITIES = """\
<table><thead><tr><th>Compute Capability</th><th>Data Center</th><th>Workstation/Consumer</th><th>Jetson</th></tr>
</thead>
<tbody><tr><td><strong>8.7</strong></td><td></td><td>&nbsp;</td><td><p>Jetson AGX Orin<br>Jetson Orin NX</p></td></tr>
<tr><td>12.0</td><td>NVIDIA RTX PRO 6000 Blackwell Server Edition</td>
<td>GeForce RTX 5090<br/>
GeForce RTX 5070&nbsp;Ti<br/></td><td></td></tr></tbody></table>
<table><tr><td>5.2</td><td>Tesla M60</td><td>GeForce GTX 980</td></tr><tr><td>Not a row</td></tr></table>
"""
HISTORY = """\
<table><thead><tr><th><p>PTX ISA Version</p></th><th><p>CUDA Release</p></th><th><p>Supported Targets</p></th></tr>
</thead>
<tbody><tr><td><p>PTX ISA 5.0</p></td><td><p>CUDA 8.0, driver r361</p></td>
<td><p><code><span>sm_{10,11}</span></code>, <code><span>sm_20</span></code></p></td></tr>
<tr><td rowspan="2"><p>PTX ISA 8.5</p></td><td><p>CUDA 12.5, driver r555</p></td>
<td rowspan="2"><p><code><span>sm_{10,11}</span></code>, <code><span>sm_20</span></code>,
<code><span>sm_{90,90a}</span></code></p></td></tr>
<tr><td><p>CUDA 12.6, driver r560</p></td></tr>
<tr><td><p>PTX ISA 8.6</p></td><td><p>CUDA 12.7</p></td>
<td><p><code><span>sm_20</span></code>, <code><span>sm_{90,90a}</span></code>,
<code><span>sm_{101a,101}</span></code></p></td></tr>
</tbody></table><table><tr><td>CUDA 1.0</td><td>of another table</td></tr></table>
"""
TAGS = {
    "next": None,
    "results": [
        {"name": "12.9.1-base-ubuntu24.04"},
        {"name": "99.1.2-devel-ubuntu26.04"},
        {"name": "99.1.2-cudnn-devel-ubuntu26.04"},
        {"name": "99.1.2-devel-rockylinux9"},
        {"name": "10.2-devel-ubuntu18.04"},
        {"name": "11.0.3-devel-ubuntu18.04"},
    ],
}


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    shutil.copytree(fact_files.FOLDER, tmp_path / "facts")
    return tmp_path / "facts"


def read(facts: Path, script: object, name: str, document: str) -> fact_files.Facts:
    """The facts of this name after the script has read the document."""
    path = facts.parent / "document"
    path.write_text(document, encoding="utf-8")
    arguments = ["--from", str(path), "--facts", str(facts)]
    assert script.main(arguments) == 0  # type: ignore[attr-defined]
    found = fact_files.read(name, facts)
    assert found["about"] == fact_files.read(name)["about"]
    return found


def test_pci_ids(facts: Path) -> None:
    found = read(facts, fetch_pci_ids, "pci_devices", PCI_IDS)
    assert found["version"] == "2030.01.02"
    assert found["devices"] == {
        "040b": {"chip": "G84", "cc": "1.1", "name": "Quadro NVS 320M"},
        "1cbb": {"chip": "GP107B", "cc": "6.1", "name": "Quadro P1000 Mobile"},
        "1dbe": {"chip": "GV100", "cc": "7.0", "name": None},
        "25a3": {"chip": "GA107", "cc": "8.6", "name": None},
        "2757": {"chip": "AD103", "cc": "8.9", "name": "GeForce RTX 4090 Laptop GPU"},
        "3200": {"chip": "GB112", "cc": "10.3", "name": None, "inferred": True},
    }


def test_names_by_device(facts: Path) -> None:
    found = read(facts, fetch_gpu_names, "gpu_names_open_kernel", README)
    assert found["version"] == "610.43.02"
    assert found["rows"] == [
        {"name": "NVIDIA TITAN RTX", "device": "1e02"},
        {"name": "NVIDIA GeForce RTX 2080 with Q", "device": "1e90", "subsystem": "1025:1375"},
    ]


def test_names_by_capability(facts: Path) -> None:
    found = read(facts, fetch_compute_capabilities, "gpu_names_official", CAPABILITIES)
    assert list(found["by_cc"].items()) == [
        ("12.0", ["NVIDIA RTX PRO 6000 Blackwell Server Edition", "GeForce RTX 5090", "GeForce RTX 5070 Ti"]),
        ("8.7", ["Jetson AGX Orin", "Jetson Orin NX"]),
        ("5.2", ["Tesla M60", "GeForce GTX 980"]),
    ]


def test_driver_branches(facts: Path) -> None:
    found = read(facts, fetch_driver_branches, "ptx_isa", HISTORY)
    assert [tuple(row.values()) for row in found["rows"]] == [
        ("8.5", "12.5", "r555", ["90", "90a"]),
        ("8.5", "12.6", "r560", []),
        ("8.6", "12.7", None, ["101", "101a"]),
    ]


def test_image_tags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.json"
    page.write_text(json.dumps(TAGS))
    assert fetch_image_tags.main(["--from", str(page)]) == 1
    assert capsys.readouterr().out == "99.1.2 devel: rockylinux9 ubuntu26.04\n"
    page.write_text(json.dumps({"results": TAGS["results"][:1]}))
    assert fetch_image_tags.main(["--from", str(page)]) == 0


@pytest.mark.parametrize(
    ("script", "name"),
    [
        (fetch_pci_ids, "pci_devices"),
        (fetch_gpu_names, "gpu_names_open_kernel"),
        (fetch_compute_capabilities, "gpu_names_official"),
        (fetch_driver_branches, "ptx_isa"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_page_of_another_form_changes_nothing(facts: Path, script: object, name: str) -> None:
    with pytest.raises(SystemExit, match=r"this|no row"):
        read(facts, script, name, "<html><p>Sorry, we moved</p></html>")
    assert fact_files.read(name, facts) == fact_files.read(name)
