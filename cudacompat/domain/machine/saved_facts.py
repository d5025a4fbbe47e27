"""The facts of a machine as a JSON document, without names of users and ids of GPUs, and such a document read again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from cudacompat.domain.machine.components import Environment
from cudacompat.domain.machine.facts import (
    AskedFor,
    ContainerFacts,
    DriverFacts,
    DriverFiles,
    Found,
    GpuDevice,
    HostCompiler,
    HostFacts,
    JitCacheFacts,
    LibcudaFacts,
    Missing,
    PciCard,
    ToolFacts,
    ToolkitFacts,
    ways_in,
)
from cudacompat.domain.machine.json_node import JsonNode
from cudacompat.domain.machine.private_texts import _private
from cudacompat.domain.machine.saved_packages import package_from_json, package_to_json
from cudacompat.domain.machine.troubles import Cause, Trouble
from cudacompat.domain.machine.visibility import visibility
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import ParseError
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease, ToolkitVersion

T = TypeVar("T")

SCHEMA = "cudacompat/facts/1"
_MOST_INSTANCES = 16  # of MIG; a GPU has up to 7


# -- to JSON


def to_json(facts: HostFacts) -> dict[str, object]:
    """Return the facts as a JSON document. GPU uuids are left out (in variables: all but `GPU-` or `MIG-`), the home
    directory is written `~`, and user names in paths are written `<user>`."""
    hidden = visibility(facts).hidden
    document: dict[str, object] = {
        "schema": SCHEMA,
        "platform": facts.platform,
        "libc": facts.libc,
        "python": facts.python,
        "gpus": _probe_to_json(facts.gpus, lambda gpus: [_gpu_to_json(gpu, hidden) for gpu in gpus]),
        "driver": _probe_to_json(
            facts.driver,
            lambda driver: {
                "release": _text(driver.release),
                "cuda": _text(driver.cuda),
                "kernel_module": driver.kernel_module,
            },
        ),
        "pci_cards": list(facts.pci_cards),
        "pci_bus": [{"id": card.id, "driver": card.driver, "address": card.address} for card in facts.bus],
        "libcuda": _probe_to_json(facts.libcuda, _libcuda_to_json),
        "driver_files": {
            "loaded": list(facts.driver_files.loaded),
            "nodes": dict(facts.driver_files.nodes),
            "secure_boot": facts.driver_files.secure_boot,
            "on_disk": facts.driver_files.on_disk,
            "dxg": facts.driver_files.dxg,
            "cdi": dict(facts.driver_files.cdi),
        },
        "troubles": [{"cause": each.cause.value, "seen": each.seen, "gpu": each.gpu} for each in facts.troubles],
        "toolkits": [
            {
                "path": t.path,
                "version": _text(t.version),
                "active": t.active,
                "found_via": t.found_via,
                "targets": list(t.targets),
                "ways": list(t.ways),
            }
            for t in facts.toolkits
        ],
        "compilers": [
            {
                "path": c.path,
                "name": c.name,
                "version": c.version,
                "major": c.major,
                "found_via": c.found_via,
                "ways": list(c.ways),
            }
            for c in facts.compilers
        ],
        "cmake": _probe_to_json(facts.cmake, lambda tool: {"path": tool.path, "version": tool.version}),
        "container": {
            "inside": facts.container.inside,
            "kind": facts.container.kind,
            "evidence": facts.container.evidence,
        },
        "packages": [package_to_json(each) for each in facts.packages],
        "environments": [
            {
                "prefix": e.prefix,
                "label": e.label,
                "python": e.python,
                "found_via": e.found_via,
                "folders": list(e.folders),
                "installer": e.installer,
                "program": e.program,
            }
            for e in facts.environments
        ],
        "environment": dict(facts.environment),
        "jit_cache": _cache_to_json(facts.jit_cache) if facts.jit_cache is not None else None,
        "notes": list(facts.notes),
        "asked": {"gpus": list(facts.asked.gpus), "driver": _text(facts.asked.driver)},
    }
    return {key: _private(value, facts.home) for key, value in document.items()}


def _probe_to_json(probe: Found[T] | Missing, value_to_json: Callable[[T], object]) -> dict[str, object]:
    if isinstance(probe, Missing):
        return {"missing": probe.what, "tried": list(probe.tried)}
    return {"found_via": probe.found_via, "value": value_to_json(probe.value)}


def _gpu_to_json(gpu: GpuDevice, hidden: tuple[GpuDevice, ...]) -> dict[str, object]:
    return {
        "index": gpu.index,
        "name": gpu.name,
        "compute_capability": str(gpu.capability),
        "pci_id": gpu.pci_id,
        "memory_bytes": gpu.memory_bytes,
        "bus_id": gpu.bus_id,
        "mig": None if gpu.mig is None else len(gpu.mig),
        "visible": gpu not in hidden,
    }


def _cache_to_json(cache: JitCacheFacts) -> dict[str, object]:
    return {"path": cache.path, "size": cache.size, "writable": cache.writable, "mounted": cache.mounted}


def _libcuda_to_json(libcuda: LibcudaFacts) -> dict[str, object]:
    return {
        "path": libcuda.path,
        "release": _text(libcuda.release),
        "cuda": _text(libcuda.cuda),
        "init": libcuda.init,
        "devices": list(libcuda.devices),
    }


def _text(value: object | None) -> str | None:
    return None if value is None else str(value)


# -- from JSON


def from_json(document: object) -> HostFacts:
    """Return the facts of a document that `to_json` made, here or elsewhere; keys it does not know are passed over.

    `ParseError` for anything else, in one line that names the key.
    """
    if not isinstance(document, dict):
        raise ParseError("not a facts file: expected a JSON object")
    if document.get("schema") != SCHEMA:
        raise ParseError(
            f"not a facts file that this version reads: schema is {document.get('schema')!r:.60}, not {SCHEMA!r}"
        )
    root = JsonNode(document, "")
    environment = root.child("environment")
    return HostFacts(
        gpus=root.probe("gpus", lambda node: tuple(_gpu_from_json(each) for each in node.children("value"))),
        driver=root.probe("driver", lambda node: _driver_from_json(node.child("value"))),
        toolkits=tuple(
            ToolkitFacts(
                n.text("path"),
                n.parsed("version", ToolkitVersion.parse),
                n.flag("active"),
                found_via=n.text("found_via"),
                targets=n.texts_or("targets", ()),
                ways=n.texts_or("ways", ways_in(n.text("found_via"))),
            )
            for n in root.children("toolkits")
        ),
        compilers=tuple(
            HostCompiler(
                n.text("path"),
                n.text("name"),
                n.text("version"),
                major=n.number("major"),
                found_via=n.text("found_via"),
                ways=n.texts_or("ways", ways_in(n.text("found_via"))),
            )
            for n in root.children("compilers")
        ),
        cmake=root.probe("cmake", lambda node: _tool_from_json(node.child("value"))),
        container=_container_from_json(root.child("container")),
        packages=tuple(map(package_from_json, root.children("packages"))),
        environments=tuple(
            Environment(
                n.text("prefix"),
                n.text("label"),
                n.text("python"),
                found_via=n.text("found_via"),
                folders=n.texts("folders"),
                installer=n.text("installer"),
                program=n.text_or("program", ""),
            )
            for n in (root.children("environments") if "environments" in root.value else ())
        ),
        environment=tuple((name, environment.text(name)) for name in environment.value),
        jit_cache=_cache_from_json(root.child_or_none("jit_cache")),
        pci_cards=root.texts("pci_cards"),
        bus=tuple(
            PciCard(n.text("id"), n.text_or_none("driver"), n.text_or_none("address")) for n in root.later("pci_bus")
        ),
        libcuda=root.probe("libcuda", _libcuda_from_json) if "libcuda" in document else Missing("libcuda", ()),
        driver_files=_files_from_json(root.child("driver_files")) if "driver_files" in document else DriverFiles(),
        troubles=tuple(trouble for n in root.later("troubles") if (trouble := _trouble_from_json(n)) is not None),
        platform=root.text("platform"),
        python=root.text("python"),
        libc=root.text_or_none("libc"),
        notes=root.texts("notes"),
        asked=_asked_from_json(root.child_or_none("asked")),
    )


def _asked_from_json(node: JsonNode | None) -> AskedFor:
    """What was asked for; nothing in facts that were saved before there was such a key."""
    return AskedFor() if node is None else AskedFor(node.texts("gpus"), node.parsed("driver", DriverRelease.parse))


def _gpu_from_json(node: JsonNode) -> GpuDevice:
    capability = node.parsed("compute_capability", ComputeCapability.parse)
    if capability is None:
        raise node.error("compute_capability", "a compute capability such as 12.0")
    memory = None if node.value.get("memory_bytes") is None else node.number("memory_bytes")
    return GpuDevice(
        node.number("index"),
        node.text("name"),
        capability,
        uuid=None,
        pci_id=node.text_or_none("pci_id"),
        memory_bytes=memory,
        bus_id=node.text_or_none("bus_id"),
        mig=None if node.value.get("mig") is None else ("",) * min(node.number("mig"), _MOST_INSTANCES),
        visible=node.flag_or_none("visible"),
    )


def _cache_from_json(node: JsonNode | None) -> JitCacheFacts | None:
    if node is None:
        return None
    return JitCacheFacts(
        node.text_or_none("path"),
        node.number_or_none("size"),
        writable=node.flag("writable"),
        mounted=node.flag_or_none("mounted"),
    )


def _driver_from_json(node: JsonNode) -> DriverFacts:
    return DriverFacts(
        node.parsed("release", DriverRelease.parse),
        node.parsed("cuda", DriverCudaVersion.parse),
        node.text_or_none("kernel_module"),
    )


def _libcuda_from_json(node: JsonNode) -> LibcudaFacts:
    said = node.child("value")
    return LibcudaFacts(
        path=said.text_or_none("path"),
        release=said.parsed("release", DriverRelease.parse),
        cuda=said.parsed("cuda", DriverCudaVersion.parse),
        init=said.number("init"),
        devices=said.texts("devices"),
    )


def _files_from_json(node: JsonNode) -> DriverFiles:
    nodes, cdi = node.child("nodes"), node.child_or_none("cdi")
    return DriverFiles(
        loaded=node.texts("loaded"),
        nodes=tuple((name, nodes.flag(name)) for name in nodes.value),
        secure_boot=node.flag_or_none("secure_boot"),
        on_disk=node.flag_or_none("on_disk"),
        dxg=node.flag("dxg"),
        cdi=tuple((path, cdi.text(path)) for path in cdi.value) if cdi is not None else (),
    )


def _trouble_from_json(node: JsonNode) -> Trouble | None:
    """The trouble; `None` for a cause of a later version."""
    cause = next((cause for cause in Cause if cause.value == node.text("cause")), None)
    return None if cause is None else Trouble(cause, node.text("seen"), node.text_or_none("gpu"))


def _tool_from_json(node: JsonNode) -> ToolFacts:
    return ToolFacts(node.text("path"), node.text("version"))


def _container_from_json(node: JsonNode) -> ContainerFacts:
    return ContainerFacts(node.flag("inside"), node.text_or_none("kind"), node.text("evidence"))
