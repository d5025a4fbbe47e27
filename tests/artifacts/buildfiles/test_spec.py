"""Spec files: those of RPM packages, and those that another program calls so."""

from __future__ import annotations

from cudacompat.artifacts.buildfiles.spec import spec_commands
from cudacompat.domain.project.model import SourceFile


def test_a_spec_of_a_package_has_the_commands_of_its_build() -> None:
    file = SourceFile("x.spec", "Name: x\n%build\n%cmake -DCMAKE_CUDA_ARCHITECTURES=86\n%files\n/usr/lib\n")
    (command,) = spec_commands(file)
    assert command.program == "cmake"
    assert [each.value for each in command.defines] == ["86"]


def test_a_spec_of_pyinstaller_has_none() -> None:
    assert not list(spec_commands(SourceFile("x.spec", "import os\na = Analysis(['main.py'])\nexe = EXE(a)\n")))
