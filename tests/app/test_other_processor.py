"""`check` for GPUs that only machines with an Arm processor have, of files for x86-64 and for Arm."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cudacompat.domain.rules.artifact.other_processor import RULE, for_other_processor
from cudacompat.domain.words.code import BinaryArtifact, ContainerImage
from cudacompat.domain.words.finding import Severity
from tests.helpers.build import artifact, module, target
from tests.helpers.device_files import library, wheel
from tests.helpers.each_row import each_case
from tests.helpers.run import inside

PROCESSOR = 18  # e_machine in the head of an ELF
GPUS = ("GB10", "Jetson Orin", "GH200", "RTX 5090")


def for_arm(data: bytes) -> bytes:
    """The same library for Arm processors."""
    return data[:PROCESSOR] + (183).to_bytes(2, "little") + data[PROCESSOR + 2 :]


def said(path: Path, *gpus: str) -> tuple[int, list[str]]:
    """The exit code, and the lines of the finding."""
    asked = [word for gpu in gpus for word in ("--gpu", gpu)]
    result = inside("check", str(path), *asked, "--quiet")
    return result.code, [line for line in result.out.splitlines() if "[other-processor]" in line]


CODE, OLD = library("sm_87 sm_90 sm_120 sm_121"), library("sm_75")


@pytest.mark.parametrize(("gpu", "red"), [("GB10", 1), ("Jetson Orin", 1), ("GH200", 1), ("RTX 5090", 0), ("H100", 0)])
def test_a_wheel_for_x86(gpu: str, red: int, tmp_path: Path) -> None:
    made = wheel(tmp_path / "mine-1.2-py3-none-linux_x86_64.whl", a=CODE, b=CODE)
    code, lines = said(made, gpu)
    assert (code, len(lines)) == (red, red)
    assert all("error[other-processor]: for x86-64 processors (2 files)" in line for line in lines)


def test_a_number_that_lists_for_x86_have_too(tmp_path: Path) -> None:
    made = wheel(tmp_path / "mine-1.2-py3-none-linux_x86_64.whl", a=CODE)
    code, lines = said(made, "12.1")
    assert (code, ["warning[other-processor]" in line for line in lines]) == (0, [True])
    assert said(made, "8.7")[0] == 1  # no machine with an x86-64 processor has such a GPU, nor a list for one


def test_an_image_with_a_variant_for_arm() -> None:
    image = ContainerImage("app.tar", "app", "linux/amd64", others=("linux/arm64",), layers=1)
    libraries = [replace(artifact([module("sm_120")]), path="app.tar!/a.so", processor="x86_64")]
    (each,) = for_other_processor(libraries, [image], [target("12.1")])
    (finding,) = RULE.check(each)
    assert finding.severity is Severity.WARNING
    assert finding.help == (
        "cudacompat check app.tar --platform linux/arm64 --gpu 12.1; the other GPUs apart, with --platform linux/amd64"
    )


def test_a_wheel_for_arm(tmp_path: Path) -> None:
    arm = wheel(tmp_path / "mine-1.2-py3-none-linux_aarch64.whl", a=for_arm(CODE))
    assert said(arm, *GPUS[:3]) == (0, [])


def test_the_build_for_arm_lies_beside_it(tmp_path: Path) -> None:
    wheel(tmp_path / "mine-1.2-py3-none-linux_x86_64.whl", a=CODE)
    wheel(tmp_path / "mine-1.2-py3-none-linux_aarch64.whl", a=for_arm(CODE))
    code, lines = said(tmp_path, "GB10")
    assert code == 0
    assert ["note[other-processor]" in line for line in lines] == [True]


@pytest.mark.parametrize(
    ("gpu", "help_"),
    [
        ("GB10", "cudacompat check mine==1.2 --platform linux-aarch64 --gpu GB10"),
        ("Jetson Orin", "a build for its JetPack, not one for Arm servers"),
        ("Jetson Orin", "cudacompat check mine==1.2 --platform linux-aarch64 --gpu 'Jetson Orin'"),
    ],
)
def test_the_cure_is_that_machines(gpu: str, help_: str, tmp_path: Path) -> None:
    made = wheel(tmp_path / "mine-1.2-py3-none-linux_x86_64.whl", a=CODE)
    assert help_ in inside("check", str(made), "--gpu", gpu, "--quiet").out


def test_of_wheels_for_arm_that_hold_nothing_for_the_board_none_is_the_cure(tmp_path: Path) -> None:
    made = wheel(tmp_path / "torchvision-0.20.0-cp311-cp311-manylinux1_x86_64.whl", a=CODE)
    (help_,) = (
        f["help"]
        for f in inside("check", made, "--gpu", "Jetson Orin", "--format", "json").json["findings"]
        if f["id"] == "other-processor"
    )
    assert help_.startswith("a build for its JetPack")


def alone(format_: str, processor: str) -> BinaryArtifact:
    return replace(artifact([module("sm_80")]), path=f"out/a.{format_}", format=format_, processor=processor)


@each_case(
    ("format_", "processor", "platform", "capability", "made_for"),
    [
        ("pe", "x86_64", None, "12.1", "windows"),  # a DLL beside a GB10
        ("pe", "aarch64", None, "12.1", "windows"),
        ("pe", "x86_64", "linux-x86_64", "8.0", "windows"),
        ("elf", "x86_64", "windows-x86_64", "8.0", "linux"),
        ("elf", "x86_64", "linux-aarch64", "8.0", "x86_64"),
        ("elf", "aarch64", "linux-x86_64", "8.0", "aarch64"),
        ("pe", "x86_64", "windows-aarch64", "8.0", "x86_64"),
        ("elf", "x86_64", "linux-ppc64le", "7.0", "x86_64"),
        ("elf", "aarch64", "linux-s390x", "7.0", "aarch64"),
    ],
)
def test_a_file_for_another_machine(
    format_: str, processor: str, platform: str | None, capability: str, made_for: str
) -> None:
    where = replace(target(capability), name="A GPU", platform=platform)
    (found,) = for_other_processor([alone(format_, processor)], (), [where])
    assert found.made_for == made_for
    (finding,) = RULE.check(found)
    assert finding.severity is Severity.ERROR


@each_case(
    ("format_", "processor", "platform", "capability"),
    [
        ("pe", "x86_64", None, "8.0"),  # nobody said where the GPU is
        ("elf", "aarch64", None, "8.0"),
        ("pe", "x86_64", "windows-x86_64", "8.0"),
        ("elf", "x86_64", "linux-x86_64", "8.0"),
        ("elf", "aarch64", "linux-aarch64", "8.0"),
        ("elf", "aarch64", None, "12.1"),
        ("elf", "x86_64", "linux-some", "7.0"),  # of which nothing is known here
    ],
)
def test_a_file_for_this_machine(format_: str, processor: str, platform: str | None, capability: str) -> None:
    where = replace(target(capability), platform=platform)
    assert for_other_processor([alone(format_, processor)], (), [where]) == ()


def test_files_for_both_systems_lie_in_one_wheel() -> None:
    files = [replace(alone(kind, "x86_64"), path=f"a.whl!/a.{kind}") for kind in ("elf", "pe")]
    for platform in ("linux-x86_64", "windows-x86_64"):
        assert for_other_processor(files, (), [replace(target("8.0"), platform=platform)]) == ()


def alternatives(folder: Path, *, first: bytes, second: bytes) -> Path:
    """A folder with two libraries of which a loader takes one."""
    folder.mkdir(exist_ok=True)
    (folder / "libq_cuda126.so").write_bytes(first)
    (folder / "libq_cuda128.so").write_bytes(second)
    return folder


def test_alternatives_for_x86_serve_none_of_each_other(tmp_path: Path) -> None:
    code, lines = said(alternatives(tmp_path / "q", first=CODE, second=CODE), "GB10")
    assert code == 1
    assert len(lines) == 1
    assert (
        "error[other-processor]: for x86-64 processors (2 files); GB10 (12.1) comes with an Arm processor" in lines[0]
    )
    assert said(tmp_path / "q", "RTX 5090") == (0, [])


@each_case(
    ("first", "second", "gpu", "code"),
    [
        (CODE, for_arm(OLD), "GH200", 1),  # the one with code for the GPU does not start there
        (OLD, for_arm(CODE), "GH200", 0),
        (CODE, for_arm(OLD), "H100", 0),
        (CODE, library("sm_75"), "GH200", 1),
    ],
)
@pytest.mark.parametrize("asked", [(), ("--any-of", "*libq_*.so")])
def test_an_alternative_serves_where_its_processor_is(
    first: bytes, second: bytes, gpu: str, code: int, asked: tuple[str, ...], tmp_path: Path
) -> None:
    folder = alternatives(tmp_path / "q", first=first, second=second)
    assert inside("check", str(folder), "--gpu", gpu, "--quiet", *asked).code == code


def test_a_library_that_its_name_says_for_the_gpu_is_not_loaded_by_another_processor(tmp_path: Path) -> None:
    (tmp_path / "q_sm90.so").write_bytes(CODE)
    (tmp_path / "q_sm80.so").write_bytes(for_arm(OLD))
    assert inside("check", str(tmp_path), "--gpu", "GH200", "--quiet").code == 1
    assert inside("check", str(tmp_path), "--gpu", "H100", "--quiet").code == 0


def test_a_platform_of_another_processor_has_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.so").write_bytes(CODE)
    result = inside("check", str(tmp_path), "--platform", "linux/s390x", "--gpu", "9.0", "--quiet")
    assert result.out.startswith("checked for 9.0 (linux-s390x),")
    assert result.code == 1


def test_a_wheel_for_arm_without_device_code_is_no_cure(tmp_path: Path) -> None:
    made = wheel(tmp_path / "ctranslate2-4.8.5-cp312-cp312-manylinux_2_28_x86_64.whl", a=CODE)
    said_ = inside("check", str(made), "--gpu", "GH200", "--quiet").out
    assert "the wheel of ctranslate2 for Arm has no device code: build it from source on such a machine" in said_
