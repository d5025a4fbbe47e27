"""`survey`: rows of many wheels, written as they are read, and gone on with after a crash."""

from __future__ import annotations

import json
import os
import shutil
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cudacompat.app.wheels import survey as module
from cudacompat.app.wheels.survey import SurveyOptions, SurveyResult, survey
from cudacompat.app.wheels.survey_input import wanted
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.fits import assert_fits
from tests.helpers.run import ROOT, cudacompat, inside

SCHEMA = json.loads((ROOT / "cudacompat" / "schemas" / "survey-1.json").read_text())


def wheel(folder: Path, name: str, arch: str = "80") -> Path:
    path = folder / f"{name}-1.0-cp312-cp312-manylinux2014_x86_64.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}/one.fatbin", fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", arch))))
        file.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_directory_of_wheels_becomes_rows_and_a_second_run_reads_nothing(tmp_path: Path) -> None:
    for name in ("one", "two"):
        wheel(tmp_path, name)
    (tmp_path / "broken-1.0-py3-none-any.whl").write_text("no zip")
    out = tmp_path / "rows.jsonl"
    ran = inside("survey", tmp_path, "--out", out, "--jobs", "1", "--format", "json")
    assert_fits(ran.json, SCHEMA)
    assert (ran.code, ran.json["written"]) == (4, 2)
    assert [each["path"] for each in ran.json["not_read"]] == [str(tmp_path / "broken-1.0-py3-none-any.whl")]
    assert sorted((each["package"], each["lists"]) for each in rows(out)) == [
        ("one", [["+PTX 80", 1]]),
        ("two", [["+PTX 80", 1]]),
    ]
    before = out.read_bytes()
    again = inside("survey", tmp_path, "--out", out, "--resume", "--jobs", "1", "--format", "json").json
    assert (again["before"], again["written"]) == (2, 0)
    assert out.read_bytes() == before


def test_a_list_names_packages_and_paths_with_comments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    links = tmp_path / "links"
    links.mkdir()
    wheel(links, "demo")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    (tmp_path / "list.txt").write_text("# wheels\ndemo==1.0  # by name\n\nno-such==2.0\n")
    out = tmp_path / "rows.jsonl"
    line = ("survey", tmp_path / "list.txt", "--out", out, "--jobs", "1", "--python", "3.12")
    ran = inside(*line, "--platform", "linux-x86_64", "--format", "json")
    assert [each["asked"] for each in rows(out)] == ["demo==1.0"]
    assert [each["path"] for each in ran.json["not_read"]] == ["no-such==2.0"]
    assert wanted([str(tmp_path / "list.txt"), str(tmp_path / "list.txt")]) == ("demo==1.0", "no-such==2.0")


def test_a_line_that_a_crash_cut_short_is_taken_off_and_read_again(tmp_path: Path) -> None:
    paths = [str(wheel(tmp_path, name)) for name in ("one", "two")]
    out = tmp_path / "rows.jsonl"
    survey(paths, str(out), SurveyOptions())
    whole = out.read_bytes()
    out.write_bytes(whole[:-20])
    report = survey(paths, str(out), SurveyOptions(resume=True))
    assert (report.before, report.written) == (1, 1)
    assert out.read_bytes() == whole


def test_a_wheel_that_was_replaced_by_another_of_its_name_is_read_again(tmp_path: Path) -> None:
    paths = [str(wheel(tmp_path, name)) for name in ("one", "two")]
    out = tmp_path / "rows.jsonl"
    survey(paths, str(out), SurveyOptions())
    size = Path(paths[0]).stat().st_size
    wheel(tmp_path, "one", "90")
    assert Path(paths[0]).stat().st_size == size, "its size alone does not tell"
    os.utime(paths[1])
    report = survey(paths, str(out), SurveyOptions(resume=True))
    assert (report.before, report.written) == (1, 1)
    assert sorted((each["package"], each["lists"]) for each in rows(out)) == [
        ("one", [["+PTX 90", 1]]),
        ("two", [["+PTX 80", 1]]),
    ]


def test_a_row_that_does_not_say_which_file_was_read_stays(tmp_path: Path) -> None:
    path, out = str(wheel(tmp_path, "one")), tmp_path / "rows.jsonl"
    survey([path], str(out), SurveyOptions())
    (row,) = rows(out)
    del row["digest"]
    out.write_text(json.dumps(row, sort_keys=True) + "\n")
    wheel(tmp_path, "one", "90")
    assert survey([path], str(out), SurveyOptions(resume=True)).written == 0


