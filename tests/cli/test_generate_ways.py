"""`cudacompat generate` without an engine, as help lines print it: it takes that of the directory, or leads to one."""

from __future__ import annotations

import json
import re
import shlex
from importlib import resources
from pathlib import Path

from cudacompat.engines import build_ways
from tests.helpers.fits import assert_fits
from tests.helpers.run import inside

ROOT = Path(__file__).resolve().parents[2]
INCIDENT = ROOT / "examples/incident"


def test_the_help_of_a_finding_runs_as_it_is_pasted(tmp_path: Path) -> None:
    told = inside("check", str(INCIDENT / "libggml-cuda.so"), "--gpu", "RTX 5070 Ti", "--format", "json")
    (command,) = {
        found[0]
        for each in told.json["findings"]
        if (found := re.search(r"cudacompat generate [^)]*(?= prints)", each["help"] or ""))
    }
    ran = inside(*shlex.split(command)[1:], cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert "-DCMAKE_CUDA_ARCHITECTURES=120" in ran.out


def test_the_engine_of_the_directory_is_taken() -> None:
    ran = inside("generate", "--gpu", "12.0", cwd=INCIDENT)
    assert ran.out.startswith("whisper-rs 0.14.3 with CUDA")


def test_every_way_of_building_has_its_setting_and_a_command_that_runs(tmp_path: Path) -> None:
    ran = inside("generate", "--gpu", "K80", "--gpu", "B300", cwd=tmp_path)
    commands = re.findall(r"^  plan   (cudacompat .*)", ran.out, re.MULTILINE)
    assert [shlex.split(each)[2] for each in commands] == [way.name for way in build_ways()]
    for command in commands:
        assert inside(*shlex.split(command)[1:], cwd=tmp_path).code == 0


def test_gpus_that_nothing_builds_for_are_refused(tmp_path: Path) -> None:
    ran = inside("generate", "--gpu", "GTX 580", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "sm_20" in ran.err


def test_the_document_has_a_build_for_each_way(tmp_path: Path) -> None:
    document = inside("generate", "--gpu", "K80", "--gpu", "B300", "--format", "json", cwd=tmp_path).json
    assert_fits(document, json.loads(resources.files("cudacompat").joinpath("schemas", "generate-1.json").read_text()))
    names = [each["name"] for each in document["builds"]]
    assert names[:2] == ["cmake-cuda11.8", "cmake-cuda12.9"]
    assert len(set(names)) == len(names) == 10
