"""Sick environments and the plan for each: the fewest steps, each one command, none of which undoes another one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from packaging.version import Version

from cudacompat.app.doctor.package_plan import once
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.wheels.required import asked_of_framework
from cudacompat.engines import cuda_libraries
from tests.app.test_other_processor import for_arm
from tests.environments.test_compilers import SAID
from tests.helpers.device_files import library
from tests.helpers.run import inside

PIP = "./env/bin/python -m pip"
OLD = "sm_80"  # nothing for 12.0
NEW = "sm_120"


class Site:
    """An environment whose packages the test writes."""

    def __init__(self, folder: Path, *, conda: bool = False) -> None:
        self.folder = folder
        self.path = folder / "env/lib/python3.12/site-packages"
        self.path.mkdir(parents=True)
        self._conda = conda
        if conda:
            (folder / "env/conda-meta").mkdir()
            (folder / "env/bin").mkdir()
            (folder / "env/bin/python").symlink_to("/usr/bin/true")
        else:
            (folder / "env/pyvenv.cfg").write_text("version = 3.12.1\n")

    def install(
        self, package: str, version: str, code: str = "", *, requires: Sequence[str] = (), needed: Sequence[str] = ()
    ) -> None:
        """A package with one library; without code, one that holds none."""
        info = self.path / f"{package.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        needs = "".join(f"Requires-Dist: {each}\n" for each in requires)
        (info / "METADATA").write_text(f"Name: {package}\nVersion: {version}\n{needs}\n")
        top = self.path / package.replace("-", "_")
        top.mkdir(exist_ok=True)
        lines = [f"{info.name}/METADATA,,\n"]
        if self._conda:
            (info / "INSTALLER").write_text("conda\n")
        own = library(code, needed=needed) if code else library()
        (top / "made.so").write_bytes(own + version.encode())
        lines.append(f"{top.name}/made.so,,\n")
        (info / "RECORD").write_text("".join(lines))

    def steps(self, gpu: str = "12.0", driver: str = "580") -> list[tuple[str, str]]:
        """What the plan says, and its commands, of the packages."""
        ran = inside("doctor", "--python", "env", "--gpu", gpu, "--driver", driver, "--format", "json", cwd=self.folder)
        return [(step["why"], step["command"] or "") for step in json.loads(ran.out)["plan"]]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_torch_takes_what_was_built_for_another_release_along(site: Site) -> None:
    site.install("torch", "2.6.0", OLD, requires=["triton==3.2.0"])
    site.install("torchvision", "0.23.0", NEW, requires=["torch==2.8.0"])
    site.install("triton", "3.2.0", OLD)
    ((why, command),) = site.steps()
    assert "torch 2.8.0 in place of 2.6.0" in why
    assert command.startswith(f"{PIP} install torch==2.8.0 torchvision==0.23.0")


@pytest.mark.parametrize(("build", "beside"), [("+cu130", "+cu130"), ("+cu130", ""), ("+cu126", "+cu126")])
def test_the_same_release_is_named_by_its_build_where_another_build_of_it_is_here(
    site: Site, build: str, beside: str
) -> None:
    """pip takes an installed 2.9.1+cu130 for 2.9.1, and does nothing."""
    site.install("torch", f"2.9.1{build}", OLD)
    site.install("torchvision", f"0.24.1{beside}", NEW, requires=["torch==2.9.1"])
    ((why, command),) = site.steps(driver="570")
    assert f"torch 2.9.1+cu128 in place of 2.9.1{build}" in why
    index = "--index-url https://download.pytorch.org/whl/cu128"
    assert command == f"{PIP} install torch==2.9.1+cu128 torchvision==0.24.1+cu128 {index}"


def test_a_build_is_named_once_where_libraries_lack_besides(site: Site) -> None:
    site.install("torch", "2.9.1", NEW, needed=["libcublas.so.12"])
    ((_, command),) = site.steps(gpu="6.1", driver="570")
    assert command == f"{PIP} install torch==2.9.1+cu126 --index-url https://download.pytorch.org/whl/cu126"


@pytest.mark.parametrize(
    ("build", "index"), [("", ""), ("+cu128", " --index-url https://download.pytorch.org/whl/cu128")]
)
def test_what_is_published_in_the_same_version_and_runs_is_installed_again(site: Site, build: str, index: str) -> None:
    site.install("torch", f"2.9.1{build}", OLD)
    ((why, command),) = site.steps(driver="570")
    assert "the published build runs on these GPUs, the one here does not" in why
    assert command == f"{PIP} install --force-reinstall --no-deps torch==2.9.1{build}{index}"


BY_TORCH = [  # torch, what was built beside another release, for that, and what goes with the torch that is here
    ("2.7.1", [("torchvision", "0.23.0")], "2.8.0", "torchvision==0.22.1"),
    ("2.7.1+cu128", [("torchvision", "0.23.0+cu128")], "2.8.0", "torchvision==0.22.1+cu128"),
    ("2.7.1+cu128", [("torchvision", "0.22.1+cu126")], "2.7.1", "torchvision==0.22.1+cu128"),
    (
        "2.7.1+cu128",
        [("torchvision", "0.23.0"), ("torchaudio", "2.8.0")],
        "2.8.0",
        "torchaudio==2.7.1+cu128 torchvision==0.22.1+cu128",
    ),
    ("2.7.1", [("torchvision", "0.23.0"), ("xformers", "0.0.32.post2")], "2.8.0", None),
]


@pytest.mark.parametrize(("torch", "others", "asked", "pins"), BY_TORCH)
def test_what_was_built_beside_another_torch_changes_and_torch_stays(
    site: Site, torch: str, others: list[tuple[str, str]], asked: str, pins: str | None
) -> None:
    """The pins are those of the releases' own metadata: torchvision 0.22.1 asks for torch 2.7.1."""
    site.install("torch", torch, NEW)
    for name, version in others:
        site.install(name, version, NEW, requires=[f"torch=={asked}"])
    ((_, command),) = site.steps()
    index = f" --index-url https://download.pytorch.org/whl/{torch[6:]}" if "+" in torch else ""
    assert pins is None or command == f"{PIP} install {pins}{index}"
    assert " torch==" not in command
    for pin in (each for each in command.split() if "==" in each):
        name, _, version = pin.partition("==")
        takes = asked_of_framework(name, Version(version.partition("+")[0]))
        assert takes is not None
        assert Version(torch.partition("+")[0]) in takes


