"""What `check --assemble` says of 330 PTX texts, beside what the driver of an H200 did with each."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.helpers import toolchain

ROOT = Path(__file__).parents[3]
RECORDED = ROOT / "tests/data/h200/ptx_codes.json"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    toolchain.require_ptxas("13.5")
    out = tmp_path_factory.mktemp("proofs")
    toolchain.run(sys.executable, ROOT / "tools/hardware/prove_ptx.py", out, "--without-driver")
    texts: dict[str, dict[str, object]] = json.loads((out / "ptx_proofs.json").read_text())["texts"]
    return texts


def test_nothing_is_said_that_the_driver_contradicts(said: dict[str, dict[str, object]]) -> None:
    codes = json.loads(RECORDED.read_text())["codes"]
    assert set(said) == set(codes)
    wrong = [
        name for name, each in said.items() if each["code"] is not None and bool(each["code"]) != bool(codes[name])
    ]
    assert wrong == []


def test_most_texts_are_proved_and_most_broken_ones_refused(said: dict[str, dict[str, object]]) -> None:
    proofs = [each["proof"] for each in said.values()]
    assert proofs.count("proved") > 200
    assert proofs.count("refused") > 35
