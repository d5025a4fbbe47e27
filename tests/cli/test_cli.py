"""The command line as its users meet it: exit codes, one-line errors, what is printed where."""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import zipfile
from importlib import resources
from pathlib import Path

import pytest

from tests.helpers.each_row import each_case
from tests.helpers.fits import assert_fits
from tests.helpers.newest import NEWEST_TOOLKIT, NEXT_ISA, UNKNOWN_ARCH
from tests.helpers.run import EXAMPLE, GPU, ROOT, cudacompat, inside


def schema(command: str) -> dict[str, object]:
    text = resources.files("cudacompat").joinpath("schemas", f"{command}-1.json").read_text()
    loaded: dict[str, object] = json.loads(text)
    return loaded


def has_gpu() -> bool:
    return Path("/dev/nvidiactl").exists()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("wheel") / "engine-1.0-py3-none-linux_x86_64.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(EXAMPLE, "engine/libggml-cuda.so")
        archive.writestr("engine/__init__.py", "")
    return path


class TestCheck:
    def test_the_example_carries_only_the_default_target(self) -> None:
        ran = inside("check", EXAMPLE, "--gpu", GPU)
        assert ran.code == 1
        assert "error[default-target-only]" in ran.out
        assert "sm_52" in ran.out
        assert "RTX 5070 Ti (12.0)" in ran.out
        assert ran.err == ""
        assert ran.out.splitlines()[-1].startswith("checked 1 file for 1 GPU: 1 error")

    def test_the_default_target_is_an_error_under_every_requirement(self) -> None:
        for require in ("runs", "sass", "native"):
            found = inside("check", EXAMPLE, "--gpu", "12.0", "--require", require, "--format", "json").json
            assert "default-target-only" in {f["id"] for f in found["findings"] if f["severity"] == "error"}

    def test_it_is_fine_on_the_gpu_it_was_built_for(self) -> None:
        ran = inside("check", EXAMPLE, "--gpu", "5.2")
        assert (ran.code, ran.err) == (0, "")
        assert "native" in ran.out

    def test_json_validates(self) -> None:
        ran = inside("check", EXAMPLE, "--gpu", GPU, "--gpu", "sm_90a", "--driver", "580.65.06", "--format", "json")
        assert_fits(ran.json, schema("check"))
        assert [t["compute_capability"] for t in ran.json["targets"]] == ["12.0", "9.0"]
        (artifact,) = ran.json["artifacts"]
        assert [v["outcome"] for v in artifact["verdicts"]] == ["jit", "jit"]
        assert artifact["verdicts"][0]["modules"]["jit"] == 4

    def test_a_wheel_is_read_without_unpacking(self, wheel: Path) -> None:
        ran = inside("check", wheel, "--gpu", GPU, "--format", "json")
        assert ran.code == 1
        assert ran.json["artifacts"][0]["path"] == f"{wheel}!/engine/libggml-cuda.so"
        assert [p.name for p in wheel.parent.iterdir()] == [wheel.name]

    def test_a_requirement_not_met(self, wheel: Path) -> None:
        assert inside("check", EXAMPLE, "--gpu", "5.2", "--require", "native").code == 0
        ran = inside("check", EXAMPLE, "--gpu", "5.3", "--format", "json")  # Tegra: NVIDIA leaves it open
        assert ran.json["artifacts"][0]["verdicts"][0]["outcome"] == "undecided"

    def test_undecided_is_incomplete(self, tmp_path: Path) -> None:
        ptx = tmp_path / "new.ptx"
        ptx.write_text(f".version {NEXT_ISA}\n.target sm_90\n.address_size 64\n.visible .entry k() {{ ret; }}\n")
        ran = inside("check", ptx, "--gpu", "9.0")
        assert ran.code == 4
        assert "undecided" in ran.out

    def test_jit_policy(self) -> None:
        ran = inside("check", EXAMPLE, "--gpu", GPU, "--jit", "disabled", "--format", "json")
        assert ran.json["artifacts"][0]["verdicts"][0]["reason"] == "jit-disabled"

    def test_the_variables_count_for_native_only(self) -> None:
        ran = inside("check", EXAMPLE, "--gpu", GPU, "--format", "json", env={"CUDA_DISABLE_PTX_JIT": "1"})
        assert ran.json["targets"][0]["jit"] == "normal"

    def test_alternatives(self, tmp_path: Path) -> None:
        ptx = ".version 7.0\n.target sm_{}\n.address_size 64\n.visible .entry k() {{ ret; }}\n"
        (tmp_path / "lib_a.ptx").write_text(ptx.format(70))
        (tmp_path / "lib_b.ptx").write_text(
            ".version 9.0\n.target sm_120\n.address_size 64\n.visible .entry k() { ret; }\n"
        )
        assert inside("check", tmp_path, "--gpu", "8.0").code == 1
        assert inside("check", tmp_path, "--gpu", "8.0", "--any-of", "lib_*.ptx").code == 0
        assert inside("check", tmp_path, "--gpu", "6.0", "--any-of", "lib_*.ptx").code == 1
        missed = inside("check", tmp_path, "--gpu", "12.0", "--any-of", "libx_*.so", "--format", "json")
        assert [each["id"] for each in missed.json["findings"] if each["severity"] == "warning"].count(
            "unused-any-of"
        ) == 1
        assert "unused-any-of" not in inside("check", tmp_path, "--gpu", "12.0", "--any-of", "lib_*.ptx").out

    def test_exit_zero_turns_only_findings_into_success(self, tmp_path: Path) -> None:
        assert inside("check", EXAMPLE, "--gpu", GPU, "--exit-zero").code == 0
        (tmp_path / "a.txt").write_text("nothing")
        assert inside("check", tmp_path, "--gpu", GPU, "--exit-zero").code == 3

    @pytest.mark.skipif(has_gpu(), reason="this machine has a GPU")
    def test_without_a_gpu_here_one_has_to_be_named(self) -> None:
        ran = inside("check", EXAMPLE)
        assert (ran.code, ran.out) == (2, "")
        assert "no GPU found" in ran.err
        assert "--gpu" in ran.err
        assert ran.err.count("\n") == 1


