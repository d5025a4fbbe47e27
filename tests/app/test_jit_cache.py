"""What `doctor` says of the JIT's cache: one line, and a warning where something is compiled and not kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cudacompat.app.doctor import save
from cudacompat.domain.machine.facts import (
    ContainerFacts,
    DriverFacts,
    Found,
    GpuDevice,
    HostFacts,
    JitCacheFacts,
    Missing,
)
from cudacompat.domain.rules.machine.jit_cache_unusable import JitUse
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease
from tests.helpers.device_files import library
from tests.helpers.rule_case import RuleCase
from tests.helpers.run import inside

GPU = GpuDevice(0, "NVIDIA GeForce RTX 5090", ComputeCapability(12, 0), None, "10de:2b85", 1)
KEPT = JitCacheFacts("/home/u/.nv/ComputeCache", 3 << 20, writable=True, mounted=None)
CLOSED = JitCacheFacts("/srv/.nv/ComputeCache", None, writable=False, mounted=None)
HOST = ContainerFacts(False, None, "")
DOCKER = ContainerFacts(True, "docker", "as told")


def facts(
    cache: JitCacheFacts | None,
    container: ContainerFacts = HOST,
    **variables: str,
) -> HostFacts:
    driver = DriverFacts(DriverRelease.parse("580.65.06"), DriverCudaVersion.parse("13.0"), "open")
    return HostFacts(
        Found((GPU,), "NVML"),
        Found(driver, "NVML"),
        container=container,
        environment=tuple(variables.items()),
        jit_cache=cache,
    )


RULE_CASES = (RuleCase("jit-cache-unusable", JitUse(facts(CLOSED), ("q",)), JitUse(facts(KEPT), ("q",))),)


def asked(tmp_path: Path, saved: HostFacts, *modules: str) -> tuple[str, list[str], list[str], int]:
    """The line, the messages and the plan, for a library of these modules."""
    (tmp_path / "facts.json").write_text(save(saved))
    (tmp_path / "lib.so").write_bytes(library(*modules))
    ran = inside("doctor", "lib.so", "--facts", "facts.json", cwd=tmp_path)
    line = next((each for each in ran.out.splitlines() if each.startswith("JIT cache")), "")
    said = json.loads(inside("doctor", "lib.so", "--facts", "facts.json", "--format", "json", cwd=tmp_path).out)
    told = [f["message"] for f in said["findings"] if f["id"] == "jit-cache-unusable"]
    plan = [f"{step['why']} | {step['command']}" for step in said["plan"] if "again" in step["why"]]
    return line, told, plan, ran.code


NATIVE, PTX = "sm_120", "compute_90"


@pytest.mark.parametrize(
    ("saved", "line", "why"),
    [
        (facts(KEPT), "JIT cache /home/<user>/.nv/ComputeCache, 3 MiB", None),
        (
            facts(KEPT, CUDA_CACHE_DISABLE="1"),
            "JIT cache /home/<user>/.nv/ComputeCache, 3 MiB, switched off by CUDA_CACHE_DISABLE",
            "CUDA_CACHE_DISABLE=1 is set",
        ),
        (
            facts(KEPT, CUDA_CACHE_MAXSIZE="0"),
            "JIT cache /home/<user>/.nv/ComputeCache, 3 MiB, CUDA_CACHE_MAXSIZE=0",
            "CUDA_CACHE_MAXSIZE=0 leaves its cache no room",
        ),
        (
            facts(CLOSED),
            "JIT cache /srv/.nv/ComputeCache, not made yet, cannot be written",
            "/srv/.nv/ComputeCache cannot be written",
        ),
        (
            facts(JitCacheFacts(None, None, writable=False, mounted=None)),
            "JIT cache no home directory to keep it in",
            "there is no home directory for its cache",
        ),
        (
            facts(JitCacheFacts("/srv/.nv/ComputeCache", 0, writable=True, mounted=False), DOCKER),
            "JIT cache /srv/.nv/ComputeCache, 0 MiB, lost with the container",
            "/srv/.nv/ComputeCache goes with the container",
        ),
        (
            facts(JitCacheFacts("/cache", 0, writable=True, mounted=True), DOCKER),
            "JIT cache /cache, 0 MiB",
            None,
        ),
        (facts(None), "", None),
    ],
)
def test_the_line_and_the_warning(tmp_path: Path, saved: HostFacts, line: str, why: str | None) -> None:
    shown, told, plan, _ = asked(tmp_path, saved, NATIVE)
    assert (shown, told, plan) == (line, [], [])  # nothing is compiled, so nothing is amiss
    _, told, plan, code = asked(tmp_path, saved, PTX)
    assert told == ([f"each start compiles lib.so again: {why}"] if why else [])
    assert len(plan) == (1 if why else 0)
    assert code == 0


def test_for_another_machines_gpu_nothing_is_said_of_this_ones(tmp_path: Path) -> None:
    here = facts(CLOSED)
    without = HostFacts(Missing("GPU", ()), Missing("driver", ()), jit_cache=here.jit_cache)
    (tmp_path / "facts.json").write_text(save(without))
    (tmp_path / "lib.so").write_bytes(library(PTX))
    ran = inside("doctor", "lib.so", "--facts", "facts.json", "--gpu", "12.0", cwd=tmp_path)
    assert "JIT cache" not in ran.out
    assert "again" not in ran.out
