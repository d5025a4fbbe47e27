"""What `doctor` prints: one screen where all is well, the cause and the cure where it is not, a report to paste."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.app.test_installed import install
from tests.helpers.device_files import library
from tests.helpers.run import EXAMPLE, inside

SCREEN = 24  # lines


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    folder = tmp_path / "home/ada/project/.venv"
    folder.mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("version = 3.12.1\n")
    return folder


def site(venv: Path) -> Path:
    return venv / "lib/python3.12/site-packages"


def test_a_healthy_environment_is_one_screen_and_nothing_to_do(venv: Path) -> None:
    for number in range(40):
        install(site(venv), f"fine{number}", _C=library("sm_80"))
    for number in range(9):
        install(site(venv), f"nvidia-thing{number}-cu12", _C=library("sm_80"))
    install(site(venv), "plain", _C=library())
    ran = inside("doctor", "--python", venv, "--gpu", "8.0")
    lines = ran.out.splitlines()
    assert ran.code == 0
    assert len(lines) <= SCREEN
    assert "what to do" not in ran.out
    assert any(line.startswith("  28 more") for line in lines)
    assert any(line.split()[:3] == ["9", "NVIDIA", "libraries"] for line in lines)
    assert "  1 package without device code" in lines


def test_what_fails_first_leads_and_the_others_refer_to_it(venv: Path) -> None:
    needs = "Name: frame\nVersion: 3.0\n\n"
    for name in ("aaa", "frame", "zzz"):
        install(site(venv), name, _C=library("sm_70"))
    for name in ("aaa", "zzz"):
        (site(venv) / f"{name}-3.0.dist-info/METADATA").write_text(
            needs.replace("frame", name).rstrip("\n") + "\nRequires-Dist: frame\n\n"
        )
    install(site(venv), "good", _C=library("sm_80"))
    ran = inside("doctor", "--python", venv, "--gpu", "8.0")
    rows = re.findall(r"(?m)^  (\w+) +3\.0  (?:cu\d\d)?  (FAILS FIRST|\w+) *(.*)$", ran.out)
    assert [(name, word) for name, word, _ in rows] == [
        ("frame", "FAILS FIRST"), ("aaa", "fails"), ("zzz", "fails"), ("good", "native"),
    ]  # fmt: skip
    assert [why for *_, why in rows[1:]] == ["as frame", "as frame", ""]
    assert ran.code == 1


def test_the_answers_of_several_gpus_stand_below_each_other(venv: Path) -> None:
    install(site(venv), "half", _C=library("sm_80"))
    out = inside("doctor", "--python", venv, "--gpu", "8.0", "--gpu", "9.0").out
    assert re.search(r"(?m)^  half  3\.0  (cu11)?  native       on 8\.0$", out)
    assert re.search(r"(?m)^ {10,}FAILS FIRST  on 9\.0: has sm_80, no PTX, nothing for 9\.0 \(error 209\)$", out)


def needing(site: Path, package: str, *needs: str) -> None:
    lines = "".join(f"Requires-Dist: {each}\n" for each in needs)
    (site / f"{package}-3.0.dist-info/METADATA").write_text(f"Name: {package}\nVersion: 3.0\n{lines}\n")


def test_which_of_the_vendors_libraries_fails_and_who_needs_it(venv: Path) -> None:
    install(site(venv), "frame", _C=library("sm_90"))
    needing(site(venv), "frame", "nvidia-some-cu12==3.0", "nvidia-fine-cu12")
    install(site(venv), "nvidia-some-cu12", libsome_core=library("sm_80"))
    install(site(venv), "nvidia-fine-cu12", libfine=library("sm_90"))
    ran = inside("doctor", "--python", venv, "--gpu", "9.0")
    (row,) = (line for line in ran.out.splitlines() if line.startswith("  nvidia-some-cu12"))
    assert row.endswith("libsome_core.so: has sm_80, no PTX, nothing for 9.0 (error 209); needed by frame")
    assert re.search(r"(?m)^  1 NVIDIA library +(cu\d\d)? +run$", ran.out)


@pytest.mark.parametrize(
    ("package", "name", "gpu", "oldest"),
    [("nvidia-cusparselt-cu12", "libcusparseLt", "6.1", "sm_80"), ("nvidia-cufile-cu12", "libcufile", "5.2", "sm_60")],
    ids=["cusparselt", "cufile"],
)
def test_what_no_program_calls_on_a_gpu_is_no_error_of_the_folder_either(
    venv: Path, package: str, name: str, gpu: str, oldest: str
) -> None:
    install(site(venv), "frame", _C=library(f"sm_{gpu.replace('.', '')}"))
    install(site(venv), package, **{name: library(oldest)})
    alone = site(venv) / package / f"{name}.so"
    seen = inside("doctor", "--python", venv, "--gpu", gpu), inside("check", site(venv), "--gpu", gpu)
    assert [ran.code for ran in seen] == [0, 0]
    assert all("0 errors" in ran.out for ran in seen)
    assert inside("check", alone, "--gpu", gpu).code == 1
    assert inside("check", site(venv), "--gpu", "9.0").code == 1  # where both are called, both count


def test_what_a_package_calls_on_newer_gpus_alone_is_no_error_of_it(venv: Path) -> None:
    install(site(venv), "xformers", _C=library("sm_86"), _C_flashattention3=library("sm_90"))
    assert [inside("doctor", "--python", venv, "--gpu", gpu).code for gpu in ("8.6", "9.0")] == [0, 1]


class TestMarkdown:
    def test_it_stays_below_sixty_lines_whatever_is_installed(self, venv: Path) -> None:
        for number in range(80):
            install(site(venv), f"sick{number}", _C=library("sm_70"))
        ran = inside("doctor", "--python", venv, "--gpu", "8.0", "--format", "markdown")
        lines = ran.out.splitlines()
        assert ran.code == 1
        assert len(lines) < 60
        assert lines[0].endswith("doctor: 80 errors")
        assert any("**FAILS FIRST**" in line for line in lines)
        assert "### What to do" in lines
        assert any(line.endswith("`--format json` has all") for line in lines[-3:])

    def test_it_names_no_user(self, venv: Path) -> None:
        install(site(venv), "sick", _C=library("sm_70"))
        environ = {"HOME": str(venv.parents[1]), "CUDA_VISIBLE_DEVICES": "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6"}
        out = inside("doctor", "--python", venv, "--gpu", "8.0", "--format", "markdown", env=environ).out
        assert "| sick | 3.0 |" in out
        assert "**~/project/.venv (3.12), --python**" in out
        assert "/ada" not in out
        assert "8932f937" not in out

    def test_names_of_packages_are_no_markup(self, venv: Path) -> None:
        install(site(venv), "sick", _C=library("sm_70"))
        (site(venv) / "sick-3.0.dist-info/METADATA").write_text("Name: <img|x>@me`\nVersion: 1|2\n\n")
        out = inside("doctor", "--python", venv, "--gpu", "8.0", "--format", "markdown").out
        (row,) = [line for line in out.splitlines() if "FAILS FIRST" in line]
        assert "\\<img\\|x\\>" in row
        assert row.replace("\\|", "").count("|") == 6


@pytest.mark.parametrize("command", ["doctor", "check"])
def test_what_is_said_of_several_gpus_once_counts_once(command: str) -> None:
    ran = inside(command, EXAMPLE, "--gpu", "12.0", "--gpu", "8.6")
    assert sum("error[" in line for line in ran.out.splitlines()) == 1
    assert "for 2 GPUs: 1 error, 0 warnings" in ran.out.splitlines()[-1]
    each = inside(command, EXAMPLE, "--gpu", "12.0", "--gpu", "8.6", "--format", "json").json["findings"]
    assert sum(finding["severity"] == "error" for finding in each) == 2
