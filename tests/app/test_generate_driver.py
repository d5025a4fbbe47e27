"""What to build with for these GPUs and this driver: `generate --driver`, `toolkits --driver`, and what cannot be."""

from __future__ import annotations

import json
import re
from importlib import resources

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from cudacompat.domain.wheels.required import asked_of_framework
from tests.helpers.each_row import each_case
from tests.helpers.fits import assert_fits
from tests.helpers.run import inside


@each_case(
    ("gpus", "driver", "release"),
    [
        (("RTX 4090",), "550.54.15", "12.4"),
        (("RTX 4090",), "525.60.13", "12.0"),
        (("RTX 4090",), "580", "12.8"),
        (("RTX 5090",), "570.86.10", "12.8"),
        (("RTX 3090", "H100"), "535.183.01", "12.2"),
        (("GB10", "B300"), "580.65.06", "12.9"),
        (("GTX 970",), "580.65.06", "12.8"),
        (("K80",), "470.256.02", "11.7"),
    ],
)
def test_the_newest_release_whose_ptx_the_driver_compiles(gpus: tuple[str, ...], driver: str, release: str) -> None:
    named = [word for gpu in gpus for word in ("--gpu", gpu)]
    ran = inside("generate", "cmake", *named, "--driver", driver)
    assert (ran.code, ran.out.splitlines()[0]) == (0, f"cmake with CUDA {release}")


def test_what_was_made_for_a_driver_is_checked_with_it() -> None:
    asked = ("generate", "cmake", "--gpu", "RTX 5090", "--driver", "570.86.10")
    (check,) = (line for line in inside(*asked).out.splitlines() if "cudacompat check" in line)
    assert check.strip() == "cudacompat check build/ --gpu 'RTX 5090' --driver 570.86.10 --require native"
    for kind, said in (
        ("dockerfile", "    --driver 570.86.10"),
        ("github", "--gpu 'RTX 5090' --driver 570.86.10"),
        ("gitlab", "--gpu 'RTX 5090' --driver 570.86.10"),
    ):
        assert said in inside(*asked, "--as", kind).out.replace("''", "'"), kind
    assert "--driver" not in inside("generate", "cmake", "--gpu", "RTX 5090", "--as", "dockerfile").out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--gpu", "RTX 5090", "--driver", "535"), "535 is older than the first for Blackwell (12.0), 570"),
        (("--gpu", "GTX 1080", "--driver", "595"), "595 is newer than the last for Pascal (6.1), 580"),
        (("--gpu", "RTX 4090", "--driver", "535", "--cuda", "13.0"), "CUDA 13.0 need driver 580.65.06 or newer"),
        (("--gpu", "RTX 4090", "--driver", "abc"), "not a driver version"),
        (("--gpu", "RTX 4090", "--driver", "12.4"), "it looks like the CUDA version that nvidia-smi prints"),
        (("--gpu", "RTX 4090", "--driver", "31.0.15.5222"), "it is Windows' number of driver 552.22"),
        (("--gpu", "RTX 4090", "--gpu", "K80", "--driver", "550"), "newer than the last for Kepler (3.7), 470"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(arguments: tuple[str, ...], reason: str) -> None:
    ran = inside("generate", "cmake", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert reason in ran.err
    assert ran.err.count("\n") == 1


def test_the_command_that_makes_the_same_again_has_the_driver() -> None:
    ran = inside("generate", "nvcc", "--gpu", "RTX 4090", "--driver", "550", "--as", "cmake")
    assert ran.code == 0
    assert "--driver 550" in ran.out


def test_releases_by_driver() -> None:
    ran = inside("toolkits", "--gpu", "RTX 4090", "--driver", "535", "--format", "json")
    assert_fits(ran.json, json.loads(resources.files("cudacompat").joinpath("schemas", "toolkits-1.json").read_text()))
    versions = [row["version"] for row in ran.json["toolkits"]]
    assert ran.json["driver"] == "535"
    assert (versions[0], versions[-1]) == ("11.8", "12.9")
    text = inside("toolkits", "12.9", "--driver", "535").out
    assert "driver 535 does not compile its PTX" in text
    assert "does not compile" not in inside("toolkits", "12.2", "--driver", "535").out
    assert inside("toolkits", "--gpu", "RTX 5090", "--driver", "535").code == 2
    assert inside("toolkits", "13.0", "--driver", "570").code == 3


def test_the_framework_and_the_release_that_goes_with_it_are_named() -> None:
    """Of vLLM each release pins a torch; CUDA 12.2 has none, and code without PTX needs no release as old as the
    driver's."""
    ran = inside("generate", "vllm", "--gpu", "RTX 3090", "--driver", "535", "--format", "json")
    (note,) = (each for each in ran.json["notes"] if "PyTorch" in each)
    found = re.search(
        r"for PyTorch (\S+), whose build for CUDA (12\.\d+) runs on .*; the newest vLLM .* is (\S+)", note
    )
    assert found is not None, note
    assert asked_of_framework("vllm", Version(found[3])) == SpecifierSet(f"=={found[1]}")
    assert ran.json["cuda"] == found[2]
    named = inside("generate", "vllm", "--engine-version", found[3], "--gpu", "RTX 3090", "--driver", "535").out
    assert f"for PyTorch {found[1]}," in named
    assert "newest vLLM" not in named


def test_what_has_no_recipe_is_built_as_its_own_pages_say_and_a_wheel_is_named() -> None:
    out = inside("generate", "bitsandbytes", "--gpu", "DGX Spark").out
    lines = [line.strip() for line in out.partition("\ncommands\n")[2].partition("\n\n")[0].splitlines()]
    assert lines[1:] == [
        "cmake -B build -DCOMPUTE_CAPABILITY=121 -DCOMPUTE_BACKEND=cuda .",
        "cmake --build build",
        "cudacompat check bitsandbytes/ --gpu GB10 --require native",
    ]
    assert re.search(r'has machine code for GB10 \(12\.1\), without a build: pip install "bitsandbytes==', out)
    assert "a published wheel" not in inside("generate", "bitsandbytes", "--gpu", "K80").out
