"""The judge beside the driver: agreement, disagreement, no answer; and `verify --load` as its users meet it."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from cudacompat.app.load import load
from cudacompat.artifacts.files.extent import OnDisk, size_of
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.judge.compat import judge
from cudacompat.domain.runs.load import Agreement, ModuleAnswer, compare, loadable
from cudacompat.domain.words.code import NotRead, Registration
from cudacompat.domain.words.verdict import JitPolicy
from tests.helpers import device_files, fake_gpu, images
from tests.helpers.build import image, module, target
from tests.helpers.each_row import each_case
from tests.helpers.fits import assert_fits
from tests.helpers.run import cudacompat
from tests.helpers.shared_build import BuildOnce

DATA = Path(__file__).parents[1] / "data" / "h200"
TRUTH = json.loads((DATA / "truth.json").read_text())
MODES = {"default": JitPolicy.NORMAL, "jit-disabled": JitPolicy.DISABLED, "jit-forced": JitPolicy.FORCED}
LOADS = ModuleAnswer(0, 2)


def agreement(of: str, answer: ModuleAnswer, **more: Any) -> Agreement:
    """How an answer stands to the verdict on a module of one image with two kernels."""
    return compare(judge(target("9.0", **more), module(of)), answer).agreement


@each_case(
    ("of", "answer", "expected"),
    [
        ("sm_90", LOADS, Agreement.AGREES),
        ("sm_90", ModuleAnswer(209), Agreement.DISAGREES),
        ("sm_90", ModuleAnswer(0, 1), Agreement.DISAGREES),  # not every kernel was asked for
        ("sm_90", ModuleAnswer(0, 2, (("k1", 500),)), Agreement.DISAGREES),
        ("sm_90", ModuleAnswer(None, why="its process was ended by signal 11"), Agreement.NOT_ANSWERED),
        ("sm_90", ModuleAnswer(2), Agreement.NOT_ANSWERED),  # out of memory: says nothing of the code
        ("sm_120", ModuleAnswer(209), Agreement.AGREES),
        ("sm_120", LOADS, Agreement.DISAGREES),
        ("sm_120", ModuleAnswer(222), Agreement.DISAGREES),  # fails, but not as foretold
    ],
)
def test_agreement(of: str, answer: ModuleAnswer, expected: Agreement) -> None:
    assert agreement(of, answer) is expected


def test_kernels_that_are_missing_have_to_be_refused() -> None:
    whole = module(image("sm_90", kernels=("k1",)), image("sm_80", kernels=("k1", "k2")))
    verdict = judge(target("9.0"), whole)
    assert verdict.missing == ("k2",)
    assert compare(verdict, ModuleAnswer(0, 2, (("k2", 500),))).agreement is Agreement.AGREES
    wrong = compare(verdict, ModuleAnswer(0, 2, (("k1", 500),)))
    assert (wrong.agreement, wrong.differing) == (Agreement.DISAGREES, ("k1", "k2"))


def test_what_the_judge_leaves_open_is_no_disagreement() -> None:
    damaged = replace(module("sm_90"), registration=Registration.RELOCATABLE)
    verdict = judge(target("9.0"), damaged)
    assert compare(verdict, LOADS).agreement is Agreement.OPEN
    assert compare(verdict, ModuleAnswer(None, why="hung")).agreement is Agreement.NOT_ANSWERED


@pytest.mark.parametrize(
    ("of", "why"),
    [
        (module("sm_90"), None),
        (replace(module("sm_90"), registration=Registration.RELOCATABLE), "relocatable"),
        (replace(module("sm_90"), damage="cut short"), "damaged"),
        (module(image("sm_90", kernels=())), "no kernel"),
        (module("lto_90"), "no machine code"),
    ],
)
def test_what_the_driver_is_not_asked(of: Any, why: str | None) -> None:
    said = loadable(of)
    assert said is None if why is None else said is not None and said.startswith(why)


def test_judge_and_driver_agree_on_the_recorded_files(tmp_path: Path) -> None:
    """All that a real driver was recorded to do with these files, put beside the judge as `verify --load` does."""
    with zipfile.ZipFile(DATA / "cases.zip") as archive:
        archive.extractall(tmp_path)
    counted = dict.fromkeys(Agreement, 0)
    for case in TRUTH["cases"]:
        if case["group"] == "program":
            continue
        artifacts = read_paths([str(tmp_path / case["file"])], kernels=True).artifacts
        modules = [m for artifact in artifacts for m in artifact.modules if loadable(m) is None]
        if len(modules) != 1 or modules[0].offset or set(case["ask"]) != modules[0].kernels:
            continue  # made to be misread, or asked otherwise
        if case["id"] == "damaged/ptx-syntax-error":
            continue  # only a compiler sees that: the driver says 218, and `verify --load` reports it
        for mode, jit in MODES.items():
            result = case["results"][mode]
            if "broke" in result:
                continue
            load = result["load"]
            refused = tuple((name, code) for name, (code, _) in result["kernels"].items() if code and not load)
            answer = ModuleAnswer(load, 0 if load else len(case["ask"]), refused)
            verdict = judge(target("9.0", TRUTH["machine"]["driver"], jit), modules[0])
            compared = compare(verdict, answer)
            counted[compared.agreement] += 1
            assert compared.agreement is not Agreement.DISAGREES, (case["id"], mode, compared.judged, compared.answered)
    assert counted[Agreement.AGREES] > 950


def test_judge_and_driver_agree_on_published_libraries() -> None:
    """The record of PyTorch's, cuBLAS', cuDNN's and other libraries, loaded whole on an H200."""
    record = json.loads((DATA / "libraries.json").read_text())
    for mode, modules, kernels in (("normal", 16_000, 81_000), ("disabled", 16_000, 72_000)):
        totals = record["totals"][mode]
        results = [a["modes"][mode] for library in record["libraries"] for a in library["artifacts"]]
        assert sum(each["asked"] for each in results) == totals["modules"] > modules
        assert sum(each["kernels"] for each in results) == totals["kernels"] > kernels
        for each in Agreement:
            assert sum(result["agreement"][each.value] for result in results) == totals[each.value]
        assert (totals["disagrees"], totals["not-answered"]) == (0, 0)
        assert totals["agrees"] + totals["open"] == totals["modules"]


