"""`lint` from end to end: its formats and exit codes, its fixes and patches, its ignores."""

from __future__ import annotations

import json
import os
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cudacompat.app import lint as lint_run
from cudacompat.app.inputs.policy_file import load
from cudacompat.domain.project.inline_ignores import ignores_in
from cudacompat.domain.project.model import SourceFile
from cudacompat.domain.rules.lint import LINT_RULES
from tests.helpers.fits import assert_fits
from tests.helpers.run import EXAMPLE, GPU, Ran, cudacompat, inside
from tests.report.test_sarif import check_valid, schema

__all__ = ["schema"]  # the fixture

HEAD = "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\n"
CUT = "RUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES=86;120 .\n"
WHOLE = 'RUN cmake -B build "-DCMAKE_CUDA_ARCHITECTURES=86;120" .\n'
FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one fault that has a safe fix."""
    folder = tmp_path / "project"
    (folder / "docker").mkdir(parents=True)
    (folder / "docker" / "Dockerfile").write_text(HEAD + CUT)
    return folder


def lint(*arguments: str | Path, cwd: Path | None = None, config: bool = False) -> Ran:
    """Run it."""
    return inside("lint", *arguments, *(() if config else ("--no-config",)), cwd=cwd)


# -- formats and exit codes


def test_json_fits_its_schema(project: Path) -> None:
    loaded = json.loads(resources.files("cudacompat").joinpath("schemas", "lint-1.json").read_text())
    jsonschema.Draft202012Validator.check_schema(loaded)
    (project / "compile_commands.json").write_text(
        json.dumps(
            [{"directory": "/", "file": "a.cu", "command": "nvcc -gencode arch=compute_86,code=sm_86 -c a.cu -o a.o"}]
        )
    )
    (project / "Containerfile").write_bytes(b"\0")
    (project / "ok.Dockerfile").write_text(HEAD + "# cudacompat: ignore[unquoted-semicolon] shown in a talk\n" + CUT)
    (project / "third_party").mkdir()
    for more in ((), ("--gpu", "12.0"), ("--fix",), ("--fix",)):
        ran = lint(project, "--format", "json", *more)
        assert_fits(ran.json, loaded)
        assert {key for key in loaded["required"] if not ran.json[key]} <= {
            "targets",
            "fixed",
            "edited",
            "findings",
            "statistics",
            "engines",
        }
        assert ran.json["files"]["folders_passed_over"] == ["third_party"]
        if "--gpu" in more:
            assert ran.json["matrix"][0]["verdicts"]
    assert not ran.json["fixed"]


@pytest.mark.parametrize(
    ("change", "options", "code"),
    [
        (None, (), 1),
        (None, ("--exit-zero",), 0),
        ({"docker/Dockerfile": HEAD + WHOLE}, (), 0),
        ({"docker/Dockerfile": HEAD + WHOLE, "Containerfile": "\0"}, (), 4),
        ({"docker/Dockerfile": HEAD + WHOLE, "Containerfile": "\0"}, ("--exit-zero",), 4),
        ({"Containerfile": "\0"}, (), 1),
        ({"docker/Dockerfile": None}, (), 3),
        (None, ("--fix",), 0),
    ],
)
def test_the_exit_code_is_the_same_in_every_format(
    project: Path, change: dict[str, str | None] | None, options: tuple[str, ...], code: int
) -> None:
    for name, text in (change or {}).items():
        (project / name).unlink(missing_ok=True)
        if text is not None:
            (project / name).write_text(text)
    before = (project / "docker").exists() and {p: p.read_bytes() for p in (project / "docker").iterdir()}
    for format_ in FORMATS:
        ran = lint(project, "--format", format_, *options)
        assert ran.code == code, (format_, ran.err)
        assert ran.out
        for path, data in (before or {}).items():
            path.write_bytes(data)


def test_quiet_leaves_the_whole_result(project: Path) -> None:
    (project / "Containerfile").write_bytes(b"\0")
    ran = lint(project, "--quiet")
    assert ran == lint(project)
    assert "error[unquoted-semicolon]" in ran.out
    assert "Containerfile: not read: a binary file" in ran.out
    (project / "Containerfile").unlink()
    (project / "docker" / "Dockerfile").write_text(HEAD + WHOLE)
    assert lint(project, "--quiet").out == lint(project).out != ""


def test_the_last_line_counts(project: Path) -> None:
    assert lint(project).out.splitlines()[-1].startswith("read 1 build file: 1 error, ")
    for format_ in ("github", "markdown", "html"):
        assert "read 1 build file" in lint(project, "--format", format_).out
        assert "read 1 build file for 2 GPUs" in lint(
            project, "--format", format_, "--gpu", "8.6", "--gpu", "12.0"
        ).out  # fmt: skip


def test_paths_are_those_of_the_current_folder(project: Path) -> None:
    for folder, cwd, shown in (
        (".", project, "docker/Dockerfile"),
        ("docker", project, "docker/Dockerfile"),
        ("docker/Dockerfile", project, "docker/Dockerfile"),
        ("Dockerfile", project / "docker", "Dockerfile"),
        ("../docker", project / "docker", "../docker/Dockerfile"),
        (project, project, f"{project}/docker/Dockerfile"),
    ):
        (finding,) = [f for f in lint(folder, "--format", "json", cwd=cwd).json["findings"] if f["severity"] == "error"]
        assert (finding["path"], finding["line"]) == (shown, 2)


# -- SARIF's fixes


def test_sarif_carries_the_fixes(project: Path, schema: Any) -> None:
    text = "# Größe 😀\n" + HEAD + CUT
    (project / "docker" / "Dockerfile").write_text(text)
    document = lint(".", "--format", "sarif", cwd=project).json
    check_valid(document, schema)
    (run,) = document["runs"]
    fixes = [fix for result in run["results"] if result["ruleId"] == "unquoted-semicolon" for fix in result["fixes"]]
    ((change,),) = [fix["artifactChanges"] for fix in fixes]
    assert change["artifactLocation"]["uri"] == "docker/Dockerfile"
    (replacement,) = change["replacements"]
    region = replacement["deletedRegion"]
    start, end = region["charOffset"], region["charOffset"] + region["charLength"]
    assert run["columnKind"] == "unicodeCodePoints"
    fixed = text[:start] + replacement["insertedContent"]["text"] + text[end:]
    assert lint(".", "--fix", cwd=project).code == 0
    assert (project / "docker" / "Dockerfile").read_text() == fixed == "# Größe 😀\n" + HEAD + WHOLE


# -- fixes


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("last", [True, False], ids=["ends", "open"])
def test_a_fix_leaves_the_rest_of_the_file_alone(project: Path, mark: str, end: str, last: bool) -> None:
    path = project / "docker" / "Dockerfile"

    def written(line: str) -> bytes:
        text = mark + (HEAD + "# \t ö\x0c\n" + line).replace("\n", end)
        return (text if last else text.removesuffix(end)).encode()

    path.write_bytes(written(CUT))
    path.chmod(0o640)
    patch = lint(".", "--diff", cwd=project)
    assert path.read_bytes() == written(CUT)
    assert patch.code == 1, "it is not cured by being shown"
    ran = lint(project, "--fix")
    assert (ran.code, path.read_bytes()) == (0, written(WHOLE))
    assert path.stat().st_mode & 0o777 == 0o640
    assert "wrote" in ran.err
    again = lint(project, "--fix")
    assert (again.code, path.read_bytes(), again.err) == (0, written(WHOLE), "")


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("last", [True, False], ids=["ends", "open"])
def test_git_takes_the_patch(project: Path, mark: str, end: str, last: bool) -> None:
    text = mark + (HEAD + "RUN x \\\n\t&& y\n" + CUT).replace("\n", end)
    (project / "docker" / "Dockerfile").write_bytes((text if last else text.removesuffix(end)).encode())
    (project / "build.sh").write_text("cmake . -DCMAKE_CUDA_ARCHITECTURES=86;120\n")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    subprocess.run(["git", "init", "-q"], cwd=project, check=True, env=environment)
    patch = cudacompat("lint", "--diff", "--no-config", cwd=project)
    (project / "p.patch").write_bytes(patch.out.encode())
    raw = subprocess.run(
        [os.sys.executable, "-m", "cudacompat", "lint", "--diff", "--no-config"], cwd=project, capture_output=True
    )
    applied = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"],
        cwd=project,
        input=raw.stdout,
        capture_output=True,
        env=environment,
    )
    assert applied.returncode == 0, applied.stderr
    assert lint(project).code == 0
    assert not lint(project, "--diff").out
    assert b"error[unquoted-semicolon]" in raw.stderr


def test_a_diff_and_another_format_do_not_share_stdout(project: Path, tmp_path: Path) -> None:
    ran = lint(project, "--diff", "--format", "json")
    assert (ran.code, ran.out) == (2, "")
    ran = lint(project, "--diff", "--format", "json", "--output", tmp_path / "x.json")
    assert ran.out.startswith("--- a/")
    assert [f["id"] for f in json.loads((tmp_path / "x.json").read_text())["findings"]] != []


def test_all_files_are_written_or_none(project: Path) -> None:
    (project / "build.sh").write_text("cmake . -DCMAKE_CUDA_ARCHITECTURES=86;120\n")
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    (project / "docker" / "Dockerfile.x").mkdir()
    original = lint_run.lint

    def changed_meanwhile(*arguments: Any, **named: Any) -> Any:
        report = original(*arguments, **named)
        (project / "docker" / "Dockerfile").write_text("FROM other\n")
        return report

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lint_run, "lint", changed_meanwhile)
        ran = lint(project, "--fix")
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    assert "changed during this run" in ran.err
    assert (project / "build.sh").read_bytes() == before[project / "build.sh"]
    assert not list(project.rglob(".cudacompat-*"))


def test_a_file_that_may_not_be_written(project: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everything")
    (project / "docker" / "Dockerfile").chmod(0o444)
    ran = lint(project, "--fix")
    assert (ran.code, ran.out) == (2, "")
    assert "it is read-only" in ran.err


# -- ignores


@pytest.mark.parametrize(
    ("lines", "kept", "said"),
    [
        ("# cudacompat: ignore[unquoted-semicolon] tried on purpose\n{}", False, None),
        ("# cudacompat: ignore[dead-variable, unquoted-semicolon] on purpose\n# and more\n{}", False, None),
        ("# cudacompat: ignore[unquoted-semicolon]\n{}", True, "has no reason"),
        ("# cudacompat: ignore\n{}", True, "names no rule"),
        ("# cudacompat: ignore[unquoted-semikolon] why\n{}", True, "this ignore comment names an unknown rule:"),
        ("# cudacompat: ignore[no-runnable-code] why\n{}", True, "this ignore comment names an unknown rule:"),
        ("# cudacompat: ignore[unquoted-semicolon] why\nRUN true\n{}", True, "this ignore comment matched no finding"),
        ("{}# cudacompat: ignore[unquoted-semicolon] below it\n", True, "this ignore comment matched no finding"),
    ],
)
def test_ignores_in_files(project: Path, lines: str, kept: bool, said: str | None) -> None:
    (project / "docker" / "Dockerfile").write_text(HEAD + lines.format(CUT))
    document = lint(project, "--format", "json").json
    found = {finding["id"]: finding for finding in document["findings"]}
    assert ("unquoted-semicolon" in found) is kept
    assert [each["id"] for each in document["suppressed"]] == ([] if kept else ["unquoted-semicolon"])
    assert ("inline-ignore" in found) is (said is not None)
    if said is not None:
        assert said in found["inline-ignore"]["message"]


def test_an_ignored_finding_is_neither_fixed_nor_counted_but_can_be_seen(project: Path) -> None:
    text = HEAD + "# cudacompat: ignore[unquoted-semicolon] shown in a talk\n" + CUT
    (project / "docker" / "Dockerfile").write_text(text)
    ran = lint(project, "--fix")
    assert (ran.code, ran.err) == (0, "")
    assert (project / "docker" / "Dockerfile").read_text() == text
    assert ran.out.splitlines()[-1].endswith(", 1 suppressed")
    assert "shown in a talk" not in ran.out
    assert "shown in a talk" in lint(project, "--show-suppressed").out
    results = lint(project, "--format", "sarif").json["runs"][0]["results"]
    assert [r["suppressions"][0]["justification"] for r in results if "suppressions" in r] == [
        "ignore: shown in a talk"
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x # cudacompat: ignore[a] why\ny", (1,)),
        ("# cudacompat: ignore[a] why\n# more\n\ny", (1, 3)),
        ("// cudacompat: ignore[a] why\ny", (1, 2)),
        ("/* cudacompat: ignore[a] why */\ny", (1, 2)),
        ("a\x0cb\x85\u2028c\n# cudacompat: ignore[a] why\ny", (2, 3)),
    ],
)
def test_the_lines_that_an_ignore_holds_for(text: str, lines: tuple[int, ...]) -> None:
    (ignore,) = ignores_in(SourceFile("x", text))
    assert (ignore.lines, ignore.rules, ignore.reason) == (lines, ("a",), "why")


def test_an_ignore_of_the_policy_is_each_commands_own(project: Path) -> None:
    policy = project / "cudacompat.toml"
    policy.write_text(
        '[[ignore]]\npath = "docker/*"\nrule = "unquoted-semicolon"\nreason = "upstream"\n'
        '[[ignore]]\npath = "*.so"\nrule = "hole"\nreason = "upstream"\n'
    )
    assert {ignore.rule for ignore in load({}, {}, str(policy)).ignores} == {"unquoted-semicolon", "hole"}
    ran = lint(".", "--format", "json", cwd=project, config=True)
    assert ran.code == 0
    assert [each["reason"] for each in ran.json["suppressed"]] == ["upstream"]
    assert "unused-ignore" not in {finding["id"] for finding in ran.json["findings"]}
    checked = inside("check", EXAMPLE, "--gpu", GPU, "--format", "json", cwd=project)
    unused = [finding["message"] for finding in checked.json["findings"] if "ignore" in finding["id"]]
    assert len(unused) == 1, "hole is check's own, and there is none"
    (project / "docker" / "Dockerfile").write_text(HEAD + WHOLE)
    again = lint(".", "--format", "json", cwd=project, config=True)
    assert [f["line"] for f in again.json["findings"] if f["id"] == "unused-ignore"] == [1]


# -- what explains it


def test_explain_lists_the_rules_of_lint() -> None:
    listed = inside("explain", "--list").out
    assert [rule.id for rule in LINT_RULES if rule.id not in listed] == []
    assert "inline-ignore" in listed
    assert inside("explain", "unquoted-semicolon").out.startswith("unquoted-semicolon: ")
