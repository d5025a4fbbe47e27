"""A CUDA release is one command: what its compiler answers becomes facts, tables, and what the program knows.

The release is made up (13.9, with sm_130); it is added to a copy of the checkout, as `tools/add_release.py` adds a real
one here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cudacompat.domain.tables.drivers import BRANCHES
from cudacompat.domain.tables.toolkits import RELEASES
from tests.helpers import next_release, toolchain
from tests.helpers.newest import NEWEST_TOOLKIT
from tests.helpers.next_release import CAPABILITY, ISA, NUMBER, RELEASE
from tests.helpers.run import ROOT, Ran
from tests.helpers.toolchain import ptx_text
from tools import add_release, fact_files, measure_toolkit

NEW = [f"{NUMBER}", f"{NUMBER}a", f"{NUMBER}f"]
ARCHS = [*RELEASES[-1].targets, *NEW]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the program and its facts are, with the release added to it."""
    folder = tmp_path_factory.mktemp("checkout")
    skipped = shutil.ignore_patterns("__pycache__")
    for name in ("cudacompat", "tools/facts", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=skipped)
    shutil.copy(ROOT / "CHANGELOG.md", folder)
    nvcc = next_release.toolkit(folder / "cuda", ARCHS)
    assert add_release.main([RELEASE, "--nvcc", str(nvcc), "--root", str(folder)]) == 0
    return folder


def program(checkout: Path, *arguments: str | Path) -> Ran:
    """Run the copy's program."""
    command = [sys.executable, "-m", "cudacompat", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=120)
    return Ran(done.returncode, done.stdout, done.stderr)


def test_the_release_is_listed_as_its_compiler_answered(checkout: Path) -> None:
    ran = program(checkout, "toolkits", RELEASE, "--format", "json")
    assert ran.code == 0, ran.err
    (row,) = ran.json["toolkits"]
    assert (row["version"], row["ptx_isa"], row["default_target"]) == (RELEASE, ISA, "sm_75")
    assert row["targets"] == [f"sm_{arch}" for arch in ARCHS]
    assert (row["gcc_max"], row["clang_max"]) == (17, 23)
    assert str(NEWEST_TOOLKIT) in program(checkout, "toolkits").out


def test_the_new_architecture_is_a_gpu_that_can_be_judged(checkout: Path, tmp_path: Path) -> None:
    ran = program(checkout, "gpus", CAPABILITY)
    assert (ran.code, ran.out) == (3, f"0 GPUs found for {CAPABILITY}\n")  # no product has a name yet
    new, old = tmp_path / "new.ptx", tmp_path / "old.ptx"
    new.write_text(ptx_text(ISA, str(NUMBER)))
    old.write_text(ptx_text("8.0", "90"))
    assert f"compute_{NUMBER}" in program(checkout, "inspect", new).out
    for path, driver, outcome in (
        (new, (), "undecided"),  # no driver is known that takes this PTX
        (old, (), "jit"),
        (old, ("--driver", str(BRANCHES[-1].branch)), "undecided"),  # none of the branches known drives it
        (old, ("--driver", str(BRANCHES[-1].branch + 5)), "jit"),
    ):
        ran = program(checkout, "check", path, "--gpu", CAPABILITY, *driver, "--format", "json")
        found = [verdict["outcome"] for verdict in ran.json["artifacts"][0]["verdicts"]]
        assert found == [outcome], (driver, ran.out)


def test_a_build_for_it_asks_for_the_new_release(checkout: Path) -> None:
    ran = program(checkout, "generate", "cmake", "--gpu", CAPABILITY, "--as", "nvcc")
    assert ran.code == 0, ran.err
    assert f"code=sm_{NUMBER}" in ran.out


def test_the_changelog_says_once_what_came(checkout: Path) -> None:
    lines = (checkout / "CHANGELOG.md").read_text().splitlines()
    new = " ".join(f"sm_{arch}" for arch in NEW)
    assert [line for line in lines if RELEASE in line] == [
        f"- Knows CUDA {RELEASE} (measured: {RELEASE}.41, PTX ISA {ISA}, {new})."
    ]
    facts = fact_files.read("cuda_releases", checkout / "tools/facts")
    text = "\n".join(lines) + "\n"
    assert add_release.with_line(text, add_release.line_of(RELEASE, facts)) == text
    assert add_release.with_line("# C\n\n## 2\n\n- a\n\n## 1\n", "- Knows CUDA 9.9 (x).") == (
        "# C\n\n## 2\n\n- a\n- Knows CUDA 9.9 (x).\n\n## 1\n"
    )


def test_what_the_compiler_does_counts_not_what_it_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts, archs = tmp_path / "facts", ["75", "90a", *NEW]
    facts.mkdir()
    fact_files.write("cuda_releases", {"about": "nothing yet", "releases": {}}, facts)
    nvcc = next_release.toolkit(tmp_path / "cuda", archs)
    ptxas = nvcc.with_name("ptxas")
    ptxas.write_text(ptxas.read_text().replace("in $archs; do", "in $archs 131; do"))  # it names one that it refuses
    arguments = [RELEASE, "--nvcc", str(nvcc), "--facts", str(facts)]
    assert measure_toolkit.main(arguments) == 0
    row = fact_files.read("cuda_releases", facts)["releases"][RELEASE]
    assert (row["sm"], row["built_by_nvcc"], row["ptxas_help_equals_probe"]) == (archs, archs, False)
    assert row["compute"] == [*archs, "131"]
    assert row["families"] == {f"{NUMBER}f": [f"{NUMBER}"]}
    assert row["nvcc"]["list_gpu_code"][-1] == f"sm_{NUMBER}"
    assert "nvrtc_sm" not in row  # nobody asked NVRTC
    assert measure_toolkit.main([*arguments, "--compare"]) == 0
    ptxas.write_text(ptxas.read_text().replace(f" {NUMBER}a ", " "))
    assert measure_toolkit.main([*arguments, "--compare"]) == 1
    assert f"CUDA {RELEASE}: sm: {archs} was written" in capsys.readouterr().out


def test_the_compiler_that_is_here_is_as_its_facts_say(tmp_path: Path) -> None:
    nvcc = toolchain.require_nvcc()
    facts = fact_files.read("cuda_releases")["releases"][toolchain.NVCC_RELEASE]
    known = {"52", "101", f"{NUMBER}"}
    measured = measure_toolkit.of_ptxas(nvcc.with_name("ptxas"), known, tmp_path)
    measured |= measure_toolkit.of_nvcc(nvcc, ["75", "101", "120f"], tmp_path)
    assert measured.pop("built_by_nvcc") == ["75", "120f"]
    assert {"families", "nvcc", "ptx_isa_emitted", "sm"} <= set(measured)
    assert measure_toolkit.differences(facts, measured) == []
    with pytest.raises(SystemExit, match=r"not of CUDA 1\.0"):
        measure_toolkit.main(["1.0", "--nvcc", str(nvcc), "--compare"])
