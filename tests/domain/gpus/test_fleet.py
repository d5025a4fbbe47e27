"""The GPUs of a fleet: every kind of list, what is wrong with one, and the targets that follow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cudacompat.app.inputs.fleet import load, targets_for
from cudacompat.domain.gpus.fleet import floored, pools_of, targets_of
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.machine.facts import DriverFacts, Found, GpuDevice, HostFacts, Missing
from cudacompat.domain.machine.saved_facts import to_json
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.fleet_gpu import FleetGpu
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
        load([written(folder, text)])
    assert "\n" not in str(error.value)
    return str(error.value)


def gpus(folder: Path, text: str | bytes) -> list[tuple[str, str, str | None]]:
    """Name, compute capability and driver of each GPU."""
    return [(g.id, str(g.capability), str(g.driver) if g.driver else None) for g in load([written(folder, text)]).gpus]


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
        file = str(RECORDED / "nvidia-smi-q.xml")
        (gpu,) = load([file]).gpus
        driver = DriverRelease.parse("580.159.04")
        assert gpu == FleetGpu("NVIDIA H200", "NVIDIA H200", ComputeCapability(9, 0), driver, origin=file)

    def test_of_two_machines_one_behind_the_other(self, tmp_path: Path) -> None:
        text = (RECORDED / "nvidia-smi-q.xml").read_text()
        assert [driver for _, _, driver in gpus(tmp_path, text + text.replace("580.159.04", "535.104.05"))] == [
            "580.159.04",
            "535.104.05",
        ]

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

    def test_yaml_says_what_json_says(self, tmp_path: Path) -> None:
        text = cluster(node("a", labels("NVIDIA-L4", "8.9")), node("b", labels("NVIDIA-H100", "9.0")))
        as_yaml = gpus(tmp_path, "apiVersion: v1\n" + yaml.safe_dump(json.loads(text)))
        assert len(as_yaml) == 2
        assert as_yaml == gpus(tmp_path, text)

    def test_yaml_of_something_else(self, tmp_path: Path) -> None:
        assert "is YAML, but neither doctor" in said(tmp_path, "apiVersion: v1\nkind: Pod\n")
        assert "broken YAML" in said(tmp_path, "apiVersion: v1\nkind: [List\n")
        assert "broken YAML" in said(tmp_path, "apiVersion: v1\na: " + "[" * 100_000)
        laughs = "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], k{n}: 1}}\n" for n in range(1, 40))
        assert "is YAML" in said(tmp_path, f"apiVersion: v1\na0: &a0 {{k: 1}}\n{laughs}")

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

    def test_several_in_a_line(self, tmp_path: Path) -> None:
        text = "V100, H100 # the old room\n8.6,8.9,\n"
        assert [capability for _, capability, _ in gpus(tmp_path, text)] == ["7.0", "9.0", "8.6", "8.9"]
        assert "fleet:1: unknown GPU: '550.1'" in said(tmp_path, "Tesla M60, H100, 550.1\n")

    def test_what_nvidia_smi_shows_to_people(self, tmp_path: Path) -> None:
        table = "Mon Nov 30 12:00:00 2026\n+---+\n| NVIDIA-SMI 580.95.05   Driver Version: 580.95.05 |\n+---+\n"
        for text in (table, "\n==============NVSMI LOG==============\n\nTimestamp : Mon\n"):
            assert "use nvidia-smi -q -x, or nvidia-smi -L" in said(tmp_path, text)

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
            load([str(tmp_path / "none")])
        with pytest.raises(UsageError, match="cannot read"):
            load([str(tmp_path)])


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
        found = targets_for(
            ("12.0",), (resolve("8.6"),), load([fleet]).gpus, driver=None, floor=floor, jit=None, environment={}
        )
        assert [(t.id, str(t.driver)) for t in found] == [("NVIDIA-B200", "575"), ("8.6", "575"), ("12.0", "575")]

    def test_named_without_a_floor_and_with_a_driver(self) -> None:
        found = targets_for(
            (), (resolve("8.6"),), (), driver=DriverRelease.parse("560"), floor=None, jit=None, environment={}
        )
        assert [(t.id, str(t.driver)) for t in found] == [("8.6", "560")]


def rows(folder: Path, text: str) -> tuple[list[tuple[str | None, str | None, str, str]], list[str]]:
    """Node, pool, name and capability of each GPU; and what is not known."""
    fleet = load([written(folder, text)])
    found = [(g.node, g.pool, g.id, str(g.capability)) for g in fleet.gpus]
    return found, [f"{item.path.removeprefix(f'{folder}/')}: {item.why}" for item in fleet.not_read]


CAPACITY = {"nvidia.com/gpu": "2"}


class TestClouds:
    @pytest.mark.parametrize(
        ("named", "capability", "pool"),
        [
            ({"cloud.google.com/gke-accelerator": "nvidia-tesla-t4", "cloud.google.com/gke-nodepool": "p"}, "7.5", "p"),
            ({"cloud.google.com/gke-accelerator": "nvidia-h100-mega-80gb"}, "9.0", None),
            ({"cloud.google.com/gke-accelerator": "nvidia-tesla-a100"}, "8.0", None),
            ({"cloud.google.com/gke-accelerator": "nvidia-l4-vws"}, "8.9", None),
            ({"cloud.google.com/gke-accelerator": "nvidia-tesla-p100-vws"}, "6.0", None),
            ({"cloud.google.com/gke-accelerator": "nvidia-rtx-pro-6000"}, "12.0", None),
            ({"karpenter.k8s.aws/instance-gpu-name": "a10g", "karpenter.sh/nodepool": "q"}, "8.6", "q"),
            ({"eks.amazonaws.com/instance-gpu-name": "l40s", "eks.amazonaws.com/nodegroup": "n"}, "8.9", "n"),
            ({"k8s.amazonaws.com/accelerator": "nvidia-tesla-v100"}, "7.0", None),
            ({"node.kubernetes.io/instance-type": "p5e.48xlarge"}, "9.0", None),
            ({"node.kubernetes.io/instance-type": "g6.xlarge"}, "8.9", None),
            ({"node.kubernetes.io/instance-type": "a2-ultragpu-1g"}, "8.0", None),
            (
                {
                    "accelerator": "nvidia",
                    "kubernetes.azure.com/agentpool": "z",
                    "node.kubernetes.io/instance-type": "Standard_NC64as_T4_v3",
                },
                "7.5",
                "z",
            ),
            ({"beta.kubernetes.io/instance-type": "Standard_NC12s_v3"}, "7.0", None),
            ({"node.kubernetes.io/instance-type": "Standard_ND96isr_H200_v5"}, "9.0", None),
            ({"feature.node.kubernetes.io/pci-0302_10de_2330.present": "true"}, "9.0", None),
            ({"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB-MIG-1g.10gb"}, "8.0", None),
        ],
    )
    def test_a_node_of_one(self, tmp_path: Path, named: dict[str, str], capability: str, pool: str | None) -> None:
        (gpu,) = load([written(tmp_path, cluster(node("n1", named, CAPACITY)))]).gpus
        assert (gpu.node, gpu.pool, str(gpu.capability)) == ("n1", pool, capability)

    def test_a_type_that_is_not_known_is_not_guessed(self, tmp_path: Path) -> None:
        found, unknown = rows(
            tmp_path,
            cluster(
                node("a", {"node.kubernetes.io/instance-type": "p99.24xlarge"}, CAPACITY),
                node("b", {"cloud.google.com/gke-accelerator": "nvidia-z9"}, CAPACITY),
                node("c", {"feature.node.kubernetes.io/pci-0302_10de.present": "true"}),
                node("d", labels("NVIDIA-H200", "9.0", **{"cuda.driver-version.full": "soon"})),
                node("e", {"accelerator": "none-at-all"}),
                node("f", labels("NVIDIA-L4", "8.9"), CAPACITY),
                node("g", {"node.kubernetes.io/instance-type": "m7i.large"}),
            ),
        )
        assert found == [("f", None, "NVIDIA-L4", "8.9")]
        assert [line.partition(":")[0] + line.partition("(")[2][:1] for line in unknown] == [
            "fleeta",
            "fleetb",
            "fleetc",
            "fleetd",
            "fleete",
        ]
        assert "no labels of GPU Feature Discovery that say which" in unknown[0]
        assert "unknown GPU 'nvidia-z9'" in unknown[1]
        assert "not a driver version" in unknown[3]

    def test_as_kubectl_describes_them(self, tmp_path: Path) -> None:
        text = """\
