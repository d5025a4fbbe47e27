"""The driver and the GPUs of a machine: which source is asked first, and what another one adds."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.domain.machine.facts import DriverFacts, Found, GpuDevice, Missing
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease
from cudacompat.host.gpus import libcuda, nvml, smi
from cudacompat.host.gpus.driver import driver, kernel_module, release
from cudacompat.host.gpus.probe import gpus
from cudacompat.host.surroundings import system
from cudacompat.places.roots import Roots
from tests.helpers.machine import nvidia_smi, recorded
from tests.host.gpus.test_pci import device

QUERY = recorded("nvidia-smi-query.csv")
BANNER = recorded("nvidia-smi.txt")
NO_CUDA = BANNER.replace("CUDA Version: 13.0", "CUDA Version: N/A ")
RELEASE = DriverRelease.parse("580.159.04")
CUDA = DriverCudaVersion(13, 0)
NOT_ASKED = f"nvidia-smi and {libcuda.LIBRARY} (not asked: they wait for the same driver)"
NO_NVML = "NVML (libnvidia-ml not found: no driver here)"


class Bare:
    """A machine without a driver, whatever this one has: nothing on PATH, no library, no card."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin = folder, folder / "bin"
        self.roots = Roots.under(folder, {"PATH": str(self.bin)})
        self.version = put(folder / "proc/driver/nvidia/version")
        self.osrelease = put(folder / "proc/sys/kernel/osrelease")
        self.devices = folder / "sys/bus/pci/devices"

    def driver(self) -> Found[DriverFacts] | Missing:
        return driver(self.roots)

    def gpus(self) -> Found[tuple[GpuDevice, ...]] | Missing:
        return gpus(self.roots)


def put(path: Path) -> Path:
    """The path, in a folder that is there."""
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bare:
    monkeypatch.setattr(nvml, "gpus", lambda roots: Missing("GPU", (NO_NVML,)))
    monkeypatch.setattr(nvml, "driver", lambda roots: Missing("driver", (NO_NVML,)))
    monkeypatch.setattr(libcuda, "_ask", lambda question: libcuda.Silence("not found"))
    return Bare(tmp_path)


VERSION = "proc/driver/nvidia/version"


def roots_of(folder: Path) -> Roots:
    return Roots.under(folder, {})


class TestKernelModule:
    def test_the_recorded_one(self, tmp_path: Path) -> None:
        file = put(tmp_path / VERSION)
        file.write_text(recorded("proc-driver-nvidia-version.txt"))
        assert kernel_module(roots_of(tmp_path)) == Found(DriverFacts(RELEASE, None, "open"), str(file))

    @pytest.mark.parametrize(
        ("line", "release", "kind"),
        [
            (
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024",
                "535.183.01",
                "proprietary",
            ),
            ("NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  540.4.0  Release Build", "540.4.0", "open"),
            (
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  390.157  Wed Oct 12 09:19:07 UTC",
                "390.157",
                "proprietary",
            ),
        ],
    )
    def test_forms(self, tmp_path: Path, line: str, release: str, kind: str) -> None:
        put(tmp_path / VERSION).write_text(f"{line}\nGCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n")
        found = kernel_module(roots_of(tmp_path))
        assert isinstance(found, Found)
        assert (str(found.value.release), found.value.kernel_module) == (release, kind)

    @pytest.mark.parametrize(
        "text", ["", "NVRM version: none", "GCC version:  gcc version 580.65.06 (x)\n", "\xff\x00"]
    )
    def test_not_understood(self, tmp_path: Path, text: str) -> None:
        put(tmp_path / VERSION).write_text(text, encoding="latin-1")
        assert kernel_module(roots_of(tmp_path)) == Missing("driver", (f"{tmp_path / VERSION} (not understood)",))

    def test_none(self, tmp_path: Path) -> None:
        assert kernel_module(roots_of(tmp_path)) == Missing("driver", (f"{tmp_path / VERSION} (not there)",))


