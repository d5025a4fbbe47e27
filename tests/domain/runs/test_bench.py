"""`bench`: variants in turn, their times, ratios and spread, and what is not as expected."""

from __future__ import annotations

import json
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudacompat.domain.reports.bench import BenchReport
from cudacompat.domain.runs.bench import Measured, Run, Spread, Variant, oddity
from cudacompat.report.commands.bench_text import spread, table
from tests.helpers import fake_gpu
from tests.helpers.each_row import each_case
from tests.helpers.fits import assert_fits
from tests.helpers.run import cudacompat
from tests.helpers.shared_build import BuildOnce

TIMES = st.lists(st.floats(0.001, 1e4), min_size=1, max_size=9)


def runs(*seconds: float, cache: int = 0, used: str = "gpu", failed: str | None = None) -> tuple[Run, ...]:
    """Runs that took so long, each with its first result after half of that."""
    return tuple(Run(s, s / 2, 10 / s, cache, used, failed) for s in seconds)


def measured(variant: Variant, *seconds: float, **more: Any) -> Measured:
    return Measured(variant, ("engine",), (), runs(*seconds, **more))


@given(TIMES, TIMES)
def test_a_ratio_lies_within_its_spread(own: list[float], base: list[float]) -> None:
    one, other = Spread.of(own), Spread.of(base)
    assert one is not None
    assert other is not None
    ratio = one.over(other)
    assert ratio.least <= ratio.middle <= ratio.most
    assert one.least <= one.middle <= one.most
    assert ratio.least * other.most == pytest.approx(one.least)


def test_no_number_has_no_spread() -> None:
    assert Spread.of([]) is None


@each_case(
    ("variant", "of", "odd"),
    [
        (Variant.NATIVE, runs(1, 2), None),
        (Variant.NATIVE, runs(1, cache=900), "the driver compiled code: it contains PTX without machine code"),
        (Variant.NATIVE, runs(1, used="cpu-fallback"), "it ran on the CPU"),
        (Variant.JIT_COLD, runs(1, cache=900, used="gpu-jit"), None),
        (Variant.JIT_COLD, runs(1), "nothing was compiled: the code is not PTX, or the cache is disabled"),
        (Variant.JIT_WARM, runs(1, used="gpu-jit"), None),
        (Variant.JIT_WARM, runs(1, cache=900), "the driver compiled code: the cache was incomplete"),
        (Variant.CPU, runs(1, used="cpu-fallback"), None),
        (Variant.CPU, runs(1, used="undecided"), None),
        (Variant.CPU, runs(1, used="gpu"), "it used the GPU"),
        (Variant.NATIVE, runs(1, failed="exit code 1"), None),
    ],
)
def test_what_is_not_what_it_was_to_be(variant: Variant, of: tuple[Run, ...], odd: str | None) -> None:
    assert oddity(variant, of) == odd


def report(*of: Measured) -> BenchReport:
    return BenchReport("NVIDIA H200", of, 3, "the first output", None)


@pytest.mark.parametrize(
    ("of", "code"),
    [
        ((measured(Variant.NATIVE, 1),), 0),
        ((measured(Variant.NATIVE, 1), measured(Variant.CPU, 9, failed="exit code 1")), 4),
        ((measured(Variant.CPU, 9, failed="exit code 1"),), 5),
        ((Measured(Variant.NATIVE, (), (), runs(1), "it ran on the CPU"),), 4),
    ],
)
def test_exit_code(of: tuple[Measured, ...], code: int) -> None:
    assert report(*of).exit_code == code


def test_the_table() -> None:
    rows = table(report(measured(Variant.NATIVE, 1, 2, 3), measured(Variant.JIT_COLD, 20, 24, 30, cache=9)))
    assert rows[1] == ["native", "3/3", "1.00 [0.50 - 1.50]", "1x", "2.00 [1.00 - 3.00]", "1x"]
    assert rows[2][-2:] == ["24.0 [20.0 - 30.0]", "12.0x [6.67 - 30.0]"]
    alone = table(report(measured(Variant.CPU, 1)))
    assert alone[1] == ["CPU", "1/1", "0.50", "-", "1.00", "-"]
    assert spread(Spread(120.4, 119.6, 121.0, 3)) == "120 [120 - 121]"


# -- the command


@pytest.fixture(scope="module")
def folder(build_once: BuildOnce) -> Path:
    return build_once("fake-gpu", fake_gpu.make)


def bench(folder: Path, state: Path, *arguments: str, **more: str) -> tuple[Any, int]:
    env = {"LD_LIBRARY_PATH": str(folder), "FAKE_GPU": str(state), **more}
    ran = cudacompat("bench", "--format", "json", *arguments, env=env)
    assert ran.err == ""
    schema = json.loads(resources.files("cudacompat").joinpath("schemas", "bench-1.json").read_text())
    assert_fits(ran.json, schema)
    return ran.json, ran.code


