"""A package of the same modules for another CUDA release takes the place of one that does not run."""

from __future__ import annotations

import pytest

from cudacompat.app.doctor.installing import install_holding
from cudacompat.app.doctor.other_builds import other_build_step, toolkit_pins
from cudacompat.app.inputs.targets import resolve_targets
from cudacompat.domain.machine.components import Component, Environment
from cudacompat.domain.reports.doctor import PlanStep
from cudacompat.domain.tables.cuda_libraries import MATH_LIBRARIES, toolkit_wheel
from cudacompat.domain.words.verdict import JitPolicy
from cudacompat.domain.words.versions import DriverRelease
from cudacompat.engines import cuda_libraries

VENV = Environment("/home/ada/.venv", "./.venv", "3.12", "./.venv")
UV = Environment("/home/ada/.venv", "./.venv", "3.12", "./.venv", installer="uv")
TARGET = Environment("/home/ada/libs", "./libs", "", "--python", installer="pip --target")
_OLDER = "nvidia-cusparse-cu12==12.3.1.170 nvidia-cudnn-cu12==9.10.2.21"


def step(
    package: str, gpu: str, driver: str | None = None, home: Environment | None = VENV, *, version: str = "14.2.0"
) -> PlanStep | None:
    targets = resolve_targets(
        (gpu,), DriverRelease.parse(driver) if driver else None, JitPolicy.NORMAL, environment={}, ask_machine=False
    )
    return other_build_step(Component(package, version, "/site", ()), targets, home, platform="linux-x86_64")


@pytest.mark.parametrize(
    ("package", "gpu", "driver", "taken"),
    [
        ("cupy-cuda13x", "6.1", None, "cupy-cuda12x"),  # CUDA 13 has no code for Pascal
        ("cupy_cuda13x", "8.6", "535", "cupy-cuda12x"),  # nor runs with this driver
        ("cupy-cuda12x", "8.6", "470", "cupy-cuda11x"),
        ("cupy-cuda11x", "12.0", None, "cupy-cuda13x"),
        ("cupy-cuda13x", "8.6", "390", None),  # no release of CUDA's that is known runs with it
        ("numba-cuda", "8.6", "535", None),  # one package for all releases
        ("nothing-cu13", "8.6", "535", None),
    ],
)
def test_the_newest_sister_that_runs(package: str, gpu: str, driver: str | None, taken: str | None) -> None:
    found = step(package, gpu, driver)
    assert (found.why.split()[1] if found is not None else None) == taken


@pytest.mark.parametrize(("driver", "pinned"), [("570", " 'cuda-toolkit==12.8.*'"), ("580", ""), (None, "")])
def test_what_an_extra_brings_is_of_a_release_that_the_driver_compiles(driver: str | None, pinned: str) -> None:
    """cuSPARSE of CUDA 12.9 has PTX that driver 570 does not compile, where a GPU has none of its own code."""
    use = cuda_libraries("cupy-cuda12x")
    targets = resolve_targets(
        ("8.6",), DriverRelease.parse(driver) if driver else None, JitPolicy.NORMAL, environment={}, ask_machine=False
    )
    pins = toolkit_pins(use, 12, targets, platform="linux-x86_64")
    assert pins == ((pinned.strip(" '"),) if pinned else ())
    if driver == "570":
        found = step("cupy-cuda13x", "8.6", driver)
        assert found is not None
        assert found.command is not None
        assert found.command.endswith(f"'cupy-cuda12x[ctk]==14.2.0'{pinned}")


# What torch 2.8.0 asks for, by its metadata: CUDA 12.8.1's; the extra ctk takes the newest of 12.
TORCH = (
    "nvidia-cuda-nvrtc-cu12==12.8.93",
    "nvidia-cuda-runtime-cu12==12.8.90",
    "nvidia-cublas-cu12==12.8.4.1",
    "nvidia-cufft-cu12==11.3.3.83",
    "nvidia-curand-cu12==10.3.9.90",
    "nvidia-cusolver-cu12==11.7.3.90",
    "nvidia-cusparse-cu12==12.5.8.93",
    "nvidia-nvjitlink-cu12==12.8.93; platform_system == 'Linux'",
)


@pytest.mark.parametrize(
    ("requires", "lacks", "pins"),
    [
        (TORCH, (), "cupy-cuda12x==14.2.0"),
        (TORCH, ("nvidia-cuda-nvrtc-cu12",), "cupy-cuda12x==14.2.0 nvidia-cuda-nvrtc-cu12==12.8.93"),
        ((), (), "'cupy-cuda12x[ctk]==14.2.0' 'cuda-toolkit==12.8.*'"),
        (("nvidia-cublas-cu12>=12.1",), (), "'cupy-cuda12x[ctk]==14.2.0' 'cuda-toolkit==12.8.*'"),  # takes the newest
        (("nvidia-cublas==13.0.2.14",), (), "'cupy-cuda12x[ctk]==14.2.0' 'cuda-toolkit==12.8.*'"),  # of another release
    ],
)
def test_no_library_changes_that_another_package_takes_in_one_release_only(
    requires: tuple[str, ...], lacks: tuple[str, ...], pins: str
) -> None:
    names = [each.partition("==")[0].partition(">=")[0] for each in requires]
    near = [Component("torch", "2.8.0", "/site", (), requires=requires)]
    near += [Component(each, "1", "/site", ()) for each in names if each not in lacks]
    targets = resolve_targets(("8.6",), DriverRelease.parse("570"), JitPolicy.NORMAL, environment={}, ask_machine=False)
    cupy = Component("cupy-cuda13x", "14.2.0", "/site", ())
    found = other_build_step(cupy, targets, VENV, platform="linux-x86_64", near=near)
    assert found is not None
    assert found.command is not None
    assert found.command.endswith(f" install {pins}")


