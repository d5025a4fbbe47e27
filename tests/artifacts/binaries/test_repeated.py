"""Fatbins that lie in a file many times: read once, listed each time, and never taken for another."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cudacompat.artifacts.binaries import fatbin, repeated
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.code import ReadResult
from tests.helpers import fatbin_writer as fw
from tests.helpers.examples import at_most

GPUS = frozenset({ComputeCapability(9, 0)})
TEXT = b".version 8.0\n.target sm_%d\n.address_size 64\n.visible .entry %s() { ret; }\n"
FORMS = [
    fw.fatbin(fw.ptx(TEXT % (80, b"a"))),
    fw.fatbin(fw.ptx(TEXT % (80, b"b"))),
    fw.fatbin(fw.ptx(TEXT % (80, b"a"), compression="lz4"), fw.ptx(TEXT % (75, b"a"))),
    fw.fatbin(fw.ptx(TEXT % (80, b"a")), fw.ptx(TEXT % (75, b"a"), arch=80)),
    fw.fatbin(),
]


def read(path: Path, *, kernels: bool = True) -> ReadResult:
    return read_paths([str(path)], kernels=kernels, gpus=GPUS)


@settings(max_examples=at_most(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(FORMS), max_size=12), st.integers(0, 400), st.booleans())
def test_a_file_reads_as_without(tmp_path: Path, forms: list[bytes], cut: int, kernels: bool) -> None:
    path = tmp_path / "many.fatbin"
    whole = b"".join(forms)
    path.write_bytes(whole[: len(whole) - cut] if cut < len(whole) else whole)
    found = read(path, kernels=kernels)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(repeated, "_LARGEST", 0)
        assert read(path, kernels=kernels) == found


def test_one_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "many.fatbin"
    path.write_bytes(FORMS[0] * 500 + FORMS[1] * 500)
    seen: list[int] = []
    read_fatbin = fatbin.read_fatbin
    monkeypatch.setattr(fatbin, "read_fatbin", lambda *a, **k: seen.append(a[1]) or read_fatbin(*a, **k))
    (artifact,) = read(path).artifacts
    assert len(seen) == 2
    assert [module.offset for module in artifact.modules] == list(range(0, 1000 * len(FORMS[0]), len(FORMS[0])))
    assert [module.kernels for module in artifact.modules] == [frozenset({"a"})] * 500 + [frozenset({"b"})] * 500


def test_what_is_kept_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated, "_MOST", len(FORMS[0]) + 10)
    path = tmp_path / "many.fatbin"
    path.write_bytes(FORMS[0] + FORMS[1] * 2)
    seen: list[int] = []
    read_fatbin = fatbin.read_fatbin
    monkeypatch.setattr(fatbin, "read_fatbin", lambda *a, **k: seen.append(a[1]) or read_fatbin(*a, **k))
    assert len(read(path).artifacts[0].modules) == 3
    assert len(seen) == 3
