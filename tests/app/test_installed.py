"""Installed packages, judged as packages: real device code in environments that the test puts together."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.app.doctor.installed import JudgedPackages, judge_installed
from cudacompat.app.doctor.plan import package_steps
from cudacompat.domain.builds.engine import BuildSystem
from cudacompat.domain.machine.components import Component, Components, SiteFolder
from cudacompat.domain.machine.facts import HostFacts, Missing
from cudacompat.domain.machine.loaders import OneForRelease, PackageLoading
from cudacompat.domain.reports.doctor import DoctorReport
from cudacompat.domain.wheels.distributions import distributions
from cudacompat.domain.words.exit_codes import ExitCode
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.verdict import Outcome
from cudacompat.engines import added
from cudacompat.engines.record import EngineRecord
from cudacompat.environments import installed
from cudacompat.report.commands.doctor_table import library_warnings, machine_findings
from tests.helpers.build import target
from tests.helpers.device_files import library
from tests.helpers.run import cudacompat

ENGINE = EngineRecord(
    name="quantum",
    title="quantum",
    aliases=(),
    system=BuildSystem.PIP,
    current="3.0",
    knobs=(),
    source="a test",
    loading=(
        PackageLoading(
            "quantum",
            (
                OneForRelease(
                    files=r"quantum/libquantum_cuda(\d{3})\.so",
                    told_by="base/version.py",
                    told=r"^cuda = '(\d+)\.(\d+)'",
                    loaded_by="the one for the CUDA release of base is loaded",
                    source="a test",
                    variable="QUANTUM_CUDA",
                    nearest_since="3.0",
                ),
            ),
        ),
    ),
)


def install(site: Path, package: str, **files: bytes | str) -> None:
    """A wheel as pip leaves it; `libq_cuda118` is written `PACKAGE/libq_cuda118.so`."""
    info = site / f"{package}-3.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Name: {package}\nVersion: 3.0\n\n")
    lines = []
    for name, data in files.items():
        path = site / package / (f"{name}.so" if isinstance(data, bytes) else f"{name}.py")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        lines.append(f"{path.relative_to(site)},,\n")
    (info / "RECORD").write_text("".join(lines))


def facts(found: Components, **environment: str) -> HostFacts:
    missing = Missing("GPU", ())
    return HostFacts(missing, missing, packages=found.found, environment=tuple(environment.items()))


def judged(site: Path, capability: str, **environment: str) -> JudgedPackages:
    found = installed.components([SiteFolder(str(site), str(site))], [])
    with added(ENGINE):
        seen = judge_installed(facts(found, **environment), (target(capability),))
    assert seen is not None
    return seen


def errors(seen: JudgedPackages) -> list[tuple[str, str]]:
    return [(Path(f.path or "").name, f.message) for f in seen.report.findings if f.severity is Severity.ERROR]


def exit_code(seen: JudgedPackages) -> ExitCode:
    missing = Missing("GPU", ())
    report = DoctorReport(HostFacts(missing, missing), seen.report, seen.report.findings, packages=seen.packages)
    return report.exit_code


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site-packages"


class TestAlternatives:
    OLD, NEW = library("sm_80 compute_80"), library("sm_90")

    def test_without_the_other_package_one_has_to_serve(self, site: Path) -> None:
        install(site, "quantum", libquantum_cuda118=self.NEW, libquantum_cuda124=self.OLD)
        seen = judged(site, "8.0")
        assert (errors(seen), exit_code(seen)) == ([], ExitCode.OK)
        (note,) = [f for f in seen.report.findings if f.id == "no-runnable-code"]
        assert note.why == "2 libraries of quantum, of which the one for the CUDA release of base is loaded"

    def test_beside_the_other_package_the_loaded_one_has_to(self, site: Path) -> None:
        install(site, "quantum", libquantum_cuda118=self.OLD, libquantum_cuda124=self.NEW)
        install(site, "base", version="cuda = '12.8'\n", _C=library("sm_80"))
        seen = judged(site, "8.0")
        assert [name for name, _ in errors(seen)] == ["libquantum_cuda124.so"]
        assert exit_code(seen) is ExitCode.FINDINGS

    def test_a_variable_names_another(self, site: Path) -> None:
        install(site, "quantum", libquantum_cuda118=self.OLD, libquantum_cuda124=self.NEW)
        install(site, "base", version="cuda = '12.8'\n", _C=library("sm_80"))
        assert errors(judged(site, "8.0", QUANTUM_CUDA="118")) == []

    def test_where_the_one_that_serves_is_gone_there_is_one_error(self, site: Path) -> None:
        install(site, "quantum", libquantum_cuda118=self.OLD, libquantum_cuda124=self.NEW, libquantum_cuda128=self.NEW)
        (site / "quantum/libquantum_cuda118.so").unlink()
        assert [name for name, _ in errors(judged(site, "8.0"))] == ["libquantum_cuda128.so"]

    def test_none_for_the_others_release(self, site: Path) -> None:
        install(site, "quantum", libquantum_cuda118=self.OLD, libquantum_cuda124=self.OLD)
        install(site, "base", version="cuda = '13.0'\n", _C=library("sm_80"))
        assert errors(judged(site, "8.0")) == [
            ("libquantum_cuda118.so", "quantum 3.0 has no library for CUDA 13.0, so it loads none of its 2")
        ]

    def test_a_package_without_a_row_by_its_shape(self, site: Path) -> None:
        install(site, "other", libo_cuda118=self.NEW, libo_cuda124=self.OLD)
        assert errors(judged(site, "8.0")) == []
        assert [name for name, _ in errors(judged(site, "7.5"))] == ["libo_cuda124.so"]


class TestCopies:
    def test_the_same_bytes_are_judged_and_reported_once(self, site: Path) -> None:
        code = library("sm_90")
        install(site, "prof", liba=code, libb=code, libc=code, libd=library("sm_80"))
        seen = judged(site, "8.0")
        assert errors(seen) == [("liba.so", "no code in this file runs on 8.0 (one of 3 copies of the same bytes)")]
        assert seen.packages.copies == ((str(site / "prof/liba.so"), 3),)
        assert len(seen.report.verdicts) == 2

    def test_the_same_size_is_not_the_same(self, site: Path) -> None:
        code = library("sm_90")
        other = bytearray(code)
        other[-1] ^= 1
        install(site, "prof", liba=code, libb=bytes(other))
        assert judged(site, "8.0").packages.copies == ()

    def test_a_library_that_a_loader_knows_by_name_is_its_own(self, site: Path) -> None:
        code = library("sm_90")
        install(site, "quantum", libquantum_cuda118=code, libquantum_cuda124=code)
        install(site, "base", version="cuda = '12.4'\n", _C=library("sm_80"))
        assert [name for name, _ in errors(judged(site, "8.0"))] == ["libquantum_cuda124.so"]


class TestWithoutDeviceCode:
    def test_it_is_counted_and_nothing_else(self, site: Path) -> None:
        install(site, "plain", _C=library())
        install(site, "text", _C=b"no library at all")
        seen = judged(site, "12.0")
        assert (errors(seen), seen.packages.with_code, seen.packages.without_code) == ([], (), 2)
        assert exit_code(seen) is ExitCode.OK

    def test_what_cannot_be_read_of_others_is_still_said(self, site: Path) -> None:
        install(site, "cut", _C=library("sm_80")[:-100])
        seen = judged(site, "8.0")
        assert seen.report.not_read
        assert exit_code(seen) is ExitCode.INCOMPLETE

    def test_nothing_installed(self) -> None:
        assert judge_installed(facts(Components()), (target("8.0"),)) is None


def test_the_plan_names_the_package_and_what_brings_another(site: Path) -> None:
    install(site, "quantum", _C=library("sm_90"))
    seen = judged(site, "8.0")
    (step,) = package_steps(seen.packages, (target("8.0"),), facts(Components()))
    assert step.why == "quantum 3.0 is a prebuilt package: install a release that supports these GPUs, or build it"
    assert step.command == "python -m pip install --upgrade quantum"
    assert step.cures == ("quantum",)


@pytest.mark.parametrize(
    ("driver", "commands"),
    [
        # what PyPI has in this version runs: what is here is another build
        (None, ["python -m pip install --force-reinstall --no-deps torch==2.6.0"]),
        # the release is here already, and pip would do nothing but for the name of the build
        ("470", ["python -m pip install torch==2.6.0+cu118 --index-url https://download.pytorch.org/whl/cu118"]),
    ],
)
def test_a_release_that_is_here_is_no_cure_that_pip_would_skip(
    site: Path, driver: str | None, commands: list[str]
) -> None:
    install(site, "torch", _C=library("sm_90"))
    component = Component("torch", "2.6.0", str(site), (str(site / "torch/_C.so"),))
    found, aim = facts(Components((component,))), (target("8.6", driver),)
    seen = judge_installed(found, aim)
    assert seen is not None
    assert [row.component.package for row in seen.packages.rows if row.verdicts[0].outcome is Outcome.FAILS] == [
        "torch"
    ]
    assert [step.command for step in package_steps(seen.packages, aim, found)] == commands


def test_what_does_not_go_with_the_torch_that_runs_moves_with_it(site: Path) -> None:
    install(site, "torch", _C=library("sm_90"))
    install(site, "bitsandbytes", libbitsandbytes_cuda124=library("sm_120"))
    files = {"torch": "torch/_C.so", "bitsandbytes": "bitsandbytes/libbitsandbytes_cuda124.so"}
    versions = {"torch": "2.6.0", "bitsandbytes": "0.45.0"}
    here = tuple(Component(name, versions[name], str(site), (str(site / file),)) for name, file in files.items())
    found, aim = facts(Components(here)), (target("12.0"),)
    seen = judge_installed(found, aim)
    assert seen is not None
    (command,) = (step.command or "" for step in package_steps(seen.packages, aim, found))
    index = "--extra-index-url https://download.pytorch.org/whl/cu128"
    assert command.endswith(f"install torch==2.7.1+cu128 bitsandbytes==0.45.5 {index}")


def test_the_row_of_a_real_engine_is_reached(site: Path) -> None:
    from cudacompat.engines import loading, variables

    row = loading()["bitsandbytes"][0]
    assert isinstance(row, OneForRelease)
    assert row.variable in variables()
    assert {"torchao", "sgl-kernel"} <= set(loading())
    install(site, "bitsandbytes", libbitsandbytes_cuda118=library("sm_90"), libbitsandbytes_cuda128=library("sm_80"))
    component = Component("bitsandbytes", "0.50.2", str(site), tuple(map(str, site.glob("*/*.so"))))
    seen = judge_installed(facts(Components((component,))), (target("8.0"),))
    assert seen is not None
    assert [f.severity for f in seen.report.findings if f.id == "no-runnable-code"] == [Severity.NOTE]
    table = distributions().nearest_library_since
    assert (row.nearest_since, row.exact_before) == (table["bitsandbytes"], True)  # as the table of wheels has it


@pytest.mark.parametrize(
    ("capability", "outcome"), [("7.0", Outcome.NATIVE), ("8.0", Outcome.NATIVE), ("12.0", Outcome.FAILS)]
)
def test_of_two_kinds_of_libraries_the_one_for_the_gpu_counts(site: Path, capability: str, outcome: Outcome) -> None:
    files = {f"libbitsandbytes_cuda{number}": library("sm_80") for number in (118, 121)}
    install(site, "bitsandbytes", **files, **{f"{each}_nocublaslt": library("sm_70") for each in files})
    install(site, "torch")
    (site / "torch").mkdir(exist_ok=True)
    (site / "torch/version.py").write_text("cuda = '12.1'\n")
    component = Component("bitsandbytes", "0.41.3", str(site), tuple(map(str, site.glob("bitsandbytes/*.so"))))
    seen = judge_installed(facts(Components((component,))), (target(capability),))
    assert seen is not None
    (row,) = (row for row in seen.packages.rows if row.component.package == "bitsandbytes")
    assert row.verdicts[0].outcome is outcome
    errors = [f.path for f in seen.report.findings if f.severity is Severity.ERROR]
    library_of_gpu = str(site / "bitsandbytes/libbitsandbytes_cuda121.so")
    assert errors == ([library_of_gpu] if outcome is Outcome.FAILS else [])


def test_warnings_of_libraries_and_a_toolkit_that_cannot_build_are_shown_in_a_line(site: Path) -> None:
    install(site, "prof", liba=library("sm_80"))
    seen = judged(site, "8.0")
    path, missing = str(site / "prof/liba.so"), Missing("GPU", ())
    told = [
        Finding("library-shadowed", Severity.WARNING, "…", path=path),
        Finding("gap-unclear", Severity.WARNING, "…", path=path),  # a healthy machine has it
        Finding("library-not-found", Severity.WARNING, "…", path=path),  # which the row of the package tells
        Finding("toolkit-cannot-build", Severity.NOTE, "…", path="/usr/local/cuda/bin/nvcc"),
        Finding("toolkit-cannot-build", Severity.NOTE, "…", path=path),
        Finding("no-gpu", Severity.NOTE, "…", path=None),
    ]
    report = DoctorReport(HostFacts(missing, missing), seen.report, tuple(told), packages=seen.packages)
    assert library_warnings(report, told) == {"library-shadowed": (path,)}
    assert machine_findings(report, told) == [told[3]]


def test_no_release_is_a_cure_that_holds_what_was_seen_to_fail(site: Path) -> None:
    install(site, "bitsandbytes", libbitsandbytes_cuda121=library("sm_80"))
    component = Component("bitsandbytes", "0.41.3", str(site), tuple(map(str, site.glob("bitsandbytes/*.so"))))
    found, aim = facts(Components((component,))), (target("7.0"),)
    seen = judge_installed(found, aim)
    assert seen is not None
    assert all("0.41" not in (step.command or "") for step in package_steps(seen.packages, aim, found))


def test_the_whole_command(site: Path, tmp_path: Path) -> None:
    """As a person runs it in an environment of their own."""
    import os
    import re

    venv = tmp_path / "venv"
    inside = venv / "lib/python3.11/site-packages"
    code = library("sm_90")
    install(inside, "prof", liba=code, libb=code)
    install(inside, "plain", _C=library())
    environment = {**os.environ, "VIRTUAL_ENV": str(venv)}
    ran = cudacompat("doctor", "--gpu", "8.0", env=environment)
    assert ran.code == 1
    assert re.search(r"^  prof +3\.0 .*FAILS FIRST +has sm_90, no PTX, nothing for 8\.0", ran.out, re.MULTILINE)
    assert "no-device-code" not in ran.out
    assert re.search(r"^  \d+ packages? without device code$", ran.out, re.MULTILINE)
    document = cudacompat("doctor", "--gpu", "8.0", "--format", "json", env=environment).json
    assert document["packages"]["copies"] == [{"path": f"{inside}/prof/liba.so", "count": 2}]
