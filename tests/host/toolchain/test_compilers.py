"""The C++ compilers that nvcc can use and CMake: the real ones, and programs that answer like them or do not."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from cudacompat.domain.machine.facts import Found, HostCompiler, Missing
from cudacompat.host.toolchain import compilers as compilers_module
from cudacompat.host.toolchain.compilers import cmake, compilers
from tests.helpers.machine import program, says
from tests.helpers.toolchain import require_cmake, require_host_compiler, run

FREE = "This is free software; see the source for copying conditions.  There is NO"
COPYRIGHT = "Copyright (C) 2024 Free Software Foundation, Inc."


def gcc(path: Path, version: str = "12.2.0", package: str = "Debian 12.2.0-14+deb12u1") -> Path:
    return says(path, f"{path.name} ({package}) {version}", COPYRIGHT, FREE)


def clang(path: Path, first: str = "Debian clang version 14.0.6") -> Path:
    return says(path, first, "Target: x86_64-pc-linux-gnu", "Thread model: posix", f"InstalledDir: {path.parent}")


def found(nvcc: Path | None = None) -> list[tuple[str, str, str, str]]:
    return [(Path(c.path).name, c.name, c.version, c.found_via) for c in compilers(nvcc).values]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH, and no variable names a compiler."""
    for name in ("NVCC_CCBIN", "CUDAHOSTCXX", "NVCC_PREPEND_FLAGS", "NVCC_APPEND_FLAGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


class TestReal:
    def test_the_machine_s_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tool = require_host_compiler()
        for name in ("NVCC_CCBIN", "NVCC_PREPEND_FLAGS", "NVCC_APPEND_FLAGS"):
            monkeypatch.delenv(name, raising=False)
        said = run(tool, "-dumpfullversion", "-dumpversion").strip()
        default = compilers().values[0]
        assert default.version == said
        assert default.major == int(said.split(".")[0])
        assert default.found_via == "PATH"

    def test_cmake(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tool = require_cmake()
        monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
        said = re.search(r"cmake version (\S+)", run(tool, "--version"))
        assert said is not None
        answer = cmake()
        assert isinstance(answer, Found)
        assert (answer.value.path, answer.value.version, answer.found_via) == (str(tool), said[1], "PATH")


class TestVersions:
    @pytest.mark.parametrize(
        ("first", "version"),
        [
            ("g++ (Debian 12.2.0-14+deb12u1) 12.2.0", "12.2.0"),
            ("g++ (Ubuntu 13.3.0-6ubuntu2~24.04) 13.3.0", "13.3.0"),
            ("g++ (GCC) 14.2.1 20240801 (Red Hat 14.2.1-1)", "14.2.1"),
            ("g++ (GCC) 11.5.0 20240719 (Red Hat 11.5.0-2)", "11.5.0"),
            ("g++ (conda-forge gcc 12.4.0-2) 12.4.0", "12.4.0"),
            ("g++ (Debian 12.2.0-14 (of (mine))) 12.2.0", "12.2.0"),
            ("g++-15 (GCC) 15.0.1 20250418 (experimental)", "15.0.1"),
        ],
    )
    def test_gcc(self, folder: Path, first: str, version: str) -> None:
        says(folder / "g++", first, COPYRIGHT, FREE)
        assert found() == [("g++", "gcc", version, "PATH")]

    def test_a_gcc_of_an_unknown_form_is_asked_again(self, folder: Path) -> None:
        program(
            folder / "g++",
            f'case "$1" in --version) echo "g++ mine"; echo "{COPYRIGHT}" ;; *) echo 10.2.1 ;; esac',
        )
        assert found() == [("g++", "gcc", "10.2.1", "PATH")]

    @pytest.mark.parametrize(
        ("first", "version"),
        [
            ("Debian clang version 14.0.6", "14.0.6"),
            ("Ubuntu clang version 18.1.3 (1ubuntu1)", "18.1.3"),
            ("clang version 19.1.7 (https://github.com/llvm/llvm-project.git 0000)", "19.1.7"),
            ("Apple clang version 15.0.0 (clang-1500.3.9.4)", "15.0.0"),
        ],
    )
    def test_clang(self, folder: Path, first: str, version: str) -> None:
        clang(folder / "clang++", first)
        assert found() == [("clang++", "clang", version, "PATH")]

    def test_what_it_says_counts_not_its_name(self, folder: Path) -> None:
        clang(folder / "g++", "Apple clang version 15.0.0 (clang-1500.3.9.4)")
        assert found() == [("g++", "clang", "15.0.0", "PATH")]

    @pytest.mark.parametrize(
        ("script", "why"),
        [
            ("echo 'nvc++ 24.5-0 64-bit target'", "neither gcc nor clang"),
            ("exit 1", "it says no version: exit code 1"),
            (f"echo 'g++ mine'; echo '{COPYRIGHT}'", "it says no version"),
            ("while :; do echo x; done", "it says no version: printed more than 1048576 bytes"),
            ("kill -9 $$", "it says no version: killed by SIGKILL"),
        ],
    )
    def test_one_that_says_none_is_a_note(self, folder: Path, script: str, why: str) -> None:
        tool = program(folder / "g++", script)
        gcc(folder / "g++-12")
        answer = compilers()
        assert [c.path for c in answer.values] == [str(folder / "g++-12")]
        assert answer.notes == (f"{tool}: {why}",)

    def test_one_that_hangs_is_a_note(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(compilers_module, "_TIMEOUT_S", 0.5)
        tool = program(folder / "g++", "while :; do :; done")
        assert compilers().notes == (f"{tool}: it says no version: no answer within 0.5 s",)
        program(folder / "cmake", "while :; do :; done")
        assert cmake() == Missing("CMake", (f"{folder}/cmake (no answer within 0.5 s)",))


class TestWhichOnes:
    def test_none(self, folder: Path) -> None:
        assert compilers().values == ()
        assert cmake() == Missing("CMake", ("PATH (no cmake)",))

    def test_names_with_a_version_and_others_not(self, folder: Path) -> None:
        for name in ("g++", "g++-13", "g++-4.8", "clang++-19", "c++", "x86_64-linux-gnu-g++", "g++-ar", "g++-13-x"):
            (clang if name.startswith("clang") else gcc)(folder / name)
        assert [name for name, *_ in found()] == ["clang++-19", "g++", "g++-13", "g++-4.8"]

    def test_one_compiler_of_several_names_is_one(self, folder: Path) -> None:
        real = gcc(folder / "x86_64-linux-gnu-g++-12")
        (folder / "g++-12").symlink_to(real.name)
        (folder / "g++").symlink_to("g++-12")
        assert found() == [("g++", "gcc", "12.2.0", "PATH")]

    def test_the_default_is_gcc_s_own_sibling(self, folder: Path) -> None:
        # Debian: gcc -> gcc-12 -> x86_64-linux-gnu-gcc-12, and g++ alike; clang++ comes before g++ by name
        clang(folder / "clang++")
        gcc(folder / "g++-12")
        gcc(folder / "gcc-12")
        (folder / "g++").symlink_to("g++-12")
        (folder / "gcc").symlink_to("gcc-12")
        assert [name for name, *_ in found()] == ["g++", "clang++"]

    def test_a_gcc_of_another_release_than_g_is_the_default(self, folder: Path) -> None:
        # nvcc compiles with `gcc` (measured with nvcc 13.5 --dryrun)
        gcc(folder / "gcc-14", "14.2.0")
        gcc(folder / "g++-12", "12.2.0")
        (folder / "gcc").symlink_to("gcc-14")
        (folder / "g++").symlink_to("g++-12")
        assert found() == [("gcc", "gcc", "14.2.0", "PATH"), ("g++", "gcc", "12.2.0", "PATH")]

    def test_caches_are_passed_over(self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        cache = program(folder / "ccache", f"echo ran > {tmp_path}/proof")
        (tmp_path / "masks").mkdir()
        for name in ("g++", "gcc", "clang++"):
            (tmp_path / "masks" / name).symlink_to(cache)
        gcc(folder / "g++")
        monkeypatch.setenv("PATH", f"{tmp_path / 'masks'}{os.pathsep}{folder}")
        assert found() == [("g++", "gcc", "12.2.0", "PATH")]
        assert not (tmp_path / "proof").exists()

    def test_not_more_than_enough(self, folder: Path) -> None:
        for number in range(40):
            (folder / f"g++-{number}").symlink_to(gcc(folder / f"real-{number}"))
        answer = compilers()
        assert len(answer.values) == 32
        assert answer.notes == ("40 C++ compilers on PATH: only the first 32 were asked for their version",)


class TestNamed:
    @pytest.fixture
    def two(self, folder: Path) -> Path:
        gcc(folder / "g++", "14.2.0")
        gcc(folder / "g++-12", "12.2.0")
        return folder

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("NVCC_CCBIN", "g++-12"),
            ("NVCC_CCBIN", "{folder}/g++-12"),
            ("NVCC_PREPEND_FLAGS", "-ccbin g++-12"),
            ("NVCC_PREPEND_FLAGS", " -O2 --compiler-bindir={folder}/g++-12 -std=c++17"),
            ("NVCC_APPEND_FLAGS", "-ccbin=g++-12"),
            ("NVCC_APPEND_FLAGS", "-ccbin nowhere --compiler-bindir 'g++-12'"),
        ],
    )
    def test_what_nvcc_is_told_comes_first(
        self, two: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
    ) -> None:
        monkeypatch.setenv(variable, value.format(folder=two))
        assert found() == [
            ("g++-12", "gcc", "12.2.0", f"{variable} and PATH"),
            ("g++", "gcc", "14.2.0", "PATH"),
        ]

    def test_a_folder(self, two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NVCC_CCBIN", str(two))
        assert found()[0] == ("g++", "gcc", "14.2.0", "NVCC_CCBIN and PATH")

    def test_cmake_s_variable_does_not_change_nvcc_s_default(self, two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CUDAHOSTCXX", "g++-12")
        assert found() == [("g++", "gcc", "14.2.0", "PATH"), ("g++-12", "gcc", "12.2.0", "PATH and CUDAHOSTCXX")]

    @pytest.mark.parametrize("variable", ["NVCC_CCBIN", "CUDAHOSTCXX"])
    def test_one_that_is_not_on_path_is_not_run(
        self, two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
    ) -> None:
        stranger = program(tmp_path / "elsewhere/g++", f"echo ran > {tmp_path}/proof")
        monkeypatch.setenv(variable, str(stranger))
        answer = compilers()
        assert answer.notes == (f"{variable}={stranger}: not on PATH, so not asked for its version",)
        assert [c.version for c in answer.values] == ["14.2.0", "12.2.0"]
        assert not (tmp_path / "proof").exists()

    @pytest.mark.parametrize("value", ["/nowhere/g++", "g++-99", "bin/g++", "g++ -m64"])
    def test_one_that_is_not_there(self, two: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
        monkeypatch.setenv("NVCC_CCBIN", value)
        assert compilers().notes == (f"NVCC_CCBIN={value}: no such compiler",)

    @pytest.mark.parametrize("flags", ["-ccbin", "'unclosed", "-O3 -arch=sm_120", "", "-ccbin="])
    def test_flags_that_name_none(self, two: Path, monkeypatch: pytest.MonkeyPatch, flags: str) -> None:
        monkeypatch.setenv("NVCC_PREPEND_FLAGS", flags)
        answer = compilers()
        assert [c.found_via for c in answer.values] == ["PATH", "PATH"]
        assert answer.notes == ()


class TestDebian:
    """Its nvcc finds a script called gcc beside itself, which runs the newest gcc that this CUDA takes."""

    SCRIPT = "\n".join(
        [
            "prog=false",
            "if g++-11 --version >/dev/null 2>&1; then",
            "\tprog=gcc-11",
            "elif g++-10 --version >/dev/null 2>&1; then",
            "\tprog=gcc-10",
            "fi",
            'exec $prog "$@"',
        ]
    )

    def test_the_choice_comes_first(self, folder: Path, tmp_path: Path) -> None:
        nvcc = program(tmp_path / "nvidia-cuda-toolkit/bin/nvcc", "exit 1")
        program(nvcc.parent / "gcc", self.SCRIPT)
        gcc(folder / "g++", "12.2.0")
        gcc(folder / "g++-10", "10.2.1")
        assert found(nvcc) == [
            ("g++-10", "gcc", "10.2.1", "the choice of Debian's nvcc and PATH"),
            ("g++", "gcc", "12.2.0", "PATH"),
        ]
        gcc(folder / "g++-11", "11.3.0")
        assert found(nvcc)[0][0] == "g++-11"

    def test_none_of_its_list_is_here(self, folder: Path, tmp_path: Path) -> None:
        nvcc = program(tmp_path / "nvidia-cuda-toolkit/bin/nvcc", "exit 1")
        program(nvcc.parent / "gcc", self.SCRIPT)
        gcc(folder / "g++", "12.2.0")
        assert found(nvcc) == [("g++", "gcc", "12.2.0", "PATH")]

    def test_a_real_gcc_beside_nvcc_is_none_of_debian_s(self, folder: Path, tmp_path: Path) -> None:
        # conda: everything in one bin
        nvcc = program(tmp_path / "env/bin/nvcc", "exit 1")
        (nvcc.parent / "gcc").write_bytes(b"\x7fELF g++-11")
        gcc(folder / "g++", "12.2.0")
        gcc(folder / "g++-11", "11.3.0")
        assert found(nvcc)[0] == ("g++", "gcc", "12.2.0", "PATH")


class TestCMake:
    @pytest.mark.parametrize(
        ("said", "version"),
        [
            ("cmake version 3.25.1", "3.25.1"),
            ("cmake version 4.0.0-rc3", "4.0.0-rc3"),
            ("cmake3 is here\ncmake version 3.20.2", "3.20.2"),
        ],
    )
    def test_versions(self, folder: Path, said: str, version: str) -> None:
        says(folder / "cmake", said, "", "CMake suite maintained and supported by Kitware (kitware.com/cmake).")
        answer = cmake()
        assert isinstance(answer, Found)
        assert answer.value.version == version

    def test_one_that_says_none(self, folder: Path) -> None:
        says(folder / "cmake", "pyenv: cmake: command not found", code=127)
        assert cmake() == Missing("CMake", (f"{folder}/cmake (exit code 127)",))
        says(folder / "cmake", "hello")
        assert cmake() == Missing("CMake", (f"{folder}/cmake (it says no version)",))


def test_a_compiler_has_a_major_version(folder: Path) -> None:
    tool = gcc(folder / "g++", "13.3.0")
    assert compilers().values == (HostCompiler(str(tool), "gcc", "13.3.0", 13, "PATH", ("PATH",)),)