class TestInspect:
    def test_text(self) -> None:
        ran = inside("inspect", EXAMPLE)
        assert ran.code == 0
        assert "sm_52" in ran.out
        assert "compute_52" in ran.out
        assert "PTX 8.7" in ran.out

    def test_kernels_and_sizes(self) -> None:
        ran = inside("inspect", EXAMPLE, "--kernels", "--sizes")
        assert "void mul_mat_vec<__half, 32>(__half const*, float const*, float*, long, long," in ran.out
        assert "kB" in ran.out

    def test_json_validates(self, wheel: Path) -> None:
        for arguments in ((EXAMPLE,), (wheel, "--kernels")):
            ran = inside("inspect", *arguments, "--format", "json")
            assert_fits(ran.json, schema("inspect"))
            (artifact,) = ran.json["artifacts"]
            assert artifact["summary"]["modules"] == 4
            assert [t["target"] for t in artifact["summary"]["targets"]] == ["compute_52", "sm_52"]
            kernels = artifact["modules"][0]["entries"][0]["kernels"]
            assert bool(kernels) is ("--kernels" in arguments)

    def test_output_goes_to_a_file_whole_or_not_at_all(self, tmp_path: Path) -> None:
        target = tmp_path / "out.json"
        ran = inside("inspect", EXAMPLE, "--format", "json", "--output", target)
        assert (ran.code, ran.out) == (0, "")
        assert json.loads(target.read_text())["artifacts"]
        assert [p.name for p in tmp_path.iterdir()] == ["out.json"]
        refused = inside("inspect", EXAMPLE, "--output", tmp_path / "none" / "out.json")
        assert refused.code == 2
        assert refused.err.startswith("cudacompat: error: cannot write")


class TestGpus:
    def test_lookups(self) -> None:
        assert "12.0" in inside("gpus", "5070 ti").out
        assert "5070 Ti" in inside("gpus", "10de:2c05").out
        assert "RTX 5090" in inside("gpus", "12.0").out
        assert "A100" in inside("gpus", "GRID A100-40C").out
        assert "8.7" in inside("gpus", "Jetson AGX Orin 64GB").out
        assert inside("gpus", "no such card").code == 3

    def test_json_validates(self) -> None:
        ran = inside("gpus", "5070 ti", "--format", "json")
        assert_fits(ran.json, schema("gpus"))


