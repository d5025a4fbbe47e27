"""`check --assemble`, whole: texts by themselves, in a wheel, in a fatbin; what is proved, refused and left open."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from cudacompat.app.inputs import assembling as module
from cudacompat.host.toolchain.assemblers import assemblers
from tests.helpers.run import inside
from tests.helpers.toolchain import NVCC_RELEASE, fatbinary, ptx_text, ptxas, require_ptxas

GOOD = ptx_text("8.0", "80")
# as the driver's: only sm_90a has it
FOREIGN = ".version 8.0\n.target sm_90\n.address_size 64\n.visible .entry k() { wgmma.fence.sync.aligned; ret; }\n"


@pytest.fixture(autouse=True)
def needs_ptxas() -> None:
    require_ptxas(NVCC_RELEASE)


def assembled(*arguments: str | Path, code: int) -> list[dict[str, Any]]:
    ran = inside("check", "--assemble", "--format", "json", *arguments)
    assert ran.code == code, ran.out + ran.err
    return [verdict for each in ran.json["artifacts"] for verdict in each["verdicts"]]


def test_a_good_text_is_proved(tmp_path: Path) -> None:
    (tmp_path / "good.ptx").write_text(GOOD)
    (verdict,) = assembled("--gpu", "9.0", tmp_path / "good.ptx", code=0)
    newest = str(assemblers()[0].release)
    assert verdict["outcome"] == "jit"
    assert verdict["assembled"] == {"proved": 1, "refused": 0, "open": 0, "ptxas": [newest], "said": []}
    text = inside("check", "--assemble", "--gpu", "9.0", tmp_path / "good.ptx").out
    assert f"PTX proved by ptxas {newest}" in text


def test_a_foreign_instruction_is_an_error_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "bad.ptx").write_text(FOREIGN)
    assert inside("check", "--gpu", "9.0", tmp_path / "bad.ptx").code == 0  # as before: nobody has looked into it
    ran = inside("check", "--assemble", "--gpu", "9.0", tmp_path / "bad.ptx")
    assert ran.code == 1
    assert "error[ptx-refused]" in ran.out
    assert "line 4: Instruction 'wgmma.fence' not supported on .target 'sm_90'" in ran.out


def test_in_a_wheel_in_a_fatbin_beside_machine_code(tmp_path: Path) -> None:
    """One module whose PTX is refused on 9.0 and not asked on 8.0, where machine code fits."""
    cubin = ptxas(tmp_path, NVCC_RELEASE, GOOD, "80")
    fatbin = fatbinary(tmp_path, ("elf", "80", cubin), ("ptx", "90", FOREIGN.encode()))
    with zipfile.ZipFile(tmp_path / "made-1-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr("made/code.fatbin", fatbin)
    gpus = ("--gpu", "9.0", "--gpu", "8.0")
    on_90, on_80 = assembled(*gpus, "--holes", "ignore", tmp_path / "made-1-py3-none-any.whl", code=1)
    assert (on_90["outcome"], on_90["reason"], on_90["assembled"]["refused"]) == ("fails", "ptx-refused", 1)
    assert on_80["assembled"] is None


def test_what_no_assembler_builds_for_is_said_and_passes(tmp_path: Path) -> None:
    (tmp_path / "old.ptx").write_text(ptx_text("3.2", "20"))
    ran = inside("check", "--assemble", "--gpu", "3.0", tmp_path / "old.ptx")
    assert ran.code == 0
    assert "warning[ptx-unproved]" in ran.out
    assert "does not build for sm_30" in ran.out


def test_texts_that_are_the_same_are_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        (tmp_path / f"{name}.ptx").write_text(GOOD)
    asked: list[Path] = []
    real = module.assemble

    def counted(assembler: Any, text: Path, target: str, *, seconds: float) -> Any:
        asked.append(text)
        return real(assembler, text, target, seconds=seconds)

    monkeypatch.setattr(module, "assemble", counted)
    assert len(assembled("--gpu", "9.0", tmp_path, code=0)) == 3
    assert len(asked) == 1
    assert not asked[0].exists()


def test_a_machine_without_one_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "good.ptx").write_text(GOOD)
    monkeypatch.setattr(module, "assemblers", lambda: ())
    ran = inside("check", "--assemble", "--gpu", "9.0", tmp_path / "good.ptx")
    assert ran.code == 2
    assert "-m pip install nvidia-cuda-nvcc" in ran.err