@pytest.mark.parametrize("torch", ["2.7.0a0+git123", "1.2.3"])
def test_a_torch_of_ones_own_has_no_releases_that_go_with_it(site: Site, torch: str) -> None:
    site.install("torch", torch, NEW)
    site.install("torchvision", "0.23.0", NEW, requires=["torch==2.8.0"])
    ((_, command),) = site.steps()
    assert command == f"{PIP} install torchvision==0.23.0 torch==2.8.0"


def test_an_extension_without_a_release_for_this_torch_takes_torch_along(site: Site) -> None:
    site.install("torch", "2.7.1", NEW)
    site.install("torchvision", "0.23.0", NEW, requires=["torch==2.8.0"])
    site.install("ours", "1.0", NEW, requires=["torch==2.8.0"])
    commands = [command for _, command in site.steps()]
    assert commands == [f"{PIP} install {each} torch==2.8.0" for each in ("ours==1.0", "torchvision==0.23.0")]


def test_what_changes_with_torch_has_no_other_step(site: Site) -> None:
    site.install("torch", "2.6.0", OLD)
    site.install("torchvision", "0.23.0", NEW, requires=["torch==2.8.0"])
    ((_, command),) = site.steps(gpu="8.0")
    assert command == f"{PIP} install torchvision==0.21.0"


def test_libraries_that_an_extra_brought_have_a_step_beside_the_package(site: Site) -> None:
    """tensorflow[and-cuda]: pip leaves them as they are where tensorflow alone gets another release."""
    extra = ["nvidia-cublas-cu12==12.5.3.2; extra == 'and-cuda'"]
    site.install("tensorflow", "2.18.0", OLD, requires=extra)
    site.install("nvidia-cublas-cu12", "12.5.3.2", OLD)
    (main, _), (libraries, command) = site.steps()
    assert main.startswith("Install tensorflow ")
    assert libraries.startswith("Install nvidia-cublas-cu12 ")
    assert command.startswith(f"{PIP} install nvidia-cublas-cu12==")


