"""`cudacompat explain` as a user runs it: files, pipes, commands, ids; exit codes, formats and hostile logs."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from cudacompat.app.explain import line_catalogue
from cudacompat.report.formats import formats_of
from tests.helpers.fits import assert_fits
from tests.helpers.run import ROOT, Ran, cudacompat, inside

SIGNATURES = line_catalogue().signatures

INCIDENT = ROOT / "examples" / "incident" / "container.log"
FATAL = "nvcc fatal   : Unsupported gpu architecture 'compute_120'\n"
HEALTHY = "INFO worker started\nINFO 200 OK\n"
UNKNOWN = "ERROR worker: nobody knows this one\n"


def explain(tmp_path: Path, text: str | bytes, *arguments: str | Path) -> Ran:
    file = tmp_path / "x.log"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return inside("explain", file, *arguments)


def schema(name: str) -> Any:
    return json.loads(resources.files("cudacompat").joinpath("schemas", f"{name}-1.json").read_text())


class TestExitCodes:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            (FATAL, 1),
            (HEALTHY, 0),
            (UNKNOWN, 4),
            ("", 3),
            (FATAL + UNKNOWN, 1),
            ("nvcc warning : incompatible redefinition for option 'compiler-bindir'\n", 0),
            ("\n", 0),
        ],
    )
    def test_of_a_log(self, tmp_path: Path, text: str, code: int) -> None:
        assert explain(tmp_path, text).code == code

    def test_exit_zero_forgives_findings_and_nothing_else(self, tmp_path: Path) -> None:
        assert explain(tmp_path, FATAL, "--exit-zero").code == 0
        assert explain(tmp_path, UNKNOWN, "--exit-zero").code == 4

    @pytest.mark.parametrize(
        ("content", "words"),
        [(b"\x7fELF\x02\x01\x01\x00", "an ELF file"), (b"\x1f\x8b\x08\x00", "zcat"), (b"\x00" * 99, "a binary file")],
    )
    def test_what_is_no_log_is_a_mistake(self, tmp_path: Path, content: bytes, words: str) -> None:
        ran = explain(tmp_path, content)
        assert (ran.code, ran.out) == (2, "")
        assert words in ran.err

    @pytest.mark.parametrize(
        ("name", "kind"),
        [("README.md", "a document"), ("CHANGELOG", "a document"), ("a.cu", "the source of a program")],
    )
    def test_a_document_or_a_source_is_no_log(self, tmp_path: Path, name: str, kind: str) -> None:
        file = tmp_path / name
        file.write_text("# Errors\n\n- fixed: " + FATAL)
        ran = inside("explain", file)
        assert (ran.code, ran.out) == (2, "")
        assert f"is {kind}, not a log" in ran.err

    def test_a_log_under_the_name_of_a_document_is_one(self, tmp_path: Path) -> None:
        file = tmp_path / "issue.md"
        file.write_text("What I saw:\n\n    Traceback (most recent call last):\n" + FATAL)
        assert inside("explain", file).code == 1

    def test_a_file_that_is_not_there_and_a_folder(self, tmp_path: Path) -> None:
        missing = inside("explain", tmp_path / "no.log")
        assert (missing.code, missing.out) == (2, "")
        assert "no such file" in missing.err
        folder = inside("explain", tmp_path)
        assert folder.code == 2
        assert "is a directory" in folder.err

    def test_a_mistyped_id_names_the_nearest(self) -> None:
        ran = inside("explain", "ggml-default-targt")
        assert ran.code == 2
        assert "ggml-default-target" in ran.err

    @pytest.mark.parametrize("arguments", [(), ("--list", "x.log"), ("x.log", "--", "true"), ("--list", "--", "true")])
    def test_one_thing_at_a_time(self, arguments: tuple[str, ...]) -> None:
        assert inside("explain", *arguments).code == 2


class TestStandardInput:
    def test_a_pipe(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "cudacompat", "explain", "-"],
            input=FATAL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=ROOT,
        )
        assert done.returncode == 1
        assert "standard input:1: error[nvcc-unsupported-arch]: cause" in done.stdout
        assert done.stderr == ""


def run(*command: str, options: tuple[str, ...] = ()) -> Ran:
    """In a process of its own: the command's output goes to file descriptors."""
    return cudacompat("explain", *options, "--", *command)


