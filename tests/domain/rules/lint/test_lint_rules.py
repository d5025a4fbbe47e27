"""Every rule of `lint` fires on a realistic project and is silent on its corrected twin; its fixes cure what it found,
leave the rest of the files alone, and find nothing to do the second time."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import pytest

from cudacompat.app.explain import explain
from cudacompat.app.lint import findings_of
from cudacompat.app.project.fixes import chosen, edited
from cudacompat.domain.project.model import Project
from cudacompat.domain.rules import lint, own_rules
from cudacompat.domain.rules.lint import LINT_RULES
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from tests.helpers.each_row import each_case, each_row, row
from tests.helpers.lint_case import LintCase, project

ROOT = Path(__file__).parents[4]
BY_ID = {rule.id: rule for rule in LINT_RULES}


def every_spec() -> dict[str, ModuleType]:
    """The specs beside this module, by the id of their rule."""
    names = sorted(info.name for info in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return {
        name.replace("_", "-"): importlib.import_module(f"{__package__}.{name}")
        for name in names
        if not name.startswith("test_")
    }


SPECS = every_spec()
NEAR_MISSES = {id_: spec.NEAR_MISSES for id_, spec in SPECS.items() if hasattr(spec, "NEAR_MISSES")}


def _of(rule: Rule[Project], facts: Project) -> list[Finding]:
    return list(rule.check(facts))


@pytest.mark.parametrize("id_", SPECS)
def test_a_rule_fires_on_the_fault_and_not_on_its_cure(id_: str) -> None:
    for case in SPECS[id_].CASES:
        with row(case.line):
            fires_on_the_fault_and_not_on_its_cure(id_, case)


def fires_on_the_fault_and_not_on_its_cure(id_: str, case: LintCase) -> None:
    rule = BY_ID[id_]
    facts = project(case.bad, *case.gpu)
    fired = _of(rule, facts)
    assert fired, "it should have fired"
    for finding in fired:
        assert finding.id == id_
        assert finding.message
        assert "\n" not in finding.message
        assert finding.help, "every finding says its cure"
        assert finding.path in case.bad
        assert finding.line is not None
        assert 1 <= finding.line <= len(case.bad[finding.path].splitlines())
    first = fired[0]
    assert first.path is not None
    assert first.line is not None
    assert case.line in case.bad[first.path].splitlines()[first.line - 1]
    cured = project(case.good, *case.gpu)
    assert [finding.message for finding in _of(rule, cured)] == []
    errors = [f"{f.id}: {f.message}" for f in findings_of(cured) if f.severity is Severity.ERROR]
    assert [error for error in errors if error.partition(":")[0] not in case.also] == []


@pytest.mark.parametrize("id_", SPECS)
def test_a_fix_cures_what_was_found_and_is_done_then(id_: str) -> None:
    for case in SPECS[id_].CASES:
        for unsafe in (False, True):
            with row(f"{case.line}, {'unsafe' if unsafe else 'safe'}"):
                cures_what_was_found_and_is_done_then(id_, case, unsafe=unsafe)


def cures_what_was_found_and_is_done_then(id_: str, case: LintCase, *, unsafe: bool) -> None:
    rule = BY_ID[id_]
    texts = dict(case.bad)
    findings = _of(rule, project(texts, *case.gpu))
    making = chosen(findings, unsafe=unsafe)
    if not making:
        return
    texts |= edited(texts, making)
    after = project(texts, *case.gpu)
    assert not after.not_read
    assert not chosen(_of(rule, after), unsafe=unsafe), "a second time it has nothing to do"
    assert len(_of(rule, after)) < len(findings)
    new = {f.id for f in findings_of(after) if f.severity is Severity.ERROR}
    old = {f.id for f in findings_of(project(case.bad, *case.gpu)) if f.severity is Severity.ERROR}
    assert new <= old, "a fix makes no new fault"


@each_case("id_", NEAR_MISSES)
def test_a_rule_says_nothing_of_a_near_miss(id_: str) -> None:
    for miss in NEAR_MISSES[id_]:
        assert [finding.message for finding in BY_ID[id_].check(project(miss.files, *miss.gpu))] == [], miss.why


def test_every_rule_has_a_spec_with_a_case() -> None:
    assert set(BY_ID) == set(SPECS)
    assert [id_ for id_, spec in SPECS.items() if not spec.CASES] == []


def test_every_rule_of_the_package_is_in_the_tuple_once() -> None:
    written = [
        value
        for info in pkgutil.iter_modules(lint.__path__)
        for value in vars(importlib.import_module(f"{lint.__name__}.{info.name}")).values()
        if isinstance(value, Rule)
    ]
    assert {rule.id for rule in written} == set(BY_ID)
    assert len(LINT_RULES) == len(BY_ID)
    assert not set(BY_ID) & {rule.id for rule in own_rules()}


@each_row("rule", LINT_RULES, lambda rule: rule.id)
def test_every_rule_has_a_page_and_a_line_in_the_changelog(rule: Rule[Project]) -> None:
    page = explain(rule.id).text
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)
    assert rule.title in page
    for heading in ("What it finds:", "Why it matters:", "Example:", "What to do:"):
        assert f"\n{heading}" in page
    assert f"`{rule.id}`" in (ROOT / "CHANGELOG.md").read_text()


def test_no_rule_finds_anything_in_nothing() -> None:
    assert findings_of(project({})) == ()


def test_a_project_without_any_list_for_the_gpu_is_told_in_one_direction() -> None:
    text = "cmake_minimum_required(VERSION 3.24)\nproject(mix LANGUAGES CXX CUDA)\nadd_library(mix SHARED mix.cu)\n"
    flags = "target_compile_options(mix PRIVATE -gencode arch=compute_86,code=sm_86)\n"
    found = _of(BY_ID["target-missing"], project({"CMakeLists.txt": text + flags}, "12.0"))
    assert all(" not " not in finding.message.partition(":")[0] for finding in found)
    assert [finding.message.partition("serve")[0] for finding in found] == ["no list of this project "]


# A job that only looks whether it compiles serves nobody; still, whoever asks for a GPU reads what its list lacks.
UNPUBLISHED = {
    "a list on a command": "on: push\njobs:\n  b:\n    runs-on: x\n    steps:\n"
    "      - run: git clone https://github.com/ggml-org/whisper.cpp .\n"
    "      - run: cmake -B build -DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=89-real\n",
    "a list in the environment": "on: push\njobs:\n  b:\n    runs-on: x\n    env:\n"
    '      TORCH_CUDA_ARCH_LIST: "8.0 9.0"\n    steps:\n      - run: pip wheel . -w dist\n',
}


@pytest.mark.parametrize("workflow", UNPUBLISHED.values(), ids=UNPUBLISHED.keys())
def test_a_job_that_publishes_nothing_gets_a_note_and_no_fix(workflow: str) -> None:
    found = _of(BY_ID["target-missing"], project({".github/workflows/b.yml": workflow}, "12.0"))
    assert [(each.severity, each.fix) for each in found] == [(Severity.NOTE, None)]
    kept = workflow + "      - uses: actions/upload-artifact@v4\n        with: {name: x, path: dist}\n"
    found = _of(BY_ID["target-missing"], project({".github/workflows/b.yml": kept}, "12.0"))
    assert [each.severity for each in found] == [Severity.ERROR]


def test_a_list_is_quoted_with_quotes_that_the_text_around_it_leaves() -> None:
    """The fix writes just what the cured twin has, so that the word is the same in the shell within."""
    for case in SPECS["unquoted-semicolon"].CASES:
        fixed = edited(case.bad, chosen(_of(BY_ID["unquoted-semicolon"], project(case.bad)), unsafe=False))
        for name, text in fixed.items():
            with row(case.bad[name][:80]):
                assert case.good[name] == text or "bash" not in text


def test_no_list_is_made_for_an_engine_that_comes_built_unless_a_gpu_asks_for_it() -> None:
    head = "FROM pytorch/pytorch:2.7.1-cuda12.8-cudnn9-devel\n"
    rest = "RUN pip install --no-build-isolation flash-attn==2.8.0\n"
    texts = {"Dockerfile": f'{head}ENV TORCH_CUDA_ARCH_LIST="8.0;9.0+PTX"\n{rest}'}
    for gpu, left in ((), ""), (("H100",), 'ENV FLASH_ATTN_CUDA_ARCHS="80;90"\n'):
        making = chosen(_of(BY_ID["dead-variable"], project(texts, *gpu)), unsafe=True)
        assert edited(texts, making)["Dockerfile"] == head + left + rest


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        ({"tools/requirements.txt": "torch==2.8.0+cpu\n", "requirements.txt": "torch==2.8.0\n"}, Severity.NOTE),
        ({"tools/requirements.txt": "torchvision==0.23.0+cpu\n", "setup.sh": "pip install torch\n"}, Severity.NOTE),
        ({"tools/requirements.txt": "torch==2.8.0+cpu\n", "requirements.txt": "numpy\n"}, Severity.WARNING),
        (
            {
                "Dockerfile": "FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04\nRUN pip install torch==2.8.0+cpu\n",
                "requirements.txt": "torch==2.8.0\n",
            },
            Severity.WARNING,
        ),
    ],
)
def test_a_build_for_the_cpu_beside_one_for_gpus_is_a_choice(files: dict[str, str], severity: Severity) -> None:
    found = _of(BY_ID["wheel-without-code"], project(files, "RTX 4090"))
    assert {each.severity for each in found} == {severity}
