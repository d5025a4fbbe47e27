"""Images for several platforms, checked for GPUs beside x86-64 and Arm processors, by the command and the library."""

from __future__ import annotations

from pathlib import Path

import pytest

import cudacompat
from tests.app.test_other_processor import CODE, OLD, for_arm
from tests.helpers.device_files import image as device_image
from tests.helpers.device_files import wheel
from tests.helpers.fatbin_writer import fatbin
from tests.helpers.images import Layout, layer
from tests.helpers.run import inside

X86, ARM = "H100", "GH200"
BOTH = ("--gpu", X86, "--gpu", ARM)


def image(folder: Path, **platforms: bytes) -> str:
    """A layout with one library for each of the platforms (amd64, arm64)."""
    layout = Layout()
    for architecture, data in platforms.items():
        layout.add(layout.manifest(layer(("usr/lib/a.so", data)), architecture=architecture), "app")
    return str(layout.write(folder / "image"))


def codes(path: str) -> list[int]:
    asked = ([X86], [ARM], [X86, ARM], [ARM, X86])
    by_command = [int(inside("check", path, *(w for g in gpus for w in ("--gpu", g))).code) for gpus in asked]
    assert [cudacompat.check([path], gpus).exit_code for gpus in asked] == by_command
    return by_command


def test_an_image_that_was_not_read_for_a_gpu_is_not_green(tmp_path: Path) -> None:
    path = image(tmp_path, amd64=CODE, arm64=for_arm(OLD))
    assert codes(path) == [0, 1, 1, 1]
    result = inside("check", path, *BOTH)
    assert "the image for linux/arm64 was not read: one run reads an image for one platform" in result.out
    assert f"check {path} --platform linux/arm64 --gpu GH200; the other GPUs apart, with --platform linux/amd64" in (
        result.out
    )


def test_one_that_is_good_for_both_is_checked_for_each(tmp_path: Path) -> None:
    path = image(tmp_path, amd64=CODE, arm64=for_arm(CODE))
    assert codes(path) == [0, 0, 1, 1]
    for platform, gpu in (("linux/amd64", X86), ("linux/arm64", ARM)):
        assert inside("check", path, "--platform", platform, "--gpu", gpu).code == 0


def test_no_format_calls_it_native(tmp_path: Path) -> None:
    path = image(tmp_path, amd64=CODE, arm64=for_arm(CODE))
    page, badge = tmp_path / "a.md", tmp_path / "a.svg"
    result = inside("check", path, *BOTH, "--format", f"markdown={page}", "--format", f"badge={badge}")
    row = next(line for line in result.out.splitlines() if line.startswith("  GH200"))
    assert "fails" in row
    assert "runs on 1 of 2 GPUs" in badge.read_text()
    assert "native, **other-processor**" in page.read_text()


@pytest.mark.parametrize(("gpus", "code"), [((ARM,), 1), ((X86,), 0), ((X86, ARM), 1)])
def test_device_code_in_no_library_is_for_the_platform_of_its_image(
    gpus: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    layout = Layout()
    kernels = layer(("k/a.fatbin", fatbin(device_image("sm_90"))))
    layout.add(layout.manifest(kernels, architecture="amd64"), "app")
    path = str(layout.write(tmp_path / "image"))
    result = inside("check", path, *(w for g in gpus for w in ("--gpu", g)))
    assert result.code == code, result.out


def test_an_image_for_arm_with_a_library_for_x86(tmp_path: Path) -> None:
    result = inside("check", image(tmp_path, arm64=CODE), "--gpu", ARM)
    assert result.code == 1
    assert "put builds for linux-aarch64 into the image: it is for linux/arm64, these files of it are not" in result.out


def test_the_library_says_what_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "a.so").write_bytes(CODE)
    (artifact,) = cudacompat.inspect_path(tmp_path).artifacts
    for gpu, runs in ((ARM, False), ("H100", True), ("9.0", True)):
        verdict = cudacompat.judge(artifact, gpu)
        assert verdict is not None
        assert (verdict.outcome, verdict.starts, verdict.runs) == ("native", runs, runs)
        (checked,) = cudacompat.check([tmp_path], [gpu]).verdicts
        assert checked == verdict


def test_a_build_of_something_else_for_arm_is_no_replacement(tmp_path: Path) -> None:
    wheel(tmp_path / "mine-1.2-py3-none-linux_x86_64.whl", a=CODE)
    wheel(tmp_path / "other-1.2-py3-none-linux_aarch64.whl", b=for_arm(CODE))
    assert inside("check", str(tmp_path), "--gpu", ARM).code == 1
    wheel(tmp_path / "mine-1.2-py3-none-linux_aarch64.whl", a=for_arm(CODE))
    assert inside("check", str(tmp_path), "--gpu", ARM).code == 0


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("liba.so", "libb.so"), 1),
        (("x86_64/liba.so", "aarch64/liba.so"), 0),
        (("liba-x86_64.so", "liba-aarch64.so"), 0),
        (("amd64/libb.so", "arm64/liba.so"), 1),
    ],
)
def test_libraries_for_both_in_folders(names: tuple[str, str], code: int, tmp_path: Path) -> None:
    for name, data in zip(names, (CODE, for_arm(CODE)), strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert inside("check", str(tmp_path), "--gpu", ARM).code == code


@pytest.mark.parametrize(("names", "code"), [("a b c", 1), ("tool", 0)])
def test_a_tool_for_arm_in_an_image_for_x86(names: str, code: int, tmp_path: Path) -> None:
    """Profilers bring libraries for the machines that they look into."""
    layout = Layout()
    of_x86 = [(f"usr/lib/{name}.so", CODE) for name in names.split()]
    items = layer(*of_x86, ("opt/arm/tool.so", for_arm(CODE)))
    layout.add(layout.manifest(items, architecture="amd64" if code else "arm64"), "app")
    path = str(layout.write(tmp_path / "image"))
    assert inside("check", path, "--gpu", ARM).code == code
    assert inside("check", path, "--gpu", X86).code == 0
    (tmp_path / "root.tar").write_bytes(items)
    assert inside("check", str(tmp_path / "root.tar"), "--gpu", ARM).code == code
