"""The GPUs of a fleet, as the documents list them that people have at hand. Pure: texts are parsed elsewhere.

Labels of GPU Feature Discovery: https://github.com/NVIDIA/k8s-device-plugin/blob/main/docs/gpu-feature-discovery/ ;
the `cuda.driver-version.…` labels replace `cuda.driver.…` there. nvidia-smi's XML: measured, driver 580.159.04.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.machine.facts import Found, HostFacts
from cudacompat.domain.tables.architectures import architecture
from cudacompat.domain.tables.drivers import BRANCHES
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import ParseError, UsageError
from cudacompat.domain.words.verdict import JitPolicy, Target
from cudacompat.domain.words.versions import DriverRelease


@dataclass(frozen=True, slots=True)
class FleetGpu:
    """One GPU of a fleet; `driver` where the document says it."""

    id: str
    name: str | None
    capability: ComputeCapability
    driver: DriverRelease | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an XML document: its name, its own text, its children."""

    name: str
    text: str
    children: tuple[Element, ...] = ()

    def child(self, *path: str) -> Element | None:
        """The first element down this path."""
        here: Element | None = self
        for name in path:
            here = next((each for each in here.children if each.name == name), None) if here else None
        return here

    def text_of(self, *path: str) -> str | None:
        """The text of the first element down this path, `None` for none and for N/A."""
        found = self.child(*path)
        text = found.text.strip() if found is not None else ""
        return text if text and text != "N/A" else None


def of_facts(facts: HostFacts) -> tuple[FleetGpu, ...]:
    """Return the GPUs of a machine whose facts were saved."""
    if not isinstance(facts.gpus, Found):
        return ()
    driver = facts.driver.value.release if isinstance(facts.driver, Found) else None
    return tuple(FleetGpu(gpu.name, gpu.name, gpu.capability, driver=driver) for gpu in facts.gpus.value)


_DEVICE_ID = re.compile(r"(?:0x)?([0-9A-Fa-f]{4})10[Dd][Ee]")


def of_smi(root: Element, where: str) -> tuple[FleetGpu, ...]:
    """Return the GPUs of `nvidia-smi -q -x`, which says no compute capability: the PCI id does, or else the name."""
    driver = _driver(root.text_of("driver_version"), f"{where}: driver_version")
    found = []
    for gpu in (each for each in root.children if each.name == "gpu"):
        name = gpu.text_of("product_name")
        device = _DEVICE_ID.fullmatch(gpu.text_of("pci", "pci_device_id") or "")
        capability = _resolved(([f"10de:{device[1].lower()}"] if device else []) + ([name] if name else []))
        if capability is None:
            raise UsageError(f"{where}: unknown GPU {name or '(without a name)'!r:.100}; name it with --gpu instead")
        found.append(FleetGpu(name or str(capability), name, capability, driver=driver))
    return tuple(found)


def _resolved(specs: Iterable[str]) -> ComputeCapability | None:
    """The compute capability of the first of these that is known."""
    for spec in specs:
        try:
            return resolve(spec).capability
        except UsageError:
            continue
    return None


_PREFIX = "nvidia.com/"
_PARTITION = re.compile(r"-(?:SHARED|MIG-.*)$")


def of_nodes(document: Mapping[str, object], where: str) -> tuple[FleetGpu, ...]:
    """Return the GPUs of `kubectl get nodes -o json`, one for each node that has any.

    Nodes without a GPU are passed over. `UsageError` for one that offers GPUs and does not say which.
    """
    nodes = document.get("items") if document.get("kind") != "Node" else [document]
    if not isinstance(nodes, list):
        raise UsageError(f"{where}: a list of nodes without items")
    return tuple(gpu for number, node in enumerate(nodes) if (gpu := _of_node(node, f"{where}: items[{number}]")))


