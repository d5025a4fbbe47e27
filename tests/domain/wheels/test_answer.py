"""What becomes of requirements: the wheel that each stands for, and its verdict on a GPU and a driver."""

from __future__ import annotations

from dataclasses import replace

import pytest
from packaging.version import Version

from cudacompat.domain.gpus.lookup import resolve as gpu
from cudacompat.domain.wheels.answer import judge_all, verdict_of
from cudacompat.domain.wheels.brought import brought_along
from cudacompat.domain.wheels.cure import cure_for
from cudacompat.domain.wheels.cure_beside import cure_beside
from cudacompat.domain.wheels.model import PYPI
from cudacompat.domain.wheels.package_set import (
    PackageSet,
    ResolvedSet,
    framework_mismatches,
    one_folder,
    two_majors,
)
from cudacompat.domain.wheels.platforms import platform_for
from cudacompat.domain.wheels.requirement import Requirement
from cudacompat.domain.wheels.resolve import resolve
from cudacompat.domain.wheels.resolved import HowKnown, Resolved
from cudacompat.domain.wheels.table import rows, rows_of
from cudacompat.domain.wheels.wheel_cure import NoCure, WheelCure
from cudacompat.domain.words.verdict import JitPolicy, Outcome, Reason, Target
from cudacompat.domain.words.versions import DriverRelease
from tests.helpers.each_row import each_case


def wanted(text: str, index: str = PYPI, group: str = "") -> Requirement:
    name, equals, version = text.partition("==")
    return Requirement(
        name, f"=={version}" if equals else "", text, "requirements.txt", 1, index=index, group=group
    )  # fmt: skip


def target(spec: str, driver: str | None = None) -> Target:
    found = gpu(spec)
    release = DriverRelease.parse(driver) if driver else None
    return Target(found.id, found.name, found.capability, release, JitPolicy.NORMAL)


def outcome(text: str, spec: str, index: str = PYPI, driver: str | None = None) -> tuple[Outcome | None, HowKnown]:
    resolved = resolve([wanted(text, index)])
    verdict = judge_all(resolved, [target(spec, driver)])[0]
    return verdict.outcome, verdict.resolved.known


@each_case(
    ("text", "index", "spec", "expected", "known"),
    [
        ("torch==2.6.0", PYPI, "RTX 5070 Ti", Outcome.FAILS, HowKnown.READ),
        ("torch==1.13.1", PYPI, "RTX 3090", Outcome.NATIVE, HowKnown.READ),  # 7 of its modules are for other GPUs
        ("onnxruntime-gpu==1.25.1", PYPI, "GTX 1080", Outcome.COMPATIBLE, HowKnown.READ),
        ("torch==2.8.0", PYPI, "RTX 5070 Ti", Outcome.NATIVE, HowKnown.READ),
        ("torch==2.7.1", "cu128", "RTX 5070 Ti", Outcome.NATIVE, HowKnown.DOCUMENTED),
        ("torch==2.7.1", "cu126", "RTX 5070 Ti", Outcome.FAILS, HowKnown.READ),  # that of PyPI is this build
        ("torch==2.8.0", "cu126", "GTX 1080", Outcome.COMPATIBLE, HowKnown.DOCUMENTED),
        ("torch==2.8.0", "cu121", "GTX 1080", Outcome.FAILS, HowKnown.ABSENT),
        ("torch==2.8.0", "cpu", "GTX 1080", None, HowKnown.NO_CODE),
        ("torch==99.0", PYPI, "RTX 4090", Outcome.UNDECIDED, HowKnown.NEWER),
        ("torch==2.8.0", "https://mirror.example/simple", "RTX 4090", Outcome.UNDECIDED, HowKnown.FOREIGN),
        ("ctranslate2==4.5.0", PYPI, "RTX 5070 Ti", Outcome.JIT, HowKnown.READ),
        # Below 7.5 it loads another library than the one that newer GPUs load.
        ("bitsandbytes==0.42.0", PYPI, "GTX 1080", Outcome.NATIVE, HowKnown.READ),
        ("bitsandbytes==0.42.0", PYPI, "RTX 5070 Ti", Outcome.FAILS, HowKnown.READ),
        ("onnxruntime-gpu==1.18.1", PYPI, "H100", Outcome.JIT, HowKnown.READ),
        ("torchvision==0.22.1", "cu128", "RTX 5070 Ti", None, HowKnown.WITH_FRAMEWORK),
    ],
)
def test_a_pin_is_judged_by_the_wheel_of_its_index(
    text: str, index: str, spec: str, expected: Outcome | None, known: HowKnown
) -> None:
    assert outcome(text, spec, index) == (expected, known)


