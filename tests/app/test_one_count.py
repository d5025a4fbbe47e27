"""How many modules a file has is one number, whoever says it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from cudacompat.artifacts.reading.read import read_paths
from tests.helpers import fatbin_writer as fw
from tests.helpers import h200
from tests.helpers.run import EXAMPLE, inside
from tests.helpers.toolchain import ptx_text


def library(folder: Path) -> Path:
    """A bundle with a file of five modules: three with kernels, one without any, and one that only newer GPUs take."""
    texts = [ptx_text("8.0", "80", (f"k{number}",)) for number in range(3)]
    texts += [ptx_text("8.0", "80", ()), ptx_text("8.8", "121a", ("other",))]
    path = folder / "code.fatbin"
    path.write_bytes(b"".join(fw.fatbin(fw.ptx(text)) for text in texts))
    return path


@pytest.mark.parametrize("wrapped", [False, True])
def test_inspect_and_check_say_the_same(tmp_path: Path, wrapped: bool) -> None:
    path = library(tmp_path)
    if wrapped:
        with zipfile.ZipFile(tmp_path / "made-1-py3-none-any.whl", "w") as wheel:
            wheel.write(path, "made/code.fatbin")
        path = tmp_path / "made-1-py3-none-any.whl"
    (artifact,) = read_paths([str(path)], kernels=True).artifacts
    wanted = len(artifact.modules)
    assert wanted == 5
    assert f"({wanted} modules, " in inside("inspect", path).out
    assert inside("inspect", path, "--format", "json").json["artifacts"][0]["summary"]["modules"] == wanted
    text = inside("check", "--gpu", "9.0", "--exit-zero", path).out
    assert f"{wanted} modules: " in text
    said = re.search(r"5 modules: ([^;\n]+)", text)
    assert said is not None
    assert sum(int(number) for number in re.findall(r"\d+", said[1])) == wanted
    (verdict,) = inside("check", "--gpu", "9.0", "--format", "json", path).json["artifacts"][0]["verdicts"]
    assert verdict["modules_in_file"] == wanted
    assert f"4 -> {wanted} modules" in inside("diff", EXAMPLE, path).out


def test_the_ptx_that_a_linked_image_lacks_is_said_to_be_elsewhere(tmp_path: Path) -> None:
    """Of a device link of which no image fits, the driver links the relocatable code again: that has the PTX."""
    with zipfile.ZipFile(h200.DATA / "cases.zip") as archive:
        (tmp_path / "lib.so").write_bytes(archive.read("program/relink-library.so"))
    ran = inside("check", tmp_path, "--gpu", "9.0", "--require", "native", "--format", "json")
    (finding,) = ran.json["findings"]
    assert finding["id"] == "jit-only"
    assert "no PTX in the linked images" in finding["found"]
    assert finding["found"].endswith("the driver links the PTX of the relocatable code again")
    assert "its PTX" not in finding["found"]


def test_without_any_that_do_not_count_nothing_is_added() -> None:
    assert "4 modules: 4 jit" in inside("check", "--gpu", "12.0", "--exit-zero", EXAMPLE).out