def test_libraries_that_come_with_another_step_are_not_named() -> None:
    targets = resolve_targets(("8.6",), None, JitPolicy.NORMAL, environment={}, ask_machine=False)
    cupy = Component("cupy-cuda11x", "13.6.0", "/site", ())
    brought = [toolkit_wheel(name, 13) for name in ("nvidia-cuda-nvrtc", "nvidia-cuda-runtime", *MATH_LIBRARIES)]
    found = other_build_step(cupy, targets, VENV, platform="linux-x86_64", brought=brought)
    assert found is not None
    assert found.command is not None
    assert found.command.endswith(" install cupy-cuda13x==14.2.0")


@pytest.mark.parametrize(
    ("tool", "command", "said"),
    [
        (
            "uv add",
            f"uv remove --project /a jax && printf '%s\\n' {_OLDER} | "
            "uv add --project /a --constraints - 'jax[cuda12]==",
            "are kept by uv.lock alone: an upgrade needs constraint-dependencies in [tool.uv]",
        ),
        ("pdm add", "pdm remove --project /a jax && pdm add --project /a 'jax[cuda12]==", "become dependencies of"),
        ("uv", "uv pip uninstall --python /a/.venv jax-cuda13-plugin jax-cuda13-pjrt && uv pip install ", ""),
    ],
)
def test_a_project_gets_no_dependency_that_only_holds_a_library(tool: str, command: str, said: str) -> None:
    home = Environment("/a/.venv", "/a/.venv", "3.12", "./.venv", installer=tool)
    found = step("jax-cuda13-plugin", "7.0", "570", home=home, version="0.10.2")
    assert found is not None
    assert found.command is not None
    assert found.command.startswith(command)
    assert said in found.why
    assert ("dependenc" in found.why) is bool(said)


def test_a_project_of_windows_holds_a_library_in_powershell() -> None:
    home = Environment(
        "C:\\a\\.venv", "C:\\a\\.venv", "3.12", "", ("C:\\a\\.venv\\Lib\\site-packages",), installer="uv add"
    )
    assert install_holding(("x==1",), ("nvidia-cudnn-cu12==9.1", "b==2"), home) == (
        "'nvidia-cudnn-cu12==9.1', 'b==2' | uv add --project C:\\a --constraints - x==1"
    )


def test_libraries_that_are_asked_for_one_by_one_are_pinned_one_by_one() -> None:
    targets = resolve_targets(("8.6",), DriverRelease.parse("570"), JitPolicy.NORMAL, environment={}, ask_machine=False)
    assert toolkit_pins(cuda_libraries("onnxruntime-gpu"), 12, targets, platform="linux-x86_64") == (
        "nvidia-cusparse-cu12==12.3.1.170",
    )


def test_the_commands_of_each_world() -> None:
    commands = [
        found.command if (found := step("cupy-cuda13x", "6.1", home=each)) else "" for each in (VENV, UV, TARGET)
    ]
    venv, uv, target = commands
    assert venv is not None
    assert uv is not None
    assert venv.startswith("./.venv/bin/python -m pip uninstall -y cupy-cuda13x && ./.venv/bin/python -m pip install ")
    assert "'cupy-cuda12x[ctk]==" in venv
    assert uv.startswith("uv pip uninstall --python ./.venv cupy-cuda13x && uv pip install --python ./.venv ")
    assert target is None


@pytest.mark.parametrize(
    ("package", "gpu", "driver", "asked"),
    [
        # cuSPARSE of CUDA 12.9 has only PTX for this GPU, which driver 570 does not compile
        ("jax-cuda13-pjrt", "8.6", "570", "'jax[cuda12]==0.10.2' nvidia-cusparse-cu12==12.3.1.170"),
        ("jax-cuda13-plugin", "7.0", "570", f"'jax[cuda12]==0.10.2' {_OLDER}"),
        ("jax-cuda13-pjrt", "9.0", "570", "'jax[cuda12]==0.10.2'"),
        ("jax-cuda13-plugin", "7.0", "580", "'jax[cuda12]==0.10.2' nvidia-cudnn-cu12==9.10.2.21"),  # cuDNN left Volta
        ("jax-cuda12-pjrt", "12.0", "580", "'jax[cuda13]==0.10.2'"),
        ("jax-cuda13-pjrt", "8.6", "470", None),  # neither runs with it
    ],
)
def test_what_an_extra_brought_changes_with_that_extra(package: str, gpu: str, driver: str, asked: str | None) -> None:
    found = step(package, gpu, driver, version="0.10.2")
    cuda = "13" if "cuda13" in package else "12"
    removed = f"uninstall -y jax-cuda{cuda}-plugin jax-cuda{cuda}-pjrt && ./.venv/bin/python -m pip install "
    command = found.command if found is not None else None
    assert (command or "").endswith(f"{removed}{asked}") if asked is not None else command is None
