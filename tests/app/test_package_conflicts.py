"""Installed packages that do not go together, in environments that the test puts together."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from cudacompat.app.doctor.package_conflicts import conflicts
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.machine.facts import HostFacts, Missing
from cudacompat.domain.reports.doctor import InstalledPackages
from cudacompat.domain.words.finding import Severity

SITE = "/env/lib/python3.12/site-packages"
HOME = Environment("/env", "./env", "3.12", "./env", (SITE,))


def component(package: str, version: str = "1.0", *libraries: str, requires: tuple[str, ...] = ()) -> Component:
    return Component(package, version, SITE, libraries or (f"{SITE}/{package}/_C.so",), requires=requires)


def found(*components: Component, coded: tuple[str, ...], home: Environment = HOME) -> list[tuple[str, Severity, str]]:
    missing = Missing("GPU", ())
    facts = HostFacts(missing, missing, packages=components, environments=(home,))
    packages = InstalledPackages(tuple(each for each in components if each.package in coded), 0)
    return [
        (each.finding.message, each.finding.severity, each.step.command or "") for each in conflicts(facts, packages)
    ]


class TestOverwriting:
    def test_a_known_pair_is_said_even_where_their_files_differ(self) -> None:
        ((message, severity, command),) = found(
            component("onnxruntime"), component("onnxruntime-gpu", "1.2"), coded=("onnxruntime-gpu",)
        )
        assert message == "onnxruntime-gpu and onnxruntime own the same files; the one installed last is in place"
        assert severity is Severity.WARNING
        assert command == (
            "./env/bin/python -m pip uninstall -y onnxruntime onnxruntime-gpu && "
            "./env/bin/python -m pip install onnxruntime-gpu==1.2"
        )

    @pytest.mark.parametrize("named", [True, False])
    def test_a_project_that_names_it_is_told_to_leave_it(self, tmp_path: Path, named: bool) -> None:
        """Its lock brings back what was removed from the environment alone."""
        dependencies = '"onnxruntime-gpu", "onnxruntime"' if named else '"onnxruntime-gpu", "fastembed"'
        (tmp_path / "pyproject.toml").write_text(f"[project]\ndependencies = [{dependencies}]\n")
        home = Environment(f"{tmp_path}/.venv", "./.venv", "3.12", "./.venv", (SITE,), installer="uv add")
        ((_, _, command),) = found(
            component("onnxruntime"), component("onnxruntime-gpu", "1.2"), coded=("onnxruntime-gpu",), home=home
        )
        in_place = "uv pip install --python ./.venv"
        if named:
            assert command == f"uv remove onnxruntime && {in_place} --reinstall --no-deps onnxruntime-gpu==1.2"
        else:
            assert command.endswith(f"onnxruntime onnxruntime-gpu && {in_place} onnxruntime-gpu==1.2")

    @pytest.mark.parametrize(
        ("installer", "words"),
        [
            (
                "uv add",
                "uv sync installs onnxruntime again for fastembed: write override-dependencies = "
                "[\"onnxruntime; sys_platform == 'never'\"] below [tool.uv] in pyproject.toml",
            ),
            ("pdm add", 'write excludes = ["onnxruntime"] below [tool.pdm.resolution] in pyproject.toml'),
            ("poetry add", "poetry install installs onnxruntime again for fastembed: no setting of it prevents that"),
            ("pip", "an upgrade installs onnxruntime again for fastembed"),
        ],
    )
    @pytest.mark.parametrize("asking", [True, False])
    def test_who_brings_it_back_and_what_keeps_it_out_is_said(
        self, tmp_path: Path, installer: str, words: str, asking: bool
    ) -> None:
        """The setting of uv was run with uv 0.13.9 and faster-whisper: its lock then has onnxruntime-gpu alone."""
        info = tmp_path / "fastembed-0.7.dist-info"
        info.mkdir()
        need = "onnxruntime>=1.17" if asking else "onnxruntime; extra == 'cpu'"
        (info / "METADATA").write_text(f"Name: fastembed\nVersion: 0.7\nRequires-Dist: {need}\n\n")
        (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["fastembed"]\n')
        folders = (str(tmp_path),)
        home = Environment(f"{tmp_path}/.venv", "./.venv", "3.12", "./.venv", folders, installer=installer)
        pair = [
            Component(name, "1.2", str(tmp_path), (f"{tmp_path}/{name}/_C.so",))
            for name in ("onnxruntime", "onnxruntime-gpu")
        ]
        missing = Missing("GPU", ())
        facts = HostFacts(missing, missing, packages=tuple(pair), environments=(home,))
        (conflict,) = conflicts(facts, InstalledPackages((pair[1],), 0))
        assert (words in conflict.step.why) is asking
        assert ("again" in conflict.step.why) is asking

    def test_any_pair_that_lists_the_same_file_is_one(self) -> None:
        shared = f"{SITE}/made/up.so"
        seen = found(component("made", "1", shared), component("made-cuda", "1", shared), coded=("made-cuda",))
        assert [severity for _, severity, _ in seen] == [Severity.WARNING]

    @pytest.mark.parametrize(
        ("last", "severity"), [("made", Severity.ERROR), ("made-cuda", Severity.WARNING)], ids=["cpu", "cuda"]
    )
    def test_whose_file_is_in_place_is_read_from_the_lists(self, tmp_path: Path, last: str, severity: Severity) -> None:
        path = tmp_path / "made/up.so"
        path.parent.mkdir()
        path.write_text(last)
        for name in ("made", "made-cuda"):
            digest = base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).rstrip(b"=").decode()
            info = tmp_path / f"{name.replace('-', '_')}-1.dist-info"
            info.mkdir()
            (info / "RECORD").write_text(f"made/up.so,sha256={digest},{len(name)}\n")
        pair = [Component(name, "1", str(tmp_path), (str(path),)) for name in ("made", "made-cuda")]
        ((message, said, _),) = found(*pair, coded=("made-cuda",))
        assert said is severity
        assert ("has overwritten" in message) is (severity is Severity.ERROR)

    def test_two_packages_without_device_code_are_nobodys_business(self) -> None:
        shared = f"{SITE}/cv2/cv2.so"
        assert found(component("opencv-python", "4", shared), component("opencv-headless", "4", shared), coded=()) == []


class TestMismatches:
    def test_an_extension_of_another_release_is_an_error(self) -> None:
        ((message, severity, command),) = found(
            component("frame", "2.5.1"),
            component("vision", "0.21", requires=("frame (==2.6.0)",)),
            coded=("frame", "vision"),
        )
        assert message == "vision 0.21 is built for frame==2.6.0, here is frame 2.5.1"
        assert severity is Severity.ERROR
        assert command == "./env/bin/python -m pip install vision==0.21 frame==2.6.0"

    def test_a_local_version_satisfies_its_release(self) -> None:
        assert (
            found(
                component("frame", "2.6.0+cu124"),
                component("vision", "0.21", requires=("frame==2.6.0",)),
                coded=("frame", "vision"),
            )
            == []
        )

    def test_builds_for_two_cuda_releases_are_a_warning(self) -> None:
        ((message, severity, _),) = found(
            component("frame", "2.6.0+cu124"),
            component("vision", "0.21+cu126", requires=("frame==2.6.0",)),
            coded=("frame", "vision"),
        )
        assert message == "vision 0.21+cu126 is built for frame of cu126, here is frame 2.6.0+cu124"
        assert severity is Severity.WARNING

    def test_nvidias_libraries_of_another_release_are_a_warning(self) -> None:
        need = 'nvidia-cudnn-cu12==9.1.0; platform_system == "Linux"'
        ((_, severity, _),) = found(
            component("frame", "2", requires=(need,)), component("nvidia-cudnn-cu12", "9.5.1"),
            coded=("frame", "nvidia-cudnn-cu12"),
        )  # fmt: skip
        assert severity is Severity.WARNING

    def test_a_requirement_for_another_python_or_a_broken_one_is_none(self) -> None:
        needs = ('frame==1; python_version < "3.10"', "frame @@ nonsense", "other==1")
        assert found(component("frame", "2"), component("vision", "1", requires=needs), coded=("frame", "vision")) == []
