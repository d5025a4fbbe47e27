"""An engine that is nothing but one literal is known everywhere: nothing about an engine stands anywhere else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cudacompat import engines
from cudacompat.app.project.recognise import recognise
from cudacompat.domain.builds.engine import BuildSystem, Cache, Channel, Grammar, Knob, LogName, Marker, Recipe, Switch
from cudacompat.domain.builds.plans.cost_table import SizeRow
from cudacompat.domain.builds.without_list import default_target
from cudacompat.domain.logs.signature import LogLines, Signature, SignatureGroup
from cudacompat.domain.project.prebuilt_wheels import Prebuilt
from cudacompat.domain.runs.signs import SignMeaning, run_sign
from cudacompat.engines.record import EngineRecord
from tests.helpers.run import EXAMPLE, GPU, inside

_SOURCE = "made up for this test"
FERN = EngineRecord(
    name="fern",
    title="Fern, an engine that does not exist",
    aliases=("fern-infer",),
    system=BuildSystem.CMAKE,
    current="2.1.0",
    source=_SOURCE,
    packages=("fern-infer",),
    repositories=("fernery/fern",),
    knobs=(Knob("FERN_TARGETS", Channel.DEFINE, Grammar.NUMBERS, "Fern's CMakeLists", _SOURCE),),
    switches=(
        Switch(
            name="FERN_ACCEL",
            channel=Channel.DEFINE,
            reader="Fern's CMakeLists",
            source=_SOURCE,
            value="device",
            on=("device", "all"),
        ),
    ),
    unset="Fern builds for no GPU at all",
    caches=(Cache("CMakeCache.txt", "CMake keeps the list", ("cmake", "-E", "rm", "-rf", "build"), _SOURCE),),
    products=("build/libfern.so",),
    markers=(Marker("CMakeLists.txt", r"project\(fern\b", r"project\(fern VERSION (\d+\.\d+\.\d+)"),),
    recipe=Recipe(packages=("cmake",), configure=("cmake", "-B", "build", "{settings}"), build=(("make",),)),
    sizes=(
        SizeRow(
            of="fern",
            what="libfern.so",
            cuda="12.8",
            since=None,
            until=None,
            base=5_000_000,
            images={"sm_80": 1_000_000, "sm_120": 3_000_000, "compute_120": 500_000},
            source=_SOURCE,
        ),
    ),
    wheels=(Prebuilt("fern-infer", "libfern.so", _SOURCE),),
    log_names=(LogName(pattern=r"\bfern:", rank=5, source=_SOURCE),),
    log_lines=lambda: LogLines(
        groups=(
            SignatureGroup(
                "Fern",
                (
                    Signature(
                        id="fern-no-fronds",
                        title="Fern has no fronds for {arch}",
                        patterns=("no fronds were grown for architecture <arch:word>",),
                        sample="fern: no fronds were grown for architecture sm_120",
                        cause="The list of the build left it out.",
                        does_not_mean="that the driver is old.",
                        fix="Build it with the GPU in FERN_TARGETS.",
                        command="cudacompat generate {engine} --gpu {gpu}",
                        sources=(_SOURCE,),
                    ),
                ),
                place=125,
            ),
        )
    ),
    run_signs=lambda: (
        run_sign("fern-on-gpu", "spores on", r"spores on cuda:\d+", SignMeaning.GPU, "its work is there", _SOURCE),
    ),
)
CMAKE = "cmake_minimum_required(VERSION 3.24)\nproject(fern VERSION 2.1.0 LANGUAGES CXX CUDA)\n"
IMAGE = """\
FROM nvidia/cuda:12.8.1-devel-ubuntu24.04
COPY . /src
WORKDIR /src
RUN cmake -B build{options} && cmake --build build
"""


@pytest.fixture
def known() -> Iterator[None]:
    with engines.added(FERN):
        yield


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "fern"
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text(CMAKE)
    return folder


def findings(tree: Path, id_: str, *arguments: str) -> list[dict[str, Any]]:
    """What `lint` finds under this id."""
    return [each for each in inside("lint", tree, *arguments, "--format", "json").json["findings"] if each["id"] == id_]


def linted(tree: Path, options: str, id_: str) -> list[dict[str, Any]]:
    (tree / "Dockerfile").write_text(IMAGE.format(options=options))
    return findings(tree, id_)


def test_it_is_unknown_again_afterwards(tree: Path) -> None:
    with engines.added(FERN):
        assert engines.find("Fern-Infer") is FERN
    shown = recognise(tree)
    assert shown is None or shown.engine is not FERN
    assert inside("generate", "fern", "--gpu", GPU).code == 2


def test_an_engine_that_leaves_its_list_to_cmake_is_told_of_once(tree: Path) -> None:
    plain = replace(FERN, repositories=(), own_lists=(default_target(_SOURCE),))
    with engines.added(plain):
        (found,) = linted(tree, " -DFERN_ACCEL=device", "arch-list-unset")
    assert "of fern" in found["message"]


@pytest.mark.usefixtures("known")
class TestOneLiteral:
    def test_its_folder_is_recognised(self, tree: Path) -> None:
        shown = recognise(tree)
        assert shown is not None
        assert (shown.engine.name, shown.version) == ("fern", "2.1.0")

    def test_generate_plans_it_with_its_switch_and_its_sizes(self) -> None:
        ran = inside("generate", "fern", "--gpu", "8.0", "--gpu", "12.0", "--format", "json")
        assert ran.code == 0, ran.err
        given = {each["name"]: each["value"] for each in ran.json["settings"]}
        assert given == {"FERN_TARGETS": "80;120", "FERN_ACCEL": "device"}
        (build,) = ran.json["builds"]
        assert build["size"]["without_device_code"] == 5_000_000

    def test_generate_writes_its_dockerfile(self, tmp_path: Path) -> None:
        ran = inside("generate", "fern", "--as", "dockerfile", "--gpu", "12.0", "-o", tmp_path)
        assert ran.code == 0, ran.err
        assert "-DFERN_ACCEL=device" in (tmp_path / "Dockerfile").read_text()

    @pytest.mark.parametrize("options", ["", " -DFERN_ACCEL=none", " -DFERN_ACCEL:STRING=host"])
    def test_lint_says_that_its_cuda_is_off(self, tree: Path, options: str) -> None:
        (finding,) = linted(tree, options, "cpu-only-build")
        assert finding["severity"] == "error"
        assert finding["help"].startswith("-DFERN_ACCEL=device")

    @pytest.mark.parametrize("options", [" -DFERN_ACCEL=device", " -DFERN_ACCEL=ALL", " -DFERN_ACCEL=$ACCEL"])
    def test_lint_is_silent_where_it_is_on_or_may_be(self, tree: Path, options: str) -> None:
        assert not linted(tree, options, "cpu-only-build")

    def test_lint_knows_that_its_switch_compiles_cuda(self, tree: Path) -> None:
        text = IMAGE.replace("-devel-", "-runtime-").format(options=" -DFERN_ACCEL=device")
        (tree / "Dockerfile").write_text(text)
        assert findings(tree, "no-nvcc-in-image")
        (tree / "Dockerfile").write_text(text.replace("=device", "=none"))
        assert not findings(tree, "no-nvcc-in-image")

    def test_lint_knows_where_it_is_cloned_from(self, tmp_path: Path) -> None:
        (tmp_path / "Dockerfile").write_text(
            "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\n"
            "RUN git clone https://github.com/fernery/fern && cmake -S fern -B build\n"
        )
        assert findings(tmp_path, "cpu-only-build")

    def test_lint_knows_its_list_and_its_wheel(self, tmp_path: Path) -> None:
        (tmp_path / "Dockerfile").write_text(
            "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\n"
            "RUN git clone https://github.com/fernery/fern && cmake -S fern -B b -DFERN_ACCEL=all -DFERN_TARGETS='80'\n"
            "RUN FERN_TARGETS=80 pip install fern-infer\n"
        )
        assert findings(tmp_path, "target-missing", "--gpu", GPU)
        assert findings(tmp_path, "prebuilt-wheel")

    def test_verify_finds_its_sign(self, tmp_path: Path) -> None:
        log = tmp_path / "run.log"
        log.write_text("fern: 12 spores on cuda:0\n")
        ran = inside("verify", "--log", log, "--expect", "gpu", "--format", "json")
        assert (ran.code, ran.json["verdict"]) == (0, "gpu"), ran.err

    def test_explain_finds_its_line_and_its_page(self, tmp_path: Path) -> None:
        log = tmp_path / "run.log"
        log.write_text("12:00:01 fern: no fronds were grown for architecture sm_120\n")
        ran = inside("explain", log, "--gpu", GPU, "--format", "json")
        assert ran.code == 1
        (match,) = ran.json["matches"]
        assert match["id"] == "fern-no-fronds"
        assert match["command"].startswith("cudacompat generate fern --gpu")
        assert "The list of the build left it out." in inside("explain", "fern-no-fronds").out
        assert "fern-no-fronds" in inside("explain", "--list").out

    def test_doctor_gives_its_settings(self, tree: Path) -> None:
        shutil.copy(EXAMPLE, tree / "libfern.so")
        ran = inside("doctor", tree, "--gpu", GPU, "--format", "json")
        assert ran.code == 1
        text = str(ran.json["plan"]) + str(ran.json)
        assert "FERN_TARGETS=120" in text
        assert "FERN_ACCEL=device" in text


def test_a_switch_that_nobody_declares_is_none(tree: Path) -> None:
    """The tests above can fail: without its switch, lint has nothing to say."""
    with engines.added(replace(FERN, switches=())):
        assert not linted(tree, " -DFERN_ACCEL=none", "cpu-only-build")
