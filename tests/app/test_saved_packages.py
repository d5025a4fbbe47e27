"""Packages of a machine whose facts were saved: judged elsewhere as they are judged there, with any driver."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from cudacompat.domain.machine.saved_facts import from_json
from cudacompat.domain.words.errors import ParseError
from tests.app.test_installed import install
from tests.helpers.device_files import library
from tests.helpers.fits import assert_fits
from tests.helpers.run import Ran, inside


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    site = tmp_path / "venv/lib/python3.12/site-packages"
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv/pyvenv.cfg").write_text("version = 3.12.1\n")
    install(site, "native", _C=library("sm_80 compute_80"))
    install(site, "old", _C=library("sm_70"))
    install(site, "several", lib_cuda118=library("sm_70"), lib_cuda124=library("sm_80"))
    install(site, "plain", _C=library())
    return tmp_path / "venv"


def saved(venv: Path, *gpus: str) -> Path:
    file = venv.parent / "facts.json"
    named = [word for gpu in gpus for word in ("--gpu", gpu)]
    assert inside("doctor", "--python", venv, *named, "--save-facts", file).code in (0, 1)
    return file


def rows(ran: Ran) -> dict[str, list[tuple[str, str | None, str, bool]]]:
    return {
        each["name"]: [(v["outcome"], v["reason"], v["why"], v["fails_first"]) for v in each["verdicts"]]
        for each in ran.json["packages"]["with_code"]
    }


@pytest.mark.parametrize("driver", [(), ("--driver", "580.65.06"), ("--driver", "450.80.02")])
@pytest.mark.parametrize("gpu", ["8.0", "8.6", "12.0"])
def test_they_are_judged_as_on_the_machine_itself(venv: Path, gpu: str, driver: tuple[str, ...]) -> None:
    file = saved(venv, "8.0", "8.6", "12.0")
    here = inside("doctor", "--python", venv, "--gpu", gpu, *driver, "--format", "json")
    there = inside("doctor", "--facts", file, "--gpu", gpu, *driver, "--format", "json")
    assert rows(there) == rows(here)
    assert there.code == here.code
    assert there.json["plan"] == here.json["plan"]
    assert there.json["packages"]["without_code"] == here.json["packages"]["without_code"] == 1


def test_a_gpu_that_nothing_was_saved_for_is_never_green(venv: Path) -> None:
    ran = inside("doctor", "--facts", saved(venv, "8.0"), "--gpu", "9.0", "--format", "json")
    assert {outcome for each in rows(ran).values() for outcome, *_ in each} == {"undecided"}
    assert ran.code == 4


def test_what_is_saved_keeps_to_the_schema_and_is_read_again(venv: Path) -> None:
    document = json.loads(saved(venv, "8.0", "12.0").read_text())
    schema = json.loads(resources.files("cudacompat").joinpath("schemas", "facts-1.json").read_text())
    assert_fits(document, schema)
    code = next(each["device_code"] for each in document["packages"] if each["name"] == "several")
    assert code["alternatives"][0]["evidence"].startswith("2 libraries differ in the CUDA release")
    assert from_json(document).packages[0].code is not None


@pytest.mark.parametrize(
    ("key", "value"),
    [("outcome", "splendid"), ("outcomes", ["splendid"]), ("modules", [-1]), ("min_driver", "580"), ("reason", 3)],
)
def test_a_broken_answer_is_named(venv: Path, key: str, value: Any) -> None:
    document = json.loads(saved(venv, "8.0").read_text())
    code = next(each["device_code"] for each in document["packages"] if each["device_code"])
    code["libraries"][0]["answers"][0][key] = value
    with pytest.raises(ParseError, match=rf"device_code.libraries\[0\].answers\[0\].{key}"):
        from_json(document)


class TestWhatWasAsked:
    """The GPUs and the driver that were named are saved, and asked for again."""

    def test_the_facts_alone_give_the_same_answer(self, venv: Path) -> None:
        file = venv.parent / "facts.json"
        asked = ("--python", venv, "--gpu", "8.0", "--gpu", "RTX 5070 Ti", "--driver", "535")
        here = inside("doctor", *asked, "--save-facts", file, "--format", "json")
        there = inside("doctor", "--facts", file, "--format", "json")
        assert json.loads(file.read_text())["asked"] == {"gpus": ["8.0", "RTX 5070 Ti"], "driver": "535"}
        assert there.code == here.code == 1
        assert rows(there) == rows(here)
        assert there.json["plan"] == here.json["plan"]
        assert there.json["check"]["targets"] == here.json["check"]["targets"]

    def test_a_gpu_or_a_driver_beside_the_file_is_asked_for_in_its_place(self, venv: Path) -> None:
        file = venv.parent / "facts.json"
        inside("doctor", "--python", venv, "--gpu", "8.0", "--gpu", "8.6", "--driver", "535", "--save-facts", file)
        newer = inside("doctor", "--facts", file, "--driver", "580", "--format", "json").json["check"]["targets"]
        assert [(each["compute_capability"], each["driver"]) for each in newer] == [("8.0", "580"), ("8.6", "580")]
        other = inside("doctor", "--facts", file, "--gpu", "8.6", "--format", "json").json["check"]["targets"]
        assert [(each["compute_capability"], each["driver"]) for each in other] == [("8.6", None)]

    def test_facts_of_before_are_read(self, venv: Path) -> None:
        file = saved(venv, "8.0")
        document = json.loads(file.read_text())
        del document["asked"]
        assert from_json(document).asked.gpus == ()
        document["asked"] = {"gpus": "8.0", "driver": None}
        with pytest.raises(ParseError, match=r"asked\.gpus: expected a list of texts"):
            from_json(document)