def _of_node(node: object, where: str) -> FleetGpu | None:
    metadata = _table(node, "metadata")
    name = metadata.get("name")
    where = f"{where} ({name:.80})" if isinstance(name, str) else where
    labels = {
        key.removeprefix(_PREFIX): value
        for key, value in _table(metadata, "labels").items()
        if isinstance(value, str) and key.startswith(_PREFIX)
    }
    product = labels.get("gpu.product")
    major, minor = labels.get("gpu.compute.major"), labels.get("gpu.compute.minor")
    if product is None and major is None:
        if _offers_gpus(_table(_table(node, "status"), "capacity")):
            raise UsageError(f"{where}: it has GPUs, but no labels of GPU Feature Discovery that say which")
        return None
    if labels.get("gpu.count") == "0":
        return None
    capability = _capability(major, minor, where) if major is not None else None
    if capability is None and product is not None:
        # labels cannot hold spaces; shared and partitioned GPUs have a suffix
        capability = _resolved([_PARTITION.sub("", product).replace("-", " ")])
    if capability is None:
        raise UsageError(f"{where}: unknown GPU {product!r:.100}, and no label gpu.compute.major")
    return FleetGpu(product or str(capability), product, capability, driver=_node_driver(labels, where))


def _table(value: object, key: str) -> Mapping[str, object]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _offers_gpus(capacity: Mapping[str, object]) -> bool:
    offered = (value for key, value in capacity.items() if key.startswith((f"{_PREFIX}gpu", f"{_PREFIX}mig-")))
    return any(value not in ("0", 0) for value in offered)


def _capability(major: str, minor: str | None, where: str) -> ComputeCapability:
    try:
        capability = ComputeCapability.parse(f"{major}.{minor or 0}")
    except ParseError as error:
        raise UsageError(f"{where}: gpu.compute.major and minor: {error}") from None
    if architecture(capability) is None:
        raise UsageError(f"{where}: compute capability {capability} is not in the tables of this version")
    return capability


def _node_driver(labels: Mapping[str, str], where: str) -> DriverRelease | None:
    full = labels.get("cuda.driver-version.full")
    for names in (("driver-version", "revision"), ("driver", "rev")):
        parts = [labels.get(f"cuda.{names[0]}.{part}") for part in ("major", "minor", names[1])]
        full = full or ".".join(part for part in parts if part)
    return _driver(full or None, f"{where}: cuda.driver labels")


def _driver(text: str | None, where: str) -> DriverRelease | None:
    if text is None:
        return None
    try:
        return DriverRelease.parse(text)
    except ParseError as error:
        raise UsageError(f"{where}: {error}") from None


def of_lines(text: str, where: str) -> tuple[FleetGpu, ...]:
    """Return the GPUs of a plain list: a SPEC in each line; `#` at a line's start or after a space begins a comment."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        spec = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        if spec:
            try:
                gpu = resolve(spec)
            except UsageError as error:
                raise UsageError(f"{where}:{number}: {error}") from None
            found.append(FleetGpu(gpu.id, gpu.name, gpu.capability))
    return tuple(found)


# -- what is judged for


def targets_of(gpus: Sequence[FleetGpu], driver: DriverRelease | None, jit: JitPolicy) -> list[Target]:
    """Return one target for each kind of GPU, with the oldest driver that any of its kind has: what loads there loads
    on the newer ones. `driver`, where given, is taken for all."""
    oldest: dict[tuple[str, ComputeCapability], DriverRelease | None] = {}
    for gpu in gpus:
        kind = (gpu.id, gpu.capability)
        known = [each for each in (oldest.get(kind), gpu.driver) if each is not None]
        oldest[kind] = min(known, default=None)
    names = {(gpu.id, gpu.capability): gpu.name for gpu in gpus}
    return [Target(id_, names[id_, cc], cc, driver=driver or oldest[id_, cc], jit=jit) for id_, cc in sorted(oldest)]


def floored(driver: DriverRelease | None, floor: DriverRelease, capability: ComputeCapability) -> DriverRelease:
    """Return the driver to judge with under a floor: the older of the two. A GPU that needs a newer driver than the
    floor is judged with its own first branch: under an older one it does not work at all."""
    known = architecture(capability)
    first = known.first_branch if known is not None and known.first_branch is not None else BRANCHES[0].branch
    lowest = floor if floor.branch >= first else DriverRelease.parse(str(first))
    return lowest if driver is None else min(driver, lowest)
