"""Which pin and index cure a wheel: nearest first, for all GPUs and the driver, or why none does."""

from __future__ import annotations

import pytest
from packaging.version import Version

from cudacompat.artifacts.requirements import pip_file
from cudacompat.domain.wheels.candidates import candidates
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.cure_beside import cure_beside
from cudacompat.domain.wheels.resolve import resolve
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
from tests.domain.wheels.test_answer import target


def _cure(package: str, *specs: str, version: str | None = None, driver: str | None = None) -> WheelCure | NoCure:
    targets = [target(spec, driver) for spec in specs]
    return cure_for(package, targets, version=Version(version) if version else None, beside=("torchvision",))


def test_the_nearest_newer_release_cures_a_new_gpu() -> None:
    found = _cure("torch", "RTX 5070 Ti", version="2.6.0")
    assert isinstance(found, WheelCure)
    assert found.pins == ("torch==2.7.1+cu128", "torchvision==0.22.1+cu128")
    assert found.index_url == "https://download.pytorch.org/whl/cu128"
    assert found.command == (
        'pip install "torch==2.7.1+cu128" "torchvision==0.22.1+cu128" --index-url https://download.pytorch.org/whl/cu128'
    )


@pytest.mark.parametrize(
    ("beside", "pins", "option"),
    [
        (("xformers==0.0.29.post3",), ("torch==2.7.1+cu128", "xformers==0.0.31.post1"), "--index-url"),
        (
            ("torchvision==0.21.0", "bitsandbytes==0.45.0"),
            ("torch==2.7.1+cu128", "torchvision==0.22.1+cu128", "bitsandbytes==0.45.5"),
            "--extra-index-url",
        ),
        (
            ("bitsandbytes==0.46.0", "nvidia-cublas-cu12==12.4.5.8"),
            ("torch==2.7.1+cu128",),
            "--index-url",
        ),
        (
            ("vllm==0.8.5.post1", "unheard-of==1.0"),
            ("torch==2.7.1+cu128", "vllm==0.10.1.1"),
            "--extra-index-url",
        ),
    ],
)
def test_what_does_not_go_with_another_torch_moves_with_it(
    beside: tuple[str, ...], pins: tuple[str, ...], option: str
) -> None:
    found = cure_for("torch", [target("RTX 5090")], version=Version("2.6.0"), beside=beside)
    assert isinstance(found, WheelCure)
    assert found.pins == pins
    assert found.index_option == (f"{option} https://download.pytorch.org/whl/cu128" if option else "")


@pytest.mark.parametrize(
    ("wanted", "command"),
    [
        (("torch==2.7.1+cu128", "bitsandbytes==0.45.0"), 'pip install "bitsandbytes==0.45.5"'),
        (("torch==2.7.1+cu128", "bitsandbytes==0.43.0"), 'pip install "bitsandbytes==0.45.5"'),
        (("torch==2.9.1+cu130", "bitsandbytes==0.45.5"), 'pip install "bitsandbytes==0.48.2"'),
        (  # what goes with this torch runs nowhere there: all of it moves
            ("torch==2.6.0", "xformers==0.0.29.post3"),
            'pip install "torch==2.7.1+cu128" "xformers==0.0.31.post1" --index-url https://download.pytorch.org/whl/cu128',
        ),
    ],
)
def test_a_package_beside_a_torch_is_cured_with_it(wanted: tuple[str, ...], command: str) -> None:
    read = [pip_file.read(each, "").requirements[0] for each in wanted]
    wheels = resolve(read)
    found = cure_beside(wheels[1], wheels, [target("RTX 5090")])
    assert isinstance(found, WheelCure)
    assert found.command == command


def test_the_same_release_of_another_index_cures_an_old_gpu() -> None:
    found = _cure("torch", "GTX 1080", version="2.8.0")
    assert isinstance(found, WheelCure)
    assert (str(found.version), found.index) == ("2.8.0", "cu126")


def test_the_same_patch_of_another_index_comes_before_a_newer_one() -> None:
    found = _cure("torch", "RTX 5090", version="2.7.0")
    assert isinstance(found, WheelCure)
    assert (str(found.version), found.index) == ("2.7.0", "cu128")


def test_pypi_comes_before_other_indexes_and_new_cuda_before_old() -> None:
    found = _cure("torch", "RTX 4090")
    assert isinstance(found, WheelCure)
    newest = max(each.version for each in candidates("torch"))
    assert (found.version, found.index) == (newest, "pypi")


def test_a_driver_limits_the_choice() -> None:
    free, bound = _cure("torch", "RTX 4090"), _cure("torch", "RTX 4090", driver="550.54.15")
    assert isinstance(free, WheelCure)
    assert isinstance(bound, WheelCure)
    assert free.min_driver == 580
    assert bound.min_driver is not None
    assert bound.min_driver <= 550


def test_gpus_that_no_wheel_serves_together_get_one_environment_each() -> None:
    found = _cure("torch", "GTX 1080", "RTX 5070 Ti", version="2.8.0")
    assert isinstance(found, NoCure)
    assert [(str(each.capability), cure.index) for each, cure in found.for_each] == [("6.1", "cu126"), ("12.0", "pypi")]
    assert "one environment each" in found.sentence


