"""A process that does not come to the library within the limit: the machine is busy, and the driver is not to blame."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cudacompat.domain.machine.facts import Missing
from cudacompat.host.gpus import libcuda, nvml, patience
from cudacompat.host.gpus.patience import BEGUN, ask, came_to_it

LATE = "import os, sys, time\nif not os.path.exists({seen!r}):\n open({seen!r}, 'w'); time.sleep(9)\nprint({begun!r})\n"


def test_a_process_that_starts_late_is_asked_once_more(tmp_path: Path) -> None:
    script = LATE.format(seen=str(tmp_path / "seen"), begun=BEGUN)
    ran = ask([sys.executable, "-I", "-S", "-c", script], 0.5)
    assert ran.ok
    assert came_to_it(ran)


def test_a_library_that_hangs_is_asked_once() -> None:
    script = f"import time\nprint({BEGUN!r}, flush=True)\ntime.sleep(9)"
    ran = ask([sys.executable, "-I", "-S", "-c", script], 2.0)
    assert ran.timed_out
    assert came_to_it(ran)


def test_a_machine_that_starts_nothing_is_no_trouble_of_the_driver(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "python"  # one that is never seen to begin
    python.write_text("#!/bin/sh\nexec sleep 9\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr(patience, "TIMEOUT_S", 0.2)
    monkeypatch.setattr(nvml, "_FIRST_S", 0.1)
    monkeypatch.setattr(libcuda, "_TIMEOUT_S", 0.1)
    for found in (nvml.gpus(), nvml.driver(), libcuda.programs()):
        assert isinstance(found, Missing)
        assert found.troubles == ()
        assert "this machine is too busy to ask it" in found.tried[0]