class TestACommand:
    def test_its_output_is_handed_on_and_explained(self) -> None:
        ran = run(sys.executable, "-c", f"import sys; print({FATAL!r}, end=''); sys.exit(3)")
        assert ran.code == 1
        assert FATAL in ran.err
        assert "error[nvcc-unsupported-arch]" in ran.out
        assert "exited with 3" in ran.out

    @pytest.mark.parametrize("stream", ["stdout", "stderr"])
    def test_both_streams_are_watched(self, stream: str) -> None:
        ran = run(sys.executable, "-c", f"import sys; sys.{stream}.write({FATAL!r})")
        assert (ran.code, ran.err) == (1, FATAL)

    def test_that_ended_well(self) -> None:
        ran = run(sys.executable, "-c", "print('fine')")
        assert (ran.code, ran.err) == (0, "fine\n")

    def test_that_failed_for_a_reason_that_is_not_known(self) -> None:
        ran = run(sys.executable, "-c", "raise SystemExit(7)")
        assert ran.code == 5
        assert "exited with 7" in ran.out

    def test_that_printed_an_error_and_went_on(self) -> None:
        assert run(sys.executable, "-c", f"print({UNKNOWN!r})").code == 4

    def test_that_is_not_there(self) -> None:
        ran = run("no-such-program", "--gpu", "5")
        assert ran.code == 5
        assert "could not start no-such-program" in ran.out

    def test_that_printed_nothing(self) -> None:
        assert run("true").code == 3

    def test_its_arguments_are_its_own(self) -> None:
        """No shell, and options behind -- are not cudacompat's."""
        ran = run(sys.executable, "-c", "import sys; print(sys.argv[1:])", "$HOME; ls", "--format", "json", "--")
        assert ran.err == "['$HOME; ls', '--format', 'json', '--']\n"
        assert ran.code == 0

    def test_it_is_ended_after_the_time_that_was_given(self) -> None:
        ran = run(sys.executable, "-c", "import time; time.sleep(60)", options=("--timeout", "0.5"))
        assert ran.code == 5

    def test_json_says_how_it_ended(self) -> None:
        ran = run(sys.executable, "-c", "raise SystemExit(7)", options=("--format", "json"))
        assert_fits(ran.json, schema("explain"))
        assert ran.json["command"]["exit_code"] == 7
        assert ran.json["command"]["command"][0] == sys.executable

    def test_without_a_command_behind_the_dashes(self) -> None:
        assert inside("explain", "--").code == 2


class TestAnId:
    @pytest.mark.parametrize(
        "id_",
        [
            "ggml-default-target",
            "GGML-Default-Target",
            "209",
            "cuda-209",
            "cudaErrorNoKernelImageForDevice",
            "CUDA_ERROR_NO_BINARY_FOR_GPU",
            "default-target-only",
        ],
    )
    def test_has_a_page(self, id_: str) -> None:
        ran = inside("explain", id_)
        assert (ran.code, ran.err) == (0, "")
        assert len(ran.out.splitlines()) > 8

    @pytest.mark.parametrize(("name", "title"), [("blackwell", "Blackwell"), ("Blackwell  ultra", "Blackwell Ultra")])
    def test_of_a_generation_of_gpus(self, name: str, title: str) -> None:
        ran = inside("explain", name)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(f"{title}: a generation of GPUs: compute capability ")

    def test_each_generation_has_one_and_a_mistyped_one_is_told(self) -> None:
        from cudacompat.app.explain import page_of
        from cudacompat.domain.tables.architectures import generations

        pages = [page_of(name) for name in generations()]
        assert [page.title for page in pages if page is not None] == list(generations())
        assert "similar: blackwell" in inside("explain", "blackwel").err
        assert "similar: native" in inside("explain", "nativ").err

    def test_every_page_fits_80_columns_but_for_what_was_quoted(self) -> None:
        from cudacompat.app.explain import signature_page

        for signature in SIGNATURES:
            for line in signature_page(signature).splitlines():
                assert len(line) <= 80 or line.startswith(("    ", "- ")) or " " not in line

    def test_a_file_of_that_name_is_named_by_its_path(self, tmp_path: Path) -> None:
        (tmp_path / "209").write_text(FATAL)
        assert "CUDA error 209" in inside("explain", "209", cwd=tmp_path).out
        assert "error[nvcc-unsupported-arch]" in inside("explain", "./209", cwd=tmp_path).out

    def test_goes_into_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "page.txt"
        ran = inside("explain", "209", "--output", file)
        assert (ran.code, ran.out) == (0, "")
        assert "CUDA error 209" in file.read_text()


class TestTheGpu:
    def test_is_the_option_s(self, tmp_path: Path) -> None:
        text = "RuntimeError: CUDA error: no kernel image is available for execution on the device\n"
        ran = explain(tmp_path, text, "--gpu", "rtx 3090", "--format", "json")
        assert ran.json["target"]["from"] == "--gpu"
        assert ran.json["target"]["compute_capability"] == "8.6"
        assert ran.json["matches"][0]["command"] == "cudacompat generate cmake --gpu 'RTX 3090'"
        assert "8.x" in ran.json["matches"][0]["gpu"]

    def test_is_the_log_s(self) -> None:
        ran = inside("explain", INCIDENT, "--format", "json")
        assert ran.json["target"]["from"] == "the log"
        assert ran.json["target"]["name"] == "NVIDIA GeForce RTX 5070 Ti"

    def test_one_that_is_not_known_is_a_mistake(self, tmp_path: Path) -> None:
        ran = explain(tmp_path, FATAL, "--gpu", "voodoo 2")
        assert (ran.code, ran.out) == (2, "")


