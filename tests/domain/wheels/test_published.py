"""What cures a package that somebody else built."""

from __future__ import annotations

from dataclasses import replace

from cudacompat.domain.rules.artifact import framework_pin_fails
from cudacompat.domain.rules.artifact.compiled_later import WheelFacts
from cudacompat.domain.wheels.published import PublishedPackage, help_of_release, plain_pin_that_fails
from cudacompat.domain.words.finding import Finding, Severity
from tests.helpers.build import target
from tests.helpers.each_row import each_case

INDEX = "https://download.pytorch.org/whl/"
NEWER = f'pip install "torch==2.7.1+cu128" --index-url {INDEX}cu128'
SAME = f'pip install "torch==2.8.0+cu126" --index-url {INDEX}cu126'


@each_case(
    ("package", "gpus", "id_", "help_"),
    [
        (("torch", "2.6.0"), "12.0", "no-runnable-code", f"{NEWER}  # "),
        (("torch", "2.7.1+cu126"), "12.0", "no-runnable-code", f"{NEWER}  # "),
        (("torch", "2.8.0"), "6.1", "hole", f"{SAME}  # "),
        (("torch", "2.8.0"), "6.1 12.0", "no-runnable-code", "no wheel of torch that is known serves all of them"),
        (("torch", "2.8.0"), "9.0", "hole", "see its other builds: cudacompat wheels torch --gpu 9.0"),
        (("onnxruntime_gpu", "1.22.0"), "12.0", "jit-only", "with machine code for it: pip install"),
        (("ctranslate2", "4.8.5"), "12.0", "jit-only", "no wheel of ctranslate2 that is known runs on 12.0 without"),
        (("vllm", "0.9.2"), "6.1", "no-runnable-code", "no wheel of vllm that is known runs on"),
        # the releases beside it hold the same, so none of them is a cure of one that was seen to fail
        (("bitsandbytes", "0.41.3"), "7.0", "no-runnable-code", "see its other builds: cudacompat wheels bitsandbytes"),
        (("bitsandbytes", "0.41.3"), "12.0", "no-runnable-code", "pip install \"bitsandbytes=="),
        (("own-thing", "1.0"), "12.0", "no-runnable-code", "no wheel of own-thing with device code is known"),
    ],
)  # fmt: skip
def test_its_users_install_another_release(package: tuple[str, str], gpus: str, id_: str, help_: str) -> None:
    targets = [target(each) for each in gpus.split()]
    finding = Finding(id_, Severity.ERROR, "…", path=None, target=targets[0].id)
    assert (help_of_release(finding, PublishedPackage(*package), targets) or "").startswith(help_)


def test_the_cache_is_kept_where_jit_is_allowed() -> None:
    note = Finding("jit-only", Severity.NOTE, "…", path=None, target="12.0")
    assert (help_of_release(note, PublishedPackage("ctranslate2", "4.8.5"), [target("12.0")]) or "").startswith("keep")


def test_what_they_cannot_change_has_no_help() -> None:
    note = Finding("arch-specific-only", Severity.NOTE, "…", path=None, help="add plain PTX to it (CMake: 120-virtual)")
    assert help_of_release(note, PublishedPackage("nvidia-cublas-cu12", "12.8.4.1"), [target("12.0")]) is None


@each_case(
    ("name", "version", "gpu", "pin"),
    [
        ("torchaudio", "2.7.0", "12.0", "torch==2.7.0"),  # PyPI's is for CUDA 12.6, that of cu128 runs
        ("torchaudio", "2.7.0", "8.6", None),
        ("torchaudio", "2.7.0+cu128", "12.0", None),  # from the index of its torch
        ("torchaudio", "2.8.0", "12.0", None),
        ("xformers", "0.0.30", "12.0", "torch==2.7.0"),
        ("ctranslate2", "4.5.0", "12.0", None),
        ("no-such", "1.0", "12.0", None),
    ],
)
def test_the_framework_that_pip_takes_with_a_wheel(name: str, version: str, gpu: str, pin: str | None) -> None:
    package = PublishedPackage(name, version)
    assert plain_pin_that_fails(package, target(gpu)) == pin
    facts = WheelFacts("w.whl", name, (target(gpu),), version=version, tag="manylinux1_x86_64", fetched=True)
    found = list(framework_pin_fails.check(facts))
    assert [each.severity for each in found] == ([Severity.ERROR] if pin else [])
    assert all("--index-url https://download.pytorch.org/whl/cu128" in (each.help or "") for each in found)
    assert list(framework_pin_fails.check(replace(facts, fetched=False))) == []


def test_a_cure_is_for_the_processor_of_each_gpu() -> None:
    finding = Finding("no-runnable-code", Severity.ERROR, "…", path=None, target="10.0")
    grace, blackwell = replace(target("10.0"), name="NVIDIA GB200"), target("12.0")
    of_x86 = PublishedPackage("lmdeploy", "0.9.2", "linux-x86_64")
    of_arm = replace(of_x86, platform="linux-aarch64")
    for package in (of_x86, of_arm):  # the table has wheels for x86-64 alone
        alone = help_of_release(finding, package, [grace]) or ""
        assert alone == "PyPI has no wheel of lmdeploy for linux-aarch64: build it from source for that GPU"
    mixed = help_of_release(finding, of_x86, [blackwell, grace]) or ""
    assert "from PyPI for 12.0" in mixed
    assert "for GB200" not in mixed