def test_a_release_between_two_that_agree_is_judged_like_them_and_never_beyond_the_newest() -> None:
    read = [row.version for row in rows_of("xgboost")]
    assert outcome(f"xgboost=={read[-1].major + 1}.0", "RTX 4090") == (Outcome.UNDECIDED, HowKnown.NEWER)
    assert outcome("xgboost==1.3.3", "RTX 4090") == (Outcome.UNDECIDED, HowKnown.OLDER)


def test_a_release_whose_post_release_fails_fails_though_the_one_before_it_runs() -> None:
    runs, fails = (next(row for row in rows()["vllm"] if str(row.version) == each) for each in ("0.5.4", "0.6.6.post1"))

    def between(version: str, spec: str) -> Outcome | None:
        pin = wanted(f"vllm=={version}")
        resolved = Resolved(pin, pin.pinned, pin.build, how="", known=HowKnown.BETWEEN, rows=(runs, fails))
        return verdict_of(resolved, target(spec)).outcome

    assert between("0.6.6", "RTX 5070 Ti") is Outcome.FAILS
    assert between("0.6.5", "RTX 5070 Ti") is Outcome.UNDECIDED, "no post-release of it was read"
    assert between("0.6.6", "RTX 4090") is not Outcome.FAILS


def test_of_a_driver_older_than_all_that_are_known_only_what_is_certain_is_said() -> None:
    assert outcome("tensorflow-gpu==1.15.5", "T4", driver="418")[0] is Outcome.UNDECIDED
    assert outcome("tensorflow-gpu==1.15.5", "T4", driver="384")[0] is Outcome.FAILS  # it knows no Turing
    assert outcome("torch==2.7.1", "T4", driver="418")[0] is Outcome.FAILS  # its runtime refuses it


def test_the_driver_decides_on_the_runtime_in_the_wheel() -> None:
    resolved = resolve([wanted("torch==2.13.0")])
    (old,) = judge_all(resolved, [target("RTX 4090", "550.54.15")])
    assert (old.outcome, old.verdict.reason if old.verdict else None) == (Outcome.FAILS, Reason.RUNTIME_NEEDS_DRIVER)
    (new,) = judge_all(resolved, [target("RTX 4090", "580.65.06")])
    assert new.outcome is Outcome.COMPATIBLE or new.outcome is Outcome.NATIVE


def test_an_unpinned_name_is_what_it_was_on_the_day_of_the_table() -> None:
    (found,) = resolve([wanted("torch")])
    assert found.version is not None
    assert "newest that this allows on 20" in found.how


def test_an_extension_brings_the_framework_that_it_asks_for() -> None:
    found = resolve([wanted("torchvision==0.20.1")])
    assert [(each.requirement.name, str(each.version)) for each in found] == [
        ("torchvision", "0.20.1"),
        ("torch", "2.5.1"),
    ]
    assert "torchvision 0.20.1 asks for" in found[1].how


def test_a_package_that_the_table_does_not_know_is_left_out() -> None:
    assert resolve([wanted("requests==2.0")]) == ()


@each_case(
    ("text", "index", "known"),
    [
        ("flash-attn==1.0.4", PYPI, HowKnown.BUILT_HERE),
        ("torch-scatter", PYPI, HowKnown.BUILT_HERE),
        ("mamba-ssm==2.2.2", PYPI, HowKnown.BUILT_HERE),
        ("flash-attn", "git+https://github.com/Dao-AILab/flash-attention", HowKnown.BUILT_HERE),
        ("natten==0.17.1", PYPI, HowKnown.BUILT_HERE),
        ("mxnet-cu112==1.9.1", PYPI, HowKnown.UNREAD),
        ("spconv-cu113", PYPI, HowKnown.UNREAD),
        ("tensorrt-cu12-libs==10.0.1", PYPI, HowKnown.UNREAD),
        ("nvidia-cudss-cu12==0.4", PYPI, HowKnown.UNREAD),
        ("torch-scatter==2.1.2", "https://data.pyg.org/whl/torch-2.7.0+cu128.html", HowKnown.FOREIGN),
    ],
)
def test_a_package_with_code_that_nobody_read_is_left_open(text: str, index: str, known: HowKnown) -> None:
    assert outcome(text, "RTX 5070 Ti", index) == (Outcome.UNDECIDED, known)