class TestFormats:
    @pytest.mark.parametrize("text", [FATAL, HEALTHY, UNKNOWN, INCIDENT.read_text()], ids=["1", "0", "4", "incident"])
    def test_json_fits_its_schema(self, tmp_path: Path, text: str) -> None:
        ran = explain(tmp_path, text, "--format", "json")
        assert_fits(ran.json, schema("explain"))

    def test_matches_and_findings_stand_beside_each_other(self) -> None:
        document = inside("explain", INCIDENT, "--format", "json").json
        assert [finding["id"] for finding in document["findings"]] == ["ggml-default-target"]
        parts = [match["part"] for match in document["matches"]]
        assert parts.count("cause") == 1
        assert parts.count("consequence") >= 3

    @pytest.mark.parametrize("format_", formats_of("explain"))
    def test_every_format_names_the_cause(self, format_: str) -> None:
        ran = inside("explain", INCIDENT, "--format", format_)
        assert ran.code == 1
        assert "ggml-default-target" in ran.out

    @pytest.mark.parametrize("format_", ["sarif", "junit", "github", "gitlab", "markdown", "html"])
    def test_an_unknown_error_is_green_in_none(self, tmp_path: Path, format_: str) -> None:
        clean, unknown = (explain(tmp_path, text, "--format", format_) for text in (HEALTHY, UNKNOWN))
        assert (clean.code, unknown.code) == (0, 4)
        assert clean.out != unknown.out

    def test_quiet_leaves_the_whole_result(self, tmp_path: Path) -> None:
        for text in (HEALTHY, FATAL):
            assert explain(tmp_path, text, "--quiet").out == explain(tmp_path, text).out != ""
        assert "error[nvcc-unsupported-arch]" in explain(tmp_path, FATAL, "--quiet").out


class TestTheList:
    def test_names_everything(self) -> None:
        out = inside("explain", "--list").out
        assert all(signature.id in out for signature in SIGNATURES)
        assert "default-target-only" in out

    def test_json_fits_its_schema(self) -> None:
        document = inside("explain", "--list", "--format", "json").json
        assert_fits(document, schema("explain-list"))
        assert [line["id"] for line in document["log_lines"]] == [signature.id for signature in SIGNATURES]

    def test_the_page_in_docs_is_what_it_prints(self) -> None:
        """After a change: cudacompat explain --list --format markdown --output docs/log-lines.md."""
        out = inside("explain", "--list", "--format", "markdown").out
        assert (ROOT / "docs" / "log-lines.md").read_text() == out

    @pytest.mark.parametrize("format_", ["sarif", "junit", "github", "gitlab", "html"])
    def test_has_no_findings_to_write(self, format_: str) -> None:
        ran = inside("explain", "--list", "--format", format_)
        assert (ran.code, ran.out) == (2, "")
        assert "text, json, markdown" in ran.err


class TestHostileLogs:
    HOSTILE = (
        "\x1b]0;title\x07\x1b[2J\x1b[31mnvcc fatal   : Unsupported gpu architecture 'compute_[bold]12\u202e0'\x1b[0m\n"
        "\x1b[2JERROR \x9b31m<script>alert(1)</script> [link=http://x]y[/link] \u202e::error::x\n"
    )

    @pytest.mark.parametrize("format_", ["text", "markdown", "html", "github"])
    def test_nothing_in_one_steers_the_terminal_or_the_page(self, tmp_path: Path, format_: str) -> None:
        ran = explain(tmp_path, self.HOSTILE, "--format", format_, "--color", "never")
        assert ran.code == 1
        assert not set(ran.out) & {"\x1b", "\x07", "\x9b", "\u202e"}
        if format_ in ("html", "markdown"):
            assert "<script>alert" not in ran.out

    def test_markup_is_text(self, tmp_path: Path) -> None:
        assert "compute_[bold]12" in explain(tmp_path, self.HOSTILE, "--color", "always").out

    def test_a_name_with_escapes(self, tmp_path: Path) -> None:
        file = tmp_path / "\x1b[2J.log"
        file.write_text(FATAL)
        ran = inside("explain", file)
        assert ran.code == 1
        assert "\x1b" not in ran.out


def test_a_log_is_about_one_gpu() -> None:
    ran = inside("explain", ROOT / "examples/incident/container.log", "--gpu", "A100", "--gpu", "L4")
    assert (ran.code, "takes one --gpu" in ran.err) == (2, True)
