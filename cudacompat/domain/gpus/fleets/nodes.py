"""The nodes of a Kubernetes cluster: their labels say which GPUs they have, in several vocabularies.

GPU Feature Discovery: https://github.com/NVIDIA/k8s-device-plugin/blob/main/docs/gpu-feature-discovery/ (the
`cuda.driver-version.…` labels replace `cuda.driver.…` there). GKE: https://cloud.google.com/kubernetes-engine/docs/how-to/gpus.
Karpenter: https://karpenter.sh/docs/concepts/scheduling/. EKS: https://docs.aws.amazon.com/eks/latest/userguide/. AKS:
https://learn.microsoft.com/azure/aks/use-labels. Node Feature Discovery:
https://kubernetes-sigs.github.io/node-feature-discovery/stable/usage/features.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cudacompat.domain.gpus.fleet import Row, capability_in, capability_of, driver_in
from cudacompat.domain.tables.instance_types import gpu_of
from cudacompat.domain.words.code import NotRead
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.fleet_gpu import FleetGpu
from cudacompat.domain.words.platforms import platform_named
from cudacompat.domain.words.versions import DriverRelease

_PREFIX = "nvidia.com/"
_CLOUD_NAMES = (
    "cloud.google.com/gke-accelerator",
    "karpenter.k8s.aws/instance-gpu-name",
    "eks.amazonaws.com/instance-gpu-name",
    "k8s.amazonaws.com/accelerator",
    "accelerator",
)
_INSTANCE_TYPES = ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")
_POOLS = (
    "cloud.google.com/gke-nodepool",
    "eks.amazonaws.com/nodegroup",
    "karpenter.sh/nodepool",
    "alpha.eksctl.io/nodegroup-name",
    "kubernetes.azure.com/agentpool",
    "agentpool",
    "node.kubernetes.io/nodepool",
)
_SYSTEM = ("kubernetes.io/os", "beta.kubernetes.io/os", "operatingSystem", "Operating System")
_PROCESSOR = ("kubernetes.io/arch", "beta.kubernetes.io/arch", "architecture", "Architecture")
_DEVICE = re.compile(r"feature\.node\.kubernetes\.io/pci-(?:03[0-9a-f]{2}_)?10de_([0-9a-f]{4})(?:_.*)?\.present")
_ANY_DEVICE = re.compile(r"feature\.node\.kubernetes\.io/pci-(?:03[0-9a-f]{2}_)?10de\.present")


@dataclass(frozen=True, slots=True)
class FleetNode:
    """A node as far as it matters here: its labels, what of its capacity is a GPU, and what its `status.nodeInfo` says
    of its system and processor (under the names of `kubectl describe`, too)."""

    name: str | None
    labels: Mapping[str, str]
    capacity: Mapping[str, object]
    system: Mapping[str, object] = field(default_factory=dict)

    @property
    def platform(self) -> str | None:
        """Its system and processor (`linux-aarch64`), `None` where the node says neither."""
        return platform_named(self._told(_SYSTEM), self._told(_PROCESSOR))

    def _told(self, names: Sequence[str]) -> str | None:
        found = (self.labels.get(each) or self.system.get(each) for each in names)
        return next((each for each in found if isinstance(each, str) and each), None)


def of_nodes(document: Mapping[str, object], where: str) -> Iterator[Row]:
    """Yield the GPUs of `kubectl get nodes -o json`, one for each node that has any; nodes without a GPU are passed
    over."""
    nodes = document.get("items") if document.get("kind") != "Node" else [document]
    if not isinstance(nodes, list):
        raise UsageError(f"{where}: a list of nodes without items")
    for number, node in enumerate(nodes):
        yield from of_node(_node(node), f"{where}: items[{number}]")


def _node(node: object) -> FleetNode:
    metadata = _table(node, "metadata")
    name = metadata.get("name")
    labels = {key: value for key, value in _table(metadata, "labels").items() if isinstance(value, str)}
    status = _table(node, "status")
    return FleetNode(
        name if isinstance(name, str) else None, labels, _table(status, "capacity"), system=_table(status, "nodeInfo")
    )


def _table(value: object, key: str) -> Mapping[str, object]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def of_node(node: FleetNode, where: str) -> Iterator[Row]:
    """Yield the GPU of one node, or why it cannot be told; nothing where it has none."""
    where = f"{where} ({node.name:.80})" if node.name is not None else where
    try:
        found = _gpu_of(node, where)
    except UsageError as error:
        found = NotRead(where, str(error).removeprefix(f"{where}: "))
    if found is not None:
        yield found


def _gpu_of(node: FleetNode, where: str) -> Row | None:
    nvidia = {key.removeprefix(_PREFIX): value for key, value in node.labels.items() if key.startswith(_PREFIX)}
    if nvidia.get("gpu.count") == "0":
        return None
    pool = next((node.labels[key] for key in _POOLS if node.labels.get(key)), None)
    product = nvidia.get("gpu.product")
    major = nvidia.get("gpu.compute.major")
    told = [text for text in (product, *_other_words(node.labels)) if text]
    if not told and major is None:
        return NotRead(where, _UNTOLD) if _has_gpus(node) else None
    if major is not None:
        label = f"{where}: gpu.compute.major and minor"
        capability = capability_in(f"{major}.{nvidia.get('gpu.compute.minor') or 0}", label)
    else:
        # labels cannot hold spaces
        known = capability_of(told[:1] if product else told)
        if known is None:
            said = f"unknown GPU {told[0]!r:.100}"
            return NotRead(where, f"{said}, and no label gpu.compute.major") if product or _has_gpus(node) else None
        capability = known
    name = next((text for text in told if product or capability_of([text])), None)
    return FleetGpu(
        name or str(capability),
        name,
        capability,
        driver=_driver(nvidia, where),
        node=node.name,
        pool=pool,
        platform=node.platform,
    )


_UNTOLD = (
    "it has GPUs, but no labels of GPU Feature Discovery that say which, and none of GKE, EKS, Karpenter or AKS that "
    "is known here"
)


def _other_words(labels: Mapping[str, str]) -> Iterator[str]:
    """What labels of clouds and of Node Feature Discovery call the GPU."""
    for key in _CLOUD_NAMES:
        if labels.get(key, "nvidia") != "nvidia":  # AKS writes only the maker
            yield labels[key]
    for key in _INSTANCE_TYPES:
        if gpu := gpu_of(labels.get(key, "")):
            yield gpu
    for key in labels:
        if found := _DEVICE.fullmatch(key):
            yield f"10de:{found[1]}"


def _has_gpus(node: FleetNode) -> bool:
    offered = (value for key, value in node.capacity.items() if key.startswith((f"{_PREFIX}gpu", f"{_PREFIX}mig-")))
    if any(value not in ("0", 0) for value in offered):
        return True
    if any(_ANY_DEVICE.fullmatch(key) and value == "true" for key, value in node.labels.items()):
        return True
    return any(node.labels.get(key) for key in _CLOUD_NAMES)


def _driver(labels: Mapping[str, str], where: str) -> DriverRelease | None:
    full = labels.get("cuda.driver-version.full")
    for names in (("driver-version", "revision"), ("driver", "rev")):
        parts = [labels.get(f"cuda.{names[0]}.{part}") for part in ("major", "minor", names[1])]
        full = full or ".".join(part for part in parts if part)
    return driver_in(full or None, f"{where}: cuda.driver labels")


# -- as kubectl prints it for people

_LABEL = re.compile(r"([A-Za-z0-9][\w./-]*)=([\w.+-]*)")
_RESOURCE = re.compile(r"(nvidia\.com/[\w.-]+):?\s+(\d+)")
_SECTION = re.compile(r"([A-Z][A-Za-z ]*):\s*(.*)")


def is_described(text: str) -> bool:
    """Whether this is `kubectl describe nodes`, or labels one a line."""
    lines = [line for line in text.splitlines() if line.strip()]
    if any(line.startswith("Name:") for line in lines) and any(line.startswith("Labels:") for line in lines):
        return True
    return bool(lines) and all(_LABEL.fullmatch(line.strip()) for line in lines) and any("/" in line for line in lines)


def of_described(text: str, where: str) -> Iterator[Row]:
    """Yield the GPUs of `kubectl describe nodes`, or of one node's labels, one a line."""
    name: str | None = None
    labels: dict[str, str] = {}
    capacity: dict[str, object] = {}
    system: dict[str, object] = {}
    section = "Labels" if not text.lstrip().startswith("Name:") else ""
    number = 0
    for line in text.splitlines():
        if head := _SECTION.fullmatch(line):
            section, line = head[1], head[2]
            if section == "Name":
                if number:
                    yield from of_node(FleetNode(name, labels, capacity, system=system), f"{where}: node {number}")
                name, labels, capacity, system, number = line.strip(), {}, {}, {}, number + 1
        if section == "Labels" and (label := _LABEL.fullmatch(line.strip())):
            labels[label[1]] = label[2]
        elif section == "Capacity" and (resource := _RESOURCE.fullmatch(line.strip())):
            capacity[resource[1]] = resource[2]
        elif section == "System Info" and (said := _SECTION.fullmatch(line.strip())):
            system[said[1]] = said[2]
    yield from of_node(FleetNode(name, labels, capacity, system=system), f"{where}: node {max(number, 1)}")
