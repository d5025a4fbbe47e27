"""The GPUs of a fleet: every kind of list, what is wrong with one, and the targets that follow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cudacompat.app.inputs.fleet import load, targets_for
from cudacompat.domain.gpus.fleet import FleetGpu, floored, targets_of
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.machine.facts import DriverFacts, Found, GpuDevice, HostFacts, Missing, to_json
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.verdict import JitPolicy
from cudacompat.domain.words.versions import DriverRelease

RECORDED = Path(__file__).parents[2] / "data" / "recorded" / "h200"


def written(folder: Path, text: str | bytes, name: str = "fleet") -> str:
    """A fleet file."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def said(folder: Path, text: str | bytes) -> str:
    """What is said of a file that is no use."""
    with pytest.raises(UsageError) as error:
        load(written(folder, text))
    assert "\n" not in str(error.value)
    return str(error.value)


def gpus(folder: Path, text: str | bytes) -> list[tuple[str, str, str | None]]:
    """Name, compute capability and driver of each GPU."""
    return [(g.id, str(g.capability), str(g.driver) if g.driver else None) for g in load(written(folder, text))]


def node(name: str, labels: dict[str, str], capacity: dict[str, str] | None = None) -> dict[str, Any]:
    """A node as kubectl gives it."""
    return {
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/arch": "amd64", **labels}},
        "status": {"capacity": {"cpu": "8", **(capacity or {})}},
    }


