"""A triton on a GPU below 7.0: a note where all that use it run without it, an error where something needs it. The same
in an environment, in the folder of its packages, in a list, and of the environment's saved facts."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.app.test_package_plan import Site
from tests.helpers.device_files import library
from tests.helpers.run import Ran, inside
from tests.helpers.toolchain import require_ptxas

OLD_GPU = ("--gpu", "GTX 1080", "--driver", "570")
_IDS = ("toolkit-cannot-build", "compiler-lacks-gpu", "wheel-partial", "wheel-cannot-run")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    made.install("triton", "3.2.0")
    ptxas = made.path / "triton/backends/nvidia/bin/ptxas"
    ptxas.parent.mkdir(parents=True)
    shutil.copy(require_ptxas("12.8"), ptxas)
    cupti = made.path / "triton/backends/nvidia/lib/cupti/libcupti.so"
    cupti.parent.mkdir(parents=True)
    cupti.write_bytes(library("sm_61"))
    record = made.path / "triton-3.2.0.dist-info/RECORD"
    record.write_text(
        record.read_text() + "triton/backends/nvidia/bin/ptxas,,\n" + f"{cupti.relative_to(made.path)},,\n"
    )
    return made


def with_packages(site: Site, *packages: str) -> None:
    if "torch" in packages:
        site.install("torch", "2.6.0", "sm_61", requires=["triton==3.2.0; platform_system == 'Linux'"])
    for name, needs in (("openai-whisper", "triton>=2"), ("liger-kernel", "triton")):
        if name in packages:
            site.install(name, "1.0", requires=[needs, "torch"])


def severities(ran: Ran) -> set[str]:
    """Of what is said of triton: a toolkit of this machine may not build for the GPU either."""
    about = (each for each in ran.json["findings"] if each["id"] in _IDS)
    return {each["severity"] for each in about if "triton" in each["message"] and "nvcc" not in (each["path"] or "")}


@pytest.mark.parametrize(
    ("packages", "severity"),
    [
        (("torch",), "note"),
        (("torch", "openai-whisper"), "note"),
        (("torch", "liger-kernel"), "error"),
        ((), "error"),
    ],
    ids=["torch", "whisper-falls-back", "liger-needs-it", "nobody"],
)
def test_a_triton_that_begins_above_the_gpu(site: Site, packages: Sequence[str], severity: str) -> None:
    with_packages(site, *packages)
    saved = site.folder / "facts.json"
    here = inside("doctor", "--python", "env", *OLD_GPU, "--format", "json", "--save-facts", saved, cwd=site.folder)
    folder = inside("check", site.path, *OLD_GPU, "--format", "json")
    listed = site.folder / "requirements.txt"
    listed.write_text("triton==3.2.0\n" + "".join(f"{each}\n" for each in packages).replace("torch", "torch==2.6.0"))
    of_list = inside("check", listed, *OLD_GPU, "--format", "json")
    replayed = inside("doctor", "--facts", saved, "--format", "json")
    answers = [severities(ran) for ran in (here, replayed, folder, of_list)]
    assert answers == [{severity}] * 4
    assert here.code == replayed.code == (1 if severity == "error" else 0)
    assert bool(here.json["plan"]) is (severity == "error")


def test_a_newer_gpu_beside_the_old_one_is_served(site: Site) -> None:
    with_packages(site, "torch")
    gpus = ("--gpu", "6.1", "--gpu", "7.0", "--driver", "570")
    ran = inside("doctor", "--python", "env", *gpus, "--format", "json", cwd=site.folder)
    (row,) = [each for each in ran.json["packages"]["with_code"] if each["name"] == "triton"]
    assert [each["outcome"] for each in row["verdicts"]] == ["special", "native"]


def test_a_file_that_is_named_as_a_wheel_of_torch_makes_nothing_better(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "triton-3.2.0-cp312-cp312-manylinux2014_x86_64.whl", "w") as wheel:
        wheel.write(require_ptxas("12.8"), "triton/backends/nvidia/bin/ptxas")
    (tmp_path / "torch-2.6.0-cp312-cp312-manylinux1_x86_64.whl").write_bytes(b"")
    ran = inside("check", tmp_path, *OLD_GPU, "--format", "json")
    assert severities(ran) == {"error"}


@pytest.mark.parametrize(("gpu", "code"), [("12.0", 0), ("12.1", 1), ("6.1", 1)])
def test_a_triton_without_any_device_code_is_judged_by_its_compiler(site: Site, gpu: str, code: int) -> None:
    (site.path / "triton/backends/nvidia/lib/cupti/libcupti.so").write_bytes(library(needed=["libc.so.6"]))
    ran = inside("doctor", "--python", "env", "--gpu", gpu, "--format", "json", cwd=site.folder)
    (row,) = ran.json["packages"]["with_code"]
    assert (row["name"], row["verdicts"][0]["outcome"]) == ("triton", "fails" if code else "native")
    assert ran.code == code


@pytest.mark.parametrize(("gpu", "word", "code"), [("12.0", "compiles with ptxas 12.8", 0), ("12.1", "fails", 1)])
def test_a_list_says_of_its_own_compiler_what_wheels_says(tmp_path: Path, gpu: str, word: str, code: int) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text("triton==3.5.0\n")
    ran = inside("check", listed, "--gpu", gpu)
    assert ran.code == code
    assert f"triton 3.5.0  {gpu}  {word}\n" in ran.out
    of_wheels = inside("wheels", "triton==3.5.0", "--gpu", gpu, "--format", "json").json
    (row,) = inside("check", listed, "--gpu", gpu, "--format", "json").json["packages"]
    (verdict,) = of_wheels["builds"][0]["verdicts"]
    same = ("outcome", "compiler", "compiles_with")
    assert [row[key] for key in same] == [verdict[key] for key in same]
    page = inside("check", listed, "--gpu", gpu, "--format", "html")
    assert "nothing is certain" not in page.out


def test_pools_of_a_fleet_name_the_compiler(tmp_path: Path) -> None:
    """It is what runs there: "no device code" would be the word of a fault."""
    (tmp_path / "requirements.txt").write_text("triton==3.5.0\n")
    (tmp_path / "fleet.csv").write_text("name, driver_version\nNVIDIA H100 80GB HBM3, 580.65.06\n")
    (tmp_path / "other.csv").write_text("name, driver_version\nNVIDIA L4, 580.65.06\n")
    ran = inside("check", "requirements.txt", "--gpus-from", "fleet.csv", "--gpus-from", "other.csv", cwd=tmp_path)
    assert ran.code == 0
    assert "no device code" not in ran.out