Name:               aks-gpu-1
Roles:              agent
Labels:             accelerator=nvidia
                    kubernetes.azure.com/agentpool=gpu
                    node.kubernetes.io/instance-type=Standard_NC6s_v3
Annotations:        note=not-a-label
Capacity:
  cpu:                6
  nvidia.com/gpu:     1
System Info:
  Kernel Version:   5.4

Name:               nobody
Labels:             kubernetes.io/os=linux
Capacity:
  nvidia.com/gpu:     4
"""
        found, unknown = rows(tmp_path, text)
        assert found == [("aks-gpu-1", "gpu", "Tesla V100", "7.0")]
        assert len(unknown) == 1
        assert unknown[0].startswith("fleet: node 2 (nobody): it has GPUs, but no labels")

    def test_labels_one_a_line(self, tmp_path: Path) -> None:
        text = "nvidia.com/gpu.product=A100-SXM4-40GB-MIG-1g.5gb\nnvidia.com/gpu.count=7\nnvidia.com/cuda.driver.rev=\n"
        assert rows(tmp_path, text)[0] == [(None, None, "A100-SXM4-40GB-MIG-1g.5gb", "8.0")]


class TestSlurm:
    def test_show_nodes(self, tmp_path: Path) -> None:
        text = """\
NodeName=n1 Arch=x86_64 CoresPerSocket=1
   AvailableFeatures=static,p5.48xlarge ActiveFeatures=static
   Gres=gpu:rtx_a6000:4(S:0-1),gpu:l40s:2
   Partitions=viz,debug
   CfgTRES=cpu=32,gres/gpu=6

