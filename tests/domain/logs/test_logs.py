"""Logs out of public threads: the first cause, all that is known in them, and nothing in those of healthy runs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cudacompat.domain.logs.report import ExplainReport, Part
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Target
from tests.domain.logs.test_catalogue import read
from tests.helpers.each_row import each_case
from tests.helpers.run import ROOT

LOGS = Path(__file__).parents[2] / "data" / "logs"
SOURCES: dict[str, dict[str, Any]] = tomllib.loads((LOGS / "sources.toml").read_text())
INCIDENT = (ROOT / "examples" / "incident" / "container.log").read_text()
GPU = Target("NVIDIA GeForce RTX 5070 Ti", "NVIDIA GeForce RTX 5070 Ti", ComputeCapability(12, 0))


def cause(report: ExplainReport) -> str | None:
    return next((match.signature.id for match in report.matches if match.part is Part.CAUSE), None)


def known(report: ExplainReport) -> set[str]:
    return {match.signature.id for match in report.matches}


def consequences(report: ExplainReport) -> dict[str, str | None]:
    return {m.signature.id: m.follows_from for m in report.matches if m.part is Part.CONSEQUENCE}


@each_case("name", SOURCES)
def test_a_real_log(name: str) -> None:
    expected = SOURCES[name]
    report = read((LOGS / f"{name}.log").read_text())
    assert known(report) == set(expected["known"])
    assert cause(report) == expected.get("cause")
    assert report.exit_code == expected["exit"]
    devices = [str(device.capability) for device in report.facts.devices]
    assert devices[:1] == ([expected["gpu"]] if "gpu" in expected else [])
    assert (report.verdict.outcome.value if report.verdict else None) == expected.get("verdict")


def test_every_log_has_its_source_and_is_short() -> None:
    assert {path.stem for path in LOGS.glob("*.log")} == set(SOURCES)
    for name, expected in SOURCES.items():
        assert all(re.fullmatch(r"[\w.-]+/[\w.-]+#\d+", each) for each in expected["source"].split(", "))
        text = (LOGS / f"{name}.log").read_text()
        assert text.count("\n") <= 20
        assert len(text) <= 3000


def test_healthy_runs_are_among_them() -> None:
    healthy = [name for name in SOURCES if name.startswith("healthy-")]
    assert len(healthy) >= 8
    assert all(SOURCES[name] | {"known": [], "exit": 0} == SOURCES[name] for name in healthy)


class TestTheIncident:
    """The story's own log: code for nvcc's default target came to run through the JIT."""

    def test_the_first_cause_is_the_default_target_and_not_the_signal(self) -> None:
        report = read(INCIDENT)
        assert cause(report) == "ggml-default-target"
        match = next(match for match in report.matches if match.part is Part.CAUSE)
        assert (match.line, match.count) == (51, 12)
        assert "52" in match.title
        assert set(consequences(report).values()) == {"ggml-default-target"}
        assert {"cuda-launch-failure", "ggml-cuda-error", "process-aborted"} <= set(consequences(report))

    def test_the_cure_names_the_engine_and_the_gpu_of_the_log(self) -> None:
        match = next(match for match in read(INCIDENT).matches if match.part is Part.CAUSE)
        assert match.command == "cudacompat generate whisper-rs --gpu 'RTX 5070 Ti'"

    def test_what_came_before_the_failure_is_a_healthy_log(self) -> None:
        report = read("".join(INCIDENT.splitlines(keepends=True)[:50]))
        assert report.matches == ()
        assert report.unknown == ()
        assert report.exit_code == 0
        assert [str(device.capability) for device in report.facts.devices] == ["12.0"]


NO_CODE = (
    "x.cu:51: ERROR: CUDA kernel mul_mat_vec has no device code compatible with CUDA arch {}. ggml-cuda.cu was "
    "compiled for: {}\n"
)
DEVICE = "  Device 0: NVIDIA card, compute capability {}, VMM: yes\n"


class TestTheArchInGgmlsLine:
    """It is `__CUDA_ARCH__` of the code that was running."""

    @each_case(
        ("device", "arch", "list_", "id_"),
        [
            ("12.0", "520", "520", "ggml-default-target"),
            ("12.0", "750", "750", "ggml-default-target"),  # from CUDA 13
            ("8.6", "520", "520", "ggml-default-target"),
            ("7.5", "750", "750", "ggml-kernel-lacks-feature"),  # its own: nothing is missing
            ("7.0", "700", "700", "ggml-kernel-lacks-feature"),
            ("7.0", "700", "520,610,700", "ggml-kernel-lacks-feature"),
            ("12.0", "900", "520,900", "ggml-no-device-code"),
            ("12.0", "520", "520,610,700", "ggml-no-device-code"),  # a list was set: not the default target
        ],
    )
    def test_says_what_happened(self, device: str, arch: str, list_: str, id_: str) -> None:
        assert cause(read(DEVICE.format(device) + NO_CODE.format(arch, list_))) == id_

    def test_and_without_a_device_line_the_gpu_of_the_option_counts(self) -> None:
        assert cause(read(NO_CODE.format("750", "750"))) == "ggml-default-target"
        turing = Target("7.5", None, ComputeCapability(7, 5))
        assert cause(read(NO_CODE.format("750", "750"), turing)) == "ggml-kernel-lacks-feature"


class TestAVerdictFromALogAlone:
    @each_case(
        ("device", "archs", "outcome", "exit_"),
        [
            ("12.0", "1200", "built-for", 0),
            ("12.0", "520", "default-target-only", 1),
            ("12.0", "750", "default-target-only", 1),
            ("7.5", "750", "built-for", 0),
            ("5.2", "520", "built-for", 0),
            ("8.6", "500,610,700,750,800", "runs", 0),
            ("12.0", "500,610,700,750,800,860,890", "jit-or-fails", 0),
            ("6.1", "800,860", "fails", 1),
            ("12.1", "1200", "runs", 0),
            ("12.0", "1210", "fails", 1),
        ],
    )
    def test_device_and_archs(self, device: str, archs: str, outcome: str, exit_: int) -> None:
        line = f"system_info: n_threads = 4 / 8 | CUDA : ARCHS = {archs} | USE_GRAPHS = 1 | CPU : AVX2 = 1 |\n"
        report = read(DEVICE.format(device) + line)
        assert report.verdict is not None
        assert (report.verdict.outcome.value, report.verdict.line) == (outcome, 2)
        assert report.exit_code == exit_

    @pytest.mark.parametrize(
        ("arch", "listed", "outcome", "id_"),
        [
            ("sm_120", "sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90", "fails", "torch-incompatible-gpu"),
            ("sm_120", "sm_80 sm_90 compute_90", "runs", "torch-ptx-only"),
            ("sm_37", "sm_50 sm_60 compute_60", "fails", "torch-incompatible-gpu"),
        ],
    )
    def test_pytorch(self, arch: str, listed: str, outcome: str, id_: str) -> None:
        report = read(
            f"NVIDIA X with CUDA capability {arch} is not compatible with the current PyTorch installation.\n"
            f"The current PyTorch install supports CUDA capabilities {listed}.\n"
        )
        assert report.verdict is not None
        assert report.verdict.outcome.value == outcome
        assert cause(report) == id_


class TestFacts:
    @pytest.mark.parametrize(
        ("line", "name", "capability"),
        [
            (
                "  Device 0: NVIDIA RTX Spark N1X (5120-core Blackwell RTX GPU), compute capability 12.1, VMM: yes, "
                "VRAM: 46477 MiB",
                "NVIDIA RTX Spark N1X (5120-core Blackwell RTX GPU)",
                "12.1",
            ),
            ("  - GPU #0: NVIDIA GeForce RTX 4090 (CC=8.9)", "NVIDIA GeForce RTX 4090", "8.9"),
            (
                "I0000 physical GPU (device: 0, name: Tesla T4, pci bus id: 0000:00:07.0, compute capability: 7.5)",
                "Tesla T4",
                "7.5",
            ),
            (
                "service.cc:176]   StreamExecutor device (0): GeForce GTX 1050 Ti, Compute Capability 6.1",
                "GeForce GTX 1050 Ti",
                "6.1",
            ),
            (
                'msg="inference compute" id=GPU-4 library=cuda compute=6.1 driver=12.2 name="NVIDIA GeForce GTX 1070"',
                "NVIDIA GeForce GTX 1070",
                "6.1",
            ),
            ("  CUDA Capability Major/Minor version number:    8.6", None, "8.6"),
            ("[07/22/2022-13:25:12] [I] Compute Capability: 6.1", None, "6.1"),
        ],
    )
    def test_a_device(self, line: str, name: str | None, capability: str) -> None:
        [device] = read(line + "\n").facts.devices
        assert (device.name, str(device.capability), device.line) == (name, capability, 1)

    def test_driver_toolkit_and_engine(self) -> None:
        facts = read(
            "| NVIDIA-SMI 570.86.10    Driver Version: 570.86.10    CUDA Version: 12.8     |\n"
            "Cuda compilation tools, release 12.4, V12.4.131\n"
            "error: failed to run custom build command for `whisper-rs-sys v0.11.0`\n"
        ).facts
        assert (str(facts.driver), str(facts.driver_cuda), str(facts.toolkit)) == ("570.86.10", "12.8", "12.4")
        assert facts.engine == "whisper-rs"

    def test_the_gpu_of_the_option_goes_before_that_of_the_log(self) -> None:
        report = read(DEVICE.format("8.6") + "RuntimeError: CUDA error: no kernel image is available\n", GPU)
        assert report.target is GPU


class TestCausesAndConsequences:
    def test_the_order_of_lines_decides_between_equals(self) -> None:
        first = "nvcc fatal   : Unsupported gpu architecture 'compute_120'\n"
        second = "error: failed to run custom build command for `whisper-rs-sys v0.11.0`\n"
        for text in (first + second, second + first):  # cargo prints its own line before what it ran
            report = read(text)
            assert cause(report) == "nvcc-unsupported-arch"
            assert consequences(report) == {"cargo-build-script-failed": "nvcc-unsupported-arch"}

    def test_two_faults_stand_side_by_side(self) -> None:
        report = read(
            "nvcc fatal   : Unsupported gpu architecture 'compute_120'\n"
            'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].\n'
        )
        parts = {match.signature.id: match.part for match in report.matches}
        assert parts == {"nvcc-unsupported-arch": Part.CAUSE, "docker-no-gpu-runtime": Part.ALSO}
        assert len(report.findings) == 2

    def test_an_abort_alone_is_the_cause(self) -> None:
        assert cause(read("Aborted (core dumped)\n")) == "process-aborted"

    def test_consequences_are_no_findings(self) -> None:
        report = read(INCIDENT)
        assert [finding.id for finding in report.findings] == ["ggml-default-target"]


class TestTheUnknown:
    @pytest.mark.parametrize(
        "line",
        [
            "error: input file not found 'true'",
            "2025-08-10 ERROR worker: cannot reach the queue",
            "thread 'main' panicked at src/main.rs:6:8:",
            "CUDA error 9999: something new",
            "cudaErrorSomethingNobodyKnows",
            "KeyError: 'segments'",
            "/x.so: undefined symbol: some_function",
        ],
    )
    def test_is_said_to_be_unknown(self, line: str) -> None:
        report = read(line + "\n")
        assert report.matches == ()
        assert [each.line for each in report.unknown] == [1]
        assert report.exit_code == 4

    @each_case(
        "line",
        [
            "0 errors, 0 warnings",
            "Validation error: 84.6%",
            "error: 0.0132",
            "gcc -Wall -Werror -c x.c",
            "Compiled without error",
            "GET /error-page 200",
            "cudaErrorNotReady",
            "error_rate=0.01 errors: 0",
            "the transcript mentions an error the speaker made",
            "np.float is deprecated and will be removed in the future. Use float instead",
            "adb: No devices were found",
            "'znver6' is not a recognized processor for this target (ignoring processor)",
            "-- Found CUDAToolkit: /usr/local/cuda/targets/x86_64-linux/include (found version 12.8.93)",
            "nvcc: NVIDIA (R) Cuda compiler driver",
            "use gpu    = 1",
            "llm_load_tensors: offloaded 33/33 layers to GPU",
        ],
    )
    def test_a_word_is_not_an_error(self, line: str) -> None:
        report = read(line + "\n")
        assert (report.matches, report.unknown, report.exit_code) == ((), (), 0)

    def test_the_nearest_are_named_and_nothing_is_claimed(self) -> None:
        report = read("nvcc fatal : Unsupported host architecture 'z80'\n")
        assert report.matches == ()
        assert "nvcc-unsupported-arch" in report.unknown[0].nearest

    def test_numbers_of_cuda_errors_are_told_apart(self) -> None:
        report = read("x: CUDA error 700\nx: CUDA error 719\nx: CUDA error 700\n")
        assert [(match.signature.code, match.count) for match in report.matches] == [(700, 2), (719, 1)]

    def test_many_of_a_kind_are_one(self) -> None:
        report = read("".join(f"ERROR request {n} failed strangely\n" for n in range(500)))
        assert [(each.line, each.count) for each in report.unknown] == [(1, 500)]
