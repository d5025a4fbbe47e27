"""Lists of packages, scripts and fleets for machines that are not Linux with x86-64."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.each_row import each_case
from tests.helpers.run import inside

PLAIN = "torch==2.7.1\n"
UV = 'version = 1\n[[package]]\nname = "torch"\nversion = "2.7.1"\nsource = { registry = "https://pypi.org/simple" }\n'
POETRY = '[[package]]\nname = "torch"\nversion = "2.7.1"\n[metadata]\nlock-version = "2.0"\n'


@each_case(
    ("name", "text"),
    [("requirements.txt", PLAIN), ("uv.lock", UV), ("poetry.lock", POETRY)],
    ids=["pip", "uv", "poetry"],
)
@pytest.mark.parametrize("platform", ["win_amd64", "linux/arm64"])
def test_the_platform_reaches_a_list(tmp_path: Path, name: str, text: str, platform: str) -> None:
    """PyPI's torch for Windows and, up to 2.9, for Linux on Arm is built for the CPU."""
    (tmp_path / name).write_text(text)
    linux = inside("check", tmp_path / name, "--gpu", "RTX 4090")
    there = inside("check", tmp_path / name, "--gpu", "RTX 4090", "--platform", platform)
    assert linux.code == 0
    assert there.code == 1
    assert "wheel-without-code" in there.out


def test_a_release_without_a_wheel_for_the_platform_is_built_there(tmp_path: Path) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text("vllm==0.8.5.post1\n")
    ran = inside("check", listed, "--gpu", "RTX 4090", "--platform", "win_amd64")
    assert ran.code == 1  # PyPI's torch 2.6.0 for Windows, for which it asks, has no device code
    assert "torch 2.6.0" in ran.out
    assert "vllm 0.8.5.post1 is built where it is installed" in ran.out


def test_a_wheel_that_was_not_read_for_the_platform_is_not_known(tmp_path: Path) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text("catboost==1.2.2\n")
    ran = inside("check", listed, "--gpu", "RTX 4090", "--platform", "win_amd64")
    assert ran.code == 4
    assert "check catboost==1.2.2 --gpu 'RTX 4090' --platform windows-x86_64 --python 3.11" in ran.out


def test_a_wheel_for_any_platform_with_libraries_for_one_is_not_read_for_others(tmp_path: Path) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text("bitsandbytes==0.42.0\n")  # py3-none-any, with libraries for x86-64 alone
    assert inside("check", listed, "--gpu", "H100").code == 0
    ran = inside("check", listed, "--gpu", "GH200")
    assert ran.code == 4
    assert "the device code of bitsandbytes 0.42.0 is not known" in ran.out


def test_the_command_for_macos_names_a_platform_that_is_taken(tmp_path: Path) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text("torch==2.6.0\n")
    ran = inside("check", listed, "--gpu", "8.6", "--platform", "macosx_11_0_arm64")
    assert "cudacompat check torch==2.6.0 --gpu 8.6 --platform macos" in ran.out
    assert inside("check", listed, "--gpu", "8.6", "--platform", "macos").code == ran.code == 4


def test_markers_are_those_of_the_platform(tmp_path: Path) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text(
        "bitsandbytes==0.50.2; sys_platform == 'win32'\n"
        "ctranslate2==4.8.5; platform_machine == 'aarch64' and os_name == 'posix'\n"
        "onnxruntime-gpu==1.22.0; platform_system == 'Linux' and platform_machine == 'x86_64'\n"
    )
    options = ("--gpu", "RTX 4090", "--quiet")
    assert "onnxruntime" in (linux := inside("check", listed, *options).out)
    assert "bitsandbytes" not in linux
    assert "bitsandbytes" in (windows := inside("check", listed, *options, "--platform", "win_amd64").out)
    assert "onnxruntime" not in windows
    assert "ctranslate2" not in windows
    arm = inside("check", listed, *options, "--platform", "linux/arm64").out
    assert "ctranslate2" in arm
    assert "bitsandbytes" not in arm
    assert "onnxruntime" not in arm


