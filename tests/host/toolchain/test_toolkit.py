"""CUDA toolkits: every way to one, what is behind links and wrapper scripts, and which release it is."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from cudacompat.domain.machine.components import SiteFolder
from cudacompat.host.surroundings.environment import NAMES
from cudacompat.host.toolchain import toolkit as toolkit_module
from cudacompat.host.toolchain.nvcc import program_behind, release_of
from cudacompat.host.toolchain.toolkit import toolkits, usual_places
from cudacompat.places.roots import Roots
from tests.helpers.machine import program
from tests.helpers.toolchain import require_nvcc, run

TEXT = "Cuda compilation tools, release {}, V{}.131\nBuild cuda_{}.r{}/compiler.1_0\n"


def nvcc(path: Path, release: str | None = "12.4", padding: int = 0) -> Path:
    """A file like nvcc's program, with the text that it prints for --version; without it for `None`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = TEXT.format(*[release] * 4).encode() if release else b""
    path.write_bytes(b"\x7fELF\x02\x01\x01" + b"\0" * padding + text + b"\0" * 9)
    path.chmod(0o755)
    return path


@pytest.fixture
def real() -> Path:
    """nvcc 13.5, asked for before PATH is taken away."""
    return require_nvcc()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No toolkit anywhere: an empty PATH, no variable, no Python packages."""
    for name in (*NAMES, "CONDA_PREFIX", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(toolkit_module, "site_folders", lambda roots: ())
    return monkeypatch


def found(*places: tuple[Path, str]) -> list[tuple[str, str, bool, str]]:
    return [(t.path, str(t.version), t.active, t.found_via) for t in toolkits(places).values]


class TestTheRealOne:
    def test_the_release_is_what_it_prints(self, real: Path) -> None:
        printed = re.search(r"release (\d+\.\d+)", run(real, "--version"))
        assert printed is not None
        assert str(release_of(real)) == printed[1]

    def test_pip_s_is_found(self, real: Path, machine: pytest.MonkeyPatch) -> None:
        site = real.parents[3]
        machine.setattr(toolkit_module, "site_folders", lambda roots: (SiteFolder(str(site), str(site)),))
        assert found() == [(str(real.resolve()), str(release_of(real)), False, "pip")]

    def test_behind_a_wrapper_on_path(self, real: Path, machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
        wrapper = program(tmp_path / "bin/nvcc", f'exec {real} "$@"')
        assert found() == [(str(real.resolve()), str(release_of(real)), True, f"PATH ({wrapper})")]


class TestWays:
    def test_none(self, machine: pytest.MonkeyPatch) -> None:
        assert toolkits(()).values == ()
        assert toolkits(()).notes == ()

    def test_the_first_on_path_is_the_one_that_runs(self, machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
        old, new = nvcc(tmp_path / "old/bin/nvcc", "11.8"), nvcc(tmp_path / "new/bin/nvcc", "12.8")
        machine.setenv("PATH", f"{old.parent}{os.pathsep}{new.parent}")
        assert found() == [(str(old), "11.8", True, "PATH"), (str(new), "12.8", False, "PATH")]

    def test_cudacxx_comes_before_path(self, machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
        old, new = nvcc(tmp_path / "old/bin/nvcc", "11.8"), nvcc(tmp_path / "new/bin/nvcc", "12.8")
        machine.setenv("PATH", str(old.parent))
        for value in (str(new), f"{new} -ccbin g++-12"):
            machine.setenv("CUDACXX", value)
            assert found() == [(str(new), "12.8", True, "CUDACXX"), (str(old), "11.8", False, "PATH")]

    def test_cudacxx_as_a_name(self, machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
        tool = nvcc(tmp_path / "bin/nvcc")
        machine.setenv("CUDACXX", "nvcc")
        assert found() == [(str(tool), "12.4", True, "CUDACXX and PATH")]

    def test_cudacxx_that_leads_nowhere(self, machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
        tool = nvcc(tmp_path / "bin/nvcc")
        for value in ("/nowhere/nvcc", "clang++-99", "../nvcc"):
            machine.setenv("CUDACXX", value)
            assert found() == [(str(tool), "12.4", True, "PATH")]
            assert toolkits(()).notes == (f"CUDACXX={value}: no such program",)

    def test_a_root_variable_is_no_nvcc_that_runs(self, machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
        tool = nvcc(tmp_path / "cuda/bin/nvcc")
        machine.setenv("CUDA_HOME", str(tmp_path / "cuda"))
        assert found() == [(str(tool), "12.4", False, "CUDA_HOME")]

    @pytest.mark.parametrize("value", ["/nowhere", "cuda", "\x7f", "/" + "x" * 5000])
    def test_a_root_variable_that_leads_nowhere(self, machine: pytest.MonkeyPatch, value: str) -> None:
        machine.setenv("CUDA_HOME", value)
        assert toolkits(()).values == ()
        assert toolkits(()).notes == (f"CUDA_HOME={value}: no nvcc there",)

    def test_one_toolkit_found_in_many_ways_is_one(self, machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
        # As NVIDIA's packages lay it out: /usr/local/cuda -> /etc/alternatives/cuda -> /usr/local/cuda-12.4
        local = tmp_path / "local"
        tool = nvcc(local / "cuda-12.4/bin/nvcc")
        other = nvcc(local / "cuda-11.8/bin/nvcc", "11.8")
        (tmp_path / "alternatives").symlink_to(local / "cuda-12.4")
        (local / "cuda").symlink_to(tmp_path / "alternatives")
        machine.setenv("PATH", f"{local}/cuda/bin{os.pathsep}{local}/cuda-12.4/bin")
        machine.setenv("CUDA_HOME", str(local / "cuda"))
        assert found((local, "cuda"), (local, "cuda-*")) == [
            (str(tool), "12.4", True, f"PATH ({local}/cuda/bin/nvcc), CUDA_HOME and {local}/cuda"),
            (str(other), "11.8", False, f"{local}/cuda-11.8"),
        ]

    def test_conda(self, machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
        tool = nvcc(tmp_path / "env/bin/nvcc")
        machine.setenv("CONDA_PREFIX", str(tmp_path / "env"))
        assert found() == [(str(tool), "12.4", False, "conda")]

    def test_a_cache_s_link_is_passed_over(self, machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
        cache = program(tmp_path / "usr/ccache", "exit 0")
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin/nvcc").symlink_to(cache)
        tool = nvcc(tmp_path / "cuda/bin/nvcc")
        machine.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{tool.parent}")
        assert found() == [(str(tool), "12.4", True, "PATH")]

    def test_what_is_no_program_is_no_toolkit(self, machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "a/bin/nvcc").mkdir(parents=True)
        nvcc(tmp_path / "b/bin/nvcc").chmod(0o644)
        (tmp_path / "c/bin").mkdir(parents=True)
        (tmp_path / "c/bin/nvcc").symlink_to(tmp_path / "c/bin/nvcc")
        assert found((tmp_path, "*")) == []

    def test_another_root(self, tmp_path: Path) -> None:
        """A folder handed in as the machine: its /usr, its PATH and variables, and nothing of this one."""
        for name in ("usr/local/cuda-12.4", "opt/cuda", "named", "path"):
            tool = tmp_path / name / "bin/nvcc"
            tool.parent.mkdir(parents=True)
            tool.write_bytes(b"\x7fELF Cuda compilation tools, release 12.4, V12.4.131\n")
            tool.chmod(0o755)
        environ = {"PATH": str(tmp_path / "path/bin"), "CUDA_HOME": str(tmp_path / "named")}
        seen = toolkits(roots=Roots.under(tmp_path, environ)).values
        mine = [(toolkit.path.removeprefix(f"{tmp_path}/"), toolkit.found_via) for toolkit in seen]
        assert [each for each in mine if not each[0].startswith("/")] == [
            ("path/bin/nvcc", "PATH"),
            ("named/bin/nvcc", "CUDA_HOME"),
            ("usr/local/cuda-12.4/bin/nvcc", str(tmp_path / "usr/local/cuda-12.4")),
            ("opt/cuda/bin/nvcc", str(tmp_path / "opt/cuda")),
        ]
        assert all("pip" in way for path, way in mine if path.startswith("/"))  # the running Python's packages

    def test_the_usual_places(self) -> None:
        assert {str(folder / pattern) for folder, pattern in usual_places(Roots.real())} >= {
            "/usr/local/cuda",
            "/usr/local/cuda-*",
            "/opt/cuda",
            "/usr/lib/cuda",
            "/usr/lib/nvidia-cuda-toolkit",
        }


class TestWrappers:
    @pytest.mark.parametrize(
        "script",
        [
            'exec {nvcc} "$@"',  # Debian's /usr/bin/nvcc
            'export PATH="/usr/lib/ccache:$PATH"\nexec "{nvcc}" ${{NVCC_FLAGS}} "$@"',
            "NVCC={nvcc}\n$NVCC $*",
            'exec -a "$0" "{nvcc}"  "$@"',  # Nix
            "# exec {other}\nexec {nvcc}",
            "test -x {other}\nexec {nvcc}",
            "if [ -x /nowhere/nvcc ]; then exec /nowhere/nvcc; fi; exec {nvcc};",
            'exec "$CUDA_HOME/bin/nvcc" "$@"',
            'exec "${{CUDA_HOME}}/bin/nvcc" "$@"',
            'exec "$(dirname "$0")/../cuda/bin/nvcc" "$@"',
            'exec "${{0%/*}}/../cuda/bin/nvcc" "$@"',
        ],
    )
    def test_scripts_are_seen_through(self, machine: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
        tool = nvcc(tmp_path / "cuda/bin/nvcc")
        other = nvcc(tmp_path / "other/bin/nvcc", "11.8")
        machine.setenv("CUDA_HOME", str(tmp_path / "cuda"))
        wrapper = program(tmp_path / "bin/nvcc", script.format(nvcc=tool, other=other))
        assert program_behind(wrapper) == tool
        assert [each[:3] for each in found()] == [(str(tool), "12.4", True)]

    def test_a_script_is_not_run(self, machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
        program(tmp_path / "bin/nvcc", f"echo ran > {tmp_path}/proof")
        toolkits(())
        assert not (tmp_path / "proof").exists()

    def test_one_that_names_no_nvcc_is_of_no_known_release(self, machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
        wrapper = program(tmp_path / "bin/nvcc", 'exec "$(pick-a-compiler)" "$@"  # release 12.4')
        (tmp_path / "version.json").write_text('{"cuda": {"version": "12.4.1"}}')  # not its own
        assert found() == [(str(wrapper), "None", True, "PATH")]
        assert toolkits(()).notes == (f"{wrapper}: no file here says which CUDA release it is",)

    def test_links_to_scripts_to_links(self, tmp_path: Path) -> None:
        tool = nvcc(tmp_path / "real/bin/nvcc")
        (tmp_path / "link").mkdir()
        (tmp_path / "link/nvcc").symlink_to(tool)
        inner = program(tmp_path / "inner/nvcc", f"exec {tmp_path}/link/nvcc")
        (tmp_path / "outer").symlink_to(inner)
        assert program_behind(tmp_path / "outer") == tool

    def test_scripts_in_a_circle_end(self, tmp_path: Path) -> None:
        one, two = tmp_path / "one/nvcc", tmp_path / "two/nvcc"
        program(one, f"exec {two}")
        program(two, f"exec {one}")
        assert program_behind(one) in (one, two)
        program(one, f"exec {one}")
        assert program_behind(one) == one

    def test_a_long_chain_ends(self, tmp_path: Path) -> None:
        for number in range(50):
            program(tmp_path / f"{number}/nvcc", f"exec {tmp_path}/{number + 1}/nvcc")
        assert program_behind(tmp_path / "0/nvcc").name == "nvcc"

    def test_a_huge_script_is_read_in_part(self, tmp_path: Path) -> None:
        wrapper = program(tmp_path / "nvcc", "x" * 10_000_000)
        assert program_behind(wrapper) == wrapper


class TestRelease:
    def test_the_program_s_own_text_counts_first(self, tmp_path: Path) -> None:
        tool = nvcc(tmp_path / "bin/nvcc", "13.0")
        (tmp_path / "version.json").write_text('{"cuda": {"version": "12.4.1"}}')
        (tmp_path / "include").mkdir()
        (tmp_path / "include/cuda.h").write_text("#define CUDA_VERSION 13050\n")  # pip: each package on its own
        assert str(release_of(tool)) == "13.0"

    @pytest.mark.parametrize("padding", [0, 1, (1 << 20) - 40, (1 << 20) - 20, (1 << 20) - 7, 3 << 20])
    def test_wherever_it_stands(self, tmp_path: Path, padding: int) -> None:
        assert str(release_of(nvcc(tmp_path / "bin/nvcc", "11.8", padding))) == "11.8"

    @pytest.mark.parametrize(
        ("file", "text", "release"),
        [
            ("version.json", '{"cuda": {"name": "CUDA SDK", "version": "12.4.1"}}', "12.4"),
            ("version.json", '{"cuda": {"version": "12.4.1"}, "cuda_nvcc": {"version": "12.8.93"}}', "12.8"),
            ("version.txt", "CUDA Version 10.1.243\nCUDA Patch Version 10.1.1\n", "10.1"),
            ("include/cuda.h", " * text\n#define CUDA_VERSION 12040\n#define CUDA_VERSION 9\n", "12.4"),
            ("include/cuda.h", "#  define  CUDA_VERSION  9020 /* 9.2 */\n", "9.2"),
            ("targets/x86_64-linux/include/cuda.h", "#define CUDA_VERSION 13000\n", "13.0"),
            ("version.json", "{", "None"),
            ("version.json", "[]", "None"),
            ("version.json", '{"cuda": "12.4"}', "None"),
            ("version.json", '{"cuda": {"version": "twelve"}}', "None"),
            ("version.json", '{"cuda": {"version": "12"}}', "None"),
            ("version.json", "[" * 100_000, "None"),
            ("version.txt", "CUDA Version unknown", "None"),
            ("include/cuda.h", "#define CUDA_VERSION 12040000\n#define CUDART_VERSION 12040\n", "None"),
        ],
    )
    def test_files_beside_a_program_that_does_not_say(self, tmp_path: Path, file: str, text: str, release: str) -> None:
        tool = nvcc(tmp_path / "bin/nvcc", None)
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
        assert str(release_of(tool)) == release

    def test_version_json_before_the_header(self, tmp_path: Path) -> None:
        tool = nvcc(tmp_path / "bin/nvcc", None)
        (tmp_path / "version.json").write_text(json.dumps({"cuda": {"version": "12.4.1"}}))
        (tmp_path / "include").mkdir()
        (tmp_path / "include/cuda.h").write_text("#define CUDA_VERSION 12080\n")
        assert str(release_of(tool)) == "12.4"

    @pytest.mark.parametrize(
        "text",
        [
            "Cuda compilation tools, release ",
            "Cuda compilation tools, release 12",
            "Cuda compilation tools, release 1234.5,",
            "Cuda compilation tools, release %s, V%s",
        ],
    )
    def test_half_a_text_is_none(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "nvcc").write_bytes(b"\x7fELF" + text.encode())
        assert release_of(tmp_path / "nvcc") is None

    def test_what_cannot_be_read(self, tmp_path: Path) -> None:
        assert release_of(tmp_path / "bin/nvcc") is None
        (tmp_path / "bin").mkdir()
        os.mkfifo(tmp_path / "fifo")
        (tmp_path / "version.json").symlink_to(tmp_path / "fifo")  # reading it would wait for ever
        assert release_of(nvcc(tmp_path / "bin/nvcc", None)) is None