NodeName=n2 Gres=(null) Partitions=cpu
NodeName=n3 Gres=gpu:8 Partitions=train CfgTRES=cpu=192,gres/gpu=8,gres/gpu:nvidia_b200=8
NodeName=n4 Gres=gpu:4 Partitions=train ActiveFeatures=icelake,gpua40
NodeName=n5 Gres=gpu:2 Partitions=train InstanceType=g7e.8xlarge
NodeName=n6 Gres=gpu:2 Partitions=train ActiveFeatures=icelake
NodeName=n7 Gres=gpu:wonder:2
NodeName=n8 Gres=gpu:nvidia_h100_80gb_hbm3_1g.10gb:7
"""
        found, unknown = rows(tmp_path, text)
        assert found == [
            ("n1", "viz,debug", "rtx_a6000", "8.6"),
            ("n1", "viz,debug", "l40s", "8.9"),
            ("n3", "train", "nvidia_b200", "10.0"),
            ("n4", "train", "a40", "8.6"),
            ("n5", "train", "RTX PRO 6000 Blackwell Server Edition", "12.0"),
            ("n8", None, "nvidia_h100_80gb_hbm3_1g.10gb", "9.0"),
        ]
        assert unknown == [
            "fleet:11 (n6): it has GPUs, but no type of them (Gres=gpu:TYPE:COUNT)",
            "fleet:12 (n7): unknown GPU 'wonder'; name it with --gpu instead",
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "NODELIST CPUS GRES\nn[1-4] 32 gpu:a100:4(S:0)\nn9 64 (null)\n",
            "PARTITION|NODELIST|GRES\ntrain*|n[1-4]|gpu:a100:4\n",
            "# gres.conf\nNodeName=n[1-4] Name=gpu Type=a100 File=/dev/nvidia[0-3]\n",
            "Name=gpu Type=a100 File=/dev/nvidia0\n",
        ],
    )
    def test_the_other_lists(self, tmp_path: Path, text: str) -> None:
        (gpu,) = load([written(tmp_path, text)]).gpus
        assert (gpu.id, str(gpu.capability), gpu.node in ("n[1-4]", None)) == ("a100", "8.0", True)
        assert gpu.pool == ("train" if "train" in text else None)


class TestSmiTexts:
    def test_csv(self, tmp_path: Path) -> None:
        text = (
            "name, pci.device_id, driver_version, kmd_version, compute_cap, memory.total [MiB]\n"
            "NVIDIA H200, 0x233510DE, Deprecated, 610.57.04, 9.0, 143771 MiB\n"
            "NVIDIA New Thing, 0x2C0510DE, 595.80, N/A, [N/A], 1 MiB\n"
            "name, pci.device_id, driver_version, kmd_version, compute_cap, memory.total [MiB]\n"
            "NVIDIA New Thing, 0xFFFF10DE, 595.80, N/A, N/A, 1 MiB\n"
            "NVIDIA L4, 0x27B810DE, later, N/A, 8.9, 1 MiB\n"
        )
        assert gpus(tmp_path, text) == [("NVIDIA H200", "9.0", "610.57.04"), ("NVIDIA New Thing", "12.0", "595.80")]
        _, unknown = rows(tmp_path, text)
        assert [line[:8] for line in unknown] == ["fleet:5:", "fleet:6:"]

    def test_csv_without_its_head(self, tmp_path: Path) -> None:
        text = "NVIDIA A100-SXM4-80GB, 8.0, 550.54.15\n0, NVIDIA L4, GPU-1, 550.54.15\n"
        assert gpus(tmp_path, text) == [
            ("NVIDIA A100-SXM4-80GB", "8.0", "550.54.15"),
            ("NVIDIA L4", "8.9", "550.54.15"),
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "name;compute_cap;driver_version\nNVIDIA A10;8,6;535.104.05\n;7.5;470.57.02\n",
            'sep=;\r\n"name";"compute_cap";"driver_version"\r\n"NVIDIA A10";"8.6";"535.104.05"\r\n;7,5;470.57.02\r\n',
            "name\tcompute_cap\tdriver_version\nNVIDIA A10\t8,6\t535.104.05\n7.5\t7.5\t470.57.02\n",
            "NVIDIA A10;8,6;535.104.05\n7,5;470.57.02\n",
            "index;driver_version;pci.device_id;memory.total [MiB];name\n"
            '0;535.104.05;0x223610DE;"23,028 MiB";NVIDIA A10\n1;470.57.02;0x1EB810DE;"15,109 MiB";7.5\n',
        ],
    )
    def test_csv_as_spreadsheets_save_it(self, tmp_path: Path, text: str) -> None:
        found = gpus(tmp_path, text)
        assert [(capability, driver) for _, capability, driver in found] == [
            ("8.6", "535.104.05"),
            ("7.5", "470.57.02"),
        ]

    def test_a_faulty_line_with_semicolons_is_a_row(self, tmp_path: Path) -> None:
        found, unknown = rows(tmp_path, "name;driver_version\nNVIDIA L4;550.54.15\nNVIDIA New Thing;550.54.15\n")
        assert len(found) == 1
        assert unknown[0].startswith("fleet:3: unknown GPU 'NVIDIA New Thing'")

    def test_a_line_of_csv_with_two_gpus_is_not_read(self, tmp_path: Path) -> None:
        lines = ["NVIDIA L4, 550.54.15", "NVIDIA L4, NVIDIA H200, 550.54.15", "7.0, NVIDIA L4, 550.54.15"]
        found, unknown = rows(tmp_path, "\n".join(lines))
        assert len(found) == 1
        assert "NVIDIA L4 and NVIDIA H200 in one line" in unknown[0]
        assert "NVIDIA L4 has compute capability 8.9, not 7.0" in unknown[1]

    def test_listing(self, tmp_path: Path) -> None:
        text = (
            "GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-00000000-0000-0000-0000-000000000000)\n"
            "  MIG 1g.10gb     Device  0: (UUID: MIG-00000000-0000-0000-0000-000000000000)\n"
            "node7: GPU 1: Tesla T4 (UUID: GPU-00000000-0000-0000-0000-000000000001)\n"
            "Unable to determine the device handle for GPU2: 0000:0A:00.0: GPU is lost.\n"
        )
        found, unknown = rows(tmp_path, text)
        assert found == [(None, None, "NVIDIA H100 80GB HBM3", "9.0"), ("node7", None, "Tesla T4", "7.5")]
        assert len(unknown) == 1
        assert unknown[0].startswith("fleet:4: not told which GPU it is")

    @pytest.mark.parametrize(
        ("said", "driver"),
        [
            ("<kmd_version>615.23</kmd_version>", "615.23"),
            ("<driver_version>Deprecated, see kmd_version</driver_version><kmd_version>615.23</kmd_version>", "615.23"),
            ("<driver_version>Deprecated</driver_version>", None),
            ("<driver_version></driver_version>", None),
            ("<driver_version>N/A</driver_version><kmd_version> </kmd_version>", None),
            ("<driver_version>580.95.05</driver_version>", "580.95.05"),
        ],
    )
    def test_where_the_driver_stands(self, tmp_path: Path, said: str, driver: str | None) -> None:
        gpu = "<gpu><product_name>NVIDIA H200</product_name></gpu>"
        text = f"<nvidia_smi_log>{said}{gpu}</nvidia_smi_log>"
        assert gpus(tmp_path, text) == [("NVIDIA H200", "9.0", driver)]

    def test_a_gpu_that_is_lost_does_not_hide_the_other(self, tmp_path: Path) -> None:
        text = "<nvidia_smi_log><gpu><product_name>GPU is lost</product_name></gpu>"
        text += "<gpu><product_name>NVIDIA L4</product_name></gpu></nvidia_smi_log>"
        found, unknown = rows(tmp_path, text)
        assert [each[2] for each in found] == ["NVIDIA L4"]
        assert "fleet: GPU 0: unknown GPU 'GPU is lost'" in unknown[0]


class TestSeveralFiles:
    def test_all_are_judged_each_with_its_origin(self, tmp_path: Path) -> None:
        one = written(tmp_path, "H200\n", "one")
        two = written(tmp_path, "B300\nH200\n", "two")
        fleet = load([one, two, one])
        assert [(gpu.id, gpu.origin) for gpu in fleet.gpus] == [
            ("NVIDIA H200", one),
            ("NVIDIA B300", two),
            ("NVIDIA H200", two),
        ]
        assert [t.id for t in targets_of(fleet.gpus, None, JitPolicy.NORMAL)] == ["NVIDIA B300", "NVIDIA H200"]

    def test_pools_have_the_targets_of_their_nodes(self) -> None:
        def gpu(name: str, capability: str, pool: str | None) -> FleetGpu:
            return FleetGpu(name, name, ComputeCapability.parse(capability), pool=pool)

        fleet = [gpu("T4", "7.5", "b"), gpu("H100", "9.0", "a"), gpu("H100", "9.0", "b"), gpu("L4", "8.9", None)]
        pools = pools_of(fleet, targets_of(fleet, None, JitPolicy.NORMAL))
        assert {name: [t.id for t in targets] for name, targets in pools.items()} == {
            "": ["L4"],
            "a": ["H100"],
            "b": ["T4", "H100"],
        }