def test_a_first_line_that_a_crash_cut_short_is_taken_off(tmp_path: Path) -> None:
    path, out = str(wheel(tmp_path, "one")), tmp_path / "rows.jsonl"
    survey([path], str(out), SurveyOptions())
    whole = out.read_bytes()
    out.write_bytes(whole[: len(whole) // 2])
    assert survey([path], str(out), SurveyOptions(resume=True)).written == 1
    assert out.read_bytes() == whole


def test_rows_of_a_whole_index_are_not_held_at_once(tmp_path: Path) -> None:
    out = tmp_path / "rows.parquet"
    lines = tmp_path / "rows.parquet.jsonl"
    filler = ["torch" * 1200]
    with lines.open("w") as file:
        for number in range(6000):
            file.write(json.dumps({"answers": {"9.0": "native"}, "asked": f"p{number}", "requires": filler}) + "\n")
    names = [f"p{number}" for number in range(6000)]
    once = tmp_path / "once.parquet"
    (tmp_path / "once.parquet.jsonl").write_text(lines.open().readline())
    survey(names[:1], str(once), SurveyOptions(resume=True))  # so that the modules it imports are there
    tracemalloc.start()
    try:
        report = survey(names, str(out), SurveyOptions(resume=True))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (report.before, report.written) == (6000, 0)
    assert peak < lines.stat().st_size / 2


@pytest.mark.parametrize("text", ["not json\n", "[]\n", '{"package": "a"}\n', '{"name": "app", "private": true}', "x"])
def test_a_file_of_something_else_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    out = tmp_path / "rows.jsonl"
    out.write_text(text)
    list_ = tmp_path / "list.txt"
    list_.write_text("demo==1.0\n")
    assert inside("survey", list_, "--out", out).code == 2
    assert inside("survey", list_, "--out", out, "--resume").code == 2
    assert out.read_text() == text


def test_usage_errors_and_empty_lists(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("# nothing\n")
    assert inside("survey", empty, "--out", tmp_path / "rows.jsonl").code == 3
    assert inside("survey", tmp_path / "gone.txt", "--out", tmp_path / "rows.jsonl").code == 2
    assert inside("survey", empty, "--out", tmp_path / "rows.csv").code == 2
    assert inside("survey", empty, "--out", empty).code == 2


def test_processes_read_what_one_process_reads(tmp_path: Path) -> None:
    for name in ("one", "two"):
        wheel(tmp_path, name)
    single, several = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    assert cudacompat("survey", tmp_path, "--out", single, "--jobs", "1").code == 0
    assert cudacompat("survey", tmp_path, "--out", several, "--jobs", "2").code == 0
    assert single.read_bytes() == several.read_bytes()


def killed_at_first(name: str, fetch: object) -> SurveyResult:
    """A worker that dies with the first wheel that it is given, once for each of them."""
    mark = Path(f"{name}.killed")
    if not mark.exists() and name.endswith("two-1.0-cp312-cp312-manylinux2014_x86_64.whl"):
        mark.touch()
        os._exit(9)
    return SurveyResult(name, {"package": name})


def always_killed(name: str, fetch: object) -> SurveyResult:
    """A worker that dies with one wheel whenever it is given it."""
    if name.endswith("two-1.0-cp312-cp312-manylinux2014_x86_64.whl"):
        os._exit(9)
    return SurveyResult(name, {"package": name})


def test_a_killed_worker_loses_nothing_and_repeats_nothing_that_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [str(wheel(tmp_path, name)) for name in ("one", "two", "three")]
    monkeypatch.setattr(module, "row_of", killed_at_first)
    out = tmp_path / "rows.jsonl"
    report = survey(paths, str(out), SurveyOptions(jobs=2))
    assert (report.written, report.not_read) == (3, ())
    assert sorted(each["asked"] for each in rows(out)) == sorted(paths)


def test_a_wheel_that_kills_its_worker_twice_is_given_up_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [str(wheel(tmp_path, name)) for name in ("one", "two")]
    monkeypatch.setattr(module, "row_of", always_killed)
    report = survey(paths, str(tmp_path / "rows.jsonl"), SurveyOptions(jobs=2))
    assert [each.path for each in report.not_read] == [paths[1]]
    assert "exit code 9, twice" in report.not_read[0].why
    assert report.written == 1


def test_a_line_says_whose_wheel_is_meant_where_it_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    links = tmp_path / "links"
    links.mkdir()
    for tags in ("cp311-cp311-manylinux2014_x86_64", "cp312-cp312-manylinux2014_x86_64", "cp312-cp312-win_amd64"):
        shutil.copy(wheel(tmp_path, "demo"), links / f"demo-1.0-{tags}.whl")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    lines = ("demo==1.0", "demo==1.0 --python 3.11", "demo==1.0  --python=3.12 --platform win_amd64", "demo --python x")
    (tmp_path / "list.txt").write_text("\n".join(lines))
    line = ("survey", tmp_path / "list.txt", "--out", tmp_path / "rows.jsonl", "--jobs", "1", "--python", "3.12")
    ran = inside(*line, "--platform", "linux-x86_64", "--format", "json")
    assert [(each["asked"], each["wheel"].split("-", 2)[2][:-4]) for each in rows(tmp_path / "rows.jsonl")] == [
        (lines[0], "cp312-cp312-manylinux2014_x86_64"),
        (lines[1], "cp311-cp311-manylinux2014_x86_64"),
        (lines[2], "cp312-cp312-win_amd64"),
    ]
    assert [each["why"] for each in ran.json["not_read"]] == ["invalid Python version: x (example: 3.12)"]


def with_compilers(folder: Path, release: str, padding: int) -> Path:
    """A wheel with compilers in it, the mark of each after so many bytes."""
    path = folder / "demo-1.0-cp312-cp312-manylinux2014_x86_64.whl"
    mark = f"Cuda compilation tools, release {release.rpartition('.')[0]}, V{release}\0".encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("demo/bin/ptxas", "demo/libnvrtc-0123abcd.so.12", "demo/bin/ptxas-blackwell", "demo/ptxas.py"):
            file.writestr(name, b"\x7fELF" + b"\0" * padding + mark + b"\0" * 200)
        file.writestr("demo/bin/nvcc", b"\x7fELF no release")
    return path


@pytest.mark.parametrize("padding", [0, (1 << 20) - 30, (1 << 20) - 90, 3 << 20])
def test_the_compilers_in_a_wheel_are_a_column_of_its_row(tmp_path: Path, padding: int) -> None:
    report = survey([str(with_compilers(tmp_path, "12.8.93", padding))], str(tmp_path / "rows.jsonl"), SurveyOptions())
    assert report.written == 1
    names = ["libnvrtc 12.8.93", "ptxas 12.8.93", "ptxas-blackwell 12.8.93"]
    assert rows(tmp_path / "rows.jsonl")[0]["compilers"] == names


def test_rows_as_parquet_are_the_rows_as_lines(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for name in ("one", "two"):
        wheel(tmp_path, name)
    out = tmp_path / "rows.parquet"
    assert inside("survey", tmp_path, "--out", out, "--jobs", "1").code == 0
    table = parquet.read_table(out).to_pylist()
    lines = rows(tmp_path / "rows.parquet.jsonl")
    assert [each["asked"] for each in table] == [each["asked"] for each in lines]
    assert table[0]["lists"] == [{"targets": "+PTX 80", "modules": 1}]
    assert dict(table[0]["answers"]) == lines[0]["answers"]
    assert dict(table[0]["libraries"][0]["ptx"]) == {"80": 1.0}
    assert inside("survey", tmp_path, "--out", out).code == 2
    wheel(tmp_path, "three")
    assert inside("survey", tmp_path, "--out", out, "--resume", "--jobs", "1").code == 0
    assert len(parquet.read_table(out)) == 3
    (tmp_path / "rows.parquet.jsonl").unlink()
    assert inside("survey", tmp_path, "--out", out, "--resume").code == 2
    assert len(parquet.read_table(out)) == 3


class TestAFolderOfAStore:
    @pytest.fixture(autouse=True)
    def needs_fsspec(self) -> None:
        pytest.importorskip("fsspec")

    def test_its_wheels_become_the_rows_of_files(self, tmp_path: Path) -> None:
        mirror = tmp_path / "mirror" / "d"
        mirror.mkdir(parents=True)
        path = wheel(mirror, "demo")
        with zipfile.ZipFile(path, "a") as file:
            file.writestr("demo/text.py", "# text\n" * 3000)
        single, stored = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
        assert inside("survey", tmp_path / "mirror", "--out", single, "--jobs", "1").code == 0
        ran = inside("survey", (tmp_path / "mirror").as_uri(), "--out", stored, "--jobs", "1")
        assert (ran.code, ran.err) == (0, "")
        (own,), (other,) = rows(single), rows(stored)
        assert other.pop("asked") == path.as_uri()
        assert own.pop("asked") == str(path)
        assert own["digest"].startswith(f"{path.stat().st_size}-")
        assert own == other

    def test_a_bucket_in_memory(self, tmp_path: Path) -> None:
        import fsspec

        store = fsspec.filesystem("memory")
        store.pipe_file("/bucket/a/demo-1.0-cp312-cp312-manylinux2014_x86_64.whl", wheel(tmp_path, "demo").read_bytes())
        store.pipe_file("/bucket/a/broken-1.0-py3-none-any.whl", b"no zip")
        ran = inside("survey", "memory://bucket", "--out", tmp_path / "rows.jsonl", "--jobs", "1", "--format", "json")
        assert [each["package"] for each in rows(tmp_path / "rows.jsonl")] == ["demo"]
        assert [each["why"] for each in ran.json["not_read"]] == ["File is not a zip file"]

    @pytest.mark.parametrize("address", ["s3a://bucket/x", "file:///no/such/folder", "memory://none/x.whl"])
    def test_what_is_no_store_or_not_there_is_one_line(self, tmp_path: Path, address: str) -> None:
        ran = inside("survey", address, "--out", tmp_path / "rows.jsonl", "--jobs", "1")
        assert ran.code in (2, 3, 4, 5)
        assert len((ran.err or ran.out).splitlines()) <= 2
        assert "Traceback" not in ran.err

    def test_a_chain_of_stores_is_no_store(self, tmp_path: Path) -> None:
        from cudacompat.artifacts.remote.store import is_store

        assert is_store("s3://bucket/wheels")
        assert not is_store("file::zip://a.zip")
        assert not is_store("ssh://host/wheels")
