"""Fuzz targets for what users and machines write: logs, lists of GPUs, policies, baselines, facts, the command line."""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Callable, Iterator
from contextlib import suppress

from cudacompat import engines
from cudacompat.app import doctor
from cudacompat.app.explain import explain, line_catalogue
from cudacompat.app.inputs import baseline_file, fleet, policy_file
from cudacompat.artifacts.logs import LogScanner, pieces
from cudacompat.domain.builds.engine import Grammar
from cudacompat.domain.builds.lists.guess import meant
from cudacompat.domain.builds.lists.nvcc_flags import requested
from cudacompat.domain.builds.lists.reader import read_list
from cudacompat.domain.gpus.lookup import (
    capability_of_cut_name,
    resolve,
    search,
)
from cudacompat.domain.logs.diagnosis import LogSource, diagnose
from cudacompat.domain.logs.match import Matcher
from cudacompat.domain.logs.reading import LogReading
from cudacompat.domain.machine.facts import HostFacts, Missing
from cudacompat.domain.machine.saved_facts import to_json
from cudacompat.domain.policy.keys import size
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.secrets import masked, without_home
from cudacompat.domain.words.target import ArchTarget
from cudacompat.domain.words.versions import DriverRelease, PtxIsa, ToolkitVersion
from cudacompat.host.gpus import smi
from cudacompat.report.safe_text import safe, safe_line, without_commands
from tests.helpers.build import target
from tools.fuzz.target import ROOT, FuzzTarget, file_of, text_of

_DATA = ROOT / "tests/data"


def _loaded(load: Callable[[str], object], name: str) -> Callable[[bytes], None]:
    """Read a file; a refusal in one line is a good answer."""

    def run(data: bytes) -> None:
        with file_of(data, name) as path:
            try:
                load(str(path))
            except CudacompatError as error:
                said = str(error)
                assert said, "a refusal says why"
                assert "\n" not in said, f"a refusal of one line: {said!r}"

    return run


def _policy(path: str) -> None:
    policy_file.load({}, {}, path)


_LINES = functools.cache(line_catalogue)


@functools.cache
def _matcher() -> Matcher:
    lines = _LINES()
    return Matcher((signature for signature in lines.signatures if not signature.derived), lines.everywhere)


def _log(data: bytes) -> None:
    """As `explain LOG --gpu 12.0`, but for the search's automaton, which is made once."""
    reading = LogReading(_matcher(), engines.log_names(), _LINES().signs, capability_of=capability_of_cut_name)
    scanner = LogScanner(reading)
    for piece in pieces(io.BytesIO(data)):
        scanner.feed(piece)
    scanner.close()
    source = LogSource("run.log", scanner.lines, scanner.size)
    diagnose(reading, source, target("12.0"), "--gpu", engines={"whisper.cpp"}, lines=_LINES().by_id())


def _id(data: bytes) -> None:
    with suppress(CudacompatError):
        explain(text_of(data))


def _smi(data: bytes) -> None:
    text = text_of(data)
    smi.parse_gpus(text)
    smi.parse_banner(text)


def _gpu(data: bytes) -> None:
    """What is written behind --gpu; a name that is near others is searched for, which takes long."""
    with suppress(CudacompatError):
        resolve(text_of(data))
    with suppress(CudacompatError):
        search(text_of(data))


def _masked(data: bytes) -> None:
    """What a report keeps of a text: nothing that a terminal or a CI runner obeys, and masked again it is the same."""
    text = text_of(data)
    hidden = masked(text)
    assert masked(hidden) == hidden
    without_home(hidden, "/home/alice")
    for line in safe(text).splitlines():
        shown = safe_line(line)
        assert "\x1b" not in shown
        assert "##[" not in without_commands(shown)


def _command_line(data: bytes) -> None:
    """What else is written behind options: versions, targets, lists, flags, sizes."""
    text = text_of(data)
    parsers: tuple[Callable[[str], object], ...] = (
        ArchTarget.parse, ComputeCapability.parse, DriverRelease.parse, PtxIsa.parse,
        ToolkitVersion.parse, size, meant, lambda spec: requested(spec.split()),
        *(lambda spec, grammar=grammar: read_list(grammar, spec) for grammar in Grammar),
    )  # fmt: skip
    for parse in parsers:
        with suppress(CudacompatError, ValueError):
            parse(text)


# -- seeds


def _files(*patterns: str) -> Callable[[], Iterator[bytes]]:
    def seeds() -> Iterator[bytes]:
        for pattern in patterns:
            for path in sorted(ROOT.glob(pattern)):
                yield path.read_bytes()[:_LONGEST]

    return seeds


