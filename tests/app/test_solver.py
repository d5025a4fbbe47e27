"""These GPUs, this driver, distribution, compiler, CMake, engine: what to install. One table of machines, and for each
the answers of `doctor`, `toolkits` and `generate`, which have to be the same one.

A row says which CUDA release is named (the one here, where nothing has to change), or what stands in the way. Whatever
release `doctor` names, `toolkits` lists for these GPUs and this driver, it goes with the compiler and the C library
here, and `generate` builds the engine with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cudacompat.app.doctor import save
from tests.app.test_machines import ARCH, DEBIAN13, FEDORA43, GPUS, ROCKY9, UBUNTU25, Box
from tests.helpers.run import Ran, inside

ARM = "Ubuntu 24.04, Linux 6.11 aarch64"
JETPACK6 = "Ubuntu 22.04, Linux 5.15 aarch64"
NEWER = Box(on=UBUNTU25, libc="glibc 2.42")
GPUS |= {
    "GH200": ("9.0", "10de:2342"),
    "P40": ("6.1", "10de:1b38"),
    "RTX 5070 Ti": ("12.0", "10de:2c05"),
    "GTX 1650": ("7.5", "10de:1f82"),
    "Tesla M60": ("5.2", "10de:13f2"),
    "L4": ("8.9", "10de:27b8"),
}


@dataclass(frozen=True)
class Answer:
    """What all three say: the `release` to build with, or `refused`, words on what no release cures. `step` are words
    of doctor's plan, `None` where it has none; `container` is whether something beside the release has to change for
    it: the compiler, or the C library by a container."""

    release: str = ""
    refused: str = ""
    step: str | None = None
    container: bool = False


def healthy(release: str) -> Answer:
    return Answer(release)


def cured(release: str, step: str) -> Answer:
    return Answer(release, step=step)


def refused(words: str, step: str) -> Answer:
    return Answer(refused=words, step=step)


MACHINES: tuple[tuple[str, Box, str, Answer], ...] = (
    # nothing to change
    ("T4, Ubuntu 24.04", Box(("T4",), cuda="12.8", gcc=13, cmake="3.28.3"), "whisper.cpp", healthy("12.8")),
    ("A100, Rocky 9", Box(("A100",), on=ROCKY9, libc="glibc 2.34", cuda="12.4", gcc=11), "llama.cpp", healthy("12.4")),
    ("L4 with driver 550", Box(("L4",), "550.54.15", cuda="12.4", gcc=12), "cmake", healthy("12.4")),
    ("H100, clang", Box(("H100",), kind="open", cuda="12.8", clang=19), "cmake", healthy("12.8")),
    ("GH200", Box(("GH200",), kind="open", on=ARM, cuda="12.9", gcc=13), "cmake", healthy("12.9")),
    ("P40 with 580", Box(("P40",), kind="proprietary", cuda="12.9", gcc=13), "llama.cpp", healthy("12.9")),
    (
        "K80",
        Box(("K80",), "470.256.02", cuda="11.8", gcc=11, libc="glibc 2.31"),
        "cmake",
        cured("11.8", "machine code"),
    ),
    ("V100 with 580", Box(("V100",), kind="proprietary", cuda="12.8", gcc=13), "ctranslate2", healthy("12.8")),
    ("GTX 970 with 12.9", Box(("GTX 970",), cuda="12.9", gcc=14), "nvcc", healthy("12.9")),
    ("RTX 5070 Ti", Box(("RTX 5070 Ti",), kind="open", cuda="13.0", gcc=13), "whisper.cpp", healthy("13.0")),
    (
        "RTX 5090, CMake 3.28",
        Box(("RTX 5090",), kind="open", cuda="12.8", gcc=14, cmake="3.28.3"),
        "cmake",
        healthy("12.8"),
    ),
    ("GB10", Box(("GB10",), on=ARM, cuda="13.0", gcc=13), "llama.cpp", healthy("13.0")),
    ("GB10 and B300", Box(("GB10", "B300"), kind="open", on=ARM, cuda="12.9", gcc=13), "cmake", healthy("12.9")),
    ("Thor", Box(("Thor",), "580.00", on=ARM, cuda="13.0", gcc=13), "cmake", healthy("13.0")),
    (
        "Orin with JetPack 6",
        Box(("Orin",), "540.4.0", on=JETPACK6, libc="glibc 2.35", cuda="12.6", gcc=11),
        "cmake",
        healthy("12.6"),
    ),
    (
        "Debian 13 with 13.0",
        Box(("RTX 4090",), on=DEBIAN13, libc="glibc 2.41", cuda="13.0", gcc=14),
        "cmake",
        healthy("13.0"),
    ),
    (
        "Turing to Blackwell",
        Box(("T4", "H100", "RTX 5090"), kind="open", cuda="12.8", gcc=13),
        "cmake",
        healthy("12.8"),
    ),
    (
        "Pascal and Ada",
        Box(("GTX 1080", "RTX 4090"), kind="proprietary", cuda="12.4", gcc=13),
        "cmake",
        healthy("12.4"),
    ),
    # another release
    (
        "GTX 970 and CUDA 13",
        Box(("GTX 970",), cuda="13.0", gcc=13),
        "cmake",
        cured("12.9", "install CUDA 12.9, the last"),
    ),
    ("Tesla M60 and CUDA 13.2", Box(("Tesla M60",), cuda="13.2", gcc=13), "nvcc", cured("12.9", "install CUDA 12.9")),
    ("V100 and CUDA 13", Box(("V100",), cuda="13.0", gcc=13), "ctranslate2", cured("12.9", "install CUDA 12.9")),
    (
        "GTX 970, CUDA 13, gcc 15",
        Box(("GTX 970",), cuda="13.0", gcc=15),
        "cmake",
        Answer("12.9", step="with gcc 14 (CUDAHOSTCXX=g++-14)", container=True),
    ),
    (
        "RTX 5090 and CUDA 12.4",
        Box(("RTX 5090",), kind="open", cuda="12.4", gcc=12),
        "cmake",
        cured("12.8", "install CUDA 12.8 or newer"),
    ),
    (
        "RTX 5090, CUDA 12.4, gcc 15",
        Box(("RTX 5090",), kind="open", cuda="12.4", gcc=15),
        "cmake",
        cured("13.0", "install CUDA 13.0 or newer"),
    ),
    (
        "RTX 5090, CUDA 12.4, driver 570",
        Box(("RTX 5090",), "570.86.10", "open", cuda="12.4", gcc=12),
        "cmake",
        cured("12.8", "install CUDA 12.8 to 12.9"),
    ),
    (
        "RTX 5090, CUDA 13, driver 570",
        Box(("RTX 5090",), "570.86.10", "open", cuda="13.0", gcc=13),
        "cmake",
        cured("12.8", "build with CUDA 12.8"),
    ),
    (
        "RTX 3090, CUDA 13, driver 535",
        Box(("RTX 3090",), "535.183.01", cuda="13.0", gcc=12),
        "cmake",
        cured("12.2", "build with CUDA 12.2"),
    ),
    (
        "L40S, CUDA 13, driver 550",
        Box(("L40S",), "550.54.15", cuda="13.0", gcc=12),
        "llama.cpp",
        cured("12.4", "build with CUDA 12.4"),
    ),
    (
        "P40, CUDA 13, driver 570",
        Box(("P40",), "570.86.10", cuda="13.0", gcc=12),
        "cmake",
        cured("12.9", "install CUDA 12.9"),
    ),
    (
        "GB10 and B300, CUDA 12.8",
        Box(("GB10", "B300"), kind="open", cuda="12.8", gcc=13),
        "cmake",
        cured("12.9", "install CUDA 12.9 or newer"),
    ),
    (
        "Thor and CUDA 12.6",
        Box(("Thor",), "580.00", on=ARM, cuda="12.6", gcc=13),
        "cmake",
        cured("13.0", "install CUDA 13.0 or newer"),
    ),
    (
        "Orin and CUDA 13, JetPack 6",
        Box(("Orin",), "540.4.0", on=JETPACK6, libc="glibc 2.35", cuda="13.0", gcc=11),
        "cmake",
        cured("12.6", "build with CUDA 12.6"),
    ),
    (
        "K80 and RTX 3090, CUDA 12.4",
        Box(("K80", "RTX 3090"), "470.256.02", cuda="12.4", gcc=11),
        "cmake",
        cured("11.8", "install CUDA 11.8"),
    ),
    (
        "GTX 1650 and K80, CUDA 12.0",
        Box(("GTX 1650", "K80"), "470.256.02", cuda="12.0", gcc=11),
        "cmake",
        cured("11.8", "install CUDA 11.8"),
    ),
    # the C library
    (
        "glibc 2.42, CUDA 12.8",
        replace(NEWER, gpus=("RTX 5090",), kind="open", cuda="12.8", gcc=14),
        "cmake",
        cured("13.2", "use CUDA 13.2 or newer"),
    ),
    (
        "glibc 2.42, CUDA 12.8, gcc 15",
        replace(NEWER, gpus=("RTX 5090",), kind="open", cuda="12.8", gcc=15),
        "cmake",
        cured("13.2", "use CUDA 13.2 or newer"),
    ),
    (
        "glibc 2.42, CUDA 12.4",
        replace(NEWER, gpus=("RTX 5090",), kind="open", cuda="12.4", gcc=12),
        "cmake",
        cured("13.2", "use CUDA 13.2 or newer"),
    ),
    (
        "glibc 2.41, CUDA 12.9",
        Box(("H100",), on=DEBIAN13, libc="glibc 2.41", cuda="12.9", gcc=14),
        "cmake",
        cured("13.0", "use CUDA 13.0 or newer"),
    ),
    (
        "glibc 2.42, driver 570",
        replace(NEWER, gpus=("RTX 5090",), driver="570.86.10", kind="open", cuda="12.8", gcc=15),
        "cmake",
        Answer(
            "12.8",
            step="an older glibc; glibc 2.42 asks for CUDA 13.2 or newer with driver 580 or newer",
            container=True,
        ),
    ),
    (
        "glibc 2.42, GTX 970",
        replace(NEWER, gpus=("GTX 970",), cuda="12.8", gcc=14),
        "cmake",
        Answer("12.9", step="build in a container with an older glibc: no release", container=True),
    ),
    (
        "gcc 15 with CUDA 12.8",
        Box(("RTX 5090",), kind="open", cuda="12.8", gcc=15),
        "cmake",
        Answer("12.8", step="install g++-14", container=True),
    ),
    (
        "gcc 16 with CUDA 13.0, Fedora",
        Box(("RTX 5090",), on=FEDORA43, libc="glibc 2.40", cuda="13.0", gcc=16),
        "cmake",
        Answer("13.0", step="gcc15-c++", container=True),
    ),
    # CMake
    (
        "CMake 3.16",
        Box(("A100",), cuda="12.2", gcc=11, cmake="3.16.3"),
        "cmake",
        cured("12.2", "install --upgrade cmake"),
    ),
    # another driver
    (
        "RTX 5090 and driver 535",
        Box((), "535.183.01", dark=("RTX 5090",)),
        "cmake",
        refused("driver 580 with the open kernel module", "nvidia-driver-580-open"),
    ),
    (
        "RTX 5090 and driver 535, Arch",
        Box((), "535.183.01", dark=("RTX 5090",), on=ARCH),
        "cmake",
        refused("driver 580 with the open kernel module", "nvidia-open"),
    ),
    (
        "V100 and driver 590",
        Box((), "590.48.01", dark=("V100",)),
        "ctranslate2",
        refused("driver 580 with the closed kernel module", "nvidia-driver-580 "),
    ),
    (
        "GTX 1080 and driver 610",
        Box((), "610.57.04", dark=("GTX 1080",)),
        "cmake",
        refused("driver 580 with the closed kernel module", "nvidia-driver-580 "),
    ),
    (
        "K80 and driver 550",
        Box((), "550.54.15", dark=("K80",)),
        "cmake",
        refused("driver 470 with the closed kernel module", "470"),
    ),
    # none
    (
        "GTX 1080 and RTX 5090",
        Box(("RTX 5090",), kind="open", dark=("GTX 1080",)),
        "cmake",
        refused("no driver serves both GTX 1080 (6.1) and RTX 5090 (12.0)", "use one of the two here"),
    ),
    (
        "K80 and RTX 4090",
        Box(("RTX 4090",), "550.54.15", dark=("K80",)),
        "cmake",
        refused("no driver serves both", "use one of the two here"),
    ),
    (
        "Jetson Nano and CUDA 13",
        Box(("Jetson Nano",), None, on="Ubuntu 18.04, Linux 4.9 aarch64", cuda="13.0", gcc=7, libc="glibc 2.27"),
        "cmake",
        refused("JetPack 4.6 with", "JetPack 4.6 with its CUDA 10.2"),
    ),
    (
        "Xavier and CUDA 13",
        Box(("Xavier",), None, on="Ubuntu 20.04, Linux 5.10 aarch64", cuda="13.0", gcc=9, libc="glibc 2.31"),
        "cmake",
        refused("JetPack 5.1 with", "JetPack 5.1 with its CUDA 11.4"),
    ),
)


def test_there_are_enough() -> None:
    assert len(MACHINES) >= 40
    assert len({name for name, *_ in MACHINES}) == len(MACHINES)


@pytest.mark.parametrize(("name", "box", "engine", "answer"), MACHINES, ids=[name for name, *_ in MACHINES])
def test_three_commands_have_one_answer(tmp_path: Path, name: str, box: Box, engine: str, answer: Answer) -> None:
    file = tmp_path / "facts.json"
    file.write_text(save(box.facts()))
    doctor = inside("doctor", "--facts", file, "--format", "json")
    plan = [f"{step['why']} {step['command'] or ''}" for step in doctor.json["plan"]]
    if answer.step is None:
        assert plan == []
    else:
        assert any(answer.step in step for step in plan), plan
    named = [word for gpu in (*box.gpus, *box.dark) for word in ("--gpu", gpu)]
    driver = ["--driver", box.driver] if box.driver else []
    toolkits = inside("toolkits", *named, *driver, "--format", "json")
    generate = inside("generate", engine, *named, *driver)
    if answer.refused:
        _refuses(answer.refused, " ".join([*plan, *_messages(doctor)]), toolkits, generate)
        return
    listed = {row["version"]: row for row in toolkits.json["toolkits"]}
    assert answer.release in listed
    assert _release_of(generate) in listed
    assert (
        answer.step is None
        or answer.container
        or answer.step.startswith(("install --", "machine"))
        or (f"CUDA {answer.release}" in " ".join(plan))
    )
    if not answer.container:
        _goes_with(listed[answer.release], box)
    again = inside("generate", engine, *named, *driver, "--cuda", answer.release)
    assert (again.code, _release_of(again)) == (0, answer.release), again.err


def _messages(doctor: Ran) -> list[str]:
    return [f"{each['message']} {each['help'] or ''}" for each in doctor.json["findings"]]


def _refuses(words: str, told: str, toolkits: Ran, generate: Ran) -> None:
    """All three say the same of what cannot be."""
    assert words.partition(" with")[0] in told
    assert words in f"{toolkits.out}{toolkits.err}"
    assert words in f"{generate.out}{generate.err}"


def _release_of(generate: Ran) -> str:
    match = re.search(r"with CUDA (\d+\.\d+)", generate.out)
    assert match is not None, generate.err
    return match[1]


def _goes_with(row: dict[str, object], box: Box) -> None:
    """The release takes the compilers and the C library of the machine."""
    limits = ((box.gcc, row["gcc_max"]), (box.clang, row["clang_max"]))
    assert all(have is None or have <= int(str(most)) for have, most in limits)
    libc = tuple(map(int, box.libc.removeprefix("glibc ").split(".")))
    assert row["glibc_max"] is None or libc <= tuple(map(int, str(row["glibc_max"]).split(".")))