# Behaves as the driver makes an engine behave: the variables decide whether it compiles, hits, or finds no GPU.
OBEDIENT = """
import os, subprocess, sys
cache, engine = os.environ["CUDA_CACHE_PATH"], sys.argv[1]
words = ["context", "memory=300"]
if os.environ.get("CUDA_VISIBLE_DEVICES") == "":
    words = ["say=falling back to CPU"]
elif os.environ.get("CUDA_FORCE_PTX_JIT"):
    assert "CUDA_DISABLE_PTX_JIT" not in os.environ
    words += ["hit=k"] if os.path.exists(cache + "/5/5/k") else ["map=libnvidia-ptxjitcompiler.so.1", "cache=k"]
else:
    assert os.environ["CUDA_DISABLE_PTX_JIT"] == "1" and not os.listdir(cache)
words += ["say=first result", "wait=0.3", "say=12.5 items/s"]
sys.exit(subprocess.run([sys.executable, engine, *words]).returncode)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the process tree is read from /proc")
def test_the_same_command_in_every_variant(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "obedient.py"
    script.write_text(OBEDIENT)
    options = ("--runs", "2", "--first", "first result", "--rate", r"([0-9.]+) items/s")
    command = (sys.executable, str(script), str(folder / "engine.py"))
    said, code = bench(folder, tmp_path, *options, "--", *command, CUDA_FORCE_PTX_JIT="1")
    variants = {each["name"]: each for each in said["variants"]}
    assert list(variants) == ["native", "jit-cold", "jit-warm", "cpu"]
    assert {name: each["note"] for name, each in variants.items()} == dict.fromkeys(variants)
    assert code == 0
    used = {name: {run["used"] for run in each["runs"]} for name, each in variants.items()}
    assert used == {"native": {"gpu"}, "jit-cold": {"gpu-jit"}, "jit-warm": {"gpu-jit"}, "cpu": {"cpu-fallback"}}
    assert all(run["jit_cache_bytes"] == 3763 for run in variants["jit-cold"]["runs"])
    assert all(run["jit_cache_bytes"] == 0 for run in variants["jit-warm"]["runs"])
    assert variants["native"]["environment"] == {"CUDA_DISABLE_PTX_JIT": "1"}
    assert variants["native"]["per_second"] == {"median": 12.5, "min": 12.5, "max": 12.5}
    assert variants["native"]["to_native"]["total"]["median"] == 1
    assert all(each["first_seconds"]["median"] < each["total_seconds"]["median"] for each in variants.values())
    assert said["machine"].startswith("NVIDIA H200, driver 580.159.04")


@pytest.mark.skipif(sys.platform != "linux", reason="the process tree is read from /proc")
def test_builds_of_their_own_run_without_switches(folder: Path, tmp_path: Path) -> None:
    show = f"{sys.executable} -c 'import os; print({{k: v for k, v in os.environ.items() if k.endswith(\"PTX_JIT\")}})'"
    said, code = bench(folder, tmp_path, "--runs", "1", "--ptx", show, "--variant", "jit-warm", "--items", "5")
    (variant,) = said["variants"]
    assert (variant["name"], variant["environment"]) == ("jit-warm", {})
    assert variant["command"][0] == sys.executable
    assert variant["per_second"]["median"] > 0
    assert code in (0, 4)


def test_a_variant_that_fails_does_not_stop_the_others() -> None:
    ran = cudacompat("bench", "--runs", "1", "--variant", "native", "--variant", "cpu", "--cpu", "true", "--", "false")
    assert ran.code == 4
    assert "1 of 1 failed" in ran.out
    assert "the command exited with 1" in ran.out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "nothing to run"),
        (
            ("--variant", "fast", "--", "true"),
            "unknown variant 'fast'; available: native, jit-cold, jit-warm, cpu",
        ),
        (("--first", "(", "--", "true"), "invalid regular expression"),
        (("--rate", "per second", "--", "true"), "--rate needs a group"),
        (("--native", "'"), "invalid command line"),
        (("--native", ""), "an empty command line"),
        (("--health", "nowhere", "--", "true"), "not an http or https address"),
        (("--runs", "0", "--", "true"), "--runs"),
        (("--format", "sarif", "--", "true"), "bench has no sarif format"),
    ],
)
def test_what_cannot_be_asked_is_one_line(arguments: tuple[str, ...], why: str) -> None:
    ran = cudacompat("bench", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err


def test_a_first_result_counts_before_its_line_ends() -> None:
    """Engines print word by word."""
    word = "import time; print('loading'); print(' w1', end='', flush=True); time.sleep(0.5); print(' w2', flush=True)"
    ran = cudacompat(
        "bench",
        "--runs",
        "1",
        "--variant",
        "cpu",
        "--first",
        "w1",
        "--format",
        "json",
        "--",
        sys.executable,
        "-c",
        word,
    )
    (variant,) = ran.json["variants"]
    assert variant["first_seconds"]["median"] < variant["total_seconds"]["median"] - 0.45


def test_a_rate_that_is_no_number_is_one_line() -> None:
    ran = cudacompat("bench", "--runs", "1", "--variant", "cpu", "--rate", "(fast)", "--", "echo", "fast")
    assert (ran.code, ran.err) == (2, "cudacompat: error: --rate: 'fast' is not a number\n")
