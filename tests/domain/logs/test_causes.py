"""Which line is the first cause: never one that only says that something failed while another error is before it."""

from __future__ import annotations

import pytest

from cudacompat.domain.logs.report import ExplainReport, Part
from tests.domain.logs.test_catalogue import read

KNOWN = "nvcc fatal   : Unsupported gpu architecture 'compute_120'\n"
UNKNOWN = "src/widget.cu(9): error: the widget has no handle\n"
MAKE = "make: *** [Makefile:12: widget.o] Error 2\n"
PIP = "  error: subprocess-exited-with-error\n"
SMI = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"


def parts(report: ExplainReport) -> dict[str, Part]:
    return {match.signature.id: match.part for match in report.matches}


class TestALineThatOnlySaysThatSomethingFailed:
    def test_gives_way_to_an_unknown_error_before_it(self) -> None:
        report = read(UNKNOWN + MAKE)
        assert report.lead is not None
        assert (report.lead.line, report.matches[0].follows_line) == (1, 1)
        assert parts(report) == {"make-failed": Part.CONSEQUENCE}
        [finding] = report.findings
        assert (finding.id, finding.line, finding.found) == ("make-failed", 1, report.lead.text)
        assert finding.why == "no known cause; the first unrecognised error is line 1"
        assert report.exit_code == 1

    def test_is_the_cause_where_no_error_is_before_it(self) -> None:
        report = read(MAKE + UNKNOWN)
        assert report.lead is None
        assert parts(report) == {"make-failed": Part.CAUSE}

    def test_a_heading_gives_way_to_an_error_after_it_too(self) -> None:
        report = read(PIP + UNKNOWN)
        assert report.lead is not None
        assert parts(report) == {"pip-subprocess-failed": Part.CONSEQUENCE}

    def test_a_known_cause_goes_before_an_unknown_error(self) -> None:
        report = read(UNKNOWN + KNOWN + MAKE)
        assert report.lead is None
        assert parts(report) == {"nvcc-unsupported-arch": Part.CAUSE, "make-failed": Part.CONSEQUENCE}

    def test_follows_from_the_nearest_known_error_before_it(self) -> None:
        far = 'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].\n'
        report = read(far + KNOWN + MAKE)
        [make] = [match for match in report.matches if match.signature.id == "make-failed"]
        assert make.follows_from == "nvcc-unsupported-arch"

    @pytest.mark.parametrize(
        ("before", "leads"),
        [
            ("modprobe: FATAL: Module nvidia-widget not found in directory /lib/modules/6.8.0\n", True),
            ("KeyError: 'segments'\n", False),  # another program's
        ],
    )
    def test_no_driver_gives_way_to_an_unknown_line_of_the_driver(self, before: str, leads: bool) -> None:
        report = read(before + SMI)
        assert (report.lead is not None) is leads
        assert parts(report) == {"smi-no-driver": Part.CONSEQUENCE if leads else Part.CAUSE}
        assert report.exit_code == 1


class TestAFaultThatAnyProgramCanHave:
    HEADER = "src/server.cpp:4:10: fatal error: curl/curl.h: No such file or directory\n"

    def test_leads_where_no_other_line_names_a_cause(self) -> None:
        assert parts(read(UNKNOWN + self.HEADER + MAKE)) == {
            "header-missing": Part.CAUSE,
            "make-failed": Part.CONSEQUENCE,
        }

    def test_gives_way_to_a_line_of_cuda_s_world_wherever_that_is(self) -> None:
        report = read(self.HEADER + KNOWN)
        assert parts(report) == {"header-missing": Part.ALSO, "nvcc-unsupported-arch": Part.CAUSE}

    def test_gives_way_to_an_unknown_error_about_the_gpu_before_it(self) -> None:
        report = read(
            "E widget: the CUDA part of the widget failed to start\nERROR: no handle of the GPU\n" + self.HEADER
        )
        assert report.lead is not None
        assert parts(report) == {"header-missing": Part.CONSEQUENCE}

    def test_says_less_than_a_named_cause_in_the_same_line(self) -> None:
        line = "ImportError: libcudart.so.12: cannot open shared object file: No such file or directory\n"
        assert parts(read(line)) == {"cuda-library-missing": Part.CAUSE}

    @pytest.mark.parametrize(
        "line",
        [
            "INFO loader: no optional module: ModuleNotFoundError: No module named 'einops' (ignored)\n",
            "WARNING: server: [Errno 98] Address already in use, trying the next port\n",
            "tests/test_load.py::test_is_told[libGL.so.1: cannot open shared object file] PASSED\n",
            "-- Could NOT find Doxygen (missing: DOXYGEN_EXECUTABLE)\n",
        ],
    )
    def test_counts_only_where_the_line_reports_an_error(self, line: str) -> None:
        report = read("starting\n" + line)
        assert report.matches == ()
        assert report.exit_code == 0


def test_without_a_known_line_the_first_unknown_error_leads() -> None:
    report = read("all is well\n" + UNKNOWN + "ValueError: later\n")
    assert report.lead is not None
    assert report.lead.line == 2
    assert report.exit_code == 4


class TestWhatAnotherProgramSaw:
    REFUSED = "[error] 12#12: *3 connect() failed (111: Connection refused) while connecting to upstream\n"

    def test_is_a_thing_to_know_in_a_log_that_shows_no_failure(self) -> None:
        report = read("ready\n" + self.REFUSED + "GET /metrics 200\n")
        assert parts(report) == {"proxy-upstream-died": Part.NOTE}
        assert report.exit_code == 0

    def test_is_an_error_in_a_log_of_nothing_else(self) -> None:
        assert read(self.REFUSED).exit_code == 1

    def test_follows_from_an_error_before_it(self) -> None:
        report = read("CUDA error: unspecified launch failure\n" + self.REFUSED)
        assert parts(report)["proxy-upstream-died"] is Part.CONSEQUENCE


class TestAnErrorOfUvOrPixi:
    HEAD = "Error:   \u00d7 Cannot open the widget\n"
    REASON = "  \u2570\u2500\u25b6 the widget's index answered nothing\n"

    def test_leads_with_the_last_reason_below_it(self) -> None:
        report = read(
            "Resolved 3 packages\n" + self.HEAD + "  \u251c\u2500\u25b6 Failed to fetch widget\n" + self.REASON
        )
        assert report.lead is not None
        assert (report.lead.line, report.exit_code) == (4, 4)

    def test_leads_itself_without_one(self) -> None:
        report = read("Resolved 3 packages\n" + self.HEAD + "a\n" * 20 + self.REASON)
        assert report.lead is not None
        assert report.lead.line == 2


class TestALineOfAProgramInATraceback:
    FRAME = '  File "/env/site-packages/widget/core.py", line 41, in start\n'
    SHOWN = '    fail("ERROR: Cannot open the widget: " + name)\n'
    RAISED = "WidgetError: no handle\n"

    @pytest.mark.parametrize("before", ["", "worker-1  | ", "2026-11-30 08:00:00 "])
    def test_reports_nothing(self, before: str) -> None:
        lines = "Traceback (most recent call last):\n" + self.FRAME + self.SHOWN + self.RAISED
        report = read("".join(before + line for line in lines.splitlines(keepends=True)))
        assert report.lead is not None
        assert report.lead.line == 4

    def test_the_error_after_a_frame_without_its_line_counts(self) -> None:
        report = read(
            '      Traceback (most recent call last):\n        File "<string>", line 14, in <module>\n      '
            + self.RAISED
        )
        assert report.lead is not None
        assert report.lead.line == 3