def cluster(*nodes: dict[str, Any]) -> str:
    """`kubectl get nodes -o json`."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(nodes)})


def labels(product: str, capability: str, **more: str) -> dict[str, str]:
    """What GPU Feature Discovery writes."""
    major, minor = capability.split(".")
    return {
        "nvidia.com/gpu.product": product,
        "nvidia.com/gpu.compute.major": major,
        "nvidia.com/gpu.compute.minor": minor,
        "nvidia.com/gpu.count": "8",
        **{f"nvidia.com/{key}": value for key, value in more.items()},
    }


OLD_DRIVER = {"cuda.driver.major": "535", "cuda.driver.minor": "104", "cuda.driver.rev": "05"}
NEW_DRIVER = {
    "cuda.driver-version.major": "580",
    "cuda.driver-version.minor": "65",
    "cuda.driver-version.revision": "06",
}


class TestNvidiaSmi:
    def test_the_recorded_one(self) -> None:
        (gpu,) = load(str(RECORDED / "nvidia-smi-q.xml"))
        assert gpu == FleetGpu("NVIDIA H200", "NVIDIA H200", ComputeCapability(9, 0), DriverRelease.parse("580.159.04"))

    def test_the_name_where_the_pci_id_is_unknown(self, tmp_path: Path) -> None:
        text = (RECORDED / "nvidia-smi-q.xml").read_text()
        assert gpus(tmp_path, text.replace("233510DE", "FFFF10DE"))[0][1] == "9.0"
        assert gpus(tmp_path, text.replace("<product_name>NVIDIA H200<", "<product_name>Something new<"))[0][1] == "9.0"
        unknown = text.replace("233510DE", "FFFF10DE").replace("<product_name>NVIDIA H200<", "<product_name>X 1<")
        assert "unknown GPU 'X 1'" in said(tmp_path, unknown)

    def test_as_powershell_redirects_it(self, tmp_path: Path) -> None:
        text = (RECORDED / "nvidia-smi-q.xml").read_text()
        assert len(gpus(tmp_path, text.encode("utf-16"))) == 1
        assert len(gpus(tmp_path, b"\xef\xbb\xbf" + text.encode())) == 1

    @pytest.mark.parametrize(
        "text",
        [
            '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY c "&b;&b;&b;">]><nvidia_smi_log>&c;</nvidia_smi_log>',
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><nvidia_smi_log>&x;</nvidia_smi_log>',
            '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x">%p;]><nvidia_smi_log/>',
            '<!DOCTYPE a [<!ENTITY % p "x">]><nvidia_smi_log/>',
        ],
    )
    def test_no_entity_is_declared(self, tmp_path: Path, text: str) -> None:
        assert "declares entities" in said(tmp_path, text)

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("<nvidia_smi_log>", "broken XML"),
            ("<html></html>", "its root is html"),
            ("<nvidia_smi_log><driver_version>580.1</driver_version></nvidia_smi_log>", "no GPU in"),
            ("<nvidia_smi_log>&lt;&undefined;</nvidia_smi_log>", "broken XML"),
            ("<" + "a" * 100 + ">", "broken XML"),
            ("<a>" * 200 + "</a>" * 200, "too many elements"),
            (
                "<nvidia_smi_log><driver_version>new</driver_version>"
                "<gpu><product_name>NVIDIA H200</product_name></gpu></nvidia_smi_log>",
                "not a driver version",
            ),
        ],
    )
    def test_what_is_wrong(self, tmp_path: Path, text: str, says: str) -> None:
        assert says in said(tmp_path, text)


class TestCluster:
    def test_nodes_with_and_without_gpus(self, tmp_path: Path) -> None:
        text = cluster(
            node("a", labels("NVIDIA-H100-80GB-HBM3", "9.0", **NEW_DRIVER)),
            node("cpu", {}),
            node("b", labels("A100-SXM4-40GB-MIG-1g.5gb", "8.0", **OLD_DRIVER)),
            node("c", {"nvidia.com/gpu.product": "Tesla-T4-SHARED"}),  # an old one, without compute labels
        )
        assert gpus(tmp_path, text) == [
            ("NVIDIA-H100-80GB-HBM3", "9.0", "580.65.06"),
            ("A100-SXM4-40GB-MIG-1g.5gb", "8.0", "535.104.05"),
            ("Tesla-T4-SHARED", "7.5", None),
        ]

    def test_one_node_and_the_full_driver_label(self, tmp_path: Path) -> None:
        one = node("a", labels("NVIDIA-B200", "10.0", **{"cuda.driver-version.full": "575.57.08", **OLD_DRIVER}))
        assert gpus(tmp_path, json.dumps(one)) == [("NVIDIA-B200", "10.0", "575.57.08")]

    @pytest.mark.parametrize(
        ("nodes", "says"),
        [
            ([node("cpu", {})], "no GPU in"),
            ([node("a", {}, {"nvidia.com/gpu": "8"})], "(a): it has GPUs, but no labels of GPU Feature Discovery"),
            ([node("a", {}, {"nvidia.com/mig-1g.5gb": "7"})], "it has GPUs, but no labels"),
            ([node("a", {}, {"nvidia.com/gpu": "0"})], "no GPU in"),
            ([node("a", labels("X", "99.9"))], "compute capability 99.9 is not in the tables"),
            ([node("a", labels("X", "9.x"))], "not a compute capability"),
            ([node("a", {"nvidia.com/gpu.product": "Wonder-1"})], "unknown GPU 'Wonder-1'"),
            ([node("a", labels("X", "9.0", **{"cuda.driver-version.full": "new"}))], "not a driver version"),
            ([3], "no GPU in"),
        ],
    )
    def test_what_is_wrong(self, tmp_path: Path, nodes: list[Any], says: str) -> None:
        assert says in said(tmp_path, cluster(*nodes))

    def test_json_of_something_else(self, tmp_path: Path) -> None:
        assert "neither doctor --save-facts nor kubectl" in said(tmp_path, '{"kind": "Pod"}')
        assert "neither doctor --save-facts nor kubectl" in said(tmp_path, "[1]")
        assert "broken JSON" in said(tmp_path, '{"kind": ')
        assert "broken JSON" in said(tmp_path, "[" * 100_000)
        assert "without items" in said(tmp_path, '{"kind": "List", "items": 3}')


class TestFacts:
    def test_saved_ones(self, tmp_path: Path) -> None:
        gpu = GpuDevice(0, "NVIDIA H200", ComputeCapability(9, 0), None, None, None)
        facts = HostFacts(Found((gpu, gpu), "NVML"), Found(DriverFacts(DriverRelease.parse("580.1"), None), "NVML"))
        assert gpus(tmp_path, json.dumps(to_json(facts))) == [("NVIDIA H200", "9.0", "580.1")] * 2

    def test_of_a_machine_without_a_gpu(self, tmp_path: Path) -> None:
        facts = HostFacts(Missing("GPU", ("NVML",)), Missing("driver", ()))
        assert "no GPU in" in said(tmp_path, json.dumps(to_json(facts)))

    def test_damaged_ones(self, tmp_path: Path) -> None:
        assert "facts file: environment" in said(tmp_path, '{"schema": "cudacompat/facts/1"}')


class TestList:
    def test_lines_and_comments(self, tmp_path: Path) -> None:
        text = "# the fleet\n8.6\n\n  RTX 5070 Ti  # desks\r\nsm_90a\n10de:2335 #rack\n"
        assert [(name, capability) for name, capability, _ in gpus(tmp_path, text)] == [
            ("8.6", "8.6"),
            ("NVIDIA GeForce RTX 5070 Ti", "12.0"),
            ("sm_90a", "9.0"),
            ("NVIDIA H200", "9.0"),
        ]

    def test_the_line_is_named(self, tmp_path: Path) -> None:
        assert "fleet:2: unknown GPU: 'RTX 9999'" in said(tmp_path, "8.6\nRTX 9999\n")
        assert "fleet:1: unknown GPU: 'native'" in said(tmp_path, "native\n")

    def test_nothing_in_it(self, tmp_path: Path) -> None:
        assert "no GPU in" in said(tmp_path, "")
        assert "no GPU in" in said(tmp_path, "# none yet\n\n")

    def test_what_is_no_text(self, tmp_path: Path) -> None:
        assert "not a text" in said(tmp_path, b"8.6\n\xff\n")
        assert "not a text" in said(tmp_path, b"\x00\x01")
        with pytest.raises(UsageError, match="cannot read"):
            load(str(tmp_path / "none"))
        with pytest.raises(UsageError, match="cannot read"):
            load(str(tmp_path))


class TestTargets:
    def gpu(self, name: str, capability: str, driver: str | None = None) -> FleetGpu:
        release = DriverRelease.parse(driver) if driver else None
        return FleetGpu(name, name, ComputeCapability.parse(capability), release)

    def test_one_of_each_kind_with_its_oldest_driver(self) -> None:
        fleet = [
            self.gpu("H100", "9.0", "580.65.06"),
            self.gpu("T4", "7.5"),
            self.gpu("H100", "9.0", "535.104.05"),
            self.gpu("H100", "9.0"),
        ]
        found = targets_of(fleet, None, JitPolicy.NORMAL)
        assert [(t.id, str(t.driver) if t.driver else None) for t in found] == [("H100", "535.104.05"), ("T4", None)]
        told = targets_of(fleet, DriverRelease.parse("590"), JitPolicy.FORCED)
        assert {(str(t.driver), t.jit) for t in told} == {("590", JitPolicy.FORCED)}

    @pytest.mark.parametrize(
        ("driver", "floor", "capability", "expected"),
        [
            (None, "570.26", "9.0", "570.26"),
            ("580.65.06", "570.26", "9.0", "570.26"),
            ("560.35", "570.26", "9.0", "560.35"),
            (None, "570.26", "12.1", "575"),  # which no older driver knows
            ("580", "570.26", "12.1", "575"),
            (None, "300", "9.0", "520"),
        ],
    )
    def test_a_floor(self, driver: str | None, floor: str, capability: str, expected: str) -> None:
        known = DriverRelease.parse(driver) if driver else None
        found = floored(known, DriverRelease.parse(floor), ComputeCapability.parse(capability))
        assert str(found) == expected

    def test_fleet_and_named_together(self, tmp_path: Path) -> None:
        fleet = written(tmp_path, cluster(node("a", labels("NVIDIA-B200", "10.0", **NEW_DRIVER))))
        floor = DriverRelease.parse("575")
        found = targets_for(("12.0",), (resolve("8.6"),), fleet, None, floor, None, {})
        assert [(t.id, str(t.driver)) for t in found] == [("NVIDIA-B200", "575"), ("8.6", "575"), ("12.0", "575")]

    def test_named_without_a_floor_and_with_a_driver(self) -> None:
        found = targets_for((), (resolve("8.6"),), None, DriverRelease.parse("560"), None, None, {})
        assert [(t.id, str(t.driver)) for t in found] == [("8.6", "560")]