def test_libraries_that_a_package_requires_change_with_it(site: Site) -> None:
    site.install("torch", "2.6.0", OLD, requires=["nvidia-cudnn-cu12==9.1.0.70"])
    site.install("nvidia-cudnn-cu12", "9.1.0.70", OLD, requires=["nvidia-cublas-cu12"])
    site.install("nvidia-cublas-cu12", "12.4.5.8", OLD)
    ((why, _),) = site.steps()
    assert why.startswith("Install torch ")


def test_libraries_of_nvidias_are_one_step(site: Site) -> None:
    site.install("nvidia-cublas-cu12", "12.5.3.2", OLD)
    site.install("nvidia-cudnn-cu12", "9.3.0.75", OLD)
    ((why, command),) = site.steps()
    assert command.startswith(f"{PIP} install nvidia-cublas-cu12==12.")
    assert " nvidia-cudnn-cu12==9." in command
    assert "they run on these GPUs" in why
    assert "JIT" not in why


@pytest.mark.parametrize(
    ("driver", "there", "gone"),
    [("580", ("12", "13"), "12"), ("570", ("12", "13"), "13"), ("580", ("12",), "13"), ("570", (), "13")],
    ids=["both-run", "an-old-driver", "libraries-of-one", "no-libraries"],
)
def test_of_two_builds_of_jax_the_one_that_runs_is_kept(
    site: Site, driver: str, there: Sequence[str], gone: str
) -> None:
    for cuda in ("12", "13"):
        for part in ("plugin", "pjrt"):
            site.install(f"jax-cuda{cuda}-{part}", "0.7.2", NEW, needed=[f"libcudart.so.{cuda}"])
    libraries = site.path / "nvidia/all/lib"
    libraries.mkdir(parents=True)
    for cuda in ("12", "13"):
        use = cuda_libraries(f"jax-cuda{cuda}-plugin")
        assert use is not None
        for name in (f"libcudart.so.{cuda}", *(use.opened("0.7.2") if cuda in there else ())):
            (libraries / name).write_bytes(library())
    (why, command), *more = site.steps(driver=driver)
    assert f"Remove the build for CUDA {gone}" in why
    assert command == f"{PIP} uninstall -y jax-cuda{gone}-pjrt jax-cuda{gone}-plugin"
    assert [command for _, command in more] == (
        [] if there else [f"{PIP} install 'jax-cuda12-plugin[with-cuda]==0.7.2'"]
    )


def test_two_packages_in_one_folder_and_libraries_that_lack_are_one_step(site: Site) -> None:
    site.install("onnxruntime-gpu", "1.31.1", NEW, needed=["libcublas.so.13"])
    site.install("onnxruntime", "1.31.1")
    ((why, command),) = site.steps()
    assert why.startswith("Remove onnxruntime and onnxruntime-gpu, then install")
    assert command == (
        f"{PIP} uninstall -y onnxruntime onnxruntime-gpu && {PIP} install 'onnxruntime-gpu[cuda,cudnn]==1.31.1'"
    )


def test_a_triton_that_torch_pins_is_cured_by_torch(site: Site) -> None:
    site.install("torch", "2.9.1", "sm_120", requires=["triton==3.5.1"])
    site.install("triton", "3.5.1", OLD)
    ptxas = site.path / "triton/backends/nvidia/bin/ptxas"
    ptxas.parent.mkdir(parents=True)
    ptxas.write_bytes(SAID)
    record = site.path / "triton-3.5.1.dist-info/RECORD"
    record.write_text(record.read_text() + "triton/backends/nvidia/bin/ptxas,,\n")
    ((why, command),) = site.steps(gpu="12.1")
    assert "its triton 3.6.0 knows these GPUs" in why
    assert command.startswith(f"{PIP} install torch==2.10.0 triton==3.6.0")