def test_a_gpu_that_no_wheel_serves_is_told_to_build() -> None:
    found = _cure("faiss-gpu-cu12", "GTX 1080")
    assert isinstance(found, NoCure)
    assert "build it from source" in found.sentence


def test_an_old_driver_is_told_the_newer_one_that_does() -> None:
    found = _cure("torch", "RTX 5070 Ti", driver="535.54.03")
    assert isinstance(found, NoCure)
    assert "with driver 535.54.03" in found.sentence
    assert "install driver 580 or newer" in found.sentence


@pytest.mark.parametrize(
    ("package", "gpus", "version", "driver", "said", "not_said"),
    [
        # the release that is there runs: the driver is what is missing
        ("onnxruntime-gpu", "RTX 5090", "1.29.0", "550", "install driver 580 or newer", "pip install"),
        ("onnxruntime-gpu", "RTX 5090", "1.18.1", "550", "install driver 570 or newer", "pip install"),
        ("torch", "Tesla K80", "1.13.1", "580", "no longer drives Tesla K80 (3.7): install driver 470", "pip install"),
        # of a fleet each GPU has its words
        ("torch", "Tesla K80, RTX 5090", "2.6.0", None, "no driver serves both", ""),
        ("torch", "Tesla K80, RTX 5090", "2.6.0", "580", "install driver 470", ""),
        ("torch", "V100, RTX 5090", "2.1.0", "520", "runs on RTX 5090 (12.0) with driver 520", ""),
    ],
)
def test_what_no_wheel_cures_a_driver_does(
    package: str, gpus: str, version: str, driver: str | None, said: str, not_said: str
) -> None:
    found = cure_for(package, [target(each, driver) for each in gpus.split(", ")], version=Version(version))
    assert isinstance(found, NoCure)
    assert said in found.sentence
    assert not not_said or not_said not in found.sentence


@pytest.mark.parametrize(
    ("package", "version", "pins", "option"),
    [
        # PyPI's own torch 2.7 is for CUDA 12.6, which a 12.0 does not run
        ("torchaudio", "2.7.0", ("torchaudio==2.7.0+cu128", "torch==2.7.0+cu128"), "--index-url"),
        ("torchvision", "0.22.0", ("torchvision==0.22.0+cu128", "torch==2.7.0+cu128"), "--index-url"),
        ("vllm", "0.9.2", ("vllm==0.9.2", "torch==2.7.0+cu128"), "--extra-index-url"),
        ("torchaudio", "2.8.0", ("torchaudio==2.8.0",), ""),
    ],
)
def test_the_cure_of_a_wheel_brings_the_framework_that_it_pins(
    package: str, version: str, pins: tuple[str, ...], option: str
) -> None:
    found = cure_for(package, [target("RTX 5090")], version=Version(version))
    assert isinstance(found, WheelCure)
    assert found.pins == pins
    assert found.index_option == (f"{option} https://download.pytorch.org/whl/cu128" if option else "")


def test_the_framework_beside_a_wheel_has_its_own_cure() -> None:
    found = cure_for("torchaudio", [target("RTX 5090")], version=Version("2.7.0"), beside=("torch==2.7.0",))
    assert isinstance(found, WheelCure)
    assert found.pins == ("torchaudio==2.7.0",)


@pytest.mark.parametrize(
    ("gpus", "driver"), [("RTX 5090", "535"), ("GTX 1080, RTX 5090", None), ("GB10", None), ("V100, RTX 5090", "520")]
)
def test_what_is_released_with_the_framework_moves_with_it_in_every_cure(gpus: str, driver: str | None) -> None:
    targets = [target(each, driver) for each in gpus.split(", ")]
    beside = ("torchvision==0.21.0", "torchaudio==2.6.0")
    found = cure_for("torch", targets, version=Version("2.6.0"), beside=beside)
    for pin in ("torch==", "torchvision==", "torchaudio=="):
        assert found.sentence.count(pin) == found.sentence.count("torch==") > 0


def test_a_package_that_stands_there_twice_moves_once() -> None:
    found = cure_for(
        "torch", [target("RTX 5090")], version=Version("2.6.0"), beside=("torchaudio", "torchaudio==2.6.0")
    )
    assert isinstance(found, WheelCure)
    assert found.pins == ("torch==2.7.1+cu128", "torchaudio==2.7.1+cu128")


def test_no_build_from_source_is_told_below_what_the_sources_build() -> None:
    old = _cure("vllm", "6.1", version="0.33.0")
    assert isinstance(old, NoCure)
    assert old.sentence == "no wheel of vllm that is known runs on 6.1, and its sources build from sm_70 on"


def test_the_build_that_asks_for_the_least_driver_is_named_too() -> None:
    def told(version: str | None) -> str:
        found = _cure("torch", "RTX 3090", version=version, driver="450")
        assert isinstance(found, NoCure)
        return found.sentence

    least = '; or driver 455 or newer, then pip install "torch=={}+cu118"'
    assert "install driver 525 or newer" in told("2.5.1")
    assert least.format("2.5.1") in told("2.5.1")
    assert "install driver 580 or newer" in told(None)
    assert least.format("2.7.1") in told(None)
    one = _cure("ctranslate2", "RTX 3090", version="4.5.0", driver="450")
    assert isinstance(one, NoCure)
    assert "or driver" not in one.sentence  # one build, one driver