@pytest.mark.parametrize(
    "name",
    [
        "mmcv==1.7.0",
        "dask-cudf-cu12==25.2",
        "nvidia-cuda-runtime-cu12==12.8.57",
        "nvidia-ml-py",
        "cuda-python",
        "docu12",
    ],
)
def test_a_package_of_python_or_of_code_for_the_cpu_says_nothing(name: str) -> None:
    assert resolve([wanted(name)]) == ()


@each_case(
    ("pin", "spec", "expected"),
    [
        ("triton==3.2.0", "RTX 5070 Ti", Outcome.FAILS),
        ("triton==3.2.0", "RTX 4090", None),
        ("triton==3.3.0", "RTX 5070 Ti", None),
        ("triton==3.2.1", "RTX 5070 Ti", Outcome.UNDECIDED),  # of its neighbours one knows it
        ("triton==2.0.0", "RTX 5070 Ti", Outcome.FAILS),
        ("triton==99.0", "RTX 5070 Ti", None),
        ("triton==3.5.0", "GB10", Outcome.FAILS),
        ("triton==3.6.0", "GB10", None),
        ("torch==2.9.1", "GB10", None),
        ("torch==2.7.1", "GB10", None),  # no wheel of PyPI's for Arm had code up to the one that was read
    ],
)
def test_a_package_that_compiles_its_kernels_is_judged_by_its_assembler(
    pin: str, spec: str, expected: Outcome | None
) -> None:
    (verdict,) = judge_all(resolve([wanted(pin)], platform_for(target(spec))), [target(spec)])
    assert verdict.outcome is expected


def test_an_assembler_fails_once_with_its_framework_and_moves_along() -> None:
    resolved = resolve([wanted("torch==2.6.0"), wanted("triton==3.2.0")])
    torch, triton = judge_all(resolved, [target("RTX 5070 Ti")])
    assert (torch.outcome, triton.outcome, triton.resolved.known) == (Outcome.FAILS, None, HowKnown.WITH_FRAMEWORK)
    cure = cure_beside(resolved[0], resolved, [target("RTX 5070 Ti")])
    assert isinstance(cure, WheelCure)
    assert ("triton", Version("3.3.1")) in cure.companions


@pytest.mark.parametrize(("beside", "version"), [((), "3.3.0"), (("torch==2.8.0",), "3.4.0")])
def test_the_cure_of_an_assembler_is_the_first_that_knows_the_gpu(beside: tuple[str, ...], version: str) -> None:
    resolved = resolve([wanted("triton==3.2.0"), *map(wanted, beside)])
    cure = cure_beside(resolved[0], resolved, [target("RTX 5070 Ti")])
    assert isinstance(cure, WheelCure)
    assert str(cure.version) == version


@pytest.mark.parametrize(
    ("pin", "spec", "version"),
    [
        ("bitsandbytes==0.41.3", "RTX 5070 Ti", "0.45.5"),  # the first with a library for the CUDA of such a torch
        ("torchvision==0.20.1", "RTX 5070 Ti", "0.22.1"),
        ("bitsandbytes==0.41.3", "RTX 4090", "0.41.3.post2"),
    ],
)
def test_a_cure_goes_with_a_framework_that_runs_on_the_gpu(pin: str, spec: str, version: str) -> None:
    name, _, own = pin.partition("==")
    cure = cure_for(name, [target(spec)], version=Version(own))
    assert isinstance(cure, WheelCure)
    assert str(cure.version) == version


def test_a_selector_of_conda_is_no_package_with_code() -> None:
    assert resolve([wanted("pytorch-cuda==12.1", index="conda"), wanted("magma-cuda121", index="conda")]) == ()


def test_an_extra_brings_the_plugin_of_its_version() -> None:
    (brought,) = brought_along([replace(wanted("jax==0.6.2"), written="jax[cuda12]==0.6.2")])
    assert (brought.name, brought.specifier) == ("jax-cuda12-plugin", "==0.6.2")
    assert list(brought_along([wanted("jax==0.6.2")])) == []


def _set(*texts: str, groups: tuple[str, ...] = ()) -> ResolvedSet:
    named = [wanted(each, group=group) for each, group in zip(texts, groups or ("",) * len(texts), strict=True)]
    return ResolvedSet.of(PackageSet("requirements.txt", tuple(named)))


