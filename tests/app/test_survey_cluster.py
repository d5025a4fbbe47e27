"""`survey` on a real local cluster of Dask: workers that die, a run that is killed, and a cluster that is there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from cudacompat.app.wheels import survey as module
from cudacompat.app.wheels.survey import SurveyOptions, SurveyResult, survey
from cudacompat.domain.words.choices import SurveyExecutor
from tests.app.test_survey import rows, wheel
from tests.helpers.run import ROOT, inside

# looked for and not imported, which every process of a run would wait for
pytestmark = pytest.mark.skipif(find_spec("distributed") is None, reason="extra distributed is not installed")

DASK = SurveyOptions(jobs=2, executor=SurveyExecutor.DASK)


def killed_at_first(name: str, fetch: object) -> SurveyResult:
    """A worker that ends with the wheel `two`, and not a second time."""
    with Path(f"{name}.asked").open("a") as file:
        file.write("x")
    mark = Path(f"{name}.killed")
    if "two-" in name and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return SurveyResult(name, {"package": name})


def always_killed(name: str, fetch: object) -> SurveyResult:
    """A worker that ends with the wheel `two`, whenever it is given it."""
    if "two-" in name:
        os.kill(os.getpid(), signal.SIGKILL)
    return SurveyResult(name, {"package": name})


def slow(name: str, fetch: object) -> SurveyResult:
    """A wheel that takes its time, and leaves a mark for each time that it is read."""
    with Path(f"{name}.asked").open("a") as file:
        file.write("x")
    time.sleep(0.3)
    return SurveyResult(name, {"package": name})


def test_a_killed_worker_loses_nothing_and_repeats_nothing_that_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [str(wheel(tmp_path, name)) for name in ("one", "two", "three", "four", "five", "six")]
    monkeypatch.setattr(module, "row_of", killed_at_first)
    out = tmp_path / "rows.jsonl"
    report = survey(names, str(out), DASK)
    assert (report.written, report.not_read) == (6, ())
    assert sorted(each["asked"] for each in rows(out)) == sorted(names)
    asked = {Path(name).name.partition("-")[0]: Path(f"{name}.asked").read_text() for name in names}
    assert asked == {**dict.fromkeys(asked, "x"), "two": "xx"}


def test_a_wheel_that_kills_two_workers_is_given_up_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [str(wheel(tmp_path, name)) for name in ("one", "two", "three")]
    monkeypatch.setattr(module, "row_of", always_killed)
    report = survey(names, str(tmp_path / "rows.jsonl"), DASK)
    assert [(each.path, each.why) for each in report.not_read] == [(names[1], "each worker that read it ended")]
    assert report.written == 2


_KILLED_RUN = """
import sys
from cudacompat.app.wheels import survey as module
from tests.app import test_survey_cluster as test
module.row_of = test.slow
if __name__ == "__main__":
    module.survey(sys.argv[2:], sys.argv[1], test.DASK)
"""


def test_a_run_that_is_killed_goes_on_behind_its_rows_and_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [str(wheel(tmp_path, f"w{number}")) for number in range(12)]
    out = tmp_path / "rows.jsonl"
    command = [sys.executable, "-c", _KILLED_RUN, str(out), *names]
    run = subprocess.Popen(command, cwd=ROOT, start_new_session=True, env={**os.environ, "TMPDIR": str(tmp_path)})
    while not out.exists() or out.read_bytes().count(b"\n") < 3:
        assert run.poll() is None
        time.sleep(0.05)
    workers = _in_session(run.pid)
    run.kill()
    run.wait()
    written = rows(out)
    monkeypatch.setattr(module, "row_of", slow)
    report = survey(names, str(out), SurveyOptions(2, resume=True, executor=SurveyExecutor.DASK))
    assert report.before == len(written) >= 3
    assert rows(out)[: len(written)] == written
    assert sorted(each["asked"] for each in rows(out)) == sorted(names)
    assert {Path(f"{each['asked']}.asked").read_text() for each in written} == {"x"}
    assert len(workers) > 2
    until = time.monotonic() + 20
    while _in_session(run.pid) and time.monotonic() < until:
        time.sleep(0.2)
    assert not _in_session(run.pid)


def _in_session(leader: int) -> list[int]:
    """The processes of a session that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(folder.name))
    return found


def test_the_command_writes_the_same_rows_as_one_process(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        wheel(tmp_path, name)
    single, several = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    assert inside("survey", tmp_path, "--out", single, "--jobs", "1").code == 0
    ran = inside("survey", tmp_path, "--out", several, "--jobs", "2", "--executor", "dask", "--format", "json")
    assert (ran.code, ran.json["written"]) == (0, 3)
    assert sorted(single.read_text().splitlines()) == sorted(several.read_text().splitlines())


@contextmanager
def running_cluster(workers: int) -> Iterator[str]:
    """The address of a cluster that somebody else started."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster.scheduler_address


def test_the_workers_of_a_running_cluster_are_used_and_stay(tmp_path: Path) -> None:
    for name in ("one", "two"):
        wheel(tmp_path, name)
    with running_cluster(1) as address:
        for number in range(2):
            ran = inside("survey", tmp_path, "--out", tmp_path / f"{number}.jsonl", "--scheduler", address)
            assert (ran.code, len(rows(tmp_path / f"{number}.jsonl"))) == (0, 2)


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--scheduler", "tcp://127.0.0.1:9"), 5, "no scheduler of Dask answers at tcp://127.0.0.1:9"),
        (("--scheduler", "no address"), 2, "not the address of a scheduler: no address"),
        (("--scheduler", "tcp://127.0.0.1:9", "--executor", "processes"), 2, "remove --executor processes"),
    ],
)
def test_what_is_no_cluster_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], code: int, said: str
) -> None:
    from cudacompat.host.programs import cluster

    monkeypatch.setattr(cluster, "_WAIT_S", 1.0)
    wheel(tmp_path, "one")
    ran = inside("survey", tmp_path, "--out", tmp_path / "rows.jsonl", *options)
    assert ran.code == code
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not (tmp_path / "rows.jsonl").exists()


def test_a_cluster_without_workers_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cudacompat.host.programs import cluster

    monkeypatch.setattr(cluster, "_WAIT_S", 1.0)
    wheel(tmp_path, "one")
    with running_cluster(0) as address:
        ran = inside("survey", tmp_path, "--out", tmp_path / "rows.jsonl", "--scheduler", address)
    assert (ran.code, "has no worker" in ran.err) == (5, True)


def test_a_worker_imports_nothing_from_the_folder_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("numpy", "lz4", "msgpack", "typer", "tornado"):
        (tmp_path / f"{name}.py").write_text("import os; open('planted', 'w').write(__file__); raise SystemExit(9)\n")
    path = wheel(tmp_path, "one")
    monkeypatch.chdir(tmp_path)
    report: Any = survey([str(path)], "rows.jsonl", DASK)
    assert report.written == 1
    assert not (tmp_path / "planted").exists()
    assert json.loads((tmp_path / "rows.jsonl").read_text())["package"] == "one"
