"""Installed Python packages with native code, from their own lists of files."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from cudacompat.domain.machine.components import Component, Components, SiteFolder
from cudacompat.environments import pip
from cudacompat.host.toolchain.site_folders import site_folders
from tests.helpers.run import ROOT


def packages(folders: Sequence[SiteFolder] | None = None) -> Components:
    """What is in these folders, by default in those of the running Python."""
    return pip.components(site_folders() if folders is None else folders)


def make(site: Path, *names: str) -> None:
    for name in names:
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def install(site: Path, name: str, version: str, files: Sequence[str], listed: Sequence[str] | None = None) -> Path:
    """A distribution as pip leaves it; `listed` is what RECORD says where that is not its files."""
    make(site, *files)
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: other\n")
    record = [f"{path},sha256=abc,1" for path in (files if listed is None else listed)]
    (info / "RECORD").write_text("\n".join([*record, f"{info.name}/RECORD,,", ""]))
    return info


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "env/lib/python3.12/site-packages"
    site.mkdir(parents=True)
    return site


def listed(site: Path) -> list[tuple[str, str, list[str]]]:
    answer = packages([SiteFolder(str(site), str(site.parents[2]))])
    return [(p.package, p.version, [os.path.relpath(path, site) for path in p.libraries]) for p in answer.found]


def notes(site: Path) -> tuple[str, ...]:
    return packages([SiteFolder(str(site), str(site.parents[2]))]).notes


class TestRecords:
    def test_libraries_sorted_and_what_else_is_left_out(self, site: Path) -> None:
        files = [
            "torch/lib/libtorch_cuda.so",
            "torch/__init__.py",
            "torch/_C.cpython-312-x86_64-linux-gnu.so",
            "torch/lib/libcudart-1234.so.12",
            "torch/lib/libfoo.so.1.2.3",
            "torch/include/so.h",
            "torch/lib/libstatic.a",
            "torch/kernels/k.cubin",
            "torch/kernels/k.fatbin",
            "torch/kernels/k.ptx",
            "torch/lib/torch_cuda.dll",
            "torch/_C.pyd",
            "torch/soname.some",
        ]
        install(site, "torch", "2.8.0+cu128", files)
        assert listed(site) == [
            (
                "torch",
                "2.8.0+cu128",
                [
                    "torch/_C.cpython-312-x86_64-linux-gnu.so",
                    "torch/_C.pyd",
                    "torch/kernels/k.cubin",
                    "torch/kernels/k.fatbin",
                    "torch/kernels/k.ptx",
                    "torch/lib/libcudart-1234.so.12",
                    "torch/lib/libfoo.so.1.2.3",
                    "torch/lib/libtorch_cuda.so",
                    "torch/lib/torch_cuda.dll",
                ],
            )
        ]

    def test_pure_packages_are_none(self, site: Path) -> None:
        install(site, "click", "8.1", ["click/__init__.py"])
        assert listed(site) == []
        assert notes(site) == ()

    def test_packages_by_name(self, site: Path) -> None:
        for name in ("zstandard", "Cython", "cupy-cuda12x", "aiohttp"):
            install(site, name, "1", [f"{name}/x.so"])
        assert [name for name, _, _ in listed(site)] == ["aiohttp", "cupy-cuda12x", "Cython", "zstandard"]

    def test_paths_with_commas_and_quotes(self, site: Path) -> None:
        install(site, "odd", "1", ["odd/a,b.so", 'odd/c"d.so'], ['"odd/a,b.so"', '"odd/c""d.so"'])
        assert listed(site)[0][2] == ["odd/a,b.so", 'odd/c"d.so']

    def test_what_is_not_there_is_not_listed(self, site: Path) -> None:
        install(site, "gone", "1", [], ["gone/x.so"])
        (site / "gone").mkdir()
        (site / "gone/y.so").mkdir()
        install(site, "half", "1", ["half/x.so"], ["half/x.so", "half/y.so", "gone/y.so"])
        assert listed(site) == [("half", "1", ["half/x.so"])]

    def test_libraries_beside_site_packages_belong_to_the_environment(self, site: Path) -> None:
        make(site.parents[2], "lib/libengine.so")
        install(site, "engine", "1", [], ["../../libengine.so"])
        assert listed(site)[0][2] == ["../../libengine.so"]

    def test_a_list_cannot_reach_out_of_the_environment(self, site: Path, tmp_path: Path) -> None:
        make(tmp_path, "secret.so")
        paths = [
            "../../../../secret.so",
            str(tmp_path / "secret.so"),
            "a/../../../../../secret.so",
            "/etc/x.so",
            "\0.so",
        ]
        install(site, "thief", "1", [], paths)
        assert listed(site) == []

    def test_a_broken_list_is_none_and_the_folder_is_looked_at(self, site: Path) -> None:
        info = install(site, "broken", "1", ["broken/x.so"])
        (info / "RECORD").write_text(f"broken/{'x' * 200_000}.so,,\n")  # longer than a CSV field may be
        assert listed(site) == [("broken", "1", ["broken/x.so"])]

    def test_undecodable_names(self, site: Path) -> None:
        info = install(site, "bytes", "1", [])
        name = os.fsdecode(b"bytes/\xff.so")
        make(site, name)
        (info / "RECORD").write_bytes(b"bytes/\xff.so,,\n")
        assert listed(site)[0][2] == [name]

    def test_too_many_are_said(self, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pip, "_LIBRARIES", 3)
        install(site, "a", "1", ["a/1.so", "a/2.so"])
        install(site, "b", "1", ["b/1.so", "b/2.so"])
        assert [name for name, _, _ in listed(site)] == ["a"]
        assert notes(site) == ("more than 3 libraries in Python packages: those from b on are left out",)


class TestMetadata:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("Name: Torch\nVersion: 2.8.0\n\nName: x\n", ("Torch", "2.8.0")),
            ("Version: 2.8.0\r\nName: Torch\r\n", ("Torch", "2.8.0")),
            ("", ("torch", "1")),
            ("Name:\nVersion:\n", ("torch", "1")),
            ("Name: x y\n", ("torch", "1")),
            ("\xff\x00", ("torch", "1")),
        ],
    )
    def test_name_and_version(self, site: Path, text: str, said: tuple[str, str]) -> None:
        info = install(site, "torch", "1", ["torch/x.so"])
        (info / "METADATA").write_text(text, encoding="latin-1", newline="")
        assert listed(site)[0][:2] == said

    @pytest.mark.parametrize(
        "place", ["mine/_C.so", "src/mine/_C.cpython-311-x86_64-linux-gnu.so", "python/mine/lib/a.so"]
    )
    def test_libraries_of_an_editable_install_lie_in_its_sources(self, site: Path, tmp_path: Path, place: str) -> None:
        source = tmp_path / "project"
        for each in (place, "build/lib/mine/_C.so", "other/_D.so"):
            (source / each).parent.mkdir(parents=True, exist_ok=True)
            (source / each).write_bytes(b"")
        info = install(site, "mine", "1", ["__editable___mine_finder.py"])
        url = {"url": f"file://{source}", "dir_info": {"editable": True}}
        (info / "direct_url.json").write_text(json.dumps(url))
        (found,) = pip.components([SiteFolder(str(site), str(site))]).found
        assert (found.libraries, found.manager, found.location) == ((str(source / place),), "editable", str(site))

    def test_what_setup_py_develop_links_is_editable(self, site: Path, tmp_path: Path) -> None:
        make(tmp_path / "project", "my_ops/_C.so", "other/_D.so")
        for name in ("my-ops", "other"):
            info = tmp_path / "project" / f"{name.replace('-', '_')}.egg-info"
            info.mkdir()
            (info / "PKG-INFO").write_text(f"Name: {name}\nVersion: 1.0\n\n")
        (site / "my-ops.egg-link").write_text(f"{tmp_path}/project\n.\n")
        (site / "gone.egg-link").write_text(f"{tmp_path}/nowhere\n.\n")
        (site / "odd.egg-link").write_text("../project\n")
        (found,) = pip.components([SiteFolder(str(site), str(site))]).found
        told = (found.package, found.version, found.manager, found.libraries)
        assert told == ("my-ops", "1.0", "editable", (str(tmp_path / "project/my_ops/_C.so"),))

    @pytest.mark.parametrize(("last", "hashed"), [("2.6.0", True), ("2.8.0", True), ("2.8.0", False)])
    def test_of_two_lists_of_one_package_the_one_whose_files_are_there_counts(
        self, site: Path, last: str, hashed: bool
    ) -> None:
        """As pip install --target leaves them; without hashes the newest."""
        for version in ("2.6.0", "2.8.0"):
            info = install(site, "torch", version, ["torch/x.so"])
            digest = base64.urlsafe_b64encode(hashlib.sha256(version.encode()).digest()).rstrip(b"=").decode()
            line = f"torch/x.so,sha256={digest},5" if hashed else "torch/x.so,,"
            (info / "RECORD").write_text(f"{line}\ntorch/gone-{version}.so,,\n")
        (site / "torch/x.so").write_text(last)
        assert listed(site) == [("torch", last, ["torch/x.so"])]

    def test_what_pip_was_about_to_remove_is_nobodys(self, site: Path) -> None:
        install(site, "torch", "2.8.0", ["torch/x.so"])
        make(site, "~orch/x.so")
        left = install(site, "torch", "2.6.0", ["~orch/x.so"])
        left.rename(site / "~orch-2.6.0.dist-info")
        assert listed(site) == [("torch", "2.8.0", ["torch/x.so"])]

    def test_an_editable_install_is_a_note(self, site: Path) -> None:
        info = install(site, "mine", "1", ["__editable___mine_finder.py"])
        url = {"url": "file:///src/mine", "dir_info": {"editable": True}}
        (info / "direct_url.json").write_text(json.dumps(url))
        assert notes(site) == ("mine is installed editable from /src/mine: name that directory to have it checked",)

    @pytest.mark.parametrize(
        "text",
        [
            "{",
            "[]",
            "null",
            '{"url": "file:///src/mine", "dir_info": {}}',
            '{"url": "file:///src/mine", "dir_info": {"editable": "yes"}}',
            '{"dir_info": {"editable": true}}',
            "[" * 100_000,
        ],
    )
    def test_any_other_origin_is_none(self, site: Path, text: str) -> None:
        info = install(site, "mine", "1", ["mine/x.so"])
        (info / "direct_url.json").write_text(text)
        assert notes(site) == ()
        assert [name for name, _, _ in listed(site)] == ["mine"]


class TestWithoutRecord:
    def test_top_level_folders_are_walked(self, site: Path) -> None:
        make(site, "torch/lib/libtorch_cuda.so", "torchgen/x.so", "functorch/_C.cpython-312-x86_64-linux-gnu.so")
        info = site / "torch-2.3.1-py3.12.egg-info"
        info.mkdir()
        (info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 2.3.1\n")
        (info / "top_level.txt").write_text("torch\nfunctorch\n../../etc\n")
        assert listed(site) == [
            ("torch", "2.3.1", ["functorch/_C.cpython-312-x86_64-linux-gnu.so", "torch/lib/libtorch_cuda.so"])
        ]

    def test_installed_files(self, site: Path) -> None:
        make(site, "old/x.so")
        info = site / "old-1.egg-info"
        info.mkdir()
        (info / "installed-files.txt").write_text("../old/__init__.py\n../old/x.so\nPKG-INFO\n")
        assert listed(site) == [("old", "1", ["old/x.so"])]

    def test_a_single_extension_module(self, site: Path) -> None:
        make(site, "fast.cpython-312-x86_64-linux-gnu.so")
        (site / "fast-1.dist-info").mkdir()
        assert listed(site) == [("fast", "1", ["fast.cpython-312-x86_64-linux-gnu.so"])]

    def test_an_egg_info_file(self, site: Path) -> None:
        make(site, "PyGObject/x.so")
        (site / "PyGObject-3.42.2.egg-info").write_text("Name: PyGObject\nVersion: 3.42.2\n")
        assert listed(site) == [("PyGObject", "3.42.2", ["PyGObject/x.so"])]

    def test_one_that_cannot_be_told_is_a_note(self, site: Path) -> None:
        for name in "abcdefg":
            (site / f"{name}-1.dist-info").mkdir()
        assert listed(site) == []
        assert notes(site) == ("7 Python packages do not say which files are theirs: a, b, c, d, e, …",)

    def test_links_are_not_followed(self, site: Path, tmp_path: Path) -> None:
        make(tmp_path, "elsewhere/x.so")
        (site / "linked").mkdir()
        (site / "linked/more").symlink_to(tmp_path / "elsewhere")
        (site / "linked/loop").symlink_to(site / "linked")
        (site / "linked-1.dist-info").mkdir()
        assert listed(site) == []

    def test_a_package_of_very_many_files_ends(self, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pip, "_FOLDERS", 5)
        make(site, "many/x.so", *(f"many/{number}/x.so" for number in range(9)))
        (site / "many-1.dist-info").mkdir()
        assert listed(site) == [("many", "1", ["many/x.so"])]
        assert notes(site) == (f"many lists no files, and {site}/many holds more than 5: not all were looked at",)


class TestFolders:
    def test_the_running_python_s(self) -> None:
        here = Path(pytest.__file__).parents[1]
        assert str(here) in [folder.path for folder in site_folders()]

    def test_an_active_environment_s(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, environment in (("VIRTUAL_ENV", tmp_path / "venv"), ("CONDA_PREFIX", tmp_path / "conda")):
            site = environment / "lib/python3.12/site-packages"
            install(site, f"in-{environment.name}", "1", ["x/x.so"])
            (environment / "lib64").symlink_to("lib")
            monkeypatch.setenv(name, str(environment))
        found = [package.package for package in packages().found]
        assert [name for name in found if name.startswith("in-")] == ["in-conda", "in-venv"]

    @pytest.mark.parametrize("value", ["", ".", "relative/env", "/nowhere", "/" + "x" * 5000])
    def test_an_environment_that_is_not_there(self, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
        monkeypatch.delenv("CONDA_PREFIX", raising=False)
        monkeypatch.delenv("VIRTUAL_ENV", raising=False)
        without = site_folders()
        monkeypatch.setenv("VIRTUAL_ENV", value)
        assert site_folders() == without

    def test_a_running_environment_is_looked_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
        names = [(p.package, p.location) for p in packages().found]
        assert len(names) == len(set(names))

    def test_the_real_ones_are_those_that_pip_knows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CONDA_PREFIX", raising=False)
        monkeypatch.delenv("VIRTUAL_ENV", raising=False)
        code = (
            "import importlib.metadata as m, re\n"
            "for d in m.distributions():\n"
            "    for f in d.files or ():\n"
            "        p = d.locate_file(f)\n"
            "        if re.search(r'[.](so([.]\\d+)*|pyd|dll|cubin|fatbin|ptx)$', f.name) and p.is_file():\n"
            "            print(d.metadata['Name'], p)\n"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
        ours = {f"{package.package} {path}" for package in packages().found for path in package.libraries}
        assert {
            line.split()[0] + " " + os.path.normpath(line.split(" ", 1)[1]) for line in done.stdout.splitlines()
        } == ours
        assert ours

    def test_nothing_is_imported(self, site: Path) -> None:
        install(site, "evil", "1", ["evil/x.so"])
        (site / "evil/__init__.py").write_text("raise SystemExit('imported')")
        answer = packages([SiteFolder(str(site), str(site))])
        assert answer.found == (Component("evil", "1", str(site), (str(site / "evil/x.so"),)),)
        assert "evil" not in sys.modules
