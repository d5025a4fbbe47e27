"""Python environments, found by their folders: each named as a person would, each once, none of them started."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cudacompat.app.doctor.installing import installer
from cudacompat.domain.machine.components import Environment
from cudacompat.host.toolchain.pythons import environment_at, environments
from cudacompat.places.roots import Roots


def venv(prefix: Path, config: str = "version = 3.12.4\n", folder: str = "lib/python3.12/site-packages") -> Path:
    (prefix / folder).mkdir(parents=True)
    (prefix / "pyvenv.cfg").write_text(config)
    program(prefix / "bin/python")
    return prefix


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\nexit 1\n")
    path.chmod(0o755)
    return path


def found(tmp_path: Path, *asked: str, here: Path | None = None, path: str = "", **environ: str) -> list[Environment]:
    roots = Roots.under(
        tmp_path, {"HOME": str(tmp_path / "home/ada"), "PATH": path or str(tmp_path / "none"), **environ}
    )
    return list(environments(roots, asked, here or tmp_path))


def told(seen: list[Environment]) -> list[tuple[str, str, str]]:
    return [(each.label, each.python, each.found_via) for each in seen]


def packages(folder: Path) -> Path:
    (folder / "some-1.0.dist-info").mkdir(parents=True)
    return folder


class TestOfProjects:
    def test_a_lock_beside_it_says_which_tool_changes_it(self, tmp_path: Path) -> None:
        for lock, tool in (("uv.lock", "uv add"), ("poetry.lock", "poetry add"), ("pdm.lock", "pdm add"), ("", "pip")):
            folder = tmp_path / f"of-{tool.partition(' ')[0]}"
            venv(folder / ".venv")
            (folder / lock).write_text("") if lock else None
            (seen,) = found(tmp_path, here=folder)
            assert seen.installer == tool

    def test_an_environment_of_another_name_is_no_projects(self, tmp_path: Path) -> None:
        (tmp_path / "uv.lock").write_text("")
        (seen,) = found(tmp_path, str(venv(tmp_path / "env")))
        assert seen.installer == "pip"

    def test_poetry_keeps_it_apart_from_the_project(self, tmp_path: Path) -> None:
        folder = tmp_path / "app"
        folder.mkdir()
        prefix = venv(tmp_path / "cache/pypoetry/virtualenvs/app-x1-py3.12")
        assert [each.installer for each in found(tmp_path, str(prefix), here=folder)] == ["pip"]
        (folder / "poetry.lock").write_text("")
        assert [each.installer for each in found(tmp_path, str(prefix), here=folder)] == ["poetry add"]


class TestFoldersOfPackages:
    def test_a_target_is_an_environment_of_its_own(self, tmp_path: Path) -> None:
        (seen,) = found(tmp_path, str(packages(tmp_path / "libs")))
        assert (seen.label, seen.folders, seen.installer) == ("./libs", (str(tmp_path / "libs"),), "pip --target")

    def test_site_packages_mean_the_environment_around_them(self, tmp_path: Path) -> None:
        site = packages(venv(tmp_path / "env") / "lib/python3.12/site-packages")
        (seen,) = found(tmp_path, str(site))
        assert (seen.prefix, seen.python, seen.installer) == (str(tmp_path / "env"), "3.12", "pip")

    def test_pythonpath_belongs_to_the_first_python_here(self, tmp_path: Path) -> None:
        libs = packages(tmp_path / "libs")
        venv(tmp_path / ".venv")
        first, *_ = found(tmp_path, PYTHONPATH=f"/none:relative:{libs}")
        assert first.folders == (str(libs), str(tmp_path / ".venv/lib/python3.12/site-packages"))
        alone = found(tmp_path, here=tmp_path / "elsewhere", PYTHONPATH=str(libs))
        assert told(alone)[0] == (str(libs), "", "PYTHONPATH")


def test_where_pip_refuses_it_is_told_so(tmp_path: Path) -> None:
    packages(tmp_path / "usr/lib/python3.12/site-packages")
    program(tmp_path / "usr/bin/python3.12")
    (tmp_path / "usr/bin/python").symlink_to("python3.12")
    assert [each.installer for each in found(tmp_path, path=str(tmp_path / "usr/bin"))][:1] == ["pip"]
    (tmp_path / "usr/lib/python3.12/EXTERNALLY-MANAGED").touch()
    seen = found(tmp_path, path=str(tmp_path / "usr/bin"))[0]
    assert installer(seen) == "python -m pip install --break-system-packages"


class TestOrder:
    def test_the_folder_then_the_active_one_then_the_one_on_path(self, tmp_path: Path) -> None:
        here = tmp_path / "project"
        venv(here / ".venv")
        venv(tmp_path / "active", "version_info = 3.11.2.final.0\nuv = 0.5.1\n", "lib/python3.11/site-packages")
        (tmp_path / "usr/lib/python3.10/site-packages").mkdir(parents=True)
        program(tmp_path / "usr/bin/python3.10")
        (tmp_path / "usr/bin/python").symlink_to("python3.10")
        seen = found(tmp_path, here=here, path=str(tmp_path / "usr/bin"), VIRTUAL_ENV=str(tmp_path / "active"))
        assert told(seen) == [
            ("./.venv", "3.12", "./.venv"),
            (str(tmp_path / "active"), "3.11", "VIRTUAL_ENV"),
            (str(tmp_path / "usr"), "3.10", "python on PATH"),
        ]
        assert [each.installer for each in seen] == ["pip", "uv", "pip"]

    def test_one_environment_that_is_found_twice_is_one(self, tmp_path: Path) -> None:
        venv(tmp_path / ".venv")
        seen = found(tmp_path, path=str(tmp_path / ".venv/bin"), VIRTUAL_ENV=str(tmp_path / ".venv"))
        assert told(seen) == [("./.venv", "3.12", "./.venv")]

    def test_what_is_asked_for_is_all(self, tmp_path: Path) -> None:
        venv(tmp_path / ".venv")
        venv(tmp_path / "other")
        for asked in ("other", "other/bin/python", str(tmp_path / "other")):
            assert told(found(tmp_path, asked, VIRTUAL_ENV=str(tmp_path / ".venv"))) == [
                ("./other", "3.12", "--python")
            ]

    def test_this_programs_own_is_left_out_beside_one_that_is_meant(self, tmp_path: Path) -> None:
        assert told(found(tmp_path))[-1][2] == "runs cudacompat"
        venv(tmp_path / ".venv")
        assert sys.prefix not in [each.prefix for each in found(tmp_path)]


class TestKinds:
    def test_conda(self, tmp_path: Path) -> None:
        prefix = tmp_path / "conda"
        (prefix / "lib/python3.13/site-packages").mkdir(parents=True)
        (prefix / "conda-meta").mkdir()
        (seen, *_) = found(tmp_path, CONDA_PREFIX=str(prefix))
        assert (seen.python, seen.installer, seen.folders) == (
            "3.13", "conda", (str(prefix / "lib/python3.13/site-packages"),),
        )  # fmt: skip

    def test_debians_python_has_three_folders_and_the_users(self, tmp_path: Path) -> None:
        folders = [
            "usr/local/lib/python3.11/dist-packages",
            "usr/lib/python3/dist-packages",
            "home/ada/.local/lib/python3.11/site-packages",
        ]
        for each in (*folders, "usr/lib/python3.9/dist-packages"):
            (tmp_path / each).mkdir(parents=True)
        program(tmp_path / "usr/bin/python3.11")
        (tmp_path / "usr/bin/python3").symlink_to("python3.11")
        (seen, *_) = found(tmp_path, path=str(tmp_path / "usr/bin"))
        assert (seen.found_via, sorted(seen.folders)) == (
            "python3 on PATH", sorted(str(tmp_path / each) for each in folders),
        )  # fmt: skip
        assert seen.folders[0] == str(tmp_path / folders[-1])  # as site.py has them

    def test_a_venv_that_sees_the_systems_packages(self, tmp_path: Path) -> None:
        (tmp_path / "opt/py/lib/python3.12/site-packages").mkdir(parents=True)
        venv(tmp_path / "v", f"home = {tmp_path}/opt/py/bin\ninclude-system-site-packages = true\nversion = 3.12.1\n")
        (seen,) = found(tmp_path, "v")
        assert [Path(each).relative_to(tmp_path).parts[0] for each in seen.folders] == ["v", "opt"]

    def test_an_interpreter_behind_links_belongs_to_its_venv(self, tmp_path: Path) -> None:
        venv(tmp_path / "v")
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin/python").symlink_to(tmp_path / "v/bin/python")
        (seen, *_) = found(tmp_path, path=str(tmp_path / "bin"))
        assert (seen.label, seen.found_via) == ("./v", "python on PATH")

    @pytest.mark.parametrize(
        ("said", "environ", "expected"),
        [("", {}, "3.11.7"), ("3.12\n", {}, "3.12.10"), ("3.12\n", {"PYENV_VERSION": "3.11.7"}, "3.11.7")],
    )
    def test_pyenvs_shims(self, tmp_path: Path, said: str, environ: dict[str, str], expected: str) -> None:
        root, here = tmp_path / "pyenv", tmp_path / "project/deep"
        here.mkdir(parents=True)
        for each in ("3.11.7", "3.12.4", "3.12.10"):
            (root / f"versions/{each}/lib/python{each[:4]}/site-packages").mkdir(parents=True)
        program(root / "shims/python")
        (root / "version").write_text("3.11.7\n")
        if said:
            (here.parent / ".python-version").write_text(said)
        (seen, *_) = found(tmp_path, here=here, path=str(root / "shims"), **environ)
        assert Path(seen.prefix).name == expected


@pytest.mark.parametrize("name", ["", "empty", "file.txt", "missing", "python"])
def test_what_is_no_environment(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("x")
    assert environment_at(tmp_path / name, "--python", Roots.under(tmp_path, {}), tmp_path) is None


def test_a_link_to_itself_and_a_broken_configuration_end(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").symlink_to("python")
    (tmp_path / "v/pyvenv.cfg").parent.mkdir()
    (tmp_path / "v/pyvenv.cfg").write_bytes(b"\xff\x00version = \n" * 9)
    assert environment_at(tmp_path / "bin/python", "--python", Roots.under(tmp_path, {})) is None
    seen = environment_at(tmp_path / "v", "--python", Roots.under(tmp_path, {}))
    assert seen is not None
    assert (seen.folders, seen.python) == ((), "")