class TestToolkits:
    def test_lookups(self) -> None:
        assert "120a" in inside("toolkits", "12.8").out
        assert inside("toolkits", "12").out.count("PTX ISA") > 5
        assert inside("toolkits", "14").code == 3
        assert f"0 CUDA releases for 11.4; known are CUDA 11.7 to {NEWEST_TOOLKIT}" in inside("toolkits", "11.4").out
        assert inside("toolkits", "--gpu", "no such card").code == 2

    def test_only_releases_that_build_for_a_gpu(self) -> None:
        builds = inside("toolkits", "--gpu", "RTX 5070 Ti", "--format", "json").json
        versions = [row["version"] for row in builds["toolkits"]]
        assert versions[0] == "12.8"
        assert all("sm_120" in row["targets"] for row in builds["toolkits"])
        assert inside("toolkits", "13", "--gpu", "sm_70").code == 3  # CUDA 13 dropped it

    def test_only_releases_that_build_for_all_of_several_gpus(self) -> None:
        both = ("toolkits", "--gpu", "RTX 5070 Ti", "--gpu", "GTX 1080")
        found = inside(*both, "--format", "json").json
        assert_fits(found, schema("toolkits"))
        assert ([row["version"] for row in found["toolkits"]], found["archs"]) == (["12.8", "12.9"], ["120", "61"])
        none = inside(*both, "--gpu", "11.0")
        assert none.code == 3
        assert [line.split() for line in none.out.splitlines()[:3]] == [
            ["sm_120", "CUDA", "12.8", "to", str(NEWEST_TOOLKIT)],
            ["sm_61", "CUDA", "11.7", "to", "12.9"],
            ["sm_110", "CUDA", "13.0", "to", str(NEWEST_TOOLKIT)],
        ]

    def test_json_validates(self) -> None:
        ran = inside("toolkits", "--format", "json")
        assert_fits(ran.json, schema("toolkits"))
        newest = ran.json["toolkits"][-1]
        assert newest["ptx_min_driver_branch"] is None or newest["ptx_min_driver_branch"] > 600


class TestExplain:
    def test_every_finding_has_a_page(self) -> None:
        page = inside("explain", "default-target-only").out
        for heading in ("What it finds", "Why it matters", "Example", "What to do"):
            assert heading in page

    def test_an_unknown_id_names_the_nearest(self) -> None:
        ran = inside("explain", "default-target")
        assert ran.code == 2
        assert "default-target-only" in ran.err


