"""Cures for a platform of which little was read."""

from __future__ import annotations

from dataclasses import replace

from packaging.version import Version

from cudacompat.domain.wheels.cure import cure_for
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
