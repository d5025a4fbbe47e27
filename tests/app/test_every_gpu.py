"""A command that a cure names serves all GPUs that were asked for: a build for the one that fails loses the others."""

from __future__ import annotations

import json
from pathlib import Path

from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.merged_findings import merged
from cudacompat.domain.words.phrases import for_every_gpu
from tests.helpers.build import target
from tests.helpers.run import inside

ROOT = Path(__file__).resolve().parents[2]
INCIDENT = str(ROOT / "examples/incident/libggml-cuda.so")


def test_check_names_all_gpus_in_each_command() -> None:
    for gpus in (["A100", "RTX 5090"], ["RTX 5090", "A100", "8.0"]):
        told = inside("check", INCIDENT, *(word for gpu in gpus for word in ("--gpu", gpu)), "--format", "json")
        helps = {each["help"] for each in json.loads(told.out)["findings"] if each["id"] == "default-target-only"}
        (only,) = helps
        assert "generate " in only
        assert "--gpu A100" in only
        assert "--gpu 'RTX 5090'" in only
        assert only.count("--gpu") == 2


def test_findings_with_the_same_command_are_still_one() -> None:
    command = "cudacompat generate --gpu"
    targets = [target("8.0"), target("12.0")]
    each = [
        Finding("a", Severity.ERROR, f"no {t.label}", "x", help=f"{command} {t.spec}", target=t.id) for t in targets
    ]
    (one,) = merged(for_every_gpu(each, targets), targets)
    assert one.message == "no 8.0 and 12.0"
    assert one.help == "cudacompat generate --gpu 8.0 --gpu 12.0"


def test_lint_names_all_gpus_for_a_configured_directory(tmp_path: Path) -> None:
    units = [
        {"directory": "/b", "file": f"{name}.cu", "command": f"nvcc -gencode arch=compute_80,code=sm_80 -c {name}.cu"}
        for name in "ab"
    ]
    (tmp_path / "compile_commands.json").write_text(json.dumps(units))
    told = inside("lint", str(tmp_path), "--gpu", "A100", "--gpu", "RTX 5090", "--format", "json")
    (found,) = (each for each in json.loads(told.out)["findings"] if each["id"] == "planned-missing-target")
    assert "--gpu A100 --gpu 'RTX 5090', then" in found["help"]


def test_the_command_that_writes_settings_keeps_the_driver() -> None:
    told = inside("check", INCIDENT, "--gpu", "V100", "--gpu", "T4", "--driver", "470", "--format", "json")
    helps = [each["help"] for each in json.loads(told.out)["findings"] if "cudacompat generate" in (each["help"] or "")]
    assert helps
    assert all("cudacompat generate --gpu V100 --gpu 'Tesla T4' --driver 470" in each for each in helps)


def test_the_commands_of_a_plan_build_what_they_check() -> None:
    told = {
        engine: json.loads(inside("generate", engine, "--gpu", "T4", "--format", "json").out)["builds"][0]["commands"]
        for engine in ("vllm", "pytorch", "bitsandbytes")
    }
    assert told["vllm"][-2] == "TORCH_CUDA_ARCH_LIST=7.5 pip wheel --no-deps --no-cache-dir -w dist ."
    assert "pip wheel" in told["pytorch"][-2]
    assert told["bitsandbytes"][-2] == "cmake --build build"
