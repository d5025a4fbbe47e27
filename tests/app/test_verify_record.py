"""The records of `verify`, `bench` and `rebuild` on real GPUs: what they had to say they said, and the verdicts, ratios
and plans of today are those of the record."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cudacompat.app.runs.run_log import RunLog
from cudacompat.domain.builds.plans.plan import plan_build
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.reports.bench import BenchReport
from cudacompat.domain.reports.verify import VerifyReport
from cudacompat.domain.rules.run import RUN_RULES
from cudacompat.domain.runs.bench import Measured, Run, Variant, oddity
from cudacompat.domain.runs.observation import (
    DeviceUse,
    End,
    Ended,
    Health,
    JitCache,
    JudgedFile,
    LogView,
    Observation,
    ProcessView,
)
from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.runs.verify import Expect, decide
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Outcome
from cudacompat.engines import find
from cudacompat.report.commands.bench_json import bench_json
from cudacompat.report.commands.generate_json import setting_json
from tests.helpers.each_row import each_case

DATA = Path(__file__).parents[1] / "data" / "h200"
RECORDS = ("verify", "whisper-verify", "whisper-devices")


@cache
def record(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text())
    return document


def rows() -> list[tuple[str, dict[str, Any]]]:
    return [(name, row) for name in RECORDS for row in record(name)["runs"]]


def run_of(name: str, row: str) -> dict[str, Any]:
    (found,) = [each for each in record(name)["runs"] if each["name"] == row]
    said: dict[str, Any] = found["said"]
    return said


# -- verify


@pytest.mark.parametrize(("name", "least"), list(zip(RECORDS, (19, 30, 8), strict=True)))
def test_it_said_what_it_had_to(name: str, least: int) -> None:
    document = record(name)
    assert all(gpu["name"].startswith("NVIDIA H") for gpu in document["machine"]["gpus"])
    assert len(document["runs"]) >= least
    assert [row["name"] for row in document["runs"] if row["is"] != row["has_to_be"]] == []


def log_of(said: dict[str, Any]) -> LogView:
    """The lines of the output that the evidence quotes."""
    log = RunLog()
    for each in said["evidence"]:
        if each["source"] == "log" and each["line"] is not None:
            log.feed(each["text"].partition("; ")[0].encode() + b"\n")
    return log.close()


def view_of(said: dict[str, Any]) -> ProcessView | None:
    text = " ".join(each["text"] for each in said["evidence"] if each["source"] == "proc")
    looked = re.search(r"in (\d+) process(?:es)?, looked at (\d+) times?", text)
    if looked is None:
        return None
    run = said["run"]
    return ProcessView(
        samples=int(looked[2]),
        processes=int(looked[1]),
        libcuda=run["libcuda"],
        with_libcuda_s=run["seconds"] if run["libcuda"] else 0.0,
        jit_compiler=run["ptx_compiler"],
        devices=tuple(map(int, re.findall(r"nvidia(\d)", text.partition("device files open")[2]))),
    )


def cache_of(run: dict[str, Any]) -> JitCache | None:
    seen = run["jit_cache"]
    if seen is None:
        return None
    before, after = ((1, size) if (size := seen[f"bytes_{when}"]) else (0, 0) for when in ("before", "after"))
    return JitCache(seen["path"] or "", seen["cold"], seen["enabled"], before, after, seen["files_opened"])


def health_of(row: dict[str, Any]) -> Health | None:
    if "--health" not in row["options"]:
        return None
    (text,) = [each["text"] for each in row["said"]["evidence"] if each["source"] == "health"]
    url = row["options"][row["options"].index("--health") + 1]
    return Health(url, row["said"]["run"]["healthy_after_seconds"], re.split(r": |\(", text)[-1].rstrip(")"))


def observed(row: dict[str, Any]) -> Observation:
    """A recorded run as what was seen of it, as far as the document tells."""
    said = row["said"]
    run = said["run"]
    if run is None:
        return Observation((), log_of(said), unseen=tuple(said["unseen"]))
    devices = [
        DeviceUse(
            each["index"],
            each["name"],
            ComputeCapability.parse(each["compute_capability"]),
            each["memory_before"],
            each["memory_peak"],
            each["memory_after"],
            each["busy_percent"],
            each["memory_of_command"],
        )
        for each in said["devices"]
    ]
    judged = [
        JudgedFile(
            each["path"],
            each["target"],
            Outcome(each["outcome"]),
            tuple((Outcome(outcome), number) for outcome, number in each["modules"].items()),
        )
        for each in run["mapped"]
    ]
    return Observation(
        command=tuple(said["command"]),
        log=log_of(said),
        ended=Ended(End(run["ended"]), run["seconds"], run["exit_code"], run["why"], run["left_behind"]),
        health=health_of(row),
        devices=tuple(devices),
        view=view_of(said),
        cache=cache_of(run),
        judged=tuple(judged),
        driver=not any("no driver here" in each for each in said["unseen"]),
        lists_processes=run["lists_processes"],
        bare_context=run["bare_context"],
        unseen=tuple(said["unseen"]),
    )


@each_case(("name", "row"), rows(), ids=[f"{name}: {row['name']}" for name, row in rows()])
def test_what_was_seen_gives_the_same_verdict(name: str, row: dict[str, Any]) -> None:
    said, expected = row["said"], row["said"]["expected"]
    seen, memory = observed(row), expected["min_gpu_memory"]
    gpus = tuple(resolve(spec) for spec in expected["gpus"])
    verified = Verified(seen, decide(seen, memory), Expect(expected["level"]), memory, gpus, said["log"])
    report = VerifyReport(verified, tuple(finding for rule in RUN_RULES for finding in rule.check(verified)))
    decision = verified.decision
    assert (decision.verdict.value, decision.code.value) == (said["verdict"], said["code"]), decision.why
    assert (report.exit_code, [each.id for each in report.findings]) == (
        row["is"][1],
        [each["id"] for each in said["findings"]],
    )


def test_a_compilation_was_seen_in_three_ways() -> None:
    cold, filling, warm = (run_of("whisper-verify", f"PTX, {how}") for how in ("cold", "filling a cache", "warm"))
    for said in (cold, filling):
        assert said["run"]["ptx_compiler"] is True
        assert said["run"]["jit_cache"]["bytes_before"] == 0
        assert said["run"]["jit_cache"]["bytes_after"] > 10 << 20
        assert said["run"]["seconds"] > 10 * warm["run"]["seconds"]
    assert warm["run"]["ptx_compiler"] is False
    assert warm["run"]["jit_cache"]["files_opened"] == 11
    native = run_of("whisper-verify", "native")["run"]
    assert (native["ptx_compiler"], native["jit_cache"]["files_opened"], native["jit_cache"]["bytes_after"]) == (
        False,
        0,
        0,
    )
    assert native["seconds"] < 2


def test_what_ran_was_the_library_that_was_built() -> None:
    for row, outcome in (("native", "native"), ("PTX, cold", "jit")):
        mapped = {Path(each["path"]).name: each for each in run_of("whisper-verify", row)["run"]["mapped"]}
        assert mapped["libggml-cuda.so.0.20.2"]["outcome"] == outcome
        assert mapped["libggml-cuda.so.0.20.2"]["modules"][outcome] == 137
        assert any(name.startswith("libcublasLt") for name in mapped)


@pytest.mark.parametrize(
    ("row", "used"),
    [
        ("the first", [0]),
        ("the second", [1]),
        ("the second, by whisper.cpp's own option", [1]),
        ("both, a process each", [0, 1]),
        ("the second, own process numbers", [1]),
    ],
)
def test_each_gpu_that_was_used(row: str, used: list[int]) -> None:
    devices = run_of("whisper-devices", row)["devices"]
    assert [each["index"] for each in devices if each["used"]] == used
    assert [each["index"] for each in devices if each["memory_of_command"]] == used


# -- bench


def test_the_ratios_are_those_of_the_runs() -> None:
    said = record("whisper-bench")["said"]
    measured = []
    for each in said["variants"]:
        variant = Variant(each["name"])
        runs = tuple(
            Run(r["total_seconds"], r["first_seconds"], r["per_second"], r["jit_cache_bytes"], r["used"], r["failed"])
            for r in each["runs"]
        )
        command = tuple(each["command"])
        measured.append(Measured(variant, command, (), runs, oddity(variant, runs)))
    report = BenchReport(said["machine"], tuple(measured), said["runs"], said["first_result"], said["rate"])
    again = bench_json(report)["variants"]
    assert isinstance(again, list)
    for now, then in zip(again, said["variants"], strict=True):
        assert now["note"] is None
        assert now["to_native"] == {
            key: pytest.approx(value, rel=0.01) for key, value in then["to_native"].items()
        }  # the record's times are rounded
    assert (report.exit_code, record("whisper-bench")["exit_code"]) == (0, 0)


def test_what_native_code_is_worth() -> None:
    by_name = {each["name"]: each for each in record("whisper-bench")["said"]["variants"]}
    assert list(by_name) == [variant.value for variant in Variant]
    assert all(len(each["runs"]) >= 5 for each in by_name.values())
    assert by_name["jit-cold"]["to_native"]["first"]["min"] > 10
    assert by_name["jit-warm"]["to_native"]["first"]["max"] < 1.5
    assert by_name["cpu"]["to_native"]["per_second"]["max"] < 0.5
    # equal work: as many passes on the GPU as on the CPU
    timings = record("whisper-bench")["whisper_timings"]
    for part in ("encode", "decode"):
        assert timings["native"][part]["runs"] == timings["cpu"][part]["runs"] > 0


# -- rebuild


def test_rebuild_made_what_it_promised() -> None:
    document = record("whisper-builds")
    builds, cure = document["builds"], document["cure"]
    for made in (builds["ptx"], builds["native"], cure["native"]):
        assert made["exit_code"] == 0
    (ptx,) = builds["ptx"]["json"]["after"]["artifacts"]
    (native,) = builds["native"]["json"]["after"]["artifacts"]
    assert [each["verdicts"][0]["modules"]["jit"] for each in (ptx, native)] == [137, 0]
    assert native["verdicts"][0]["modules"]["native"] == 137
    text = "\n".join(cure["native"]["text"])
    assert "sm_75 (machine code), compute_75 (PTX 9.0)\n         9.0: jit, 137 jit\nafter" in text
    assert "sm_90 (machine code), compute_90 (PTX 9.0)\n         9.0: native, 137 native" in text


def test_the_wrong_build_was_seen_in_seconds_and_by_check() -> None:
    document = record("whisper-builds")
    for builds in (document["builds"], document["cure"]):
        wrong = builds["configured without a GPU"]
        assert wrong["seconds"] < 2
        native = "141 CUDA sources would be compiled for -arch=native: nvcc's default target where no GPU is"
        assert any(note.endswith(native) for note in wrong["notes"])
    checked = document["cure"]["built without a GPU"]
    assert checked["check_exit_code"] == 1
    assert [each["id"] for each in checked["check"]["findings"]] == ["default-target-only"]


def test_the_share_of_rebuild_itself() -> None:
    """On 16 processors: less than 2 % beside the commands that it drives."""
    for name in ("ptx", "native"):
        made = record("whisper-builds")["builds"][name]
        assert made["seconds"] - made["seconds_of_the_commands"] < 0.02 * made["seconds_of_the_commands"]


@pytest.mark.parametrize(("name", "gpu"), [("ptx", "compute_75"), ("native", "9.0")])
def test_the_plan_of_today_is_the_one_that_was_built(name: str, gpu: str) -> None:
    from cudacompat.app.inputs.wanted_gpus import wanted_gpus

    then = record("whisper-builds")["builds"][name]["json"]
    plan = plan_build(find("whisper.cpp"), wanted_gpus([gpu]), version=then["engine_version"], cuda=then["cuda"])
    assert [str(each) for each in plan.arrives] == [each["target"] for each in then["arrives"]]
    now = {each["name"]: each["value"] for each in map(setting_json, plan.settings)}
    assert now == {each["name"]: each["value"] for each in then["settings"]}
