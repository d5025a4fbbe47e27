"""The documentation: it builds strictly and without the network, has a page for each finding, and its commands run."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest

from cudacompat.app.inputs.policy_file import load
from cudacompat.domain.policy.keys import KEYS
from cudacompat.domain.rules import all_rules
from cudacompat.domain.words.errors import CudacompatError
from tests.helpers.every_command import commands
from tests.helpers.run import EXAMPLE, ROOT, cudacompat, inside
from tests.helpers.toolchain import missing, takes_a_tool

POLICY = json.loads((ROOT / "cudacompat/schemas/policy-1.json").read_text())
PAGES = sorted((ROOT / "docs").glob("*.md"))
TRIED = ("tutorial.md", "gate.md", "fleet.md", "mirror.md", "shell.md", "compatibility.md")
COMMANDS = [
    (name, block)
    for name in TRIED
    for block in re.findall(r"^```bash\n(.*?)^```$", (ROOT / "docs" / name).read_text(), re.DOTALL | re.MULTILINE)
]


def built(config: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """What mkdocs says of the site (not `-q`: with it, warnings do not count). Addresses outside this machine cannot be
    reached meanwhile."""
    takes_a_tool()
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "https_proxy": "http://127.0.0.1:9", "http_proxy": ""}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(config), "-d", str(site)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=300)
    if "No module named mkdocs" in done.stderr:
        missing("mkdocs is not installed (extra docs)")
    return done


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = built(ROOT / "mkdocs.yml", folder)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


def test_each_finding_and_command_has_its_page(site: Path) -> None:
    for rule in all_rules():
        assert (site / "rules" / rule.id / "index.html").is_file()
    for name in commands():
        assert (site / "reference" / name / "index.html").is_file()
    assert (site / "schemas" / "check-1.json").is_file()
    assert [page.name for page in PAGES if not (site / page.stem / "index.html").is_file()] == []


def test_a_page_that_is_not_placed_is_listed_all_the_same(site: Path) -> None:
    """A new page of docs/, and that of a new command, is in the navigation without a line in mkdocs.yml."""
    text = (site / "index.html").read_text()
    assert [page.stem for page in PAGES if f'href="{page.stem}/"' not in text] == []
    assert [name for name in commands() if f'href="reference/{name}/"' not in text] == []


def test_a_page_loads_nothing_from_elsewhere(site: Path) -> None:
    for page in ("index.html", "rules/hole/index.html"):
        text = (site / page).read_text()
        assert re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(?:https?:)?//[^"]+"', text) == []


def test_a_link_that_leads_nowhere_stops_the_build(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    (tmp_path / "docs" / "gate.md").write_text("# Gate\n\n[nothing](nowhere.md)\n")
    text = (ROOT / "mkdocs.yml").read_text()
    text = text.replace("docs_dir: docs", f"docs_dir: {tmp_path}/docs").replace("tools/site", f"{ROOT}/tools/site")
    (tmp_path / "mkdocs.yml").write_text(text)
    done = built(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert done.returncode == 1
    assert "nowhere.md" in done.stderr


@pytest.mark.parametrize(("page", "block"), COMMANDS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(COMMANDS)])
def test_the_commands_of_a_page_end_as_it_says(tmp_path: Path, page: str, block: str) -> None:
    shutil.copytree(ROOT / "examples/incident", tmp_path / "examples/incident")
    for line in block.splitlines():
        command, _, said = line.rpartition("#")
        code = re.fullmatch(r" exit (\d)", said)
        assert code is not None, f"{page}: {line}"
        if "|" in command or ">" in command:
            shell = command.replace("cudacompat ", f"{shlex.quote(sys.executable)} -m cudacompat ", 1)
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            ran = subprocess.run(["bash", "-c", shell], capture_output=True, cwd=tmp_path, env=environment)
            assert ran.returncode == int(code[1]), ran.stderr
        else:
            ran_inside = cudacompat(*shlex.split(command)[1:], cwd=tmp_path)
            assert ran_inside.code == int(code[1]), ran_inside.err


# -- the address of the documentation


def test_sarif_names_the_page_where_it_is_published() -> None:
    address = {"CUDACOMPAT_DOCS_URL": "https://docs.example.org/cuda/"}
    rules = {}
    for environment in ({}, address):
        ran = inside("check", EXAMPLE, "--gpu", "12.0", "--format", "sarif", env=environment)
        rules[len(environment)] = ran.json["runs"][0]["tool"]["driver"]["rules"]
    assert all("helpUri" not in rule for rule in rules[0])
    assert [rule["helpUri"] for rule in rules[1]] == [
        f"https://docs.example.org/cuda/rules/{rule['id']}/" for rule in rules[1]
    ]


@pytest.mark.parametrize("address", ["docs.example.org", "file:///etc", "https://a/b c", "javascript:x"])
def test_what_is_no_address_is_refused(address: str) -> None:
    ran = inside("check", EXAMPLE, "--gpu", "5.2", env={"CUDACOMPAT_DOCS_URL": address})
    assert ran.code == 2
    assert ran.err.startswith("cudacompat: error: CUDACOMPAT_DOCS_URL: expected an address")


# -- the policy's schema


def accepts(document: Mapping[str, object]) -> bool:
    return not list(jsonschema.Draft202012Validator(POLICY).iter_errors(document))


def test_the_schema_has_the_keys_of_the_policy() -> None:
    assert set(POLICY["properties"]) == {*KEYS, "ignore"}


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ('require = ["8.6", "RTX 5070 Ti"]', True),
        ('require = "8.6"', False),
        ("require = []", False),
        ('level = "sass"', True),
        ('level = "fast"', False),
        ('holes = "strict"\nptx = "any"\nextra = "warn"', True),
        ("coverage = 0.9", True),
        ("coverage = 1.5", False),
        ('coverage = "0.5"', True),
        ('driver-floor = "570.26"', True),
        ("driver-floor = 570", True),
        ("driver-floor = 570.1", False),
        ('max-bytes = "100 MB"', True),
        ('max-bytes = "100 XB"', False),
        ("max-bytes = 0", False),
        ('any-of = ["a*", ["b*", "c*"]]', True),
        ('any-of = "a*"', False),
        ('unknown = "x"', False),
        ('[[ignore]]\npath = "a"\nrule = "hole"\nreason = "b"\nexpires = 2099-01-01', True),
        ('[[ignore]]\npath = "a"\nrule = "hole"', False),
        ('[[ignore]]\npath = "a"\nrule = "nothing"\nreason = "b"', False),
        ('[[ignore]]\npath = "a"\nrule = "hole"\nreason = "b"\nmore = 1', False),
    ],
)
def test_the_schema_and_the_program_agree(tmp_path: Path, text: str, right: bool) -> None:
    file = tmp_path / "cudacompat.toml"
    file.write_text(text)
    try:
        load({}, {}, str(file))
        read = True
    except CudacompatError:
        read = False
    assert (accepts(tomllib.loads(text)), read) == (right, right)


def test_the_examples_policy_fits() -> None:
    assert accepts(tomllib.loads((ROOT / "examples/ci/cudacompat.toml").read_text()))
