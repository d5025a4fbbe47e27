"""What a user wrote stays where a generated file comes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cudacompat.domain.words.errors import UsageError
from cudacompat.generate.keep import kept
from cudacompat.generate.outputs import OUTPUTS
from tests.helpers.each_row import each_case
from tests.helpers.run import inside

CARGO = ".cargo/config.toml"
MADE = (
    "# x 1.0 for 12.0, with CUDA 12.8.\n# Made by cudacompat 0.1.0: cudacompat generate x --gpu 12.0\n"
    '[env]\n# ARCHS: the list\nARCHS = { value = "120", force = true }\nOFF = { value = "OFF", force = true }\n'
)
OTHER = MADE.replace("120", "86").replace("12.0", "8.6")
SET = tomllib.loads(MADE)["env"]

THERE = {
    "no env": "# mine\n[build]\njobs = 4   # few\n",
    "no newline at the end": "[build]\njobs = 4",
    "an env": '[build]\njobs = 4\n\n# what builds read\n[env]\nFOO = "bar"\n\n[alias]\nb = "build"  # short\n',
    "the same variable": '[env]\nARCHS = "52"  # old\nZ = { value = "a", relative = true }\n[net]\nretry = 3\n',
    "windows": '[env]\r\nFOO = "bar"\r\n[net]\r\nretry = 3\r\n',
    "a byte order mark": '\ufeff[env]\nFOO = "bar"\n',
    "dotted": 'env.FOO = "bar"\n\n[net]\nretry = 3\n',
    "inline": 'env = { FOO = "bar" }\n[net]\nretry = 3\n',
    "a table of its own": '[env.FOO]\nvalue = "bar"\nforce = true\n\n[net]\nretry = 3\n',
    "blanks in the header": '[ env ]\nFOO = "bar"\n',
}


@each_case("name", THERE)
def test_cargos_configuration_keeps_everything_else(name: str) -> None:
    there = THERE[name]
    merged = kept(CARGO, there, MADE)
    before, after = tomllib.loads(there.removeprefix("\ufeff")), tomllib.loads(merged.removeprefix("\ufeff"))
    assert after == {**before, "env": {**before.get("env", {}), **SET}}
    if name not in ("inline", "windows", "the same variable"):  # what a variable stood in changes with it
        for line in there.removeprefix("\ufeff").splitlines():
            assert line in merged.splitlines()
    assert ("\r\n" in there) == ("\r\n" in merged)
    assert kept(CARGO, merged, MADE) == merged, "a second time changes nothing"
    again = kept(CARGO, merged, OTHER)
    assert tomllib.loads(again.removeprefix("\ufeff"))["env"]["ARCHS"]["value"] == "86"
    assert again.count("Made by cudacompat") == 1


def test_cargos_configuration_keeps_the_rest_to_the_byte() -> None:
    there = THERE["the same variable"]
    merged = kept(CARGO, there, MADE)
    head = MADE[: MADE.index("[env]")]
    assert merged == head + (
        '[env]\nARCHS = {value = "120", force = true}  # old\nZ = { value = "a", relative = true }\n'
        'OFF = {value = "OFF", force = true}\n[net]\nretry = 3\n'
    )


@settings(deadline=None)
@example(["[[b]]", "[env]", "[[b]]"])
@given(st.lists(st.sampled_from(["# note", "", "[a]", "x = 1", "[[b]]", 'y = "é"', "[env]", 'F = "1"', "z.q = 2"])))
def test_any_order_of_lines_is_kept_or_refused(lines: list[str]) -> None:
    there = "\n".join(lines)
    try:
        before = tomllib.loads(there)
    except tomllib.TOMLDecodeError:
        with pytest.raises(UsageError):
            kept(CARGO, there or "=", MADE)
        return
    try:
        merged = kept(CARGO, there, MADE)
    except UsageError:
        return  # one line, nothing written
    assert tomllib.loads(merged) == {**before, "env": {**before.get("env", {}), **SET}}
    left = iter(merged.splitlines())
    assert all(line in left for line in lines if line), "each line that was there, in its order"


@pytest.mark.parametrize("there", ["[env", 'env = "x"', "[[env]]\na = 1\n", "[env]\nARCHS = 1\n[env]\n"])
def test_what_is_no_configuration_is_refused(there: str) -> None:
    with pytest.raises(UsageError):
        kept(CARGO, there, MADE)


def test_presets_keep_those_of_others() -> None:
    def preset(name: str, value: str) -> dict[str, object]:
        return {"name": name, "cacheVariables": {"A": value}}

    made = {
        "version": 3,
        "cmakeMinimumRequired": {"major": 3, "minor": 21, "patch": 0},
        "vendor": {"cudacompat/1": {"command": "new"}},
        "configurePresets": [preset("cudacompat-architectures", "new"), preset("cudacompat", "new")],
        "buildPresets": [{"name": "cudacompat", "configurePreset": "cudacompat"}],
    }
    there = {
        "version": 6,
        "include": ["more.json"],
        "vendor": {"ide/1": {}, "cudacompat/1": {"command": "old"}},
        "configurePresets": [preset("mine", "x"), preset("cudacompat", "old")],
        "testPresets": [{"name": "t", "configurePreset": "mine"}],
    }
    text = json.dumps(made, indent=2) + "\n"
    merged = json.loads(kept("CMakePresets.json", json.dumps(there), text))
    assert merged["configurePresets"] == [
        preset("mine", "x"),
        preset("cudacompat", "new"),
        preset("cudacompat-architectures", "new"),
    ]
    assert merged["version"] == 6
    assert merged["vendor"] == {"ide/1": {}, "cudacompat/1": {"command": "new"}}
    assert (merged["include"], merged["testPresets"]) == (there["include"], there["testPresets"])
    again = kept("CMakePresets.json", json.dumps(merged), text)
    assert again == json.dumps(merged)
    assert kept("CMakePresets.json", text.replace("new", "old"), text) == text
    for wrong in ("// a comment\n{}", "[]", '{"configurePresets": [1]}', '{"vendor": 1}'):
        with pytest.raises(UsageError):
            kept("CMakePresets.json", wrong, text)


@pytest.mark.parametrize("kind", [each.name for each in OUTPUTS])
def test_no_kind_of_file_replaces_what_somebody_wrote(tmp_path: Path, kind: str) -> None:
    engine = {"cargo": "whisper-rs", "nvcc": "nvcc"}.get(kind, "whisper.cpp")
    line = ("generate", engine, "--gpu", "12.0", "--as", kind, "-o", tmp_path)
    assert inside(*line).code == 0
    files = [
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and path.suffix != ".whl" and path.name != ".dockerignore"
    ]
    for file in files:
        mine = f'{{"mine": "{file.name}"}}\n' if file.name.endswith(".json") else f'# mine\nmine = "{file.name}"\n'
        made = file.read_text()
        file.write_text(mine)
        assert inside(*line).code == 2  # not without --write
        assert file.read_text() == mine
        ran = inside(*line, "--write")
        if kind in ("cargo", "presets"):
            assert ran.code == 0
            assert '"mine"' in file.read_text() or "mine =" in file.read_text()
        else:
            assert ran.code == 2
            assert ran.err.count("\n") == 1
            assert "not made by cudacompat" in ran.err
            assert file.read_text() == mine
            assert "-# mine" in inside(*line, "--diff").out or '-{"mine"' in inside(*line, "--diff").out
        file.write_text(made)


@pytest.mark.parametrize("name", [".dockerignore", ".containerignore"])
def test_what_an_image_build_leaves_behind_stays_the_users(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine\n")
    line = ("generate", "whisper.cpp", "--gpu", "12.0", "--as", "dockerfile", "-o", tmp_path, "--write")
    assert inside(*line).code == 0
    assert (tmp_path / name).read_text() == "mine\n"
    assert [path.name for path in tmp_path.glob(".*ignore")] == [name]
