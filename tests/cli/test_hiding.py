"""Nothing is hidden, and nothing is given away: policies that suppress, what they name, commands to CI, secrets."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.helpers.device_files import library
from tests.helpers.run import cudacompat, inside

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html")
IGNORE = '[[ignore]]\npath = "*"\nrule = "no-runnable-code"\nreason = "an old one"\n'
LINT_IGNORE = '[[ignore]]\npath = "*"\nrule = "unknown-target"\nreason = "x"\n'
root_only = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="changes the owner of files")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "lib.so").write_bytes(library("sm_80", "sm_80"))
    return folder


class TestPolicies:
    @pytest.mark.parametrize("format_", FORMATS)
    @pytest.mark.parametrize("quiet", [False, True])
    def test_one_that_suppresses_is_named_with_the_number(self, project: Path, format_: str, quiet: bool) -> None:
        (project / "cudacompat.toml").write_text(IGNORE)
        more = ("--quiet",) if quiet else ()
        ran = inside("check", "lib.so", "--gpu", "12.0", "--format", format_, *more, cwd=project)
        assert ran.code == 0
        if format_ == "json":
            assert ran.json["policy_files"] == [{"file": "cudacompat.toml", "suppressed": 1}]
            assert [each["file"] for each in ran.json["suppressed"]] == ["cudacompat.toml"]
        else:
            assert "cudacompat.toml suppresses 1 finding" in ran.out

    @pytest.mark.parametrize("format_", FORMATS)
    def test_by_lint_too(self, project: Path, format_: str) -> None:
        (project / "cudacompat.toml").write_text(LINT_IGNORE)
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.24)\nproject(x LANGUAGES CUDA)\nset(CMAKE_CUDA_ARCHITECTURES 999)\n"
            "add_library(x x.cu)\n"
        )
        ran = inside("lint", ".", "--format", format_, cwd=project)
        named = {"file": "cudacompat.toml", "suppressed": 1}
        assert ran.json["policy_files"] == [named] if format_ == "json" else "cudacompat.toml suppresses 1 " in ran.out

    @pytest.mark.parametrize(("level", "code", "ids"), [((), 0, []), (("--require", "native"), 1, ["jit-only"])])
    def test_the_level_is_held_where_the_default_target_is_ignored(
        self, project: Path, level: tuple[str, ...], code: int, ids: list[str]
    ) -> None:
        (project / "lib.so").write_bytes(library("sm_52 compute_52", "sm_52 compute_52"))
        args = ("check", "lib.so", "--gpu", "8.6", *level, "--format", "json")
        alone = inside(*args, cwd=project)
        assert (alone.code, [each["id"] for each in alone.json["findings"]]) == (1, ["default-target-only"])
        (project / "cudacompat.toml").write_text(IGNORE.replace("no-runnable-code", "default-target-only"))
        ran = inside(*args, cwd=project)
        assert (ran.code, [each["id"] for each in ran.json["findings"]]) == (code, ids)

    def test_one_that_suppresses_nothing_is_not_said_to(self, project: Path) -> None:
        (project / "cudacompat.toml").write_text(IGNORE)
        ran = inside("check", "lib.so", "--gpu", "8.0", cwd=project)
        assert "suppresses" not in ran.out

    @root_only
    @pytest.mark.parametrize("where", ["project", "above"])
    def test_a_stranger_s_is_refused_until_it_is_named(self, project: Path, where: str) -> None:
        policy = (project if where == "project" else project.parent) / "cudacompat.toml"
        policy.write_text(IGNORE)
        os.chown(policy, 65534, 65534)
        ran = inside("check", "lib.so", "--gpu", "12.0", cwd=project)
        assert (ran.code, ran.out) == (2, "")
        assert "belongs to another user (number 65534): not taken unasked; name it with --config" in ran.err
        assert inside("check", "lib.so", "--gpu", "12.0", "--config", str(policy), cwd=project).code == 0
        assert inside("check", "lib.so", "--gpu", "12.0", "--no-config", cwd=project).code == 1

    @root_only
    def test_a_stranger_s_link_to_a_file_of_ours_is_refused(self, project: Path) -> None:
        (project.parent / "mine.toml").write_text(IGNORE)
        (project / "cudacompat.toml").symlink_to(project.parent / "mine.toml")
        os.lchown(project / "cudacompat.toml", 65534, 65534)
        assert inside("check", "lib.so", "--gpu", "12.0", cwd=project).code == 2

    @root_only
    def test_root_takes_that_of_a_mounted_project(self, project: Path) -> None:
        (project / "cudacompat.toml").write_text(IGNORE)
        for path in (project, project / "cudacompat.toml"):
            os.chown(path, 1000, 1000)
        assert inside("check", "lib.so", "--gpu", "12.0", cwd=project).code == 0

    def test_that_of_the_home_folder_is_refused_below_it(self, project: Path) -> None:
        (project.parent / "cudacompat.toml").write_text(IGNORE)
        home = {"HOME": str(project.parent)}
        ran = inside("check", "lib.so", "--gpu", "12.0", cwd=project, env=home)
        assert ran.code == 2
        assert "is in the home directory, above the project: not taken unasked" in ran.err
        assert inside("check", "project/lib.so", "--gpu", "12.0", cwd=project.parent, env=home).code == 0

    @pytest.mark.parametrize("key", ["gpus-from", "baseline"])
    @pytest.mark.parametrize(
        "form", ["root:$6$verysecret:1:0\n", '{"kind": "verysecret"}', "<verysecret/>", "verysecret = [\n"]
    )
    def test_a_file_that_one_names_is_never_quoted(self, project: Path, key: str, form: str) -> None:
        (project.parent / "shadow").write_text(form)
        (project / "cudacompat.toml").write_text(f'{key} = "{project.parent}/shadow"\n')
        gpu = () if key == "gpus-from" else ("--gpu", "12.0")
        ran = inside("check", "lib.so", *gpu, cwd=project)
        assert ran.code == 2
        assert "verysecret" not in ran.err
        assert f"{project.parent}/shadow" in ran.err.replace("project/../", "")

    @pytest.mark.parametrize("key", ["gpus-from", "baseline"])
    def test_a_pipe_that_one_names_is_not_waited_for(self, project: Path, key: str) -> None:
        os.mkfifo(project / "pipe")
        (project / "cudacompat.toml").write_text(f'{key} = "pipe"\n')
        gpu = () if key == "gpus-from" else ("--gpu", "12.0")
        ran = cudacompat("check", "lib.so", *gpu, cwd=project)
        assert ran.code == 2
        assert "it is not a regular file" in ran.err

    def test_one_of_a_variable_neither_but_one_of_an_option_is(self, project: Path) -> None:
        (project / "list").write_text("# GPUs\nnone such\n")
        ran = inside("check", "lib.so", cwd=project, env={"CUDACOMPAT_GPUS_FROM": "list"})
        assert (ran.code, "none such" in ran.err, "list:2 " in ran.err) == (2, False, True)
        assert "none such" in inside("check", "lib.so", "--gpus-from", "list", cwd=project).err


COMMAND = "::error file=a::pwned"


class TestCommandsToCi:
    @pytest.mark.parametrize("format_", FORMATS)
    @pytest.mark.parametrize("name", [f"{COMMAND}.so", f"  {COMMAND}.so", "a ##[error]pwned.so", f"a\n{COMMAND}.so"])
    def test_a_file_s_name_is_none(self, project: Path, format_: str, name: str) -> None:
        (project / "lib.so").rename(project / name)
        ran = inside("check", name, "--gpu", "12.0", "--format", format_, cwd=project)
        assert ran.code == 1
        assert_harmless(ran.out, ours=format_ == "github")
        assert_harmless(inside("check", f"{name}.gone", "--gpu", "12.0", cwd=project).err)

    @pytest.mark.parametrize("format_", FORMATS)
    def test_a_variable_is_none_in_the_plan(self, format_: str, tmp_path: Path) -> None:
        ran = inside(
            "doctor", "--format", format_, env={"CUDA_VISIBLE_DEVICES": f"x\n{COMMAND}\n##[error]b"}, cwd=tmp_path
        )
        assert "pwned" in ran.out
        assert_harmless(ran.out, ours=format_ == "github")

    @pytest.mark.parametrize("command", [("verify", "--gpu", "9.0", "--show-output"), ("explain",)])
    def test_what_a_command_prints_is_none_on_a_runner(self, command: tuple[str, ...], tmp_path: Path) -> None:
        prints = f"print('  {COMMAND}'); print('CUDA error 209 ##[error]'); print('{COMMAND}', end='')"
        arguments = (*command, "--", sys.executable, "-c", prints)
        on_runner = cudacompat(*arguments, env={"GITHUB_ACTIONS": "true"}, cwd=tmp_path)
        assert "pwned" in on_runner.err
        assert_harmless(on_runner.err)
        assert_harmless(on_runner.out)
        elsewhere = cudacompat(*arguments, env={"GITHUB_ACTIONS": ""}, cwd=tmp_path)
        assert f"  {COMMAND}\nCUDA error 209 ##[error]\n{COMMAND}" in elsewhere.err


def assert_harmless(output: str, *, ours: bool = False) -> None:
    assert "##[" not in output
    lines = [line.lstrip() for line in output.replace("\r", "\n").split("\n")]
    commands = [line for line in lines if line.startswith("::")]
    assert all(ours and "title=cudacompat " in line for line in commands), commands


TOKEN = "hf" + "_zyxwvutsrqponmlkjihgfedcba3210"


class TestSecrets:
    @pytest.mark.parametrize("format_", FORMATS)
    def test_verify(self, format_: str, tmp_path: Path) -> None:
        prints = f"import sys; print('token={TOKEN}', '/home/alice/model'); sys.exit(3)"
        line = ("verify", "--gpu", "9.0", "--format", format_, "--", sys.executable, "-c", prints, "--hf-token", "abc")
        ran = cudacompat(*line, cwd=tmp_path)
        assert ran.code == 5
        for secret in (TOKEN, "abc", "/home/alice"):
            assert secret not in ran.out, secret

    @pytest.mark.parametrize("format_", ["text", "json"])
    def test_bench(self, format_: str, tmp_path: Path) -> None:
        prints = f"import sys; print('token={TOKEN}', '/home/alice/model'); sys.exit(3)"
        more = ("--runs", "1", "--variant", "cpu", "--format", format_)
        ran = cudacompat("bench", *more, "--", sys.executable, "-c", prints, "--password=abc", cwd=tmp_path)
        assert "***" in ran.out
        for secret in (TOKEN, "=abc", "/home/alice"):
            assert secret not in ran.out, secret

    @pytest.mark.parametrize("format_", FORMATS)
    def test_explain(self, format_: str, tmp_path: Path) -> None:
        cut = "x " * 400  # a line that is shown around its message alone
        (tmp_path / "log").write_text(
            f"RuntimeError: CUDA error: no kernel image is available for execution on the device, {TOKEN}\n"
            f"error: cannot open https://me:hunter2@host/x at /home/alice/y\n"
            f"{cut}{TOKEN} CUDA error: out of memory {TOKEN} {cut}\n"
        )
        ran = inside("explain", "log", "--gpu", "12.0", "--format", format_, cwd=tmp_path)
        assert ran.code == 1
        for secret in (TOKEN[:12], TOKEN[-12:], "hunter2", "/home/alice"):
            assert secret not in ran.out, secret

    @pytest.mark.parametrize("format_", FORMATS)
    def test_doctor(self, format_: str, tmp_path: Path) -> None:
        ran = inside("doctor", "--format", format_, env={"CUDA_VISIBLE_DEVICES": f"x {TOKEN}"}, cwd=tmp_path)
        assert "CUDA_VISIBLE_DEVICES" in ran.out
        assert TOKEN not in ran.out

    def test_rebuild(self, tmp_path: Path) -> None:
        (tmp_path / "Makefile").write_text("all:\n\ttrue\n")
        more = ("--gpu", "8.6", "--dry-run", "--format", "json", "--", f"HF_TOKEN={TOKEN}")
        ran = inside("rebuild", "nvcc", tmp_path, *more)
        assert ran.code == 0, ran.err
        assert "HF_TOKEN=***" in ran.out
        assert TOKEN not in ran.out
        script = inside("rebuild", "nvcc", tmp_path, *more[:3], *more[5:])
        assert TOKEN in script.out  # it is to be run

    def test_the_document_stays_valid_json(self, tmp_path: Path) -> None:
        ran = inside("doctor", "--format", "json", env={"CUDA_VISIBLE_DEVICES": "##[x"}, cwd=tmp_path)
        assert dict(json.loads(ran.out)["facts"]["environment"])["CUDA_VISIBLE_DEVICES"] == "##[x"