class TestConda:
    def test_two_releases_of_cuda_become_one(self, tmp_path: Path) -> None:
        site = Site(tmp_path, conda=True)
        site.install("cupy-cuda13x", "14.2.0", NEW, needed=["libcublas.so.13"])
        site.install("torch", "2.6.0", OLD, needed=["libcublas.so.12"])
        for driver in ("570", "580"):
            ((why, command),) = site.steps(driver=driver)
            assert "an environment of conda has one release" in why
            assert command.endswith("-c conda-forge cupy pytorch-gpu cuda-version=12.9")

    def test_one_release_has_its_own_libraries(self, tmp_path: Path) -> None:
        site = Site(tmp_path, conda=True)
        site.install("cupy-cuda13x", "14.2.0", NEW, needed=["libcublas.so.13"])
        assert all("cuda-version=13" in command for _, command in site.steps())


@pytest.mark.parametrize(("version", "switch"), [("0.3.4", "-DGGML_CUDA=ON"), ("0.2.20", "-DLLAMA_CUBLAS=ON")])
def test_what_the_index_has_as_sources_is_built_for_the_gpu(site: Site, version: str, switch: str) -> None:
    site.install("llama_cpp_python", version, OLD)
    ((why, command),) = site.steps()
    assert "Build llama-cpp-python" in why
    settings, _, rest = command.partition(f" {PIP}")
    assert switch in settings
    assert "-DCMAKE_CUDA_ARCHITECTURES=120" in settings
    assert rest == (
        f" install --force-reinstall --no-deps --no-cache-dir --no-binary llama-cpp-python llama-cpp-python=={version}"
    )


@pytest.mark.parametrize("driver", ["570", "580"])
def test_a_publisher_with_an_index_of_its_own_is_named(site: Site, driver: str) -> None:
    site.install("paddlepaddle-gpu", "2.6.2", "sm_50")
    ((why, command),) = site.steps(driver=driver)
    assert "from its publisher's index (not read here)" in why
    index = "https://www.paddlepaddle.org.cn/packages/stable/cu129/"
    assert command == f"{PIP} install --upgrade paddlepaddle-gpu --index-url {index}"


def test_what_fails_with_any_driver_has_its_step_beside_the_driver(site: Site) -> None:
    site.install("torch", "2.6.0", OLD, requires=["triton==3.2.0"])
    site.install("triton", "3.2.0", OLD)
    (_, wanted), *_ = site.steps(driver="580")
    for driver in ("550", "535"):
        (_, first), (_, command) = site.steps(driver=driver)
        assert (first, command) == ("", wanted)
    assert "torch==2.7.1" in wanted


def test_what_a_package_without_a_cure_pins_keeps_its_release(site: Site) -> None:
    site.install("torch", "2.6.0", OLD, requires=["triton==3.2.0"])
    site.install("triton", "3.2.0", OLD)
    ran = inside(
        "doctor", "--python", "env", "--gpu", "GTX 1080", "--gpu", "RTX 5090", "--format", "json", cwd=site.folder
    )
    plan = [each for each in ran.json["plan"] if "triton" in each["why"] or "torch" in each["why"]]
    assert [each["command"] for each in plan] == [None, None]
    assert "no release of it compiles kernels for older GPUs" in plan[0]["why"]
    assert "one environment each" in plan[1]["why"]


@pytest.mark.parametrize("gpus", [["GB200"], ["Jetson AGX Orin"], ["RTX 5090", "GB200"]])
def test_no_step_puts_packages_for_x86_where_an_arm_processor_is(site: Site, gpus: list[str]) -> None:
    site.install("torch", "2.6.0", OLD)
    words = [word for gpu in gpus for word in ("--gpu", gpu)]
    report = inside("doctor", "--python", "env", *words, "--format", "json", cwd=site.folder).json
    (found,) = (each for each in report["findings"] if each["id"] == "other-processor")
    assert found["severity"] == "error"
    first, *others = report["plan"]
    assert first["why"].startswith(f"Make the environment for {gpus[-1]} ")
    assert first["command"] is None
    assert [("5090" in " ".join(gpus))] * len(others) == ["torch==2.7.1" in (each["command"] or "") for each in others]
    assert bool(others) == (len(gpus) > 1)


