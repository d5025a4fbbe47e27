"""What installed packages ask the loader for, in environments that a test puts together, and beside the real loader."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cudacompat.app.doctor.found_libraries import with_found
from cudacompat.app.doctor.installed import JudgedPackages, judge_installed
from cudacompat.app.doctor.library_steps import library_steps, loaded
from cudacompat.app.doctor.package_plan import package_plan
from cudacompat.app.doctor.plan import package_steps
from cudacompat.app.doctor.saved_packages import judge_saved, with_code
from cudacompat.domain.judge.component_words import why
from cudacompat.domain.judge.library_needs import lacking
from cudacompat.domain.machine.components import Component, Environment, SiteFolder
from cudacompat.domain.machine.facts import HostFacts, Missing
from cudacompat.domain.machine.saved_facts import from_json, to_json
from cudacompat.domain.words.finding import Severity
from cudacompat.domain.words.verdict import Outcome, Reason
from cudacompat.domain.words.versions import DriverRelease
from cudacompat.environments import installed
from cudacompat.environments.asked_for import asked_for
from cudacompat.places.roots import Roots
from tests.helpers import toolchain
from tests.helpers.build import target
from tests.helpers.device_files import library

TARGET = target("8.0")
MISSING = Missing("GPU", ())


def install(site: Path, package: str, version: str, files: dict[str, bytes], *requires: str) -> None:
    """A wheel as pip leaves it, with these files below the folder of packages."""
    info = site / f"{package.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    needs = "".join(f"Requires-Dist: {each}\n" for each in requires)
    (info / "METADATA").write_text(f"Name: {package}\nVersion: {version}\n{needs}\n")
    for name, data in files.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in files))


def facts(prefix: Path, **environment: str) -> HostFacts:
    site = prefix / "site-packages"
    found = installed.components([SiteFolder(str(site), str(prefix))], [])
    home = Environment(str(prefix), "./venv", "3.12", "--python", folders=(str(site),))
    return HostFacts(
        MISSING, MISSING, packages=found.found, environments=(home,), environment=tuple(environment.items())
    )


@pytest.fixture(autouse=True)
def _no_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loader of an empty system, with this process's variables."""
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.setattr(Roots, "real", classmethod(lambda cls: cls.under(root, os.environ)))
    for name in ("LD_LIBRARY_PATH", "CUDA_HOME", "CUDA_PATH", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return tmp_path / "venv"


def judged(prefix: Path) -> JudgedPackages:
    seen = judge_installed(facts(prefix), (TARGET,))
    assert seen is not None
    return seen


def words(seen: JudgedPackages) -> dict[str, tuple[Outcome, tuple[str, ...]]]:
    return {row.component.package: (row.verdicts[0].outcome, row.verdicts[0].lacks) for row in seen.packages.rows}


def commands(prefix: Path, seen: JudgedPackages) -> list[str | None]:
    needed, wanted = library_steps(seen.packages, facts(prefix))
    return [step.command for step in (*needed, *wanted)]


def pip(prefix: Path, *wanted: str) -> str:
    return f"./venv/bin/python -m pip install {' '.join(wanted)}"


CUDA13 = library("sm_80", needed=("libcudart.so.13", "libcurand.so.10", "libcuda.so.1", "libc.so.6"))


class TestWhatNothingGives:
    def test_it_fails_whatever_the_driver_and_the_wheels_of_its_release_are_installed(self, prefix: Path) -> None:
        install(prefix / "site-packages", "quark", "2.0", {"quark/_C.so": CUDA13})
        seen = judged(prefix)
        assert words(seen) == {"quark": (Outcome.FAILS, ("libcudart.so.13", "libcurand.so.10"))}
        (error,) = [f for f in seen.report.findings if f.severity is Severity.ERROR]
        assert (error.id, error.message) == (
            "library-not-found",
            "quark 2.0 finds no libcudart.so.13, libcurand.so.10",
        )
        (row,) = seen.packages.rows
        assert row.verdicts[0].reason is Reason.LIBRARY_NOT_FOUND
        assert row.verdicts[0].is_first
        assert commands(prefix, seen) == [pip(prefix, "'nvidia-cuda-runtime==13.*'", "'nvidia-curand==10.*'")]

    def test_libraries_of_another_release_do_not_serve(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        install(site, "quark", "2.0", {"quark/_C.so": CUDA13})
        install(site, "nvidia-cuda-runtime-cu12", "12.9", {"nvidia/cuda_runtime/lib/libcudart.so.12": b""})
        assert words(judged(prefix))["quark"][0] is Outcome.FAILS

    def test_the_last_release_that_has_the_gpu_is_installed(self, prefix: Path) -> None:
        code = library("sm_60", needed=("libcudnn.so.9", "libcublas.so.12"))
        install(prefix / "site-packages", "engine", "1.0", {"engine/a.so": code})
        aim = (target("6.0"),)
        seen = judge_installed(facts(prefix), aim)
        assert seen is not None
        (step,), _ = library_steps(seen.packages, facts(prefix))
        assert step.command == pip(prefix, "nvidia-cudnn-cu12==9.10.2.21", "'nvidia-cublas-cu12==12.*'")

    def test_no_step_undoes_another(self, prefix: Path) -> None:
        """bitsandbytes brings a torch of the CUDA release that the others open, with a cuDNN 9 that stays."""
        site = prefix / "site-packages"
        code = library("sm_80", needed=("libcudart.so.12", "libcublas.so.12"))
        eight = library(needed=("libcudnn.so.8",))
        nine = library("sm_80", needed=("libcudart.so.12", "libcudnn.so.9"))
        install(site, "bitsandbytes", "0.45.0", {"bitsandbytes/libbitsandbytes_cuda124.so": code}, "torch<3,>=2.0")
        install(site, "engine", "1.0", {"engine/a.so": code, "engine/part.so": eight})
        install(site, "other", "1.0", {"other/a.so": nine})
        seen = judge_installed(facts(prefix), (target("8.6", driver="580"),))
        assert seen is not None
        needed, wanted = library_steps(seen.packages, facts(prefix))
        texts = [step.command or "" for step in (*needed, *wanted)]
        assert [text for text in texts if "torch==" in text and "+cu12" in text] == texts[:1]
        assert not any("cudnn" in text or "cublas" in text for text in texts)
        assert [step.why for step in (*needed, *wanted) if "one environment has one" in step.why] == [
            "engine opens libcudnn.so.8, torch asks for another release of it: one environment has one"
        ]

    @pytest.mark.parametrize(("capability", "runs"), [("8.6", True), ("12.0", False)])
    def test_a_library_of_which_no_release_runs_is_not_installed(
        self, prefix: Path, capability: str, runs: bool
    ) -> None:
        """cuDNN 8 ends at 9.0: with it the environment has one fault more."""
        code = library("sm_80 sm_120", needed=("libcudart.so.12",))
        part = library(needed=("libcudnn.so.8", "libcufft.so.11"))
        install(prefix / "site-packages", "engine", "1.0", {"engine/a.so": code, "engine/part.so": part})
        install(prefix / "site-packages", "nvidia-cuda-runtime-cu12", "12.8.90", {"nvidia/lib/libcudart.so.12": b""})
        seen = judge_installed(facts(prefix), (target(capability),))
        assert seen is not None
        _, wanted = library_steps(seen.packages, facts(prefix))
        cudnn = ["'nvidia-cudnn-cu12==8.*'"] if runs else []
        commands = [step.command for step in wanted if step.command]
        assert commands == [pip(prefix, *cudnn, "'nvidia-cufft-cu12==11.*'")]
        assert any("libcudnn.so.8, of which no release runs" in step.why for step in wanted) is not runs

    def test_what_another_package_pins_is_installed_in_that_release(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        needs = ("nvidia-cudnn-cu12==9.1.0.70; platform_system == 'Linux'", "nvidia-cublas-cu12==12.4.5.8")
        code = library("sm_80", needed=("libcudnn.so.9", "libcublas.so.12"))
        install(site, "torch", "2.6.0", {"torch/lib/libtorch_cuda.so": code}, *needs)
        install(site, "nvidia-cublas-cu12", "12.4.5.8", {"nvidia/cublas/lib/libcublas.so.12": b""})
        seen = judged(prefix)
        assert words(seen)["torch"] == (Outcome.FAILS, ("libcudnn.so.9",))
        assert commands(prefix, seen) == [pip(prefix, "nvidia-cudnn-cu12==9.1.0.70")]

    def test_a_library_that_it_loads_may_be_the_one_that_asks(self, prefix: Path) -> None:
        outer = library("sm_80", needed=("libinner.so",))
        files = {"q/libouter.so": outer, "q/libinner.so": library("", needed=("libcublas.so.12",))}
        install(prefix / "site-packages", "quark", "2.0", files)
        assert words(judged(prefix)) == {"quark": (Outcome.FAILS, ("libcublas.so.12",))}

    def test_a_part_with_code_is_partial_and_a_part_without_is_a_warning(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        part = library("sm_80", needed=("libcusolver.so.11", "libnvJitLink.so.12"))
        install(site, "quark", "2.0", {"q/_C.so": library("sm_80", "sm_80"), "q/_solver.so": part})
        install(site, "gluon", "1.0", {"g/_C.so": library("sm_80"), "g/_fft.so": library(needed=("libcufft.so.11",))})
        seen = judged(prefix)
        assert words(seen) == {
            "gluon": (Outcome.NATIVE, ()),
            "quark": (Outcome.PARTIAL, ("libcusolver.so.11", "libnvJitLink.so.12")),
        }
        (warning,) = [f for f in seen.report.findings if f.id == "library-not-found" and f.severity is Severity.WARNING]
        assert warning.message == "parts of gluon 1.0 find no libcufft.so.11"
        assert commands(prefix, seen) == [
            pip(prefix, "'nvidia-cusolver-cu12==11.*'", "'nvidia-nvjitlink-cu12==12.*'"),
            pip(prefix, "'nvidia-cufft-cu12==11.*'"),
        ]

    def test_a_package_without_code_is_told(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        install(site, "quark", "2.0", {"q/_C.so": library("sm_80")})
        install(site, "codec", "1.0", {"codec/_core.so": library(needed=("libnppicc.so.12", "libcudart.so.12"))})
        seen = judged(prefix)
        assert [each.package for each in seen.packages.asking] == ["codec"]
        assert commands(prefix, seen) == [pip(prefix, "'nvidia-npp-cu12==12.*'", "'nvidia-cuda-runtime-cu12==12.*'")]

    def test_the_release_that_runs_here_is_the_cure_of_what_does_not(self, prefix: Path) -> None:
        code = library("sm_90", needed=("libcudart.so.13",))
        install(prefix / "site-packages", "quark", "2.0", {"quark/_C.so": code})
        seen = judged(prefix)
        assert words(seen)["quark"][0] is Outcome.FAILS
        assert commands(prefix, seen) == []

    def test_the_reason_that_stands_behind_it_on_the_gpu_is_said_too(self, prefix: Path) -> None:
        newer = library("sm_90", needed=("libcudart.so.13", "libcurand.so.10"))
        install(prefix / "site-packages", "quark", "2.0", {"quark/_C.so": newer})
        seen = judged(prefix)
        (row,) = seen.packages.rows
        said = "finds no libcudart.so.13, libcurand.so.10; with them, has sm_90, no PTX, nothing for 8.0 (error 209)"
        assert why(row.verdicts[0]) == said

    def test_the_framework_that_it_loads_into_is_not_installed(self, prefix: Path) -> None:
        install(prefix / "site-packages", "quark", "2.0", {"q/_C.so": library("sm_80")}, "torch<3,>=2.4", "numpy")
        seen = judged(prefix)
        assert words(seen) == {"quark": (Outcome.FAILS, ("torch",))}
        assert commands(prefix, seen) == [pip(prefix, "'torch<3,>=2.4'")]

    @pytest.mark.parametrize(("asked", "older"), [("torch<3,>=2.4", True), ("torch==2.5.1", False)])
    def test_a_framework_whose_newest_release_the_driver_does_not_take(
        self, prefix: Path, asked: str, older: bool
    ) -> None:
        install(prefix / "site-packages", "quark", "2.0", {"q/_C.so": library("sm_80")}, asked)
        seen = judge_installed(facts(prefix), (replace(TARGET, driver=DriverRelease.parse("550.54.15")),))
        assert seen is not None
        (command,) = commands(prefix, seen)
        assert command is not None
        of_cuda_12 = re.fullmatch(
            re.escape(pip(prefix)) + r"torch==2\.\d+\.\d+\+(cu12\d) --index-url \S+/whl/\1", command
        )
        assert (of_cuda_12 is not None) == older
        assert older or command == pip(prefix, asked)

    def test_what_asks_for_a_framework_moves_with_it_where_it_has_no_library_for_it(self, prefix: Path) -> None:
        code = library("sm_120")
        files = {f"bitsandbytes/libbitsandbytes_cuda{release}.so": code for release in (118, 124, 126)}
        install(prefix / "site-packages", "bitsandbytes", "0.45.2", files, "torch<3,>=2.0")
        for driver, pins in (("570.86", r"torch==\S+\+cu12\d bitsandbytes==0\.\d+\.\d+ --extra-index-url \S+"),
                             ("595.58", r"torch==2\.\d+\.\d+ bitsandbytes==0\.\d+\.\d+")):  # fmt: skip
            aim = (target("12.0", driver),)
            seen = judge_installed(facts(prefix), aim)
            assert seen is not None
            (command,) = commands(prefix, seen)
            assert command is not None
            assert re.fullmatch(re.escape(pip(prefix)) + pins, command), command
            assert "bitsandbytes==0.45.2" not in command

    def test_a_framework_of_which_no_release_serves_all_gpus_is_no_step_that_serves_one(self, prefix: Path) -> None:
        code = library("sm_61", "sm_120")
        install(prefix / "site-packages", "quark", "2.0", {"q/_C.so": code}, "torch<3,>=2.4")
        seen = judge_installed(facts(prefix), (target("6.1"), target("12.0")))
        assert seen is not None
        needed, _ = library_steps(seen.packages, facts(prefix))
        assert [(step.command, "one environment each" in step.why) for step in needed] == [(None, True)]

    def test_saved_and_judged_elsewhere_it_is_the_same(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        install(site, "quark", "2.0", {"quark/_C.so": CUDA13})
        install(site, "codec", "1.0", {"codec/_core.so": library(needed=("libnppicc.so.12",))})
        seen = judged(prefix)
        saved = from_json(to_json(with_code(facts(prefix), seen, (TARGET,))))
        again = judge_saved(saved, (TARGET,))
        assert again is not None
        assert words(again) == words(seen)
        told = [(f.id, f.message) for f in seen.report.findings if f.id == "library-not-found"]
        assert [(f.id, f.message) for f in again.report.findings if f.id == "library-not-found"] == told
        assert [step.command for steps in library_steps(again.packages, saved) for step in steps] == [
            step.command for steps in library_steps(seen.packages, facts(prefix)) for step in steps
        ]


class TestWhatIsFound:
    @pytest.fixture(autouse=True)
    def _quark(self, prefix: Path) -> None:
        code = library("sm_80", needed=("libcudart.so.12",), folders="$ORIGIN/../../beside:/nowhere")
        install(prefix / "site-packages", "quark", "2.0", {"quark/_C.so": code})

    @pytest.mark.parametrize(
        "place",
        [
            "venv/site-packages/nvidia/cuda_runtime/lib",  # in nobody's list
            "venv/beside",  # the folder that the file names
            "root/usr/lib",
            "root/usr/lib/x86_64-linux-gnu",
            "root/opt/cuda/lib64",  # in ld.so.conf
            "loaded",  # in LD_LIBRARY_PATH
        ],
    )
    def test_wherever_it_lies(self, prefix: Path, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
        assert words(judged(prefix))["quark"][0] is Outcome.FAILS
        conf = tmp_path / "root/etc/ld.so.conf.d/cuda.conf"
        conf.parent.mkdir(parents=True)
        conf.write_text("# of a toolkit\n/opt/cuda/lib64\n")
        (tmp_path / "root/etc/ld.so.conf").write_text("include /etc/ld.so.conf.d/*.conf\n")
        monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path / "loaded"))
        there = tmp_path / place / "libcudart.so.12"
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(b"")
        assert words(judged(prefix)) == {"quark": (Outcome.NATIVE, ())}

    def test_in_a_conda_environment(self, prefix: Path) -> None:
        (prefix / "lib").mkdir()
        (prefix / "lib/libcudart.so.12").write_bytes(b"")
        assert words(judged(prefix))["quark"][0] is Outcome.FAILS  # a venv's lib is not looked into
        (prefix / "conda-meta").mkdir()
        assert words(judged(prefix))["quark"][0] is Outcome.NATIVE


class TestPackagesThatAreKnown:
    CUBLAS = ("nvidia-cublas-cu12", "12.9", {"nvidia/cublas/lib/libcublas.so.12": b""})

    def test_an_optional_provider_is_not_asked(self, prefix: Path) -> None:
        cuda = library("sm_80", needed=("libcudart.so.12",))
        rt = library("sm_80", needed=("libnvinfer.so.10", "libcudnn.so.9"))
        files = {f"onnxruntime/capi/libonnxruntime_providers_{name}.so": data
                 for name, data in (("cuda", cuda), ("tensorrt", rt))}  # fmt: skip
        site = prefix / "site-packages"
        install(site, "onnxruntime-gpu", "1.31.1", files)
        install(site, "nvidia-cuda-runtime-cu12", "12.9", {"nvidia/cuda_runtime/lib/libcudart.so.12": b""})
        seen = judged(prefix)
        assert words(seen) == {"onnxruntime-gpu": (Outcome.NATIVE, ())}
        (told,) = [f for f in seen.report.findings if f.id == "library-not-found"]
        assert told.severity is Severity.WARNING
        assert "preload_dlls" in told.message

    def test_extras_of_its_own_bring_them(self, prefix: Path) -> None:
        files = {"onnxruntime/capi/libonnxruntime_providers_cuda.so": library("sm_80", needed=("libcudart.so.13",))}
        install(prefix / "site-packages", "onnxruntime-gpu", "1.31.1", files)
        assert commands(prefix, judged(prefix)) == [pip(prefix, "'onnxruntime-gpu[cuda,cudnn]==1.31.1'")]

    def test_before_there_was_such_a_call_nothing_reaches_them(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        files = {"onnxruntime/capi/libonnxruntime_providers_cuda.so": library("sm_80", needed=("libcublas.so.12",))}
        install(site, "onnxruntime-gpu", "1.20.0", files)
        install(site, *self.CUBLAS)
        assert words(judged(prefix))["onnxruntime-gpu"] == (Outcome.FAILS, ("libcublas.so.12",))

    def test_what_is_opened_without_a_folder_has_to_be_where_the_loader_looks(
        self, prefix: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site = prefix / "site-packages"
        files = {"ctranslate2.libs/libctranslate2.so.4": library("sm_80", needed=("libcudart.so.12",))}
        install(site, "ctranslate2", "4.8.5", files)
        install(site, "nvidia-cuda-runtime-cu12", "12.9", {"nvidia/cuda_runtime/lib/libcudart.so.12": b""})
        install(site, *self.CUBLAS)
        seen = judged(prefix)
        assert words(seen) == {"ctranslate2": (Outcome.FAILS, ("libcublas.so.12", "libcudart.so.12"))}
        folders = ":".join(str(site / f"nvidia/{each}/lib") for each in ("cublas", "cuda_runtime"))
        export = f'export LD_LIBRARY_PATH={folders}"${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"'
        assert commands(prefix, seen) == [export]
        monkeypatch.setenv("LD_LIBRARY_PATH", folders)
        assert words(judged(prefix)) == {"ctranslate2": (Outcome.NATIVE, ())}

    @pytest.mark.parametrize(
        ("release", "capability", "outcome", "step"),
        [
            ("12.4", "9.0", Outcome.NATIVE, None),
            ("12.4", "12.0", Outcome.FAILS, "'nvidia-cuda-nvrtc-cu12>=12.8,<13'"),
            ("12.8", "12.0", Outcome.NATIVE, None),
            ("12.8", "12.1", Outcome.COMPATIBLE, None),  # sm_120 runs there
            ("12.0", "8.9", Outcome.NATIVE, None),
        ],
    )
    def test_the_compiler_that_it_finds_has_to_know_the_gpu(
        self, prefix: Path, release: str, capability: str, outcome: Outcome, step: str | None
    ) -> None:
        code = library(f"sm_{capability.replace('.', '')}" if capability != "12.1" else "sm_120")
        site = prefix / "site-packages"
        install(site, "cupy-cuda12x", "14.2.0", {"cupy/cuda/cub.so": code})
        files = {f"nvidia/cuda_nvrtc/lib/{name}": b"" for name in ("libnvrtc.so.12", f"libnvrtc-builtins.so.{release}")}
        install(site, "nvidia-cuda-nvrtc-cu12", f"{release}.99", files)
        seen = judge_installed(facts(prefix), (target(capability),))
        assert seen is not None
        (row,) = seen.packages.rows
        assert row.verdicts[0].outcome is outcome
        assert commands(prefix, seen) == ([pip(prefix, step)] if step else [])
        if step:
            assert why(row.verdicts[0]) == "NVRTC 12.4 ends at sm_90a, nothing for 12.0"
            assert package_steps(loaded(seen.packages), (target(capability),), facts(prefix)) == []

    def test_a_release_that_does_not_look_into_packages_finds_them_by_the_loader_alone(
        self, prefix: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site, code = prefix / "site-packages", library("sm_80", needed=("libcudart.so.12",))
        cupy = {"cupy/cuda/cub.so": code, "cupy/cudnn.so": library(needed=("libcufft.so.11",))}
        install(site, "cupy-cuda12x", "13.6.0", cupy)
        assert words(judged(prefix))["cupy-cuda12x"] == (Outcome.FAILS, ("libnvrtc.so.12", "libcudart.so.12"))
        (command,) = commands(prefix, judged(prefix))  # what a part wants comes with what all of it needs
        asked = ["nvidia-cuda-nvrtc-cu12==12.*", "nvidia-cuda-runtime-cu12==12.*", "nvidia-cufft-cu12==11.*"]
        assert (command or "").startswith(pip(prefix, " ".join(f"'{each}'" for each in asked)) + " && export LD_LIB")
        files = {"cuda_nvrtc": "libnvrtc.so.12", "cuda_runtime": "libcudart.so.12", "cufft": "libcufft.so.11"}
        for folder, name in files.items():
            install(site, f"nvidia-{folder.replace('_', '-')}-cu12", "12.8", {f"nvidia/{folder}/lib/{name}": b""})
        assert words(judged(prefix))["cupy-cuda12x"][0] is Outcome.FAILS
        folders = ":".join(str(site / f"nvidia/{each}/lib") for each in files)
        (command,) = commands(prefix, judged(prefix))
        assert command == f'export LD_LIBRARY_PATH={folders}"${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"'
        monkeypatch.setenv("LD_LIBRARY_PATH", folders)
        assert words(judged(prefix))["cupy-cuda12x"] == (Outcome.NATIVE, ())

    def test_a_compiler_that_is_neither_found_nor_knows_the_gpu_has_a_step_for_each(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        install(site, "cupy-cuda12x", "13.6.0", {"cupy/cuda/cub.so": library("sm_120")})
        files = {f"nvidia/cuda_nvrtc/lib/{name}": b"" for name in ("libnvrtc.so.12", "libnvrtc-builtins.so.12.4")}
        install(site, "nvidia-cuda-nvrtc-cu12", "12.4.127", files)
        seen = judge_installed(facts(prefix), (target("12.0"),))
        assert seen is not None
        newer, export = commands(prefix, seen)
        assert newer == pip(prefix, "'nvidia-cuda-nvrtc-cu12>=12.8,<13'")
        assert (export or "").startswith(f"export LD_LIBRARY_PATH={site}/nvidia/cuda_nvrtc/lib")

    def test_no_compiler_of_its_release_knows_the_gpu_so_its_newer_build_is_the_step(self, prefix: Path) -> None:
        install(
            prefix / "site-packages", "cupy-cuda11x", "13.3.0", {"cupy/cuda/cub.so": library("sm_80", "compute_80")}
        )
        seen = judge_installed(facts(prefix), (target("12.0"),))
        assert seen is not None
        needed, wanted = library_steps(seen.packages, facts(prefix))
        assert [step.why.split(" in place of ")[0] for step in needed] == ["Install cupy-cuda13x 14.2.0"]
        assert "uninstall -y cupy-cuda11x && " in (needed[0].command or "")
        assert wanted == []

    def test_beside_torch_it_is_said_what_a_program_has_to_do(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        install(
            site,
            "ctranslate2",
            "4.8.5",
            {"ctranslate2.libs/libctranslate2.so.4": library("sm_80", needed=("libcurand.so.10", "libcudart.so.12"))},
        )
        install(site, *self.CUBLAS)
        beside = {f"torch/lib/{name}": b"" for name in ("libcurand.so.10", "libcudart.so.12")}
        loads = library("sm_80", needed=("libcublas.so.12",))
        install(site, "torch", "2.8.0", {"torch/lib/libtorch_cuda.so": loads, **beside})
        seen = judged(prefix)
        assert words(seen)["ctranslate2"] == (Outcome.NATIVE, ())
        needed, wanted = library_steps(seen.packages, facts(prefix))
        assert needed == []
        assert [step.why for step in wanted] == [
            "In programs with ctranslate2: import torch first, for libcurand.so.10, libcudart.so.12, libcublas.so.12"
        ]

    def test_importing_torch_first_is_one_step_for_all_that_it_serves(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        asks = library("sm_80", needed=("libcublas.so.12",))
        install(site, "ctranslate2", "4.8.5", {"ctranslate2.libs/libctranslate2.so.4": asks})
        install(site, "onnxruntime-gpu", "1.23.2", {"onnxruntime/capi/libonnxruntime_providers_cuda.so": asks})
        install(site, *self.CUBLAS)
        install(site, "torch", "2.8.0", {"torch/lib/libtorch_cuda.so": asks})
        needed, wanted = library_steps(judged(prefix).packages, facts(prefix))
        assert needed == []
        assert [(step.why, step.cures) for step in wanted] == [
            (
                "In programs with ctranslate2, onnxruntime-gpu: import torch first, or call onnxruntime.preload_dlls() "
                "in those with onnxruntime-gpu, for libcublas.so.12",
                ("ctranslate2", "onnxruntime-gpu"),
            )
        ]

    @pytest.mark.parametrize(
        ("torch_asks", "call"),
        [
            (None, "call onnxruntime.preload_dlls()"),
            ((), "call onnxruntime.preload_dlls()"),  # for the CPU
            (("libcudart.so.12",), "call onnxruntime.preload_dlls()"),
            (("libcublas.so.13", "libcudart.so.13"), "import torch first, or call onnxruntime.preload_dlls()"),
        ],
    )
    def test_importing_torch_is_said_where_that_loads_what_is_asked_for(
        self, prefix: Path, torch_asks: tuple[str, ...] | None, call: str
    ) -> None:
        site, needed = prefix / "site-packages", ("libcudart.so.13", "libcublasLt.so.13")
        files = {"onnxruntime/capi/libonnxruntime_providers_cuda.so": library("sm_80", needed=needed)}
        install(site, "onnxruntime-gpu", "1.31.1", files)
        install(site, "nvidia-cuda-runtime", "13.0.96", {"nvidia/cu13/lib/libcudart.so.13": b""})
        cublas = library("sm_80", needed=("libcublasLt.so.13",))  # by which the framework asks for the other one
        names = {"nvidia/cu13/lib/libcublas.so.13": cublas, "nvidia/cu13/lib/libcublasLt.so.13": b""}
        install(site, "nvidia-cublas", "13.0.0", names)
        if torch_asks is not None:
            install(site, "torch", "2.9.0", {"torch/lib/libtorch_cuda.so": library("sm_80", needed=torch_asks)})
        seen = judged(prefix)
        (row,) = (each for each in seen.packages.rows if each.component.package == "onnxruntime-gpu")
        assert row.component.found.reached_by == call
        assert row.verdicts[0].outcome is Outcome.NATIVE

    def test_a_framework_of_another_release_loads_nothing_for_what_has_no_call(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        made_for_12 = {"ctranslate2.libs/libctranslate2.so.4": library("sm_80", needed=("libcudart.so.12",))}
        install(site, "ctranslate2", "4.8.5", made_for_12)
        install(site, "nvidia-cuda-runtime-cu12", "12.9", {"nvidia/cuda_runtime/lib/libcudart.so.12": b""})
        install(site, *self.CUBLAS)
        loads = library("sm_80", needed=("libcudart.so.13", "libcublas.so.13"))
        install(site, "torch", "2.9.0", {"torch/lib/libtorch_cuda.so": loads})
        seen = judged(prefix)
        lacks = ("libcublas.so.12", "libcudart.so.12")
        assert words(seen)["ctranslate2"] == (Outcome.FAILS, lacks)
        command = next(each for each in commands(prefix, seen) if "export" in (each or ""))
        assert command == f"export LD_LIBRARY_PATH={site}/nvidia/cublas/lib:{site}/nvidia/cuda_runtime/lib" + (
            '"${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"'
        )


class TestBesideTheRealLoader:
    """Libraries that gcc has linked, and what `dlopen` makes of each, in a process of its own."""

    @staticmethod
    def loads(path: Path) -> bool:
        child = os.fork()
        if child == 0:
            try:
                ctypes.CDLL(str(path))
            except OSError:
                os._exit(1)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    def test_the_same_is_found(self, tmp_path: Path) -> None:
        (tmp_path / "n.c").write_text("int n;")
        (tmp_path / "beside").mkdir()

        def link(out: str, *flags: str) -> Path:
            toolchain.run("gcc", "-shared", "-fPIC", "n.c", "-Wl,--no-as-needed", *flags, "-o", out, cwd=tmp_path)
            return tmp_path / out

        link("beside/libcufft.so.11", "-Wl,-soname,libcufft.so.11")
        there, gone = tmp_path / "beside/libcufft.so.11", link("libcublas.so.12", "-Wl,-soname,libcublas.so.12")
        origin = "-Wl,-rpath,$ORIGIN/beside"
        made = {
            link("liba.so", str(there), origin): (),
            link("libb.so", str(there), "-Wl,-soname,libb.so"): ("libcufft.so.11",),
            link("libg.so", str(gone), str(there), origin): ("libcublas.so.12",),
            link("libd.so", str(tmp_path / "libb.so"), "-Wl,-rpath,$ORIGIN"): ("libcufft.so.11",),
        }
        gone.unlink()
        package = Component("q", "1", str(tmp_path), libraries=tuple(map(str, made)))
        found = with_found((package,), (), HostFacts(MISSING, MISSING))
        assert found.lacks == {str(path): names for path, names in made.items() if names}
        assert {path: self.loads(path) for path in made} == {path: not names for path, names in made.items()}


def test_libraries_that_name_each_other_end() -> None:
    needed = {"/a": ("libb.so", "libcudart.so.12"), "/b": ("liba.so",)}
    near = {"liba.so": "/a", "libb.so": "/b"}
    found = lacking(needed, near, lambda _path, _name: False)
    assert found == {"/a": ("libcudart.so.12",), "/b": ("libcudart.so.12",)}


def test_nothing_is_lacking_where_all_is_found() -> None:
    assert lacking({"/a": ("libcudart.so.12",)}, {}, lambda _path, _name: True) == {}


if sys.platform != "linux":
    pytestmark = pytest.mark.skip("the loader of Linux")


class TestWhatALibraryOpensThatComesAlong:
    """The libcudnn in the wheels of ctranslate2 4.0 to 4.6: it opens its parts by name."""

    SHIM = "ctranslate2.libs/libcudnn-463fd6d5.so.{}"
    PARTS = ("libcudnn_ops_infer.so.8", "libcudnn_cnn_infer.so.8")

    def put(self, prefix: Path, shim: str = "8.9.7") -> Path:
        site = prefix / "site-packages"
        code = library("sm_80", needed=("libcublas.so.12",))
        files = {"ctranslate2.libs/libctranslate2-1.so": code, self.SHIM.format(shim): library("")}
        install(site, "ctranslate2", "4.4.0", files)
        install(site, "nvidia-cublas-cu12", "12.9", {"nvidia/cublas/lib/libcublas.so.12": b""})
        return site

    @pytest.fixture(autouse=True)
    def _cublas(self, prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LD_LIBRARY_PATH", str(prefix / "site-packages/nvidia/cublas/lib"))

    def test_who_transcribes_needs_them_and_others_are_told(self, prefix: Path) -> None:
        site = self.put(prefix)
        assert words(judged(prefix))["ctranslate2"] == (Outcome.NATIVE, ())
        (row,) = [each for each in judged(prefix).packages.rows if each.component.package == "ctranslate2"]
        assert row.component.found.parts_lack == self.PARTS
        (site / "faster_whisper").mkdir()
        assert words(judged(prefix))["ctranslate2"] == (Outcome.FAILS, self.PARTS)
        (command,) = commands(prefix, judged(prefix))
        assert command is not None
        assert command.startswith(pip(prefix, "'nvidia-cudnn-cu12==8.*'") + " && export LD_LIBRARY_PATH=")

    def test_parts_that_only_a_package_has_are_not_found_until_the_loader_looks_there(
        self, prefix: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site = self.put(prefix, "9.1.0")
        (site / "faster_whisper").mkdir()
        parts = ("libcudnn_ops.so.9", "libcudnn_cnn.so.9")
        install(site, "nvidia-cudnn-cu12", "9.1.0.70", {f"nvidia/cudnn/lib/{each}": b"" for each in parts})
        install(site, "torch", "2.6.0", {"torch/lib/libtorch_cuda.so": library("sm_80")}, "nvidia-cudnn-cu12==9.1.0.70")
        assert words(judged(prefix))["ctranslate2"] == (Outcome.FAILS, parts)
        (command,) = commands(prefix, judged(prefix))
        assert command is not None
        assert command.startswith("export LD_LIBRARY_PATH=")
        folders = (site / "nvidia/cublas/lib", site / "nvidia/cudnn/lib")
        monkeypatch.setenv("LD_LIBRARY_PATH", os.pathsep.join(map(str, folders)))
        assert words(judged(prefix))["ctranslate2"] == (Outcome.NATIVE, ())

    def test_where_another_release_of_it_is_kept_a_release_that_asks_for_that_is_the_step(self, prefix: Path) -> None:
        site = self.put(prefix)
        (site / "faster_whisper").mkdir()
        install(site, "nvidia-cudnn-cu12", "9.1.0.70", {"nvidia/cudnn/lib/libcudnn.so.9": b""})
        assert commands(prefix, judged(prefix)) == [pip(prefix, "'ctranslate2>=4.5,<5'")]


class TestJax:
    def test_its_plugin_opens_what_the_extra_brings(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        install(site, "jax-cuda12-plugin", "0.12.0", {"jax_cuda12_plugin/_solver.so": library("sm_80")})
        install(site, "nvidia-cudnn-cu12", "9.10", {"nvidia/cudnn/lib/libcudnn.so.9": b""})
        seen = judged(prefix)
        outcome, lacks = words(seen)["jax-cuda12-plugin"]
        assert outcome is Outcome.FAILS
        assert "libcusolver.so.11" in lacks
        assert "libcudnn.so.9" not in lacks
        assert commands(prefix, seen) == [pip(prefix, "'jax-cuda12-plugin[with-cuda]==0.12.0'")]

    def test_an_older_one_that_asked_for_another_cudnn_is_left_alone(self, prefix: Path) -> None:
        files = {"jax_cuda12_plugin/_solver.so": library("sm_80")}
        install(prefix / "site-packages", "jax-cuda12-plugin", "0.4.26", files)
        assert words(judged(prefix)) == {"jax-cuda12-plugin": (Outcome.NATIVE, ())}


class TestWhatIsLeftOver:
    """NVIDIA's libraries of another CUDA release, after a package was changed."""

    def put(self, prefix: Path, *requires: str, needed: tuple[str, ...] = ("libcurand.so.10",)) -> Path:
        site = prefix / "site-packages"
        install(site, "quark", "2.0", {"quark/_C.so": library("sm_80", needed=needed)}, *requires)
        install(site, "nvidia-curand-cu12", "10.3", {"nvidia/curand/lib/libcurand.so.10": library("sm_80")})
        install(site, "nvidia-cublas", "13.1", {"nvidia/cu13/lib/libcublas.so.13": library("sm_120")})
        return site

    def outcomes(self, prefix: Path) -> dict[str, Outcome]:
        return {name: outcome for name, (outcome, _) in words(judged(prefix)).items()}

    def test_what_nothing_asks_for_is_not_used(self, prefix: Path) -> None:
        self.put(prefix, "nvidia-curand-cu12")
        assert self.outcomes(prefix)["nvidia-cublas"] is Outcome.SPECIAL
        assert not [f for f in judged(prefix).report.findings if f.severity is Severity.ERROR]

    def test_a_compiler_of_the_toolkit_that_nothing_asks_for_asks_for_nothing(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        install(site, "jax-cuda12-plugin", "0.10.2", {"jax/plugin.so": b""}, "nvidia-cuda-runtime-cu12")
        for name, abi in (("nvidia-cuda-runtime-cu12", "12"), ("nvidia-cuda-runtime", "13")):
            install(site, name, f"{abi}.0", {f"nvidia/{abi}/libcudart.so.{abi}": b""})
        install(site, "nvidia-cuda-nvcc", "13.0", {}, "nvidia-cuda-runtime")
        assert asked_for([str(site)], ["nvidia-cuda-runtime-cu12", "nvidia-cuda-runtime"]) == {
            "nvidia-cuda-runtime-cu12"
        }

    def test_a_requirement_of_an_extra_asks_for_it_also_through_a_list_of_nvidias(self, prefix: Path) -> None:
        site = self.put(prefix, "nvidia-curand-cu12", "cuda-toolkit[cublas]==13.0; extra == 'cuda'")
        assert self.outcomes(prefix)["nvidia-cublas"] is Outcome.SPECIAL
        install(site, "cuda-toolkit", "13.0", {}, "nvidia-cublas==13.*; extra == 'cublas'")
        assert self.outcomes(prefix)["nvidia-cublas"] is Outcome.FAILS

    def test_a_library_that_asks_by_name_keeps_its_release(self, prefix: Path) -> None:
        self.put(prefix, "nvidia-curand-cu12", needed=("libcudart.so.13",))
        assert self.outcomes(prefix)["nvidia-cublas"] is Outcome.FAILS

    def test_one_release_alone_is_judged(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        install(site, "quark", "2.0", {"quark/_C.so": library("sm_80")})
        install(site, "nvidia-cublas", "13.1", {"nvidia/cu13/lib/libcublas.so.13": library("sm_120")})
        assert self.outcomes(prefix)["nvidia-cublas"] is Outcome.FAILS


class TestAnotherReleaseWithItsLibraries:
    def test_one_command_brings_both_and_only_what_the_gpu_runs(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        code = library("sm_80", needed=("libcublas.so.13",))
        install(site, "onnxruntime-gpu", "1.31.1", {"onnxruntime/capi/libonnxruntime_providers_cuda.so": code})
        aim = (target("6.1", "580"),)
        seen = judge_installed(facts(prefix), aim)
        assert seen is not None
        (step,) = package_steps(seen.packages, aim, facts(prefix))
        assert step.command == pip(prefix, "'onnxruntime-gpu[cuda,cudnn]==1.26.0'", "nvidia-cudnn-cu12==9.10.2.21")

    def test_the_libraries_of_another_cuda_release_that_are_here_serve_it_not(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        code = library("sm_80", needed=("libcublas.so.13",))
        install(site, "onnxruntime-gpu", "1.31.1", {"onnxruntime/capi/libonnxruntime_providers_cuda.so": code})
        install(site, "nvidia-cublas", "13.0.0", {"nvidia/cu13/lib/libcublas.so.13": b""})
        aim = (target("6.1", "580"),)
        seen = judge_installed(facts(prefix), aim)
        assert seen is not None
        (step,) = package_steps(seen.packages, aim, facts(prefix))
        assert step.command == pip(prefix, "'onnxruntime-gpu[cuda,cudnn]==1.26.0'", "nvidia-cudnn-cu12==9.10.2.21")

    def test_a_release_that_the_others_do_not_take_says_so(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        code = library("sm_80", needed=("libcublas.so.13",))
        install(site, "onnxruntime-gpu", "1.31.1", {"onnxruntime/capi/libonnxruntime_providers_cuda.so": code})
        install(site, "quark", "2.0", {}, "onnxruntime-gpu>=1.30")
        aim = (target("6.1", "580"),)
        seen = judge_installed(facts(prefix), aim)
        assert seen is not None
        (step,) = package_steps(seen.packages, aim, facts(prefix))
        assert "quark 2.0 asks for onnxruntime-gpu>=1.30: change it, too" in step.why


class TestACompilerWithoutDeviceCode:
    """numba-cuda has none; what it compiles with, other packages have."""

    OF_12: tuple[tuple[str, str, dict[str, bytes]], ...] = (
        ("nvidia-cuda-nvcc-cu12", "12.8.93", {"nvidia/cuda_nvcc/nvvm/lib64/libnvvm.so": b""}),
        ("nvidia-cuda-nvrtc-cu12", "12.8.93", {"nvidia/cuda_nvrtc/lib/libnvrtc.so.12": b""}),
    )
    OF_13: tuple[tuple[str, str, dict[str, bytes]], ...] = (
        ("nvidia-nvvm", "13.5.37", {"nvidia/cu13/lib/libnvvm.so.4": b""}),
        ("nvidia-cuda-nvrtc", "13.5.37", {"nvidia/cu13/lib/libnvrtc.so.13": b""}),
    )

    @pytest.mark.parametrize(
        ("bindings", "driver", "beside", "lacks", "step"),
        [
            ("13.5.0", "580", (), "libnvrtc.so.13, libnvvm.so.4", "numba-cuda[cu13]==0.30.4"),
            ("13.5.0", "570", (), "libnvrtc.so.13, libnvvm.so.4", "numba-cuda[cu12]==0.30.4"),
            ("12.9.5", "580", (), "libnvrtc.so.12, libnvvm.so.4", "numba-cuda[cu12]==0.30.4"),
            ("12.9.5", "580", OF_12[1:], "libnvvm.so.4", "numba-cuda[cu12]==0.30.4"),
            ("12.9.5", "580", OF_12, "", ""),
            ("13.5.0", "580", OF_13, "", ""),
            ("13.5.0", "580", OF_12, "", ""),  # it takes the one that is there
            ("12.9.5", "580", OF_13[1:], "libnvvm.so.4", "numba-cuda[cu12]==0.30.4"),
            (None, "580", (), "", ""),  # nothing says its CUDA release
        ],
    )
    def test_what_it_does_not_find_is_an_error_with_the_extra_that_brings_it(
        self,
        prefix: Path,
        bindings: str | None,
        driver: str,
        beside: tuple[tuple[str, str, dict[str, bytes]], ...],
        lacks: str,
        step: str,
    ) -> None:
        site = prefix / "site-packages"
        ptx = {"numba_cuda/numba/cuda/tests/data/jitlink.ptx": b".version 8.0\n.target sm_70\n.address_size 64\n"}
        install(site, "numba-cuda", "0.30.4", {"numba_cuda/_dispatcher.so": b"", **ptx})
        if bindings is not None:
            install(site, "cuda-bindings", bindings, {"cuda/bindings/nvvm.so": b""})
        for each in beside:
            install(site, *each)
        gpu = replace(TARGET, driver=DriverRelease.parse(driver))
        seen = judge_installed(facts(prefix), (gpu,))
        assert seen is not None
        found = [(each.severity, each.message) for each in seen.report.findings if each.id == "library-not-found"]
        assert found == ([(Severity.ERROR, f"numba-cuda 0.30.4 finds no {lacks}")] if lacks else [])
        needed, wanted = library_steps(seen.packages, facts(prefix), targets=(gpu,))
        assert [each.command for each in needed] == ([pip(prefix, f"'{step}'")] if step else [])
        assert wanted == []

    @pytest.mark.parametrize(
        ("bindings", "beside", "driver", "errors"),
        [
            ("13.5.0", OF_13, "570", 1),
            ("13.5.0", OF_12, "570", 1),  # the bindings ask for it themselves
            ("13.5.0", OF_13, "580", 0),
            ("13.5.0", OF_13, None, 0),  # no driver is known
            ("12.9.5", OF_12, "535", 0),
            ("12.9.5", OF_12, "470", 1),
            (None, OF_13, "570", 0),  # nothing says its CUDA release
        ],
    )
    def test_a_driver_that_its_cuda_release_does_not_take_is_an_error(
        self,
        prefix: Path,
        bindings: str | None,
        beside: tuple[tuple[str, str, dict[str, bytes]], ...],
        driver: str | None,
        errors: int,
    ) -> None:
        site = prefix / "site-packages"
        install(site, "numba-cuda", "0.30.4", {"numba_cuda/_dispatcher.so": b""})
        if bindings is not None:
            install(site, "cuda-bindings", bindings, {"cuda/bindings/nvvm.so": b""})
        for each in beside:
            install(site, *each)
        gpu = replace(TARGET, driver=DriverRelease.parse(driver) if driver else None)
        seen = judge_installed(facts(prefix), (gpu,))
        assert seen is not None
        kept = judge_saved(from_json(to_json(with_code(facts(prefix), seen, (gpu,)))), (gpu,))
        for judged_again in (seen, *((kept,) if errors else ())):
            assert judged_again is not None
            found = [each for each in judged_again.report.findings if each.severity is Severity.ERROR]
            assert [each.id for each in found] == ["runtime-needs-driver"] * errors
        needed, _ = library_steps(seen.packages, facts(prefix), targets=(gpu,))
        older = bindings is not None and bindings.startswith("13")
        wanted = [("Install numba-cuda with its compilers of CUDA 12", pip(prefix, "'numba-cuda[cu12]==0.30.4'"))]
        wanted = wanted if older else [("Install driver 525 or newer", None)]
        assert [(each.why.partition(",")[0], each.command) for each in needed] == (wanted if errors else [])

    def test_a_gpu_whose_drivers_all_refuse_its_release_is_told_so(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        install(site, "numba-cuda", "0.30.4", {"numba_cuda/_dispatcher.so": b""})
        install(site, "cuda-bindings", "12.9.5", {"cuda/bindings/nvvm.so": b""})
        for each in self.OF_12:
            install(site, *each)
        k80 = replace(target("3.7"), driver=DriverRelease.parse("470"))
        seen = judge_installed(facts(prefix), (k80,))
        assert seen is not None
        (step,), _ = library_steps(seen.packages, facts(prefix), targets=(k80,))
        assert step.why.startswith("numba-cuda 0.30.4 compiles with CUDA 12, which no driver for ")
        assert step.command is None

    def test_a_driver_that_other_packages_need_cures_it(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        install(site, "numba-cuda", "0.30.4", {"numba_cuda/_dispatcher.so": b""})
        install(site, "cuda-bindings", "13.5.0", {"cuda/bindings/nvvm.so": b""})
        install(site, "quark", "2.0", {"quark/_C.so": library("sm_80", needed=("libcudart.so.13",))})
        for each in (*self.OF_13, ("nvidia-cuda-runtime", "13.0.1", {"nvidia/cu13/lib/libcudart.so.13": b""})):
            install(site, *each)
        gpu = replace(TARGET, driver=DriverRelease.parse("570"))
        seen = judge_installed(facts(prefix), (gpu,))
        assert seen is not None
        (step,) = package_plan(
            (), seen.packages, (), (gpu,), facts(prefix), builds=(), compiles=False, driver_told=False
        )
        assert step.why.startswith("Install driver 580 or newer")
        assert step.cures == ("quark", "numba-cuda")

    def test_saved_facts_keep_it(self, prefix: Path) -> None:
        site = prefix / "site-packages"
        install(site, "numba-cuda", "0.30.4", {"numba_cuda/_dispatcher.so": b""})
        install(site, "cuda-bindings", "13.5.0", {"cuda/bindings/nvvm.so": b""})
        seen = judged(prefix)
        kept = from_json(to_json(with_code(facts(prefix), seen, (TARGET,))))
        again = judge_saved(kept, (TARGET,))
        assert again is not None
        assert [each.message for each in again.report.findings] == [each.message for each in seen.report.findings]
