"""`wheels`: which builds run on which GPU, what to install, what is not known, and a wheel that is read at once."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cudacompat.app.wheels.lookup import WheelQuery, read_now, wheels
from cudacompat.domain.words.errors import UsageError
from tests.domain.wheels.test_answer import target
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.fits import assert_fits
from tests.helpers.run import ROOT, inside

SCHEMA = json.loads((ROOT / "cudacompat" / "schemas" / "wheels-1.json").read_text())


def ask(*arguments: str) -> dict[str, Any]:
    ran = inside("wheels", *arguments, "--format", "json")
    assert_fits(ran.json, SCHEMA)
    return {"exit": ran.code, **ran.json}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("torch", "--gpu", "RTX 5070 Ti"), 0),
        (("torch==2.6.0", "--gpu", "RTX 5070 Ti"), 1),
        (("torch==2.8.0", "--gpu", "RTX 5070 Ti"), 0),
        (("torch==2.8.0+cu126", "--gpu", "RTX 5070 Ti"), 1),
        (("torch==2.8.0+cu126", "--gpu", "GTX 1080"), 0),
        (("torch==99.0", "--gpu", "RTX 4090"), 4),
        (("vllm", "--gpu", "GTX 1080"), 1),
        (("torch", "--gpu", "RTX 4090", "--driver", "350"), 1),
        (("onnxruntime-gpu==1.22.0", "--gpu", "8.0"), 0),
        (("onnxruntime-gpu==1.22.0", "--gpu", "8.0", "--platform", "win_amd64"), 1),
        (("triton", "--gpu", "12.0"), 0),  # compiles what it runs
        (("triton==3.2.0", "--gpu", "12.0"), 1),  # its ptxas ends before
        (("triton==3.5.0", "--gpu", "GB10"), 1),
        (("triton==3.6.0", "--gpu", "GB10"), 0),
        (("torch==2.3.1", "--gpu", "GH200"), 1),  # PyPI's wheel for Arm has no code, and no index has another
        (("torch==2.7.1", "--gpu", "GH200"), 4),  # nobody read what the indexes of PyTorch have for Arm
        (("xformers==0.0.29.post3", "--gpu", "12.0"), 1),  # it runs by JIT, the torch that it pins does not
        (("xformers==0.0.30", "--gpu", "12.0"), 0),  # torch 2.7.0 of cu128 runs
        (("nvidia-cufft-cu12", "--gpu", "8.0", "--driver", "470"), 1),  # most of its images are from CUDA 11
        (("no-such-thing", "--gpu", "12.0"), 3),
        (("torch", "--gpu", "GTX 1080", "--gpu", "RTX 5070 Ti"), 1),  # each has builds, and no build has both
        (("torch", "--gpu", "V100", "--gpu", "RTX 5070 Ti"), 0),  # 2.10.0
        (("torch==2.7.1", "--gpu", "V100", "--gpu", "RTX 5070 Ti"), 1),  # of cu126 one, of cu128 the other
        (("torch==2.8.0", "--gpu", "V100", "--gpu", "RTX 5070 Ti"), 0),
        (("triton", "--gpu", "V100", "--gpu", "RTX 5070 Ti"), 0),  # compiles what it runs on both
        (("torch==2.7.1", "--gpu", "8.6", "--python", "3.13"), 0),
        (("torch==2.7.1", "--gpu", "8.6", "--python", "3.14"), 1),  # it has no wheel for that
        (("vllm", "--gpu", "8.6", "--platform", "win_amd64"), 1),  # PyPI has its sources alone for that
        (("torch==2.8.0rc3", "--gpu", "8.6"), 4),  # of the framework's test index alone
        (("torch==2.6.5", "--gpu", "8.6"), 4),  # no such release
    ],
)
def test_the_exit_code_says_whether_something_runs(arguments: tuple[str, ...], code: int) -> None:
    assert ask(*arguments)["exit"] == code


def test_builds_that_serve_one_gpu_each_are_said_to_serve_none_together() -> None:
    said = inside("wheels", "torch==2.7.1", "--gpu", "V100", "--gpu", "RTX 5070 Ti").out
    assert "no build of torch 2.7.1 that is known runs on each" in said
    assert "runs on each" not in inside("wheels", "torch==2.8.0", "--gpu", "V100", "--gpu", "RTX 5070 Ti").out


def test_with_a_python_only_releases_with_a_wheel_for_it_are_listed_and_installed() -> None:
    found = ask("torch", "--gpu", "3.7", "--python", "3.13")
    assert min(tuple(map(int, each["version"].split("."))) for each in found["builds"]) >= (2, 5)
    assert found["install"]["pins"] == ["torch==2.7.1+cu118"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("onnxruntime-gpu==1.14.1",), "onnxruntime-gpu==1.14.1 --gpu 8.6 --python 3.10 --fetch"),  # until 3.10
        (("vllm==0.99.0",), "vllm==0.99.0 --gpu 8.6 --fetch"),
        (("xformers==0.0.25.post1", "--python", "3.12"), "for Python 3.12, but for Python 3.8 to 3.11: pip builds it"),
        (("torch==2.6.5",), "PyPI had no torch 2.6.5 on "),
    ],
)
def test_a_command_that_reads_a_wheel_names_a_python_that_has_one(arguments: tuple[str, ...], said: str) -> None:
    assert said in ask(*arguments, "--gpu", "8.6")["unknown"]


def test_json_has_the_causes_that_the_table_shows() -> None:
    def causes(pin: str) -> dict[str, Any]:
        ((verdict,),) = (build["verdicts"] for build in ask(pin, "--gpu", "12.0")["builds"])
        return {name: verdict[name] for name in ("outcome", "requires", "compiler", "compiles_with", "basis")}

    none = dict.fromkeys(("outcome", "requires", "compiler", "compiles_with"))
    read = {**none, "basis": "measured"}
    assert causes("triton==3.2.0") == {**read, "outcome": "fails", "compiler": "ptxas 12.4 ends at sm_90a"}
    assert causes("triton==3.5.1") == {**read, "compiles_with": "ptxas 12.8"}
    assert causes("torchaudio==2.5.0") == {**read, "outcome": "fails", "requires": "torch==2.5.0"}


def test_a_build_for_arm_is_not_taken_for_the_one_with_cuda() -> None:
    found = {each["index"]: each for each in ask("torch==2.9.1", "--gpu", "GB10")["builds"]}
    assert (found["pypi"]["known"], found["pypi"]["cuda"]) == ("no-code", None)
    assert (found["cu128"]["known"], found["cu128"]["verdicts"][0]["outcome"]) == ("documented", "compatible")


def test_a_new_gpu_is_told_what_runs_and_from_which_index() -> None:
    found = ask("torch==2.6.0", "--gpu", "RTX 5070 Ti")
    assert {(each["index"], each["verdicts"][0]["outcome"]) for each in found["builds"]} == {
        ("pypi", "fails"),
        ("cu118", "fails"),
        ("cu124", "fails"),
        ("cu126", "fails"),
    }
    assert found["install"]["command"] == (
        'pip install "torch==2.7.1+cu128" --index-url https://download.pytorch.org/whl/cu128'
    )


def test_a_release_is_told_which_of_its_builds_to_install() -> None:
    index = "--index-url https://download.pytorch.org/whl/"
    default = inside("wheels", "torch==2.7.1", "--gpu", "RTX 5090").out
    assert "runs: torch 2.7.1+cu128; not the one of PyPI, which pip takes by default (fails)" in " ".join(
        default.split()
    )
    assert f'pip install "torch==2.7.1+cu128" {index}cu128' in default
    plain = inside("wheels", "torch==2.8.0", "--gpu", "RTX 5090").out
    assert 'pip install "torch==2.8.0"\n' in plain
    assert "by default" not in plain
    own = inside("wheels", "torch==2.8.0+cu126", "--gpu", "8.6").out
    assert f'pip install "torch==2.8.0+cu126" {index}cu126' in own


def test_the_oldest_that_runs_is_the_first_patch_of_its_minor_release() -> None:
    (row,) = ask("torch", "--gpu", "RTX 5090")["summaries"]
    assert row["oldest"] == "torch 2.7.0+cu128"


def test_a_build_for_arm_that_nobody_read_is_named_and_not_known() -> None:
    found = {each["index"]: each["verdicts"][0]["outcome"] for each in ask("torch==2.7.1", "--gpu", "GH200")["builds"]}
    assert found == {"pypi": None, "cu126": "undecided", "cu128": "undecided"}


def test_an_old_gpu_is_told_the_last_release_that_ran() -> None:
    (row,) = ask("onnxruntime-gpu", "--gpu", "GTX 1080")["summaries"]
    assert (row["newest"], row["newer_fails"]) == ("onnxruntime-gpu 1.26.0", True)


def test_a_gpu_with_an_arm_processor_is_judged_by_arm_wheels() -> None:
    found = ask("torch==2.9.1", "--gpu", "GB10")
    by_index = {each["index"]: each for each in found["builds"]}
    assert {each["platform"] for each in by_index.values()} == {"linux-aarch64"}
    assert by_index["pypi"]["verdicts"][0]["outcome"] is None  # no device code at all
    assert by_index["cu130"]["verdicts"][0]["outcome"] == "compatible"


def test_a_release_that_is_newer_than_the_table_is_not_guessed() -> None:
    found = ask("torch==99.0", "--gpu", "RTX 4090")
    assert [each["verdicts"][0]["outcome"] for each in found["builds"]] == ["undecided"]
    assert f"newest known release is {found['newest_known']}" in str(found["unknown"])
    assert found["builds"][0]["cuda"] is None


def test_an_unknown_name_says_what_is_similar_and_how_to_read_it() -> None:
    text = inside("wheels", "xgbost", "--gpu", "12.0").out
    assert "similar: xgboost" in text
    assert "cudacompat wheels xgbost --gpu 12.0 --fetch" in text


def test_a_package_that_pypi_has_as_sources_alone_is_not_looked_for_there() -> None:
    found = ask("torch-scatter==2.1.2", "--gpu", "RTX 4090")
    assert found["exit"] == 4
    assert "is built where it is installed; TORCH_CUDA_ARCH_LIST names the GPUs for it" in str(found["unknown"])


def test_a_package_that_is_known_by_its_name_alone_says_how_to_read_it() -> None:
    found = ask("mxnet-cu112==1.9.1", "--gpu", "RTX 4090")
    assert found["exit"] == 4
    assert "mxnet-cu112==1.9.1 --gpu 'RTX 4090' --fetch" in str(found["unknown"])


def test_a_package_of_python_alone_is_told_where_its_code_comes_from() -> None:
    text = inside("wheels", "faster-whisper", "--gpu", "12.0").out
    assert "cudacompat wheels ctranslate2" in text
    assert inside("wheels", "ctranslate2", "--gpu", "12.0").code == 0


@pytest.mark.parametrize("text", ["torch>=2", "torch==2.0,<3", "a b", "../x", "torch=="])
def test_what_is_no_package_is_a_usage_error(text: str) -> None:
    assert inside("wheels", text, "--gpu", "12.0").code == 2


@pytest.mark.parametrize("gpus", [("RTX 5070 Ti",), ("GTX 1080", "B200"), ("8.6", "8.9", "9.0", "12.0"), ()])
def test_tables_fit_eighty_columns(gpus: tuple[str, ...]) -> None:
    names = [word for gpu in gpus for word in ("--gpu", gpu)]
    for package in ("torch", "onnxruntime-gpu", "bitsandbytes"):
        table = inside("wheels", package, *names).out.rpartition("\n\n")[0]
        assert max(map(len, table.splitlines())) <= 80


def test_a_library_for_each_cuda_release_says_which_run() -> None:
    text = inside("wheels", "bitsandbytes", "--gpu", "GTX 1080").out
    assert "for CUDA 11." in text


def _wheel(folder: Path) -> Path:
    path = folder / "demo_kernels-1.0-cp312-cp312-manylinux2014_x86_64.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("demo_kernels/one.fatbin", fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "80"))))
        wheel.writestr("demo_kernels/version.py", "cuda: str = '12.4'\n")
        wheel.writestr(
            "demo_kernels-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: demo-kernels\nVersion: 1.0\nRequires-Python: >=3.9\n"
            "Requires-Dist: torch==2.6.0\nRequires-Dist: pytest; extra == 'test'\n",
        )
    return path


def test_a_wheel_that_was_read_now_is_judged_like_the_table(tmp_path: Path) -> None:
    query = WheelQuery.parse("demo-kernels==1.0")
    row = read_now(query, str(_wheel(tmp_path)))
    assert (row.package, str(row.version), row.platform, row.cuda) == ("demo-kernels", "1.0", "linux-x86_64", "12.4")
    assert row.requires == ("torch==2.6.0",)
    report = wheels(query, (target("9.0"), target("6.1"), target("12.0")), read=[row])
    assert report.fetched
    verdicts = report.builds[0].verdicts
    assert [each.outcome and each.outcome.value for each in verdicts] == ["jit", "fails", "fails"]
    assert [each.verdict and each.verdict.requires for each in verdicts] == [None, None, "torch==2.6.0"]
    assert report.exit_code == 1


def test_fetch_reads_a_wheel_that_pip_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _wheel(tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    found = ask("demo-kernels==1.0", "--gpu", "9.0", "--fetch", "--python", "3.12", "--platform", "linux-x86_64")
    assert (found["exit"], found["fetched"]) == (0, True)
    assert inside("wheels", "demo-kernels==2.0", "--gpu", "9.0", "--fetch").code == 5


@pytest.mark.parametrize(
    ("gpus", "platforms"),
    [
        (("Jetson Orin",), ["linux-aarch64"]),
        (("GB10",), ["linux-aarch64"]),
        (("9.0",), ["linux-x86_64"]),
        (("Jetson Orin", "9.0"), ["linux-aarch64", "linux-x86_64"]),
    ],
)
@pytest.mark.parametrize("asked", ["demo-kernels", "demo-kernels==1.0"])
def test_fetch_reads_the_wheel_of_the_processor_of_each_gpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str, *, gpus: tuple[str, ...], platforms: list[str]
) -> None:
    for_x86 = _wheel(tmp_path)
    (tmp_path / for_x86.name.replace("x86_64", "aarch64")).write_bytes(for_x86.read_bytes())
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    named = [word for gpu in gpus for word in ("--gpu", gpu)]
    found = ask(asked, *named, "--fetch", "--python", "3.12")
    assert sorted(build["platform"] for build in found["builds"]) == platforms
    assert found["unknown"] is None
    assert found["exit"] == 0
    assert found["install"]["pins"] == ["demo-kernels==1.0"]


@pytest.mark.parametrize("board", ["Jetson AGX Orin", "Jetson Nano"])
def test_a_board_is_sent_to_the_wheels_of_its_maker(board: str) -> None:
    """Whether a wheel for Arm servers runs there is not known: that is no reason to build it from source."""
    text = ask("torch", "--gpu", board)["install"]["text"]
    assert "is known to run on" in text
    assert "https://docs.nvidia.com/deeplearning/frameworks/install-pytorch-jetson-platform/" in text
    assert "from source" not in text
    other = ask("torch==2.6.0", "--gpu", "GTX 780")["install"]["text"]
    assert "jetson" not in other.lower()


def test_a_gpu_for_whose_platform_no_wheel_was_read_is_open() -> None:
    found = ask("warp-lang", "--gpu", "Jetson Orin", "--gpu", "RTX 5090")
    assert found["exit"] == 4
    assert "cudacompat wheels warp-lang --gpu 'Jetson Orin' --fetch reads one" in found["install"]["text"]


def test_a_file_that_is_no_wheel_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "demo-1.0-py3-none-any.whl"
    path.write_text("no zip")
    with pytest.raises(UsageError, match="is not a readable wheel"):
        read_now(WheelQuery.parse("demo==1.0"), str(path))


def test_the_words_of_known_are_explained_below_the_table_as_far_as_they_stand_in_it() -> None:
    several = inside("wheels", "torch==2.6.0", "--gpu", "8.6").out
    assert "\nread  the wheel was downloaded, and the answer is of the device code in it\n" in several
    assert (
        "\ndocumented  the build script of the index lists the GPUs; the wheel itself was not downloaded\n" in several
    )
    one = inside("wheels", "ctranslate2==4.8.5", "--gpu", "8.6").out
    assert "\nread  " in one
    assert "\ndocumented  " not in one


def test_a_package_that_only_brings_device_code_names_what_it_brings() -> None:
    ran = inside("wheels", "whisperx", "--gpu", "12.0")
    assert ran.code == 3
    assert "whisperx has no device code; what it requires has: torch" in ran.out
    assert ran.out.rstrip().endswith("cudacompat wheels torch --gpu 12.0")


def test_a_build_with_libraries_of_an_older_cuda_is_not_one_that_runs() -> None:
    """torch for Windows and CUDA 11.8 has PTX, which the driver compiles; cuDNN for CUDA 11 has nothing for 12.0."""
    ran = inside("wheels", "torch==2.4.1", "--gpu", "12.0", "--platform", "win_amd64", "--format", "json")
    outcomes = {build["index"]: build["verdicts"][0]["outcome"] for build in ran.json["builds"]}
    assert (ran.code, outcomes["cu118"]) == (1, "partial")
    older = inside("wheels", "torch==2.4.1", "--gpu", "8.9", "--platform", "win_amd64", "--format", "json")
    assert {build["index"]: build["verdicts"][0]["outcome"] for build in older.json["builds"]}["cu118"] == "compatible"


def test_a_package_of_single_features_runs_through_the_framework() -> None:
    ran = inside("wheels", "torchao", "--gpu", "6.1", "--gpu", "12.0")
    assert ran.code == 0
    assert "single features" in ran.out
    assert "12.0  runs through torch" in ran.out
    assert "no device code" not in ran.out


@pytest.mark.parametrize(
    ("version", "gpu", "runs"),
    [
        ("2.7.1", "12.0", {"cu128"}),
        ("2.7.1", "6.1", {"cu118", "cu126", "cu128"}),
        ("2.8.0", "6.1", {"cu126", "cu128"}),
        ("2.8.0", "5.0", set()),  # pytorch/pytorch#160575
        ("2.9.1", "6.1", {"cu126"}),
        ("2.10.0", "7.0", {"cu126", "cu128"}),
        ("2.11.0", "7.0", {"cu126"}),
    ],
)
def test_the_builds_of_windows_have_lists_of_their_own(version: str, gpu: str, runs: set[str]) -> None:
    ran = inside("wheels", f"torch=={version}", "--gpu", gpu, "--platform", "win_amd64", "--format", "json")
    native = {"native", "compatible"}
    assert {each["index"] for each in ran.json["builds"] if each["verdicts"][0]["outcome"] in native} == runs
