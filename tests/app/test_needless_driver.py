"""A step for a newer driver is left out where another step leaves nothing that asks for it, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.test_package_plan import NEW, OLD, PIP, Site
from tests.helpers.device_files import library
from tests.helpers.run import inside

SWAP = f"{PIP} install torch==2.9.1+cu128 --index-url https://download.pytorch.org/whl/cu128"
DRIVER = "Install driver 580 or newer"


def of_nvidia(site: Site, package: str, version: str, *, code: str = "", needed: tuple[str, ...] = ()) -> None:
    site.install(package, version, code, needed=needed)
    name = {"nvidia-cublas": "libcublas.so.13", "nvidia-cuda-runtime": "libcudart.so.13"}[package]
    made = site.path / package.replace("-", "_") / "made.so"
    (made.parent / name).write_bytes(made.read_bytes())
    record = site.path / f"{package.replace('-', '_')}-{version}.dist-info/RECORD"
    record.write_text(record.read_text().replace("made.so", name))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """torch for CUDA 13 that lacks the GPU, and a cuBLAS that has it and waits for another driver."""
    found = Site(tmp_path)
    pins = ["nvidia-cuda-runtime==13.0.96", "nvidia-cublas==13.1.0.3"]
    found.install("torch", "2.9.1+cu130", OLD, requires=pins, needed=["libcublas.so.13", "libcudart.so.13"])
    of_nvidia(found, "nvidia-cuda-runtime", "13.0.96")
    of_nvidia(found, "nvidia-cublas", "13.1.0.3", code=NEW, needed=("libcudart.so.13",))
    return found


def said(site: Site) -> list[str]:
    return [command or why.partition(" on the host")[0] for why, command in site.steps(driver="570")]


def test_the_only_user_of_the_release_gets_a_build_for_another_one(site: Site) -> None:
    assert said(site) == [SWAP]
    ran = inside("doctor", "--python", "env", "--gpu", "12.0", "--driver", "570", "--format", "json", cwd=site.folder)
    assert ran.json["plan"][0]["cures"] == ["torch", "nvidia-cublas"]


OTHERS: dict[str, Callable[[Site], None]] = {
    "made for the release": lambda site: site.install("other", "1.0", NEW, needed=["libcudart.so.13"]),
    "without device code": lambda site: _codec(site, "libcublas.so.13"),
    "of a library of any release": lambda site: _codec(site, "libcurand.so.10"),
    "by its metadata": lambda site: site.install("pure", "1.0", requires=["nvidia-cublas>=13"]),
    "by its metadata, through the toolkit": lambda site: _toolkit(site),
}


def _codec(site: Site, asked: str) -> None:
    site.install("codec", "1.0")
    (site.path / "codec/made.so").write_bytes(library(needed=[asked]))


def _toolkit(site: Site) -> None:
    site.install("pure", "1.0", requires=["cuda-toolkit==13.*"])
    site.install("cuda-toolkit", "13.0.2", requires=["nvidia-cublas==13.1.*; extra == 'cublas'"])


@pytest.mark.parametrize("other", OTHERS)
def test_another_user_of_the_release_keeps_the_driver(site: Site, other: str) -> None:
    OTHERS[other](site)
    steps = said(site)
    assert DRIVER in steps
    assert SWAP in steps


@pytest.mark.parametrize("asked", ["libcublas.so.12", "libcudart.so.12"])
def test_a_user_of_another_release_does_not(site: Site, asked: str) -> None:
    _codec(site, asked)
    (site.path / "codec" / asked).write_bytes(library())
    assert DRIVER not in said(site)


def test_what_only_nvidias_own_list_asks_for_has_no_user(site: Site) -> None:
    site.install("cuda-toolkit", "13.0.2", requires=["nvidia-cublas==13.1.*; extra == 'cublas'"])
    assert said(site) == [SWAP]


def test_a_torch_that_only_waits_for_the_driver_keeps_it(site: Site) -> None:
    (site.path / "torch/made.so").write_bytes(library(NEW, needed=["libcublas.so.13", "libcudart.so.13"]))
    assert said(site) == [DRIVER]


def test_the_library_that_is_left_is_no_fault_after_the_step(site: Site) -> None:
    """As pip leaves it: torch in its new build with the libraries of CUDA 12, and those of 13 beside them."""
    for path in (site.path / "torch", site.path / "torch-2.9.1+cu130.dist-info"):
        path.rename(site.folder / f"old-{path.name}")
    pins = ["nvidia-cublas-cu12==12.8.4.1"]
    site.install("torch", "2.9.1+cu128", NEW, requires=pins, needed=["libcublas.so.12"])
    site.install("nvidia-cublas-cu12", "12.8.4.1", NEW)
    made = site.path / "nvidia_cublas_cu12/made.so"
    made.rename(made.with_name("libcublas.so.12"))
    record = site.path / "nvidia_cublas_cu12-12.8.4.1.dist-info/RECORD"
    record.write_text(record.read_text().replace("made.so", "libcublas.so.12"))
    ran = inside("doctor", "--python", "env", "--gpu", "12.0", "--driver", "570", cwd=site.folder)
    assert ran.code == 0, ran.out


def test_facts_of_another_machine_do_not_say_who_else_asks(site: Site) -> None:
    words = ("--gpu", "12.0", "--driver", "570")
    inside("doctor", "--python", "env", *words, "--save-facts", "facts.json", cwd=site.folder)
    report = inside("doctor", "--facts", "facts.json", *words, "--format", "json", cwd=site.folder).json
    assert any(DRIVER in step["why"] for step in report["plan"])


class TestLibrariesAndADriver:
    """cupy for CUDA 13 that lacks its libraries, on a driver below it: its build for CUDA 12 needs neither."""

    @pytest.fixture
    def bare(self, tmp_path: Path) -> Site:
        found = Site(tmp_path)
        found.install("cupy-cuda13x", "14.2.0", NEW, needed=["libcublas.so.13", "libcudart.so.13"])
        part = found.path / "cupy_cuda13x/part.so"
        part.write_bytes(library(needed=["libcufft.so.12"]))
        record = found.path / "cupy_cuda13x-14.2.0.dist-info/RECORD"
        record.write_text(record.read_text() + "cupy_cuda13x/part.so,,\n")
        return found

    def test_one_change_comes_in_place_of_two(self, bare: Site) -> None:
        ((_, command),) = bare.steps(driver="570")
        assert command == f"{PIP} uninstall -y cupy-cuda13x && {PIP} install 'cupy-cuda12x[ctk]==14.2.0'"

    def test_with_a_driver_that_takes_it_the_libraries_are_installed(self, bare: Site) -> None:
        (_, command), *_ = bare.steps(driver="580")
        assert command == f"{PIP} install 'cupy-cuda13x[ctk]==14.2.0'"

    def test_a_driver_that_others_need_cures_it_too(self, bare: Site) -> None:
        bare.install("other", "1.0", NEW, needed=["libcudart.so.13"])
        libraries = bare.path / "nvidia/cu13/lib"
        libraries.mkdir(parents=True)
        (libraries / "libcudart.so.13").write_bytes(library())
        (bare.path / "other/libcudart.so.13").write_bytes(library())
        record = bare.path / "other-1.0.dist-info/RECORD"
        record.write_text(record.read_text() + "other/libcudart.so.13,,\n")
        whys = [why for why, _ in bare.steps(driver="570")]
        assert any(DRIVER in why for why in whys)

    def test_what_has_no_other_build_keeps_both(self, tmp_path: Path) -> None:
        found = Site(tmp_path)
        found.install("other", "1.0", NEW, needed=["libcublas.so.13", "libcudart.so.13"])
        steps = said(found)
        assert DRIVER in steps
        assert any("nvidia-cublas==13.*" in step for step in steps)


def chosen(site: Site, version: str) -> None:
    """A package with a build for each CUDA release, of which it loads the one of torch."""
    (site.path / "torch/version.py").write_text("cuda = '13.0'\n")
    site.install("bitsandbytes", version, requires=["torch<3,>=2.3"])
    record = site.path / f"bitsandbytes-{version}.dist-info/RECORD"
    for name, major in (("cuda128", 12), ("cuda130", 13)):
        file = f"bitsandbytes/libbitsandbytes_{name}.so"
        (site.path / file).write_bytes(library(NEW, needed=[f"libcudart.so.{major}"]) + name.encode())
        record.write_text(f"{record.read_text()}{file},,\n")


def test_a_build_chosen_by_the_framework_changes_with_it(site: Site) -> None:
    chosen(site, "0.50.2")
    ran = inside("doctor", "--python", "env", "--gpu", "12.0", "--driver", "570", "--format", "json", cwd=site.folder)
    assert [(step["command"], step["cures"]) for step in ran.json["plan"]] == [
        (SWAP, ["torch", "bitsandbytes", "nvidia-cublas"])
    ]


def test_a_chosen_build_of_a_release_that_nobody_read_keeps_the_driver(site: Site) -> None:
    chosen(site, "9.9.9")
    assert DRIVER in said(site)