def test_two_cuda_majors_in_one_set_are_a_conflict() -> None:
    (found,) = two_majors(_set("torch==2.13.0", "ctranslate2==4.8.5"))
    assert (found.first.name, found.second.name) == ("torch", "ctranslate2")
    assert not list(two_majors(_set("torch==2.8.0", "ctranslate2==4.8.5")))


def test_a_wheel_of_nvidia_s_tells_the_major_release_alone() -> None:
    (found,) = two_majors(_set("nvidia-cublas-cu12==12.1.3.1", "torch==1.13.1"))  # cuBLAS 12.1.3 is of CUDA 12.1
    assert found.second_label == "nvidia-cublas-cu12 12.1.3.1 (CUDA 12)"


def test_an_extension_for_another_framework_release_is_a_conflict() -> None:
    ((found, message),) = framework_mismatches(_set("torch==2.6.0", "torchvision==0.20.1"))
    assert found.second.name == "torchvision"
    assert message == "torchvision 0.20.1 is built for torch==2.5.1, not for torch 2.6.0"
    assert not list(framework_mismatches(_set("torch==2.5.1", "torchvision==0.20.1")))


def test_builds_that_write_the_same_files_are_a_conflict_only_in_one_group() -> None:
    both = ("onnxruntime==1.22.0", "onnxruntime-gpu==1.22.0")
    assert len(list(one_folder(_set(*both).packages))) == 1
    assert not list(one_folder(_set(*both, groups=("cpu", "gpu")).packages))


HEALTHY = (
    "nvidia-cublas-cu12==12.8.4.1",
    "nvidia-cuda-cupti-cu12==12.8.90",
    "nvidia-cuda-nvrtc-cu12==12.8.93",
    "nvidia-cufft-cu12==11.3.3.83",
    "nvidia-curand-cu12==10.3.9.90",
    "nvidia-cusparselt-cu12==0.7.1",
    "torch==2.8.0",
    "triton==3.4.0",
)


@pytest.mark.parametrize("spec", ["RTX 5070 Ti", "RTX 4090", "T4"])
def test_libraries_that_come_with_a_framework_leave_a_healthy_environment_green(spec: str) -> None:
    healthy = _set(*HEALTHY)
    outcomes = {each.outcome for each in healthy.verdicts([target(spec)])}
    assert outcomes <= {Outcome.NATIVE, Outcome.COMPATIBLE, Outcome.JIT, None}
    assert not list(two_majors(healthy))


def test_a_library_that_no_program_uses_on_the_gpu_fails_nothing() -> None:
    (sparse, torch) = _set("nvidia-cusparselt-cu12==0.6.2", "torch==2.6.0").verdicts([target("GTX 1080")])
    assert (sparse.outcome, torch.outcome) == (None, Outcome.COMPATIBLE)
    (alone,) = _set("nvidia-cusparselt-cu12==0.6.2").verdicts([target("GTX 1080")])
    assert alone.outcome is Outcome.FAILS


def test_a_library_that_fails_with_its_framework_has_no_cure_of_its_own() -> None:
    (sparse, torch) = _set("nvidia-cusparselt-cu12==0.6.2", "torch==2.6.0").verdicts([target("RTX 5070 Ti")])
    assert (sparse.outcome, torch.outcome) == (None, Outcome.FAILS)


def test_a_library_that_lost_the_gpu_fails_beside_a_framework_that_runs() -> None:
    (cudnn, torch) = _set("nvidia-cudnn-cu12==9.28.0.42", "torch==2.6.0").verdicts([target("GTX 1080")])
    assert (cudnn.outcome, torch.outcome) == (Outcome.FAILS, Outcome.COMPATIBLE)


def test_a_library_of_nvidia_alone_is_not_taken_for_good() -> None:
    assert outcome("nvidia-curand-cu12==10.3.99.0", "RTX 4090")[0] is Outcome.UNDECIDED


def test_every_row_that_was_read_says_where_and_when() -> None:
    for package, found in rows().items():
        for row in found:
            assert row.source, package
            assert row.date >= "2026-01-01", (package, row.version)
            assert row.has_code == bool(row.answers), (package, row.version)


def test_a_label_names_the_build() -> None:
    assert Resolved(wanted("torch"), None, "cu128", "", HowKnown.FOREIGN).label == "torch"
    assert resolve([wanted("torch==2.7.1", "cu128")])[0].label == "torch 2.7.1+cu128"


