"""Which pin and index cure a wheel: nearest first, for all GPUs and the driver, or why none does."""

from __future__ import annotations

from packaging.version import Version

from cudacompat.domain.wheels.cure import NoCure, WheelCure, candidates, cure_for
from tests.domain.wheels.test_answer import target


def _cure(package: str, *specs: str, version: str | None = None, driver: str | None = None) -> WheelCure | NoCure:
    targets = [target(spec, driver) for spec in specs]
    return cure_for(package, targets, version=Version(version) if version else None, beside=("torchvision",))


def test_the_nearest_newer_release_cures_a_new_gpu() -> None:
    found = _cure("torch", "RTX 5070 Ti", version="2.6.0")
    assert isinstance(found, WheelCure)
    assert found.pins == ("torch==2.7.1", "torchvision==0.22.1")
    assert found.index_url == "https://download.pytorch.org/whl/cu128"
    assert found.command == (
        'pip install "torch==2.7.1" "torchvision==0.22.1" --index-url https://download.pytorch.org/whl/cu128'
    )


def test_the_same_release_of_another_index_cures_an_old_gpu() -> None:
    found = _cure("torch", "GTX 1080", version="2.8.0")
    assert isinstance(found, WheelCure)
    assert (str(found.version), found.index) == ("2.8.0", "cu126")


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
    found = _cure("vllm", "GTX 1080")
    assert isinstance(found, NoCure)
    assert "build it from source" in found.sentence


def test_an_old_driver_is_told_the_newer_one_that_does() -> None:
    found = _cure("torch", "RTX 5070 Ti", driver="535.54.03")
    assert isinstance(found, NoCure)
    assert "with driver 535.54.03" in found.sentence
    assert "needs driver 580 or newer" in found.sentence