class TestBadInput:
    """Each gets one clear line on stderr or one not-read line, the right exit code, and no traceback."""

    @each_case(
        ("arguments", "says"),
        [
            (("check", "/nowhere/lib.so", "--gpu", "12.0"), "no such file or directory: /nowhere/lib.so"),
            (("inspect", "/nowhere"), "no such file or directory: /nowhere"),
            (("check", EXAMPLE, "--gpu", "RTX 9999"), "RTX 9999"),
            (("check", EXAMPLE, "--gpu", "GeForce GT 730"), "10de:"),  # several chips share the name
            (("check", EXAMPLE, "--gpu", f"sm_{UNKNOWN_ARCH}"), f"sm_{UNKNOWN_ARCH}"),
            (("check", EXAMPLE, "--gpu", "[/red]\x1b[31m"), "\\x1b"),
            (("check", EXAMPLE, "--gpu", "12.0", "--driver", "banana"), "banana"),
            (("check", EXAMPLE, "--gpu", "12.0", "--require", "fast"), "fast"),
            (("check",), "PATH"),
            (("inspect", EXAMPLE, "--no-such-option"), "--no-such-option"),
            (("nonsense",), "nonsense"),
            (("check", EXAMPLE, "--gpu", "12.0", "--format", "yaml"), "yaml"),
        ],
    )
    def test_usage_errors(self, arguments: tuple[str, ...], says: str) -> None:
        ran = inside(*arguments)
        assert ran.code == 2
        assert ran.out == ""
        assert says in ran.err
        assert ran.err.startswith("cudacompat: error: ")
        assert ran.err.count("\n") == 1
        assert "\x1b" not in ran.err

    def test_a_folder_without_code(self, tmp_path: Path) -> None:
        (tmp_path / "readme.txt").write_text("hello")
        ran = cudacompat("check", tmp_path, "--gpu", "12.0")
        assert ran.code == 3
        assert "no-device-code" in ran.out
        assert cudacompat("inspect", tmp_path).code == 3

    def test_a_named_path_without_code_beside_one_with(self, tmp_path: Path) -> None:
        text = tmp_path / "notes.so"
        text.write_text("not a library")
        ran = cudacompat("check", EXAMPLE, text, "--gpu", "5.2")
        assert ran.code == 1
        assert "error[no-device-code]" in ran.out

    def test_the_directory_that_the_help_names_passes_with_a_wheel_that_needs_no_code(self, tmp_path: Path) -> None:
        folder = tmp_path / "my wheels"
        folder.mkdir()
        plain, other = folder / "six-1.0-py3-none-any.whl", folder / "engine-1.0-py3-none-any.whl"
        for path, member in ((plain, "six.py"), (other, "libggml-cuda.so")):
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(member, EXAMPLE.read_bytes() if path is other else b"")
        ran = inside("check", plain, other, "--gpu", "5.2")
        assert ran.code == 1
        named = re.search(r"name the directory (.*) in place of its files", ran.out)
        assert named is not None
        assert inside("check", *shlex.split(named[1]), "--gpu", "5.2").code == 0

    def test_check_and_lint_agree_on_a_list_of_packages(self, tmp_path: Path) -> None:
        file = tmp_path / "my service" / "requirements.txt"
        file.parent.mkdir()
        file.write_text("torch==2.6.0\n")
        ran = inside("check", file, "--gpu", GPU)
        assert ran.code == 1
        assert "error[wheel-cannot-run]: torch 2.6.0" in ran.out
        found = inside("lint", file, "--gpu", GPU)
        assert found.code == 1, "both have the same answer"
        assert "error[wheel-cannot-run]: torch 2.6.0" in found.out

    def test_random_bytes(self, tmp_path: Path) -> None:
        blob = tmp_path / "blob.so"
        blob.write_bytes(random.Random(7).randbytes(5000))
        assert cudacompat("check", blob, "--gpu", "12.0").code == 3

    @pytest.mark.parametrize("keep", [100, 5000, 20000, 41000])
    def test_a_truncated_library(self, tmp_path: Path, keep: int) -> None:
        cut = tmp_path / "cut.so"
        cut.write_bytes(EXAMPLE.read_bytes()[:keep])
        for command in (("inspect", cut), ("check", cut, "--gpu", "5.2")):
            ran = cudacompat(*command)
            assert ran.code == 4, ran
            assert "not read" in ran.out
            assert "Traceback" not in ran.err

    def test_a_corrupt_wheel(self, wheel: Path, tmp_path: Path) -> None:
        data = bytearray(wheel.read_bytes())
        data[3000:3100] = bytes(100)
        bad = tmp_path / "bad.whl"
        bad.write_bytes(data)
        ran = cudacompat("check", bad, "--gpu", "12.0")
        assert ran.code == 4
        assert "not read" in ran.out
        short = tmp_path / "short.whl"
        short.write_bytes(wheel.read_bytes()[:2000])
        assert cudacompat("check", short, "--gpu", "12.0").code == 4

    def test_a_fifo_is_not_opened(self, tmp_path: Path) -> None:
        fifo = tmp_path / "pipe.so"
        os.mkfifo(fifo)
        ran = cudacompat("inspect", fifo)
        assert ran.code == 4
        assert "not a regular file" in ran.out

    def test_names_cannot_write_to_the_terminal(self, tmp_path: Path) -> None:
        evil = tmp_path / "a\x1b[2J[bold]\nb\udcff.so"
        evil.write_bytes(EXAMPLE.read_bytes())
        ran = cudacompat("check", evil, "--gpu", GPU)
        assert ran.code == 1
        assert "\x1b" not in ran.out
        assert "\\x1b[2J[bold]\\x0ab\\xff.so" in ran.out
        assert json.loads(cudacompat("inspect", evil, "--format", "json").out)["artifacts"]


class TestManners:
    def test_version_and_help(self) -> None:
        assert cudacompat("--version").out.startswith("cudacompat 0.")
        for command in ("doctor", "inspect", "check", "generate", "gpus", "explain"):
            assert command in cudacompat("--help").out
            assert cudacompat(command, "--help").code == 0

    def test_a_closed_pipe_is_no_accident(self) -> None:
        import subprocess
        import sys

        run = subprocess.run(
            f"{sys.executable} -m cudacompat gpus | head -1",
            shell=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=60,
        )
        assert "Traceback" not in run.stderr
        assert run.stdout.count("\n") == 1