def test_a_package_for_arm_makes_none_of_the_others_run_there(site: Site) -> None:
    site.install("torch", "2.7.1", "sm_100")
    site.install("triton", "3.3.1", "sm_100")
    made = site.path / "triton" / "made.so"
    made.write_bytes(for_arm(made.read_bytes()))

    def told() -> list[str]:
        words = ("doctor", "--python", "env", "--gpu", "GB200", "--format", "json")
        report = inside(*words, cwd=site.folder).json
        return [each["message"] for each in report["findings"] if each["id"] == "other-processor"]

    assert told() == ["for x86-64 processors (1 file); GB200 (10.0) comes with an Arm processor"]
    made = site.path / "torch" / "made.so"
    made.write_bytes(for_arm(made.read_bytes()))
    assert told() == []


class TestWhatAnotherStepBringsAlong:
    """What torch requires comes with it: no step before it that it would undo, and none after it that undoes it."""

    PINS = ("nvidia-cuda-nvrtc-cu12==12.4.127", "nvidia-cudnn-cu12==9.1.0.70")

    def install(self, site: Site, torch: str, *, part: Sequence[str] = ()) -> None:
        site.install("torch", "2.6.0", torch, requires=self.PINS)
        site.install("nvidia-cudnn-cu12", "9.1.0.70", torch)
        site.install("cupy-cuda12x", "14.2.0", NEW)
        if part:
            (site.path / "cupy_cuda12x/part.so").write_bytes(library(needed=part))
            record = site.path / "cupy_cuda12x-14.2.0.dist-info/RECORD"
            record.write_text(record.read_text() + "cupy_cuda12x/part.so,,\n")
        site.install("nvidia-cuda-nvrtc-cu12", "12.4.127")
        record = site.path / "nvidia_cuda_nvrtc_cu12-12.4.127.dist-info/RECORD"
        for name in ("libnvrtc.so.12", "libnvrtc-builtins.so.12.4"):
            (site.path / "nvidia_cuda_nvrtc_cu12" / name).write_bytes(library())
            record.write_text(record.read_text() + f"nvidia_cuda_nvrtc_cu12/{name},,\n")

    def plan(self, site: Site) -> list[dict[str, object]]:
        ran = inside(
            "doctor", "--python", "env", "--gpu", "12.0", "--driver", "580", "--format", "json", cwd=site.folder
        )
        return list(ran.json["plan"])

    def test_nvrtc_comes_with_torch(self, site: Site) -> None:
        self.install(site, OLD)
        (step,) = self.plan(site)
        assert str(step["command"]).startswith(f"{PIP} install torch==2.7.1+cu128")
        assert step["cures"] == ["torch", "nvidia-cudnn-cu12", "cupy-cuda12x"]

    def test_torch_that_stays_keeps_the_nvrtc_that_it_asks_for(self, site: Site) -> None:
        self.install(site, NEW)
        (step,) = self.plan(site)
        assert step["command"] is None
        assert "compiles with NVRTC of CUDA 12.8 or newer, torch asks for an older one" in str(step["why"])

    @pytest.mark.parametrize("asked", ["nvidia-cuda-nvrtc-cu12>=12.1", "nvidia-cuda-nvrtc-cu12==12.*", "numpy"])
    def test_nvrtc_has_its_step_where_what_stays_takes_another(
        self, site: Site, asked: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(type(self), "PINS", (asked,))
        self.install(site, NEW)
        (step,) = self.plan(site)
        assert step["command"] == f"{PIP} install 'nvidia-cuda-nvrtc-cu12>=12.8,<13'"

    @pytest.mark.parametrize("code", [OLD, NEW], ids=["torch-changes", "torch-stays"])
    def test_no_step_installs_a_cudnn_that_torch_does_not_take(self, site: Site, code: str) -> None:
        self.install(site, code, part=["libcudnn.so.8"])
        steps = self.plan(site)
        assert not any("nvidia-cudnn-cu12" in str(step["command"]) for step in steps)
        (told,) = [step for step in steps if "libcudnn.so.8" in str(step["why"])]
        assert "torch asks for another release of it: one environment has one" in str(told["why"])
        assert told["command"] is None


def test_two_steps_of_one_command_are_one() -> None:
    steps = [PlanStep("a", "pip install x", ("x",)), PlanStep("b", None), PlanStep("c", "pip install x", ("y",))]
    assert once([*steps, PlanStep("b", None)]) == (PlanStep("a", "pip install x", ("x", "y")), PlanStep("b", None))


def test_what_fails_first_is_cured_first(site: Site) -> None:
    """What is not loaded stops a program before any kernel is looked for, and alphabetically it comes last here."""
    site.install("bitsandbytes", "0.43.0", OLD)
    site.install("onnxruntime-gpu", "1.20.0", OLD, needed=["libcufft.so.11"])
    ran = inside("doctor", "--python", "env", "--gpu", "12.0", "--driver", "580", "--format", "json", cwd=site.folder)
    rows = ran.json["packages"]["with_code"]
    (first,) = {row["name"] for row in rows for verdict in row["verdicts"] if verdict["fails_first"]}
    assert [step["cures"] for step in ran.json["plan"]] == [[first], ["bitsandbytes"]]


def test_the_driver_comes_before_what_fails_first(site: Site) -> None:
    site.install("bitsandbytes", "0.43.0", OLD, needed=["libcusparse.so.11"])
    site.install("onnxruntime-gpu", "1.31.1", NEW, needed=["libcudart.so.13"])
    (site.path / "onnxruntime_gpu/libcudart.so.13").write_bytes(library())
    steps = [why for why, _ in site.steps(driver="570")]
    assert steps[0].startswith("Install driver 580 or newer")


def test_what_gets_a_build_for_another_release_is_not_installed_again(site: Site) -> None:
    """NVRTC of CUDA 11 compiles nothing for the GPU, whatever build of the release is installed."""
    site.install("cupy-cuda11x", "13.6.0", OLD, needed=["libcublas.so.11"])
    ((_, command),) = site.steps()
    assert "uninstall -y cupy-cuda11x && " in command


class TestTheToolkitInBetween:
    """torch for CUDA 13 asks for NVIDIA's libraries by extras of cuda-toolkit, which has no file of its own."""

    PINS = ("cuda-toolkit[cublas,cudart,cufft]==13.2.2", "nvidia-cudnn-cu13==9.26.0.51")

    @pytest.fixture(autouse=True)
    def install(self, site: Site) -> None:
        site.install("torch", "2.15.0", OLD, requires=self.PINS)
        for name, version in (("nvidia-cublas", "13.4.1.3"), ("nvidia-cufft", "12.2.0.57"), ("nvidia-curand", "10.4")):
            site.install(name, version, OLD)

    def test_its_libraries_change_with_torch(self, site: Site) -> None:
        ran = inside(
            "doctor", "--python", "env", "--gpu", "6.1", "--driver", "580", "--format", "json", cwd=site.folder
        )
        torch, curand = ran.json["plan"]
        assert torch["cures"] == ["torch", "nvidia-cublas", "nvidia-cufft"]
        assert curand["why"].startswith("nvidia-curand ")
        rows = {row["name"]: row["needed_by"] for row in ran.json["packages"]["with_code"]}
        assert (rows["nvidia-cufft"], rows["nvidia-curand"]) == (["torch"], [])

    def test_what_torch_brings_in_its_new_release_has_no_other_step(self, site: Site) -> None:
        site.install("cupy-cuda12x", "14.2.0", "sm_61")
        part = site.path / "cupy_cuda12x/part.so"
        part.write_bytes(library(needed=["libcufft.so.11"]))
        record = site.path / "cupy_cuda12x-14.2.0.dist-info/RECORD"
        record.write_text(record.read_text() + "cupy_cuda12x/part.so,,\n")
        assert not [command for _, command in site.steps(gpu="6.1") if "nvidia-cufft" in command]


@pytest.mark.parametrize(("gpu", "code"), [("12.0", NEW), ("8.0", OLD)], ids=["no-release-runs", "one-runs"])
def test_a_library_of_which_no_release_runs_is_cured_by_a_release_that_opens_another_one(
    site: Site, gpu: str, code: str
) -> None:
    """cuDNN 8 has nothing for Blackwell; ctranslate2 opens cuDNN 9 from 4.5 on."""
    site.install("ctranslate2", "4.4.0", code, needed=["libcublas.so.12"])
    own = site.path / "ctranslate2.libs/libcudnn-74a4c495.so.8.1.0"
    own.parent.mkdir()
    own.write_bytes(library())
    record = site.path / "ctranslate2-4.4.0.dist-info/RECORD"
    record.write_text(f"{record.read_text()}ctranslate2.libs/{own.name},,\n")
    (site.path / "faster_whisper").mkdir()
    ((_, command),) = site.steps(gpu=gpu)
    if gpu == "12.0":
        asked = "'nvidia-cudnn-cu12==9.*' 'nvidia-cublas-cu12==12.*' 'ctranslate2>=4.5,<5'"
    else:
        asked = "'nvidia-cublas-cu12==12.*' 'nvidia-cudnn-cu12==8.*'"
    assert command.startswith(f"{PIP} install {asked} && export LD_LIBRARY_PATH=")


@pytest.mark.parametrize(("gpu", "pin"), [("6.1", " nvidia-cudnn-cu12==9.10.2.21"), ("12.0", "")])
def test_an_extra_whose_newest_cudnn_left_the_gpu_behind_gets_the_last_one_that_has_it(
    site: Site, gpu: str, pin: str
) -> None:
    """cuDNN 9.11 has nothing for Pascal; the extra takes any cuDNN 9."""
    code = {"6.1": "sm_61", "12.0": NEW}[gpu]
    site.install("jax-cuda12-plugin", "0.6.2", code, needed=["libcudart.so.12", "libcudnn.so.9"])
    ((_, command),) = site.steps(gpu=gpu, driver="570")
    assert command == f"{PIP} install 'jax-cuda12-plugin[with-cuda]==0.6.2'{pin}"


def test_of_two_builds_in_one_folder_the_one_that_runs_is_kept_alone(site: Site) -> None:
    """Nothing is installed for the other one, which the first step removes."""
    site.install("cupy-cuda12x", "13.4.1", NEW)
    site.install("cupy-cuda11x", "13.4.1", OLD)
    (_, both), (_, libraries) = site.steps()
    assert both.endswith(f"-y cupy-cuda11x cupy-cuda12x && {PIP} install cupy-cuda12x==13.4.1")
    assert libraries.startswith(f"{PIP} install 'nvidia-cuda-nvrtc-cu12==12.*'")


def test_what_has_a_step_is_cured_by_no_other_one(site: Site) -> None:
    site.install("torch", "2.6.0", OLD)
    site.install("flash-attn", "2.7.4", OLD, requires=["torch"])
    ran = inside("doctor", "--python", "env", "--gpu", "12.0", "--driver", "580", "--format", "json", cwd=site.folder)
    assert [step["cures"] for step in ran.json["plan"]] == [["torch"], ["flash-attn"]]


def test_the_driver_that_knows_the_gpu_cures_what_waits_for_it_alone(site: Site) -> None:
    site.install("torch", "2.6.0+cu126", "sm_61")
    site.install("bitsandbytes", "0.43.0", OLD)
    ran = inside("doctor", "--python", "env", "--gpu", "6.1", "--driver", "595", "--format", "json", cwd=site.folder)
    first, second = ran.json["plan"]
    assert (first["cures"], second["cures"]) == (["torch"], ["bitsandbytes"])


def test_a_library_that_gets_the_release_which_torch_asks_for_gets_no_other_one(site: Site) -> None:
    site.install("torch", "2.7.1+cu128", NEW, requires=["nvidia-nccl-cu12==2.26.2"])
    site.install("nvidia-nccl-cu12", "2.21.5", OLD)
    ran = inside("doctor", "--python", "env", "--gpu", "12.0", "--driver", "580", "--format", "json", cwd=site.folder)
    (step,) = ran.json["plan"]
    assert step["command"] == f"{PIP} install torch==2.7.1 nvidia-nccl-cu12==2.26.2"
    assert step["cures"] == ["torch", "nvidia-nccl-cu12"]