def test_a_companion_without_a_pin_is_the_one_that_goes_with_the_pinned_framework() -> None:
    """pip takes the newest release whose metadata accepts the torch that is pinned, not the newest of all."""
    lines = (("torch", "==2.7.1"), ("torchaudio", ""), ("torchvision", ""))
    given = [Requirement(name, specifier, name, "r.txt", number) for number, (name, specifier) in enumerate(lines, 1)]
    found = {each.requirement.name: each for each in resolve(given)}
    assert str(found["torchaudio"].version) == "2.7.1"
    assert str(found["torchvision"].version) == "0.22.1"
    assert found["torchaudio"].how == "the newest that goes with torch 2.7.1"


def test_a_companion_of_a_framework_whose_own_was_not_read_is_older_than_the_next() -> None:
    given = [Requirement("torch", "==2.7.0", "torch", "r.txt", 1), Requirement("torchaudio", "", "a", "r.txt", 2)]
    version = resolve(given)[1].version
    assert version is not None
    assert version < Version("2.7.1")


def test_a_package_of_one_cuda_release_is_the_same_wheel_on_pypi_and_on_the_index_of_that_release() -> None:
    assert outcome("xformers==0.0.23.post1", "RTX 5070 Ti", "cu121") == (Outcome.JIT, HowKnown.READ)
    assert outcome("xformers==0.0.23.post1", "RTX 5070 Ti", "cu118")[1] is HowKnown.UNREAD


@pytest.mark.parametrize(("driver", "index", "runs"), [("570.86", "cu126", True), ("570.86", "cu130", False)])
def test_a_wheel_with_a_library_for_each_cuda_release_asks_for_the_driver_of_the_one_that_is_loaded(
    driver: str, index: str, runs: bool
) -> None:
    release = max(row.version for row in rows_of("bitsandbytes") if "130" in row.by_cuda)
    wheels = resolve([wanted("torch==2.9.1", index), wanted(f"bitsandbytes=={release}")])
    verdicts = judge_all(wheels, [target("RTX 4090", driver)])
    assert [each.outcome is not Outcome.FAILS for each in verdicts] == [runs, runs]
    alone = judge_all(resolve([wanted(f"bitsandbytes=={release}")]), [target("RTX 4090", driver)])[0]
    assert alone.outcome is Outcome.NATIVE


@pytest.mark.parametrize(
    ("name", "specifier", "brought"),
    [
        ("faster-whisper", "", "ctranslate2 4.8.5"),
        ("faster-whisper", "==0.9.0", "ctranslate2 3.24.0"),
        ("faster-whisper", "<1", "ctranslate2 3.24.0"),
        ("faster-whisper", ">=0.9", "ctranslate2 4.8.5"),
        ("whisperx", "==3.2.0", "ctranslate2 4.4.0"),
        ("whisperx", ">=3.3,<3.4", "ctranslate2 4.4.0"),
    ],
)
def test_a_release_brings_what_it_asked_for_itself(name: str, specifier: str, brought: str) -> None:
    given = replace(wanted(name), specifier=specifier)
    assert brought in [each.label for each in resolve(tuple(brought_along([given])))]


def locked(text: str, index: str = PYPI) -> Requirement:
    return replace(wanted(text, index), locked=True)


def test_a_lock_for_all_machines_is_judged_for_those_with_a_gpu_of_nvidia() -> None:
    """It holds builds for others, and what those bring along."""
    cuda, rocm = locked("torch==2.6.0", "cu124"), locked("torch==2.6.0", "rocm6.2")
    brought = locked("pytorch-triton-rocm==3.2.0")
    assert [each.label for each in resolve([cuda, rocm, brought])] == ["torch 2.6.0+cu124"]
    assert resolve([locked("torch==2.6.0"), locked("torch-npu==2.6.0")]) == ()
    pair = [locked("onnxruntime==1.22.0"), locked("onnxruntime-gpu==1.22.0")]
    assert list(one_folder(PackageSet("uv.lock", (*pair, rocm)))) == []
    assert len(list(one_folder(PackageSet("uv.lock", tuple(pair))))) == 1


@pytest.mark.parametrize("pin", ["deepspeed==99.1", "torchcodec==0.0.9"])
def test_a_release_of_a_package_without_code_of_its_own_is_not_left_open(pin: str) -> None:
    assert outcome(pin, "RTX 4090") == (None, HowKnown.NO_CODE)