# -- the bytes of a module


def test_a_member_of_a_wheel_is_put_on_the_disk_and_taken_away_again(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner.zip", tmp_path / "outer.whl"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("../../lib.so", b"bytes")
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(inner, "inner.zip")
    with OnDisk() as disk:
        file = disk.file(f"{outer}!/inner.zip!/../../lib.so")
        assert isinstance(file, Path)
        assert file.read_bytes() == b"bytes"
        assert disk.file(str(outer)) == outer
        assert isinstance(disk.file(f"{outer}!/nothing"), NotRead)
        assert isinstance(disk.file(str(tmp_path / "gone")), NotRead)
    assert not file.exists()


def test_files_of_an_image_are_named_as_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "image.tar").write_bytes(images.saved(images.layer(("a.so", device_files.library("sm_90")))))
    monkeypatch.setattr("cudacompat.app.load.gpus_to_ask", lambda _: [(target("9.0"), 0)])
    report = load([str(tmp_path / "image.tar")], ask=lambda _, __: ())
    assert (report.loads, [row.why.partition(":")[0] for row in report.check.not_read], report.exit_code) == (
        (),
        ["file of a container image"],
        4,
    )


def test_the_size_of_a_module_is_its_own(tmp_path: Path) -> None:
    with zipfile.ZipFile(DATA / "cases.zip") as archive:
        data = archive.read("sass-only/sm_90-11.8.fatbin")
    file = tmp_path / "two.fatbin"
    file.write_bytes(data + data)
    (artifact,) = read_paths([str(file)], kernels=True).artifacts
    assert [size_of(file, each) for each in artifact.modules] == [len(data), len(data)]


# -- the command


@pytest.fixture(scope="module")
def gpu(build_once: BuildOnce) -> Path:
    return build_once("fake-gpu", fake_gpu.make)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    with zipfile.ZipFile(DATA / "cases.zip") as archive:
        for name in ("sass-only/sm_90-11.8.fatbin", "sass-only/sm_120-12.8.fatbin"):
            (tmp_path / name.rpartition("/")[2]).write_bytes(archive.read(name))
    return tmp_path


