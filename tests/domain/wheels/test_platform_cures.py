"""Cures for a platform of which little was read."""

from __future__ import annotations

from dataclasses import replace

from packaging.version import Version

from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.pythons import has_wheel
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
from cudacompat.domain.words.versions import DriverRelease
from tests.helpers.build import target

A100 = target("8.0")
OF_WINDOWS = replace(A100, platform="windows-x86_64")


def test_one_release_that_was_read_does_not_speak_for_all() -> None:
    arm = replace(target("10.0"), platform="linux-aarch64")
    cure = cure_for("onnxruntime-gpu", (arm,))
    assert isinstance(cure, NoCure)
    assert "build it from source" not in cure.sentence
    assert "for linux-aarch64 only onnxruntime-gpu 1.31.1 was read" in cure.sentence
    assert "--platform linux-aarch64 --fetch" in cure.sentence
    assert isinstance(cure_for("onnxruntime-gpu", (target("10.0"),)), WheelCure)


def test_a_platform_has_its_own_cure() -> None:
    cure = cure_for("onnxruntime-gpu", (OF_WINDOWS,), version=Version("1.26.0"))  # 7.5 and 8.6 alone there
    assert isinstance(cure, WheelCure)
    assert cure.pins == ("onnxruntime-gpu==1.28.0",)


BESIDE = ("xformers==0.0.23.post1", "torchvision==0.16.2")


def test_a_cure_is_for_the_python_that_is_named_with_all_that_moves_along() -> None:
    def cure(python: str | None) -> WheelCure:
        found = cure_for("torch", (target("8.6"),), version=Version("2.2.2"), beside=BESIDE, python=python)
        assert isinstance(found, WheelCure)
        return found

    assert cure(None).version == cure("3.11").version == Version("2.2.2")
    assert "xformers==0.0.25" in " ".join(cure("3.11").pins)  # whose wheels end at Python 3.11
    assert cure("3.12").version > Version("2.2.2")
    for name, version in cure("3.12").released:
        assert has_wheel(name, version, "3.12")
    assert "Python" not in cure("3.12").conditions
    assert "Python 3.8 to 3.11" in cure(None).conditions  # one that many machines do not have


def test_a_cure_for_no_python_that_is_named_says_which_it_needs() -> None:
    kepler = replace(target("3.7"), platform="linux-x86_64")
    cure = cure_for("torch", (kepler,), python="3.14")
    assert isinstance(cure, WheelCure)
    assert cure.conditions.endswith("and Python 3.9 to 3.13")


def test_the_cures_of_single_gpus_and_of_other_drivers_are_for_the_python_too() -> None:
    both = (target("6.1"), target("12.0"))
    cure = cure_for("torch", both, python="3.9")
    assert isinstance(cure, NoCure)
    for _, each in cure.for_each:
        assert has_wheel("torch", each.version, "3.9")
    old = replace(target("8.6"), driver=DriverRelease.parse("390.157"))
    none = cure_for("torch", (old,), python="3.9")
    assert isinstance(none, NoCure)
    assert "torch==2.8.0" in none.sentence


def test_a_release_without_a_wheel_for_the_platform_does_not_move_along() -> None:
    arm = cure_for("torch", (replace(target("9.0"), platform="linux-aarch64"),), beside=("xformers==0.0.30",))
    assert isinstance(arm, WheelCure)
    assert arm.stuck == ("xformers",)  # which has none for any Arm
    windows = cure_for("torch", (OF_WINDOWS,), version=Version("2.5.1"), beside=("xformers==0.0.28.post3",))
    assert isinstance(windows, WheelCure)
    assert dict(windows.companions)["xformers"] == Version("0.0.29.post3")  # no older one was read for Windows


def test_many_releases_that_were_read_speak_for_all() -> None:
    cure = cure_for("onnxruntime-gpu", (target("5.0"),))
    assert isinstance(cure, NoCure)
    assert "build it from source" in cure.sentence


def test_what_a_newer_driver_would_do_is_told_for_the_same_platform() -> None:
    old = replace(target("12.0"), platform="windows-x86_64", driver=DriverRelease.parse("566.36"))
    cure = cure_for("torch", (old,))
    assert isinstance(cure, NoCure)
    assert "driver 566.36" in cure.sentence
    assert "whl/cu132" in cure.sentence