@pytest.mark.parametrize(
    ("pins", "said"),
    [
        (("torch==2.5.1", "xformers==0.0.28"), "xformers 0.0.28 is built for torch==2.4.1, not for torch 2.5.1"),
        (("torch==2.9.1", "triton==3.4.0"), "torch 2.9.1 requires triton==3.5.1, not triton 3.4.0"),
    ],
)
def test_metadata_says_what_pip_refuses_of_releases_that_were_not_read(pins: tuple[str, ...], said: str) -> None:
    ((_, message),) = framework_mismatches(_set(*pins))
    assert message == said


@pytest.mark.parametrize("pins", [("torch==2.4.1", "xformers==0.0.28"), ("torch==2.9.1", "triton==3.5.1")])
def test_what_pip_takes_is_no_mismatch(pins: tuple[str, ...]) -> None:
    assert not list(framework_mismatches(_set(*pins)))


def test_a_library_that_was_replaced_on_purpose_is_no_mismatch() -> None:
    assert not list(framework_mismatches(_set("torch==2.9.1", "nvidia-cudnn-cu12==9.27.0.42")))


@pytest.mark.parametrize(("gpu", "outcome"), [("GTX 1080", Outcome.FAILS), ("V100", None), ("RTX 4090", None)])
def test_triton_itself_has_a_floor_below_that_of_its_assembler(gpu: str, outcome: Outcome | None) -> None:
    (resolved,) = resolve([wanted("triton==3.2.0")])
    assert verdict_of(resolved, target(gpu)).outcome is outcome
    assert isinstance(cure_for("triton", [target(gpu)]), NoCure if outcome else WheelCure)


def test_a_triton_beside_a_framework_that_runs_is_a_warning() -> None:
    found = {
        each.resolved.requirement.name: each.outcome
        for each in _set("torch==2.5.1", "triton==3.1.0").verdicts([target("GTX 1080")])
    }
    assert found == {"torch": Outcome.COMPATIBLE, "triton": Outcome.PARTIAL}


@pytest.mark.parametrize(
    ("pin", "gpu", "outcome"),
    [
        ("nvidia-cudnn-cu12==9.1.0.70", "RTX 5090", Outcome.FAILS),  # 708 of 1001 modules of its engines have nothing
        ("nvidia-cudnn-cu12==9.5.1.17", "B200", Outcome.FAILS),
        ("nvidia-cudnn-cu12==9.1.0.70", "H100", Outcome.NATIVE),
        ("nvidia-cudnn-cu12==9.10.2.21", "RTX 5090", Outcome.NATIVE),
        ("nvidia-nccl-cu12==2.21.5", "RTX 5090", Outcome.JIT),  # relocatable PTX, which the driver links
        ("nvidia-cublas==13.10.0.20", "B200", Outcome.NATIVE),  # libcublasLt chooses among its modules
    ],
)
def test_the_largest_library_of_a_vendors_wheel_decides_where_most_of_it_lacks_the_gpu(
    pin: str, gpu: str, outcome: Outcome
) -> None:
    (resolved,) = resolve([wanted(pin)])
    assert verdict_of(resolved, target(gpu)).outcome is outcome


@each_case(
    ("version", "index", "gpu", "outcome"),
    [
        ("2.10.0", "pypi", "7.5", Outcome.NATIVE),
        ("2.11.0", "pypi", "7.5", Outcome.PARTIAL),
        ("2.14.1", "pypi", "7.5", Outcome.PARTIAL),
        ("2.14.1", "cu126", "7.5", Outcome.NATIVE),
        ("2.14.1", "cu132", "7.5", Outcome.PARTIAL),
        ("2.15.0", "pypi", "7.5", Outcome.PARTIAL),  # a module of 33 has 7.5
        ("2.15.0", "pypi", "8.9", Outcome.COMPATIBLE),
        ("2.15.0", "pypi", "12.1", Outcome.COMPATIBLE),
        ("2.15.0", "pypi", "7.0", Outcome.FAILS),
    ],
)
def test_a_library_that_is_called_beside_the_deciding_one(version: str, index: str, gpu: str, outcome: Outcome) -> None:
    (resolved, *_) = resolve([wanted(f"torch=={version}", index)])
    verdict = verdict_of(resolved, target(gpu))
    assert verdict.outcome is outcome
    beside = verdict.verdict.beside if verdict.verdict is not None else None
    assert (beside is not None) is (outcome is Outcome.PARTIAL)