def run(gpu: Path, *arguments: str | Path, **environment: str) -> Any:
    state = gpu / f"state-{os.getpid()}"  # the libraries are every process's, what they write down is not
    state.mkdir(exist_ok=True)
    env = {"LD_LIBRARY_PATH": str(gpu), "FAKE_GPU": str(state), **environment}
    return cudacompat("verify", *arguments, env=env)


def schema() -> dict[str, Any]:
    text = resources.files("cudacompat").joinpath("schemas", "verify-1.json").read_text()
    document: dict[str, Any] = json.loads(text)
    return document


def test_agreement_is_said(gpu: Path, files: Path) -> None:
    ran = run(gpu, "--load", files / "sm_90-11.8.fatbin")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0] == "asked H200 (9.0), driver 580.159.04"
    assert "rules and driver agree on 1 of 1" in ran.out.splitlines()[-1]


def test_a_disagreement_is_an_error_and_said_to_be_ours(gpu: Path, files: Path) -> None:
    ran = run(gpu, "--load", files / "sm_90-11.8.fatbin", "--format", "json", FAKE_LOAD="209")
    assert ran.code == 1
    assert_fits(ran.json, schema())
    assert (ran.json["mode"], ran.json["verdict"]) == ("load", "undecided")
    (finding,) = ran.json["findings"]
    assert finding["id"] == "judge-disagrees"
    assert "a bug of cudacompat" in finding["message"]
    (load,) = ran.json["loads"]
    assert load["agreement"] == {"agrees": 0, "disagrees": 1, "open": 0, "not-answered": 0}
    assert load["differing"][0]["driver"] == "error 209"


def test_a_kernel_that_is_not_found_is_a_disagreement(gpu: Path, files: Path) -> None:
    ran = run(gpu, "--load", files / "sm_90-11.8.fatbin", "--format", "json", FAKE_FUNCTION="500")
    assert ran.code == 1
    assert ran.json["loads"][0]["differing"][0]["kernels"] == ["k1"]


def test_what_fails_as_foretold_is_no_disagreement_and_still_an_error(gpu: Path, files: Path) -> None:
    ran = run(gpu, "--load", files / "sm_120-12.8.fatbin", "--format", "json", FAKE_LOAD="209")
    assert ran.code == 1
    assert ran.json["verdict"] == "failed"
    assert [finding["id"] for finding in ran.json["findings"]] == ["no-runnable-code"]


def test_no_answer_is_incomplete(gpu: Path, files: Path) -> None:
    ran = run(gpu, "--load", files / "sm_90-11.8.fatbin", FAKE_LOAD="2")
    assert ran.code == 4
    assert "1 without an answer" in ran.out


def test_each_kind_of_gpu_is_asked(gpu: Path, files: Path) -> None:
    more = {"FAKE_GPUS": "2", "FAKE_SECOND_NAME": "NVIDIA GeForce RTX 5070 Ti"}
    ran = run(gpu, "--load", files / "sm_90-11.8.fatbin", "--format", "json", **more)
    assert [load["target"] for load in ran.json["loads"]] == ["NVIDIA H200", "NVIDIA GeForce RTX 5070 Ti"]
    one = run(gpu, "--load", files / "sm_90-11.8.fatbin", "--format", "json", "--gpu", "9.0", **more)
    assert (one.code, [load["target"] for load in one.json["loads"]]) == (0, ["NVIDIA H200"])
    none = run(gpu, "--load", files / "sm_90-11.8.fatbin", "--gpu", "8.6", **more)
    assert (none.code, none.out) == (2, "")
    assert "this machine has no 8.6; it has H200 (9.0), RTX 5070 Ti (12.0)" in none.err


def test_no_driver_is_one_clear_line(tmp_path: Path, files: Path) -> None:
    ran = cudacompat("verify", "--load", files / "sm_90-11.8.fatbin", env={"LD_LIBRARY_PATH": str(tmp_path / "none")})
    if ran.code == 0:
        pytest.skip("there is a driver on this machine")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("cudacompat: error: no NVIDIA driver on this machine (looked in: NVML")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("format_", ["sarif", "junit", "github"])
def test_other_formats_tell_of_a_disagreement(gpu: Path, files: Path, format_: str) -> None:
    ran = run(gpu, "--load", files / "sm_90-11.8.fatbin", "--format", format_, FAKE_LOAD="209")
    assert (ran.code, ran.err) == (1, "")
    assert "judge-disagrees" in ran.out
