"""`cudacompat generate` as its users meet it: files, refusals, and what real parsers say of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
import yaml

from tests.helpers import toolchain
from tests.helpers.fits import assert_fits
from tests.helpers.run import inside


def hadolint() -> Path:
    tool = Path(sys.executable).with_name("hadolint")
    if not tool.is_file():
        toolchain.missing("no hadolint (pip install 'cudacompat[test]')")
    return tool


@pytest.mark.parametrize("engine", ["whisper.cpp", "whisper-rs", "cmake", "nvcc"])
@pytest.mark.parametrize(
    "extra",
    [
        (),
        ("--install", "dist/cudacompat-0.1.0-py3-none-any.whl", "--install-hash", "sha256:" + "0" * 64),
        ("--install", f"cudacompat @ git+https://example.org/x@{'0' * 40}"),
    ],
)
def test_dockerfiles_pass_hadolint(tmp_path: Path, engine: str, extra: tuple[str, ...]) -> None:
    ran = inside(
        "generate", engine, "--gpu", "RTX 5070 Ti", "--gpu", "8.6", "--as", "dockerfile", "-o", tmp_path, *extra
    )
    assert ran.code == 0, ran.err
    done = subprocess.run([hadolint(), tmp_path / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def stages(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("FROM "):
            found[line.split(" AS ")[-1] if " AS " in line else "last"] = lines = [line]
        elif found:
            lines.append(line)
    return found


def test_the_last_stage_takes_the_artifact_from_the_check_stage() -> None:
    """BuildKit leaves out a stage that nothing copies from; then nobody would check."""
    parts = stages(inside("generate", "whisper.cpp", "--gpu", "12.0", "--as", "dockerfile").out)
    assert list(parts) == ["build", "check", "last"]
    assert [line for line in parts["last"] if line.startswith("COPY")] == ["COPY --from=check /out /usr/local"]
    assert any("cudacompat check /out --require native" in line for line in parts["check"])
    assert "-devel-" in parts["build"][0]
    assert "-runtime-" in parts["last"][0]


def test_the_image_tag_is_one_that_is_known() -> None:
    from cudacompat.domain.tables.images import IMAGES

    text = inside("generate", "cmake", "--gpu", "11.0", "--as", "dockerfile").out
    release = next(line.removeprefix("ARG CUDA=") for line in text.splitlines() if line.startswith("ARG CUDA="))
    lines = [line.replace("${CUDA}", release) for line in text.splitlines() if line.startswith("FROM")]
    tags = {line.split()[1].removeprefix("docker.io/") for line in lines}
    assert len(tags) == 3
    known = {row.tag(flavour, distro) for row in IMAGES for flavour in row.flavours for distro in row.distros}
    assert tags <= known


def test_a_release_without_a_known_image() -> None:
    from cudacompat.domain.tables.images import IMAGES
    from cudacompat.domain.tables.toolkits import with_all

    seen = {row.release for row in IMAGES}
    without = next((row.version for row in with_all(["90"]) if row.version not in seen), None)
    if without is None:
        pytest.skip("every CUDA release has a known image")
    ran = inside("generate", "cmake", "--gpu", "9.0", "--cuda", str(without), "--as", "dockerfile")
    assert ran.code == 2
    assert f"no nvidia/cuda image of CUDA {without} is known" in ran.err


def test_nvcc_prints_flags_and_nothing_else() -> None:
    ran = inside("generate", "nvcc", "--gpu", "8.6", "--as", "nvcc")
    assert ran.out == "-gencode=arch=compute_86,code=sm_86 -gencode=arch=compute_86,code=compute_86\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("wisper", "--gpu", "8.6"), "unknown engine"),
        (("cmake", "--gpu", "RTX 9999"), "unknown GPU"),
        (("cmake", "--gpu", "12.0", "--cuda", "12.4"), "is built by CUDA 12.8 and newer"),
        (("cmake", "--gpu", "12.0", "--cuda", "x"), "not a CUDA toolkit release"),
        (("cmake", "--gpu", "12.0", "--as", "word"), "unknown output"),
        (("cmake", "--gpu", "12.0", "--profile", "none"), "unknown profile"),
        (("whisper.cpp", "--gpu", "8.6", "--engine-version", "one"), "not a version of whisper.cpp"),
        (("whisper.cpp", "--gpu", "8.6", "--engine-version", "1.4.0"), "no setting is known"),
        (("whisper.cpp", "--gpu", "8.6", "--engine-version", "1.6.2", "--as", "env"), "through the environment"),
        (("cmake", "--gpu", "8.6", "--as", "dockerfile", "--install", "a\nRUN b"), "not something pip can install"),
        (("cmake", "--gpu", "8.6", "--write"), "need -o DIR"),
        (("cmake", "--gpu", "8.6", "-o", "there"), "-o needs --as KIND"),
        (("whisper-rs", "--gpu", "8.6", "--as", "presets", "-o", "there"), "what can: dockerfile, cmake, env, cargo"),
        (("whisper.cpp", "--gpu", "8.6", "--as", "nvcc"), "makes nvcc's flags itself"),
        (("whisper.cpp", "--gpu", "8.6", "--budget", "lots"), "invalid size"),
        (("whisper.cpp", "--gpu", "8.6", "--budget", "0"), "invalid size"),
        (("whisper.cpp", "--gpu", "8.6", "--budget", "10 MB"), "no list fits into 10.0 MB"),
        (("cmake", "--gpu", "8.6", "--budget", "10 MB"), "size"),
        (("cmake", "--gpus-from", "nowhere.txt"), "cannot read nowhere.txt"),
        (("cmake", "--gpu", "8.6", "--distro", "arch"), "unknown distribution"),
    ],
)
def test_refusals_are_one_line(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    ran = inside("generate", *arguments, cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_files_are_not_overwritten_without_being_asked(tmp_path: Path) -> None:
    command = ("generate", "cmake", "--gpu", "8.6", "--as", "env", "-o", tmp_path)
    file = tmp_path / "cudacompat.env"
    assert inside(*command, "--check").code == 1
    assert inside(*command).code == 0
    made = file.read_text()
    assert inside(*command, "--check").code == 0
    assert inside(*command).code == 0
    file.write_text(made + "MINE=1\n")
    refused = inside(*command)
    assert refused.code == 2
    assert "exists and differs" in refused.err
    assert file.read_text() == made + "MINE=1\n"
    assert inside(*command, "--check").code == 1
    assert inside(*command, "--check", "--exit-zero").code == 0
    shown = inside(*command, "--diff")
    assert shown.code == 0
    assert "-MINE=1" in shown.out.splitlines()
    assert file.read_text() == made + "MINE=1\n"
    assert inside(*command, "--write").code == 0
    assert file.read_text() == made


def test_json_validates() -> None:
    schema = json.loads(resources.files("cudacompat").joinpath("schemas", "generate-1.json").read_text())
    for arguments in (
        ("whisper.cpp", "--gpu", "RTX 5070 Ti"),
        ("whisper-rs", "--profile", "incident", "--as", "env"),
        ("nvcc", "--gpu", "sm_90a", "--no-ptx", "--as", "nvcc"),
        ("cmake", "--gpu", "7.0", "--gpu", "11.0", "--as", "github"),
        ("llama.cpp", "--gpu", "8.0", "--gpu", "12.0", "--budget", "60 MB"),
        ("candle", "--gpu", "8.0", "--gpu", "12.0"),
    ):
        ran = inside("generate", *arguments, "--format", "json")
        assert_fits(ran.json, schema)


def test_the_profile_names_the_incidents_gpus_and_who_reads_each_variable() -> None:
    text = inside("generate", "whisper-rs", "--engine-version", "0.14.3", "--profile", "incident", "--as", "env").out
    assert "CMAKE_CUDA_ARCHITECTURES='120;80;86;89'" in text.splitlines()
    assert "# TORCH_CUDA_ARCH_LIST: nothing in this build reads it." in text


def test_the_same_command_makes_the_same_file_again() -> None:
    import shlex

    command = (
        "generate",
        "whisper-rs",
        "--gpu",
        "RTX 5070 Ti",
        "--engine-version",
        "0.14.3",
        "--no-ptx",
        "--as",
        "env",
    )
    text = inside(*command).out
    head = " ".join(line.removeprefix("# ") for line in text.splitlines()[1:4])
    said = head.split(": ", 1)[1].split(" What must arrive")[0]
    assert inside(*shlex.split(said)[1:]).out == text


def test_a_matrix_leaves_no_key_that_stands_for_one_build_alone() -> None:
    """Whoever reads the old keys gets nothing rather than half of it."""
    document = inside("generate", "cmake", "--gpu", "7.0", "--gpu", "11.0", "--format", "json").json
    assert (document["cuda"], document["settings"]) == (None, [])
    assert [(each["name"], each["cuda"]) for each in document["builds"]] == [("cuda12.8", "12.8"), ("cuda13.0", "13.0")]
    assert [each["target"] for each in document["arrives"]] == ["sm_70", "sm_110", "compute_110"]


def test_a_fleet_file_names_the_gpus(tmp_path: Path) -> None:
    file = tmp_path / "fleet.txt"
    file.write_text("RTX 5070 Ti\n8.6\n")
    document = inside("generate", "cmake", "--gpus-from", file, "--format", "json").json
    assert [each["arch"] for each in document["targets"]] == ["120", "86"]
    assert document["command"] == "cudacompat generate cmake --gpu 12.0 --gpu 8.6"


@pytest.mark.parametrize(
    ("rows", "cuda", "targets"),
    [
        ("Tesla T4, 470.256.02", "11.7", ["sm_75", "compute_75"]),
        ("Tesla T4, 550.54.15", "12.4", ["sm_75", "compute_75"]),
        ("Tesla T4, 470.256.02\nNVIDIA L4, 550.54.15", "11.8", ["sm_75", "sm_89", "compute_89"]),
    ],
)
def test_the_oldest_driver_of_a_fleet_decides(tmp_path: Path, rows: str, cuda: str, targets: list[str]) -> None:
    file = tmp_path / "fleet.csv"
    file.write_text(f"name, driver_version\n{rows}\n")
    document = inside("generate", "nvcc", "--gpus-from", file, "--format", "json").json
    assert (document["cuda"], [each["target"] for each in document["arrives"]]) == (cuda, targets)
    again = inside(*document["command"].split()[1:], "--format", "json").json
    assert (again["cuda"], again["arrives"]) == (document["cuda"], document["arrives"])


def test_the_plan_says_why_how_big_how_long_and_who_is_served() -> None:
    ran = inside("generate", "whisper.cpp", "--gpu", "8.0", "--gpu", "8.6", "--gpu", "RTX 5070 Ti")
    assert ran.code == 0
    words = " ".join(ran.out.split())
    assert "why machine code for 8.6" in words
    assert "without 86: the code of sm_80 for 8.6" in words
    assert "without 120: the JIT from compute_86 (driver 570 or newer) for RTX 5070 Ti (12.0)" in words
    assert "size about 101.0 MB" in words
    assert "estimate from libggml-cuda.so of llama.cpp" in words
    assert "time about 2.3 h of one core (estimate: 4 targets" in words
    assert "native 8.0 8.6 12.0" in words
    assert "compatible 8.9" in words
    assert "by JIT 9.0 10.0 (driver 570 or newer)" in words
    assert "undecided 8.7" in words
    none = inside("generate", "cmake", "--gpu", "8.6").out
    assert "no size data for cmake" in none
    assert "no build time data for cmake" in none


def test_a_strangers_name_for_a_gpu_stays_in_its_comment(tmp_path: Path) -> None:
    label = "A\nRUN touch /pwned\u2028B\u0085C\ud800"
    node = {"kind": "Node", "metadata": {"name": "n", "labels": {}}}
    node["metadata"]["labels"] = {  # type: ignore[index]
        "nvidia.com/gpu.product": label,
        "nvidia.com/gpu.compute.major": "8",
        "nvidia.com/gpu.compute.minor": "6",
    }
    (tmp_path / "nodes.json").write_text(json.dumps(node))
    for kind in ("dockerfile", "compose", "github", "cargo"):
        engine = "whisper-rs" if kind == "cargo" else "whisper.cpp"
        ran = inside("generate", engine, "--gpus-from", tmp_path / "nodes.json", "--as", kind, "-o", tmp_path)
        assert ran.code == 0, ran.err
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.name != "nodes.json" and path.suffix != ".whl":
            for line in path.read_text().splitlines():
                assert "pwned" not in line or line.startswith("# ")


@pytest.mark.parametrize(
    ("gpu", "arm"), [("GB10", True), ("GH200", True), ("Jetson AGX Thor", True), ("RTX 5090", False)]
)
def test_gpus_beside_an_arm_processor_are_built_for_on_one(gpu: str, arm: bool) -> None:
    job = inside("generate", "whisper.cpp", "--gpu", gpu, "--as", "github").out
    assert ("runs-on: ubuntu-24.04-arm\n" in job) is arm
    compose = inside("generate", "whisper.cpp", "--gpu", gpu, "--as", "compose").out
    assert ("platform: linux/arm64" in compose) is arm


def test_gpus_beside_different_processors_are_built_apart(tmp_path: Path) -> None:
    """What one build makes for both would not start on one of them, however right its list is."""
    both = ("--gpu", "H100 PCIe", "--gpu", "GH200")
    plan = inside("generate", "whisper.cpp", *both).out
    assert "and H100 PCIe (9.0) does not: build once on each, with these settings" in plan
    job = yaml.safe_load(inside("generate", "whisper.cpp", *both, "--as", "github").out)["jobs"]["build"]
    runners = [each["runner"] for each in job["strategy"]["matrix"]["include"]]
    assert (job["runs-on"], runners) == ("${{ matrix.runner }}", ["ubuntu-24.04", "ubuntu-24.04-arm"])
    gitlab = yaml.safe_load(inside("generate", "whisper.cpp", *both, "--as", "gitlab").out)["cudacompat"]
    tags = [each["RUNNER"] for each in gitlab["parallel"]["matrix"]]
    assert (gitlab["tags"], tags) == (["$RUNNER"], ["saas-linux-medium-amd64", "saas-linux-medium-arm64"])
    services = yaml.safe_load(inside("generate", "whisper.cpp", *both, "--as", "compose").out)["services"].values()
    assert [each.get("platform") for each in services] == [None, "linux/arm64"]
    assert len({each["image"] for each in services}) == 2
    assert [each["profiles"] for each in services] == [["cuda12.8-amd64"], ["cuda12.8-arm64"]]  # they share a port
    assert inside("generate", "whisper.cpp", *both, "--as", "dockerfile", "-o", tmp_path).code == 0
    assert {each.name for each in tmp_path.glob("Dockerfile*")} == {
        "Dockerfile.cuda12.8-amd64", "Dockerfile.cuda12.8-arm64"
    }  # fmt: skip
    refused = inside("generate", "whisper.cpp", *both, "--as", "podman", "-o", tmp_path)
    assert refused.code == 2
    assert "GH200 (9.0) comes with an Arm processor, and H100 PCIe (9.0) does not" in refused.err


@pytest.mark.parametrize(
    ("gpu", "cuda"),
    [("Jetson AGX Orin", "12.6"), ("8.7", "12.6"), ("7.2", "11.7"), ("Jetson AGX Thor", "13.0"), ("GB10", "12.9")],
)
def test_a_jetson_board_is_built_with_the_cuda_of_its_jetpack(gpu: str, cuda: str) -> None:
    """Of a JetPack that is older than the table of releases, with the oldest there, and a note."""
    text = inside("generate", "whisper.cpp", "--gpu", gpu).out
    assert text.startswith(f"whisper.cpp 1.9.3 with CUDA {cuda}\n")
    assert ("build with JetPack's" in text) is (gpu == "7.2")
    assert "with CUDA 12.8\n" in inside("generate", "whisper.cpp", "--gpu", gpu, "--cuda", "12.8").out or gpu in (
        "Jetson AGX Thor", "GB10"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("gpu", "why"), [("Jetson AGX Orin", "l4t-jetpack"), ("7.2", "JetPack 5.1"), ("Jetson Nano", "CUDA 10.2")]
)
def test_a_jetson_board_gets_no_image_for_desktops(gpu: str, why: str) -> None:
    ran = inside("generate", "whisper.cpp", "--gpu", gpu, "--as", "dockerfile")
    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err
    assert inside("generate", "whisper.cpp", "--gpu", "8.7", "--as", "env").code == 0


def test_the_version_is_that_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "a"\n\n[dependencies]\nwhisper-rs = "0.13.2"\n')
    text = inside("generate", "whisper-rs", "--gpu", "12.0", "--as", "env", cwd=tmp_path).out
    assert text.startswith("# whisper-rs 0.13.2 for ")
    assert "--engine-version 0.13.2" in text.replace("\n# ", " ")
    assert inside("generate", "candle", "--gpu", "8.6", "--as", "env", cwd=tmp_path).out.startswith("# candle 0.1")


def test_a_version_without_known_settings_is_not_taken_for_the_newest(tmp_path: Path) -> None:
    """flash-attention's setup.py has a list of its own before 2.7.3, and reads no variable."""
    (tmp_path / "setup.py").write_text("from setuptools import setup\nsetup(name='flash_attn')\n")
    module = tmp_path / "flash_attn/__init__.py"
    module.parent.mkdir()
    module.write_text('__version__ = "2.5.8"\n')
    for more in ((), ("--as", "dockerfile")):
        ran = inside("generate", "flash-attention", "--gpu", "9.0", *more, cwd=tmp_path)
        assert (ran.code, ran.out) == (2, "")
        assert "no setting is known that decides the architectures of flash-attention 2.5.8" in ran.err
        assert "this directory has this version" in ran.err
    module.write_text('__version__ = "2.7.4"\n')
    assert "FLASH_ATTN_CUDA_ARCHS" in inside("generate", "flash-attention", "--gpu", "9.0", cwd=tmp_path).out


@pytest.mark.parametrize(("given", "named"), [("v0.5.0", "v0.5.0"), ("0.3.0", "v0.3.0"), ("b10500", "b10500")])
def test_a_version_with_dots_is_a_new_one_where_versions_were_counted(given: str, named: str) -> None:
    ran = inside("generate", "llama.cpp", "--gpu", "12.0", "--engine-version", given, "--format", "json")
    assert ran.json["engine_version"] == named
    assert (
        ran.json["settings"]
        == inside("generate", "llama.cpp", "--gpu", "12.0", "--engine-version", "b10454", "--format", "json").json[
            "settings"
        ]
    )
    assert inside("generate", "llama.cpp", "--gpu", "12.0", "--engine-version", "0.5;x").code == 2


@pytest.mark.parametrize("engine", ["ggml", "llama.cpp", "whisper.cpp"])
@pytest.mark.parametrize("kind", ["dockerfile", "presets", "github", "cmake", "env"])
def test_the_incidents_profile_keeps_the_switch_of_cuda(engine: str, kind: str) -> None:
    text = inside("generate", engine, "--gpu", "12.0", "--profile", "incident", "--as", kind).out
    assert re.search(r"GGML_CUDA\W{1,4}(?:value\W+)?ON", text), text