def test_conda_lock_and_pixi_lock_are_read_for_the_platform(tmp_path: Path) -> None:
    row = "- {{name: ctranslate2, version: {1}, manager: pip, platform: {0}, url: 'https://x/y'}}\n"
    lock = tmp_path / "conda-lock.yml"
    lock.write_text("version: 1\npackage:\n" + row.format("linux-64", "4.7.0") + row.format("win-64", "4.8.5"))
    assert "4.7.0" in (linux := inside("check", lock, "--gpu", "RTX 4090").out)
    assert "4.8.5" not in linux
    windows = inside("check", lock, "--gpu", "RTX 4090", "--platform", "win_amd64").out
    assert "4.8.5" in windows
    assert "4.7.0" not in windows
    pixi = tmp_path / "pixi.lock"
    wheel = "- pypi: https://x/ctranslate2-{0}-cp312-cp312-{1}.whl\n"
    pixi.write_text(
        "version: 6\npackages:\n" + wheel.format("4.7.0", "manylinux_2_17_x86_64") + wheel.format("4.8.5", "win_amd64")
    )
    assert "4.8.5" not in inside("check", pixi, "--gpu", "RTX 4090").out
    assert "4.7.0" not in inside("check", pixi, "--gpu", "RTX 4090", "--platform", "win_amd64").out


@each_case("name", ["setup.bat", "setup.cmd", "setup.ps1"])
def test_scripts_of_windows_install_wheels_of_windows(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("pip install torch==2.7.1\n")
    ran = inside("lint", tmp_path / name, "--gpu", "RTX 4090")
    assert ran.code == 1
    assert "no device code for windows-x86_64" in ran.out
    assert "whl/cu128" in ran.out
    (tmp_path / "healthy.ps1").write_text(
        "pip install torch==2.8.0 --index-url https://download.pytorch.org/whl/cu128\n"
    )
    assert inside("lint", tmp_path / "healthy.ps1", "--gpu", "RTX 4090").code == 0


def _node(product: str, labels: dict[str, str], info: dict[str, str] | None = None) -> dict[str, object]:
    gpu = {"nvidia.com/gpu.product": product, "nvidia.com/gpu.compute.major": "8", "nvidia.com/gpu.compute.minor": "0"}
    return {"kind": "Node", "metadata": {"name": "n", "labels": {**gpu, **labels}}, "status": {"nodeInfo": info or {}}}


FLEETS = [
    ("stable label", _node("A100", {"kubernetes.io/arch": "arm64"}), "linux-aarch64"),
    ("beta label", _node("A100", {"beta.kubernetes.io/arch": "arm64"}), "linux-aarch64"),
    ("nodeInfo", _node("A100", {}, {"architecture": "arm64", "operatingSystem": "linux"}), "linux-aarch64"),
    ("windows", _node("A100", {"kubernetes.io/os": "windows", "kubernetes.io/arch": "amd64"}), "windows-x86_64"),
    ("slurm", "NodeName=n Arch=aarch64\n   Gres=gpu:a100:1\n", "linux-aarch64"),
    (
        "described",
        "Name: n\nLabels: nvidia.com/gpu.product=A100\nSystem Info:\n  Operating System:  windows\n"
        "  Architecture:  amd64\n",
        "windows-x86_64",
    ),
]


@each_case(("document", "platform"), [(each, where) for _, each, where in FLEETS], ids=[name for name, _, _ in FLEETS])
def test_processor_and_system_of_a_node_count(tmp_path: Path, document: object, platform: str) -> None:
    listed, nodes = tmp_path / "requirements.txt", tmp_path / "nodes"
    listed.write_text(PLAIN)
    nodes.write_text(document if isinstance(document, str) else json.dumps(document))
    ran = inside("check", listed, "--gpus-from", nodes)
    assert ran.code == 1
    assert f"no device code for {platform}" in ran.out


def test_alike_gpus_of_two_processors_are_two_targets(tmp_path: Path) -> None:
    listed, nodes = tmp_path / "requirements.txt", tmp_path / "nodes.json"
    listed.write_text(PLAIN)
    both = [_node("A100", {"kubernetes.io/arch": "amd64"}), _node("A100", {"kubernetes.io/arch": "arm64"})]
    nodes.write_text(json.dumps({"kind": "List", "items": both}))
    document = json.loads(inside("check", listed, "--gpus-from", nodes, "--format", "json").out)
    assert [each["id"] for each in document["targets"]] == ["A100", "A100 (linux-aarch64)"]
    assert {each["target"] for each in document["findings"]} == {"A100 (linux-aarch64)"}


def test_t4g_is_in_machines_with_an_arm_processor_alone(tmp_path: Path) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text(PLAIN)
    assert inside("check", listed, "--gpu", "T4").code == 0
    assert "no device code for linux-aarch64" in inside("check", listed, "--gpu", "T4G").out