_LONGEST = 32 << 10
_POLICY = b"""\
require = ["8.6", "RTX 5070 Ti"]
native = ["12.0"]
ptx = "any"
coverage = 0.5
max-size = "100 MB"
driver-floor = "570"

[[ignore]]
path = "*.so"
rule = "hole"
reason = "known upstream"
expires = 2026-12-31
"""
_BASELINE = b"""\
# cudacompat baseline
version = 1

[[artifact]]
name = "lib.so"
modules = 1
sass = ["sm_80", "sm_90a"]
ptx = ["compute_90"]
"""
_NODES = json.dumps(
    {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {
                "kind": "Node",
                "metadata": {
                    "name": "n1",
                    "labels": {
                        "nvidia.com/gpu.product": "NVIDIA-H200",
                        "nvidia.com/gpu.compute.major": "9",
                        "nvidia.com/gpu.compute.minor": "0",
                        "nvidia.com/gpu.count": "8",
                        "nvidia.com/cuda.driver.major": "580",
                    },
                },
                "status": {"capacity": {"nvidia.com/gpu": "8"}},
            }
        ],
    }
).encode()
_SPECS = (
    "RTX 5070 Ti", "12.0", "sm_90a", "compute_120f", "GH200", "native", "80-real;90-virtual;120a", "8.0 8.6+PTX",
    "-gencode=arch=compute_80,code=[sm_80,compute_80]", "arch=compute_80,code=sm_80;arch=compute_90,code=sm_90",
    "580.65.06", "13.0", "100 MiB", "all-major", "10de:2335", "Jetson AGX Orin", "\u0661\u0662.0",
)  # fmt: skip


def _fleets() -> Iterator[bytes]:
    yield from _files("tests/data/recorded/h200/*.xml")()
    yield _NODES
    yield b"# the lab\n8.6 driver=535.104.05\n2x NVIDIA H200\nRTX 5070 Ti\n"
    yield to_facts()


def to_facts() -> bytes:
    """The saved facts of a machine of which nothing is known."""
    return json.dumps(to_json(HostFacts(Missing("GPU", ("NVML",)), Missing("driver", ())))).encode()


def _facts() -> Iterator[bytes]:
    yield to_facts()
    yield from (
        data for data in _files("tests/data/recorded/*/*.json", "tests/data/**/*facts*.json")() if b"schema" in data
    )


TARGETS = (
    FuzzTarget(
        "log",
        _log,
        _files("tests/data/logs/*.log", "examples/incident/container.log"),
        8192,
        words=(
            "no kernel image is available",
            "CUDA error",
            "sm_",
            "\r",
            "\x1b[31m",
            "nvcc fatal   : ",
            "ggml_cuda_init",
            "Traceback (most recent call last):",
        ),
    ),
    FuzzTarget(
        "nvidia-smi",
        _smi,
        _files("tests/data/recorded/h200/nvidia-smi*"),
        8192,
        words=("[N/A]", "Driver Version:", "CUDA Version:", "NVIDIA H200, ", "MiB", "0x233510DE", "[Not Supported]"),
    ),
    FuzzTarget(
        "fleet",
        _loaded(fleet.load, "fleet"),
        _fleets,
        _LONGEST,
        words=("<nvidia_smi_log>", "<gpu ", "<!DOCTYPE", "<!ENTITY", "&a;", '"kind": "Node"', "nvidia.com/gpu."),
    ),
    FuzzTarget(
        "policy",
        _loaded(_policy, "cudacompat.toml"),
        lambda: (_POLICY, (ROOT / "examples/ci/cudacompat.toml").read_bytes()),
        words=("[[ignore]]", "require = ", "expires = ", "gpus-from = ", "max-size = ", "[tool.cudacompat]"),
    ),
    FuzzTarget(
        "baseline",
        _loaded(baseline_file.load, "cudacompat.lock"),
        lambda: (_BASELINE,),
        words=("[[artifact]]", "modules = ", "sass = [", "sm_100f", "version = 1"),
    ),
    FuzzTarget(
        "facts",
        _loaded(doctor.load, "facts.json"),
        _facts,
        _LONGEST,
        words=('"schema"', '"gpus"', '"driver"', '"found_via"', '"tried"', '"value"', "1e400"),
    ),
    FuzzTarget("finding-id", _id, lambda: (b"no-ptx", b"209", b"CUDA_ERROR_NO_BINARY_FOR_GPU", b"no-such-rule"), 128),
    FuzzTarget(
        "gpu-name", _gpu, lambda: (spec.encode() for spec in _SPECS), 128, words=("RTX ", "GeForce ", " Ti", "sm_")
    ),
    FuzzTarget(
        "masking",
        _masked,
        lambda: (
            b"token=hf_abcdefghijklmnopqrstuvwxyz https://me:secret@host/a",
            b"--password 'a b' ##[error]x\n::add::y",
        ),
        1024,
        words=(
            "token=",
            "--password ",
            "Bearer ",
            "://",
            "@",
            "-----BEGIN ",
            "##[",
            "::",
            "hf" + "_",
            "ghp" + "_",
            "\x1b[",
        ),
    ),
    FuzzTarget(
        "command-line",
        _command_line,
        lambda: (spec.encode() for spec in _SPECS),
        256,
        words=("sm_", "compute_", "-real", "-virtual", "+PTX", "RTX ", "GeForce ", " Ti", "arch=", "code=", "MiB"),
    ),
)
