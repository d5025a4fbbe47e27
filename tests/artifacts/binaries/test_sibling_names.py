"""PTX texts that no GPU takes: their kernels come from the machine code of the same target, or they are read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import lz4.block
import pytest

from cudacompat.app.check import check
from cudacompat.artifacts.binaries import lz4_front
from cudacompat.artifacts.binaries.buffer import Allowance
from cudacompat.artifacts.binaries.gather import Gatherer
from cudacompat.artifacts.binaries.section import Section
from cudacompat.artifacts.binaries.text_keeper import Wanted
from cudacompat.artifacts.reading import cache as kept
from cudacompat.artifacts.reading import task
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.choices import JitPolicy, PtxPolicy
from cudacompat.domain.words.code import FatbinEntry
from cudacompat.domain.words.verdict import Outcome, Target
from tests.helpers import fatbin_writer as fw
from tests.helpers.device_files import KERNEL, image, library_of
from tests.helpers.each_row import each_case
from tests.helpers.toolchain import ptx_text

OF_TEXT = "only_in_text"
LONG = "".join(f"// line {number} of a text that is long enough to be left\n" for number in range(2000))
H100 = frozenset({ComputeCapability.parse("9.0")})
B200 = frozenset({ComputeCapability.parse("10.0")})


EMPTY = image("sm_90").but(payload=image("sm_90").payload.replace(b"\x12\x10", b"\x12\x00"))  # no entry is left of it


def text(arch: str, compression: str = "zstd") -> fw.Image:
    """A long text with a kernel that the machine code here has not: whether it was read is seen by that."""
    whole = ptx_text("8.8", arch, (KERNEL, OF_TEXT)) + LONG
    return fw.ptx(whole, compression=compression)


def entries(path: Path, gpus: frozenset[ComputeCapability] | None, *, texts: bool = False) -> list[FatbinEntry]:
    wanted = Wanted(texts=True) if texts else None
    (found,) = read_paths([str(path)], kernels=True, gpus=gpus, wanted=wanted).artifacts
    return [entry for module in found.modules for entry in module.entries]


def was_read(path: Path, gpus: frozenset[ComputeCapability] | None = H100, *, texts: bool = False) -> bool:
    """Whether the text was."""
    (said,) = {OF_TEXT in (each.kernels or ()) for each in entries(path, gpus, texts=texts) if each.ptx_isa is not None}
    return said


def put(path: Path, *images: fw.Image) -> Path:
    path.write_bytes(library_of(fw.fatbin(*images)))
    return path


@each_case("compression", ["none", "zstd", "lz4"])
@pytest.mark.parametrize("first", [True, False])
def test_a_text_beside_the_machine_code_that_is_taken_is_left(tmp_path: Path, compression: str, first: bool) -> None:
    module = [text("90", compression), image("sm_90")] if first else [image("sm_90"), text("90", compression)]
    path = put(tmp_path / "a.so", *module)
    left, whole = entries(path, H100), entries(path, None)
    assert [each.kernels for each in left] == [(KERNEL,), (KERNEL,)]
    (number,) = [number for number, each in enumerate(left) if each.by_sibling]
    assert left[number] == replace(whole[number], kernels=(KERNEL,), by_sibling=True)
    assert left[1 - number] == whole[1 - number]


READ = {
    "a GPU takes the text": (B200, [text("90"), image("sm_90")]),
    "one of two GPUs takes it": (H100 | B200, [text("90"), image("sm_90")]),
    "no machine code of its target": (H100, [text("80"), image("sm_90")]),
    "that of another suffix": (H100, [text("90a"), image("sm_90")]),
    "machine code that cannot be read": (H100, [text("90"), image("sm_90").but(payload=b"\x7fELF")]),
    "machine code without kernels": (H100, [text("90"), EMPTY]),
    "of another target than its header says": (H100, [text("90").but(arch=80), image("sm_80"), image("sm_90")]),
    "compressed in another way": (H100, [text("90", "zlib"), image("sm_90")]),
    "it decides for all": (None, [text("90"), image("sm_90")]),
}


@pytest.mark.parametrize("name", READ)
def test_all_other_texts_are_read(tmp_path: Path, name: str) -> None:
    gpus, module = READ[name]
    assert was_read(put(tmp_path / "a.so", *module), gpus)


def test_machine_code_without_kernels_beside_a_text_fails(tmp_path: Path) -> None:
    """An empty image of a link step: what the text holds is what is missing."""
    target = Target("9.0", None, ComputeCapability.parse("9.0"))
    (verdict,) = check([str(put(tmp_path / "a.so", text("90"), EMPTY))], (target,), Policy()).verdicts
    assert [module.missing for module in verdict.modules] == [(KERNEL, OF_TEXT)]


def test_what_is_no_finished_library_is_read(tmp_path: Path) -> None:
    """There a kernel that only the text has is missing, and no note."""
    path = tmp_path / "a.fatbin"
    path.write_bytes(fw.fatbin(text("90"), image("sm_90")))
    assert was_read(path)


def test_units_of_a_device_link_have_the_texts_read() -> None:
    """What they hold may be lost in the link."""
    module = fw.fatbin(text("90"), image("sm_90"))
    own = Section(".nv_fatbin", 0, len(module), present=True, data=True)
    units = Section("__nv_relfatbin", len(module), 2 * len(module), present=True, data=True)
    for sections, linked, left in (([own], True, True), ([own, units], True, False), ([own], False, False)):
        into = Gatherer(2 * module, Allowance(1 << 30), kernels=True, gpus=H100)
        into.sections(sections, linked=linked)
        assert any(each.by_sibling for each in into.modules[0].entries) is left


def test_a_policy_for_texts_or_a_forced_jit_has_them_read(tmp_path: Path) -> None:
    path = put(tmp_path / "a.so", text("90"), image("sm_90"))
    assert not was_read(path)
    assert was_read(path, texts=True)
    target = Target("9.0", None, ComputeCapability.parse("9.0"))
    for policy in (Policy(ptx=PtxPolicy.ANY), Policy(coverage=0.5)):
        (held,) = check([str(path)], (target,), policy).verdicts
        assert OF_TEXT in held.modules[0].module.kernels
    (plain,) = check([str(path)], (target,), Policy()).verdicts
    (forced,) = check([str(path)], (replace(target, jit=JitPolicy.FORCED),), Policy()).verdicts
    assert (plain.outcome, forced.outcome) == (Outcome.NATIVE, Outcome.JIT)
    assert {OF_TEXT in module.module.kernels for module in plain.modules} == {False}
    assert {OF_TEXT in module.module.kernels for module in forced.modules} == {True}


def test_what_was_kept_for_one_gpu_answers_for_another_that_leaves_the_text_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.so"
    path.write_bytes(library_of(fw.fatbin(text("90"), image("sm_90"), image("sm_80"))) + bytes(1 << 20))
    monkeypatch.setattr(kept, "_SETTLED_S", -1.0)

    def kernels(gpus: frozenset[ComputeCapability] | None, wanted: Wanted | None = None) -> bool:
        found = read_paths([str(path)], kernels=True, gpus=gpus, cache=tmp_path / "cache", wanted=wanted)
        return OF_TEXT in found.artifacts[0].modules[0].kernels

    assert not kernels(H100)
    with monkeypatch.context() as patched:
        patched.setattr(task, "read_one", None)
        assert not kernels(H100 | {ComputeCapability.parse("8.6")})
    for gpus, wanted in ((B200, None), (None, None), (H100, Wanted(texts=True))):
        assert kernels(gpus, wanted)
        for entry in (tmp_path / "cache").iterdir():
            entry.unlink()
        assert not kernels(H100)


@each_case("size", [0, 1, 7, 64, 1000, 5000])
def test_the_first_bytes_of_a_block_are_those_of_all_of_it(size: int) -> None:
    for whole in (LONG.encode(), b"a" * 5000, bytes(range(256)) * 20, b"x" * 20 + LONG.encode()[:300] * 9):
        raw = lz4.block.compress(whole, store_size=False)
        assert lz4_front.first(raw, size) == whole[:size]
        cut = lz4_front.first(raw[: len(raw) // 2], size)
        assert cut is not None
        assert whole.startswith(cut)


def test_a_block_that_looks_back_behind_its_begin_is_none() -> None:
    assert lz4_front.first(b"\x10a\x09\x00\x00", 10) is None