class TestDriver:
    def test_nothing_here_lists_all_that_was_tried(self, bare: Bare) -> None:
        assert bare.driver() == Missing(
            "driver",
            (
                "NVML (libnvidia-ml not found: no driver here)",
                "nvidia-smi (not found)",
                f"{bare.version} (not there)",
                f"{libcuda.LIBRARY} (not found)",
            ),
        )

    def test_nvidia_smi_after_nvml(self, bare: Bare) -> None:
        nvidia_smi(bare.bin, QUERY, BANNER)
        assert bare.driver() == Found(DriverFacts(RELEASE, CUDA), "nvidia-smi")

    def test_nvml_first(self, bare: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
        nvidia_smi(bare.bin, QUERY, BANNER.replace("580.159.04", "535.54.03"))
        monkeypatch.setattr(nvml, "driver", lambda roots: Found(DriverFacts(RELEASE, CUDA), "NVML"))
        assert bare.driver() == Found(DriverFacts(RELEASE, CUDA), "NVML")

    def test_the_kernel_module_tells_its_kind(self, bare: Bare) -> None:
        nvidia_smi(bare.bin, QUERY, BANNER)
        bare.version.write_text(recorded("proc-driver-nvidia-version.txt"))
        assert bare.driver() == Found(DriverFacts(RELEASE, CUDA, "open"), "nvidia-smi")

    def test_a_container_without_gpus_still_shows_the_kernel_module(self, bare: Bare) -> None:
        bare.version.write_text(recorded("proc-driver-nvidia-version.txt"))
        assert bare.driver() == Found(DriverFacts(RELEASE, None, "open"), str(bare.version))

    def test_libcuda_tells_what_nvidia_smi_leaves_open(self, bare: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
        nvidia_smi(bare.bin, QUERY, NO_CUDA)
        monkeypatch.setattr(libcuda, "_ask", lambda question: {"version": 12080, "gpus": []})
        assert bare.driver() == Found(
            DriverFacts(RELEASE, DriverCudaVersion(12, 8)), f"nvidia-smi and {libcuda.LIBRARY}"
        )

    def test_only_libcuda_as_on_jetson(self, bare: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(libcuda, "_ask", lambda question: {"version": 12060, "gpus": []})
        assert bare.driver() == Found(DriverFacts(None, DriverCudaVersion(12, 6)), libcuda.LIBRARY)

    def test_wsl_is_said(self, bare: Bare) -> None:
        nvidia_smi(bare.bin, QUERY, BANNER)
        bare.osrelease.write_text("5.15.153.1-microsoft-standard-WSL2\n")
        found = bare.driver()
        assert isinstance(found, Found)
        assert found.found_via == "nvidia-smi (WSL: the driver is the Windows host's)"


class TestRelease:
    def test_none(self, bare: Bare) -> None:
        assert release(bare.roots) is None

    def test_the_kernel_module_says_it_and_nothing_else_is_asked(
        self, bare: Bare, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        monkeypatch.setattr(nvml, "driver", lambda roots: asked.append("NVML"))
        monkeypatch.setattr(libcuda, "_ask", asked.append)
        bare.version.write_text(recorded("proc-driver-nvidia-version.txt"))
        assert release(bare.roots) == RELEASE
        assert asked == []

    def test_nvml_then_nvidia_smi_where_the_system_shows_no_module(
        self, bare: Bare, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nvidia_smi(bare.bin, QUERY, BANNER)
        assert release(bare.roots) == RELEASE
        other = DriverRelease.parse("535.54.03")
        monkeypatch.setattr(nvml, "driver", lambda roots: Found(DriverFacts(other, None), "NVML"))
        assert release(bare.roots) == other

    def test_nvidia_smi_is_not_asked_where_the_driver_hangs(self, bare: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
        nvidia_smi(bare.bin, QUERY, BANNER)
        monkeypatch.setattr(nvml, "driver", lambda roots: nvml.NoAnswer("driver", ("NVML (no answer in 3 s)",)))
        assert release(bare.roots) is None

    def test_which_cuda_the_driver_speaks_is_not_asked(self, bare: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []
        monkeypatch.setattr(libcuda, "_ask", asked.append)
        nvidia_smi(bare.bin, QUERY, NO_CUDA)
        assert release(bare.roots) == RELEASE
        assert asked == []


class TestGpus:
    def test_nothing_here(self, bare: Bare) -> None:
        assert bare.gpus() == Missing(
            "GPU",
            (
                "NVML (libnvidia-ml not found: no driver here)",
                "nvidia-smi (not found)",
                f"{libcuda.LIBRARY} (not found)",
                "the PCI bus (not visible here)",
            ),
        )

    @pytest.mark.parametrize(
        ("made", "seen"),
        [
            ([], "it shows no NVIDIA GPU"),
            ([None], "card 10de:2335, no driver"),
            (["nouveau"], "card 10de:2335, driven by nouveau"),
            (["nvidia"] * 8, "8 x 10de:2335, driven by nvidia"),
            (["nvidia", "vfio-pci"], "card 10de:2335, driven by nvidia; card 10de:2335, driven by vfio-pci"),
        ],
    )
    def test_a_card_without_a_working_driver_is_named(self, bare: Bare, made: list[str | None], seen: str) -> None:
        bare.devices.mkdir(parents=True)
        for number, kernel_driver in enumerate(made):
            device(bare.root, f"0000:0{number}:00.0", "0x10de", "0x2335", "0x030200", kernel_driver)
        said = bare.gpus()
        assert isinstance(said, Missing)
        assert said.tried[-1] == f"the PCI bus ({seen})"

    def test_nvidia_smi_after_nvml(self, bare: Bare) -> None:
        nvidia_smi(bare.bin, QUERY, BANNER)
        assert bare.gpus() == smi.parse_gpus(QUERY)

    def test_libcuda_at_last(self, bare: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
        orin = {"name": "Orin", "bus": "", "major": 8, "minor": 7, "memory": 0}
        monkeypatch.setattr(libcuda, "_ask", lambda question: {"init": 0, "gpus": [orin]})
        found = bare.gpus()
        assert isinstance(found, Found)
        assert [(gpu.name, str(gpu.capability)) for gpu in found.value] == [("Orin", "8.7")]
        assert found.found_via == libcuda.LIBRARY

    def test_wsl_is_said(self, bare: Bare) -> None:
        nvidia_smi(bare.bin, QUERY, BANNER)
        bare.osrelease.write_text("5.15.153.1-microsoft-standard-WSL2\n")
        found = bare.gpus()
        assert isinstance(found, Found)
        assert found.found_via == "nvidia-smi (WSL)"


class TestSilence:
    """NVML gave no answer in time: nvidia-smi and libcuda, which would wait for the same driver, are not asked."""

    def test_the_gpus(self, bare: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
        nvidia_smi(bare.bin, QUERY, BANNER)
        monkeypatch.setattr(nvml, "gpus", lambda roots: nvml.NoAnswer("GPU", ("NVML (no answer within 3 s)",)))
        assert bare.gpus() == Missing(
            "GPU", ("NVML (no answer within 3 s)", NOT_ASKED, "the PCI bus (not visible here)")
        )

    def test_the_driver(self, bare: Bare, monkeypatch: pytest.MonkeyPatch) -> None:
        nvidia_smi(bare.bin, QUERY, BANNER)
        monkeypatch.setattr(nvml, "driver", lambda roots: nvml.NoAnswer("driver", ("NVML (no answer within 3 s)",)))
        tried = ("NVML (no answer within 3 s)", NOT_ASKED, f"{bare.version} (not there)")
        assert bare.driver() == Missing("driver", tried)
        bare.version.write_text(recorded("proc-driver-nvidia-version.txt"))
        assert bare.driver() == Found(DriverFacts(RELEASE, None, "open"), str(bare.version))


class TestSystem:
    @pytest.mark.parametrize(
        ("release", "wsl"),
        [
            ("5.15.153.1-microsoft-standard-WSL2\n", True),
            ("4.4.0-19041-Microsoft\n", True),
            ("6.1.0-18-amd64\n", False),
            (None, False),
        ],
    )
    def test_wsl(self, tmp_path: Path, release: str | None, wsl: bool) -> None:
        if release is not None:
            put(tmp_path / "proc/sys/kernel/osrelease").write_text(release)
        assert system.is_wsl(roots_of(tmp_path)) is wsl

    def test_the_platform_does_not_name_the_machine(self) -> None:
        import platform

        text = system.platform_text()
        assert platform.system() in text
        assert platform.machine() in text
        assert len(platform.node()) < 4 or platform.node() not in text

    @pytest.mark.parametrize(("value", "home"), [("/home/ada", "/home/ada"), ("/", None)])
    def test_a_home_worth_the_name(self, monkeypatch: pytest.MonkeyPatch, value: str, home: str | None) -> None:
        monkeypatch.setenv("HOME", value)
        assert system.home() == home
